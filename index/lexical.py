"""Word search: BM25 over stemmed words; the only importer of bm25s and of the stemmer.

A term is a stemmed word. English stems are Snowball's; another language needs another stemmer here and
nothing elsewhere.
"""

import math
import re
import threading
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

_WORD = re.compile(r"\w+")
_PLURAL_CAPITALS = re.compile(r"[A-Z]{2,}s")
_local = threading.local()


def words(text: str) -> list[str]:
    """The words of a text as they stand in it, in order."""
    return _WORD.findall(text)


def terms(text: str) -> list[str]:
    """The stemmed words of a text, in order."""
    return stems(words(text))


def stems(tokens: Sequence[str]) -> list[str]:
    """The term of each word: case folded, stemmed by Snowball's English rules.

    Snowball keeps the "s" after a "u", so that "GPUs" would not be found by "GPU": the plural of a word in
    capitals loses it first.
    """
    singular = [token[:-1] if _PLURAL_CAPITALS.fullmatch(token) else token for token in tokens]
    stemmed: list[str] = _stemmer().stemWords([token.casefold() for token in singular])
    return stemmed


def _stemmer() -> Any:  # noqa: ANN401 - PyStemmer ships no types
    # A PyStemmer object keeps a cache that two threads must not share.
    if not hasattr(_local, "stemmer"):
        import Stemmer

        _local.stemmer = Stemmer.Stemmer("english")
    return _local.stemmer


def numbered(tokens: Sequence[str], vocabulary: dict[str, int]) -> NDArray[np.int32]:
    """The number of each term, new terms being added to the vocabulary."""
    return np.fromiter((vocabulary.setdefault(term, len(vocabulary)) for term in tokens), np.int32)


class WordIndex:
    """BM25 (the Lucene variant) over passages; see Kamphuis et al. 2020, "Which BM25 do you mean?".

    A passage's score for a query is the sum of idf(t) · tf / (tf + k1 · (1 - b + b · len / avglen)) over
    the query's distinct terms, so it never exceeds the sum of their idf.
    """

    def __init__(self, bm25: Any) -> None:  # noqa: ANN401 - bm25s ships no types
        self._bm25 = bm25
        self._vocabulary: dict[str, int] = bm25.vocab_dict

    @classmethod
    def build(cls, texts: Iterable[str], *, k1: float, b: float) -> "WordIndex":
        """Index the texts; a text's row is its place among them."""
        import bm25s

        vocabulary: dict[str, int] = {}
        rows = [numbered(terms(text), vocabulary) for text in texts]
        if not vocabulary:
            # bm25s cannot index nothing; a term that no query can hold keeps the scores at zero.
            vocabulary[""] = 0
            rows = [np.zeros(1, np.int32)] * max(1, len(rows))
        bm25 = bm25s.BM25(method="lucene", k1=k1, b=b)
        bm25.index((rows, vocabulary), create_empty_token=False, show_progress=False)
        return cls(bm25)

    def save(self, folder: Path) -> None:
        """Write the index into a folder."""
        self._bm25.save(str(folder), show_progress=False)

    @classmethod
    def open(cls, folder: Path) -> "WordIndex":
        """Open a saved index by memory map."""
        import bm25s

        return cls(bm25s.BM25.load(str(folder), mmap=True))

    def number(self, term: str) -> int:
        """The number that stands for a term in `Columns.sentence_terms`; -1 when it occurs nowhere."""
        return self._vocabulary.get(term, -1)

    def numbers(self, text: str) -> NDArray[np.int32]:
        """The numbers of a text's terms, in order."""
        return np.array([self.number(term) for term in terms(text)], dtype=np.int32)

    def scores(self, query_terms: Sequence[str]) -> NDArray[np.float32]:
        """BM25 of every passage, shape (n,); terms that occur nowhere add nothing."""
        known = [self._vocabulary[term] for term in dict.fromkeys(query_terms) if term in self._vocabulary]
        if not known:
            return np.zeros(len(self), dtype=np.float32)
        scores: NDArray[np.float32] = self._bm25.get_scores_from_ids(known)
        return scores

    def idf(self, term: str) -> float:
        """ln(1 + (n - df + 0.5) / (df + 0.5)), with df = 0 for a term that occurs nowhere."""
        frequency = self.document_frequency(term)
        return math.log(1 + (len(self) - frequency + 0.5) / (frequency + 0.5))

    def document_frequency(self, term: str) -> int:
        """Number of passages that hold the term."""
        number = self._vocabulary.get(term)
        if number is None:
            return 0
        pointers = self._bm25.scores["indptr"]
        return int(pointers[number + 1] - pointers[number])

    def vocabulary(self) -> tuple[str, ...]:
        """Every term that occurs, in the order of first occurrence."""
        return tuple(self._vocabulary)

    def __len__(self) -> int:
        return int(self._bm25.scores["num_docs"])
