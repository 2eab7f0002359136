"""Metrics of confidence and refusal: whether the confidence says which best guesses are right.

`confidence` is one number from 0 to 1 a question; `right` says whether the best guess was right (never
so for an unanswerable question). Pure functions on numpy arrays, of shape (n,).
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from qa.evaluation.metrics import Interval

Floats = NDArray[np.float64]

BINS = 10
_EDGES = np.arange(BINS + 1) / BINS  # not linspace: its 0.3 is not 0.3


class ReliabilityBin(BaseModel):
    """One bar of the reliability diagram: `low < confidence <= high` (the first holds 0.0 too).

    `confidence` is the mean confidence of the `count` questions in it, `right` the share of them
    whose best guess was right; both None in an empty bin.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    low: float
    high: float
    count: int
    confidence: float | None
    right: float | None


def coverage_at_precision(
    confidence: Sequence[float], right: Sequence[bool], precision: float = 0.9
) -> float:
    """The largest share of all questions that a threshold answers with at least this precision.

    Only thresholds that exist are tried: questions of equal confidence are answered together. 0.0
    when no threshold is precise enough.
    """
    counts, wrong = _groups(confidence, right)
    answered = np.cumsum(counts)
    precise = (answered - np.cumsum(wrong)) / np.maximum(answered, 1) >= precision
    return float(answered[precise].max() / answered[-1]) if precise.any() else 0.0


def risk_coverage(confidence: Sequence[float], right: Sequence[bool]) -> tuple[Floats, Floats]:
    """The risk–coverage curve: at coverage k/n, the share of wrong guesses among the k most confident.

    El-Yaniv & Wiener, 2010. Among equal confidences the order is chance, and the expected risk is given,
    so that the order of the questions changes nothing. Returns (coverage, risk), each of shape (n,).
    """
    counts, wrong = _groups(confidence, right)
    position = np.arange(1, int(counts.sum()) + 1)
    before = np.repeat(np.cumsum(counts) - counts, counts)
    wrong_before = np.repeat(np.cumsum(wrong) - wrong, counts)
    expected = wrong_before + np.repeat(wrong / counts, counts) * (position - before)
    return position / len(position), expected / position


def aurc(confidence: Sequence[float], right: Sequence[bool]) -> float | None:
    """The area under the risk–coverage curve: the mean of its n risks (Geifman et al., 2019).

    Lower is better; it is the one figure here for which that is so, besides the calibration error.
    """
    return float(risk_coverage(confidence, right)[1].mean()) if len(confidence) else None


def auroc(confidence: Sequence[float], positive: Sequence[bool]) -> float | None:
    """The chance that a positive question is more confident than a negative one; a tie counts half.

    The Mann–Whitney U over the number of pairs, from mid-ranks. None unless both classes occur.
    """
    labels = np.asarray(positive, dtype=bool)
    positives = int(labels.sum())
    negatives = len(labels) - positives
    if not positives or not negatives:
        return None
    _, group, counts = np.unique(np.asarray(confidence, float), return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[group]
    u = ranks[labels].sum() - positives * (positives + 1) / 2
    return float(u / (positives * negatives))


def ece(confidence: Sequence[float], right: Sequence[bool]) -> float | None:
    """The expected calibration error over ten equal-width bins: Σ n_b/n · |right_b - confidence_b|.

    Naeini et al., 2015; Guo et al., 2017. Lower is better.
    """
    if not len(confidence):
        return None
    bins, gaps = _gaps(confidence, right)
    return _ece(bins, gaps)


def ece_interval(
    confidence: Sequence[float], right: Sequence[bool], *, rounds: int = 1000, seed: int = 0
) -> Interval | None:
    """The 95 % percentile bootstrap interval of `ece`, over resampled questions; the same for a seed.

    The error is a sum of absolute values, so resampling raises it a little: on few questions the
    interval lies high.
    """
    if not len(confidence):
        return None
    bins, gaps = _gaps(confidence, right)
    random = np.random.default_rng(seed)
    drawn = (random.integers(0, len(bins), len(bins)) for _ in range(rounds))
    low, high = np.percentile([_ece(bins[rows], gaps[rows]) for rows in drawn], [2.5, 97.5])
    return float(low), float(high)


def reliability(confidence: Sequence[float], right: Sequence[bool]) -> tuple[ReliabilityBin, ...]:
    """The table behind the reliability diagram, ten bins."""
    scores, hits = np.asarray(confidence, float), np.asarray(right, float)
    bins = _bins(scores)
    table = []
    for number in range(BINS):
        inside = bins == number
        filled = bool(inside.any())
        table.append(
            ReliabilityBin(
                low=number / BINS,
                high=(number + 1) / BINS,
                count=int(inside.sum()),
                confidence=float(scores[inside].mean()) if filled else None,
                right=float(hits[inside].mean()) if filled else None,
            )
        )
    return tuple(table)


def _groups(confidence: Sequence[float], right: Sequence[bool]) -> tuple[NDArray[np.int64], Floats]:
    """The number of questions and of wrong ones at each distinct confidence, the highest first."""
    _, group, counts = np.unique(-np.asarray(confidence, float), return_inverse=True, return_counts=True)
    wrong = np.bincount(group, weights=1.0 - np.asarray(right, float), minlength=len(counts))
    return counts.astype(np.int64), wrong.astype(np.float64)


def _bins(confidence: Floats) -> NDArray[np.int64]:
    return np.clip(np.searchsorted(_EDGES, confidence, side="left") - 1, 0, BINS - 1).astype(np.int64)


def _gaps(confidence: Sequence[float], right: Sequence[bool]) -> tuple[NDArray[np.int64], Floats]:
    scores = np.asarray(confidence, float)
    return _bins(scores), np.asarray(right, float) - scores


def _ece(bins: NDArray[np.int64], gaps: Floats) -> float:
    return float(np.abs(np.bincount(bins, weights=gaps, minlength=BINS)).sum() / len(bins))
