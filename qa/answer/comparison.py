"""Compare two documents by their sentences: what both say, where they differ, what only one says."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from index.store.protocol import SearchIndex
from index.text.terms import stems
from qa.answer.summary import sentences_of_source
from qa.language.function_words import content_words
from qa.language.rewording import is_reordered, said
from qa.language.self_contained import stands_alone
from qa.read.spans import Span
from qa.types import Citation, Comparison

# Sentences whose vectors are this near speak of the same; a sentence below the other has no like.
_SAME, _FOREIGN = 0.72, 0.5
# Between them those speak of the same that share so many of their words; of 91 pairs of documents on other
# matters none has two such sentences.
_SHARED_WORDS = 0.5
# Together 24 sentences, as many as a language model is given at most.
_MOST_DIFFERENT, _MOST_SHARED, _MOST_OWN = 8, 2, 2
# A sentence as short as "Dogs welcome." is compared as well.
_FEWEST_WORDS = 2
# What one that is not listed is called, and what several are.
_CALLED = (("place differs", "places differ"), *[("sentence", "sentences")] * 3)

Pair = tuple[Span, Span]


class Compared(NamedTuple):
    """Pairs of sentences, one of each document, and sentences of one alone; each in the source's order.

    `unlisted` says how many more there are of each of the four.
    """

    differ: tuple[Pair, ...]
    both: tuple[Pair, ...]
    only_first: tuple[Span, ...]
    only_second: tuple[Span, ...]
    unlisted: tuple[int, int, int, int] = (0, 0, 0, 0)

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
        unlisted=found.unlisted,
    )


def headed(comparison: Comparison, shown: Sequence[str]) -> list[tuple[str, list[list[str]]]]:
    """What is shown of the citations, in their order, under headings: a row for each matter.

    A last row says how many more there are.
    """
    rest = iter(shown)
    first, second = comparison.documents
    parts = [
        ("Where they differ", [[next(rest), next(rest)] for _ in comparison.differ]),
        ("Both say", [[next(rest), next(rest)] for _ in comparison.both]),
        (f"Only {first} says", [[next(rest)] for _ in comparison.only[0]]),
        (f"Only {second} says", [[next(rest)] for _ in comparison.only[1]]),
    ]
    return [
        (heading, [*rows, *([[f"and {more} more {called[more > 1]}"]] if more else [])])
        for (heading, rows), more, called in zip(parts, comparison.unlisted, _CALLED, strict=True)
        if rows
    ]


class _Side(NamedTuple):
    spans: list[Span]
    texts: list[str]
    vectors: NDArray[np.float32]


def compared(index: SearchIndex, first: str, second: str) -> Compared:
    """What two documents have in common and not, by their sentences that stand alone."""
    one, other = _side(index, first), _side(index, second)
    if not one.spans or not other.spans:
        return Compared((), (), (), ())
    same = _alike(one, other)
    likeness = one.vectors @ other.vectors.T
    # What is said alike has its like already, and is none for anything else.
    likeness[list(same)] = likeness[:, list(same.values())] = -1.0
    unlike = _on_one_matter(one, other, likeness)
    differ = [(one.spans[place], other.spans[match]) for place, match in unlike]
    both = [(one.spans[place], other.spans[match]) for place, match in sorted(same.items())]
    alone = _lone(likeness.max(axis=1), {*same}), _lone(likeness.max(axis=0), {*same.values()})
    return Compared(
        tuple(differ[:_MOST_DIFFERENT]),
        tuple(both[:_MOST_SHARED]),
        _central(one, alone[0]),
        _central(other, alone[1]),
        (
            max(0, len(differ) - _MOST_DIFFERENT),
            max(0, len(both) - _MOST_SHARED),
            max(0, len(alone[0]) - _MOST_OWN),
            max(0, len(alone[1]) - _MOST_OWN),
        ),
    )


def _side(index: SearchIndex, document_id: str) -> _Side:
    """The sentences of a document with their vectors: those that stand alone, else all."""
    found = sentences_of_source(index, [document_id])
    alone = [one for one in found if stands_alone(one.text, opens=True, fewest=_FEWEST_WORDS)] or list(found)
    spans = [Span(one.document_id, one.start, one.end, None, 0.0, 0) for one in alone]
    vectors = np.stack([found[one] for one in alone]) if alone else np.empty((0, 1), np.float32)
    return _Side(spans, [one.text for one in alone], vectors)


def _alike(one: _Side, other: _Side) -> dict[int, int]:
    """The sentences of one document, by their place, that the other says as well, each with its like."""
    ours, theirs = list(map(said, one.texts)), list(map(said, other.texts))
    left: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for place, words in enumerate(theirs):
        left[tuple(sorted(words))].append(place)
    found: dict[int, int] = {}
    for place, words in enumerate(ours):
        with_its_words = left[tuple(sorted(words))]
        match = next((at for at in with_its_words if is_reordered(words, theirs[at])), None)
        if match is not None:
            found[place] = match
            with_its_words.remove(match)
    return found


def _on_one_matter(one: _Side, other: _Side, likeness: NDArray[np.float32]) -> list[tuple[int, int]]:
    """The sentences, by their places, that are each other's nearest and speak of the same."""
    there, back = likeness.argmax(axis=1), likeness.argmax(axis=0)
    near = np.flatnonzero(likeness.max(axis=1) >= _FOREIGN).tolist()
    nearest = [(place, int(there[place])) for place in near if back[there[place]] == place]
    return [
        (place, match)
        for place, match in nearest
        if likeness[place, match] >= _SAME or _shared(one.texts[place], other.texts[match]) >= _SHARED_WORDS
    ]


def _shared(one: str, other: str) -> float:
    """The share of the words with meaning that two sentences have in common, of the one that has more."""
    ours, theirs = set(stems(content_words(one))), set(stems(content_words(other)))
    return len(ours & theirs) / max(1, len(ours), len(theirs))


def _lone(nearest: NDArray[np.float32], alike: Collection[int]) -> list[int]:
    """The sentences, by their place, that have no like in the other document."""
    return [place for place in np.flatnonzero(nearest < _FOREIGN).tolist() if place not in alike]


def _central(side: _Side, places: Sequence[int]) -> tuple[Span, ...]:
    """The most central of some sentences of a document."""
    centre = side.vectors.mean(axis=0)
    chosen = sorted(places, key=lambda place: -float(side.vectors[place] @ centre))[:_MOST_OWN]
    return tuple(side.spans[place] for place in sorted(chosen))
