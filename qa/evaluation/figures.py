"""The figures of an evaluation, computed from the results of its questions."""

from collections.abc import Iterable, Sequence
from typing import get_args

from qa.evaluation import refusal
from qa.evaluation.metrics import Interval, mean, ndcg, recall, reciprocal_rank, wilson
from qa.evaluation.report import Figures, Intervals, QuestionResult
from qa.types import Verdict

RECALL_AT = (1, 3, 5, 10)
PRECISION_WANTED = 0.9


class _Group:
    """Figures of one group by name, and the intervals of those that are proportions."""

    def __init__(self) -> None:
        self.values: dict[str, float | None] = {}
        self.intervals: dict[str, Interval] = {}

    def mean(self, name: str, values: Iterable[float | None]) -> None:
        self.values[name] = mean(value for value in values if value is not None)

    def share(self, name: str, flags: Iterable[float | bool | None]) -> None:
        """A mean of yes and no, with Wilson's interval."""
        known = [bool(flag) for flag in flags if flag is not None]
        self.values[name] = mean(known)
        self.interval(name, wilson(sum(known), len(known)))

    def interval(self, name: str, interval: Interval | None) -> None:
        if interval is not None:
            self.intervals[name] = interval


def compute(results: Sequence[QuestionResult]) -> tuple[Figures, Intervals]:
    """All figures but latency, and the 95 % intervals of those that have one."""
    groups = {
        "verdicts": _verdicts(results),
        "retrieval": _retrieval(results),
        "answers": _answers(results),
        "citations": _citations(results),
        "refusal": _refusal(results),
    }
    if any(result.written for result in results):
        groups["writing"] = _writing(results)
    return (
        {name: group.values for name, group in groups.items()},
        {name: group.intervals for name, group in groups.items()},
    )


def counts(results: Sequence[QuestionResult]) -> dict[str, int]:
    """How many questions there are, of which sort, and how many have evidence of certain place."""
    answerable = sum(result.question.answerable for result in results)
    return {
        "questions": len(results),
        "answerable": answerable,
        "unanswerable": len(results) - answerable,
        "answered": sum(result.answer.answered for result in results),
        "with_evidence": sum(result.relevant is not None for result in results),
    }


def _retrieval(results: Sequence[QuestionResult]) -> _Group:
    """Over the answerable questions whose evidence has a certain place."""
    group = _Group()
    scored = [(r.relevant, r.relevant_passages) for r in results if r.relevant is not None]
    for k in RECALL_AT:
        group.share(f"recall@{k}", [recall(relevant, k) for relevant, _ in scored])
    group.mean("mrr@10", [reciprocal_rank(relevant) for relevant, _ in scored])
    group.mean("ndcg@10", [ndcg(relevant, total) for relevant, total in scored])
    return group


def _answers(results: Sequence[QuestionResult]) -> _Group:
    """SQuAD 2.0's totals, as shares; `forced` scores the best guess where it was refused too."""
    group = _Group()
    has = [result for result in results if result.question.answerable]
    no = [result for result in results if not result.question.answerable]
    for prefix, part in (("", results), ("hasans_", has), ("noans_", no)):
        group.share(f"{prefix}exact", [result.exact for result in part])
        group.mean(f"{prefix}f1", [result.f1 for result in part])
    for prefix, part in (("forced_", results), ("forced_hasans_", has)):
        group.share(f"{prefix}exact", [result.forced_exact for result in part])
        group.mean(f"{prefix}f1", [result.forced_f1 for result in part])
    return group


def _citations(results: Sequence[QuestionResult]) -> _Group:
    group = _Group()
    quotes = sum(result.quotes for result in results)
    group.values["integrity"] = sum(r.quotes_intact for r in results) / quotes if quotes else None
    group.mean("precision", [result.citation_precision for result in results])
    group.mean("recall", [result.citation_recall for result in results])
    group.share("sentence_accuracy_forced", [result.sentence_right for result in results])
    group.share("cited_when_answered", [result.cited_right for result in results])
    return group


def _writing(results: Sequence[QuestionResult]) -> _Group:
    """What a language model wrote: over the questions it was asked, their sentences, and their citations."""
    group = _Group()
    written = [result.written for result in results if result.written]
    group.share("written", [one.supported > 0 for one in written])
    sentences, citations = sum(one.sentences for one in written), sum(one.citations for one in written)
    for name, right, count in (
        ("citation_recall", sum(one.supported for one in written), sentences),
        ("citation_precision", sum(one.precise for one in written), citations),
    ):
        group.values[name] = right / count if count else None
        group.interval(name, wilson(right, count))
    return group


def _verdicts(results: Sequence[QuestionResult]) -> _Group:
    """What a person is told: of the answerable questions, and of those that the source does not answer."""
    group = _Group()
    has = [result for result in results if result.question.answerable]
    no = [result for result in results if not result.question.answerable]
    group.share("right_forced", [result.right for result in has])
    group.share("given_right", [result.given_right for result in has])
    group.share("answered_wrongly", [r.answer.answered and not r.given_right for r in has])
    group.share("not_answered_when_unanswerable", [not result.answer.answered for result in no])
    for verdict in get_args(Verdict):
        group.share(f"{verdict}_when_answerable", [r.answer.verdict == verdict for r in has])
        group.share(f"{verdict}_when_unanswerable", [r.answer.verdict == verdict for r in no])
    return group


def estimated(results: Sequence[QuestionResult]) -> tuple[list[float], list[bool]]:
    """The confidence of each answer that has one, and whether it was right; what has none has no error."""
    kept = [result for result in results if result.answer.confidence is not None]
    return [result.confidence for result in kept], [result.right for result in kept]


def _refusal(results: Sequence[QuestionResult]) -> _Group:
    """Whether it answers when it should, and whether confidence says so."""
    group = _Group()
    answered = [result.answer.answered for result in results]
    answerable = [result.question.answerable for result in results]
    right = [result.right for result in results]
    confidence = [result.confidence for result in results]
    group.share("accuracy", [a == b for a, b in zip(answered, answerable, strict=True)])
    group.share("answered", answered)
    group.share("right_when_answered", [r.given_right for r in results if r.answer.answered])
    refused = [not given for given, known in zip(answered, answerable, strict=True) if not known]
    group.share("refused_when_unanswerable", refused)
    group.values["coverage_at_90_precision"] = refusal.coverage_at_precision(
        confidence, right, PRECISION_WANTED
    )
    group.values["aurc"] = refusal.aurc(confidence, right)
    group.values["auroc_answerable"] = refusal.auroc(confidence, answerable)
    group.values["auroc_right"] = refusal.auroc(confidence, right)
    estimates = estimated(results)
    group.values["ece"] = refusal.ece(*estimates)
    group.interval("ece", refusal.ece_interval(*estimates))
    return group
