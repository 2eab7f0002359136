"""Questions for a place: what is taken for one, and where in the document its answer stands."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from index import Index, IndexSettings
from index.load.markdown import markdown_headings
from index.testing import HashEmbedder
from index.types import Document
from qa.answer.answerer import Answerer
from qa.answer.citations import cite, joined
from qa.answer.locating import located, names_part, names_thing
from qa.answer.verification import faults
from qa.converse.follow_up import readings
from qa.page.rendering import render
from qa.read.baseline import SentenceReader
from qa.read.spans import Span
from qa.requests.outline import outline
from qa.requests.where import wanted
from qa.types import Turn

LEASE = """LEASE OF THE MILL

1. Rent
1.1 The yearly rent is 9,600 pounds.
1.2 Rent is due on the first Monday of
each quarter.

2. Repairs
2.1 The tenant repairs the windows.
2.2 The landlord repairs the roof.
"""
MANUAL = """# The Dryer

## 3. Setting up

1. Press the castors into the base.
2. Push the tank back.

## 4. Warranty

The warranty lasts for two years.

### Zips

They last for life.
"""
STATUTE = """Article 6
The council has nine members.

Article 7
1. The council meets monthly.
2. It keeps minutes.
"""


@pytest.mark.parametrize(
    ("question", "unit", "sought"),
    [
        (
            "Which clause says that the tenant repairs the windows?",
            "clause",
            "the tenant repairs the windows",
        ),
        ("which paragraph deals with late payment", "paragraph", "late payment"),
        ("Where does it say that dogs are allowed?", "", "dogs are allowed"),
        ("Where does the lease say who repairs the roof?", "", "who repairs the roof"),
        ("where is the notice period regulated", "", "the notice period"),
        ("Where in the contract is the deposit?", "", "the deposit"),
        ("On which page is the warranty?", "page", "the warranty"),
        ("what page is the wiring diagram on", "page", "the wiring diagram"),
        ("what page mentions Ruta Valen", "page", "Ruta Valen"),
        ("Which section covers refunds?", "section", "refunds"),
        ("In which chapter does he meet the king?", "chapter", "does he meet the king"),
        ("In which section of the handbook is smoking mentioned?", "section", "smoking"),
        ("Can you tell me which article of this law forbids smoking?", "article", "forbids smoking"),
        ("In which clause is it stated: How much is the rent?", "clause", "How much is the rent"),
        ("which clauses cover insurance", "clause", "insurance"),
        ("Which rules forbid smoking?", "rule", "forbid smoking"),
        ("which section applies to late payment", "section", "late payment"),
        ("what's the clause about painting the walls", "clause", "painting the walls"),
        ("whats the paragraph on overtime?", "paragraph", "overtime"),
        ("What is the clause that says no pets are allowed?", "clause", "no pets are allowed"),
        ("what clause number is hotels", "clause", "hotels"),
        ("which section number deals with pets?", "section", "pets"),
        ("What is the section number for refunds?", "section", "refunds"),
        ("which clause no. is the deposit", "clause", "the deposit"),
        ("what clause number was that under", "clause", ""),
        ("Which page is that on?", "page", ""),
        ("and which clause is that?", "clause", ""),
        ("Where does it say that?", "", ""),
    ],
)
def test_a_question_for_a_place_is_parted_into_its_unit_and_what_is_sought(
    question: str, unit: str, sought: str
) -> None:
    assert wanted(question) == (unit, sought)


@pytest.mark.parametrize(
    "question",
    [
        "Which section of the river is navigable?",
        "Which section of the bridge collapsed?",
        "which section of chapter 6 can we skip",
        "Which article of clothing was found?",
        "Which chapter of the union went on strike?",
        "Where does the spare key hang?",
        "Where do the samples get written down?",
        "Where did Karl say people had gone?",
        "Where are the boys that David mentioned?",
        "Where is that?",
        "What clause is the longest?",
        "which chapter is the most important",
        "at what point is a handrail compulsory?",
        "which part of the engine overheats?",
        "Which part?",
        "which rule needs everybody's agreement to alter",
        "What does clause 2.2 say?",
        "What page numbers does the index have?",
        "what's the rule about smoking",
        "what is the section on refunds about?",
        "What's the chapter about whales?",
        "what is the clause on pets saying?",
        "what part number is the pump",
        "what is the article number of the black shirt",
    ],
)
def test_a_question_of_a_fact_asks_for_no_place(question: str) -> None:
    assert wanted(question) is None


def document(text: str, *, pages: Sequence[int] = (), is_markdown: bool = False) -> Document:
    headings = markdown_headings(text) if is_markdown else ()
    return Document(
        id="a.txt", source="a.txt", sha256="0" * 64, text=text, headings=tuple(headings), pages=tuple(pages)
    )


def place(of: Document, quote: str, unit: str, *, is_named: bool = False) -> tuple[str | None, str]:
    start = of.text.index(quote)
    return located(cite(of, start, start + len(quote), score=0.0), outline(of), unit, is_named=is_named)


def test_a_clause_is_called_by_its_own_number_below_its_heading() -> None:
    lease = document(LEASE)
    assert place(lease, "2.1 The tenant repairs the windows.", "clause") == (
        "2.1",
        "Clause 2.1, under “2. Repairs”",
    )
    assert place(lease, "1.2 Rent is due on the first Monday of\neach quarter.", "") == (
        "1.2",
        "1.2, under “1. Rent”",
    )


def test_a_sentence_that_begins_with_its_heading_is_of_the_clause_behind_it() -> None:
    quote = "2. Repairs\n2.1 The tenant repairs the windows."
    assert place(document(LEASE), quote, "clause") == ("2.1", "Clause 2.1, under “2. Repairs”")


def test_a_numbered_heading_alone_is_its_own_place() -> None:
    assert place(document(LEASE), "2. Repairs", "clause") == ("2", "Clause “2. Repairs”")


def test_the_numbers_of_a_list_are_no_sections() -> None:
    manual = document(MANUAL, is_markdown=True)
    assert place(manual, "Push the tank back.", "section") == ("3", "Section “3. Setting up”")
    assert place(manual, "Push the tank back.", "paragraph") == ("2", "Paragraph 2, under “3. Setting up”")


def test_a_chapter_is_the_heading_at_the_top_and_the_title_is_none() -> None:
    manual = document(MANUAL, is_markdown=True)
    assert place(manual, "They last for life.", "chapter") == ("4", "Chapter “4. Warranty”, under “Zips”")
    assert place(manual, "They last for life.", "") == ("4", "Under “4. Warranty”, under “Zips”")


def test_a_unit_that_a_heading_names_itself_goes_before_the_numbers_below_it() -> None:
    statute = document(STATUTE)
    assert place(statute, "It keeps minutes.", "article") == ("Article 7", "Article 7")
    assert place(statute, "It keeps minutes.", "paragraph") == ("2", "Paragraph 2, under “Article 7”")


def test_a_heading_that_says_its_unit_is_called_by_its_name_alone() -> None:
    book = document("# Chapter 2: The Storm\n\nIt rained.\n", is_markdown=True)
    assert place(book, "It rained.", "chapter") == ("Chapter 2", "“Chapter 2: The Storm”")
    assert place(book, "It rained.", "section") == ("Chapter 2", "Section “Chapter 2: The Storm”")


def test_a_page_is_its_number_and_missing_pages_are_said_to_be_missing() -> None:
    quote = "The warranty lasts for two years."
    paged = document(MANUAL, pages=[0, MANUAL.index("## 4.")], is_markdown=True)
    assert place(paged, quote, "page") == ("page 2", "Page 2, under “4. Warranty”")
    unpaged = document(MANUAL, is_markdown=True)
    assert place(unpaged, quote, "page") == ("4", "This document has no pages: under “4. Warranty”")
    assert place(document(LEASE), "2.2 The landlord repairs the roof.", "page") == (
        "2.2",
        "This document has no pages: 2.2, under “2. Repairs”",
    )
    assert place(document("It rains."), "It rains.", "page") == (None, "This document has no pages")
    assert place(document("It rains."), "It rains.", "clause") == (
        None,
        "This document has no numbered clauses",
    )


def test_among_several_documents_the_place_names_its_own() -> None:
    assert place(document(LEASE), "2.2 The landlord repairs the roof.", "clause", is_named=True) == (
        "2.2",
        "Clause 2.2, under “2. Repairs”, in a.txt",
    )


def test_among_several_documents_the_one_that_lacks_the_unit_is_named() -> None:
    assert place(document("It rains."), "It rains.", "clause", is_named=True) == (
        None,
        "a.txt has no numbered clauses",
    )
    assert place(document(LEASE), "2.2 The landlord repairs the roof.", "page", is_named=True) == (
        "2.2",
        "a.txt has no pages: 2.2, under “2. Repairs”",
    )


def test_a_part_that_the_source_itself_names_is_told_from_a_clauses_own_number() -> None:
    text = "1.1 Prices are in clause 5.8 of the terms."
    at = text.index("5.8")
    named = Span("a.txt", 0, len(text), (at, at + 3), 0.0, 0)
    assert names_part(text, named, "clause")
    assert not names_part(text, named, "page")
    assert not names_part(text, named._replace(highlight=(0, 3)), "clause")
    assert not names_part(text, named._replace(highlight=None), "clause")


@pytest.mark.parametrize(
    ("text", "exact", "is_thing"),
    [
        ("The Leeds chapter raises money.", "Leeds", True),
        ("The Leeds chapter raises money.", "The Leeds chapter", True),
        ("This chapter raises three questions.", "This chapter", False),
        ("Leeds raises money for the chapter.", "Leeds", False),
    ],
)
def test_a_thing_with_the_word_of_a_unit_is_told_from_a_part_of_the_text(
    text: str, exact: str, is_thing: bool
) -> None:
    at = text.index(exact)
    named = Span("a.txt", 0, len(text), (at, at + len(exact)), 0.0, 0)
    assert names_thing(text, named, "chapter", []) is is_thing
    assert not names_thing(text, named._replace(highlight=None), "chapter", [])
    chapters = outline(document("Chapter 1\nLeeds\n\nChapter 2\nYork\n"))
    assert not names_thing(text, named, "chapter", chapters)
    assert names_thing(text, named, "chapter", outline(document(LEASE))) is is_thing


@pytest.fixture
def answerer(tmp_path: Path) -> Answerer:
    (tmp_path / "lease.txt").write_text(LEASE, encoding="utf-8")
    index = Index.from_sources(
        [tmp_path / "lease.txt"], embedder=HashEmbedder(), settings=IndexSettings(merge_tokens=0)
    )
    return Answerer(index, reader=SentenceReader())


def test_the_answer_to_a_question_for_a_place_is_the_place_and_the_quote_stays_exact(
    answerer: Answerer,
) -> None:
    answer = answerer.answer("Which clause says that the tenant repairs the windows?", threshold=0.0)
    (citation,) = answer.citations
    found = answerer.index.document("lease.txt")
    assert (answer.kind, answer.short) == ("place", "2.1")
    assert answer.located == ("Clause 2.1, under “2. Repairs”",)
    assert answer.text == f"Clause 2.1, under “2. Repairs”: {citation.quote}"
    assert found.text[citation.start : citation.end] == citation.quote
    assert "The tenant repairs the windows" in citation.quote
    documents = {("lease.txt", found.sha256): found}
    assert faults([answer], documents) == []
    moved = answer.model_copy(update={"located": ("Clause 9.9",)})
    assert len(faults([moved], documents)) == 2
    page = render(answer, name_documents=False)
    assert "Clause 2&#46;1&#44; under “2&#46; Repairs”: " in page
    # Its number is mentioned nowhere else.
    assert '<p class="q-short q-located">2&#46;1</p>' in page


def test_a_question_for_a_thing_with_the_word_of_a_unit_gets_the_thing(tmp_path: Path) -> None:
    text = "The Leeds chapter raises money for a hospice.\n\nThe York chapter has no money.\n"
    (tmp_path / "club.txt").write_text(text, encoding="utf-8")
    index = Index.from_sources([tmp_path / "club.txt"], embedder=HashEmbedder())
    answer = Answerer(index).answer("Which chapter raises money for a hospice?")
    assert (answer.kind, answer.located) == ("question", ())
    assert answer.short
    assert "Leeds" in answer.short


def test_a_heading_that_says_what_is_sought_is_the_place(answerer: Answerer) -> None:
    answer = answerer.answer("Which section covers the repairs?")
    assert (answer.verdict, answer.located) == ("answered", ("Section “2. Repairs”",))


def test_the_place_of_the_last_answer_can_be_asked_for() -> None:
    history = [Turn(role="user", text="Who repairs the windows?"), Turn(role="assistant", text="The tenant.")]
    (reading,) = readings("and which clause is that?", history)
    assert reading.asked == "In which clause is it stated: Who repairs the windows?"
    assert wanted(reading.asked) == ("clause", "Who repairs the windows")
    again = [*history, Turn(role="user", text="and which clause is that?")]
    (reading,) = readings("On which page is that?", again)
    assert reading.asked == "On which page is it stated: Who repairs the windows?"


def test_it_in_where_does_it_say_is_the_source_and_no_thing_of_the_conversation() -> None:
    history = [
        Turn(role="user", text="How much is the rent?"),
        Turn(role="assistant", text="The yearly rent is 9,600 pounds."),
    ]
    (reading,) = readings("Where does it say that dogs are allowed?", history)
    assert reading.asked == "Where does it say that dogs are allowed?"


def test_quotes_of_one_place_stand_behind_it_together() -> None:
    lease = document(LEASE)
    quotes = ["2.1 The tenant repairs the windows.", "2.2 The landlord repairs the roof."]
    citations = [
        cite(lease, LEASE.index(one), LEASE.index(one) + len(one), score=0.0) for one in (*quotes, quotes[0])
    ]
    assert joined(citations, ["A", "A", "B"]) == f"A: {quotes[0]} {quotes[1]}\nB: {quotes[0]}"
