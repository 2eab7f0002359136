"""Make what the reader is trained, validated and tested on from `shared/data`, as the product would run.

    python -m qa.training.reader_data --work FOLDER [--data ../shared/data]

Writes train.jsonl, validation.jsonl and test.jsonl into the work folder, one `Example` a line. Passages come
from the product's own chunker and negatives from its own retriever. Articles are kept whole: the test
articles and the validation articles give no training example. train.jsonl is a stream in which every epoch
is shuffled by itself, so that a run that stops early has still seen the mix.
"""

import argparse
import hashlib
import json
import random
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from index.chunker import split
from index.embedder import SentenceTransformerEmbedder, Vectors
from index.index import Index
from index.settings import IndexSettings
from index.types import Document, Passage
from qa.evaluation.metrics import f1
from qa.evaluation.splits import TEST_ARTICLES, VALIDATION_ARTICLES
from qa.retriever import Retriever

Row = dict[str, Any]

EPOCHS = 3
# Passages of its own article, best first, from which a question's negatives are drawn.
_NEAREST = 5
# How often an epoch draws a set's questions: SQuAD's are nearest to what is asked of the product, and only
# SQuAD 2.0's teach to refuse.
_SHARE = {"squad2_dev": 1.5, "squad11_dev": 1.0, "new_wiki": 0.65, "other_shifts": 0.3, "qamr": 0.1}
# Probability that a drawn question gives a null example too, from a near passage of its own article, from
# another article; and that an unanswerable one gives a second, from another near passage.
_HARD, _WRONG, _SECOND = 0.6, 0.1, 0.3
_ARTICLES = ("squad2_dev", "squad11_dev", "new_wiki")


class Example(NamedTuple):
    """A question and a passage; `start`, `end` are characters of the passage, -1 where it does not answer.

    `answers` holds every gold text and is empty where the passage does not answer.
    """

    kind: str
    question: str
    passage: str
    start: int
    end: int
    answers: tuple[str, ...]


class Asked(NamedTuple):
    """A question with the passages that its examples are drawn from; `own` is None where no place is sure."""

    row: Row
    own: Example | None
    near: tuple[str, ...]


class _RememberingEmbedder(SentenceTransformerEmbedder):
    """Embeds all questions in one go, which is ten times as fast as one by one."""

    _known: dict[str, Vectors] | None = None

    def remember(self, texts: Sequence[str]) -> None:
        self._known = dict(zip(texts, super().embed(texts), strict=True))

    def embed(self, texts: Sequence[str]) -> Vectors:
        if self._known and len(texts) == 1:
            return self._known[texts[0]][np.newaxis]
        return super().embed(texts)


def main() -> None:
    """Write the three files, with a line for each on standard error."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    data, work = arguments.data, arguments.work
    for name in ("squad2_dev", "squad11_dev", "squadshifts", "qamr"):
        if not (data / name).is_dir():
            sys.exit(f"{data / name}: no such folder; name the question-answering data with --data")
    work.mkdir(parents=True, exist_ok=True)
    pools = {name: _asked(name, data, work) for name in _ARTICLES}
    parts: dict[str, list[Asked]] = {"train": [], "validation": [], "test": []}
    for asked in pools["squad2_dev"]:
        article = asked.row["document_id"]
        part = (
            "test"
            if article in TEST_ARTICLES
            else "validation"
            if article in VALIDATION_ARTICLES
            else "train"
        )
        parts[part].append(asked)
    pools["squad2_dev"] = parts["train"]
    pools["other_shifts"] = _short_texts(data)
    pools["qamr"] = _sentences(data, random.Random(arguments.seed))
    write(work / "train.jsonl", stream(pools, arguments.seed))
    for part in ("validation", "test"):
        write(work / f"{part}.jsonl", (asked.own for asked in parts[part] if asked.own))


def stream(pools: dict[str, list[Asked]], seed: int) -> Iterator[Example]:
    """Every epoch's examples, shuffled within the epoch."""
    strangers = [asked for name in _ARTICLES for asked in pools[name] if asked.near]
    for epoch in range(EPOCHS):
        chance = random.Random(f"{seed}-{epoch}")
        drawn: list[Example] = []
        for name, pool in pools.items():
            # A pool is walked on from where the last epoch stopped, so nothing is seen twice before all is.
            order = sorted(range(len(pool)), key=lambda place: _order(f"{seed}-{name}-{place}"))
            size = int(_SHARE[name] * len(pool))
            for place in range(epoch * size, (epoch + 1) * size):
                drawn += draw(pool[order[place % len(pool)]], name, strangers, chance)
        chance.shuffle(drawn)
        yield from drawn


