"""A conversation: its answers in order, which later questions lean on and which is exported."""

import secrets
from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict, Field

from qa.types import Answer, Turn


class Conversation(BaseModel):
    """A conversation with an id that nobody guesses."""

    model_config = ConfigDict(frozen=True)

    id: str = Field(default_factory=lambda: secrets.token_hex(8))
    answers: tuple[Answer, ...] = ()

    def history(self, before: int | None = None) -> list[Turn]:
        """The messages, of all answers or of those before one."""
        return [
            turn
            for answer in self.answers[:before]
            for turn in (Turn(role="user", text=answer.question), Turn(role="assistant", text=answer.text))
        ]

    def having(self, answer: Answer, place: int | None = None) -> "Conversation":
        """With one more answer, or one in the place of another."""
        answers: Sequence[Answer] = (
            (*self.answers, answer)
            if place is None
            else (*self.answers[:place], answer, *self.answers[place + 1 :])
        )
        return self.model_copy(update={"answers": tuple(answers)})
