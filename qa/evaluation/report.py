"""The report of an evaluation: its values, its text, and the gate it has to pass."""

import json
import math
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, TypeGuard

from pydantic import BaseModel, ConfigDict

from qa.errors import ReportError
from qa.evaluation.metrics import Interval
from qa.evaluation.questions import Question
from qa.evaluation.refusal import ReliabilityBin
from qa.evaluation.written import WrittenScore
from qa.types import Answer

Figures = dict[str, dict[str, float | None]]
Intervals = dict[str, dict[str, Interval]]

MISTAKES_SHOWN = 100
_KIND_COLUMNS = (
    "verdicts.right_forced",
    "verdicts.given_right",
    "verdicts.answered_wrongly",
    "verdicts.silent_when_answerable",
    "verdicts.not_answered_when_unanswerable",
    "verdicts.silent_when_unanswerable",
    "answers.forced_hasans_f1",
    "retrieval.recall@5",
)


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class QuestionResult(_Value):
    """A question, its answer and how that scored.

    `prediction` is the best guess, given or not; `exact` and `f1` score the answer (empty unless the verdict
    is "answered"), `forced_exact` and `forced_f1` the best guess. `right` says whether the quote of the best
    guess is right (see `metrics.is_right`), which confidence is the probability of; `given_right` whether a
    person got a right quote as the answer or as likely. What is None could not be scored: the comparisons
    without an answer; `relevant` (of each hit), `relevant_passages` (how many the source has) and
    `sentence_right` without evidence of certain place; `cited_right`, `citation_precision` and
    `citation_recall` when silent too. `quotes_intact` of `quotes` shown were verbatim.
    `written` scores what a language model wrote.
    """

    question: Question
    answer: Answer
    prediction: str
    exact: float | None = None
    f1: float | None = None
    forced_exact: float | None = None
    forced_f1: float | None = None
    right: bool
    given_right: bool
    relevant: tuple[bool, ...] | None = None
    relevant_passages: int | None = None
    sentence_right: bool | None = None
    cited_right: bool | None = None
    citation_precision: float | None = None
    citation_recall: float | None = None
    quotes: int = 0
    quotes_intact: int = 0
    written: WrittenScore | None = None

    @property
    def confidence(self) -> float:
        """The answer's; 0 for one without, which was taken for no question about a fact."""
        return self.answer.confidence or 0.0


class KindResult(_Value):
    """The figures of the questions of one kind."""

    n: dict[str, int]
    figures: Figures
    intervals: Intervals


class EvalReport(_Value):
    """All figures of an evaluation, and every question with its answer.

    `figures[group][name]`, the gate's "group.name", is a share from 0 to 1, or milliseconds in the two
    groups of latency; None where nothing could be scored. `intervals[group][name]` is the 95 % interval
    of a figure that has one. `about` holds what the caller knows: settings, versions, commit.
    """

    about: dict[str, Any]
    threshold: float
    n: dict[str, int]
    figures: Figures
    intervals: Intervals
    reliability: tuple[ReliabilityBin, ...]
    by_kind: dict[str, KindResult]
    questions: tuple[QuestionResult, ...]


def gate(report: EvalReport, gate_file: str | os.PathLike[str]) -> list[str]:
    """The figures that are out of bounds, one line each; empty when the report passes.

    The gate is a JSON object of a figure's name and its bound: `{"answers.f1": 0.8,
    "refusal.ece": {"max": 0.1}, "by_kind.fact.answers.f1": {"min": 0.9}}`; a bare number is a minimum.
    A figure that could not be scored fails. ReportError when the gate cannot be read or names a figure
    that does not exist.
    """
    path = Path(gate_file)
    figures = named_figures(report)
    failures = []
    for name, bounds in _bounds(path).items():
        if name not in figures:
            known = ", ".join(key for key in figures if not key.startswith("by_kind."))
            raise ReportError(f"{path}: no figure is called {name!r}; the figures are {known}")
        failures += [
            f"{name} is {_number(figures[name])}, the gate asks for at {side} {bound:g}"
            for side, bound in bounds.items()
            if not _within(figures[name], side, bound)
        ]
    return failures


def named_figures(report: EvalReport) -> dict[str, float | None]:
    """Every figure and count by its dotted name: "answers.f1", "n.questions", "by_kind.fact.answers.f1"."""
    named = _named(report.n, report.figures)
    for kind, result in report.by_kind.items():
        prefix = f"by_kind.{kind}."
        named |= {prefix + name: value for name, value in _named(result.n, result.figures).items()}
    return named


