"""Lines of a PDF's page: words that stand side by side, with nothing but a space between them.

A line ends where a wide gap follows. A gap within justified prose is wide too, but the lines above and below
run across it; between columns, and between the cells of a table, they do not.
"""

import re
from bisect import bisect_left
from collections.abc import Sequence
from typing import NamedTuple

from index.load.pdf_directions import in_reading_order, runs_left
from index.load.pdf_words import Word

# In sizes of type: a gap that may part columns, and one across which a line may still go on.
_WIDE = 0.75
_WIDEST = 4.0
# A character of a typewriter is so wide, in sizes of type. Two spaces behind the end of a sentence, or behind
# who speaks, part nothing.
_TYPED = 0.6
_SAME_WIDTH = 0.02
_TYPED_END = re.compile(r"[.!?:;][\"'”’)\]]*$")
# A gap parts columns when so much is free in the lines above and below too, in sizes of type or of the gap.
_FREE = 0.55
_MOST_FREE = 0.9
# With nothing to the right within this reach above and below, a gap narrower than this parts nothing.
_LONE = 2.0
_REACH = 2.5
# How far the lines above and below are, in heights of the line.
_NEXT_LINE = 0.9
# Lines overlap by this share of the lower one's height, or they are two.
_SAME_LINE = 0.5
# Lines of prose have so many characters and words.
_PROSE_CHARACTERS = 20
_PROSE_WORDS = 4
# What leads the eye from a title to its page, or is to be written on.
_LEADER = re.compile(r"[.·…_]+$")
_LONG_LEADER = re.compile(r"[.·…]{4,}$|_{3,}$")
_LEADERS = 3
MARKER = re.compile(r"(?:[-*•‣◦▪●○■–—·∙]|\(?(?:\d{1,3}|[a-zA-Z]|[ivx]{1,4})[.)])$")


class Line(NamedTuple):
    """Words in reading order and the box around them, in points from the upper left corner."""

    words: tuple[Word, ...]
    left: float
    top: float
    right: float
    bottom: float
    size: float
    bold: bool

    @property
    def text(self) -> str:
        """The words with a space between them."""
        return " ".join(word.text for word in self.words)

    @property
    def order(self) -> int:
        """Its place in the file's own order."""
        return self.words[0].order


def line_of(words: Sequence[Word]) -> Line:
    """The line of some words; its size is that of most of its characters."""
    weights: dict[float, int] = {}
    for word in words:
        weights[word.size] = weights.get(word.size, 0) + len(word.text)
    rounded: dict[float, int] = {}
    for size, weight in weights.items():
        rounded[round(size, 1)] = rounded.get(round(size, 1), 0) + weight
    return Line(
        tuple(words),
        min([word.left for word in words]),
        min([word.top for word in words]),
        max([word.right for word in words]),
        max([word.bottom for word in words]),
        max(rounded, key=lambda size: (rounded[size], size)),
        all(word.bold for word in words),
    )


def shared(one: float, end: float, other: float, other_end: float) -> float:
    """Length that two intervals share; negative where a gap lies between them."""
    return min(end, other_end) - max(one, other)


def same_row(one: Line | Word, other: Line | Word) -> bool:
    """Whether two stand at one height."""
    top, bottom, other_top, other_bottom = one.top, one.bottom, other.top, other.bottom
    high, other_high = bottom - top, other_bottom - other_top
    both = (bottom if bottom < other_bottom else other_bottom) - (top if top > other_top else other_top)
    return both > _SAME_LINE * (high if high < other_high else other_high)


def lines_of(words: Sequence[Word]) -> list[Line]:
    """The lines of a page, in the order in which the file shows them; those of turned words come last."""
    level = _without_leaders([word for word in words if not word.turned])
    runs: list[list[Word]] = []
    for word in level:
        if (
            runs
            and not word.is_field
            and same_row(runs[-1][-1], word)
            and -word.size < _gap(runs[-1][-1], word) < _wide(runs[-1][-1]) * word.size
        ):
            runs[-1].append(word)
        else:
            runs.append([word])
    leftwards = runs_left(level)
    level_runs = (in_reading_order(run, leftwards) for run in _close_gaps(runs, level))
    return [line_of(run) for run in (*level_runs, *_turned_runs(words))]


