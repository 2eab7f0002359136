"""Score a reader with the passage given; the model may be torch's or ONNX's."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from qa.evaluation.metrics import exact, f1
from qa.evaluation.refusal import auroc
from qa.spans import best_span
from qa.training.reader_data import Example
from qa.training.reader_model import collate, encode

ANSWER_TOKENS = 30

# From input ids, attention mask and token types to start, end and answerability logits.
Forward = Callable[..., Sequence[NDArray[Any]]]


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
