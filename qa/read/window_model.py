"""Run the second reader's encoder by ONNX Runtime.

Its folder holds `graph.onnx`, the operators with their small numbers; `weights.bin`, the matrices, each
compressed by itself; `tokenizer.json`; and `config.json`, which names the matrices and all checksums.
"""

import hashlib
import math
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from index.embed.onnx_encoder import opened
from index.machine import cores
from index.text.surrogates import encodable
from index.types import Range
from qa.errors import ReaderError
from qa.read.shipped import config_of
from qa.read.spans import Logits, TokenLogits

if TYPE_CHECKING:
    from onnxruntime import InferenceSession
    from tokenizers import Encoding, Tokenizer

SHIPPED = Path(__file__).parents[1] / "model" / "second"
# SHA-256 of config.json of the model that ships, which holds those of the other files.
SHIPPED_SHA256 = "2d1d5ed32c042c6ffcc438e692566ae676890eacd826d4d3456b8a51084e7056"
_BEGIN, _END = "<s>", "</s>"
GRAPH, WEIGHTS, TOKENIZER, CONFIG = "graph.onnx", "weights.bin", "tokenizer.json", "config.json"


class Matrix(BaseModel):
    """A matrix of int8 in `weights.bin`: its shape, and the bytes it takes there, compressed by zlib."""

    model_config = ConfigDict(frozen=True)

    name: str
    shape: tuple[int, ...]
    size: int


class WindowConfig(BaseModel):
    """The form of the model; see `card.md`."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    max_tokens: int
    question_tokens: int
    context_tokens: int
    answer_tokens: int
    statement_tokens: int
    matrices: tuple[Matrix, ...]
    sha256: dict[str, str]


class WindowForm(NamedTuple):
    """How many tokens a window has at most, and of these its question and its context."""

    most: int
    question: int
    context: int

    def of(
        self, tokenizer: "Tokenizer", question: "Encoding", context: "Encoding | None", text: "Encoding"
    ) -> tuple[list[int], list[Range], int]:
        """The ids of a window, the ranges of its text tokens in the text, and where these start."""
        begin, end = (int(tokenizer.token_to_id(name) or 0) for name in (_BEGIN, _END))
        above = context.ids[: self.context] if context else []
        head = [begin, *question.ids[: self.question], end, end, *above, *([end] if above else [])]
        room = self.most - len(head) - 1
        return [*head, *text.ids[:room], end], text.offsets[:room], len(head)


class WindowLogits(NamedTuple):
    """What the model says of a window: of its tokens, and of each that its sentence answers (n,)."""

    tokens: TokenLogits
    support: Logits

    def supporting(self, start: int, end: int) -> float | None:
        """The logit that supports a sentence, a range of the text; None of one behind the model's limit."""
        offsets = self.tokens.offsets
        inside = (offsets[:, 0] >= start) & (offsets[:, 1] <= end)
        return float(np.mean(self.support[inside])) if inside.any() else None


