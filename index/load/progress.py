"""How far the parsing of a file is: told by a parser of pages, heard by whoever runs it."""

from collections.abc import Callable

Report = Callable[[int, int], None]

_listeners: list[Report] = []


def unheard(done: int, total: int) -> None:
    """What hears a report that nobody waits for."""


def report(done: int, total: int) -> None:
    """Say that so many pages of a file are done."""
    for listener in _listeners:
        listener(done, total)


def listen(listener: Report) -> None:
    """Have every report of this process told to a listener."""
    _listeners.append(listener)
