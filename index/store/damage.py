"""Notice that a file of an index is no longer as it was written.

Opening an index reads no large file: sizes are compared, and the first part of each file, which is all of a
small one.
"""

import zlib
from collections.abc import Container, Mapping
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from index.errors import DamagedError

# Bytes of each file that are compared; an index has some twenty files, however large.
_FIRST = 1 << 16


class Mark(BaseModel):
    """What a file is known by: its size and the CRC-32 of its first 64 KiB."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    size: int
    checksum: int


def damaged(path: Path, what: str) -> DamagedError:
    """The error for the index that a path is of; `what` names the file and what is wrong with it."""
    within = [inner.parent for inner in (path, *path.parents) if inner.name.startswith("gen-")]
    folder = within[-1] if within else path
    return DamagedError(
        f"{folder}: the index is damaged ({what}); "
        f"rebuild it with: quoth index PATH --folder {folder} --rebuild"
    )


def marks(generation: Path, *, without: Container[str]) -> dict[str, Mark]:
    """The marks of a generation's files by their paths in it; some files are left out."""
    files = {path.relative_to(generation).as_posix(): path for path in sorted(generation.rglob("*"))}
    return {name: _mark(path) for name, path in files.items() if path.is_file() and name not in without}


def require_whole(generation: Path, known: Mapping[str, Mark]) -> None:
    """Raise DamagedError unless all files of a generation are there as they were marked."""
    for name, mark in known.items():
        try:
            whole = _mark(generation / name) == mark
        except OSError as error:
            raise damaged(generation, f"{name} cannot be read") from error
        if not whole:
            raise damaged(generation, f"{name} is not as it was written")


def require_sizes(generation: Path, known: Mapping[str, Mark]) -> None:
    """Raise DamagedError when a file has another size than it was marked with.

    For files that are mapped into memory: to read what was cut off would end the process. One that is gone
    stays mapped.
    """
    for name, mark in known.items():
        try:
            size = (generation / name).stat().st_size
        except FileNotFoundError:
            continue
        if size != mark.size:
            raise damaged(generation, f"{name} is not as it was written")


def _mark(path: Path) -> Mark:
    with path.open("rb") as stream:
        return Mark(size=path.stat().st_size, checksum=zlib.crc32(stream.read(_FIRST)))
