"""Suggested questions: made from statements, and only those that are answered."""

from qa.page.suggestions import candidates, suggest
from qa.types import Answer, Citation

TEXT = (
    "The northern breakwater was completed in 1912. The Great Tower was designed by Robert Stevenson. "
    "Anna Reid, the keeper of Oban Light, lived there. A bell weighs 9 tons. It was built in 1850 by hand."
)


def test_statements_are_turned_round_and_what_only_points_is_not() -> None:
    asked = list(candidates(TEXT))
    assert asked[:4] == [
        "When was the northern breakwater completed?",
        "Who was the Great Tower designed by?",
        "Who is the keeper of Oban Light?",
        "How much does a bell weigh?",
    ]
    assert not any(" it " in question.casefold() for question in asked)


def test_only_questions_that_are_answered_by_different_sentences_are_offered() -> None:
    starts = {"When": 0, "Who": 48}

    def ask(question: str) -> Answer:
        start = starts.get(question.split()[0])
        cited = () if start is None else (
            Citation(document_id="a", source="a", sha256="", start=start, end=start + 5, quote="", score=1.0),
        )  # fmt: skip
        return Answer(
            question=question, standalone_question=question, answered=bool(cited), text="", short=None,
            confidence=0.9, threshold=0.5, citations=cited,
        )  # fmt: skip

    assert suggest(TEXT, ask) == [
        "When was the northern breakwater completed?",
        "Who was the Great Tower designed by?",
    ]
    assert suggest("", ask) == []
