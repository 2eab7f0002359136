"""Lists: a line that introduces a list, and its items, are one answer."""

import pytest

from index.types import Hit, Passage
from qa.read.lists import with_items, with_lists
from qa.read.spans import Span
from qa.retrieve.retriever import RetrievedPassage

STEPS = (
    "Follow these steps:\n\n1. Pull the plug.\n2. Wait.\n3. Hold the button.\n\n"
    "The modes are:\n- Bridge\n- Repeater"
)
OFFSET = 40


def found(text: str) -> list[RetrievedPassage]:
    passage = Passage(document_id="d", start=OFFSET, end=OFFSET + len(text), text=text)
    return [RetrievedPassage(hit=Hit(score=1.0, passage=passage), dense=1.0, words=1.0, sentences=())]


def span_of(text: str, line: str, score: float = 1.0) -> Span:
    start = OFFSET + text.index(line)
    return Span("d", start, start + len(line), (start, start + 2), score, 0)


@pytest.mark.parametrize(
    ("question", "line", "first", "last"),
    [
        ("What are the steps to reset it?", "3. Hold the button.", "Follow", "button."),
        ("Which modes are there?", "The modes are:", "The modes", "Repeater"),
        ("How does it work?", "The modes are:", "The modes", "Repeater"),  # a colon is no end
        ("What is held?", "3. Hold the button.", "3. Hold", "button."),  # one thing is asked for
        ("What are the colours?", "- Bridge", "- Bridge", "Bridge"),  # of another list
    ],
)
def test_a_list_is_the_answer_where_several_are_asked_for_or_its_introduction_is_found(
    question: str, line: str, first: str, last: str
) -> None:
    span = with_items(question, span_of(STEPS, line), found(STEPS))
    said = STEPS[span.start - OFFSET : span.end - OFFSET]
    assert said.startswith(first)
    assert said.endswith(last)
    assert STEPS[: span.end - OFFSET].count(said) == 1


def test_what_stands_in_a_list_that_is_given_is_given_no_more() -> None:
    spans = [
        span_of(STEPS, line, 9.0 - place)
        for place, line in enumerate(("2. Wait.", "1. Pull the plug.", "- Bridge"))
    ]
    used, kept = with_lists("What are the steps?", spans[:2], spans, found(STEPS))
    assert [STEPS[one.start - OFFSET : one.end - OFFSET] for one in used] == [STEPS[: STEPS.index("\n\nThe")]]
    assert used[0].highlight is None
    assert kept == [*used, spans[2]]


def test_a_short_line_heads_a_list_and_one_item_is_none() -> None:
    text = "Action items\n- Ann: the tap\n- Bo: the rent\n\nNotes\n- one only"
    assert (
        with_items("What are the action items?", span_of(text, "Action items"), found(text)).end
        == OFFSET + 42
    )
    alone = span_of(text, "Notes")
    assert with_items("What are the notes?", alone, found(text)) == alone
