"""Fit how spans are ranked, what makes their confidence, and where the verdicts start.

    python -m qa.training.confidence [--reader quoth] [--fast] [--data ../shared/data] [--test] [--write]

The questions come from several populations, since people ask other things than SQuAD does; see POPULATIONS of
`qa.training.confidence_questions`. The readers that ship learnt from none of these documents. Each population
counts as its weight says, however many questions it has: half of the weight is people's own documents and
questions, the rest encyclopaedias, by a search box's questions and by SQuAD's traps. Each question is asked
of its own document; those of `nq` also of the nearest paragraph that does not hold their answer.

A best guess is right when its quote overlaps the evidence and holds an accepted answer
(`qa.evaluation.metrics.is_right`).

The thresholds follow from costs, see Costs. With --test the sets kept for testing are scored too, once
nothing is chosen any more.
"""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from qa.answer.confidence import Signals, confidence, signals
from qa.evaluation.metrics import is_right
from qa.evaluation.refusal import auroc, ece
from qa.read.calibration import FILE, Calibration, Ranking
from qa.read.ranking import known_of
from qa.read.reader import ExtractiveReader
from qa.read.spans import Span
from qa.training.confidence_questions import (
    FIRST_RANKING,
    POPULATIONS,
    TESTS,
    Asked,
    collect,
    readers_of,
)
from qa.training.sets import ready
from qa.types import Citation

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
# What only a trained reader knows.
_TRAINED = frozenset({"margin", "answerable", "support", "second_margin", "second_answerable", "around"})
# By the mean scores on each population when it is left out of the fit; 5 to 80 differ by 0.002.
_RIDGE = 20.0
# Spans of a question that its ranking learns from.
_RANKED = 12


class Costs(NamedTuple):
    """What a verdict costs, in units of a wrong guess that is shown as likely.

    `wrong` is a wrong guess given as the answer, `withheld` a right one that is not shown, `unsure` a right
    one that is shown as likely only.
    """

    wrong: float = 11.0
    withheld: float = 8.5
    unsure: float = 4.5

    def thresholds(self) -> tuple[float, float]:
        """The confidence from which a guess is answered, and that from which it is likely.

        Answering costs (1 - p) wrong, showing as likely p unsure + (1 - p), silence p withheld; each
        threshold is where two of them are equal.
        """
        answered = (self.wrong - 1) / (self.wrong - 1 + self.unsure)
        likely = 1 / (self.withheld - self.unsure + 1)
        return round(answered, 3), round(likely, 3)


def main() -> None:
    """Print the scores and, with --write, change this reader's entry in calibration.json."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--reader", default="quoth", help="as for quoth ask, or the folder of a trained one")
    parser.add_argument("--data", type=ready, default="../shared/data")
    parser.add_argument("--fast", action="store_true", help="without the second reading")
    parser.add_argument("--test", action="store_true")
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    for name in POPULATIONS:
        if not (arguments.data / name).is_dir():
            sys.exit(f"{arguments.data / name}: no such folder; name the data with --data")
    readers = readers_of(arguments.reader, fast=arguments.fast)
    asked = {name: collect(arguments.data, name, chosen, readers) for name, chosen in POPULATIONS.items()}
    weights = {name: chosen.weight for name, chosen in POPULATIONS.items()}
    ranking = None
    if isinstance(readers.first, ExtractiveReader):
        ranking = fit_ranking(asked, weights)
        print(f"ranking: {ranking.model_dump_json()}")
        readers = readers.ranked(ranking)
        asked = {
            name: [one._replace(spans=readers.read(one)) for one in some] for name, some in asked.items()
        }
    names = [name for name in Signals._fields if ranking or name not in _TRAINED]
    for name, some in asked.items():
        rest = {other: known for other, known in asked.items() if other != name}
        print(f"left out, {scores(name, some, fit(rest, weights, names))}")
    calibration = fit(asked, weights, names).model_copy(update={"ranking": ranking})
    tests = {
        f"{name}, kept for testing": collect(arguments.data, name, chosen, readers)
        for name, chosen in (TESTS.items() if arguments.test else ())
    }
    for name, some in {**asked, **tests}.items():
        print(scores(name, some, calibration))
    print(calibration.model_dump_json(indent=1, exclude_none=True))
    if arguments.write:
        kept = json.loads(FILE.read_text(encoding="utf-8"))
        kept[readers.calibration] = calibration.model_dump(mode="json", exclude_none=True)
        FILE.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")


def right(one: Asked, span: Span) -> bool:
    """Whether a span's quote is right."""
    passage = one.passages[span.passage].hit.passage
    quote = passage.text[span.start - passage.start : span.end - passage.start]
    place = Citation.model_construct(
        document_id=passage.document_id, start=span.start, end=span.end, quote=quote
    )
    return is_right(place, one.question)


