"""An Index: documents, passages and their vectors and words, opened from a folder and searched.

Everything above asks an Index for candidates, passages and documents; it knows no file name.
"""

import os
from collections.abc import Collection, Sequence
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.embed.embedder import Embedder, SentenceTransformerEmbedder, Vectors
from index.errors import DamagedError, IndexFolderError
from index.settings import IndexSettings
from index.store import generations
from index.store.columns import Columns
from index.store.damage import require_sizes, require_whole
from index.store.documents import Documents
from index.store.protocol import Candidates, Range, RowNumbers, Scores, SearchIndex
from index.store.scoring import QueryTerm, overlap, single
from index.store.vectors import VectorIndex
from index.store.word_lists import WordIndex
from index.types import Document, Passage, Progress


class Index(SearchIndex):
    """The index in a folder. Using it raises DamagedError when its files turn out to be damaged."""

    def __init__(self, generation: Path, embedder: Embedder | None = None) -> None:
        self.folder = generation.parent
        self._generation = generation
        self.manifest = generations.read_manifest(generation)
        self.embedder: Embedder = embedder or SentenceTransformerEmbedder(self.settings.model)
        if self.embedder.fingerprint != self.manifest.model_fingerprint:
            raise IndexFolderError(
                f"{self.folder}: built with another version of the model {self.settings.model}; "
                "rebuild it with: quoth index --rebuild"
            )
        require_whole(generation, self.manifest.files)
        self._columns = Columns.open(generation)
        self._vectors = VectorIndex(generation)
        self._words = WordIndex(generation / "words", len(self))
        self._documents = Documents(generation)

    @classmethod
    def open(cls, folder: str | os.PathLike[str], *, embedder: Embedder | None = None) -> "Index":
        """Open the index in a folder as it is, whether its sources have changed or not.

        Raises DamagedError when one of its files is not as it was written.
        """
        path = Path(folder)
        for _ in range(3):
            generation = generations.current(path)
            if generation is None:
                raise IndexFolderError(
                    f"{path}: holds no index; build one with: quoth index PATH --folder {path}"
                )
            try:
                return cls(generation, embedder)
            except (OSError, IndexFolderError):
                # A build may have replaced the generation between reading its name and opening it.
                if generations.current(path) == generation:
                    raise
        raise IndexFolderError(f"{path}: the index was replaced three times while it was opened; try again")

    @classmethod
    def from_sources(
        cls,
        sources: Sequence[str | os.PathLike[str]],
        folder: str | os.PathLike[str] | None = None,
        *,
        settings: IndexSettings | None = None,
        embedder: Embedder | None = None,
        progress: Progress | None = None,
        rebuild: bool = False,
        store: str | None = None,
        ray: str | None = None,
    ) -> SearchIndex:
        """Open the index of these sources when it is current; else build what changed, then open it.

        `folder` defaults to one in the user's cache, keyed by sources, model and settings; a damaged index
        there is built again. A folder that was built from other sources or otherwise is refused with
        IndexFolderError, unless `rebuild`. `progress` counts passages. With `store` (see `connect`) the index
        in the folder is then copied there and opened there; the folder stays, so that the next build embeds
        only what changed. With `ray`, the address of a Ray cluster or "auto", files are read and passages
        embedded there. Raises SourceError when no source can be loaded, or when a file given by name cannot;
        files in a folder that cannot are listed in `problems`.
        """
        from index.build.builder import Builder

        settings = settings or IndexSettings()
        embedder = embedder or SentenceTransformerEmbedder(settings.model)
        builder = Builder(sources, folder, settings, embedder, progress, ray)
        if store:
            builder.require_publishable(store, rebuild=rebuild)
        try:
            opened = cls.open(builder.update(rebuild=rebuild), embedder=embedder)
        except DamagedError:
            if folder is not None:
                raise
            opened = cls.open(builder.update(rebuild=True), embedder=embedder)
        if store is None:
            return opened
        builder.publish(store, rebuild=rebuild)
        return cls.connect(store, embedder=embedder)

    @staticmethod
    def connect(store: str, *, embedder: Embedder | None = None) -> SearchIndex:
        """Open the index that a store holds, without its sources.

        A store is `milvus://HOST:PORT/COLLECTION`, or the path of a `.db` for milvus-lite; see
        `index.store.addresses`. Raises StoreError when it cannot be reached or holds no index.
        """
        from index.store.milvus import MilvusIndex

        return MilvusIndex(store, embedder)

    @property
    def place(self) -> str:
        """The folder."""
        return str(self.folder)

    @property
    def settings(self) -> IndexSettings:
        """How this index was built."""
        return self.manifest.settings

    @property
    def problems(self) -> tuple[str, ...]:
        """One line for each file that could not be loaded."""
        return self.manifest.problems

    def errors(self) -> dict[str, str]:
        """The line for each file that could not be loaded, by the id that its document would have."""
        files = generations.read_files(self._generation)
        return {file.document_id: file.error for file in files if file.error}

    def document_file(self, document_id: str) -> Path | None:
        """See `SearchIndex.document_file`."""
        return self._files.get(document_id)

    @cached_property
    def _files(self) -> dict[str, Path]:
        """Files by the id of their one document."""
        files = generations.read_files(self._generation)
        return {file.document_id: Path(file.path) for file in files if file.document_id}

    def notes(self) -> dict[str, str]:
        """See `SearchIndex.notes`."""
        return self._documents.notes()

    def check(self) -> None:
        """Raise DamagedError when a file is not as it was written."""
        require_sizes(self._generation, self.manifest.files)

    def __len__(self) -> int:
        return len(self._columns.passages)

    def document_ids(self) -> tuple[str, ...]:
        """Ids of all documents, in the order of the sources."""
        return self._documents.ids

    def document_titles(self) -> tuple[str | None, ...]:
        """Titles of all documents, None for one without, in the order of `document_ids`."""
        return self._documents.titles

    def document(self, document_id: str) -> Document:
        """A document by id; KeyError when there is none."""
        return self._documents[self._document_row(document_id)]

    def passage(self, row: int) -> Passage:
        """The passage at a row, 0 <= row < len(index)."""
        document_row, start, end = (int(value) for value in self._columns.passages[row])
        document = self._documents[document_row]
        text, header = document.text[start:end], document.header(start)
        return Passage.model_construct(
            document_id=document.id, start=start, end=end, text=text, header=header
        )

    def passage_rows(self, documents: Collection[str] | None = None) -> RowNumbers:
        """Rows of the passages of some documents, or of all; KeyError for an id that is not there."""
        require_sizes(self._generation, self.manifest.files)
        if documents is None:
            return np.arange(len(self))
        first_rows = self._columns.document_pointers
        ranges = [
            np.arange(first_rows[row], first_rows[row + 1])
            for row in sorted(map(self._document_row, set(documents)))
        ]
        return np.concatenate(ranges) if ranges else np.empty(0, dtype=np.int64)

    def document_rows(self, rows: RowNumbers) -> RowNumbers:
        """The place, in `document_ids`, of each passage's document."""
        return np.asarray(self._columns.passages[rows, 0], dtype=np.int64)

    def holding(self, term: str, rows: RowNumbers) -> NDArray[np.bool_]:
        """Which of some passages hold a term."""
        held: NDArray[np.bool_] = self._words.scores([term], rows) > 0
        return held

    def sentences(self, row: int) -> list[Range]:
        """Ranges of a passage's sentences in its document; headings are none."""
        return [(int(start), int(end)) for start, end in self._columns.sentences[self._sentence_rows(row)]]

    def sentence_vectors(self, row: int) -> Vectors:
        """Vectors of a passage's sentences, seen in the passage; (number of sentences, d), unit length."""
        return np.asarray(self._columns.sentence_vectors[self._sentence_rows(row)], dtype=np.float32)

    def idf(self, term: str) -> float:
        """Inverse document frequency of a term (see `index.text.terms.terms`) over the passages."""
        return self._words.idf(term)

    def holds(self, term: str, documents: Collection[str] | None = None) -> bool:
        """Whether a term occurs in the documents, or in any."""
        if documents is None or not self._words.document_frequency(term):
            return self._words.document_frequency(term) > 0
        return bool(self._words.scores([term], self.passage_rows(documents)).any())

    def vocabulary(self) -> Collection[str]:
        """Every term that occurs in the index."""
        return self._words.vocabulary()

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
        require_sizes(self._generation, self.manifest.files)
        rows = None if documents is None else self.passage_rows(documents)
        found = self._nearest(vector, depth, rows)
        if len(found):
            found = np.union1d(found, self._words.best(query_terms, depth, rows))
        ideal = sum(self._words.idf(term) for term in set(query_terms))
        starts, stops = self._columns.sentence_pointers[found], self._columns.sentence_pointers[found + 1]
        pointers = np.concatenate([[0], np.cumsum(stops - starts)])
        sentence_rows = np.arange(pointers[-1]) + np.repeat(starts - pointers[:-1], stops - starts)
        share, pairs = self._overlap(query_terms, sentence_rows)
        return Candidates(
            rows=found,
            dense=self._cosines(found, vector),
            words=self._words.scores(query_terms, found) / np.float32(ideal or 1.0),
            pointers=pointers,
            ranges=np.asarray(self._columns.sentences[sentence_rows]),
            cosine=np.vecdot(single(self._columns.sentence_vectors[sentence_rows]), vector),
            share=share,
            pairs=pairs,
        )

    def nearest(
        self, vector: Vectors, *, depth: int, documents: Collection[str] | None = None
    ) -> tuple[RowNumbers, Scores]:
        """Rows of the `depth` best passages by vector, in their order in the index, and their cosines.

        `rows` and `dense` of `Candidates`, without all that words and sentences cost.
        """
        require_sizes(self._generation, self.manifest.files)
        found = self._nearest(vector, depth, None if documents is None else self.passage_rows(documents))
        return found, self._cosines(found, vector)

    def _nearest(self, vector: Vectors, depth: int, rows: RowNumbers | None) -> RowNumbers:
        if depth <= 0 or not len(self) or (rows is not None and not len(rows)):
            return np.empty(0, dtype=np.int64)
        return np.sort(self._vectors.search(vector, depth, rows)[0])

    def _cosines(self, rows: RowNumbers, vector: Vectors) -> Scores:
        # Row by row: a matrix product rounds by a row's place, and the same text must score the same.
        cosines: Scores = np.vecdot(self._vectors.vectors(rows), vector)
        return cosines

    def _overlap(self, query_terms: Sequence[str], sentence_rows: RowNumbers) -> tuple[Scores, Scores]:
        """`share` and `pairs` of some sentences; see `Candidates`."""
        starts, stops = self._columns.sentence_terms[sentence_rows].T
        lengths = stops - starts
        ends = np.cumsum(lengths)
        # The words of all these sentences in one array, and the sentence that each belongs to.
        owner = np.repeat(np.arange(len(sentence_rows)), lengths)
        places = np.arange(len(owner)) + np.repeat(starts - (ends - lengths), lengths)
        known = {term: QueryTerm(self._words.number(term), self._words.idf(term)) for term in query_terms}
        return overlap(query_terms, known, self._columns.terms[places], owner, len(sentence_rows))

    def _sentence_rows(self, row: int) -> slice:
        pointers = self._columns.sentence_pointers
        return slice(int(pointers[row]), int(pointers[row + 1]))

    def _document_row(self, document_id: str) -> int:
        row = self._documents.row(document_id)
        if row is None:
            raise KeyError(document_id)
        return row
