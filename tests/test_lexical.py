"""Words, their stems and their numbers."""

import pytest

from index.lexical import Vocabulary, stems, terms, words


def test_numbers_stand_for_terms_in_order_of_first_occurrence(monkeypatch: pytest.MonkeyPatch) -> None:
    for remembered in (1000, 1):
        monkeypatch.setattr("index.lexical._REMEMBERED", remembered)
        vocabulary = Vocabulary()
        assert vocabulary.numbers("The river runs past the rivers.") == [0, 1, 2, 3, 0, 1]
        assert vocabulary.numbers("Past THE mill!") == [3, 0, 4]
        assert vocabulary.numbers("?!") == []
        assert list(vocabulary.terms) == ["the", "river", "run", "past", "mill"]


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


def test_the_plural_of_a_word_in_capitals_is_found_by_the_word() -> None:
    assert stems(["GPUs", "GPU", "CPUs", "gpu"]) == ["gpu", "gpu", "cpu", "gpu"]
    assert stems(["bus", "US", "AIDS"]) == ["bus", "us", "aid"]
