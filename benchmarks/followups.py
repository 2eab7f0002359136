"""Follow-up questions: how near what we write out comes to what people wrote, on the CANARD conversations.

    python benchmarks/followups.py [FOLDER]          the default folder is ../shared/data/canard

Words: of the content words that people added to a question, the share that we add too (recall), and of those
that we add, the share that people added too (precision), over all follow-up questions. A question is left
alone when only case, spaces and punctuation differ. First questions, which have no history, are not counted.
The rules were written on the development half alone; conversations, not questions, are halved.
"""

import argparse
import hashlib
import json
import re
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

from qa.converse.follow_up import readings
from qa.language.function_words import content_words
from qa.types import Turn

DATA = Path(__file__).parent.parent / "../shared/data/canard"
Row = dict[str, Any]
Rewriter = Callable[[str, list[Turn]], str]
COLUMNS = (
    "half",
    "rewriter",
    "questions",
    "precision",
    "recall",
    "F1",
    "complete left alone",
    "others changed",
)


def main() -> None:
    """Print a Markdown table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, nargs="?", default=DATA)
    folder = parser.parse_args().folder
    if not (folder / "questions.jsonl").is_file():
        sys.exit(f"{folder}: holds no questions.jsonl; name the folder of the CANARD questions")
    print(f"| {' | '.join(COLUMNS)} |")
    print(f"{'| --- ' * len(COLUMNS)}|")
    for half in ("development", "test"):
        rows = follow_ups(folder, half)
        for name, rewriter in REWRITERS.items():
            print(f"| {half} | {name} | {len(rows)} | {' | '.join(figures(rows, rewriter))} |", flush=True)
        print(f"| {half} | highest recall from history | {len(rows)} | | {_ceiling(rows):.3f} | | | |")


def follow_ups(folder: Path, half: str) -> list[Row]:
    """The questions with a history of one half of the conversations."""
    with (folder / "questions.jsonl").open(encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    return [row for row in rows if row["history"] and _half(row["id"].split("#")[0]) == half]


def figures(rows: Iterable[Row], rewriter: Rewriter) -> list[str]:
    """The cells of one line of the table, after the counts."""
    hits = ours = theirs = 0
    alone: list[bool] = []
    changed: list[bool] = []
    for row in rows:
        question, rewrite = row["question"], row["rewrite"]
        output = rewriter(question, history(row))
        wanted, added = _added(rewrite, question), _added(output, question)
        hits, ours, theirs = hits + len(wanted & added), ours + len(added), theirs + len(wanted)
        same = _plain(output) == _plain(question)
        (alone if _plain(rewrite) == _plain(question) else changed).append(same)
    precision, recall = hits / max(ours, 1), hits / max(theirs, 1)
    f1 = 2 * precision * recall / max(precision + recall, 1e-12)
    left, rewritten = sum(alone) / max(len(alone), 1), 1 - sum(changed) / max(len(changed), 1)
    return [
        *(f"{figure:.3f}" for figure in (precision, recall, f1)),
        f"{left:.3f} of {len(alone)}",
        f"{rewritten:.3f} of {len(changed)}",
    ]


def _ceiling(rows: Iterable[Row]) -> float:
    """The share of the words that people added that stand anywhere in the conversation (they saw more)."""
    found = total = 0
    for row in rows:
        wanted = _added(row["rewrite"], row["question"])
        said = _added(" ".join(turn["text"] for turn in row["history"]), "")
        found, total = found + len(wanted & said), total + len(wanted)
    return found / max(total, 1)


def history(row: Row) -> list[Turn]:
    """The turns before a question."""
    return [Turn(role=turn["role"], text=turn["text"]) for turn in row["history"]]


def _nothing(question: str, turns: list[Turn]) -> str:
    return question


def _append_last(question: str, turns: list[Turn]) -> str:
    return f"{question} {[turn.text for turn in turns if turn.role == 'user'][-1]}"


def _written_out(question: str, turns: list[Turn]) -> str:
    return readings(question, turns)[-1].question


def _half(conversation: str) -> str:
    return ("development", "test")[hashlib.sha256(conversation.encode()).digest()[-1] % 2]


def _added(text: str, question: str) -> set[str]:
    return {word.casefold() for word in content_words(text)} - {
        word.casefold() for word in content_words(question)
    }


def _plain(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())


REWRITERS: dict[str, Rewriter] = {
    "nothing": _nothing,
    "append the last question": _append_last,
    "written out": _written_out,
}


if __name__ == "__main__":
    main()
