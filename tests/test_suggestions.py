"""Suggested questions: made from statements, and only those that are answered whole."""

import pytest

from index.types import Document, Heading
from qa.page.suggestions import candidates, suggest
from qa.types import Answer, Citation

TEXT = (
    "The northern breakwater of Oban was completed in 1912. The Great Tower of Oban was designed by Robert "
    "Stevenson. Anna Reid, the keeper of Oban Light, lived there for years. The bell of Oban weighs 9 tons "
    "without its heavy chain. It was built in 1850 by hand by nobody knows whom. Rent for a berth is due on "
    "the first Monday of each month. The pilot boards the ships from a small boat at night. DeepSeek's story "
    "is an unusual one for a company of this kind. Akin to Jane Street, the firm trades for itself every day."
)


def document(text: str, name: str = "oban.txt", headings: tuple[str, ...] = ()) -> Document:
    starts = [(text.index(words), words) for words in headings]
    return Document(
        id=name, source=name, sha256="0" * 64, text=text,
        headings=tuple(Heading(start=start, end=start + len(words), level=1) for start, words in starts),
    )  # fmt: skip


def answer(question: str, quote: str = "", short: str | None = None, start: int = 0) -> Answer:
    cited = [
        Citation(document_id="a", source="a", sha256="", start=start, end=start + 1, quote=quote, score=1.0)
    ]
    return Answer(
        question=question, standalone_question=question, answered=bool(quote), text=quote, short=short,
        confidence=0.9, threshold=0.5, citations=tuple(cited if quote else ()),
    )  # fmt: skip


def test_statements_are_turned_round_as_a_person_would_and_what_only_points_or_names_is_not() -> None:
    asked = [question for question, _ in candidates(document(TEXT))]
    assert sorted(asked[:6]) == [
        "How much does the bell of Oban weigh?",
        "What does the pilot board?",
        "When is rent for a berth due?",
        "When was the northern breakwater of Oban completed?",
        "Who designed the Great Tower of Oban?",
        "Who is the keeper of Oban Light?",
    ]
    assert not [question for question in asked if " it " in question.casefold() or "Jane Street" in question]


def test_a_question_in_the_document_and_its_headings_are_asked() -> None:
    text = "Guide\n\nHow do I reset the meter?\n\nPress both keys at once.\n\nOpening hours\n\nNine to five."
    asked = [question for question, _ in candidates(document(text, headings=("Guide", "Opening hours")))]
    assert asked == ["How do I reset the meter?", "What is said about opening hours?"]


WHOLE = "The northern breakwater of Oban was completed in 1912."


@pytest.mark.parametrize(
    ("quote", "short", "offered"),
    [
        (WHOLE, "1912", True),
        (WHOLE, "northern", False),
        ("", None, False),
        ("completed in 1912", "1912", False),
        (WHOLE, "an unusual one of 1912 ones", False),
    ],
)
def test_only_a_question_whose_answer_is_sure_and_no_fragment_is_offered(
    quote: str, short: str | None, offered: bool
) -> None:
    found = suggest(document(WHOLE), lambda question: answer(question, quote, short))
    asked = "When was the northern breakwater of Oban completed?"
    assert (asked in found) == offered


def test_each_question_is_answered_by_another_sentence_and_the_last_is_what_the_document_is_about() -> None:
    found = suggest(document(TEXT), lambda question: answer(question, WHOLE, "Robert Stevenson in 1912"))
    assert len(found) == 2
    assert found[-1] == "What is oban.txt about?"
    assert suggest(document(""), answer) == []
