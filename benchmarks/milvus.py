"""The same passages in a folder and in milvus-lite, side by side: building, search, recall, memory, disk.

    python benchmarks/milvus.py [--passages 100000] [--questions 200] [--work /tmp/quoth-milvus]

Synthetic text and vectors (see `benchmarks.synthetic`), real questions. Each store is asked in a process of
its own; recall@10 is against all cosines of the folder's vectors. Building the folder leaves embedding out;
the time of milvus-lite is that of copying the folder, client and server in one process. milvus-lite is for
tests and laptops: a cluster's Milvus is another program, in Go and C++, and these are not its times.
"""

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks.machine import folder_mebibytes, machine, markdown, peak_mebibytes
from benchmarks.synthetic import Real, SyntheticEmbedder, write_corpus
from index import Index
from index.store import generations
from index.store.columns import mapped
from index.text.terms import terms

_DEPTH = 100


def main() -> None:
    """Print a Markdown table, and write it as JSON."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--passages", type=int, default=100_000)
    parser.add_argument("--questions", type=int, default=200)
    parser.add_argument("--work", type=Path, default=Path("/tmp/quoth-milvus"))
    parser.add_argument("--step", choices=list(STEPS), help=argparse.SUPPRESS)
    given = parser.parse_args()
    given.work.mkdir(parents=True, exist_ok=True)
    if given.step:
        print(json.dumps(STEPS[given.step](given.work, given.passages, given.questions)))
        return
    rows: dict[str, dict[str, Any]] = {"folder": {}, "milvus-lite": {}}
    for step in STEPS:
        store, _, _ = step.partition(" ")
        rows[store] |= json.loads(_apart(step, given))
        print(rows[store], file=sys.stderr)
    table = [{"store": store, **row} for store, row in rows.items()]
    report = {"machine": machine("pymilvus", "milvus-lite"), "rows": table}
    (given.work / f"milvus-{given.passages}.json").write_text(json.dumps(report, indent=1), encoding="utf-8")
    print(markdown(table))


def _apart(step: str, given: argparse.Namespace) -> str:
    options = [f"--passages={given.passages}", f"--questions={given.questions}", f"--work={given.work}"]
    command = [sys.executable, __file__, *options, "--step", step]
    return subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout


def _build_folder(work: Path, passages: int, _: int) -> dict[str, Any]:
    real, corpus = Real(work), _corpus(work, passages)
    if not corpus.exists():
        write_corpus(corpus, real, passages)
    index, row = _timed(
        lambda: Index.from_sources(
            [corpus], work / f"folder-{passages}", embedder=SyntheticEmbedder(real.vectors)
        )
    )
    return {"passages": len(index), **row, "disk MiB": round(folder_mebibytes(work / f"folder-{passages}"))}


def _build_milvus(work: Path, passages: int, _: int) -> dict[str, Any]:
    index, row = _timed(
        lambda: Index.from_sources(
            [_corpus(work, passages)],
            work / f"folder-{passages}",
            embedder=SyntheticEmbedder(Real(work).vectors),
            store=_store(work, passages),
        )
    )
    return {"passages": len(index), **row, "disk MiB": round(folder_mebibytes(Path(_store(work, passages))))}


def _timed(build: Callable[[], Any]) -> tuple[Any, dict[str, Any]]:
    started, clock = time.process_time(), time.perf_counter()
    built = build()
    spent = {
        "build CPU s": round(time.process_time() - started),
        "build clock s": round(time.perf_counter() - clock),
    }
    return built, {**spent, "build peak MiB": round(peak_mebibytes())}


def _ask_folder(work: Path, passages: int, questions: int) -> dict[str, Any]:
    embedder = SyntheticEmbedder(Real(work).vectors)
    return _asked(work, passages, questions, lambda: Index.open(_folder(work, passages), embedder=embedder))


def _ask_milvus(work: Path, passages: int, questions: int) -> dict[str, Any]:
    embedder = SyntheticEmbedder(Real(work).vectors)
    store = _store(work, passages)
    return _asked(work, passages, questions, lambda: Index.connect(store, embedder=embedder))


def _asked(work: Path, passages: int, questions: int, opens: Callable[[], Any]) -> dict[str, Any]:
    real = Real(work)
    clock = time.perf_counter()
    index = opens()
    index.holds("the")
    opened = time.perf_counter() - clock
    every = max(1, len(real.questions) // questions)
    asked = list(zip(real.questions[::every], real.asked[::every], strict=True))[:questions]
    generation = generations.current(_folder(work, passages))
    assert generation
    vectors = mapped(generation, "vectors")
    spent, cpu, recall = [], [], []
    for question, vector in asked:
        clock, processor = time.perf_counter(), time.process_time()
        index.search(terms(question), vector, depth=_DEPTH)
        spent.append(1000 * (time.perf_counter() - clock))
        cpu.append(1000 * (time.process_time() - processor))
    peak = peak_mebibytes()
    for _, vector in asked:
        rows, cosines = index.nearest(vector, depth=10)
        best = np.argsort(-(vectors @ vector), kind="stable")[:10]
        recall.append(len(set(rows[np.argsort(-cosines)[:10]].tolist()) & set(best.tolist())) / 10)
    return {
        "open s": round(opened, 1),
        "p50 ms": round(float(np.median(spent)), 1),
        "p95 ms": round(float(np.percentile(spent, 95)), 1),
        "CPU p50 ms": round(float(np.median(cpu)), 1),
        "recall@10": round(float(np.mean(recall)), 4),
        "search peak MiB": round(peak),
    }


def _corpus(work: Path, passages: int) -> Path:
    return work / f"corpus-{passages}.jsonl"


def _folder(work: Path, passages: int) -> Path:
    return work / f"folder-{passages}"


def _store(work: Path, passages: int) -> str:
    return str(work / f"milvus-{passages}.db")


STEPS: dict[str, Callable[[Path, int, int], dict[str, Any]]] = {
    "folder build": _build_folder,
    "milvus-lite build": _build_milvus,
    "folder ask": _ask_folder,
    "milvus-lite ask": _ask_milvus,
}


if __name__ == "__main__":
    main()
