"""Simulate the time of a question over many machines: network, shards, stragglers, and the work of the page.

    python benchmarks/query_path.py [--questions 20000] [--seed 0]

A question makes three calls of Milvus, one after the other, as `index.store.milvus` does: by vector, by
words, and for the passages found. The first two ask every shard and wait for the slowest; the third asks the
shards that hold a passage. Times of one shard are those measured for a million passages in one process
(DECISIONS.md, "Size"), grown with the logarithm of its passages for the graph of vectors and in proportion
for lists of words. All else that is assumed stands in `Assumed`, and can be given. It shows what more shards
and slow machines do to the tail; it is no measurement.
"""

import argparse
import sys
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks.machine import markdown

Times = NDArray[np.float64]
MILLION = 1_000_000


class Assumed(NamedTuple):
    """Milliseconds and shares; `sigma` is of the logarithm of a time.

    Measured: vectors, words (medians and, by sigma, 95th percentiles of `benchmarks/scale.py`), page (a warm
    answer without retrieval). Assumed: the rest. `slow` is the share of calls that meet a busy machine, which
    takes `slower` times as long.
    """

    vectors: float = 4.0
    vectors_sigma: float = 0.24
    words: float = 5.0
    words_sigma: float = 0.82
    page: float = 60.0
    page_sigma: float = 0.4
    network: float = 0.5
    network_sigma: float = 0.5
    fetch: float = 3.0
    fetch_sigma: float = 0.5
    slow: float = 0.01
    slower: float = 10.0


def main() -> None:
    """Print a Markdown table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--questions", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=0)
    for name, value in Assumed()._asdict().items():
        parser.add_argument(f"--{name.replace('_', '-')}", type=float, default=value)
    given = vars(parser.parse_args())
    assumed = Assumed(**{name: given[name] for name in Assumed._fields})
    rows = []
    for passages in (1, 10, 100, 1000):
        for per_shard in (5, 25):
            shards = max(1, passages // per_shard)
            random = np.random.default_rng(given["seed"])
            search, whole = simulate(random, assumed, given["questions"], shards, passages * MILLION)
            rows.append(
                {
                    "million passages": passages,
                    "shards": shards,
                    **quantiles("retrieval", search),
                    **quantiles("whole", whole),
                }
            )
    print(markdown(rows))


def simulate(
    random: np.random.Generator, assumed: Assumed, questions: int, shards: int, passages: int
) -> tuple[Times, Times]:
    """Milliseconds of retrieval and of the whole answer, for each question."""
    size = passages / shards / MILLION
    vectors = assumed.vectors * (1 + np.log(max(size, 1)) / np.log(MILLION))
    words = assumed.words * size
    search = sum(
        slowest(random, assumed, questions, shards, median, sigma)
        for median, sigma in ((vectors, assumed.vectors_sigma), (words, assumed.words_sigma))
    )
    # A hundred passages or so lie on every shard, or on a hundred of them.
    search = search + slowest(
        random, assumed, questions, min(shards, 100), assumed.fetch, assumed.fetch_sigma
    )
    return search, search + lognormal(random, assumed.page, assumed.page_sigma, (questions,))


def slowest(
    random: np.random.Generator, assumed: Assumed, questions: int, shards: int, median: float, sigma: float
) -> Times:
    """Milliseconds of a call that asks all shards and waits for the slowest, shape (questions,)."""
    shape = (questions, shards)
    work = lognormal(random, median, sigma, shape)
    work = np.where(random.random(shape) < assumed.slow, work * assumed.slower, work)
    there_and_back = lognormal(random, 2 * assumed.network, assumed.network_sigma, shape)
    slowest: Times = (work + there_and_back).max(axis=1)
    # From the page to Milvus's proxy, and back.
    return slowest + lognormal(random, 2 * assumed.network, assumed.network_sigma, (questions,))


def lognormal(random: np.random.Generator, median: float, sigma: float, shape: tuple[int, ...]) -> Times:
    """Times with this median, whose logarithms have this deviation."""
    return random.lognormal(np.log(median), sigma, shape)


def quantiles(name: str, times: Times) -> dict[str, int]:
    """The median, 95th and 99th percentile, in whole milliseconds."""
    return {f"{name} p{q} ms": round(float(np.percentile(times, q))) for q in (50, 95, 99)}


if __name__ == "__main__":
    main()
