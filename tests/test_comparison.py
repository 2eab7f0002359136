"""Two documents are compared by their sentences: what both say, where they differ, what only one says."""

import re
from html import unescape
from pathlib import Path

import pytest

from index import Index, IndexSettings
from index.testing import HashEmbedder
from qa.answer.answerer import Answerer
from qa.answer.citations import joined
from qa.answer.comparison import headed
from qa.language.rewording import is_reordered, said
from qa.page.rendering import render
from qa.read.baseline import SentenceReader
from qa.requests.comparing import compared
from qa.types import Answer, Citation
from qa.write.endpoint import Endpoint
from qa.write.writer import Writer
from tests.endpoints import scripted
from tests.test_writer import Agreeing, written

OLD = """Members of the rowing club pay a fee of 40 euros each year in January.

The boathouse by the river is open to all members on Sundays.

Dogs are allowed in the garden of the boathouse during summer.

Ida Varga keeps accounts, and presents them every spring.
"""
NEW = """Members of the rowing club pay a fee of 55 euros each year in January.

The boathouse by the river is open to all members on Sundays.

Dogs are not allowed in the garden of the boathouse during summer.

Tomas Lind trains beginners twice weekly from now on.
"""


@pytest.fixture
def answerer(tmp_path: Path) -> Answerer:
    for name, text in (
        ("rules-2019.md", OLD),
        ("rules-2024.md", NEW),
        ("menu.md", "Soup costs nine crowns."),
    ):
        (tmp_path / name).write_text(text, encoding="utf-8")
    index = Index.from_sources(
        [tmp_path], tmp_path / "index", embedder=HashEmbedder(), settings=IndexSettings(merge_tokens=0)
    )
    return Answerer(index, reader=SentenceReader())


def lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if line]


def quotes(cited: tuple[Citation, ...]) -> list[str]:
    return [one.quote for one in cited]


def is_whole(answer: Answer) -> bool:
    assert answer.compared is not None
    pairs = [one for pair in (*answer.compared.differ, *answer.compared.both) for one in pair]
    return answer.citations == (*pairs, *answer.compared.only[0], *answer.compared.only[1])


@pytest.mark.parametrize(
    "request_",
    [
        "Compare rules-2019.md and rules-2024.md",
        "What is the difference between rules-2019.md and rules-2024.md?",
        "what do rules-2019.md and rules-2024.md have in common",
    ],
)
def test_two_documents_are_compared_in_their_own_words(request_: str, answerer: Answerer) -> None:
    answer = answerer.answer(request_)
    assert (answer.kind, answer.verdict, answer.confidence) == ("comparison", "answered", None)
    assert answer.narrowed == ("rules-2019.md", "rules-2024.md")
    assert answer.compared is not None
    old, new = lines(OLD), lines(NEW)
    assert [quotes(pair) for pair in answer.compared.differ] == [[old[0], new[0]], [old[2], new[2]]]
    assert [quotes(pair) for pair in answer.compared.both] == [[old[1], new[1]]]
    assert [quotes(one) for one in answer.compared.only] == [[old[3]], [new[3]]]
    assert answer.text == joined(answer.citations)
    assert is_whole(answer)


