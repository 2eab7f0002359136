"""The sentences that the checker learns from, that choose its bars, and that measure it, by document."""

import hashlib
import json
import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Literal

from index.split.sentences import paragraphs, sentences
from qa.evaluation.splits import TEST_DOCUMENTS
from qa.training.checker_pairs import Pair, Source, pairs_of

Part = Literal["learnt", "choosing", "measured"]
SETS = ("natural_train", "squad2_dev", "squad11_dev", "squadshifts", "unansq")
_SHORTEST, _LONGEST = 30, 400


def sources(folder: Path, part: Part) -> Iterator[list[Source]]:
    """The sentences of each document of a part."""
    for name in SETS:
        asked: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for row in _rows(folder / name / "questions.jsonl"):
            if row.get("offset") != "guessed":
                asked[row["document_id"]].append(row)
        for document in _rows(folder / name / "documents.jsonl"):
            # Reviews and posts are no text that a statement is checked against.
            if document["id"].startswith(("reddit", "amazon")):
                continue
            if part_of(document["id"]) == part:
                yield list(_of(document, asked[document["id"]]))


def pairs(folder: Path, part: Part, most: int) -> dict[str, list[Pair]]:
    """Pairs of a part of the documents by kind, at most so many of each."""
    chance = random.Random(1)
    found: dict[str, list[Pair]] = defaultdict(list)
    for document in sources(folder, part):
        for pair in pairs_of(document, chance):
            found[pair.kind].append(pair)
    return {kind: chance.sample(made, min(most, len(made))) for kind, made in found.items()}


def checks(folder: Path) -> dict[str, list[Pair]]:
    """The pairs of the set `checks` by kind."""
    found: dict[str, list[Pair]] = defaultdict(list)
    for row in _rows(folder / "checks" / "pairs.jsonl"):
        pair = Pair(row["evidence"], row["statement"], row["supported"], row["kind"], "")
        found[row["kind"]].append(pair)
    return found


def part_of(document_id: str) -> Part:
    """What a document is for: half are learnt from, a sixth choose the bars, the rest measure."""
    if document_id in TEST_DOCUMENTS:
        return "measured"
    digest = hashlib.sha256(document_id.encode()).digest()
    if digest[-1] % 2 == 0:
        return "learnt"
    return "choosing" if digest[-2] % 3 == 0 else "measured"


def _of(document: dict[str, Any], rows: list[dict[str, Any]]) -> Iterator[Source]:
    text = document["text"]
    places = [one for paragraph in paragraphs(text) for one in sentences(text, *paragraph)]
    answers = [
        (one["start"], one["end"], row["question"])
        for row in rows
        for one in row["evidence"]
        if one["role"] == "answer"
    ]
    traps: dict[tuple[int, int], dict[str, str]] = defaultdict(dict)
    for row in rows:
        for seeming in row.get("plausible_answers", [])[:1]:
            if place := _nearest(text, places, row["question"], seeming):
                traps[place][row["question"]] = seeming
    before = ""
    for start, end in places:
        sentence = " ".join(text[start:end].split())
        if _SHORTEST <= len(sentence) <= _LONGEST:
            inside = {question: text[a:b] for a, b, question in answers if start <= a and b <= end}
            seeming = traps[start, end]
            yield Source(document["id"], before, sentence, tuple(inside.items()), tuple(seeming.items()))
        before = sentence if len(sentence) <= _LONGEST else ""


def _nearest(
    text: str, places: Sequence[tuple[int, int]], question: str, answer: str
) -> tuple[int, int] | None:
    """The sentence that holds an answer and shares most words with the question; None if none holds it."""
    asked = set(question.casefold().rstrip("?").split())
    holding = [place for place in places if answer.casefold() in text[slice(*place)].casefold()]
    return max(
        holding, key=lambda place: len(asked & set(text[slice(*place)].casefold().split())), default=None
    )


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)
