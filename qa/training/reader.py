"""Train the reader: spans and answerability on top of MiniLM's encoder; needs torch, never shipped.

    python -m qa.training.reader --work FOLDER --minutes 80
    python -m qa.training.reader --work FOLDER2 --minutes 8 --rate 1e-4 --start FOLDER/reader.pt

Reads what `qa.training.reader_data` wrote into the work folder and writes reader.pt there, a checkpoint
every five minutes. The same command goes on from the checkpoint. `python -m qa.training.reader_export` makes
the model that ships from it.

The recipe is for two cores and no graphics card: embeddings frozen, bfloat16 autocast, a compiled step, no
dropout (an example is seen once or twice), batches of examples of about one length. The learning rate falls
to zero with the share of the examples seen or of the minutes used, whichever is further, so a busy machine
trains on fewer examples and still ends well.
"""

import argparse
import random
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer
from torch import nn

from qa.training.reader_data import Example, read
from qa.training.reader_model import (
    IGNORED,
    Batch,
    ReaderModel,
    collate,
    encode,
    new_model,
    new_tokenizer,
)
from qa.training.reader_score import Scores, predictions, summary

_WARM_UP, _DECAY, _CLIP = 0.06, 0.01, 1.0
_ANSWERABLE_WEIGHT = 0.5
_BATCH_TOKENS, _BATCH_EXAMPLES = 4096, 32
# Examples among which batches of one length are formed, and are then shuffled.
_POOL = 2048
# Compiling takes two minutes, and then a batch takes four fifths of its time.
_COMPILED_FROM_MINUTES = 20
_SAVE_SECONDS, _SCORE_SECONDS, _SCORED = 300, 600, 400


@dataclass
class Progress:
    """How far a run is; kept in the checkpoint."""

    batches: int = 0
    examples: int = 0
    seconds: float = 0.0


class Schedule(NamedTuple):
    """How long, with which learning rate after the warm-up, in which order."""

    minutes: float
    rate: float
    seed: int


