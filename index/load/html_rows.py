"""The rows of a table of a page: what a cell says that spans several, and where the header ends."""

from collections.abc import Mapping
from itertools import pairwise
from typing import NamedTuple

from index.load.table_rows import CELL_BREAK, row_line, rule_below

# The most columns or rows that a cell is repeated in, and characters that are repeated in a page: a cell of a
# few bytes may claim any number.
_MOST_SPANNED = 100
_MOST_REPEATED = 1_000_000
# Characters of a cell whose lines are read as one.
_LONGEST_CELL = 300


class _Cell(NamedTuple):
    """A cell that was begun: where, how many columns and rows it spans, and whether it is one of a header."""

    start: int
    columns: int
    rows: int
    is_header: bool


class Row:
    """A table row that is open: where its text starts, and that of its cells."""

    def __init__(self, start: int, piece: int) -> None:
        self.start = start
        self.piece = piece  # the number of pieces of text before it
        self.cell_start = start
        self.cells: list[_Cell] = []
        self.has_lines = False  # a cell holds a table or text in <pre>
        self.has_paragraphs = False  # a cell holds several, as where a table is used for layout

    def runs_on(self, end: int) -> bool:
        """Whether the lines within its cells are one, as in a table of data: they are few and short.

        `end` is where its text ends. A table that lays out a page has more in its cells, or one cell only.
        """
        bounds = pairwise([*(cell.start for cell in self.cells), end])
        longest = max(last - first for first, last in bounds)
        return not self.has_lines and len(self.cells) > 1 and longest <= _LONGEST_CELL

    def begin_cell(self, tag: str, attributes: Mapping[str, str | None], start: int) -> None:
        """Note that a cell begins."""
        columns, rows = _spanned(attributes.get("colspan")), _spanned(attributes.get("rowspan"))
        self.cells.append(_Cell(start, columns, rows, tag == "th"))
        self.cell_start = start


class Repeated:
    """How many characters a page may still repeat."""

    def __init__(self) -> None:
        self._left = _MOST_REPEATED

    def again(self, words: str) -> str:
        """The words, or none where too many were repeated before."""
        self._left -= len(words)
        return words if self._left >= 0 else ""


class Rows:
    """The rows of one table that are closed, as far as those to come depend on them."""

    def __init__(self, repeated: Repeated) -> None:
        self._spanning: dict[int, tuple[int, str]] = {}  # by column: in how many rows to come, and what
        self._rule = ""  # due below the header
        self._again = repeated.again
        self._is_first = True

    def line(self, row: Row, text: str, start: int) -> str:
        """The line of a row whose text is in one line, a line of `---` before it where the header ends."""
        starts = [max(0, cell.start - start) for cell in row.cells]
        said = [
            text[first:last].removeprefix(CELL_BREAK if first else "").strip()
            for first, last in pairwise([*starts, len(text)])
        ]
        # One that goes over the whole width is a title within the table.
        is_title = len(row.cells) == 1 and row.cells[0].rows == 1 and not self._spanning
        filled = said if is_title else self._filled(row, said)
        rule, self._rule = self._rule, ""
        if self._is_first and len(filled) > 1 and all(cell.is_header for cell in row.cells):
            self._rule = rule_below(filled) + "\n"
        self._is_first = self._is_first and is_title
        return rule + row_line(filled)

    def skip(self) -> None:
        """Pass over a row that is no line."""
        self._spanning, self._rule, self._is_first = {}, "", False

    def _filled(self, row: Row, said: list[str]) -> list[str]:
        """The texts of a row's columns, a cell that spans several in each."""
        before, self._spanning = self._spanning, {}
        filled: list[str] = []
        for cell, words in zip(row.cells, said, strict=True):
            self._carry(before, filled)
            for number in range(cell.columns):
                if cell.rows > 1 and len(filled) < _MOST_SPANNED:
                    self._spanning[len(filled)] = cell.rows - 1, words
                filled.append(self._again(words) if number else words)
        self._carry(before, filled)
        return filled

    def _carry(self, before: dict[int, tuple[int, str]], filled: list[str]) -> None:
        """Fill the columns that come next and that a cell of an earlier row spans."""
        while len(filled) in before:
            rows, words = before.pop(len(filled))
            if rows > 1:
                self._spanning[len(filled)] = rows - 1, words
            filled.append(self._again(words))


def _spanned(attribute: str | None) -> int:
    value = (attribute or "").strip()
    return min(_MOST_SPANNED, max(1, int(value))) if value.isdecimal() and len(value) < 9 else 1
