"""Find the part of a document that a request names by number or heading: a chapter, section, clause, page."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from index.text.terms import stems, words
from index.types import Document
from qa.language.function_words import is_content
from qa.language.names import WH, words_of
from qa.requests.outline import NUMBER, PAGE, UNIT, UNITS, Entry, Number, number_of
from qa.retrieve.retriever import RetrievedPassage


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
_ARTICLE = r"(?:\bthe\s+)?"
_NUMBERED = re.compile(
    rf"{_ARTICLE}(?<!\w)({UNIT})\.?\s*({NUMBER})(?![\w])(?:\s*(-|–|to|and|,)\s*({NUMBER})(?!\w))?",
    re.IGNORECASE,
)
_PLACED = re.compile(rf"{_ARTICLE}\b({'|'.join(_ORDINALS)})\s+({UNIT})\b", re.IGNORECASE)
# A number with dots that nothing is written together with, as in an amount or a percentage.
_DOTTED = r"(?<![^\s\"“‘'(])\d{1,3}(?:\.\d{1,3})+(?![\w%])(?!\.\d|\s*[%°])"
_BARE = re.compile(_DOTTED)
# "What does 6.3 say about pets?", "What is in 6.3?", "What does 6 say?"
_ASKED_OF = re.compile(
    rf"\W*(?:and\s+|so\s+)?what(?:\s+(?:do|does|did)\s+({_DOTTED})(?=\s+[a-z])"
    rf"|(?:['’]?s|\s+(?:is|are|was))\s+(?:(?:in|under)\s+)?({_DOTTED})(?=\W*$)"
    r"|\s+(?:do|does|did)\s+(\d{1,3})(?=\s+say\W*$))",
    re.IGNORECASE,
)
# What stands before the verb of a request.
_POLITE = frozenset("please can could would will you and now then".split())
_READ = r"(?:read|quote|show|give|print|recite|cite|copy)(?:\s+(?:me|us))?(?:\s+(?:out|aloud))?"
_IN_FULL = r"(?:\s+(?:out|aloud|again|exactly|verbatim|please|in\s+full|(?:to|for)\s+(?:me|us)))*"
_SAY = r"(?:say|state|contain|provide|read|mean)"
# A part as `without_name` leaves it, or as its heading calls it: "this", "the section on pets".
_CALLED = (
    rf"(?:this|the\s+(?:{UNIT})\s+(?:about|on|of|for|called)\s+\S.*|the\s+(?:[\w’'-]+\s+){{1,6}}(?:{UNIT}))"
)
_VERBATIM = re.compile(
    rf"\W*(?:(?:{'|'.join(sorted(_POLITE))})\s+)*(?:"
    rf"(?:{_READ}\s+)?(?:(?:all|the\s+whole|whole|(?:the\s+)?(?:full\s+|exact\s+)?(?:text|wording|words))\s+"
    rf"(?:of\s+|in\s+)?)?{_CALLED}"
    rf"|what\s+(?:do|does|did)\s+{_CALLED}\s+{_SAY}"
    rf"|(?:tell|show)\s+(?:me|us)\s+what\s+{_CALLED}\s+{_SAY}s?"
    rf"|what(?:['’]?s|\s+(?:is|are|was))\s+(?:(?:said|written)\s+)?(?:in|under|on)\s+{_CALLED}"
    rf"|what(?:['’]?s|\s+(?:is|are|was))\s+this"
    rf"){_IN_FULL}\W*",
    re.IGNORECASE,
)

# "Action 4" is the fourth of some actions; a longer number is a year.
_COUNTED = re.compile(r"([^\W\d_]+)\s+(?:no\.?\s*|number\s+|#\s*)?(\d{1,3})(?![\w.,%]*\d|%)", re.IGNORECASE)


def counts_things(request: str) -> bool:
    """Whether a request names a thing that is no part of a text by its number: "action 4"."""
    return any(
        is_content(found[1]) and found[1].casefold() not in UNITS for found in _COUNTED.finditer(request)
    )


def bare_number(request: str) -> tuple[int, int] | None:
    """Where a request has the bare number of what may be a part: "What does 6.3 say?", "read me 6.3".

    A number without dots is one in "What does 6 say?" alone. Whether there is such a part, the outline tells.
    """
    if found := _ASKED_OF.match(request):
        return found.span(found.lastindex or 0)
    numbers = list(_BARE.finditer(request))
    if not numbers:
        return None
    before, after = words_of(request[: numbers[0].start()]), words_of(request[numbers[0].end() :])
    while before and before[0].low in _POLITE:
        before = before[1:]
    telling = [any(word.is_content for word in before[1:]), sum(word.is_content for word in after) > 1]
    is_request = not any(telling) and not WH & {word.low for word in before}
    return numbers[0].span() if is_request and (not before or before[0].is_content) else None


def asks_for_text(request: str) -> bool:
    """Whether a request would have a part read, not summed up; "this" stands for the part's number."""
    return _VERBATIM.fullmatch(request) is not None


