"""What the speed benchmarks share: the passages, the questions, and how results are kept.

Every benchmark prints a Markdown table and, with --json FILE, writes the same with versions, machine and
commit. The passages are those that Quoth makes of the first 646 paragraphs of `squad2_dev`.
"""

import argparse
import json
import re
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from benchmarks.machine import machine, markdown

ROOT = Path(__file__).parent.parent
PARAGRAPHS = 646
_PARAGRAPH = re.compile(r"\S.*?(?=\n\s*\n|\s*\Z)", re.DOTALL)
_PACKAGES = ("torch", "sentence-transformers", "onnxruntime", "tokenizers")
Row = dict[str, Any]


class Question(NamedTuple):
    """A question and the id of the paragraph that answers it."""

    text: str
    paragraph: str


def parser(description: str | None) -> argparse.ArgumentParser:
    """With the options that all share."""
    found = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    found.add_argument("--data", type=Path, default=ROOT / "../shared/data")
    found.add_argument("--json", type=Path, metavar="FILE")
    return found


def corpus(data: Path, target: Path) -> list[Question]:
    """Write the paragraphs as a corpus, a document each; returns the questions that one of them answers."""
    folder = data / "squad2_dev"
    if not folder.is_dir():
        sys.exit(f"{folder}: no such folder; name the question-answering data with --data")
    places: list[tuple[str, int, int, str]] = []
    with target.open("w", encoding="utf-8") as out:
        for document in rows_of(folder / "documents.jsonl"):
            for found in _PARAGRAPH.finditer(document["text"]):
                if len(places) == PARAGRAPHS:
                    break
                name = f"{document['id']}-{len(places)}"
                places.append((document["id"], found.start(), found.end(), name))
                out.write(json.dumps({"id": name, "text": found.group()}) + "\n")
    questions = []
    for row in rows_of(folder / "questions.jsonl"):
        if not row["answerable"] or row.get("offset") == "guessed":
            continue
        place = row["evidence"][0]
        for document, start, end, name in places:
            if document == place["document_id"] and start <= place["start"] and place["end"] <= end:
                questions.append(Question(row["question"], name))
    return questions


def mrr(ranked: Iterable[Sequence[str]], questions: Sequence[Question]) -> float:
    """Mean over the questions of 1 / the place of the right paragraph, 0 where it is not there."""
    gains = [
        1 / (1 + names.index(question.paragraph)) if question.paragraph in names else 0.0
        for names, question in zip(ranked, questions, strict=True)
    ]
    return sum(gains) / len(gains)


def seconds(call: Callable[[], object]) -> float:
    """Of the clock, once."""
    started = time.perf_counter()
    call()
    return time.perf_counter() - started


def median_ms(call: Callable[[str], object], texts: Sequence[str]) -> float:
    """The median time of a call, one text each."""
    return float(np.median([1000 * seconds(lambda text=text: call(text)) for text in texts]))  # type: ignore[misc]


def show(name: str, rows: Sequence[Row], target: Path | None) -> None:
    """Print the table; write it as JSON when a file is given."""
    facts = {"benchmark": name, **machine(*_PACKAGES)}
    print(f"commit {facts['commit']}, {facts['processor']}, Python {facts['python']}\n")
    print(markdown([{column: _cell(value) for column, value in row.items()} for row in rows]), end="")
    if target:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(json.dumps({**facts, "rows": rows}, indent=1) + "\n", encoding="utf-8")


def _cell(value: object) -> str:
    return f"{value:.3g}" if isinstance(value, float) else str(value)


def rows_of(path: Path) -> list[Row]:
    """The objects of a file in JSON Lines."""
    with path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]
