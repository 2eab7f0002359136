"""For tests: an embedder by which the same words have the same vector, and what an index holds."""

import hashlib
import sqlite3
from collections.abc import Sequence
from contextlib import closing

import numpy as np

from index.embed.pooling import Range, Vectors, normalise
from index.index import Index
from index.store import generations
from index.text.terms import stems, words


class HashEmbedder:
    """The sum of a fixed pseudo-random direction for each stemmed word; a token is a word."""

    def __init__(self, name: str = "hash", dimension: int = 64, max_tokens: int = 256) -> None:
        self.name = name
        self.dimension = dimension
        self.max_tokens = max_tokens
        self.embedded: list[str] = []

    @property
    def fingerprint(self) -> str:
        """The name and dimension: all that the vectors depend on."""
        return f"{self.name}-{self.dimension}"

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Number of words."""
        return [len(words(text)) for text in texts]

    def embed(self, texts: Sequence[str]) -> Vectors:
        """One unit row a text."""
        return normalise(np.stack([self._vector(text) for text in texts]))

    def embed_parts(self, texts: Sequence[str], parts: Sequence[Sequence[Range]]) -> tuple[Vectors, Vectors]:
        """Rows of texts and of their parts; `embedded` remembers the texts."""
        self.embedded.extend(texts)
        inner = [text[start:end] for text, ranges in zip(texts, parts, strict=True) for start, end in ranges]
        return self.embed(texts), self.embed(inner) if inner else np.empty((0, self.dimension), np.float32)

    def _vector(self, text: str) -> Vectors:
        total = np.full(self.dimension, 1e-3, dtype=np.float32)
        for term in stems(words(text)):
            seed = int.from_bytes(
                hashlib.sha256(f"{self.name} {term}".encode("utf-8", "replace")).digest()[:8]
            )
            total += np.random.default_rng(seed).standard_normal(self.dimension).astype(np.float32)
        return total


def files_of(index: Index) -> dict[str, object]:
    """All that an index holds, by file: the bytes of each, and the rows of the database."""
    generation = generations.current(index.folder)
    assert generation
    found: dict[str, object] = {
        path.relative_to(generation).as_posix(): path.read_bytes()
        for path in generation.rglob("*")
        if path.is_file() and path.suffix in {".npy", "", ".faiss"}
    }
    with closing(sqlite3.connect(generation / "documents.sqlite")) as connection:
        found["documents"] = connection.execute("SELECT * FROM documents ORDER BY row").fetchall()
    return found
