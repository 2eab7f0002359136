"""Fit whether a question needs its conversation, and write the weights into the package.

    python -m qa.training.followups [--data ../shared/data] [--write]

Learnt from: half the documents of `conversations`, the development half of CANARD, and complete questions of
`natural_train`, `nq`, `squad2_dev` (not its test articles) and `intents` after a foreign history.
`benchmarks/followups.py` and `benchmarks/conversations.py` measure on the rest.
"""

import argparse
import random
import sys

import numpy as np

from qa.converse import weights
from qa.training.followups_data import Data
from qa.training.followups_need import examples, fit_need, probabilities
from qa.training.sets import ready


def main() -> None:
    """Fit the model and print the shares that are right."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=ready, default="../shared/data")
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    if not (arguments.data / "conversations").is_dir():
        sys.exit(f"{arguments.data}: holds no conversations; name the question-answering data with --data")
    judged = examples(Data(arguments.data), random.Random(0))
    model = fit_need(judged)
    likely = probabilities(judged, model)
    for needs in (True, False):
        share = np.mean(
            [(p >= 0.5) == needs for one, p in zip(judged, likely, strict=True) if one.needs == needs]
        )
        print(f"{share:.3f} right of those that {'need' if needs else 'do not need'} their context")
    if arguments.write:
        np.savez_compressed(weights.FILE, **weights.packed(model, "need"))  # type: ignore[arg-type]


if __name__ == "__main__":
    main()
