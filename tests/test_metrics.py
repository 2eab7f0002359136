"""Metrics of answers, retrieval and citations against oracles: the official scorer, brute force, sklearn."""

import math
import re
import string
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import ndcg_score  # type: ignore[import-untyped]  # it has no types

from index.types import Hit, Passage
from qa.evaluation import metrics
from qa.evaluation.questions import Evidence
from qa.types import Citation

Ranges = list[tuple[str, int, int]]

TEXTS = st.text(alphabet="aAnthe .,-'0éİ\n", max_size=20)


def official_normalize(text: str) -> str:  # the definitions of evaluate-v2.0.py, step by step
    text = text.lower()
    text = "".join(character for character in text if character not in set(string.punctuation))
    text = re.sub(re.compile(r"\b(a|an|the)\b", re.UNICODE), " ", text)
    return " ".join(text.split())


def official_tokens(text: str) -> list[str]:
    return official_normalize(text).split() if text else []


def official_f1_of_one(gold: str, prediction: str) -> float:
    wanted, found = official_tokens(gold), official_tokens(prediction)
    common = Counter(wanted) & Counter(found)
    same = sum(common.values())
    if len(wanted) == 0 or len(found) == 0:
        return int(wanted == found)
    if same == 0:
        return 0
    precision = same / len(found)
    recall = same / len(wanted)
    return (2 * precision * recall) / (precision + recall)


def official(prediction: str, golds: list[str]) -> tuple[int, float]:
    golds = [gold for gold in golds if official_normalize(gold)]
    if not golds:
        golds = [""]
    exact = max(int(official_normalize(gold) == official_normalize(prediction)) for gold in golds)
    return exact, max(official_f1_of_one(gold, prediction) for gold in golds)


@given(TEXTS, st.lists(TEXTS, max_size=3))
def test_exact_match_and_f1_are_those_of_the_official_scorer(prediction: str, golds: list[str]) -> None:
    wanted_exact, wanted_f1 = official(prediction, golds)
    assert metrics.normalize_answer(prediction) == official_normalize(prediction)
    assert metrics.exact(prediction, golds) == wanted_exact
    assert metrics.f1(prediction, golds) == wanted_f1


@pytest.mark.parametrize(
    ("prediction", "golds", "exact", "f1"),
    [
        ("The Liang Wenfeng.", ["Liang Wenfeng"], 1.0, 1.0),
        ("founded by Liang Wenfeng", ["Liang Wenfeng"], 0.0, 2 * 0.5 * 1.0 / 1.5),
        ("2023", ["In 2023", "2023"], 1.0, 1.0),
        ("to be to be", ["to be"], 0.0, 2 * 0.5 * 1.0 / 1.5),
        ("", [""], 1.0, 1.0),
        ("", [], 1.0, 1.0),
        ("", ["the"], 1.0, 1.0),
        ("something", [""], 0.0, 0.0),
        ("", ["something"], 0.0, 0.0),
    ],
)
def test_exact_match_and_f1_have_values_worked_out_by_hand(
    prediction: str, golds: list[str], exact: float, f1: float
) -> None:
    assert metrics.exact(prediction, golds) == exact
    assert metrics.f1(prediction, golds) == pytest.approx(f1)


def evidence(start: int, end: int, role: str | None = "answer", document: str = "a") -> Evidence:
    return Evidence(document_id=document, start=start, end=end, role=role)


def hit(start: int, end: int, document: str = "a") -> Hit:
    return Hit(
        score=1.0, passage=Passage(document_id=document, start=start, end=end, text="x" * (end - start))
    )


def citation(
    start: int,
    end: int,
    document: str = "a",
    quote: str | None = None,
    highlight: tuple[int, int] | None = None,
) -> Citation:
    return Citation(
        document_id=document,
        source=document,
        sha256="",
        start=start,
        end=end,
        quote="x" * (end - start) if quote is None else quote,
        highlight=highlight,
        score=1.0,
    )


@pytest.mark.parametrize(
    ("start", "end", "item", "relevant"),
    [
        (0, 10, evidence(2, 10), True),
        (0, 10, evidence(0, 10), True),
        (0, 10, evidence(2, 11), False),
        (3, 10, evidence(2, 4), False),
        (0, 10, evidence(2, 4, document="b"), False),
        (0, 10, evidence(2, 4, role=None), True),
        (0, 10, evidence(2, 11, role=None), False),
        (0, 10, evidence(5, 15, role="support"), True),
        (0, 10, evidence(6, 16, role="support"), False),
        (20, 30, evidence(0, 100, role="support"), True),
        (90, 110, evidence(0, 100, role="support"), False),
        (0, 10, evidence(500, 600, role="document"), True),
        (0, 10, evidence(0, 10, role="document", document="b"), False),
    ],
)
def test_a_passage_is_relevant_when_it_holds_the_evidence_at_its_place(
    start: int, end: int, item: Evidence, relevant: bool
) -> None:
    assert metrics.relevance([hit(start, end)], [item]) == [relevant]


def test_a_passage_is_relevant_when_it_holds_any_of_several_pieces_of_evidence() -> None:
    assert metrics.relevance([hit(0, 9), hit(50, 60)], [evidence(90, 95), evidence(52, 55)]) == [False, True]
    assert metrics.relevance([hit(0, 9)], []) == [False]


