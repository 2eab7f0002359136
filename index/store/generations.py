"""The index folder on disk: complete generations, and a pointer to the one in use.

    FOLDER/current              name of the generation in use, replaced atomically
    FOLDER/gen-000001/          manifest.json  files.json  documents.sqlite  words/  *.npy  lists.faiss
    FOLDER/gen-000002.partial/  one being written; when it was killed, the next build takes its vectors over
    FOLDER/lock                 held while building

A reader opens a generation and never sees it change. A generation is written apart, flushed to disk and then
pointed to, so that a kill at any moment leaves the last complete one in use. See `index.store.columns` for
the arrays; `lists.faiss` is there when vector search is approximate.
"""

import json
import os
import re
import shutil
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from functools import cached_property
from pathlib import Path
from typing import NamedTuple, Self

from pydantic import BaseModel, ConfigDict, TypeAdapter

from index.errors import IndexFolderError
from index.settings import IndexSettings
from index.store.damage import Mark, damaged, marks
from index.types import Document, Heading, Place, Table

FORMAT = 7
_POINTER = "current"
_PARTIAL = ".partial"
_GENERATION = re.compile(r"gen-\d{6,}")
_MANIFEST = "manifest.json"
_FILES = "files.json"
_DATABASE = "documents.sqlite"
_SCHEMA = """
CREATE TABLE documents (
    row INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    source TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    title TEXT,
    headings TEXT NOT NULL,
    pages TEXT NOT NULL,
    tables TEXT NOT NULL,
    places TEXT NOT NULL,
    note TEXT,
    boxes TEXT NOT NULL,
    text BLOB NOT NULL
);
"""
_COLUMNS = "id, source, sha256, title, headings, pages, tables, places, note, boxes, text"
# Kept in memory, so that the passages of one document do not each read it again.
_CACHED_DOCUMENTS = 64


class Looks(NamedTuple):
    """What a file is known by without reading it; -1 for one that cannot be looked at.

    An edit may keep the size, and the time may be set back (`cp -p`, restored backups), but not the time at
    which the system changed the file's entry.
    """

    size: int
    mtime_ns: int
    ctime_ns: int
    inode: int


class FileRecord(BaseModel):
    """A source file as it was when it was indexed, and the number of documents that it holds.

    `checked_ns` is the time at which it was looked at. `error` says why it holds none.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    path: str
    source: str
    document_id: str
    prefix: str
    looks: Looks
    checked_ns: int
    sha256: str
    documents: int = 0
    error: str | None = None

    @property
    def content(self) -> tuple[str, str, str, str]:
        """What decides whether the file's documents are the same."""
        return self.path, self.document_id, self.prefix, self.sha256


_FileRecords = TypeAdapter(tuple[FileRecord, ...])


