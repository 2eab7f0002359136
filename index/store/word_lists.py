"""Word search: BM25 over the passages' terms, from lists of passages on disk.

Each term has the rows of its passages and its share of their scores. A search reads the lists of the query's
rarest terms and looks the common ones up only for passages that can still be among the best (MaxScore: Turtle
and Flood, "Query evaluation: strategies and optimizations", 1995), so the result is exact.
"""

import math
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.store.columns import ArrayWriter, RowNumbers, Scores, file_of, mapped
from index.store.damage import damaged

# Terms that are counted or sorted at once while building: about 40 bytes of memory each.
_BLOCK = 1 << 21
# No suffix of a source: an index folder may lie within a folder that is indexed.
_VOCABULARY = "vocabulary"
# Scores are summed in another order while searching; what rounding may make of that.
_SLACK = 1 - 1e-5


class WordIndex:
    """BM25 (the Lucene variant) over passages; see Kamphuis et al. 2020, "Which BM25 do you mean?".

    A passage's score for a query is the sum of idf(t) · tf / (tf + k1 · (1 - b + b · len / avglen)) over
    the query's distinct terms, so it never exceeds the sum of their idf. May be used from many threads.
    """

    def __init__(self, folder: Path, passages: int) -> None:
        """Open what `write_words` wrote, by memory map; `passages` is the number of all passages."""
        try:
            text = (folder / _VOCABULARY).read_text(encoding="utf-8")
        except (OSError, ValueError) as error:
            raise damaged(folder, f"{_VOCABULARY} cannot be read") from error
        self._numbers = {term: number for number, term in enumerate(text.split("\n"))} if text else {}
        self._pointers = mapped(folder, "pointers")
        self._rows = mapped(folder, "rows")
        self._shares = mapped(folder, "shares")
        self._most = mapped(folder, "most")
        self._passages = passages

    def number(self, term: str) -> int:
        """The number that stands for a term in `Columns.terms`; -1 when it occurs nowhere."""
        return self._numbers.get(term, -1)

    def vocabulary(self) -> Collection[str]:
        """Every term that occurs, in the order of first occurrence."""
        return self._numbers.keys()

    def document_frequency(self, term: str) -> int:
        """Number of passages that hold the term."""
        number = self._numbers.get(term)
        return 0 if number is None else int(self._pointers[number + 1] - self._pointers[number])

    def idf(self, term: str) -> float:
        """ln(1 + (n - df + 0.5) / (df + 0.5)), with df = 0 for a term that occurs nowhere."""
        return inverse_frequency(self._passages, self.document_frequency(term))

    def scores(self, query_terms: Sequence[str], rows: RowNumbers) -> Scores:
        """BM25 of some passages, shape (len(rows),); terms that occur nowhere add nothing."""
        scores = np.zeros(len(rows), dtype=np.float32)
        # As narrow as the lists: numpy would turn a whole list into 64 bits to search it otherwise.
        wanted = rows.astype(np.int32)
        for number in self._known(query_terms):
            scores += self._shares_of(number, wanted)
        return scores

    def best(self, query_terms: Sequence[str], top_k: int, rows: RowNumbers | None = None) -> RowNumbers:
        """Rows of the `top_k` passages with the highest scores above zero, within `rows` if given.

        They are in no order.
        """
        if rows is not None:
            return _top(rows, self.scores(query_terms, rows), top_k)
        numbers = sorted(self._known(query_terms), key=lambda number: -float(self._most[number]))
        rest = np.cumsum([0.0, *(float(self._most[number]) for number in reversed(numbers))])[::-1]
        partial = np.zeros(self._passages, dtype=np.float32)
        found = np.empty(0, dtype=np.int32)
        for place, number in enumerate(numbers):
            # No score so far is above what the terms before have given at most.
            if rest[place] < rest[0] - rest[place]:
                scores = partial[found]
                # What the remaining terms can give to a passage without any term so far is too little.
                if rest[place] < _kth(scores, top_k) * _SLACK:
                    return self._among(found, scores, numbers[place:], rest[place:], top_k)
            where = self._list(number)
            listed = self._rows[where]
            found = np.concatenate([found, listed[partial[listed] == 0]])
            partial[listed] += self._shares[where]
        return _top(found, partial[found], top_k)

    def _among(
        self, found: NDArray[np.int32], scores: Scores, numbers: Sequence[int], rest: Scores, top_k: int
    ) -> RowNumbers:
        """The best of the passages found, once they have what the remaining terms give them."""
        for number, most in zip(numbers, rest, strict=False):
            able = scores + most >= _kth(scores, top_k) * _SLACK
            found = found[able]
            scores = scores[able] + self._shares_of(number, found)
        return _top(found, scores, top_k)

    def _shares_of(self, number: int, rows: NDArray[np.int32]) -> Scores:
        """What a term gives to some passages: nothing where it does not occur."""
        where = self._list(number)
        listed = self._rows[where]
        places = np.minimum(np.searchsorted(listed, rows), len(listed) - 1)
        shares: Scores = np.where(listed[places] == rows, self._shares[where][places], np.float32(0))
        return shares

    def _list(self, number: int) -> slice:
        return slice(int(self._pointers[number]), int(self._pointers[number + 1]))

    def _known(self, query_terms: Sequence[str]) -> list[int]:
        return [self._numbers[term] for term in dict.fromkeys(query_terms) if term in self._numbers]


