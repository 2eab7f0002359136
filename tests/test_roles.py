"""Whose label a role is: the name before the label; where it is not clear what the name is, none."""

from pathlib import Path

import pytest

from index import Index
from index.testing import HashEmbedder
from qa.answer.answerer import Answerer
from qa.language.roles import definition, role_asked
from qa.read.calibration import Ranking
from qa.read.reader import ExtractiveReader
from qa.testing import PhraseModel
from qa.types import Answer

SALE = (
    "This agreement is made on 2 May between Orme Boats Ltd (the “Seller”) and Ms Ida Dale (the “Buyer”). "
    "Repairs are for Tom Reed."
)
LOAN = (
    "Made between Upper Vale Bank, hereinafter called “the Lender”, and Mr Sam Cole, "
    "referred to as “the Borrower”."
)
HIRE = (
    'Between Corran Vans Ltd, of 4 Dock Road, Leith (hereinafter the "Owner"), and Mr Hale and Ms Quist '
    '(together the "Hirers").'
)


@pytest.mark.parametrize(
    ("role", "text", "name"),
    [
        ("seller", SALE, "Orme Boats Ltd"),
        ("buyer", SALE, "Ms Ida Dale"),
        ("lender", LOAN, "Upper Vale Bank"),
        ("borrower", LOAN, "Mr Sam Cole"),
        ("owner", HIRE, "Corran Vans Ltd"),
        ("hirer", HIRE, "Mr Hale and Ms Quist"),
        ("donee", "(2) The Skye Trust, a registered charity (“the Donee”).", "The Skye Trust"),
        ("company", 'Between Acme, Inc., a Delaware corporation ("Acme" or the "Company").', "Acme, Inc."),
        ("bank", "The seller pays the University of York (the Bank).", "University of York"),
        (
            "vendor",
            'Made between Barrow and Sons (the **"Vendor"**) and Cy Poe ("Buyer").',
            "Barrow and Sons",
        ),
        ("contractor", 'Agreed between Ann Lee and Bob Ray ("Contractor").', "Bob Ray"),
        ("treasurer", "Present: Ruth Lane (chair), Marek Zoll (treasurer), Colin Pike", "Marek Zoll"),
        ("seller", 'Acme Ltd (company number 123) (the "Seller") sells.', "Acme Ltd"),
    ],
)
def test_a_label_is_of_the_name_before_it(role: str, text: str, name: str) -> None:
    found = definition(role, text)
    assert found is not None
    assert found.name is not None
    assert text[slice(*found.name)] == name


@pytest.mark.parametrize(
    ("role", "text"),
    [
        ("due date", "Payment is due in 14 days (the “Due Date”)."),
        ("premises", "She lets the flat at 14 Mill Lane, Bristol BS5 7QN (“the Premises”)."),
        ("seller", "On 5 May, at the request of Ann Lee, Orme Boats Ltd (the “Seller”) came."),
    ],
)
def test_where_the_name_is_not_clear_there_is_none(role: str, text: str) -> None:
    found = definition(role, text)
    assert found is not None
    assert found.name is None


def test_a_word_that_is_no_label_is_of_nobody() -> None:
    assert definition("agent", SALE) is None
    assert definition("agreement", SALE) is None


@pytest.mark.parametrize(
    ("question", "role"),
    [
        ("Who is the seller?", "seller"),
        ("who are the tenants", "tenants"),
        ("Who is the landlord in this lease?", "landlord"),
        ("What is the landlord's name?", "landlord"),
        ("What's the name of the buyer?", "buyer"),
        ("tell me who the lender is", "lender"),
        ("What does “Premises” mean?", "Premises"),
        ("Who is the seller's agent?", "seller's agent"),
        ("What is DeepSeek?", None),
        ("Who founded High-Flyer?", None),
        ("What does the seller sell?", None),
    ],
)
def test_a_question_for_a_role_is_told_from_others(question: str, role: str | None) -> None:
    assert role_asked(question) == role


def ask(folder: Path, text: str, question: str, phrases: dict[str, float]) -> Answer:
    path = folder / "text.txt"
    path.write_text(text, encoding="utf-8")
    reader = ExtractiveReader(PhraseModel(phrases), Ranking(sentence=0.0))
    return Answerer(Index.from_sources([path], embedder=HashEmbedder()), reader=reader).answer(
        question, threshold=0.0
    )


def test_the_name_before_the_label_is_the_exact_answer_and_not_the_one_behind_it(tmp_path: Path) -> None:
    assert ask(tmp_path, SALE, "Who is the seller?", {"Ms Ida Dale": 9.0}).short == "Orme Boats Ltd"
    assert ask(tmp_path, SALE, "Who is the buyer?", {"Orme Boats Ltd": 9.0}).short == "Ms Ida Dale"
    assert ask(tmp_path, LOAN, "Who is the lender?", {"Mr Sam Cole": 9.0}).short == "Upper Vale Bank"


def test_the_sentence_that_gives_the_label_goes_before_one_that_does_not(tmp_path: Path) -> None:
    answer = ask(tmp_path, SALE, "Who is the buyer?", {"Tom Reed": 9.0, "Ida": 3.0})
    assert answer.short == "Ms Ida Dale"


def test_what_the_reader_finds_before_the_label_stays(tmp_path: Path) -> None:
    text = "She lets the flat at 14 Mill Lane, Bristol (“the Premises”) to Ann Lee."
    assert ask(tmp_path, text, "What are the premises?", {"the flat": 9.0}).short == "the flat"
