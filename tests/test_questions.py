"""Question sets, as they are read from JSON Lines and from SQuAD files."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from qa.errors import QuestionSetError
from qa.evaluation.questions import Evidence, half, load_questions
from qa.types import Turn


def saved(tmp_path: Path, content: str | bytes, name: str = "questions.jsonl") -> Path:
    path = tmp_path / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


LINE = '{"id": "1", "question": "Who?", "answers": ["x"], "answerable": true'


def test_json_lines_are_read_with_unknown_fields_ignored(tmp_path: Path) -> None:
    rows = [
        LINE + ', "evidence": [{"document_id": "d", "start": 1, "end": 2, "role": "answer", "sha1": "0"}],'
        ' "history": [{"role": "user", "text": "Hi\u2028there", "time": 1}], "split": "dev", "kind": "fact"}',
        "",
        '{"id": 2, "question": "Why?", "answerable": false, "document_id": null, "plausible_answers": ["y"]}',
    ]
    path = saved(tmp_path, ("\ufeff" + "\r\n".join(rows)).encode())
    first, second = load_questions(path).questions
    assert first.evidence == (Evidence(document_id="d", start=1, end=2, role="answer"),)
    assert first.history == (Turn(role="user", text="Hi\u2028there"),)
    assert (first.kind, first.golds, first.placed_evidence) == ("fact", ("x",), first.evidence)
    assert (second.id, second.golds, second.placed_evidence) == ("2", ("",), ())
    with pytest.raises(ValidationError):
        setattr(first, "id", "other")  # noqa: B010 - the point is that it is frozen


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (LINE + "}\n{", r"questions\.jsonl:2: not JSON; give one question a line"),
        ("[]", "holds no question"),
        ("[5]", r"row 1: not a JSON object"),
        ("5", r":1: not a JSON object"),
        (LINE + "}\n\n" + LINE + "}", r":3: the id '1' is already used on line 1; make ids differ"),
        ('{"id": "1", "question": "Who?"}', r":1: answerable: Field required; correct this question"),
        ('{"id": "1", "question": " ", "answerable": false}', ":1: the question is empty"),
        (
            LINE + ', "evidence": [{"document_id": "d", "start": 3, "end": 3}]}',
            r":1: evidence\.0: end 3 is not after start 3",
        ),
        (
            LINE + ', "history": [{"role": "robot", "text": "Hi"}]}',
            r":1: history\.0\.role: Input should be 'user' or 'assistant'",
        ),
        (LINE + ', "history": ["Hi"]}', r":1: history\.0: "),
        (LINE + ', "history": 5}', r":1: history: "),
        ("\n", "holds no question"),
        ('{"data": []}', "holds no question"),
        ('{"data": [{"paragraphs": [{"qas": []}]}]}', r"data\.0\.paragraphs\.0\.context: Field required"),
        (LINE.encode() + b"}\n\xff", r":2: not UTF-8 text"),
        ("1" * 5000, ":1: not JSON"),
    ],
)
def test_a_bad_question_set_is_an_error_of_one_line_with_its_place(
    tmp_path: Path, content: str | bytes, message: str
) -> None:
    with pytest.raises(QuestionSetError, match=message) as caught:
        load_questions(saved(tmp_path, content))
    assert "\n" not in str(caught.value)


def test_a_broken_json_file_is_an_error_with_the_line_of_the_fault(tmp_path: Path) -> None:
    with pytest.raises(QuestionSetError, match=r"squad\.json:3: not JSON"):
        load_questions(saved(tmp_path, '{\n"data": [\n}', "squad.json"))


def test_a_missing_question_set_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(QuestionSetError, match=r"none\.jsonl: cannot be read \(No such file"):
        load_questions(tmp_path / "none.jsonl")


def squad() -> dict[str, object]:
    first = {
        "context": "Rome is old.",
        "qas": [
            {
                "id": "q1",
                "question": "What is old?",
                "answers": [{"text": "Rome", "answer_start": 0}, {"text": "Rome", "answer_start": 0}],
            }
        ],
    }
    second = {
        "context": "Ärger in Oslo: Oslo is cold.",
        "qas": [
            {
                "id": "q2",
                "question": "What is cold?",
                "is_impossible": False,
                "answers": [{"text": "Oslo", "answer_start": 15}],
            },
            {
                "id": "q3",
                "question": "What is hot?",
                "is_impossible": True,
                "answers": [],
                "plausible_answers": [{"text": "Oslo", "answer_start": 15}],
            },
            {"id": "q4", "question": "Where?", "answers": [{"text": "Oslo", "answer_start": 3}]},
        ],
    }
    return {
        "version": "v2.0",
        "data": [
            {"title": "Old_places", "paragraphs": [first]},
            {"title": "Else", "paragraphs": []},
            {"title": "Old_places", "paragraphs": [second]},
        ],
    }


def test_squad_json_is_read_as_it_is_with_its_contexts_as_documents(tmp_path: Path) -> None:
    path = saved(tmp_path, json.dumps(squad(), indent=1), "dev.json")
    found = load_questions(path)
    assert [document.id for document in found.documents] == ["Old_places", "Else"]
    text = found.documents[0].text
    assert text == "Rome is old.\n\nÄrger in Oslo: Oslo is cold."
    assert found.documents[0].title == "Old places"
    assert found.documents[0].sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    one, two, three, four = found.questions
    assert {question.document_id for question in found.questions} == {"Old_places"}
    for question, answer_text in ((one, "Rome"), (two, "Oslo")):
        (item,) = question.placed_evidence
        assert (text[item.start : item.end], question.answers) == (answer_text, (answer_text,))
    assert two.evidence[0].start == 14 + 15
    assert (three.answerable, three.answers, three.placed_evidence) == (False, (), ())
    # Its text is not at its answer_start: the answer is scored, the place is not.
    assert (four.answers, four.offset, four.placed_evidence) == (("Oslo",), "guessed", ())


def test_a_squad_id_used_twice_is_an_error(tmp_path: Path) -> None:
    twice = json.dumps(squad()).replace("q4", "q1")
    with pytest.raises(QuestionSetError, match="the id 'q1' is used twice"):
        load_questions(saved(tmp_path, twice, "dev.json"))


def test_the_half_of_a_question_is_the_parity_of_the_hash_of_its_id() -> None:
    # `printf fact-003 | sha256sum` ends in a, `printf fact-001 | sha256sum` in f.
    assert (half("fact-003"), half("fact-001")) == ("tuning", "testing")
    for number in range(50):
        name = f"fact-{number:03}"
        last = hashlib.sha256(name.encode()).hexdigest()[-1]
        assert half(name) == ("tuning" if last in "02468ace" else "testing")


def test_the_fixed_set_is_read_whole() -> None:
    path = Path(__file__).parents[1] / "qa" / "evaluation" / "deepseek.jsonl"
    questions = load_questions(path).questions
    assert len(questions) == len(path.read_text(encoding="utf-8").strip().split("\n"))
    assert all(question.placed_evidence for question in questions if question.answerable)


# --- Hugging Face's rows

ROME, OSLO = "Rome is old.", "Oslo in Norway: Oslo is cold."
ROWS: list[dict[str, Any]] = [
    {"id": "r1", "title": "Old_places", "context": ROME, "question": "What is old?"}
    | {"answers": {"text": ["Rome", "Rome"], "answer_start": [0, 0]}},
    {"id": "r2", "title": "Old_places", "context": OSLO, "question": "What is cold?"}
    | {"answers": {"text": ["Oslo"], "answer_start": [16]}},
    {"id": "r3", "title": "Old_places", "context": OSLO, "question": "What is hot?"}
    | {"answers": {"text": [], "answer_start": []}},
    {"id": "r4", "title": "Else", "context": ROME, "question": "Where?"}
    | {"answers": {"text": ["Rome"], "answer_start": [3]}},
]
COLUMNS = {name: [row[name] for row in ROWS] for name in ROWS[0]}
ANSWERS = COLUMNS["answers"]
FORMS = {
    "JSON Lines": "\n".join(json.dumps(row) for row in ROWS),
    "one line": json.dumps(ROWS),
    "a list": json.dumps(ROWS, indent=1),
    "the datasets server": json.dumps(
        {
            "features": [],
            "rows": [{"row_idx": n, "row": row, "truncated_cells": []} for n, row in enumerate(ROWS)],
            "num_rows_total": 4,
        }
    ),
    "the server's rows, a line each": "\n".join(json.dumps({"row_idx": 1, "row": row}) for row in ROWS),
    "rows as they are": json.dumps({"rows": ROWS}),
    "data": json.dumps({"version": "2.0", "data": ROWS}),
    "columns": json.dumps(COLUMNS),
    "columns, answers too": json.dumps(
        COLUMNS | {"answers": {name: [one[name] for one in ANSWERS] for name in ("text", "answer_start")}}
    ),
    "pandas's columns": json.dumps(
        {name: {str(place): cell for place, cell in enumerate(cells)} for name, cells in COLUMNS.items()}
    ),
    "answers as SQuAD has them": json.dumps(
        [
            row
            | {
                "answers": [
                    {"text": text, "answer_start": start}
                    for text, start in zip(*row["answers"].values(), strict=True)
                ]
            }
            for row in ROWS
        ]
    ),
    "null for no answer": json.dumps(
        [row | ({} if row["answers"]["text"] else {"answers": None}) for row in ROWS]
    ),
}


@pytest.mark.parametrize("name", ["rows.jsonl", "rows.json"])
@pytest.mark.parametrize("form", FORMS)
def test_rows_of_hugging_face_are_read_in_every_form_that_they_are_passed_on_in(
    tmp_path: Path, form: str, name: str
) -> None:
    found = load_questions(saved(tmp_path, FORMS[form], name))
    assert [(document.id, document.text) for document in found.documents] == [
        ("Old_places", f"{ROME}\n\n{OSLO}"),
        ("Else", ROME),
    ]
    one, two, three, four = found.questions
    assert [question.id for question in found.questions] == ["r1", "r2", "r3", "r4"]
    assert [question.answers for question in found.questions] == [("Rome",), ("Oslo",), (), ("Rome",)]
    assert [question.answerable for question in found.questions] == [True, True, False, True]
    assert one.placed_evidence == (Evidence(document_id="Old_places", start=0, end=4, role="answer"),)
    assert two.placed_evidence == (Evidence(document_id="Old_places", start=30, end=34, role="answer"),)
    assert (three.golds, three.placed_evidence) == (("",), ())
    # Its text is not at its answer_start: the answer is scored, the place is not.
    assert (four.offset, four.placed_evidence) == ("guessed", ())


def test_articles_of_squad_are_read_without_what_is_around_them(tmp_path: Path) -> None:
    whole = squad()
    bare = load_questions(saved(tmp_path, json.dumps(whole["data"]), "bare.json"))
    assert bare.questions == load_questions(saved(tmp_path, json.dumps(whole), "whole.json")).questions


def test_rows_without_a_context_are_questions_of_the_source_given(tmp_path: Path) -> None:
    rows = [{name: cell for name, cell in row.items() if name not in {"context", "title"}} for row in ROWS]
    found = load_questions(saved(tmp_path, json.dumps(rows)))
    assert found.documents == ()
    assert [question.answers for question in found.questions] == [("Rome", "Rome"), ("Oslo",), (), ("Rome",)]
    assert [question.answerable for question in found.questions] == [True, True, False, True]
    assert {question.document_id for question in found.questions} == {None}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (json.dumps([ROWS[0], {**ROWS[1], "context": 5}]), "row 2: context: Input should be a valid string"),
        (json.dumps([ROWS[0], {**ROWS[1], "answers": 5}]), r"row 2: answers: "),
        (json.dumps([ROWS[0], {**ROWS[1], "id": "r1"}]), "the id 'r1' is used twice"),
        (f"{json.dumps(ROWS[0])}\n{json.dumps({'context': ROME})}", r":2: id: Field required"),
        (json.dumps({**COLUMNS, "id": ["r1"]}), "the columns differ in length: id 1, title 4"),
        (
            json.dumps([{**ROWS[0], "answers": {"text": ["a"], "answer_start": [1, 2]}}]),
            "row 1: answers: the columns differ in length: text 1, answer_start 2",
        ),
        (json.dumps([{"question_text": "Who?", "answer": "x"}]), "row 1: id: Field required"),
        (json.dumps({"train": ROWS}), ":1: id: Field required"),
    ],
)
def test_an_error_of_rows_names_the_row_and_the_form_that_is_read(
    tmp_path: Path, content: str, message: str
) -> None:
    with pytest.raises(QuestionSetError, match=message) as caught:
        load_questions(saved(tmp_path, content))
    assert "\n" not in str(caught.value)
    if "twice" not in message:
        assert "answers: {text: [...], answer_start: [...]}" in str(caught.value)
