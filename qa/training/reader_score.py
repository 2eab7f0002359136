"""Score a reader with the passage given; the model may be torch's or ONNX's."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer

from qa.evaluation.metrics import exact, f1
from qa.evaluation.refusal import auroc
from qa.read.spans import TokenLogits, best_span
from qa.training.reader_example import Example
from qa.training.reader_model import ReaderModel, collate, encode, new_tokenizer

ANSWER_TOKENS = 30

# From input ids, attention mask and token types to start, end and answerability logits.
Forward = Callable[..., Sequence[NDArray[Any]]]


class TorchSpanModel:
    """A trained model as what `qa.read.reader.ExtractiveReader` reads with, in bfloat16 as it is trained."""

    longest_answer = ANSWER_TOKENS

    def __init__(self, model: ReaderModel, device: str) -> None:
        self._model, self._device = model.eval(), torch.device(device)
        self._tokenizer = new_tokenizer()

    def forward(self, *inputs: NDArray[np.int64]) -> list[NDArray[np.float32]]:
        """Outputs of the network for its three inputs."""
        with torch.inference_mode(), torch.autocast(self._device.type, dtype=torch.bfloat16):
            outputs = self._model(*(torch.from_numpy(part).to(self._device) for part in inputs))
        return [output.float().cpu().numpy() for output in outputs]

    def logits(self, question: str, texts: Sequence[str]) -> list[TokenLogits]:
        """See `qa.read.reader.SpanModel.logits`; all texts go through at once."""
        examples = [Example("", question, text, -1, -1, ()) for text in texts]
        encoded = encode(self._tokenizer, examples)
        starts, ends, answerable = self.forward(*(part.numpy() for part in collate(examples, encoded)[:3]))
        found = []
        for row, encoding in enumerate(encoded):
            inner = [n for n, part in enumerate(encoding.sequence_ids) if part == 1]
            found.append(
                TokenLogits(
                    start=starts[row, inner],
                    end=ends[row, inner],
                    offsets=np.array(encoding.offsets, dtype=np.int64)[inner].reshape(-1, 2),
                    null=float(starts[row, 0] + ends[row, 0]),
                    answerable=float(answerable[row]),
                )
            )
        return found


class Prediction(NamedTuple):
    """The best text, the margin of its span over null, and the answerability logit."""

    example: Example
    text: str
    margin: float
    answerable: float


class Scores(NamedTuple):
    """F1 and exact match of the best span on answerable questions; AUROC against answerable.

    The AUROC is that of the answerability logit, of the margin, and of half the margin plus the logit.
    """

    questions: int
    f1: float
    exact: float
    auroc: float
    auroc_margin: float
    auroc_sum: float


def predictions(
    forward: Forward, tokenizer: Tokenizer, examples: Sequence[Example], size: int = 16
) -> Iterator[Prediction]:
    """What a reader says of each example, shorter passages first; `size` go through it at once."""
    order = sorted(examples, key=lambda example: len(example.passage))
    for first in range(0, len(order), size):
        some = order[first : first + size]
        encoded = encode(tokenizer, some)
        batch = collate(some, encoded)
        outputs = forward(*(tensor.numpy() for tensor in batch[:3]))
        for row, (example, encoding) in enumerate(zip(some, encoded, strict=True)):
            # Without null, and without the last [SEP], which is no answer.
            inner = slice(1, len(encoding.ids) - 1)
            start, end, answerable = (output[row] for output in outputs)
            begin, last, best = best_span(start[inner], end[inner], ANSWER_TOKENS)
            begin, last = begin + 1, last + 1
            text = example.passage[encoding.offsets[begin][0] : encoding.offsets[last][1]]
            yield Prediction(example, text, best - float(start[0] + end[0]), float(answerable))


def summary(found: Iterable[Prediction]) -> Scores:
    """Scores of some predictions."""
    rows = list(found)
    right = [
        (f1(row.text, row.example.answers), exact(row.text, row.example.answers))
        for row in rows
        if row.example.answers
    ]
    wanted = [bool(row.example.answers) for row in rows]
    values = (
        *np.mean(right, axis=0),
        auroc([row.answerable for row in rows], wanted),
        auroc([row.margin for row in rows], wanted),
        auroc([row.margin / 2 + row.answerable for row in rows], wanted),
    )
    return Scores(len(rows), *(round(float(value or 0.0), 4) for value in values))
