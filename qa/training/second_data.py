"""Cut the training sets into windows for the second reader.

    python -m qa.training.second_data --work FOLDER [--data ../shared/data] [--wordnet FOLDER]

Writes FOLDER/windows.jsonl, one question a line: windows that answer it, and those that retrieval likes best
of the others. Each question is asked of its own document, those of `nq` of all. Of a question that has no
answer, all windows are such others. Other wordings and near misses come from `paraphrases`.

`structures` is invented by `qa.training.structures` in the work folder. With the folder `dict` of WordNet
(`qa.training.lexicon`) some questions are edited until nothing answers them, and others are reworded.
"""

import argparse
import json
import random
import sys
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from index.index import Index
from index.store.protocol import SearchIndex
from index.types import Document
from qa.evaluation.splits import TEST_ARTICLES, VALIDATION_ARTICLES, is_kept_back
from qa.read.second import by_retrieval
from qa.read.spans import Range
from qa.read.windows import Window, windows
from qa.retrieve.retriever import Retriever
from qa.training.lexicon import Lexicon
from qa.training.second_variants import edits, rewordings
from qa.training.structures import write as write_structures

Row = dict[str, Any]
# Passages that are searched, and the sentences of them that a question draws its windows from.
_PASSAGES = 8
_FEWEST, _MOST = 4, 7
# How often a window has no, one or two sentences beside the one it is about; training shortens it at random.
_BESIDE, _LONGEST = (0.15, 0.6, 0.25), 800
# Windows beside those that answer: the best ones, and of a question without an answer one more.
_OTHERS = 2


class Source(NamedTuple):
    """A set of questions: the share that is drawn, whether all documents are asked or are files.

    `folder` is where it lies when that is not its name.
    """

    share: float = 1.0
    everywhere: bool = False
    as_files: bool = False
    wanted: Callable[[Row], bool] = lambda _: True
    folder: str | None = None


def _is_new_wiki(row: Row) -> bool:
    return bool(row["document_id"].startswith("new_wiki:"))


SOURCES = {
    "natural_train": Source(as_files=True),
    "structures": Source(as_files=True),
    "nq": Source(everywhere=True),
    "squad2_dev": Source(wanted=lambda row: row["document_id"] not in TEST_ARTICLES | VALIDATION_ARTICLES),
    "squad11_dev": Source(),
    "new_wiki": Source(wanted=_is_new_wiki, folder="squadshifts"),
    "squadshifts": Source(share=0.14, wanted=lambda row: not _is_new_wiki(row)),
    "nqg": Source(everywhere=True),
    "unansq": Source(),
    "fairytale": Source(share=0.7),
}
# The sets whose questions are edited and reworded, and how many come of it.
_VARIED = frozenset(
    {"natural_train", "nq", "squad11_dev", "new_wiki", "squadshifts", "nqg", "unansq", "fairytale"}
)
_EDITED, _REWORDED = 9000, 5000


