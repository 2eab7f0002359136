"""Conversations to learn follow-up questions from, halved once: by document, by conversation."""

import hashlib
import json
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from qa.types import Turn

Row = dict[str, Any]


class FollowUp(NamedTuple):
    """A question in its conversation.

    `full` is its stand-alone form by a person, `needs_context` whether it differs. `history` is what was said
    before, `written_out` the same with every question in its stand-alone form. `group` is what the halves are
    split by.
    """

    source: str
    group: str
    question: str
    full: str
    needs_context: bool
    history: tuple[Turn, ...]
    written_out: tuple[Turn, ...]
    row: Row


class Data:
    """The data sets of a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def rows(self, path: str) -> list[Row]:
        """The lines of a JSON Lines file."""
        with (self.folder / path).open(encoding="utf-8") as lines:
            return [json.loads(line) for line in lines]

    @cached_property
    def fitting_documents(self) -> frozenset[str]:
        """The half of the documents of `conversations` that may be learnt from.

        Those whose id has the smallest SHA-256, one more than half.
        """
        ids = {row["id"] for row in self.rows("conversations/documents.jsonl")}
        ordered = sorted(ids, key=lambda one: hashlib.sha256(one.encode()).hexdigest())
        return frozenset(ordered[: len(ids) // 2 + 1])

    def conversations(self, *, fitting: bool) -> Iterator[FollowUp]:
        """The turns of `conversations` that have a history, of one half of the documents."""
        rows = self.rows("conversations/conversations.jsonl")
        full = {(row["conversation_id"], row["turn"]): row["standalone"] for row in rows}
        for row in rows:
            if row["history"] and (row["document_id"] in self.fitting_documents) == fitting:
                forms = [full[row["conversation_id"], turn] for turn in range(1, row["turn"])]
                yield _follow_up("conversations", row["document_id"], row, row["standalone"], forms)

    def canard(self, half: str) -> Iterator[FollowUp]:
        """The questions of CANARD that have a history, of the development or the test half."""
        rows = self.rows("canard/questions.jsonl")
        full = {row["id"]: row["rewrite"] for row in rows}
        for row in rows:
            conversation, turn = row["id"].split("#")
            if row["history"] and canard_half(conversation) == half:
                forms = [full.get(f"{conversation}#{before}", "") for before in range(1, int(turn))]
                yield _follow_up("canard", conversation, row, row["rewrite"], forms)


def canard_half(conversation: str) -> str:
    """Which half a conversation of CANARD is in."""
    return ("development", "test")[hashlib.sha256(conversation.encode()).digest()[-1] % 2]


def _follow_up(source: str, group: str, row: Row, full: str, forms: list[str]) -> FollowUp:
    turns = tuple(Turn(role=turn["role"], text=turn["text"]) for turn in row["history"])
    written = tuple(
        turn.model_copy(update={"text": forms[place // 2] or turn.text}) if turn.role == "user" else turn
        for place, turn in enumerate(turns)
    )
    needs = row.get("needs_context", plain(full) != plain(row["question"]))
    return FollowUp(source, group, row["question"], full, needs, turns, written, row)


def plain(text: str) -> list[str]:
    """The words of a text in lower case, for comparing two forms of a question."""
    return "".join(letter if letter.isalnum() else " " for letter in text.casefold()).split()
