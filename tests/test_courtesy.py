"""Courtesy around a question and apostrophes that were left out: neither is searched for, nor read."""

from pathlib import Path

import pytest

from index import Index
from index.testing import HashEmbedder
from qa.answer.answerer import Answerer
from qa.language.courtesy import with_apostrophes, without_courtesy
from qa.read.baseline import SentenceReader

ASKED = "who signed the deed?"


@pytest.mark.parametrize(
    "before",
    [
        "sorry, ",
        "ok ",
        "Hello! ",
        "good evening - ",
        "thanks so much. ",
        "btw ",
        "can you tell me ",
        "Could you please tell us: ",
        "do you happen to know ",
        "I'd like to know ",
        "i was just wondering, ",
        "just a quick question: ",
        "hi there, may i ask ",
        "ok sorry, can you tell me ",
    ],
)
@pytest.mark.parametrize("after", ["", " thanks", " Thank you very much!", " Please"])
def test_courtesy_before_and_after_a_question_is_left_out(before: str, after: str) -> None:
    assert without_courtesy(f"{before}{ASKED}{after}") == ASKED


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("what is the rent, please?", "what is the rent?"),
        ("hello, are dogs allowed", "are dogs allowed"),
        ("please tell me in which year it closed", "in which year it closed"),
        # what a follow-up leans on stays
        ("ok, and the deposit?", "and the deposit?"),
        ("thanks, why?", "why?"),
    ],
)
def test_what_is_left_is_the_question_as_typed(text: str, asked: str) -> None:
    assert without_courtesy(text) == asked


@pytest.mark.parametrize(
    "text",
    [
        "thanks",
        "do you know?",
        "ok thanks",
        "thanks, that's all",
        "thanks, and you?",
        "sorry, i meant the cellar",
        # names and titles
        "OK Computer: who produced it?",
        "Hello, Dolly! was written by whom?",
        "Please Please Me was released when?",
        "hi-fi: what is it?",
        "hello.txt who wrote it?",
        # what is asked for, or about
        "do you know Anna?",
        "can you tell me about the rent?",
        "thanks are due to whom?",
        "what does hello mean?",
        "When did they say thanks?",
        "how do you say please?",
        "who do you tell me about?",
        "what is the rent?",
    ],
)
def test_where_nothing_else_is_asked_or_courtesy_is_the_matter_all_stays(text: str) -> None:
    assert without_courtesy(text) == text


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("whats the colour", "what's the colour"),
        ("Whos the owner, and wheres he", "Who's the owner, and where's he"),
        ("why cant i and dont they", "why can't i and don't they"),
        ("Isnt it late?", "Isn't it late?"),
        ("im told that youre open", "i'm told that you're open"),
        # names, and words of their own
        ("Who is Jony Ive?", "Who is Jony Ive?"),
        ("who owns Wheres and whats.example", "who owns Wheres and whats.example"),
        ("its font and their want were ill", "its font and their want were ill"),
        ("WHATS THAT", "WHATS THAT"),
    ],
)
def test_apostrophes_that_were_left_out_are_set_in_all_but_names(text: str, written: str) -> None:
    assert with_apostrophes(text) == written


@pytest.fixture(scope="module")
def deed(tmp_path_factory: pytest.TempPathFactory) -> Answerer:
    path: Path = tmp_path_factory.mktemp("deed") / "deed.txt"
    path.write_text("Orla Finn signed the deed in May. The walls are white.", encoding="utf-8")
    return Answerer(Index.from_sources([path], embedder=HashEmbedder()), reader=SentenceReader())


def test_the_question_that_is_shown_stays_as_typed_and_the_answer_is_that_of_the_plain_one(
    deed: Answerer,
) -> None:
    typed = "sorry, can you tell me whos signed the deed? thanks"
    answer, plain = deed.answer(typed), deed.answer("who's signed the deed?")
    assert (answer.question, answer.standalone_question) == (typed, typed)
    assert answer.confidence == plain.confidence
    assert answer.citations == plain.citations
    assert answer.closest == plain.closest


@pytest.mark.parametrize("text", ["whats the colour", "hello, whats the colour", "sorry i lost the colour"])
def test_courtesy_and_unmarked_words_are_not_reported_as_missing(text: str, deed: Answerer) -> None:
    assert set(deed.answer(text).missing_terms) <= {"colour", "lost"}


def test_a_follow_up_is_understood_behind_courtesy(deed: Answerer) -> None:
    history = [
        {"role": "user", "text": "could you tell me who signed the deed?"},
        {"role": "assistant", "text": "Orla Finn signed the deed in May."},
    ]
    thanked = deed.answer("thanks, and when did she sign it?", history=history)
    plain = deed.answer(
        "and when did she sign it?", history=[{"role": "user", "text": "who signed the deed?"}, history[1]]
    )
    assert thanked.citations == plain.citations
    assert thanked.confidence == plain.confidence
