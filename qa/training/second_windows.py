"""The windows that the second reader learns from, as tokens and as batches of like length."""

import random
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer
from torch import Tensor

from index.types import Range
from qa.language.self_contained import leans
from qa.read.window_model import WindowForm
from qa.training.second_model import CONTEXT_TOKENS, MAX_TOKENS, QUESTION_TOKENS

Row = dict[str, Any]
# How often the question of a public set is put in lower case and without its question mark.
_TYPED = 0.35
FORM = WindowForm(MAX_TOKENS, QUESTION_TOKENS, CONTEXT_TOKENS)
# Lengths of a batch in tokens: few, so that oneDNN prepares few kernels. And the tokens of a batch.
_LENGTHS = (48, 64, 80, 96, 112, 128, 160, 192, MAX_TOKENS)
BATCH_TOKENS = 4608
# At most so many characters of a window are learnt from: mostly one sentence, as it is read later.
_CUTS = (90, 90, 90, 260, 400)


class Encoded(NamedTuple):
    """A window as tokens: ids, the place of its first text token, and what is to be learnt."""

    ids: list[int]
    first: int
    sentence_of: list[int]
    answering: list[bool]
    spans: list[tuple[int, int]]


class Batch(NamedTuple):
    """Windows side by side: (windows, tokens) each, and (sentences,) for what is said of sentences."""

    ids: Tensor
    mask: Tensor
    allowed: Tensor
    starts: Tensor
    ends: Tensor
    has_target: Tensor
    sentence: Tensor
    answering: Tensor
    question_of: Tensor
    answerable: Tensor


def encode(
    tokenizer: Tokenizer, question: str, context: str, text: str
) -> tuple[list[int], list[Range], int]:
    """The ids of a window as the model reads it, the ranges of its text tokens, and where these start."""
    parts = (tokenizer.encode(part, add_special_tokens=False) for part in (question, context, text))
    return FORM.of(tokenizer, *parts)


def _encoded(tokenizer: Tokenizer, question: str, window: Row, chance: random.Random) -> Encoded:
    window = _cut(window, chance)
    ids, offsets, first = encode(tokenizer, question, window["context"], window["text"])
    sentence_of = [-1] * len(offsets)
    for number, (start, end) in enumerate(window["sentences"]):
        for place, (a, b) in enumerate(offsets):
            if start <= a and b <= end:
                sentence_of[place] = number
    spans = []
    for start, end in window["answers"]:
        inside = [place for place, (a, b) in enumerate(offsets) if b > start and a < end]
        if inside and offsets[inside[-1]][1] >= end - 1:
            spans.append((first + inside[0], first + inside[-1]))
    answering = [number in window["answering"] for number in range(len(window["sentences"]))]
    return Encoded(ids, first, sentence_of, answering, spans)


def _cut(window: Row, chance: random.Random) -> Row:
    """Some neighbouring sentences of a window, often one alone, with those that answer."""
    longest, sentences = chance.choice(_CUTS), window["sentences"]
    if len(window["text"]) <= longest or len(sentences) < 2:
        return window
    kept = window["answering"] or [chance.randrange(len(sentences))]
    first, last = min(kept), max(kept)
    first -= first > 0 and leans(window["text"][slice(*sentences[first])])
    while True:
        wider = [
            (a, b)
            for a, b in ((first - 1, last), (first, last + 1))
            if a >= 0 and b < len(sentences) and sentences[b][1] - sentences[a][0] <= longest
        ]
        if not wider:
            break
        first, last = chance.choice(wider)
    start, end = sentences[first][0], sentences[last][1]
    return {
        "context": window["context"],
        "text": window["text"][start:end],
        "sentences": [(a - start, b - start) for a, b in sentences[first : last + 1]],
        "answers": [(a - start, b - start) for a, b in window["answers"] if start <= a and b <= end],
        "answering": [number - first for number in window["answering"]],
    }


def batches_of(tokenizer: Tokenizer, rows: Sequence[Row], seed: int = 0) -> Iterator[Batch]:
    """Batches without end, each epoch in another order; windows of like length go together."""
    epoch = 0
    while True:
        chance = random.Random(f"{seed} {epoch}")
        order = list(rows)
        chance.shuffle(order)
        for start in range(0, len(order), 512):
            groups = [_windows(tokenizer, row, chance) for row in order[start : start + 512]]
            groups.sort(key=lambda group: max(len(one.ids) for one in group))
            together = list(_together(groups))
            chance.shuffle(together)
            yield from map(_collated, together)
        epoch += 1


def _windows(tokenizer: Tokenizer, row: Row, chance: random.Random) -> list[Encoded]:
    question = row["question"]
    if row["set"] != "natural_train" and chance.random() < _TYPED:
        question = question.rstrip("?").strip().lower()
    chosen = row["answering"][:2] + row["others"]
    return [_encoded(tokenizer, question, window, chance) for window in chosen]


def _together(groups: Sequence[list[Encoded]]) -> Iterator[list[list[Encoded]]]:
    batch: list[list[Encoded]] = []
    for group in groups:
        length = _length([*batch, group])
        if batch and sum(map(len, batch)) + len(group) > BATCH_TOKENS // length:
            yield batch
            batch = []
        batch.append(group)
    if batch:
        yield batch


def _length(groups: Sequence[Sequence[Encoded]]) -> int:
    longest = max(len(one.ids) for group in groups for one in group)
    return next(length for length in _LENGTHS if longest <= length)


def _collated(groups: Sequence[Sequence[Encoded]]) -> Batch:
    flat = [(number, one) for number, group in enumerate(groups) for one in group]
    shape = len(flat), _length(groups)
    ids, sentence = np.ones(shape, np.int64), np.full(shape, -1, np.int64)
    mask, allowed = np.zeros(shape, np.int64), np.zeros(shape, np.bool_)
    starts, ends = np.zeros(shape, np.float32), np.zeros(shape, np.float32)
    answering: list[float] = []
    question_of: list[int] = []
    for row, (number, one) in enumerate(flat):
        ids[row, : len(one.ids)] = one.ids
        mask[row, : len(one.ids)] = 1
        allowed[row, [0, *range(one.first, one.first + len(one.sentence_of))]] = True
        for first, last in one.spans or ([] if any(one.answering) else [(0, 0)]):
            starts[row, first] += 1
            ends[row, last] += 1
        for place, answers in enumerate(one.answering):
            tokens = [one.first + at for at, owner in enumerate(one.sentence_of) if owner == place]
            if tokens:
                sentence[row, tokens] = len(answering)
                answering.append(float(answers))
                question_of.append(number)
    return Batch(
        ids=torch.from_numpy(ids),
        mask=torch.from_numpy(mask),
        allowed=torch.from_numpy(allowed),
        starts=torch.from_numpy(_shares(starts)),
        ends=torch.from_numpy(_shares(ends)),
        has_target=torch.from_numpy(starts).any(dim=1),
        sentence=torch.from_numpy(sentence),
        answering=torch.tensor(answering),
        question_of=torch.tensor(question_of),
        answerable=torch.tensor([float(any(one.answering)) for _, one in flat]),
    )


def _shares(counts: NDArray[np.float32]) -> NDArray[np.float32]:
    shares: NDArray[np.float32] = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    return shares
