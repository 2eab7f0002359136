"""Load a model with sentence-transformers, its only importer, and run it by torch where nothing else can."""

import os
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from index.embed.pooling import TokenStates
from index.errors import ModelError

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

_BATCH = 32


def load_model(name: str, folder: Path) -> "SentenceTransformer":
    """The model in a folder, on the processor, in float32; ModelError when it holds none."""
    # A name is resolved to a folder before, so this only keeps the library from asking a hub.
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging

    # Loading draws a progress bar of its own otherwise, for a quarter of a second.
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        return SentenceTransformer(str(folder), device="cpu", local_files_only=True)
    except (OSError, ValueError, KeyError, RuntimeError, ImportError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise ModelError(f"{name}: not a usable sentence-transformers model ({reason})") from error


class TorchEncoder:
    """Any sentence-transformers model, as it is; safe to share between threads."""

    def __init__(self, model: "SentenceTransformer") -> None:
        self._model = model
        self._lock = threading.Lock()

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return int(self._model.get_embedding_dimension() or 0)

    @property
    def max_tokens(self) -> int:
        """The longest text the model reads, in word pieces, special tokens counted in."""
        return int(self._model.max_seq_length or 512)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """See `index.embed.pooling.Encoder`."""
        with self._lock:
            ids = self._model.tokenizer(
                list(texts), add_special_tokens=False, truncation=False, verbose=False
            )
        return [len(row) for row in ids["input_ids"]]

    def encode(self, texts: Sequence[str]) -> Iterator[TokenStates]:
        """See `index.embed.pooling.Encoder`."""
        with self._lock:
            encoded: Any = self._model.encode(
                list(texts),
                batch_size=_BATCH,
                output_value=None,
                convert_to_numpy=False,
                show_progress_bar=False,
            )
            spans = self._model.tokenizer(
                list(texts), return_offsets_mapping=True, truncation=True, max_length=self.max_tokens
            )["offset_mapping"]
        for found, places in zip(encoded, spans, strict=True):
            states = found["token_embeddings"][: len(places)].float().numpy()
            yield TokenStates(found["sentence_embedding"].float().numpy(), states, np.asarray(places))
