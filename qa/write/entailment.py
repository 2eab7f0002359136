"""Whether a statement follows from the sentences it cites: a small trained model over how their words align.

Every word of the statement that carries meaning is compared with those of the evidence, by its stem and by
its vector in its context; small words (negations, quantifiers, modals, bounds) are compared where they stand.
The weights are in `entailment.npz`, written by `python -m qa.training.checker`, which also measures them;
they know the vectors of the default embedding model.
"""

import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from index.embed.pooling import Range, Vectors
from index.text.stemming import stems
from qa.language.function_words import is_content
from qa.language.polarity import compare
from qa.write import wording

Floats = NDArray[np.float64]

FILE = Path(__file__).with_name("entailment.npz")
_TOKEN = re.compile(r"[^\W_]+(?:[-.,’'][^\W_]+)*")
# A small word belongs to the words that carry meaning within so many tokens.
_REACH = 4
# Words whose vectors are this near say much the same.
_ALIKE = 0.6
# Words whose counterparts stand so far apart belong to different parts of the evidence.
_FAR = 8


class EmbedsParts(Protocol):
    """The part of an `index.Embedder` that is used."""

    def embed_parts(self, texts: Sequence[str], parts: Sequence[Sequence[Range]]) -> tuple[Vectors, Vectors]:
        """Unit rows for texts and, in one list, for ranges of their characters."""
        ...


class Text(NamedTuple):
    """A text's tokens with their stems, which of them carry meaning, and their vectors and its own."""

    text: str
    tokens: tuple[str, ...]
    stems: tuple[str, ...]
    content: NDArray[np.int64]
    vectors: Vectors
    whole: Vectors
    small: tuple[frozenset[int], ...]


def read(texts: Sequence[str], embedder: EmbedsParts) -> list[Text]:
    """Texts with all that is compared of them."""
    places = [[found.span() for found in _TOKEN.finditer(text)] for text in texts]
    whole, parts = embedder.embed_parts(texts, places)
    found, first = [], 0
    for text, spans, own in zip(texts, places, whole, strict=True):
        tokens = tuple(text[start:end] for start, end in spans)
        content = np.array([place for place, token in enumerate(tokens) if is_content(token)], dtype=np.int64)
        vectors = parts[first : first + len(spans)]
        first += len(spans)
        found.append(
            Text(text, tokens, tuple(stems(tokens)), content, vectors, own, _small_words(text, spans))
        )
    return found


def _small_words(text: str, spans: Sequence[Range]) -> tuple[frozenset[int], ...]:
    """The places of the tokens at which a small word of each class stands."""
    return tuple(
        frozenset(
            place
            for found in pattern.finditer(text)
            for place, (start, end) in enumerate(spans)
            if start < found.end() and found.start() < end
        )
        for pattern in wording.CLASSES
    )


def features(statement: Text, evidence: Text) -> Floats:
    """What tells whether a statement follows from evidence, as numbers."""
    ours, theirs = statement.content, evidence.content
    if not len(ours) or not len(theirs):
        return np.zeros(SIZE)
    likeness = statement.vectors[ours] @ evidence.vectors[theirs].T
    same = np.array([[statement.stems[i] == evidence.stems[j] for j in theirs] for i in ours])
    # The counterpart of a word: the same word where there is one, the one in the likest place of several.
    counterpart = theirs[(likeness + 2.0 * same).argmax(axis=1)]
    exact: NDArray[np.bool_] = np.any(same, axis=1)
    best = likeness.max(axis=1)
    lone = np.sort(best[~exact])
    names = np.array([statement.tokens[i][:1].isupper() for i in ours]) & ~exact
    jumps = np.diff(counterpart[exact]) if exact.sum() > 1 else np.zeros(1)
    size = len(ours)
    return np.array(
        [
            exact.mean(), min(len(lone), 6) / 6, float(len(lone) == 0),
            *np.pad(lone[:3], (0, 3 - len(lone[:3])), constant_values=1.0),
            best.mean(), best.min(), (best < _ALIKE).sum(),
            float(not exact[0]), 1.0 if exact[0] else best[0],
            names.sum(), min(best[names], default=1.0), statement.whole @ evidence.whole,
            (jumps < 0).mean(), (abs(jumps) > _FAR).mean(), size / 10, size / len(theirs),
            *_polarity(statement, evidence, size),
            *_small_differences(statement, evidence, counterpart),
        ]
    )  # fmt: skip


def _polarity(statement: Text, evidence: Text, size: int) -> list[float]:
    found = compare(statement.text, evidence.text)
    ours, theirs = statement.small[0], evidence.small[0]
    opposites = wording.opposed(statement.text, evidence.text)
    return [
        *(len(found.contrary), len(found.same) / size, len(found.denied), found.opposes),
        *(len(ours), len(theirs), bool(ours) and not theirs, opposites),
    ]


def _small_differences(statement: Text, evidence: Text, counterpart: NDArray[np.int64]) -> list[float]:
    """Of each class of small words, in how many places one stands in one text and not in the other.

    First the share of the words by which one stands in the statement and not by their counterparts, of all
    classes; then the share of those by whose counterparts one stands, and not by them.
    """
    gained, lost = [], []
    for ours, theirs in zip(statement.small, evidence.small, strict=True):
        near = np.array([_is_near(place, ours) for place in statement.content])
        far = np.array([_is_near(place, theirs) for place in counterpart])
        gained.append(float((near & ~far).sum() / max(1, near.sum())))
        lost.append(float((far & ~near).sum() / max(1, far.sum())))
    return [*gained, *lost]


def _is_near(place: int, others: frozenset[int]) -> bool:
    return any(-_REACH <= other - place <= _REACH for other in others)


SIZE = 26 + 2 * len(wording.CLASSES)


class Model(NamedTuple):
    """A layer of hidden units over the scaled features; a statement follows from `bar` on."""

    mean: Floats
    scale: Floats
    inner: Floats
    inner_bias: Floats
    outer: Floats
    outer_bias: Floats
    bar: float

    def logits(self, features: Floats) -> Floats:
        """How surely statements follow, a row of features each."""
        hidden = np.tanh((features - self.mean) / self.scale @ self.inner + self.inner_bias)
        logits: Floats = hidden @ self.outer + self.outer_bias
        return logits

    def save(self) -> None:
        """Write it into the package."""
        np.savez_compressed(FILE, **{name: np.float32(one) for name, one in self._asdict().items()})  # type: ignore[arg-type]


@cache
def shipped() -> Model:
    """The model of the package."""
    with np.load(FILE) as file:
        mean, scale, inner, inner_bias, outer, outer_bias, bar = (
            file[name].astype(np.float64) for name in Model._fields
        )
    return Model(mean, scale, inner, inner_bias, outer, outer_bias, float(bar))
