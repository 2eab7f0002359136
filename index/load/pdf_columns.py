"""Columns of prose on a PDF's page, so that no table is looked for across the space between them."""

from collections.abc import Sequence
from statistics import median

from index.load.pdf_lines import Line, is_prose, shared, starts_lower

# A column has so many of them at least, in so many of its rows, so many of which go on with a sentence. Fewer
# rows begin before it: a table may have prose behind a key.
_FEWEST = 6
_SHARE = 0.4
_LOWER = 0.25
_BEFORE = 0.1
# The space between columns has at least this width, in sizes of type; where lines begin differs by so much.
_NARROWEST = 0.75
_EDGE = 0.5


def gutter(rows: Sequence[Sequence[Line]]) -> tuple[float, float] | None:
    """Where the space between two columns of prose starts and ends; None where the page has none.

    `rows` are the lines by their height. Only lines that stand beside others tell, and titles may cross it.
    """
    ends = sorted({round(line.right) for row in rows for line in row[:-1] if is_prose(line)}, reverse=True)
    for end in ends:
        sides = [
            [part for row in rows if (part := [line for line in row if is_there(line, end)])]
            for is_there in (_is_left, _is_right)
        ]
        if not all(map(_is_column, sides)):
            continue
        left, right = ([line for row in side for line in row] for side in sides)
        start, other = max(line.right for line in left), _begins(right)
        if other - start >= _NARROWEST * median(line.size for line in left) and _are_beside(left, right):
            return start, other
    return None


def parted(lines: Sequence[Line], middle: float) -> tuple[list[Line], list[Line]]:
    """The lines that begin left of a place, and the others."""
    left = [line for line in lines if line.left < middle]
    return left, [line for line in lines if line.left >= middle]


def _is_left(line: Line, end: float) -> bool:
    return line.right < end + 1


def _is_right(line: Line, end: float) -> bool:
    return line.left > end


def is_mostly_prose(lines: Sequence[Line]) -> bool:
    """Whether most of some lines are long enough to be prose."""
    return sum(map(is_prose, lines)) > len(lines) / 2


def _begins(lines: Sequence[Line]) -> float:
    """Where most lines of prose begin."""
    return median(line.left for line in lines if is_prose(line))


def _is_column(rows: Sequence[Sequence[Line]]) -> bool:
    """Whether much of what stands on one side is prose, and hardly anything begins left of it."""
    prose = [line for row in rows for line in row if is_prose(line)]
    if len(prose) < _FEWEST:
        return False
    edge = _begins(prose)
    at_edge = sum(abs(line.left - edge) < _EDGE * line.size for line in prose)
    before = sum(row[0].left < edge - _EDGE * row[0].size for row in rows)
    goes_on = sum(map(starts_lower, prose)) >= _LOWER * len(prose)
    return at_edge >= _SHARE * len(rows) and before <= _BEFORE * len(rows) and goes_on


def _are_beside(left: Sequence[Line], right: Sequence[Line]) -> bool:
    """Whether two columns stand beside each other for most of the shorter one's height."""
    (top, bottom), (other_top, other_bottom) = (
        (min(line.top for line in lines), max(line.bottom for line in lines)) for lines in (left, right)
    )
    height = min(bottom - top, other_bottom - other_top)
    return shared(top, bottom, other_top, other_bottom) > height / 2
