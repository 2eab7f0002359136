"""Do no harm in a conversation: what is changed, what is found, and what a foreign history spoils.

    python benchmarks/conversations.py [DATA]          the default folder is ../shared/data

Over the half of `conversations` that nothing was fitted on: how many turns that stand alone are asked in
other words, and how many follow-ups cite a sentence of the evidence, the best guess being forced. Then
complete questions of four sets, each asked alone and after a conversation about something else: how many that
are given a right quote alone lose it.
"""

import argparse
import random
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from index.index import Index
from qa.answer.answerer import Answerer
from qa.evaluation.metrics import is_right
from qa.evaluation.questions import Question, load_questions
from qa.training.followups_data import Data
from qa.training.sets import ready
from qa.types import Answer, Turn

ROOT = Path(__file__).parent.parent
DATA = ROOT / "../shared/data"
ASKED = 150


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=ready, nargs="?", default=str(DATA))
    folder = parser.parse_args().data
    if not (folder / "conversations").is_dir():
        sys.exit(f"{folder}: holds no conversations; name the question-answering data")
    data = Data(folder)
    print_turns(data)
    histories = [one.history for one in data.conversations(fitting=True)]
    print("| set | questions | in other words | right alone, lost in a conversation |")
    print("| --- | --- | --- | --- |")
    for name, source, questions in sets(folder):
        print_spoilt(name, source, questions, histories)


def print_turns(data: Data) -> None:
    """The turns of the half that nothing was fitted on."""
    answerer = Answerer(Index.from_sources([data.folder / "conversations/documents.jsonl"]))
    changed, found = [], []
    for one in data.conversations(fitting=False):
        documents = [one.row["document_id"]]
        answer = answerer.answer(one.question, one.history, threshold=0.0, documents=documents)
        if not one.needs_context:
            changed.append(answer.standalone_question != one.question)
        elif one.row["answerable"]:
            evidence = one.row["evidence"]
            found.append(
                any(e["start"] < c.end and c.start < e["end"] for c in answer.citations for e in evidence)
            )
    print(f"turns that stand alone: {len(changed)}, asked in other words: {sum(changed)}")
    print(f"follow-ups: {len(found)}, cite the evidence: {sum(found) / len(found):.3f}\n")


def sets(folder: Path) -> Iterator[tuple[str, Path, Path]]:
    """Name, source and questions of each set."""
    yield "natural", folder / "natural/files", folder / "natural/questions.jsonl"
    for name in ("nq", "squad2_dev"):
        yield name, folder / name / "documents.jsonl", folder / name / "questions.jsonl"
    yield "the article", ROOT / "seeds", ROOT / "qa/evaluation/deepseek.jsonl"


def print_spoilt(name: str, source: Path, file: Path, histories: Sequence[Sequence[Turn]]) -> None:
    """Complete questions of a set, alone and after a foreign conversation."""
    chance = random.Random(0)
    answerer = Answerer(Index.from_sources([source]))
    complete = [q for q in load_questions(file).questions if q.answerable and not q.history]
    asked = chance.sample(complete, min(ASKED, len(complete)))
    changed = spoilt = 0
    for question in asked:
        documents = [question.document_id] if question.document_id else None
        alone = answerer.answer(question.question, documents=documents)
        after = answerer.answer(question.question, chance.choice(histories), documents=documents)
        changed += after.standalone_question != question.question
        spoilt += _is_given(alone, question) and not _is_given(after, question)
    print(f"| {name} | {len(asked)} | {changed} | {spoilt} |", flush=True)


def _is_given(answer: Answer, question: Question) -> bool:
    return any(is_right(citation, question) for citation in answer.citations)


if __name__ == "__main__":
    main()
