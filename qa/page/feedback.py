"""What people say of answers, kept on this machine as a question set that `quoth evaluate` reads."""

import json
import secrets
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from qa.errors import QuestionError
from qa.types import Answer, Turn

Reason = Literal["", "wrong", "incomplete", "not in the source", "it is in the source"]


class Feedback(BaseModel):
    """What a person says of an answer; `right` is the right answer in their words, or empty."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    good: bool
    reason: Reason = ""
    right: str = Field(default="", max_length=2000)


class FeedbackFile:
    """`feedback.jsonl`: questions with what is right. `complaints.jsonl` beside it: those without.

    A question of which nobody knows the right answer cannot be scored, so it is kept apart.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock = threading.Lock()

    def add(self, answer: Answer, history: Sequence[Turn], said: Feedback) -> Path:
        """Append a question; gives the file. QuestionError when it cannot be written."""
        row = question(answer, history, said)
        file = self.folder / ("feedback.jsonl" if "answerable" in row else "complaints.jsonl")
        try:
            with self._lock:
                self.folder.mkdir(parents=True, exist_ok=True)
                with file.open("a", encoding="utf-8") as stream:
                    stream.write(json.dumps(row, ensure_ascii=True) + "\n")
        except OSError as error:
            raise QuestionError(f"{file}: cannot be written; check its folder and the disk") from error
        return file


def question(answer: Answer, history: Sequence[Turn], said: Feedback) -> dict[str, object]:
    """A row of a question set; without `answerable` when what is right is not known."""
    row: dict[str, object] = {
        "id": f"feedback-{secrets.token_hex(8)}",
        "question": answer.question,
        "history": [turn.model_dump() for turn in history],
        "kind": "feedback",
        **said.model_dump(),
        "answer": answer.model_dump(mode="json", exclude={"timings_ms"}),
    }
    right = said.right.strip()
    if right and not said.good:
        return {**row, "answerable": True, "answers": [right], "evidence": []}
    if said.good and answer.citations:
        evidence = [
            {"document_id": one.document_id, "start": start, "end": end, "role": "answer"}
            for one in answer.citations
            for start, end in [one.highlight or (one.start, one.end)]
        ]
        return {**row, "answerable": True, "answers": [answer.short or answer.text], "evidence": evidence}
    if said.good or said.reason == "not in the source":
        return {**row, "answerable": False, "answers": [], "evidence": []}
    return row
