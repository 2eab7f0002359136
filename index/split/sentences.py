"""A text becomes paragraphs and sentences with exact offsets.

Pure but for the sentence splitter (nupunkt), which this module alone imports. The text is never changed:
whatever the splitter needs replaced is replaced by as many characters, so that its offsets hold.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from index.text.items import MARK, NUMBER
from index.text.unfinished import goes_on
from index.types import Range

# Atomic groups, so that "\r\n" never backtracks into two line ends.
_BLANK_LINE = re.compile(r"(?>\r\n|\r|\n)[^\S\r\n]*(?>\r\n|\r|\n)\s*")
_LINE_END = re.compile(r"(?>\r\n|\r|\n)")
# One that breaks no word.
_PARAGRAPH_END = re.compile(r"(?<![^\W\d_][-‐\u00ad])(?<![^\W\d_][-‐\u00ad]\r)(?>\r\n|\r|\n)")
_LIST_ITEM = re.compile(rf"(?>\r\n|\r|\n)(?=[^\S\r\n]*(?:{MARK}|\|)[^\S\r\n])")
_SENTENCE_END = re.compile(r"[.!?:;…。！？][\"'”’)\]]*$")
# nupunkt takes time with the square of a word's length when the word ends in a mark: 15 s at 80,000.
_LONG_WORD = re.compile(r"\S{500,}(?=\S)")
# A line of prose that was wrapped by hand stays below this; a longer line is a paragraph of its own.
_WRAPPED_LINE_MAX = 200
# Share of line ends that must fall within a sentence for a text to count as wrapped prose. Wrapped at 72
# columns, about six in ten do (the next line starts in lower case); lines that are paragraphs, next to none.
_WRAPPED_SHARE = 0.3
# Prose is wrapped at so many columns at least; lines that are all this short begin with small letters too.
_NARROWEST = 60
_SHORT = 45
_SHORT_SHARE = 0.5
# Fewer lines of figures may be prose that was wrapped.
_FEWEST_LINES = 3
# Where nupunkt sees no end: behind a letter that is no initial, since a word of grammar follows or one that
# takes a letter stands before, and behind a time of the day.
_ENDS = re.compile(
    r"(?:(?<=\s)[A-Z]\.\s+(?=(?:The|An?|It|He|She|They|We|You|This|That|These|Those|There|In|On|At|If|When|For|From"
    r"|To|With|And|But|After|Before|All|Each|Both|No|Not|Its|His|Her|Their|Our|Any|Every)\s)"
    r"|\b(?i:schedule|annex|appendix|exhibit|plan|part|section|type|class|group|table|figure|gate|room|block|zone"
    r"|vitamin|grade|option|form|wing)\s[A-Z]\.\s+(?=[A-Z])"
    r"|\b[ap]\.m\.\s+(?=[A-Z])(?!(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun|Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
    r"|[A-Z]{2}|Eastern|Central|Mountain|Pacific|Greenwich|British))"
)
# What names the line that it begins: "Present:", "**Next meeting:**", "server.port:". Two such lines in a
# paragraph make it a list of them.
_LABEL = re.compile(
    r"[> \t]*(?:\*\*|__)?(?:[A-Z][\w'’/-]*(?:[ \t][\w'’&/-]+){0,3}|[a-z][\w.\[\]-]*)(?:\*\*|__)?:"
    r"(?:\*\*|__)?(?:[ \t]|$)"
)
_FEWEST_LABELS = 2
# What begins a sentence, and no more: a number, or an abbreviation that nupunkt takes for an end. "No." is
# one before a number alone.
_BEGINS = re.compile(rf"\s*(?:{NUMBER}|[A-Z]{{1,2}}[.)]|St\.|Mt\.|(?:Nos?|Nr)\.(?=\s*\d))\s*")

# No sentence begins with one: "3!)" ends behind it.
_CLOSING = ")]}"


def paragraphs(text: str) -> list[Range]:
    """Ranges of the paragraphs, without the white space around them.

    A paragraph ends at a blank line. In a text without blank lines each line is a paragraph, unless its
    lines are prose wrapped by hand; then the whole text is one. A line that ends within a word goes on.
    """
    stripped = strip(text, 0, len(text))
    if stripped is None:
        return []
    start, end = stripped
    separator = _BLANK_LINE
    if not _BLANK_LINE.search(text, start, end) and not _is_wrapped(text[start:end]):
        separator = _PARAGRAPH_END
    return list(_split_at(text, start, end, separator))


def sentences(text: str, start: int, end: int, *, is_wrapped: bool = True) -> list[Range]:
    """Ranges of the sentences within `text[start:end]`, without the white space around them.

    An item of a list, a row of a table, a line before one with a label and a line that is no wrapped prose
    end a sentence; every line does in a text that is not `is_wrapped`. A range without a letter or digit is
    none.
    """
    found = []
    items = _items(text, start, end) if is_wrapped else _split_at(text, start, end, _LINE_END)
    for item_start, item_end in items:
        # One character for one character: a wrapped line does not end a sentence, and the offsets hold.
        flat = text[item_start:item_end].replace("\r", " ").replace("\n", " ")
        for sentence_start, sentence_end in _spans(_LONG_WORD.sub(lambda word: "x" * len(word[0]), flat)):
            stripped = strip(text, item_start + sentence_start, item_start + sentence_end)
            if stripped and any(map(str.isalnum, text[slice(*stripped)])):
                found.append(stripped)
    return found


def strip(text: str, start: int, end: int) -> Range | None:
    """The range without white space at its ends, or None when nothing is left."""
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return (start, end) if start < end else None


def _spans(flat: str) -> Iterator[Range]:
    """The sentences of a text in one line."""
    import nupunkt

    first = 0
    for _, end in nupunkt.sent_spans(flat):
        begun = _BEGINS.match(flat, first)
        if end < len(flat) and (flat[end] in _CLOSING or (begun and begun.end() >= end)):
            continue
        for cut in _ENDS.finditer(flat, begun.end() if begun else first, end):
            yield first, cut.end()
            first = cut.end()
        yield first, end
        first = end


def _split_at(text: str, start: int, end: int, separator: re.Pattern[str]) -> Iterator[Range]:
    position = start
    for match in separator.finditer(text, start, end):
        if stripped := strip(text, position, match.start()):
            yield stripped
        position = match.end()
    if stripped := strip(text, position, end):
        yield stripped


def _items(text: str, start: int, end: int) -> Iterator[Range]:
    """The lines and runs of lines of a paragraph, of which none goes on in the next."""
    paragraph = text[start:end]
    breaks = [(start + a, start + b) for a, b in _breaks(paragraph)]
    position = start
    for first, last in [*breaks, (end, end)]:
        if stripped := strip(text, position, first):
            yield stripped
        position = last


def _breaks(paragraph: str) -> list[Range]:
    """The line ends of a paragraph behind which something else begins."""
    ends = [match.span() for match in _LINE_END.finditer(paragraph)]
    if not ends or _are_figures(paragraph):
        return ends
    items = {match.start() for match in _LIST_ITEM.finditer(paragraph)}
    starts = [0, *(last for _, last in ends)]
    lines = [paragraph[first:last] for first, last in zip(starts, [*(a for a, _ in ends), None], strict=True)]
    width = max(map(len, lines))
    is_prose = _share_within(lines) >= (_WRAPPED_SHARE if width > _SHORT else _SHORT_SHARE)
    labelled = _labelled(lines)
    return [
        place
        for number, (place, (line, following)) in enumerate(zip(ends, pairwise(lines), strict=True), 1)
        if place[0] in items or number in labelled or not (is_prose or _may_go_on(line, following, width))
    ]


def _labelled(lines: Sequence[str]) -> set[int]:
    """The places of the lines that begin with a label, where a paragraph has several."""
    found = {place for place, line in enumerate(lines) if _LABEL.match(line.rstrip("\r\n"))}
    return found if len(found) >= _FEWEST_LABELS else set()


def _may_go_on(line: str, following: str, width: int) -> bool:
    """Whether a line may be prose that goes on in the next one, in a block of at most `width` columns.

    Its last word tells, or the first word of the next line: a small letter, or one that had no room.
    """
    line, following = line.rstrip(), _unquoted(following).rstrip()
    if not line or not following or goes_on(line):
        return True
    if following[0].islower() and width > _SHORT:
        return True
    return len(line) + 1 + len(following.split(maxsplit=1)[0]) > max(width, _NARROWEST)


def _share_within(lines: Sequence[str]) -> float:
    """The share of lines that go on with a small letter in the next one, within a sentence."""
    within = sum(
        _unquoted(following)[:1].islower() and not _SENTENCE_END.search(line.rstrip())
        for line, following in pairwise(lines)
    )
    return within / max(1, len(lines) - 1)


def _unquoted(line: str) -> str:
    """A line without the marks before it that a mail quotes with."""
    return line.lstrip("> \t")


def _is_wrapped(text: str) -> bool:
    lines = [line for line in _LINE_END.split(text) if line.strip()]
    if len(lines) < 3 or max(map(len, lines)) > _WRAPPED_LINE_MAX:
        return False
    return _share_within(lines) >= _WRAPPED_SHARE


def _are_figures(text: str) -> bool:
    """Whether the lines of a paragraph are each for itself, as those of a price list are.

    Most of them hold a number, and none goes on from the line before, as prose does in six lines of ten.
    """
    lines = [line.strip() for line in _LINE_END.split(text) if line.strip()]
    if len(lines) < _FEWEST_LINES or any(line[0].islower() for line in lines[1:]):
        return False
    if any(_SENTENCE_END.search(line) or line[-1] == "," for line in lines[:-1]):
        return False
    return 2 * sum(any(map(str.isdigit, line)) for line in lines) > len(lines)
