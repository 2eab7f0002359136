"""From files to a finished index, against the plain sentence-transformers loop over the same passages.

    python benchmarks/ingest.py [--json FILE]

The loop encodes the passages' texts, batch by batch, and adds the vectors to FAISS. The models are loaded
before. Quoth does all of `Index.from_sources`: reading, splitting, counting words, embedding passages and
sentences, writing. Nothing is cached but the compiled model, whose making is timed apart. All take turns, so
that what disturbs the machine disturbs each; a row is the median of its rounds. MRR@10 is of the right
paragraph, over the questions that the paragraphs answer, dense and hybrid.
"""

import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import faiss
import numpy as np
from sentence_transformers import SentenceTransformer

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks.measuring import Question, Row, corpus, mrr, parser, seconds, show
from index.embed.embedder import SentenceTransformerEmbedder
from index.embed.engines import supported
from index.embed.weights import locate
from index.index import Index
from index.settings import DEFAULT_MODEL
from qa.retrieve.retriever import Retriever
from qa.settings import Mode, RetrievalSettings


def main() -> None:
    """Print a Markdown table."""
    options = parser(__doc__)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument(
        "--engine", action="append", choices=supported(), help="only this one; repeat for more"
    )
    arguments = options.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.environ["QUOTH_CACHE"] = str(folder / "cache")
        source = folder / "passages.jsonl"
        questions = corpus(arguments.data, source)
        engines = arguments.engine or supported()
        show("ingest", _rows(source, folder, questions, engines, arguments.rounds), arguments.json)


def _rows(
    source: Path, folder: Path, questions: list[Question], engines: Sequence[str], rounds: int
) -> list[Row]:
    compiling = {engine: seconds(lambda e=engine: _embedder(e).engine) for engine in engines}
    texts = [passage.text for passage in _index(source, folder / "first", engines[0]).passages()]
    model = SentenceTransformer(str(locate(DEFAULT_MODEL)), device="cpu", local_files_only=True)
    model.encode(texts[:8])
    spent: dict[str, list[float]] = {name: [] for name in ("loop", *compiling)}
    for turn in range(rounds):
        spent["loop"].append(seconds(lambda: _loop(model, texts)))
        for engine in compiling:
            target = folder / f"{engine}-{turn}"
            embedder = _embedder(engine)
            embedder.embed(texts[:8])
            embedder.count_tokens(texts[:8])
            build = lambda t=target, e=embedder: Index.from_sources([source], t, embedder=e)  # noqa: E731
            spent[engine].append(seconds(build))
    loop = float(np.median(spent["loop"]))
    rows = [{"what": "sentence-transformers loop, FAISS"} | _figures(spent["loop"], loop, len(texts))]
    rows[0] |= dict.fromkeys(("compiling, in loops", "dense MRR@10", "hybrid MRR@10"), "")
    for engine, seconds_compiling in compiling.items():
        index = Index.open(folder / f"{engine}-0", embedder=_embedder(engine))
        row = {"what": f"Index.from_sources, {engine}"} | _figures(spent[engine], loop, len(texts))
        row["compiling, in loops"] = seconds_compiling / loop
        row["dense MRR@10"] = _mrr(index, "dense", questions)
        row["hybrid MRR@10"] = _mrr(index, "hybrid", questions)
        rows.append(row)
    return rows


def _embedder(engine: str) -> SentenceTransformerEmbedder:
    return SentenceTransformerEmbedder(engine=engine)


def _index(source: Path, target: Path, engine: str) -> Index:
    return Index.from_sources([source], target, embedder=_embedder(engine))


def _loop(model: SentenceTransformer, texts: Sequence[str]) -> None:
    vectors = model.encode(texts, normalize_embeddings=True, show_progress_bar=False)
    faiss.IndexFlatIP(vectors.shape[1]).add(vectors)


def _figures(spent: Sequence[float], loop: float, passages: int) -> Row:
    middle = float(np.median(spent))
    return {
        "passages": passages,
        "passages/s": passages / middle,
        "times the loop's speed": loop / middle,
        "slowest to fastest round": f"{loop / max(spent):.3g} to {loop / min(spent):.3g}",
    }


def _mrr(index: Index, mode: Mode, questions: Sequence[Question]) -> str:
    retriever = Retriever(index, RetrievalSettings(mode=mode))
    ranked = [
        list(dict.fromkeys(hit.passage.document_id for hit in retriever.retrieve(question.text, 10)))
        for question in questions
    ]
    return f"{mrr(ranked, questions):.4f}"


if __name__ == "__main__":
    main()