def _turned_runs(words: Sequence[Word]) -> list[list[Word]]:
    """Words that run up or down the page, those together that the file shows one after the other."""
    runs: list[list[Word]] = []
    for word in words:
        if word.turned:
            before = runs[-1][-1] if runs else None
            if (
                before
                and before.order == word.order - 1
                and shared(before.left, before.right, word.left, word.right) > 0
            ):
                runs[-1].append(word)
            else:
                runs.append([word])
    return runs


def _without_leaders(words: Sequence[Word]) -> list[Word]:
    """The words without rows of dots or strokes."""
    kept: list[Word] = []
    row: list[Word] = []
    for word in words:
        text = word.text
        if text[-1] in ".·…_" and _LEADER.match(text):
            row.append(word)
            continue
        if len(row) < _LEADERS:
            kept += [one for one in row if not _LONG_LEADER.match(one.text)]
        row = []
        if text[-4:] == "....":
            text = text.rstrip(".")
            word = word._replace(
                text=text, right=word.left + (word.right - word.left) * len(text) / len(word.text)
            )
        kept.append(word)
    return kept + [one for one in row if len(row) < _LEADERS]


def _wide(word: Word) -> float:
    """The gap behind a word that may part columns, in sizes of type."""
    width = (word.right - word.left) / len(word.text) / max(word.size, 0.1)
    is_typed = abs(width - _TYPED) < _SAME_WIDTH and _TYPED_END.search(word.text)
    return 2.5 * _TYPED if is_typed else _WIDE


def _gap(before: Word, after: Word) -> float:
    """Space between two words of a line, whichever way it runs."""
    return after.left - before.right if after.left >= before.left else before.left - after.right


def _close_gaps(runs: list[list[Word]], words: Sequence[Word]) -> list[list[Word]]:
    """Join runs across the wide gaps of prose, and marks of lists to their items."""
    by_top = sorted(words, key=lambda word: word.top)
    tops = [word.top for word in by_top]
    tallest = max((word.bottom - word.top for word in words), default=0.0)
    joined: list[list[Word]] = []
    for run in runs:
        if joined and _goes_on(joined[-1], run, by_top, tops, tallest):
            joined[-1] += run
        else:
            joined.append(run)
    return joined


def _goes_on(
    before: list[Word], run: list[Word], by_top: Sequence[Word], tops: list[float], tallest: float
) -> bool:
    last, first = before[-1], run[0]
    gap = first.left - last.right
    widest = float("inf") if first.is_field else _WIDEST * first.size
    if not same_row(last, first) or not 0 <= gap < widest:
        return False
    if (len(before) == 1 and MARKER.match(last.text)) or (first.is_field and last.text.endswith(":")):
        return True
    top, bottom = min(last.top, first.top), max(last.bottom, first.bottom)
    reach = _REACH * first.size
    start, end = bisect_left(tops, top - reach - tallest), bisect_left(tops, bottom + reach)
    near = [word for word in by_top[start:end] if word.bottom > top - reach and not same_row(word, last)]
    if gap < _LONE * first.size and not any(word.left >= last.right + gap / 2 for word in near):
        return True
    reach = _NEXT_LINE * (bottom - top)
    across = [
        (word.left, word.right)
        for word in near
        if word.left < first.left
        and word.right > last.right
        and word.bottom > top - reach
        and word.top < bottom + reach
    ]
    return _widest_free(last.right, first.left, across) < min(_FREE * first.size, _MOST_FREE * gap)


def _widest_free(start: float, end: float, taken: Sequence[tuple[float, float]]) -> float:
    """The widest part of an interval that nothing takes."""
    widest = 0.0
    for left, right in sorted(taken):
        widest = max(widest, left - start)
        start = max(start, right)
    return max(widest, end - start)


def starts_lower(line: Line) -> bool:
    """Whether a line begins in lower case, as the second line of a sentence mostly does."""
    return line.words[0].text.lstrip("\"'“‘«([")[:1].islower()


def is_prose(line: Line) -> bool:
    """Whether a line is as long as those of prose are."""
    return len(line.text) >= _PROSE_CHARACTERS and len(line.words) >= _PROSE_WORDS
