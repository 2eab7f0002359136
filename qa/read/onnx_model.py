"""Run the reader that ships, or another in the same form, by ONNX Runtime; its only importer.

A model is a folder of `reader.onnx`, `tokenizer.json` and `config.json`; `card.md` beside them says how it
was trained. The checksums of the one that ships are in its config, whose own is pinned here.
"""

import hashlib
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from pydantic import BaseModel, ConfigDict

from index.embed.onnx_encoder import opened
from index.machine import cores
from index.text.surrogates import encodable
from qa.errors import ReaderError
from qa.read.shipped import config_of
from qa.read.spans import TokenLogits

if TYPE_CHECKING:
    from onnxruntime import InferenceSession
    from tokenizers import Tokenizer

SHIPPED = Path(__file__).parents[1] / "model"
# SHA-256 of config.json of the reader that ships, which holds those of the other files.
SHIPPED_SHA256 = "d1f18c30d40e247959b59240719f4c804cdb967e5925031de75945e2d3c901eb"
_CLS, _SEP = "[CLS]", "[SEP]"


class ModelConfig(BaseModel):
    """The form of a model; see `card.md`."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    max_tokens: int
    question_tokens: int
    answer_tokens: int
    sha256: dict[str, str]


class OnnxSpanModel:
    """Reads passages one by one, several at a time; loaded at the first use, safe to share between threads.

    One passage goes through at once because the scale of the integers is taken from all that does, so that
    a passage's logits never depend on its neighbours.
    """

    def __init__(self, folder: Path = SHIPPED) -> None:
        self._folder = folder
        self._lock = threading.Lock()

    @cached_property
    def config(self) -> ModelConfig:
        """How the model is to be run; ReaderError when it is missing, or not the one that was shipped."""
        pinned = SHIPPED_SHA256 if self._folder == SHIPPED else None
        return config_of(self._folder / "config.json", ModelConfig, "reader model", pinned)

    @property
    def longest_answer(self) -> int:
        """In tokens."""
        return self.config.answer_tokens

    def verify(self) -> None:
        """Raise ReaderError when a file is not the one that its config names."""
        for name, expected in self.config.sha256.items():
            path = self._folder / name
            try:
                with path.open("rb") as file:
                    found = hashlib.file_digest(file, "sha256").hexdigest()
            except OSError as error:
                raise ReaderError(f"{path}: cannot be read; install quoth again") from error
            if found != expected:
                raise ReaderError(
                    f"{path}: its SHA-256 is {found}, not {expected} as pinned; install quoth again"
                )

    def logits(self, question: str, texts: Sequence[str]) -> list[TokenLogits]:
        """See `SpanModel.logits`; a text is cut where question and text pass the model's limit."""
        tokenizer, session, workers = self._loaded
        special = [tokenizer.token_to_id(_CLS), tokenizer.token_to_id(_SEP)]
        asked, *encoded = tokenizer.encode_batch(encodable([question, *texts]), add_special_tokens=False)
        head = [special[0], *asked.ids[: self.config.question_tokens], special[1]]
        room = self.config.max_tokens - len(head) - 1

        def run(encoding: Any) -> TokenLogits:  # noqa: ANN401 - the tokenizer has no types
            body = encoding.ids[:room]
            ids = np.array([[*head, *body, special[1]]], dtype=np.int64)
            types = np.zeros_like(ids)
            types[:, len(head) :] = 1
            inputs = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": types}
            start, end, answerable = session.run(["start_logits", "end_logits", "answerable_logit"], inputs)
            inner = slice(len(head), len(head) + len(body))
            return TokenLogits(
                start=start[0, inner],
                end=end[0, inner],
                offsets=np.array(encoding.offsets[:room], dtype=np.int64).reshape(-1, 2),
                null=float(start[0, 0] + end[0, 0]),
                answerable=float(answerable[0]),
            )

        return list(workers.map(run, encoded))

    @property
    def _loaded(self) -> "tuple[Tokenizer, InferenceSession, ThreadPoolExecutor]":
        with self._lock:
            return self._parts

    @cached_property
    def _parts(self) -> "tuple[Tokenizer, InferenceSession, ThreadPoolExecutor]":
        from tokenizers import Tokenizer

        self.verify()
        session = opened(self._folder / "reader.onnx")
        tokenizer = Tokenizer.from_file(str(self._folder / "tokenizer.json"))
        tokenizer.no_truncation()
        tokenizer.no_padding()
        return tokenizer, session, ThreadPoolExecutor(cores(), thread_name_prefix="quoth-reader")
