"""Exact answers are trimmed: marks in pairs, no speaker's label, and more than the name that was asked."""

from pathlib import Path

import pytest

from index import Index
from index.testing import HashEmbedder
from qa.answer.answerer import Answerer
from qa.answer.identity import beyond_name
from qa.language.trimming import label_length, trimmed
from qa.read.calibration import Ranking
from qa.read.reader import ExtractiveReader
from qa.testing import PhraseModel

# --- marks


@pytest.mark.parametrize(
    ("text", "pointed", "expected"),
    [
        # half a pair at an end is left out
        ("Ida Storm (cashier), Nils Lund", "(cashier", "cashier"),
        ("Ida Storm (cashier), Nils Lund", "cashier)", "cashier"),
        ("write to <ida@boats.example>", "<ida@boats.example", "ida@boats.example"),
        ("the firm “Lund & Co” sells", "“Lund & Co", "Lund & Co"),
        ('a boat (the "Wren") was sold', '"Wren', "Wren"),
        # the other half comes next
        ("In May 81 % paid (in June: 70 %).", "81 % paid (in June: 70 %", "81 % paid (in June: 70 %)"),
        ('sold by Nils Lund (the "Seller").', 'Nils Lund (the "Seller', 'Nils Lund (the "Seller")'),
        ("Press **Start** twice", "Press **Start", "Press **Start**"),
        # it comes later
        ("It costs £3 (with tax and all the fees).", "£3 (with tax", "£3"),
        # emphasis and code
        ("It was **very cold** there", "**very cold", "very cold"),
        ("It was **very cold** there", "very cold**", "very cold"),
        ("It was **very cold** there", "**very cold**", "very cold"),
        ("the option `--keep DAYS` keeps", "`--keep DAYS`", "--keep DAYS"),
    ],
)
def test_marks_at_the_ends_of_an_answer_are_in_pairs(text: str, pointed: str, expected: str) -> None:
    start = text.index(pointed)
    first, last = trimmed(text, start, start + len(pointed))
    assert text[first:last] == expected


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("Ida Storm (cashier) left", "Ida Storm (cashier)"),
        ('called "the Wren" by all', '"the Wren"'),
        ('a 24" or 27" screen', '27"'),
        ("kept at <5 °C, or >90 °C", "<5 °C"),
        ("in a 4* or 5* hotel", "5*"),
        ("2 * 3 is 6 and 2 * 4 is 8", "2 * 3"),
        ("take a) the pump or b) the hose", "b) the hose"),
        ("**Mind** the step", "**Mind** the"),
        ("it ended :)", ":)"),
    ],
)
def test_marks_that_are_whole_or_no_pair_stay(text: str, whole: str) -> None:
    start = text.index(whole)
    assert trimmed(text, start, start + len(whole)) == (start, start + len(whole))


# --- labels

TALK = (
    "MAE: The red boat.\nTOM: Where?\nMAE: Here.\n[10:02] Jo: Ida, until noon.\n[10:04] Jo: Or Per.\n"
    "Note: it rains.\n**Absent:** Nils Lund, Ida\n- **Chair**: Kai Holm"
)


@pytest.mark.parametrize(
    ("pointed", "expected"),
    [
        ("MAE: The red boat", "The red boat"),
        ("[10:02] Jo: Ida", "Ida"),
        ("Jo: Ida", "Ida"),
        ("Absent:** Nils Lund", "Nils Lund"),
        ("**Chair**: Kai Holm", "Kai Holm"),
        # the label itself, one that nobody else has, and none at all
        ("MAE", "MAE"),
        ("Note: it rains", "Note: it rains"),
        ("red boat", "red boat"),
    ],
)
def test_the_label_of_a_line_is_no_part_of_what_it_says(pointed: str, expected: str) -> None:
    start = TALK.index(pointed)
    end = start + len(pointed)
    assert TALK[start + label_length(TALK, start, end) : end] == expected


# --- names

CALL = "Faults are told to the warden, Ms. Ida Storm, by mail."
BOARD = "**There:** Nils Lund (cashier), Kai Holm, Ida Storm (born 1980)"
MAIL = "From: Nils Lund <nils@boats.example>"


