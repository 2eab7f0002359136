"""Vector search by inner product; the only importer of faiss.

Exact on small indexes, an inverted file on large ones. Vectors have unit length, so the inner product is
the cosine.
"""

import math
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
Rows = NDArray[np.int64]

# Lists of an inverted file for n vectors: 4·√n, and the share of lists that a query reads. Faiss's own
# guidelines; `tests/test_vectors.py` checks the recall that follows.
_LISTS_PER_ROOT = 4
_PROBED_SHARE = 1 / 8
_TRAINING_VECTORS_PER_LIST = 64


class VectorIndex:
    """Rows of vectors that can be searched; row numbers are those of the array it was built from."""

    def __init__(self, faiss_index: Any) -> None:  # noqa: ANN401 - faiss ships no types
        self._index = faiss_index

    @classmethod
    def build(cls, vectors: Vectors, *, exact_up_to: int) -> "VectorIndex":
        """Index `vectors` (n, d): exact when n <= exact_up_to, else approximate."""
        import faiss

        count, dimension = vectors.shape
        index: Any  # the two kinds share no base that faiss's stubs know
        if count <= exact_up_to:
            index = faiss.IndexFlatIP(dimension)
        else:
            lists = int(_LISTS_PER_ROOT * math.sqrt(count))
            index = faiss.IndexIVFFlat(
                faiss.IndexFlatIP(dimension), dimension, lists, faiss.METRIC_INNER_PRODUCT
            )
            index.nprobe = max(1, round(lists * _PROBED_SHARE))
            sample = np.random.default_rng(0).permutation(count)[: lists * _TRAINING_VECTORS_PER_LIST]
            index.train(vectors[np.sort(sample)])
        index.add(np.ascontiguousarray(vectors, dtype=np.float32))
        return cls(index)

    def save(self, path: Path) -> None:
        """Write the index to a file."""
        import faiss

        faiss.write_index(self._index, str(path))

    @classmethod
    def open(cls, path: Path) -> "VectorIndex":
        """Open a saved index, by memory map where faiss can."""
        import faiss

        index = faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC)
        if hasattr(index, "make_direct_map"):
            index.make_direct_map()
        return cls(index)

    def search(self, vector: Vectors, top_k: int, rows: Rows | None = None) -> tuple[Rows, Vectors]:
        """The `top_k` best rows for `vector` (d,), best first, and their cosines; within `rows` if given."""
        import faiss

        parameters = None
        if rows is not None:
            selector = faiss.IDSelectorBatch(rows)
            # Narrowed to a few documents the probed lists may hold none of them: read every list.
            parameters = (
                faiss.SearchParametersIVF(sel=selector, nprobe=self._index.nlist)  # type: ignore[call-arg]
                if hasattr(self._index, "nlist")
                else faiss.SearchParameters(sel=selector)  # type: ignore[call-arg]
            )
        scores, found = self._index.search(vector.reshape(1, -1), min(top_k, len(self)), params=parameters)
        kept = found[0] >= 0
        return found[0][kept], scores[0][kept]

    def vectors(self, rows: Rows) -> Vectors:
        """The vectors of some rows, shape (len(rows), d)."""
        if not len(rows):
            return np.empty((0, self._index.d), dtype=np.float32)
        stored: Vectors = self._index.reconstruct_batch(rows)
        return stored

    def __len__(self) -> int:
        return int(self._index.ntotal)
