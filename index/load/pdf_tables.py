"""Tables on a PDF's page: rows whose cells stand below each other."""

from collections.abc import Sequence
from itertools import groupby, pairwise
from typing import NamedTuple
from unicodedata import east_asian_width

from index.load.pdf_lines import Line, line_of, same_row, shared, starts_lower

# Rows of one table are this near, in sizes of type.
_NEAR = 2.5
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
# Share of a row's cells that may span columns.
_FEW = 0.34
# Distance of the lines within a cell, in sizes of type; and how much wider rows are apart, where cells have
# several lines.
_TIGHT = 1.45
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


def find_tables(lines: Sequence[Line]) -> tuple[list[Table], list[Line]]:
    """The tables of a page, and the lines that are in none."""
    rows = _rows(lines)
    tables: list[Table] = []
    taken: set[int] = set()
    first = 0
    while first < len(rows):
        last = _end_of_run(rows, first)
        run = rows[first:last]
        if len(run) > 1 and not _is_prose(columns := _columns(run), run):
            cells = [line for row in run for line in row]
            taken.update(map(id, cells))
            tables.append(
                Table(
                    _cells(run, columns),
                    min(line.left for line in cells),
                    min(line.top for line in cells),
                    max(line.right for line in cells),
                    max(line.bottom for line in cells),
                )
            )
        first = max(last, first + 1)
    return tables, [line for line in lines if id(line) not in taken]


def _rows(lines: Sequence[Line]) -> list[list[Line]]:
    """The lines of a page row by row, from left to right."""
    rows: list[list[Line]] = []
    for line in sorted(lines, key=lambda line: line.top + line.bottom):
        if rows and same_row(rows[-1][0], line):
            rows[-1].append(line)
        else:
            rows.append([line])
    return [sorted(row, key=lambda line: line.left) for row in rows]


def _end_of_run(rows: Sequence[list[Line]], first: int) -> int:
    """Where the rows end that begin a table with the row `first`."""
    if len(rows[first]) < 2:
        return first
    last, widest = first + 1, rows[first]
    end = last
    while last < len(rows):
        above, row = rows[last - 1], rows[last]
        size = max(line.size for line in row)
        if row[0].top - max(line.bottom for line in above) > _NEAR * size or not _agree(widest, row):
            break
        if len(row) >= len(widest):
            widest = row
        last += 1
        if len(row) > 1:
            end = last
        elif not (end == last - 1 and _is_below_a_cell(row[0], widest)):
            break
    while end < len(rows) and end > first + 1 and _continues(rows[end - 1], rows[end], widest):
        end += 1
    return end


def _is_below_a_cell(line: Line, row: Sequence[Line]) -> bool:
    return any(shared(line.left, line.right, cell.left, cell.right) > 0 for cell in row)


def _continues(above: Sequence[Line], row: Sequence[Line], widest: Sequence[Line]) -> bool:
    """Whether a row of one line goes on with a cell of the row above, which is not the first."""
    if len(row) != 1 or not _agree(widest, row):
        return False
    line = row[0]
    tight = line.top - min(cell.top for cell in above) < _TIGHT * line.size
    return tight and shared(line.left, line.right, widest[0].left, widest[0].right) <= 0


def _agree(row: Sequence[Line], other: Sequence[Line]) -> bool:
    """Whether hardly a cell of one row stands below or above two of the other, or one of another place."""
    for one, two in ((row, other), (other, row)):
        wrong = 0
        for place, cell in enumerate(one):
            met = [
                number
                for number, below in enumerate(two)
                if shared(cell.left, cell.right, below.left, below.right) > 0
            ]
            wrong += len(met) > 1 or (len(met) == 1 and len(one) == len(two) and met[0] != place)
        if wrong > _FEW * len(one):
            return False
    return True


def _columns(run: Sequence[list[Line]]) -> list[tuple[float, float]]:
    """The columns of a table from left to right: what the cells cover in rows that have most of them."""
    most = max(map(len, run))
    full = [row for row in run if len(row) == most]
    return [
        (min(line.left for line in cells), max(line.right for line in cells))
        for cells in zip(*full, strict=True)
    ]


def _is_prose(columns: Sequence[tuple[float, float]], run: Sequence[list[Line]]) -> bool:
    """Whether the text stands in columns of long lines that go on from row to row."""
    if len(columns) < 2:
        return True
    cells: list[list[Line]] = [[] for _ in columns]
    for row in run:
        for line in row:
            cells[_place(line, columns)].append(line)
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
        parts = row if len(row) == len(columns) else [part for line in row for part in _parts(line, columns)]
        for number_in_row, part in enumerate(parts):
            place = number_in_row if len(row) == len(columns) else _place(part, columns)
            cells[place].append(part)
        tight = number > 0 and steps[number - 1] < _TIGHT
        if (
            rows
            and tight
            and _goes_on(
                rows[-1],
                cells,
                is_padded=is_padded and steps[number - 1] * _WIDER < max(steps),
                is_header=len(rows) == 1 and not _has_figures(run[: number + 1]),
            )
        ):
            for cell, more in zip(rows[-1], cells, strict=True):
                cell += more
        else:
            rows.append(cells)
    return rows


def _parts(line: Line, columns: Sequence[tuple[float, float]]) -> list[Line]:
    """A line cut where its words stand in several columns, each in one."""
    places: list[int] = []
    for word in line.words:
        met = [number for number, column in enumerate(columns) if shared(word.left, word.right, *column) > 0]
        if len(met) > 1:
            return [line]
        places.append(met[0] if met else places[-1] if places else -1)
    runs = [
        [word for _, word in group]
        for _, group in groupby(zip(places, line.words, strict=True), lambda one: one[0])
    ]
    return [line_of(run) for run in runs] if len(runs) > 1 else [line]


def _place(line: Line, columns: Sequence[tuple[float, float]]) -> int:
    return max(range(len(columns)), key=lambda number: shared(line.left, line.right, *columns[number]))


def _goes_on(
    above: Sequence[list[Line]], row: Sequence[list[Line]], *, is_padded: bool, is_header: bool
) -> bool:
    filled, filled_above = sum(map(bool, row)), sum(map(bool, above))
    if not row[0] and above[0]:
        return filled <= filled_above and (is_header or not _is_entry(row))
    return is_padded and filled < filled_above


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
