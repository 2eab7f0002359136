"""Numbers, times and dates in one form: the ways of writing one value are equal, other values are not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.language.numerals import Date, dates, numbers, spoken

ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen"
).split()
TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
MONTHS = "January February March April May June July August September October November December".split()


def in_words(number: int) -> str:
    """An independent way from a number to its words."""
    if number >= 1_000_000:
        return f"{in_words(number // 1_000_000)} million {in_words(number % 1_000_000)}".removesuffix(" zero")
    if number >= 1000:
        return f"{in_words(number // 1000)} thousand {in_words(number % 1000)}".removesuffix(" zero")
    if number >= 100:
        return f"{ONES[number // 100]} hundred and {in_words(number % 100)}".removesuffix(" and zero")
    if number >= 20:
        return f"{TENS[number // 10 - 2]}-{ONES[number % 10]}".removesuffix("-zero")
    return ONES[number]


@given(st.integers(0, 999_999_999))
def test_words_digits_and_groups_of_a_number_are_one_number(number: int) -> None:
    for text in (
        in_words(number),
        in_words(number).capitalize(),
        f"{number:,}",
        f"{number:_}".replace("_", " "),
    ):
        assert numbers(f"about {text} people") == {str(number)}, text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2.4 million pounds", {"2400000"}),
        ("a dozen eggs", {"12"}),
        ("-18 °C", {"-18"}),
        ("−18 °C", {"-18"}),
        ("18 °C", {"18"}),
        ("at 7.30 pm", {"19:30"}),
        ("at 19:30", {"19:30"}),
        ("at 12 am", {"0:00"}),
        ("one and two", {"1", "2"}),
        ("50 million", {"50000000"}),
        ("form 88120-A", {"88120"}),
        ("nothing", frozenset()),
        ("No one was hurt", frozenset()),
        ("nineteen eighty-four", {"1984"}),
        ("twenty nineteen", {"2019"}),
        ("half a million", {"500000"}),
        ("a quarter of a million", {"250000"}),
        ("three quarters of a million", {"750000"}),
        ("a quarter of an hour", frozenset()),
        ("two and a half million", {"2500000"}),
        ("£1.2m and €3bn", {"1200000", "3000000000"}),
        ("1½ miles", {"1.5"}),
        ("in 2019 400 people", {"2019", "400"}),
    ],
)
def test_numbers_are_given_in_digits(text: str, expected: set[str]) -> None:
    assert numbers(text) == expected


@given(
    st.integers(1000, 2999),
    st.integers(1, 12),
    st.integers(1, 28),
    st.sampled_from(["", "st", "nd", "rd", "th"]),
)
def test_the_ways_of_writing_a_date_are_one_date(year: int, month: int, day: int, ending: str) -> None:
    name = MONTHS[month - 1]
    written = [
        f"on {day}{ending} {name} {year}",
        f"On {name} {day}{ending}, {year}",
        f"{day}{ending} of {name}, {year}",
        f"{year}-{month:02}-{day:02}",
        f"Monday {day} {name[:3]}. {year}",
    ]
    assert {tuple(dates(text)) for text in written} == {(Date(year, month, day),)}
    assert Date(year, month, day) in dates(f"{day}.{month}.{year}")
    assert Date(year, month, day) in dates(f"{month}/{day}/{year}")
    assert dates(f"in {name} {year}") == [Date(year, month)]
    assert dates(f"in {year}") == [Date(year)]


def test_dates_may_be_the_same_while_what_both_say_is_equal() -> None:
    assert Date(2024, 3, 4).may_be(Date(2024))
    assert Date(None, 3, 4).may_be(Date(2024, 3))
    assert not Date(2024, 3, 4).may_be(Date(2024, 3, 5))
    assert not Date(2024).may_be(Date(2023, 3))
    assert dates("you may march on") == []
    assert dates("5 Sept 2024") == [Date(2024, 9, 5)]


def test_words_are_given_in_lower_case_without_marks() -> None:
    assert spoken("“Walter Campbell”, twelve men.") == ["walter", "campbell", "12", "men"]
    assert spoken("1,250") == ["1250"]
    assert spoken("...") == []


@pytest.mark.parametrize("counted", ["1,400 metres", "1’998 people", "1\u202f776 pages"])
def test_a_number_with_its_thousands_parted_is_no_year(counted: str) -> None:
    assert dates(f"It drew back {counted} from 1990 on.") == [Date(1990)]
