"""Answers over whole articles that no choice was made on: the reader that ships beside simpler ones.

    python benchmarks/reading.py [--data ../shared/data] [--set NAME]... [--limit N]

Each row is `quoth evaluate` on a set; F1 and exact match are of the best guess, forced. The commands are
printed under the table. Readers: "fast" is what ships, without the second reading; "alone" is the same model
on the same passages, whose spans are ranked by the model's margin with no help from retrieval; "sentence"
ranks whole sentences, with no model.
"""

import argparse
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).parent.parent))

from index.index import Index
from qa.answer.answerer import Answerer
from qa.evaluation.command import Choice
from qa.evaluation.evaluate import evaluate
from qa.evaluation.questions import load_questions
from qa.evaluation.report import EvalReport
from qa.read.baseline import SentenceReader
from qa.read.calibration import Ranking
from qa.read.onnx_model import OnnxSpanModel
from qa.read.reader import ExtractiveReader, Reader
from qa.training.confidence_questions import RememberingModel
from qa.training.sets import ready

COLUMNS = (
    *("set", "asked of", "reader", "questions", "F1, HasAns", "exact, HasAns", "right sentence"),
    *("AUROC answerable", "AUROC right", "coverage at 90 %", "ECE", "integrity", "p50 ms"),
)
ALONE = Ranking(margin=1.0, answerable=0.0, sentence=0.0, words=0.0, dense=0.0)


class Asked(NamedTuple):
    """A set of questions, and how they are asked."""

    name: str
    folder: str
    choice: Choice


SETS = (
    Asked("squad2, ten test articles", "squad2_dev", Choice(about=("test",))),
    Asked("squad2, ten test articles", "squad2_dev", Choice(about=("test",), everywhere=True)),
    Asked("covid_qa", "covid_qa", Choice()),
    Asked("policyqa", "policyqa", Choice()),
    Asked("cpgqa", "cpgqa", Choice()),
)


def main() -> None:
    """Print a Markdown table, then the commands."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=ready, default="../shared/data")
    parser.add_argument("--set", action="append", help="a folder of the data; repeat it for more")
    parser.add_argument("--limit", type=int, default=None, help="ask the first so many of each set")
    arguments = parser.parse_args()
    if not arguments.data.is_dir():
        sys.exit(f"{arguments.data}: no such folder; name the question-answering data with --data")
    print(f"commit {_commit()}\n")
    print(f"| {' | '.join(COLUMNS)} |")
    print(f"{'| --- ' * len(COLUMNS)}|", flush=True)
    chosen = [asked for asked in SETS if not arguments.set or asked.folder in arguments.set]
    for asked in chosen:
        for reader, report, seconds in _reports(asked, arguments.data / asked.folder, arguments.limit):
            print(_row(asked, reader, report), flush=True)
            print(f"{asked.name}, {reader}: {seconds:.0f} s", file=sys.stderr)
    print()
    for asked in chosen:
        print(f"    {_command(asked)}")


def _reports(asked: Asked, folder: Path, limit: int | None) -> Iterator[tuple[str, EvalReport, float]]:
    index = Index.from_sources([folder / "documents.jsonl"])
    questions = asked.choice.of(load_questions(folder / "questions.jsonl").questions)[:limit]
    model = RememberingModel(OnnxSpanModel())
    readers: dict[str, Reader] = {
        "fast": ExtractiveReader(model),
        "alone": ExtractiveReader(model, ALONE),
        "sentence": SentenceReader(),
    }
    for name, reader in readers.items():
        answerer = Answerer(index, reader=reader)
        started = time.perf_counter()
        report = evaluate(questions, answerer, answerer.retriever, index)
        yield name, report, time.perf_counter() - started


def _row(asked: Asked, reader: str, report: EvalReport) -> str:
    answers, refusal = report.figures["answers"], report.figures["refusal"]
    figures = (
        answers["forced_hasans_f1"],
        answers["forced_hasans_exact"],
        report.figures["citations"]["sentence_accuracy_forced"],
        *(refusal[name] for name in ("auroc_answerable", "auroc_right", "coverage_at_90_precision", "ece")),
        report.figures["citations"]["integrity"],
    )
    # "alone" reads nothing anew, so its time says nothing.
    wall = report.figures["latency_p50_ms"]["wall"]
    cells = [
        asked.name,
        "the whole index" if asked.choice.everywhere else "its document",
        reader,
        str(report.n["questions"]),
        *("" if figure is None else f"{figure:.3f}" for figure in figures),
        "" if reader == "alone" or wall is None else f"{wall:.0f}",
    ]
    return f"| {' | '.join(cells)} |"


def _command(asked: Asked) -> str:
    data = f"../shared/data/{asked.folder}"
    options = [f"--about {name}" for name in asked.choice.about]
    options += ["--everywhere"] if asked.choice.everywhere else []
    return " ".join(
        ["quoth evaluate --fast", f"{data}/questions.jsonl", "--source", f"{data}/documents.jsonl", *options]
    )


def _commit() -> str:
    command = ["git", "describe", "--always", "--dirty"]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()


if __name__ == "__main__":
    main()
