"""The order in which a person reads what stands on a page.

Most programs write a page in that order. Where one does not (it goes back up in a column, or jumps between
columns line by line), blocks are ordered by where they stand: what is above or left comes first, as long as
nothing between them spans both (T. Breuel, "High Performance Document Layout Analysis", 2003).
"""

from collections.abc import Sequence
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING

from index.load.pdf_lines import Line, is_prose, same_row, shared, starts_lower
from index.load.pdf_tables import Table, find_tables

if TYPE_CHECKING:
    from index.load.pdf_frames import Frame

# Lines of one block are this near, in sizes of type, and of one size. Where the lines of a page's sentences
# stand wider, as in double spacing, they are as near as most of so many, and a little more, but no farther.
_NEAR = 0.8
_WIDER = 1.1
_FARTHEST = 2.0
_FEWEST = 5
_SAME_SIZE = 1.15
# Comparing all costs the cube of their number; beyond that many they are read row by row.
_MOST_BLOCKS = 80


class Block:
    """Lines below each other, or a table."""

    def __init__(self, lines: list[Line], table: Table | None = None) -> None:
        self.lines = lines
        self.table = table
        parts: Sequence[Line | Table] = [table] if table else lines
        self.left = min(part.left for part in parts)
        self.top = min(part.top for part in parts)
        self.right = max(part.right for part in parts)
        self.bottom = max(part.bottom for part in parts)
        self.order = min(part.order for part in parts)


def blocks_of(lines: Sequence[Line], frames: "Sequence[Frame]" = ()) -> list[Block]:
    """The blocks of a page in reading order; turned lines come last. `frames` are the boxes drawn there."""
    turned = [Block([line]) for line in lines if line.words[0].turned]
    return _level_blocks([line for line in lines if not line.words[0].turned], frames) + turned


def _level_blocks(lines: Sequence[Line], frames: "Sequence[Frame]") -> list[Block]:
    tables, others = find_tables(lines, frames)
    blocks = _chains(others)
    is_jumbled = _is_jumbled(blocks)
    blocks += [Block([], table) for table in tables]
    blocks.sort(key=lambda block: block.order)
    if is_jumbled or _goes_up(blocks):
        return _by_place(blocks)
    return blocks


def _chains(lines: Sequence[Line]) -> list[Block]:
    """Runs of lines each of which has one neighbour above and one below."""
    by_top = sorted(lines, key=lambda line: line.top)
    near = _nearness(by_top)
    above: dict[int, list[int]] = {number: [] for number in range(len(by_top))}
    below: dict[int, list[int]] = {number: [] for number in range(len(by_top))}
    open_lines: list[int] = []
    for number, line in enumerate(by_top):
        open_lines = [
            other for other in open_lines if by_top[other].bottom > line.top - _FARTHEST * line.size
        ]
        for other in open_lines:
            nearer = any(
                shared(by_top[one].left, by_top[one].right, line.left, line.right) > 0
                and not same_row(by_top[one], line)
                for one in below[other]
            )
            if not nearer and _is_below(by_top[other], line, near):
                above[number].append(other)
                below[other].append(number)
        open_lines.append(number)
    chains: dict[int, list[Line]] = {}
    head: dict[int, int] = {}
    for number, line in enumerate(by_top):
        before = above[number]
        if len(before) == 1 and len(below[before[0]]) == 1 and _alike(by_top[before[0]], line):
            head[number] = head[before[0]]
        else:
            head[number] = number
        chains.setdefault(head[number], []).append(line)
    return [Block(chain) for chain in chains.values()]


def _nearness(by_top: Sequence[Line]) -> float:
    """How near the next line of a block is, in sizes of type."""
    gaps = [
        (line.top - above.bottom) / line.size
        for above, line in pairwise(by_top)
        if is_prose(above)
        and starts_lower(line)
        and shared(above.left, above.right, line.left, line.right) > 0
    ]
    if len(gaps) < _FEWEST:
        return _NEAR
    return min(_FARTHEST, max(_NEAR, _WIDER * median(gaps)))


def _is_below(above: Line, line: Line, near: float) -> bool:
    if same_row(above, line) or above.top > line.top:
        return False
    across = shared(above.left, above.right, line.left, line.right)
    return across > 0 and line.top - above.bottom < near * line.size


def _alike(above: Line, line: Line) -> bool:
    return max(above.size, line.size) < _SAME_SIZE * max(0.1, min(above.size, line.size))


def _is_jumbled(blocks: Sequence[Block]) -> bool:
    """Whether the file goes from block to block more often than there are blocks."""
    owners = sorted((line.order, number) for number, block in enumerate(blocks) for line in block.lines)
    jumps = sum(one[1] != other[1] for one, other in pairwise(owners))
    extra = jumps - (len(blocks) - 1)
    return extra >= max(2, 0.05 * len(owners))


def _goes_up(blocks: Sequence[Block]) -> bool:
    """Whether the file ever goes back up in a column."""
    for before, after in pairwise(blocks):
        across = shared(before.left, before.right, after.left, after.right)
        if after.bottom <= before.top + 1 and across > 0.5 * min(
            before.right - before.left, after.right - after.left
        ):
            return True
    return False


def _by_place(blocks: list[Block]) -> list[Block]:
    if len(blocks) > _MOST_BLOCKS:
        return sorted(blocks, key=lambda block: (block.top, block.left))
    blocks = sorted(blocks, key=lambda block: (block.left, block.top))
    earlier: list[set[int]] = [
        {
            other
            for other, before in enumerate(blocks)
            if other != number and _comes_before(before, block, blocks)
        }
        for number, block in enumerate(blocks)
    ]
    ordered: list[Block] = []
    left = set(range(len(blocks)))
    while left:
        free = [number for number in left if not earlier[number] & left]
        # A circle is broken at what stands highest.
        number = min(free) if free else min(left, key=lambda n: blocks[n].top)
        if free and ordered:
            number = min(free, key=lambda n: _distance(ordered[-1], blocks[n]))
        ordered.append(blocks[number])
        left.remove(number)
    return ordered


def _distance(before: Block, block: Block) -> tuple[bool, float, float]:
    """What is in the same column comes first, then what is further left."""
    across = shared(before.left, before.right, block.left, block.right)
    return across <= 0, block.left if across <= 0 else 0.0, block.top


def _comes_before(one: Block, other: Block, blocks: Sequence[Block]) -> bool:
    if shared(one.left, one.right, other.left, other.right) > 0:
        return one.top + one.bottom < other.top + other.bottom
    if one.left > other.left:
        return False
    # Left of it, unless something that stands between them in height spans both.
    low, high = (one.bottom, other.top) if one.top < other.top else (other.bottom, one.top)
    return not any(
        low <= between.top + 1
        and between.bottom <= high + 1
        and shared(between.left, between.right, one.left, one.right) > 0
        and shared(between.left, between.right, other.left, other.right) > 0
        for between in blocks
    )
