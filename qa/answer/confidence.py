"""How sure: the probability that the best guess is right, from what retrieval and reading know.

A logistic regression over a few signals of the best span. None of them sums over candidates, so reading more
passages does not change what they mean.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

from index.text.unsaid import as_said
from qa.read.calibration import Calibration
from qa.read.cues import normal
from qa.read.spans import Span, text_of
from qa.retrieve.retriever import RetrievedPassage

# The farthest that the next answer counts as behind the best.
_FARTHEST = 1.0


class Signals(NamedTuple):
    """What the confidence is made from; all are of the best span, its sentence and its passage.

    `cosine`, `share` and `pairs` are the sentence's, as retrieval scored it. `margin` and `answerable` are
    the reader's, and the last four the second reading's, see `Span`. `lead` is the score's distance to the
    best span that says something else, at most 1 and, when there is none, 1. `first` is 1 when the span
    stands in the passage that was retrieved first. DECISIONS.md lists the signals that were tried and added
    nothing.
    """

    cosine: float
    share: float
    pairs: float
    margin: float
    answerable: float
    lead: float
    first: float
    support: float
    second_margin: float
    second_answerable: float
    around: float


def signals(passages: Sequence[RetrievedPassage], spans: Sequence[Span]) -> Signals:
    """The signals of the best span, spans being as a Reader gives them and not empty."""
    best = spans[0]
    passage = passages[best.passage]
    sentence = next((s for s in passage.sentences if (s.start, s.end) == (best.start, best.end)), None)
    answer = normal(said(passages, best))
    other = next((span for span in spans if normal(said(passages, span)) != answer), None)
    return Signals(
        cosine=sentence.cosine if sentence else passage.dense,
        share=sentence.share if sentence else 0.0,
        pairs=sentence.pairs if sentence else 0.0,
        margin=best.margin,
        answerable=best.answerable,
        lead=min(_FARTHEST, best.score - other.score) if other else _FARTHEST,
        first=float(best.passage == 0),
        support=best.support,
        second_margin=best.second_margin,
        second_answerable=best.second_answerable,
        around=best.around,
    )


def said(passages: Sequence[RetrievedPassage], span: Span) -> str:
    """The exact answer of a span, or its sentence, without what nobody says in it."""
    return as_said(text_of(passages, span, span.highlight or (span.start, span.end)))


def confidence(known: Signals, fitted: Calibration) -> float:
    """The probability that the best guess is right, between 0 and 1."""
    total = fitted.intercept + sum(
        weight * float(getattr(known, name)) for name, weight in fitted.coefficients.items()
    )
    return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, total))))
