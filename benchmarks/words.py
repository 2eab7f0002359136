"""Word search side by side: Quoth's lists, bm25s, SQLite FTS5 and tantivy over the same stemmed words.

    python benchmarks/words.py [--sizes 10000 100000] [--work /tmp/quoth-scale] [--out reports/words]

bm25s and tantivy come with: pip install bm25s tantivy. Each engine builds, opens and searches in a process
of its own; 300 real questions, the 100 best passages of each. FTS5 and tantivy rank by constants of their
own.
"""

import argparse
import json
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, Protocol

import numpy as np

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks.machine import folder_mebibytes, machine, markdown, peak_mebibytes
from benchmarks.synthetic import Real, write_corpus
from index.store.columns import ArrayWriter, file_of, mapped
from index.store.word_lists import WordIndex, write_words
from index.text.terms import Vocabulary, terms

_K1, _B = 0.9, 0.75
_QUESTIONS = 300
_DEPTH = 100
Search = Callable[[Sequence[str]], Sequence[int]]


class Engine(Protocol):
    """Builds into an empty folder from texts, and opens what it built."""

    def build(self, folder: Path, texts: Iterator[str]) -> None: ...  # noqa: D102
    def open(self, folder: Path, passages: int) -> Search: ...  # noqa: D102


class Quoth:
    """`index.store.word_lists`."""

    def build(self, folder: Path, texts: Iterator[str]) -> None:
        """Number the words as `index.build.reading_pass` does, then invert."""
        vocabulary = Vocabulary()
        arrays = [
            ArrayWriter(file_of(folder, name), kind) for name, kind in (("t", np.int32), ("p", np.int64))
        ]
        arrays[1].append([0])
        for text in texts:
            arrays[0].append(vocabulary.numbers(text))
            arrays[1].append([arrays[0].rows])
        for array in arrays:
            array.close()
        inputs = mapped(folder, "t"), mapped(folder, "p")
        write_words(folder / "words", *inputs, list(vocabulary.terms), k1=_K1, b=_B)
        for name in "tp":
            file_of(folder, name).unlink()

    def open(self, folder: Path, passages: int) -> Search:
        """By memory map."""
        index = WordIndex(folder / "words", passages)
        return lambda query: index.best(query, _DEPTH).tolist()


class Bm25s:
    """bm25s, its indexes mapped into memory."""

    def build(self, folder: Path, texts: Iterator[str]) -> None:
        """With its own indexing of lists of numbers."""
        import bm25s

        vocabulary = Vocabulary()
        rows = [np.array(vocabulary.numbers(text), dtype=np.int32) for text in texts]
        bm25 = bm25s.BM25(method="lucene", k1=_K1, b=_B)
        bm25.index((rows, vocabulary.terms), create_empty_token=False, show_progress=False)
        bm25.save(str(folder), show_progress=False)

    def open(self, folder: Path, passages: int) -> Search:
        """Scores of all passages, then the best."""
        import bm25s

        bm25: Any = bm25s.BM25.load(str(folder), mmap=True)

        def search(query: Sequence[str]) -> Sequence[int]:
            known = [bm25.vocab_dict[term] for term in dict.fromkeys(query) if term in bm25.vocab_dict]
            scores = bm25.get_scores_from_ids(known)
            top: Sequence[int] = np.argpartition(-scores, _DEPTH)[:_DEPTH].tolist()
            return top

        return search


class Fts5:
    """SQLite's FTS5, without a copy of the texts."""

    def build(self, folder: Path, texts: Iterator[str]) -> None:
        """One transaction, then merged."""
        database = sqlite3.connect(folder / "words.sqlite")
        database.execute("CREATE VIRTUAL TABLE words USING fts5(text, content='', tokenize='unicode61')")
        rows = ((row, " ".join(terms(text))) for row, text in enumerate(texts, 1))
        database.executemany("INSERT INTO words (rowid, text) VALUES (?, ?)", rows)
        database.execute("INSERT INTO words (words) VALUES ('optimize')")
        database.commit()
        database.close()

    def open(self, folder: Path, passages: int) -> Search:
        """Any of the words, ranked by FTS5's bm25."""
        database = sqlite3.connect(folder / "words.sqlite")
        statement = "SELECT rowid FROM words WHERE words MATCH ? ORDER BY rank LIMIT ?"

        def search(query: Sequence[str]) -> Sequence[int]:
            asked = " OR ".join(f'"{term}"' for term in dict.fromkeys(query))
            return [int(row) - 1 for (row,) in database.execute(statement, (asked, _DEPTH))]

        return search


