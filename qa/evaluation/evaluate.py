"""Ask every question of a set, score what comes back, and report.

Each question is answered once, at the threshold in use. The forced figures need no second call: an
Answer carries its best guess on a refusal too (`short`, and the sentences in `closest`), and its
confidence does not depend on the threshold. So `closest` must begin with the sentence that would have
been cited at threshold 0.0.
"""

import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, Protocol

from index.load.folders import SUFFIXES
from index.types import Document, Hit, Passage
from qa.errors import QuestionError, QuestionSetError
from qa.evaluation.figures import compute, counts, estimated
from qa.evaluation.metrics import (
    citation_overlap,
    cites,
    exact,
    f1,
    intact,
    is_relevant,
    is_right,
    latency,
    relevance,
)
from qa.evaluation.questions import Evidence, Question, QuestionSet
from qa.evaluation.refusal import reliability
from qa.evaluation.report import EvalReport, KindResult, QuestionResult
from qa.evaluation.written import Check, score
from qa.types import Answer, Turn

DEPTH = 10

Progress = Callable[[int, int], None]


class SupportsAnswer(Protocol):
    """Answers a question; None is the default threshold, 0.0 forces the best guess."""

    def answer(
        self,
        question: str,
        *,
        history: Sequence[Turn],
        threshold: float | None,
        documents: Collection[str] | None,
    ) -> Answer:
        """An answer or a refusal."""


class SupportsRetrieve(Protocol):
    """Finds passages, best first."""

    def retrieve(self, question: str, *, top_k: int, documents: Collection[str] | None) -> list[Hit]:
        """At most `top_k` hits."""


class SupportsDocuments(Protocol):
    """The source: its documents, and the passages they are searched by."""

    def document_ids(self) -> Sequence[str]:
        """Ids of all documents."""

    def document(self, document_id: str, /) -> Document:
        """A document by id."""

    def passages(self) -> Iterator[Passage]:
        """All passages; read once, to know how many are relevant to a question (nDCG)."""


def evaluate(
    questions: QuestionSet | Sequence[Question],
    answerer: SupportsAnswer,
    retriever: SupportsRetrieve,
    index: SupportsDocuments,
    *,
    progress: Progress | None = None,
    threshold: float | None = None,
    about: Mapping[str, Any] | None = None,
    check: Check | None = None,
) -> EvalReport:
    """Ask the questions and score answers, citations, refusals and retrieval.

    `progress(done, total)` is called after each question; `about` is kept in the report (settings,
    versions, commit); `check` judges what a language model wrote. QuestionSetError when the set is empty,
    has an answerable question without an answer, or asks of a document or cites evidence that the index
    does not hold.
    """
    listed = _elsewhere(questions, index) if isinstance(questions, QuestionSet) else tuple(questions)
    if not listed:
        raise QuestionSetError("the question set is empty; give at least one question")
    asked = _place(listed, index)
    relevant_passages = _count_relevant(asked, index)
    results, timings = [], []
    for done, (question, total) in enumerate(zip(asked, relevant_passages, strict=True), start=1):
        started = time.perf_counter()
        answer = _ask(question, answerer, threshold)
        timings.append({**answer.timings_ms, "wall": 1000 * (time.perf_counter() - started)})
        result = _score(question, answer, retriever, index, total)
        if answer.written and check:
            result = result.model_copy(update={"written": score(answer.written, check)})
        results.append(result)
        if progress is not None:
            progress(done, len(asked))
    return _report(results, timings, about or {})


def _ask(question: Question, answerer: SupportsAnswer, threshold: float | None) -> Answer:
    try:
        return answerer.answer(
            question.question, history=question.history, threshold=threshold, documents=_documents(question)
        )
    except QuestionError as error:
        raise QuestionSetError(f"question {question.id!r}: {error}") from error


def _report(
    results: Sequence[QuestionResult], timings: Sequence[Mapping[str, float]], about: Mapping[str, Any]
) -> EvalReport:
    figures, intervals = compute(results)
    stages = latency(timings)
    figures["latency_p50_ms"] = {stage: p50 for stage, (p50, _) in stages.items()}
    figures["latency_p95_ms"] = {stage: p95 for stage, (_, p95) in stages.items()}
    kinds: dict[str, list[QuestionResult]] = {}
    for result in results:
        kinds.setdefault(result.question.kind or "none", []).append(result)
    return EvalReport(
        about=dict(about),
        threshold=results[0].answer.threshold,
        n=counts(results),
        figures=figures,
        intervals=intervals,
        reliability=reliability(*estimated(results)),
        by_kind={kind: _kind(part) for kind, part in kinds.items()},
        questions=tuple(results),
    )


def _kind(results: Sequence[QuestionResult]) -> KindResult:
    figures, intervals = compute(results)
    return KindResult(n=counts(results), figures=figures, intervals=intervals)


