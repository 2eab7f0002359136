"""Pairs of statement and evidence, for the second reader's head that checks what a language model wrote.

The encoder that reads a question with a window reads a statement with the sentences that it cites, so that
one file of weights serves both. The pairs are those of `qa.training.checker_pairs`.
"""

import random
from collections.abc import Iterator, Sequence
from pathlib import Path

import torch
from tokenizers import Tokenizer
from torch import Tensor
from torch.nn import functional

from qa.read.window_model import WindowForm
from qa.training.checker_data import pairs
from qa.training.checker_pairs import Pair
from qa.training.second_model import MAX_TOKENS, STATEMENT_TOKENS, SecondModel

# The most pairs of a kind; the kinds that are hardest to tell have the most.
_MOST = {
    "question": 6000, "rewording": 6000, "negation": 5500, "name": 3500, "swapped name": 3000, "number": 2000,
    "other passage": 2000, "modal": 2500, "comparison": 2000, "swapped number": 2000, "quantifier": 2000,
    "trap": 2500, "other answer": 3000, "exchanged names": 2500, "extra": 1500, "cause": 1500,
    "combined": 2500, "copy": 2000,
}  # fmt: skip
# Altered statements for each faithful one.
_ALTERED = 1.5
_SORTED = 1024
_FORM = WindowForm(MAX_TOKENS, STATEMENT_TOKENS, 0)
_PADDING = 1

Row = tuple[list[int], bool]


def pair_losses(model: SecondModel, tokenizer: Tokenizer, data: Path, tokens: int) -> Iterator[Tensor]:
    """The loss of one batch of pairs after the other, without end; `tokens` are those of a batch."""
    by_kind = pairs(data, "learnt", max(_MOST.values()))
    chance = random.Random(0)
    while True:
        drawn = [
            pair
            for kind, some in by_kind.items()
            for pair in chance.sample(some, min(len(some), _MOST[kind]))
        ]
        for batch in batches(tokenizer, drawn, tokens, chance):
            yield _loss(model, batch)


def batches(
    tokenizer: Tokenizer, drawn: Sequence[Pair], tokens: int, chance: random.Random
) -> Iterator[list[Row]]:
    """Pairs as tokens, those of like length together, half again as many altered ones as faithful ones."""
    faithful = [pair for pair in drawn if pair.supported]
    altered = [pair for pair in drawn if not pair.supported]
    chance.shuffle(faithful)
    chance.shuffle(altered)
    count = min(len(faithful), int(len(altered) / _ALTERED))
    chosen = faithful[:count] + altered[: int(count * _ALTERED)]
    chance.shuffle(chosen)
    for first in range(0, len(chosen), _SORTED):
        rows = [
            (encode(tokenizer, pair.statement, pair.evidence), pair.supported)
            for pair in chosen[first : first + _SORTED]
        ]
        rows.sort(key=lambda row: len(row[0]))
        together: list[list[Row]] = [[]]
        for row in rows:
            if (len(together[-1]) + 1) * len(row[0]) > tokens:
                together.append([])
            together[-1].append(row)
        chance.shuffle(together)
        yield from together


def encode(tokenizer: Tokenizer, statement: str, evidence: str) -> list[int]:
    """The ids of a statement and of what it cites, as the model reads them."""
    said, cited = (tokenizer.encode(text, add_special_tokens=False) for text in (statement, evidence))
    return _FORM.of(tokenizer, said, None, cited)[0]


def _loss(model: SecondModel, rows: Sequence[Row]) -> Tensor:
    length = max(len(ids) for ids, _ in rows)
    ids = torch.full((len(rows), length), _PADDING)
    mask = torch.zeros((len(rows), length), dtype=torch.int64)
    for row, (known, _) in enumerate(rows):
        ids[row, : len(known)] = torch.tensor(known)
        mask[row, : len(known)] = 1
    supported = torch.tensor([float(supported) for _, supported in rows])
    return functional.binary_cross_entropy_with_logits(model.entailment(ids, mask).float(), supported)