def _named(n: dict[str, int], figures: Figures) -> dict[str, float | None]:
    named: dict[str, float | None] = {f"n.{name}": count for name, count in n.items()}
    for group, values in figures.items():
        named |= {f"{group}.{name}": value for name, value in values.items()}
    return named


def _within(value: float | None, side: str, bound: float) -> bool:
    if value is None:
        return False
    return value >= bound if side == "least" else value <= bound


def _bounds(path: Path) -> dict[str, dict[str, float]]:
    """The gate's figures with their bounds, under "least" and "most"."""
    try:
        rows = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise ReportError(f"{path}: the gate cannot be read ({error.strerror})") from error
    except (ValueError, RecursionError) as error:
        raise ReportError(f'{path}: not JSON; give an object such as {{"answers.f1": 0.8}}') from error
    if not isinstance(rows, dict):
        raise ReportError(f'{path}: not a JSON object; give one such as {{"answers.f1": 0.8}}')
    return {name: _bound(path, name, bound) for name, bound in rows.items()}


def _bound(path: Path, name: str, bound: object) -> dict[str, float]:
    sides = bound if isinstance(bound, dict) else {"min": bound}
    known = {"min": "least", "max": "most"}
    checked = {known[key]: float(value) for key, value in sides.items() if key in known and _is_number(value)}
    if not checked or len(checked) < len(sides):
        raise ReportError(
            f"{path}: the bound of {name!r} is {json.dumps(bound)}; "
            'give a number, {"min": x} or {"max": x}'
        )
    return checked


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def render(report: EvalReport) -> str:
    """The report as Markdown: figures, kinds of questions, reliability, and the mistakes."""
    counts = ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in report.n.items())
    parts = [
        "# Evaluation",
        f"{counts}; threshold {report.threshold:g}.",
        _table(("about", "value"), ((name, _plain(value)) for name, value in report.about.items())),
        "## Figures\nShares from 0 to 1; latencies in milliseconds.",
        _table(("figure", "value", "95 % interval"), _figure_rows(report)),
        "![Risk against coverage](risk_coverage.png) ![Reliability](reliability.png)",
        "## By kind of question",
        _table(
            ("kind", "n", *_KIND_COLUMNS),
            (_kind_row(kind, result) for kind, result in report.by_kind.items()),
        ),
        "## Reliability",
        _table(
            ("confidence", "n", "mean confidence", "share right"),
            (
                (f"{b.low:g} to {b.high:g}", str(b.count), _number(b.confidence), _number(b.right))
                for b in report.reliability
            ),
        ),
        _mistakes(report.questions),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _figure_rows(report: EvalReport) -> Iterable[Sequence[str]]:
    for group, values in report.figures.items():
        for name, value in values.items():
            interval = report.intervals.get(group, {}).get(name)
            yield (
                f"{group}.{name}",
                _number(value),
                f"{interval[0]:.3f} to {interval[1]:.3f}" if interval else "",
            )


def _kind_row(kind: str, result: KindResult) -> Sequence[str]:
    named = _named(result.n, result.figures)
    return kind, str(result.n["questions"]), *(_number(named[column]) for column in _KIND_COLUMNS)


def _mistakes(results: Sequence[QuestionResult]) -> str:
    wrong = [result for result in results if is_mistake(result)]
    rows = (
        (
            result.question.id,
            result.question.question,
            " / ".join(result.question.answers) if result.question.answerable else "(not in the source)",
            result.prediction,
            result.answer.verdict,
            _number(result.confidence),
        )
        for result in wrong[:MISTAKES_SHOWN]
    )
    shown = f", the first {MISTAKES_SHOWN} of them" if len(wrong) > MISTAKES_SHOWN else ""
    title = f"## Mistakes\n{len(wrong)} of {len(results)} questions{shown}; report.json holds every question."
    return title + "\n\n" + _table(("id", "question", "gold", "best guess", "was", "confidence"), rows)


def is_mistake(result: QuestionResult) -> bool:
    """Whether a question was answered wrongly, or refused although it is answerable."""
    return not result.given_right if result.answer.answered else result.question.answerable


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [f"| {' | '.join(_cell(cell) for cell in row)} |" for row in rows]
    rule = "| " + " | ".join("---" for _ in head) + " |"
    return "\n".join([f"| {' | '.join(head)} |", rule, *lines]) if lines else ""


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;")


def _plain(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, default=str, ensure_ascii=False)


def _number(value: float | None) -> str:
    return "not scored" if value is None else f"{value:.3f}"
