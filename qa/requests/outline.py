"""The outline of a document: the headings that its format gives, and the lines that look like headings.

Such lines are "Chapter 2", "3.1 Payments", or "INTRODUCTION" alone between blank lines.
"""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from index.types import Document

Number = tuple[int, ...]


# The levels of headings that a format gives are below this.
_LINES = 10


class Entry(NamedTuple):
    """A heading of an outline; `level` is smaller the more it comprises."""

    start: int
    end: int
    level: int
    unit: str
    number: Number
    name: str

    @property
    def is_titled(self) -> bool:
        """Whether it has a title, and is not only the number of a clause."""
        is_short = self.level < _LINES or len(self.name.split()) <= _MOST_TITLE_WORDS
        return self.end > self.start and is_short

    @property
    def label(self) -> str:
        """Its number as it is written, with its unit where that is written too: "3.1", "Article 7"."""
        found = _LABEL.match(self.name)
        return found[0].strip("#*_ .):–—-\t") if found and self.number else ""


# What parts are called; those in a line are one thing under several names.
UNITS = {
    name: group
    for group in (
        "chapter chap ch chapters",
        "part parts",
        "book books volume",
        "act acts",
        "scene scenes",
        "page pages p pp pg slide slides",
        "section sections sec sect § clause clauses article articles paragraph paragraphs para rule rules "
        "point points item items step steps unit units lesson lessons module modules lecture lectures topic",
        "appendix appendices annex annexes schedule schedules",
    )
    for name in group.split()
}
PAGE = UNITS["page"]
_LEVELS = {UNITS["book"]: 10, UNITS["part"]: 11, UNITS["act"]: 12, UNITS["chapter"]: 12}
_SECTION_LEVEL, _NUMBERED_LEVEL, _LINE_LEVEL = 13, 14, 30
COUNTED = "one two three four five six seven eight nine ten eleven twelve".split()
_ROMAN = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100}
UNIT = "|".join(sorted(map(re.escape, UNITS), key=len, reverse=True))
NUMBER = rf"\d{{1,4}}(?:\.\d{{1,3}})*|[ivxlc]{{1,7}}|[a-h]|{'|'.join(COUNTED)}"
# A heading's own number: "Chapter 2:", "Section 3 – Payments", "§ 4", "2.1 Scope", "IV. Results".
_LABEL = re.compile(
    rf"[\W_]*(?:({UNIT})\.?\s*({NUMBER})(?![\w])|(\d{{1,3}}(?:\.\d{{1,3}})*)(?:[.):]|(?=\s))"
    r"|([IVXLC]{1,6}|[A-H])[.):])\s*",
    re.IGNORECASE,
)
_LINE = re.compile(r"[^\n]+")
_LONGEST_HEADING = 80
_MOST_TITLE_WORDS = 8
# White space beside a line in which a blank line is looked for.
_MARGIN = 40
_BLANK_BEFORE = re.compile(r"\n[ \t\r]*\n[ \t]*\Z")
_BLANK_AFTER = re.compile(r"[ \t\r]*\n[ \t\r]*\n")
_SENTENCE_END = re.compile(r"[.!?:;,…][\"”’)]*$")
_BULLET = re.compile(r"[-*+•|>`#=_~]|\d+\s*$")


def outline(document: Document) -> list[Entry]:
    """The headings that the format gives and the lines that look like some, in order."""
    text = document.text
    given = []
    for heading in document.headings:
        name = " ".join(text[heading.start : heading.end].split())
        unit, number = _label(name)
        line = text.rfind("\n", 0, heading.start) + 1
        given.append(Entry(line, heading.end, heading.level, unit, number, name))
    starts = {entry.start for entry in given}
    lines = (line for line in _heading_lines(text, bool(given)) if line.start not in starts)
    return sorted([*given, *lines], key=lambda entry: entry.start)


def enclosing(entries: Sequence[Entry], position: int) -> list[Entry]:
    """The headings that a place of a document stands under, the most comprehensive first."""
    found: list[Entry] = []
    for entry in entries:
        if entry.start > position:
            break
        while found and found[-1].level >= entry.level:
            found.pop()
        found.append(entry)
    return found


def names(entries: Sequence[Entry]) -> list[str]:
    """What the parts of a document are called: its headings, or the numbers of clauses without any."""
    titled = [_cut(entry.name) for entry in entries if entry.is_titled]
    return titled or [entry.label for entry in entries]


def _heading_lines(text: str, has_headings: bool) -> Iterator[Entry]:
    """Lines that start with a unit and number or with the next number, or stand alone as a title does."""
    last: dict[Number, int] = {}
    for found in _LINE.finditer(text):
        line, start, stop = found[0].strip(), *found.span()
        if not line:
            continue
        unit, number = _label(line[:_LONGEST_HEADING])
        short = len(line) <= _LONGEST_HEADING
        if unit and short and not line[0].islower():
            level = _LEVELS.get(unit, _SECTION_LEVEL)
            yield Entry(start, stop, level, unit, number, " ".join(line.split()))
        elif number and last.get(number[:-1], 0) + 1 == number[-1] and _may_start(line):
            # Numbers that go on, so that a list within a clause is not taken for the next clause.
            last[number[:-1]] = number[-1]
            end = stop if short and not _SENTENCE_END.search(line) else start
            yield Entry(start, end, _NUMBERED_LEVEL + len(number), "", number, _cut(line))
        elif not has_headings and short and _is_title(line) and _is_alone(text, start, stop):
            yield Entry(start, stop, _LINE_LEVEL, "", (), " ".join(line.split()))


def _may_start(line: str) -> bool:
    """Whether the text behind a line's number starts as a heading or clause does."""
    rest = line[label.end() :] if (label := _LABEL.match(line)) else line
    return bool(rest) and not rest[0].islower() and any(map(str.isalpha, rest[:3]))


def _is_title(line: str) -> bool:
    """Whether a line has the form of a title: few words, no mark of a sentence or a list."""
    is_marked = _SENTENCE_END.search(line) or _BULLET.match(line)
    return line[0].isupper() and not is_marked and len(line.split()) <= _MOST_TITLE_WORDS


def _is_alone(text: str, start: int, stop: int) -> bool:
    """Whether a line stands between blank lines."""
    before, after = text[max(0, start - _MARGIN) : start], text[stop : stop + _MARGIN]
    opens = start == 0 or _BLANK_BEFORE.search(before)
    return bool(opens and _BLANK_AFTER.match(after))


def _label(name: str) -> tuple[str, Number]:
    """The unit and the number at the start of a heading; "" and () where there is none."""
    found = _LABEL.match(name)
    if not found:
        return "", ()
    unit, of_unit, digits, letter = found.groups()
    return UNITS[unit.casefold()] if unit else "", number_of(of_unit or digits or letter)


def number_of(text: str) -> Number:
    """A number as people write it: 2, 2.1, IV, two; a letter is a negative number, so that B is not 2."""
    low = text.casefold()
    if low[0].isdigit():
        return tuple(map(int, low.split(".")))
    if low in COUNTED:
        return (COUNTED.index(low) + 1,)
    if all(letter in _ROMAN for letter in low):
        values = [_ROMAN[letter] for letter in low]
        return (sum(-a if a < b else a for a, b in zip(values, [*values[1:], 0], strict=True)),)
    return (-ord(low[0]),)


def _cut(line: str) -> str:
    """A heading as it is listed."""
    line = " ".join(line.split())
    return line if len(line) <= _LONGEST_HEADING else line[:_LONGEST_HEADING].rsplit(" ", 1)[0] + " …"
