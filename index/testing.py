"""A deterministic embedder for tests, with no model: the same words give the same vector anywhere."""

import hashlib
from collections.abc import Sequence

import numpy as np

from index.embed.pooling import Range, Vectors, normalise
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
