"""The headings of a PDF: lines that are larger than the body, or bold and short."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from index.load.pdf_lines import MARKER, Line

# Larger than the body by this much, a line is a heading; one of the body's size must be bold and short.
_LARGE = 1.12
_BODY = 0.95
_LINES = 4
_WORDS = 14
_LARGE_WORDS = 30
# Sizes nearer than this make no level of their own.
_SAME_LEVEL = 1.06
_DEEPEST = 6
_STOP = re.compile(r"[.!;,…。！][\"'”’»)\]]*$")
_END = re.compile(r"[.!?:;,…。！？][\"'”’»)\]]*$")


class Body(NamedTuple):
    """What most of a document is set in: the size of its type, and whether that is bold."""

    size: float
    bold: bool


class Title(NamedTuple):
    """Lines that are one heading, and its depth (1 is the top)."""

    lines: tuple[Line, ...]
    level: int


def body_of(lines: Iterable[Line]) -> Body:
    """What most characters of the lines are set in."""
    sizes: Counter[float] = Counter()
    bold = total = 0
    for line in lines:
        count = sum(len(word.text) for word in line.words)
        sizes[_size(line)] += count
        total += count
        bold += count * line.bold
    return Body(max(sizes, key=lambda size: (sizes[size], -size), default=10.0), 2 * bold > total)


def titles_of(blocks: Iterable[Sequence[Line]], body: Body) -> dict[int, Title]:
    """The heading of each line that is one, by the line's `id`."""
    runs = [run for block in blocks for run in _runs(block) if _is_title(run, body)]
    levels = _levels({_size(run[0]) for run in runs}, body)
    titles = [Title(tuple(run), levels[_size(run[0])]) for run in runs]
    return {id(line): title for title in titles for line in title.lines}


def _size(line: Line) -> float:
    return round(line.size * 2) / 2


def _runs(block: Sequence[Line]) -> Iterator[list[Line]]:
    """Lines below each other of one size and weight, unless a number starts one."""
    run: list[Line] = []
    for line in block:
        if run and not (
            _size(line) == _size(run[-1])
            and line.bold == run[-1].bold
            and line.top - run[-1].top < 2 * line.size
            and not MARKER.match(line.words[0].text)
        ):
            yield run
            run = []
        run.append(line)
    if run:
        yield run


def _is_title(run: Sequence[Line], body: Body) -> bool:
    size = _size(run[0])
    is_large = size > _LARGE * body.size
    if not is_large and (not run[0].bold or body.bold or size < _BODY * body.size):
        return False
    text = " ".join(line.text for line in run)
    words = sum(len(line.words) for line in run)
    if len(run) > _LINES or sum(map(str.isalpha, text)) < 2 or words > (_LARGE_WORDS if is_large else _WORDS):
        return False
    if is_large:
        return not (_STOP.search(text) and words > _WORDS / 2)
    return not _END.search(text) and not text[0].islower()


def _levels(sizes: set[float], body: Body) -> dict[float, int]:
    levels: dict[float, int] = {}
    level, last = 0, float("inf")
    for size in sorted(sizes, reverse=True):
        if level == 0 or last > _SAME_LEVEL * size:
            level, last = min(_DEEPEST, level + 1), size
        levels[size] = level
    return levels
