"""The second pass of a build: vectors for all passages of a generation, embedding only what is new.

Vectors are copied from the last generation and from builds that were killed, whose arrays hold what they had
committed. New passages are embedded by the thousand and written in the order of their rows, so memory stays
bounded and a kill loses at most the passages that were being embedded.
"""

from collections.abc import Iterable, Sequence
from contextlib import closing
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.embed.embedder import Embedder, Range, Vectors
from index.errors import IndexFolderError
from index.split.passages import to_embed
from index.store import generations
from index.store.columns import ArrayWriter, RowNumbers, file_of, mapped
from index.store.damage import damaged
from index.store.documents import Documents
from index.types import Progress

# Passages given to the embedder at once, and committed together; a cluster takes more.
_AT_ONCE = 1024


class Embedded:
    """Passages whose vectors a generation holds, all of them or as many as a killed build got to."""

    def __init__(self, generation: Path) -> None:
        self.generation = generation
        self.keys = mapped(generation, "keys")[: len(mapped(generation, "vectors"))]
        self.sentence_pointers = mapped(generation, "sentence_pointers")
        held = self.sentence_pointers[len(self.keys) : len(self.keys) + 1]
        if not len(held) or len(mapped(generation, "sentence_vectors")) < held[0]:
            raise damaged(generation, "its arrays do not go together")
        self._order = np.argsort(self.keys[:, 0], kind="stable")
        self._sorted = self.keys[:, 0][self._order]

    def find(self, keys: NDArray[np.uint64]) -> RowNumbers:
        """The row that holds each key (k, 2), or -1."""
        if not len(self.keys):
            return np.full(len(keys), -1)
        places = np.minimum(np.searchsorted(self._sorted, keys[:, 0]), len(self._sorted) - 1)
        rows = self._order[places]
        return np.where((self.keys[rows] == keys).all(axis=1), rows, -1)


def embedded_before(last: Path | None, killed: Iterable[Path], fingerprint: str) -> list[Embedded]:
    """What the last generation holds, and killed builds with the same model, each something of its own."""
    kept = [Embedded(last)] if last else []
    found = []
    for generation in killed:
        try:
            if generations.read_manifest(generation).model_fingerprint == fingerprint:
                found.append(Embedded(generation))
        except IndexFolderError:
            continue  # killed before its first commit, or damaged since
    for embedded in sorted(found, key=lambda embedded: -len(embedded.keys)):
        missing = np.ones(len(embedded.keys), dtype=bool)
        for other in kept:
            missing &= other.find(embedded.keys) < 0
        if missing.any():
            kept.append(embedded)
    return kept


class EmbeddingPass:
    """Writes `vectors` (n, d), float32, and `sentence_vectors` (m, d), float16, of a generation."""

    def __init__(
        self, generation: Path, embedder: Embedder, before: Sequence[Embedded], at_once: int = 0
    ) -> None:
        """`before` holds what was embedded before, the preferred first; `at_once` passages are embedded."""
        self._generation = generation
        self._embedder = embedder
        self._before = before
        self._at_once = max(at_once, _AT_ONCE)
        self._passages = mapped(generation, "passages")
        self._pointers = mapped(generation, "sentence_pointers")
        self._sentences = mapped(generation, "sentences")
        # For each passage: which of `before` holds it, and at which row; -1 for a new one, and its place.
        keys = mapped(generation, "keys")
        self.sources = np.full(len(keys), -1, dtype=np.int8)
        self.rows = np.full(len(keys), -1, dtype=np.int64)
        for number, embedded in enumerate(before):
            missing = np.flatnonzero(self.sources < 0)
            rows = embedded.find(keys[missing])
            self.sources[missing[rows >= 0]] = number
            self.rows[missing] = rows
        self._new = np.flatnonzero(self.sources < 0)
        self.rows[self._new] = np.arange(len(self._new))

    def run(self, progress: Progress) -> None:
        """Write both arrays; `progress` counts the new passages."""
        dimension = self._embedder.dimension
        with (
            ArrayWriter(file_of(self._generation, "sentence_vectors"), np.float16, dimension) as self._parts,
            ArrayWriter(file_of(self._generation, "vectors"), np.float32, dimension) as self._vectors,
            closing(Documents(self._generation)) as self._documents,
        ):
            self._fill(progress)

    def _fill(self, progress: Progress) -> None:
        progress(0, len(self._new))
        for first in range(0, len(self._new), self._at_once):
            new = self._new[first : first + self._at_once]
            whole, pooled = self._embed([self._text(int(row)) for row in new])
            self._write(int(new[-1]) + 1, first, whole, pooled)
            # In this order: sentence vectors may be more than the vectors need, never fewer.
            self._parts.commit()
            self._vectors.commit()
            progress(first + len(new), len(self._new))
        nothing = np.empty((0, self._embedder.dimension), dtype=np.float32)
        self._write(len(self._passages), len(self._new), nothing, nothing)

    def _embed(self, passages: Sequence[tuple[str, list[Range]]]) -> tuple[Vectors, Vectors]:
        """Vectors of passages and of their sentences; a text that occurs again is embedded once."""
        known: dict[str, list[Range]] = {}
        firsts = []
        for text, parts in passages:
            ranges = known.setdefault(text, [])
            firsts.append(len(ranges))
            ranges += parts
        whole, pooled = self._embedder.embed_parts(list(known), list(known.values()))
        places = dict(zip(known, range(len(known)), strict=True))
        starts = np.cumsum([0, *map(len, known.values())])
        rows = [
            np.arange(len(parts)) + starts[places[text]] + first
            for (text, parts), first in zip(passages, firsts, strict=True)
        ]
        return whole[[places[text] for text, _ in passages]], pooled[np.concatenate(rows)]

    def _text(self, row: int) -> tuple[str, list[Range]]:
        """The text that a passage is embedded as, and the ranges of the sentences within it."""
        document, start, end = (int(value) for value in self._passages[row])
        sentences = self._sentences[self._pointers[row] : self._pointers[row + 1]]
        return to_embed(self._documents[document], start, end, [(int(a), int(b)) for a, b in sentences])

    def _write(self, end: int, first: int, whole: Vectors, pooled: Vectors) -> None:
        """Write the passages up to `end`; `whole` holds the new ones, from the new passage `first` on."""
        start = self._vectors.rows
        if start == end:
            return
        sources, rows = self.sources[start:end], self.rows[start:end]
        breaks = np.flatnonzero((np.diff(sources) != 0) | (np.diff(rows) != 1)) + 1
        done = 0
        for a, b in pairwise([0, *breaks.tolist(), len(rows)]):
            low, high = int(rows[a]), int(rows[b - 1]) + 1
            if sources[a] >= 0:
                self._copy(self._before[sources[a]], low, high)
                continue
            self._vectors.append(whole[low - first : high - first])
            count = int(self._pointers[start + b] - self._pointers[start + a])
            self._parts.append(pooled[done : done + count])
            done += count

    def _copy(self, embedded: Embedded, first: int, last: int) -> None:
        pointers = embedded.sentence_pointers
        self._vectors.copy(file_of(embedded.generation, "vectors"), first, last)
        parts = file_of(embedded.generation, "sentence_vectors")
        self._parts.copy(parts, int(pointers[first]), int(pointers[last]))
