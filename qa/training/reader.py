"""Train the reader: spans and answerability on top of MiniLM's encoder; needs torch, never shipped.

    python -m qa.training.reader --work FOLDER                      on a graphics card, when there is one
    python -m qa.training.reader --work FOLDER --minutes 80         one core is enough, for fewer epochs

Reads what `qa.training.reader_data` wrote into the work folder and writes NAME.pt there, a checkpoint every
five minutes; the same command goes on from it. `python -m qa.training.reader_export` makes the model that
ships from it.

The model's numbers are bfloat16, see `qa.training.halved`. Batches hold examples of about one length. The
learning rate falls to zero with the share of the epochs or of the minutes used, whichever is further, so a
busy machine trains on fewer examples and still ends well. With `--taught`, the examples are those of
`qa.training.reader_taught`, and the target is half the label and half what the second reader says
(distillation, Hinton et al., 2015).
"""

import argparse
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import torch
from tokenizers import Tokenizer
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits
from torch.utils.data import DataLoader, Dataset

from qa.read.reader import ExtractiveReader
from qa.training.halved import HalvedModel
from qa.training.reader_example import Example, read, read_sources
from qa.training.reader_model import (
    Batch,
    ReaderModel,
    collate,
    encode,
    new_model,
    new_tokenizer,
    padded,
)
from qa.training.reader_score import TorchSpanModel, predictions, summary
from qa.training.reader_stream import Mix, Pools
from qa.training.reader_taught import TaughtPools
from qa.training.reader_taught import read as read_taught
from qa.training.reader_whole import read_whole, score_whole

_WARM_UP = 0.06
_ANSWERABLE_WEIGHT = 0.5
# Questions whose examples are drawn, sorted by length and shuffled in batches together.
_SHARD = 1024
_SAVE_SECONDS, _SAY_BATCHES = 300, 200


class Recipe(NamedTuple):
    """How a reader is trained; all that its card says of it.

    `tokens` and `examples` bound a batch, padding counted in. `distilled` is the share of the teacher in the
    target, where there is one.
    """

    epochs: int = 4
    minutes: float | None = None
    rate: float = 3e-4
    dropout: float = 0.1
    tokens: int = 16_384
    examples: int = 96
    seed: int = 0
    embeddings: bool = False
    distilled: float = 0.5


class Drawing(Protocol):
    """Draws epochs: an order of what examples are made of, and the examples of a part of it."""

    def order(self, seed: int, epoch: int) -> list[Any]:
        """What an epoch draws, shuffled."""
        ...

    def examples(self, drawn: list[Any], chance: random.Random) -> Iterator[Example]:
        """The examples that some of it gives."""
        ...


# That of a reader that learns no more.
_AS_READ = Recipe(dropout=0.0)


