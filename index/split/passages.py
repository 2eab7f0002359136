"""Split a document into passages: runs of whole sentences with exact offsets; pure."""

import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from index.settings import IndexSettings
from index.split.sentences import paragraphs, sentences, strip
from index.text.quoting import changes
from index.text.tables import rows
from index.text.unsaid import as_said, said_in
from index.types import Document, Range, Table

CountTokens = Callable[[Sequence[str]], Sequence[int]]

# Files whose lines are a value each, which none of them wraps.
_DATA = (".json", ".yaml", ".yml")
# So many marks at most close a question behind its question mark.
_CLOSING = 8
_PIECE = re.compile(r"\S{1,100}")
_QUESTION_END = re.compile(r"[?？؟][\s\"'”’»)\]*_~`|]*$")
# A token counts for this many characters at least. The tokeniser takes a word without end for one token and
# white space for none, and a passage must not be megabytes long; ordinary text has four or five to a token.
_CHARACTERS_PER_TOKEN = 16
# Tokens are counted for so many characters at once: a tokeniser takes up to 500 bytes for each (measured).
_COUNTED_AT_ONCE = 200_000


class Chunk(NamedTuple):
    """A passage before it is stored: its range and those of its sentences (headings are not sentences)."""

    start: int
    end: int
    sentences: tuple[Range, ...]


class _Unit(NamedTuple):
    """What is never split further: a sentence, or a heading or question that belongs to what follows it.

    The header of a table is one that begins no passage of its own.
    """

    start: int
    end: int
    tokens: int
    is_heading: bool
    is_question: bool
    is_header: bool = False


class _Block(NamedTuple):
    """A paragraph, a heading or a table."""

    start: int
    end: int
    is_heading: bool = False
    table: Table | None = None


def split(document: Document, count_tokens: CountTokens, settings: IndexSettings) -> list[Chunk]:
    """Split a document into chunks of at most `settings.max_tokens` tokens, two special ones included.

    A heading starts a chunk and stays with what follows it, and so does the header of a table, without
    starting one; they are no sentences, a row is one. A question stays with the sentence after it.
    A chunk crosses the end of a paragraph only while it stays within `settings.merge_tokens`. A sentence
    that is too long by itself is cut at white space. No chunk has more than 16 characters for each token
    that it may have. Documents without a letter or digit give no chunk.
    """
    limit = settings.max_tokens - 2
    units = [units for units in _units(document, count_tokens, limit) if units]
    runs = _merge(units, min(settings.merge_tokens, limit))
    return [chunk for run in runs for chunk in _pack(run, limit, settings.overlap)]


def to_embed(document: Document, start: int, end: int, parts: Sequence[Range]) -> tuple[str, list[Range]]:
    """The text that a passage is embedded as, and the ranges in it of the passage's sentences.

    What goes on with a table stands behind the table's caption and header. Of its rows only the words are
    left: codes and figures mean next to nothing to a model, and are found by word search.
    """
    text = document.text
    table = document.table(start)
    if table is None:
        return as_said(text[start:end]), [(a - start, b - start) for a, b in parts]
    written = "".join(f"{text[slice(*place)]}\n" for place in document.above(start))
    ranges = []
    position = table.end
    for first, last in parts:
        if first < table.end:
            said = _in_words(text[first:last])
        else:
            written += text[position:first]
            said, position = text[first:last], last
        ranges.append((len(written), len(written) + len(said)))
        written += f"{said}\n" if said else ""
    return written, ranges


def _in_words(row: str) -> str:
    """The words of a row without a digit."""
    return " ".join(
        word for word in row.split() if any(map(str.isalpha, word)) and not any(map(str.isdigit, word))
    )


def _blocks(document: Document, text: str) -> Iterator[_Block]:
    """The paragraphs of its text as it is said, cut where headings and tables stand in them."""
    headings = (_Block(found.start, found.end, is_heading=True) for found in document.headings)
    marks = deque(sorted([*headings, *map(_table, document.tables)], key=lambda block: block.start))
    done = 0
    for paragraph_start, end in _paragraphs(document, text):
        start = max(done, paragraph_start)
        while marks and marks[0].start < end:
            mark = marks.popleft()
            if mark.start < done:  # a heading in a table
                continue
            first, stop = mark.start, mark.end
            if mark.is_heading:
                first, stop = max(start, text.rfind("\n", start, first) + 1), min(stop, end)
            if before := strip(text, start, first):
                yield _Block(*before)
            if place := strip(text, first, stop):
                yield mark._replace(start=place[0], end=place[1])
            start = done = max(start, mark.end)
        if start < end and (rest := strip(text, start, end)):
            yield _Block(*rest)


def _paragraphs(document: Document, text: str) -> Iterator[Range]:
    """The paragraphs, none of which goes on where a mail is quoted more or less deeply."""
    cuts = deque(changes(document.text))
    for paragraph_start, end in paragraphs(text):
        start = paragraph_start
        while cuts and cuts[0] < end:
            cut = cuts.popleft()
            if before := strip(text, start, max(start, cut)):
                yield before
            start = max(start, cut)
        if rest := strip(text, start, end):
            yield rest


def _table(found: Table) -> _Block:
    return _Block(found.header[0] if found.header else found.start, found.end, table=found)


def _ranges(text: str, block: _Block, *, is_wrapped: bool) -> list[Range]:
    """What a block is made of: a heading, sentences, or the header and rows of a table."""
    if block.is_heading:
        return [(block.start, block.end)]
    if block.table is None:
        return sentences(text, block.start, block.end, is_wrapped=is_wrapped)
    header = [block.table.header] if block.table.header else []
    return [*header, *rows(text, block.table)]


def _units(document: Document, count_tokens: CountTokens, limit: int) -> Iterator[list[_Unit]]:
    """The units of each block, none of them larger than a chunk may be."""
    text = said_in(document)
    longest = limit * _CHARACTERS_PER_TOKEN
    is_wrapped = not document.source.lower().endswith(_DATA)
    blocks = [(block, _ranges(text, block, is_wrapped=is_wrapped)) for block in _blocks(document, text)]
    places = (place for _, ranges in blocks for place in ranges)
    counts = _count(text, (place for place in places if place[1] - place[0] <= longest), count_tokens)
    for block, ranges in blocks:
        units = []
        for start, end in ranges:
            tokens = next(counts) if end - start <= longest else None
            is_header = block.table is not None and (start, end) == block.table.header
            is_heading = block.is_heading or is_header
            if tokens is not None and tokens <= limit:
                asks = not is_heading and _QUESTION_END.search(text, max(start, end - _CLOSING), end)
                units.append(_Unit(start, end, tokens, is_heading, bool(asks), is_header))
            else:
                units += _cut(start, end, is_heading, text, count_tokens, limit)
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
        joins = (units[0].is_header or not units[0].is_heading) and tokens + added <= merge_tokens
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
