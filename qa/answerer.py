"""Answer a question: make it stand alone, retrieve, read, cite, decide."""

import time
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import accumulate

from pydantic import TypeAdapter, ValidationError

from index.embedder import encodable
from index.index import Index
from qa.calibration import shipped_calibration
from qa.citations import cite, joined
from qa.composition import compose, disagree
from qa.confidence import confidence, said, signals
from qa.conversation import standalone
from qa.errors import QuestionError
from qa.faq import answering
from qa.reader import Reader
from qa.readers import load_reader
from qa.retriever import RetrievedPassage, Retriever
from qa.settings import AnswerSettings, RetrievalSettings
from qa.settling import settle
from qa.spans import Span, sentences_of, text_of
from qa.summary import central_sentences, is_about_whole
from qa.types import REFUSAL, Answer, Citation, History, Turn, Verdict

# Spans among which those are looked for that an answer is made of.
_CONSIDERED = 10
_HISTORY: TypeAdapter[tuple[Turn, ...]] = TypeAdapter(History)


class Answerer:
    """Answers questions over an index. May be used from many threads at once."""

    def __init__(
        self,
        index: Index,
        *,
        reader: Reader | None = None,
        retrieval: RetrievalSettings | None = None,
        settings: AnswerSettings | None = None,
    ) -> None:
        self.index = index
        self.retriever = Retriever(index, retrieval)
        self.reader: Reader = reader or load_reader()
        self.settings = settings or AnswerSettings()
        self.calibration = shipped_calibration(self.reader.calibration)

    def answer(
        self,
        question: str,
        history: Sequence[Turn | Mapping[str, object]] | None = (),
        *,
        threshold: float | None = None,
        documents: Collection[str] | None = None,
    ) -> Answer:
        """An answer, a likely guess or a refusal.

        `history` holds the conversation before, oldest first, also in OpenAI's form. `threshold` (0..1) is
        the confidence from which the best guess is given as the answer: 0.0 forces it, None takes the
        settings'. `documents` narrows the search to some ids; None means all. Raises QuestionError for what
        cannot be asked.
        """
        bar = self._default_threshold if threshold is None else threshold
        if not 0.0 <= bar <= 1.0:
            raise QuestionError(f"threshold {bar}: must be between 0 and 1")
        (question,) = encodable([question])
        asked = self._checked(question)
        self.retriever.require(documents)
        timings: dict[str, float] = {}
        spans: list[Span] = []
        sure: float | None = None
        missing: list[str] = []
        disagreement = False
        whole = is_about_whole(asked)
        with _timed(timings, "rewrite"):
            turns = _turns(history)
            alone = asked if whole else standalone(asked, turns)
        if whole:
            with _timed(timings, "read"):
                used = spans = central_sentences(self.index, documents)
        if not spans:  # also for a source without a sentence: its headings are the best there is
            with _timed(timings, "retrieve"):
                passages = self.to_read(alone, documents)
                missing = self.retriever.missing_words(alone, documents=documents)
                read_as = self.retriever.respelt(alone, passages)
            with _timed(timings, "read"):
                spans = settle(read_as, self.reader.read(read_as, passages), passages)
            with _timed(timings, "decide"):
                known = spans and not spans[0].unfit
                sure = confidence(signals(passages, spans), self.calibration) if known else 0.0
                used = self._compose(spans, passages)
                disagreement = disagree(
                    read_as,
                    [said(passages, span) for span in used],
                    [text_of(passages, span, (span.start, span.end)) for span in used],
                )
        verdict = self._verdict(sure, bar, used)
        with _timed(timings, "cite"):
            given = () if verdict == "silent" else tuple(self._cite(used))
            closest = () if verdict == "answered" else tuple(self._cite(self._further(spans, used, given)))
        return Answer(
            question=question,
            standalone_question=alone,
            verdict=verdict,
            answered=verdict == "answered",
            text=joined(given) if given else REFUSAL,
            short=_short(given or closest),
            confidence=sure,
            threshold=bar,
            citations=given,
            closest=closest,
            missing_terms=tuple(missing),
            disagreement=bool(given) and disagreement,
            timings_ms=timings,
        )

    def to_read(self, question: str, documents: Collection[str] | None = None) -> list[RetrievedPassage]:
        """The passages that are read for a question, best first; see AnswerSettings."""
        found = self.retriever.search(question, self.settings.top_k, documents=documents)
        sizes = [len(passage.hit.passage.text) for passage in found]
        fitting = sum(size <= self.settings.characters for size in accumulate(sizes))
        return [answering(question, passage) for passage in found[: max(1, fitting)]]

    @property
    def _default_threshold(self) -> float:
        given = self.settings.threshold
        return self.calibration.threshold if given is None else given

    def _verdict(self, sure: float | None, bar: float, used: Sequence[Span]) -> Verdict:
        """How sure is sure enough; what has no confidence is given as it was found."""
        if not used:
            return "silent"
        if sure is None or sure >= bar:
            return "answered"
        return "likely" if sure >= self.calibration.likely else "silent"

    def _further(
        self, spans: Sequence[Span], used: Sequence[Span], given: Sequence[Citation]
    ) -> Sequence[Span]:
        """The best sentences besides those that are given."""
        return [span for span in spans if not given or span not in used][: self.settings.closest]

    def _checked(self, question: str) -> str:
        asked = question.strip()
        if not asked:
            raise QuestionError("the question is empty; ask something")
        if len(asked) > self.settings.longest_question:
            raise QuestionError(
                f"the question has {len(asked)} characters; ask in at most {self.settings.longest_question}"
            )
        return asked

    def _compose(self, spans: Sequence[Span], passages: Sequence[RetrievedPassage]) -> list[Span]:
        if self.calibration.ranking is None:  # scores that are no log-odds
            return list(spans[:1])
        answers = [said(passages, span) for span in spans[:_CONSIDERED]]
        return compose(spans, answers, self.settings.least_odds)

    def _cite(self, spans: Iterable[Span]) -> Iterator[Citation]:
        for span in spans:
            document = self.index.document(span.document_id)
            for part in sentences_of(span):
                yield cite(document, part.start, part.end, highlight=part.highlight, score=part.score)


def _turns(history: Sequence[Turn | Mapping[str, object]] | None) -> list[Turn]:
    try:
        turns = _HISTORY.validate_python(history)
    except ValidationError as error:
        raise QuestionError(
            'history: each turn must be {"role": "user" or "assistant", "text": "…"}, or "content" for "text"'
        ) from error
    texts = encodable([turn.text for turn in turns])
    return [turn.model_copy(update={"text": text}) for turn, text in zip(turns, texts, strict=True)]


def _short(guesses: Sequence[Citation]) -> str | None:
    """The exact span of the best guess."""
    if not guesses or guesses[0].highlight is None:
        return None
    best = guesses[0]
    start, end = guesses[0].highlight
    return best.quote[start - best.start : end - best.start]


@contextmanager
def _timed(timings: dict[str, float], stage: str) -> Iterator[None]:
    started = time.perf_counter()
    yield
    timings[stage] = round(1000 * (time.perf_counter() - started), 3)
