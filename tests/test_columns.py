"""Columns of tables: which cell holds the kind of thing asked for, and which rows a yes or no chooses."""

from pathlib import Path

import pytest

from index import Index
from index.testing import HashEmbedder
from index.types import Hit, Passage
from qa.answer.answerer import Answerer
from qa.read.cells import asks_for_its_number, cell_asked, cells_for, is_of_another_column
from qa.read.chosen_rows import with_chosen_rows
from qa.read.columns import Column, says_yes
from qa.read.reader import ExtractiveReader
from qa.read.rows import Row, row_at
from qa.read.spans import Span
from qa.retrieve.retriever import RetrievedPassage
from qa.testing import PhraseModel

WARDS = """| Ward | Head nurse | Beds | Size | Visiting from | Fee | Private | Open at night | Sold out |
|---|---|---|---|---|---|---|---|---|
| Aster | Nina Holt | 24 | 310 m² | 14:00 | £5.50 | ✓ | ✗ | no |
| Bluebell | Omar van Dyk | 18 | 220 m² | 15:30 | free | ✗ | ✓ | no |
| Clover | J. Lindt | 30 | 400 m² | 16:00 | £4 | ✓ | ✓ | yes |"""
ACTIONS = """| No. | Action | Who | By | Done |
|---|---|---|---|---|
| 1 | Order 3 water tanks | Colin | 31 October | yes |
| 2 | Send a reminder to Ann Moss | Marek | 24 October | no |
| 3 | Book the Red Lion | Ruth | 1 November | no |"""
PRICES = """Code | Product | Weight (kg) | Unit price (EUR) | Stock
A-100 | Claw hammer 45 mm | 0.6 | 18.90 | 42
A-101 | Rubber mallet | 1.2 | 12.50 | 0"""
STAFF = "NOK million | 2022 | 2023 | 2024\nRevenue | 812 | 874 | 931\nEmployees | 412 | 428 | 455"


def at(text: str, line: str) -> tuple[Passage, Row]:
    """A text as a passage, and its row that holds a line's words."""
    passage = Passage(document_id="d", start=0, end=len(text), text=text)
    start = text.rindex("\n", 0, text.index(line)) + 1
    row = row_at(passage, start)
    assert row is not None
    return passage, row


def answering(question: str, text: str, line: str) -> list[str]:
    """The texts of the cells of a row that may answer; of the one that is named, if one is."""
    passage, row = at(text, line)
    named = cell_asked(question, passage, row)
    return [text[slice(*cell)] for cell in ([named] if named else cells_for(question, passage, row))]


@pytest.mark.parametrize(
    ("question", "text", "line", "cells"),
    [
        # a price, by the cells' currency, by that of the header, and of a row that has a word for it
        ("how much is Aster", WARDS, "Aster", ["£5.50"]),
        ("How much is the Bluebell ward?", WARDS, "Bluebell", ["free"]),
        ("How much is the claw hammer?", PRICES, "Claw", ["18.90"]),
        ("How much does the mallet cost?", PRICES, "Rubber", ["12.50"]),
        # what is left is no price
        ("How much is left of the mallet?", PRICES, "Rubber", ["A-101", "1.2", "12.50", "0"]),
        ("How big is the Aster ward?", WARDS, "Aster", ["310 m²"]),
        ("How heavy is the claw hammer?", PRICES, "Claw", ["0.6"]),
        # people
        ("Who runs Bluebell?", WARDS, "Bluebell", ["Omar van Dyk"]),
        ("Who does action 2?", ACTIONS, "| 2 |", ["Marek"]),
        ("Who is responsible for action 1?", ACTIONS, "| 1 |", ["Colin"]),
        # times
        ("When can I see somebody in Clover?", WARDS, "Clover", ["16:00"]),
        ("What's the deadline for action 3?", ACTIONS, "| 3 |", ["1 November"]),
        # counts; a code is none
        ("How many hammers have you got?", PRICES, "Claw", ["0.6", "18.90", "42"]),
        ("How many beds are there in Clover?", WARDS, "Clover", ["30"]),
        # of years that are not told apart the newest, for what is so now
        ("How many people work there?", STAFF, "Employees", ["455"]),
        ("How many people worked there in 2023?", STAFF, "Employees", ["428"]),
        ("How many people did it have?", STAFF, "Employees", ["412", "428", "455"]),
        # a yes or no
        ("Is Aster open at night?", WARDS, "Aster", ["✗"]),
        ("Is action 1 done?", ACTIONS, "| 1 |", ["yes"]),
    ],
)
def test_the_cells_that_may_answer_are_of_the_kind_asked_for(
    question: str, text: str, line: str, cells: list[str]
) -> None:
    assert answering(question, text, line) == cells


def test_no_cell_answers_where_the_row_has_none_of_the_kind() -> None:
    text = WARDS.replace("15:30", "")
    assert answering("When can I see somebody in Bluebell?", text, "Bluebell") == []


