"""A conversation: its answers in order, which later questions lean on and which is exported."""

import secrets
from datetime import UTC, datetime

from pydantic import BaseModel, ConfigDict, Field

from qa.types import Answer, Citation, Turn


class Conversation(BaseModel):
    """A conversation with an id that nobody guesses, when it began, and the quotes that were pinned."""

    model_config = ConfigDict(frozen=True)

    id: str = Field(default_factory=lambda: secrets.token_hex(8))
    begun: datetime = Field(default_factory=lambda: datetime.now(UTC))
    answers: tuple[Answer, ...] = ()
    pinned: tuple[Citation, ...] = ()

    def history(self, before: int | None = None) -> list[Turn]:
        """The messages, of all answers or of those before one."""
        return [
            turn
            for answer in self.answers[:before]
            for turn in (Turn(role="user", text=answer.question), Turn(role="assistant", text=answer.text))
        ]

    def having(self, answer: Answer, place: int | None = None) -> "Conversation":
        """With one more answer, or one in the place of another."""
        answers = (
            (*self.answers, answer)
            if place is None
            else (*self.answers[:place], answer, *self.answers[place + 1 :])
        )
        return self.model_copy(update={"answers": answers})

    def until(self, place: int | None) -> "Conversation":
        """With the answers before one alone, if it is named; a new one where later ones would be lost."""
        answers = self.answers[:place]
        later = place is not None and place + 1 < len(self.answers)
        return Conversation(answers=answers) if later else self.model_copy(update={"answers": answers})

    def pinning(self, citation: Citation) -> "Conversation":
        """With a quote pinned, or no longer pinned if it is."""
        others = tuple(one for one in self.pinned if one != citation)
        pinned = others if len(others) < len(self.pinned) else (*others, citation)
        return self.model_copy(update={"pinned": pinned})
