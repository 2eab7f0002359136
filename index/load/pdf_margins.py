"""Numbers of lines in the margin of a PDF's pages, as court transcripts, pleadings and manuscripts have them.

They count what stands beside them and are no part of it. Those of a listing of code stay, since its text
speaks of them, and so do the numbers of a table's rows and of a list's items.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import pairwise
from statistics import median

from index.load.pdf_lines import same_row
from index.load.pdf_words import PageWords, Word
from index.text.line_numbers import is_prose

# A page has so many numbers at least; where no other page shows that they are a margin's, so many; and the
# last of the pages that they count through, so many.
_FEWEST = 10
_FEWEST_ALONE = 20
_FEWEST_LAST = 2
_DIGITS = 4
# A page with more numbers is a table.
_MOST = 5000
# They begin or end below each other, to about so many points, hardly overlap, and the steps between them
# differ by this part.
_ALIGNED = 3.0
_OVERLAP = 0.3
_EVEN = 0.15
# Where they count all lines of a document, hardly a line has none.
_NUMBERED = 0.9

_Count = list[Word]


def without_line_numbers(pages: Sequence[PageWords]) -> tuple[list[PageWords], bool]:
    """The pages without the numbers of lines in their margins, and whether there were any."""
    counts = [list(_counts(page.words)) for page in pages]
    found = max(_restarting(counts), _continued(pages, counts), key=lambda found: sum(map(len, found)))
    if not _is_prose(pages, found):
        return list(pages), False
    gone = {(page, word.order) for page, numbers in enumerate(found) for word in numbers}
    kept = [
        page._replace(words=[word for word in page.words if (number, word.order) not in gone])
        for number, page in enumerate(pages)
    ]
    return kept, True


def _counts(words: Sequence[Word]) -> Iterator[_Count]:
    """Runs of numbers below each other, each one more than the one above."""
    numbers = [
        word for word in words if len(word.text) <= _DIGITS and word.text.isdecimal() and not word.is_field
    ]
    if not _FEWEST_LAST <= len(numbers) <= _MOST:
        return
    by_edge: dict[tuple[int, int], list[Word]] = {}
    for word in sorted(numbers, key=lambda word: word.top):
        for edge in {round(word.left / _ALIGNED), -1 - round(word.right / _ALIGNED)}:
            by_edge.setdefault((int(word.text), edge), []).append(word)
    taken: set[int] = set()
    for first in sorted(numbers, key=lambda word: (int(word.text), word.top)):
        if first.order not in taken:
            count = [first]
            while below := _next(count[-1], by_edge):
                count.append(below)
            taken.update(one.order for one in count)
            if len(count) >= (_FEWEST if int(first.text) <= _FEWEST else _FEWEST_LAST):
                yield count


def _next(word: Word, by_edge: dict[tuple[int, int], list[Word]]) -> Word | None:
    """The nearest word below another that says one more, and begins or ends where it does."""
    value, found = int(word.text) + 1, []
    for edge in (round(word.left / _ALIGNED), -1 - round(word.right / _ALIGNED)):
        for near in (edge - 1, edge, edge + 1):
            following = by_edge.get((value, near), [])
            place = bisect_left(following, word.bottom - _OVERLAP * word.size, key=lambda other: other.top)
            found += following[place : place + 1]
    return min(found, key=lambda other: other.top, default=None)


def _restarting(counts: Sequence[Sequence[_Count]]) -> list[_Count]:
    """The numbers of each page on which they begin with 1 and have even steps."""
    found = [
        [word for count in page if int(count[0].text) == 1 and _is_even(count) for word in count]
        for page in counts
    ]
    alone = sum(map(bool, found)) == 1
    return found if not alone or max(map(len, found)) >= _FEWEST_ALONE else [[] for _ in found]


def _continued(pages: Sequence[PageWords], counts: Sequence[Sequence[_Count]]) -> list[_Count]:
    """The numbers of each page where they go on from page to page and count each line."""
    found: list[_Count] = []
    last = 0
    for page, of_page in zip(pages, counts, strict=True):
        count = next((one for one in of_page if int(one[0].text) == last + 1), [])
        found.append(count if _count_all(count, page.words) else [])
        last += len(found[-1])
    return found if sum(map(bool, found)) > 1 else [[] for _ in found]


def _is_even(count: _Count) -> bool:
    steps = [below.top - above.top for above, below in pairwise(count)]
    return all(abs(step - median(steps)) < _EVEN * median(steps) for step in steps)


def _count_all(count: _Count, words: Sequence[Word]) -> bool:
    """Whether hardly a word stands between the first number and the last but beside one of them."""
    if not count:
        return False
    within = [word for word in words if count[0].top <= word.top <= count[-1].bottom]
    return len([word for word in within if _beside(word, count)]) >= _NUMBERED * len(within)


def _beside(word: Word, count: _Count) -> bool:
    return any(same_row(word, number) for number in count)


def _is_prose(pages: Sequence[PageWords], found: Sequence[_Count]) -> bool:
    """Whether prose stands beside the numbers."""
    rows = [
        sorted(
            (word for word in page.words if word.left > number.right and same_row(word, number)),
            key=lambda word: word.left,
        )
        for page, count in zip(pages, found, strict=True)
        for number in count
    ]
    return is_prose([[word.text for word in row] for row in rows])