def _score(
    question: Question,
    answer: Answer,
    retriever: SupportsRetrieve,
    index: SupportsDocuments,
    relevant_passages: int,
) -> QuestionResult:
    sentences = answer.citations or answer.closest
    prediction = answer.short if answer.short is not None else sentences[0].quote if sentences else ""
    given = prediction if answer.answered else ""
    shown = (*answer.citations, *answer.closest)
    result = QuestionResult(
        question=question,
        answer=answer,
        prediction=prediction,
        **_compared(question, given, prediction),
        right=bool(sentences) and is_right(sentences[0], question),
        given_right=any(is_right(citation, question) for citation in answer.citations),
        quotes=len(shown),
        quotes_intact=sum(intact(item, index.document(item.document_id).text) for item in shown),
    )
    evidence = question.placed_evidence
    if not evidence:
        return result
    # A follow-up is searched by the question that stands alone, as the Answerer searches it.
    query = answer.standalone_question if question.history else question.question
    hits = retriever.retrieve(query, top_k=DEPTH, documents=_documents(question))
    scored: dict[str, Any] = {
        "relevant": tuple(relevance(hits[:DEPTH], evidence)),
        "relevant_passages": relevant_passages,
        "sentence_right": bool(sentences) and cites(sentences[0], evidence),
    }
    if answer.citations:
        precision, recall = citation_overlap(answer.citations, evidence)
        scored |= {
            "cited_right": any(cites(citation, evidence) for citation in answer.citations),
            "citation_precision": precision,
            "citation_recall": recall,
        }
    return result.model_copy(update=scored)


def _compared(question: Question, given: str, prediction: str) -> dict[str, Any]:
    """Exact match and F1; nothing of an answerable question whose answer is marked, but not written out."""
    if not question.golds:
        return {}
    return {
        "exact": exact(given, question.golds),
        "f1": f1(given, question.golds),
        "forced_exact": exact(prediction, question.golds),
        "forced_f1": f1(prediction, question.golds),
    }


def _documents(question: Question) -> list[str] | None:
    return None if question.document_id is None else [question.document_id]


def _count_relevant(questions: Sequence[Question], index: SupportsDocuments) -> list[int]:
    """How many passages of the source are relevant to each question."""
    wanted = {item.document_id for question in questions for item in question.placed_evidence}
    passages: dict[str, list[Passage]] = {document_id: [] for document_id in wanted}
    for passage in index.passages() if wanted else ():
        if passage.document_id in passages:
            passages[passage.document_id].append(passage)
    totals = []
    for question in questions:
        evidence = question.placed_evidence
        documents = {item.document_id for item in evidence}
        totals.append(sum(is_relevant(p, evidence) for document in documents for p in passages[document]))
    return totals


def _elsewhere(asked: QuestionSet, index: SupportsDocuments) -> tuple[Question, ...]:
    """The questions of a set, fit for a source that may be another than the documents that came with them.

    A document's name that the source does not have narrows nothing; evidence holds where the same stands.
    """
    names = _Names(index.document_ids())
    own = {document.id: document.text for document in asked.documents}
    there = {name: index.document(found).text for name in own if (found := names.find(name))}

    def holds(item: Evidence) -> bool:
        text = own[item.document_id]
        return there[item.document_id][item.start : item.end] == text[item.start : item.end]

    return tuple(
        question.model_copy(update={"document_id": None, "evidence": ()})
        if question.document_id in own and question.document_id not in there
        else question.model_copy(update={"evidence": ()})
        if question.document_id in own and not all(map(holds, question.evidence))
        else question
        for question in asked.questions
    )


def _place(questions: Sequence[Question], index: SupportsDocuments) -> list[Question]:
    """The questions, found fit to be scored, with the ids of documents as the index has them."""
    names = _Names(index.document_ids())
    lengths: dict[str, int] = {}
    placed = []
    for question in questions:
        if question.answerable and not question.answers and not question.placed_evidence:
            raise QuestionSetError(
                f"question {question.id!r}: is answerable but has no answer to compare with; "
                "give one in answers or evidence"
            )
        evidence = []
        for item in question.evidence:
            document_id = names.resolve(item.document_id, question.id)
            if document_id not in lengths:
                lengths[document_id] = len(index.document(document_id).text)
            _check_range(item, question.id, lengths[document_id])
            evidence.append(item.model_copy(update={"document_id": document_id}))
        only = question.document_id
        resolved = None if only is None else names.resolve(only, question.id)
        placed.append(question.model_copy(update={"document_id": resolved, "evidence": tuple(evidence)}))
    return placed


def _check_range(item: Evidence, question_id: str, length: int) -> None:
    if item.end > length:
        raise QuestionSetError(
            f"question {question_id!r}: its evidence ends at {item.end}, but {item.document_id!r} has "
            f"{length} characters; evaluate on the source that the questions were written for"
        )


class _Names:
    """The ids of an index, found with or without the file's extension."""

    def __init__(self, ids: Iterable[str]) -> None:
        self._ids = dict.fromkeys(ids)
        stems = Counter(_stem(known) for known in self._ids)
        self._by_stem = {_stem(known): known for known in self._ids if stems[_stem(known)] == 1}

    def find(self, document_id: str) -> str | None:
        if document_id in self._ids:
            return document_id
        return self._by_stem.get(document_id) or self._by_stem.get(_stem(document_id))

    def resolve(self, document_id: str, question_id: str) -> str:
        if found := self.find(document_id):
            return found
        known = ", ".join(list(self._ids)[:3]) + (", ..." if len(self._ids) > 3 else "")
        raise QuestionSetError(
            f"question {question_id!r}: no one document is called {document_id!r}; the source holds "
            f"{known or 'none'}; give the source of the questions with --source"
        )


def _stem(document_id: str) -> str:
    """The id without the extension of a file that Quoth reads."""
    for extension in SUFFIXES:
        if document_id.lower().endswith(extension):
            return document_id[: -len(extension)]
    return document_id
