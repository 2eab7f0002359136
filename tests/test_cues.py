"""What a text shares with a question, and the kind of thing asked for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.text.terms import words
from qa.language.function_words import FUNCTION_WORDS, content_words
from qa.read.baseline import related
from qa.read.cues import is_bare, kind_fits, names


@pytest.mark.parametrize(
    ("question", "text", "expected"),
    [
        ("When was it founded?", "It was founded in 2023.", 1.0),
        ("When was it founded?", "It began on a Monday in July.", 1.0),
        ("When was it founded?", "It grew in the 1990s.", 1.0),
        ("When was it founded?", "It has 50 chips.", 0.0),
        ("What year did it start?", "It started in 1999.", 1.0),
        ("In which month did it start?", "It started slowly.", 0.0),
        ("How many chips are there?", "It has 50 chips.", 1.0),
        ("How many men came?", "Three men came.", 1.0),
        ("How much did it cost?", "It cost six million dollars.", 1.0),
        ("How old is he?", "He is no longer young.", 0.0),
        ("How many came?", "Someone often phoned.", 0.0),
        ("Who founded it?", "Liang Wenfeng founded it.", 1.0),
        ("Who founded it?", "it was founded by Liang.", 1.0),
        ("Who founded it?", "nobody knows that.", 0.0),
        ("Who is Liang?", "there Liang lives.", 0.0),
        ("Whose idea was it?", "it was an idea of Ann.", 1.0),
        ("Why did it fail?", "In 1999 Ann had 5 cats.", 0.5),
        ("What is it?", "", 0.5),
        ("How does it work?", "It has 50 chips.", 0.5),
    ],
)
def test_a_text_holds_the_kind_of_thing_asked_for(question: str, text: str, expected: float) -> None:
    assert kind_fits(question, text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("by the", True), ("She", True), ("who", True), ("| -- |", True), ("", True), ("not", True),
        ("us", True), ("anybody", True), ("one", False), ("No.", False), ("Yes", False),
        ("in May", False), ("may", True), ("7", False), ("nobody", False), ("everybody", False),
        ("US", False), ("the harbour", False),
    ],
)  # fmt: skip
def test_marks_and_function_words_say_nothing_by_themselves(text: str, expected: bool) -> None:
    assert is_bare(text) is expected


def test_names_are_capitalised_words_within_a_sentence() -> None:
    assert names("Then Liang met Ann. The two went to High-Flyer! They left China? No.") == [
        "Liang",
        "Ann",
        "High",
        "Flyer",
        "China",
    ]
    assert names("Liang") == []
    assert names("") == []


def test_related_also_counts_words_of_one_family() -> None:
    text = "Liang founded the company in China."
    assert related(["founder"], text) == 1.0
    assert related(["companion", "dog"], text) == 0.5
    assert related(["foul", "comp"], text) == 0.0  # four letters are no family
    assert related([], text) == 1.0
    assert related(["dog"], "") == 0.0


@given(st.lists(st.text(min_size=1, max_size=9), min_size=1, max_size=5), st.text(max_size=60))
def test_the_share_of_related_words_is_the_mean_of_each_words(asked: list[str], text: str) -> None:
    each = [related([word], text) for word in asked]
    assert set(each) <= {0.0, 1.0}
    assert related(asked, text) == sum(each) / len(asked)
    assert related(words(text), text) == 1.0


def test_content_words_are_distinct_as_written_and_without_grammar() -> None:
    assert content_words("Who founded the company that DeepSeek's founder owned?") == [
        "founded",
        "company",
        "DeepSeek",
        "founder",
        "owned",
    ]
    assert content_words("GPU gpu GPU") == ["GPU", "gpu"]
    assert content_words("What is it? The?") == []
    assert {word for word in FUNCTION_WORDS if word != word.casefold()} == set()
