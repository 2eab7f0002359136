"""The reader's network and what goes into it; shared by training, scoring and export."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Encoding, Tokenizer
from torch import Tensor, nn
from transformers import BertModel

from index.embed.weights import locate
from index.settings import DEFAULT_MODEL
from qa.training.reader_example import Example

MAX_TOKENS, QUESTION_TOKENS = 320, 48
# Added to the logits of what can be no answer; small enough for float16.
NEVER = -10_000.0
# Batches have lengths that are multiples of this.
_LENGTHS = 16


class ReaderModel(nn.Module):
    """[CLS] question [SEP] passage [SEP] -> start and end logits (b, t), answerability logit (b,).

    Position 0 stands for "no answer here"; the question's positions get -10000.
    """

    def __init__(self, encoder: BertModel) -> None:
        super().__init__()
        width = int(encoder.config.hidden_size)
        self.encoder = encoder
        self.span = nn.Linear(width, 2)
        self.answerable = nn.Sequential(nn.Linear(width, width), nn.Tanh(), nn.Linear(width, 1))

    def forward(
        self, input_ids: Tensor, attention_mask: Tensor, token_type_ids: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Logits; `token_type_ids` is 1 on the passage and its [SEP]."""
        states = self.encoder(
            input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids
        ).last_hidden_state
        allowed = torch.cat([torch.ones_like(token_type_ids[:, :1]), token_type_ids[:, 1:]], dim=1)
        never = (1.0 - allowed.to(states.dtype)) * NEVER
        start, end = self.span(states).unbind(-1)
        return start + never, end + never, self.answerable(states[:, 0]).squeeze(-1)


class Batch(NamedTuple):
    """Padded inputs (b, t), and targets.

    `starts`, `ends` (b, t) are probabilities, position 0 standing for null, all 0 where none is known;
    `answerable` (b,) is one.
    """

    input_ids: Tensor
    attention_mask: Tensor
    token_type_ids: Tensor
    starts: Tensor
    ends: Tensor
    answerable: Tensor


def new_model(dropout: float = 0.0, *, embeddings: bool = False) -> ReaderModel:
    """The encoder of all-MiniLM-L6-v2 with new heads; its embeddings learn only when told to."""
    encoder = BertModel.from_pretrained(
        locate(DEFAULT_MODEL),
        add_pooling_layer=False,
        # On a processor eager attention is faster; on a graphics card the other.
        attn_implementation="sdpa" if torch.cuda.is_available() else "eager",
        dtype=torch.float32,
        attention_probs_dropout_prob=dropout,
        hidden_dropout_prob=dropout,
        local_files_only=True,
    )
    encoder.embeddings.requires_grad_(embeddings)
    return ReaderModel(encoder)


def new_tokenizer() -> Tokenizer:
    """The embedding model's tokenizer, without its own truncation and padding."""
    tokenizer = Tokenizer.from_file(str(locate(DEFAULT_MODEL) / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def encode(tokenizer: Tokenizer, examples: Sequence[Example]) -> list[Encoding]:
    """Question and passage as word pieces; the question is cut to 48, the whole to 320."""
    tokenizer.enable_truncation(QUESTION_TOKENS)
    questions = tokenizer.encode_batch([example.question for example in examples], add_special_tokens=False)
    tokenizer.no_truncation()
    cut = [
        example.question[: encoding.offsets[-1][1]] if encoding.offsets else ""
        for example, encoding in zip(examples, questions, strict=True)
    ]
    tokenizer.enable_truncation(MAX_TOKENS, strategy="only_second")
    pairs = [(question, example.passage) for question, example in zip(cut, examples, strict=True)]
    encoded: list[Encoding] = tokenizer.encode_batch(pairs)
    tokenizer.no_truncation()
    return encoded


def padded(tokens: int) -> int:
    """The length to which so many tokens are padded: few lengths, since a product is compiled for each."""
    return -(-tokens // _LENGTHS) * _LENGTHS


def collate(
    examples: Sequence[Example], encoded: Sequence[Encoding], length: int = 0, distilled: float = 0.0
) -> Batch:
    """Pad to the longest, or further to `length`; `distilled` is the share of the teacher in the targets."""
    length = max(length, *(len(encoding.ids) for encoding in encoded))
    inputs = np.zeros((3, len(encoded), length), dtype=np.int64)
    targets = np.zeros((2, len(encoded), length), dtype=np.float32)
    answerable = np.zeros(len(encoded), dtype=np.float32)
    for row, (example, encoding) in enumerate(zip(examples, encoded, strict=True)):
        size = len(encoding.ids)
        inputs[:, row, :size] = (encoding.ids, encoding.attention_mask, encoding.type_ids)
        share = distilled if example.said else 0.0
        answerable[row] = (1 - share) * bool(example.answers)
        places = target(example, encoding)
        if places is not None:
            targets[[0, 1], row, places] = 1 - share
        if share:
            answerable[row] += share * _taught(example, encoding, targets[:, row], share)
    totals = targets.sum(-1, keepdims=True)
    targets /= np.where(totals > 0, totals, 1)
    ids, mask, types = torch.from_numpy(inputs)
    starts, ends = torch.from_numpy(targets)
    return Batch(ids, mask, types, starts, ends, torch.from_numpy(answerable))


def target(example: Example, encoding: Encoding) -> tuple[int, int] | None:
    """First and last token of the answer; (0, 0) for null, None where no token is known."""
    if not example.answers:
        return 0, 0
    if example.start < 0:
        return None
    first = encoding.char_to_token(example.start, 1)
    last = encoding.char_to_token(example.end - 1, 1)
    return None if first is None or last is None else (first, last)


def _taught(example: Example, encoding: Encoding, targets: NDArray[np.float32], share: float) -> float:
    """Add what the teacher says to the targets (2, t); the probability that the passage answers.

    That is the likeliest sentence's; the sentences share it as they are likely.
    """
    odds = np.array([odds for _, _, odds in example.said])
    likely = 1 / (1 + np.exp(-odds))
    answers = float(likely.max())
    targets[:, 0] += share * (1 - answers)
    for (start, end, _), part in zip(example.said, likely / likely.sum(), strict=True):
        first, last = encoding.char_to_token(start, 1), encoding.char_to_token(end - 1, 1)
        if first is not None and last is not None:
            targets[[0, 1], [first, last]] += share * answers * part
    return answers
