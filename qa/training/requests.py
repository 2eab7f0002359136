"""Fit the classifier of requests (`qa.requests.kinds`) and measure it.

    python -m qa.training.requests [--data ../shared/data] [--write]

Learns from the train split of `intents`, from `requests.txt` beside this file, from questions that people
ask (those of `natural_train` about four documents in five, of `conversations` about two in three, every other
one of `nq` and `canard`) and from short headings. Questions without a verb or question word ("deposit") are
left out, since they are keywords as well. Measured on the test split of `intents`, and on questions that were
kept back: how many ordinary ones are taken for something else.
"""

import argparse
import hashlib
import json
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.optimize import minimize
from scipy.special import log_softmax, softmax

from index.embed.embedder import SentenceTransformerEmbedder
from index.embed.pooling import Vectors
from qa.requests.kinds import FEATURES, FILE, SURE, Weights, features, judge
from qa.training.sets import ready
from qa.types import KINDS, Kind

Floats = NDArray[np.float64]
_WRITTEN = Path(__file__).with_name("requests.txt")
# An ordinary question counts this much against a request of `intents`: there are four times as many.
_QUESTION_WEIGHT = 0.4
_RIDGE = 0.05
_EVERY_HEADING = 6
_KINDS_OF_NATURAL: dict[str, Kind] = {"meta": "machine", "small-talk": "smalltalk", "keyword": "keyword"}
_ASKING = frozenset(
    "who whom whose what whats what's which when where why how is are was were am be do does did can could "
    "will would should shall may might must has have had isn't aren't doesn't don't didn't can't won't any "
    "tell give explain list name describe".split()
)
_SUM = re.compile(
    "summari|overview|describe|sentence|one line|about$|about[?]|topics|subjects", re.IGNORECASE
)
# What the article's set asks that is no question of a fact.
_NO_FACTS = frozenset({"about", "key", "nonsense", "instruct"})


class Labelled(NamedTuple):
    """A request, its kind, and the set that it is of."""

    text: str
    kind: Kind
    of: str


