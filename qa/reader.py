"""Point at what answers a question in the passages that were retrieved.

`Reader` is the seam: the sentence reader here ranks whole sentences; a trained one points at exact spans.
"""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from qa.retriever import RetrievedPassage


class Span(NamedTuple):
    """A range that may answer, and the sentence that carries it; offsets are into the document's text.

    `highlight` is the exact answer within the sentence, None when the sentence as a whole is the guess.
    `passage` is the place, in the list that was read, of the passage it stands in.
    """

    document_id: str
    start: int
    end: int
    highlight: tuple[int, int] | None
    score: float
    passage: int


class Reader(Protocol):
    """What the Answerer asks of a reader."""

    def read(self, question: str, passages: Sequence[RetrievedPassage]) -> list[Span]:
        """Spans that may answer, best first, no sentence twice; empty only when there is no passage."""
        ...


class SentenceReader:
    """Ranks sentences by their fused score plus a share of their passage's.

    The toy that a trained reader has to beat: no exact span, no sense of what kind of answer is asked for.
    """

    # Chosen on the tuning articles, see DECISIONS.md: a good sentence of a good passage wins.
    passage_share = 0.5

    def read(self, question: str, passages: Sequence[RetrievedPassage]) -> list[Span]:
        """See `Reader.read`. The question is not looked at again: retrieval has scored each sentence."""
        spans: dict[tuple[str, int, int], Span] = {}
        for place, found in enumerate(passages):
            document_id = found.hit.passage.document_id
            for sentence in found.sentences:
                score = sentence.score + self.passage_share * (0.1 * found.dense + 0.5 * found.words)
                span = Span(document_id, sentence.start, sentence.end, None, score, place)
                # Passages may overlap: a sentence counts once, where it scores best.
                known = spans.setdefault((document_id, sentence.start, sentence.end), span)
                if span.score > known.score:
                    spans[document_id, sentence.start, sentence.end] = span
        if not spans:
            # Passages of headings alone: the passage itself is the best there is.
            return [_whole(found, place) for place, found in enumerate(passages)]
        return sorted(spans.values(), key=lambda span: -span.score)


def _whole(found: RetrievedPassage, place: int) -> Span:
    passage = found.hit.passage
    return Span(passage.document_id, passage.start, passage.end, None, found.hit.score, place)
