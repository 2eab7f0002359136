"""Find what answers a request best: retrieve, read, settle, compose, and say how sure that is."""

from collections.abc import Collection, Sequence
from functools import lru_cache
from itertools import accumulate

from index.types import Document, Hit, Passage
from qa.answer.comparison import compared
from qa.answer.composition import compose, disagree
from qa.answer.confidence import confidence, said, signals
from qa.answer.counterpart import counterpart
from qa.answer.guess import Guess, found
from qa.answer.preference import newest_first, preferred
from qa.answer.sender import is_own_field
from qa.answer.settling import settle
from qa.answer.summary import central_sentences, sentences_read
from qa.answer.timings import Timings
from qa.read.calibration import Calibration
from qa.read.cells import lacks_column
from qa.read.faq import answering
from qa.read.lists import with_lists
from qa.read.reader import Reader
from qa.read.second import SecondReader
from qa.read.spans import Span, text_of
from qa.requests.counting import choosing, may_count, states_count
from qa.requests.parts import Part, within
from qa.requests.request import Request, Requests
from qa.requests.wording import Wordings
from qa.retrieve.retriever import RetrievedPassage, ScoredSentence
from qa.settings import AnswerSettings
from qa.types import Verdict

# Spans among which those are looked for that an answer is made of.
_CONSIDERED = 10
# A definition that fits the letters of an acronym was right in all of 16 cases; one in twenty may be wrong.
_DEFINED = 0.95
# A heading that says what is asked for, and nothing else, was right in all of 3 cases; see `_DEFINED`.
_HEADED = 0.95
# The sender or the date at the head of a mail that is asked of itself; see `_DEFINED`.
_FIELD = 0.95
# Entries that a question chooses were right in all of 6 cases among 19,000 questions of `natural_train`.
_CHOSEN = 0.9
# Answers given before, see `Finder.exact`.
_REMEMBERED = 64
# How likely a name that differs by another letter from one of the source is meant for that one.
_OTHER_NAME = 0.7
# How likely a row answers yes or no whose columns of yes and no say something else.
_OTHER_COLUMN = 0.7


