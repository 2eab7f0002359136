"""The first pass of a build: read the sources, split them, number their words.

Documents and passages go to disk one by one; only the vocabulary is held in memory. What stands unchanged in
the last generation is copied from it, neither parsed nor split again.
"""

import hashlib
from bisect import bisect
from collections.abc import Sequence
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from index.build.ahead import Reading, Taken
from index.build.changes import is_worth_reading
from index.errors import SourceError
from index.load.sources import SourceFile
from index.load.tesseract import lacks_tesseract
from index.split.passages import Chunk, to_embed
from index.store import generations
from index.store.columns import ArrayWriter, Columns, file_of
from index.store.damage import require_whole
from index.store.documents import Documents, DocumentWriter
from index.store.generations import FileRecord
from index.store.word_lists import WordIndex
from index.text.terms import Vocabulary
from index.types import Document, Progress, Range

# Passages copied at once.
_BLOCK = 1 << 16
_ARRAYS = {
    "document_pointers": (np.int64, None),
    "passages": (np.int64, 3),
    "keys": (np.uint64, 2),
    "sentence_pointers": (np.int64, None),
    "sentences": (np.int64, 2),
    "sentence_terms": (np.int64, 2),
    "term_pointers": (np.int64, None),
    "terms": (np.int32, None),
}


class Last:
    """What the last generation holds, for copying from it; DamagedError when it is not as it was written."""

    def __init__(self, generation: Path) -> None:
        self.generation = generation
        require_whole(generation, generations.read_manifest(generation).files)
        self.columns = Columns.open(generation)
        self.documents = Documents(generation)
        self.terms = tuple(WordIndex(generation / "words", len(self.columns.passages)).vocabulary())
        self._files: dict[tuple[str, str, str, str], tuple[FileRecord, int]] = {}
        first = 0
        for record in generations.read_files(generation):
            if not (record.error or is_worth_reading(record)):
                self._files[record.content] = record, first
            first += record.documents

    def close(self) -> None:
        """Close the documents."""
        self.documents.close()

    def rows_of(self, record: FileRecord) -> range | None:
        """Rows of the documents of a file that was indexed with this content; None when it is to be read."""
        found, first = self._files.get(record.content, (None, 0))
        return range(first, first + found.documents) if found else None

    def row_of(self, document: Document) -> int | None:
        """Row of the document of this id, if it splits as this one does."""
        row = self.documents.row(document.id)
        if row is None:
            return None
        known = self.documents[row]
        return row if _splits_by(known) == _splits_by(document) else None


