"""Split a document into passages: runs of whole sentences with exact offsets.

Pure but for the sentence splitter (nupunkt), which this module alone imports. The text is never changed:
whatever the splitter needs replaced is replaced by as many characters, so that its offsets hold.
"""

import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from index.settings import IndexSettings
from index.types import Document

Range = tuple[int, int]
CountTokens = Callable[[Sequence[str]], Sequence[int]]

# So many marks at most close a question behind its question mark.
_CLOSING = 8
# Atomic groups, so that "\r\n" never backtracks into two line ends.
_BLANK_LINE = re.compile(r"(?>\r\n|\r|\n)[^\S\r\n]*(?>\r\n|\r|\n)\s*")
_LINE_END = re.compile(r"(?>\r\n|\r|\n)")
# One that breaks no word.
_PARAGRAPH_END = re.compile(r"(?<![^\W\d_][-‐\u00ad])(?<![^\W\d_][-‐\u00ad]\r)(?>\r\n|\r|\n)")
_LIST_ITEM = re.compile(r"(?>\r\n|\r|\n)(?=[^\S\r\n]*(?:[-*+•‣◦–]|\(?\d{1,3}[.)]|\(?[a-z][.)]|\|)[^\S\r\n])")
_PIECE = re.compile(r"\S{1,100}")
_QUESTION_END = re.compile(r"[?？؟][\s\"'”’»)\]*_~`|]*$")
_SENTENCE_END = re.compile(r"[.!?:;…。！？][\"'”’)\]]*$")
# A token counts for this many characters at least. The tokeniser takes a word without end for one token and
# white space for none, and a passage must not be megabytes long; ordinary text has four or five to a token.
_CHARACTERS_PER_TOKEN = 16
# Tokens are counted for so many characters at once: a tokeniser takes up to 500 bytes for each (measured).
_COUNTED_AT_ONCE = 200_000
# nupunkt takes time with the square of a word's length when the word ends in a mark: 15 s at 80,000.
_LONG_WORD = re.compile(r"\S{500,}(?=\S)")
# A line of prose that was wrapped by hand stays below this; a longer line is a paragraph of its own.
_WRAPPED_LINE_MAX = 200
# Share of line ends that must fall within a sentence for a text to count as wrapped prose. Wrapped at 72
# columns, about six in ten do (the next line starts in lower case); lines that are paragraphs, next to none.
_WRAPPED_SHARE = 0.3
# Fewer lines of figures may be prose that was wrapped.
_FEWEST_LINES = 3


class Chunk(NamedTuple):
    """A passage before it is stored: its range and those of its sentences (headings are not sentences)."""

    start: int
    end: int
    sentences: tuple[Range, ...]


class _Unit(NamedTuple):
    """What is never split further: a sentence, or a heading or question that belongs to what follows it."""

    start: int
    end: int
    tokens: int
    is_heading: bool
    is_question: bool


def paragraphs(text: str) -> list[Range]:
    """Ranges of the paragraphs, without the white space around them.

    A paragraph ends at a blank line. In a text without blank lines each line is a paragraph, unless its
    lines are prose wrapped by hand; then the whole text is one. A line that ends within a word goes on.
    """
    stripped = _strip(text, 0, len(text))
    if stripped is None:
        return []
    start, end = stripped
    separator = _BLANK_LINE
    if not _BLANK_LINE.search(text, start, end) and not _is_wrapped(text[start:end]):
        separator = _PARAGRAPH_END
    return list(_split_at(text, start, end, separator))


def sentences(text: str, start: int, end: int) -> list[Range]:
    """Ranges of the sentences within `text[start:end]`, without the white space around them.

    An item of a list, a row of a table or a line of figures ends a sentence; a range without a letter or
    digit is none.
    """
    import nupunkt

    found = []
    separator = _LINE_END if _are_figures(text[start:end]) else _LIST_ITEM
    for item_start, item_end in _split_at(text, start, end, separator):
        # One character for one character: a wrapped line does not end a sentence, and the offsets hold.
        flat = text[item_start:item_end].replace("\r", " ").replace("\n", " ")
        flat = _LONG_WORD.sub(lambda word: "x" * len(word[0]), flat)
        for sentence_start, sentence_end in nupunkt.sent_spans(flat):
            stripped = _strip(text, item_start + sentence_start, item_start + sentence_end)
            if stripped and any(map(str.isalnum, text[slice(*stripped)])):
                found.append(stripped)
    return found


def split(document: Document, count_tokens: CountTokens, settings: IndexSettings) -> list[Chunk]:
    """Split a document into chunks of at most `settings.max_tokens` tokens, two special ones included.

    A heading starts a chunk and stays with what follows it. A question stays with the sentence after it.
    A chunk crosses the end of a paragraph only while it stays within `settings.merge_tokens`. A sentence
    that is too long by itself is cut at white space. No chunk has more than 16 characters for each token
    that it may have. Documents without a letter or digit give no chunk.
    """
    limit = settings.max_tokens - 2
    units = [units for units in _units(document, count_tokens, limit) if units]
    runs = _merge(units, min(settings.merge_tokens, limit))
    return [chunk for run in runs for chunk in _pack(run, limit, settings.overlap)]


def _strip(text: str, start: int, end: int) -> Range | None:
    """The range without white space at its ends, or None when nothing is left."""
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return (start, end) if start < end else None


def _split_at(text: str, start: int, end: int, separator: re.Pattern[str]) -> Iterator[Range]:
    position = start
    for match in separator.finditer(text, start, end):
        if stripped := _strip(text, position, match.start()):
            yield stripped
        position = match.end()
    if stripped := _strip(text, position, end):
        yield stripped


