"""Requests: their kinds, the parts and documents that they name, acronyms, versions, lists and counts."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index import Index, IndexSettings
from index.load.markdown import markdown_headings
from index.testing import HashEmbedder
from index.types import Document
from qa.answer.answerer import Answerer
from qa.answer.counterpart import counterpart
from qa.answer.guess import Guess
from qa.answer.timings import Timings
from qa.language.self_contained import plain, stands_alone, unheaded
from qa.messages import (
    MACHINE,
    REFUSAL,
    documents_held,
    headings_held,
    is_fixed,
    no_such_document,
    no_such_part,
    pages_held,
    replaced,
)
from qa.read.baseline import SentenceReader
from qa.read.spans import Span
from qa.requests.acronyms import acronyms, asks_for_expansion, definition, spelt_out
from qa.requests.collection import matter, piece
from qa.requests.counting import choosing, may_count, states_count
from qa.requests.entries import chosen
from qa.requests.kinds import FEATURES, FILE, PLACES, features, judge
from qa.requests.outline import names, outline
from qa.requests.parts import asks_for_text, bare_number, counts_things, find, find_whole, reference
from qa.requests.request import Request, Requests
from qa.requests.versions import Newer, Versions
from qa.retrieve.retriever import Retriever
from qa.retrieve.titles import Titles
from qa.types import KINDS

# --- kinds, by the text alone: no model is needed

ORDINARY = (
    "Who founded High-Flyer?",
    "What is the deposit?",
    "How many books can you borrow?",
    "What do you need to apply?",
    "Do you ship to Norway?",
    "Are you open on Saturdays?",
    "Why is that important?",
    "Summarise the hiring strategy",
    "What is the main office of X?",
    "Who wrote the summary?",
    "What does the article say about Nvidia?",
    "How many times did he win?",
    "What is DeepSeek?",
    "and in 2023?",
)


@pytest.mark.parametrize("question", ORDINARY)
def test_a_question_about_a_fact_is_one_though_it_says_you_or_summary(question: str) -> None:
    assert judge(question, None).kind == "question"


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("whole", "What is this about?"),
        ("whole", "Summarise the article"),
        ("whole", "tl;dr"),
        ("whole", "what are the main points"),
        ("whole", "describe the document"),
        ("part", "summarise chapter 2"),
        ("part", "What does section 3 say?"),
        ("part", "sum up the introduction"),
        ("collection", "Which documents are there?"),
        ("collection", "how many files do you have"),
        ("keyword", "export controls"),
        ("keyword", "pricing"),
        ("machine", "What can you do?"),
        ("machine", "who are you"),
        ("machine", "are you ChatGPT?"),
        ("smalltalk", "hello"),
        ("smalltalk", "Thanks!"),
    ],
)
def test_the_kinds_are_told_apart(kind: str, text: str) -> None:
    assert judge(text, None).kind == kind


@pytest.mark.parametrize("text", ["東京?", "Кто основал компанию?", "מי?", "Tokyo の人口はどのくらいですか"])
def test_what_is_not_in_latin_letters_is_a_question(text: str) -> None:
    assert judge(text, None).kind == "question"


@given(st.text(max_size=500))
def test_any_text_has_a_kind_and_probabilities_of_all(text: str) -> None:
    judged = judge(text, None)
    assert judged.kind in KINDS
    assert float(judged.probabilities.sum()) == pytest.approx(1.0, abs=1e-5)


@given(st.text(max_size=200))
def test_features_have_distinct_places_and_runs_of_unit_length(text: str) -> None:
    places, values = features(text)
    assert len(set(places.tolist())) == len(places)
    assert places.min() >= 0
    assert places.max() < FEATURES
    words = (places >= PLACES) & (places < 2 * PLACES)
    assert np.linalg.norm(values[words]) == pytest.approx(1.0, abs=1e-4)


def test_a_number_and_a_file_name_are_the_same_feature_whichever_they_are() -> None:
    for one, other in (("summarise chapter 2", "summarise chapter 17"), ("open a.txt", "open Report_7.pdf")):
        np.testing.assert_array_equal(features(one)[0], features(other)[0])


def test_the_weights_that_ship_are_small() -> None:
    assert FILE.stat().st_size < 1_000_000


# --- documents about a matter, and what documents are made of


@pytest.mark.parametrize(
    ("text", "sought"),
    [
        ("Which document mentions Biddy?", "Biddy"),
        ("which of the files talks about sick leave", "sick leave"),
        ("Which source is about the ferries?", "the ferries"),
        ("How many documents mention a deposit?", "a deposit"),
        ("In which document is the rent mentioned", "the rent"),
        ("which file is the rent mentioned in?", "the rent"),
        ("In what file can I find the bus times?", "the bus times"),
        ("list the documents that mention whales", "whales"),
        ("Is there a file about a school trip?", "a school trip"),
        ("do you have any files on taxes in here", "taxes"),
        ("any documents about the sea", "the sea"),
        # What the document says, or which there are.
        ("What does the document say about pets?", None),
        ("the document that mentions whales", None),
        ("Who wrote the file about taxes?", None),
        ("which documents can I ask about?", None),
        ("what are the files about", None),
        ("Which documents do you have on here?", None),
        ("which document should I read first", None),
        ("Which document must the tenant sign?", None),
        ("is there a document called whales.txt", None),
    ],
)
def test_documents_about_a_matter_are_asked_for_by_a_grammar(text: str, sought: str | None) -> None:
    assert matter(text, is_of_collection=False) == sought


def test_more_is_about_a_matter_where_the_classifier_takes_it_for_one_about_the_collection() -> None:
    for text, sought in (
        ("do you have anything on unicorns?", "unicorns"),
        ("is there a letter about the fence", "the fence"),
    ):
        assert matter(text, is_of_collection=False) is None
        assert matter(text, is_of_collection=True) == sought
    for text in (
        "a sentence about each file",
        "what can I ask questions about here",
        "do you have the lease",
    ):
        assert matter(text, is_of_collection=True) is None


@pytest.mark.parametrize(
    ("text", "asked_for"),
    [
        ("list the headings", "heading"),
        ("what sections are there?", "heading"),
        ("How many chapters does the book have?", "heading"),
        ("show me the table of contents", "heading"),
        ("What are the section titles of this document?", "heading"),
        ("How many pages?", "page"),
        ("how many pages are there in the report?", "page"),
        ("What's the page count?", "page"),
        ("how many words are in the document?", "other"),
        ("What is the title?", "other"),
        ("how many pages did she write", None),
        ("how many sections does the bridge have", None),
        ("What is the title of the winning film?", None),
        ("what does section 3 say", None),
        ("Which chapters deal with whales?", None),
        ("sum up the sections", None),
    ],
)
def test_what_a_document_is_made_of_is_asked_for_by_a_grammar(text: str, asked_for: str | None) -> None:
    assert piece(text) == asked_for


# --- messages


def test_only_fixed_messages_are_taken_for_such() -> None:
    for message in (
        MACHINE,
        documents_held(["a.txt"]),
        documents_held(["a.txt", "b.txt"]),
        headings_held({"a.txt": ["One", "Two"]}),
        pages_held({"a.pdf": 1}),
        no_such_document("c.txt", ["a.txt"]),
        no_such_document("", ["a.txt", "b.txt"]),
        no_such_part(["One", "Two"]),
        no_such_part([]),
    ):
        assert is_fixed(message)
    for text in (REFUSAL, "It took 90 days.", f"{MACHINE} It took 90 days.", ""):
        assert not is_fixed(text)


def test_headings_and_pages_are_counted_and_named_by_document_where_there_are_several() -> None:
    assert headings_held({"a.md": ["One", "Two"]}) == "There are 2 headings: One, Two."
    assert headings_held({"a.md": ["One"], "b.md": ["Two"]}) == "There are 2 headings: a.md: One, b.md: Two."
    assert pages_held({"a.pdf": 1}) == "There is 1 page: 1 in a.pdf."
    assert pages_held({"a.pdf": 4, "b.pdf": 3}) == "There are 7 pages: 4 in a.pdf, 3 in b.pdf."


def test_a_list_of_documents_says_how_many_and_names_each() -> None:
    assert documents_held(["a.txt"]) == "There is 1 document: a.txt."
    assert documents_held(["a.txt", "b.md"]) == "There are 2 documents: a.txt, b.md."
    many = documents_held([f"{number}.txt" for number in range(60)])
    assert many.startswith("There are 60 documents: 0.txt,")
    assert "49.txt, … and 10 more" in many


# --- parts

BOOK = """# The keeper

