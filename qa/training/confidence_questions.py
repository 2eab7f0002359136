"""The questions by which the confidence is fitted, each with what was retrieved and read for it."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from index.index import Index
from index.types import Document
from qa.answer.answerer import Answerer
from qa.answer.preference import preferred
from qa.answer.settling import settle
from qa.evaluation.metrics import normalize_answer
from qa.evaluation.questions import Question, half, load_questions
from qa.evaluation.splits import NATURAL_TEST_DOCUMENTS, TEST_ARTICLES, VALIDATION_ARTICLES, is_kept_back
from qa.read.calibration import Ranking
from qa.read.choice import load_reader, second_reader_of
from qa.read.onnx_model import OnnxSpanModel
from qa.read.reader import ExtractiveReader, Reader, SpanModel
from qa.read.second import SecondReader, WindowReader
from qa.read.spans import Span, TokenLogits
from qa.read.window_model import WindowLogits
from qa.retrieve.retriever import RetrievedPassage

# What the fit of a ranking starts from.
FIRST_RANKING = Ranking(margin=0.3, answerable=0.3, words=0.5, dense=0.5, support=0.7, second_margin=0.1)


class Population(NamedTuple):
    """A set of questions: how much it weighs, which share of its questions is asked, and where they are."""

    weight: float
    share: float = 1.0
    wanted: Callable[[Question], bool] = lambda _: True


POPULATIONS: Mapping[str, Population] = {
    "natural_train": Population(3.0, wanted=lambda q: is_kept_back(str(q.document_id))),
    "nq": Population(2.0, wanted=lambda q: is_kept_back(str(q.document_id))),
    "squad2_dev": Population(2.0, wanted=lambda q: q.document_id in VALIDATION_ARTICLES),
    "natural": Population(1.5, wanted=lambda q: q.document_id not in NATURAL_TEST_DOCUMENTS),
    "clapnq": Population(1.5, wanted=lambda q: half(q.id) == "tuning"),
}
TESTS: Mapping[str, Population] = {
    "squad2_dev": Population(0.0, wanted=lambda q: q.document_id in TEST_ARTICLES),
    "natural": Population(0.0, wanted=lambda q: q.document_id in NATURAL_TEST_DOCUMENTS),
    "clapnq": Population(0.0, wanted=lambda q: half(q.id) == "testing"),
}


class Asked(NamedTuple):
    """A question, and what was retrieved and read for it."""

    question: Question
    read_as: str
    passages: Sequence[RetrievedPassage]
    spans: Sequence[Span]
    document: Callable[[str], Document]


class Readers(NamedTuple):
    """The reader, and what reads again after it."""

    first: Reader
    second: SecondReader | None

    @property
    def calibration(self) -> str:
        """See `Reader.calibration`."""
        return (self.second or self.first).calibration

    def ranked(self, ranking: Ranking) -> "Readers":
        """The same, the last of them with another ranking."""
        if self.second:
            return Readers(self.first, SecondReader(self.second.model, ranking))
        return Readers(ExtractiveReader(self.first.model, ranking), None)  # type: ignore[attr-defined]

    def read(self, one: Asked) -> list[Span]:
        """The spans of a question as an Answerer has them."""
        spans = self.first.read(one.read_as, one.passages)
        if self.second:
            spans = self.second.read(one.read_as, spans, one.passages, one.document)
        return preferred(one.read_as, settle(one.read_as, spans, one.passages), one.passages)


class RememberingWindows:
    """Reads no window twice for the same question."""

    def __init__(self, model: WindowReader) -> None:
        self._model = model
        self._known: dict[tuple[str, str, str], WindowLogits] = {}
        self.longest_answer = model.longest_answer
        self.load = model.load

    def logits(self, question: str, texts: Sequence[tuple[str, str]]) -> list[WindowLogits]:
        """See `WindowReader.logits`."""
        unknown = [pair for pair in texts if (question, *pair) not in self._known]
        for pair, found in zip(unknown, self._model.logits(question, unknown), strict=True):
            self._known[question, *pair] = found
        return [self._known[question, *pair] for pair in texts]


class RememberingModel:
    """Reads no passage twice for the same question."""

    def __init__(self, model: SpanModel) -> None:
        self._model = model
        self._known: dict[tuple[str, str], TokenLogits] = {}
        self.longest_answer = model.longest_answer

    def logits(self, question: str, texts: Sequence[str]) -> list[TokenLogits]:
        """See `qa.read.reader.SpanModel.logits`."""
        unknown = [text for text in texts if (question, text) not in self._known]
        for text, found in zip(unknown, self._model.logits(question, unknown), strict=True):
            self._known[question, text] = found
        return [self._known[question, text] for text in texts]


def collect(data: Path, name: str, chosen: Population, readers: Readers) -> list[Asked]:
    """Retrieve and read for the questions of a set that stand alone, each asked of its document."""
    folder = data / name
    answerer = Answerer(Index.from_sources([folder / "documents.jsonl"]), reader=readers.first)
    found = []
    for question in load_questions(folder / "questions.jsonl").questions:
        if question.history or not chosen.wanted(question) or not _drawn(question.id, chosen.share):
            continue
        found.append(_asked(answerer, question, readers))
        if name == "nq" and (other := _elsewhere(answerer, question)):
            found.append(_asked(answerer, other, readers))
    return [one for one in found if one.spans]


def _drawn(question_id: str, share: float) -> bool:
    return int(hashlib.sha256(question_id.encode()).hexdigest()[:8], 16) < share * 16**8


def _asked(answerer: Answerer, question: Question, readers: Readers) -> Asked:
    passages = answerer.finder.to_read(question.question, [str(question.document_id)])
    read_as = answerer.retriever.respelt(question.question, passages).question
    unread = Asked(question, read_as, passages, (), answerer.index.document)
    return unread._replace(spans=readers.read(unread))


def _elsewhere(answerer: Answerer, question: Question) -> Question | None:
    """The question, of the nearest other document that does not hold its answer."""
    golds = [f" {normalize_answer(answer)} " for answer in question.answers]
    for hit in answerer.retriever.retrieve(question.question, 12):
        text = f" {normalize_answer(hit.passage.text)} "
        if hit.passage.document_id != question.document_id and not any(gold in text for gold in golds):
            return question.model_copy(
                update={"document_id": hit.passage.document_id, "answerable": False, "evidence": ()}
            )
    return None


def readers_of(name: str, *, fast: bool) -> Readers:
    """A reader by name or by the folder that training wrote, and the second; both remember what they read."""
    if Path(name, "reader.onnx").is_file():
        return Readers(ExtractiveReader(RememberingModel(OnnxSpanModel(Path(name))), Ranking()), None)
    reader = load_reader(name)
    if not isinstance(reader, ExtractiveReader):
        return Readers(reader, None)
    second = None if fast else second_reader_of(reader)
    if second is None:
        return Readers(ExtractiveReader(RememberingModel(reader.model), Ranking()), None)
    remembering = SecondReader(RememberingWindows(second.model), FIRST_RANKING)
    return Readers(ExtractiveReader(RememberingModel(reader.model), reader.ranking), remembering)
