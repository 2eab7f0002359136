"""Any extractive question-answering model of Hugging Face, by name or path, as a reader.

The only module of `qa` that imports transformers and torch. Nothing is downloaded: a name is looked up in
Hugging Face's cache on this machine.
"""

import threading
from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np

from index.text.surrogates import encodable
from qa.errors import ReaderError
from qa.read.spans import TokenLogits

_MOST_TOKENS = 512
# Their positions start behind that of the padding.
_OFFSET_POSITIONS = frozenset({"roberta", "xlm-roberta", "camembert"})


class HuggingFaceSpanModel:
    """A model with start and end logits and a fast tokenizer; loaded at the first use."""

    longest_answer = 30

    def __init__(self, name: str) -> None:
        self.name = name
        self._lock = threading.Lock()

    def logits(self, question: str, texts: Sequence[str]) -> list[TokenLogits]:
        """See `SpanModel.logits`. Null is the first token's score; answerable is not known: 0."""
        with self._lock:
            return [self._one(question, text) for text in encodable(texts)]

    def _one(self, question: str, text: str) -> TokenLogits:
        import torch

        tokenizer, model, limit = self._parts
        asked = tokenizer(
            encodable([question])[0], add_special_tokens=False, truncation=True, max_length=limit // 4
        )
        question = tokenizer.decode(asked["input_ids"])
        encoded = tokenizer(
            question,
            text,
            truncation="only_second",
            max_length=limit,
            return_tensors="pt",
            return_offsets_mapping=True,
        )
        inside = np.array([part == 1 for part in encoded.sequence_ids(0)])
        offsets = encoded.pop("offset_mapping")[0].numpy()
        with torch.inference_mode():
            output = model(**encoded)
        start, end = (logits[0].float().numpy() for logits in (output.start_logits, output.end_logits))
        # Some tokenizers count the space before a word to it; an empty token is no part of an answer.
        starts = [a + len(text[a:b]) - len(text[a:b].lstrip()) for a, b in offsets[inside].tolist()]
        return TokenLogits(
            start=start[inside],
            end=end[inside],
            offsets=np.stack([np.array(starts, dtype=np.int64), offsets[inside][:, 1]], axis=1),
            null=float(start[0] + end[0]),
            answerable=0.0,
        )

    @cached_property
    def _parts(self) -> tuple[Any, Any, int]:
        import torch
        from transformers import AutoModelForQuestionAnswering, AutoTokenizer
        from transformers.utils import logging

        logging.set_verbosity_error()  # type: ignore[no-untyped-call]
        logging.disable_progress_bar()  # type: ignore[no-untyped-call]
        try:
            tokenizer = AutoTokenizer.from_pretrained(self.name, local_files_only=True)
            model, loading = AutoModelForQuestionAnswering.from_pretrained(
                self.name, local_files_only=True, output_loading_info=True, dtype=torch.float32
            )
        except Exception as error:
            raise ReaderError(
                f"{self.name}: no question-answering model of that name or path is on this machine, and "
                f"Quoth downloads nothing; get it with: hf download {self.name}"
            ) from error
        if loading["missing_keys"]:
            raise ReaderError(
                f"{self.name}: has no trained head for question answering; "
                "name a model that was trained for it"
            )
        if not tokenizer.is_fast:
            raise ReaderError(f"{self.name}: has no fast tokenizer, which offsets need; name another model")
        model.eval()
        positions = int(getattr(model.config, "max_position_embeddings", _MOST_TOKENS))
        if model.config.model_type in _OFFSET_POSITIONS:
            positions -= 2
        return tokenizer, model, min(positions, int(tokenizer.model_max_length), _MOST_TOKENS)
