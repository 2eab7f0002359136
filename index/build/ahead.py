"""Documents read and split ahead of their turn, in threads of this process."""

from collections import deque
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from typing import NamedTuple, Protocol

from index.errors import SourceError
from index.load.sources import SourceFile, load
from index.machine import cores
from index.split.passages import Chunk
from index.types import Document, Progress

Split = Callable[[Document], Sequence[Chunk]]
# The row of a document in the last generation, if it splits as it did there.
RowOf = Callable[[Document], int | None]

# Documents that are split, or wait to be, while the one before them is written.
_AHEAD = 8


class Taken(NamedTuple):
    """A document, and its row in the last generation or, if it is not there as it is, its chunks to come."""

    document: Document
    row: int | None
    chunks: "Future[Sequence[Chunk]] | None"


class Reading(Protocol):
    """Reads and splits the files of a build."""

    def read(self, file: SourceFile, row_of: RowOf, heard: Progress) -> Generator[Taken, None, None]:
        """The documents of a file, in order; SourceError when it cannot be read, after those before.

        `heard` is called now and then while a file that takes long is read.
        """
        ...

    def close(self) -> None:
        """Stop what is still read."""
        ...


class LocalReading:
    """Reads one file after the other; the tokenizer, which takes the most time, runs beside Python."""

    def __init__(self, split: Split) -> None:
        self._split = split
        self._workers = ThreadPoolExecutor(cores(), thread_name_prefix="quoth-splitter")

    def read(self, file: SourceFile, row_of: RowOf, heard: Progress) -> Generator[Taken, None, None]:
        """See `Reading`."""
        taken: deque[Taken] = deque()
        failure = None
        with closing(load(file, heard=heard)) as documents:
            try:
                for document in documents:
                    row = row_of(document)
                    chunks = self._workers.submit(self._split, document) if row is None else None
                    taken.append(Taken(document, row, chunks))
                    if len(taken) > _AHEAD:
                        yield taken.popleft()
            except SourceError as error:
                failure = error
            yield from taken
        if failure:
            raise failure

    def close(self) -> None:
        """See `Reading`."""
        self._workers.shutdown(cancel_futures=True)