def reference(request: str) -> Reference | None:
    """The part that a request names by a number or a place; None when it names none so."""
    if found := _NUMBERED.search(request):
        unit, first, joint, second = found.groups()
        numbers = [number_of(first)]
        if second is not None and joint:
            last = number_of(second)
            between = range(numbers[0][0] + 1, last[0]) if joint in "-–to" and len(last) == 1 else ()
            numbers += [*((number,) for number in between), last]
        return Reference(UNITS[unit.casefold()], tuple(numbers), None, found.span())
    if found := _PLACED.search(request):
        return Reference(UNITS[found[2].casefold()], (), _ORDINALS[found[1].casefold()], found.span())
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
    if named is not None and named.unit == PAGE:
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


def _part(document: Document, entries: Sequence[Entry], at: int) -> Part:
    """From a heading to the next one that does not belong under it."""
    entry = entries[at]
    ends = (other.start for other in entries[at + 1 :] if other.level <= entry.level)
    return Part(document.id, entry.start, entry.end, next(ends, len(document.text)))


def find_named(document: Document, entries: Sequence[Entry], name: str) -> list[Part]:
    """The part whose heading holds the words of a name and no others."""
    asked = _telling(name)
    return [
        _part(document, entries, at) for at, entry in enumerate(entries) if asked == _telling(entry.name)
    ][:1]


def _telling(name: str) -> set[str]:
    """The words of a heading that are neither grammar nor its number and unit."""
    found = set(stems([word for word in words(name) if is_content(word)])) - set(stems(list(UNITS)))
    return {term for term in found if not term.isdigit()}


def _placed(document: Document, entries: Sequence[Entry], named: Reference) -> list[Part]:
    """The first, second or last part of a unit; of headings without units, of those at the top."""
    assert named.place is not None
    own = [at for at, entry in enumerate(entries) if entry.unit == named.unit]
    if not own and named.unit in {UNITS["chapter"], UNITS["section"], UNITS["part"]}:
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
    counted = {(found[1], found[2]) for found in _COUNTED.finditer(request)}
    asked = set(stems([word for word in words(request) if is_content(word)]))
    shares: dict[int, float] = {}
    for at, entry in enumerate(entries):
        heading = _telling(entry.name)
        named = words(entry.name)
        # "Action 4" is no heading "Actions"; the number may be a part of the name ("Apollo 11").
        others = {stem for word, number in counted if number not in named for stem in stems([word])}
        common = sum(any(_same(term, other) for other in asked - others) for term in heading)
        if heading and common / len(heading) >= least:
            shares[at] = common / len(heading)
    return sorted(shares, key=lambda at: -shares[at])


def _same(term: str, other: str) -> bool:
    """Whether two stems are one word, or one is short for the other ("intro")."""
    return term == other or (len(other) >= 4 and term.startswith(other))
