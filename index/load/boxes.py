"""Where the words of a document stand on its pages, packed into a string.

A word takes 19 bytes before they are deflated: where it starts in the text, its page, its box in fractions of
65,535 of the page, and, where it was recognised in a picture, how surely.
"""

import base64
import struct
import sys
import zlib
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

_WHOLE = 65_535
_READ = 255
"""In place of a confidence: the word is the file's own text."""
_COLUMNS = "IIHHHHHB"
# A level of compression: a higher one saves a tenth and takes three times as long.
_QUICK = 2
# Boxes on a line overlap by this share of the lower one's height.
_SAME_LINE = 0.5


class Box(NamedTuple):
    """A part of a page (counted from 1), in fractions of its width and height from the upper left corner."""

    page: int
    x0: float
    y0: float
    x1: float
    y1: float


class BoxedWord(NamedTuple):
    """A word's range in the text, its box, and how surely it was recognised (0..1), None for text."""

    start: int
    end: int
    box: Box
    confidence: float | None = None


def pack(words: Sequence[BoxedWord]) -> str:
    """The words, in the order of the text, packed into ASCII; none are nothing."""
    if not words:
        return ""
    boxes = [word[2] for word in words]
    columns = [
        [word[0] for word in words],
        [word[1] for word in words],
        [box[0] for box in boxes],
        *(_parts([box[side] for box in boxes]) for side in range(1, 5)),
        [_READ if word[3] is None else min(_READ - 1, round((_READ - 1) * word[3])) for word in words],
    ]
    packed = map(_column, _COLUMNS, columns)
    return base64.b64encode(zlib.compress(struct.pack("<I", len(words)) + b"".join(packed), _QUICK)).decode()


def unpack(packed: str) -> list[BoxedWord]:
    """The words, in the order of the text."""
    return list(_words(packed, 0, None))


def boxes_between(packed: str, start: int, end: int) -> list[Box]:
    """The boxes of a range of the text, one for each line that it takes up."""
    lines: list[Box] = []
    for word in _words(packed, start, end):
        if lines and _on_one_line(lines[-1], word.box):
            lines[-1] = _around(lines[-1], word.box)
        else:
            lines.append(word.box)
    return lines


def confidence_between(packed: str, start: int, end: int) -> float | None:
    """How surely a range was recognised in a picture, its words' mean; None where none of it was."""
    found = [word.confidence for word in _words(packed, start, end) if word.confidence is not None]
    return sum(found) / len(found) if found else None


def _parts(values: Sequence[float]) -> list[int]:
    parts = [int(_WHOLE * value + 0.5) for value in values]
    if min(parts) < 0 or max(parts) > _WHOLE:
        parts = [min(_WHOLE, max(0, part)) for part in parts]
    return parts


def _column(kind: str, values: Iterable[int]) -> bytes:
    """Numbers as bytes, the lower byte first."""
    return _in_order(array(kind, values)).tobytes()


def _in_order(column: "array[int]") -> "array[int]":
    if sys.byteorder == "big":
        column.byteswap()
    return column


def _words(packed: str, start: int, end: int | None) -> Iterator[BoxedWord]:
    if not packed:
        return
    columns = _unpacked(packed)
    starts, ends = columns[:2]
    first = bisect_right(ends, start)
    last = len(starts) if end is None else bisect_left(starts, end)
    for row in zip(*(column[first:last] for column in columns), strict=True):
        box = Box(row[2], *(value / _WHOLE for value in row[3:7]))
        yield BoxedWord(row[0], row[1], box, None if row[7] == _READ else row[7] / (_READ - 1))


@lru_cache(maxsize=8)
def _unpacked(packed: str) -> tuple[Sequence[int], ...]:
    """The columns; a book of 500 pages takes 20 ms."""
    data = zlib.decompress(base64.b64decode(packed))
    (count,) = struct.unpack_from("<I", data)
    columns, place = [], 4
    for kind in _COLUMNS:
        end = place + count * struct.calcsize(f"<{kind}")
        columns.append(_in_order(array(kind, data[place:end])))
        place = end
    return tuple(columns)


def _on_one_line(line: Box, box: Box) -> bool:
    least = min(line.y1 - line.y0, box.y1 - box.y0)
    return line.page == box.page and min(line.y1, box.y1) - max(line.y0, box.y0) > _SAME_LINE * least


def _around(one: Box, other: Box) -> Box:
    return Box(
        one.page, min(one.x0, other.x0), min(one.y0, other.y0), max(one.x1, other.x1), max(one.y1, other.y1)
    )
