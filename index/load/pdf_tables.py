"""Tables on a PDF's page: rows whose cells stand below each other."""

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple
from unicodedata import east_asian_width

from index.load.pdf_boxes import boxes_of
from index.load.pdf_columns import gutter, is_mostly_prose, parted
from index.load.pdf_directions import runs_left
from index.load.pdf_lines import Line, shared, starts_lower
from index.load.pdf_rows import TIGHT, parts_of, rows_of, run_from

if TYPE_CHECKING:
    from index.load.pdf_frames import Frame

# Columns whose cells are all so long on average, in characters and words, are columns of prose.
_PROSE_CHARACTERS = 20
_PROSE_WORDS = 3.5
# They hold so much of the text, and so many of their lines go on: in lower case, or behind a line that fills
# the column where a script has no case. A table has a column of keys, which so many of its rows fill.
_PROSE_SHARE = 0.85
_LOWER = 0.25
_KEYED = 0.3
# How far a line may end before its column does and still fill it, in sizes of type.
_RAGGED = 2.0
_SENTENCE_ENDS = tuple(".!?:;…。！？：；")
# How much wider than the lines within a cell rows are apart, where cells have several lines.
_WIDER = 1.2
# What the figure in a cell may begin with.
_SIGNS = "+-−–($€£¥#"


class Table(NamedTuple):
    """Rows of cells, each a run of lines; `order` is its place in the file's own order."""

    rows: list[list[list[Line]]]
    left: float
    top: float
    right: float
    bottom: float

    @property
    def order(self) -> int:
        """Its place in the file's own order."""
        return min(line.order for row in self.rows for cell in row for line in cell)


def find_tables(lines: Sequence[Line], frames: "Sequence[Frame]") -> tuple[list[Table], list[Line]]:
    """The tables of a page, and the lines that are in none. `frames` are the boxes that are drawn there.

    Beside a column of prose a table is looked for in its own column; one across both columns stays.
    """
    rows = rows_of(lines)
    tables = _tables(rows, frames)
    if space := gutter(rows):
        middle = sum(space) / 2
        tables = [table for table in tables if _is_across(table, middle)]
        others = _outside(lines, tables)
        for side in parted(others, middle):
            tables += _tables(rows_of(side), frames)
    return tables, _outside(lines, tables)


def _outside(lines: Sequence[Line], tables: Sequence[Table]) -> list[Line]:
    cells = [line for table in tables for row in table.rows for cell in row for line in cell]
    taken = {id(word) for line in cells for word in line.words}
    return [line for line in lines if id(line.words[0]) not in taken]


def _is_across(table: Table, middle: float) -> bool:
    """Whether a table stands on both sides of the space between two columns, and is not prose on one."""
    columns = [[line for row in table.rows for line in row[place]] for place in range(len(table.rows[0]))]
    sides = [[column for column in columns if parted(column[:1], middle)[side]] for side in (0, 1)]
    return all(sides) and not any(len(side) == 1 and is_mostly_prose(side[0]) for side in sides)


def _tables(rows: Sequence[list[Line]], frames: "Sequence[Frame]") -> list[Table]:
    """The tables among some rows."""
    tables: list[Table] = []
    number = done = 0
    while number < len(rows):
        run, _, last = run_from(rows, number, done)
        if len(run) > 1 and not _is_prose(columns := _columns(run), run):
            if boxes := boxes_of(_by_column(run, columns), rows[last:], frames):
                tables += [table for box in boxes for table in _in_box(box)]
                held = {line for box in boxes for line in box}
                while last < len(rows) and held.issuperset(rows[last]):
                    last += 1
            else:
                cells = _cells(run, columns)
                if runs_left([word for row in run for line in row for word in line.words]):
                    cells = [row[::-1] for row in cells]
                tables.append(_table(cells))
            done = last
        number = max(last, number + 1)
    return tables


def _in_box(lines: Sequence[Line]) -> list[Table]:
    """The tables in a box; one of one column where each of its lines stands alone, none where it is prose."""
    if tables := _tables(rows_of(lines), ()):
        return tables
    return [] if any(map(starts_lower, lines)) else [_table([[[line]] for line in lines])]


def _table(rows: list[list[list[Line]]]) -> Table:
    lines = [line for row in rows for cell in row for line in cell]
    return Table(
        rows,
        min(line.left for line in lines),
        min(line.top for line in lines),
        max(line.right for line in lines),
        max(line.bottom for line in lines),
    )


def _columns(run: Sequence[list[Line]]) -> list[tuple[float, float]]:
    """The columns of a table from left to right: what the cells cover in rows that have most of them."""
    most = max(map(len, run))
    full = [row for row in run if len(row) == most]
    return [
        (min(line.left for line in cells), max(line.right for line in cells))
        for cells in zip(*full, strict=True)
    ]


def _by_column(run: Sequence[list[Line]], columns: Sequence[tuple[float, float]]) -> list[list[Line]]:
    """The lines of each column."""
    cells: list[list[Line]] = [[] for _ in columns]
    for row in run:
        for line in row:
            cells[_place(line, columns)].append(line)
    return cells


