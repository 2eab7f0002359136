"""Builds that are killed, resumed and brought up to date, each against a build from nothing."""

import gc
import json
import signal
import subprocess
import sys
import textwrap
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from index import Document, Index, IndexSettings, SourceError
from index.embed.embedder import Range, Vectors
from index.store import generations
from index.testing import HashEmbedder

WORDS = (
    "river stone lamp cloud engine paper garden silver winter market bridge candle forest harbour music"
).split()
SETTINGS = IndexSettings(merge_tokens=12)


def row(number: int, word: str = "old") -> dict[str, str]:
    """A row of a corpus: two paragraphs, a passage each, in words that repeat and some that do not."""
    lines = [
        f"The {WORDS[(number * (k + 3)) % 15]} {word} number {number} met the "
        f"{WORDS[(number + k * 7) % 15]}. It was {word} then."
        for k in range(2)
    ]
    return {"id": f"row{number}", "text": "\n\n".join(lines)}


def write_corpus(path: Path, rows: Sequence[dict[str, str]]) -> Path:
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")
    return path


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    return write_corpus(tmp_path / "corpus.jsonl", [row(number) for number in range(100)])


@pytest.fixture
def small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("index.build.embedding_pass._AT_ONCE", 16)
    monkeypatch.setattr("index.build.reading_pass._BLOCK", 7)


def build(source: Path, folder: Path, settings: IndexSettings = SETTINGS) -> tuple[Index, list[str]]:
    """The index, and the texts that were embedded for it."""
    embedder = HashEmbedder()
    return Index.from_sources([source], folder, settings=settings, embedder=embedder), embedder.embedded


def contents(index: Index) -> dict[str, Any]:
    """All that an index holds: its arrays, byte for byte, its words and its documents."""
    generation = generations.current(index.folder)
    assert generation
    files = [path for path in generation.rglob("*") if path.suffix == ".npy" or path.name == "vocabulary"]
    held: dict[str, Any] = {path.relative_to(generation).as_posix(): path.read_bytes() for path in files}
    held["documents"] = [index.document(document_id) for document_id in index.document_ids()]
    held["passages"] = list(index.passages())
    return held


# Builds with a SIGKILL at the n-th call of a function.
KILLED = textwrap.dedent(
    """
    import importlib, os, signal, sys
    import index.build.embedding_pass
    from index import Index, IndexSettings
    from index.testing import HashEmbedder

    source, folder, settings, module, names, count = sys.argv[1:]
    index.build.embedding_pass._AT_ONCE = 16
    owner = importlib.import_module(module)
    *path, name = names.split(".")
    for step in path:
        owner = getattr(owner, step)
    real, calls = getattr(owner, name), 0

    def deadly(*arguments, **options):
        global calls
        calls += 1
        if calls == int(count):
            os.kill(os.getpid(), signal.SIGKILL)
        return real(*arguments, **options)

    setattr(owner, name, deadly)
    settings = IndexSettings.model_validate_json(settings)
    Index.from_sources([source], folder, settings=settings, embedder=HashEmbedder())
    """
)


def build_killed(source: Path, folder: Path, function: str, count: int) -> None:
    module, _, names = function.partition(":")
    arguments = [str(source), str(folder), SETTINGS.model_dump_json(), module, names, str(count)]
    ended = subprocess.run([sys.executable, "-c", KILLED, *arguments], cwd=Path(__file__).parent.parent)
    assert ended.returncode == -signal.SIGKILL


# Where a build is killed, and how many of its 200 passages are on disk by then.
MOMENTS = [
    ("index.testing:HashEmbedder.count_tokens", 60, 0),
    ("index.testing:HashEmbedder.embed_parts", 1, 0),
    ("index.testing:HashEmbedder.embed_parts", 2, 16),
    ("index.testing:HashEmbedder.embed_parts", 13, 192),
    ("index.store.columns:ArrayWriter.commit", 4, 16),  # the sentences are committed, the passages not
    ("index.build.builder:write_lists", 1, 200),
    ("index.build.builder:write_words", 1, 200),
    ("index.store.generations:publish", 1, 200),
]


@pytest.mark.parametrize(("function", "count", "done"), MOMENTS)
def test_a_killed_build_is_resumed_and_equals_one_from_nothing(
    corpus: Path, tmp_path: Path, small_steps: None, function: str, count: int, done: int
) -> None:
    build_killed(corpus, tmp_path / "kept", function, count)
    fresh, all_texts = build(corpus, tmp_path / "fresh")
    assert len(fresh) == len(all_texts) == 200
    resumed, texts = build(corpus, tmp_path / "kept")
    assert sorted(texts) == sorted(all_texts[done:])
    assert contents(resumed) == contents(fresh)
    # Nothing of the killed build stays beside it.
    assert len(list((tmp_path / "kept").glob("gen-*"))) == 1


