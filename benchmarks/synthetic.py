"""Text and vectors in any number for the benchmarks of size, drawn from the real ones in ../shared/data.

Text: sentences of real passages in a new mix, five paragraphs a document, so that words are as unevenly
frequent as in the sources; every second paragraph holds a name that occurs nowhere else, since real text
never stops bringing new words. Vectors: a real passage's, moved by random shares of the way to each of its
neighbours and by noise; `neighbour_table` compares how near they lie to each other and to real questions
with the real ones.
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from index.embed.embedder import Range, SentenceTransformerEmbedder, Vectors, normalise
from index.load.sources import find, load
from index.settings import DEFAULT_MODEL, IndexSettings
from index.split.passages import split
from index.types import Document

DATA = Path(__file__).parent.parent.parent / "shared/data"
_SETS = (
    "squad2_dev",
    "squad11_dev",
    "squadshifts",
    "scifact",
    "covid_qa",
    "policyqa",
    "cpgqa",
    "chunking_eval",
)
# Vectors are drawn from the first passages, which come from the sets whose questions are asked.
_ASKED = ("squad2_dev", "squad11_dev", "squadshifts")
_QUESTIONS_PER_SET = 400
_REAL_PASSAGES = 4000
PARAGRAPHS = 5
# Chosen so that neighbours lie as near as real ones; see `neighbour_table`.
_NEIGHBOURS = 16
_SPREAD = 0.7
_NOISE = 0.3


class Real:
    """Real passages' sentences and vectors, and real questions, kept in a folder once they were made."""

    def __init__(self, work: Path) -> None:
        work.mkdir(parents=True, exist_ok=True)
        if not (work / "real.json").exists():
            (work / "real.json").write_text(json.dumps(_read()), encoding="utf-8")
        content = json.loads((work / "real.json").read_text(encoding="utf-8"))
        self.questions: list[str] = content["questions"]
        self.sentences: list[str] = content["sentences"]
        self.counts: list[int] = content["counts"]
        for name, texts in (("passages", content["passages"]), ("asked", self.questions)):
            if not (work / f"{name}.npy").exists():
                np.save(work / f"{name}.npy", SentenceTransformerEmbedder().embed(texts))
        self.vectors: Vectors = np.load(work / "passages.npy")
        self.asked: Vectors = np.load(work / "asked.npy")


class SyntheticEmbedder:
    """Stands in for the model: any text gets a synthetic vector.

    A sentence's word pieces are counted once, since the same sentences come again and again.
    """

    def __init__(self, real: Vectors) -> None:
        self.name = DEFAULT_MODEL
        self.fingerprint = "synthetic"
        self.dimension = real.shape[1]
        self.max_tokens = 256
        self._real = real
        self._near = _neighbours(real, _NEIGHBOURS)
        model = SentenceTransformerEmbedder()._path
        self._tokenizer = Tokenizer.from_file(str(model / "tokenizer.json"))
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()
        self._counts: dict[str, int] = {}

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """As the real model counts."""
        unknown = [text for text in texts if text not in self._counts]
        encoded = self._tokenizer.encode_batch_fast(unknown, add_special_tokens=False)
        self._counts |= {text: len(one.ids) for text, one in zip(unknown, encoded, strict=True)}
        return [self._counts[text] for text in texts]

    def embed(self, texts: Sequence[str]) -> Vectors:
        """One row a text."""
        return self.draw(np.random.default_rng(_seed(texts[0] if texts else "")), len(texts))

    def embed_parts(self, texts: Sequence[str], parts: Sequence[Sequence[Range]]) -> tuple[Vectors, Vectors]:
        """Rows of texts, and for each part its text's with noise."""
        whole = self.embed(texts)
        owners = np.repeat(np.arange(len(texts)), [len(ranges) for ranges in parts])
        noise = np.random.default_rng(0).standard_normal((len(owners), self.dimension), dtype=np.float32)
        return whole, normalise(whole[owners] + noise * np.float32(0.7 / self.dimension**0.5))

    def draw(self, random: np.random.Generator, count: int) -> Vectors:
        """Synthetic vectors, shape (count, d), unit length."""
        base = random.integers(0, len(self._real), count)
        shares = (
            random.standard_normal((count, 1, _NEIGHBOURS), dtype=np.float32) * _SPREAD / _NEIGHBOURS**0.5
        )
        ways = self._real[self._near[base]] - self._real[base][:, None, :]
        noise = random.standard_normal((count, self.dimension), dtype=np.float32)
        moved = self._real[base] + (shares @ ways)[:, 0] + noise * np.float32(_NOISE / self.dimension**0.5)
        return normalise(moved.astype(np.float32))


