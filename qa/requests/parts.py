"""Find the part of a document that a request names: a chapter, section, clause or page, by number or heading.

An outline is made of the headings that the format gives, and of lines that look like headings: "Chapter 2",
"3.1 Payments", "INTRODUCTION" alone between blank lines.
"""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from index.text.terms import stems, words
from index.types import Document
from qa.language.function_words import is_content
from qa.retrieve.retriever import RetrievedPassage

Number = tuple[int, ...]


class Part(NamedTuple):
    """A range of a document: from where its heading starts, its text from `start` on, to its end."""

    document_id: str
    heading: int
    start: int
    end: int

    def holds(self, document_id: str, start: int, end: int) -> bool:
        """Whether a sentence lies in the part, maybe together with its heading."""
        return document_id == self.document_id and self.heading <= start and self.start < end <= self.end


class Reference(NamedTuple):
    """What a request calls a part: its unit ("chapter"), numbers or place, and where it is called so.

    A place counts the parts of a unit from 1, or from the end when it is negative. `span` includes the
    article before.
    """

    unit: str
    numbers: tuple[Number, ...]
    place: int | None
    span: tuple[int, int]


class Entry(NamedTuple):
    """A heading of an outline; `level` is smaller the more it comprises."""

    start: int
    end: int
    level: int
    unit: str
    number: Number
    name: str