def test_a_build_killed_again_and_again_embeds_nothing_twice(
    corpus: Path, tmp_path: Path, small_steps: None
) -> None:
    for count in (3, 2, 4, 1):  # 2, 1, 3 and 0 batches of 16 are committed
        build_killed(corpus, tmp_path / "kept", "index.testing:HashEmbedder.embed_parts", count)
    resumed, texts = build(corpus, tmp_path / "kept")
    fresh, all_texts = build(corpus, tmp_path / "fresh")
    assert sorted(texts) == sorted(all_texts[6 * 16 :])
    assert contents(resumed) == contents(fresh)


@pytest.mark.parametrize(
    ("function", "count"),
    [*((function, count) for function, count, _ in MOMENTS[1:]), ("pathlib:Path.rename", 1)],
)
def test_a_killed_update_leaves_the_last_index_in_use_and_is_resumed(
    corpus: Path, tmp_path: Path, small_steps: None, function: str, count: int
) -> None:
    before = contents(build(corpus, tmp_path / "kept")[0])
    rows = [row(number, "new" if number % 2 else "old") for number in range(20, 220)]
    write_corpus(corpus, rows)
    build_killed(corpus, tmp_path / "kept", function, count)
    assert contents(Index.open(tmp_path / "kept", embedder=HashEmbedder())) == before
    updated, texts = build(corpus, tmp_path / "kept")
    fresh, all_texts = build(corpus, tmp_path / "fresh")
    assert contents(updated) == contents(fresh)
    assert not {text for text in texts if "old" in text and int(text.split()[4]) < 100}
    assert set(texts) <= set(all_texts)


def test_sources_that_change_after_a_kill_keep_what_was_embedded(
    corpus: Path, tmp_path: Path, small_steps: None
) -> None:
    build_killed(corpus, tmp_path / "kept", "index.testing:HashEmbedder.embed_parts", 4)
    write_corpus(corpus, [row(number) for number in range(99, 9, -1)])
    resumed, texts = build(corpus, tmp_path / "kept")
    # 48 passages of rows 0 to 23 were committed, those of rows 10 to 23 are still wanted.
    assert sorted(int(text.split()[4]) for text in texts) == sorted([*range(24, 100)] * 2)
    assert contents(resumed) == contents(build(corpus, tmp_path / "fresh")[0])


def test_another_model_takes_nothing_from_a_killed_build(corpus: Path, tmp_path: Path) -> None:
    build_killed(corpus, tmp_path / "kept", "index.build.builder:write_words", 1)
    embedder = HashEmbedder("other")
    Index.from_sources([corpus], tmp_path / "kept", settings=SETTINGS, embedder=embedder)
    assert len(embedder.embedded) == 200


def edited() -> list[dict[str, str]]:
    rows = [row(number, "edited" if number == 10 else "old") for number in range(100)]
    rows = [one for number, one in enumerate(rows) if number not in (0, 31, 32, 77)]
    rows.insert(40, row(500, "inserted"))
    rows.append(row(501, "appended"))
    rows[2], rows[3] = rows[3], rows[2]
    return rows


def test_an_edited_corpus_equals_one_built_from_nothing_and_embeds_the_edits(
    corpus: Path, tmp_path: Path, small_steps: None
) -> None:
    build(corpus, tmp_path / "kept")
    write_corpus(corpus, edited())
    updated, texts = build(corpus, tmp_path / "kept")
    assert sorted(text.split()[2] for text in texts) == sorted(["appended", "edited", "inserted"] * 2)
    assert contents(updated) == contents(build(corpus, tmp_path / "fresh")[0])


