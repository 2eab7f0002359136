"""The evaluation loop with figures worked out by hand, reports and gates."""

import json
import math
import subprocess
import sys
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from index.load.formats import FORMATS
from index.types import Document, Hit, Passage
from qa.errors import QuestionError, QuestionSetError
from qa.evaluation.command import Choice
from qa.evaluation.evaluate import evaluate
from qa.evaluation.metrics import is_right
from qa.evaluation.questions import Evidence, Question, QuestionSet
from qa.evaluation.report import EvalReport, ReportError, gate, named_figures
from qa.evaluation.report_folder import write_report
from qa.evaluation.splits import TEST_ARTICLES, VALIDATION_ARTICLES
from qa.types import Answer, Citation, Turn

TEXTS = {
    "a.txt": "Alpha was built in 1990. Beta is red. Gamma ran far.",
    "b.txt": "Delta sleeps. Epsilon eats nine apples.",
}
SENTENCES = {
    "alpha": ("a.txt", "Alpha was built in 1990."),
    "rest": ("a.txt", "Beta is red. Gamma ran far."),
    "beta": ("a.txt", "Beta is red."),
    "delta": ("b.txt", "Delta sleeps."),
    "epsilon": ("b.txt", "Epsilon eats nine apples."),
}
HISTORY = (Turn(role="user", text="Who is Epsilon?"), Turn(role="assistant", text="A bear."))


def passage(name: str) -> Passage:
    document_id, text = SENTENCES[name]
    start = TEXTS[document_id].index(text)
    return Passage(document_id=document_id, start=start, end=start + len(text), text=text)


def citation(name: str, quote: str | None = None) -> Citation:
    found = passage(name)
    return Citation(
        document_id=found.document_id,
        source=found.document_id,
        sha256="",
        start=found.start,
        end=found.end,
        quote=found.text if quote is None else quote,
        score=1.0,
    )


def evidence(document_id: str, text: str, role: str, named: str | None = None) -> Evidence:
    start = TEXTS[document_id].index(text)
    return Evidence(document_id=named or document_id, start=start, end=start + len(text), role=role)


class FakeIndex:
    """Two documents of two passages each."""

    def document_ids(self) -> Sequence[str]:
        return list(TEXTS)

    def document(self, document_id: str) -> Document:
        return Document(id=document_id, source=document_id, sha256="", text=TEXTS[document_id])

    def passages(self) -> Iterator[Passage]:
        return map(passage, ("alpha", "rest", "delta", "epsilon"))


class FakeAnswerer:
    """Gives the answers it was given, and keeps what it was asked."""

    def __init__(self, answers: Sequence[Answer]) -> None:
        self.answers = {answer.question: answer for answer in answers}
        self.calls: list[tuple[str, Sequence[Turn], float | None, Collection[str] | None]] = []

    def answer(
        self,
        question: str,
        *,
        history: Sequence[Turn],
        threshold: float | None,
        documents: Collection[str] | None,
    ) -> Answer:
        self.calls.append((question, history, threshold, documents))
        return self.answers[question]


class FakeRetriever:
    """Finds the passages it was given, and keeps what it was asked."""

    def __init__(self, found: dict[str, list[str]]) -> None:
        self.found = found
        self.calls: list[tuple[str, int, Collection[str] | None]] = []

    def retrieve(self, question: str, *, top_k: int, documents: Collection[str] | None) -> list[Hit]:
        self.calls.append((question, top_k, documents))
        names = self.found[question]
        return [Hit(score=-rank, passage=passage(name)) for rank, name in enumerate(names)]


