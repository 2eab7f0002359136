"""From the states of a text's tokens to vectors: of the text, and of ranges within it."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
Range = tuple[int, int]


class TokenStates(NamedTuple):
    """What a model makes of a text: its vector (d,), not yet of unit length, and its tokens' states (t, d).

    `spans` (t, 2) holds the tokens' places in the text, in characters; special tokens have empty ones.
    """

    vector: Vectors
    states: Vectors
    spans: NDArray[Any]


class Encoder(Protocol):
    """A model and its tokenizer; `max_tokens` counts the special tokens in."""

    @property
    def dimension(self) -> int: ...  # noqa: D102
    @property
    def max_tokens(self) -> int: ...  # noqa: D102

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Number of word pieces of each text, without special tokens."""
        ...

    def encode(self, texts: Sequence[str]) -> Iterator[TokenStates]:
        """The token states of each text, in order, of no more than `max_tokens` tokens."""
        ...


def pool(text: TokenStates, ranges: Sequence[Range]) -> Vectors:
    """Mean token state of each range (in characters), shape (len(ranges), d).

    A range that no token touches (cut off by the model's limit) gets the text's vector. Special tokens
    belong to no range.
    """
    real = np.flatnonzero(text.spans[:, 1] > text.spans[:, 0])
    starts, ends = text.spans[real].T
    states = text.states[real]
    # Tokens stand in the order of the text, so those of a range are neighbours.
    bounds = np.asarray(ranges, dtype=np.int64).reshape(-1, 2)
    firsts = np.searchsorted(ends, bounds[:, 0], "right")
    lasts = np.searchsorted(starts, bounds[:, 1], "left")
    rows = np.empty((len(ranges), text.states.shape[1]), dtype=np.float32)
    for number, (first, last) in enumerate(zip(firsts, lasts, strict=True)):
        rows[number] = states[first:last].mean(axis=0) if last > first else text.vector
    return rows


def normalise(vectors: Vectors) -> Vectors:
    """Rows scaled to unit length; a row of zeros stays."""
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    scaled: Vectors = vectors / np.maximum(norms, np.finfo(np.float32).tiny)
    return scaled
