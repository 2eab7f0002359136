"""Point at what answers a question in the passages that were retrieved.

`Reader` is what an Answerer asks of a reader. `ExtractiveReader` points at exact spans with a trained model.
"""

from collections.abc import Sequence
from typing import Protocol

from index.text.unsaid import as_said
from index.types import Passage
from qa.language.function_words import content_words
from qa.language.names import names_in
from qa.language.pronouns import is_pronoun
from qa.read.calibration import Ranking, shipped_calibration
from qa.read.cells import asks_for_its_number, cell_asked, cells_for, is_of_another_column
from qa.read.cues import is_bare, telling
from qa.read.faq import is_question
from qa.read.ranking import scored
from qa.read.rows import behind_question, row_at, shown
from qa.read.spans import Span, TokenLogits, best_within
from qa.retrieve.retriever import RetrievedPassage, ScoredSentence


class Reader(Protocol):
    """What the Answerer asks of a reader; `calibration` names the calibration that its spans go with."""

    calibration: str

    def read(self, question: str, passages: Sequence[RetrievedPassage]) -> list[Span]:
        """Spans that may answer, best first, no sentence twice; empty only when there is no passage."""
        ...


class SpanModel(Protocol):
    """A trained model that knows, of each token of a passage, whether the answer starts or ends there."""

    @property
    def longest_answer(self) -> int:
        """In tokens."""
        ...

    def logits(self, question: str, texts: Sequence[str]) -> list[TokenLogits]:
        """What it says of each text."""
        ...


class ExtractiveReader:
    """The best exact span of each sentence by a trained model, ranked with what retrieval knows of it."""

    calibration = "extractive"

    def __init__(self, model: SpanModel, ranking: Ranking | None = None) -> None:
        self.model = model
        self.ranking = ranking or shipped_calibration(self.calibration).ranking or Ranking()

    def read(self, question: str, passages: Sequence[RetrievedPassage]) -> list[Span]:
        """See `Reader.read`."""
        views = [shown(question, passage.hit.passage) for passage in passages]
        texts = [
            as_said(view.text if view else passage.hit.passage.text)
            for view, passage in zip(views, passages, strict=True)
        ]
        found = self.model.logits(question, texts)
        return best_first(
            [
                span
                for place, (passage, view, known) in enumerate(zip(passages, views, found, strict=True))
                for sentence in passage.sentences
                if (
                    span := self._span(
                        question, passage, place, sentence, view.placed(known) if view else known
                    )
                )
            ],
            passages,
        )

    def _span(
        self, question: str, found: RetrievedPassage, place: int, sentence: ScoredSentence, known: TokenLogits
    ) -> Span | None:
        passage = found.hit.passage
        start, end = sentence.start - passage.start, sentence.end - passage.start
        row = row_at(passage, start)
        said = (behind_question(passage, row) if row else None) or (start, end)
        best = best_within(known, *said, self.model.longest_answer)
        if best is None:
            return None
        first, last, margin = best
        cells = cells_for(question, passage, row) if row else []
        exact: tuple[int, int] | None = (first, last)
        if row:
            within = [cell for cell in cells if said[0] <= cell[0] and cell[1] <= said[1]]
            exact = cell_asked(question, passage, row) or self._in_cell(within, known) or (first, last)
            if not cells or is_of_another_column(question, row, exact):
                exact = None
        first, last = exact or (first, last)
        if sentence.heading and not content_words(passage.text[start:end]):
            # A bare yes or no is as sure as the question is that it answers.
            first_asked, last_asked = (place - passage.start for place in sentence.heading)
            headed = best_within(known, first_asked, last_asked, self.model.longest_answer)
            margin = max(margin, headed[2] if headed else margin)
        span = Span(
            document_id=passage.document_id,
            start=sentence.start,
            end=sentence.end,
            highlight=(passage.start + first, passage.start + last) if exact else None,
            score=0.0,
            passage=place,
            margin=margin,
            answerable=known.answerable,
            otherwise=None if row else self._otherwise(passage, sentence, known, first, last),
            unfit=row is not None and asks_for_its_number(question, passage, row),
        )
        return scored(span, found, self.ranking)

    def _in_cell(self, cells: Sequence[tuple[int, int]], known: TokenLogits) -> tuple[int, int] | None:
        """The best range within one of some cells; an answer is no two of them."""
        found = (best_within(known, *cell, self.model.longest_answer) for cell in cells)
        best = max(filter(None, found), key=lambda one: one[2], default=None)
        return best and best[:2]

    def _otherwise(
        self, passage: Passage, sentence: ScoredSentence, known: TokenLogits, first: int, last: int
    ) -> tuple[tuple[int, int], float] | None:
        """The best range of a sentence that says something, when `passage.text[first:last]` does not.

        Instead of a pronoun it is one that holds a name, beside the pronoun.
        """
        if not is_bare(passage.text[first:last]):
            return None
        start, end = sentence.start - passage.start, sentence.end - passage.start
        if is_pronoun(passage.text[first:last]):
            start = last
            wanted = [(name.start, name.start + len(name.text)) for name in names_in(passage.text[start:end])]
        else:
            wanted = telling(passage.text[start:end])
        found = best_within(
            known, start, end, self.model.longest_answer, [(start + a, start + b) for a, b in wanted]
        )
        return found and ((passage.start + found[0], passage.start + found[1]), found[2])


def best_first(spans: Sequence[Span], passages: Sequence[RetrievedPassage]) -> list[Span]:
    """Best first, each sentence once; of passages without a sentence (headings alone), the passages."""
    kept: dict[tuple[str, int, int], Span] = {}
    for span in spans or [_whole(found, place) for place, found in enumerate(passages)]:
        # Passages may overlap: a sentence counts once, where it scores best.
        known = kept.setdefault((span.document_id, span.start, span.end), span)
        if span.score > known.score:
            kept[span.document_id, span.start, span.end] = span
    return sorted(kept.values(), key=lambda span: -span.score)


def _whole(found: RetrievedPassage, place: int) -> Span:
    passage = found.hit.passage
    place_in_text = passage.document_id, passage.start, passage.end
    return Span(*place_in_text, None, found.hit.score, place, unfit=is_question(passage.text))
