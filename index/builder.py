"""Build an index folder from sources, or bring it up to date, embedding only what changed."""

import contextlib
import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from filelock import FileLock
from numpy.typing import NDArray

from index import store
from index.cache import cache_folder
from index.chunker import Chunk, split
from index.embedder import Embedder, SentenceTransformerEmbedder, Vectors
from index.errors import IndexFolderError, SourceError
from index.index import Index, Progress
from index.lexical import WordIndex
from index.loaders import SourceFile, find, load
from index.settings import IndexSettings
from index.store import FileRecord, Manifest
from index.types import Document
from index.vectors import VectorIndex

# Passages embedded between two reports of progress; sorted by length within, so that little is padded.
_SLICE = 512


class _Pending(NamedTuple):
    """A passage on its way into the index; `old` is its row in the last index if it is unchanged."""

    document_row: int
    chunk: Chunk
    text: str
    key: tuple[int, int]
    old: int | None

    @property
    def parts(self) -> list[tuple[int, int]]:
        """Ranges of the sentences within the passage's text."""
        return [(start - self.chunk.start, end - self.chunk.start) for start, end in self.chunk.sentences]


def index_folder(sources: Sequence[str], fingerprint: str, settings: IndexSettings) -> Path:
    """The cache's folder for an index: other sources, model or settings give another."""
    key = json.dumps([store.FORMAT, sorted(sources), fingerprint, settings.model_dump(mode="json")])
    return cache_folder() / "indexes" / hashlib.sha256(key.encode()).hexdigest()[:20]


def build_or_open(
    sources: Sequence[str | os.PathLike[str]],
    folder: str | os.PathLike[str] | None,
    *,
    settings: IndexSettings,
    embedder: Embedder | None,
    progress: Progress | None,
    rebuild: bool,
) -> Index:
    """See `Index.from_sources`."""
    embedder = embedder or SentenceTransformerEmbedder(settings.model)
    settings = settings.model_copy(update={"model": embedder.name})
    files = find(sources)
    absolute = tuple(sorted({str(Path(source).resolve()) for source in sources}))
    target = Path(folder) if folder else index_folder(absolute, embedder.fingerprint, settings)
    _require_ours(target, sources)
    target.mkdir(parents=True, exist_ok=True)
    wanted = Manifest(
        format=store.FORMAT,
        settings=settings,
        model_fingerprint=embedder.fingerprint,
        sources=absolute,
        files=(),
        documents=0,
        passages=0,
    )
    old = None if rebuild else _last(target, wanted, explicit=folder is not None)
    if old and not _changed(old, files):
        return Index.open(target, embedder=embedder)
    with FileLock(target / "lock"):
        # Another process may have built it while this one waited.
        old = None if rebuild else _last(target, wanted, explicit=folder is not None)
        records = [_record(file, old) for file in files]
        if old is None or [_content(record) for record in records] != [_content(r) for r in old.files]:
            last = Index.open(target, embedder=embedder) if old else None
            _Build(wanted, embedder, last, absolute, progress).run(target, files, records)
        elif generation := store.current(target):
            # Touched but not changed: remember the new times, so that the next start need not hash.
            store.write_manifest(generation, old.model_copy(update={"files": tuple(records)}))
    return Index.open(target, embedder=embedder)


