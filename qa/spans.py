"""Ranges that may answer, and how they are found in a reader's logits; pure."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Logits = NDArray[np.floating[Any]]


class Span(NamedTuple):
    """A range that may answer, and the sentence that carries it; offsets are into the document's text.

    `highlight` is the exact answer within the sentence, None when the sentence as a whole is the guess.
    `passage` is the place, in the list that was read, of the passage it stands in. `margin` is the exact
    answer's score over "no answer here" and `answerable` the logit that its passage answers at all; both
    are 0 for a reader that does not know them.
    """

    document_id: str
    start: int
    end: int
    highlight: tuple[int, int] | None
    score: float
    passage: int
    margin: float = 0.0
    answerable: float = 0.0


class TokenLogits(NamedTuple):
    """What a model says of a passage's n tokens.

    `start` and `end` (n,) are the logits that the answer starts and ends with a token, `offsets` (n, 2) the
    characters of each token in the passage. `null` is the score of "no answer here", to compare with a
    start's plus an end's; `answerable` is the logit that the passage answers the question.
    """

    start: Logits
    end: Logits
    offsets: NDArray[np.int64]
    null: float
    answerable: float


def best_span(start: Logits, end: Logits, longest: int) -> tuple[int, int, float]:
    """The first and last token with the highest start + end logit, of at most `longest` tokens."""
    sums = start[:, None] + end[None, :]
    allowed = np.triu(np.tri(len(sums), k=longest - 1, dtype=bool))
    place = int(np.where(allowed, sums, -np.inf).argmax())
    first, last = divmod(place, len(sums))
    return first, last, float(sums[first, last])


def best_within(found: TokenLogits, start: int, end: int, longest: int) -> tuple[int, int, float] | None:
    """The best span inside a range of the passage: its characters and its score over null.

    None when no token lies wholly in the range, as in one behind the model's limit.
    """
    inside = np.flatnonzero((found.offsets[:, 0] >= start) & (found.offsets[:, 1] <= end))
    if not len(inside):
        return None
    first, last, score = best_span(found.start[inside], found.end[inside], longest)
    return (
        int(found.offsets[inside[first], 0]),
        int(found.offsets[inside[last], 1]),
        score - found.null,
    )