def main() -> None:
    """Train, score and save; see the module."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--name", default="reader", help="of the checkpoint in the work folder")
    parser.add_argument("--set", nargs="*", default=[], metavar="NAME=VALUE", help="a value of Recipe or Mix")
    parser.add_argument("--minutes", type=float, help="of training, scoring not counted")
    parser.add_argument("--start", type=Path, help="begin with the weights of this checkpoint")
    parser.add_argument("--taught", action="store_true", help="learn what the second reader says")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--workers", type=int, default=0, help="processes that draw and encode")
    arguments = parser.parse_args()
    work: Path = arguments.work
    if not (work / "pools.jsonl").is_file():
        sys.exit(f"{work / 'pools.jsonl'}: missing; run: python -m qa.training.reader_data --work {work}")
    given = dict(pair.split("=", 1) for pair in arguments.set)
    recipe, mix = _filled(Recipe(minutes=arguments.minutes), given), _filled(Mix(), given)
    if unknown := given.keys() - {*Recipe._fields, *Mix._fields}:
        sys.exit(f"{sorted(unknown)[0]}: neither Recipe nor Mix has it")
    torch.manual_seed(recipe.seed)
    pools: Drawing = (
        TaughtPools(read_taught(work / "taught.jsonl"), mix.cut)
        if arguments.taught
        else Pools(*read_sources(work), mix)
    )
    model = loaded(arguments.start, recipe) if arguments.start else _new(recipe)
    training = Training(model, work / f"{arguments.name}.pt", (recipe, mix), arguments.device)
    training.run(pools, arguments.workers)
    _say(f"{arguments.name} {recipe} {mix}")
    for line in scores(training.model, work, arguments.device):
        _say(f"{arguments.name} {line}")


def _filled(values: Any, given: dict[str, str]) -> Any:  # noqa: ANN401 - a Recipe or a Mix, as given
    """The values with those replaced that are given by name, in the type that they have."""
    mine = {
        name: type(getattr(values, name))(float(value))
        for name, value in given.items()
        if name in values._fields
    }
    return values._replace(**mine)


class Shards(Dataset[Any]):
    """The batches of `_SHARD` questions each, drawn and encoded when they are asked for."""

    def __init__(self, pools: Drawing, recipe: Recipe, tokenizer: Tokenizer) -> None:
        self._pools, self._recipe, self._tokenizer = pools, recipe, tokenizer
        orders = [pools.order(recipe.seed, epoch) for epoch in range(recipe.epochs)]
        self._parts = [order[n : n + _SHARD] for order in orders for n in range(0, len(order), _SHARD)]

    def __len__(self) -> int:
        return len(self._parts)

    def __getitem__(self, place: int) -> tuple[list[tuple[Any, ...]], Counter[str]]:
        """Batches as arrays, which pass between processes without open files; the examples' kinds."""
        chance = random.Random(f"{self._recipe.seed}-{place}")
        examples = list(self._pools.examples(self._parts[place], chance))
        encoded = encode(self._tokenizer, examples)
        order = sorted(range(len(examples)), key=lambda n: len(encoded[n].ids))
        batches: list[list[int]] = [[]]
        for n in order:
            size = len(batches[-1]) + 1
            if size > self._recipe.examples or size * padded(len(encoded[n].ids)) > self._recipe.tokens:
                batches.append([])
            batches[-1].append(n)
        chance.shuffle(batches)
        made = [
            collate(
                [examples[n] for n in some],
                [encoded[n] for n in some],
                padded(max(len(encoded[n].ids) for n in some)),
                self._recipe.distilled,
            )
            for some in batches
        ]
        return (
            [tuple(part.numpy() for part in batch) for batch in made],
            Counter(example.kind for example in examples),
        )


