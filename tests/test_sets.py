"""The sets that ship with the training."""

import json
from pathlib import Path

from qa.training.sets import ready

WRITTEN = {
    "natural": {"questions.jsonl": 397, "documents.jsonl": 14},
    "natural_train": {"questions.jsonl": 20_973, "documents.jsonl": 423},
    "paraphrases": {"pairs.jsonl": 1_733},
    "conversations": {"conversations.jsonl": 774, "documents.jsonl": 27},
    "intents": {"intents.jsonl": 3_458},
    "checks": {"pairs.jsonl": 1_402},
}


def rows(file: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def test_the_sets_that_ship_are_unpacked_whole_where_they_are_lacking(tmp_path: Path) -> None:
    (tmp_path / "checks").mkdir()
    assert ready(str(tmp_path)) == tmp_path
    assert not list((tmp_path / "checks").iterdir())
    (tmp_path / "checks").rmdir()
    ready(str(tmp_path))
    found = {
        name: {file: len(rows(tmp_path / name / file)) for file in files} for name, files in WRITTEN.items()
    }
    assert found == WRITTEN


def test_the_answers_of_the_sets_stand_where_they_are_said_to(tmp_path: Path) -> None:
    ready(str(tmp_path))
    for name in ("natural", "natural_train"):
        texts = {row["id"]: str(row["text"]) for row in rows(tmp_path / name / "documents.jsonl")}
        for question in rows(tmp_path / name / "questions.jsonl"):
            for place in question["evidence"]:  # type: ignore[attr-defined]
                if place.get("role", "answer") == "answer":
                    quoted = texts[place["document_id"]][place["start"] : place["end"]]
                    assert quoted in question["answers"]  # type: ignore[operator]
