"""The lines of a PDF as paragraphs, items of lists, headings and rows of tables.

Whether a line goes on with the one before it is told by what a person sees: the space between them, indents,
size, and whether its first word would still have fitted on the line before.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Literal, NamedTuple

from index.load.pdf_headings import Body, Title, body_of, titles_of
from index.load.pdf_lines import MARKER, Line, shared, starts_lower
from index.load.pdf_order import Block, blocks_of
from index.text.unfinished import is_open

if TYPE_CHECKING:
    from index.load.pdf_frames import Frame

Kind = Literal["text", "item", "heading", "row", "line"]

_FINISHED = re.compile(r"[.!?:;…。！？][\"'”’»)\]]*$")
_PAUSE = re.compile(r"[.!?:;,…。！？][\"'”’»)\]]*$")
# Who speaks, before what is said.
_SPEAKER = re.compile(r"[^\W\d_a-z](?:[^\W\d_a-z]|[.'’ -]){1,40}:\s")
_HYPHEN = re.compile(r"[^\W\d_][-‐\u00ad]$")
# A space between paragraphs makes the step to the next line this much longer.
_APART = 1.3
_LEADING = 1.2
_INDENT = 0.8
_LONG = 12
_SAME_SIZE = 1.15
# Notes at the foot of a page are smaller than its body by this much.
_SMALL = 0.93
# Lines that each stand alone begin in lower case, and end in a mark, no more often than this.
_FEW_LOWER = 0.15
_FEW_PAUSES = 0.35
# Points by which the left edges of a column's lines are told apart, and the steps that an indent may take.
_STEP = 8
_STEPS = 3


class Placed(NamedTuple):
    """A line with its page, counted from 0."""

    page: int
    line: Line


class Piece(NamedTuple):
    """A paragraph, an item of a list, a heading or a row: its lines, those of a row cell by cell.

    `level` is a heading's depth. `cells` says how many of a row's lines belong to each of its cells, and
    `is_first` that it is the first of its table.
    """

    kind: Kind
    lines: list[Placed]
    level: int = 0
    cells: tuple[int, ...] = ()
    is_first: bool = False


class _Stretch(NamedTuple):
    """A block with its page, where its lines would have to end, and whether each of them stands alone."""

    page: int
    block: Block
    edge: float
    lone: bool


def pieces_of(pages: Sequence[Sequence[Line]], frames: "Sequence[Sequence[Frame]]") -> Iterator[Piece]:
    """The pieces of a document in reading order; `frames` are the boxes that are drawn on its pages."""
    blocks = [blocks_of(*both) for both in zip(pages, frames, strict=True)]
    body = body_of(line for lines in pages for line in lines)
    titles = titles_of((block.lines for page in blocks for block in page), body)
    edges = _Edges(pages)
    stretches = []
    for number, page in enumerate(blocks):
        for block in page:
            edge = 0.0 if block.table else edges.of(block.lines[0], _limit(block, page))
            stretches.append(_Stretch(number, block, edge, _are_lines(block.lines, edge)))
    return _Flow(body, _leading(pages), titles, stretches).pieces()


def _leading(pages: Iterable[Sequence[Line]]) -> float:
    """The usual step from line to line, in sizes of type."""
    steps: Counter[float] = Counter()
    for lines in pages:
        for above, below in pairwise(lines):
            step = (below.top - above.top) / max(below.size, 0.1)
            if 0.9 < step < 2.5 and abs(above.left - below.left) < below.size:
                steps[round(step * 20) / 20] += 1
    return max(steps, key=lambda step: (steps[step], -step), default=_LEADING)


def _limit(block: Block, page: Sequence[Block]) -> float:
    """The left edge of what stands beside a block."""
    middle = (block.left + block.right) / 2
    beside = (
        other.left
        for other in page
        if other.left > middle
        and other.left >= block.right - 1
        and shared(other.top, other.bottom, block.top, block.bottom) > 0
    )
    return min(beside, default=float("inf"))


class _Edges:
    """Where the lines of a column end at the right, so far as others of the document show it."""

    def __init__(self, pages: Iterable[Sequence[Line]]) -> None:
        self._rights: dict[tuple[int, int], set[int]] = defaultdict(set)
        for lines in pages:
            for line in lines:
                self._rights[round(line.size), round(line.left / _STEP)].add(round(line.right))

    def of(self, line: Line, limit: float) -> float:
        size, left = round(line.size), round(line.left / _STEP)
        near = (self._rights.get((size, left + shift), ()) for shift in range(-_STEPS, _STEPS + 1))
        return max((right for rights in near for right in rights if right <= limit), default=line.right)


class _Flow:
    def __init__(
        self, body: Body, leading: float, titles: dict[int, Title], stretches: Sequence[_Stretch]
    ) -> None:
        self._body = body
        self._leading = leading
        self._titles = titles
        self._stretches = stretches
        self._open: Piece | None = None

    def pieces(self) -> Iterator[Piece]:
        for number, stretch in enumerate(self._stretches):
            if stretch.block.table:
                yield from self._close()
                yield from _rows(stretch)
            elif self._is_note(number):
                paragraph, self._open = self._open, None
                yield from self._read(stretch)
                yield from self._close()
                self._open = paragraph
            else:
                yield from self._read(stretch)
        yield from self._close()

    def _close(self) -> Iterator[Piece]:
        if self._open:
            yield self._open
        self._open = None

    def _read(self, stretch: _Stretch) -> Iterator[Piece]:
        above = None
        for line in stretch.block.lines:
            if self._open and self._goes_on(self._open, line, above, stretch):
                self._open.lines.append(Placed(stretch.page, line))
            else:
                yield from self._close()
                self._open = self._start(stretch, line)
            above = line

    def _start(self, stretch: _Stretch, line: Line) -> Piece:
        placed = [Placed(stretch.page, line)]
        if title := self._titles.get(id(line)):
            return Piece("heading", placed, title.level)
        if len(line.words) > 1 and MARKER.match(line.words[0].text):
            return Piece("item", placed)
        return Piece("line" if stretch.lone else "text", placed)

    def _is_note(self, number: int) -> bool:
        """Whether a block is a note at a page's foot, within a paragraph that goes on after it.

        Such a note is read before that paragraph.
        """
        page, block, *_ = self._stretches[number]
        small = _SMALL * self._body.size
        if not self._open or self._open.kind == "heading" or block.lines[0].size >= small:
            return False
        last = self._open.lines[-1].line
        if self._open.lines[0].page != page or last.size < small or _FINISHED.search(last.text):
            return False
        for following in self._stretches[number + 1 :]:
            if following.block.table or following.block.lines[0].size >= small:
                return not following.block.table and starts_lower(following.block.lines[0])
        return False

    def _goes_on(self, piece: Piece, line: Line, above: Line | None, stretch: _Stretch) -> bool:
        last = piece.lines[-1].line
        title, title_before = self._titles.get(id(line)), self._titles.get(id(last))
        if title or title_before:
            return title is title_before
        if max(last.size, line.size) > _SAME_SIZE * min(last.size, line.size):
            return False
        if stretch.lone or _starts_item(piece, line, stretch.edge) or not _has_letters(last):
            return False
        is_unfinished = not _FINISHED.search(last.text)
        if not is_unfinished and _SPEAKER.match(line.text):
            return False
        if above is not last:  # the end of a column or page lies between them
            return is_unfinished and (
                starts_lower(line) or bool(_HYPHEN.search(last.text)) or _ends_wide(piece)
            )
        return self._is_near(piece, line, stretch.edge, is_unfinished=is_unfinished)

    def _is_near(self, piece: Piece, line: Line, edge: float, *, is_unfinished: bool) -> bool:
        """Whether a line goes on with the one right above it."""
        last, first_word = piece.lines[-1].line, line.words[0]
        is_full = last.right + 0.25 * line.size + first_word.right - first_word.left > edge
        runs_on = is_unfinished and (starts_lower(line) or is_open(last.text))
        if runs_on and is_full:
            return True
        if line.top - last.top > _APART * self._leading * line.size:
            return False
        shift = (line.left - last.left) / line.size
        if piece.kind == "item" and len(piece.lines) == 1:
            shift = min(shift, 0.0)
        begins = shift > _INDENT or (shift < -_INDENT and len(piece.lines) > 1)
        return not (begins and not is_unfinished) and (is_full or runs_on)


def _rows(stretch: _Stretch) -> Iterator[Piece]:
    for number, row in enumerate(stretch.block.table.rows if stretch.block.table else ()):
        lines = [Placed(stretch.page, line) for cell in row for line in cell]
        yield Piece("row", lines, cells=tuple(len(cell) for cell in row), is_first=number == 0)


def _are_lines(lines: Sequence[Line], edge: float) -> bool:
    """Whether the lines of a block each stand alone: none goes on from the one above, as prose does."""
    if len(lines) < 2:
        return False
    before = lines[:-1]
    lower = sum(map(starts_lower, lines[1:]))
    pauses = sum(bool(_PAUSE.search(line.text)) for line in before)
    if lower > _FEW_LOWER * len(before) or pauses > _FEW_PAUSES * len(before):
        return False
    full = sum(line.right > edge - 3 * line.size for line in before)
    return 2 * full <= len(before) or len({round(line.right / line.size) for line in lines}) == len(lines) > 2


def _starts_item(piece: Piece, line: Line, edge: float) -> bool:
    mark = line.words[0].text
    if len(line.words) < 2 or not MARKER.match(mark):
        return False
    if not mark[0].isalnum() and mark[0] not in "-–—(":
        return True
    last = piece.lines[-1].line
    return piece.kind == "item" or bool(_FINISHED.search(last.text)) or last.right < edge - 3 * line.size


def _has_letters(line: Line) -> bool:
    return any(any(map(str.isalpha, word.text)) for word in line.words)


def _ends_wide(piece: Piece) -> bool:
    """Whether the last line of a paragraph is long, and about as wide as its others."""
    last = piece.lines[-1].line
    if len(piece.lines) < 2 or last.right - last.left < _LONG * last.size:
        return False
    return last.right > max(one.line.right for one in piece.lines[-3:]) - 3 * last.size
