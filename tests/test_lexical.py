"""Word search against a plain implementation of BM25, and the words and stems it counts."""

import math
import threading
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.lexical import WordIndex, stems, terms, words

K1, B = 0.9, 0.75
TEXTS = (
    "The river runs past the old mill, and the river is deep.",
    "Mills grind corn.",
    "",
    "No river here: only stones, stones and more stones!",
    "... --- ...",
    "Corn and rivers; the mill's stones.",
)


def slow_idf(texts: Sequence[str], term: str) -> float:
    count = sum(term in terms(text) for text in texts)
    return math.log(1 + (len(texts) - count + 0.5) / (count + 0.5))


def slow_scores(texts: Sequence[str], query: Sequence[str], k1: float = K1, b: float = B) -> list[float]:
    """The formula of WordIndex's docstring, term by term."""
    split = [terms(text) for text in texts]
    mean = sum(map(len, split)) / len(split)
    return [
        sum(
            slow_idf(texts, term)
            * passage.count(term)
            / (passage.count(term) + k1 * (1 - b + b * len(passage) / mean))
            for term in set(query)
            if term in passage
        )
        for passage in split
    ]


@pytest.mark.parametrize(("k1", "b"), [(0.9, 0.75), (1.5, 0.4), (0.9, 0.0), (1.2, 1.0)])
@pytest.mark.parametrize(
    "query", ["river", "the river mill", "stones stones stones", "corn grinding", "mills by rivers", "zebra"]
)
def test_scores_equal_the_formula(query: str, k1: float, b: float) -> None:
    index = WordIndex.build(TEXTS, k1=k1, b=b)
    found = index.scores(terms(query))
    assert found.shape == (len(TEXTS),)
    np.testing.assert_allclose(found, slow_scores(TEXTS, terms(query), k1, b), rtol=1e-5, atol=1e-7)


PIECES = st.lists(st.sampled_from("river rivers mill corn Stone STONES 7 . İ ß".split()), max_size=8)


@settings(max_examples=60, deadline=None)
@given(st.lists(PIECES.map(" ".join), min_size=1, max_size=8), PIECES.map(" ".join))
def test_scores_equal_the_formula_for_any_texts(texts: list[str], query: str) -> None:
    index = WordIndex.build(texts, k1=K1, b=B)
    if any(map(terms, texts)):
        wanted = slow_scores(texts, terms(query))
        np.testing.assert_allclose(index.scores(terms(query)), wanted, rtol=1e-5, atol=1e-7)
        assert set(index.vocabulary()) == {term for text in texts for term in terms(text)}
    else:
        assert index.scores(terms(query)).tolist() == [0.0] * len(texts)


def test_a_score_never_exceeds_the_sum_of_the_terms_idf() -> None:
    index = WordIndex.build(TEXTS, k1=K1, b=B)
    for text in TEXTS:
        assert index.scores(terms(text)).max() <= sum(index.idf(term) for term in set(terms(text)))


def test_idf_and_frequency_count_passages_not_occurrences() -> None:
    index = WordIndex.build(TEXTS, k1=K1, b=B)
    assert [index.document_frequency(term) for term in ("river", "stone", "corn", "zebra")] == [3, 2, 2, 0]
    for term in (*index.vocabulary(), "zebra", ""):
        assert index.idf(term) == pytest.approx(slow_idf(TEXTS, term))


def test_terms_that_occur_nowhere_add_nothing() -> None:
    index = WordIndex.build(TEXTS, k1=K1, b=B)
    assert index.scores(["zebra", "unicorn"]).tolist() == [0.0] * len(TEXTS)
    assert index.scores([]).tolist() == [0.0] * len(TEXTS)
    np.testing.assert_array_equal(index.scores(["zebra", "river"]), index.scores(["river"]))


def test_a_repeated_term_counts_once() -> None:
    index = WordIndex.build(TEXTS, k1=K1, b=B)
    np.testing.assert_array_equal(index.scores(["river"] * 5), index.scores(["river"]))


def test_a_reopened_index_equals_the_one_that_was_saved(tmp_path: Path) -> None:
    index = WordIndex.build(TEXTS, k1=K1, b=B)
    index.save(tmp_path / "words")
    opened = WordIndex.open(tmp_path / "words")
    assert len(opened) == len(index) == len(TEXTS)
    assert opened.vocabulary() == index.vocabulary()
    for query in ("the river", "corn and stones", "zebra"):
        np.testing.assert_array_equal(opened.scores(terms(query)), index.scores(terms(query)))
        assert opened.numbers(query).tolist() == index.numbers(query).tolist()
    for term in (*index.vocabulary(), "zebra"):
        assert opened.idf(term) == index.idf(term)
        assert opened.document_frequency(term) == index.document_frequency(term)


@pytest.mark.parametrize("texts", [["... !!!"], ["", "—", "?"]])
def test_texts_without_a_word_are_indexed_and_match_nothing(texts: list[str], tmp_path: Path) -> None:
    WordIndex.build(texts, k1=K1, b=B).save(tmp_path / "words")
    index = WordIndex.open(tmp_path / "words")
    assert len(index) == len(texts)
    assert index.scores(terms("anything at all ?")).tolist() == [0.0] * len(texts)
    assert index.document_frequency("anything") == 0


def test_numbers_stand_for_terms_in_order_of_first_occurrence() -> None:
    index = WordIndex.build(TEXTS, k1=K1, b=B)
    assert index.vocabulary()[:4] == ("the", "river", "run", "past")
    assert index.numbers("Past the zebra, rivers!").tolist() == [3, 0, -1, 1]
    assert index.numbers("?!").tolist() == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("founded FOUNDING founds", ["found", "found", "found"]),
        ("companies company's", ["compani", "compani", "s"]),
        ("High-Flyer R1", ["high", "flyer", "r1"]),
        ("Straße STRASSE", ["strass", "strass"]),
        ("GPT-4o costs $5.5 million", ["gpt", "4o", "cost", "5", "5", "million"]),
        ("深度求索 naïve 😀", ["深度求索", "naïv"]),
        (" \n\t…", []),
    ],
)
def test_terms_are_folded_and_stemmed_words(text: str, expected: list[str]) -> None:
    assert terms(text) == expected
    assert stems(words(text)) == expected


def test_words_stand_in_the_text_as_they_are() -> None:
    assert words("İstanbul's ﬁrst  R1-model.") == ["İstanbul", "s", "ﬁrst", "R1", "model"]


def test_many_threads_stem_and_score_alike() -> None:
    index = WordIndex.build(TEXTS, k1=K1, b=B)
    text = " ".join(TEXTS) * 20
    wanted_terms, wanted_scores = terms(text), index.scores(terms(text)).tolist()
    wrong: list[str] = []

    def score() -> None:
        for _ in range(5):
            if terms(text) != wanted_terms or index.scores(terms(text)).tolist() != wanted_scores:
                wrong.append("differs")

    threads = [threading.Thread(target=score) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_the_plural_of_a_word_in_capitals_is_found_by_the_word() -> None:
    assert stems(["GPUs", "GPU", "CPUs", "gpu"]) == ["gpu", "gpu", "cpu", "gpu"]
    assert stems(["bus", "US", "AIDS"]) == ["bus", "us", "aid"]
