"""Examples for the reader with what the second reader says of each of their sentences (distillation).

    python -m qa.training.reader_taught --work FOLDER --teacher FILE --mpnet FOLDER

The teacher is a checkpoint of the second reader (`qa.training.second`, `qa.training.second_unpack`). Reads
the indexes that `qa.training.reader_data` left in the work folder and writes taught.jsonl there, a `Taught` a
line: a question with the passage that answers it, or seems to, and one near it. Documents that are kept back
and articles that validate or test give none.
"""

import argparse
import json
import random
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import torch

from index.index import Index
from index.text.unsaid import as_said
from index.types import Range
from qa.evaluation.splits import TEST_ARTICLES, VALIDATION_ARTICLES, is_kept_back
from qa.read.second import WindowReader
from qa.read.spans import best_within
from qa.read.windows import windows
from qa.retrieve.retriever import Retriever
from qa.training.reader_example import Example, holds
from qa.training.second_score import TorchWindowModel
from qa.training.sets import ready

Row = dict[str, Any]
# The share of each set's questions that are drawn.
_SHARES = {"natural_train": 0.22, "nq": 0.6, "squad2_dev": 0.3, "squad11_dev": 0.12, "new_wiki": 0.12}
# The passages that a near one is drawn from, the nearest most often.
_NEAREST = 6
# In these sets a document is a paragraph, so a near passage comes from another.
_PARAGRAPHS = frozenset({"nq", "new_wiki"})
_NO_TRAINING = TEST_ARTICLES | VALIDATION_ARTICLES
_SENTENCES = (1, 2, 2, 3, 3, 4)


class Taught(NamedTuple):
    """A question and a passage, with its answer or none, and what the teacher says of each sentence.

    `sentences` are ranges of the passage, `said` the teacher's best answer in each and its log-odds.
    """

    pool: str
    question: str
    passage: str
    start: int
    end: int
    answers: tuple[str, ...]
    sentences: tuple[Range, ...]
    said: tuple[tuple[int, int, float], ...]

    def example(self, chance: random.Random, cut: float) -> Example:
        """The example, with probability `cut` in some neighbouring sentences only."""
        first, last = 0, len(self.sentences) - 1
        if chance.random() < cut:
            size = min(chance.choice(_SENTENCES), len(self.sentences))
            first = chance.randint(0, len(self.sentences) - size)
            last = first + size - 1
        start, end = self.sentences[first][0], self.sentences[last][1]
        if (first, last) == (0, len(self.sentences) - 1):
            start, end = 0, len(self.passage)
        is_inside = start <= self.start and self.end <= end
        return Example(
            f"{self.pool} {'answer' if is_inside and self.answers else 'null'}",
            self.question,
            self.passage[start:end],
            self.start - start if is_inside else -1,
            self.end - start if is_inside else -1,
            self.answers if is_inside else (),
            tuple((a - start, b - start, odds) for a, b, odds in self.said[first : last + 1]),
        )


