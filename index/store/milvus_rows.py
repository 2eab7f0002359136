"""What Milvus keeps of an index, as rows: passages with all that ranking them needs, and blobs. Pure.

COLLECTION                   an alias of the version in use, switched at once
COLLECTION_v000001           a row a passage: `row`, `document`, `vector`, `words`, `data`
COLLECTION_v000001_blobs     pieces of bytes by key: see `Blob`
"""

import base64
import json
import zlib
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from index.store.generations import Manifest
from index.types import Document, Heading, Place, Table

LAYOUT = 1
MANIFEST, PROGRESS, DOCUMENTS, POINTERS, WORDS, FREQUENCIES = (
    "manifest progress documents pointers words frequencies".split()
)  # fmt: skip
# The longest string and array that Milvus takes; a piece of base64 is a multiple of four letters.
LONGEST_STRING = 65535
MOST_STRINGS = 4096
_PIECE = 65532
# Bytes of a blob in one row; a message to Milvus may hold 64 MiB.
_BLOB_ROW = 3 << 20


class Published(BaseModel):
    """What a version is. `identity` is of its sources' contents, settings and model: equal for equal indexes.

    `mean_length` is the mean number of terms of a passage.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    layout: int
    manifest: Manifest
    identity: str
    mean_length: float
    errors: dict[str, str]


class StoredPassage(NamedTuple):
    """A passage as it is kept: its range and text, sentences, and the numbers of its terms in order.

    `sentences` (m, 2) are ranges in the document, `sentence_terms` (m, 2) ranges in `terms`,
    `sentence_vectors` (m, d) theirs.
    """

    start: int
    end: int
    text: str
    sentences: NDArray[np.int64]
    sentence_terms: NDArray[np.int64]
    terms: NDArray[np.int32]
    sentence_vectors: NDArray[np.float16]


def pack(passage: StoredPassage) -> list[str]:
    """A passage as strings that Milvus takes."""
    text = passage.text.encode("utf-8", "surrogatepass")
    counts = (len(passage.sentences), len(passage.terms), passage.sentence_vectors.shape[1])
    head = np.array([passage.start, passage.end, *counts], dtype="<i8")
    arrays = (
        head,
        passage.sentences.astype("<i8"),
        passage.sentence_terms.astype("<i8"),
        passage.terms.astype("<i4"),
        passage.sentence_vectors.astype("<f2"),
    )
    return strings(b"".join((*(np.ascontiguousarray(array).tobytes() for array in arrays), text)))


def unpack(packed: Sequence[str]) -> StoredPassage:
    """The passage that was packed."""
    content = memoryview(joined(packed))
    place = 0

    def read(dtype: str, *shape: int) -> NDArray[Any]:
        nonlocal place
        count = int(np.prod(shape, dtype=np.int64))
        array = np.frombuffer(content, dtype, count, place).reshape(shape)
        place += array.nbytes
        return array

    start, end, sentences, terms, dimension = read("<i8", 5).tolist()
    return StoredPassage(
        start,
        end,
        sentences=read("<i8", sentences, 2),
        sentence_terms=read("<i8", sentences, 2),
        terms=read("<i4", terms),
        sentence_vectors=read("<f2", sentences, dimension),
        text=bytes(content[place:]).decode("utf-8", "surrogatepass"),
    )


def strings(content: bytes) -> list[str]:
    """Bytes as strings that Milvus takes."""
    letters = base64.b64encode(content).decode("ascii")
    return [letters[first : first + _PIECE] for first in range(0, len(letters), _PIECE)]


def joined(pieces: Sequence[str]) -> bytes:
    """The bytes that `strings` was given."""
    return base64.b64decode("".join(pieces))


def blob_key(key: str, piece: int) -> str:
    """The primary key of a piece of a blob."""
    return f"{key}/{piece}"


def blob_rows(key: str, content: bytes) -> Iterator[dict[str, Any]]:
    """A blob as rows: compressed, in pieces; each says how many there are.

    Milvus wants a vector in each collection, hence `nothing`.
    """
    packed = zlib.compress(content, 1)
    pieces = [packed[first : first + _BLOB_ROW] for first in range(0, len(packed), _BLOB_ROW)]
    for number, piece in enumerate(pieces):
        yield {
            "key": blob_key(key, number),
            "pieces": len(pieces),
            "nothing": {0: 1.0},
            "data": strings(piece),
        }


def blob_content(rows: Sequence[dict[str, Any]]) -> bytes:
    """The content of a blob from all of its rows, in order."""
    return zlib.decompress(b"".join(joined(row["data"]) for row in rows))


def document_key(row: int) -> str:
    """The key of the blob of a document."""
    return f"document/{row}"


def document_bytes(document: Document) -> bytes:
    """A document for its blob; it may hold lone surrogates, which JSON escapes."""
    return json.dumps(document.model_dump()).encode("ascii")


def read_document(content: bytes) -> Document:
    """The document of a blob."""
    fields = json.loads(content)
    headings = tuple(Heading(**heading) for heading in fields.pop("headings"))
    tables = tuple(Table(**table) for table in fields.pop("tables"))
    places = tuple(Place(**place) for place in fields.pop("places"))
    pages = tuple(fields["pages"])
    read = {"headings": headings, "tables": tables, "places": places, "pages": pages}
    return Document.model_construct(**fields | read)
