"""What stays on disk of the documents that visitors add: where it is, how much, and its removal.

CACHE/sessions/HASH/      a visitor's folder; with a file `keep` in it, it stays after the session
CACHE/shared/HASH         the path of a folder that was given to `quoth chat --shared`
"""

import hashlib
import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from filelock import FileLock, Timeout

from index.cache import cache_folder

KEEP = "keep"


class Kept(NamedTuple):
    """A folder with documents that stay; `note` is the file that says so."""

    folder: Path
    note: Path
    shared: bool

    @property
    def parts(self) -> list[Path]:
        """The folders in it that Quoth made."""
        return [self.folder / name for name in ("documents", "index", "incoming")]

    @property
    def documents(self) -> int:
        """The number of documents in it."""
        return sum(1 for _ in self.parts[0].glob("*"))


def sessions_folder() -> Path:
    """Where the folders of visitors are; those that were kept under the name of before are moved there."""
    folder, before = cache_folder() / "sessions", cache_folder() / "visits"
    for kept in before.glob("*"):
        with suppress(OSError, Timeout):
            with FileLock(kept / "lock", thread_local=False).acquire(timeout=0):
                folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            # Windows moves no folder in which a file is open, as the lock was.
            kept.rename(folder / kept.name)
    with suppress(OSError):
        before.rmdir()
    return folder


def note_shared(folder: Path) -> None:
    """Remember a folder whose documents all visitors share, so that it is found again."""
    noted = cache_folder() / "shared"
    noted.mkdir(parents=True, exist_ok=True)
    path = str(folder.resolve())
    (noted / hashlib.sha256(path.encode()).hexdigest()[:20]).write_text(path, encoding="utf-8")


def kept_folders() -> Iterator[Kept]:
    """All folders that stay: shared ones, then those of single visitors."""
    for note in sorted((cache_folder() / "shared").glob("*")):
        folder = Path(note.read_text(encoding="utf-8"))
        if folder.is_dir():
            yield Kept(folder, note, shared=True)
    for note in sorted(sessions_folder().glob(f"*/{KEEP}")):
        yield Kept(note.parent, note, shared=False)


def remove_kept(kept: Kept) -> bool:
    """Delete the documents of a folder and their index; False when a server uses it.

    Of a shared folder, which is the operator's own, whatever else lies in it stays.
    """
    if not kept.shared:
        return remove_unused(kept.folder)
    with suppress(Timeout), FileLock(kept.folder / "lock", thread_local=False).acquire(timeout=0):
        for part in kept.parts:
            shutil.rmtree(part, ignore_errors=True)
        kept.note.unlink()
    if kept.note.exists():
        return False
    (kept.folder / "lock").unlink(missing_ok=True)
    with suppress(OSError):
        kept.folder.rmdir()
    return True


def remove_unused(folder: Path) -> bool:
    """Delete a visitor's folder; False when a server uses it."""
    try:
        with FileLock(folder / "lock", thread_local=False).acquire(timeout=0):
            shutil.rmtree(folder, ignore_errors=True)
    except (Timeout, OSError):
        return False
    # Windows deletes no file that is open, as the lock was.
    shutil.rmtree(folder, ignore_errors=True)
    return True