class Tantivy:
    """tantivy, one segment."""

    def build(self, folder: Path, texts: Iterator[str]) -> None:
        """With 512 MB for its writer."""
        import tantivy

        schema = tantivy.SchemaBuilder().add_text_field("text", tokenizer_name="whitespace")
        schema = schema.add_unsigned_field("row", stored=True, fast=True).build()
        writer = tantivy.Index(schema, path=str(folder)).writer(512_000_000, 1)
        for row, text in enumerate(texts):
            document = tantivy.Document(text=" ".join(terms(text)))
            document.add_unsigned("row", row)
            writer.add_document(document)
        writer.commit()
        writer.wait_merging_threads()

    def open(self, folder: Path, passages: int) -> Search:
        """Any of the words, ranked by its bm25."""
        import tantivy

        index = tantivy.Index.open(str(folder))
        searcher, schema = index.searcher(), index.schema

        def search(query: Sequence[str]) -> Sequence[int]:
            asked = [
                (tantivy.Occur.Should, tantivy.Query.term_query(schema, "text", term))
                for term in dict.fromkeys(query)
            ]
            hits = searcher.search(tantivy.Query.boolean_query(asked), _DEPTH, count=False).hits
            return [searcher.doc(address)["row"][0] for _, address in hits]

        return search


ENGINES: dict[str, Engine] = {"quoth": Quoth(), "bm25s": Bm25s(), "fts5": Fts5(), "tantivy": Tantivy()}


def main() -> None:
    """Print a Markdown table and write it with the JSON."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--engines", nargs="+", default=list(ENGINES), choices=list(ENGINES))
    parser.add_argument("--work", type=Path, default=Path("/tmp/quoth-scale"))
    parser.add_argument("--out", type=Path, default=Path("reports/words"))
    parser.add_argument("--one", nargs=3, metavar=("STEP", "ENGINE", "SIZE"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    real = Real(given.work)
    if given.one:
        step, engine, size = given.one
        print(json.dumps((_build if step == "build" else _search)(given.work, real, engine, int(size))))
        return
    rows = []
    for size in given.sizes:
        if not _corpus(given.work, size).exists():
            write_corpus(_corpus(given.work, size), real, size)
        for engine in given.engines:
            row = {"passages": size, "engine": engine}
            for step in ("build", "search"):
                row |= _apart(given.work, step, engine, size)
            rows.append(row)
            print(json.dumps(row), file=sys.stderr)
    given.out.mkdir(parents=True, exist_ok=True)
    report = {"machine": machine("bm25s", "tantivy"), "rows": rows}
    (given.out / "words.json").write_text(json.dumps(report, indent=1), encoding="utf-8")
    (given.out / "words.md").write_text(markdown(rows), encoding="utf-8")
    print(markdown(rows))


def _apart(work: Path, step: str, engine: str, size: int) -> dict[str, Any]:
    """A step in a process of its own; what it prints, or the error that ended it."""
    command = [sys.executable, __file__, "--work", str(work), "--one", step, engine, str(size)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    if ended.returncode:
        return {f"{step} failed": (ended.stderr.strip() or f"status {ended.returncode}").splitlines()[-1]}
    found: dict[str, Any] = json.loads(ended.stdout)
    return found


def _build(work: Path, real: Real, engine: str, size: int) -> dict[str, Any]:
    folder = _folder(work, engine, size)
    for old in sorted(folder.rglob("*"), reverse=True):
        old.unlink() if old.is_file() else old.rmdir()
    folder.mkdir(parents=True, exist_ok=True)
    before, started = peak_mebibytes(), time.process_time()
    ENGINES[engine].build(folder, islice(_texts(work, size), size))
    return {
        "build CPU s": round(time.process_time() - started, 1),
        "build MiB": round(peak_mebibytes() - before),
        "disk MiB": round(folder_mebibytes(folder)),
    }


def _search(work: Path, real: Real, engine: str, size: int) -> dict[str, Any]:
    queries = [terms(question) for question in real.questions[:: len(real.questions) // _QUESTIONS]]
    terms("warm the stemmer")
    before, started = peak_mebibytes(), time.perf_counter()
    search = ENGINES[engine].open(_folder(work, engine, size), size)
    opening = time.perf_counter() - started
    spent = []
    for query in queries:
        started = time.perf_counter()
        search(query)
        spent.append(1000 * (time.perf_counter() - started))
    p50, p95 = np.quantile(spent, [0.5, 0.95])
    return {
        "open ms": round(1000 * opening),
        "p50 ms": round(float(p50), 2),
        "p95 ms": round(float(p95), 2),
        "search MiB": round(peak_mebibytes() - before),
    }


def _texts(work: Path, size: int) -> Iterator[str]:
    with _corpus(work, size).open(encoding="utf-8") as stream:
        for line in stream:
            yield from json.loads(line)["text"].split("\n\n")


def _corpus(work: Path, size: int) -> Path:
    return work / f"corpus-{size}.jsonl"


def _folder(work: Path, engine: str, size: int) -> Path:
    return work / "words" / f"{engine}-{size}"


if __name__ == "__main__":
    main()
