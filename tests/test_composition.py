"""Which answers are shown beside each other, and whether they agree."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.answer.composition import MOST_SENTENCES, compose, disagree
from qa.read.spans import Span


def spans(count: int, *, below: float = 0.1) -> list[Span]:
    """Spans of sentences that follow each other, each as much less likely than the one before."""
    return [Span("a.txt", 10 * n, 10 * n + 9, None, -below * n, 0) for n in range(count)]


def shown(said: Sequence[str], least_odds: float = 0.5) -> list[str]:
    found = spans(len(said))
    return [said[found.index(span)] for span in compose(found, said, least_odds)]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (["50 million", "5"], ["50 million", "5"]),
        (["1,250", "250"], ["1,250", "250"]),
        (["-18 °C", "18 °C"], ["-18 °C", "18 °C"]),
        (["founder", "found"], ["founder", "found"]),
        (["5 days", "5"], ["5 days"]),
        (["5", "5 days"], ["5"]),
        (["Walter Campbell", "walter  campbell."], ["Walter Campbell"]),
        (["twelve men", "12"], ["twelve men"]),
        (["1,000", "1000"], ["1,000"]),
        (["2.4 million pounds", "2,400,000"], ["2.4 million pounds"]),
        (["grey stone", "stone", "wood"], ["grey stone", "wood"]),
        (["a", "b", "c", "d"], ["a", "b", "c"]),
        (["a", "..."], ["a"]),
        ([], []),
    ],
)
def test_what_repeats_or_is_a_part_of_what_is_shown_is_left_out_by_whole_words(
    said: list[str], expected: list[str]
) -> None:
    assert shown(said) == expected


@given(st.lists(st.sampled_from(["5", "50 million", "five", "it is 5", "-5", "1,000", "1000"]), max_size=6))
def test_no_answer_shown_is_a_part_of_another(said: list[str]) -> None:
    found = shown(said)
    assert found[:1] == said[:1]
    assert len(found) <= MOST_SENTENCES
    assert shown(found) == found


def test_a_sentence_that_is_cited_beside_another_counts_and_is_not_cited_twice() -> None:
    first, second, third, fourth = spans(4)
    first = first._replace(beside=(second.start, second.end))
    said = ["no", "b", "c", "d"]
    assert compose([first, second, third, fourth], said, 0.5) == [first, third]
    pair = third._replace(beside=(fourth.start, fourth.end))
    assert compose([first, pair], said, 0.5) == [first]
    elsewhere = second._replace(document_id="b.txt")
    assert compose([first, elsewhere], said, 0.5) == [first, elsewhere]


def test_a_span_less_likely_than_the_least_odds_ends_the_answer() -> None:
    found = spans(3, below=0.6)
    assert compose(found, ["a", "b", "c"], 0.5) == found[:2]
    assert compose(found, ["a", "b", "c"], 0.6) == found[:1]


@pytest.mark.parametrize(
    ("question", "said", "expected"),
    [
        ("How many came?", ["twelve", "12"], False),
        ("How many came?", ["twelve", "15"], True),
        ("How many came?", ["1,000", "1000"], False),
        ("How many came?", ["1 000 people", "about 1,000"], False),
        ("How many came?", ["5", "50 million"], True),
        ("How much did it cost?", ["£1.3 million", "1,300,000 pounds"], False),
        ("How much did it cost?", ["-£340", "£340"], True),
        ("How many came?", ["twelve", "a crowd"], False),
        ("How many came?", ["3 to 5", "5"], False),
        ("When was it?", ["4 March 2024", "March 4, 2024"], False),
        ("When was it?", ["4 March 2024", "2024-03-04"], False),
        ("When was it?", ["4 March 2024", "04/03/2024"], False),
        ("When was it?", ["4 March 2024", "in 2024"], False),
        ("When was it?", ["4 March 2024", "5 March 2024"], True),
        ("When was it?", ["May 2024", "June 2024"], True),
        ("When was it?", ["1825", "1983"], True),
        ("When does it open?", ["7.30 pm", "19:30"], False),
        ("When does it open?", ["7.30 pm", "8 pm"], True),
        ("Where is it?", ["Rome", "Oslo"], False),
        ("Where is it?", ["5 Mill Lane", "7 Mill Lane"], False),
        ("How many came?", ["12"], False),
    ],
)
def test_numbers_and_dates_disagree_by_their_value(question: str, said: list[str], expected: bool) -> None:
    assert disagree(question, said, said) is expected


@pytest.mark.parametrize(
    ("sentences", "expected"),
    [
        (["Dogs are allowed in the garden.", "Dogs are not allowed in the garden."], True),
        (["The garden allows dogs.", "The garden forbids dogs."], True),
        (["Dogs are allowed.", "Dogs are allowed in the garden."], False),
        (["Dogs are not allowed.", "No dogs are allowed."], False),
        (["Yes.", "No, sorry."], True),
        (["Yes, gladly.", "Yes."], False),
        (["Dogs are allowed.", "Cats are lovely."], False),
        (["Dogs are allowed."], False),
    ],
)
def test_yes_and_no_disagree_for_a_yes_or_no_question(sentences: list[str], expected: bool) -> None:
    said = [sentence.split()[0] for sentence in sentences]
    assert disagree("Are dogs allowed in the garden?", said, sentences) is expected
    assert not disagree("Where are dogs allowed in the garden?", said, sentences)
