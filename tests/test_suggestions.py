"""Suggested questions: made from statements, and only those that are answered whole."""

import re

import pytest

from index.text.tables import find_tables
from index.types import Document, Heading
from qa.language.statements import parted
from qa.language.verbs import base_of_past, base_of_present, past_of
from qa.page.suggestions import candidates, suggest
from qa.page.turning import turned
from qa.types import Answer, Citation, Verdict

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
        id=name, source=name, sha256="0" * 64, text=text, tables=find_tables(text),
        headings=tuple(Heading(start=start, end=start + len(words), level=1) for start, words in starts),
    )  # fmt: skip


def answer(
    question: str, quote: str = "", short: str | None = None, start: int = 0, verdict: Verdict = "answered"
) -> Answer:
    cited = Citation(
        document_id="oban.txt",
        source="a",
        sha256="",
        start=start,
        end=start + len(quote),
        quote=quote,
        score=1.0,
    )
    return Answer(
        question=question, standalone_question=question, verdict=verdict if quote else "silent",
        answered=bool(quote) and verdict == "answered", text=quote, short=short,
        confidence=0.9, threshold=0.5, citations=tuple([cited] if quote else ()),
    )  # fmt: skip


def test_statements_are_turned_round_as_a_person_would_and_what_only_points_or_names_is_not() -> None:
    asked = [one.question for one in candidates(document(TEXT))]
    assert asked == [
        "Who is the keeper of Oban Light?",
        "When was the northern breakwater of Oban completed?",
        "Who designed the Great Tower of Oban?",
        "How much does the bell of Oban weigh?",
        "When is rent for a berth due?",
        "What does the pilot board?",
    ]


@pytest.mark.parametrize(
    ("statement", "asked"),
    [
        ("The lease of the mill ends on 31 December, as agreed.", "When does the lease of the mill end?"),
        ("In 2019, the harbour was dredged because it had silted.", "Why was the harbour dredged?"),
        ("The old slates must be kept, because the shed is listed.", "Why must the old slates be kept?"),
        ("Guests may stay for up to fourteen consecutive nights.", "How long may guests stay?"),
        ("The guarantee is three years from the date of purchase.", "How long is the guarantee?"),
        ("The rent is £940 a calendar month, payable in advance.", "How much is the rent?"),
        ("The store allows 65,000 connections.", "How many connections does the store allow?"),
        ("The trustees approved the repair of the roof on Monday.", "Who approved the repair of the roof?"),
        ("Owen Pritchard said the discovery alone added fourteen months.",
         "Who said the discovery alone added fourteen months?"),
        ("Ilse Marrenholt (1911 - 1986) was a Baltic-born geologist.", "Who was Ilse Marrenholt?"),
        ("The letters were written by Anna Reid in one winter.", "Who wrote the letters?"),
        ("The nearest station is Sarnetta Scalo, 7 km away.", "What is the nearest station?"),
        ("Cyclists may use the bridge but must dismount at the lights.", "May cyclists use the bridge?"),
        ("Your manager will reply within five working days.", "When will my manager reply?"),
        ("Spare parts are kept for eight years after that model.", "How long are spare parts kept?"),
        ("The crown jewels are kept in the Tower of London.", "Where are the crown jewels kept?"),
        ("DeepSeek attracts more users and contributors.", "What does DeepSeek attract?"),
        ("The team has shown that moths visit clover.", None),
        ("Further south the interior was dominated by the Catawba.", None),
        ("To do so each must show the other things it does not make public.", None),
        ("Each packet is dispatched and may go via different routes.", None),
        ("When the abbey was dissolved in 1539, the town bought the toll.", None),
        ("British operations in 1755 failed in the main.", None),
        ("Sales went down by 3 % only in the end.", None),
        ("The company's order book grew from 9 to 210 megawatt-hours.", None),
        ("Seventeen venture capital funds turned Aldag down.", None),
    ],
)  # fmt: skip
def test_what_a_statement_says_tells_what_is_asked(statement: str, asked: str | None) -> None:
    known = frozenset("DeepSeek Oban Anna British Catawba".split())
    made = [one.question for one in turned(statement, known)]
    assert (asked in made) if asked else (made == [])


@pytest.mark.parametrize(
    ("word", "base"),
    [
        ("used", "use"), ("moved", "move"), ("hoped", "hope"), ("planned", "plan"), ("opened", "open"),
        ("called", "call"), ("carried", "carry"), ("based", "base"), ("bought", "buy"), ("cut", "cut"),
        ("wrote", "write"), ("written", None), ("given", None), ("known", None), ("red", None),
        ("table", None),
    ],
)  # fmt: skip
def test_the_base_of_a_verb_in_the_past_is_found_and_a_participle_is_none(
    word: str, base: str | None
) -> None:
    assert base_of_past(word) == base