def draw(asked: Asked, name: str, strangers: Sequence[Asked], chance: random.Random) -> Iterator[Example]:
    """The examples that a question gives in one epoch: its own, and perhaps null ones."""
    if asked.own and not asked.own.answers:
        yield asked.own._replace(kind=f"{name} adversarial")
    elif asked.own and asked.own.start >= 0:
        yield asked.own._replace(kind=f"{name} answer")
    if asked.near and chance.random() < (_HARD if asked.row["answerable"] else _SECOND):
        # The nearest are drawn more often than the fifth: 1/1, 1/2, 1/3 …
        weights = [1 / rank for rank in range(1, len(asked.near) + 1)]
        yield _null(f"{name} near", asked, chance.choices(asked.near, weights)[0])
    if chance.random() < _WRONG:
        other = chance.choice(strangers)
        passage = chance.choice(other.near)
        if other.row["document_id"] != asked.row["document_id"] and not _holds(passage, asked.row["answers"]):
            yield _null(f"{name} elsewhere", asked, passage)


def write(path: Path, examples: Iterable[Example]) -> None:
    """Write examples as JSON Lines and their numbers by kind to standard error."""
    counts: dict[str, int] = defaultdict(int)
    with path.open("w", encoding="utf-8") as file:
        for example in examples:
            counts[example.kind] += 1
            file.write(json.dumps(example._asdict(), ensure_ascii=False) + "\n")
    print(f"{path.name}: {sum(counts.values())} examples; {dict(sorted(counts.items()))}", file=sys.stderr)


def read(path: Path) -> list[Example]:
    """The examples of a file that `write` made."""
    with path.open(encoding="utf-8") as file:
        rows = [Example(**json.loads(line)) for line in file]
    return [row._replace(answers=tuple(row.answers)) for row in rows]


def _asked(name: str, data: Path, work: Path) -> list[Asked]:
    """The questions of a set of whole articles, each with its own passage and the near ones."""
    if name == "new_wiki":
        documents = work / "new_wiki.jsonl"
        lines = [json.dumps(row) for row in _rows(data / "squadshifts", "documents") if _is_wiki(row["id"])]
        documents.write_text("".join(line + "\n" for line in lines), encoding="utf-8")
        rows = [row for row in _rows(data / "squadshifts", "questions") if _is_wiki(row["document_id"])]
    else:
        documents = data / name / "documents.jsonl"
        rows = _rows(data / name, "questions")
    embedder = _RememberingEmbedder()
    index = Index.from_sources([documents], folder=work / f"index_{name}", embedder=embedder)
    embedder.remember([row["question"] for row in rows])
    retriever = Retriever(index)
    passages: dict[str, list[Passage]] = defaultdict(list)
    for passage in index.passages():
        passages[passage.document_id].append(passage)
    return [_with_passages(row, passages[row["document_id"]], retriever) for row in rows]


def _with_passages(row: Row, passages: Sequence[Passage], retriever: Retriever) -> Asked:
    hits = retriever.retrieve(row["question"], 2 * _NEAREST, documents=[row["document_id"]])
    found = [hit.passage for hit in hits]
    if row["answerable"]:
        own = answered(row, passages)
        near = [passage.text for passage in found if not _holds(passage.text, row["answers"])]
        return Asked(row, own, tuple(near[:_NEAREST]))
    plausible = row.get("plausible_answers") or [""]
    trap = next((passage for passage in found if _holds(passage.text, plausible)), found[0])
    near = [passage.text for passage in found[:_NEAREST] if passage != trap]
    return Asked(row, Example("null", row["question"], trap.text, -1, -1, ()), tuple(near))


