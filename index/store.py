"""The index folder on disk: complete generations, and a pointer to the one in use.

    FOLDER/current              name of the generation in use, replaced atomically
    FOLDER/gen-000001/          manifest.json  documents.sqlite  vectors.faiss  words/  *.npy
    FOLDER/gen-000002.partial/  one being written; removed by the next build when it was killed
    FOLDER/lock                 held while building

A reader opens a generation and never sees it change. A generation is written apart, flushed to disk and then
pointed to, so that a kill at any moment leaves the last complete one in use.
"""

import json
import os
import shutil
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, ValidationError

from index.errors import IndexFolderError
from index.settings import IndexSettings
from index.types import Document, Heading

FORMAT = 1
_POINTER = "current"
_PARTIAL = ".partial"
_MANIFEST = "manifest.json"
_SCHEMA = """
CREATE TABLE documents (
    row INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    source TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    title TEXT,
    headings TEXT NOT NULL,
    pages TEXT NOT NULL,
    note TEXT,
    text BLOB NOT NULL
);
"""
_COLUMNS = "id, source, sha256, title, headings, pages, note, text"
# Kept in memory, so that the passages of one document do not each read it again.
_CACHED_DOCUMENTS = 64


class FileRecord(BaseModel):
    """A source file as it was when it was indexed; `error` says why it holds no document."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    path: str
    source: str
    document_id: str
    prefix: str
    size: int
    mtime_ns: int
    sha256: str
    error: str | None = None


class Manifest(BaseModel):
    """What a generation was built from and how."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: int
    settings: IndexSettings
    model_fingerprint: str
    sources: tuple[str, ...]
    files: tuple[FileRecord, ...]
    documents: int
    passages: int


