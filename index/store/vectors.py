"""Vector search by inner product; the only importer of faiss.

Exact on small indexes. On large ones an inverted file names candidates by vectors of one byte a dimension,
and the whole vectors, mapped from disk, rank them. Vectors have unit length: the inner product is the cosine.
"""

import math
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.store.columns import RowNumbers, file_of, mapped
from index.store.damage import damaged

Vectors = NDArray[np.float32]

# Measured with benchmarks/scale.py; DECISIONS.md has the table. Lists for n vectors: 4·√n. The inverted file
# is trained on some vectors a list, a query reads some lists, and some times as many candidates as are wanted
# are ranked.
_LISTS_PER_ROOT = 4
_TRAINING_VECTORS_PER_LIST = 64
_PROBED_LISTS = 192
_CANDIDATES_PER_RESULT = 2
# The lists of an older index are kept while their number is within this factor of what it would be now.
_KEPT_WITHIN = math.sqrt(2)
# Vectors held in memory at once.
_BLOCK = 1 << 16
_LISTS = "lists.faiss"


class VectorIndex:
    """The vectors of a generation, and their search. May be used from many threads."""

    def __init__(self, generation: Path) -> None:
        """Open by memory map what `write_lists` has seen to."""
        self._vectors: Vectors = mapped(generation, "vectors")
        self._lists: Any = None
        if (generation / _LISTS).exists():
            import faiss

            try:
                self._lists = faiss.read_index(str(generation / _LISTS), faiss.IO_FLAG_MMAP)
                self._lists.nprobe = _PROBED_LISTS
                # Starting threads that read ahead takes longer than the search, and they outlive it.
                lists: Any = faiss.downcast_InvertedLists(self._lists.invlists)
                lists.prefetch_nthread = 0
            except RuntimeError as error:
                raise damaged(generation, f"{_LISTS} cannot be read") from error

    def search(
        self, vector: Vectors, top_k: int, rows: RowNumbers | None = None
    ) -> tuple[RowNumbers, Vectors]:
        """The `top_k` best rows for `vector` (d,), best first, and their cosines.

        Within `rows`, if given, the search is exact.
        """
        if rows is not None:
            return self._best_among(np.unique(rows), vector, top_k)
        if self._lists is None:
            return _best(self._vectors, vector, top_k)
        _, found = self._lists.search(vector.reshape(1, -1), min(_CANDIDATES_PER_RESULT * top_k, len(self)))
        return self._best_among(np.sort(found[0][found[0] >= 0]), vector, top_k)

    def vectors(self, rows: RowNumbers) -> Vectors:
        """The vectors of some rows, shape (len(rows), d)."""
        return np.asarray(self._vectors[rows])

    def __len__(self) -> int:
        return len(self._vectors)

    def _best_among(self, rows: RowNumbers, vector: Vectors, top_k: int) -> tuple[RowNumbers, Vectors]:
        kept, scores = rows[:0], np.empty(0, dtype=np.float32)
        for first in range(0, len(rows), _BLOCK):
            block = rows[first : first + _BLOCK]
            places, cosines = _best(self.vectors(block), vector, top_k)
            kept, scores = np.concatenate([kept, block[places]]), np.concatenate([scores, cosines])
            order = np.argsort(-scores, kind="stable")[:top_k]
            kept, scores = kept[order], scores[order]
        return kept, scores


def write_lists(generation: Path, *, exact_up_to: int, last: Path | None, old_rows: RowNumbers) -> None:
    """Write the FAISS lists of a generation whose vectors are written; an exact search needs none.

    Lists of the last generation are kept while they suit the number of vectors, and a vector stays in its
    list: `old_rows` (n,) is its row there, -1 for a new one.
    """
    vectors = mapped(generation, "vectors")
    if len(vectors) <= exact_up_to:
        return
    import faiss

    wanted = int(_LISTS_PER_ROOT * math.sqrt(len(vectors)))
    index = _kept_lists(last, wanted) if last else None
    kept = mapped(last, "lists") if last and index else np.empty(0, dtype=np.int32)
    if index is None:
        index = _trained(vectors, wanted)
        old_rows = np.full(len(vectors), -1)
    lists = np.lib.format.open_memmap(file_of(generation, "lists"), "w+", np.int32, (len(vectors),))
    for first in range(0, len(vectors), _BLOCK):
        block = np.array(mapped(generation, "vectors")[first : first + _BLOCK])
        old = old_rows[first : first + _BLOCK]
        assigned = np.empty(len(block), dtype=np.int64)
        assigned[old >= 0] = kept[old[old >= 0]]
        if (old < 0).any():
            assigned[old < 0] = index.quantizer.search(block[old < 0], 1)[1][:, 0]
        rows = np.arange(first, first + len(block))
        index.add_core(len(block), faiss.swig_ptr(block), faiss.swig_ptr(rows), faiss.swig_ptr(assigned))
        lists[first : first + len(block)] = assigned
    faiss.write_index(index, str(generation / _LISTS))


def _trained(vectors: Vectors, lists: int) -> Any:  # noqa: ANN401 - faiss ships no types
    """An inverted file without vectors, trained on a sample."""
    import faiss

    dimension = vectors.shape[1]
    index = faiss.IndexIVFScalarQuantizer(
        faiss.IndexFlatIP(dimension),
        dimension,
        lists,
        faiss.ScalarQuantizer.QT_8bit,
        faiss.METRIC_INNER_PRODUCT,
    )
    sample = np.random.default_rng(0).permutation(len(vectors))[: lists * _TRAINING_VECTORS_PER_LIST]
    index.train(np.ascontiguousarray(vectors[np.sort(sample)]))
    return index


def _kept_lists(last: Path, wanted: int) -> Any | None:  # noqa: ANN401 - faiss ships no types
    """The inverted file of the last generation without its vectors, if it suits the number of lists."""
    if not (last / _LISTS).exists():
        return None
    import faiss

    index: Any = faiss.read_index(str(last / _LISTS))
    if not wanted / _KEPT_WITHIN <= index.nlist <= wanted * _KEPT_WITHIN:
        return None
    index.reset()
    return index


def _best(vectors: Vectors, vector: Vectors, top_k: int) -> tuple[RowNumbers, Vectors]:
    """Exact search: the places of the `top_k` best among `vectors` (n, d), best first, and their cosines."""
    import faiss

    top_k = min(top_k, len(vectors))
    if not top_k:
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.float32)
    scores, found = faiss.knn(vector.reshape(1, -1), vectors, top_k, metric=faiss.METRIC_INNER_PRODUCT)
    return found[0], scores[0]