## Chapter 1: The arrival

Edda came in May.

## Chapter 2: The winter

The lamp failed. She lit a fire.

### 2.1 The fire

It burnt for a week.

## Chapter 3: The visit

He left.
"""
LEASE = """LEASE

1. Parties
Ann lets the flat to Bob.

2. Rent
The rent is 800 pounds.
1. It is paid monthly.
2. It is paid in advance.

3. Deposit
The deposit is 900 pounds.

Closing remarks

Signed in two copies.
"""


def document(text: str, *, markdown: bool = False, pages: tuple[int, ...] = ()) -> Document:
    headings = markdown_headings(text) if markdown else ()
    return Document(id="d", source="d", sha256="", text=text, headings=headings, pages=pages)


def parts_of(one: Document, request: str) -> list[str]:
    return [" ".join(one.text[part.start : part.end].split()) for part in find(one, outline(one), request)]


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        ("summarise chapter 1", ["Edda came in May."]),
        (
            "what is chapter two about?",
            ["The lamp failed. She lit a fire. ### 2.1 The fire It burnt for a week."],
        ),
        ("Chapter III please", ["He left."]),
        ("what does the last chapter say", ["He left."]),
        ("sum up section 2.1", ["It burnt for a week."]),
        ("chapters 1 and 3", ["Edda came in May.", "He left."]),
        ("summarise the visit", ["He left."]),
        ("summarise chapter 9", []),
        ("summarise part 2", []),
        ("summarise the appendix", []),
    ],
)
def test_a_part_is_found_by_its_number_its_place_or_its_name(request_: str, expected: list[str]) -> None:
    assert parts_of(document(BOOK, markdown=True), request_) == expected


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        ("what does clause 1 say", "Ann lets the flat to Bob."),
        (
            "summarise section 2",
            "The rent is 800 pounds. 1. It is paid monthly. 2. It is paid in advance.",
        ),
        ("explain the deposit section", "The deposit is 900 pounds. Closing remarks Signed in two copies."),
        ("sum up the closing remarks", "Signed in two copies."),
    ],
)
def test_the_clauses_of_a_plain_text_are_parts_and_a_list_within_one_is_none(
    request_: str, expected: str
) -> None:
    assert parts_of(document(LEASE), request_) == [expected]


def test_the_names_of_the_parts_are_the_headings() -> None:
    assert names(outline(document(LEASE))) == [
        "LEASE",
        "1. Parties",
        "2. Rent",
        "3. Deposit",
        "Closing remarks",
    ]


def test_a_clause_without_a_title_is_no_heading_and_a_long_heading_is_cut() -> None:
    clauses = "1. Rent\n1.1 The rent is 800 pounds.\n1.2 It is paid monthly.\n"
    assert names(outline(document(clauses))) == ["1. Rent"]
    assert names(outline(document("1.1 The rent is 800 pounds.\n1.2 It is paid.\n"))) == ["1.1", "1.2"]
    long = f"# {'word ' * 30}\n\nText.\n"
    assert names(outline(document(long, markdown=True))) == [f"{'word ' * 16}…"]


def test_the_list_of_headings_ends_with_one_full_stop() -> None:
    assert no_such_part(["1. Rent"]) == "There is no such part. The headings are: 1. Rent."
    assert no_such_part(["1. Who pays?"]) == "There is no such part. The headings are: 1. Who pays?"


@pytest.mark.parametrize(
    ("request_", "number"),
    [
        ("What does 6.3 say?", "6.3"),
        ("explain 6.1 to me", "6.1"),
        ("read me 4.4.", "4.4"),
        ("what is 4.3", "4.3"),
        ("what's in 3.2?", "3.2"),
        ("quote 5.1 in full", "5.1"),
        ("can you read out 4.2 please", "4.2"),
        ("and 6.3?", "6.3"),
        ("what does 3 say", "3"),
        ("What is version 3.4.1?", None),
        ("what costs 6.30?", None),
        ("what does 3 cost", None),
        ("What is the rate of 4.2?", None),
        ("what does 2.5% mean?", None),
        ("Is £4.10 paid?", None),
        ("does 6.3 apply to family members?", None),
    ],
)
def test_a_bare_number_may_be_a_part_where_the_request_is_for_no_more(
    request_: str, number: str | None
) -> None:
    place = bare_number(request_)
    assert (request_[slice(*place)] if place else None) == number


@pytest.mark.parametrize(
    ("request_", "is_for_text"),
    [
        ("What does this say?", True),
        ("quote this in full", True),
        ("read me this", True),
        ("what is in this?", True),
        ("tell me what this says", True),
        ("what does the deposit section say?", True),
        ("read me the section on pets", True),
        ("sum up this", False),
        ("explain this to me", False),
        ("what is this about?", False),
        ("give me a summary of this", False),
        ("show me the main points of this", False),
        ("what does this say about dogs", False),
    ],
)
def test_a_request_to_read_a_part_is_told_from_one_to_sum_it_up(request_: str, is_for_text: bool) -> None:
    assert asks_for_text(request_) is is_for_text


def test_a_thing_with_a_number_is_no_heading_of_such_things() -> None:
    minutes = document("# Club\n\n## Actions\n\nBook the hall.\n\n## Apollo 11\n\nIt flew.\n", markdown=True)
    assert parts_of(minutes, "what is action 4") == []
    assert parts_of(minutes, "what are the actions") == ["Book the hall."]
    assert parts_of(minutes, "the part on Apollo 11") == ["It flew."]
    assert counts_things("what is action 4")
    assert not counts_things("sum up section 4")
    assert not counts_things("what happened in May 2024")


def test_a_page_is_a_part_by_its_number() -> None:
    paged = document("First page.\n\nSecond page.\n\nThird page.", pages=(0, 13, 27))
    assert parts_of(paged, "what is on page 2") == ["Second page."]
    assert parts_of(paged, "summarise pages 2 to 3") == ["Second page.", "Third page."]
    assert parts_of(paged, "the last page") == ["Third page."]
    assert parts_of(paged, "page 4") == parts_of(document("No pages."), "page 1") == []


def test_what_a_request_calls_a_part_is_known_with_its_place() -> None:
    found = reference("What does the second chapter say?")
    assert found is not None
    assert "What does the second chapter say?"[slice(*found.span)] == "the second chapter"
    assert reference("How old is the church?") is None


def test_a_heading_that_a_request_holds_as_a_whole_is_a_part_and_the_title_is_none() -> None:
    book = document(BOOK, markdown=True)
    asked = {"sum up the visit": "He left.", "summarise the keeper": None, "summarise the text": None}
    for request_, expected in asked.items():
        found = find_whole(book, outline(book), request_)
        assert [book.text[part.start : part.end].strip() for part in found] == (
            [expected] if expected else []
        )


@given(st.text(max_size=300), st.sampled_from(["summarise chapter 2", "the introduction", "last section"]))
def test_the_parts_of_any_text_lie_in_it(text: str, request_: str) -> None:
    one = document(text)
    for part in find(one, outline(one), request_):
        assert 0 <= part.heading <= part.start <= part.end <= len(text)


# --- sentences that stand alone


@pytest.mark.parametrize(
    "text",
    [
        "Edda Voss came to the island of Holm in October 1902.",
        "The company opened two new shops, in Kiel and in Flensburg.",
        "When Edda arrived in May, she counted the oil in the tower.",
        "The chairman said that he would look at the matter again.",
    ],
)
def test_a_whole_statement_stands_alone(text: str) -> None:
    assert stands_alone(text)


@pytest.mark.parametrize(
    "text",
    [
        "He measured the tower and counted the oil in the store.",
        "However, the lamp failed again for three nights in December.",
        "In December she lit a fire on the rocks for the fleet.",
        "This was the reason why the harbour master wrote a letter.",
        "As a result, the fleet could find the harbour in the night.",
        "If it is paid within a week, the sum is halved by law.",
        "| Tank missing | Push the tank in until it clicks and stays. |",
        "- Do not use it within two metres of a bath or a sink.",
        "What you need to know before you take this medicine every day?",
        "Annual report of the north region for the whole of last year",
        "Page 3 of 10.",
        "Contact: write to office@example.org before the end of the month.",
        "“Half an hour earlier there would have been a queue on it.”",
        "“The ship's cook, a man called Pelle, fried me one for supper.",
    ],
)
def test_a_fragment_and_what_leans_on_the_text_before_do_not_stand_alone(text: str) -> None:
    assert not stands_alone(text)


def test_at_the_start_of_a_text_this_means_the_text() -> None:
    text = "This agreement is made between Hanna Brook and Tom Sears in May."
    assert stands_alone(text, opens=True)
    assert not stands_alone(text)


def test_the_feet_of_two_pages_are_the_same_but_for_their_numbers() -> None:
    assert plain("Quarterly report, page 3 of 10.") == plain("Quarterly report, page 4 of 10.")


def test_a_heading_that_was_not_parted_is_left_out_of_its_sentence() -> None:
    assert unheaded("4. Pets\nNo dogs may be kept.") == "No dogs may be kept."
    assert unheaded("5. USE\n5.3 The Tenants shall not sublet.") == "The Tenants shall not sublet."
    assert unheaded("1984 was a good year.") == "1984 was a good year."
    assert unheaded("No dogs may be kept\nin the flat.") == "No dogs may be kept\nin the flat."


# --- documents by name


class Texts:
    """What some documents say, for the words that occur in them."""

    def __init__(self, **texts: str) -> None:
        self.texts = {name.replace("__", "/"): set(text.split()) for name, text in texts.items()}

    def holds(self, term: str, documents: object = None) -> bool:
        asked = self.texts if documents is None else documents
        assert isinstance(asked, dict | list | tuple)
        return any(term in self.texts[name.removesuffix(".txt")] for name in asked)

    @property
    def ids(self) -> list[str]:
        return [f"{name}.txt" for name in self.texts]


def meant(question: str, texts: Texts, *, is_request: bool = False) -> tuple[list[str], str, bool] | None:
    titles = Titles(texts.ids, [None] * len(texts.ids))
    found = titles.meant(
        question, None, lambda term, ids: texts.holds(term, ids and list(ids)), is_request=is_request
    )
    return found and (list(found.documents), found.question, found.is_sure)


REPORTS = Texts(report1="sale risk", report2="sale risk 3 report", report3="sale risk report")


@pytest.mark.parametrize(
    ("question", "left", "is_sure"),
    [
        ("What is the risk in report3.txt?", "What is the risk in this?", True),
        ("What is the risk in the document report3.txt?", "What is the risk in this?", True),
        ("What is the risk in Report3?", "What is the risk in this?", False),
        ("What is the risk in report 3?", "What is the risk in this?", False),
        ("What is the risk in REPORT_3?", "What is the risk in this?", True),
    ],
)
def test_a_name_is_found_however_it_is_typed(question: str, left: str, is_sure: bool) -> None:
    assert meant(question, REPORTS) == (["report3.txt"], left, is_sure)


def test_a_request_about_a_document_means_any_that_it_names() -> None:
    texts = Texts(handbook="holiday", lease="rent handbook")
    assert meant("Summarise the handbook", texts, is_request=True) == (
        ["handbook.txt"],
        "Summarise this",
        True,
    )
    assert meant("Is the handbook free?", texts) is None


def test_what_only_a_folder_or_name_says_tells_the_document() -> None:
    texts = Texts(**{"2023__rules": "fee", "2024__rules": "fee"})
    assert meant("What is the fee in 2024?", texts) == (["2024/rules.txt"], "What is the fee in this?", False)
    assert meant("What is the fee in the rules?", texts) is None
    manuals = Texts(**{"model-x200-manual": "batteri", "model-x300-manual": "batteri"})
    for asked in ("Battery of the X200?", "Battery of the X-200?"):
        assert meant(asked, manuals) == (["model-x200-manual.txt"], "Battery of this?", False)


def test_a_word_that_the_others_texts_hold_means_no_document() -> None:
    texts = Texts(battery="life", phone="batteri life")
    assert meant("How long is the life of the battery?", texts) is None


def test_a_file_that_is_not_there_is_known_as_such() -> None:
    titles = Titles(["report1.txt"], [None])
    assert titles.unknown("summarise report9.pdf") == "report9.pdf"
    assert titles.unknown("summarise report1.txt") is None
    assert titles.unknown("who founded openai.com?") is None


# --- acronyms


@pytest.mark.parametrize(
    ("acronym", "text", "expected"),
    [
        ("MTTR", "The mean time to repair (MTTR) was 42 minutes.", "mean time to repair"),
        ("MTTR", "MTTR (mean time to repair) was 42 minutes.", "mean time to repair"),
        ("MTTR", "MTTR means mean time to repair.", "mean time to repair"),
        ("SLAs", "An SLA stands for service level agreement.", "service level agreement"),
        ("SLA", "Our SLAs (service level agreements) are public.", "service level agreements"),
        ("CFR", "CFR, case fatality ratio. Deaths by cases.", "case fatality ratio"),
        ("PTO", "PTO: paid time off.", "paid time off"),
        ("mvp", "MVP is short for minimum viable product.", "minimum viable product"),
        ("RPO", "MTTR means mean time to repair.", None),
        ("MTTR", "RPO stands for recovery point objective.", None),
        ("IT", "It (in this text) is a word.", None),
    ],
)
def test_a_definition_is_the_words_that_fit_the_letters(
    acronym: str, text: str, expected: str | None
) -> None:
    found = definition(acronym, text)
    assert (text[slice(*found)] if found else None) == expected


@pytest.mark.parametrize(
    ("acronym", "expected"),
    [
        ("GBQ", "Google Big Query"),
        ("KPIs", "Key Performance Indicators"),
        ("UN", "United Nations"),
        ("RFP", "Request for Proposal"),
        ("WHO", "World Health Organization"),
        ("XYZ", None),
    ],
)
def test_capitalised_words_with_the_initials_spell_an_acronym_out(acronym: str, expected: str | None) -> None:
    text = (
        "Google Big Query holds the Key Performance Indicators. The World Health Organization and the United "
        "Nations sent a Request for Proposal."
    )
    found = spelt_out(acronym, text)
    assert (text[slice(*found)] if found else None) == expected


def test_two_different_expansions_spell_out_nothing() -> None:
    assert spelt_out("CD", "Charles Darwin met Carl Dorn.") is None


@pytest.mark.parametrize(
    ("question", "asks"),
    [
        ("What does SLA stand for?", True),
        ("SLA meaning", True),
        ("what is SLA short for", True),
        ("SLA", True),
        ("SLA?", True),
        ("pets", False),
        ("What is the SLA?", False),
        ("When does the SLA end?", False),
    ],
)
def test_a_question_for_the_words_of_an_acronym_is_told_from_one_about_the_thing(
    question: str, asks: bool
) -> None:
    (acronym,) = acronyms(question)
    assert asks_for_expansion(question, acronym) is asks


# --- versions


def newest(**texts: str) -> dict[str, Newer | None]:
    documents = {name.replace("__", "/") + ".txt": text for name, text in texts.items()}
    versions = Versions(list(documents), documents.__getitem__)
    return {name: versions.newest(name) for name in documents}


@pytest.mark.parametrize(
    ("older", "newer"),
    [
        ("hr_policy_2021", "hr_policy_2023"),
        ("2023__rules", "2024__rules"),
        ("spec_v1.9", "spec_v1.10"),
        ("tariff_old", "tariff"),
        ("tariff", "tariff_new"),
        ("plan-2024-03-01", "plan-2024-11-15"),
    ],
)
def test_the_newest_version_is_told_by_the_name(older: str, newer: str) -> None:
    found = newest(**{newer: "One.", older: "Two."})
    assert found[newer.replace("__", "/") + ".txt"] is None
    assert found[older.replace("__", "/") + ".txt"] == (newer.replace("__", "/") + ".txt", False)


def test_the_newest_version_is_told_by_the_first_lines() -> None:
    dated = newest(
        a="HR policy, valid from 15 March 2021\n\nOne.", b="HR policy, valid from 2 May 2023\n\nTwo."
    )
    assert dated == {"a.txt": ("b.txt", True), "b.txt": None}
    replaced = newest(
        a="Price list\n\nIt replaces the price list of 2022.", b="Price list\n\nValid from 1 May 2022."
    )
    assert replaced == {"a.txt": None, "b.txt": ("a.txt", True)}


@pytest.mark.parametrize(
    ("said", "is_stated"),
    [
        ("Effective from 1 May 2024.", True),
        ("In force since: 2024-05-01.", True),
        ("Effective date: May 1, 2024", True),
        ("Effective from today the gym is shut.", False),
        ("The new pump is effective.", False),
    ],
)
def test_one_of_a_dated_series_is_no_version_by_what_it_says_of_other_things(
    said: str, is_stated: bool
) -> None:
    found = newest(**{"news-2024-04": f"Two.\n\n{said}", "news-2024-03": "One."})
    assert found["news-2024-03.txt"] == ("news-2024-04.txt", is_stated)


@pytest.fixture
def policies(tmp_path: Path) -> Answerer:
    """Two versions of a policy: a rule in other words, one that is left out, and one as it was."""
    old = (
        "Lodge rules, valid from 1 May 2021\n\nSmoking on the balcony is allowed. Saunas cost ninety crowns."
    )
    new = (
        "Lodge rules, valid from 1 May 2023. They replace all earlier rules.\n\n"
        "Balcony smoking: nobody is permitted. Dinner begins at seven."
    )
    (tmp_path / "old_rules.txt").write_text(old, encoding="utf-8")
    (tmp_path / "rules.txt").write_text(new, encoding="utf-8")
    index = Index.from_sources([tmp_path], embedder=HashEmbedder(), settings=IndexSettings(merge_tokens=0))
    return Answerer(index, reader=SentenceReader())


def test_what_the_newest_version_says_on_the_matter_comes_first_and_the_older_one_is_marked(
    policies: Answerer,
) -> None:
    spans = {
        name: Span(name, start, end, None, 1.0, 0)
        for name, start, end in (("old_rules.txt", 36, 70), ("rules.txt", 69, 106))
    }
    text = policies.index.document("old_rules.txt").text
    assert text[36:70] == "Smoking on the balcony is allowed."
    guess = Guess([*spans.values()], [spans["old_rules.txt"]], confidence=0.9)
    found = policies.finder.with_newest(guess, Request("question", "zebra?", None), Timings())
    assert [span.document_id for span in found.used] == ["rules.txt", "old_rules.txt"]
    best = found.used[0]
    assert policies.index.document("rules.txt").text[best.start : best.end] == (
        "Balcony smoking: nobody is permitted."
    )
    assert (found.confidence, found.unrated) == (None, "likely")
    assert found.spans == [best, spans["old_rules.txt"]]  # each sentence once


def test_what_the_newest_version_says_on_another_matter_is_no_counterpart(tmp_path: Path) -> None:
    rules = "Saunas in the hall cost ninety. Guests pay for saunas in the hall at noon."
    old = f"Lodge rules, valid from 1 May 2021\n\n{rules}"
    new = "Lodge rules, valid from 1 May 2023\n\nGuests pay for saunas in the hall at night."
    (tmp_path / "old_rules.txt").write_text(old, encoding="utf-8")
    (tmp_path / "rules.txt").write_text(new, encoding="utf-8")
    index = Index.from_sources([tmp_path], embedder=HashEmbedder(), settings=IndexSettings(merge_tokens=0))

    def newer(quote: str) -> str | None:
        start = old.index(quote)
        found = counterpart(
            index, Span("old_rules.txt", start, start + len(quote), None, 1.0, 0), "rules.txt"
        )
        return found and new[found.start : found.end]

    assert (
        newer("Guests pay for saunas in the hall at noon.") == "Guests pay for saunas in the hall at night."
    )
    assert newer("Saunas in the hall cost ninety.") is None


RULES = {
    "stay-2021.txt": "Lodge rules, valid from 1 May 2021\n\nSaunas cost ninety crowns.",
    "stay-2022.txt": "Lodge rules, valid from 1 May 2022\n\nSaunas cost a hundred crowns.",
    "stay-2023.txt": "Lodge rules, valid from 1 May 2023\n\nSaunas cost two hundred crowns.",
    "news.txt": "The new roof is of slate. The old contract with the quarry has ended.",
}


@pytest.mark.parametrize(
    ("text", "documents"),
    [
        ("What did the old rules say about saunas?", ("stay-2022.txt", "stay-2021.txt")),
        ("what does the current version say", ("stay-2023.txt",)),
        ("how much were saunas under our previous lodge rules", ("stay-2022.txt", "stay-2021.txt")),
        ("the old and the new rules", ("stay-2022.txt", "stay-2021.txt", "stay-2023.txt")),
        # No versions of it are there, or it is no text.
        ("When did the old contract end?", None),
        ("How old are the rules?", None),
        ("What is the new roof made of?", None),
        ("Is there an older version?", None),
    ],
)
def test_versions_are_meant_by_their_age(text: str, documents: tuple[str, ...] | None) -> None:
    aged = Versions(list(RULES), RULES.__getitem__).meant(text, list(RULES))
    assert (aged and aged.documents) == documents
    assert aged is None or aged.last_two == ("stay-2022.txt", "stay-2023.txt")


def test_a_version_that_is_called_by_its_age_is_asked_alone_and_two_are_compared(tmp_path: Path) -> None:
    for name, text in RULES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    requests = Requests(Retriever(Index.from_sources([tmp_path], embedder=HashEmbedder())))
    asked = requests.understand("How much did saunas cost in the old rules?", None)
    assert asked.narrowed == ("stay-2022.txt", "stay-2021.txt")
    assert asked.question == "How much did saunas cost in this?"
    whole = requests.understand("What does the new version say?", None)
    assert (whole.kind, whole.narrowed) == ("whole", ("stay-2023.txt",))
    both = requests.understand("What is the difference between the old and the new rules?", None)
    assert (both.kind, both.narrowed) == ("comparison", ("stay-2022.txt", "stay-2023.txt"))


def test_what_the_newest_version_leaves_out_is_given_and_marked_as_of_an_older_one(
    policies: Answerer,
) -> None:
    answer = policies.answer("How many crowns do saunas cost?", threshold=0.0)
    assert [one.document_id for one in answer.citations] == ["old_rules.txt"]
    assert answer.outdated == {"old_rules.txt": "rules.txt"}
    assert replaced(answer.outdated) == "old_rules.txt is an older version; the newest is rules.txt"


def test_a_series_and_unlike_documents_are_no_versions() -> None:
    assert set(newest(report1="Annual report, north", report2="Annual report, south").values()) == {None}
    assert set(newest(lease="Lease, 1 May 2020", menu="Menu, 3 June 2021").values()) == {None}


# --- lists and counts

PROJECTS = """# Projects 2024