def fit_ranking(asked: Mapping[str, Sequence[Asked]], weights: Mapping[str, float]) -> Ranking:
    """Weights that put a right span first: a listwise softmax over each answerable question's spans.

    The loss is the negative log of the share of the softmax that the right spans have; no weight is below 0.
    """
    from scipy.optimize import minimize
    from scipy.special import logsumexp, softmax

    names = list(Ranking.model_fields)
    lists: list[tuple[float, Floats, Bools]] = []
    for name, some in asked.items():
        for one in some:
            ok = np.array([right(one, span) for span in one.spans[:_RANKED]], dtype=np.bool_)
            if ok.any():
                known = np.array([known_of(span, one.passages[span.passage]) for span in one.spans[:_RANKED]])
                lists.append((weights[name] / len(some), known, ok))

    def loss(parameters: Floats) -> tuple[float, Floats]:
        value, slope = 0.0, np.zeros(len(names))
        for weight, known, ok in lists:
            rank = known @ parameters
            value += weight * float(logsumexp(rank) - logsumexp(rank[ok]))
            slope += weight * (known.T @ softmax(rank) - known[ok].T @ softmax(rank[ok]))
        return value, slope

    start = np.array(list(FIRST_RANKING.model_dump().values()))
    best = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=[(0.0, None)] * len(names)).x
    return Ranking(**{name: round(float(weight), 3) for name, weight in zip(names, best, strict=True)})


def fit(
    asked: Mapping[str, Sequence[Asked]], weights: Mapping[str, float], names: Sequence[str]
) -> Calibration:
    """Logistic regression with ridge; no weight is below 0, since every signal speaks for the best guess."""
    from scipy.optimize import minimize
    from scipy.special import expit

    parts = [(_known(some, names), _right(some), weights[name]) for name, some in asked.items()]
    columns = np.vstack([known for known, _, _ in parts])
    ok = np.concatenate([ok for _, ok, _ in parts])
    # Each population counts as its weight in thousands of questions.
    share = np.concatenate([np.full(len(known), 1000 * weight / len(known)) for known, _, weight in parts])

    def loss(parameters: Floats) -> tuple[float, Floats]:
        slopes, intercept = parameters[:-1], parameters[-1]
        logits = columns @ slopes + intercept
        value = share @ (np.logaddexp(0.0, logits) - logits * ok) + _RIDGE * (slopes @ slopes)
        error = share * (expit(logits) - ok)
        return float(value), np.append(columns.T @ error + 2 * _RIDGE * slopes, error.sum())

    bounds = [(0.0, None)] * len(names)
    start = np.zeros(len(names) + 1)
    best = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=[*bounds, (None, None)]).x
    answered, likely = Costs().thresholds()
    return Calibration(
        intercept=round(float(best[-1]), 4),
        coefficients={
            name: round(float(w), 4) for name, w in zip(names, best[:-1], strict=True) if abs(w) > 5e-5
        },
        threshold=answered,
        likely=likely,
        fitted_on=", ".join(f"{len(some)} questions of {name}" for name, some in asked.items()),
    )


def scores(name: str, asked: Sequence[Asked], fitted: Calibration) -> str:
    """What the confidence and the verdicts come to on some questions, in a line."""
    answerable = np.array([one.question.answerable for one in asked])
    sure, ok = _estimates(asked, fitted), _right(asked)
    given, answered = sure >= fitted.likely, sure >= fitted.threshold
    return (
        f"{name}: {len(asked)} asked; answerable: right {ok[answerable].mean():.3f}, "
        f"given {(given & ok)[answerable].mean():.3f}, "
        f"answered wrongly {(answered & ~ok)[answerable].mean():.3f}; "
        f"unanswerable: not answered {(~answered)[~answerable].mean():.3f}, "
        f"silent {(~given)[~answerable].mean():.3f}; "
        f"AUROC answerable {auroc(sure.tolist(), answerable.tolist()):.3f}, "
        f"right {auroc(sure.tolist(), ok.tolist()):.3f}; ECE {ece(sure.tolist(), ok.tolist()):.3f}"
    )


def _known(asked: Sequence[Asked], names: Sequence[str]) -> Floats:
    places = [Signals._fields.index(name) for name in names]
    return np.array([signals(one.passages, one.spans) for one in asked], dtype=np.float64)[:, places]


def _right(asked: Sequence[Asked]) -> Bools:
    return np.array([right(one, one.spans[0]) for one in asked], dtype=np.bool_)


def _estimates(asked: Sequence[Asked], fitted: Calibration) -> Floats:
    return np.array([confidence(signals(one.passages, one.spans), fitted) for one in asked])


if __name__ == "__main__":
    main()
