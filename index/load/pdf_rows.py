"""The rows of a PDF's page that may be those of a table: lines at one height, below others like them."""

import re
from collections.abc import Sequence
from itertools import groupby, pairwise

from index.load.pdf_lines import Line, is_prose, line_of, same_row, shared

# Rows of one table are this near, in sizes of type; those with the same columns, if not two, this.
_NEAR = 2.5
_NEAR_ALIKE = 3.5
_FEWEST_ALIKE = 3
# Share of a row's cells that may span columns.
_FEW = 0.34
# Distance of the lines within a cell, in sizes of type.
TIGHT = 1.45
# What is free between two cells, in sizes of type, where they are so near that they were taken for one line.
_FREE = 0.75
# Several are parted by less that is wider by this than the spaces between their words, or than a space where
# no cell has two words, in sizes of type.
_WIDER = 1.5
_SPACE = 0.3
# How far apart the edges of lines may be that are aligned, in sizes of type.
_ALIGNED = 0.2
# The number of a heading or chapter, which a tab parts from its words.
_NUMBER = re.compile(r"\d+(?:\.\d+)*\.?")

Row = list[Line]


def rows_of(lines: Sequence[Line]) -> list[Row]:
    """The lines of a page row by row, from left to right."""
    rows: list[Row] = []
    for line in sorted(lines, key=lambda line: line.top + line.bottom):
        if rows and same_row(rows[-1][0], line):
            rows[-1].append(line)
        else:
            rows.append([line])
    return [sorted(row, key=lambda line: line.left) for row in rows]


def run_from(rows: Sequence[Row], first: int, done: int) -> tuple[list[Row], int, int]:
    """The rows that may be a table and hold the row `first`, which of them is first, and where they end.

    Those before `done` are of no table.
    """
    if len(rows[first]) < 2:
        return [], first, first
    widest = rows[first]
    run, last = [widest], 1
    for row in rows[first + 1 :]:
        row = _cut(row, widest)
        if not (_is_near(run[-1], row) and _agree(widest, row)):
            break
        if len(row) >= len(widest):
            widest = row
        run.append(row)
        if len(row) > 1:
            last = len(run)
        elif not (last == len(run) - 1 and _is_below_a_cell(row[0], widest)):
            break
    del run[last:]
    while last > 1 and first + len(run) < len(rows) and _continues(run[-1], rows[first + len(run)], widest):
        run.append(rows[first + len(run)])
    end = first + len(run)
    while first > done and len(run) > 1 and (above := _header(rows[first - 1], run[0], widest)):
        run.insert(0, above)
        first -= 1
    return run, first, end


def _header(row: Row, below: Row, widest: Row) -> Row:
    """The row of a header above the rows of a table, cell by cell; nothing where it is none."""
    cut = _cut(row, widest)
    if len(cut) > len(row):
        return cut if _is_near(cut, below) and _agree(widest, cut) else []
    if len(row) > 1:
        return []
    (line,) = row
    is_alike = line.bold and all(cell.bold and cell.size == line.size for cell in below)
    spans = sum(shared(line.left, line.right, cell.left, cell.right) > 0 for cell in widest) > 1
    tight = min(cell.top for cell in below) - line.top < TIGHT * line.size
    return row if is_alike and tight and not spans and any(_is_of_cell(line, cell) for cell in below) else []


def _is_of_cell(line: Line, below: Line) -> bool:
    """Whether a line and the one below it start, end or have their middle at one place."""
    left, right = line.left - below.left, line.right - below.right
    return min(abs(left), abs(right), abs(left + right) / 2) < _ALIGNED * line.size


def _is_near(above: Row, row: Row) -> bool:
    size = max(line.size for line in row)
    is_alike = len(above) == len(row) >= _FEWEST_ALIKE and all(
        shared(one.left, one.right, other.left, other.right) > 0
        for one, other in zip(above, row, strict=True)
    )
    near = _NEAR_ALIKE if is_alike else _NEAR
    return row[0].top - max(line.bottom for line in above) <= near * size


def _cut(row: Row, cells: Row) -> Row:
    """A row cut where its words stand below or above several cells, with more than a space between them."""
    if len(row) >= len(cells):
        return row
    if len(cells) == 2 and _NUMBER.fullmatch(row[0].words[0].text):
        return row
    columns = [(cell.left, cell.right) for cell in cells]
    parts = [part for line in row for part in parts_of(line, columns)]
    return parts if len(parts) == len(cells) and _are_apart(parts) else row


def _are_apart(cells: Row) -> bool:
    """Whether there is more than a space between cells: so much, or, of several, more than between words."""
    between = [after.left - before.right for before, after in pairwise(cells)]
    if all(gap >= _FREE * cell.size for gap, cell in zip(between, cells[1:], strict=True)):
        return True
    if any(map(is_prose, cells)):
        return False
    within = [after.left - before.right for cell in cells for before, after in pairwise(cell.words)]
    return len(cells) >= _FEWEST_ALIKE and min(between) > _WIDER * max(within, default=_SPACE * cells[0].size)


def _is_below_a_cell(line: Line, row: Sequence[Line]) -> bool:
    return any(shared(line.left, line.right, cell.left, cell.right) > 0 for cell in row)


def _continues(above: Sequence[Line], row: Sequence[Line], widest: Sequence[Line]) -> bool:
    """Whether a row of one line goes on with a cell of the row above, which is not the first."""
    if len(row) != 1 or not _agree(widest, row):
        return False
    line = row[0]
    tight = line.top - min(cell.top for cell in above) < TIGHT * line.size
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


def parts_of(line: Line, columns: Sequence[tuple[float, float]]) -> list[Line]:
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