def answered(row: Row, passages: Sequence[Passage]) -> Example | None:
    """The example of an answerable question: the passage that holds its chosen gold answer whole.

    Of several golds the one is chosen that agrees best with the others (mean token F1), of equals the
    shorter. Where the place is guessed, only an answer that occurs once in its passage has a place (for
    scoring, a passage without a place is enough: start and end are -1, answers are kept).
    """
    golds = row["answers"]
    places = sorted(
        row["evidence"],
        key=lambda place: (-_agreement(_text(place, passages), golds), place["end"] - place["start"]),
    )
    unsure = None
    for place in places:
        for passage in passages:
            if passage.start <= place["start"] and place["end"] <= passage.end:
                start, end = place["start"] - passage.start, place["end"] - passage.start
                example = Example("answer", row["question"], passage.text, start, end, tuple(golds))
                if row.get("offset") != "guessed" or passage.text.count(passage.text[start:end]) == 1:
                    return example
                unsure = unsure or example._replace(start=-1, end=-1)
    return unsure


def _text(place: Row, passages: Sequence[Passage]) -> str:
    for passage in passages:
        if passage.start <= place["start"] < passage.end:
            return passage.text[place["start"] - passage.start : place["end"] - passage.start]
    return ""


def _agreement(text: str, golds: Sequence[str]) -> float:
    return sum(f1(text, [gold]) for gold in golds) / len(golds)


def _short_texts(data: Path) -> list[Asked]:
    """The questions about Amazon reviews and Reddit posts: one text is one passage, cut by the chunker."""
    count: Callable[[Sequence[str]], list[int]] = SentenceTransformerEmbedder().count_tokens
    passages: dict[str, list[Passage]] = {}
    for row in _rows(data / "squadshifts", "documents"):
        if not _is_wiki(row["id"]):
            document = Document(id=row["id"], source="", sha256="", text=row["text"])
            passages[document.id] = [
                Passage(
                    document_id=document.id,
                    start=chunk.start,
                    end=chunk.end,
                    text=document.text[chunk.start : chunk.end],
                )
                for chunk in split(document, count, IndexSettings())
            ]
    rows = [row for row in _rows(data / "squadshifts", "questions") if row["document_id"] in passages]
    return [Asked(row, answered(row, passages[row["document_id"]]), ()) for row in rows]


def _sentences(data: Path, chance: random.Random) -> list[Asked]:
    """QAMR's questions about one sentence, put among up to three others, so that it must be found."""
    texts = {row["id"]: row["text"] for row in _rows(data / "qamr", "documents")}
    others = sorted(texts.values())
    found = []
    for row in _rows(data / "qamr", "questions"):
        # The short ones ("Where in?") ask nothing that a person would.
        if len(row["question"].split()) < 5:
            continue
        text = texts[row["document_id"]]
        before = " ".join(chance.sample(others, chance.randint(0, 2)))
        start = len(before) + bool(before)
        shown = " ".join(
            part for part in (before, text, *chance.sample(others, chance.randint(0, 1))) if part
        )
        passage = Passage(document_id=row["document_id"], start=0, end=len(shown), text=shown)
        evidence = [
            {"start": place["start"] + start, "end": place["end"] + start} for place in row["evidence"]
        ]
        found.append(Asked(row, answered(row | {"evidence": evidence}, [passage]), ()))
    return found


def _null(kind: str, asked: Asked, passage: str) -> Example:
    return Example(kind, asked.row["question"], passage, -1, -1, ())


def _holds(text: str, answers: Sequence[str]) -> bool:
    return any(answer.casefold() in text.casefold() for answer in answers)


def _is_wiki(document_id: str) -> bool:
    return document_id.startswith("new_wiki:")


def _order(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


def _rows(folder: Path, name: str) -> list[Row]:
    return [json.loads(line) for line in (folder / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]


if __name__ == "__main__":
    main()