def write_words(
    folder: Path,
    terms: NDArray[np.int32],
    pointers: RowNumbers,
    vocabulary: Sequence[str],
    *,
    k1: float,
    b: float,
) -> None:
    """Write the lists of each term into a new folder; memory grows with the vocabulary, not with the text.

    The terms of passage i are terms[pointers[i]:pointers[i + 1]], numbers of the vocabulary's terms.
    """
    folder.mkdir()
    (folder / _VOCABULARY).write_text("\n".join(vocabulary), encoding="utf-8", newline="\n")
    lengths = np.diff(pointers)
    mean = float(lengths.mean()) if len(lengths) else 0.0
    frequencies = np.zeros(len(vocabulary), dtype=np.int64)
    with ArrayWriter(file_of(folder, "counted"), np.int32, 3) as counted:
        for rows, numbers, counts in _counts(terms, pointers, len(vocabulary)):
            frequencies += np.bincount(numbers, minlength=len(vocabulary))
            counted.append(np.stack([rows, numbers, counts], axis=1))
    starts = np.concatenate([[0], np.cumsum(frequencies)])
    np.save(file_of(folder, "pointers"), starts)
    idf = np.array([inverse_frequency(len(lengths), int(frequency)) for frequency in frequencies])
    out_rows, out_shares = (
        np.lib.format.open_memmap(file_of(folder, name), "w+", dtype, (int(starts[-1]),))
        for name, dtype in (("rows", np.int32), ("shares", np.float32))
    )
    most = np.zeros(len(vocabulary), dtype=np.float32)
    free = starts[:-1].copy()
    for first in range(0, counted.rows, _BLOCK):
        block = np.array(mapped(folder, "counted")[first : first + _BLOCK])
        rows, numbers, counts = block[np.argsort(block[:, 1], kind="stable")].T
        present, heads, sizes = np.unique(numbers, return_index=True, return_counts=True)
        places = np.arange(len(numbers)) + np.repeat(free[present] - heads, sizes)
        shares = term_shares(idf[numbers], counts, lengths[rows], mean=mean, k1=k1, b=b)
        out_rows[places], out_shares[places] = rows, shares
        most[present] = np.maximum(most[present], np.maximum.reduceat(shares, heads))
        free[present] += sizes
    np.save(file_of(folder, "most"), most)
    file_of(folder, "counted").unlink()


def term_shares(
    idf: NDArray[np.float64],
    counts: NDArray[np.int64],
    lengths: NDArray[np.int64],
    *,
    mean: float,
    k1: float,
    b: float,
) -> Scores:
    """What terms that occur `counts` times give to the scores of passages of `lengths` terms."""
    norm = k1 * (1 - b + b * lengths / mean)
    return (idf * counts / (counts + norm)).astype(np.float32)


def _counts(
    terms: NDArray[np.int32], pointers: RowNumbers, size: int
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]]:
    """Blocks of (row, number, count), by row: how often each passage holds each of its terms."""
    first = 0
    while first < len(pointers) - 1:
        last = int(np.searchsorted(pointers, pointers[first] + _BLOCK, side="right")) - 1
        last = max(first + 1, last)
        numbers = np.asarray(terms[pointers[first] : pointers[last]], dtype=np.int64)
        owners = np.repeat(np.arange(first, last), np.diff(pointers[first : last + 1]))
        pairs, counts = np.unique(owners * size + numbers, return_counts=True)
        yield pairs // size, pairs % size, counts
        first = last


def inverse_frequency(passages: int, frequency: int) -> float:
    """The idf of a term that stands in `frequency` of all passages; see `WordIndex.idf`."""
    return math.log(1 + (passages - frequency + 0.5) / (frequency + 0.5))


def _kth(scores: Scores, top_k: int) -> float:
    """The `top_k`-th highest score; 0 when there are fewer."""
    if len(scores) < top_k:
        return 0.0
    return float(np.partition(scores, len(scores) - top_k)[len(scores) - top_k])


def _top(rows: NDArray[np.integer[Any]], scores: Scores, top_k: int) -> RowNumbers:
    kept = np.argpartition(-scores, top_k - 1)[:top_k] if len(scores) > top_k else np.arange(len(scores))
    return rows[kept[scores[kept] > 0]].astype(np.int64)
