"""Build an index folder from sources, or bring it up to date, embedding only what changed.

A build makes two passes in bounded memory: `index.build.reading_pass` reads, splits and numbers words, then
`index.build.embedding_pass` embeds, so that the number of passages is known when the long part starts.
"""

import contextlib
import hashlib
import json
import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import numpy as np
from filelock import FileLock, Timeout

from index.build.ahead import LocalReading, Reading
from index.build.changes import differ, difference, looked_at
from index.build.cluster import Cluster, ClusterEmbedder
from index.build.embedding_pass import Embedded, EmbeddingPass, embedded_before
from index.build.publishing import publish, require_publishable
from index.build.reading_pass import Intake, Last
from index.cache import cache_folder
from index.embed.embedder import Embedder
from index.errors import DamagedError, IndexFolderError, SourceError, TransientError
from index.load.sources import SourceFile, find
from index.load.tesseract import lacks_tesseract
from index.settings import IndexSettings
from index.split.passages import Chunk, split
from index.store import generations
from index.store.columns import mapped
from index.store.generations import FileRecord, Manifest
from index.store.vectors import write_lists
from index.store.word_lists import write_words
from index.types import Document, Progress


def index_folder(sources: Sequence[str], fingerprint: str, settings: IndexSettings) -> Path:
    """The cache's folder for an index: other sources, model or settings give another."""
    key = json.dumps([generations.FORMAT, sorted(sources), fingerprint, settings.model_dump(mode="json")])
    return cache_folder() / "indexes" / hashlib.sha256(key.encode()).hexdigest()[:20]


class Builder:
    """Brings the index folder of some sources up to date, and copies it; see `Index.from_sources`."""

    def __init__(
        self,
        sources: Sequence[str | os.PathLike[str]],
        folder: str | os.PathLike[str] | None,
        settings: IndexSettings,
        embedder: Embedder,
        progress: Progress | None = None,
        ray: str | None = None,
    ) -> None:
        settings = settings.model_copy(update={"model": embedder.name})
        self._embedder = embedder
        self._ray = ray
        self._explicit = folder is not None
        self._progress = progress
        self._files = find(sources)
        absolute = tuple(sorted({str(Path(source).resolve()) for source in sources}))
        self._target = Path(folder) if folder else index_folder(absolute, embedder.fingerprint, settings)
        _require_ours(self._target)
        self._wanted = Manifest(
            format=generations.FORMAT,
            settings=settings,
            model_fingerprint=embedder.fingerprint,
            sources=absolute,
        )

    def require_publishable(self, store: str, *, rebuild: bool) -> None:
        """Raise StoreError when the index cannot be copied to a store; best asked before it is built."""
        require_publishable(store, self._wanted, rebuild=rebuild)

    def update(self, *, rebuild: bool) -> Path:
        """The folder, once its index is of the files; with `rebuild`, nothing that is there is built upon."""
        try:
            last, old = (None, ()) if rebuild else self._last()
            records = looked_at(self._files, old) if last else []
            if last is None or differ(records, old):
                self._build(records, rebuild=rebuild)
            elif any(seen.checked_ns != known.checked_ns for seen, known in zip(records, old, strict=True)):
                self._remember(last, records, old)
        except (OSError, sqlite3.Error) as error:
            why = getattr(error, "strerror", None) or str(error)
            raise IndexFolderError(
                f"{self._target}: the index cannot be written ({why}); "
                "free space there, or give another folder with --folder"
            ) from error
        return self._target

    def publish(self, store: str, *, rebuild: bool) -> None:
        """Copy the index of the folder to a store."""
        with FileLock(self._target / "lock"):
            generation = generations.current(self._target) or self._target
            dimension = self._embedder.dimension
            publish(generation, store, dimension=dimension, rebuild=rebuild, progress=self._progress)

    def _build(self, seen: Sequence[FileRecord], *, rebuild: bool) -> None:
        """Build what changed; `seen` are the files as they looked just before."""
        self._target.mkdir(parents=True, exist_ok=True)
        with FileLock(self._target / "lock"):
            # Another process may have built it while this one waited.
            last, old = (None, ()) if rebuild else self._last()
            records = looked_at(self._files, [*old, *seen])
            if last is not None and not differ(records, old):
                return
            with _joined(self._ray, self._embedder) as cluster:
                build = _Build(self._wanted, self._embedder, last, self._progress, cluster)
                try:
                    build.run(self._target, self._files, records, resume=True)
                except DamagedError:  # perhaps what a killed build has left
                    build.run(self._target, self._files, records, resume=False)

    def _remember(self, last: Path, seen: Sequence[FileRecord], old: Sequence[FileRecord]) -> None:
        """Note how the files look that were read and found unchanged; the next start need not read them."""
        looks = ({"looks": record.looks, "checked_ns": record.checked_ns} for record in seen)
        records = [known.model_copy(update=new) for known, new in zip(old, looks, strict=True)]
        # The folder may be read-only, or in the midst of a build: then the next start reads them again.
        with contextlib.suppress(OSError, Timeout), FileLock(self._target / "lock", timeout=0):
            if generations.current(self._target) == last:
                generations.write_files(last, records)

    def _last(self) -> tuple[Path | None, tuple[FileRecord, ...]]:
        """The generation in use and its files, when it was built as wanted; None when there is none."""
        try:
            generation = generations.current(self._target)
            if generation is None:
                return None, ()
            found = generations.read_manifest(generation)
            files = generations.read_files(generation)
            reason = difference(found, self._wanted)
        except IndexFolderError as error:
            reason = str(error).removeprefix(f"{self._target}: ").partition("; ")[0]
        if not reason:
            return generation, files
        if not self._explicit:
            return None, ()
        paths = " ".join(self._wanted.sources)
        raise IndexFolderError(
            f"{self._target}: {reason}; "
            f"rebuild it with: quoth index {paths} --folder {self._target} --rebuild"
        )


