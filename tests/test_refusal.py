"""The metrics of confidence and refusal, each against an oracle: brute force, every pair, scikit-learn."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score  # type: ignore[import-untyped]  # it has no types

from qa.evaluation import refusal

Guesses = list[tuple[float, bool]]

# Few distinct confidences, so that ties are common.
GUESSES = st.lists(st.tuples(st.sampled_from([0.0, 0.1, 0.25, 0.3, 0.5, 0.7, 0.9, 1.0]), st.booleans()))
SOME_GUESSES = GUESSES.filter(bool)


def split(guesses: Guesses) -> tuple[list[float], list[bool]]:
    return [confidence for confidence, _ in guesses], [right for _, right in guesses]


@given(GUESSES)
def test_auroc_equals_the_count_over_all_pairs_and_scikit_learn(guesses: Guesses) -> None:
    confidence, positive = split(guesses)
    pairs = [
        1.0 if high > low else 0.5 if high == low else 0.0
        for high, is_positive in guesses
        if is_positive
        for low, other in guesses
        if not other
    ]
    measured = refusal.auroc(confidence, positive)
    if not pairs:
        assert measured is None
        return
    assert measured == pytest.approx(sum(pairs) / len(pairs))
    assert measured == pytest.approx(roc_auc_score(positive, confidence))


@given(st.lists(st.tuples(st.sampled_from([0.2, 0.5, 0.9]), st.booleans()), min_size=1, max_size=6))
def test_risk_at_a_coverage_is_the_mean_over_every_order_of_equal_confidences(guesses: Guesses) -> None:
    orders = [
        order
        for order in itertools.permutations(guesses)
        if all(one[0] >= two[0] for one, two in itertools.pairwise(order))
    ]
    n = len(guesses)
    wanted = [
        sum(sum(not right for _, right in order[:k]) / k for order in orders) / len(orders)
        for k in range(1, n + 1)
    ]
    coverage, risk = refusal.risk_coverage(*split(guesses))
    assert coverage == pytest.approx([k / n for k in range(1, n + 1)])
    assert risk == pytest.approx(wanted)
    assert refusal.aurc(*split(guesses)) == pytest.approx(sum(wanted) / n)


@given(SOME_GUESSES, st.sampled_from([0.5, 0.8, 0.9, 1.0]))
def test_coverage_at_a_precision_is_the_best_of_all_thresholds(guesses: Guesses, precision: float) -> None:
    wanted = 0.0
    for threshold in {confidence for confidence, _ in guesses}:
        answered = [right for confidence, right in guesses if confidence >= threshold]
        if sum(answered) / len(answered) >= precision:
            wanted = max(wanted, len(answered) / len(guesses))
    assert refusal.coverage_at_precision(*split(guesses), precision) == wanted


def test_coverage_counts_a_precision_that_is_met_exactly_and_a_later_recovery() -> None:
    assert refusal.coverage_at_precision([0.9] * 10, [True] * 9 + [False]) == 1.0
    confidence = [1 - place / 100 for place in range(20)]
    assert refusal.coverage_at_precision(confidence, [False] + [True] * 19) == 1.0
    assert refusal.coverage_at_precision([0.9, 0.1], [False, True]) == 0.0
    assert refusal.coverage_at_precision([], []) == 0.0


def slow_ece(guesses: Guesses) -> float:
    error = 0.0
    for number in range(10):
        low, high = number / 10, (number + 1) / 10
        inside = [g for g in guesses if low < g[0] <= high or (number == 0 and g[0] == 0.0)]
        if inside:
            share = sum(right for _, right in inside) / len(inside)
            error += len(inside) / len(guesses) * abs(share - sum(c for c, _ in inside) / len(inside))
    return error


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1) | SOME_GUESSES)
def test_the_calibration_error_is_the_weighted_gap_of_ten_equal_bins(guesses: Guesses) -> None:
    assert refusal.ece(*split(guesses)) == pytest.approx(slow_ece(guesses), abs=1e-12)


@given(SOME_GUESSES)
def test_the_reliability_table_holds_every_question_once_and_gives_the_error_back(guesses: Guesses) -> None:
    table = refusal.reliability(*split(guesses))
    assert [(row.low, row.high) for row in table] == [(k / 10, (k + 1) / 10) for k in range(10)]
    assert sum(row.count for row in table) == len(guesses)
    gaps = [
        row.count * abs(row.right - row.confidence)
        for row in table
        if row.right is not None and row.confidence is not None
    ]
    assert sum(gaps) / len(guesses) == pytest.approx(refusal.ece(*split(guesses)), abs=1e-12)
    assert all(row.right is None and row.confidence is None for row in table if not row.count)


def test_a_confidence_on_an_edge_belongs_to_the_bin_below_it() -> None:
    counts = [row.count for row in refusal.reliability([0.0, 0.1, 0.3, 0.7, 1.0], [True] * 5)]
    assert counts == [2, 0, 1, 0, 0, 0, 1, 0, 0, 1]


def test_the_interval_of_the_calibration_error_is_that_of_a_plain_bootstrap_and_repeats() -> None:
    random = np.random.default_rng(7)
    confidence = random.random(60).tolist()
    right = (random.random(60) < confidence).tolist()
    interval = refusal.ece_interval(confidence, right, rounds=50, seed=3)
    assert interval == refusal.ece_interval(confidence, right, rounds=50, seed=3)
    again = np.random.default_rng(3)
    guesses = list(zip(confidence, right, strict=True))
    drawn = [slow_ece([guesses[row] for row in again.integers(0, 60, 60)]) for _ in range(50)]
    assert interval == pytest.approx(tuple(np.percentile(drawn, [2.5, 97.5])))


def test_nothing_gives_no_figure_of_confidence() -> None:
    assert refusal.ece([], []) is None
    assert refusal.ece_interval([], []) is None
    assert refusal.aurc([], []) is None
    assert refusal.auroc([], []) is None