class Intake:
    """Writes the documents, passages and words of a generation."""

    def __init__(self, generation: Path, last: Last | None, reading: Reading, progress: Progress) -> None:
        self.vocabulary = Vocabulary()
        self._progress = progress
        self._last = last
        self._reading = reading
        with ExitStack() as files:
            writer = DocumentWriter(generation, last.generation if last else None)
            self._documents = files.enter_context(writer)
            self._arrays = {
                name: files.enter_context(ArrayWriter(file_of(generation, name), *kind))
                for name, kind in _ARRAYS.items()
            }
            self._files = files.pop_all()
        for name in ("document_pointers", "sentence_pointers", "term_pointers"):
            self._arrays[name].append([0])
        # Numbers of the last vocabulary's terms in this one; -1 before the first occurrence.
        self._translation = np.full(len(last.terms) if last else 0, -1, dtype=np.int32)
        # Documents of the last generation whose passages are to be copied next: neighbours go together.
        self._waiting = range(0)
        self._paths: list[str] = []
        self._firsts: list[int] = []

    @property
    def documents(self) -> int:
        """Number of documents so far."""
        return self._documents.count

    @property
    def passages(self) -> int:
        """Number of passages so far, all of them once closed."""
        return self._arrays["passages"].rows

    def add(self, file: SourceFile, record: FileRecord) -> bool:
        """Add all documents of a file; SourceError when it cannot be read, those before then staying.

        Returns whether some of it was not read for want of tesseract.
        """
        self._paths.append(file.path)
        self._firsts.append(self.documents)
        rows = self._last.rows_of(record) if self._last and not file.problem else None
        if rows is not None:
            self._copy(rows, file)
            return record.lacks_tesseract
        lacks = False
        with closing(self._reading.read(file, self._row_of, self._heard)) as documents:
            for taken in documents:
                self._add(taken, file)
                lacks |= lacks_tesseract(taken.document.note)
                self._progress(self.passages, 0)
        return lacks

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *failure: object) -> None:
        """Close all files; after a failure without counting what is in them."""
        self._files.__exit__(*failure)  # type: ignore[arg-type]

    def finish(self) -> None:
        """Write what waits to be copied, once all files are added."""
        self._copy_waiting()

    def _copy(self, rows: range, file: SourceFile) -> None:
        if clash := self._documents.clash(rows.start, rows.stop):
            raise self._clash(clash, file)
        self._documents.copy(rows.start, rows.stop)
        self._wait(rows)

    def _heard(self, _: int, __: int) -> None:
        """Show that a file that takes long is being read."""
        self._progress(self.passages, 0)

    def _row_of(self, document: Document) -> int | None:
        return self._last.row_of(document) if self._last else None

    def _add(self, taken: Taken, file: SourceFile) -> None:
        if self._documents.row(taken.document.id) is not None:
            raise self._clash(taken.document.id, file)
        row = self._documents.add(taken.document)
        if taken.chunks:
            self._copy_waiting()
            self._write(row, taken.document, taken.chunks.result())
        elif taken.row is not None:
            self._wait(range(taken.row, taken.row + 1))

    def _clash(self, document_id: str, file: SourceFile) -> SourceError:
        row = self._documents.row(document_id) or 0
        other = self._paths[bisect(self._firsts, row) - 1]
        return SourceError(
            f"{file.path}: the document id {document_id!r} is also in {other}; rename one of them"
        )

    def _write(self, row: int, document: Document, chunks: Sequence[Chunk]) -> None:
        text = document.text
        terms: list[int] = []
        sentence_terms: list[tuple[int, int]] = []
        term_pointers, sentence_pointers = [], []
        before = self._arrays["terms"].rows
        for chunk in chunks:
            position = chunk.start
            for place in document.above(chunk.start):
                terms += self.vocabulary.numbers(text[slice(*place)])
            for start, end in chunk.sentences:
                terms += self.vocabulary.numbers(text[position:start])
                first = before + len(terms)
                terms += self.vocabulary.numbers(text[start:end])
                sentence_terms.append((first, before + len(terms)))
                position = end
            terms += self.vocabulary.numbers(text[position : chunk.end])
            term_pointers.append(before + len(terms))
            sentence_pointers.append(self._arrays["sentences"].rows + len(sentence_terms))
        self._append(
            passages=[(row, chunk.start, chunk.end) for chunk in chunks],
            keys=[_key(*to_embed(document, *chunk)) for chunk in chunks],
            sentences=[sentence for chunk in chunks for sentence in chunk.sentences],
            sentence_terms=sentence_terms,
            sentence_pointers=sentence_pointers,
            terms=terms,
            term_pointers=term_pointers,
        )
        self._append(document_pointers=[self.passages])

    def _wait(self, rows: range) -> None:
        if self._waiting and self._waiting.stop == rows.start:
            self._waiting = range(self._waiting.start, rows.stop)
            return
        self._copy_waiting()
        self._waiting = rows

    def _copy_waiting(self) -> None:
        """Copy the passages of the waiting documents, counting all offsets from here."""
        if not self._waiting or self._last is None:
            return
        old, rows = self._last.columns, self._waiting
        row = self._arrays["document_pointers"].rows - 1
        pointers = np.asarray(old.document_pointers[rows.start : rows.stop + 1])
        self._append(document_pointers=pointers[1:] - pointers[0] + self.passages)
        for first in range(int(pointers[0]), int(pointers[-1]), _BLOCK):
            last = min(first + _BLOCK, int(pointers[-1]))
            sentences = old.sentence_pointers[first : last + 1]
            terms = old.term_pointers[first : last + 1]
            inner = slice(int(sentences[0]), int(sentences[-1]))
            term_shift = self._arrays["terms"].rows - terms[0]
            self._append(
                passages=old.passages[first:last] + np.array([row - rows.start, 0, 0]),
                keys=old.keys[first:last],
                sentence_pointers=sentences[1:] - sentences[0] + self._arrays["sentences"].rows,
                sentences=old.sentences[inner],
                sentence_terms=old.sentence_terms[inner] + term_shift,
                term_pointers=terms[1:] + term_shift,
                terms=self._translated(np.asarray(old.terms[terms[0] : terms[-1]]), self._last.terms),
            )
        self._waiting = range(0)

    def _translated(self, numbers: NDArray[np.int32], terms: Sequence[str]) -> NDArray[np.int32]:
        unseen, places = np.unique(numbers[self._translation[numbers] < 0], return_index=True)
        for number in unseen[np.argsort(places)].tolist():
            self._translation[number] = self.vocabulary.number(terms[number])
        return self._translation[numbers]

    def _append(self, **columns: object) -> None:
        for name, rows in columns.items():
            self._arrays[name].append(rows)  # type: ignore[arg-type]


def _splits_by(document: Document) -> tuple[object, ...]:
    return document.text, document.headings, document.tables


def _key(text: str, parts: Sequence[Range]) -> tuple[int, int]:
    """A hash of all that a passage's vectors depend on: its text and its sentences' bounds in it."""
    bounds = ",".join(str(position) for part in parts for position in part)
    content = f"{bounds}:{text}".encode("utf-8", "surrogatepass")
    digest = hashlib.blake2b(content, digest_size=16).digest()
    return int.from_bytes(digest[:8], "little"), int.from_bytes(digest[8:], "little")