QUESTIONS = (
    Question(
        id="1",
        kind="fact",
        question="When was Alpha built?",
        answers=("built in 1990", "1990"),
        answerable=True,
        evidence=(
            evidence("a.txt", "built in 1990", "answer"),
            evidence("a.txt", "Alpha was built in 1990.", "support"),
        ),
    ),
    Question(
        id="2",
        kind="fact",
        question="What colour is Beta?",
        answers=("red",),
        answerable=True,
        evidence=(evidence("a.txt", "red", "answer", named="a"),),
        document_id="a",
    ),
    Question(id="3", kind="missing", question="How many pears?", answerable=False),
    Question(id="4", kind="missing", question="Who is Zeta?", answerable=False),
    Question(
        id="5",
        kind="follow",
        question="What does it eat?",
        answers=("nine apples",),
        answerable=True,
        evidence=(evidence("b.txt", "nine apples", "answer"),),
        history=HISTORY,
    ),
    Question(
        id="6",
        kind="fact",
        question="What is not far?",
        answers=("Beta",),
        answerable=True,
        evidence=(evidence("a.txt", "Beta", "answer"),),
        offset="guessed",
    ),
)


def answer(
    question: str,
    confidence: float,
    short: str | None,
    sentences: tuple[Citation, ...],
    standalone: str | None = None,
) -> Answer:
    answered = confidence >= 0.5
    return Answer(
        question=question,
        standalone_question=standalone or question,
        answered=answered,
        text="…",
        short=short,
        confidence=confidence,
        threshold=0.5,
        citations=sentences if answered else (),
        closest=() if answered else sentences,
        timings_ms={"read": 100 * confidence},
    )


def answerer() -> FakeAnswerer:
    return FakeAnswerer(
        [
            answer("When was Alpha built?", 0.9, None, (citation("alpha"),)),
            answer("What colour is Beta?", 0.3, "red", (citation("beta"),)),
            answer("How many pears?", 0.8, "nine", (citation("epsilon"),)),
            answer("Who is Zeta?", 0.1, "Delta", (citation("delta", quote="Delta wakes."),)),
            answer(
                "What does it eat?",
                0.6,
                "nine apples",
                (citation("delta"), citation("epsilon")),
                standalone="What does Epsilon eat?",
            ),
            answer("What is not far?", 0.2, "Delta", ()),
        ]
    )


def retriever() -> FakeRetriever:
    return FakeRetriever(
        {
            "When was Alpha built?": ["rest", "alpha"],
            "What colour is Beta?": ["rest", "alpha"],
            "What does Epsilon eat?": ["alpha", "delta", "epsilon"],
        }
    )


@pytest.fixture(scope="module")
def report() -> EvalReport:
    return evaluate(QUESTIONS, answerer(), retriever(), FakeIndex(), about={"commit": "abc", "size": 3})


