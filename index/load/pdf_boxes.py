"""Boxes of text side by side, whose lines stand at one height by chance: they are no rows of a table.

What is drawn around them tells, or what they say: addresses, as of an invoice, and facts beside an address.
"""

import re
from collections.abc import Sequence
from itertools import combinations, pairwise
from typing import TYPE_CHECKING

from index.load.pdf_lines import Line, shared
from index.load.pdf_rows import TIGHT

if TYPE_CHECKING:
    from index.load.pdf_frames import Frame

# Borders of boxes are so far apart at least, in points; those of a table's cells touch, or nearly so.
_APART = 3.0
# A box may have text on its border, and lines that begin at one place differ by less, in sizes of type.
_WITHIN = 0.3
# A table may have more that hold several lines, one for each cell.
_MOST_FRAMES = 6
# The lines of an address, with what stands above it; those of them with a figure, and without; and what may
# be the code of a place, or a telephone's.
_LINES = range(3, 9)
_FIGURES = 2
_WORDS = 2
_CODE = re.compile(r"\d{4}|\d{3}[ -]\d{2}|\b[A-Z]{1,2}\d[\dA-Z]? ?\d[A-Z]{2}\b|\b[A-Z]\d[A-Z] ?\d[A-Z]\d\b")
_FACT = re.compile(r"[^\W\d_][^:]{1,30}:(?:\s|$)")


def boxes_of(
    columns: Sequence[Sequence[Line]], below: Sequence[Sequence[Line]], frames: "Sequence[Frame]"
) -> list[list[Line]]:
    """The lines of each box, where what stands in some columns is boxes side by side; else nothing.

    `below` are the rows below the columns, which may go on with one of them.
    """
    whole = [list(column) for column in columns]
    for row in below:
        places = [_column_above(line, whole) for line in row]
        if None in places:
            break
        for line, place in zip(row, places, strict=True):
            whole[place or 0].append(line)
    return _framed([line for column in whole for line in column], frames) or _addressed(whole)


def _column_above(line: Line, columns: Sequence[Sequence[Line]]) -> int | None:
    """The column that a line goes on with."""
    for place, column in enumerate(columns):
        if (
            column
            and _is_tight([column[-1], line])
            and abs(column[-1].left - line.left) < _WITHIN * line.size
        ):
            return place
    return None


def _framed(lines: Sequence[Line], frames: "Sequence[Frame]") -> list[list[Line]]:
    """The lines that stand in each of some frames side by side, where each stands in one."""
    held = [(frame, [line for line in lines if _holds(frame, line)]) for frame in frames]
    largest = sorted(
        ((frame, inner) for frame, inner in held if 1 < len(inner) < len(lines)),
        key=lambda one: (one[0].left - one[0].right) * (one[0].bottom - one[0].top),
    )
    boxes: list[tuple[Frame, list[Line]]] = []
    for frame, inner in largest:
        if all(_are_apart(frame, other) for other, _ in boxes):
            boxes.append((frame, inner))
    is_whole = sum(len(inner) for _, inner in boxes) == len(lines)
    in_words = sum(any(map(str.isalpha, line.text)) for line in lines)
    heights = [len({round(line.top) for line in inner}) for _, inner in boxes]
    beside = any(
        shared(one.top, one.bottom, other.top, other.bottom) > 0
        for (one, _), (other, _) in combinations(boxes, 2)
    )
    if is_whole and beside and min(heights) > 1 and len(boxes) <= _MOST_FRAMES and 2 * in_words >= len(lines):
        return [inner for _, inner in boxes]
    return []


def _holds(frame: "Frame", line: Line) -> bool:
    within = _WITHIN * line.size
    return (
        frame.left - within < line.left
        and line.right < frame.right + within
        and frame.top - within < line.top
        and line.bottom < frame.bottom + within
    )


def _are_apart(one: "Frame", other: "Frame") -> bool:
    across = shared(one.left, one.right, other.left, other.right)
    return across < -_APART or shared(one.top, one.bottom, other.top, other.bottom) < -_APART


def _addressed(columns: Sequence[Sequence[Line]]) -> list[list[Line]]:
    """The columns of addresses, or of an address and facts, each a box, where no space parts their lines."""
    first, *others = columns
    if not others or not all(map(_is_tight, columns)) or not _is_address(first):
        return []
    if all(map(_is_address, others)):
        return [list(column) for column in columns]
    if all(_FACT.match(line.text) for line in others[0]):
        return [list(first), [line for column in others for line in column]]
    return []


def _is_tight(column: Sequence[Line]) -> bool:
    return all(line.top - above.top < TIGHT * line.size for above, line in pairwise(column))


def _is_address(column: Sequence[Line]) -> bool:
    """Whether lines are an address: first a name, then several with words and figures."""
    texts = [line.text for line in column]
    figures = [any(map(str.isdigit, text)) for text in texts]
    if len(texts) not in _LINES or figures[0] or not all(any(map(str.isalpha, text)) for text in texts):
        return False
    facts = sum(_FACT.match(text) is not None for text in texts[1:])
    has_code = any(map(_CODE.search, texts))
    is_mixed = _FIGURES <= sum(figures) <= len(texts) - _WORDS
    return is_mixed and has_code and 2 * facts < len(texts)