def test_a_comparison_is_shown_under_headings(answerer: Answerer) -> None:
    answer = answerer.answer("Compare rules-2019.md and rules-2024.md")
    old, new = lines(OLD), lines(NEW)
    shown = unescape(re.sub("<[^>]*>", "\n", render(answer, name_documents=True)))
    order = [
        *("Where they differ", old[0], new[0], old[2], new[2], "Both say", old[1], new[1]),
        *("Only rules-2019.md says", old[3], "Only rules-2024.md says", new[3]),
    ]
    places = [shown.index(text) for text in order]
    assert places == sorted(places)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("The price is $40.", "The price is €40."),
        ("A surcharge of 5 % applies.", "A surcharge of 5 applies."),
        ("Store it at 5 °C.", "Store it at −5 °C."),
        ("Rent is due on Mondays.", "Rent is due on Fridays."),
        ("The pool opens in March.", "The pool opens in May."),
        ("Return it in the first week.", "Return it in the second week."),
        ("Reply within 30 days.", "Reply within 30 hours."),
        ("The choir is led by Ms Orsini.", "The choir is led by Mr Pohl."),
        ("The insurer bears the loss.", "The insured bears the loss."),
        ("The form must be signed.", "The form may be signed."),
        ("Come before noon.", "Come after noon."),
        ("Bring at least two.", "Bring at most two."),
        ("Smoking is allowed.", "Smoking is forbidden."),
        ("Parking is free.", "Parking is not free."),
        ("The buyer pays the seller.", "The seller pays the buyer."),
        ("Buses run from Ghent to Lille.", "Buses run from Lille to Ghent."),
        ("Ann reads and Bob sings.", "Bob reads and Ann sings."),
    ],
)
def test_sentences_that_differ_in_one_word_say_different_things(one: str, other: str) -> None:
    assert not is_reordered(said(one), said(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Reply within thirty days.", "Reply within 30 days."),
        ("The desk opens at 9 a.m.", "The desk **opens** at 9:00."),
        ("A member pays the fee.", "The member pays a fee."),
        ("On Mondays the office is closed.", "The office is closed on Mondays."),
        ("Pay by card or bank transfer.", "Pay by bank transfer or card."),
    ],
)
def test_sentences_with_the_same_words_in_a_harmless_order_say_the_same(one: str, other: str) -> None:
    assert is_reordered(said(one), said(other))


TERMS = [
    ("Delivery costs €4.90.", "Delivery costs €5.90."),
    ("Goods go back within the first week.", "Goods go back within the second week."),
    ("The buyer pays for the return.", "The seller pays for the return."),
    ("Payment is due on Mondays.", "Payment is due on Fridays."),
    ("The help desk is led by Ms Orsini.", "The help desk is led by Mr Pohl."),
    ("Support is free of charge.", "Support is not free of charge."),
    ("Orders must be signed.", "Orders may be signed."),
    ("Claims are read before noon.", "Claims are read after noon."),
    ("Interest is charged at 5 %.", "Interest is charged at 7 %."),
    ("The warranty lasts two years.", "The warranty lasts two months."),
]
SHARED = ["Vans drive on weekdays.", "Boxes weigh thirty kilos.", "Gloves are worn."]


def test_what_differs_is_never_said_by_both_and_what_is_not_listed_is_counted(tmp_path: Path) -> None:
    for name, side in (("north.md", 0), ("south.md", 1)):
        text = "\n\n".join([*(pair[side] for pair in TERMS), *SHARED])
        (tmp_path / name).write_text(text, encoding="utf-8")
    index = Index.from_sources(
        [tmp_path], tmp_path / "index", embedder=HashEmbedder(), settings=IndexSettings(merge_tokens=0)
    )
    answer = Answerer(index, reader=SentenceReader()).answer("Compare north.md and south.md")
    assert answer.compared is not None
    assert [tuple(quotes(pair)) for pair in answer.compared.differ] == TERMS[:8]
    assert [quotes(pair) for pair in answer.compared.both] == [[one, one] for one in SHARED[:2]]
    assert (answer.compared.only, answer.compared.unlisted) == (((), ()), (2, 1, 0, 0))
    parts = dict(headed(answer.compared, quotes(answer.citations)))
    assert parts["Where they differ"][-1] == ["and 2 more places differ"]
    assert parts["Both say"][-1] == ["and 1 more sentence"]
    shown = unescape(re.sub("<[^>]*>", "\n", render(answer, name_documents=True)))
    assert "and 2 more places differ" in shown


def test_the_only_two_documents_asked_need_no_names(answerer: Answerer) -> None:
    two = ["rules-2019.md", "rules-2024.md"]
    assert answerer.answer("What changed between the two versions?", documents=two).kind == "comparison"
    assert answerer.answer("How do both documents differ?", documents=two).kind == "comparison"
    assert answerer.answer("what's different?", documents=two).narrowed == tuple(two)
    assert answerer.answer("What changed between 2019 and 2024?").narrowed == tuple(two)
    # Of three it is not known which two are meant.
    assert answerer.answer("How do both documents differ?").kind != "comparison"