class Columns(BaseModel):
    """Arrays of a generation, one row a passage or a sentence, memory-mapped when opened.

    `passages` (n, 3): document row, start, end. `keys` (n, 2): a hash of what was embedded.
    `sentence_pointers` (n + 1): the sentences of passage i are rows pointers[i] to pointers[i + 1] of
    `sentences` (m, 2), ranges in the document, and of `sentence_vectors` (m, d), float16. Likewise
    `term_pointers` (m + 1) finds the words of a sentence in `sentence_terms`, numbers of stemmed words.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)

    passages: NDArray[np.int64]
    keys: NDArray[np.uint64]
    sentence_pointers: NDArray[np.int64]
    sentences: NDArray[np.int64]
    sentence_vectors: NDArray[np.float16]
    term_pointers: NDArray[np.int64]
    sentence_terms: NDArray[np.int32]

    def save(self, generation: Path) -> None:
        """Write one .npy file an array."""
        for name in type(self).model_fields:
            np.save(generation / f"{name}.npy", getattr(self, name), allow_pickle=False)

    @classmethod
    def open(cls, generation: Path) -> "Columns":
        """Map the arrays of a generation into memory; pages are read when they are touched."""
        return cls(
            **{
                # Plain arrays over the map: numpy's memmap class does work of its own at each access.
                name: np.asarray(np.load(generation / f"{name}.npy", mmap_mode="r", allow_pickle=False))
                for name in cls.model_fields
            }
        )


class Documents:
    """The documents of a generation, in SQLite; read from many threads at once."""

    def __init__(self, path: Path) -> None:
        # One connection, opened while the file is sure to be there: a newer generation may remove it.
        uri = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
        self._connection = sqlite3.connect(uri, uri=True, check_same_thread=False)
        self._lock = threading.Lock()
        self._cache: dict[str, Document] = {}
        self.ids: tuple[str, ...] = tuple(
            row[0] for row in self._connection.execute("SELECT id FROM documents ORDER BY row")
        )

    def __getitem__(self, document_id: str) -> Document:
        with self._lock:
            document = self._cache.pop(document_id, None) or self._read(document_id)
            self._cache[document_id] = document
            if len(self._cache) > _CACHED_DOCUMENTS:
                del self._cache[next(iter(self._cache))]
            return document

    def close(self) -> None:
        """Close the connection."""
        with self._lock:
            self._connection.close()

    def _read(self, document_id: str) -> Document:
        statement = f"SELECT {_COLUMNS} FROM documents WHERE id = ?"
        row = self._connection.execute(statement, (document_id,)).fetchone()
        if row is None:
            raise KeyError(document_id)
        return _document(row)


class DocumentWriter:
    """Writes documents into a generation that is being built."""

    def __init__(self, generation: Path) -> None:
        self._connection = sqlite3.connect(generation / "documents.sqlite")
        self._connection.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;" + _SCHEMA)
        self.count = 0

    def add(self, document: Document) -> int:
        """Add a document whose id is new; returns its row."""
        values = (
            self.count,
            document.id,
            document.source,
            document.sha256,
            document.title,
            json.dumps([(heading.start, heading.end, heading.level) for heading in document.headings]),
            json.dumps(document.pages),
            document.note,
            # Bytes, not SQLite's text: a source may hold NUL characters and lone surrogates.
            document.text.encode("utf-8", "surrogatepass"),
        )
        self._connection.execute("INSERT INTO documents VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", values)
        self.count += 1
        return self.count - 1

    def close(self) -> None:
        """Commit and close."""
        self._connection.commit()
        self._connection.close()


def _document(row: Sequence[object]) -> Document:
    document_id, source, sha256, title, headings, pages, note, text = row
    return Document.model_construct(
        id=document_id,
        source=source,
        sha256=sha256,
        title=title,
        headings=tuple(Heading(start=a, end=b, level=c) for a, b, c in json.loads(str(headings))),
        pages=tuple(json.loads(str(pages))),
        note=note,
        text=bytes(text).decode("utf-8", "surrogatepass"),  # type: ignore[call-overload]
    )


def read_manifest(generation: Path) -> Manifest:
    """The manifest of a generation; IndexFolderError when it is of another format or damaged."""
    path = generation / _MANIFEST
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        if content.get("format") != FORMAT:
            raise IndexFolderError(f"{generation.parent}: the index is of another version of Quoth")
        return Manifest.model_validate(content)
    except (OSError, ValueError, ValidationError) as error:
        raise IndexFolderError(
            f"{generation.parent}: the index is damaged ({path.name} cannot be read)"
        ) from error


def write_manifest(generation: Path, manifest: Manifest) -> None:
    """Write the manifest, atomically, also over an older one."""
    _write_atomically(generation / _MANIFEST, manifest.model_dump_json(indent=1))


def current(folder: Path) -> Path | None:
    """The generation in use, or None when the folder holds no index."""
    try:
        return folder / (folder / _POINTER).read_text(encoding="ascii").strip()
    except FileNotFoundError:
        return None


def is_free(folder: Path) -> bool:
    """Whether an index may be written here: nothing is there, or nothing but an index."""
    ours = {_POINTER, "lock", f"{_POINTER}.new"}
    return not folder.exists() or (
        folder.is_dir()
        and all(path.name in ours or path.name.startswith("gen-") for path in folder.iterdir())
    )


def begin(folder: Path) -> Path:
    """An empty folder for the next generation; what killed builds left behind is removed."""
    for leftover in folder.glob(f"gen-*{_PARTIAL}"):
        shutil.rmtree(leftover)
    numbers = [int(path.name[4:]) for path in _generations(folder)]
    partial = folder / f"gen-{max(numbers, default=0) + 1:06d}{_PARTIAL}"
    partial.mkdir()
    return partial


def publish(partial: Path) -> Path:
    """Make a finished generation the one in use, and remove the older ones."""
    folder = partial.parent
    for path in [*partial.rglob("*"), partial]:
        _flush(path)
    generation = partial.with_name(partial.name.removesuffix(_PARTIAL))
    partial.rename(generation)
    _write_atomically(folder / _POINTER, generation.name)
    for old in _generations(folder):
        if old != generation:
            # A reader on Windows may hold files open; the next build removes what stays.
            shutil.rmtree(old, ignore_errors=True)
    return generation


def _generations(folder: Path) -> Iterator[Path]:
    return (path for path in folder.glob("gen-*") if path.name[4:].isdigit())


def _write_atomically(path: Path, text: str) -> None:
    new = path.with_name(f"{path.name}.new")
    with new.open("w", encoding="utf-8") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    new.replace(path)
    _flush(path.parent)


def _flush(path: Path) -> None:
    """Push a file or folder to the disk."""
    if path.is_dir() and os.name == "nt":
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
