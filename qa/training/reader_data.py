"""Make what the reader is trained, validated and tested on from `shared/data`, as the product would run.

    python -m qa.training.reader_data --work FOLDER [--data ../shared/data]

Passages come from the product's own chunker and negatives from its own retriever. Articles are kept whole:
the test articles and the validation articles give no training example. Into the work folder go

- pools.jsonl: a `Source` a line, a training question with the passages its examples are drawn from;
- passages.jsonl: the passages by number, with their sentences, so that drawing needs no index;
- validation.jsonl and test.jsonl: an `Example` a line, the passage given;
- whole.jsonl: the validation questions, and the tuning half of those on the first article, each with the
  passages that the product would read for it.
"""

import argparse
import json
import random
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from index.embed.embedder import SentenceTransformerEmbedder, Vectors
from index.index import Index
from index.settings import IndexSettings
from index.split.passages import split
from index.split.sentences import sentences
from index.types import Document, Passage
from qa.answer.answerer import Answerer
from qa.evaluation.metrics import f1
from qa.evaluation.questions import half, load_questions
from qa.evaluation.splits import TEST_ARTICLES, VALIDATION_ARTICLES, is_kept_back
from qa.retrieve.retriever import Retriever
from qa.training.reader_example import Example, Source, Text, holds, write, write_sources
from qa.training.reader_whole import Whole, write_whole
from qa.training.sets import ready

Row = dict[str, Any]

# Passages of its own article, best first, from which a question's negatives are drawn.
_NEAREST = 8
_ARTICLES = ("squad2_dev", "squad11_dev", "new_wiki", "natural_train", "nq")
# The sets of which some documents are kept back, for the confidence.
_KEPT_BACK = frozenset({"natural_train", "nq"})


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
    """Write the files, with a line for each on standard error."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=ready, default="../shared/data")
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    data, work = arguments.data, arguments.work
    for name in ("squad2_dev", "squad11_dev", "squadshifts", "qamr", *sorted(_KEPT_BACK)):
        if not (data / name).is_dir():
            sys.exit(f"{data / name}: no such folder; name the question-answering data with --data")
    work.mkdir(parents=True, exist_ok=True)
    pools = {name: _asked(name, data, work) for name in _ARTICLES}
    parts: dict[str, list[Asked]] = {"train": [], "validation": [], "test": []}
    for asked in pools["squad2_dev"]:
        parts[_part(asked.row["document_id"])].append(asked)
    pools["squad2_dev"] = parts["train"]
    pools["other_shifts"] = _short_texts(data)
    pools["qamr"] = _sentences(data, random.Random(arguments.seed))
    numbers: dict[str, int] = {}
    sources = [_source(name, asked, numbers) for name, pool in pools.items() for asked in pool]
    texts = (Text(text, tuple(sentences(text, 0, len(text)))) for text in numbers)
    write_sources(work, sources, texts)
    print(f"pools.jsonl: {len(sources)} questions; passages.jsonl: {len(numbers)}", file=sys.stderr)
    for part in ("validation", "test"):
        write(work / f"{part}.jsonl", (asked.own for asked in parts[part] if asked.own))
    write_whole(work / "whole.jsonl", _whole(data))


def _part(article: str) -> str:
    if article in TEST_ARTICLES:
        return "test"
    return "validation" if article in VALIDATION_ARTICLES else "train"


def _source(pool: str, asked: Asked, numbers: dict[str, int]) -> Source:
    """The question with its passages by number; a passage that is new gets the next one."""
    own, near = None, [numbers.setdefault(text, len(numbers)) for text in asked.near]
    if asked.own:
        own = numbers.setdefault(asked.own.passage, len(numbers))
    start, end = (asked.own.start, asked.own.end) if asked.own else (-1, -1)
    answers = tuple(asked.row["answers"]) if asked.row["answerable"] else ()
    return Source(
        pool, asked.row["document_id"], asked.row["question"], answers, own, start, end, tuple(near)
    )


def _whole(data: Path) -> Iterator[Whole]:
    """The questions that choose between models, each with what the product would read for it."""
    folder = data / "squad2_dev"
    articles = Answerer(Index.from_sources([folder / "documents.jsonl"]))
    first = Answerer(Index.from_sources(["seeds"]))
    for question in load_questions(folder / "questions.jsonl").questions:
        if question.document_id in VALIDATION_ARTICLES:
            passages = articles.finder.to_read(question.question, [question.document_id])
            yield Whole(question, tuple(passages))
    for question in load_questions("qa/evaluation/deepseek.jsonl").questions:
        if half(question.id) == "tuning" and not question.history:
            yield Whole(question, tuple(first.finder.to_read(question.question)))


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
        if name in _KEPT_BACK:
            rows = [row for row in rows if not is_kept_back(row["document_id"])]
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
        near = [passage.text for passage in found if not holds(passage.text, row["answers"])]
        return Asked(row, own, tuple(near[:_NEAREST]))
    plausible = row.get("plausible_answers") or [""]
    trap = next((passage for passage in found if holds(passage.text, plausible)), found[0])
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


def _is_wiki(document_id: str) -> bool:
    return document_id.startswith("new_wiki:")


def _rows(folder: Path, name: str) -> list[Row]:
    return [json.loads(line) for line in (folder / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]


if __name__ == "__main__":
    main()