@pytest.mark.parametrize(
    ("text", "is_comparison"),
    [
        ("Compare  and ", True),
        ("What is the difference between  and ?", True),
        ("what do  and  both say", True),
        ("How do the fees of  and  differ?", False),
        ("Are dogs allowed by both  and ?", False),
        ("Who wrote  and ?", False),
        ("", False),
    ],
)
def test_a_question_about_one_matter_is_no_comparison(text: str, is_comparison: bool) -> None:
    named = ["a.md", "b.md"]
    found = compared(text, [*named, "c.md"], named, lambda _: ())
    assert found == (tuple(named) if is_comparison else ())


CALLED = {
    "handbook_2024.md": {"handbook", "2024"},
    "handbook_2025.md": {"handbook", "2025"},
    "minutes_march.md": {"minut", "march"},
    "minutes_april.md": {"minut", "april"},
    "menu.md": {"menu"},
}
BOOKS, MINUTES = list(CALLED)[:2], list(CALLED)[2:4]


@pytest.mark.parametrize(
    ("text", "asked", "pair"),
    [
        ("compare the two handbooks", list(CALLED), BOOKS),
        ("Compare the minutes", list(CALLED), MINUTES),
        ("What is the difference between the 2024 and 2025 handbook?", list(CALLED), BOOKS),
        ("what changed between 2024 and 2025?", list(CALLED), BOOKS),
        ("How do the April minutes differ from the March minutes?", list(CALLED), MINUTES[::-1]),
        ("compare march and april", MINUTES, MINUTES),
        ("What are the differences between the two contracts", BOOKS, BOOKS),
        ("compare the two leaflets", BOOKS, BOOKS),
        ("what's different?", MINUTES, MINUTES),
        ("list the differences", BOOKS, BOOKS),
        ("How do both policies differ?", BOOKS, BOOKS),
        # More than two are asked, or something else than the whole is.
        ("what's different?", list(CALLED), []),
        ("What changed between March and April?", list(CALLED), []),
        ("compare 2024 and 2026", list(CALLED), []),
        ("What is the difference between the two fees?", BOOKS, []),
        ("How do the holidays differ in the two handbooks?", BOOKS, []),
        ("How did the handbook change?", BOOKS, []),
        ("How did the minutes of 2024 differ from 2025?", BOOKS, []),
        ("What changed in 2025?", BOOKS, []),
        ("What do both say about buses?", BOOKS, []),
        ("What do both say about contracts?", BOOKS, []),
        ("Compare the two hotels", BOOKS, []),
        ("How did she change?", BOOKS, []),
        ("Compare section 2024 and section 2025", BOOKS, []),
        ("What is the difference between a march and an april?", MINUTES, []),
    ],
)
def test_two_documents_may_be_called_by_parts_of_their_names_or_by_what_they_are(
    text: str, asked: list[str], pair: list[str]
) -> None:
    def having(term: str) -> list[str]:
        return [name for name, terms in CALLED.items() if term in terms]

    assert compared(text, asked, [], having) == tuple(pair)


def test_a_language_model_compares_from_the_same_sentences(answerer: Answerer) -> None:
    with scripted("The fee rose from 40 to 55 euros [1][4].") as server:
        model = Writer(Endpoint(server.url, "tiny"), Agreeing())
        answer = Answerer(answerer.index, reader=SentenceReader(), writer=model).answer(
            "Compare rules-2019.md and rules-2024.md"
        )
    assert "Task: compare the two documents." in server.prompts[0]
    assert {line[4:] for line in server.prompts[0].splitlines() if line.startswith("[")} == {
        *lines(OLD),
        *lines(NEW),
    }
    assert len(written(answer).sentences[0].citations) == 2
