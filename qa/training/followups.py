"""Fit the small models of `qa.converse` and write their weights into the package.

    python -m qa.training.followups [--data ../shared/data] [--write]

Learnt from: half the documents of `conversations`, the development half of CANARD, and complete questions
of `natural_train`, `nq`, `squad2_dev` (not its test articles) and `intents` after a foreign history;
which words are verbs and what pronouns are said of from the texts of `natural_train`, `nq`, `fairytale`,
`squadshifts` and SQuAD. Prints how often each model is right within what it learnt from;
`benchmarks/followups.py` and `benchmarks/conversations.py` measure on the rest. Takes two minutes. Needs
the extra "train".
"""

import argparse
import random
import sys
from collections import defaultdict

import numpy as np

from qa.converse import weights
from qa.converse.mentions import verb_probability
from qa.converse.weights import Linear
from qa.evaluation.splits import TEST_ARTICLES
from qa.training.followups_data import Data, FollowUp
from qa.training.followups_need import examples, fit_need, probabilities
from qa.training.followups_referents import (
    choices,
    first_right,
    fit_referents,
    from_people,
    from_rules,
    switched,
)
from qa.training.followups_words import fit_pronouns, fit_verbs
from qa.training.sets import ready

# What is meant is learnt from conversations as the rules make them stand alone, with the referents of the
# round before; the first round takes what people wrote.
_ROUNDS = 2


def main() -> None:
    """Fit one model after the other, each with those before it in use; print the shares that are right."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=ready, default="../shared/data")
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    if not (arguments.data / "conversations").is_dir():
        sys.exit(f"{arguments.data}: holds no conversations; name the question-answering data with --data")
    data = Data(arguments.data)
    before = weights.FILE.read_bytes() if weights.FILE.is_file() else b""
    texts = _texts(data)
    models = {"verbs": fit_verbs(texts)}
    _use(models)
    models["pronouns"] = fit_pronouns(texts)
    _use(models)
    judged = examples(data, random.Random(0))
    models["need"] = fit_need(judged)
    likely = probabilities(judged, models["need"])
    for needs in (True, False):
        share = np.mean(
            [(p >= 0.5) == needs for one, p in zip(judged, likely, strict=True) if one.needs == needs]
        )
        print(f"need of context: {share:.3f} right of those that {'need' if needs else 'do not need'} it")
    follow_ups = [*data.conversations(fitting=True), *data.canard("development")]
    models["referents"] = _fit_referents(models, follow_ups)
    _use(models)
    if not arguments.write:
        weights.FILE.write_bytes(before)


def _texts(data: Data) -> list[str]:
    """Texts that nothing is ever measured on."""
    folders = ("natural_train", "fairytale", "nq", "squadshifts", "squad11_dev", "squad2_dev")
    rows = [row for folder in folders for row in data.rows(f"{folder}/documents.jsonl")]
    return [row["text"] for row in rows if row["id"] not in TEST_ARTICLES]


def _fit_referents(models: dict[str, Linear], follow_ups: list[FollowUp]) -> Linear:
    follow_ups = [*follow_ups, *switched(follow_ups, random.Random(0))]
    people = choices(follow_ups, from_people)
    model = fit_referents(people)
    people = [choice for choice in people if choice.follow_up.source != "switched"]
    for _ in range(_ROUNDS):
        _use({**models, "referents": model})
        chosen = choices(follow_ups, from_rules)
        model = fit_referents([*chosen, *people])
    right: dict[tuple[str, str], list[bool]] = defaultdict(list)
    for choice, good in zip(chosen, first_right(chosen, model), strict=True):
        right[choice.follow_up.source, choice.kind].append(good)
    for (source, kind), goods in sorted(right.items()):
        print(f"{source}, {kind}: {np.mean(goods):.3f} of {len(goods)} right")
    return model


def _use(models: dict[str, Linear]) -> None:
    """Put models into the package's file, for those that are fitted next."""
    arrays = {
        key: array for name, model in models.items() for key, array in weights.packed(model, name).items()
    }
    np.savez_compressed(weights.FILE, **arrays)  # type: ignore[arg-type]
    weights.shipped.cache_clear()
    verb_probability.cache_clear()


if __name__ == "__main__":
    main()
