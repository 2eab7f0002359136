"""Retrieval over whole corpora: dense, BM25 and fused, for one or several passage sizes.

    python benchmarks/retrieval.py                       the default settings, on tuning and test articles
    python benchmarks/retrieval.py --sizes               passage sizes compared, on the tuning articles alone
    python benchmarks/retrieval.py --weights             the reader's weight in the mode "reader", on the
                                                         validation articles, which it did not learn from

A passage counts when it contains a whole answer at its place. SQuAD questions whose offset is guessed are
left out. Every index holds all 25 articles of squad2_dev. The mode "reader" is not scored on the
tuning articles, of which the reader learnt twelve.
"""

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

from index.index import Index
from index.settings import IndexSettings
from qa.evaluation.splits import TEST_ARTICLES, VALIDATION_ARTICLES
from qa.read.onnx_model import OnnxSpanModel
from qa.read.reranker import Reranker
from qa.retrieve.retriever import Retriever
from qa.settings import RetrievalSettings

Row = dict[str, Any]
COLUMNS = (
    *("data", "articles", "max/merge/overlap", "passages", "mode", "questions"),
    *("MRR@10", "recall@1", "recall@5", "recall@10", "ms/query"),
)
MODES = ("dense", "bm25", "hybrid")
WEIGHTS = (0.01, 0.02, 0.03, 0.05, 0.08, 0.12, 0.2)
SIZES = ((128, 0, 0), (192, 0, 0), (256, 0, 0), (256, 96, 0), (256, 256, 0), (256, 256, 1), (192, 192, 1))


def main() -> None:
    """Print a Markdown table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, default=Path(__file__).parent.parent / "../shared/data")
    parser.add_argument("--sizes", action="store_true")
    parser.add_argument("--weights", action="store_true")
    arguments = parser.parse_args()
    if not arguments.data.is_dir():
        sys.exit(f"{arguments.data}: no such folder; name the question-answering data with --data")
    print(f"commit {_commit()}\n")
    print(f"| {' | '.join(COLUMNS)} |")
    print(f"{'| --- ' * len(COLUMNS)}|")
    if arguments.weights:
        _weights(arguments.data / "squad2_dev")
        return
    for size in SIZES if arguments.sizes else (None,):
        _squad(arguments.data / "squad2_dev", size, test=not arguments.sizes)
        _contained(arguments.data / "chunking_eval", size)


def _squad(folder: Path, size: tuple[int, int, int] | None, *, test: bool) -> None:
    index = _index(folder, size)
    questions = [row for row in _rows(folder) if row["answerable"] and row.get("offset") != "guessed"]
    tuning = [row for row in questions if row["document_id"] not in TEST_ARTICLES]
    held_out = [row for row in questions if row["document_id"] in TEST_ARTICLES]
    _table(folder.name, "15 tuning", index, tuning, MODES)
    if test:
        _table(folder.name, "10 test", index, held_out, (*MODES, "reader"))


def _weights(folder: Path) -> None:
    index = _index(folder, None)
    questions = [row for row in _rows(folder) if row["answerable"] and row.get("offset") != "guessed"]
    chosen = [row for row in questions if row["document_id"] in VALIDATION_ARTICLES]
    _table(folder.name, "3 validation", index, chosen, ("hybrid",))
    for weight in WEIGHTS:
        print(f"| weight {weight}", end=" ")
        Reranker.weight = weight
        _table(folder.name, "3 validation", index, chosen, ("reader",))


def _contained(folder: Path, size: tuple[int, int, int] | None) -> None:
    _table(folder.name, "all", _index(folder, size), list(_rows(folder)), MODES)


def _index(folder: Path, size: tuple[int, int, int] | None) -> Index:
    settings = IndexSettings()
    if size:
        settings = settings.model_copy(
            update={"max_tokens": size[0], "merge_tokens": size[1], "overlap": size[2]}
        )
    return Index.from_sources([folder / "documents.jsonl"], settings=settings)


def _table(name: str, articles: str, index: Index, questions: Sequence[Row], modes: Iterable[str]) -> None:
    settings = index.settings
    for mode in modes:
        retriever = _retriever(index, mode)
        started = time.perf_counter()
        ranks = [_rank(retriever, row) for row in questions]
        elapsed = 1000 * (time.perf_counter() - started) / len(questions)
        figures = [
            sum(1 / rank for rank in ranks if rank) / len(ranks),
            *(sum(1 for rank in ranks if rank and rank <= top) / len(ranks) for top in (1, 5, 10)),
        ]
        cells = [
            name,
            articles,
            f"{settings.max_tokens}/{settings.merge_tokens}/{settings.overlap}",
            str(len(index)),
            mode,
            str(len(questions)),
            *(f"{figure:.3f}" for figure in figures),
            f"{elapsed:.1f}",
        ]
        print(f"| {' | '.join(cells)} |", flush=True)


def _retriever(index: Index, mode: str) -> Retriever | Reranker:
    if mode == "reader":
        return Reranker(Retriever(index), OnnxSpanModel())
    return Retriever(index, RetrievalSettings.model_validate({"mode": mode}))


def _rank(retriever: Retriever | Reranker, row: Row) -> int | None:
    """Place of the first of ten passages that contains an evidence range, counted from one."""
    for place, hit in enumerate(retriever.retrieve(row["question"], 10), 1):
        passage = hit.passage
        if any(
            passage.document_id == evidence["document_id"]
            and passage.start <= evidence["start"]
            and evidence["end"] <= passage.end
            for evidence in row["evidence"]
        ):
            return place
    return None


def _rows(folder: Path) -> Iterable[Row]:
    with (folder / "questions.jsonl").open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def _commit() -> str:
    command = ["git", "describe", "--always", "--dirty"]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()


if __name__ == "__main__":
    main()