def main() -> None:
    """Write the file."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--teacher", type=Path, required=True)
    parser.add_argument("--mpnet", type=Path, required=True)
    parser.add_argument("--data", type=ready, default="../shared/data")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    teacher = TorchWindowModel(arguments.teacher, arguments.mpnet)
    with (arguments.work / "taught.jsonl").open("w", encoding="utf-8") as out:
        for name, share in _SHARES.items():
            began, count = time.monotonic(), 0
            for one in taught(name, share, arguments.data, arguments.work, teacher):
                out.write(json.dumps(one, ensure_ascii=False) + "\n")
                count += 1
            print(f"{name}: {count} examples in {time.monotonic() - began:.0f} s", file=sys.stderr)


def read(path: Path) -> list[Taught]:
    """The examples of a file that `main` wrote."""
    found = []
    with path.open(encoding="utf-8") as lines:
        for pool, question, passage, start, end, answers, sentences, said in map(json.loads, lines):
            places, told = tuple(map(tuple, sentences)), tuple(map(tuple, said))
            found.append(Taught(pool, question, passage, start, end, tuple(answers), places, told))
    return found


class TaughtPools:
    """Taught examples as `qa.training.reader_stream.Pools` has others: draws epochs."""

    def __init__(self, examples: Sequence[Taught], cut: float) -> None:
        self._examples = examples
        self._cut = cut

    def order(self, seed: int, epoch: int) -> list[Taught]:
        """All examples, shuffled."""
        return random.Random(f"{seed}-{epoch}").sample(self._examples, len(self._examples))

    def examples(self, drawn: Sequence[Taught], chance: random.Random) -> Iterator[Example]:
        """Some of them, in that order, cut anew each time."""
        return (one.example(chance, self._cut) for one in drawn)


def taught(name: str, share: float, data: Path, work: Path, teacher: WindowReader) -> Iterator[Taught]:
    """The examples of a set."""
    chance = random.Random(f"taught {name}")
    index = Index.open(work / f"index_{name}")
    retriever = Retriever(index)
    rows_of: dict[str, list[int]] = {}
    number_of: dict[tuple[str, int], int] = {}
    for number in range(len(index)):
        passage = index.passage(number)
        rows_of.setdefault(passage.document_id, []).append(number)
        number_of[passage.document_id, passage.start] = number
    folder = "squadshifts" if name == "new_wiki" else name
    with (data / folder / "questions.jsonl").open(encoding="utf-8") as lines:
        rows = [row for row in map(json.loads, lines) if row["document_id"] in rows_of]
    for row in rows:
        if row["document_id"] in _NO_TRAINING or is_kept_back(row["document_id"]):
            continue
        if chance.random() >= share:
            continue
        where = None if name in _PARAGRAPHS else [row["document_id"]]
        hits = retriever.retrieve(row["question"], _NEAREST + 1, documents=where)
        found = [number_of[hit.passage.document_id, hit.passage.start] for hit in hits]
        gold = _gold(row) if row["answerable"] else None
        own = next((n for n in rows_of[row["document_id"]] if gold and _holds(index, n, gold)), None)
        if row["answerable"] and own is None:
            continue
        own = found[0] if own is None else own
        near = [n for n in found if n != own and not holds(index.passage(n).text, row["answers"])]
        weights = [1 / rank for rank in range(1, len(near) + 1)]
        for number in [own, *(chance.choices(near, weights) if near else ())]:
            inside = gold if gold and number == own else None
            yield from _told(name, row, index, number, inside, teacher)


def _told(
    name: str, row: Row, index: Index, number: int, gold: Range | None, teacher: WindowReader
) -> Iterator[Taught]:
    passage = index.passage(number)
    document = index.document(passage.document_id)
    places = index.sentences(number)
    found = windows(document, places, places)
    texts = [(one.context, as_said(document.text[slice(*one.range)])) for one in found]
    said: dict[Range, tuple[int, int, float]] = {}
    for window, logits in zip(found, teacher.logits(row["question"], texts), strict=True):
        start = window.range[0]
        shift = start - passage.start
        for place in window.sentences:
            first, last = place[0] - start, place[1] - start
            best = best_within(logits.tokens, first, last, teacher.longest_answer)
            support = logits.supporting(first, last)
            if best and support is not None:
                said[place] = (best[0] + shift, best[1] + shift, round(support, 3))
    if len(said) < len(places) or not said:
        return
    start, end = (gold[0] - passage.start, gold[1] - passage.start) if gold else (-1, -1)
    yield Taught(
        name,
        row["question"],
        passage.text,
        start,
        end,
        (passage.text[start:end],) if gold else (),
        tuple((a - passage.start, b - passage.start) for a, b in places),
        tuple(said[place] for place in places),
    )


def _gold(row: Row) -> Range | None:
    """The shortest of a question's exact answers whose place is sure."""
    if row.get("offset") == "guessed":
        return None
    places = [(one["start"], one["end"]) for one in row["evidence"] if one["role"] == "answer"]
    return min(places, key=lambda place: place[1] - place[0], default=None)


def _holds(index: Index, number: int, gold: Range) -> bool:
    passage = index.passage(number)
    return passage.start <= gold[0] and gold[1] <= passage.end


if __name__ == "__main__":
    main()