# The six questions in order: right (F1 .75), right but refused, wrong and unanswerable, rightly refused,
# right by its second quote alone, wrong and refused with evidence of uncertain place.
EXPECTED = {
    "n.questions": 6,
    "n.answerable": 4,
    "n.unanswerable": 2,
    "n.answered": 3,
    "n.with_evidence": 3,
    "retrieval.recall@1": 1 / 3,
    "retrieval.recall@3": 1.0,
    "retrieval.mrr@10": (1 / 2 + 1 + 1 / 3) / 3,
    "retrieval.ndcg@10": (1 / math.log2(3) + 1 + 1 / 2) / 3,
    "answers.exact": 2 / 6,
    "answers.f1": (0.75 + 0 + 0 + 1 + 1 + 0) / 6,
    "answers.hasans_exact": 1 / 4,
    "answers.hasans_f1": 1.75 / 4,
    "answers.noans_exact": 1 / 2,
    "answers.noans_f1": 1 / 2,
    "answers.forced_exact": 2 / 6,
    "answers.forced_f1": 2.75 / 6,
    "answers.forced_hasans_exact": 2 / 4,
    "answers.forced_hasans_f1": 2.75 / 4,
    "citations.integrity": 5 / 6,
    "citations.precision": (1 + 11 / 38) / 2,
    "citations.recall": 1.0,
    "citations.sentence_accuracy_forced": 2 / 3,
    "citations.cited_when_answered": 1.0,
    "refusal.accuracy": 3 / 6,
    "refusal.answered": 3 / 6,
    "refusal.right_when_answered": 2 / 3,
    "refusal.refused_when_unanswerable": 1 / 2,
    "refusal.coverage_at_90_precision": 1 / 6,
    "refusal.aurc": (0 + 1 / 2 + 2 / 3 + 2 / 4 + 3 / 5 + 4 / 6) / 6,
    "refusal.auroc_answerable": 5 / 8,
    "refusal.auroc_right": 6 / 8,
    "refusal.ece": (0.1 + 0.8 + 0.6 + 0.7 + 0.2 + 0.1) / 6,
    "verdicts.right_forced": 2 / 4,
    "verdicts.given_right": 2 / 4,
    "verdicts.answered_wrongly": 0.0,
    "verdicts.not_answered_when_unanswerable": 1 / 2,
    "verdicts.answered_when_answerable": 2 / 4,
    "verdicts.likely_when_answerable": 0.0,
    "verdicts.silent_when_answerable": 2 / 4,
    "verdicts.silent_when_unanswerable": 1 / 2,
    "latency_p50_ms.read": 45.0,
    "latency_p95_ms.read": 87.5,
    "by_kind.fact.n.questions": 3,
    "by_kind.fact.answers.f1": 0.75 / 3,
    "by_kind.follow.answers.exact": 1.0,
    "by_kind.missing.answers.hasans_f1": None,
    "by_kind.missing.refusal.auroc_right": None,
    "by_kind.missing.retrieval.recall@1": None,
}


@pytest.mark.parametrize(("name", "value"), EXPECTED.items())
def test_every_figure_is_the_one_worked_out_by_hand(
    report: EvalReport, name: str, value: float | None
) -> None:
    measured = named_figures(report)[name]
    assert measured == (None if value is None else pytest.approx(value))


def test_proportions_come_with_wilson_intervals(report: EvalReport) -> None:
    interval = report.intervals["citations"]["sentence_accuracy_forced"]
    assert interval == pytest.approx((0.2077, 0.9385), abs=1e-4)
    assert set(report.intervals["refusal"]) >= {"accuracy", "refused_when_unanswerable", "ece"}
    assert "refused_when_unanswerable" not in report.by_kind["fact"].intervals["refusal"]


def test_each_question_is_answered_once_and_retrieved_by_the_question_that_stands_alone() -> None:
    asked, searched = answerer(), retriever()
    seen: list[tuple[int, int]] = []
    evaluate(
        QuestionSet(questions=QUESTIONS),
        asked,
        searched,
        FakeIndex(),
        threshold=0.5,
        progress=lambda done, total: seen.append((done, total)),
    )
    assert asked.calls == [
        ("When was Alpha built?", (), 0.5, None),
        ("What colour is Beta?", (), 0.5, ["a.txt"]),
        ("How many pears?", (), 0.5, None),
        ("Who is Zeta?", (), 0.5, None),
        ("What does it eat?", HISTORY, 0.5, None),
        ("What is not far?", (), 0.5, None),
    ]
    assert searched.calls == [
        ("When was Alpha built?", 10, None),
        ("What colour is Beta?", 10, ["a.txt"]),
        ("What does Epsilon eat?", 10, None),
    ]
    assert seen == [(done, 6) for done in range(1, 7)]


def test_the_report_keeps_every_question_with_its_answer(report: EvalReport) -> None:
    assert [result.question.id for result in report.questions] == ["1", "2", "3", "4", "5", "6"]
    assert [result.prediction for result in report.questions] == [
        "Alpha was built in 1990.",
        "red",
        "nine",
        "Delta",
        "nine apples",
        "Delta",
    ]
    assert [result.right for result in report.questions] == [True, True, False, False, False, False]
    assert report.questions[1].question.document_id == "a.txt"
    assert report.threshold == 0.5
    assert EvalReport.model_validate_json(report.model_dump_json()) == report


