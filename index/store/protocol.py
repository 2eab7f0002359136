"""What everything above `index` asks of an index, wherever its passages live: a folder or Milvus."""

from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from index.embed.embedder import Embedder, Vectors
from index.load.boxes import Box, boxes_between
from index.settings import IndexSettings
from index.store.columns import RowNumbers as RowNumbers
from index.store.columns import Scores as Scores
from index.types import Document, Passage

Range = tuple[int, int]


class Candidates(NamedTuple):
    """Passages worth ranking for a query, and their sentences, in no order that means anything.

    For each of c passages: its row in the index, `dense`, the cosine of query and passage, and `words`,
    BM25 as a share of the query's ideal (the sum of its terms' idf). The sentences of passage i are
    pointers[i] to pointers[i + 1] of the arrays below, m long: its range in the document, `cosine` with the
    query, `share` of the query's idf that the sentence's words make up, and `pairs`, the same for
    neighbouring words (a pair weighs as much as the commoner of its words). All higher is better and at
    most 1.
    """

    rows: RowNumbers
    dense: Scores
    words: Scores
    pointers: RowNumbers
    ranges: NDArray[np.int64]
    cosine: Scores
    share: Scores
    pairs: Scores


class SearchIndex(Protocol):
    """A complete index: the folder (`index.Index`) or Milvus (`index.store.milvus.MilvusIndex`).

    May be used from many threads at once; it never changes under its user. The same sources give the same
    rows, candidates and scores (within rounding) in each.
    """

    embedder: Embedder

    @property
    def settings(self) -> IndexSettings:
        """How this index was built."""
        ...

    @property
    def place(self) -> str:
        """Where it is kept, as a person names it; holds no password."""
        ...

    @property
    def problems(self) -> tuple[str, ...]:
        """One line for each file that could not be loaded."""
        ...

    def errors(self) -> dict[str, str]:
        """The line for each file that could not be loaded, by the id that its document would have."""
        ...

    def notes(self) -> dict[str, str]:
        """What a person should know of how documents were read, by the ids of those."""
        return {found.id: found.note for found in map(self.document, self.document_ids()) if found.note}

    def check(self) -> None:
        """Raise IndexingError when it cannot be asked just now."""
        ...

    def __len__(self) -> int: ...

    def document_ids(self) -> tuple[str, ...]:
        """Ids of all documents, in the order of the sources."""
        ...

    def document_titles(self) -> tuple[str | None, ...]:
        """Titles of all documents, None for one without, in the order of `document_ids`."""
        ...

    def document(self, document_id: str) -> Document:
        """A document by id; KeyError when there is none."""
        ...

    def document_file(self, document_id: str) -> Path | None:
        """The file that a document was read from, as it was found; None where that is not known."""
        return None

    def document_boxes(self, document_id: str, start: int, end: int) -> list[Box]:
        """Where a range of a document stands on its pages: a box for each line, in fractions of the page.

        Empty for a document without pages; KeyError when there is no document of that id.
        """
        return boxes_between(self.document(document_id).boxes, start, end)

    def passages(self) -> Iterator[Passage]:
        """All passages, in the order of the documents."""
        return (self.passage(row) for row in range(len(self)))

    def passage(self, row: int) -> Passage:
        """The passage at a row, 0 <= row < len(index)."""
        ...

    def passage_rows(self, documents: Collection[str] | None = None) -> RowNumbers:
        """Rows of the passages of some documents, or of all; KeyError for an id that is not there."""
        ...

    def document_rows(self, rows: RowNumbers) -> RowNumbers:
        """The place, in `document_ids`, of each passage's document."""
        ...

    def holding(self, term: str, rows: RowNumbers) -> NDArray[np.bool_]:
        """Which of some passages hold a term."""
        ...

    def sentences(self, row: int) -> list[Range]:
        """Ranges of a passage's sentences in its document; headings are none."""
        ...

    def sentence_vectors(self, row: int) -> Vectors:
        """Vectors of a passage's sentences, seen in the passage; (number of sentences, d), unit length."""
        ...

    def embed_query(self, query: str) -> Vectors:
        """The vector of a query, shape (d,), unit length."""
        vector: Vectors = self.embedder.embed([query])[0]
        return vector

    def idf(self, term: str) -> float:
        """Inverse document frequency of a term (see `index.text.terms.terms`) over the passages."""
        ...

    def holds(self, term: str, documents: Collection[str] | None = None) -> bool:
        """Whether a term occurs in the documents, or in any."""
        ...

    def vocabulary(self) -> Collection[str]:
        """Every term that occurs in the index."""
        ...

    def search(
        self,
        query_terms: Sequence[str],
        vector: Vectors,
        *,
        depth: int,
        documents: Collection[str] | None = None,
    ) -> Candidates:
        """The `depth` best passages by vector and the `depth` best by words, with all their scores.

        At most 2 * depth passages. `query_terms` are in order, see `index.text.terms.terms`. `documents`
        narrows the search to some ids; KeyError for an unknown one.
        """
        ...

    def nearest(
        self, vector: Vectors, *, depth: int, documents: Collection[str] | None = None
    ) -> tuple[RowNumbers, Scores]:
        """Rows of the `depth` best passages by vector, in their order in the index, and their cosines.

        `rows` and `dense` of `Candidates`, without all that words and sentences cost.
        """
        ...
