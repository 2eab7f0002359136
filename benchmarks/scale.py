"""How building, opening, searching and updating grow with the number of passages.

    python benchmarks/scale.py [--sizes 10000 100000 1000000] [--work /tmp/quoth-scale] [--out reports/scale]

The whole path of `Index.from_sources` on synthetic text, with synthetic vectors instead of the model's
(see `benchmarks.synthetic`), so "build" leaves embedding out. Building, opening, searching and updating run
in a process of their own each; memory is the peak of that process, mapped files counted in. Searches use real
questions; recall@10 and the ratio are against exact search over the same vectors in the same process.
Times of building are processor seconds, which other programs disturb less than the clock.
"""

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks.machine import folder_mebibytes, machine, markdown, mebibytes, peak_mebibytes
from benchmarks.synthetic import PARAGRAPHS, Real, SyntheticEmbedder, neighbour_table, write_corpus
from index import Index
from index.build import builder
from index.store import generations
from index.store.columns import RowNumbers
from index.store.vectors import VectorIndex, Vectors
from index.text.terms import terms
from qa.retrieve.spelling import nearest_terms

_QUESTIONS = 600
_EXACT_QUESTIONS = 200
_DEPTH = 100
_EDITED_DOCUMENTS = 10


def main() -> None:
    """Print a Markdown table, and write it with JSON and pictures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--work", type=Path, default=Path("/tmp/quoth-scale"))
    parser.add_argument("--out", type=Path, default=Path("reports/scale"))
    parser.add_argument("--steps", nargs="+", default=list(STEPS), choices=list(STEPS))
    parser.add_argument("--one", nargs=2, metavar=("STEP", "SIZE"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    real = Real(given.work)
    if given.one:
        step, size = given.one
        print(json.dumps(STEPS[step](given.work, real, int(size))))
        return
    given.out.mkdir(parents=True, exist_ok=True)
    for size in given.sizes:
        for step in given.steps:
            _apart(given.work, step, size)
    rows = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(given.work.glob("result-*.json"))]
    rows.sort(key=lambda row: row["passages"])
    neighbours = neighbour_table(real, SyntheticEmbedder(real.vectors))
    report = {"machine": machine(), "rows": rows, "neighbours": neighbours}
    (given.out / "scale.json").write_text(json.dumps(report, indent=1), encoding="utf-8")
    text = f"{markdown(rows)}\nMedian cosines to the nearest:\n\n{markdown(neighbours)}"
    (given.out / "scale.md").write_text(text, encoding="utf-8")
    (given.out / "scale.png").write_bytes(_picture(rows))
    print(text)


def _apart(work: Path, step: str, size: int) -> None:
    """Run a step in a process of its own and add what it found to the size's row."""
    command = [sys.executable, __file__, "--work", str(work), "--one", step, str(size)]
    ended = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    path = work / f"result-{size}.json"
    row = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {"passages": size}
    path.write_text(json.dumps(row | json.loads(ended.stdout)), encoding="utf-8")
    print(path.read_text(encoding="utf-8"), file=sys.stderr)


def _build(work: Path, real: Real, size: int) -> dict[str, Any]:
    if not _corpus(work, size).exists():
        write_corpus(_corpus(work, size), real, size)
    embedder = SyntheticEmbedder(real.vectors)
    stages: dict[str, float] = {}
    for name in ("write_lists", "write_words"):
        setattr(builder, name, _timed(stages, name, getattr(builder, name)))
    before, started, clock = peak_mebibytes(), time.process_time(), time.perf_counter()
    index = Index.from_sources([_corpus(work, size)], _folder(work, size), embedder=embedder, rebuild=True)
    spent = time.process_time() - started
    generation = generations.current(index.folder)
    assert generation
    return {
        "passages": len(index),
        "build CPU s": round(spent),
        "of it lists": round(stages.get("write_lists", 0)),
        "of it words": round(stages["write_words"]),
        "build clock s": round(time.perf_counter() - clock),
        "peak MiB": round(peak_mebibytes()),
        "start MiB": round(before),
        "disk MiB": round(folder_mebibytes(generation)),
        "vectors MiB": round(folder_mebibytes(generation / "vectors.npy")),
        "sentences MiB": round(folder_mebibytes(generation / "sentence_vectors.npy")),
        "words MiB": round(folder_mebibytes(generation / "words")),
    }


def _open(work: Path, real: Real, size: int) -> dict[str, Any]:
    """In a process that has not imported the library of vector search yet."""
    embedder = SyntheticEmbedder(real.vectors)
    started = time.perf_counter()
    Index.open(_folder(work, size), embedder=embedder)
    return {"open ms": round(1000 * (time.perf_counter() - started))}