class Manifest(BaseModel):
    """What a generation was built from and how; small, since every opening reads it.

    `files` holds what each file is known by; the manifest itself and the list of sources, which are written
    again, are checked by being read.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: int
    settings: IndexSettings
    model_fingerprint: str
    sources: tuple[str, ...]
    problems: tuple[str, ...] = ()
    documents: int = 0
    passages: int = 0
    files: dict[str, Mark] = {}


class Documents:
    """The documents of a generation, in SQLite; read from many threads at once."""

    def __init__(self, generation: Path) -> None:
        # One connection, opened while the file is sure to be there: a newer generation may remove it.
        uri = f"{(generation / _DATABASE).resolve().as_uri()}?mode=ro&immutable=1"
        self._generation = generation
        self._lock = threading.Lock()
        self._cache: dict[int, Document] = {}
        with self._reading():
            self._connection = sqlite3.connect(uri, uri=True, check_same_thread=False)
            counted = self._connection.execute("SELECT ifnull(max(row) + 1, 0) FROM documents")
            self._count: int = counted.fetchone()[0]

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, row: int) -> Document:
        with self._reading():
            document = self._cache.pop(row, None) or self._read(row)
            self._cache[row] = document
            if len(self._cache) > _CACHED_DOCUMENTS:
                del self._cache[next(iter(self._cache))]
            return document

    @cached_property
    def ids(self) -> tuple[str, ...]:
        """Ids of all documents, in order of their rows."""
        with self._reading():
            rows = self._connection.execute("SELECT id FROM documents ORDER BY row")
            return tuple(row[0] for row in rows)

    @cached_property
    def titles(self) -> tuple[str | None, ...]:
        """Titles of all documents, in order of their rows."""
        with self._lock:
            rows = self._connection.execute("SELECT title FROM documents ORDER BY row")
            return tuple(row[0] for row in rows)

    def notes(self) -> dict[str, str]:
        """The notes of the documents that have one, by their ids, in order of their rows."""
        with self._reading():
            return dict(
                self._connection.execute("SELECT id, note FROM documents WHERE note NOTNULL ORDER BY row")
            )

    def row(self, document_id: str) -> int | None:
        """The row of a document, None when there is none of that id."""
        with self._reading():
            found = self._connection.execute(
                "SELECT row FROM documents WHERE id = ?", (document_id,)
            ).fetchone()
        return found and int(found[0])

    def close(self) -> None:
        """Close the connection."""
        with self._lock:
            self._connection.close()

    @contextmanager
    def _reading(self) -> Iterator[None]:
        """One reader at a time; what cannot be read is damaged."""
        with self._lock:
            try:
                yield
            except (sqlite3.Error, TypeError, ValueError) as error:
                raise damaged(self._generation, f"{_DATABASE} cannot be read") from error

    def _read(self, row: int) -> Document:
        statement = f"SELECT {_COLUMNS} FROM documents WHERE row = ?"
        return _document(self._connection.execute(statement, (row,)).fetchone())


class DocumentWriter:
    """Writes documents into a generation that is being built; some are copied from the last one."""

    def __init__(self, generation: Path, last: Path | None) -> None:
        self._connection = sqlite3.connect(generation / _DATABASE)
        self._connection.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;" + _SCHEMA)
        if last:
            self._connection.execute("ATTACH ? AS last", (str(last / _DATABASE),))
        self.count = 0

    def row(self, document_id: str) -> int | None:
        """The row of a document that was added, None when there is none of that id."""
        found = self._connection.execute(
            "SELECT row FROM main.documents WHERE id = ?", (document_id,)
        ).fetchone()
        return found and int(found[0])

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
            json.dumps([(table.start, table.end, table.header, table.caption) for table in document.tables]),
            json.dumps([(place.start, place.label) for place in document.places]),
            document.note,
            document.boxes,
            # Bytes, not SQLite's text: a source may hold NUL characters and lone surrogates.
            document.text.encode("utf-8", "surrogatepass"),
        )
        self._connection.execute(
            "INSERT INTO main.documents VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", values
        )
        self.count += 1
        return self.count - 1

    def clash(self, first: int, last: int) -> str | None:
        """An id of the last generation's documents `first` to `last` that was added already."""
        found = self._connection.execute(
            "SELECT old.id FROM last.documents AS old JOIN main.documents USING (id) "
            "WHERE old.row >= ? AND old.row < ? LIMIT 1",
            (first, last),
        ).fetchone()
        return found and str(found[0])

    def copy(self, first: int, last: int) -> None:
        """Add the last generation's documents `first` to `last`, whose ids are new."""
        self._connection.execute(
            f"INSERT INTO main.documents (row, {_COLUMNS}) SELECT row + ?, {_COLUMNS} FROM last.documents "
            "WHERE row >= ? AND row < ?",
            (self.count - first, first, last),
        )
        self.count += last - first

    def close(self) -> None:
        """Commit and close."""
        with closing(self._connection):
            self._connection.commit()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Close; after a failure without committing."""
        if kind is None:
            self.close()
        else:
            self._connection.close()


def _document(row: Sequence[object]) -> Document:
    document_id, source, sha256, title, headings, pages, tables, places, note, boxes, text = row
    return Document.model_construct(
        id=document_id,
        source=source,
        sha256=sha256,
        title=title,
        headings=tuple(Heading(start=a, end=b, level=c) for a, b, c in json.loads(str(headings))),
        pages=tuple(json.loads(str(pages))),
        tables=tuple(
            Table(start=a, end=b, header=header, caption=caption)
            for a, b, header, caption in json.loads(str(tables))
        ),
        places=tuple(Place(start=a, label=b) for a, b in json.loads(str(places))),
        note=note,
        boxes=boxes,
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
    except (OSError, ValueError, AttributeError) as error:
        raise damaged(generation, f"{path.name} cannot be read") from error


def write_manifest(generation: Path, manifest: Manifest) -> None:
    """Write the manifest, atomically, also over an older one."""
    _write_atomically(generation / _MANIFEST, manifest.model_dump_json(indent=1))


def read_files(generation: Path) -> tuple[FileRecord, ...]:
    """The source files of a generation; DamagedError when their list cannot be read."""
    path = generation / _FILES
    try:
        return _FileRecords.validate_json(path.read_bytes())
    except (OSError, ValueError) as error:
        raise damaged(generation, f"{path.name} cannot be read") from error


def marked(generation: Path) -> dict[str, Mark]:
    """What the files of a generation are known by; for its manifest."""
    return marks(generation, without=(_MANIFEST, _FILES))


def write_files(generation: Path, files: Sequence[FileRecord]) -> None:
    """Write the list of source files, atomically, also over an older one."""
    _write_atomically(generation / _FILES, _FileRecords.dump_json(tuple(files)).decode())


def current(folder: Path) -> Path | None:
    """The generation in use, or None when the folder holds no index; DamagedError if it is not named."""
    try:
        name = (folder / _POINTER).read_bytes().decode("ascii", "replace").strip()
    except FileNotFoundError:
        return None
    if not _GENERATION.fullmatch(name):
        raise damaged(folder, f"{_POINTER} names no generation")
    return folder / name


def is_free(folder: Path) -> bool:
    """Whether an index may be written here: nothing is there, or nothing but an index."""
    ours = {_POINTER, "lock", f"{_POINTER}.new"}
    return not folder.exists() or (
        folder.is_dir()
        and all(path.name in ours or path.name.startswith("gen-") for path in folder.iterdir())
    )


def killed(folder: Path) -> list[Path]:
    """The generations that killed or failed builds left unfinished."""
    return sorted(folder.glob(f"gen-*{_PARTIAL}"))


def begin(folder: Path, keep: Sequence[Path]) -> Path:
    """An empty folder for the next generation; unfinished ones that are not to be kept are removed."""
    for unfinished in killed(folder):
        if unfinished not in keep:
            shutil.rmtree(unfinished)
    numbers = [int(path.name[4:10]) for path in folder.glob("gen-*") if path.name[4:10].isdigit()]
    partial = folder / f"gen-{max(numbers, default=0) + 1:06d}{_PARTIAL}"
    partial.mkdir()
    return partial


def publish(partial: Path) -> Path:
    """Make a finished generation the one in use, and remove the others."""
    folder = partial.parent
    for path in [*partial.rglob("*"), partial]:
        _flush(path)
    generation = partial.with_name(partial.name.removesuffix(_PARTIAL))
    partial.rename(generation)
    _write_atomically(folder / _POINTER, generation.name)
    for old in folder.glob("gen-*"):
        if old != generation:
            # A reader on Windows may hold files open; the next build removes what stays.
            shutil.rmtree(old, ignore_errors=True)
    return generation


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