class _Build:
    """One build of a generation."""

    def __init__(
        self,
        wanted: Manifest,
        embedder: Embedder,
        last: Index | None,
        sources: Sequence[str],
        progress: Progress | None,
    ) -> None:
        self._wanted = wanted
        self._embedder = embedder
        self._last = last
        self._sources = sources
        self._progress = progress or (lambda done, total: None)
        limit = min(wanted.settings.max_tokens, embedder.max_tokens)
        self._settings = wanted.settings.model_copy(update={"max_tokens": limit})
        self._old_rows: dict[tuple[int, int], int] = {}
        if last:
            keys = last._columns.keys
            self._old_rows = {(int(a), int(b)): row for row, (a, b) in enumerate(keys)}

    def run(self, target: Path, files: Sequence[SourceFile], records: list[FileRecord]) -> None:
        """Write and publish a generation; nothing is published when anything fails."""
        generation = store.begin(target)
        pending, documents = self._load(generation, files, records)
        if not documents:
            raise SourceError(next(record.error for record in records if record.error) or "nothing to index")
        vectors, sentence_vectors = self._embed(pending)
        settings = self._wanted.settings
        VectorIndex.build(vectors, exact_up_to=settings.exact_up_to).save(generation / "vectors.faiss")
        words = WordIndex.build((item.text for item in pending), k1=settings.bm25_k1, b=settings.bm25_b)
        words.save(generation / "words")
        _columns(pending, sentence_vectors, words).save(generation)
        manifest = self._wanted.model_copy(
            update={"files": tuple(records), "documents": documents, "passages": len(pending)}
        )
        store.write_manifest(generation, manifest)
        store.publish(generation)

    def _load(
        self, generation: Path, files: Sequence[SourceFile], records: list[FileRecord]
    ) -> tuple[list[_Pending], int]:
        """Write all documents and return their passages; a file that fails is noted in its record."""
        pending: list[_Pending] = []
        seen: dict[str, str] = {}
        with contextlib.closing(store.DocumentWriter(generation)) as writer:
            for number, file in enumerate(files):
                try:
                    for document in load(file):
                        if document.id in seen:
                            raise SourceError(
                                f"{file.path}: the document id {document.id!r} is also in "
                                f"{seen[document.id]}; rename one of them"
                            )
                        seen[document.id] = file.path
                        row = writer.add(document)
                        pending.extend(self._pending(row, document))
                except SourceError as error:
                    if file.path in self._sources:
                        raise
                    records[number] = records[number].model_copy(update={"error": str(error)})
            return pending, writer.count

    def _pending(self, row: int, document: Document) -> Iterator[_Pending]:
        for chunk in split(document, self._embedder.count_tokens, self._settings):
            text = document.text[chunk.start : chunk.end]
            key = _key(
                text, [position - chunk.start for sentence in chunk.sentences for position in sentence]
            )
            yield _Pending(row, chunk, text, key, self._old_rows.get(key))

    def _embed(self, pending: list[_Pending]) -> tuple[Vectors, NDArray[np.float16]]:
        """Vectors of all passages, and of all their sentences (float16); old ones are copied."""
        dimension = self._embedder.dimension
        counts = [len(item.chunk.sentences) for item in pending]
        pointers = _pointers(counts)
        vectors = np.empty((len(pending), dimension), dtype=np.float32)
        sentence_vectors = np.empty((pointers[-1], dimension), dtype=np.float16)
        new = []
        for row, item in enumerate(pending):
            if self._last is None or item.old is None:
                new.append(row)
                continue
            vectors[row] = self._last._vectors.vectors(np.array([item.old]))[0]
            sentence_vectors[pointers[row] : pointers[row + 1]] = self._last.sentence_vectors(item.old)
        new.sort(key=lambda row: -len(pending[row].text))
        self._progress(0, len(new))
        for first in range(0, len(new), _SLICE):
            rows = new[first : first + _SLICE]
            items = [pending[row] for row in rows]
            vectors[rows], pooled = self._embedder.embed_parts(
                [item.text for item in items], [item.parts for item in items]
            )
            done = 0
            for row in rows:
                sentence_vectors[pointers[row] : pointers[row + 1]] = pooled[done : done + counts[row]]
                done += counts[row]
            self._progress(first + len(rows), len(new))
        return vectors, sentence_vectors


