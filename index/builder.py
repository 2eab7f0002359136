"""Build an index folder from sources, or bring it up to date, embedding only what changed.

A build makes two passes in bounded memory: `index.intake` reads, splits and numbers words, then
`index.embedding` embeds, so that the number of passages is known when the long part starts.
"""

import contextlib
import hashlib
import json
import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from filelock import FileLock

from index import store
from index.cache import cache_folder
from index.chunker import Chunk, split
from index.columns import mapped
from index.embedder import Embedder, SentenceTransformerEmbedder
from index.embedding import Embedded, EmbeddingPass, embedded_before
from index.errors import IndexFolderError, SourceError
from index.index import Index, Progress
from index.intake import Intake, Last
from index.limits import Limits
from index.loaders import SourceFile, find
from index.settings import IndexSettings
from index.store import FileRecord, Manifest
from index.types import Document
from index.vectors import write_lists
from index.words import write_words


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
    )
    last, old = (None, ()) if rebuild else _last(target, wanted, explicit=folder is not None)
    if last and not _changed(old, files):
        return Index.open(target, embedder=embedder)
    with FileLock(target / "lock"):
        # Another process may have built it while this one waited.
        last, old = (None, ()) if rebuild else _last(target, wanted, explicit=folder is not None)
        records = _records(files, old)
        if last is None or [record.content for record in records] != [record.content for record in old]:
            _Build(wanted, embedder, last, progress).run(target, files, records)
        else:
            # Touched but not changed: remember the new times, so that the next start need not hash.
            times = ({"size": record.size, "mtime_ns": record.mtime_ns} for record in records)
            touched = [record.model_copy(update=new) for record, new in zip(old, times, strict=True)]
            store.write_files(last, touched)
    return Index.open(target, embedder=embedder)


class _Build:
    """One build of a generation; `last` is the one in use, None when it is not to be built upon."""

    def __init__(
        self, wanted: Manifest, embedder: Embedder, last: Path | None, progress: Progress | None
    ) -> None:
        self._wanted = wanted
        self._embedder = embedder
        self._last = last
        self._progress = progress or (lambda done, total: None)
        limit = min(wanted.settings.max_tokens, embedder.max_tokens)
        self._splitting = wanted.settings.model_copy(update={"max_tokens": limit})

    def run(self, target: Path, files: Sequence[SourceFile], records: list[FileRecord]) -> None:
        """Write and publish a generation; nothing is published when anything fails."""
        before = embedded_before(target, self._last, self._wanted.model_fingerprint)
        generation = store.begin(target, keep=[embedded.generation for embedded in before])
        self._write(generation, files, records, before)
        store.publish(generation)

    def _write(
        self,
        generation: Path,
        files: Sequence[SourceFile],
        records: Sequence[FileRecord],
        before: Sequence[Embedded],
    ) -> None:
        settings = self._wanted.settings
        # Says already which model the vectors are of, should this build be killed.
        store.write_manifest(generation, self._wanted)
        intake = Intake(generation, Last(self._last) if self._last else None, self._split, self._progress)
        records = self._load(intake, files, records)
        embedding = EmbeddingPass(generation, self._embedder, before)
        embedding.run(self._progress)
        # The last generation's are the first of `before`; without one, no lists are kept.
        old_rows = np.where(embedding.sources == 0, embedding.rows, -1)
        write_lists(generation, exact_up_to=settings.exact_up_to, last=self._last, old_rows=old_rows)
        write_words(
            generation / "words",
            mapped(generation, "terms"),
            mapped(generation, "term_pointers"),
            list(intake.vocabulary.terms),
            k1=settings.bm25_k1,
            b=settings.bm25_b,
        )
        store.write_files(generation, records)
        counts = {"documents": intake.documents, "passages": intake.passages}
        problems = tuple(record.error for record in records if record.error)
        store.write_manifest(generation, self._wanted.model_copy(update={**counts, "problems": problems}))

    def _load(
        self, intake: Intake, files: Sequence[SourceFile], records: Sequence[FileRecord]
    ) -> list[FileRecord]:
        """Take in all files; a file that fails is noted in its record."""
        loaded = []
        for file, record in zip(files, records, strict=True):
            first, error = intake.documents, None
            try:
                intake.add(file, record)
            except SourceError as failure:
                if file.path in self._wanted.sources:
                    raise
                error = str(failure)
            count = intake.documents - first
            loaded.append(record.model_copy(update={"documents": count, "error": error}))
        intake.close()
        if not intake.documents:
            raise SourceError(next(record.error for record in loaded if record.error) or "nothing to index")
        return loaded

    def _split(self, document: Document) -> list[Chunk]:
        return split(document, self._embedder.count_tokens, self._splitting)


def _require_ours(target: Path, sources: Sequence[str | os.PathLike[str]]) -> None:
    if not store.is_free(target):
        raise IndexFolderError(
            f"{target}: is not an index folder and not empty; give an empty or new one with --folder"
        )


def _last(target: Path, wanted: Manifest, *, explicit: bool) -> tuple[Path | None, tuple[FileRecord, ...]]:
    """The generation in use and its files, when it was built as wanted; None when there is none."""
    generation = store.current(target)
    if generation is None:
        return None, ()
    try:
        found = store.read_manifest(generation)
        files = store.read_files(generation)
        reason = _difference(found, wanted)
    except IndexFolderError as error:
        reason = str(error).removeprefix(f"{target}: ")
    if not reason:
        return generation, files
    if not explicit:
        return None, ()
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


def _changed(old: Sequence[FileRecord], files: Sequence[SourceFile]) -> bool:
    """Whether any file looks other than it was when indexed, by name, size and time.

    A file that could not even be read then is looked at again.
    """
    return any(not r.sha256 for r in old) or [
        (r.path, r.document_id, r.prefix, r.size, r.mtime_ns) for r in old
    ] != [(file.path, file.document_id, file.prefix, *_size_and_time(file)) for file in files]


def _size_and_time(file: SourceFile) -> tuple[int, int]:
    try:
        status = Path(file.path).stat()
    except OSError:
        return -1, -1
    return status.st_size, status.st_mtime_ns


def _records(files: Sequence[SourceFile], old: Sequence[FileRecord]) -> list[FileRecord]:
    """The files as they are now; hashed only when their size or time differ from the last record."""
    known = {(record.path, record.size, record.mtime_ns): record for record in old if record.sha256}
    records = []
    for file in files:
        size, mtime_ns = _size_and_time(file)
        record = known.get((file.path, size, mtime_ns))
        sha256 = record.sha256 if record else ""
        # What is refused anyway is not hashed: it may be a pipe, or a terabyte of nothing.
        if record is None and not file.problem and (file.is_corpus or size <= Limits().packed_bytes):
            with contextlib.suppress(OSError), Path(file.path).open("rb") as stream:
                sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
        records.append(
            FileRecord(
                path=file.path,
                source=file.source,
                document_id=file.document_id,
                prefix=file.prefix,
                size=size,
                mtime_ns=mtime_ns,
                sha256=sha256,
            )
        )
    return records
