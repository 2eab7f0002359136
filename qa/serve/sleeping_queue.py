"""A queue that sleeps while nothing is in it.

Gradio's queue looks every millisecond whether something is in it: 5 % of a core with nobody there.
"""

import asyncio
import contextlib
from inspect import iscoroutinefunction
from types import FunctionType, MethodType
from typing import Any

# Seconds until it looks by itself, in case that something comes in unnoticed, or the server stops.
_LOOKS_AGAIN = 1.0
_KNOWN = {"asyncio", "sleep", "sleep_when_free", "len"}


def wake_on_push(queue: Any) -> bool:  # noqa: ANN401 - gradio's, which this package does not import
    """Have the loop of gradio's queue sleep until something is pushed; False when it is built otherwise.

    The loop's own code runs, but `asyncio.sleep` in it waits for a push while the queue is empty.
    """
    loop, push = getattr(type(queue), "start_processing", None), getattr(queue, "push", None)
    if not (isinstance(loop, FunctionType) and iscoroutinefunction(loop) and iscoroutinefunction(push)):
        return False
    if not _KNOWN.issubset(loop.__code__.co_names):
        return False
    pushed = asyncio.Event()

    async def push_and_wake(*given: Any, **named: Any) -> Any:  # noqa: ANN401 - whatever gradio gives and takes
        try:
            return await push(*given, **named)
        finally:
            pushed.set()

    async def sleep(seconds: float) -> None:
        if len(queue):  # what is in it waits for others to end
            await asyncio.sleep(seconds)
            return
        pushed.clear()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(pushed.wait(), _LOOKS_AGAIN)

    names = {**loop.__globals__, "asyncio": _Asyncio(sleep)}
    waiting = FunctionType(loop.__code__, names, loop.__name__, loop.__defaults__, loop.__closure__)
    queue.start_processing = MethodType(waiting, queue)
    queue.push = push_and_wake
    # The other loop reports progress, which the page shows none of, a hundred times a second.
    queue.progress_update_sleep_when_free = _LOOKS_AGAIN
    return True


class _Asyncio:
    """The module with another sleep."""

    def __init__(self, sleep: Any) -> None:  # noqa: ANN401
        self.sleep = sleep

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401
        return getattr(asyncio, name)
