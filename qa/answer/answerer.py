"""Answer a question: make it stand alone, retrieve, read, cite, decide."""

import time
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import accumulate

from pydantic import TypeAdapter, ValidationError

from index.embed.embedder import encodable
from index.store.protocol import SearchIndex
from qa.answer.calibration import shipped_calibration
from qa.answer.citations import cite, joined
from qa.answer.composition import compose, disagree
from qa.answer.confidence import confidence, said, signals
from qa.answer.guess import NO_GUESS, Guess, found
from qa.answer.settling import settle
from qa.answer.summary import central_sentences
from qa.converse.follow_up import readings
from qa.errors import QuestionError
from qa.read.choice import load_reader
from qa.read.faq import answering
from qa.read.reader import Reader
from qa.read.spans import Span, sentences_of, text_of
from qa.requests.counting import choosing, may_count
from qa.requests.parts import Part, within
from qa.requests.request import Request, Requests
from qa.requests.wording import Wordings
from qa.retrieve.retriever import RetrievedPassage, Retriever
from qa.settings import AnswerSettings, RetrievalSettings
from qa.types import REFUSAL, Answer, Citation, History, Kind, Turn, Verdict

# Spans among which those are looked for that an answer is made of.
_CONSIDERED = 10
_HISTORY: TypeAdapter[tuple[Turn, ...]] = TypeAdapter(History)
# What may lean on the conversation before it; "hello" and "which documents are there" do not.
_FOLLOWING: frozenset[Kind] = frozenset({"question", "keyword", "document"})
# A definition that fits the letters of an acronym was right in all of 16 cases; one in twenty may be wrong.
_DEFINED = 0.95
# Entries that a question chooses were right in all of 6 cases among 19,000 questions of `natural_train`.
_CHOSEN = 0.9


class Answerer:
    """Answers questions over an index. May be used from many threads at once."""

    def __init__(
        self,
        index: SearchIndex,
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
        with _timed(timings, "rewrite"):
            turns = _turns(history)
            request = self.requests.understand(asked, documents)
            follows = turns and (request.kind in _FOLLOWING or not request.is_certain)
            requests = {
                one: request if one == asked else self.requests.understand(one, documents)
                for one in (readings(asked, turns) if follows else [asked])
            }
        # Where it is not clear whether a question leans on the conversation, the surer reading is kept.
        guesses = {
            one: NO_GUESS if read.message and read.is_certain else self._guess(read, timings)
            for one, read in requests.items()
        }
        alone = max(guesses, key=lambda one: guesses[one].confidence or 0.0)
        request, guess = requests[alone], guesses[alone]
        is_narrowed = request.narrowed or request.parts or request.question != alone
        if is_narrowed and not request.is_certain and self._usual(guess) == "silent":
            request = Request("question", alone, documents)
            guess = self._guess(request, timings)
        if request.message and self._usual(guess) != "answered":
            if bar > 0.0 or request.kind == "collection":
                return _fixed(question, alone, request, bar, timings)
            forced = guess if guess.used else self._guess(request._replace(kind="question"), timings)
            guess = Guess(forced.spans, forced.used)
        guess = self._with_newest(guess, request, timings)
        verdict = guess.verdict(bar, self.calibration.likely)
        with _timed(timings, "cite"):
            given = () if verdict == "silent" else tuple(self._cite(guess.used))
            further = self._further(guess.spans, guess.used, given)
            closest = () if verdict == "answered" else tuple(self._cite(further))
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
        if not best.used or request.kind != "question" or request.parts:
            return best
        document_id = best.used[0].document_id
        if as_choice := choosing(request.question):
            # No number of the text is the number of its entries.
            return best._replace(confidence=0.0) if self.requests.entries(as_choice, document_id) else best
        entries = self.requests.entries(request.question, document_id)
        return best._replace(used=entries, confidence=_CHOSEN, disagreement=False) if entries else best

    def _with_newest(self, guess: Guess, request: Request, timings: dict[str, float]) -> Guess:
        """The guess with what the newest version of its document says; that comes first where it is sure.

        A question that names a document means that version.
        """
        if not guess.used or request.kind != "question" or request.narrowed or request.parts:
            return guess
        newer = self.requests.versions.newest(guess.used[0].document_id)
        if newer is None or (request.documents is not None and newer.document_id not in request.documents):
            return guess
        latest = self._guess(request._replace(documents=[newer.document_id]), timings)
        if self._usual(latest) == "answered":
            return latest.beside(guess)
        return guess.beside(latest) if newer.is_stated and self._usual(latest) == "likely" else guess

    def _read(self, question: str, request: Request, timings: dict[str, float]) -> Guess:
        """The best guess of the reader for one wording of a request."""
        with _timed(timings, "retrieve"):
            passages = self.to_read(question, request.documents, request.parts)
            missing = self.retriever.missing_words(question, documents=request.documents)
            read_as = self.retriever.respelt(question, passages)
        with _timed(timings, "read"):
            spans = settle(read_as, self.reader.read(read_as, passages), passages)
        with _timed(timings, "decide"):
            used = self._compose(spans, passages)
            quotes = [text_of(passages, span, (span.start, span.end)) for span in used]
            known = spans and not spans[0].unfit and may_count(question, quotes)
            sure = confidence(signals(passages, spans), self.calibration) if known else 0.0
            disagreement = disagree(read_as, [said(passages, span) for span in used], quotes)
            guess = Guess(spans, used, sure, missing, disagreement)
            return found(passages, guess, self.calibration.likely) if request.kind == "keyword" else guess

    def to_read(
        self,
        question: str,
        documents: Collection[str] | None = None,
        parts: Sequence[Part] | None = None,
    ) -> list[RetrievedPassage]:
        """The passages that are read for a question, best first, of some parts alone; see AnswerSettings."""
        if parts is None:
            searched = self.retriever.search(question, self.settings.top_k, documents=documents)
        else:
            every = self.retriever.search(
                question, len(self.index), documents={part.document_id for part in parts}
            )
            searched = [kept for passage in every if (kept := within(passage, parts))][: self.settings.top_k]
        sizes = [len(passage.hit.passage.text) for passage in searched]
        fitting = sum(size <= self.settings.characters for size in accumulate(sizes))
        return [answering(question, passage) for passage in searched[: max(1, fitting)]]

    @property
    def _default_threshold(self) -> float:
        given = self.settings.threshold
        return self.calibration.threshold if given is None else given

    def _usual(self, guess: Guess) -> Verdict:
        """The verdict at the threshold that was chosen for the reader, whatever is asked for now."""
        return guess.verdict(self.calibration.threshold, self.calibration.likely)

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
