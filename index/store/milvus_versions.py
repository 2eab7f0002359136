"""The versions of an index in a Milvus: named collections, and an alias for the one in use."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from index.errors import StoreError
from index.store.milvus_client import Connection
from index.store.milvus_rows import (
    LAYOUT,
    LONGEST_STRING,
    MANIFEST,
    MOST_STRINGS,
    Published,
    blob_content,
    blob_key,
    blob_rows,
)

_DATA = {"max_capacity": MOST_STRINGS, "max_length": LONGEST_STRING}
# Letters of one message; Milvus takes 64 MiB.
_MESSAGE = 4 << 20
# Indexing takes the longer the more vectors there are: 100,000 take milvus-lite longer than a call may take.
_INDEXING_SECONDS = 24 * 3600.0
_PARAMETERS = {"HNSW": {"M": 16, "efConstruction": 200}}


class Version:
    """One version of an index: a collection of passages and one of blobs."""

    def __init__(self, connection: Connection, name: str) -> None:
        self.name = name
        self.blobs = f"{name}_blobs"
        self._connection = connection
        self._is_loaded = False

    def read(self, key: str) -> bytes | None:
        """A blob's content; None when there is no such blob."""
        first = self._pieces([blob_key(key, 0)])
        if not first:
            return None
        rest = [blob_key(key, number) for number in range(1, first[0]["pieces"])]
        # One at a time: an answer of Milvus may hold no more than a few pieces.
        rows = [*first, *(row for one in rest for row in self._pieces([one]))]
        if len(rows) != 1 + len(rest):
            raise StoreError(f"{self._connection.address.place}: {key} is incomplete; build the index again")
        return blob_content(rows)

    def write(self, blobs: Mapping[str, bytes]) -> None:
        """Write blobs by key, also over older ones."""
        rows: list[dict[str, Any]] = []
        size = 0
        for key, content in blobs.items():
            for row in blob_rows(key, content):
                rows.append(row)
                size += sum(map(len, row["data"]))
                if size > _MESSAGE:
                    self._connection.call("upsert", self.blobs, rows)
                    rows, size = [], 0
        if rows:
            self._connection.call("upsert", self.blobs, rows)

    def upsert(self, passages: Sequence[dict[str, Any]]) -> None:
        """Write passages, also over the same ones of before."""
        self._connection.call("upsert", self.name, passages)

    def published(self) -> Published | None:
        """What the version is; None for one whose build has not begun in earnest.

        StoreError for one of another version of Quoth.
        """
        content = self.read(MANIFEST)
        if content is None:
            return None
        try:
            found = Published.model_validate_json(content)
        except ValueError:
            found = None
        if found is None or found.layout != LAYOUT:
            raise StoreError(
                f"{self._connection.address.place}: the index is of another version of Quoth; "
                "build it again with: quoth index PATH --store STORE --rebuild"
            )
        return found

    def create(self, dimension: int) -> None:
        """Make the collections, empty."""
        from pymilvus import DataType, MilvusClient

        data = {"element_type": DataType.VARCHAR, **_DATA}
        passages: Any = MilvusClient.create_schema(auto_id=False)
        passages.add_field("row", DataType.INT64, is_primary=True)
        passages.add_field("document", DataType.INT64)
        passages.add_field("vector", DataType.FLOAT_VECTOR, dim=dimension)
        passages.add_field("words", DataType.SPARSE_FLOAT_VECTOR)
        passages.add_field("data", DataType.ARRAY, **data)
        blobs: Any = MilvusClient.create_schema(auto_id=False)
        blobs.add_field("key", DataType.VARCHAR, max_length=64, is_primary=True)
        blobs.add_field("pieces", DataType.INT64)
        blobs.add_field("nothing", DataType.SPARSE_FLOAT_VECTOR)
        blobs.add_field("data", DataType.ARRAY, **data)
        # The passages last: a version that has them has both.
        self._connection.call("create_collection", self.blobs, schema=blobs)
        self._index(self.blobs, nothing="SPARSE_INVERTED_INDEX")
        self._connection.call("create_collection", self.name, schema=passages)

    def index_passages(self, *, approximate: bool) -> None:
        """Have Milvus index the passages that were written."""
        self._connection.call("flush", self.name)
        vectors = "HNSW" if approximate else "FLAT"
        self._index(self.name, vector=vectors, words="SPARSE_INVERTED_INDEX", document="INVERTED")

    def load(self) -> None:
        """Have Milvus load the passages, so that they can be searched."""
        self._connection.call("load_collection", self.name)

    def count(self) -> int:
        """Number of passages that are there."""
        counted = self._connection.call(
            "query", self.name, filter="", output_fields=["count(*)"], consistency_level="Strong"
        )
        return int(counted[0]["count(*)"])

    def drop(self) -> None:
        """Remove both collections."""
        for collection in (self.name, self.blobs):
            self._connection.call("drop_collection", collection)

    def _index(self, collection: str, **fields: str) -> None:
        for field, kind in fields.items():
            if field not in self._connection.call("list_indexes", collection):
                self._index_field(collection, field, kind)
        self._connection.call("load_collection", collection, timeout=_INDEXING_SECONDS)

    def _index_field(self, collection: str, field: str, kind: str) -> None:
        from pymilvus import MilvusClient

        wanted: Any = MilvusClient.prepare_index_params()
        metric = {} if kind == "INVERTED" else {"metric_type": "IP"}
        wanted.add_index(field, index_type=kind, params=_PARAMETERS.get(kind, {}), **metric)
        # milvus-lite has indexed when it answers, and knows no call to wait.
        is_server = not self._connection.address.is_local
        try:
            self._connection.call(
                "create_index", collection, wanted, sync=is_server, timeout=_INDEXING_SECONDS
            )
        except StoreError:
            # The client asks again where an answer is long in coming, and is then told that it exists.
            if field not in self._connection.call("list_indexes", collection):
                raise

    def _pieces(self, keys: Sequence[str]) -> list[dict[str, Any]]:
        # milvus-lite forgets in each new process what was loaded in the one before.
        if not self._is_loaded:
            self._connection.call("load_collection", self.blobs)
            self._is_loaded = True
        listed = ", ".join(f'"{key}"' for key in keys)
        return list(
            self._connection.call(
                "query",
                self.blobs,
                filter=f"key in [{listed}]",
                output_fields=["key", "pieces", "data"],
                consistency_level="Strong",
            )
        )