@pytest.mark.parametrize(
    ("question", "sentence", "pointed", "expected"),
    [
        ("Who is Ida Storm?", CALL, "Ms. Ida Storm", "the warden"),
        ("who is ida storm", CALL, "Ida Storm", "the warden"),
        ("Who is Ms. Storm?", CALL, "Ms. Ida", "the warden"),
        ("who's Nils Lund?", BOARD, "Nils Lund", "cashier"),
        ("Who is Nils?", BOARD, "Nils Lund (cashier)", "cashier"),
        (
            "Who was Dr. Lee?",
            "We thank Dr. Ann Lee, a judge of the city, for it.",
            "Dr. Ann Lee",
            "a judge of the city",
        ),
        ("Who was Ann Lee?", "Ann Lee was the first judge of Hull.", "Ann Lee", "the first judge of Hull"),
        # nothing says it
        ("Who is Kai Holm?", BOARD, "Kai Holm", None),
        ("Who is Ida Storm?", BOARD, "Ida Storm", None),
        ("Who is Nils Lund?", MAIL, "nils@boats.example", None),
        ("Who is Nils?", MAIL, "Nils Lund", None),
        ("Who is Ann Lee?", "In the summer, Ann Lee, on leave, wrote.", "Ann Lee", None),
        ("Who is Ann Lee?", "Ann Lee and Mr. Bo Dee lease it.", "Mr. Bo Dee", None),
        ("Who is Bo Dee?", "Ann Lee and Mr. Bo Dee lease it.", "Ann Lee", None),
        ("What is the rent?", "The rent is due in May.", "The rent", None),
    ],
)
def test_the_name_that_is_asked_is_no_answer_but_what_stands_beside_it_is(
    question: str, sentence: str, pointed: str, expected: str | None
) -> None:
    start = sentence.index(pointed)
    found = beyond_name(question, sentence, start, start + len(pointed))
    assert (found and sentence[slice(*found)]) == expected


@pytest.mark.parametrize(
    ("question", "sentence", "answer"),
    [
        ("Who is the warden?", CALL, "Ms. Ida Storm"),
        ("Who is the Mayor?", "The Mayor Ann Lee came.", "Mayor Ann Lee"),
        ("Who is Ann Lee married to?", "Ann Lee is married to Bo Lee.", "Bo Lee"),
        ("Who is Ann Lee?", "Ann Lee and a friend own it.", "a friend"),
        ("Who is older, Ann or Bo?", "Ann is older than Bo.", "Ann"),
        ("What is the capital of Djibouti?", "The capital is Djibouti.", "Djibouti"),
        ("Who told it?", CALL, "Ms. Ida Storm"),
        ("Which is the red boat?", "The red boat is the Wren.", "The red boat"),
    ],
)
def test_an_answer_that_says_more_than_was_asked_stays(question: str, sentence: str, answer: str) -> None:
    start = sentence.index(answer)
    assert beyond_name(question, sentence, start, start + len(answer)) == (start, start + len(answer))


@pytest.mark.parametrize(
    ("text", "question", "pointed", "short"),
    [
        (CALL, "Who is Ida Storm?", "Ms. Ida Storm", "the warden"),
        (BOARD, "Who is Kai Holm?", "Kai Holm", None),
        (BOARD, "Who is Nils Lund?", "(cashier", "cashier"),
        (
            "MAE: The red boat.\nTOM: Where?\nMAE: Here.\n",
            "Which boat is fast?",
            "MAE: The red boat",
            "The red boat",
        ),
    ],
)
def test_the_short_answer_is_trimmed_and_the_sentence_is_cited_as_it_stands(
    text: str, question: str, pointed: str, short: str | None, tmp_path: Path
) -> None:
    (tmp_path / "text.txt").write_text(text, encoding="utf-8")
    index = Index.from_sources([tmp_path / "text.txt"], embedder=HashEmbedder())
    reader = ExtractiveReader(PhraseModel({pointed: 9.0}), Ranking(sentence=0.0))
    answer = Answerer(index, reader=reader).answer(question, threshold=0.0)
    assert answer.short == short
    assert pointed in answer.citations[0].quote
