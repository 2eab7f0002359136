"""The values of form controls in OpenDocument texts, as they are shown."""

from collections.abc import Iterable

from index.load.package import Element

_OASIS = "{urn:oasis:names:tc:opendocument:xmlns:%s:1.0}"
_FORM, _OFFICE = _OASIS % "form", _OASIS % "office"
_CHECKED, _UNCHECKED = "☒", "☐"
_TYPED = frozenset(
    _FORM + name for name in ("text", "textarea", "combobox", "number", "date", "time", "formatted-text")
)


def controls(roots: Iterable[Element]) -> dict[str | None, str]:
    """What each control shows, by its id; buttons, pictures and passwords show nothing that is read."""
    return {
        one.get(_FORM + "id"): said
        for root in roots
        for forms in root.iter(_OFFICE + "forms")
        for one in forms.iter()
        if one.get(_FORM + "id") and (said := _shown(one))
    }


def _shown(control: Element) -> str:
    tag, label = control.tag, control.get(_FORM + "label", "")
    if tag in _TYPED:
        value: str = control.get(_FORM + "current-value") or control.get(_FORM + "value", "")
        return value
    if tag == _FORM + "fixed-text":
        return str(label)
    if tag in {_FORM + "checkbox", _FORM + "radio"}:
        state = control.get(_FORM + "current-state"), control.get(_FORM + "current-selected")
        is_on = state[0] == "checked" or state[1] == "true"
        return f"{_CHECKED if is_on else _UNCHECKED} {label}".strip()
    if tag == _FORM + "listbox":
        options = control.iter(_FORM + "option")
        return ", ".join(
            one.get(_FORM + "label", "") for one in options if one.get(_FORM + "current-selected") == "true"
        )
    return ""
