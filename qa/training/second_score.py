"""Run a second reader in torch, as the product runs the one that ships (`qa.read.window_model`)."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer

from index.text.surrogates import encodable
from qa.read.spans import TokenLogits
from qa.read.window_model import WindowLogits
from qa.training.second_model import ANSWER_TOKENS, SecondModel
from qa.training.second_windows import FORM

_PADDING = 1
# Batches have lengths that are multiples of this, since a product is compiled for each.
_LENGTHS = 32


class TorchWindowModel:
    """A `qa.read.second.WindowReader` of a checkpoint, in bfloat16; windows are run together."""

    longest_answer = ANSWER_TOKENS

    def __init__(self, checkpoint: Path, mpnet: Path) -> None:
        self._model = SecondModel(mpnet)
        self._model.load_state_dict(torch.load(checkpoint, weights_only=True)["model"])
        self._model.eval().to(torch.bfloat16)
        self._tokenizer = Tokenizer.from_file(str(mpnet / "tokenizer.json"))
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()

    def load(self) -> None:
        """It is loaded."""

    def logits(self, question: str, texts: Sequence[tuple[str, str]]) -> list[WindowLogits]:
        """See `qa.read.window_model.WindowModel.logits`."""
        if not texts:
            return []
        flat = [question, *(part for pair in texts for part in pair)]
        asked, *encoded = self._tokenizer.encode_batch(encodable(flat), add_special_tokens=False)
        rows = [
            FORM.of(self._tokenizer, asked, *pair) for pair in zip(encoded[::2], encoded[1::2], strict=True)
        ]
        length = -(-max(len(ids) for ids, _, _ in rows) // _LENGTHS) * _LENGTHS
        ids = torch.full((len(rows), length), _PADDING)
        mask = torch.zeros_like(ids)
        for row, (known, _, _) in enumerate(rows):
            ids[row, : len(known)] = torch.tensor(known)
            mask[row, : len(known)] = 1
        with torch.inference_mode():
            start, end, support, answerable = (part.float().numpy() for part in self._model(ids, mask))
        found = []
        for row, (_, ranges, first) in enumerate(rows):
            inner = slice(first, first + len(ranges))
            tokens = TokenLogits(
                start[row, inner],
                end[row, inner],
                np.array(ranges, dtype=np.int64).reshape(-1, 2),
                float(start[row, 0] + end[row, 0]),
                float(answerable[row]),
            )
            found.append(WindowLogits(tokens, support[row, inner]))
        return found
