"""Documents that people add: kept in a folder, indexed in the background, each in its state.

FOLDER/incoming/    what is being received and has not been accepted
FOLDER/documents/   the accepted files, under safe names; nothing but the removal by a person deletes one
FOLDER/index/       their index, made from the files alone
"""

import re
import shutil
import sys
import tempfile
import threading
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from index.embed.embedder import Embedder
from index.load.folders import SUFFIXES
from index.store.protocol import SearchIndex
from index.types import Progress
from qa.errors import UploadError
from qa.serve.asking import Answers
from qa.serve.build_threads import Builders
from qa.serve.indexing import HaltedError, cause, open_or_build, text_length, unplaced, why_not

FORMATS = ", ".join(suffix.removeprefix(".") for suffix in SUFFIXES if suffix != ".htm")
_LONGEST_NAME = 120
_SEPARATORS = re.compile(r"[/\\:\u2044\u2215\u29f8\uff0f\uff3c]")
# Characters from which embedding takes more than a few seconds on two cores.
_LONG = 250_000


class UploadLimits(BaseModel):
    """How much one visitor may add; a message names the number that was passed."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    file_megabytes: int = Field(default=20, ge=1)
    documents: int = Field(default=50, ge=1)

    @property
    def file_bytes(self) -> int:
        """The size of a file at most."""
        return self.file_megabytes * 1_000_000


class Upload(BaseModel):
    """A document that was accepted. `done` of `total` passages are embedded.

    `error` says why one that failed cannot be asked; its file is kept. `length` is the number of characters
    of its text, 0 after a start of the server: nobody has read it since.
    """

    id: str
    bytes: int
    length: int = Field(default=0, exclude=True)
    state: Literal["waiting", "indexing", "ready", "failed"] = "waiting"
    done: int = 0
    total: int = 0
    error: str = ""


class _TooLongError(HaltedError):
    """A build is one for the thread of long jobs."""


class Library:
    """The documents of one visitor, or of all where they are shared. May be used from many threads."""

    def __init__(
        self,
        folder: Path,
        embedder: Embedder,
        answering: Callable[[SearchIndex], Answers],
        builders: Builders,
        limits: UploadLimits,
    ) -> None:
        self.folder = folder.resolve()
        self.limits = limits
        self.answerer: Answers | None = None
        self.index: SearchIndex | None = None
        self._embedder = embedder
        self._answering = answering
        self._builders = builders
        self._uploads: dict[str, Upload] = {}
        self._lock = threading.Lock()
        # Whether something has changed since the last update began, and whether a job runs or waits.
        self._due = self._busy = False
        self._finish: Callable[[], object] | None = None
        # What was being received when a server was killed.
        shutil.rmtree(self._incoming, ignore_errors=True)
        for path in sorted(self._documents.glob("*")):
            if path.suffix.lower() in SUFFIXES:
                self._uploads[path.name] = Upload(id=path.name, bytes=path.lstat().st_size)
        if self._uploads:
            self._update_soon()

    @property
    def _documents(self) -> Path:
        return self.folder / "documents"

    @property
    def _incoming(self) -> Path:
        return self.folder / "incoming"

    @contextmanager
    def receiving(self) -> Iterator[Path]:
        """A place for a file that is being received, which then goes to `add`."""
        self._incoming.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=self._incoming, ignore_cleanup_errors=True) as own:
            yield Path(own) / "received"

    def add(self, name: str, file: Path, *, taken: Callable[[str], bool] = lambda _: False) -> str:
        """Take over a file under a safe name and index it in the background; gives the document's id.

        The file is read first, alone: one that is bad is refused. `taken` tells ids that are in use
        elsewhere. Raises UploadError for what is not taken.
        """
        safe = safe_name(name)
        self._require_room(safe)
        suffix = Path(safe).suffix
        file = file.replace(file.with_name(f"received{suffix}"))
        size, length = file.stat().st_size, text_length(file, safe)
        with self._lock:
            self._require_room(safe)
            self._documents.mkdir(parents=True, exist_ok=True)
            document_id = next(one for one in _variants(safe) if not taken(one) and not self._has(one))
            file.rename(self._documents / document_id)
            self._uploads[document_id] = Upload(id=document_id, bytes=size, length=length)
        self._update_soon()
        return document_id

    def remove(self, document_id: str) -> None:
        """Delete a document; it is not asked any more from here on. UploadError when that is not possible."""
        with self._lock:
            if document_id not in self._uploads:
                raise UploadError(f"{document_id}: there is no such document here")
            try:
                (self._documents / document_id).unlink(missing_ok=True)
            except OSError as error:
                raise UploadError(f"{document_id} cannot be removed: {cause(error)}; try again") from error
            del self._uploads[document_id]
        self._update_soon()

    def uploads(self) -> list[Upload]:
        """All documents with their states, oldest first."""
        with self._lock:
            return [upload.model_copy() for upload in self._uploads.values()]

    def ready(self) -> list[str]:
        """Ids of the documents that can be asked."""
        return [upload.id for upload in self.uploads() if upload.state == "ready"]

    def close(self, *, remove: bool, then: Callable[[], object] = lambda: None) -> None:
        """End what is going on in the background, remove the folder if asked, and call `then`."""

        def finish() -> None:
            if remove:
                shutil.rmtree(self.folder, ignore_errors=True)
            then()

        # By a job, behind an update that may be running, which would bring the folder back.
        with self._lock:
            self._finish = finish
        self._update_soon()

    def _require_room(self, name: str) -> None:
        if self._finish:
            raise UploadError(f"{name}: the session is over; load the page again")
        if len(self._uploads) >= self.limits.documents:
            raise UploadError(
                f"{name}: there are {len(self._uploads)} documents already, the most; remove one first"
            )

    def _has(self, document_id: str) -> bool:
        """Whether there is a document of this name; to some file systems case makes no difference."""
        known = {one.casefold() for one in self._uploads}
        return document_id.casefold() in known or (self._documents / document_id).exists()

    def _update_soon(self) -> None:
        with self._lock:
            self._due = True
            if not self._busy:
                self._submit()

    def _submit(self, *, long: bool = False) -> None:
        """Have the next job done, in the thread for long ones if it is known to be one."""
        self._busy = True
        long = long or sum(one.length for one in self._uploads.values() if one.state != "ready") > _LONG
        self._builders.submit(partial(self._work, long=long), long=long)

    def _work(self, *, long: bool) -> None:
        """A job of the builders."""
        with self._lock:
            self._due = False
        too_long = False
        try:
            if not self._finish:
                too_long = not self._update(long=long)
        finally:
            self._go_on(long=too_long)

    def _go_on(self, *, long: bool) -> None:
        """After a job: the next one, if one is due, or the end."""
        with self._lock:
            if not self._finish:
                self._busy = False
                if long or self._due:
                    self._submit(long=long)
                return
        self._finish()

    def _update(self, *, long: bool) -> bool:
        """Bring the index in line with the folder; False when that is for the thread of long jobs.

        What failed before is tried again. Every document ends as ready, or as failed with its line.
        """
        with self._lock:
            held = list(self._uploads.values())
            pending = [upload for upload in held if upload.state != "ready"]
            for upload in pending:
                upload.state, upload.error, upload.done, upload.total = "indexing", "", 0, 0
        if not held:
            self.index = self.answerer = None
            shutil.rmtree(self.folder / "index", ignore_errors=True)
            return True
        try:
            index = open_or_build(
                self._documents,
                self.folder / "index",
                self._embedder,
                lambda anew: self._progress(pending, held if anew else pending, long=long),
            )
            self._settle(held, index, self._answering(index))
        except HaltedError as halted:
            for upload in pending:
                upload.state = "waiting"
            return not isinstance(halted, _TooLongError)
        except BaseException as error:  # noqa: BLE001 (a panic of the tokenizer's is no Exception)
            sys.stderr.write(f"quoth: added documents are not indexed: {error!r}\n")
            for upload in pending:
                upload.error = why_not(error, self._documents / upload.id, upload.id)
                upload.state = "failed"
        return True

    def _settle(self, held: Sequence[Upload], index: SearchIndex, answerer: Answers) -> None:
        """Take an index into use; say of each document whether it is in there, or why not."""
        errors, known = index.errors(), set(index.document_ids())
        self.answerer, self.index = answerer, index
        for upload in held:
            if upload.id in known:
                upload.error, upload.state = "", "ready"
            else:
                line = errors.get(upload.id) or f"{upload.id} is gone: remove it and add it again"
                upload.error = unplaced(line, self._documents / upload.id, upload.id)
                upload.state = "failed"

    def _progress(self, pending: Sequence[Upload], new: Sequence[Upload], *, long: bool) -> Progress:
        """What a build of new documents calls; it stops one that is not wanted or not in its thread.

        After a start an index may be current, however long its documents: that shows when a build calls.
        """
        too_long = not long and sum(upload.length or upload.bytes for upload in new) > _LONG

        def progress(done: int, total: int) -> None:
            if self._finish:
                raise HaltedError
            if too_long:
                raise _TooLongError
            for upload in pending:
                upload.done, upload.total = done, total

        return progress


def safe_name(name: str) -> str:
    """The name of a file as it may be written: no folder, nothing invisible, of a known format.

    Raises UploadError.
    """
    last = _SEPARATORS.split(unicodedata.normalize("NFC", name))[-1]
    visible = "".join(c for c in last if c.isprintable() and not unicodedata.category(c).startswith("C"))
    clean = " ".join(visible.split()).lstrip(".~ ")
    stem, dot, suffix = clean.rpartition(".")
    if not stem.strip() or f".{suffix}".lower() not in SUFFIXES:
        raise UploadError(
            f"{clean or 'a file without a name'}: Quoth cannot read this kind of file; it reads {FORMATS}"
        )
    room = _LONGEST_NAME - len(dot + suffix)
    while len(stem.encode()) > room:
        stem = stem[:-1]
    return f"{stem.strip()}.{suffix}"


def _variants(name: str) -> list[str]:
    stem, _, suffix = name.rpartition(".")
    return [name, *(f"{stem} ({number}).{suffix}" for number in range(2, 1000))]
