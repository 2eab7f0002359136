"""Amounts: the forms of one amount are equal, other amounts are not."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.language.amounts import Amount, amounts
from qa.language.numerals import in_digits
from qa.language.units import readings


def read(text: str) -> list[Amount]:
    return amounts(in_digits(text))


def stands(said: str, cited: str) -> bool:
    """Whether the longest amount of what is said stands in what is cited."""
    longest = max((one for one in read(said) if one.readings), key=lambda one: one.end - one.start)
    return longest.stands(read(cited))


@pytest.mark.parametrize(
    "forms",
    [
        [
            "90 minutes",
            "1.5 hours",
            "an hour and a half",
            "one and a half hours",
            "1½ h",
            "1 hour 30 minutes",
        ],
        ["18 months", "a year and a half", "1.5 years"],
        ["14 days", "two weeks", "a fortnight", "336 hours"],
        ["45 minutes", "three quarters of an hour"],
        ["3 km", "3,000 metres", "3000m", "three kilometers"],
        ["half a mile", "0.5 miles"],
        ["1.5 kg", "1,500 g"],
        ["2 hectares", "20,000 square metres", "20,000 m²", "20,000 m2"],
        ["1,500 litres", "1.5 cubic metres", "1.5 m3"],
        ["£1.2m", "1.2 million pounds", "1,200,000 pounds"],
        ["5p", "five pence", "£0.05"],
        ["one in four", "25 %", "25 per cent", "a quarter", "10 of the 40"],
        ["2/3", "two thirds", "two-thirds"],
        ["half past nine at night", "21:30", "9.30 p.m."],
        ["noon", "12:00", "midday", "12 pm"],
        ["midnight", "12 am", "0:00"],
        ["minus 5 degrees Celsius", "-5 °C", "−5°C"],
        ["the 1980s", "the nineteen-eighties"],
        ["the 1870s", "the eighteen-seventies"],
        ["the 19th century", "the nineteenth century"],
    ],
)
def test_the_forms_of_one_amount_are_equal(forms: list[str]) -> None:
    for said in forms:
        for cited in forms:
            assert stands(said, cited), (said, cited)


@pytest.mark.parametrize(
    ("said", "cited"),
    [
        ("91 minutes", "1.5 hours"),
        ("14 weeks", "14 months"),
        ("12 weeks", "three months"),
        ("3 miles", "3 km"),
        ("1.2 metres", "£1.2m"),
        ("3 %", "3 percentage points"),
        ("26 %", "one in four"),
        ("21:45", "half past nine"),
        ("12:00", "midnight"),
        ("5 °C", "-5 °C"),
        ("5 °C", "5 degrees"),
        ("the 1980s", "1979"),
        ("the late 1980s", "1981"),
        ("the 19th century", "1901"),
        ("5 cents", "5p"),
    ],
)
def test_another_amount_does_not_stand(said: str, cited: str) -> None:
    assert not stands(said, cited)


def test_a_year_stands_for_its_decade_and_century_and_not_the_other_way_round() -> None:
    for said in ("the 1980s", "the late 1980s", "the eighties", "the 20th century"):
        assert stands(said, "She won in 1987."), said
    assert not any(one.readings for one in read("She won in 1987."))
    assert not stands("the 1980s", "the 20th century")


def test_a_share_stands_for_the_percentage_that_it_rounds_to() -> None:
    assert stands("33 %", "a third")
    assert stands("66.7 %", "two thirds")
    assert stands("one in six", "17 %")
    assert not stands("66.6 %", "two thirds")
    assert not stands("one in six", "17.5 %")


@given(st.integers(1, 500), st.integers(1, 59))
def test_hours_with_minutes_are_their_sum_in_minutes(hours: int, minutes: int) -> None:
    assert stands(f"{60 * hours + minutes} minutes", f"{hours} hours and {minutes} minutes")
    assert not stands(f"{60 * hours + minutes + 1} minutes", f"{hours} hours and {minutes} minutes")


def test_a_word_that_is_no_unit_has_no_reading() -> None:
    assert list(readings(Fraction(2), "km")) == [("length", Fraction(2000))]
    assert [kind for kind, _ in readings(2, "pounds")] == ["mass", "sterling"]
    assert not list(readings(2, "M"))
    assert not list(readings(2, "ships"))
