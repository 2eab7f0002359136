"""Choose the bars of the checker's model and measure the checker, rules and model together.

    python -m qa.training.checker [--data ../shared/data] [--pairs 2000] [--kind KIND ...] [--write]

The model is a head of the second reader, learnt by `qa.training.second` from pairs that a program makes of
half the documents of five sets (`checker_data`). The bars are chosen on pairs of other documents, since the
model knows what it has learnt from too well. Measured are pairs of the rest, and the set `checks`, from which
nothing is learnt.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np

from index.machine import cores
from qa.training.checker_data import checks, pairs
from qa.training.checker_pairs import Pair
from qa.training.sets import ready
from qa.write.checks import BARS_FILE, Bars, by_rule, entailment, struck

# So many of the reworded sentences are struck at most. With 0.04 a third of the paraphrases of `checks` are.
_STRUCK = 0.03
# The kinds of altered statements that depend on the bars. So many of each kind the bars are chosen on, and so
# many reworded ones.
_SMALL = ("negation", "quantifier", "modal", "comparison", "name", "swapped name", "other answer", "extra")
_CHOOSING, _REWORDED = 500, 2000


class Checked(NamedTuple):
    """A pair with what rules and model say of it."""

    pair: Pair
    absent: list[str]
    small: list[str]
    logit: float

    def is_struck(self, least: Bars) -> bool:
        """Whether the checker strikes the statement, with these bars."""
        return bool(struck(self.absent, self.small, self.logit, least))


def checked(some: Sequence[Pair]) -> list[Checked]:
    """Pairs with what rules and model say of them."""

    def one(pair: Pair) -> Checked:
        rules = by_rule(pair.statement, [pair.evidence])
        return Checked(pair, *rules, entailment(pair.statement, pair.evidence))

    with ThreadPoolExecutor(cores()) as workers:
        return list(workers.map(one, some))


def chosen(faithful: Sequence[Checked], altered: Sequence[Checked]) -> Bars:
    """The bars, in fifths, that strike most altered statements and at most a share of the faithful ones.

    A small word that looks turned is forgiven only where the model holds that the statement follows.
    """
    every = (
        Bars(follows / 5, certain / 5) for follows in range(-15, 16) for certain in range(max(follows, 3), 21)
    )
    lenient = [bars for bars in every if _share(faithful, bars) <= _STRUCK]
    return max(lenient, key=lambda bars: _share(altered, bars))


def _share(some: Sequence[Checked], least: Bars) -> float:
    return float(np.mean([one.is_struck(least) for one in some]))


def main() -> None:
    """Choose the bars, and print how many statements of each kind are struck."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=ready, default="../shared/data")
    parser.add_argument("--pairs", type=int, default=2000, help="the most pairs of a kind")
    parser.add_argument("--kind", nargs="*", help="measure only these kinds, and those of the set checks")
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    if not (arguments.data / "natural_train").is_dir():
        sys.exit(f"{arguments.data}: holds no natural_train; name the question-answering data with --data")
    choosing = pairs(arguments.data, "choosing", _REWORDED)
    altered = checked([pair for kind in _SMALL for pair in choosing[kind][:_CHOOSING]])
    least = chosen(checked(choosing["rewording"]), altered)
    print(least)
    if arguments.write:
        BARS_FILE.write_text(json.dumps(least._asdict()) + "\n", encoding="utf-8")
    held = pairs(arguments.data, "measured", arguments.pairs)
    held = {kind: some for kind, some in held.items() if kind in (arguments.kind or held)}
    held |= {f"checks: {kind}": some for kind, some in checks(arguments.data).items()}
    print("| kind | pairs | struck by rule | by the model | together |\n| --- | --- | --- | --- | --- |")
    for kind, some in sorted(held.items(), key=lambda one: (one[1][0].supported, one[0])):
        known = checked(some)
        rule = np.mean([bool(one.absent or one.small) for one in known])
        trained = np.mean([one.logit < least.follows for one in known])
        both = _share(known, least)
        name = "faithful" if some[0].supported else "altered"
        print(f"| {name}, {kind} | {len(some)} | {rule:.3f} | {trained:.3f} | {both:.3f} |", flush=True)


if __name__ == "__main__":
    main()
