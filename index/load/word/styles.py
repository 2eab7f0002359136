"""The styles of a Word file: which are headings, which hide their text, and which are numbered."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from index.load.package import Element

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_HEADING = re.compile(r"heading ([1-9])\Z", re.IGNORECASE)
_BODY_LEVEL = 9  # the outline level of what is no heading


class Numbered(NamedTuple):
    """The number of a list that a paragraph or style names, and its level; None where it does not say."""

    number: str | None
    level: int | None


def child(element: Element | None, *names: str) -> Element | None:
    """The first child of that name, and so on down."""
    for name in names:
        if element is None:
            return None
        element = element.find(W + name)
    return element


def value(element: Element | None, name: str = "val") -> str | None:
    """An attribute of an element that may be missing."""
    return None if element is None else element.get(W + name)


def is_on(element: Element | None) -> bool | None:
    """Whether a property is switched on; None where it is not there."""
    return None if element is None else element.get(W + "val") not in {"0", "false", "off", "none"}


def whole(text: str | None) -> int | None:
    """A number, or None for what is none."""
    return int(text) if text and re.fullmatch(r"-?\d{1,9}", text) else None


def numbered(properties: Element | None) -> Numbered:
    """The list that properties of a paragraph name."""
    place = child(properties, "numPr")
    return Numbered(value(child(place, "numId")), whole(value(child(place, "ilvl"))))


class Styles:
    """The styles by their ids; what a style does not say, the one that it is based on does."""

    def __init__(self, root: Element | None) -> None:
        found = [] if root is None else root.findall(W + "style")
        self._styles = {value(style, "styleId"): style for style in found}
        defaults = [
            s for s in found if value(s, "type") == "paragraph" and value(s, "default") in {"1", "true"}
        ]
        self._default = value(defaults[0], "styleId") if defaults else None
        self._levels: dict[str | None, int | None] = {}
        self._hidden: dict[str | None, bool] = {}

    def level(self, style: str | None) -> int | None:
        """The level of the heading that a paragraph of a style is."""
        if style not in self._levels:
            self._levels[style] = next(filter(None, map(_level, self._chain(style))), None) or None
        level = self._levels[style]
        return None if level is None or level > _BODY_LEVEL else level

    def is_hidden(self, style: str | None) -> bool:
        """Whether a style hides its text."""
        if style not in self._hidden:
            said = (is_on(child(one, "rPr", "vanish")) for one in self._chain(style))
            self._hidden[style] = next((on for on in said if on is not None), False)
        return self._hidden[style]

    def numbered(self, style: str | None) -> Numbered:
        """The list that a style numbers its paragraphs by."""
        number = level = None
        for one in self._chain(style):
            said = numbered(child(one, "pPr"))
            number, level = number or said.number, said.level if level is None else level
        return Numbered(number, level)

    def _chain(self, style: str | None) -> Iterator[Element]:
        seen = set()
        style = self._default if style is None else style
        while style in self._styles and style not in seen:
            seen.add(style)
            yield self._styles[style]
            style = value(child(self._styles[style], "basedOn"))


def outline_level(properties: Element | None) -> int | None:
    """The level that properties of a paragraph give it, from 1 on; above 9 for no heading."""
    level = whole(value(child(properties, "outlineLvl")))
    return None if level is None else level + 1


def _level(style: Element) -> int | None:
    name = value(child(style, "name")) or ""
    if said := outline_level(child(style, "pPr")):
        return said
    if name.lower() == "title":
        return 1
    found = _HEADING.match(name)
    return int(found[1]) if found else None