class Finder:
    """Finds the best guess for a request. May be used from many threads at once."""

    def __init__(
        self,
        requests: Requests,
        reader: Reader,
        second: SecondReader | None,
        calibration: Calibration,
        settings: AnswerSettings,
    ) -> None:
        self._requests = requests
        self._retriever = requests.retriever
        self.wordings = Wordings(self._retriever.index)
        self._reader = reader
        self._second = second
        self.calibration = calibration
        self._settings = settings
        # Each question of a conversation asks for the same ones again.
        self.exact = lru_cache(_REMEMBERED)(self._exact)

    def verdict(self, guess: Guess) -> Verdict:
        """The verdict at the threshold that was chosen for the reader, whatever is asked for now."""
        return guess.verdict(self.calibration.threshold, self.calibration.likely)

    def guess(self, request: Request, timings: Timings) -> Guess:
        """What answers a request best."""
        if request.kind == "comparison":
            with timings.stage("read"):
                both = compared(self._retriever.index, *request.narrowed)
            return Guess(both.spans, both.spans, compared=both)
        if request.is_verbatim and request.parts:
            with timings.stage("read"):
                read, count = sentences_read(self._retriever.index, request.parts)
            if read:
                return Guess(read, read, chosen_of=count if count > len(read) else None)
        if request.kind in {"whole", "part"} and not request.message:
            with timings.stage("read"):
                central = central_sentences(self._retriever.index, request.documents, request.parts)
            if central:  # not so for a source without a sentence: its headings are the best there is
                return Guess(central, central)
        with timings.stage("rewrite"):
            wording = self.wordings.of(request.question, request.documents)
        if wording.defined:
            return Guess([wording.defined], [wording.defined], confidence=_DEFINED)
        guesses = [self._rated(question, request, timings) for question in wording.questions]
        return self._with_entries(max(guesses, key=lambda guess: guess.confidence or 0.0), request)

    def with_newest(self, guess: Guess, request: Request, timings: Timings) -> Guess:
        """The guess with what the newest version of its document says; that comes first where it is sure.

        Where it says something on the matter, but nothing that answers the question, as where a rule was put
        in other words, that comes first too; nobody knows how sure it is. A question that names a document
        means that version.
        """
        if not guess.used or request.kind not in {"question", "place"} or request.narrowed or request.parts:
            return guess
        newer = self._requests.versions.newest(guess.used[0].document_id)
        if newer is None or (request.documents is not None and newer.document_id not in request.documents):
            return guess
        latest = self.guess(request._replace(documents=[newer.document_id]), timings)
        if self.verdict(latest) == "answered":
            return latest.beside(guess)
        if not newer.is_stated or self.verdict(guess) == "silent":
            return guess
        if self.verdict(latest) == "likely":
            return guess.beside(latest)
        matter = counterpart(self._retriever.index, guess.used[0], newer.document_id)
        if matter is None:
            return guess
        others = [span for span in guess.spans if (span.document_id, span.start) != matter[:2]]
        return Guess([matter, *others], [matter, guess.used[0]], unrated="likely")

    def to_read(
        self,
        question: str,
        documents: Collection[str] | None = None,
        parts: Sequence[Part] | None = None,
    ) -> list[RetrievedPassage]:
        """The passages that are read for a question, best first, of some parts alone; see AnswerSettings."""
        if parts is None:
            searched = self._retriever.search(question, self._settings.top_k, documents=documents)
        else:
            every = self._retriever.search(
                question, len(self._retriever.index), documents={part.document_id for part in parts}
            )
            kept = [inside for passage in every if (inside := within(passage, parts))]
            searched = kept[: self._settings.top_k]
        sizes = [len(passage.hit.passage.text) for passage in searched]
        fitting = sum(size <= self._settings.characters for size in accumulate(sizes))
        return [answering(question, passage) for passage in searched[: max(1, fitting)]]

    def read(self, question: str, passages: Sequence[RetrievedPassage]) -> list[Span]:
        """The spans of passages as they may be shown, best first."""
        document = self._retriever.index.document
        spans = self._reader.read(question, passages)
        if self._second:
            spans = self._second.read(question, spans, passages, document)
        fitting = preferred(question, settle(question, spans, passages), passages)
        return newest_first(question, fitting, document)

    def _exact(self, question: str, text: str) -> str:
        """What the readers point at in an answer that was given before; "" where they point at nothing."""
        document = Document(id="", source="", sha256="", text=text)
        passage = Passage(document_id="", start=0, end=len(text), text=text)
        sentence = ScoredSentence(0, len(text), score=1.0, cosine=1.0, share=1.0, pairs=1.0)
        given = [RetrievedPassage(Hit(score=1.0, passage=passage), 1.0, 1.0, (sentence,))]
        found = self._reader.read(question, given)
        if self._second and found:
            found = self._second.read(question, found, given, lambda _: document)
        highlight = found[0].highlight if found else None
        return text[slice(*highlight)] if highlight else ""

    def _rated(self, question: str, request: Request, timings: Timings) -> Guess:
        """The best guess for one wording of a request, and how sure it is."""
        if self._second:
            self._second.prepare()
        with timings.stage("retrieve"):
            passages = self.to_read(question, request.documents, request.parts)
            missing = self._retriever.missing_words(question, documents=request.documents)
            respelt = self._retriever.respelt(question, passages)
            read_as = respelt.question
        with timings.stage("read"):
            spans = self.read(read_as, passages)
        with timings.stage("decide"):
            used = self._compose(spans, passages)
            quotes = [text_of(passages, span, (span.start, span.end)) for span in used]
            known = spans and not spans[0].unfit and may_count(question, quotes)
            sure = confidence(signals(passages, spans), self.calibration) if known else 0.0
            sure *= _OTHER_NAME if respelt.is_doubtful else 1.0
            sure = max(sure, _FIELD) if self._is_own_field(read_as, spans, passages) else sure
            sure *= _OTHER_COLUMN if spans and lacks_column(read_as, spans[0], passages) else 1.0
            disagreement = disagree(read_as, [said(passages, span) for span in used], quotes)
            used, spans = with_lists(question, used, spans, passages)
            guess = Guess(spans, used, sure, missing, disagreement, respelt=respelt.names)
            if request.kind == "place" and used:  # one place is asked for
                sure = max(sure, _HEADED) if request.parts else sure
                return guess._replace(used=used[:1], confidence=sure, disagreement=False)
            return found(passages, guess, self.calibration.likely) if request.kind == "keyword" else guess

    def _is_own_field(
        self, question: str, spans: Sequence[Span], passages: Sequence[RetrievedPassage]
    ) -> bool:
        """Whether the best span is the field of a mail that is asked for, and no other document is there."""
        if not spans or len({passage.hit.passage.document_id for passage in passages}) > 1:
            return False
        return is_own_field(question, spans[0], self._retriever.index.document(spans[0].document_id))

    def _compose(self, spans: Sequence[Span], passages: Sequence[RetrievedPassage]) -> list[Span]:
        if self.calibration.ranking is None:  # scores that are no log-odds
            return list(spans[:1])
        answers = [said(passages, span) for span in spans[:_CONSIDERED]]
        return compose(spans, answers, self._settings.least_odds)

    def _with_entries(self, guess: Guess, request: Request) -> Guess:
        """The guess with the entries of its document's list that a question chooses, where it chooses any."""
        if not guess.used or request.kind != "question" or request.parts:
            return guess
        document_id = guess.used[0].document_id
        if as_choice := choosing(request.question):
            # No number of the text is the number of its entries, unless it is said to be one of such things.
            is_said = states_count(request.question, self._quote(guess.used[0]))
            counts = not is_said and self._requests.counts_entries(as_choice, document_id)
            return guess._replace(confidence=0.0) if counts else guess
        entries = self._requests.entries(request.question, document_id)
        return guess._replace(used=entries, confidence=_CHOSEN, disagreement=False) if entries else guess

    def _quote(self, span: Span) -> str:
        return self._retriever.index.document(span.document_id).text[span.start : span.end]
