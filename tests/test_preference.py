"""What fits the kind of question comes first: somebody for "who", what introduces X for "what is X"."""

from pathlib import Path

import pytest

from index import Index, IndexSettings
from index.testing import HashEmbedder
from qa.answer.answerer import Answerer
from qa.answer.preference import introduces
from qa.read.calibration import Ranking
from qa.read.reader import ExtractiveReader
from qa.testing import PhraseModel

CLINIC = "The clinic was built in Rosenheim. Karl Binder paid for it. A new roof followed. The fund is small."


def short(folder: Path, text: str, question: str, phrases: dict[str, float]) -> str | None:
    """The exact answer by a reader that points at some phrases."""
    path = folder / "text.txt"
    path.write_text(text, encoding="utf-8")
    index = Index.from_sources([path], embedder=HashEmbedder(), settings=IndexSettings(merge_tokens=96))
    answerer = Answerer(index, reader=ExtractiveReader(PhraseModel(phrases), Ranking(sentence=0.0)))
    return answerer.answer(question, threshold=0.0).short


@pytest.mark.parametrize("question", ["Who paid for the clinic?", "who was it built by", "And who paid?"])
@pytest.mark.parametrize("pointed", ["Rosenheim", "roof"])
def test_a_person_nearly_as_sure_answers_who_before_a_place_or_a_thing(
    question: str, pointed: str, tmp_path: Path
) -> None:
    assert short(tmp_path, CLINIC, question, {pointed: 9.0, "Karl Binder": 8.4}) == "Karl Binder"


def test_what_is_far_surer_answers_who_whatever_it_is(tmp_path: Path) -> None:
    assert short(tmp_path, CLINIC, "Who paid for it?", {"Rosenheim": 9.0, "Karl Binder": 7.5}) == "Rosenheim"


def test_another_question_than_who_keeps_the_order_of_the_reader(tmp_path: Path) -> None:
    assert short(tmp_path, CLINIC, "Where is it?", {"Rosenheim": 9.0, "Karl Binder": 8.9}) == "Rosenheim"


@pytest.mark.parametrize(
    ("question", "sentence", "expected"),
    [
        ("What is Ledgerly?", "Ledgerly is a program for small firms.", True),
        ("what is ledgerly", "Ledgerly is a program for small firms.", True),
        ("What is Ledgerly?", "They bought a new program, Ledgerly, in 2020.", True),
        ("What is Ledgerly?", "They bought a program called Ledgerly.", True),
        ("What is Ledgerly?", "Ledgerly is proving useful.", False),
        ("What is Ledgerly?", "Ledgerly's rise is a surprise.", False),
        ("What is Ledgerly?", "It is the hardest test for Ledgerly.", False),
        ("Who is Noor Bakshi?", "The frogs are counted by Noor Bakshi, a biologist.", True),
        ("Who is Noor Bakshi?", "The biologist Noor Bakshi, 34, counts the frogs.", True),
        ("Who is Noor Bakshi?", "Noor Bakshi counts the frogs.", False),
        ("What are sabots?", "Sabots are the wooden shoes of the region.", True),
        ("whats a sabot", "A sabot is a wooden shoe.", True),
        ("What does sabot mean?", "Sabot means a wooden shoe.", True),
        ("What is it?", "It is a wooden shoe.", False),
        ("What is the price of a sabot in spring?", "A sabot is a wooden shoe.", False),
        ("Where is a sabot?", "A sabot is a wooden shoe.", False),
    ],
)
def test_a_sentence_introduces_what_it_says_to_be_something(
    question: str, sentence: str, expected: bool
) -> None:
    assert introduces(question, sentence) is expected


def test_the_sentence_that_introduces_it_answers_what_something_is(tmp_path: Path) -> None:
    text = "Ledgerly is proving useful. In May they took on a new program, Ledgerly, for accounts. It rains."
    given = short(tmp_path, text, "What is Ledgerly?", {"proving useful": 9.0, "new program": 7.0})
    assert given == "new program"


MAIL = (
    "From: Anna Berg <anna@fjord.example>\nTo: Bill Cole <bill@cole.example>\nDate: Mon, 3 Nov 2025\n\n"
    "The price is 46 euros.\n\n"
)
QUOTED = "On Fri, 31 Oct 2025, Bill Cole <bill@cole.example> wrote:\n> What does a chair cost?\n"
OUTLOOK = "-----Original Message-----\nFrom: Bill Cole\nSent: Fri, 31 Oct 2025\nTo: Anna Berg\n\nHow much?\n"
OWN, OLD = "Mon, 3 Nov 2025", "Fri, 31 Oct 2025"


@pytest.mark.parametrize("quoted", [QUOTED, OUTLOOK])
@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("When was this email sent?", OWN),
        ("what is the date of the e-mail", OWN),
        ("When did Anna write?", OWN),
        ("When did Anna Berg write to Bill?", OWN),
        ("When did Bill write?", OLD),
        ("When did Bill write to Anna?", OLD),
        ("When was the chair sent?", OLD),  # it asks for more, so the reader's order stays
    ],
)
def test_the_date_of_a_mail_comes_before_that_of_one_it_quotes_unless_its_writer_is_named(
    quoted: str, question: str, expected: str, tmp_path: Path
) -> None:
    assert short(tmp_path, MAIL + quoted, question, {OLD: 9.0, OWN: 2.0}) == expected


@pytest.mark.parametrize("quoted", [QUOTED, OUTLOOK])
@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Who wrote this mail?", "Anna Berg"),
        ("who is the sender of the message", "Anna Berg"),
        ("Who is this from?", "Anna Berg"),
        ("Who is the email to?", "Bill Cole"),
        ("To whom did Anna write?", "Bill Cole"),
        ("Who is the mail about?", "46 euros"),
    ],
)
def test_the_sender_and_the_reader_of_a_mail_stand_at_its_head(
    quoted: str, question: str, expected: str, tmp_path: Path
) -> None:
    pointed = {"euros": 9.0, "Bill Cole": 8.0, "Anna Berg": 4.0}
    assert short(tmp_path, MAIL + quoted, question, pointed) == expected


def test_the_field_of_a_mail_that_is_asked_for_is_sure(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text(MAIL + QUOTED, encoding="utf-8")
    index = Index.from_sources([path], embedder=HashEmbedder(), settings=IndexSettings(merge_tokens=96))
    reader = ExtractiveReader(PhraseModel({OWN: 2.0}), Ranking(sentence=0.0))
    assert Answerer(index, reader=reader).answer("When was this mail sent?").confidence == 0.95
