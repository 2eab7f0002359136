"""Figures are quoted whole: every way of writing one, in every context, touched anywhere."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.language.quantity import tokens, whole

GROUPED = st.tuples(
    st.integers(1, 999),
    st.lists(st.integers(0, 999), min_size=1, max_size=3),
    st.sampled_from(", '’\u00a0\u202f"),
).map(lambda parts: parts[2].join([str(parts[0]), *(f"{group:03}" for group in parts[1])]))
DECIMAL = st.tuples(st.integers(0, 9999), st.sampled_from(".,"), st.integers(0, 99)).map(
    lambda parts: f"{parts[0]}{parts[1]}{parts[2]:02}"
)
PLAIN = st.integers(0, 99_999).map(str)
NUMBER = st.one_of(GROUPED, DECIMAL, PLAIN)
SIGN = st.sampled_from(["", "", "-", "−", "–", "+", "±"])
UNIT = st.sampled_from(
    [
        "%", " %", " per cent", " percent", " °C", "°C", " degrees", " kg", "kg", " kg/m²", " km/h", " m²",
        " cl", " mm", " GB", "GB", " kWh", " metres", " square metres", " minutes", " working days", " years",
    ]
)  # fmt: skip
SIZE = st.sampled_from(["", " million", " billion", " thousand", "m", "bn"])
BEFORE = st.sampled_from(["$", "€", "£", "£ ", "US$", "EUR ", "CHF ", "USD ", "¥"])
BEHIND = st.sampled_from(
    [" €", "€", " EUR", " euros", " dollars", " US dollars", " pounds", " crowns", " kr"]
)


def joined(*parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.tuples(*parts).map("".join)


TWO = st.integers(10, 99).map(str)
FIGURE = st.one_of(
    joined(SIGN, NUMBER),
    joined(SIGN, NUMBER, UNIT),
    joined(st.sampled_from(["", "-", "−"]), BEFORE, NUMBER, SIZE),
    joined(NUMBER, st.sampled_from(["", " million", " billion"]), BEHIND),
    joined(st.integers(1, 9).map(str), st.sampled_from(["–", "-", " – "]), TWO, UNIT),
    joined(st.integers(2, 9).map(str), st.sampled_from([" to ", " or "]), TWO, UNIT),
    joined(BEFORE, TWO, st.just("–"), BEFORE, TWO),
    joined(TWO, st.sampled_from([" ± ", "±", " x ", "×"]), TWO, UNIT),
    joined(st.integers(0, 23).map(str), st.just(":"), TWO),
    joined(st.sampled_from(["7", "12.30", "3:15", "3.5"]), st.sampled_from([" p.m.", " am", "pm"])),
    joined(st.sampled_from(["½", "2½", "2 1/2", "3/4", "10⁶", "10^6", "1.5×10^6"])),
    joined(st.sampled_from(["v", "V", ""]), st.integers(1, 9).map(str), st.just("."), TWO, st.just(".1")),
    joined(TWO, TWO, st.sampled_from(["-A", "-B/7", "/2024", "-20-X"])),
    joined(st.sampled_from(["AB-", "DV-", "SN"]), TWO, st.sampled_from(["", "/7", "-A"])),
    st.sampled_from(
        [
            "+44 20 7946 0958", "0555 017 345", "(555) 123-4567", "555-0123", "0555 017\n     345",
            "192.168.0.17", "2024-03-04", "04/03/2024", "12.3.2024", "12 Mill Lane", "221B Baker Street",
            "Hauptstraße 12", "SW1A 2AA", "stop@harvest.example", "https://a.example/b?c=1", "37° 9' 58.23\"",
            "5 ft 10 in", "2 hours 20 minutes", "two hours and twenty minutes", "twenty-five days",
            "two hundred and fifty", "six-week", "40-tonne", "10 o'clock", "7th", "1990s",
        ]
    ),
)  # fmt: skip
LEFT = st.sampled_from(
    ["", "It was ", "about ", "(", "“", "costs: ", "the figure of ", "is kept at\n", "**", "| "]
)
RIGHT = st.sampled_from(
    ["", ".", ", they said", ")", "”", " in May", " came.", "; then", " |", "**", "\nand more"]
)


@given(LEFT, FIGURE, RIGHT, st.data())
def test_a_span_that_touches_a_figure_holds_all_of_it(
    left: str, figure: str, right: str, data: st.DataObject
) -> None:
    text = left + figure + right
    first, last = len(left), len(left) + len(figure)
    start = data.draw(st.integers(0, last - 1))
    end = data.draw(st.integers(max(start, first) + 1, len(text)))
    found = whole(text, start, end)
    assert found[0] <= min(start, first)
    assert found[1] >= max(end, last)
    assert 0 <= found[0] < found[1] <= len(text)
    assert whole(text, *found) == found


@given(st.text(max_size=60), st.data())
def test_a_span_is_widened_once_and_stays_in_its_text(text: str, data: st.DataObject) -> None:
    end = data.draw(st.integers(0, len(text)))
    start = data.draw(st.integers(0, end))
    found = whole(text, start, end)
    assert 0 <= found[0] <= start <= end <= found[1] <= len(text)
    assert whole(text, *found) == found
    ranges = list(tokens(text))
    assert ranges == sorted(ranges)
    assert all(one[1] <= other[0] for one, other in pairwise(ranges))


@pytest.mark.parametrize(
    ("text", "touched", "expected"),
    [
        ("On the opening day 1,250 people came.", "250", "1,250"),
        ("The room is kept at -18 °C.", "18", "-18 °C"),
        ("It costs EUR 14,500 a year.", "500", "EUR 14,500"),
        ("In the USA 5 million live in cities.", "5", "5 million"),
        ("In 2019 $5 million was paid.", "2019", "2019"),
        ("In 2019 $5 million was paid.", "5", "$5 million"),
        ("It rose from 9 to 14 per cent.", "14", "14 per cent"),
        ("Works between -40 °C and 85 °C.", "85", "85 °C"),
        ("Darwin (1809–1882) sailed.", "1809", "1809"),
        ("It takes 1500–1800 m of cable.", "1500", "1500–1800 m"),
        ("It was set up in 1871 A.D. by two men.", "1871", "1871 A.D."),
        ("It is 4.37 light-years away.", "4.37", "4.37 light-years"),
        ("It cost 495.00\nC Cleaning", "495", "495.00"),
        ("It shrank from 212 KB to 74 KB.", "74", "74 KB"),
        ("> 36 boxes of Sand matt", "36", "36"),
        ("It costs £15 a year.", "15", "£15"),
        ("Samuel's 2 dogs", "Sam", "Samuel"),
        ("They don't know.", "don", "don't"),
        ("a High-Flyer fund", "Flyer", "Flyer"),
        ("- 5 apples", "5", "5"),
        ("(see page 12)", "2", "12"),
        ("He was 20-year-old then", "20", "20-year-old"),
    ],
)
def test_what_belongs_to_a_figure_and_what_does_not(text: str, touched: str, expected: str) -> None:
    start = text.index(touched)
    first, last = whole(text, start, start + len(touched))
    assert text[first:last] == expected