def main() -> None:
    """Train, score and save; see the module."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=75.0, help="of training, scoring not counted")
    parser.add_argument("--examples", type=int, default=None, help="at most so many of the stream")
    parser.add_argument("--start", type=Path, help="begin with the weights and moments of this reader.pt")
    parser.add_argument("--rate", type=float, default=2e-4, help="learning rate after the warm-up")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(arguments.seed)
    work: Path = arguments.work
    if not (work / "train.jsonl").is_file():
        sys.exit(
            f"{work / 'train.jsonl'}: missing; make it with: python -m qa.training.reader_data --work {work}"
        )
    stream = read(work / "train.jsonl")[: arguments.examples]
    validation = read(work / "validation.jsonl")
    random.Random(arguments.seed).shuffle(validation)
    schedule = Schedule(arguments.minutes, arguments.rate, arguments.seed)
    train(stream, validation, work / "reader.pt", schedule, arguments.start)


def train(
    stream: Sequence[Example],
    validation: Sequence[Example],
    checkpoint: Path,
    schedule: Schedule,
    start: Path | None = None,
) -> ReaderModel:
    """Train to the end of the stream or of the minutes; from the checkpoint when there is one."""
    rate = schedule.rate
    model, tokenizer, done = new_model(), new_tokenizer(), Progress()
    learned = [value for value in model.parameters() if value.requires_grad]
    optimizer = torch.optim.AdamW(learned, lr=rate, weight_decay=_DECAY, fused=True)
    compiled: nn.Module = model
    if schedule.minutes > _COMPILED_FROM_MINUTES:
        # Shares its weights with the model, which stays as it is for scoring.
        compiled = torch.compile(model, dynamic=True)  # type: ignore[assignment]
    if start and not checkpoint.is_file():
        begun = torch.load(start, weights_only=True)
        model.load_state_dict(begun["model"])
        optimizer.load_state_dict(begun["optimizer"])
    if checkpoint.is_file():
        saved = torch.load(checkpoint, weights_only=True)
        model.load_state_dict(saved["model"])
        optimizer.load_state_dict(saved["optimizer"])
        done = Progress(**saved["progress"])
        _say(f"going on from batch {done.batches}")
    saved_at = scored_at = time.monotonic()
    losses: list[float] = []
    for number, batch in enumerate(_batches(stream, tokenizer, schedule.seed)):
        if number < done.batches:
            continue
        used = max(done.examples / len(stream), done.seconds / (60 * schedule.minutes))
        if used >= 1:
            break
        began = time.monotonic()
        for group in optimizer.param_groups:
            group["lr"] = rate * min(used / _WARM_UP + 0.01, (1 - used) / (1 - _WARM_UP))
        losses.append(_step(compiled, batch, learned, optimizer))
        now = time.monotonic()
        done = Progress(number + 1, done.examples + len(batch.starts), done.seconds + now - began)
        if done.batches % 50 == 0:
            speed, loss = done.examples / done.seconds, np.mean(losses)
            _say(
                f"batch {done.batches}: {done.examples} examples, {speed:.1f}/s, "
                f"used {used:.3f}, loss {loss:.4f}"
            )
            losses.clear()
        if now - saved_at > _SAVE_SECONDS:
            _save(checkpoint, model, optimizer, done)
            saved_at = now
        if now - scored_at > _SCORE_SECONDS:
            _say(f"validation sample: {score(model, tokenizer, validation[:_SCORED])}")
            scored_at = time.monotonic()
    _save(checkpoint, model, optimizer, done)
    _say(f"{done}; validation: {score(model, tokenizer, validation)}")
    return model


def _step(
    model: nn.Module, batch: Batch, learned: Sequence[nn.Parameter], optimizer: torch.optim.Optimizer
) -> float:
    model.train()
    with torch.autocast("cpu", dtype=torch.bfloat16):
        start, end, answerable = model(*batch[:3])
    entropy = nn.functional.cross_entropy
    loss = 0.5 * entropy(start.float(), batch.starts, ignore_index=IGNORED)
    loss = loss + 0.5 * entropy(end.float(), batch.ends, ignore_index=IGNORED)
    loss = loss + _ANSWERABLE_WEIGHT * nn.functional.binary_cross_entropy_with_logits(
        answerable.float(), batch.answerable
    )
    optimizer.zero_grad(set_to_none=True)
    loss.backward()  # type: ignore[no-untyped-call]
    nn.utils.clip_grad_norm_(learned, _CLIP)
    optimizer.step()
    return float(loss.detach())


def _batches(stream: Sequence[Example], tokenizer: Tokenizer, seed: int) -> Iterator[Batch]:
    """The stream in batches of at most 4096 tokens, padding counted in."""
    for first in range(0, len(stream), _POOL):
        pool = stream[first : first + _POOL]
        encoded = encode(tokenizer, pool)
        order = sorted(range(len(pool)), key=lambda place: len(encoded[place].ids))
        batches: list[list[int]] = [[]]
        for place in order:
            size = len(batches[-1]) + 1
            if size > _BATCH_EXAMPLES or size * len(encoded[place].ids) > _BATCH_TOKENS:
                batches.append([])
            batches[-1].append(place)
        random.Random(f"{seed}-{first}").shuffle(batches)
        for places in batches:
            yield collate([pool[place] for place in places], [encoded[place] for place in places])


def score(model: ReaderModel, tokenizer: Tokenizer, examples: Sequence[Example]) -> Scores:
    """Scores of a model, in bfloat16 as it is trained."""
    model.eval()

    def forward(*inputs: NDArray[np.int64]) -> list[NDArray[np.float32]]:
        with torch.inference_mode(), torch.autocast("cpu", dtype=torch.bfloat16):
            outputs = model(*map(torch.from_numpy, inputs))
        return [output.float().numpy() for output in outputs]

    return summary(predictions(forward, tokenizer, examples))


def _save(path: Path, model: ReaderModel, optimizer: torch.optim.Optimizer, done: Progress) -> None:
    """Replace the checkpoint in one step, so that a kill leaves the last whole one."""
    half = path.with_suffix(".part")
    state = {"model": model.state_dict(), "optimizer": optimizer.state_dict(), "progress": vars(done)}
    torch.save(state, half)
    half.replace(path)


def _say(line: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {line}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
