"""Run a compiled embedding model by ONNX Runtime.

A compiled model is a folder of `model.onnx`, `tokenizer.json` and `config.json`, written by
`index.embed.onnx_export`.
"""

import threading
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np
from pydantic import BaseModel, ConfigDict

from index.embed.pooling import TokenStates
from index.embed.weights import sha256
from index.errors import ModelError
from index.machine import cores

if TYPE_CHECKING:
    from onnxruntime import InferenceSession
    from tokenizers import Tokenizer

GRAPH, TOKENIZER, CONFIG = "model.onnx", "tokenizer.json", "config.json"
# The sum and the norm in one operator take eight times as long as the norm.
SLOWER = ["SkipLayerNormFusion"]
# Texts that are tokenised at once, while the ones before them are being embedded.
_SLICE = 32


class CompiledConfig(BaseModel):
    """How a compiled model is run: the names of its inputs, and what makes a text's vector."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    inputs: tuple[str, ...]
    pooling: Literal["mean", "cls"]
    dimension: int
    max_tokens: int
    sha256: dict[str, str]


class _Parts(NamedTuple):
    session: "InferenceSession"
    tokenizer: "Tokenizer"
    workers: ThreadPoolExecutor


class CompiledEncoder:
    """Embeds texts one by one, as many side by side as there are cores; safe to share between threads.

    One by one because the scale of the integers is taken from all that goes through at once: so a text's
    vector never depends on its neighbours. It is no slower: nothing is padded, and no core waits for another.
    """

    def __init__(self, folder: Path) -> None:
        """Raises ModelError when there is none in the folder, or a file is not as it was written."""
        self._folder = folder
        self._lock = threading.Lock()
        try:
            self._config = CompiledConfig.model_validate_json((folder / CONFIG).read_bytes())
            damaged = [name for name, known in self._config.sha256.items() if sha256(folder / name) != known]
        except (OSError, ValueError) as error:
            raise ModelError(f"{folder}: holds no whole compiled model") from error
        if damaged:
            raise ModelError(f"{folder / damaged[0]}: its SHA-256 is not the one it was written with")

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return self._config.dimension

    @property
    def max_tokens(self) -> int:
        """The longest text the model reads, in word pieces, special tokens counted in."""
        return self._config.max_tokens

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """See `index.embed.pooling.Encoder`."""
        encodings = self._uncut_tokenizer.encode_batch_fast(list(texts), add_special_tokens=False)
        return [len(encoding.ids) for encoding in encodings]

    def encode(self, texts: Sequence[str]) -> Iterator[TokenStates]:
        """See `index.embed.pooling.Encoder`."""
        _, tokenizer, workers = self._parts
        if len(texts) == 1:
            yield self._run(tokenizer.encode(texts[0]))
            return
        running: deque[Future[TokenStates]] = deque()
        for first in range(0, len(texts), _SLICE):
            encodings = tokenizer.encode_batch(list(texts[first : first + _SLICE]))
            running.extend(workers.submit(self._run, encoding) for encoding in encodings)
            while len(running) > _SLICE:
                yield running.popleft().result()
        while running:
            yield running.popleft().result()

    def _run(self, encoding: Any) -> TokenStates:  # noqa: ANN401 - the tokenizer has no types
        ids = np.array([encoding.ids], dtype=np.int64)
        known = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
        inputs = {name: known[name] for name in self._config.inputs}
        states = self._parts.session.run(None, inputs)[0][0]
        vector = states.mean(axis=0) if self._config.pooling == "mean" else states[0]
        return TokenStates(vector, states, np.array(encoding.offsets, dtype=np.int64).reshape(-1, 2))

    @property
    def _parts(self) -> _Parts:
        with self._lock:
            return self._loaded

    @cached_property
    def _loaded(self) -> _Parts:
        session = opened(self._folder / GRAPH)
        tokenizer = self._new_tokenizer()
        tokenizer.enable_truncation(self.max_tokens)
        workers = ThreadPoolExecutor(cores(), thread_name_prefix="quoth-embedder")
        return _Parts(session, tokenizer, workers)

    @cached_property
    def _uncut_tokenizer(self) -> "Tokenizer":
        """Counts whole texts; a question needs none."""
        return self._new_tokenizer()

    def _new_tokenizer(self) -> "Tokenizer":
        from tokenizers import Tokenizer

        tokenizer = Tokenizer.from_file(str(self._folder / TOKENIZER))
        tokenizer.no_truncation()
        tokenizer.no_padding()
        return tokenizer


def opened(graph: Path | bytes, matrices: Mapping[str, Any] | None = None) -> "InferenceSession":
    """A graph that runs on one core: texts side by side, a core each, go faster than one text by all.

    `matrices` are what the graph leaves out, by name, as values of ONNX Runtime; keep them as long as it.
    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    # In an arena that threads share, they slow each other down by a fifth in some runs, and it only grows.
    options.enable_cpu_mem_arena = options.enable_mem_pattern = False
    options.log_severity_level = 3
    if matrices:
        options.add_external_initializers(list(matrices), list(matrices.values()))
    return onnxruntime.InferenceSession(
        graph if isinstance(graph, bytes) else str(graph),
        options,
        providers=["CPUExecutionProvider"],
        disabled_optimizers=SLOWER,
    )
