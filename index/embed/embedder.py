"""Texts become vectors: a sentence-transformers model, compiled at its first use where it can be.

What one engine makes of a text differs a little from what another does. Where that is more than rounding, the
fingerprint differs too, so that an index never mixes them.
"""

import threading
from collections.abc import Sequence
from functools import cached_property, partial
from pathlib import Path
from typing import Protocol

import numpy as np

from index.embed import engines
from index.embed.engines import Engine
from index.embed.onnx_encoder import CompiledEncoder
from index.embed.pooling import Encoder, normalise, pool
from index.embed.pooling import Range as Range
from index.embed.pooling import Vectors as Vectors
from index.embed.weights import checksum, locate, verify
from index.errors import ModelError
from index.settings import DEFAULT_MODEL
from index.text.surrogates import encodable


class Embedder(Protocol):
    """What an index asks of an embedding model. All vectors have unit length, so a dot is a cosine.

    `fingerprint` changes when the vectors would; `max_tokens` counts the special tokens in.
    """

    name: str

    @property
    def fingerprint(self) -> str: ...  # noqa: D102
    @property
    def dimension(self) -> int: ...  # noqa: D102
    @property
    def max_tokens(self) -> int: ...  # noqa: D102

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Number of word pieces of each text, without special tokens."""
        ...

    def embed(self, texts: Sequence[str]) -> Vectors:
        """One row a text: shape (n, dimension)."""
        ...

    def embed_parts(self, texts: Sequence[str], parts: Sequence[Sequence[Range]]) -> tuple[Vectors, Vectors]:
        """Rows for texts, and for the given ranges inside each text, all texts' ranges in one array.

        A part's vector is the mean of its token states, as seen in the whole text: no second pass.
        """
        ...


class SentenceTransformerEmbedder:
    """A sentence-transformers model, compiled and loaded at the first use; safe to share between threads.

    `engine` is "int8" or "float32" (ONNX Runtime), "torch", or None: $QUOTH_ENGINE or the machine decides.
    """

    def __init__(self, name: str = DEFAULT_MODEL, *, engine: str | None = None) -> None:
        self.name = name
        self._path = locate(name)
        self._asked = engines.chosen(engine)
        self._lock = threading.RLock()

    def __reduce__(self) -> tuple[object, ...]:
        """What another process makes the same embedder of; it loads the model itself."""
        return partial(type(self), self.name, engine=self._asked), ()

    @cached_property
    def checksum(self) -> str:
        """SHA-256 over the model's files; for the default model the pinned one of its weights."""
        return checksum(self.name, self._path)

    @cached_property
    def engine(self) -> Engine:
        """What embeds: the engine asked for, or the next one that can run this model."""
        with self._lock:
            return self._asked if self._asked == "torch" else engines.outcome(self._compiled()).engine

    @property
    def fingerprint(self) -> str:
        """The checksum, and the engine where its vectors differ from the original's by more than rounding."""
        return f"{self.checksum}-int8" if self.engine == "int8" else self.checksum

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return self._encoder.dimension

    @property
    def max_tokens(self) -> int:
        """The longest text the model reads, in word pieces, special tokens counted in."""
        return self._encoder.max_tokens

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Number of word pieces of each text, without special tokens."""
        return self._encoder.count_tokens(encodable(texts)) if texts else []

    def embed(self, texts: Sequence[str]) -> Vectors:
        """One row a text: shape (n, dimension), unit length."""
        rows = [found.vector for found in self._encoder.encode(encodable(texts))]
        return normalise(np.array(rows, dtype=np.float32).reshape(len(texts), self.dimension))

    def embed_parts(self, texts: Sequence[str], parts: Sequence[Sequence[Range]]) -> tuple[Vectors, Vectors]:
        """Rows for texts and for ranges within them; see `Embedder.embed_parts`."""
        whole = np.empty((len(texts), self.dimension), dtype=np.float32)
        pooled = np.empty((sum(map(len, parts)), self.dimension), dtype=np.float32)
        row = 0
        for number, (found, ranges) in enumerate(
            zip(self._encoder.encode(encodable(texts)), parts, strict=True)
        ):
            whole[number] = found.vector
            pooled[row : row + len(ranges)] = pool(found, ranges)
            row += len(ranges)
        return normalise(whole), normalise(pooled)

    @property
    def _encoder(self) -> Encoder:
        with self._lock:
            return self._opened

    @cached_property
    def _opened(self) -> Encoder:
        if self.engine == "torch":
            from index.embed.torch_encoder import TorchEncoder, load_model

            verify(self.name, self._path)
            return TorchEncoder(load_model(self.name, self._path))
        try:
            return CompiledEncoder(self._compiled())
        except ModelError:
            # Damaged on the disk: the cache can be made again.
            return CompiledEncoder(self._compiled(again=True))

    def _compiled(self, *, again: bool = False) -> Path:
        return engines.compiled(self.name, self._path, self.checksum, self._asked, again=again)
