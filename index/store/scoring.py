"""The scores of sentences for a query: pure, and the same wherever the passages live."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from index.embed.embedder import Vectors
from index.store.protocol import RowNumbers, Scores


class QueryTerm(NamedTuple):
    """A term of a query: its number in the index, -1 when it occurs nowhere, and its idf."""

    number: int
    idf: float


def overlap(
    query_terms: Sequence[str],
    known: Mapping[str, QueryTerm],
    numbers: NDArray[np.int32],
    owner: RowNumbers,
    count: int,
) -> tuple[Scores, Scores]:
    """`share` and `pairs` of `count` sentences; see `Candidates`.

    `numbers` are those of the sentences' words, one sentence after the other; `owner` is the sentence that
    each belongs to.
    """
    follows = owner[1:] == owner[:-1]
    at = {term: numbers == known[term].number for term in set(query_terms)}
    idf = {term: known[term].idf for term in at}
    share, pairs = np.zeros(count), np.zeros(count)
    for term, found in at.items():
        share += idf[term] * _holding(owner[found], count)
    wanted = dict.fromkeys(pairwise(query_terms))
    for first, second in wanted:
        found = at[first][:-1] & at[second][1:] & follows
        weight = min(idf[first], idf[second])
        pairs += weight * _holding(owner[:-1][found], count)
    share /= sum(idf.values()) or 1.0
    pairs /= sum(min(idf[first], idf[second]) for first, second in wanted) or 1.0
    return share.astype(np.float32), pairs.astype(np.float32)


def single(halves: NDArray[np.float16]) -> Vectors:
    """The same numbers, finite ones, in float32; numpy takes six times as long.

    The bits go to their places, sign first, and a product moves the exponent from one bias to the other.
    """
    bits = halves.view(np.int16).astype(np.int32)
    bits <<= 13
    bits &= ~(0b111 << 28)
    converted: Vectors = bits.view(np.float32)
    converted *= np.float32(2.0 ** (127 - 15))
    return converted


def _holding(rows: RowNumbers, count: int) -> NDArray[np.bool_]:
    """Which of `count` rows are among some, shape (count,)."""
    held = np.zeros(count, dtype=bool)
    held[rows] = True
    return held
