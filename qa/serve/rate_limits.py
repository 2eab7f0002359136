"""How much is asked at once and how fast; refuses with a line that says when to come again."""

import asyncio
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, Field

from qa.errors import BusyError, TooFastError

_MOST_KNOWN = 10_000
_T = TypeVar("_T")


class AskLimits(BaseModel):
    """At most `at_once` questions are answered at a time, `waiting` more wait, `per_minute` a caller."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    at_once: int = Field(default=4, ge=1)
    waiting: int = Field(default=256, ge=0)
    per_minute: int = Field(default=120, ge=1)


class RateLimiter:
    """Lets questions in, a few at a time, each caller at a bounded rate (a token bucket of half a minute).

    What waits holds no thread: it has threads of its own, one for each question that is answered.
    """

    def __init__(self, limits: AskLimits, clock: Callable[[], float] = time.monotonic) -> None:
        self._limits = limits
        self._clock = clock
        self._answering = ThreadPoolExecutor(limits.at_once, thread_name_prefix="answering")
        self._inside = 0
        # Calls that were not let in, by reason.
        self.refused = {"rate": 0, "queue": 0}
        self._lock = threading.Lock()
        self._buckets: dict[str, tuple[float, float]] = {}

    async def run(self, caller: str, call: Callable[[], _T]) -> _T:
        """Make a call when its turn comes; TooFastError for the caller's rate, BusyError for a full queue.

        Both come at once. A call whose caller leaves while it waits is never made.
        """
        with self._lock:
            self._pay(caller)
            if self._inside >= self._limits.at_once + self._limits.waiting:
                self.refused["queue"] += 1
                raise BusyError(f"{self._inside} questions are being answered or wait; ask again in a moment")
            self._inside += 1
        future = self._answering.submit(call)
        future.add_done_callback(self._left)
        return await asyncio.wrap_future(future)

    @property
    def inside(self) -> int:
        """Calls that are answered or wait."""
        return self._inside

    @property
    def waiting(self) -> int:
        """Calls that wait for their turn."""
        return max(0, self._inside - self._limits.at_once)

    def _left(self, _: Future[_T]) -> None:
        with self._lock:
            self._inside -= 1

    def _pay(self, caller: str) -> None:
        per_second, most = self._limits.per_minute / 60, max(1.0, self._limits.per_minute / 2)
        now = self._clock()
        tokens, since = self._buckets.pop(caller, (most, now))
        tokens = min(most, tokens + (now - since) * per_second)
        self._buckets[caller] = (tokens - 1 if tokens >= 1 else tokens, now)
        while len(self._buckets) > _MOST_KNOWN:
            del self._buckets[next(iter(self._buckets))]
        if tokens < 1:
            self.refused["rate"] += 1
            seconds = max(1, round((1 - tokens) / per_second))
            raise TooFastError(
                f"more than {self._limits.per_minute} questions a minute; ask again in {seconds} s"
            )


def caller(request: object) -> str:
    """Whose turn a request takes: the address of its client, the same by whatever way it comes in."""
    client = getattr(request, "client", None)
    return client.host if client else ""
