"""Questions that ask several things at once: what they are made of, and what answers them."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from index import Index, IndexSettings
from index.testing import HashEmbedder
from qa.answer.answerer import Answerer
from qa.answer.guess import Guess, together
from qa.read.spans import Span
from qa.requests.several import each_asked
from qa.retrieve.retriever import RetrievedPassage

CLUB = """Ms Hartmann leads the chess club of the library.

The club meets on the first Wednesday of the month.

Late books cost 20 cents a day."""
LEADER, MEETING, FINE = CLUB.split("\n\n")


@pytest.mark.parametrize(
    ("question", "each"),
    [
        ("who leads the club and when does it meet?", ["who leads the club?", "when does it meet?"]),
        (
            "How long is the trial, and at what time does it start",
            ["How long is the trial?", "at what time does it start?"],
        ),
        ("Who leads the club? And is it free?", ["Who leads the club?", "is it free?"]),
        (
            "where is it held and what's the fee and how do i pay",
            ["where is it held?", "what's the fee?", "how do i pay?"],
        ),
        ("how many wait now and how many last year?", ["how many wait now?", "how many last year?"]),
    ],
)
def test_a_question_is_parted_where_the_next_one_begins(question: str, each: list[str]) -> None:
    assert list(each_asked(question)) == each


@pytest.mark.parametrize(
    "question",
    [
        "who leads the club?",
        "who found the cause and when?",  # "when" alone has no verb
        "how and when do I apply?",
        "what did the ECDC and WHO regional office ask?",
        "what happens before it is dug and when it is passed?",
        "did she win an award and have a hit?",
        "what are the dates of his birth and death?",
        "explain who leads the club and when does it meet",
        "does it stay open or does it close?",
        "who is a and who is b and who is c and who is d?",
        "",
    ],
)
def test_a_question_for_one_thing_stays_whole(question: str) -> None:
    assert each_asked(question) == (question,)


def at(sentence: str, beside: str | None = None) -> Span:
    start = CLUB.index(sentence)
    other = (CLUB.index(beside), CLUB.index(beside) + len(beside)) if beside else None
    return Span("club.txt", start, start + len(sentence), None, 0.0, 0, beside=other)


def guess(*spans: Span, sure: float) -> Guess:
    return Guess(list(spans), list(spans), confidence=sure)


def test_what_answers_each_question_is_cited_in_their_order_as_sure_as_the_least() -> None:
    whole = Guess([at(LEADER), at(FINE)], [at(LEADER)], confidence=0.95)
    both = together(whole, [guess(at(MEETING), sure=0.8), guess(at(LEADER), sure=0.7)])
    assert both.used == [at(MEETING), at(LEADER)]
    assert both.spans == [at(MEETING), at(LEADER), at(FINE)]
    assert both.confidence == 0.7


def test_a_sentence_is_cited_once_for_several_questions() -> None:
    named = guess(at(MEETING, beside=LEADER), sure=0.9)
    both = together(guess(at(FINE), sure=0.5), [guess(at(MEETING), sure=0.8), named])
    assert both.used == [at(MEETING), at(LEADER)]


def test_the_guess_for_the_whole_stays_where_it_answers_each() -> None:
    whole = guess(at(MEETING, beside=LEADER), sure=0.6)
    assert together(whole, [guess(at(LEADER), sure=0.9), guess(at(MEETING), sure=0.9)]) is whole


class Club:
    """A reader that knows of each question which sentence answers it, and how surely."""

    calibration = "extractive"

    def __init__(self, known: dict[str, tuple[str, float]]) -> None:
        self.known = known

    def read(self, question: str, passages: Sequence[RetrievedPassage]) -> list[Span]:
        sentence, logit = next(
            (said for part, said in self.known.items() if question.startswith(part)), (FINE, -9.0)
        )
        place = next(n for n, one in enumerate(passages) if sentence in one.hit.passage.text)
        start = passages[place].hit.passage.start + passages[place].hit.passage.text.index(sentence)
        return [
            Span(
                "club.txt",
                start,
                start + len(sentence),
                (start, start + 3),
                logit,
                place,
                margin=logit,
                answerable=logit,
            )
        ]


@pytest.mark.parametrize(
    ("second", "cited"),
    [(9.0, [LEADER, MEETING]), (-9.0, [LEADER])],
)
def test_a_second_question_in_one_is_answered_too_where_the_source_surely_does(
    tmp_path: Path, second: float, cited: list[str]
) -> None:
    path = tmp_path / "club.txt"
    path.write_text(CLUB, encoding="utf-8")
    index = Index.from_sources([path], embedder=HashEmbedder(), settings=IndexSettings(merge_tokens=0))
    reader = Club({"who leads": (LEADER, 9.0), "when does": (MEETING, second)})
    answer = Answerer(index, reader=reader).answer("who leads the chess club and when does the club meet?")
    assert answer.verdict == "answered"
    assert [citation.quote for citation in answer.citations] == cited
    assert answer.question == answer.standalone_question