@pytest.mark.parametrize(
    ("start", "end", "item", "shown"),
    [
        (0, 10, evidence(2, 4), True),
        (0, 10, evidence(8, 12), True),
        (0, 10, evidence(8, 13), False),
        (10, 20, evidence(0, 100), False),
        (10, 20, evidence(0, 100, role="support"), True),
        (0, 10, evidence(10, 12), False),
    ],
)
def test_a_citation_shows_evidence_of_which_it_holds_at_least_half(
    start: int, end: int, item: Evidence, shown: bool
) -> None:
    assert metrics.cites(citation(start, end), [item]) is shown


@given(st.lists(st.booleans(), max_size=15), st.integers(0, 5))
def test_retrieval_metrics_equal_their_slow_definitions(relevant: list[bool], unseen: int) -> None:
    total = sum(relevant) + unseen
    first = next((i for i in range(len(relevant)) if relevant[i]), None)
    for k in (1, 3, 5, 10):
        assert metrics.recall(relevant, k) == (1.0 if first is not None and first < k else 0.0)
    assert metrics.reciprocal_rank(relevant) == (1 / (first + 1) if first is not None and first < 10 else 0.0)
    if total:
        # scikit-learn ranks by score: the hits as they came, then what was not found.
        gains = [*map(int, relevant), *[0] * max(0, 15 - len(relevant)), *[1] * unseen]
        wanted = ndcg_score([gains], [list(range(len(gains), 0, -1))], k=10)
        assert metrics.ndcg(relevant, total) == pytest.approx(wanted)


def test_ndcg_without_a_known_total_takes_what_was_found_as_the_ideal() -> None:
    assert metrics.ndcg([False, True]) == pytest.approx(1 / math.log2(3))
    assert metrics.ndcg([True, False, True]) == pytest.approx((1 + 0.5) / (1 + 1 / math.log2(3)))
    assert metrics.ndcg([]) == 0.0
    assert metrics.ndcg([False], total=0) == 0.0


def test_a_quote_is_intact_only_when_it_stands_at_its_place_with_its_highlight_inside() -> None:
    text = "one two three"
    assert metrics.intact(citation(4, 7, quote="two"), text)
    assert metrics.intact(citation(4, 7, quote="two", highlight=(4, 7)), text)
    assert not metrics.intact(citation(4, 7, quote="Two"), text)
    assert not metrics.intact(citation(4, 8, quote="two"), text)
    assert not metrics.intact(citation(4, 7, quote="two", highlight=(3, 7)), text)
    assert not metrics.intact(citation(4, 7, quote="two", highlight=(5, 5)), text)
    assert not metrics.intact(citation(4, 4, quote=""), text)
    assert not metrics.intact(citation(-5, 13, quote="three"), text)


def test_integrity_is_the_share_of_intact_citations() -> None:
    texts = {"a": "one two", "b": "three"}
    found = [citation(0, 3, quote="one"), citation(0, 3, "b", quote="thr"), citation(0, 3, "b", quote="one")]
    assert metrics.integrity(found, texts.__getitem__) == pytest.approx(2 / 3)
    assert metrics.integrity([], texts.__getitem__) is None


RANGES = st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 20), st.integers(1, 9)), max_size=5)


@given(RANGES, RANGES)
def test_citation_precision_and_recall_count_each_character_once(cited: Ranges, wanted: Ranges) -> None:
    def characters(rows: Ranges) -> set[tuple[str, int]]:
        return {(document, place) for document, start, size in rows for place in range(start, start + size)}

    precision, recall = metrics.citation_overlap(
        [citation(start, start + size, document) for document, start, size in cited],
        [evidence(start, start + size, document=document) for document, start, size in wanted],
    )
    common = characters(cited) & characters(wanted)
    assert precision == (pytest.approx(len(common) / len(characters(cited))) if cited else None)
    assert recall == (pytest.approx(len(common) / len(characters(wanted))) if wanted else None)


@given(st.integers(0, 50), st.integers(1, 50))
def test_the_wilson_interval_holds_the_shares_that_the_score_test_does_not_reject(
    successes: int, n: int
) -> None:
    successes = min(successes, n)
    interval = metrics.wilson(successes, n)
    assert interval is not None
    low, high = interval
    assert 0.0 <= low <= successes / n <= high <= 1.0
    for bound in (low, high):
        if 0.0 < bound < 1.0:  # there the score test is exactly at its limit
            z = abs(successes / n - bound) / math.sqrt(bound * (1 - bound) / n)
            assert z == pytest.approx(1.959963984540054)


def test_the_wilson_interval_has_a_value_from_the_literature_and_none_for_nothing() -> None:
    # Newcombe (1998), table I: 81 of 263.
    assert metrics.wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert metrics.wilson(0, 0) is None


def test_latency_is_given_for_each_stage_over_the_questions_that_had_it() -> None:
    timings = [{"read": float(value)} for value in range(101)] + [{"retrieve": 7.0}]
    assert metrics.latency(timings) == {"read": (50.0, 95.0), "retrieve": (7.0, 7.0)}


def test_a_mean_of_nothing_is_none() -> None:
    assert metrics.mean([]) is None
    assert metrics.mean([True, False]) == 0.5