def main() -> None:
    """Print the figures and, with --write, change the weights that ship."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=ready, default="../shared/data")
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    if not (arguments.data / "intents").is_dir():
        sys.exit(f"{arguments.data}: holds no intents; name the question-answering data with --data")
    learnt, kept = load(arguments.data)
    embedder = SentenceTransformerEmbedder()
    weights = fit(learnt, _embedded(embedder, learnt))
    print(f"learnt from {len(learnt)} requests")
    measure(kept, _embedded(embedder, kept), weights)
    if arguments.write:
        halves: dict[str, Any] = {name: part.astype(np.float16) for name, part in weights.items()}
        np.savez_compressed(FILE, **halves)


def load(data: Path) -> tuple[list[Labelled], list[Labelled]]:
    """What is learnt from, and what is kept back to measure."""
    learnt, kept = list(_written()), list[Labelled]()
    for row in _rows(data / "intents" / "intents.jsonl"):
        (learnt if row["split"] == "train" else kept).append(
            Labelled(row["text"], _kind(row["label"]), "intents")
        )
    for name, share in (("natural_train", 5), ("conversations", 3)):
        file = "questions.jsonl" if name == "natural_train" else "conversations.jsonl"
        for row in _rows(data / name / file):
            kind = _KINDS_OF_NATURAL.get(row.get("kind", ""), "question")
            held = _is_held(name, row["document_id"], share)
            if held or (kind != "keyword" if not is_bare(row["question"]) else kind != "question"):
                (kept if held else learnt).append(Labelled(row["question"], kind, name))
    learnt += [Labelled(heading, "keyword", "natural_train") for heading in _headings(data / "natural_train")]
    for name in ("nq", "canard"):
        for number, row in enumerate(_rows(data / name / "questions.jsonl")):
            if name == "nq" or not re.search("article|about", row["question"]):
                (learnt if number % 2 else kept).append(Labelled(row["question"], "question", name))
    for name in ("natural", "clapnq", "squad2_dev"):
        for row in _rows(data / name / "questions.jsonl"):
            kept.append(
                Labelled(row["question"], _KINDS_OF_NATURAL.get(row.get("kind", ""), "question"), name)
            )
    for row in _rows(Path("qa/evaluation/deepseek.jsonl")):
        if row["kind"] not in _NO_FACTS:
            kept.append(Labelled(row["question"], "question", "deepseek"))
    return [other for one in learnt for other in _marked(one)], kept


def _marked(one: Labelled) -> Iterator[Labelled]:
    """A request, and the same with or without its mark at the end: people leave it out."""
    yield one
    if one.of == "intents" and one.text[-1:].isalnum():
        yield one._replace(text=one.text + "?")
    elif one.of == "intents" and one.text[-2:-1].isalnum():
        yield one._replace(text=one.text[:-1])


def _sums_up(one: Labelled) -> bool:
    """Whether a request about the set of documents wants them summed up, which a list of names does not."""
    return one.kind == "collection" and bool(_SUM.search(one.text))


def is_bare(text: str) -> bool:
    """Whether a text is a few words without a verb or question word that this list knows."""
    said = re.findall(r"[\w']+", text.casefold())
    return len(said) <= 5 and not _ASKING.intersection(said)


def fit(learnt: Sequence[Labelled], vectors: Vectors) -> Weights:
    """The weights of both regressions, by L-BFGS."""
    kinds = np.array([KINDS.index(one.kind) for one in learnt])
    counts = np.array(
        [_QUESTION_WEIGHT if one.kind == "question" and one.of != "intents" else 1.0 for one in learnt]
    )
    text = _matrix(learnt)
    both = sparse.hstack([text, sparse.csr_matrix(2.0 * vectors)]).tocsr()
    alone, bias_alone = _softmax_regression(text, kinds, counts)
    together, bias = _softmax_regression(both, kinds, counts)
    parts = {
        "text_alone": alone,
        "bias_alone": bias_alone,
        "text": together[:FEATURES],
        "vector": together[FEATURES:],
        "bias": bias,
    }
    # As they will be stored, so that what is measured is what ships.
    return {name: part.astype(np.float16).astype(np.float32) for name, part in parts.items()}


def measure(kept: Sequence[Labelled], vectors: Vectors, weights: Weights) -> None:
    """Print the accuracy by kind, and the share of ordinary questions that are taken for something else."""
    for name, used in (("with the vector", vectors), ("text alone", [None] * len(kept))):
        told = [judge(one.text, vector, weights) for one, vector in zip(kept, used, strict=True)]
        print(f"{name}, sure from {SURE}:")
        for of in dict.fromkeys(one.of for one in kept):
            of_set = [(one, got) for one, got in zip(kept, told, strict=True) if one.of == of]
            figures = [f"{of} ({len(of_set)})"]
            if of == "intents":
                right = [one.kind == got.kind for one, got in of_set]
                figures.append(f"accuracy {np.mean(right):.3f}")
            for kind in KINDS:
                of_kind = [got.kind == kind for one, got in of_set if one.kind == kind]
                if of_kind and (of == "intents" or kind != "question"):
                    figures.append(f"{kind} {np.mean(of_kind):.2f}")
            ordinary = [got.kind for one, got in of_set if one.kind == "question" and not is_bare(one.text)]
            if of != "intents":
                wrong = [kind for kind in ordinary if kind != "question"]
                which = ", ".join(f"{kind} {wrong.count(kind)}" for kind in dict.fromkeys(wrong))
                figures.append(f"taken for something else {len(wrong) / len(ordinary):.4f} ({which})")
            print("  " + ", ".join(figures))


def _softmax_regression(
    matrix: sparse.csr_matrix, kinds: NDArray[np.int64], counts: Floats
) -> tuple[Floats, Floats]:
    columns = matrix.shape[1]
    wanted = np.eye(len(KINDS))[kinds]

    def loss(flat: Floats) -> tuple[float, Floats]:
        weights = flat.reshape(columns + 1, len(KINDS))
        scores = matrix @ weights[:-1] + weights[-1]
        value = -float((counts[:, None] * wanted * log_softmax(scores, axis=1)).sum())
        off = counts[:, None] * (softmax(scores, axis=1) - wanted)
        slope = np.vstack([matrix.T @ off + _RIDGE * weights[:-1], off.sum(axis=0)])
        return value + 0.5 * _RIDGE * float((weights[:-1] ** 2).sum()), slope.ravel()

    best = minimize(
        loss, np.zeros((columns + 1) * len(KINDS)), jac=True, method="L-BFGS-B", options={"maxiter": 300}
    ).x.reshape(columns + 1, len(KINDS))
    return best[:-1], best[-1]


def _matrix(requests: Sequence[Labelled]) -> sparse.csr_matrix:
    parts = [features(one.text) for one in requests]
    pointers = np.cumsum([0, *(len(places) for places, _ in parts)])
    places = np.concatenate([places for places, _ in parts])
    values = np.concatenate([values for _, values in parts])
    return sparse.csr_matrix((values, places, pointers), shape=(len(parts), FEATURES))


def _embedded(embedder: SentenceTransformerEmbedder, requests: Sequence[Labelled]) -> Vectors:
    texts = [one.text for one in requests]
    return np.concatenate([embedder.embed(texts[at : at + 256]) for at in range(0, len(texts), 256)])


def _written() -> Iterator[Labelled]:
    kind: Kind = "question"
    for line in _WRITTEN.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            kind = _kind(line[1:-1])
        elif line and not line.startswith("#"):
            yield Labelled(line, kind, "intents")


def _kind(name: str) -> Kind:
    return next(kind for kind in KINDS if kind == name)


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def _headings(folder: Path) -> Iterator[str]:
    """Short headings of documents that are learnt from: what people type when they look for a topic."""
    for row in _rows(folder / "documents.jsonl"):
        if not _is_held("natural_train", row["id"], 5):
            for heading in re.findall(r"^#{2,3} ([^\n?!:.]+)$", row["text"], re.MULTILINE)[::_EVERY_HEADING]:
                if is_bare(heading) and len(heading.split()) <= 3:
                    yield heading


def _is_held(name: str, document_id: str, share: int) -> bool:
    """Whether one of `share` documents is kept back, always the same ones."""
    return int(hashlib.sha256(f"{name} {document_id}".encode()).hexdigest(), 16) % share == 0


if __name__ == "__main__":
    main()
