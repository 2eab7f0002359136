"""Point at what answers a question in the passages that were retrieved.

`Reader` is the seam: the sentence reader here ranks whole sentences; a trained one points at exact spans.
"""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from qa.cues import kind_fits, related
from qa.english import content_words
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
    """Ranks sentences by a weighted sum of what retrieval knows of them and of two cues.

    The toy that a trained reader has to beat: no exact span, little sense of what is asked. The weights
    were fitted to put the right sentence first on the tuning articles; DECISIONS.md has the table.
    """

    cosine = 1.0
    share = 0.9
    pairs = 0.2
    passage_cosine = 0.6
    passage_words = 0.75
    kind = 0.25
    related = 0.7

    def read(self, question: str, passages: Sequence[RetrievedPassage]) -> list[Span]:
        """See `Reader.read`."""
        asked = content_words(question)
        spans: dict[tuple[str, int, int], Span] = {}
        for place, found in enumerate(passages):
            passage = found.hit.passage
            for sentence in found.sentences:
                text = passage.text[sentence.start - passage.start : sentence.end - passage.start]
                score = (
                    self.cosine * sentence.cosine
                    + self.share * sentence.share
                    + self.pairs * sentence.pairs
                    + self.passage_cosine * found.dense
                    + self.passage_words * found.words
                    + self.kind * kind_fits(question, text)
                    + self.related * related(asked, text)
                )
                span = Span(passage.document_id, sentence.start, sentence.end, None, score, place)
                # Passages may overlap: a sentence counts once, where it scores best.
                known = spans.setdefault((span.document_id, span.start, span.end), span)
                if span.score > known.score:
                    spans[span.document_id, span.start, span.end] = span
        if not spans:
            # Passages of headings alone: the passage itself is the best there is.
            return [_whole(found, place) for place, found in enumerate(passages)]
        return sorted(spans.values(), key=lambda span: -span.score)


def _whole(found: RetrievedPassage, place: int) -> Span:
    passage = found.hit.passage
    return Span(passage.document_id, passage.start, passage.end, None, found.hit.score, place)
