"""Copy a finished index folder into a store, as a new version that is switched to when it is whole.

A killed copy goes on where it stopped when the same index is published again; one of another index is
removed. The version before stays until the next, for those who read it.
"""

import hashlib
import json
from contextlib import closing
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.build.changes import difference
from index.errors import StoreError
from index.store import generations
from index.store.addresses import parse
from index.store.columns import Columns, mapped
from index.store.documents import Documents
from index.store.generations import Manifest
from index.store.milvus_client import Connection
from index.store.milvus_rows import (
    DOCUMENTS,
    FREQUENCIES,
    LAYOUT,
    MANIFEST,
    POINTERS,
    PROGRESS,
    WORDS,
    Published,
    StoredPassage,
    document_bytes,
    document_key,
    pack,
)
from index.store.milvus_versions import Version, Versions
from index.store.word_lists import inverse_frequency, term_shares
from index.types import Progress

# Passages written by one call: some 8 MB.
_AT_ONCE = 1000


def require_publishable(store: str, wanted: Manifest, *, rebuild: bool) -> None:
    """Raise StoreError when the store cannot be reached, or holds an index built otherwise."""
    with _opened(store) as connection:
        current = Versions(connection).current()
        held = current.published() if current and not rebuild else None
        if held and (reason := difference(held.manifest, wanted)):
            place, paths = connection.address.place, " ".join(wanted.sources)
            again = f"quoth index {paths} --store {place} --rebuild"
            raise StoreError(f"{place}: {reason}; rebuild it with: {again}")


def publish(
    generation: Path, store: str, *, dimension: int, rebuild: bool, progress: Progress | None
) -> None:
    """Have the store hold the index of a generation, unless it does; with `rebuild`, whatever is there."""
    copy = _Copy(generation, progress or (lambda done, total: None))
    with _opened(store) as connection:
        versions = Versions(connection)
        current = versions.current()
        held = current.published() if current and not rebuild else None
        if held and held.identity == copy.published.identity:
            return
        version = _unfinished(versions, current, copy.published, rebuild=rebuild)
        if version is None:
            version = versions.next()
            version.create(dimension)
            version.write({MANIFEST: copy.published.model_dump_json().encode()})
        copy.into(version)
        versions.use(version)
        for other in versions.others():
            if current is None or other.name != current.name:
                other.drop()


def _opened(store: str) -> closing[Connection]:
    return closing(Connection(parse(store)))


def _unfinished(
    versions: Versions, current: Version | None, wanted: Published, *, rebuild: bool
) -> Version | None:
    """What a killed copy of the same index has left; all else that is not finished is removed."""
    found = None
    for other in versions.others():
        if current and other.name < current.name:
            continue  # a former one, for those who read it
        if not rebuild and _holds(other, wanted):
            found = other
        else:
            other.drop()
    return found


def _holds(version: Version, wanted: Published) -> bool:
    try:
        return version.published() == wanted
    except StoreError:
        return False  # killed while it was made, or of another version of Quoth


class _Copy:
    """Copies a generation into a version, from where a killed copy stopped."""

    def __init__(self, generation: Path, progress: Progress) -> None:
        self._generation = generation
        self._progress = progress
        self._columns = Columns.open(generation)
        self._words = generation / "words"
        manifest = generations.read_manifest(generation)
        files = generations.read_files(generation)
        contents = [[*file.content, file.source, file.error] for file in files]
        kind = [
            LAYOUT,
            manifest.format,
            manifest.settings.model_dump(mode="json"),
            manifest.model_fingerprint,
        ]
        lengths = np.diff(self._columns.term_pointers)
        self._settings = manifest.settings
        self._frequencies: NDArray[np.int64] = np.diff(mapped(self._words, "pointers"))
        self.published = Published(
            layout=LAYOUT,
            manifest=manifest.model_copy(update={"files": {}}),
            identity=hashlib.sha256(json.dumps([kind, contents]).encode()).hexdigest(),
            mean_length=float(lengths.mean()) if len(lengths) else 0.0,
            errors={file.document_id: file.error for file in files if file.error},
        )

    def into(self, version: Version) -> None:
        """Write all that is missing; StoreError when the store then holds another number of passages."""
        found = version.read(PROGRESS)
        documents, passages = json.loads(found) if found else (0, 0)
        with closing(Documents(self._generation)) as held:
            self._held = held
            version.write(
                {
                    WORDS: (self._words / "vocabulary").read_bytes(),
                    FREQUENCIES: self._frequencies.astype("<i8").tobytes(),
                    POINTERS: self._columns.document_pointers.astype("<i8").tobytes(),
                    DOCUMENTS: json.dumps([held.ids, held.titles]).encode("ascii"),
                }
            )
            for first in range(documents, len(held), _AT_ONCE):
                rows = range(first, min(first + _AT_ONCE, len(held)))
                version.write({document_key(row): document_bytes(held[row]) for row in rows})
                version.write({PROGRESS: json.dumps([rows.stop, 0]).encode()})
            self._copy_passages(version, passages, len(held))
        version.index_passages(approximate=self._count > self._settings.exact_up_to)
        if (count := version.count()) != self._count:
            raise StoreError(f"the store holds {count} of {self._count} passages; build again with --rebuild")

    @property
    def _count(self) -> int:
        return len(self._columns.passages)

    def _copy_passages(self, version: Version, first: int, documents: int) -> None:
        vectors = mapped(self._generation, "vectors")
        self._progress(first, self._count)
        for start in range(first, self._count, _AT_ONCE):
            end = min(start + _AT_ONCE, self._count)
            version.upsert([self._row(row, vectors[row]) for row in range(start, end)])
            version.write({PROGRESS: json.dumps([documents, end]).encode()})
            self._progress(end, self._count)

    def _row(self, row: int, vector: NDArray[np.float32]) -> dict[str, object]:
        columns = self._columns
        document, start, end = columns.passages[row].tolist()
        first, last = columns.term_pointers[row : row + 2].tolist()
        within = slice(*columns.sentence_pointers[row : row + 2].tolist())
        terms = np.asarray(columns.terms[first:last])
        stored = StoredPassage(
            start,
            end,
            text=self._held[document].text[start:end],
            sentences=columns.sentences[within],
            sentence_terms=columns.sentence_terms[within] - first,
            terms=terms,
            sentence_vectors=columns.sentence_vectors[within],
        )
        return {
            "row": row,
            "document": document,
            "vector": vector,
            "words": self._sparse(terms),
            "data": pack(stored),
        }

    def _sparse(self, terms: NDArray[np.int32]) -> dict[int, float]:
        """A passage's shares of its terms' scores by number + 1; one without terms is not left empty."""
        numbers, counts = np.unique(terms, return_counts=True)
        idf = np.array([inverse_frequency(self._count, int(self._frequencies[number])) for number in numbers])
        shares = term_shares(
            idf, counts, np.array(len(terms)),
            mean=self.published.mean_length, k1=self._settings.bm25_k1, b=self._settings.bm25_b,
        )  # fmt: skip
        return dict(zip((numbers + 1).tolist(), shares.tolist(), strict=True)) or {0: 1.0}
