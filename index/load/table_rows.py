"""How a table is written as text, in every format: a row is a line, its cells with " | " between them."""

from collections.abc import Callable, Sequence
from typing import TypeVar

_Cell = TypeVar("_Cell")

CELL_BREAK = " | "
# A table whose cells hold more blocks than this is there for the layout of a page.
_MOST_BLOCKS = 6


def row_line(cells: Sequence[str]) -> str:
    """The line of a row: its cells, without empty ones at its end, and with a bar before an empty first one.

    Without that bar `index.text.tables.cells` would take the second cell for the first.
    """
    filled = [" ".join(cell.split()) for cell in cells]
    while filled and not filled[-1]:
        filled.pop()
    lead = "|" if filled and not filled[0] else ""
    return lead + CELL_BREAK.join(filled)


def rule_below(cells: Sequence[str]) -> str:
    """The line of `---` that stands below a header of these cells."""
    return row_line(["---"] * len(cells))


def is_laid_out(rows: Sequence[Sequence[_Cell]], blocks: Callable[[_Cell], int]) -> bool:
    """Whether a table only sets blocks beside each other: it has one column, or cells of many blocks."""
    return all(len(row) <= 1 for row in rows) or any(
        blocks(cell) > _MOST_BLOCKS for row in rows for cell in row
    )