@pytest.mark.parametrize("part", [QUESTIONS[:2], QUESTIONS[2:4], QUESTIONS[5:]])
def test_a_set_without_a_sort_of_question_gives_none_for_it(
    part: tuple[Question, ...], tmp_path: Path
) -> None:
    one_sided = evaluate(part, answerer(), retriever(), FakeIndex())
    assert one_sided.figures["refusal"]["auroc_answerable"] is None
    write_report(one_sided, tmp_path)
    assert (tmp_path / "risk_coverage.png").stat().st_size > 1000


def test_an_empty_set_is_an_error() -> None:
    with pytest.raises(QuestionSetError, match="the question set is empty; give at least one question"):
        evaluate((), answerer(), retriever(), FakeIndex())


def test_an_answerable_question_without_an_answer_is_an_error() -> None:
    bare = QUESTIONS[0].model_copy(update={"answers": (), "evidence": ()})
    with pytest.raises(QuestionSetError, match="'1': is answerable but has no answer to compare with"):
        evaluate([bare], answerer(), retriever(), FakeIndex())


def test_a_question_whose_answer_is_marked_but_not_written_out_is_scored_by_its_place() -> None:
    bare = QUESTIONS[0].model_copy(update={"answers": ()})
    report = evaluate([bare], answerer(), retriever(), FakeIndex())
    assert named_figures(report)["verdicts.given_right"] == 1.0
    assert named_figures(report)["answers.f1"] is None


@pytest.mark.parametrize(
    ("quote", "change", "right"),
    [
        ("alpha", {}, True),
        ("beta", {}, False),
        ("alpha", {"answers": ("built in 199",)}, False),
        ("beta", {"answers": ("red",), "offset": "guessed"}, True),
        ("alpha", {"answers": ()}, True),
        ("alpha", {"answerable": False}, False),
    ],
)
def test_a_quote_is_right_at_the_evidence_and_with_an_accepted_answer(
    quote: str, change: dict[str, Any], right: bool
) -> None:
    assert is_right(citation(quote), QUESTIONS[0].model_copy(update=change)) == right


def test_a_question_about_a_document_that_is_not_there_is_an_error() -> None:
    lost = QUESTIONS[1].model_copy(update={"document_id": "c"})
    with pytest.raises(QuestionSetError, match=r"'2': no one document is called 'c'; .* a\.txt, b\.txt"):
        evaluate([lost], answerer(), retriever(), FakeIndex())


def test_an_id_that_two_files_share_without_their_extensions_is_an_error() -> None:
    class Twins(FakeIndex):
        def document_ids(self) -> Sequence[str]:
            return ["a.txt", "a.md"]

    with pytest.raises(QuestionSetError, match="no one document is called 'a'"):
        evaluate([QUESTIONS[1]], answerer(), retriever(), Twins())


@pytest.mark.parametrize("suffix", ["", *FORMATS])
def test_a_document_is_found_whatever_the_extension_of_its_file(suffix: str) -> None:
    class Other(FakeIndex):
        def document_ids(self) -> Sequence[str]:
            return [f"a{suffix}", f"b{suffix}"]

        def document(self, document_id: str) -> Document:
            return super().document(f"{document_id[0]}.txt")

    found = evaluate([QUESTIONS[0]], answerer(), retriever(), Other())
    assert found.questions[0].question.evidence[0].document_id == f"a{suffix}"


def test_evidence_beyond_the_end_of_its_document_is_an_error() -> None:
    wrong = Evidence(document_id="a.txt", start=40, end=90)
    with pytest.raises(QuestionSetError, match=r"'1': its evidence ends at 90, but 'a\.txt' has 52"):
        evaluate(
            [QUESTIONS[0].model_copy(update={"evidence": (wrong,)})], answerer(), retriever(), FakeIndex()
        )


