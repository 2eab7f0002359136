"""Answer a question: understand it, find what answers it, decide, cite."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from pydantic import TypeAdapter, ValidationError

from index.store.protocol import SearchIndex
from index.text.surrogates import encodable
from qa.answer.citations import cite, exact_answer, joined, piece
from qa.answer.comparison import grouped
from qa.answer.finder import Finder
from qa.answer.guess import NO_GUESS, Guess, together
from qa.answer.locating import Located, names_part, names_thing, places_of
from qa.answer.summary import central_sentences
from qa.answer.timings import Timings
from qa.answer.writing import Show, Writes, to_write_from, with_writing
from qa.converse.follow_up import readings
from qa.converse.rewrite import Reading
from qa.errors import QuestionError
from qa.language.courtesy import plainly_asked
from qa.messages import REFUSAL
from qa.read.calibration import shipped_calibration
from qa.read.choice import load_reader, second_reader_of
from qa.read.reader import Reader
from qa.read.spans import Span, sentences_of
from qa.requests.request import Request, Requests
from qa.requests.several import each_asked
from qa.retrieve.retriever import Retriever
from qa.settings import AnswerSettings, RetrievalSettings
from qa.types import Answer, Citation, History, Turn, Verdict

_HISTORY: TypeAdapter[tuple[Turn, ...]] = TypeAdapter(History)
# Sentences that a language model sums up.
_SUMMED_UP = 12


class _Asked(NamedTuple):
    """A question as it was put, what is asked of it, and how long each stage takes."""

    question: str
    turns: Sequence[Turn]
    documents: Collection[str] | None
    threshold: float
    timings: Timings

    @property
    def plain(self) -> str:
        """The question as it is read: what is typed in passing says nothing of what is asked."""
        return plainly_asked(self.question.strip())


class _Reading(NamedTuple):
    """One way to understand a question: as typed or as a follow-up, what it requests, and the best guess."""

    way: Reading
    request: Request
    guess: Guess


class Answerer:
    """Answers questions over an index. May be used from many threads at once."""

    def __init__(
        self,
        index: SearchIndex,
        *,
        reader: Reader | None = None,
        retrieval: RetrievalSettings | None = None,
        settings: AnswerSettings | None = None,
        writer: Writes | None = None,
    ) -> None:
        self.index = index
        self.writer = writer
        self.settings = settings or AnswerSettings()
        self.retriever = Retriever(index, retrieval)
        reader = reader or load_reader()
        second = second_reader_of(reader)
        calibration = shipped_calibration((second or reader).calibration)
        self.requests = Requests(self.retriever)
        self.finder = Finder(self.requests, reader, second, calibration, self.settings)

    def answer(
        self,
        question: str,
        history: Sequence[Turn | Mapping[str, object]] | None = (),
        *,
        threshold: float | None = None,
        documents: Collection[str] | None = None,
        write: bool = True,
        show: Show | None = None,
    ) -> Answer:
        """An answer, a likely guess or a refusal.

        `history` holds the conversation before, oldest first, also in OpenAI's form. `threshold` (0..1) is
        the confidence from which the best guess is given as the answer: 0.0 forces it, None takes the
        settings'. `documents` narrows the search to some ids; None means all. A language
        model writes too where there is one and `write` is true; `show` is given the answer meanwhile, see
        `qa.answer.writing`. Raises QuestionError for what cannot be asked.
        """
        asked = self._checked(question, history, threshold, documents)
        reading = self._widened(self._stated(self._surest(asked), asked), asked)
        reading = self._with_each(reading, asked)
        if reading.request.is_told(self.finder.verdict(reading.guess)):
            if asked.threshold > 0.0 or reading.request.kind == "collection":
                return self._told(asked, reading)
            reading = self._forced(reading, asked)
        else:
            reading = reading._replace(request=reading.request.of_source)
        guess = self.finder.with_newest(reading.guess, reading.request, asked.timings)
        reading = reading._replace(guess=guess)
        answer = self._decided(asked, reading)
        if self.writer is None or not write or self.finder.verdict(guess) == "silent":
            return answer
        with asked.timings.stage("write"):
            task, sentences = self._to_write_from(reading)
            answer = with_writing(answer, self.writer, task, sentences, show)
        return answer.model_copy(update={"timings_ms": asked.timings})

    def _to_write_from(self, reading: _Reading) -> tuple[str, list[Citation]]:
        """What a language model is to do, and the sentences that it is given."""
        request, used = reading.request, reading.guess.used
        if request.kind == "comparison":
            return "comparison", to_write_from(self.index, used)
        if request.kind in {"whole", "part"}:
            central = central_sentences(self.index, request.documents, request.parts, most=_SUMMED_UP)
            return "summary", to_write_from(self.index, central or used)
        passages = self.finder.to_read(request.question, request.documents, request.parts)
        return "question", to_write_from(self.index, used, passages)

    def _checked(
        self,
        question: str,
        history: Sequence[Turn | Mapping[str, object]] | None,
        threshold: float | None,
        documents: Collection[str] | None,
    ) -> _Asked:
        """What was asked, with the settings' values where none are given; QuestionError if it cannot be."""
        chosen = (threshold, self.settings.threshold, self.finder.calibration.threshold)
        bar = next(value for value in chosen if value is not None)
        if not 0.0 <= bar <= 1.0:
            raise QuestionError(f"threshold {bar}: must be between 0 and 1")
        if not isinstance(question, str):
            raise QuestionError(f"the question must be text, not {type(question).__name__}")
        (question,) = encodable([question])
        if not question.strip():
            raise QuestionError("the question is empty; ask something")
        length, most = len(question.strip()), self.settings.longest_question
        if length > most:
            raise QuestionError(f"the question has {length} characters; ask in at most {most}")
        self.retriever.require(documents)
        return _Asked(question, _turns(history), documents, bar, Timings())

    def _surest(self, asked: _Asked) -> _Reading:
        """The reading of a question with the most confident guess, of equals the one as typed.

        Where it is not clear whether a question leans on the conversation, it is read in both ways.
        """
        with asked.timings.stage("rewrite"):
            typed, plain = asked.question.strip(), asked.plain
            ways = [
                replace(way, question=typed) if way.question == plain else way
                for way in readings(plain, asked.turns, self.finder.exact)
            ]
            requests = [self.requests.understand(way.asked, asked.documents) for way in ways]
            if requests[0].kind == "part" and requests[0].message and requests[0].is_certain:
                ways, requests = ways[:1], requests[:1]  # the part that is asked for is not there
        found = [
            _Reading(way, request, self._guess(request, asked))
            for way, request in zip(ways, requests, strict=True)
        ]
        return max(found, key=lambda reading: reading.way.weight * (reading.guess.confidence or 0.0))

    def _guess(self, request: Request, asked: _Asked) -> Guess:
        if request.message and request.is_certain:
            return NO_GUESS
        return self.finder.guess(request, asked.timings)

    def _widened(self, reading: _Reading, asked: _Asked) -> _Reading:
        """The reading, or that of the plain question where what it was narrowed to is silent."""
        request = reading.request
        is_narrowed = request.narrowed or request.parts or request.question != reading.way.asked
        if not is_narrowed or request.is_certain or self.finder.verdict(reading.guess) != "silent":
            return reading
        return self._plain(reading, asked)

    def _with_each(self, reading: _Reading, asked: _Asked) -> _Reading:
        """The reading, of several questions in one with what answers each, where each is surely answered.

        A later one may lean on those before and on their answers ("and when does it meet?").
        """
        questions = each_asked(asked.plain)
        if len(questions) == 1 or reading.request.kind != "question" or reading.request.message:
            return reading
        guesses, turns = [], list(asked.turns)
        for question in questions:
            found = self._surest(asked._replace(question=question, turns=turns))
            if found.request.kind != "question" or self.finder.verdict(found.guess) != "answered":
                return reading
            guesses.append(found.guess)
            said = joined(list(self._cite(found.guess.used)))
            turns += [Turn(role="user", text=question), Turn(role="assistant", text=said)]
        return reading._replace(guess=together(reading.guess, guesses))

    def _plain(self, reading: _Reading, asked: _Asked) -> _Reading:
        plain = Request("question", reading.way.asked, asked.documents)
        return reading._replace(request=plain, guess=self.finder.guess(plain, asked.timings))

    def _stated(self, reading: _Reading, asked: _Asked) -> _Reading:
        """The reading, or that of the plain question where the source itself names what is asked for.

        That is a place ("see clause 5.8"), or a thing with the same word ("the Leeds chapter").
        """
        if reading.request.kind != "place":
            return reading
        plain, unit = self._plain(reading, asked), reading.request.unit
        verdict = self.finder.verdict(plain.guess)
        if verdict == "silent":
            return reading
        best = plain.guess.used[0]
        text, entries = self.index.document(best.document_id).text, self.requests.outline(best.document_id)
        is_part = verdict == "answered" and names_part(text, best, unit)
        return plain if is_part or names_thing(text, best, unit, entries) else reading

    def _forced(self, reading: _Reading, asked: _Asked) -> _Reading:
        """The reading with the best guess in place of a message; it has no confidence."""
        guess = reading.guess
        if not guess.used:
            guess = self.finder.guess(reading.request._replace(kind="question"), asked.timings)
        return reading._replace(guess=Guess(guess.spans, guess.used, unrated="silent"))

    def _told(self, asked: _Asked, reading: _Reading) -> Answer:
        """A fixed message: how many documents there are is an answer, all others give none."""
        verdict: Verdict = "answered" if reading.request.kind == "collection" else "silent"
        message = reading._replace(guess=NO_GUESS)
        return _made(asked, message, verdict, text=reading.request.message or REFUSAL)

    def _decided(self, asked: _Asked, reading: _Reading) -> Answer:
        """The answer, the likely guess or the refusal that a guess deserves."""
        guess = reading.guess
        verdict = guess.verdict(asked.threshold, self.finder.calibration.likely)
        with asked.timings.stage("cite"):
            given = () if verdict == "silent" else tuple(self._cite(guess.used))
            further = [span for span in guess.spans if not given or span not in guess.used]
            shown = () if verdict == "answered" else further[: self.settings.closest]
            closest = tuple(self._cite(shown))
        places = places_of(given, reading.request, self.requests)
        if places:  # all of the quote is the answer
            given = tuple(one.model_copy(update={"highlight": None}) for one in given)
        text = joined(given, [place.line for place in places]) if given else REFUSAL
        made = _made(
            asked,
            reading,
            verdict,
            text=text,
            citations=given,
            closest=closest,
            places=places,
            is_forced=asked.threshold == 0.0 and self.finder.verdict(guess) == "silent",
        )
        return made.model_copy(update={"outdated": self.requests.outdated(reading.request, given)})

    def _cite(self, spans: Iterable[Span]) -> Iterator[Citation]:
        for span in spans:
            document = self.index.document(span.document_id)
            for part in sentences_of(span):
                place = piece(document.text, part.start, part.end, part.highlight)
                yield cite(document, *place, highlight=part.highlight, score=part.score)


