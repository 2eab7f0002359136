"""Another measure or rate than the one asked for."""

import pytest

from qa.language.measures import is_of_another_measure, is_of_another_rate, is_of_no_amount, measures


def test_measures_are_numbers_with_what_they_count() -> None:
    text = "1,250 m of cable, 33cl cans, 5 kilos, 7.5 % and a 10-day pass; v2 and room 12"
    assert measures(text) == {("1250", "m"), ("33", "cl"), ("5", "kilo"), ("7.5", "%"), ("10", "day")}


@pytest.mark.parametrize(
    ("question", "sentence", "other"),
    [
        ("What is the price of the 10 m cable?", "Cable, 3 m: 9.90 EUR", True),
        ("What is the price of the 10 m cable?", "Cable, 10 m: 24.50 EUR", False),
        ("What is the price of the 10 m cable?", "The cable costs 24.50 EUR", False),
        ("How much is 5 kg of 10 mm gravel?", "5 kg of 20 mm gravel: 8 EUR", True),
        ("How much is 5 kg of 10 mm gravel?", "5 kg of gravel: 8 EUR", False),
        ("What does the cable cost?", "Cable, 3 m: 9.90 EUR", False),
        ("Who won the 100 metres in 2012?", "Bolt won the 200 metres in 2012.", True),
    ],
)
def test_a_sentence_is_of_another_measure_of_the_same_kind(question: str, sentence: str, other: bool) -> None:
    assert is_of_another_measure(question, sentence) == other


@pytest.mark.parametrize(
    ("question", "sentence", "other"),
    [
        ("What is the rent per month?", "The rent is 18000 EUR a year.", True),
        ("What is the monthly rent?", "The rent is 18000 EUR per year.", True),
        ("What is the monthly rent?", "The rent is 1500 EUR a month, 18000 EUR a year.", False),
        ("What is the rent?", "The rent is 18000 EUR a year.", False),
        ("What is the rent per month?", "The rent is 1500 EUR.", False),
        ("How much is the annual fee?", "The yearly fee is 40 EUR.", False),
    ],
)
def test_a_sentence_is_of_another_rate(question: str, sentence: str, other: bool) -> None:
    assert is_of_another_rate(question, sentence) == other


@pytest.mark.parametrize(
    ("question", "answer", "other"),
    [
        ("How much is the customs duty?", "12 March.", True),
        ("how many came", "on Monday, March 3rd, 2024", True),
        ("how many came", "1998", False),
        ("How much is the duty?", "12 March units", False),
        ("When did it open?", "12 March", False),
        ("How long does it last?", "until 12 March", False),
    ],
)
def test_a_day_is_no_amount(question: str, answer: str, other: bool) -> None:
    assert is_of_no_amount(question, answer) == other
