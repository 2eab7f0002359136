"""The numbers that Word sets before headings, clauses and items of lists, which stand nowhere in the text."""

import re
from typing import NamedTuple

from index.load.package import Element
from index.load.word.styles import Numbered, W, child, is_on, value, whole
from index.text.items import NUMBER

_BULLET = "•"
_ROMAN = (
    *((1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"), (40, "XL")),
    *((10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I")),
)
_MOST = 32_767  # the largest number that Word counts to
_MOST_LETTERS = 780
_LEVELS = 9


# A list whose items have such labels has them on lines of their own, not apart by blank lines.
_ITEM_LABEL = re.compile(rf"•|{NUMBER}")


def is_item(label: str) -> bool:
    """Whether a label is that of an item of a list, rather than of a clause or heading."""
    return _ITEM_LABEL.fullmatch(label) is not None


class Label(NamedTuple):
    """What stands before a paragraph, and the list that it is of."""

    text: str
    of: str


class _Level(NamedTuple):
    start: int
    form: str
    pattern: str
    is_legal: bool
    restart: int | None
    style: str | None


class Numbering:
    """Counts through the paragraphs of a document in their order."""

    def __init__(self, root: Element | None) -> None:
        self._definitions: dict[str | None, Element] = {}
        self._lists: dict[str | None, Element] = {}
        self._styled: dict[str | None, str | None] = {}  # the definition of a style of lists
        for one in () if root is None else root:
            if one.tag == W + "abstractNum":
                self._definitions[value(one, "abstractNumId")] = one
                if (style := value(child(one, "styleLink"))) is not None:
                    self._styled[style] = value(one, "abstractNumId")
            elif one.tag == W + "num":
                self._lists[value(one, "numId")] = one
        self._levels: dict[str, dict[int, _Level]] = {}
        self._counts: dict[str | None, list[int | None]] = {}
        self._begun: set[tuple[str, int]] = set()

    def label(self, place: Numbered, style: str | None) -> Label | None:
        """The label of the next paragraph of a list; None where it has none."""
        if place.number is None or place.number not in self._lists:
            return None
        levels = self._levels_of(place.number)
        by_style = next((n for n, level in levels.items() if style and level.style == style), 0)
        at = by_style if place.level is None else place.level
        if at not in levels:
            return None
        counts = self._count(place.number, at, levels)
        level = levels[at]
        if level.form == "bullet":
            return Label(_BULLET, place.number)
        text = level.pattern
        for number in range(_LEVELS):
            if f"%{number + 1}" in text and number in levels:
                form = "decimal" if level.is_legal else levels[number].form
                text = text.replace(f"%{number + 1}", written(counts[number] or levels[number].start, form))
        return Label(text.strip(), place.number) if text.strip() else None

    def _count(self, number: str, at: int, levels: dict[int, _Level]) -> list[int | None]:
        definition = self._definition(number)
        counts = self._counts.setdefault(definition, [None] * _LEVELS)
        if (number, at) not in self._begun:
            self._begun.add((number, at))
            if self._starts_again(number, at):
                counts[at] = None
        before = counts[at]
        counts[at] = levels[at].start if before is None else min(before + 1, _MOST)
        for upper in range(at):
            if counts[upper] is None and upper in levels:
                counts[upper] = levels[upper].start
        for deeper in range(at + 1, _LEVELS):
            restart = levels[deeper].restart if deeper in levels else None
            if restart is None or at < restart:
                counts[deeper] = None
        return counts

    def _definition(self, number: str) -> str | None:
        definition = value(child(self._lists[number], "abstractNumId"))
        link = value(child(self._definitions.get(definition), "numStyleLink"))
        return self._styled.get(link, definition) if link else definition

    def _starts_again(self, number: str, at: int) -> bool:
        overrides = self._lists[number].findall(W + "lvlOverride")
        return any(
            whole(value(one, "ilvl")) == at and child(one, "startOverride") is not None for one in overrides
        )

    def _levels_of(self, number: str) -> dict[int, _Level]:
        if number not in self._levels:
            found = _levels(self._definitions.get(self._definition(number)))
            for override in self._lists[number].findall(W + "lvlOverride"):
                at = whole(value(override, "ilvl"))
                found |= _levels(override)
                start = whole(value(child(override, "startOverride")))
                if at in found and start is not None:
                    found[at] = found[at]._replace(start=start)
            self._levels[number] = found
        return self._levels[number]


def _levels(parent: Element | None) -> dict[int, _Level]:
    found = {}
    for one in () if parent is None else parent.findall(W + "lvl"):
        at = whole(value(one, "ilvl"))
        if at is not None and 0 <= at < _LEVELS:
            start = whole(value(child(one, "start")))
            found[at] = _Level(
                start=0 if start is None else start,
                form=value(child(one, "numFmt")) or "decimal",
                pattern=value(child(one, "lvlText")) or "",
                is_legal=bool(is_on(child(one, "isLgl"))),
                restart=whole(value(child(one, "lvlRestart"))),
                style=value(child(one, "pStyle")),
            )
    return found


def written(number: int, form: str) -> str:
    """A number in one of Word's forms; in digits where the form is of another script."""
    if form in {"upperLetter", "lowerLetter"} and 0 < number <= _MOST_LETTERS:
        # After Z comes AA, and after AZ not BA but BB.
        letters = chr(ord("A") + (number - 1) % 26) * ((number - 1) // 26 + 1)
        return letters if form == "upperLetter" else letters.lower()
    if form in {"upperRoman", "lowerRoman"} and number > 0:
        roman, rest = "", number
        for amount, sign in _ROMAN:
            roman += sign * (rest // amount)
            rest %= amount
        return roman if form == "upperRoman" else roman.lower()
    if form == "decimalZero":
        return f"{number:02}"
    if form == "ordinal":
        ending = "th" if number % 100 in {11, 12, 13} else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
        return f"{number}{ending}"
    return "" if form == "none" else str(number)