def _is_prose(columns: Sequence[tuple[float, float]], run: Sequence[list[Line]]) -> bool:
    """Whether the text stands in columns of long lines that go on from row to row."""
    if len(columns) < 2:
        return True
    cells = _by_column(run, columns)
    widths = [[_width(line.text) for line in column] for column in cells]
    sizes = [sum(characters for characters, _ in column) for column in widths]
    wordy = [
        number
        for number, column in enumerate(cells)
        if sizes[number] >= _PROSE_CHARACTERS * len(column) > 0
        and sum(
            max(len(line.words), wide / 2) for line, (_, wide) in zip(column, widths[number], strict=True)
        )
        >= _PROSE_WORDS * len(column)
    ]
    others = max((len(column) for number, column in enumerate(cells) if number not in wordy), default=0)
    if len(wordy) < 2 or others > _KEYED * len(run):
        return False
    if sum(sizes[number] for number in wordy) < _PROSE_SHARE * sum(sizes):
        return False
    pairs = [(*pair, columns[number][1]) for number in wordy for pair in pairwise(cells[number])]
    return sum(_is_next(*pair) for pair in pairs) >= _LOWER * len(pairs)


def _width(text: str) -> tuple[int, int]:
    """The characters of a text, those of East Asian scripts twice, and how many are of those."""
    wide = 0 if text.isascii() else sum(east_asian_width(one) in "WF" for one in text)
    return len(text) + wide, wide


def _is_next(above: Line, line: Line, right: float) -> bool:
    """Whether a line goes on with a sentence; where letters have no case, one fills the column before it."""
    if starts_lower(line):
        return True
    first, last = line.words[0].text[0], above.words[-1].text
    is_caseless = first.isalpha() and first.lower() == first.upper()
    return is_caseless and right - above.right < _RAGGED * above.size and not last.endswith(_SENTENCE_ENDS)


def _cells(run: Sequence[list[Line]], columns: Sequence[tuple[float, float]]) -> list[list[list[Line]]]:
    """The rows of a table; a row that goes on with the cells of the one above is one with it."""
    tops = [min(line.top for line in row) for row in run]
    steps = [
        (below - above) / max(line.size for line in row)
        for (above, below), row in zip(pairwise(tops), run[1:], strict=True)
    ]
    # Where full rows are as near to each other as any, what has fewer cells is a row too.
    full = [
        step
        for step, row in zip(steps, run[1:], strict=True)
        if len(row) == len(columns) and all(map(_begins, row))
    ]
    is_padded = min(full, default=max(steps, default=0.0)) > _WIDER * min(steps, default=0.0)
    rows: list[list[list[Line]]] = []
    for number, row in enumerate(run):
        cells: list[list[Line]] = [[] for _ in columns]
        is_full = len(row) == len(columns)
        parts = row if is_full else [part for line in row for part in parts_of(line, columns)]
        for number_in_row, part in enumerate(parts):
            place = number_in_row if is_full else _place(part, columns)
            cells[place].append(part)
        step = steps[number - 1] if number else TIGHT
        is_within = step * _WIDER < max(steps, default=0.0)
        if step < TIGHT and (
            _goes_on(
                rows[-1],
                cells,
                is_padded=is_padded and is_within,
                is_header=len(rows) == 1 and not _has_figures(run[: number + 1]),
            )
            or (is_within and len(rows) == 1 and _is_bold_header(run, number))
        ):
            for cell, more in zip(rows[-1], cells, strict=True):
                cell += more
        else:
            rows.append(cells)
    return rows


def _place(line: Line, columns: Sequence[tuple[float, float]]) -> int:
    return max(range(len(columns)), key=lambda number: shared(line.left, line.right, *columns[number]))


def _goes_on(
    above: Sequence[list[Line]], row: Sequence[list[Line]], *, is_padded: bool, is_header: bool
) -> bool:
    filled, filled_above = sum(map(bool, row)), sum(map(bool, above))
    if not row[0] and above[0]:
        return filled <= filled_above and (is_header or not _is_entry(row))
    return is_padded and filled < filled_above


def _is_bold_header(run: Sequence[list[Line]], number: int) -> bool:
    """Whether a row is one of those at the top that are bold, as no row below them is."""
    bold = [all(line.bold for line in row) for row in run]
    last = bold.index(False) if False in bold else 0
    return number < last and not any(bold[last:])


def _has_figures(rows: Sequence[Sequence[Line]]) -> bool:
    """Whether a digit stands in some rows, as in hardly a header."""
    return any(character.isdigit() for row in rows for line in row for character in line.text)


def _is_entry(row: Sequence[list[Line]]) -> bool:
    """Whether a row without its first cell is one of its own: several cells begin, and none goes on."""
    begun = [cell[0] for cell in row if cell]
    return len(begun) > 1 and all(map(_begins, begun))


def _begins(line: Line) -> bool:
    """Whether a line begins as a cell does, and not as one goes on: with a capital, a figure or a sign."""
    first = line.words[0].text[0]
    return first.isupper() or first.isdigit() or first in _SIGNS
