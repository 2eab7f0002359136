"""Answer a question: make it stand alone, retrieve, read, cite, decide."""

import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import accumulate
from typing import NamedTuple

from pydantic import ValidationError

from index.embedder import encodable
from index.index import Index
from qa.calibration import shipped_calibration
from qa.citations import cite, joined
from qa.composition import MOST_SENTENCES, compose, disagree
from qa.confidence import confidence, said, signals
from qa.conversation import standalone
from qa.english import content_words
from qa.errors import QuestionError
from qa.reader import Reader
from qa.readers import load_reader
from qa.requests.counting import counts
from qa.requests.parts import Part, within
from qa.requests.request import Request, Requests
from qa.requests.wording import Wordings
from qa.retriever import RetrievedPassage, Retriever
from qa.settings import AnswerSettings, RetrievalSettings
from qa.spans import Span
from qa.summary import central_sentences
from qa.types import REFUSAL, Answer, Citation, Kind, Turn, Verdict

# Spans among which those are looked for that an answer is made of.
_CONSIDERED = 10
# What may lean on the conversation before it; "hello" and "which documents are there" do not.
_FOLLOWING: frozenset[Kind] = frozenset({"question", "keyword", "document"})
# Sentences fit keywords from this score on: of keywords asked of their own document 94 % reach it, of others'
# 5 %, see DECISIONS.md.
_FITS = 0.43
# A definition that fits the letters of an acronym was right in all of 16 cases; one in twenty may be wrong.
_DEFINED = 0.95
# Entries that a question chooses were right in all of 6 cases among 19,000 questions of `natural_train`.
_CHOSEN = 0.9


class Guess(NamedTuple):
    """What answers best: the spans found, best first, those that are used, and how sure that they are right.

    `unrated` is the verdict of a guess that has no confidence.
    """

    spans: Sequence[Span]
    used: Sequence[Span]
    confidence: float | None = None
    missing: Sequence[str] = ()
    disagreement: bool = False
    unrated: Verdict = "answered"


