"""Compare two documents by their sentences: what both say, where they differ, what only one says."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from index.store.protocol import SearchIndex
from qa.answer.summary import sentences_of_source
from qa.language.numerals import dates, numbers
from qa.language.polarity import compare
from qa.language.self_contained import stands_alone
from qa.read.spans import Span
from qa.types import Citation, Comparison

# Sentences whose vectors are this near speak of the same; a sentence below the other has no like.
# Between them nothing is said.
_SAME, _FOREIGN = 0.72, 0.5
_MOST_DIFFERENT, _MOST_SHARED, _MOST_OWN = 3, 2, 2

Pair = tuple[Span, Span]


class Compared(NamedTuple):
    """Pairs of sentences, one of each document, and sentences of one alone; each in the source's order."""

    differ: tuple[Pair, ...]
    both: tuple[Pair, ...]
    only_first: tuple[Span, ...]
    only_second: tuple[Span, ...]

    @property
    def spans(self) -> list[Span]:
        """All of its sentences, in the order in which they are told."""
        pairs = [span for pair in (*self.differ, *self.both) for span in pair]
        return [*pairs, *self.only_first, *self.only_second]


def grouped(found: Compared, documents: Sequence[str], citations: Sequence[Citation]) -> Comparison | None:
    """The citations of a comparison's spans, in their order, as they belong together; None without any."""
    if not citations:
        return None
    rest = iter(citations)
    first, second = documents
    return Comparison(
        documents=(first, second),
        differ=tuple((next(rest), next(rest)) for _ in found.differ),
        both=tuple((next(rest), next(rest)) for _ in found.both),
        only=(
            tuple(next(rest) for _ in found.only_first),
            tuple(next(rest) for _ in found.only_second),
        ),
    )


def headed(comparison: Comparison, shown: Sequence[str]) -> list[tuple[str, list[list[str]]]]:
    """What is shown of the citations, in their order, under headings: a row for each matter."""
    rest = iter(shown)
    first, second = comparison.documents
    parts = [
        ("Where they differ", [[next(rest), next(rest)] for _ in comparison.differ]),
        ("Both say", [[next(rest), next(rest)] for _ in comparison.both]),
        (f"Only {first} says", [[next(rest)] for _ in comparison.only[0]]),
        (f"Only {second} says", [[next(rest)] for _ in comparison.only[1]]),
    ]
    return [(heading, rows) for heading, rows in parts if rows]


class _Side(NamedTuple):
    spans: list[Span]
    texts: list[str]
    vectors: NDArray[np.float32]


def compared(index: SearchIndex, first: str, second: str) -> Compared:
    """What two documents have in common and not, by their sentences that stand alone."""
    one, other = _side(index, first), _side(index, second)
    if not one.spans or not other.spans:
        return Compared((), (), (), ())
    likeness = one.vectors @ other.vectors.T
    there, back = likeness.argmax(axis=1), likeness.argmax(axis=0)
    differ: list[Pair] = []
    both: list[Pair] = []
    for place in np.flatnonzero(likeness.max(axis=1) >= _SAME).tolist():
        match = int(there[place])
        if back[match] == place:
            pair = (one.spans[place], other.spans[match])
            (differ if _differ(one.texts[place], other.texts[match]) else both).append(pair)
    return Compared(
        tuple(differ[:_MOST_DIFFERENT]),
        tuple(both[:_MOST_SHARED]),
        _own(one, likeness.max(axis=1)),
        _own(other, likeness.max(axis=0)),
    )


def _side(index: SearchIndex, document_id: str) -> _Side:
    """The sentences of a document with their vectors: those that stand alone, else all."""
    found = sentences_of_source(index, [document_id])
    alone = [one for one in found if stands_alone(one.text, opens=True)] or list(found)
    spans = [Span(one.document_id, one.start, one.end, None, 0.0, 0) for one in alone]
    vectors = np.stack([found[one] for one in alone]) if alone else np.empty((0, 1), np.float32)
    return _Side(spans, [one.text for one in alone], vectors)


def _differ(one: str, other: str) -> bool:
    """Whether two sentences of one matter name other numbers or dates, or one denies what the other says."""
    if numbers(one) != numbers(other) and (numbers(one) or numbers(other)):
        return True
    ours, theirs = dates(one), dates(other)
    if ours and theirs and not any(a.may_be(b) for a in ours for b in theirs):
        return True
    return compare(one, other).opposes


def _own(side: _Side, nearest: NDArray[np.float32]) -> tuple[Span, ...]:
    """The most central of the sentences that have no like in the other document."""
    centre = side.vectors.mean(axis=0)
    lone: Sequence[int] = np.flatnonzero(nearest < _FOREIGN).tolist()
    chosen = sorted(lone, key=lambda place: -float(side.vectors[place] @ centre))[:_MOST_OWN]
    return tuple(side.spans[place] for place in sorted(chosen))
