"""What people say of answers, kept on this machine as a question set that `quoth evaluate` reads."""

import json
import secrets
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from qa.errors import QuestionError
from qa.serve.indexing import cause
from qa.types import Answer, Turn

Reason = Literal["", "wrong", "incomplete", "not in the source", "it is in the source"]


class Feedback(BaseModel):
    """What a person says of an answer; `right` is the right answer in their words, or empty.

    `consent` allows to keep what was said about the person's own documents.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    good: bool
    reason: Reason = ""
    right: str = Field(default="", max_length=2000)
    consent: bool = False


class FeedbackFile:
    """`feedback.jsonl`: questions with what is right. `complaints.jsonl` beside it: those without.

    A question of which nobody knows the right answer cannot be scored, so it is kept apart. Of answers from
    a visitor's own documents, `judgements.jsonl` keeps the judgement alone, unless the visitor consents to
    more.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock = threading.Lock()

    def add(self, answer: Answer, history: Sequence[Turn], said: Feedback, *, own: bool) -> str:
        """Append what was said; gives the file's name. QuestionError when it cannot be written.

        `own` tells that the answer, or one before it, quotes a document of the visitor's own.
        """
        if own and not said.consent:
            name, row = "judgements.jsonl", judgement(answer, said)
        else:
            row = question(answer, history, said)
            name = "feedback.jsonl" if "answerable" in row else "complaints.jsonl"
        try:
            with self._lock:
                self.folder.mkdir(parents=True, exist_ok=True)
                with (self.folder / name).open("a", encoding="utf-8") as stream:
                    stream.write(json.dumps(row, ensure_ascii=True) + "\n")
        except OSError as error:
            raise QuestionError(
                f"this cannot be kept on the server: {cause(error)}; try again later"
            ) from error
        return name


def judgement(answer: Answer, said: Feedback) -> dict[str, object]:
    """What was said of an answer, with no word of the question, the answer or a document."""
    return {
        "id": _new_id(),
        "kind": "judgement",
        "good": said.good,
        "reason": said.reason,
        "verdict": answer.verdict,
        "confidence": answer.confidence,
    }


def question(answer: Answer, history: Sequence[Turn], said: Feedback) -> dict[str, object]:
    """A row of a question set; without `answerable` when what is right is not known."""
    row: dict[str, object] = {
        "id": _new_id(),
        "question": answer.question,
        "history": [turn.model_dump() for turn in history],
        "kind": "feedback",
        **said.model_dump(exclude={"consent"}),
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


def _new_id() -> str:
    return f"feedback-{secrets.token_hex(8)}"