@contextmanager
def _joined(address: str | None, embedder: Embedder) -> Iterator[Cluster | None]:
    """The Ray cluster at an address, if one is given."""
    if address is None:
        yield None
        return
    with closing(Cluster(address, embedder)) as cluster:
        yield cluster


class _Build:
    """One build of a generation; `last` is the one in use, None when it is not to be built upon."""

    def __init__(
        self,
        wanted: Manifest,
        embedder: Embedder,
        last: Path | None,
        progress: Progress | None,
        cluster: Cluster | None,
    ) -> None:
        self._cluster = cluster
        self._wanted = wanted
        self._embedder = embedder
        self._last = last
        self._progress = progress or (lambda done, total: None)
        limit = min(wanted.settings.max_tokens, embedder.max_tokens)
        self._splitting = wanted.settings.model_copy(update={"max_tokens": limit})

    def run(
        self, target: Path, files: Sequence[SourceFile], records: Sequence[FileRecord], *, resume: bool
    ) -> None:
        """Write and publish a generation; nothing is published when anything fails.

        With `resume`, what killed builds have embedded is taken over.
        """
        killed = generations.killed(target) if resume else ()
        before = embedded_before(self._last, killed, self._wanted.model_fingerprint)
        generation = generations.begin(target, keep=[embedded.generation for embedded in before])
        self._write(generation, files, records, before)
        generations.publish(generation)

    def _write(
        self,
        generation: Path,
        files: Sequence[SourceFile],
        records: Sequence[FileRecord],
        before: Sequence[Embedded],
    ) -> None:
        settings = self._wanted.settings
        # Says already which model the vectors are of, should this build be killed.
        generations.write_manifest(generation, self._wanted)
        with ExitStack() as opened:
            last = opened.enter_context(closing(Last(self._last))) if self._last else None
            reading = opened.enter_context(closing(self._reading(files, records, last)))
            intake = opened.enter_context(Intake(generation, last, reading, self._progress))
            records = self._load(intake, files, records)
        embedding = self._embedding(generation, before)
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
        generations.write_files(generation, records)
        counts = {"documents": intake.documents, "passages": intake.passages}
        problems = tuple(record.error for record in records if record.error)
        held = {**counts, "problems": problems, "files": generations.marked(generation)}
        generations.write_manifest(generation, self._wanted.model_copy(update=held))

    def _load(
        self, intake: Intake, files: Sequence[SourceFile], records: Sequence[FileRecord]
    ) -> list[FileRecord]:
        """Take in all files; a file that fails is noted in its record."""
        loaded = []
        for file, record in zip(files, records, strict=True):
            first, error, tries = intake.documents, None, 0
            try:
                lacks = intake.add(file, record)
            except SourceError as failure:
                if file.path in self._wanted.sources:
                    raise
                error, lacks = str(failure), lacks_tesseract(str(failure))
                tries = record.tries + 1 if isinstance(failure, TransientError) else 0
            found = {"documents": intake.documents - first, "error": error}
            loaded.append(record.model_copy(update=found | {"tries": tries, "lacks_tesseract": lacks}))
        intake.finish()
        if not intake.documents:
            raise SourceError(next(record.error for record in loaded if record.error) or "nothing to index")
        return loaded

    def _embedding(self, generation: Path, before: Sequence[Embedded]) -> EmbeddingPass:
        """Embeds what is new: here, or on the cluster."""
        if self._cluster is None:
            return EmbeddingPass(generation, self._embedder, before)
        embedder = ClusterEmbedder(self._embedder, self._cluster)
        return EmbeddingPass(generation, embedder, before, self._cluster.at_once)

    def _reading(
        self, files: Sequence[SourceFile], records: Sequence[FileRecord], last: Last | None
    ) -> Reading:
        """Reads what is not copied from the last generation: here, or on the cluster."""
        if self._cluster is None:
            return LocalReading(self._split)
        new = [
            file
            for file, record in zip(files, records, strict=True)
            if file.problem or last is None or last.rows_of(record) is None
        ]
        return self._cluster.reading(new, self._splitting)

    def _split(self, document: Document) -> list[Chunk]:
        return split(document, self._embedder.count_tokens, self._splitting)


def _require_ours(target: Path) -> None:
    if not generations.is_free(target):
        raise IndexFolderError(
            f"{target}: is not an index folder and not empty; give an empty or new one with --folder"
        )
