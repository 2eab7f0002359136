"""Split a document into passages: runs of whole sentences with exact offsets.

Pure but for the sentence splitter (nupunkt), which this module alone imports. The text is never changed:
whatever the splitter needs replaced is replaced by as many characters, so that its offsets hold.
"""

import re
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from index.settings import IndexSettings
from index.types import Document

Range = tuple[int, int]
CountTokens = Callable[[Sequence[str]], Sequence[int]]

# Atomic groups, so that "\r\n" never backtracks into two line ends.
_BLANK_LINE = re.compile(r"(?>\r\n|\r|\n)[^\S\r\n]*(?>\r\n|\r|\n)\s*")
_LINE_END = re.compile(r"(?>\r\n|\r|\n)")
_LIST_ITEM = re.compile(r"(?>\r\n|\r|\n)(?=[^\S\r\n]*(?:[-*+•‣◦–]|\(?\d{1,3}[.)]|\(?[a-z][.)]|\|)[^\S\r\n])")
_SENTENCE_END = re.compile(r"[.!?:;…。！？][\"'”’)\]]*$")
# A line of prose that was wrapped by hand stays below this; a longer line is a paragraph of its own.
_WRAPPED_LINE_MAX = 200
# Share of line ends that must fall within a sentence for a text to count as wrapped prose. Wrapped at 72
# columns, about six in ten do (the next line starts in lower case); lines that are paragraphs, next to none.
_WRAPPED_SHARE = 0.3


class Chunk(NamedTuple):
    """A passage before it is stored: its range and those of its sentences (headings are not sentences)."""

    start: int
    end: int
    sentences: tuple[Range, ...]


class _Unit(NamedTuple):
    """What is never split further: a sentence, or a heading that belongs to what follows it."""

    start: int
    end: int
    tokens: int
    is_heading: bool


def paragraphs(text: str) -> list[Range]:
    """Ranges of the paragraphs, without the white space around them.

    A paragraph ends at a blank line. In a text without blank lines each line is a paragraph, unless its
    lines are prose wrapped by hand; then the whole text is one.
    """
    stripped = _strip(text, 0, len(text))
    if stripped is None:
        return []
    start, end = stripped
    separator = _BLANK_LINE
    if not _BLANK_LINE.search(text, start, end) and not _is_wrapped(text[start:end]):
        separator = _LINE_END
    return list(_split_at(text, start, end, separator))


def sentences(text: str, start: int, end: int) -> list[Range]:
    """Ranges of the sentences within `text[start:end]`, without the white space around them.

    An item of a list or a row of a table ends a sentence; a range without a letter or digit is none.
    """
    import nupunkt

    found = []
    for item_start, item_end in _split_at(text, start, end, _LIST_ITEM):
        # One character for one character: a wrapped line does not end a sentence, and the offsets hold.
        flat = text[item_start:item_end].replace("\r", " ").replace("\n", " ")
        for sentence_start, sentence_end in nupunkt.sent_spans(flat):
            stripped = _strip(text, item_start + sentence_start, item_start + sentence_end)
            if stripped and any(map(str.isalnum, text[slice(*stripped)])):
                found.append(stripped)
    return found


def split(document: Document, count_tokens: CountTokens, settings: IndexSettings) -> list[Chunk]:
    """Split a document into chunks of at most `settings.max_tokens` tokens, two special ones included.

    A heading starts a chunk and stays with what follows it. A chunk crosses the end of a paragraph only
    while it stays within `settings.merge_tokens`. A sentence that is too long by itself is cut at white
    space. Documents without a letter or digit give no chunk.
    """
    limit = settings.max_tokens - 2
    blocks = list(_blocks(document))
    ranges = [
        [(start, end)] if heading else sentences(document.text, start, end) for start, end, heading in blocks
    ]
    counts = iter(count_tokens([document.text[start:end] for block in ranges for start, end in block]))
    paragraphs_of_units = [
        [
            piece
            for start, end in block
            for piece in _cut(_Unit(start, end, next(counts), heading), document.text, count_tokens, limit)
        ]
        for (_, _, heading), block in zip(blocks, ranges, strict=True)
    ]
    runs = _merge([units for units in paragraphs_of_units if units], min(settings.merge_tokens, limit))
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


def _cut(unit: _Unit, text: str, count_tokens: CountTokens, limit: int) -> Iterator[_Unit]:
    """The unit itself, or pieces of it that fit within `limit` tokens, cut at white space if they can."""
    if unit.tokens <= limit:
        yield unit
        return
    # White space adds no token, so the pieces between it may be counted apart and summed up.
    words = [match.span() for match in re.finditer(r"\S{1,100}", text[unit.start : unit.end])]
    counts = count_tokens([text[unit.start + a : unit.start + b] for a, b in words])
    start, tokens = words[0][0], 0
    end = start
    for (word_start, word_end), count in zip(words, counts, strict=True):
        if tokens and tokens + count > limit:
            yield _Unit(unit.start + start, unit.start + end, tokens, unit.is_heading)
            start, tokens = word_start, 0
        end, tokens = word_end, tokens + count
    yield _Unit(unit.start + start, unit.start + end, tokens, unit.is_heading)


def _merge(paragraphs_of_units: list[list[_Unit]], merge_tokens: int) -> Iterator[list[_Unit]]:
    """Join headings to what follows them, and short paragraphs to each other."""
    run: list[_Unit] = []
    for units in paragraphs_of_units:
        tokens = sum(unit.tokens for unit in run) + sum(unit.tokens for unit in units)
        joins = not units[0].is_heading and tokens <= merge_tokens
        if run and not joins and not run[-1].is_heading:
            yield run
            run = []
        run = run + units
    if run:
        yield run


def _pack(run: list[_Unit], limit: int, overlap: int) -> Iterator[Chunk]:
    """Cut a run into chunks of about equal size, so that none is a mere tail."""
    total = sum(unit.tokens for unit in run)
    target = total / -(-total // limit) if total > limit else limit
    first = 0
    while first < len(run):
        last, tokens = first, 0
        while last < len(run) and tokens + run[last].tokens <= limit and (tokens < target or last == first):
            tokens += run[last].tokens
            last += 1
        chunk = run[first:last]
        sentences_of_chunk = tuple((unit.start, unit.end) for unit in chunk if not unit.is_heading)
        yield Chunk(chunk[0].start, chunk[-1].end, sentences_of_chunk)
        if last == len(run):
            return
        first = max(first + 1, last - overlap)