class WindowModel:
    """Reads windows one by one, several at a time; loaded at the first use, safe to share between threads.

    One window goes through at once because the scale of the integers is taken from all that does.
    """

    def __init__(self, folder: Path = SHIPPED) -> None:
        self._folder = folder
        self._lock = threading.Lock()

    @cached_property
    def config(self) -> WindowConfig:
        """How the model is to be run; ReaderError when it is missing, or not the one that was shipped."""
        pinned = SHIPPED_SHA256 if self._folder == SHIPPED else None
        return config_of(self._folder / CONFIG, WindowConfig, "second reader", pinned)

    @property
    def longest_answer(self) -> int:
        """In tokens."""
        return self.config.answer_tokens

    def logits(self, question: str, texts: Sequence[tuple[str, str]]) -> list[WindowLogits]:
        """What the model says of each (context, text); a text is cut where all pass the model's limit."""
        tokenizer, session, workers = self._loaded
        flat = [question, *(part for pair in texts for part in pair)]
        asked, *encoded = tokenizer.encode_batch(encodable(flat), add_special_tokens=False)
        form = WindowForm(self.config.max_tokens, self.config.question_tokens, self.config.context_tokens)

        def run(pair: "tuple[Encoding, Encoding]") -> WindowLogits:
            ids, ranges, first = form.of(tokenizer, asked, *pair)
            given = {"input_ids": np.array([ids], dtype=np.int64)}
            tokens, answerable = session.run(["tokens", "answerable"], given)
            inner: NDArray[np.float32] = tokens[0, first : first + len(ranges)]
            offsets = np.array(ranges, dtype=np.int64).reshape(-1, 2)
            null = float(tokens[0, 0, 0] + tokens[0, 0, 1])
            known = TokenLogits(inner[:, 0], inner[:, 1], offsets, null, float(answerable[0, 0]))
            return WindowLogits(known, inner[:, 2])

        return list(workers.map(run, zip(encoded[::2], encoded[1::2], strict=True)))

    def entailment(self, statement: str, evidence: str) -> float:
        """A logit: how surely a statement follows from evidence, which is cut at the model's limit."""
        tokenizer, session, _ = self._loaded
        said, cited = tokenizer.encode_batch(encodable([statement, evidence]), add_special_tokens=False)
        form = WindowForm(self.config.max_tokens, self.config.statement_tokens, 0)
        ids = [form.of(tokenizer, said, None, cited)[0]]
        (follows,) = session.run(["follows"], {"input_ids": np.array(ids, dtype=np.int64)})
        return float(follows[0, 0])

    def load(self) -> None:
        """Load the model now, as a thread may while passages are still being retrieved."""
        _ = self._loaded

    @property
    def _loaded(self) -> "tuple[Tokenizer, InferenceSession, ThreadPoolExecutor]":
        with self._lock:
            return self._parts

    @cached_property
    def _parts(self) -> "tuple[Tokenizer, InferenceSession, ThreadPoolExecutor]":
        from tokenizers import Tokenizer

        files = {name: self._checked(name) for name in (GRAPH, WEIGHTS, TOKENIZER)}
        tokenizer = Tokenizer.from_buffer(files[TOKENIZER])
        tokenizer.no_truncation()
        tokenizer.no_padding()
        # The session reads the matrices where they are, so they are kept beside it.
        self._matrices = self._unpacked(files[WEIGHTS])
        session = opened(files[GRAPH], self._matrices)
        return tokenizer, session, ThreadPoolExecutor(cores(), thread_name_prefix="quoth-second-reader")

    def _checked(self, name: str) -> bytes:
        """A file's bytes; ReaderError when they are not those that the config names."""
        path, expected = self._folder / name, self.config.sha256[name]
        try:
            content = path.read_bytes()
        except OSError as error:
            raise ReaderError(f"{path}: cannot be read; install quoth again") from error
        if hashlib.sha256(content).hexdigest() != expected:
            raise ReaderError(f"{path}: its SHA-256 is not the one pinned; install quoth again")
        return content

    def _unpacked(self, packed: bytes) -> dict[str, Any]:
        """The matrices by name, as ONNX Runtime takes them; ReaderError where the process ends meanwhile."""
        import onnxruntime
        from isal import isal_zlib  # three times as fast as zlib, whose format it reads

        places, at = [], 0
        for matrix in self.config.matrices:
            places.append((matrix, at))
            at += matrix.size

        def unpack(place: tuple[Matrix, int]) -> tuple[str, Any]:
            matrix, start = place
            content = isal_zlib.decompress(
                memoryview(packed)[start : start + matrix.size], bufsize=math.prod(matrix.shape)
            )
            values = np.frombuffer(content, dtype=np.int8).reshape(matrix.shape)
            return matrix.name, onnxruntime.OrtValue.ortvalue_from_numpy(values)

        with ThreadPoolExecutor(max(1, cores() - 1)) as workers:
            try:
                unpacking = workers.map(unpack, places)
            except RuntimeError as error:  # an executor takes nothing on once Python shuts down
                raise ReaderError("the second reader is not loaded: the process ends") from error
            return dict(unpacking)


@cache
def shipped() -> WindowModel:
    """The model that ships, one for the process, which loads it once."""
    return WindowModel()
