"""Quoth beside other ways to search the same passages with the same model, each in its own environment.

    python benchmarks/peers.py --install       once: an environment each under .peers/ (about 1 GB each)
    python benchmarks/peers.py [--json FILE]

Ingest is from the texts to an index on the disk, the model being loaded (Quoth reads and splits the file too,
and embeds sentences). Start is a fresh process that opens the index and finds ten passages for one question
(`quoth search`; `quoth ask` also reads them and answers). Query is a warm search. Every number is also given
as a ratio to the first row's: sentence-transformers and FAISS by hand.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks.measuring import ROOT, Question, Row, corpus, median_ms, mrr, parser, seconds, show
from index.embed.embedder import SentenceTransformerEmbedder
from index.embed.weights import locate
from index.index import Index
from index.settings import DEFAULT_MODEL
from qa.retrieve.retriever import Retriever

ENVIRONMENTS = ROOT / ".peers"
TORCH = "torch==2.13.0"
SENTENCES = ("sentence-transformers==6.2.0", "transformers==5.24.0")
PEERS = {
    "by_hand": (*SENTENCES, "faiss-cpu==1.15.1"),
    "langchain": (*SENTENCES, "faiss-cpu==1.15.1", "langchain-huggingface", "langchain-community"),
    "llama_index": (*SENTENCES, "llama-index-core", "llama-index-embeddings-huggingface"),
    "txtai": (*SENTENCES, "faiss-cpu==1.15.1", "txtai"),
}
# Rows, and the environment of each.
ROWS = {"by_hand": "by_hand", "langchain": "langchain", "llama_index": "llama_index"}
ROWS |= {"txtai": "txtai", "txtai_hybrid": "txtai"}
QUESTIONS = 300
STARTS = 3


def main() -> None:
    """Install the environments, or print a Markdown table."""
    options = parser(__doc__)
    options.add_argument("--install", action="store_true")
    arguments = options.parse_args()
    if arguments.install:
        _install()
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        environment = {**os.environ, "QUOTH_CACHE": str(folder / "cache"), "HF_HUB_OFFLINE": "1"}
        # Where it is set, a library without bytecode would be compiled at each start.
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        os.environ.update(environment)
        show("peers", _rows(folder, environment, arguments.data), arguments.json)


def _install() -> None:
    for name, packages in PEERS.items():
        place = ENVIRONMENTS / name
        subprocess.run([sys.executable, "-m", "venv", place], check=True)
        subprocess.run([place / "bin/pip", "install", "--quiet", TORCH, *packages], check=True)


def _rows(folder: Path, environment: Mapping[str, str], data: Path) -> list[Row]:
    source = folder / "passages.jsonl"
    questions = corpus(data, source)[:QUESTIONS]
    quoth = SentenceTransformerEmbedder()
    index = Index.from_sources([source], embedder=quoth)
    passages = list(index.passages())
    found: list[dict[str, Any]] = []
    for row, place in ROWS.items():
        here = folder / row
        here.mkdir()
        (here / "passages.json").write_text(json.dumps([passage.text for passage in passages]))
        (here / "questions.json").write_text(json.dumps([question.text for question in questions]))
        command = [str(ENVIRONMENTS / place / "bin/python"), str(Path(__file__).with_name("peer.py")), row]
        if not Path(command[0]).is_file():
            print(f"{command[0]}: missing, left out; make it with --install", file=sys.stderr)
            continue
        model = str(locate(DEFAULT_MODEL))
        building = _json([*command, "build", model, str(here)], environment)
        asked = _json([*command, "ask", model, str(here)], environment)
        first = [*command, "first", model, str(here)]
        names = [list(dict.fromkeys(passages[n].document_id for n in row)) for row in asked["ranked"]]
        found.append(
            {"what": row, "ingest": building["seconds"], "query": float(np.median(asked["ms"][1:]))}
            | {"start": _start(first, environment), "mrr": mrr(names, questions)}
        )
    found.append(_quoth("quoth search", "search", source, index, questions, environment))
    found.append(_quoth("quoth ask", "ask", source, index, questions, environment))
    return [_row(one, found[0], len(passages)) for one in found]


def _quoth(
    what: str,
    command: str,
    source: Path,
    index: Index,
    questions: list[Question],
    environment: Mapping[str, str],
) -> dict[str, Any]:
    retriever = Retriever(index)
    fresh = SentenceTransformerEmbedder()
    fresh.embed([questions[0].text])
    fresh.count_tokens([questions[0].text])
    building = seconds(lambda: Index.from_sources([source], embedder=fresh, rebuild=True))
    texts = [question.text for question in questions]
    ranked = [
        list(dict.fromkeys(hit.passage.document_id for hit in retriever.retrieve(text, 10))) for text in texts
    ]
    first = [sys.executable, "-m", "qa.cli", command, texts[0], "--source", str(source)]
    return {
        "what": what,
        "ingest": building,
        "query": median_ms(lambda text: retriever.retrieve(text, 10), texts),
        "start": _start(first, environment),
        "mrr": mrr(ranked, questions),
    }


def _start(command: list[str], environment: Mapping[str, str]) -> float:
    """The median time of a process, after one that compiles bytecode."""

    def run() -> None:
        subprocess.run(command, env=environment, cwd=ROOT, check=True, capture_output=True)

    run()
    return float(np.median([seconds(run) for _ in range(STARTS)]))


def _json(command: list[str], environment: Mapping[str, str]) -> dict[str, Any]:
    done = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, text=True)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def _row(one: dict[str, Any], first: dict[str, Any], passages: int) -> Row:
    return {
        "what": one["what"],
        "passages/s": passages / one["ingest"],
        "ingest, times by hand": first["ingest"] / one["ingest"],
        "start to first answer s": one["start"],
        "start, share of by hand": one["start"] / first["start"],
        "query p50 ms": one["query"],
        "query, share of by hand": one["query"] / first["query"],
        "MRR@10": f"{one['mrr']:.3f}",
    }


if __name__ == "__main__":
    main()
