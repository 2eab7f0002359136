"""The documents of a generation, in SQLite: written while building, read from many threads when opened."""

import json
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from functools import cached_property
from pathlib import Path
from typing import Self

from index.store.damage import damaged
from index.types import Document, Heading, Place, Table

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
