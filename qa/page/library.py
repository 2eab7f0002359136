"""Documents that people bring: kept in a folder, indexed in the background, each in its state.

FOLDER/documents/   the files, under safe names
FOLDER/index/       their index
"""

import contextlib
import re
import shutil
import threading
import unicodedata
from collections.abc import Callable
from concurrent.futures import Executor
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from index.embedder import Embedder
from index.errors import IndexingError
from index.folders import SUFFIXES
from index.index import Index
from index.loaders import find, load
from qa.errors import UploadError
from qa.page.asking import Answers

FORMATS = "txt, md, html, pdf, docx"
_LONGEST_NAME = 120
_SEPARATORS = re.compile(r"[/\\:\u2044\u2215\u29f8\uff0f\uff3c]")


class UploadLimits(BaseModel):
    """How much one visitor may bring; a message names the number that was passed."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    file_megabytes: int = Field(default=20, ge=1)
    documents: int = Field(default=50, ge=1)

    @property
    def file_bytes(self) -> int:
        """The size of a file at most."""
        return self.file_megabytes * 1_000_000


class Upload(BaseModel):
    """A document that was brought. `done` of `total` passages are embedded; `error` says what is wrong."""

    id: str
    bytes: int
    state: Literal["waiting", "indexing", "ready", "failed"] = "waiting"
    done: int = 0
    total: int = 0
    error: str = ""


class Library:
    """The documents of one visitor, or of all where they are shared. May be used from many threads."""

    def __init__(
        self,
        folder: Path,
        embedder: Embedder,
        answering: Callable[[Index], Answers],
        builders: Executor,
        limits: UploadLimits,
    ) -> None:
        self.folder = folder
        self.limits = limits
        self.answerer: Answers | None = None
        self.index: Index | None = None
        self._embedder = embedder
        self._answering = answering
        self._builders = builders
        self._uploads: dict[str, Upload] = {}
        self._lock = threading.Lock()
        self._closed = False
        if found := [path for path in self._documents.glob("*") if path.suffix.lower() in SUFFIXES]:
            self._uploads = {p.name: Upload(id=p.name, bytes=p.stat().st_size) for p in sorted(found)}
            self._builders.submit(self._update)

    @property
    def _documents(self) -> Path:
        return self.folder / "documents"

    def add(self, name: str, file: Path, *, taken: Callable[[str], bool] = lambda _: False) -> str:
        """Take over a file under a safe name and index it in the background; gives the document's id.

        `taken` tells ids that are in use elsewhere. Raises UploadError for what is not taken.
        """
        safe = safe_name(name)
        with self._lock:
            kept = [upload for upload in self._uploads.values() if upload.state != "failed"]
            if len(kept) >= self.limits.documents:
                raise UploadError(
                    f"{safe}: there are {len(kept)} documents already, the most; remove one first"
                )
            document_id = next(
                one for one in _variants(safe) if not taken(one) and self._uploads_as(one) is None
            )
            self._documents.mkdir(parents=True, exist_ok=True)
            size = file.stat().st_size
            shutil.move(file, self._documents / document_id)
            self._uploads[document_id] = Upload(id=document_id, bytes=size)
        self._builders.submit(self._update)
        return document_id

    def remove(self, document_id: str) -> None:
        """Forget a document; it is not asked any more from here on. UploadError when there is none."""
        with self._lock:
            if self._uploads.pop(document_id, None) is None:
                raise UploadError(f"{document_id}: there is no such document here")
            (self._documents / document_id).unlink(missing_ok=True)
        self._builders.submit(self._update)

    def uploads(self) -> list[Upload]:
        """All documents with their states, oldest first."""
        with self._lock:
            return [upload.model_copy() for upload in self._uploads.values()]

    def ready(self) -> list[str]:
        """Ids of the documents that can be asked."""
        return [upload.id for upload in self.uploads() if upload.state == "ready"]

    def close(self, *, remove: bool, then: Callable[[], object] = lambda: None) -> None:
        """End what is going on in the background, remove the folder if asked, and call `then`."""
        self._closed = True

        def finish() -> None:
            if remove:
                shutil.rmtree(self.folder, ignore_errors=True)
            then()

        # Behind an update that may be running, which would bring the folder back.
        self._builders.submit(finish)

    def _uploads_as(self, document_id: str) -> Upload | None:
        """The upload that a file system might take for this one: names that differ in case alone are one."""
        same = (one for one in self._uploads.values() if one.id.casefold() == document_id.casefold())
        return next(same, None)

    def _update(self) -> None:
        """Bring the index in line with the folder. What cannot be read is said of the one document."""
        with self._lock:
            pending = [one for one in self._uploads.values() if one.state in {"waiting", "indexing"}]
            for upload in pending:
                upload.state = "indexing"
            held = any(upload.state != "failed" for upload in self._uploads.values())
        if self._closed:
            return
        if not held:
            self.index = self.answerer = None
            shutil.rmtree(self.folder / "index", ignore_errors=True)
            return

        def progress(done: int, total: int) -> None:
            if self._closed:
                raise IndexingError("the visit is over")
            for upload in pending:
                upload.done, upload.total = done, total

        try:
            index = Index.from_sources(
                [self._documents], self.folder / "index", embedder=self._embedder, progress=progress
            )
        except (IndexingError, OSError) as error:
            for upload in pending:
                self._fail(upload, self._reason(upload) or str(error))
            return
        self.answerer, self.index = self._answering(index), index
        errors = index.errors()
        for upload in pending:
            if line := errors.get(upload.id):
                self._fail(upload, line)
            elif upload.id in index.document_ids():
                upload.state = "ready"

    def _reason(self, upload: Upload) -> str:
        """Why a document cannot be read; "" when it can."""
        try:
            for file in find([self._documents / upload.id]):
                for _ in load(file):
                    pass
        except IndexingError as error:
            return str(error)
        return ""

    def _fail(self, upload: Upload, line: str) -> None:
        """A bad file is named, never by its path here, and goes."""
        upload.error = line.replace(f"{self._documents.absolute()}/", "")
        upload.state = "failed"
        with contextlib.suppress(OSError):
            (self._documents / upload.id).unlink()


def safe_name(name: str) -> str:
    """The name of a file as it may be written: no folder, nothing invisible, of a known format.

    Raises UploadError.
    """
    last = _SEPARATORS.split(unicodedata.normalize("NFC", name))[-1]
    visible = "".join(c for c in last if c.isprintable() and not unicodedata.category(c).startswith("C"))
    clean = " ".join(visible.split()).lstrip(".~ ")
    stem, dot, suffix = clean.rpartition(".")
    if not stem.strip() or f".{suffix}".lower() not in SUFFIXES:
        raise UploadError(f"{clean or 'a file without a name'}: not a document; give one of {FORMATS}")
    room = _LONGEST_NAME - len(dot + suffix)
    while len(stem.encode()) > room:
        stem = stem[:-1]
    return f"{stem.strip()}.{suffix}"


def _variants(name: str) -> list[str]:
    stem, _, suffix = name.rpartition(".")
    return [name, *(f"{stem} ({number}).{suffix}" for number in range(2, 1000))]