def write_corpus(path: Path, real: Real, passages: int, skip: int = 0) -> None:
    """A corpus in JSON Lines of about `passages` paragraphs; `skip` leaves out the first documents."""
    new = path.with_suffix(".new")
    with new.open("w", encoding="utf-8") as stream:
        for number in range(skip, skip + passages // PARAGRAPHS):
            random = np.random.default_rng(number)
            paragraphs = [_paragraph(random, real, f"{number}{place}") for place in range(PARAGRAPHS)]
            row = {"id": f"document-{number}", "text": "\n\n".join(paragraphs)}
            stream.write(f"{json.dumps(row, ensure_ascii=False)}\n")
    new.replace(path)


def neighbour_table(real: Real, embedder: SyntheticEmbedder) -> list[dict[str, object]]:
    """Median cosines to the 1st, 3rd and 10th nearest: real and synthetic vectors, as many of each."""
    drawn = embedder.draw(np.random.default_rng(7), len(real.vectors))
    rows = []
    for of, queries in (("passage", None), ("question", real.asked)):
        for kind, vectors in (("real", real.vectors), ("synthetic", drawn)):
            nearest = _cosines(vectors, queries)
            medians = [round(float(np.median(nearest[:, place])), 3) for place in (0, 2, 9)]
            rows.append(
                {
                    "nearest to a": of,
                    "vectors": kind,
                    "1st": medians[0],
                    "3rd": medians[1],
                    "10th": medians[2],
                }
            )
    return rows


def _read() -> dict[str, object]:
    random = np.random.default_rng(0)
    settings = IndexSettings()
    counter = SentenceTransformerEmbedder().count_tokens
    texts: list[str] = []
    pool: list[str] = []
    counts: list[int] = []
    for document in _documents():
        for chunk in split(document, counter, settings):
            texts.append(document.text[chunk.start : chunk.end])
            inner = [document.text[start:end] for start, end in chunk.sentences]
            counts.append(len(inner))
            pool += [sentence for sentence in inner if "\n" not in sentence]
    questions = []
    for name in _ASKED:
        lines = (DATA / name / "questions.jsonl").read_text(encoding="utf-8").splitlines()
        chosen = random.permutation(len(lines))[:_QUESTIONS_PER_SET]
        questions += [json.loads(lines[number])["question"] for number in chosen]
    return {
        "passages": texts[:_REAL_PASSAGES],
        "sentences": pool,
        "counts": counts,
        "questions": questions,
    }


def _documents() -> Iterator[Document]:
    for name in _SETS:
        for file in find([DATA / name / "documents.jsonl"]):
            yield from load(file)


def _paragraph(random: np.random.Generator, real: Real, name: str) -> str:
    """As many sentences as a real passage has, but enough of them to stay a passage of its own."""
    count = max(4, real.counts[random.integers(len(real.counts))])
    chosen = [real.sentences[number] for number in random.integers(0, len(real.sentences), min(count, 8))]
    if int(name) % 2:
        letters = "".join("bdfgklmnprst"[int(digit)] + "aeiou"[int(digit) % 5] for digit in name)
        chosen[0] = f"{letters.capitalize()}: {chosen[0]}"
    return " ".join(chosen)


def _seed(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest())


def _cosines(vectors: Vectors, queries: Vectors | None) -> NDArray[np.float32]:
    """Cosines to the ten nearest, best first; a vector is not its own neighbour."""
    asked = vectors if queries is None else queries
    found = []
    for first in range(0, len(asked), 500):
        cosines = asked[first : first + 500] @ vectors.T
        if queries is None:
            cosines[np.arange(len(cosines)), np.arange(first, first + len(cosines))] = -2
        found.append(-np.sort(-np.partition(cosines, -10, axis=1)[:, -10:], axis=1))
    return np.concatenate(found)


def _neighbours(vectors: Vectors, count: int) -> NDArray[np.int64]:
    """The rows of each vector's nearest, shape (n, count)."""
    found = []
    for first in range(0, len(vectors), 500):
        cosines = vectors[first : first + 500] @ vectors.T
        cosines[np.arange(len(cosines)), np.arange(first, first + len(cosines))] = -2
        found.append(np.argpartition(-cosines, count, axis=1)[:, :count])
    return np.concatenate(found)