def _search(work: Path, real: Real, size: int) -> dict[str, Any]:
    embedder = SyntheticEmbedder(real.vectors)
    index = Index.open(_folder(work, size), embedder=embedder)
    asked = real.asked[:: len(real.asked) // _QUESTIONS]
    queries = [terms(question) for question in real.questions[:: len(real.questions) // _QUESTIONS]]
    vectors, words = index._vectors, index._words
    for vector in asked[:20]:
        vectors.search(vector, 10)
    dense, found = _times(lambda place: vectors.search(asked[place], 10)[0], len(asked))
    by_words, _ = _times(lambda place: words.best(queries[place], _DEPTH), len(asked))
    hybrid, _ = _times(lambda place: index.search(queries[place], asked[place], depth=_DEPTH), len(asked))
    misspelt, _ = _times(lambda place: nearest_terms({"universty"}, index.vocabulary()), 10)
    held = mebibytes()
    every = len(asked) // _EXACT_QUESTIONS
    exact, wanted = _times(lambda place: _exact(vectors, asked[place * every]), _EXACT_QUESTIONS)
    recall = np.mean([len(set(found[place * every]) & set(best)) / 10 for place, best in enumerate(wanted)])
    p50 = float(np.median(exact))
    return {
        "recall@10": round(float(recall), 4),
        **_quantiles("dense", dense),
        "exact p50 ms": round(p50, 1),
        "dense / exact": round(float(np.median(dense)) / p50, 3),
        **_quantiles("words", by_words),
        **_quantiles("hybrid", hybrid),
        "misspelt word ms": round(float(np.median(misspelt)), 1),
        "search own MiB": round(held["own"]),
        "search mapped MiB": round(held["mapped"]),
    }


def _update(work: Path, real: Real, size: int) -> dict[str, Any]:
    """Leave out some documents at the start and add some at the end, then go back."""
    corpus, whole = _corpus(work, size), _corpus(work, size).with_suffix(".whole")
    corpus.rename(whole)
    write_corpus(corpus, real, size, skip=_EDITED_DOCUMENTS)
    embedder = SyntheticEmbedder(real.vectors)
    counted: list[int] = []
    started, clock = time.process_time(), time.perf_counter()
    index = Index.from_sources(
        [corpus], _folder(work, size), embedder=embedder, progress=lambda done, total: counted.append(total)
    )
    spent = time.process_time() - started
    passages = [passage.id for passage in (index.passage(row) for row in (0, len(index) - 1))]
    assert passages[0].startswith(f"document-{_EDITED_DOCUMENTS}:"), passages
    whole.rename(corpus)
    assert 0 < counted[-1] < 2 * PARAGRAPHS * _EDITED_DOCUMENTS, counted[-1]
    return {
        "update CPU s": round(spent),
        "update clock s": round(time.perf_counter() - clock),
        "update peak MiB": round(peak_mebibytes()),
    }


STEPS: dict[str, Callable[[Path, Real, int], dict[str, Any]]] = {
    "build": _build,
    "open": _open,
    "search": _search,
    "update": _update,
}


def _exact(vectors: VectorIndex, vector: Vectors) -> RowNumbers:
    """The ten best by all cosines."""
    cosines = vectors._vectors @ vector
    best: RowNumbers = np.argpartition(-cosines, 10)[:10]
    return best


def _times(call: Callable[[int], Any], count: int) -> tuple[list[float], list[Any]]:
    spent, found = [], []
    for place in range(count):
        started = time.perf_counter()
        found.append(call(place))
        spent.append(1000 * (time.perf_counter() - started))
    return spent, found


def _quantiles(name: str, spent: Sequence[float]) -> dict[str, float]:
    p50, p95 = np.quantile(spent, [0.5, 0.95])
    return {f"{name} p50 ms": round(float(p50), 2), f"{name} p95 ms": round(float(p95), 2)}


def _timed(stages: dict[str, float], name: str, real: Callable[..., None]) -> Callable[..., None]:
    def timed(*arguments: object, **options: object) -> None:
        started = time.process_time()
        real(*arguments, **options)
        stages[name] = time.process_time() - started

    return timed


def _corpus(work: Path, size: int) -> Path:
    return work / f"corpus-{size}.jsonl"


def _folder(work: Path, size: int) -> Path:
    return work / f"index-{size}"


def _picture(rows: Sequence[dict[str, Any]]) -> bytes:
    """Growth of building, search, memory and disk, both axes logarithmic."""
    import io

    from matplotlib.figure import Figure

    figure = Figure(figsize=(9, 6.4), layout="constrained")
    sizes = [row["passages"] for row in rows]
    panels = {
        "Building, processor seconds": ("build CPU s", "update CPU s"),
        "Search, median ms": ("exact p50 ms", "dense p50 ms", "words p50 ms", "hybrid p50 ms"),
        "Peak memory, MiB": ("peak MiB", "update peak MiB", "search own MiB"),
        "Disk, MiB": ("disk MiB", "sentences MiB", "vectors MiB", "words MiB"),
    }
    for axes, (title, names) in zip(figure.subplots(2, 2).flat, panels.items(), strict=True):
        for name in names:
            axes.plot(sizes, [max(row.get(name, np.nan), 0.01) for row in rows], "o-", label=name)
        axes.set(title=title, xlabel="passages", xscale="log", yscale="log")
        axes.spines[["top", "right"]].set_visible(False)
        axes.grid(alpha=0.25)
        axes.legend(frameon=False, fontsize=8)
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=80)
    return buffer.getvalue()


if __name__ == "__main__":
    main()
