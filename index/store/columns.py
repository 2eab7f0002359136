"""Arrays of a generation on disk: appended to row by row while building, mapped into memory when opened."""

import os
from pathlib import Path
from typing import Any, BinaryIO, Self

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray
from pydantic import BaseModel, ConfigDict

from index.store.damage import damaged

RowNumbers = NDArray[np.int64]
Scores = NDArray[np.float32]

# Bytes that a copy holds in memory at once.
_PIECE = 1 << 22


class ArrayWriter:
    """Appends rows to a .npy file that holds what was committed, whenever its process is killed.

    The rows of the file's header are those of the last `commit`, written after the data is on the disk.
    numpy leaves room in a header for the number of rows to grow.
    """

    def __init__(self, path: Path, dtype: DTypeLike, columns: int | None = None) -> None:
        self.rows = 0
        self._dtype = np.dtype(dtype)
        self._shape = () if columns is None else (columns,)
        self._stream = path.open("w+b")
        self._write_header()

    def append(self, rows: ArrayLike) -> None:
        """Add rows, shape (n,) or (n, columns)."""
        block = np.ascontiguousarray(rows, dtype=self._dtype).reshape(-1, *self._shape)
        self._stream.write(block.data)
        self.rows += len(block)

    def copy(self, source: Path, first: int, last: int) -> None:
        """Add the rows first to last of another file of this kind, a piece at a time."""
        width = self._dtype.itemsize * int(np.prod(self._shape, dtype=np.int64))
        with source.open("rb") as stream:
            stream.seek(_data_offset(stream) + first * width)
            left = (last - first) * width
            while left:
                piece = stream.read(min(left, _PIECE))
                if not piece:
                    raise damaged(source, f"{source.name} is shorter than its header says")
                self._stream.write(piece)
                left -= len(piece)
        self.rows += last - first

    def commit(self) -> None:
        """Push the rows to the disk, then count them in the header."""
        self._stream.flush()
        os.fsync(self._stream.fileno())
        self._write_header()
        self._stream.flush()

    def close(self) -> None:
        """Count the rows in the header and close; the disk is left to `store.publish`."""
        with self._stream:
            self._write_header()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Close; after a failure without counting what was not committed."""
        if kind is None:
            self.close()
        else:
            self._stream.close()

    def _write_header(self) -> None:
        self._stream.seek(0)
        header = {
            "descr": np.lib.format.dtype_to_descr(self._dtype),
            "fortran_order": False,
            "shape": (self.rows, *self._shape),
        }
        np.lib.format.write_array_header_1_0(self._stream, header)
        self._stream.seek(0, os.SEEK_END)


class Columns(BaseModel):
    """Arrays of a generation, one row a document, passage, sentence or word, memory-mapped.

    The passages of document i are rows document_pointers[i] to document_pointers[i + 1] of `passages`
    (n, 3): document row, start, end; and of `keys` (n, 2), a hash of what was embedded. The sentences of
    passage i are rows sentence_pointers[i] to sentence_pointers[i + 1] of `sentences` (m, 2), ranges in the
    document, of `sentence_vectors` (m, d), float16, and of `sentence_terms` (m, 2), ranges in `terms`: the
    numbers of the stemmed words of all passages in order, those of passage i from term_pointers[i] on.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)

    document_pointers: NDArray[np.int64]
    passages: NDArray[np.int64]
    keys: NDArray[np.uint64]
    sentence_pointers: NDArray[np.int64]
    sentences: NDArray[np.int64]
    sentence_terms: NDArray[np.int64]
    term_pointers: NDArray[np.int64]
    terms: NDArray[np.int32]
    sentence_vectors: NDArray[np.float16]

    @classmethod
    def open(cls, generation: Path) -> "Columns":
        """Map the arrays of a generation into memory; pages are read when they are touched."""
        return cls(**{name: mapped(generation, name) for name in cls.model_fields})


def mapped(generation: Path, name: str) -> NDArray[Any]:
    """One array of a generation, memory-mapped; DamagedError when it cannot be read."""
    try:
        array = np.load(file_of(generation, name), mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError, EOFError, SyntaxError) as error:
        raise damaged(generation, f"{name}.npy cannot be read") from error
    # As a plain array: numpy's class for maps takes several times as long to cut a piece of itself.
    return np.asarray(array)


def file_of(generation: Path, name: str) -> Path:
    """The file of an array."""
    return generation / f"{name}.npy"


def _data_offset(stream: BinaryIO) -> int:
    np.lib.format.read_magic(stream)
    np.lib.format.read_array_header_1_0(stream)
    return stream.tell()