# What parts are called; those in a line are one thing under several names.
_UNITS = {
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
_PAGE = _UNITS["page"]
_LEVELS = {_UNITS["book"]: 10, _UNITS["part"]: 11, _UNITS["act"]: 12, _UNITS["chapter"]: 12}
_SECTION_LEVEL, _NUMBERED_LEVEL, _LINE_LEVEL = 13, 14, 30
_COUNTED = "one two three four five six seven eight nine ten eleven twelve".split()
_ORDINALS = {
    **{
        word: at
        for at, word in enumerate(
            "first second third fourth fifth sixth seventh eighth ninth tenth".split(), 1
        )
    },
    **dict.fromkeys("last final closing concluding".split(), -1),
    "opening": 1,
    "penultimate": -2,
}
_ROMAN = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100}
_UNIT = "|".join(sorted(map(re.escape, _UNITS), key=len, reverse=True))
_NUMBER = rf"\d{{1,4}}(?:\.\d{{1,3}})*|[ivxlc]{{1,7}}|[a-h]|{'|'.join(_COUNTED)}"
_ARTICLE = r"(?:\bthe\s+)?"
_NUMBERED = re.compile(
    rf"{_ARTICLE}(?<!\w)({_UNIT})\.?\s*({_NUMBER})(?![\w])(?:\s*(-|–|to|and|,)\s*({_NUMBER})(?!\w))?",
    re.IGNORECASE,
)
_PLACED = re.compile(rf"{_ARTICLE}\b({'|'.join(_ORDINALS)})\s+({_UNIT})\b", re.IGNORECASE)
# A heading's own number: "Chapter 2:", "Section 3 – Payments", "§ 4", "2.1 Scope", "IV. Results".
_LABEL = re.compile(
    rf"[\W_]*(?:({_UNIT})\.?\s*({_NUMBER})(?![\w])|(\d{{1,3}}(?:\.\d{{1,3}})*)(?:[.):]|(?=\s))"
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


def reference(request: str) -> Reference | None:
    """The part that a request names by a number or a place; None when it names none so."""
    if found := _NUMBERED.search(request):
        unit, first, joint, second = found.groups()
        numbers = [_number(first)]
        if second is not None and joint:
            last = _number(second)
            between = range(numbers[0][0] + 1, last[0]) if joint in "-–to" and len(last) == 1 else ()
            numbers += [*((number,) for number in between), last]
        return Reference(_UNITS[unit.casefold()], tuple(numbers), None, found.span())
    if found := _PLACED.search(request):
        return Reference(_UNITS[found[2].casefold()], (), _ORDINALS[found[1].casefold()], found.span())
    return None


def within(passage: RetrievedPassage, parts: Sequence[Part]) -> RetrievedPassage | None:
    """A passage with those of its sentences that lie in the parts; None when none does."""
    document_id = passage.hit.passage.document_id
    kept = tuple(
        sentence
        for sentence in passage.sentences
        if any(part.holds(document_id, sentence.start, sentence.end) for part in parts)
    )
    return passage._replace(sentences=kept) if kept else None


def find(document: Document, entries: Sequence[Entry], request: str) -> list[Part]:
    """The parts of a document that a request names, in order; `entries` are its outline."""
    named = reference(request)
    if named is not None and named.unit == _PAGE:
        return _pages(document, named)
    if named is None:
        return [_part(document, entries, at) for at in _by_words(entries, request)[:1]]
    if named.place is not None:
        return _placed(document, entries, named)
    found = []
    for number in named.numbers:
        same = [at for at, entry in enumerate(entries) if entry.number == number]
        exact = [at for at in same if entries[at].unit == named.unit]
        # A heading without a unit may be any; one that says "Part 2" is no chapter.
        found += (exact or [at for at in same if not entries[at].unit])[:1]
    return [_part(document, entries, at) for at in found]


def find_whole(document: Document, entries: Sequence[Entry], request: str) -> list[Part]:
    """The part whose heading stands in a request as a whole ("sum up the winter"), the title being none."""
    title = entries[:1] if entries and not entries[0].number else []
    rest = entries[len(title) :]
    return [_part(document, rest, at) for at in _by_words(rest, request, least=1.0)[:1]]


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


def names(entries: Sequence[Entry]) -> list[str]:
    """What the parts of a document are called."""
    return [entry.name for entry in entries if len(entry.name) <= _LONGEST_HEADING]


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


def _part(document: Document, entries: Sequence[Entry], at: int) -> Part:
    """From a heading to the next one that does not belong under it."""
    entry = entries[at]
    ends = (other.start for other in entries[at + 1 :] if other.level <= entry.level)
    return Part(document.id, entry.start, entry.end, next(ends, len(document.text)))


def _placed(document: Document, entries: Sequence[Entry], named: Reference) -> list[Part]:
    """The first, second or last part of a unit; of headings without units, of those at the top."""
    assert named.place is not None
    own = [at for at, entry in enumerate(entries) if entry.unit == named.unit]
    if not own and named.unit in {_UNITS["chapter"], _UNITS["section"], _UNITS["part"]}:
        titled = [at for at, entry in enumerate(entries) if entry.start > 0 or entry.number]
        top = min((entries[at].level for at in titled), default=0)
        own = [at for at in titled if entries[at].level == top]
        numbered = [at for at in own if entries[at].number]
        own = numbered or own
    place = named.place - 1 if named.place > 0 else len(own) + named.place
    return [_part(document, entries, own[place])] if 0 <= place < len(own) else []


def _pages(document: Document, named: Reference) -> list[Part]:
    count = len(document.pages)
    if named.place is not None:
        wanted = [named.place if named.place > 0 else count + 1 + named.place]
    else:
        wanted = [number[0] for number in named.numbers]
    stops = [*document.pages[1:], len(document.text)]
    return [
        Part(document.id, document.pages[page - 1], document.pages[page - 1], stops[page - 1])
        for page in wanted
        if 1 <= page <= count
    ]


def _by_words(entries: Sequence[Entry], request: str, least: float = 0.5) -> list[int]:
    """Headings with words of the request, "the section on payments", those with most of theirs first."""
    asked = set(stems([word for word in words(request) if is_content(word)]))
    units = set(stems(list(_UNITS)))
    shares: dict[int, float] = {}
    for at, entry in enumerate(entries):
        heading = set(stems([word for word in words(entry.name) if is_content(word)])) - units
        heading = {term for term in heading if not term.isdigit()}
        common = sum(any(_same(term, other) for other in asked) for term in heading)
        if heading and common / len(heading) >= least:
            shares[at] = common / len(heading)
    return sorted(shares, key=lambda at: -shares[at])


def _same(term: str, other: str) -> bool:
    """Whether two stems are one word, or one is short for the other ("intro")."""
    return term == other or (len(other) >= 4 and term.startswith(other))


def _label(name: str) -> tuple[str, Number]:
    """The unit and the number at the start of a heading; "" and () where there is none."""
    found = _LABEL.match(name)
    if not found:
        return "", ()
    unit, of_unit, digits, letter = found.groups()
    return _UNITS[unit.casefold()] if unit else "", _number(of_unit or digits or letter)


def _number(text: str) -> Number:
    """A number as people write it: 2, 2.1, IV, two; a letter is a negative number, so that B is not 2."""
    low = text.casefold()
    if low[0].isdigit():
        return tuple(map(int, low.split(".")))
    if low in _COUNTED:
        return (_COUNTED.index(low) + 1,)
    if all(letter in _ROMAN for letter in low):
        values = [_ROMAN[letter] for letter in low]
        return (sum(-a if a < b else a for a, b in zip(values, [*values[1:], 0], strict=True)),)
    return (-ord(low[0]),)


def _cut(line: str) -> str:
    """A heading as it is listed."""
    line = " ".join(line.split())
    return line if len(line) <= _LONGEST_HEADING else line[:_LONGEST_HEADING].rsplit(" ", 1)[0] + " …"