def test_no_row_tells_how_many_rows_there_are() -> None:
    passage, row = at(ACTIONS, "| 2 |")
    assert asks_for_its_number("How many actions are there?", passage, row)
    assert answering("How many actions are there?", ACTIONS, "| 2 |") == []
    assert not asks_for_its_number("How many reminders are there?", passage, row)
    assert not asks_for_its_number("Who does action 2?", passage, row)


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        (("yes", "No"), [True, False]),
        (("✓", "x", ""), [True, False, False]),
        (("x", ""), [True, False]),
        (("true", "false", "–"), [True, False, False]),
        (("yes", "by ferry"), [None, None]),
        (("", "–"), [None, None]),
    ],
)
def test_a_cross_says_no_beside_a_tick_and_yes_beside_nothing(
    texts: tuple[str, ...], said: list[bool | None]
) -> None:
    assert [says_yes(Column("Pool", texts), text) for text in texts] == said


@pytest.mark.parametrize(
    ("question", "is_other"),
    [("Can I still book Clover?", True), ("Is Clover sold out?", False), ("Has Clover been sold?", False)],
)
def test_a_bare_yes_answers_only_where_its_label_shares_a_word(question: str, is_other: bool) -> None:
    _, row = at(WARDS, "Clover")
    assert is_of_another_column(question, row, row.cells[-1]) is is_other


def test_a_yes_of_another_column_is_not_shown_and_its_row_less_sure(tmp_path: Path) -> None:
    path = tmp_path / "wards.md"
    path.write_text(WARDS, encoding="utf-8")
    index = Index.from_sources([path], tmp_path / "index", embedder=HashEmbedder())
    answerer = Answerer(index, reader=ExtractiveReader(PhraseModel({"yes": 9.0})))
    named = answerer.answer("Is Clover sold out?", threshold=0.0)
    assert (named.short, named.citations[0].quote) == ("yes", WARDS.splitlines()[-1])
    other = answerer.answer("Is Clover available?", threshold=0.0)
    assert (other.short, other.citations[0].quote) == (None, WARDS.splitlines()[-1])
    assert other.confidence is not None
    assert named.confidence is not None
    assert other.confidence < 0.75 * named.confidence


@pytest.mark.parametrize(
    ("question", "text", "kept"),
    [
        ("Which actions are done?", ACTIONS, ["| 1"]),
        ("Which actions are not done?", ACTIONS, ["| 2", "| 3"]),
        ("Which wards are private?", WARDS, ["| Aster", "| Clover"]),
        ("which wards aren't open at night", WARDS, ["| Aster"]),
        ("Which wards are private and open at night?", WARDS, ["| Clover"]),
        # of the rows of one person alone
        ("Which actions of Marek and Colin are done?", ACTIONS, ["| 1", "| 3"]),
        # what is not named, or only in part, tells nothing
        ("Which wards are large?", WARDS, ["| Aster", "| Bluebell", "| Clover"]),
        ("Which wards are open?", WARDS, ["| Aster", "| Bluebell", "| Clover"]),
        # of one row it is asked what it has, not whether
        ("What private rooms does Bluebell have?", WARDS, ["| Aster", "| Bluebell", "| Clover"]),
        ("Is Bluebell private?", WARDS, ["| Aster", "| Bluebell", "| Clover"]),
    ],
)
def test_the_rows_that_say_no_are_not_shown_beside_those_that_say_yes(
    question: str, text: str, kept: list[str]
) -> None:
    passage = Passage(document_id="d", start=0, end=len(text), text=text)
    found = RetrievedPassage(hit=Hit(score=1.0, passage=passage), dense=1.0, words=1.0, sentences=())
    lines = text.splitlines()[2:]
    # the worst is that of the first line
    spans = [
        Span("d", text.index(line), text.index(line) + len(line), None, float(place), 0)
        for place, line in enumerate(lines)
    ][::-1]
    settled = with_chosen_rows(question, spans, [found])
    assert sorted(text[span.start : span.end].rpartition("x")[2] for span in settled) == sorted(lines)
    fit = [text[span.start : span.end] for span in settled if not span.unfit]
    assert sorted(fit) == sorted(line for line in lines if line.startswith(tuple(kept)))
    assert [span.unfit for span in settled] == sorted(span.unfit for span in settled)


def test_a_row_that_is_chosen_is_as_sure_as_the_row_of_its_table_that_the_readers_like_best() -> None:
    passage = Passage(document_id="d", start=0, end=len(WARDS), text=WARDS)
    found = RetrievedPassage(hit=Hit(score=1.0, passage=passage), dense=1.0, words=1.0, sentences=())
    liked, chosen = (
        Span("d", WARDS.index(line), WARDS.index(line) + len(line), None, score, 0, *logits)
        for line, score, logits in (
            (WARDS.splitlines()[2], 3.0, (4.0, 5.0)),
            (WARDS.splitlines()[3], 1.0, (-2.0, -3.0)),
        )
    )
    liked = liked._replace(support=6.0, second_margin=7.0, second_answerable=8.0, around=9.0)
    first, *_ = with_chosen_rows("which wards are open at night", [liked, chosen], [found])
    assert first == liked._replace(start=chosen.start, end=chosen.end)
