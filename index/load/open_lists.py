"""The numbers of headings and of items of lists in OpenDocument texts, which stand nowhere in the text."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from index.load.package import Element
from index.load.word.numbering import written

_OASIS = "{urn:oasis:names:tc:opendocument:xmlns:%s:1.0}"
_TEXT, _STYLE = _OASIS % "text", _OASIS % "style"
_ID = "{http://www.w3.org/XML/1998/namespace}id"
_FORMS = {"1": "decimal", "a": "lowerLetter", "A": "upperLetter", "i": "lowerRoman", "I": "upperRoman"}
_DEEPEST = 10


class _Level(NamedTuple):
    """How the items of a level of a list are numbered; a form of "" is a bullet."""

    form: str
    before: str
    after: str
    start: int
    shown: int  # how many levels the number shows


class OpenList:
    """A list that is open, within others or not: the level of its items, and the numbers of all levels."""

    def __init__(self, style: str | None, levels: Mapping[int, _Level], counts: list[int], at: int) -> None:
        self.style = style
        self._levels = levels
        self.counts = counts
        self.at = at

    def label(self, item: Element) -> str:
        """What stands before the next item: nothing before one that is but a list of its own."""
        start = item.get(_TEXT + "start-value", "")
        if start.isdigit():
            self.counts[self.at] = int(start[:9]) - 1
        first = next((block.tag for block in item), "")
        if item.tag != _TEXT + "list-item" or first == _TEXT + "list":
            return ""
        self.counts[self.at] += 1
        return _label(self._levels, self.counts[: self.at + 1])


class OpenLists:
    """Counts the items of lists, and the headings, in their order."""

    def __init__(self, roots: Iterable[Element]) -> None:
        self._styles: dict[str | None, dict[int, _Level]] = {}
        for root in roots:
            for style in root.iter(_TEXT + "list-style", _TEXT + "outline-style"):
                self._styles[style.get(_STYLE + "name")] = _levels(style)
                if style.tag == _TEXT + "outline-style":
                    self._styles[None] = _levels(style)
        self._headings = [0] * (_DEEPEST + 1)
        self._by_style: dict[str | None, list[int]] = {}
        self._by_id: dict[str | None, list[int]] = {}

    def begin(self, element: Element, within: OpenList | None) -> OpenList:
        """Open a list, which may go on with the numbers of one before it."""
        style = element.get(_TEXT + "style-name") or (within.style if within else None)
        levels = self._styles.get(style, {})
        goes_on = element.get(_TEXT + "continue-numbering") == "true"
        if within:
            counts, at = within.counts, min(within.at + 1, _DEEPEST)
        else:
            at, before = 0, self._by_id.get(element.get(_TEXT + "continue-list"))
            if before is None and goes_on:
                before = self._by_style.get(style)
            counts, goes_on = before or [0] * (_DEEPEST + 1), before is not None
            self._by_style[style] = counts
            if name := element.get(_ID):
                self._by_id[name] = counts
        if not goes_on:
            counts[at] = (levels[at + 1].start if at + 1 in levels else 1) - 1
        return OpenList(style, levels, counts, at)

    def heading(self, level: int) -> str:
        """What stands before the next heading of a level."""
        levels = self._styles.get(None, {})
        self._headings[level] += 1
        self._headings[level + 1 :] = [0] * (_DEEPEST - level)
        found = levels.get(level)
        return _label(levels, self._headings[1 : level + 1]) if found and found.form else ""


def _levels(style: Element) -> dict[int, _Level]:
    found = {}
    for level in style:
        at, start = level.get(_TEXT + "level", ""), level.get(_TEXT + "start-value", "1")
        shown = level.get(_TEXT + "display-levels", "1")
        if at.isdigit() and start.isdigit() and shown.isdigit():
            form = _FORMS.get(level.get(_STYLE + "num-format", ""), "")
            before, after = level.get(_STYLE + "num-prefix", ""), level.get(_STYLE + "num-suffix", "")
            found[int(at[:2])] = _Level(form, before, after, int(start[:5]), int(shown[:2]))
    return found


def _label(levels: Mapping[int, _Level], counts: list[int]) -> str:
    """The number of an item, of as many levels as it shows; a bullet where it is not numbered."""
    level = levels.get(len(counts))
    if level is None or not level.form:
        return "•"
    first = max(0, len(counts) - max(1, level.shown))
    numbers = []
    for at in range(first, len(counts)):
        form = levels[at + 1].form if at + 1 in levels else ""
        if form:
            numbers.append(written(max(counts[at], 1), form))
    return f"{level.before}{'.'.join(numbers)}{level.after}".strip()
