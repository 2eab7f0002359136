"""How sure: the probability that the best guess is right, from what retrieval and reading know.

A logistic regression over a few signals of the best span. None of them sums over candidates, so reading more
passages does not change what they mean.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

from qa.calibration import Calibration
from qa.cues import held, kind_fits, names, normal, related
from qa.english import content_words
from qa.retriever import RetrievedPassage
from qa.spans import Span

# How many of the best spans are asked whether they agree with the best one.
_ASKED = 10


class Signals(NamedTuple):
    """What the confidence is made from; all are of the best span, its sentence and its passage.

    `cosine`, `share` and `pairs` are the sentence's, `dense` and `words` the passage's, as retrieval scored
    them. `margin` and `answerable` are the reader's, see `Span`. `lead` is the score's distance to the best
    span that says something else, at most 1 and, when there is none, 1. `agreement` is 1 when one of the
    next nine spans says the same. `first` is 1 when the span stands in the passage that was retrieved first.
    `in_sentence`, `in_passage`, `names_in_passage` are shares of the question's words that occur there;
    `missing` is the share of those that occur nowhere in the source; `kind_fits` see `qa.cues`.
    """

    cosine: float
    share: float
    pairs: float
    dense: float
    words: float
    margin: float
    answerable: float
    lead: float
    agreement: float
    first: float
    in_sentence: float
    in_passage: float
    names_in_passage: float
    missing: float
    kind_fits: float


def signals(
    question: str, passages: Sequence[RetrievedPassage], spans: Sequence[Span], missing: Sequence[str]
) -> Signals:
    """The signals of the best span, spans being as a Reader gives them and not empty."""
    best = spans[0]
    passage = passages[best.passage]
    sentence = next((s for s in passage.sentences if (s.start, s.end) == (best.start, best.end)), None)
    quote = _text(passages, best, (best.start, best.end))
    answers = [normal(said(passages, span)) for span in spans[:_ASKED]]
    other = next((s for s, answer in zip(spans, answers, strict=False) if answer != answers[0]), None)
    asked = content_words(question)
    text = passage.hit.passage.text
    return Signals(
        cosine=sentence.cosine if sentence else passage.dense,
        share=sentence.share if sentence else 0.0,
        pairs=sentence.pairs if sentence else 0.0,
        dense=passage.dense,
        words=passage.words,
        margin=best.margin,
        answerable=best.answerable,
        lead=min(1.0, best.score - other.score) if other else 1.0,
        agreement=float(answers[0] in answers[1:]),
        first=float(best.passage == 0),
        in_sentence=related(asked, quote),
        in_passage=held(asked, text),
        names_in_passage=held(names(question), text),
        missing=len(missing) / max(1, len(asked)),
        kind_fits=kind_fits(question, quote),
    )


def said(passages: Sequence[RetrievedPassage], span: Span) -> str:
    """The exact answer of a span, or its sentence, as it stands in the source."""
    return _text(passages, span, span.highlight or (span.start, span.end))


def _text(passages: Sequence[RetrievedPassage], span: Span, place: tuple[int, int]) -> str:
    passage = passages[span.passage].hit.passage
    return passage.text[place[0] - passage.start : place[1] - passage.start]


def confidence(known: Signals, fitted: Calibration) -> float:
    """The probability that the best guess is right, between 0 and 1."""
    total = fitted.intercept + sum(
        weight * float(getattr(known, name)) for name, weight in fitted.coefficients.items()
    )
    return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, total))))
