"""Ranges that may answer, and how they are found in a reader's logits; pure."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from qa.retrieve.retriever import RetrievedPassage

Logits = NDArray[np.floating[Any]]
Range = tuple[int, int]


class Span(NamedTuple):
    """A range that may answer, and the sentence that carries it; offsets are into the document's text.

    `highlight` is the exact answer within the sentence, None when the sentence as a whole is the guess.
    `passage` is the place, in the list that was read, of the passage it stands in. `margin` is the exact
    answer's score over "no answer here" and `answerable` the logit that its passage answers at all; both
    are 0 for a reader that does not know them. Where the exact answer says nothing by itself, `otherwise` is
    the best one of the sentence that does, and its margin. `beside` is the range of another sentence that is
    cited with this one, and may hold the highlight. `unfit` tells that the sentence cannot be the answer:
    it says the opposite of what is asked, or asks itself. `support`, `second_margin` and `second_answerable`
    are logits of the second reading: that the sentence answers, and as above; 0 without one. `around` is the
    last of them where the best span is read with its neighbours.
    """

    document_id: str
    start: int
    end: int
    highlight: Range | None
    score: float
    passage: int
    margin: float = 0.0
    answerable: float = 0.0
    otherwise: tuple[Range, float] | None = None
    beside: Range | None = None
    unfit: bool = False
    support: float = 0.0
    second_margin: float = 0.0
    second_answerable: float = 0.0
    around: float = 0.0


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


def best_span(
    start: Logits, end: Logits, longest: int, wanted: NDArray[np.bool_] | None = None
) -> tuple[int, int, float]:
    """The first and last token with the highest start + end logit, of at most `longest` tokens.

    One of the tokens that are `wanted`, if any are, is among them.
    """
    sums = start[:, None] + end[None, :]
    allowed = np.triu(np.tri(len(sums), k=longest - 1, dtype=bool))
    if wanted is not None:
        seen = np.concatenate([[0], np.cumsum(wanted)])
        allowed &= seen[None, 1:] > seen[:-1, None]
    place = int(np.where(allowed, sums, -np.inf).argmax())
    first, last = divmod(place, len(sums))
    return first, last, float(sums[first, last])


def best_within(
    found: TokenLogits, start: int, end: int, longest: int, wanted: Sequence[Range] | None = None
) -> tuple[int, int, float] | None:
    """The best span inside a range of the passage: its characters and its score over null.

    It touches one of the ranges that are `wanted`, if any are. None when no token lies wholly in the range,
    as in one behind the model's limit, or none of them is wanted.
    """
    offsets = found.offsets
    inside = np.flatnonzero((offsets[:, 0] >= start) & (offsets[:, 1] <= end))
    needed = None
    if wanted is not None:
        touched = [(offsets[inside, 0] < last) & (offsets[inside, 1] > first) for first, last in wanted]
        needed = np.any(touched, axis=0) if touched else np.zeros(len(inside), dtype=np.bool_)
    if not len(inside) or (needed is not None and not needed.any()):
        return None
    first, last, score = best_span(found.start[inside], found.end[inside], longest, needed)
    return (
        int(found.offsets[inside[first], 0]),
        int(found.offsets[inside[last], 1]),
        score - found.null,
    )


def text_of(passages: "Sequence[RetrievedPassage]", span: Span, place: Range) -> str:
    """The text of a range of a span's document, which one of the passages that were read holds."""
    passage = next(
        found.hit.passage
        for found in (passages[span.passage], *passages)
        if found.hit.passage.document_id == span.document_id
        and found.hit.passage.start <= place[0] < found.hit.passage.end
    )
    return passage.text[place[0] - passage.start : place[1] - passage.start]


def sentences_of(span: Span) -> list[Span]:
    """The sentences that a span is cited by, in the order of the document; one keeps the highlight."""
    places = [(span.start, span.end), *([span.beside] if span.beside else ())]
    return [
        span._replace(
            start=start,
            end=end,
            highlight=span.highlight if span.highlight and start <= span.highlight[0] < end else None,
            beside=None,
        )
        for start, end in sorted(places)
    ]