def test_the_base_of_a_verb_in_the_present_and_the_past_of_a_participle_are_found() -> None:
    present = {"carries": "carry", "passes": "pass", "goes": "go", "uses": "use", "has": None, "bus": None}
    assert {word: base_of_present(word) for word in present} == present
    assert [past_of(word) for word in ("written", "built", "designed", "open")] == [
        "wrote",
        "built",
        "designed",
        None,
    ]


def test_a_subject_that_cannot_be_read_by_itself_parts_no_statement() -> None:
    for sentence in (
        "It was built in 1850.",
        "The mill that burnt was rebuilt in 1900.",
        "The search The firm looked at four products.",
        "The former was sold in 1900.",
        "HARROW QUAY - Pedestrians crossed the river on Saturday.",
    ):
        assert parted(sentence, frozenset()) is None


def test_a_question_in_the_document_comes_first_and_its_sections_last() -> None:
    text = (
        "Guide\n\nHow do I reset the meter?\n\nPress both keys at once.\n\nOpening hours\n\n"
        "The museum is open from May to October."
    )
    asked = [one.question for one in candidates(document(text, headings=("Guide", "Opening hours")))]
    assert asked == [
        "How do I reset the meter?", "When is the museum open?", "What does the section “Opening hours” say?",
    ]  # fmt: skip


def test_of_a_table_another_column_of_each_of_the_first_rows_is_asked() -> None:
    text = (
        "Walk | Length (km) | Climb (m) | Hours | No. 2\n--- | --- | --- | --- | ---\n"
        "Ridge path | 14.2 | 620 | 5 | x\nMill loop | 6.5 | 90 | 2 | x\nTarn circuit | 9.8 | 310 | 3.5 | x\n"
        "Summit round | 18.1 | 1040 | 7 | x\n"
    )
    found = list(candidates(document(text)))
    assert [one.question for one in found] == [
        "What is the length of Ridge path?",
        "What is the climb of Mill loop?",
        "What is the length of Tarn circuit?",
    ]
    assert [text[slice(*one.place)] for one in found if one.place] == text.splitlines()[2:5]
    assert len(suggest(document(text), lambda question: in_its_row(question, text))) == 3


def in_its_row(question: str, text: str) -> Answer:
    """The answer that quotes the row which a question names."""
    row = next((row for row in text.splitlines() if row.split(" | ")[0] in question), "")
    return answer(question, row, row if row else None, text.find(row))


WHOLE = "The northern breakwater of Oban was completed in 1912."


@pytest.mark.parametrize(
    ("quote", "short", "start", "verdict", "offered"),
    [
        (WHOLE, "1912", 0, "answered", True),
        (WHOLE, "1912", 0, "likely", True),
        (WHOLE, "northern", 0, "answered", False),
        ("", None, 0, "answered", False),
        ("completed in 1912", "1912", 0, "answered", False),
        (WHOLE, "1912", 5000, "answered", False),
        (WHOLE, "an unusual one of 1912 ones", 0, "answered", False),
    ],
)
def test_only_a_question_whose_answer_is_the_whole_sentence_it_was_made_from_is_offered(
    quote: str, short: str | None, start: int, verdict: Verdict, offered: bool
) -> None:
    found = suggest(document(WHOLE), lambda question: answer(question, quote, short, start, verdict))
    assert ("When was the northern breakwater of Oban completed?" in found) == offered


def from_the_text(question: str) -> Answer:
    """The sentence of TEXT that has most words of a question, whole."""
    words = set(re.findall(r"\w+", question.casefold()))
    sentences = re.split(r"(?<=\.) ", TEXT)
    best = max(sentences, key=lambda one: len(words & set(re.findall(r"\w+", one.casefold()))))
    return answer(question, best, best, TEXT.index(best))


def test_three_questions_are_offered_each_by_another_sentence_and_what_the_document_is_about() -> None:
    assert suggest(document(TEXT), from_the_text) == [
        "Who is the keeper of Oban Light?",
        "When was the northern breakwater of Oban completed?",
        "Who designed the Great Tower of Oban?",
        "What is oban.txt about?",
    ]
    assert suggest(document(""), answer) == []


def test_one_that_is_only_likely_comes_behind_the_sure_ones() -> None:
    def asked(question: str) -> Answer:
        given = from_the_text(question)
        return (
            given if "Who" in question else given.model_copy(update={"verdict": "likely", "answered": False})
        )

    assert suggest(document(TEXT), asked)[:2] == [
        "Who is the keeper of Oban Light?",
        "Who designed the Great Tower of Oban?",
    ]
