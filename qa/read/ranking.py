"""Score a span by what is known of it; pure."""

from qa.read.calibration import Ranking
from qa.read.spans import Span
from qa.retrieve.retriever import RetrievedPassage


def known_of(span: Span, passage: RetrievedPassage) -> list[float]:
    """What `Ranking` weighs, in its order; `passage` is the one that the span stands in."""
    sentence = next((s.score for s in passage.sentences if s.start == span.start), 0.0)
    return [
        span.margin,
        span.answerable,
        sentence,
        passage.words,
        passage.dense,
        span.support,
        span.second_margin,
        span.second_answerable,
    ]


def scored(span: Span, passage: RetrievedPassage, ranking: Ranking) -> Span:
    """The span with its score, the weighted sum of what is known of it: log-odds against other spans."""
    weights = ranking.model_dump().values()
    known = known_of(span, passage)
    return span._replace(score=sum(weight * value for weight, value in zip(weights, known, strict=True)))
