"""Invent documents with structures, and questions about them, for the second reader.

    python -m qa.training.structures FOLDER [--documents 500]

Writes documents.jsonl and questions.jsonl as the sets of ../shared/data have them, the same at each run. A
third of the questions have no answer: the document holds another row, column, section, half or speaker.
"""

import argparse
import json
import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from qa.training.structures_draft import Draft, Row
from qa.training.structures_lists import LISTS
from qa.training.structures_prose import PROSE
from qa.training.structures_records import RECORDS
from qa.training.structures_words import fill

DOCUMENTS = 500
# Questions of one document with and without an answer, at most.
_ANSWERED, _SILENT = 8, 4


def main() -> None:
    """Write the set, and print how many questions there are of each kind."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--documents", type=int, default=DOCUMENTS)
    arguments = parser.parse_args()
    for kind, count in sorted(write(arguments.folder, arguments.documents).items()):
        print(f"{kind}: {count}")


def write(folder: Path, number: int = DOCUMENTS) -> Counter[str]:
    """Write a set of some documents; the number of questions of each kind."""
    folder.mkdir(parents=True, exist_ok=True)
    kinds: Counter[str] = Counter()
    with (
        (folder / "documents.jsonl").open("w", encoding="utf-8") as documents,
        (folder / "questions.jsonl").open("w", encoding="utf-8") as questions,
    ):
        for draft, rows in invented(number):
            row = {"id": draft.id, "title": draft.title, "text": draft.text}
            documents.write(json.dumps(row, ensure_ascii=False) + "\n")
            for question in rows:
                questions.write(json.dumps(question, ensure_ascii=False) + "\n")
                kinds[question["kind"]] += 1
    return kinds


def invented(number: int) -> Iterator[tuple[Draft, list[Row]]]:
    """Documents of two or three structures, with the questions about each that are kept."""
    for place in range(number):
        chance = random.Random(f"structures {place}")
        title = fill("{town} {last}: {house}", chance)
        draft = Draft(f"structures/{place:04}.md", title, chance)
        draft.block(f"# {title}")
        prose = (*PROSE, *LISTS)
        parts = dict.fromkeys(map(chance.choice, (RECORDS, prose, RECORDS + prose)))
        for part in chance.sample(list(parts), len(parts)):
            for _ in range(chance.randint(0, 2)):
                draft.block(fill("{filler}", chance))
            part(draft)
        yield draft, _kept(draft)


def _kept(draft: Draft) -> list[Row]:
    """Some of the questions, each wording once."""
    rows = list({row["question"].lower().strip("?"): row for row in draft.questions()}.values())
    draft.chance.shuffle(rows)
    answered = [row for row in rows if row["answerable"]][:_ANSWERED]
    silent = [row for row in rows if not row["answerable"]]
    return answered + silent[: min(_SILENT, 1 + len(answered) // 2)]


if __name__ == "__main__":
    main()
