"""Invented documents and changed questions: places are exact, what answers is right."""

import json
import random
import re
from itertools import pairwise
from pathlib import Path

import pytest

from index import Index, IndexSettings
from index.testing import HashEmbedder
from index.text.tables import cells_of
from qa.training.lexicon import Lexicon
from qa.training.reader_alter import edited, reworded, shortened
from qa.training.second_data import Cutter, as_files
from qa.training.second_variants import edits, rewordings
from qa.training.structures import invented, write
from qa.training.structures_draft import Row

DOCUMENTS = 60
SET = [(draft.text, row) for draft, rows in invented(DOCUMENTS) for row in rows]


def of_kind(kind: str) -> list[tuple[str, Row]]:
    found = [(text, row) for text, row in SET if row["kind"] == kind]
    assert found
    return found


def answers(row: Row, role: str = "answer") -> list[tuple[int, int]]:
    return [(one["start"], one["end"]) for one in row["evidence"] if one["role"] == role]


def line_of(text: str, place: int) -> str:
    return text[text.rfind("\n", 0, place) + 1 : text.find("\n", place)]


def test_the_set_is_the_same_at_each_run(tmp_path: Path) -> None:
    write(tmp_path / "a", 5)
    write(tmp_path / "b", 5)
    for name in ("documents.jsonl", "questions.jsonl"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


def test_each_answer_stands_at_its_place_in_a_supporting_line() -> None:
    for text, row in SET:
        assert [text[start:end] for start, end in answers(row)] == row["answers"]
        assert row["answerable"] == bool(row["answers"])
        lines = answers(row, "support")
        assert all(line_of(text, start) == text[start:end] for start, end in lines)
        assert all(any(a <= start and end <= b for a, b in lines) for start, end in answers(row))
    silent = sum(not row["answerable"] for _, row in SET)
    assert 0.28 < silent / len(SET) < 0.38


def test_who_is_left_out_is_said_beside_those_who_are_not_or_nowhere() -> None:
    for text, row in of_kind("scope, left out"):
        ((start, end),) = answers(row, "support")
        assert re.search(r"not|excluded|no such right", text[start:end].lower())
    for text, row in of_kind("scope"):
        ((start, end),) = answers(row)
        assert text[end : text.index("\n", end) + 1].startswith((".", " may "))
    assert of_kind("scope, left out, silent")


def test_half_of_the_questions_stand_as_people_type_them() -> None:
    typed = sum(row["question"] == row["question"].lower().rstrip("?") for _, row in SET)
    assert 0.4 < typed / len(SET) < 0.75


def test_a_cell_stands_in_the_row_that_is_asked_for_and_never_in_the_first_column() -> None:
    for text, row in of_kind("table"):
        ((start, _),) = answers(row)
        first, *others = cells_of(line_of(text, start))
        assert row["answers"][0] in others
        assert set(first.lower().split()) & set(row["question"].lower().rstrip("?").split())


def test_a_row_that_is_not_there_shares_no_name_with_the_table() -> None:
    for text, row in of_kind("table, no such value, silent"):
        assert not any(
            cell in row["question"]
            for line in text.split("\n")
            for cell in cells_of(line)[1:]
            if len(cell) > 6
        )


def test_the_answer_to_a_list_is_all_items_and_no_other_line() -> None:
    for text, row in of_kind("list"):
        lines = answers(row, "support")
        assert all(first[1] + 1 == second[0] for first, second in pairwise(lines))
        assert text[lines[-1][1] : lines[-1][1] + 2] == "\n\n"
        above = text[: lines[0][0]].rstrip("\n").rsplit("\n", 1)[-1]
        assert above.endswith(":")


def test_no_answer_of_an_faq_is_a_question() -> None:
    for text, row in of_kind("faq"):
        ((start, _),) = answers(row)
        assert "?" not in line_of(text, start)


def test_a_step_follows_the_one_that_is_named() -> None:
    for text, row in of_kind("steps, next"):
        ((start, _),) = answers(row, "support")
        before = text[:start].rstrip("\n").rsplit("\n", 1)[-1]
        assert set(before.lower().strip(".").split()) & set(row["question"].lower().rstrip("?").split())


def test_the_newer_mail_answers() -> None:
    for text, row in of_kind("mail"):
        ((start, _),) = answers(row)
        assert text.index("wrote:\n") > start


def test_a_clause_is_the_one_whose_number_is_asked() -> None:
    for text, row in of_kind("clause by number"):
        ((start, _),) = answers(row)
        assert line_of(text, start).split()[0] in row["question"].rstrip("?").split()
    for text, row in of_kind("clause, no such number, silent"):
        number = next(word for word in row["question"].rstrip("?").split() if word[0].isdigit())
        assert f"\n{number} " not in text


def test_windows_of_a_table_stand_below_its_header_and_its_heading(tmp_path: Path) -> None:
    write(tmp_path, 3)
    folder = as_files(tmp_path / "documents.jsonl", tmp_path / "files")
    settings = IndexSettings(merge_tokens=0)
    index = Index.from_sources([folder], embedder=HashEmbedder(), settings=settings)
    cutter = Cutter(index, random.Random(0))
    rows = [
        json.loads(line) for line in (tmp_path / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    for row in rows:
        found = cutter.cut(row["question"], row, row["evidence"], [row["document_id"]])
        assert found is not None
        assert bool(found["answering"]) == row["answerable"]
        said = [w["text"][a:b] for w in found["answering"] for a, b in w["answers"]]
        assert sorted(said) == sorted(row["answers"])
        title = index.document(row["document_id"]).title or ""
        assert all(window["context"].startswith(title) for window in found["answering"] + found["others"])
    tables = [row for row in rows if row["kind"] == "table"]
    assert tables
    for row in tables:
        found = cutter.cut(row["question"], row, row["evidence"], [row["document_id"]])
        assert found is not None
        (window,) = found["answering"]
        header = window["context"].partition(" | ")[2]
        assert len(cells_of(header)) == len(cells_of(window["text"].split("\n")[0]))


SENSES = """cup%1:06:00:: 00000001 1 9
mug%1:06:00:: 00000001 1 5
plate%1:06:00:: 00000002 1 4
warm%3:00:00:: 00000003 1 6
cold%3:00:00:: 00000004 1 6
bank%1:14:00:: 00000005 1 5
bank%1:17:00:: 00000006 2 5""".splitlines()
NOUNS = """00000001 06 n 02 cup 0 mug 0 000 | to drink from
00000002 06 n 01 plate 0 000 | to eat from
00000005 14 n 01 bank 0 000 | for money
00000006 17 n 01 bank 0 000 | of a river""".splitlines()
ADJECTIVES = """00000003 00 a 01 warm 0 001 ! 00000004 a 0101 | not cold
00000004 00 a 01 cold 0 001 ! 00000003 a 0101 | not warm""".splitlines()
PASSAGE = "The cup costs nine pounds in Bremen. Each plate costs four pounds in Kiel."


@pytest.fixture(scope="module")
def lexicon() -> Lexicon:
    return Lexicon(SENSES, {"noun": NOUNS, "adj": ADJECTIVES})


def test_words_have_synonyms_opposites_and_kinds_in_the_sense_that_they_mostly_have(lexicon: Lexicon) -> None:
    assert lexicon.synonyms("cups") == ["mugs"]
    assert lexicon.opposites("warm") == ["cold"]
    assert lexicon.kind("plates") == lexicon.kind("mug") == "06"
    assert lexicon.kind("warm") is None
    assert lexicon.kind("bank") is None  # half of its uses are of another sense


def test_an_edited_question_asks_for_a_neighbour_or_denies(lexicon: Lexicon) -> None:
    def made(question: str) -> set[str | None]:
        found = {edited(question, PASSAGE, ["nine pounds"], lexicon, random.Random(n)) for n in range(300)}
        return found - {None}

    assert made("What does the warm cup cost in Bremen?") == {
        "What does the warm plate cost in Bremen?",
        "What does the warm cup cost in Kiel?",
        "What does the cold cup cost in Bremen?",
        "What doesn't the warm cup cost in Bremen?",
        "What does not the warm cup cost in Bremen?",
    }
    assert made("Is the cup warm?") == {
        "Is the plate warm?"
    }  # who can say whether it is warm can say whether cold


def test_a_reworded_question_keeps_what_it_asks_and_denies(lexicon: Lexicon) -> None:
    made = {reworded("Where is the cup not sold?", lexicon, random.Random(n)) for n in range(200)}
    assert "Where is the mug not sold?" in made
    assert shortened("Where is the cup not sold?") == "where cup not sold"
    assert (
        shortened("How many of the cups weren't sold before noon?")
        == "how many cups weren't sold before noon"
    )


def test_variants_keep_windows_and_only_rewordings_keep_answers(lexicon: Lexicon) -> None:
    window = {
        "context": "Shop",
        "text": PASSAGE,
        "sentences": [(0, 36), (37, 73)],
        "answers": [(14, 25)],
        "answering": [0],
    }
    row = {
        "set": "nq",
        "document_id": "d",
        "question": "What does the cup cost?",
        "answering": [window],
        "others": [],
    }
    chance = random.Random(0)
    changed = [made for _ in range(20) for made in edits([row], lexicon, chance)]
    assert changed
    for made in changed:
        assert made["answering"] == []
        assert made["others"] == [{**window, "answers": [], "answering": []}]
        assert made["question"] != row["question"]
    for made in (made for _ in range(20) for made in rewordings([row], lexicon, chance)):
        assert made == {**row, "set": "reworded", "question": made["question"]}
