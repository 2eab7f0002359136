"""The rows of tables: how a reader sees them, and which row a question asks for; pure."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from index.text.tables import cells, find_tables, rows
from index.text.terms import asked, normal, terms
from index.types import Passage, Range, Table
from qa.language.function_words import is_content
from qa.read.columns import Column
from qa.read.faq import is_question
from qa.read.spans import Span, TokenLogits

if TYPE_CHECKING:
    from qa.retrieve.retriever import RetrievedPassage

# Of a table with more rows in a passage, those alone are read that hold a word of the question, if any do.
_MOST_ROWS = 12
# Of a table that is read as more characters those rows come first that hold most of the question, since what
# is behind the model's limit is not read: rows of figures have about a token for 2.7 characters.
_LONGEST_TABLE = 700
# How far a row is put below one that holds more of the question, in log-odds.
_BELOW = 1.0
# Parts a header from its rows, so that the passage behind it is seen to go on with a table.
_RULE = "\n|---|\n"
_CODE = re.compile(r"(?<!\w)([^\W\d_]{1,6})[-‐]?(\d{1,8})(?!\w)")


class Row(NamedTuple):
    """A row of a table in a passage: its range, its cells' ranges, and what stands above each cell.

    All ranges are in the passage. `table` tells the rows of one table of a document from those of another.
    `columns` are those of the table's rows in the passage, none where it has no header.
    """

    start: int
    end: int
    cells: tuple[Range, ...]
    labels: tuple[str, ...]
    table: str
    columns: tuple[Column, ...] = ()

    def texts(self, passage: str) -> tuple[str, ...]:
        """What its cells say, in the text of its passage."""
        return tuple(passage[slice(*cell)] for cell in self.cells)


class Shown(NamedTuple):
    """The text that a passage is read as, and the place in the passage of each of its characters, or -1."""

    text: str
    places: NDArray[np.int64]

    def placed(self, found: TokenLogits) -> TokenLogits:
        """The logits with offsets into the passage; those of a token that does not stand there are -1."""
        starts, ends = self.places[found.offsets[:, 0]], self.places[found.offsets[:, 1] - 1] + 1
        offsets = np.stack([starts, ends], axis=1)
        offsets[(starts < 0) | (ends <= 0)] = -1
        return found._replace(offsets=offsets)


def shown(question: str, passage: Passage) -> Shown | None:
    """A passage with tables as it is read, each cell behind what stands above it; None for any other.

    "Merlin | 13:55" below "Train | Arrives" becomes "Train: Merlin, Arrives: 13:55.", and a pair without a
    header "Driver: Maren Sol.".
    """
    tables = _tables(passage.text, passage.header)
    if not tables:
        return None
    text = passage.text
    pieces: list[str] = []
    places: list[NDArray[np.int64]] = []

    def put(piece: str, start: int | None = None) -> None:
        pieces.append(piece)
        absent = np.full(len(piece), -1)
        places.append(absent if start is None else np.arange(start, start + len(piece)))

    position = 0
    for start, end, every in tables:
        put(text[position:start], position)
        for row in _to_read(question, text, every):
            for label, (first, last) in _labelled(row):
                put(label)
                put(text[first:last], first)
            put(".\n")
        position = end
    put(text[position:], position)
    return Shown("".join(pieces), np.concatenate(places))


def row_at(passage: Passage, start: int) -> Row | None:
    """The row of a table that starts at a place of a passage."""
    tables = _tables(passage.text, passage.header)
    return next((row for *_, every in tables for row in every if row.start == start), None)


def behind_question(passage: Passage, row: Row) -> Range | None:
    """The range of the cells behind one that asks, as in a table of questions and answers."""
    texts = row.texts(passage.text)
    asking = [place for place, text in enumerate(texts[:-1]) if is_question(text.strip(" *_`"))]
    return (row.cells[asking[-1] + 1][0], row.cells[-1][1]) if asking else None


def cell_around(span: Span, passages: "Sequence[RetrievedPassage]") -> Range | None:
    """The cell, as a range of the document, that a span's exact answer stands in."""
    passage = passages[span.passage].hit.passage
    row = row_at(passage, span.start - passage.start)
    places = ((passage.start + first, passage.start + last) for first, last in row.cells) if row else ()
    return next(
        (
            place
            for place in places
            if span.highlight and place[0] <= span.highlight[0] < span.highlight[1] <= place[1]
        ),
        None,
    )