1. Project: Footpath. Status: finished.
2. Project: Night bus. Status: cancelled.
3. Project: Piano. Status: running.
4. Project: Market. Status: cancelled.
"""
TASKS = (
    "Tasks\n- Shed: paint the door. State: done\n- Pond: clean it. State: open\n- Path: gravel. State: done\n"
)


@pytest.mark.parametrize(
    ("text", "question", "expected"),
    [
        (PROJECTS, "Which projects were cancelled?", ["Night bus", "Market"]),
        (PROJECTS, "Which project is the piano?", ["Piano"]),
        (TASKS, "Which tasks are done?", ["Shed", "Path"]),
        (PROJECTS, "Which projects were sold?", []),
        (PROJECTS, "Which projects are there?", []),
        (PROJECTS, "Who cancelled the project?", []),
        ("No list. Some projects were cancelled.", "Which projects were cancelled?", []),
    ],
)
def test_the_entries_with_a_property_are_chosen_and_no_others(
    text: str, question: str, expected: list[str]
) -> None:
    lines = [text[entry.start : entry.end] for entry in chosen(text, question)]
    assert len(lines) == len(expected)
    assert all(name in line for name, line in zip(expected, lines, strict=True))


INTERVIEW = """Kites, a talk with the keeper of the loft

Q: How many kites do you own?
A: I own 310 kites, and 40 of them are torn.
Q: Which kites fly best in rain?
A: Those of silk.
"""
PANEL = "Boats\n\nHost: Which boats are the fastest?\nIda: Mine, of course.\nJon: The yawl is.\n"
SCRIPT = "Wolves\n\nMAE: The wolves came.\nTOM: How many wolves?\nMAE: I saw six wolves near the mill.\n"


@pytest.mark.parametrize(
    ("text", "question"),
    [
        (INTERVIEW, "Which kites fly best in rain?"),
        (INTERVIEW, "Which kites are torn?"),
        (PANEL, "Which boats are the fastest?"),
        (SCRIPT, "Which wolves came near the mill?"),
        # an entry that asks is no answer in a list with marks either
        (
            "Jobs\n- Job 1: the roof\n- Job 2: who paints the door?\n- Job 3: the path\n",
            "Which job is the door?",
        ),
    ],
)
def test_what_is_said_in_turn_is_no_list_and_an_entry_that_asks_is_no_answer(
    text: str, question: str
) -> None:
    assert chosen(text, question) == []


def test_an_entry_that_asks_is_chosen_where_a_question_is_asked_for() -> None:
    text = "Questions\n- Roof: who pays for it?\n- Door: what colour is it?\n- Path: is it paved?\n"
    (entry,) = chosen(text, "Which question is about the door?")
    assert text[entry.start : entry.end] == "- Door: what colour is it?"


STREETS = "Trees in our streets\n\nMill Road: 40\nChurch Lane: 25\nHigh Street: 12\nPond Row: none\n"


@pytest.mark.parametrize(
    ("text", "question", "expected"),
    [
        (PROJECTS, "which projects were cancelled?", True),
        (STREETS, "which trees are in Mill Road?", False),
        (STREETS, "which trees are in Pond Row?", True),  # no number stands there
        (INTERVIEW, "which kites are torn?", False),
    ],
)
def test_entries_are_counted_unless_one_that_is_named_says_how_many(
    text: str, question: str, expected: bool, tmp_path: Path
) -> None:
    (tmp_path / "a.txt").write_text(text, encoding="utf-8")
    requests = Requests(Retriever(Index.from_sources([tmp_path / "a.txt"], embedder=HashEmbedder())))
    assert requests.counts_entries(question, "a.txt") is expected


@pytest.mark.parametrize(
    ("question", "sentence", "expected"),
    [
        ("How many kites do you own?", "A: I own 310 kites.", True),
        ("How many grey seals are there?", "We counted 2,340 of the seals.", True),
        ("how many boats sail", "Two old wooden boats lie here.", True),
        ("How many projects were cancelled?", "2. Project: Night bus. Status: cancelled.", False),
        ("How many tasks done?", "Task 12 is done.", False),
        ("How many tasks are late?", "On 3 May, tasks were late.", False),
    ],
)
def test_a_number_before_what_is_counted_is_its_count(question: str, sentence: str, expected: bool) -> None:
    assert states_count(question, sentence) is expected


def test_the_number_that_a_sentence_states_is_no_count_by_chance(tmp_path: Path) -> None:
    text = "Kites\n\n- red: 310 kites, of silk\n- blue: kites of paper\n- white: old kites of paper\n"
    (tmp_path / "a.txt").write_text(text, encoding="utf-8")
    answerer = Answerer(
        Index.from_sources([tmp_path / "a.txt"], embedder=HashEmbedder()), reader=SentenceReader()
    )
    stated = answerer.answer("How many kites are of silk?", threshold=0.0)
    assert stated.citations[0].quote == "- red: 310 kites, of silk"
    assert stated.confidence != 0.0
    assert answerer.answer("How many kites are of paper?", threshold=0.0).confidence == 0.0


def test_a_number_by_chance_is_no_count_of_the_text() -> None:
    assert not may_count("How many times is Orla mentioned?", ["They pulled three times in all."])
    assert may_count("How many times is Orla mentioned?", ["Orla is mentioned seven times."])
    assert not may_count("How many pages does the book have?", ["It costs 12 pounds."])
    assert may_count("How many pages does the book have?", ["The book has 412 pages."])
    assert may_count("How many books can I borrow?", ["You can borrow twelve."])


def test_a_question_how_many_is_one_which_as_well() -> None:
    assert choosing("How many tasks are open?") == "which tasks are open?"
    assert choosing("Which tasks are open?") is None


def test_the_written_requests_and_the_kinds_agree() -> None:
    written = (Path(__file__).parent.parent / "qa" / "training" / "requests.txt").read_text(encoding="utf-8")
    assert {line[1:-1] for line in written.splitlines() if line.startswith("[")} == set(KINDS)
