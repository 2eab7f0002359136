"""Fit the model of the checker and measure the checker, rules and model together, on held-back documents.

    python -m qa.training.checker [--data ../shared/data] [--pairs 2000] [--write]

Learnt from pairs that a program makes of half the documents of four sets (`checker_data`); measured on pairs
of the other half, and on the set `checks`, from which nothing is learnt.
"""

import argparse
import json
import random
import sys
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.embed.embedder import SentenceTransformerEmbedder
from qa.training.checker_data import sources
from qa.training.checker_pairs import Pair, pairs_of
from qa.write import entailment
from qa.write.checks import by_rule
from qa.write.entailment import Floats, Model

_HIDDEN = 24
_STEPS, _BATCH, _RATE, _DECAY = 2500, 256, 3e-3, 1e-4
_AT_ONCE = 64
# So many of the faithful statements that are learnt from fall below the bar. On a human's paraphrases, of
# the set `checks`, a higher bar strikes far more.
_STRUCK = 0.015
# A question's words are a person's own, so that its statement is as far from the sentence as paraphrases are.
_QUESTIONS = 3.0
# Which of two names or numbers that both stand there is meant cannot be told from the alignment: with these
# among them the others are learnt worse.
_NOT_LEARNT = frozenset({"swapped name", "swapped number"})


def pairs(folder: Path, *, fitting: bool, most: int) -> dict[str, list[Pair]]:
    """Pairs of one half of the documents by kind, at most so many of each."""
    chance = random.Random(1)
    found: dict[str, list[Pair]] = defaultdict(list)
    for document in sources(folder, fitting=fitting):
        for pair in pairs_of(document, chance):
            found[pair.kind].append(pair)
    return {kind: chance.sample(made, min(most, len(made))) for kind, made in found.items()}


def checks(folder: Path) -> dict[str, list[Pair]]:
    """The pairs of the set `checks` by kind."""
    found: dict[str, list[Pair]] = defaultdict(list)
    for line in (folder / "checks" / "pairs.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        pair = Pair(row["evidence"], row["statement"], row["supported"], row["kind"], "")
        found[row["kind"]].append(pair)
    return found


def table(made: Sequence[Pair], embedder: SentenceTransformerEmbedder) -> Floats:
    """The features of pairs, a row each."""
    rows: list[Floats] = []
    for first in range(0, len(made), _AT_ONCE):
        some = made[first : first + _AT_ONCE]
        read = entailment.read([text for pair in some for text in (pair.statement, pair.evidence)], embedder)
        rows += [entailment.features(one, other) for one, other in zip(read[::2], read[1::2], strict=True)]
    return np.array(rows)


def fitted(made: Sequence[Pair], features: Floats) -> Model:
    """The model that is learnt from pairs, with its bar."""
    supported = np.array([pair.supported for pair in made])
    # As many of faithful statements as of altered ones.
    weights = np.where(supported, 1 / supported.sum(), 1 / (~supported).sum())
    weights *= np.array([_QUESTIONS if pair.kind == "question" else 1.0 for pair in made])
    model = fit(features, supported, weights)
    return model._replace(bar=float(np.quantile(model.logits(features[supported]), _STRUCK)))


def fit(features: Floats, supported: NDArray[np.bool_], weights: Floats, seed: int = 0) -> Model:
    """A layer of hidden units over the scaled features, by Adam on the weighted cross-entropy."""
    chance = np.random.default_rng(seed)
    mean, scale = features.mean(axis=0), features.std(axis=0) + 1e-6
    inputs = (features - mean) / scale
    size = features.shape[1]
    found = [
        chance.normal(0, size**-0.5, (size, _HIDDEN)), np.zeros(_HIDDEN),
        chance.normal(0, _HIDDEN**-0.5, _HIDDEN), np.zeros(1),
    ]  # fmt: skip
    first, second = [np.zeros_like(one) for one in found], [np.zeros_like(one) for one in found]
    drawn = weights / weights.sum()
    for step in range(1, _STEPS + 1):
        rows = chance.choice(len(inputs), _BATCH, p=drawn)
        batch, target = inputs[rows], supported[rows].astype(np.float64)
        hidden = np.tanh(batch @ found[0] + found[1])
        error = (1 / (1 + np.exp(-(hidden @ found[2] + found[3]))) - target) / _BATCH
        back = np.outer(error, found[2]) * (1 - hidden**2)
        slopes = [batch.T @ back, back.sum(axis=0), hidden.T @ error, np.array([error.sum()])]
        rate = _RATE * (1 - step / _STEPS) + 1e-5
        for place, slope in enumerate(slopes):
            slope = slope + _DECAY * found[place]
            first[place] = 0.9 * first[place] + 0.1 * slope
            second[place] = 0.999 * second[place] + 0.001 * slope**2
            ahead = first[place] / (1 - 0.9**step)
            found[place] = found[place] - rate * ahead / (np.sqrt(second[place] / (1 - 0.999**step)) + 1e-8)
    return Model(mean, scale, found[0], found[1], found[2], found[3], 0.0)


def main() -> None:
    """Fit, choose the bar, and print how many statements of each kind are struck."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--pairs", type=int, default=2000, help="the most pairs of a kind")
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    if not (arguments.data / "natural_train").is_dir():
        sys.exit(f"{arguments.data}: holds no natural_train; name the question-answering data with --data")
    embedder = SentenceTransformerEmbedder()
    by_kind = pairs(arguments.data, fitting=True, most=arguments.pairs)
    made = [pair for kind, some in by_kind.items() if kind not in _NOT_LEARNT for pair in some]
    model = fitted(made, table(made, embedder))
    if arguments.write:
        model.save()
    held = {**pairs(arguments.data, fitting=False, most=arguments.pairs)}
    held |= {f"checks: {kind}": some for kind, some in checks(arguments.data).items()}
    print("| kind | pairs | struck by rule | by the model | by either |\n| --- | --- | --- | --- | --- |")
    for kind, some in sorted(held.items(), key=lambda one: (one[1][0].supported, one[0])):
        trained = model.logits(table(some, embedder)) < model.bar
        rule = np.array([bool(by_rule(pair.statement, [pair.evidence])) for pair in some])
        shares = " | ".join(f"{share.mean():.3f}" for share in (rule, trained, rule | trained))
        print(f"| {'faithful' if some[0].supported else 'altered'}, {kind} | {len(some)} | {shares} |")


if __name__ == "__main__":
    main()
