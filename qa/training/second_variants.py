"""Variants of questions for the second reader: edited so that their windows do not answer them, and reworded.

The edits are shaped like those of people (`unansq`): a quarter asks another thing altogether. The rewordings
balance them, so that a word that differs is no proof of silence.
"""

import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from qa.language.function_words import is_content
from qa.training.lexicon import Lexicon
from qa.training.reader_alter import edited, reworded

Row = dict[str, Any]
# The share of the edits that ask another question of the same document: 25 of the 91 % that are counted.
_REWRITTEN = 0.27
# Other questions that are looked at for one that is near.
_LOOKED_AT = 30


def edits(rows: Sequence[Row], lexicon: Lexicon, chance: random.Random) -> Iterator[Row]:
    """Of each row one whose question its windows do not answer, where one can be made."""
    by_document: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        by_document[row["document_id"]].append(row)
    for row in rows:
        text = " ".join(window["text"] for window in row["answering"])
        said = exact(row)
        if chance.random() < _REWRITTEN:
            question = _another(row, text, by_document[row["document_id"]], chance)
        else:
            question = edited(row["question"], text, said, lexicon, chance)
        if question and question != row["question"]:
            windows = [{**window, "answers": [], "answering": []} for window in row["answering"]]
            yield {
                **row,
                "set": "edited",
                "question": question,
                "answering": [],
                "others": windows + row["others"],
            }


def rewordings(rows: Sequence[Row], lexicon: Lexicon, chance: random.Random) -> Iterator[Row]:
    """Each row with its question in other words, where that can be done."""
    for row in rows:
        question = reworded(row["question"], lexicon, chance)
        if question:
            yield {**row, "set": "reworded", "question": question}


def exact(row: Row) -> list[str]:
    """The exact answers of a row's windows."""
    return [window["text"][a:b] for window in row["answering"] for a, b in window["answers"]]


def _another(row: Row, text: str, others: Sequence[Row], chance: random.Random) -> str | None:
    """The question of the same document, answered elsewhere, whose words are most in the windows."""
    words = set(text.lower().split())
    shown = {window["text"] for window in row["answering"] + row["others"]}
    near: list[tuple[int, str]] = []
    for other in chance.sample(others, min(len(others), _LOOKED_AT)):
        said = exact(other)
        if not said or any(window["text"] in shown for window in other["answering"]):
            continue
        if not any(answer.lower() in one.lower() for answer in said for one in shown):
            asked = {word for word in other["question"].lower().rstrip("?").split() if is_content(word)}
            near.append((len(asked & words), other["question"]))
    count, question = max(near, default=(0, ""))
    return question if count else None