def test_files_that_did_not_change_are_copied_without_being_read(
    tmp_path: Path, small_steps: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "docs"
    folder.mkdir()
    for number in range(30):
        (folder / f"{number:02}.txt").write_text(row(number)["text"], encoding="utf-8")
    build(folder, tmp_path / "kept")
    (folder / "03.txt").unlink()
    (folder / "07.txt").write_text("Something else now.", encoding="utf-8")
    (folder / "12a.txt").write_text("Between two others.", encoding="utf-8")
    fresh, _ = build(folder, tmp_path / "fresh")
    read: list[str] = []
    from index.build import ahead

    real = ahead.load
    monkeypatch.setattr(
        ahead, "load", lambda file, **heard: read.append(file.document_id) or real(file, **heard)
    )
    updated, texts = build(folder, tmp_path / "kept")
    assert read == ["07.txt", "12a.txt"]
    assert texts == ["Something else now.", "Between two others."]
    assert contents(updated) == contents(fresh)


def test_an_id_that_a_copied_document_has_already_is_refused_by_name(tmp_path: Path) -> None:
    one = write_corpus(tmp_path / "one.jsonl", [row(1), row(2)])
    build(one, tmp_path / "kept")
    write_corpus(one, [row(3), row(1), {"id": "row3", "text": "Twice."}])
    with pytest.raises(SourceError, match=r"one\.jsonl.*'row3'"):
        build(one, tmp_path / "kept")
    assert len(Index.open(tmp_path / "kept", embedder=HashEmbedder())) == 4


class Watching(HashEmbedder):
    """Counts the documents that are alive, and the texts that are embedded at once."""

    most_documents = 0
    most_texts = 0
    _lock = threading.Lock()

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        self._count()
        return super().count_tokens(texts)

    def embed_parts(self, texts: Sequence[str], parts: Sequence[Sequence[Range]]) -> tuple[Vectors, Vectors]:
        self._count()
        self.most_texts = max(self.most_texts, len(texts))
        return super().embed_parts(texts, parts)

    def _count(self) -> None:
        with self._lock:  # a count in another thread keeps alive what it counts
            alive = sum(type(one) is Document for one in gc.get_objects())
            self.most_documents = max(self.most_documents, alive)


def test_a_build_holds_few_documents_and_embeds_some_passages_at_once(
    tmp_path: Path, small_steps: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("index.store.documents._CACHED_DOCUMENTS", 4)
    corpus = write_corpus(tmp_path / "corpus.jsonl", [row(number) for number in range(200)])
    gc.collect()
    embedder = Watching()
    before = sum(type(one) is Document for one in gc.get_objects())
    Index.from_sources([corpus], tmp_path / "kept", settings=SETTINGS, embedder=embedder)
    assert len(embedder.embedded) == 400
    # Eight are split ahead, four are kept, and one or two pass through hands.
    assert embedder.most_documents - before <= 14
    assert embedder.most_texts == 16


def test_progress_counts_the_passages_that_are_read_then_those_embedded(
    corpus: Path, tmp_path: Path, small_steps: None
) -> None:
    seen: list[tuple[int, int]] = []
    Index.from_sources(
        [corpus],
        tmp_path / "kept",
        settings=SETTINGS,
        embedder=HashEmbedder(),
        progress=lambda done, total: seen.append((done, total)),
    )
    reading = [(done, 0) for done in range(2, 201, 2)]
    assert seen == [*reading, *((done, 200) for done in [*range(0, 200, 16), 200])]


def test_an_approximate_index_follows_additions_and_removals(
    corpus: Path, tmp_path: Path, small_steps: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    # All vectors are ranked, so that what one byte a dimension loses makes no difference.
    monkeypatch.setattr("index.store.vectors._CANDIDATES_PER_RESULT", 100)
    near = SETTINGS.model_copy(update={"exact_up_to": 50})
    write_corpus(corpus, [row(number) for number in range(300)])
    build(corpus, tmp_path / "kept", near)
    rows = [row(number) for number in range(300) if number % 9]
    rows[50:50] = [row(number, "added") for number in range(900, 920)]
    write_corpus(corpus, rows)
    updated, texts = build(corpus, tmp_path / "kept", near)
    exact, _ = build(corpus, tmp_path / "exact")
    assert len(texts) == 40
    assert list(updated.passages()) == list(exact.passages())
    for query in ("river added number 907", "the candle met the forest", "number 33 stone"):
        vector = exact.embed_query(query)
        wanted = exact._vectors.search(vector, 10)[1]
        np.testing.assert_allclose(updated._vectors.search(vector, 10)[1], wanted, atol=1e-6)


def test_builds_that_fail_leave_no_more_behind_than_one(corpus: Path, tmp_path: Path) -> None:
    write_corpus(corpus, [row(1), row(1)])
    for _ in range(3):
        with pytest.raises(SourceError, match="row1"):
            build(corpus, tmp_path / "kept")
    assert len(list((tmp_path / "kept").glob("gen-*"))) == 1
    write_corpus(corpus, [row(1)])
    assert len(build(corpus, tmp_path / "kept")[0]) == 2
    assert [path.suffix for path in (tmp_path / "kept").glob("gen-*")] == [""]
