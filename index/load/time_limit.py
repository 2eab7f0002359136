"""What ends a process that takes too long."""

import threading
import time
from collections.abc import Callable

from index.load.limits import Limits


class TimeLimit:
    """Kills what takes too long for a page, or for all pages of a file."""

    def __init__(self, limits: Limits, kill: Callable[[], None]) -> None:
        self.passed = False
        self.seconds = limits.seconds
        self._page_seconds = limits.seconds
        self._all_seconds = limits.all_seconds
        self._kill = kill
        self._started = time.monotonic()
        self._timer = timer(self.seconds, self._stop)

    def restart(self) -> None:
        """Give the next page its time."""
        self._timer.cancel()
        left = self._all_seconds - (time.monotonic() - self._started)
        self.seconds = self._page_seconds if left > self._page_seconds else self._all_seconds
        self._timer = timer(max(0.0, min(left, self._page_seconds)), self._stop)

    def end(self) -> None:
        """Kill nothing any more."""
        self._timer.cancel()

    def _stop(self) -> None:
        self.passed = True
        self._kill()


def timer(seconds: float, act: Callable[[], None]) -> threading.Timer:
    """Start a timer that holds no process up."""
    timer = threading.Timer(seconds, act)
    timer.daemon = True
    timer.start()
    return timer
