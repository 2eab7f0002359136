"""Files that others made: read within a bound, and named on one line whatever they are called."""

import os
import stat
from pathlib import Path

from index.load.decoding import UnreadableError, UnreadableNowError
from index.load.limits import require_bytes


def read_file(path: Path, most: int) -> bytes:
    """The bytes of a regular file of at most `most` bytes; never waits for a pipe or a device.

    Raises UnreadableError.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        with open(descriptor, "rb") as stream:  # noqa: PTH123 (a descriptor is no path)
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode):
                raise UnreadableError("is neither a file nor a folder: give a file or a folder")
            require_bytes("has", status.st_size, most)
            data = stream.read(status.st_size + 1)
    except OSError as error:
        raise UnreadableNowError(because(error)) from error
    if len(data) != status.st_size:
        raise UnreadableNowError("changed while it was read: try again")
    return data


def because(error: OSError) -> str:
    """Why a path cannot be read, and what to do."""
    if isinstance(error, FileNotFoundError):
        return "is gone or does not exist: check the path"
    if isinstance(error, PermissionError):
        return "may not be read: change its permissions"
    return f"cannot be read ({error.strerror or type(error).__name__}): check the file and its disk"


def printable(text: str) -> str:
    """A text on one line, safe to print in a terminal: what is not printable is escaped."""
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)
