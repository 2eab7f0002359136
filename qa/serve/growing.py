"""An answer that is shown while a language model still writes, and no longer written when nobody waits."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from qa.types import Answer

# Seconds after which what is there is shown again: only then does the page notice that a person left.
_LOOKS_AGAIN = 0.5


class Growing:
    """Takes the answer from the thread that makes it, and gives it to the page's loop."""

    def __init__(self) -> None:
        self._latest: Answer | None = None
        self._is_wanted = True

    def show(self, answer: Answer) -> bool:
        """Take what is there so far; False when nobody waits any more. See `qa.answer.writing.Show`."""
        self._latest = answer
        return self._is_wanted

    async def until(self, done: "asyncio.Future[Any]") -> AsyncIterator[Answer]:
        """What is there, time and again, until the whole is done; an iterator that is closed ends it."""
        try:
            while not done.done():
                await asyncio.wait([done], timeout=_LOOKS_AGAIN)
                if self._latest and not done.done():
                    yield self._latest
        finally:
            self._is_wanted = False
