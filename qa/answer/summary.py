"""Answer requests about a whole text or a part of it: its most central sentences, in the source's order."""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Collection, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from index.store.protocol import SearchIndex
from qa.language.self_contained import plain, stands_alone, unheaded
from qa.read.spans import Span
from qa.requests.parts import Part

_SENTENCES = 3
# A part of so many sentences is read out; of a longer one the most central ones are.
MOST_READ = 10
# Passages looked at; a larger source is sampled evenly, so that the time stays bounded.
_MOST_PASSAGES = 1000
# How much likeness to what was chosen already counts against a sentence (maximal marginal relevance,
# Carbonell and Goldstein 1998).
_REDUNDANCY = 0.5
# What a document's first sentence has over the others: it mostly says what the text is.
_OPENING = 0.25
# A sentence that starts this early has nothing before it that it could lean on.
_EARLY = 300


class Sentence(NamedTuple):
    """A sentence of a document, at its place."""

    document_id: str
    start: int
    end: int
    text: str


def central_sentences(
    index: SearchIndex,
    documents: Collection[str] | None = None,
    parts: Sequence[Part] | None = None,
    *,
    most: int = _SENTENCES,
) -> list[Span]:
    """At most three, or `most`, sentences nearest to the mean of all, unlike each other, in source order.

    Only those that stand alone are taken, where there is one; in a text without any, such as a form or a
    list, the first ones. `parts` narrows the choice to parts of documents.
    """
    found = sentences_of_source(index, documents, parts)
    if not found:
        return []
    repeated = Counter(plain(sentence.text) for sentence in found)
    if parts is not None and len(found) <= most:  # all that the part says
        return [_span(sentence, 0.0) for sentence in found]
    begins = {part.document_id: part.start for part in parts or ()}
    opening: set[Sentence] = set()
    kept: list[Sentence] = []
    for sentence in found:
        early = sentence.start - begins.get(sentence.document_id, 0) < _EARLY
        if repeated[plain(sentence.text)] == 1 and stands_alone(sentence.text, opens=early):
            if early and not any(one.document_id == sentence.document_id for one in opening):
                opening.add(sentence)
            kept.append(sentence)
    if not kept:
        return [_span(sentence, 0.0) for sentence in list(found)[:most]]
    matrix = np.stack([found[sentence] for sentence in kept])
    centre = matrix.mean(axis=0)
    centrality = matrix @ (centre / max(float(np.linalg.norm(centre)), 1e-12))
    centrality += np.array([_OPENING * (sentence in opening) for sentence in kept], dtype=np.float32)
    chosen: list[int] = []
    while len(chosen) < min(most, len(kept)):
        likeness = (matrix @ matrix[chosen].T).max(axis=1) if chosen else np.zeros(len(kept))
        gain = centrality - _REDUNDANCY * likeness
        gain[chosen] = -np.inf
        chosen.append(int(gain.argmax()))
    return [_span(kept[place], float(centrality[place])) for place in sorted(chosen)]


def sentences_read(index: SearchIndex, parts: Sequence[Part]) -> tuple[list[Span], int]:
    """All sentences of parts as they stand, with their numbers, and how many there are; of many ten."""
    every = sentences_of_source(index, None, parts, is_verbatim=True)
    if len(every) > MOST_READ:
        return central_sentences(index, None, parts, most=MOST_READ), len(every)
    return [_span(sentence, 0.0) for sentence in every], len(every)


def sentences_of_source(
    index: SearchIndex,
    documents: Collection[str] | None,
    parts: Sequence[Part] | None = None,
    *,
    is_verbatim: bool = False,
) -> dict[Sentence, NDArray[np.float32]]:
    """The sentences looked at, with their vectors, in the order of the source.

    Unless `is_verbatim`, they are without their numbers and the headings that were not parted from them.
    """
    if parts is None:
        rows = index.passage_rows(documents).tolist()
    else:
        rows = sorted({row for part in parts for row in _rows_of(index, part)})
    found: dict[Sentence, NDArray[np.float32]] = {}
    step = 1 if is_verbatim else max(1, -(-len(rows) // _MOST_PASSAGES))
    for row in rows[::step]:
        passage = index.passage(row)
        for (start, end), vector in zip(index.sentences(row), index.sentence_vectors(row), strict=True):
            part = next((one for one in parts or () if one.holds(passage.document_id, start, end)), None)
            if parts is not None and part is None:
                continue
            text = passage.text[start - passage.start : end - passage.start]
            text = text if is_verbatim else unheaded(text)
            if part and start < part.start:  # a sentence that was not parted from the heading before it
                text = passage.text[part.start - passage.start : end - passage.start].lstrip()
            # Passages may overlap: a sentence counts once.
            found.setdefault(Sentence(passage.document_id, end - len(text), end, text), vector)
    return found


def _rows_of(index: SearchIndex, part: Part) -> list[int]:
    """The passages that a part has text in; those of a document are in its order."""
    rows: list[int] = index.passage_rows([part.document_id]).tolist()
    first = bisect_right(rows, part.heading, key=lambda row: index.passage(row).end)
    last = bisect_left(rows, part.end, key=lambda row: index.passage(row).start)
    return rows[first:last]


def _span(sentence: Sentence, score: float) -> Span:
    return Span(sentence.document_id, sentence.start, sentence.end, None, score, 0)
