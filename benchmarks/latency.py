"""How long a warm answer over the first article takes, by how much text is read.

    python benchmarks/latency.py

Beside each time its ratio to embedding the question alone, measured in the same run: machines are noisy.
"""

import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent.parent))

from index.index import Index
from qa.answer.answerer import Answerer
from qa.evaluation.questions import load_questions
from qa.settings import AnswerSettings

ROOT = Path(__file__).parent.parent
CHARACTERS = (1200, 2400, 3600, 4800, 7200)


def main() -> None:
    """Print a Markdown table."""
    index = Index.from_sources([ROOT / "seeds"])
    asked = load_questions(ROOT / "qa/evaluation/deepseek.jsonl").questions
    questions = [question.question for question in asked]
    index.embed_query(questions[0])
    embedding = _milliseconds(index.embed_query, questions)
    print(f"{len(index)} passages; embedding a question {np.median(embedding):.1f} ms\n")
    print("| characters read at most | p50 ms | p95 ms | p50 as a multiple of embedding the question |")
    print("| --- | --- | --- | --- |")
    for number in CHARACTERS:
        answerer = Answerer(index, settings=AnswerSettings(characters=number))
        answerer.answer(questions[0])
        spent = _milliseconds(answerer.answer, questions)
        p50, p95 = np.quantile(spent, [0.5, 0.95])
        print(f"| {number} | {p50:.0f} | {p95:.0f} | {p50 / np.median(embedding):.1f} |", flush=True)


def _milliseconds(call: Callable[[str], object], questions: Sequence[str]) -> list[float]:
    spent = []
    for question in questions:
        started = time.perf_counter()
        call(question)
        spent.append(1000 * (time.perf_counter() - started))
    return spent


if __name__ == "__main__":
    main()