def main() -> None:
    """Write the windows of all sources."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--wordnet", type=Path)
    arguments = parser.parse_args()
    wordings: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for pair in _rows(arguments.data / "paraphrases" / "pairs.jsonl"):
        wordings[pair["set"], pair["id"]].append(pair)
    for row, question in _edits_by_people(arguments.data):
        wordings["nqg", row["id"]].append({"paraphrase": "", "casual": "", "near_miss": question})
    arguments.work.mkdir(parents=True, exist_ok=True)
    with (arguments.work / "windows.jsonl").open("w", encoding="utf-8") as out:

        def put(name: str, rows: Iterable[Row]) -> list[Row]:
            known = list(rows)
            out.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in known)
            print(f"{name}: {len(known)} questions", file=sys.stderr, flush=True)
            return known

        varied: list[Row] = []
        for name, source in SOURCES.items():
            rows = put(name, drawn(arguments.data, name, source, wordings, arguments.work))
            varied += [row for row in rows if name in _VARIED and _may_vary(row)]
        if arguments.wordnet:
            lexicon, chance = Lexicon.from_folder(arguments.wordnet), random.Random("variants")
            chance.shuffle(varied)
            put("edited", islice(edits(varied, lexicon, chance), _EDITED))
            put("reworded", islice(rewordings(varied, lexicon, chance), _REWORDED))


def _edits_by_people(data: Path) -> Iterator[tuple[Row, str]]:
    """Questions of `nqg`, each with what a person made of it so that its text does not answer it."""
    known = {_letters(row["question"]): row for row in _rows(data / "nqg" / "questions.jsonl")}
    for pair in _rows(data / "unansq" / "pairs.jsonl"):
        row = known.get(_letters(pair["answerable"]))
        if row:
            yield row, pair["unanswerable"]


def _letters(question: str) -> str:
    return "".join(filter(str.isalnum, question.lower()))


def _may_vary(row: Row) -> bool:
    return bool(row["answering"]) and not is_kept_back(row["document_id"])


def drawn(
    data: Path, name: str, source: Source, wordings: dict[tuple[str, str], list[Row]], work: Path
) -> Iterator[Row]:
    """The questions of a set with their windows, in all their wordings."""
    chance = random.Random(f"windows of {name}")
    folder = data / (source.folder or name)
    if name == "structures":
        folder = work / name
        write_structures(folder)
    documents = folder / "documents.jsonl"
    if source.as_files:
        documents = as_files(documents, work / "files" / name)
    cutter = Cutter(Index.from_sources([documents]), chance)
    for row in _rows(folder / "questions.jsonl"):
        others = wordings.get((source.folder or name, row["id"]), [])
        if not source.wanted(row) or not (others or chance.random() < source.share):
            continue
        evidence = row["evidence"] if row["answerable"] else []
        if row.get("offset") == "guessed" and not cutter.is_plain(row["document_id"], evidence):
            continue
        asked = [(row["question"], True)]
        for pair in others:
            asked += [(pair["paraphrase"], True), (pair["casual"], True), (pair["near_miss"], False)]
        for question, answers in asked:
            where = None if source.everywhere and answers else [row["document_id"]]
            found = cutter.cut(question, row, evidence if answers else [], where) if question else None
            if found:
                known = {"set": name, "document_id": row["document_id"], "has_wordings": bool(others)}
                yield {**known, "question": question, **found}


def as_files(documents: Path, folder: Path) -> Path:
    """A folder with a file for each document, named by its id, so that it is read by its format."""
    for row in _rows(documents):
        path = folder / row["id"]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(row["text"], encoding="utf-8", newline="")
    return folder


class Cutter:
    """Cuts windows for questions from the documents of one index."""

    def __init__(self, index: SearchIndex, chance: random.Random) -> None:
        self._index = index
        self._retriever = Retriever(index)
        self._chance = chance
        self._sentences: dict[str, list[Range]] = defaultdict(list)
        for row in range(len(index)):
            self._sentences[index.passage(row).document_id] += index.sentences(row)

    def is_plain(self, document_id: str, evidence: Sequence[Row]) -> bool:
        """Whether each text of the evidence occurs once, so that its place is certain."""
        text = self._index.document(document_id).text
        return all(text.count(text[one["start"] : one["end"]]) == 1 for one in evidence)

    def cut(
        self, question: str, row: Row, evidence: Sequence[Row], documents: Collection[str] | None
    ) -> Row | None:
        """The windows that answer a question, and others; None where what answers lies in no sentence."""
        golds = [(one["start"], one["end"]) for one in evidence]
        wanted = self._retrieved(question, documents)
        own = self._sentences[row["document_id"]]
        for start, end in golds:
            for one in own:
                if one[0] < end and start < one[1]:
                    wanted[row["document_id"]].setdefault(one, _MOST)
        answering: list[Row] = []
        others: list[tuple[int, Row]] = []
        for document_id, ranks in wanted.items():
            document = self._index.document(document_id)
            beside = self._chance.choices((0, 1, 2), _BESIDE)[0]
            for window in windows(
                document, self._sentences[document_id], ranks, beside=beside, longest=_LONGEST
            ):
                known = golds if document_id == row["document_id"] else []
                shown = _shown(document, window, known, evidence)
                if shown["answering"]:
                    answering.append(shown)
                elif not _holds(shown["text"], row["answers"] if evidence else []):
                    others.append((min(ranks.get(one, _MOST) for one in window.sentences), shown))
        if golds and not answering:
            return None
        others.sort(key=lambda one: one[0])
        best = [shown for _, shown in others[: _OTHERS if golds else _OTHERS + 1]]
        return {"answering": answering, "others": best}

    def _retrieved(self, question: str, documents: Collection[str] | None) -> dict[str, dict[Range, int]]:
        """The sentences that retrieval likes best, by document, each with its place among them."""
        found = self._retriever.search(question, _PASSAGES, documents=documents)
        best: dict[str, dict[Range, int]] = defaultdict(dict)
        liked = by_retrieval(found)[: self._chance.randint(_FEWEST, _MOST)]
        for rank, (document_id, place) in enumerate(liked):
            best[document_id][place] = rank
        return best


def _shown(document: Document, window: Window, golds: Sequence[Range], evidence: Sequence[Row]) -> Row:
    """A window as it is read: context, text, sentences, the exact answers and the answering sentences."""
    start, end = window.range
    exact = [
        (one["start"] - start, one["end"] - start)
        for one in evidence
        if golds and one["role"] == "answer" and start <= one["start"] and one["end"] <= end
    ]
    sentences = [(a - start, b - start) for a, b in window.sentences]
    return {
        "context": window.context,
        "text": document.text[start:end],
        "sentences": sentences,
        "answers": exact,
        "answering": [
            number
            for number, (a, b) in enumerate(window.sentences)
            if any(first < b and a < last for first, last in golds)
        ],
    }


def _holds(text: str, answers: Sequence[str]) -> bool:
    folded = text.casefold()
    return any(len(answer) > 2 and answer.casefold() in folded for answer in answers)


def _rows(path: Path) -> Iterator[Row]:
    with path.open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)


if __name__ == "__main__":
    main()