def _made(
    asked: _Asked,
    reading: _Reading,
    verdict: Verdict,
    *,
    text: str,
    citations: Sequence[Citation] = (),
    closest: Sequence[Citation] = (),
    places: Sequence[Located] = (),
    is_forced: bool = False,
) -> Answer:
    return Answer(
        question=asked.question,
        standalone_question=reading.way.question,
        about=reading.way.about or None,
        kind=reading.request.kind,
        narrowed=reading.request.narrowed,
        verdict=verdict,
        answered=verdict == "answered",
        text=text,
        short=places[0].label if places else exact_answer(citations or closest),
        confidence=reading.guess.confidence,
        threshold=asked.threshold,
        citations=tuple(citations),
        closest=tuple(closest),
        missing_terms=tuple(reading.guess.missing),
        respelt=dict(reading.guess.respelt),
        disagreement=bool(citations) and reading.guess.disagreement,
        compared=reading.guess.compared
        and grouped(reading.guess.compared, reading.request.narrowed, citations),
        located=tuple(place.line for place in places),
        chosen_of=reading.guess.chosen_of,
        forced=is_forced,
        timings_ms=asked.timings,
    )


def _turns(history: Sequence[Turn | Mapping[str, object]] | None) -> list[Turn]:
    try:
        turns = _HISTORY.validate_python(history)
    except ValidationError as error:
        raise QuestionError(
            'history: each turn must be {"role": "user" or "assistant", "text": "…"}, or "content" for "text"'
        ) from error
    texts = encodable([plainly_asked(turn.text) if turn.role == "user" else turn.text for turn in turns])
    return [turn.model_copy(update={"text": text}) for turn, text in zip(turns, texts, strict=True)]