def _columns(
    pending: Sequence[_Pending], sentence_vectors: NDArray[np.float16], words: WordIndex
) -> store.Columns:
    terms = [words.numbers(item.text[start:end]) for item in pending for start, end in item.parts]
    return store.Columns(
        passages=np.array(
            [(item.document_row, item.chunk.start, item.chunk.end) for item in pending], dtype=np.int64
        ).reshape(-1, 3),
        keys=np.array([item.key for item in pending], dtype=np.uint64).reshape(-1, 2),
        sentence_pointers=_pointers([len(item.chunk.sentences) for item in pending]),
        sentences=np.array(
            [sentence for item in pending for sentence in item.chunk.sentences], dtype=np.int64
        ).reshape(-1, 2),
        sentence_vectors=sentence_vectors,
        term_pointers=_pointers([len(numbers) for numbers in terms]),
        sentence_terms=np.concatenate([np.empty(0, np.int32), *terms]),
    )


def _key(text: str, bounds: Sequence[int]) -> tuple[int, int]:
    """A hash of all that a passage's vectors depend on: its text and its sentences' bounds in it."""
    content = f"{','.join(map(str, bounds))}:{text}".encode("utf-8", "surrogatepass")
    digest = hashlib.blake2b(content, digest_size=16).digest()
    return int.from_bytes(digest[:8], "little"), int.from_bytes(digest[8:], "little")


def _pointers(counts: Sequence[int]) -> NDArray[np.int64]:
    """Where each group starts, and at last where the last one ends."""
    return np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)


def _require_ours(target: Path, sources: Sequence[str | os.PathLike[str]]) -> None:
    if not store.is_free(target):
        raise IndexFolderError(
            f"{target}: is not an index folder and not empty; give an empty or new one with --folder"
        )


def _last(target: Path, wanted: Manifest, *, explicit: bool) -> Manifest | None:
    """The manifest of the index in use, when it was built as wanted; None when there is none."""
    generation = store.current(target)
    if generation is None:
        return None
    try:
        found = store.read_manifest(generation)
        reason = _difference(found, wanted)
    except IndexFolderError as error:
        reason = str(error).removeprefix(f"{target}: ")
    if not reason:
        return found
    if not explicit:
        return None
    paths = " ".join(wanted.sources)
    raise IndexFolderError(
        f"{target}: {reason}; rebuild it with: quoth index {paths} --folder {target} --rebuild"
    )


def _difference(found: Manifest, wanted: Manifest) -> str:
    if found.sources != wanted.sources:
        return f"the index was built from other sources ({', '.join(found.sources)})"
    if found.model_fingerprint != wanted.model_fingerprint:
        return f"the index was built with another model ({found.settings.model})"
    if found.settings != wanted.settings:
        return "the index was built with other settings"
    return ""


def _changed(old: Manifest, files: Sequence[SourceFile]) -> bool:
    """Whether any file looks other than it was when indexed, by name, size and time.

    A file that could not even be read then is looked at again.
    """
    return any(not r.sha256 for r in old.files) or [
        (r.path, r.document_id, r.prefix, r.size, r.mtime_ns) for r in old.files
    ] != [(file.path, file.document_id, file.prefix, *_size_and_time(file)) for file in files]


def _size_and_time(file: SourceFile) -> tuple[int, int]:
    try:
        status = Path(file.path).stat()
    except OSError:
        return -1, -1
    return status.st_size, status.st_mtime_ns


def _record(file: SourceFile, old: Manifest | None) -> FileRecord:
    """A file as it is now; hashed only when its size or time differ from the last record."""
    size, mtime_ns = _size_and_time(file)
    for record in old.files if old else ():
        if record.sha256 and (record.path, record.size, record.mtime_ns) == (file.path, size, mtime_ns):
            return record.model_copy(update={"document_id": file.document_id, "prefix": file.prefix})
    sha256 = ""
    with contextlib.suppress(OSError), Path(file.path).open("rb") as stream:
        sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
    return FileRecord(
        path=file.path,
        source=file.source,
        document_id=file.document_id,
        prefix=file.prefix,
        size=size,
        mtime_ns=mtime_ns,
        sha256=sha256,
    )


def _content(record: FileRecord) -> tuple[str, str, str, str]:
    return record.path, record.document_id, record.prefix, record.sha256