_NO_GUESS = Guess((), ())


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
        self.requests = Requests(self.retriever)
        self.wordings = Wordings(index)
        self.reader: Reader = reader or load_reader()
        self.settings = settings or AnswerSettings()
        self.calibration = shipped_calibration(self.reader.calibration)

    def answer(
        self,
        question: str,
        history: Sequence[Turn | Mapping[str, str]] = (),
        *,
        threshold: float | None = None,
        documents: Collection[str] | None = None,
    ) -> Answer:
        """An answer, a likely guess or a refusal.

        `history` holds the conversation before, oldest first. `threshold` (0..1) is the confidence from
        which the best guess is given as the answer: 0.0 forces it, None takes the settings'. `documents`
        narrows the search to some ids. Raises QuestionError for what cannot be asked.
        """
        bar = self._default_threshold if threshold is None else threshold
        if not 0.0 <= bar <= 1.0:
            raise QuestionError(f"threshold {bar}: must be between 0 and 1")
        (question,) = encodable([question])
        asked = self._checked(question)
        self.retriever.require(documents)
        timings: dict[str, float] = {}
        with _timed(timings, "rewrite"):
            turns = _turns(history)
            alone, request = asked, self.requests.understand(asked, documents)
            if turns and request.kind in _FOLLOWING:
                alone = standalone(asked, turns)
                request = request if alone == asked else self.requests.understand(alone, documents)
        guess = _NO_GUESS if request.message and request.is_certain else self._guess(request, timings)
        verdict = self._verdict(guess, bar)
        if not request.is_certain and verdict == "silent" and request.question != alone:
            request = Request("question", alone, documents)
            guess = self._guess(request, timings)
            verdict = self._verdict(guess, bar)
        if request.kind == "question" and verdict != "silent":
            guess = self._with_newest(guess, request, bar, timings)
            verdict = self._verdict(guess, bar)
        if request.message and verdict != "answered":
            return _fixed(question, alone, request, bar, timings)
        with _timed(timings, "cite"):
            given = () if verdict == "silent" else tuple(map(self._cite, guess.used))
            further = self._further(guess.spans, guess.used, given)
            closest = () if verdict == "answered" else tuple(map(self._cite, further))
        return Answer(
            question=question,
            standalone_question=alone,
            kind=request.kind,
            narrowed=request.narrowed,
            verdict=verdict,
            answered=verdict == "answered",
            text=joined(given) if given else REFUSAL,
            short=_short(given or closest),
            confidence=guess.confidence,
            threshold=bar,
            citations=given,
            closest=closest,
            missing_terms=tuple(guess.missing),
            disagreement=bool(given) and guess.disagreement,
            timings_ms=timings,
        )

    def _guess(self, request: Request, timings: dict[str, float]) -> Guess:
        """What answers a request best."""
        if request.kind in {"whole", "part"} and not request.message:
            with _timed(timings, "read"):
                central = central_sentences(self.index, request.documents, request.parts)
            if central:  # not so for a source without a sentence: its headings are the best there is
                return Guess(central, central)
        with _timed(timings, "rewrite"):
            wording = self.wordings.of(request.question, request.documents)
        if wording.defined:
            return Guess([wording.defined], [wording.defined], confidence=_DEFINED)
        guesses = [self._read(question, request, timings) for question in wording.questions]
        best = max(guesses, key=lambda guess: guess.confidence or 0.0)
        if best.used and request.kind == "question" and not request.parts:
            if entries := self.requests.entries(request.question, best.used[0].document_id):
                return best._replace(used=entries, confidence=_CHOSEN, disagreement=False)
        return best

    def _with_newest(self, guess: Guess, request: Request, bar: float, timings: dict[str, float]) -> Guess:
        """The guess with what the newest version of its document says; that comes first where it is sure.

        A question that names a document means that version.
        """
        newer = self.requests.versions.newest(guess.used[0].document_id)
        asked = request.documents is None or (newer and newer.document_id in request.documents)
        if newer is None or not asked or request.narrowed or request.parts:
            return guess
        latest = self._guess(request._replace(documents=[newer.document_id]), timings)
        verdict = self._verdict(latest, bar)
        if verdict == "silent" or (verdict == "likely" and not newer.is_stated):
            return guess
        first, second = (latest, guess) if verdict == "answered" else (guess, latest)
        other = [span for span in second.used if span.document_id != first.used[0].document_id]
        used = [first.used[0], *other[:1], *first.used[1:], *other[1:]][:MOST_SENTENCES]
        return first._replace(used=used, spans=[*first.spans, *other])

    def _read(self, question: str, request: Request, timings: dict[str, float]) -> Guess:
        """The best guess of the reader for one wording of a request."""
        with _timed(timings, "retrieve"):
            passages = self.to_read(question, request.documents, request.parts)
            missing = self._missing_terms(question, request.documents)
            read_as = self.retriever.respelt(question, passages)
        with _timed(timings, "read"):
            spans = self.reader.read(read_as, passages)
        with _timed(timings, "decide"):
            sure = self._confidence(read_as, passages, spans, missing)
            if request.kind == "keyword":
                return self._found(passages, spans, missing, sure)
            used = self._compose(spans, passages)
            disagreement = disagree(read_as, [said(passages, span) for span in used])
            if not counts(question, [self._cite(span).quote for span in used]):
                sure = 0.0
        return Guess(spans, used, sure, missing, disagreement)

    def _found(
        self,
        passages: Sequence[RetrievedPassage],
        spans: Sequence[Span],
        missing: Sequence[str],
        sure: float,
    ) -> Guess:
        """What bare keywords find: the best sentences, likely where they fit the words."""
        fit = max((sentence.score for passage in passages for sentence in passage.sentences), default=0.0)
        # An exact answer is marked where the reader would give it to a question.
        is_exact = sure >= self.calibration.likely
        used = [span if is_exact else span._replace(highlight=None) for span in spans[:MOST_SENTENCES]]
        return Guess(spans, used, None, missing, unrated="likely" if fit >= _FITS else "silent")

    def to_read(
        self,
        question: str,
        documents: Collection[str] | None = None,
        parts: Sequence[Part] | None = None,
    ) -> list[RetrievedPassage]:
        """The passages that are read for a question, best first, of some parts alone; see AnswerSettings."""
        if parts is None:
            found = self.retriever.search(question, self.settings.top_k, documents=documents)
        else:
            every = self.retriever.search(
                question, len(self.index), documents={part.document_id for part in parts}
            )
            found = [kept for passage in every if (kept := within(passage, parts))][: self.settings.top_k]
        sizes = [len(passage.hit.passage.text) for passage in found]
        fitting = sum(size <= self.settings.characters for size in accumulate(sizes))
        return found[: max(1, fitting)]

    @property
    def _default_threshold(self) -> float:
        given = self.settings.threshold
        return self.calibration.threshold if given is None else given

    def _verdict(self, guess: Guess, bar: float) -> Verdict:
        """How sure is sure enough; from 0.0 on any guess is."""
        if not guess.used:
            return "silent"
        if guess.confidence is None:
            return "answered" if bar == 0.0 else guess.unrated
        if guess.confidence >= bar:
            return "answered"
        return "likely" if guess.confidence >= self.calibration.likely else "silent"

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

    def _missing_terms(self, question: str, documents: Collection[str] | None) -> list[str]:
        meaningful = set(content_words(question))
        return [
            word
            for word in self.retriever.missing_words(question, documents=documents)
            if word in meaningful and not self.retriever.titles.holds(word)
        ]

    def _confidence(
        self,
        question: str,
        passages: Sequence[RetrievedPassage],
        spans: Sequence[Span],
        missing: Sequence[str],
    ) -> float:
        return confidence(signals(question, passages, spans, missing), self.calibration) if spans else 0.0

    def _compose(self, spans: Sequence[Span], passages: Sequence[RetrievedPassage]) -> list[Span]:
        if self.calibration.ranking is None:  # scores that are no log-odds
            return list(spans[:1])
        answers = [said(passages, span) for span in spans[:_CONSIDERED]]
        return compose(spans, answers, self.settings.least_odds)

    def _cite(self, span: Span) -> Citation:
        document = self.index.document(span.document_id)
        return cite(document, span.start, span.end, highlight=span.highlight, score=span.score)


def _turns(history: Sequence[Turn | Mapping[str, str]]) -> list[Turn]:
    try:
        turns = [turn if isinstance(turn, Turn) else Turn.model_validate(turn) for turn in history]
        texts = encodable([turn.text for turn in turns])
        return [turn.model_copy(update={"text": text}) for turn, text in zip(turns, texts, strict=True)]
    except ValidationError as error:
        raise QuestionError(
            'history: each turn must be {"role": "user" or "assistant", "text": "…"}'
        ) from error


def _fixed(question: str, alone: str, request: Request, bar: float, timings: dict[str, float]) -> Answer:
    """A fixed message: how many documents there are is an answer, all others give none."""
    verdict: Verdict = "answered" if request.kind == "collection" else "silent"
    return Answer(
        question=question,
        standalone_question=alone,
        kind=request.kind,
        narrowed=request.narrowed,
        verdict=verdict,
        answered=verdict == "answered",
        text=request.message or REFUSAL,
        short=None,
        confidence=None,
        threshold=bar,
        timings_ms=timings,
    )


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
    timings[stage] = round(timings.get(stage, 0.0) + 1000 * (time.perf_counter() - started), 3)