@pytest.mark.parametrize(
    ("own", "asked_of", "placed"),
    [
        ("a", "a.txt", True),  # the same text under the file's name
        ("a.txt", "a.txt", True),
        ("b", "b.txt", False),  # another text of that name
        ("Elsewhere", None, False),
    ],
)
def test_a_set_with_own_documents_is_asked_of_another_source_where_the_same_stands(
    own: str, asked_of: str | None, placed: bool
) -> None:
    item = Evidence(document_id=own, start=0, end=5, role="answer")
    question = QUESTIONS[0].model_copy(update={"document_id": own, "evidence": (item,)})
    came_with = Document(id=own, source="rows.jsonl", sha256="", text=TEXTS["a.txt"])
    questions = QuestionSet(questions=(question,), documents=(came_with,))
    (result,) = evaluate(questions, answerer(), retriever(), FakeIndex()).questions
    assert result.question.document_id == asked_of
    assert [one.document_id for one in result.question.evidence] == (["a.txt"] if placed else [])


def test_a_question_that_cannot_be_asked_is_named() -> None:
    class Refusing(FakeAnswerer):
        def answer(self, *_: object, **__: object) -> Answer:
            raise QuestionError("too long")

    with pytest.raises(QuestionSetError, match="question '1': too long"):
        evaluate(QUESTIONS, Refusing([]), retriever(), FakeIndex())


def test_a_report_is_written_as_json_markdown_and_two_pictures(report: EvalReport, tmp_path: Path) -> None:
    folder = tmp_path / "new" / "report"
    write_report(report, folder)
    assert sorted(path.name for path in folder.iterdir()) == [
        "reliability.png",
        "report.json",
        "report.md",
        "risk_coverage.png",
    ]
    written = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    assert written["figures"]["retrieval"]["recall@1"] == pytest.approx(1 / 3)
    assert written["about"] == {"commit": "abc", "size": 3}
    assert len(written["questions"]) == 6
    markdown = (folder / "report.md").read_text(encoding="utf-8")
    assert "| refusal.accuracy | 0.500 | 0.188 to 0.812 |" in markdown
    assert "| citations.integrity | 0.833 |  |" in markdown
    assert "3 of 6 questions; report.json holds every question." in markdown
    assert "| 3 | How many pears? | (not in the source) | nine | answered | 0.800 |" in markdown
    for name in ("risk_coverage.png", "reliability.png"):
        assert (folder / name).read_bytes().startswith(b"\x89PNG")


def test_the_same_report_written_again_replaces_every_file_with_the_same_bytes(
    report: EvalReport, tmp_path: Path
) -> None:
    write_report(report, tmp_path)
    first = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    (tmp_path / "report.json").write_text("old")
    write_report(report, tmp_path)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == first


def test_a_report_that_fails_midway_leaves_the_old_file_whole(
    report: EvalReport, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "report.json").write_text("old")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(ReportError, match=r"cannot be written \(No space left on device\)"):
        write_report(report, tmp_path)
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("report.json", "old")]


