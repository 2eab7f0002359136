"""An index in Milvus: candidates by its vector and sparse search, with the same scores as the folder's."""

import json
from collections.abc import Collection, Mapping, Sequence
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.embed.embedder import Embedder, SentenceTransformerEmbedder, Vectors
from index.errors import StoreError
from index.settings import IndexSettings
from index.store import generations
from index.store.addresses import parse
from index.store.milvus_client import Connection
from index.store.milvus_passages import MilvusPassages, VectorAndPassage
from index.store.milvus_rows import (
    DOCUMENTS,
    FREQUENCIES,
    POINTERS,
    WORDS,
    StoredPassage,
    document_key,
    read_document,
)
from index.store.milvus_versions import Versions
from index.store.protocol import Candidates, Range, RowNumbers, Scores, SearchIndex
from index.store.scoring import QueryTerm, overlap, single
from index.store.word_lists import inverse_frequency, term_shares
from index.types import Document, Passage

# As many as the folder keeps.
_KEPT_DOCUMENTS = 64
# Nodes that the approximate search looks at, for each passage wanted and at least.
_LOOKED_AT = 4
_LEAST_LOOKED_AT = 128


class MilvusIndex(SearchIndex):
    """The index that a store holds, at the version in use when it was opened.

    The version after it leaves it in place and the one after that removes it; then StoreError is raised.
    """

    def __init__(self, store: str, embedder: Embedder | None = None) -> None:
        address = parse(store)
        self._connection = Connection(address)
        version = Versions(self._connection).current()
        published = version.published() if version else None
        if version is None or published is None:
            raise StoreError(
                f"{address.place}: holds no index; build one with: quoth index PATH --store {address.place}"
            )
        self._version, self._published = version, published
        if self.manifest.format != generations.FORMAT:
            raise StoreError(f"{address.place}: the index is of another version of Quoth; build it again")
        self.embedder = embedder or SentenceTransformerEmbedder(self.settings.model)
        if self.embedder.fingerprint != self.manifest.model_fingerprint:
            raise StoreError(
                f"{address.place}: built with {self.settings.model}, not with {self.embedder.name} or not "
                "with this version of it; name the one with --model, or build the index again with --rebuild"
            )
        version.load()
        self._passages = MilvusPassages(self._connection, version.name, len(self))
        self._document = lru_cache(_KEPT_DOCUMENTS)(lambda row: read_document(self._blob(document_key(row))))

    @property
    def place(self) -> str:
        """The address without the password."""
        return self._connection.address.place

    @property
    def manifest(self) -> generations.Manifest:
        """What it was built from and how."""
        return self._published.manifest

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
        return dict(self._published.errors)

    def check(self) -> None:
        """Raise StoreError when Milvus does not answer, or holds this version no longer."""
        self._connection.call("query", self._version.name, filter="row == 0", output_fields=["row"])

    def __len__(self) -> int:
        return self.manifest.passages

    def document_ids(self) -> tuple[str, ...]:
        """Ids of all documents, in the order of the sources."""
        return self._names[0]

    def document_titles(self) -> tuple[str | None, ...]:
        """Titles of all documents, None for one without, in the order of `document_ids`."""
        return self._names[1]

    def document(self, document_id: str) -> Document:
        """A document by id; KeyError when there is none."""
        return self._document(self._document_numbers[document_id])

    def passage(self, row: int) -> Passage:
        """The passage at a row, 0 <= row < len(index)."""
        _, found = self._passages.one(row)
        (document,) = self.document_rows(np.array([row]))
        # The document is another request, so it is asked for a header only where a row of a table stands.
        is_row = "|" in found.text.partition("\n")[0]
        return Passage.model_construct(
            document_id=self.document_ids()[document],
            start=found.start,
            end=found.end,
            text=found.text,
            header=self._document(int(document)).header(found.start) if is_row else None,
        )

    def passage_rows(self, documents: Collection[str] | None = None) -> RowNumbers:
        """Rows of the passages of some documents, or of all; KeyError for an id that is not there."""
        if documents is None:
            return np.arange(len(self))
        ranges = [np.arange(*self._pointers[number : number + 2]) for number in self._numbers_of(documents)]
        return np.concatenate(ranges) if ranges else np.empty(0, dtype=np.int64)

    def document_rows(self, rows: RowNumbers) -> RowNumbers:
        """The place, in `document_ids`, of each passage's document."""
        return np.asarray(np.searchsorted(self._pointers, rows, side="right") - 1, dtype=np.int64)

    def holding(self, term: str, rows: RowNumbers) -> NDArray[np.bool_]:
        """Which of some passages hold a term."""
        number = self._terms.get(term, -1)
        return np.array([number in found.terms for _, found in self._passages.some(rows)], dtype=bool)

    def sentences(self, row: int) -> list[Range]:
        """Ranges of a passage's sentences in its document; headings are none."""
        return [(start, end) for start, end in self._passages.one(row)[1].sentences.tolist()]

    def sentence_vectors(self, row: int) -> Vectors:
        """Vectors of a passage's sentences, seen in the passage; (number of sentences, d), unit length."""
        return self._passages.one(row)[1].sentence_vectors.astype(np.float32)

    def idf(self, term: str) -> float:
        """Inverse document frequency of a term over the passages."""
        return inverse_frequency(len(self), self._frequency(term))

    def holds(self, term: str, documents: Collection[str] | None = None) -> bool:
        """Whether a term occurs in the documents, or in any."""
        if documents is None or not self._frequency(term):
            return self._frequency(term) > 0
        return len(self._by_words([term], 1, self._filter(documents))) > 0

    def vocabulary(self) -> Collection[str]:
        """Every term that occurs in the index."""
        return self._terms.keys()

    def search(
        self,
        query_terms: Sequence[str],
        vector: Vectors,
        *,
        depth: int,
        documents: Collection[str] | None = None,
    ) -> Candidates:
        """The best passages by vector and by words, with all their scores; see `SearchIndex.search`."""
        within = self._filter(documents)
        rows = self._by_vector(vector, depth, within)
        if len(rows):
            rows = np.union1d(rows, self._by_words(query_terms, depth, within))
        found = self._passages.some(rows)
        passages = [passage for _, passage in found]
        known = {term: QueryTerm(self._terms.get(term, -1), self.idf(term)) for term in query_terms}
        sentence_vectors = _stacked([one.sentence_vectors for one in passages], np.float16, self._dimension)
        words = [one.terms[first:last] for one in passages for first, last in one.sentence_terms.tolist()]
        owner = np.repeat(np.arange(len(words)), [len(one) for one in words])
        numbers = np.concatenate(words) if words else np.empty(0, dtype=np.int32)
        share, pairs = overlap(query_terms, known, numbers, owner, len(words))
        ideal = sum(one.idf for one in known.values())
        return Candidates(
            rows=rows,
            dense=_cosines(found, vector, self._dimension),
            words=self._word_scores(known, passages) / np.float32(ideal or 1.0),
            pointers=np.cumsum([0, *(len(one.sentences) for one in passages)]),
            ranges=_stacked([one.sentences for one in passages], np.int64, 2),
            cosine=np.vecdot(single(sentence_vectors), vector),
            share=share,
            pairs=pairs,
        )

    def nearest(
        self, vector: Vectors, *, depth: int, documents: Collection[str] | None = None
    ) -> tuple[RowNumbers, Scores]:
        """Rows of the best passages by vector, and their cosines; see `SearchIndex.nearest`."""
        rows = self._by_vector(vector, depth, self._filter(documents))
        return rows, _cosines(self._passages.some(rows), vector, self._dimension)

    def _word_scores(self, known: Mapping[str, QueryTerm], passages: Sequence[StoredPassage]) -> Scores:
        """BM25 of some passages, as `WordIndex.scores` gives it."""
        scores = np.zeros(len(passages), dtype=np.float32)
        lengths = np.array([len(passage.terms) for passage in passages], dtype=np.int64)
        for one in known.values():
            counts = np.array([np.count_nonzero(passage.terms == one.number) for passage in passages])
            if one.number >= 0 and len(passages):
                scores += term_shares(
                    np.full(len(passages), one.idf), counts, lengths,
                    mean=self._published.mean_length, k1=self.settings.bm25_k1, b=self.settings.bm25_b,
                )  # fmt: skip
        return scores

    def _by_vector(self, vector: Vectors, depth: int, within: str) -> RowNumbers:
        looked_at = max(_LEAST_LOOKED_AT, _LOOKED_AT * depth)
        return self._found("vector", vector, depth, within, {"ef": looked_at} if self._is_approximate else {})

    def _by_words(self, query_terms: Sequence[str], depth: int, within: str) -> RowNumbers:
        numbers = {self._terms[term] + 1: 1.0 for term in query_terms if term in self._terms}
        return self._found("words", numbers, depth, within, {}) if numbers else np.empty(0, dtype=np.int64)

    def _found(
        self, field: str, query: object, depth: int, within: str, params: dict[str, int]
    ) -> RowNumbers:
        """Rows of the best passages by a field, in their order in the index."""
        if depth <= 0 or not len(self):
            return np.empty(0, dtype=np.int64)
        (hits,) = self._connection.call(
            "search",
            self._version.name,
            data=[query],
            anns_field=field,
            limit=min(depth, len(self)),
            filter=within,
            output_fields=["row"],
            search_params={"metric_type": "IP", "params": params},
        )
        return np.sort(np.array([hit["row"] for hit in hits], dtype=np.int64))

    def _filter(self, documents: Collection[str] | None) -> str:
        """Milvus's expression for the passages of some documents; KeyError for an id that is not there."""
        if documents is None:
            return ""
        numbers = self._numbers_of(documents)
        if 2 * len(numbers) <= len(self.document_ids()):
            return f"document in {numbers}"
        others = sorted(set(range(len(self.document_ids()))) - set(numbers))
        return f"document not in {others}" if others else ""

    def _numbers_of(self, documents: Collection[str]) -> list[int]:
        return sorted(self._document_numbers[document_id] for document_id in set(documents))

    def _blob(self, key: str) -> bytes:
        content = self._version.read(key)
        if content is None:
            raise StoreError(f"{self.place}: {key} is missing; build the index again with --rebuild")
        return content

    def _frequency(self, term: str) -> int:
        number = self._terms.get(term)
        return 0 if number is None else int(self._frequencies[number])

    @property
    def _dimension(self) -> int:
        return self.embedder.dimension

    @property
    def _is_approximate(self) -> bool:
        return len(self) > self.settings.exact_up_to

    @cached_property
    def _names(self) -> tuple[tuple[str, ...], tuple[str | None, ...]]:
        ids, titles = json.loads(self._blob(DOCUMENTS))
        return tuple(ids), tuple(titles)

    @cached_property
    def _document_numbers(self) -> dict[str, int]:
        return {document_id: number for number, document_id in enumerate(self.document_ids())}

    @cached_property
    def _pointers(self) -> RowNumbers:
        return np.frombuffer(self._blob(POINTERS), dtype="<i8")

    @cached_property
    def _terms(self) -> dict[str, int]:
        words = self._blob(WORDS).decode("utf-8", "surrogatepass")
        return {term: number for number, term in enumerate(words.split("\n"))} if words else {}

    @cached_property
    def _frequencies(self) -> NDArray[np.int64]:
        return np.frombuffer(self._blob(FREQUENCIES), dtype="<i8")


def _cosines(found: Sequence[VectorAndPassage], vector: Vectors, dimension: int) -> Scores:
    cosines: Scores = np.vecdot(_stacked([one for one, _ in found], np.float32, dimension), vector)
    return cosines


def _stacked(arrays: Sequence[NDArray[Any]], dtype: Any, columns: int) -> NDArray[Any]:  # noqa: ANN401
    """Arrays under each other, (n, columns), also when there is none."""
    return np.concatenate([np.empty((0, columns), dtype), *(array.reshape(-1, columns) for array in arrays)])
