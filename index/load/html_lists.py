"""The numbers that a browser sets before items of lists, which stand nowhere in a page."""

import re
from collections.abc import Collection, Mapping
from itertools import islice
from typing import TYPE_CHECKING

from index.load.html_parts import MOST_SELECTORS, plain_rules
from index.load.word.numbering import written

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser, LexborNode

LISTS = frozenset(("ol", "ul", "menu", "dir"))
_NUMBER = re.compile(r"\s*([-+]?\d{1,9})")
_UNNUMBERED = "bullet"
_FORMS = {
    **{"1": "decimal", "decimal": "decimal", "decimal-leading-zero": "decimalZero"},
    **{"a": "lowerLetter", "lower-alpha": "lowerLetter", "lower-latin": "lowerLetter"},
    **{"A": "upperLetter", "upper-alpha": "upperLetter", "upper-latin": "upperLetter"},
    **{"i": "lowerRoman", "lower-roman": "lowerRoman", "I": "upperRoman", "upper-roman": "upperRoman"},
}
# Forms whose items stand on lines of their own, see `index.load.word.numbering.is_item`.
_TIGHT = frozenset(("decimal", "decimalZero", "lowerLetter", "lowerRoman"))
_STYLE = re.compile(r"(?:^|;)\s*list-style(?:-type)?\s*:([^;]*)", re.IGNORECASE)
_SAID = re.compile(r"list-style|display", re.IGNORECASE)
# An item that is shown otherwise has no mark.
_NO_ITEM = re.compile(r"(?:^|;)\s*display\s*:\s*(?!list-item)\w", re.IGNORECASE)


class _List:
    """A list that is open: how its items are numbered, and the number of the next one."""

    def __init__(self, form: str, first: int, step: int) -> None:
        self.form = form
        self.next = first
        self.step = step


class Lists:
    """Counts the items of the lists of a page in their order."""

    def __init__(self, tree: "LexborHTMLParser", hidden: Collection[int]) -> None:
        self._styles = _styles(tree)
        self._hidden = hidden
        self._open: list[_List] = []

    def enter(self, node: "LexborNode", tag: str, attributes: Mapping[str, str | None]) -> str:
        """Note that a list or item begins; returns the number before an item, else nothing."""
        said = self._styles.get(node.mem_id) or _FORMS.get((attributes.get("type") or "").strip())
        if tag in LISTS:
            form = said or ("decimal" if tag == "ol" else _UNNUMBERED)
            step = -1 if "reversed" in attributes else 1
            start = _NUMBER.match(attributes.get("start") or "")
            self._open.append(_List(form, int(start[1]) if start else self._first(node, step), step))
        if tag != "li" or not self._open:
            return ""
        of = self._open[-1]
        value = _NUMBER.match(attributes.get("value") or "")
        number = int(value[1]) if value else of.next
        of.next = number + of.step
        return _mark(number, said or of.form)

    def leave(self, tag: str) -> None:
        """Note that a list ends."""
        if tag in LISTS and self._open:
            self._open.pop()

    def _first(self, node: "LexborNode", step: int) -> int:
        if step > 0:
            return 1
        return sum(item.tag == "li" and item.mem_id not in self._hidden for item in node.iter())

    def breaks(self, tag: str) -> int:
        """The line ends around an item, or the list that was opened last: two but in numbered lists."""
        inner = self._open[-1:] if tag == "li" else self._open[-2:]
        fewest = 1 if tag == "li" else 2
        return 1 if len(inner) == fewest and all(one.form in _TIGHT for one in inner) else 2


def _mark(number: int, form: str) -> str:
    if form == _UNNUMBERED:
        return ""
    if form in {"lowerLetter", "upperLetter"} and number > 0:
        letters = ""
        while number:
            number, at = divmod(number - 1, 26)
            letters = chr(ord("a") + at) + letters
        return f"{letters if form == 'lowerLetter' else letters.upper()}."
    return f"{written(number, form)}."


def _styles(tree: "LexborHTMLParser") -> Mapping[int, str]:
    """By `mem_id`, how styles number the items of a list, or one item, where they say so."""
    found = {node.mem_id: _UNNUMBERED for node in tree.css("nav ol")}
    rules = ((selector, rule) for selector, rule in plain_rules(tree, _SAID) if _form(rule, "li"))
    for selector, rule in islice(rules, MOST_SELECTORS):
        found.update((node.mem_id, form) for node in tree.css(selector) if (form := _form(rule, node.tag)))
    for node in tree.css("[style]"):
        if form := _form(node.attributes.get("style") or "", node.tag):
            found[node.mem_id] = form
    return found


def _form(style: str, tag: str | None) -> str | None:
    """How a style numbers items; none where it has a form that is not known."""
    if tag == "li" and _NO_ITEM.search(style):
        return _UNNUMBERED
    said = _STYLE.search(style)
    return said and next((_FORMS[word] for word in said[1].lower().split() if word in _FORMS), _UNNUMBERED)