class Training:
    """A reader being trained, and its checkpoint."""

    def __init__(
        self,
        model: ReaderModel,
        checkpoint: Path,
        chosen: tuple[Recipe, Mix],
        device: str,
    ) -> None:
        self._checkpoint, self._device = checkpoint, torch.device(device)
        self._recipe, self._mix = chosen
        self.model = model.to(self._device)
        self._learner = HalvedModel(self.model, self._recipe.rate)
        self.progress: dict[str, Any] = {"shards": 0, "batches": 0, "seconds": 0.0, "kinds": {}}
        if checkpoint.is_file():
            saved = torch.load(checkpoint, weights_only=True)
            self._learner.restore(saved)
            self.progress = saved["progress"]
            _say(f"going on from shard {self.progress['shards']}")

    def run(self, pools: Drawing, workers: int) -> None:
        """Train to the end of the epochs or of the minutes, from where the checkpoint stands."""
        shards = Shards(pools, self._recipe, new_tokenizer())
        places = range(self.progress["shards"], len(shards))
        # Left as arrays: tensors would pass between processes as open files, of which there are too many.
        loader: DataLoader[Any] = DataLoader(
            shards, batch_size=None, sampler=places, num_workers=workers, collate_fn=lambda item: item
        )
        kinds = Counter(self.progress["kinds"])
        losses = torch.zeros((), device=self._device)
        saved_at = began = time.monotonic()
        for batches, found in loader:
            for n, arrays in enumerate(batches):
                batch = Batch(*(torch.from_numpy(part).to(self._device) for part in arrays))
                share = (self.progress["shards"] + n / len(batches)) / len(shards)
                losses += self._step(batch, self._rate(share, began))
                self.progress["batches"] += 1
                if self.progress["batches"] % _SAY_BATCHES == 0:
                    _say(
                        f"shard {self.progress['shards']} of {len(shards)}, loss {losses / _SAY_BATCHES:.4f}"
                    )
                    losses.zero_()
            kinds.update(found)
            now = time.monotonic()
            self.progress["shards"] += 1
            self.progress["seconds"] += now - began
            began = now
            self.progress["kinds"] = dict(sorted(kinds.items()))
            if now - saved_at > _SAVE_SECONDS:
                self._save()
                saved_at = now
            if self._used(0.0) >= 1:
                break
        self._save()
        seen, spent = kinds.total(), self.progress["seconds"]
        _say(f"{seen} examples in {spent:.0f} s, {seen / max(spent, 1e-9):.0f} a second")

    def _used(self, since: float) -> float:
        """The share of the minutes that is used; 0 where there is no bound."""
        return (
            (self.progress["seconds"] + since) / (60 * self._recipe.minutes) if self._recipe.minutes else 0.0
        )

    def _rate(self, share: float, began: float) -> float:
        """The share of the learning rate, from 0 to 1."""
        used = min(1.0, max(share, self._used(time.monotonic() - began)))
        return min(used / _WARM_UP + 0.01, (1 - used) / (1 - _WARM_UP))

    def _step(self, batch: Batch, rate: float) -> Tensor:
        self.model.train()
        loss = _loss(_float(self.model(*batch[:3])), batch)
        loss.backward()  # type: ignore[no-untyped-call]
        self._learner.step(rate)
        return loss.detach()

    def _save(self) -> None:
        """Replace the checkpoint in one step, so that a kill leaves the last whole one."""
        half = self._checkpoint.with_suffix(".part")
        state = self._learner.state() | {
            "progress": self.progress,
            "recipe": self._recipe._asdict() | self._mix._asdict(),
        }
        torch.save(state, half)
        half.replace(self._checkpoint)


def _new(recipe: Recipe) -> ReaderModel:
    return new_model(recipe.dropout, embeddings=recipe.embeddings)


def loaded(path: Path, recipe: Recipe = _AS_READ) -> ReaderModel:
    """The reader of a checkpoint."""
    model = _new(recipe)
    model.load_state_dict(torch.load(path, weights_only=True, map_location="cpu")["model"])
    return model


def scores(model: ReaderModel, work: Path, device: str) -> Iterator[str]:
    """Lines with the scores on what chooses between models: the passage given, and whole articles."""
    running = TorchSpanModel(model, device)
    given = predictions(running.forward, new_tokenizer(), read(work / "validation.jsonl"))
    yield f"passage given: {summary(given)}"
    asked = read_whole(work / "whole.jsonl")
    for name, some in (
        ("validation articles", [one for one in asked if one.question.document_id]),
        ("first article, tuning half", [one for one in asked if not one.question.document_id]),
    ):
        yield f"{name}: {score_whole(ExtractiveReader(running), some)}"


def _float(outputs: tuple[Tensor, Tensor, Tensor]) -> tuple[Tensor, Tensor, Tensor]:
    start, end, answerable = outputs
    return start.float(), end.float(), answerable.float()


def _loss(outputs: tuple[Tensor, Tensor, Tensor], batch: Batch) -> Tensor:
    start, end, answerable = outputs
    spans = _cross_entropy(start, batch.starts) + _cross_entropy(end, batch.ends)
    return 0.5 * spans + _ANSWERABLE_WEIGHT * binary_cross_entropy_with_logits(answerable, batch.answerable)


def _cross_entropy(logits: Tensor, targets: Tensor) -> Tensor:
    """The mean over the rows that have a target."""
    known = targets.sum(-1) > 0
    return -(targets * logits.log_softmax(-1)).sum() / known.sum().clamp(min=1)


def _say(line: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {line}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
