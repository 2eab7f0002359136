"""The passages of a version in Milvus: fetched by row, and the last ones kept in memory."""

import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from index.embed.embedder import Vectors
from index.errors import StoreError
from index.store.columns import RowNumbers
from index.store.milvus_client import Connection
from index.store.milvus_rows import StoredPassage, unpack

VectorAndPassage = tuple[Vectors, StoredPassage]

# Kept in memory, at about 8 KB each.
_KEPT = 2048
# A passage that is asked for alone is fetched with its neighbours, which are mostly asked for next.
_BLOCK = 32
# Fetched by one call.
_AT_ONCE = 256


class MilvusPassages:
    """Passages of a collection, 0 <= row < count. May be used from many threads at once."""

    def __init__(self, connection: Connection, collection: str, count: int) -> None:
        self._connection = connection
        self._collection = collection
        self._count = count
        self._lock = threading.Lock()
        self._kept: OrderedDict[int, VectorAndPassage] = OrderedDict()

    def one(self, row: int) -> VectorAndPassage:
        """A passage and its vector."""
        with self._lock:
            found = self._kept.get(row)
        return found or self.some(np.arange(row, min(row + _BLOCK, self._count)))[0]

    def some(self, rows: RowNumbers) -> list[VectorAndPassage]:
        """Passages and their vectors, in the order of the rows."""
        wanted = rows.tolist()
        with self._lock:
            found = {row: self._kept[row] for row in wanted if row in self._kept}
        missing = [row for row in wanted if row not in found]
        for first in range(0, len(missing), _AT_ONCE):
            found |= self._fetch(missing[first : first + _AT_ONCE])
        with self._lock:
            for row in wanted:
                self._kept[row] = found[row]
                self._kept.move_to_end(row)
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return [found[row] for row in wanted]

    def _fetch(self, rows: Sequence[int]) -> dict[int, VectorAndPassage]:
        answer: Sequence[Mapping[str, Any]] = self._connection.call(
            "query",
            self._collection,
            filter=f"row in {list(rows)}",
            output_fields=["row", "vector", "data"],
        )
        if len(answer) != len(rows):
            place = self._connection.address.place
            raise StoreError(f"{place}: passages are missing; build the index again with --rebuild")
        return {
            int(one["row"]): (np.asarray(one["vector"], dtype=np.float32), unpack(one["data"]))
            for one in answer
        }
