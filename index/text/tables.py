"""Tables in a text: rows are lines with bars between their cells, as Markdown has them; pure."""

import re
from collections.abc import Iterator, Sequence

from index.types import Range, Table

_LINE = re.compile(r"([^\r\n]*)(?:\r\n|\r|\n|\Z)")
# Bars at the ends of the line or with space around them; below a rule between header and rows, any will do.
_ROW = re.compile(r"\s*\|[^|]*[^|\s].*|.*[^|\s]\s*\|(?:\s.*|$)")
_RULE = re.compile(r"(?=.*-)(?=.*[|+])[\s|:\-+=]+")
_CELL = re.compile(r"(?:\\\||[^|])*")
_YEAR = re.compile(r"(?:19|20)\d\d")
# A longer line before a table is prose, not what the table is called.
_LONGEST_CAPTION = 200
# Rows that are looked at to tell whether the first one is a header.
_LOOKED_AT = 50


def cells(row: str) -> list[Range]:
    """The ranges of a row's cells, without the white space around them; one that is empty counts."""
    end = len(row.rstrip().removesuffix("|"))
    first = len(row) - len(row.lstrip())
    position = first + 1 if row.startswith("|", first) else first
    found = []
    while position <= end:
        cell = _CELL.match(row, position, end)
        text = cell[0] if cell else ""
        start = position + len(text) - len(text.lstrip())
        found.append((start, max(start, position + len(text.rstrip()))))
        position += len(text) + 1
    return found


def cells_of(row: str) -> list[str]:
    """The texts of a row's cells."""
    return [row[start:end] for start, end in cells(row)]


def find_tables(text: str) -> tuple[Table, ...]:
    """The tables of a text, in order: two lines or more, one after the other, that are rows."""
    return tuple(filter(None, (_table(text, rows) for rows in _runs(text)))) if "|" in text else ()


def rows(text: str, table: Table) -> list[Range]:
    """The ranges of a table's rows."""
    lines = (line.span(1) for line in _LINE.finditer(text, table.start, table.end))
    return [_stripped(text, *line) for line in lines if any(map(str.isalnum, text[slice(*line)]))]


def has_header(rows: Sequence[Sequence[str]]) -> bool:
    """Whether the first of some rows of cells is the header of the others.

    It has no empty cell, none twice and no figure but years, and stands above a column of figures.
    """
    first, *rest = rows
    if not rest or not all(first) or len({*first}) < len(first):
        return False
    if any(_has_digit(cell) and not _YEAR.fullmatch(cell) for cell in first):
        return False
    columns = ([row[place] for row in rest if place < len(row)] for place in range(len(first)))
    return any(2 * sum(map(_has_digit, column)) > len(rest) for column in columns)


def _has_digit(cell: str) -> bool:
    return any(map(str.isdigit, cell))


def _runs(text: str) -> Iterator[list[Range]]:
    """The ranges of lines that may be rows or rules, those that follow each other together."""
    run: list[Range] = []
    for line in _LINE.finditer(text):
        if "|" in line[1] or _RULE.fullmatch(line[1]):
            run.append(line.span(1))
        elif run:
            yield run
            run = []
    if run:
        yield run


def _table(text: str, run: Sequence[Range]) -> Table | None:
    rows = [place for place in run if not _RULE.fullmatch(text, *place)]
    is_ruled = len(rows) > 1 and run[run.index(rows[0]) + 1] != rows[1]
    if len(rows) < 2 or not (is_ruled or all(_ROW.fullmatch(text, *row) for row in rows)):
        return None
    is_headed = is_ruled or has_header([cells_of(text[slice(*row)]) for row in rows[:_LOOKED_AT]])
    return Table(
        start=rows[is_headed][0],
        end=rows[-1][1],
        header=_stripped(text, *rows[0]) if is_headed else None,
        caption=_caption(text, rows[0][0]),
    )


def _caption(text: str, start: int) -> Range | None:
    """The line before a table, with a blank line between them at most, unless it is prose."""
    first = max(0, start - 2 * _LONGEST_CAPTION)
    lines = list(_LINE.finditer(text, first, start))[-4:]
    for line in reversed(lines[-3:]):
        if any(map(str.isalnum, line[1])):
            place = _stripped(text, *line.span(1))
            return place if place[1] - place[0] <= _LONGEST_CAPTION else None
    return None


def _stripped(text: str, start: int, end: int) -> Range:
    line = text[start:end]
    return start + len(line) - len(line.lstrip()), start + len(line.rstrip())