def test_a_report_into_a_file_is_an_error_of_one_line(report: EvalReport, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")
    with pytest.raises(ReportError, match=r"taken: .* name another folder with --report"):
        write_report(report, tmp_path / "taken")


def test_words_of_a_question_cannot_break_the_tables(tmp_path: Path) -> None:
    odd = Question(id="x|y", question="a | b\n<script> \\", answerable=False)
    given = answer(odd.question, 0.9, "c|d", (citation("beta"),))
    write_report(evaluate([odd], FakeAnswerer([given]), retriever(), FakeIndex()), tmp_path)
    assert r"| x\|y | a \| b &lt;script> \\ |" in (tmp_path / "report.md").read_text(encoding="utf-8")


def gate_of(tmp_path: Path, content: object) -> Path:
    path = tmp_path / "gate.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return path


def test_a_report_within_its_bounds_passes_the_gate(report: EvalReport, tmp_path: Path) -> None:
    bounds = {
        "refusal.accuracy": 0.5,
        "refusal.ece": {"max": 0.42},
        "answers.noans_f1": {"min": 0.4, "max": 0.6},
        "by_kind.follow.answers.f1": {"min": 1},
        "n.questions": 6,
    }
    assert gate(report, gate_of(tmp_path, bounds)) == []


def test_the_gate_names_each_figure_out_of_bounds_on_a_line_of_its_own(
    report: EvalReport, tmp_path: Path
) -> None:
    bounds = {
        "refusal.accuracy": 0.51,
        "refusal.ece": {"max": 0.1},
        "citations.recall": 0.9,
        "by_kind.missing.answers.hasans_f1": 0.0,
    }
    assert gate(report, gate_of(tmp_path, bounds)) == [
        "refusal.accuracy is 0.500, the gate asks for at least 0.51",
        "refusal.ece is 0.417, the gate asks for at most 0.1",
        "by_kind.missing.answers.hasans_f1 is not scored, the gate asks for at least 0",
    ]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({"answers.f2": 0.5}, r"no figure is called 'answers\.f2'; the figures are .*answers\.f1"),
        ({"answers.f1": "high"}, r"the bound of 'answers\.f1' is \"high\"; give a number"),
        ({"answers.f1": {}}, "the bound of"),
        ({"answers.f1": {"min": 0.1, "least": 2}}, "the bound of"),
        ({"answers.f1": True}, "the bound of"),
        ('{"answers.f1": NaN}', "the bound of"),
        ([0.5], "not a JSON object"),
        ("{", "not JSON"),
    ],
)
def test_a_gate_that_cannot_be_used_is_an_error(
    report: EvalReport, tmp_path: Path, content: object, message: str
) -> None:
    with pytest.raises(ReportError, match=message):
        gate(report, gate_of(tmp_path, content))


def test_a_gate_that_is_missing_is_an_error(report: EvalReport, tmp_path: Path) -> None:
    with pytest.raises(ReportError, match="cannot be read"):
        gate(report, tmp_path / "none.json")


def test_importing_the_evaluation_loads_neither_matplotlib_nor_gradio() -> None:
    program = (
        "import sys, qa.evaluation.evaluate, qa.evaluation.pictures;"
        "sys.exit(any(name in sys.modules for name in ('matplotlib', 'gradio', 'torch', 'faiss')))"
    )
    root = Path(__file__).parents[1]
    assert subprocess.run([sys.executable, "-c", program], cwd=root, check=False).returncode == 0


def test_questions_are_chosen_by_half_by_document_and_asked_of_all() -> None:
    asked = [
        Question(id=str(number), question="Why?", answerable=False, document_id=document)
        for number, document in enumerate(["Geology", "Ctenophora", "Prime_number", None, "Geology"])
    ]

    def ids(choice: Choice) -> list[str]:
        return [question.id for question in choice.of(asked)]

    assert ids(Choice()) == list("01234")
    assert ids(Choice(about=("Geology",))) == ["0", "4"]
    assert ids(Choice(about=("test",))) == ["1", "2"]
    assert ids(Choice(about=("test", "Geology"))) == ["0", "1", "2", "4"]
    assert sorted([*ids(Choice(half="tuning")), *ids(Choice(half="testing"))]) == list("01234")
    everywhere = Choice(about=("test",), everywhere=True).of(asked)
    assert [(question.id, question.document_id) for question in everywhere] == [("1", None), ("2", None)]


def test_articles_that_choose_and_articles_that_only_measure_are_not_the_same() -> None:
    assert not TEST_ARTICLES & VALIDATION_ARTICLES
    assert (len(TEST_ARTICLES), len(VALIDATION_ARTICLES)) == (10, 3)