def by_key(question: str, spans: Sequence[Span], passages: "Sequence[RetrievedPassage]") -> list[Span]:
    """The spans, best first; of the rows of one table, those go first that hold most of the question.

    A row steps back behind another that holds all words of the question that it holds, and more. So does a
    sentence of another code ("E137" for "E217") behind one of the code that is asked for, and whatever there
    is behind a row with that code.
    """
    found: dict[tuple[str, str], dict[int, frozenset[object]]] = defaultdict(dict)
    wanted = _codes(question)
    keyed = []
    for place, span in enumerate(spans):
        passage = passages[span.passage].hit.passage
        text = passage.text[span.start - passage.start : span.end - passage.start]
        if row := row_at(passage, span.start - passage.start):
            found[span.document_id, row.table][place] = frozenset(_held(question, text))
            keyed += [place] if wanted and wanted <= _codes(text) else []
        elif wanted and {kind for kind, _ in wanted} <= {kind for kind, _ in _codes(text)}:
            found["", ""][place] = frozenset(wanted & _codes(text))
    return sorted(_in_order(spans, found, keyed), key=lambda span: -span.score)


def _in_order(
    spans: Sequence[Span],
    found: Mapping[tuple[str, str], Mapping[int, frozenset[object]]],
    keyed: Sequence[int],
) -> list[Span]:
    """The spans with new scores: of each group the fullest before the others, `keyed` rows before all."""
    settled = list(spans)
    for every in found.values():
        behind = {place for place, held in every.items() if any(held < other for other in every.values())}
        if not behind:
            continue
        top = spans[next(iter(every))].score
        first = next(place for place in every if place not in behind)
        settled[first] = spans[first]._replace(score=top)
        for place in behind:
            settled[place] = spans[place]._replace(score=min(spans[place].score, top - _BELOW))
    if keyed:
        top = max(span.score for span in settled)
        first = max(keyed, key=lambda place: settled[place].score)
        settled = [
            span if place in keyed else span._replace(score=min(span.score, top - _BELOW))
            for place, span in enumerate(settled)
        ]
        settled[first] = settled[first]._replace(score=top)
    return settled


def _codes(text: str) -> frozenset[tuple[str, str]]:
    """The codes of a text, in letters and number."""
    return frozenset((found[1].casefold(), found[2]) for found in _CODE.finditer(normal(text)))


@lru_cache(maxsize=64)
def _tables(text: str, header: str | None) -> tuple[tuple[int, int, tuple[Row, ...]], ...]:
    """The tables of a passage, headers included: start, end and rows."""
    lead = f"{header}{_RULE}" if header else ""
    whole = lead + text
    found = []
    for table in find_tables(whole):
        start = max(0, (table.header[0] if table.header else table.start) - len(lead))
        every = [_row(whole, table, row, len(lead)) for row in rows(whole, table)]
        columns = _columns(text, every)
        placed = tuple(row._replace(columns=columns) for row in every)
        found.append((start, table.end - len(lead), placed))
    return tuple(found)


def _columns(text: str, every: Sequence[Row]) -> tuple[Column, ...]:
    labels = every[0].labels if every else ()
    cells = [row.texts(text) for row in every]
    return tuple(
        Column(label, tuple(texts[place] for texts in cells if place < len(texts)))
        for place, label in enumerate(labels)
    )


def _row(text: str, table: Table, place: Range, lead: int) -> Row:
    start, end = place
    header = text[slice(*table.header)] if table.header else ""
    return Row(
        start=start - lead,
        end=end - lead,
        cells=tuple((start + a - lead, start + b - lead) for a, b in cells(text[start:end])),
        labels=tuple(header[a:b] for a, b in cells(header)) if header else (),
        table=header or str(table.start),
    )


def _to_read(question: str, text: str, every: Sequence[Row]) -> Sequence[Row]:
    held = [_held(question, text[row.start : row.end]) for row in every]
    kept = [place for place, words in enumerate(held) if words or len(every) <= _MOST_ROWS]
    kept = kept or list(range(len(every)))
    size = sum(
        len(label) + last - first for place in kept for label, (first, last) in _labelled(every[place])
    )
    if size > _LONGEST_TABLE:
        kept.sort(key=lambda place: -len(held[place]))
    return [every[place] for place in kept]


def _labelled(row: Row) -> list[tuple[str, Range]]:
    """The cells of a row that hold something, each with what is read before it."""
    between = ", " if row.labels or len(row.cells) != 2 else ": "
    labels = [*row.labels, *[""] * len(row.cells)]
    filled = [(label, cell) for label, cell in zip(labels, row.cells, strict=False) if cell[0] < cell[1]]
    return [
        ((between if number else "") + (f"{label}: " if label else ""), cell)
        for number, (label, cell) in enumerate(filled)
    ]


@lru_cache(maxsize=1024)
def _held(question: str, text: str) -> frozenset[int]:
    """Which of a question's content words a text holds in some form; a code only as a whole."""
    found = frozenset(terms(text))
    return frozenset(
        place
        for place, one in enumerate(asked(question))
        if any(map(is_content, one.written))
        and any(found.issuperset(way) for way in one.ways or (one.terms,))
    )
