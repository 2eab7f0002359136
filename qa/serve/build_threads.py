"""The threads that index what visitors add."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Self, TypeVar

_Given = TypeVar("_Given")


class Builders:
    """Two threads, for short jobs and for long ones: a long job never keeps a short one waiting.

    Each thread takes its jobs in the order in which they came. A library has one job at a time, so that
    many documents of one visitor do not go before one of another.
    """

    def __init__(self) -> None:
        self._short = ThreadPoolExecutor(1, thread_name_prefix="quoth-builder-short")
        self._long = ThreadPoolExecutor(1, thread_name_prefix="quoth-builder-long")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Wait until all jobs are done."""
        self._short.shutdown()
        self._long.shutdown()

    def submit(self, job: Callable[[], _Given], *, long: bool = False) -> "Future[_Given]":
        """Have a job done."""
        return (self._long if long else self._short).submit(job)
