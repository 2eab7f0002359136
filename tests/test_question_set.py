"""The fixed question set over the article is sound: its offsets, its kinds, its halves."""

import hashlib
import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
DOCUMENT_ID = "deepseek.txt"
ARTICLE = (ROOT / "seeds" / DOCUMENT_ID).read_bytes().decode("utf-8-sig")
LINES = (ROOT / "qa" / "evaluation" / "deepseek.jsonl").read_text(encoding="utf-8").splitlines()
ROWS: list[dict[str, Any]] = [json.loads(line) for line in LINES]
ANSWERABLE = [row for row in ROWS if row["answerable"]]
UNANSWERABLE = [row for row in ROWS if not row["answerable"]]

ALWAYS_ANSWERABLE = {"fact", "para", "why", "key", "typo", "about"}
NEVER_ANSWERABLE = {"missing", "premise", "other", "nonsense", "instruct", "list"}
KINDS = ALWAYS_ANSWERABLE | NEVER_ANSWERABLE | {"follow"}
FIELDS = {"id", "kind", "question", "answers", "answerable", "evidence", "history", "document_id"}


def half_of(row: dict[str, Any]) -> str:
    number = int(hashlib.sha256(row["id"].encode()).hexdigest(), 16)
    return "tuning" if number % 2 == 0 else "testing"


def sentences_of(text: str) -> set[tuple[int, int]]:
    """Cut each line where a full stop, question or exclamation mark meets a capital or a quotation mark."""
    found: set[tuple[int, int]] = set()
    for line in re.finditer(r"[^\n]+", text):
        start = line.start()
        for gap in re.finditer(r'(?<=[.!?])\s+(?=[A-Z"])', line.group()):
            found.add((start, line.start() + gap.start()))
            start = line.start() + gap.end()
        found.add((start, line.end()))
    return found


SENTENCES = sentences_of(ARTICLE)


def ranges(row: dict[str, Any], role: str) -> list[tuple[int, int]]:
    return [(piece["start"], piece["end"]) for piece in row["evidence"] if piece["role"] == role]


def test_there_are_enough_questions_and_each_is_asked_once() -> None:
    assert len(ROWS) >= 120
    assert len({row["id"] for row in ROWS}) == len(ROWS)
    asked = Counter((row["question"].casefold(), json.dumps(row["history"])) for row in ROWS)
    assert [question for question, times in asked.items() if times > 1] == []


@pytest.mark.parametrize("row", ROWS, ids=lambda row: str(row["id"]))
def test_a_row_has_the_fields_of_the_schema(row: dict[str, Any]) -> None:
    assert set(row) == FIELDS
    assert row["kind"] in KINDS
    assert re.fullmatch(rf"{row['kind']}-\d{{3}}", row["id"])
    assert isinstance(row["question"], str)
    assert row["question"].strip() == row["question"] != ""
    assert isinstance(row["answerable"], bool)
    assert row["document_id"] is None
    assert all(isinstance(answer, str) and answer for answer in row["answers"])
    assert len(set(row["answers"])) == len(row["answers"])
    for piece in row["evidence"]:
        assert set(piece) == {"document_id", "start", "end", "role"}
        assert piece["document_id"] == DOCUMENT_ID
        assert piece["role"] in {"answer", "support"}
        assert type(piece["start"]) is int
        assert type(piece["end"]) is int
    assert bool(row["history"]) == (row["kind"] == "follow")
    for number, turn in enumerate(row["history"]):
        assert set(turn) == {"role", "text"}
        assert turn["role"] == ("user", "assistant")[number % 2]
        assert turn["text"]


@pytest.mark.parametrize("row", ANSWERABLE, ids=lambda row: str(row["id"]))
def test_evidence_quotes_the_article_and_holds_the_answers(row: dict[str, Any]) -> None:
    supports, spans = ranges(row, "support"), ranges(row, "answer")
    assert supports
    assert spans
    for start, end in supports + spans:
        assert 0 <= start < end <= len(ARTICLE)
    assert {ARTICLE[start:end] for start, end in spans} <= set(row["answers"])
    assert set(supports) <= SENTENCES
    bearing = {(low, high) for low, high in supports if any(low <= a and b <= high for a, b in spans)}
    for low, _ in set(supports) - bearing:  # "he" and the like: the name stands in the sentence before
        assert any(end == low - 1 for _, end in bearing)
    for start, end in spans:
        assert any(low <= start and end <= high for low, high in supports)
    for answer in row["answers"]:
        assert any(answer in ARTICLE[low:high] for low, high in supports)
    assert row["kind"] in ALWAYS_ANSWERABLE | {"follow"}


@pytest.mark.parametrize("row", UNANSWERABLE, ids=lambda row: str(row["id"]))
def test_a_question_without_an_answer_has_no_answers_and_no_evidence(row: dict[str, Any]) -> None:
    assert row["answers"] == []
    assert row["evidence"] == []
    assert row["kind"] in NEVER_ANSWERABLE | {"follow"}


@pytest.mark.parametrize("half", ["tuning", "testing"])
def test_each_half_holds_every_kind_and_a_third_without_an_answer(half: str) -> None:
    rows = [row for row in ROWS if half_of(row) == half]
    assert 0.4 <= len(rows) / len(ROWS) <= 0.6
    assert 0.3 <= sum(not row["answerable"] for row in rows) / len(rows) <= 0.4
    kinds = Counter(row["kind"] for row in rows)
    assert {kind: kinds[kind] for kind in KINDS if kinds[kind] < 2} == {}
    assert {row["answerable"] for row in rows if row["kind"] == "follow"} == {True, False}


def test_a_third_of_all_questions_has_no_answer() -> None:
    assert 0.3 <= len(UNANSWERABLE) / len(ROWS) <= 0.4