class Versions:
    """All versions of the index that an address names."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._alias = connection.address.collection
        self._named = re.compile(rf"{self._alias}_v(\d{{6,}})")

    def current(self) -> Version | None:
        """The version in use; None when there is no index."""
        name = self._current()
        return Version(self._connection, name) if name else None

    def others(self) -> list[Version]:
        """The versions that are not in use, the oldest first: former ones and unfinished ones."""
        used = self._current()
        return [Version(self._connection, name) for name in self._names() if name != used]

    def next(self) -> Version:
        """A version that is not there yet."""
        numbers = [int(name.rpartition("_v")[2]) for name in self._names()]
        return Version(self._connection, f"{self._alias}_v{max(numbers, default=0) + 1:06d}")

    def use(self, version: Version) -> None:
        """Have the alias name a version from now on, at once for all."""
        method = "alter_alias" if self._current() else "create_alias"
        self._connection.call(method, version.name, self._alias)

    def _names(self) -> list[str]:
        listed: Iterable[str] = self._connection.call("list_collections")
        found = {name.removesuffix("_blobs") for name in listed}
        return sorted(name for name in found if self._named.fullmatch(name))

    def _current(self) -> str | None:
        if self._alias in self._connection.call("list_collections"):
            raise StoreError(
                f"{self._connection.address.place}: {self._alias} is a collection that Quoth did not make; "
                "name another"
            )
        for name in self._names():
            if self._alias in self._connection.call("list_aliases", name)["aliases"]:
                return name
        return None
