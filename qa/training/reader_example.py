"""What the reader learns from and is scored on: a question, a passage, and where the passage answers it."""

import json
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple


class Example(NamedTuple):
    """A question and a passage; `start`, `end` are characters of the passage, -1 where it does not answer.

    `answers` holds every gold text and is empty where the passage does not answer. `said` is what a teacher
    says: the best answer in each sentence, and its log-odds.
    """

    kind: str
    question: str
    passage: str
    start: int
    end: int
    answers: tuple[str, ...]
    said: tuple[tuple[int, int, float], ...] = ()


class Text(NamedTuple):
    """A passage with the ranges of its sentences."""

    text: str
    sentences: tuple[tuple[int, int], ...]


class Source(NamedTuple):
    """A training question with the passages, by number, that its examples are drawn from.

    `own` is the passage that answers it at `start` to `end`, or the one that looks most as if it did (-1, -1)
    when the question has no answer; None where no place is sure. `near` are the closest passages of the
    article that do not answer, best first.
    """

    pool: str
    article: str
    question: str
    answers: tuple[str, ...]
    own: int | None
    start: int
    end: int
    near: tuple[int, ...]


def holds(text: str, answers: Iterable[str]) -> bool:
    """Whether one of the answers stands in a text, in capitals or not."""
    return any(answer.casefold() in text.casefold() for answer in answers)


def write(path: Path, examples: Iterable[Example]) -> None:
    """Write examples as JSON Lines and their numbers by kind to standard error."""
    counts: Counter[str] = Counter()
    with path.open("w", encoding="utf-8") as file:
        for example in examples:
            counts[example.kind] += 1
            file.write(json.dumps(example._asdict(), ensure_ascii=False) + "\n")
    print(f"{path.name}: {counts.total()} examples; {dict(sorted(counts.items()))}", file=sys.stderr)


def read(path: Path) -> list[Example]:
    """The examples of a file that `write` made."""
    with path.open(encoding="utf-8") as file:
        rows = [Example(**json.loads(line)) for line in file]
    return [row._replace(answers=tuple(row.answers)) for row in rows]


def write_sources(work: Path, sources: Iterable[Source], texts: Iterable[Text]) -> None:
    """Write pools.jsonl and passages.jsonl into a folder."""
    for name, rows in (("pools", sources), ("passages", texts)):
        with (work / f"{name}.jsonl").open("w", encoding="utf-8") as file:
            file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def read_sources(work: Path) -> tuple[list[Source], list[Text]]:
    """What `write_sources` wrote."""
    pools, passages = (
        [json.loads(line) for line in (work / f"{name}.jsonl").open(encoding="utf-8")]
        for name in ("pools", "passages")
    )
    sources = [
        Source(pool, article, question, tuple(answers), own, start, end, tuple(near))
        for pool, article, question, answers, own, start, end, near in pools
    ]
    return sources, [Text(text, tuple(map(tuple, sentences))) for text, sentences in passages]
