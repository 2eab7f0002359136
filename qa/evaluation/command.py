"""What `quoth evaluate` does: load a question set, ask it, print and write the report, check the gate."""

import hashlib
import json
import subprocess
from collections.abc import Callable, Iterable, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from index.cache import cache_folder
from index.store.protocol import SearchIndex
from index.types import Document
from qa.answer.answerer import Answerer
from qa.evaluation.evaluate import evaluate
from qa.evaluation.questions import Question, QuestionSet, half, load_questions
from qa.evaluation.report import gate, render
from qa.evaluation.report_folder import write_report
from qa.evaluation.splits import TEST_DOCUMENTS
from qa.read.choice import load_reader

if TYPE_CHECKING:
    from qa.write.writer import Writer

OpenIndex = Callable[[Sequence[str]], SearchIndex]


class Choice(NamedTuple):
    """Which questions of a set are asked, and of what.

    `half` is a half of the set (`questions.half`). `about` names documents, whose questions alone are asked;
    "test" stands for the documents that only measure (`splits`). `everywhere` asks each of the whole source.
    """

    half: str | None = None
    about: tuple[str, ...] = ()
    everywhere: bool = False

    def of(self, questions: Iterable[Question]) -> tuple[Question, ...]:
        """The questions chosen."""
        wanted = {*self.about, *(TEST_DOCUMENTS if "test" in self.about else ())}
        kept = [
            question
            for question in questions
            if (not self.half or half(question.id) == self.half)
            and (not wanted or question.document_id in wanted)
        ]
        return tuple(q.model_copy(update={"document_id": None}) if self.everywhere else q for q in kept)


def run(
    questions: str,
    open_index: OpenIndex,
    choice: Choice,
    reader: str,
    report: str | None,
    gate_file: str | None,
    writer: "Writer | None" = None,
) -> int:
    """Print the report; returns 1 when a figure misses the gate, else 0.

    `open_index` is given the source to use when the command named none: the set's own contexts, if it has
    any, else nothing. `reader` see `qa.read.choice`. `writer` has a language model write as well.
    """
    read = load_questions(questions)
    loaded = QuestionSet(questions=choice.of(read.questions), documents=read.documents)
    index = open_index([_kept_as_corpus(loaded.documents)] if loaded.documents else [])
    answerer = Answerer(index, reader=load_reader(reader), writer=writer)
    result = evaluate(
        loaded,
        answerer,
        answerer.retriever,
        index,
        progress=_show_progress,
        check=writer.check if writer else None,
        about={
            "quoth": version("quoth"),
            "commit": _commit(),
            "questions": Path(questions).name,
            "half": choice.half or "all",
            "about": choice.about or "all",
            "everywhere": choice.everywhere,
            "reader": reader,
            **({"language model": writer.model} if writer else {}),
            "documents": len(index.document_ids()),
            "passages": len(index),
            "index": index.settings.model_dump(mode="json"),
            "retrieval": answerer.retriever.settings.model_dump(mode="json"),
            "answer": answerer.settings.model_dump(mode="json"),
        },
    )
    click.echo(render(result))
    if report:
        write_report(result, report)
        click.echo(f"quoth: report written to {report}", err=True)
    failures = gate(result, gate_file) if gate_file else []
    for failure in failures:
        click.echo(f"quoth: below the gate: {failure}", err=True)
    return 1 if failures else 0


def _show_progress(done: int, total: int) -> None:
    if done == total or done % 50 == 0:
        click.echo(f"quoth: asked {done} of {total}", err=True)


def _kept_as_corpus(documents: Sequence[Document]) -> str:
    """The path of a corpus of these documents in the cache, named by its content."""
    lines = "".join(
        json.dumps({"id": document.id, "title": document.title, "text": document.text}) + "\n"
        for document in documents
    )
    path = cache_folder() / "contexts" / f"{hashlib.sha256(lines.encode()).hexdigest()[:20]}.jsonl"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(".part")
        part.write_text(lines, encoding="utf-8")
        part.replace(path)
    return str(path)


def _commit() -> str:
    """The commit of the checkout this runs from, "-dirty" when it was changed; empty outside of one."""
    command = ["git", "describe", "--always", "--dirty"]
    try:
        found = subprocess.run(
            command, cwd=Path(__file__).parent, capture_output=True, text=True, check=False
        )
    except OSError:
        return ""
    return found.stdout.strip()
