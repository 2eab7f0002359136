"""Word search against a plain implementation of BM25."""

import math
import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.store.word_lists import Scores, WordIndex, write_words
from index.text.terms import Vocabulary, terms

K1, B = 0.9, 0.75
TEXTS = (
    "The river runs past the old mill, and the river is deep.",
    "Mills grind corn.",
    "",
    "No river here: only stones, stones and more stones!",
    "... --- ...",
    "Corn and rivers; the mill's stones.",
)


def build(texts: Sequence[str], k1: float = K1, b: float = B) -> WordIndex:
    """The index of the texts, written to disk and opened."""
    vocabulary = Vocabulary()
    numbers = [vocabulary.numbers(text) for text in texts]
    pointers = np.cumsum([0, *map(len, numbers)])
    flat = np.array([number for row in numbers for number in row], dtype=np.int32)
    with tempfile.TemporaryDirectory() as parent:
        folder = Path(parent) / "words"
        write_words(folder, flat, pointers, list(vocabulary.terms), k1=k1, b=b)
        return WordIndex(folder, len(texts))  # mapped files may be removed


def every_score(index: WordIndex, query: Sequence[str], count: int = len(TEXTS)) -> Scores:
    return index.scores(query, np.arange(count))


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
    index = build(TEXTS, k1, b)
    found = every_score(index, terms(query))
    assert found.shape == (len(TEXTS),)
    np.testing.assert_allclose(found, slow_scores(TEXTS, terms(query), k1, b), rtol=1e-5, atol=1e-7)


PIECES = st.lists(st.sampled_from("river rivers mill corn Stone STONES 7 . İ ß".split()), max_size=8)


@settings(max_examples=60, deadline=None)
@given(st.lists(PIECES.map(" ".join), min_size=1, max_size=8), PIECES.map(" ".join))
def test_scores_equal_the_formula_for_any_texts(texts: list[str], query: str) -> None:
    index = build(texts)
    if any(map(terms, texts)):
        wanted = slow_scores(texts, terms(query))
        found = every_score(index, terms(query), len(texts))
        np.testing.assert_allclose(found, wanted, rtol=1e-5, atol=1e-7)
        assert set(index.vocabulary()) == {term for text in texts for term in terms(text)}
    else:
        assert every_score(index, terms(query), len(texts)).tolist() == [0.0] * len(texts)


def test_a_score_never_exceeds_the_sum_of_the_terms_idf() -> None:
    index = build(TEXTS)
    for text in TEXTS:
        assert every_score(index, terms(text)).max() <= sum(index.idf(term) for term in set(terms(text)))


def test_idf_and_frequency_count_passages_not_occurrences() -> None:
    index = build(TEXTS)
    assert [index.document_frequency(term) for term in ("river", "stone", "corn", "zebra")] == [3, 2, 2, 0]
    for term in (*index.vocabulary(), "zebra", ""):
        assert index.idf(term) == pytest.approx(slow_idf(TEXTS, term))


def test_terms_that_occur_nowhere_add_nothing() -> None:
    index = build(TEXTS)
    assert every_score(index, ["zebra", "unicorn"]).tolist() == [0.0] * len(TEXTS)
    assert every_score(index, []).tolist() == [0.0] * len(TEXTS)
    np.testing.assert_array_equal(every_score(index, ["zebra", "river"]), every_score(index, ["river"]))


def test_a_repeated_term_counts_once() -> None:
    index = build(TEXTS)
    np.testing.assert_array_equal(every_score(index, ["river"] * 5), every_score(index, ["river"]))


@pytest.mark.parametrize("texts", [["... !!!"], ["", "—", "?"]])
def test_texts_without_a_word_are_indexed_and_match_nothing(texts: list[str]) -> None:
    index = build(texts)
    assert every_score(index, terms("anything at all ?"), len(texts)).tolist() == [0.0] * len(texts)
    assert index.best(terms("anything at all ?"), 5).tolist() == []
    assert list(index.vocabulary()) == []
    assert index.document_frequency("anything") == 0


def random_texts(seed: int, count: int) -> tuple[list[str], list[list[str]]]:
    """Texts whose words are as unevenly frequent as a language's, and queries of common and rare words."""
    random = np.random.default_rng(seed)
    letters = np.array(list("bdfgklmnprtvz"))
    lexicon = ["".join(random.choice(letters, 5)) for _ in range(400)]
    shares = 1 / np.arange(1, 401)
    texts = [
        " ".join(random.choice(lexicon, random.integers(1, 60), p=shares / shares.sum()))
        for _ in range(count)
    ]
    queries = [list(random.choice(lexicon, size)) + lexicon[: size % 4] for size in range(1, 9)]
    return texts, [terms(" ".join(query)) for query in queries]


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("top_k", [1, 10, 100])
def test_the_best_are_those_with_the_highest_scores_of_all(seed: int, top_k: int) -> None:
    texts, queries = random_texts(seed, 700)
    index = build(texts)
    for query in queries:
        scores = every_score(index, query, len(texts))
        highest = np.sort(scores[scores > 0])[::-1][:top_k]
        found = index.best(query, top_k)
        assert len(set(found.tolist())) == len(found)
        np.testing.assert_allclose(np.sort(scores[found])[::-1], highest, rtol=1e-5)


def test_the_best_within_some_rows_are_the_best_of_these() -> None:
    texts, queries = random_texts(7, 300)
    index = build(texts)
    within = np.arange(40, 90)
    for query in queries:
        scores = every_score(index, query, len(texts))
        found = index.best(query, 5, within)
        assert set(found.tolist()) <= set(within.tolist())
        highest = np.sort(scores[within][scores[within] > 0])[::-1][:5]
        np.testing.assert_array_equal(np.sort(scores[found])[::-1], highest)


def test_lists_of_common_terms_are_not_read_where_rare_ones_decide(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = ["the boat"] * 500 + [f"the quartz boat {number}" for number in range(20)]
    index = build(texts)
    read: list[int] = []
    whole = index._list
    monkeypatch.setattr(index, "_list", lambda number: read.append(number) or whole(number))
    monkeypatch.setattr(index, "_shares_of", lambda number, rows: np.zeros(len(rows), np.float32))
    assert set(index.best(["the", "quartz", "boat"], 10).tolist()) <= set(range(500, 520))
    assert read == [index.number("quartz")]


@pytest.mark.parametrize("block", [1, 7, 100])
def test_an_index_written_in_blocks_is_the_same(block: int, monkeypatch: pytest.MonkeyPatch) -> None:
    texts, queries = random_texts(3, 60)
    whole = build([*texts, "", *texts])
    monkeypatch.setattr("index.store.word_lists._BLOCK", block)
    pieces = build([*texts, "", *texts])
    assert pieces.vocabulary() == whole.vocabulary()
    for query in queries:
        np.testing.assert_array_equal(every_score(pieces, query, 121), every_score(whole, query, 121))
        assert sorted(pieces.best(query, 10)) == sorted(whole.best(query, 10))


def test_many_threads_stem_and_score_alike() -> None:
    index = build(TEXTS)
    text = " ".join(TEXTS) * 20
    wanted_terms, wanted_scores = terms(text), every_score(index, terms(text)).tolist()
    wrong: list[str] = []

    def score() -> None:
        for _ in range(5):
            if terms(text) != wanted_terms or every_score(index, terms(text)).tolist() != wanted_scores:
                wrong.append("differs")

    threads = [threading.Thread(target=score) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
