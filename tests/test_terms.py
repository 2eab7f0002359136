"""Words, their stems and their numbers."""

import pytest

from index.text.terms import Vocabulary, stems, terms, words


def test_numbers_stand_for_terms_in_order_of_first_occurrence(monkeypatch: pytest.MonkeyPatch) -> None:
    for remembered in (1000, 1):
        monkeypatch.setattr("index.text.terms._REMEMBERED", remembered)
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
        ("High-Flyer R1", ["high", "flyer", "r1", "highflyer"]),
        ("Straße STRASSE", ["strass", "strass"]),
        ("GPT-4o costs $5.5 million", ["gpt", "4o", "cost", "dollar", "5.5", "million", "gpt4o", "5500000"]),
        ("深度求索 naïve 😀", ["深度求索", "naiv"]),
        (" \n\t…", []),
    ],
)
def test_terms_are_folded_and_stemmed_words_then_other_ways_to_write_them(
    text: str, expected: list[str]
) -> None:
    assert terms(text) == expected


def test_words_are_those_of_the_text_composed_and_in_plain_letters() -> None:
    assert words("İstanbul's ﬁrst  R1-model, 1,250.") == ["İstanbul", "s", "first", "R1", "model", "1,250"]
    assert words("Cafe\u0301 trans\u00adatlantic \u200bone") == ["Café", "transatlantic", "one"]


def test_the_plural_of_a_word_in_capitals_is_found_by_the_word() -> None:
    assert stems(["GPUs", "GPU", "CPUs", "gpu"]) == ["gpu", "gpu", "cpu", "gpu"]
    assert stems(["bus", "US", "AIDS"]) == ["bus", "us", "aid"]