def _is_wrapped(text: str) -> bool:
    lines = [line for line in _LINE_END.split(text) if line.strip()]
    if len(lines) < 3 or max(map(len, lines)) > _WRAPPED_LINE_MAX:
        return False
    within = sum(
        not _SENTENCE_END.search(line.rstrip()) and following.lstrip()[0].islower()
        for line, following in pairwise(lines)
    )
    return bool(within >= _WRAPPED_SHARE * (len(lines) - 1))


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


def _blocks(document: Document) -> Iterator[tuple[int, int, bool]]:
    """The paragraphs, cut where a heading stands in one: start, end, whether it is a heading."""
    headings = deque(sorted(document.headings, key=lambda heading: heading.start))
    text = document.text
    for start, end in paragraphs(text):
        while headings and headings[0].start < end:
            heading = headings.popleft()
            line_start = max(start, text.rfind("\n", start, heading.start) + 1)
            if before := _strip(text, start, line_start):
                yield *before, False
            if line := _strip(text, line_start, min(heading.end, end)):
                yield *line, True
            start = max(start, heading.end)
        if rest := _strip(text, start, end):
            yield *rest, False


def _units(document: Document, count_tokens: CountTokens, limit: int) -> Iterator[list[_Unit]]:
    """The units of each paragraph, none of them larger than a chunk may be."""
    text = document.text
    longest = limit * _CHARACTERS_PER_TOKEN
    blocks = [
        ([(start, end)] if heading else sentences(text, start, end), heading)
        for start, end, heading in _blocks(document)
    ]
    ranges = [place for block, _ in blocks for place in block]
    counts = _count(text, (place for place in ranges if place[1] - place[0] <= longest), count_tokens)
    for block, heading in blocks:
        units = []
        for start, end in block:
            tokens = next(counts) if end - start <= longest else None
            if tokens is not None and tokens <= limit:
                asks = not heading and _QUESTION_END.search(text, max(start, end - _CLOSING), end)
                units.append(_Unit(start, end, tokens, heading, bool(asks)))
            else:
                units += _cut(start, end, heading, text, count_tokens, limit)
        yield units


def _count(text: str, ranges: Iterable[Range], count_tokens: CountTokens) -> Iterator[int]:
    batch: list[str] = []
    characters = 0
    for start, end in ranges:
        batch.append(text[start:end])
        characters += end - start
        if characters >= _COUNTED_AT_ONCE:
            yield from count_tokens(batch)
            batch, characters = [], 0
    yield from count_tokens(batch)


def _cut(
    start: int, end: int, heading: bool, text: str, count_tokens: CountTokens, limit: int
) -> Iterator[_Unit]:
    """Parts of a unit that fit within `limit` tokens, cut at white space if they can be."""
    longest = limit * _CHARACTERS_PER_TOKEN
    # White space adds no token, so the pieces between it may be counted apart and summed up. They are
    # found twice, since a list of them takes 100 bytes for each.
    counts = _count(text, _pieces(text, start, end), count_tokens)
    first = last = start
    tokens = 0
    for (word_start, word_end), count in zip(_pieces(text, start, end), counts, strict=True):
        if last > first and (tokens + count > limit or word_end - first > longest):
            yield _Unit(first, last, tokens, heading, is_question=False)
            first, tokens = word_start, 0
        last, tokens = word_end, tokens + count
    yield _Unit(first, last, tokens, heading, is_question=False)


def _pieces(text: str, start: int, end: int) -> Iterator[Range]:
    return (match.span() for match in _PIECE.finditer(text, start, end))


def _merge(paragraphs_of_units: list[list[_Unit]], merge_tokens: int) -> Iterator[list[_Unit]]:
    """Join headings and questions to what follows them, and short paragraphs to each other."""
    run: list[_Unit] = []
    tokens = 0
    for units in paragraphs_of_units:
        added = sum(unit.tokens for unit in units)
        joins = not units[0].is_heading and tokens + added <= merge_tokens
        if run and not joins and not run[-1].is_heading:
            done = len(run) - _leading(run, units[0])
            if done:
                yield run[:done]
            run, tokens = run[done:], sum(unit.tokens for unit in run[done:])
        run += units
        tokens += added
    if run:
        yield run


def _leading(run: Sequence[_Unit], following: _Unit) -> int:
    """How many units at the end of a run belong to the unit that follows: a question and its headings."""
    first = len(run)
    if run[-1].is_question and not following.is_heading:
        first -= 1
        while first and run[first - 1].is_heading:
            first -= 1
    return len(run) - first


def _pack(run: list[_Unit], limit: int, overlap: int) -> Iterator[Chunk]:
    """Cut a run into chunks of about equal size, so that none is a mere tail."""
    total = sum(unit.tokens for unit in run)
    target = total / -(-total // limit) if total > limit else limit
    longest = limit * _CHARACTERS_PER_TOKEN
    first = 0
    while first < len(run):
        last, tokens = first, 0
        while last < len(run) and (
            last == first
            or (
                tokens < target
                and tokens + run[last].tokens <= limit
                and run[last].end - run[first].start <= longest
            )
        ):
            tokens += run[last].tokens
            last += 1
        while first + 1 < last < len(run) and run[last - 1].is_question:
            last -= 1
        chunk = run[first:last]
        sentences_of_chunk = tuple((unit.start, unit.end) for unit in chunk if not unit.is_heading)
        yield Chunk(chunk[0].start, chunk[-1].end, sentences_of_chunk)
        if last == len(run):
            return
        first = max(first + 1, last - overlap)
