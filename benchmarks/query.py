"""One warm question against the index, beside the plain sentence-transformers loop over the same passages.

    python benchmarks/query.py [--json FILE]

The loop encodes the question and searches FAISS for ten passages. Quoth is asked for ten hits by
`Retriever.retrieve`, which in hybrid mode scores sentences too. They take turns by blocks of questions, so
that a question follows one of its kind, as in use; the first of a block is not counted. Times are medians.
"""

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import faiss
import numpy as np
from sentence_transformers import SentenceTransformer

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks.measuring import Row, corpus, parser, seconds, show
from index.embed.embedder import SentenceTransformerEmbedder
from index.embed.engines import supported
from index.embed.weights import locate
from index.index import Index
from index.settings import DEFAULT_MODEL
from qa.retrieve.retriever import Retriever
from qa.settings import RetrievalSettings

QUESTIONS = 300
BLOCK = 30


def main() -> None:
    """Print a Markdown table."""
    arguments = parser(__doc__).parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source = folder / "passages.jsonl"
        questions = [question.text for question in corpus(arguments.data, source)][:QUESTIONS]
        passages, calls = _calls(source, folder)
        show("query", _rows(passages, calls, questions), arguments.json)


def _calls(source: Path, folder: Path) -> tuple[int, dict[str, Callable[[str], object]]]:
    """The number of passages; what is asked, by name."""
    model = SentenceTransformer(str(locate(DEFAULT_MODEL)), device="cpu", local_files_only=True)
    flat = faiss.IndexFlatIP(model.get_embedding_dimension())

    def loop(question: str) -> object:
        return flat.search(model.encode([question], normalize_embeddings=True, show_progress_bar=False), 10)

    calls: dict[str, Callable[[str], object]] = {"sentence-transformers loop, FAISS": loop}
    engines = supported()
    index = Index.from_sources(
        [source], folder / "index", embedder=SentenceTransformerEmbedder(engine=engines[0])
    )
    flat.add(index.embedder.embed([passage.text for passage in index.passages()]))
    for mode in ("dense", "hybrid"):
        retriever = Retriever(index, RetrievalSettings(mode=mode))
        calls[f"Retriever, {mode}, {engines[0]}"] = lambda question, r=retriever: r.retrieve(question, 10)
    for engine in engines:
        embedder = SentenceTransformerEmbedder(engine=engine)
        calls[f"embed the question alone, {engine}"] = lambda question, e=embedder: e.embed([question])
    return len(index), calls


def _rows(passages: int, calls: dict[str, Callable[[str], object]], questions: list[str]) -> list[Row]:
    spent: dict[str, list[float]] = {name: [] for name in calls}
    for first in range(0, len(questions), BLOCK):
        for name, call in calls.items():
            call(questions[first - 1])
            for question in questions[first : first + BLOCK]:
                spent[name].append(1000 * seconds(lambda c=call, q=question: c(q)))
    medians = {name: float(np.median(times)) for name, times in spent.items()}
    loop = next(iter(medians.values()))
    return [
        {
            "what": name,
            "passages": passages,
            "p50 ms": median,
            "p95 ms": float(np.quantile(spent[name], 0.95)),
            "p50 as a share of the loop's": median / loop,
        }
        for name, median in medians.items()
    ]


if __name__ == "__main__":
    main()
