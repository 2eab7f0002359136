"""Settle what a reader found, before it is composed: whole figures, names for pronouns, nothing opposite; pure."""

from collections.abc import Sequence

from qa.quantity import whole
from qa.retriever import RetrievedPassage
from qa.spans import Span


def settle(question: str, spans: Sequence[Span], passages: Sequence[RetrievedPassage]) -> list[Span]:
    """The spans of any reader as they may be shown, best first."""
    return [_whole(span, passages) for span in spans]


def _whole(span: Span, passages: Sequence[RetrievedPassage]) -> Span:
    if span.highlight is None:
        return span
    passage = passages[span.passage].hit.passage
    sentence = passage.text[span.start - passage.start : span.end - passage.start]
    first, last = whole(sentence, span.highlight[0] - span.start, span.highlight[1] - span.start)
    return span._replace(highlight=(span.start + first, span.start + last))
