"""Building, opening, updating and searching an index, with the deterministic embedder."""

import json
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from index import Index, IndexFolderError, IndexSettings, SourceError
from index.cache import cache_folder
from index.store import generations
from index.store.scoring import single
from index.testing import HashEmbedder
from index.text.terms import terms

WORDS = (
    "river stone lamp cloud engine paper garden silver winter market bridge candle forest harbour music"
).split()


def write_folder(folder: Path, count: int = 12) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        lines = [
            f"The {WORDS[(number + k) % 15]} of file {number} met "
            f"the {WORDS[(number * 7 + k * 3) % 15]} number {k}."
            for k in range(6)
        ]
        (folder / f"file{number:03}.txt").write_text("\n\n".join(lines), encoding="utf-8")
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_folder(tmp_path / "docs")


def test_every_passage_is_the_documents_text_at_its_offsets(folder: Path) -> None:
    (folder / "tricky.txt").write_bytes("İstanbul ﬁnds 😀 it.\r\n\r\nשלום עולם, it said.\r\n".encode())
    index = Index.from_sources([folder], embedder=HashEmbedder())
    passages = list(index.passages())
    assert len(passages) == len(index) > 12
    for passage in passages:
        text = index.document(passage.document_id).text
        assert text[passage.start : passage.end] == passage.text
    for row in range(len(index)):
        text = index.document(passages[row].document_id).text
        assert all(passages[row].start <= a < b <= passages[row].end for a, b in index.sentences(row))
        assert text[slice(*index.sentences(row)[0])]
    assert index.document("tricky.txt").text == "İstanbul ﬁnds 😀 it.\r\n\r\nשלום עולם, it said.\r\n"


def test_an_unchanged_source_is_opened_without_embedding_anything(folder: Path) -> None:
    Index.from_sources([folder], embedder=HashEmbedder())
    embedder = HashEmbedder()
    Index.from_sources([folder], embedder=embedder)
    assert embedder.embedded == []


def test_an_edit_of_one_file_in_a_hundred_embeds_that_files_passages_alone(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "hundred", 100)
    Index.from_sources([folder], embedder=HashEmbedder())
    edited = "A wholly new sentence about volcanoes.\n\nAnd another one, about glaciers."
    (folder / "file042.txt").write_text(edited, encoding="utf-8")
    embedder = HashEmbedder()
    index = Index.from_sources([folder], embedder=embedder)
    assert sorted(embedder.embedded) == sorted(
        p.text for p in index.passages() if p.document_id == "file042.txt"
    )
    fresh = Index.from_sources([folder], tmp_path / "fresh", embedder=HashEmbedder())
    assert list(index.passages()) == list(fresh.passages())
    for row in range(len(index)):
        np.testing.assert_array_equal(index.sentence_vectors(row), fresh.sentence_vectors(row))
    np.testing.assert_allclose(
        index._vectors.vectors(np.arange(len(index))), fresh._vectors.vectors(np.arange(len(fresh)))
    )


def test_a_touched_file_with_the_same_content_is_not_embedded_again(folder: Path) -> None:
    Index.from_sources([folder], embedder=HashEmbedder())
    os.utime(folder / "file003.txt", ns=(1, 1))
    embedder = HashEmbedder()
    first = Index.from_sources([folder], embedder=embedder)
    assert embedder.embedded == []
    files = generations.read_files(next(first.folder.glob("gen-*")))
    assert {file.looks.mtime_ns for file in files if file.document_id == "file003.txt"} == {1}
    assert {file.documents for file in files} == {1}


def test_added_and_removed_files_are_followed(folder: Path) -> None:
    Index.from_sources([folder], embedder=HashEmbedder())
    (folder / "file000.txt").unlink()
    (folder / "new.txt").write_text("Penguins live here.", encoding="utf-8")
    embedder = HashEmbedder()
    index = Index.from_sources([folder], embedder=embedder)
    assert embedder.embedded == ["Penguins live here."]
    assert "file000.txt" not in index.document_ids()
    assert "new.txt" in index.document_ids()


def test_another_model_or_setting_makes_another_index_in_the_cache(folder: Path) -> None:
    one = Index.from_sources([folder], embedder=HashEmbedder("a"))
    two = Index.from_sources([folder], embedder=HashEmbedder("b"))
    three = Index.from_sources([folder], embedder=HashEmbedder("a"), settings=IndexSettings(max_tokens=32))
    assert len({one.folder, two.folder, three.folder}) == 3
    assert all(index.folder.is_relative_to(cache_folder()) for index in (one, two, three))


def test_a_folder_built_otherwise_is_refused_with_the_command_that_rebuilds_it(
    folder: Path, tmp_path: Path
) -> None:
    target = tmp_path / "kept"
    target.mkdir()  # an existing empty directory is fine
    Index.from_sources([folder], target, embedder=HashEmbedder("a"))
    with pytest.raises(IndexFolderError, match=r"another model.*quoth index .*--rebuild"):
        Index.from_sources([folder], target, embedder=HashEmbedder("b"))
    with pytest.raises(IndexFolderError, match=r"other settings.*--rebuild"):
        Index.from_sources([folder], target, embedder=HashEmbedder("a"), settings=IndexSettings(overlap=1))
    with pytest.raises(IndexFolderError, match=r"other sources.*--rebuild"):
        Index.from_sources([folder / "file001.txt"], target, embedder=HashEmbedder("a"))
    rebuilt = Index.from_sources([folder], target, embedder=HashEmbedder("b"), rebuild=True)
    assert rebuilt.manifest.model_fingerprint == "b-64"


def test_a_folder_that_holds_something_else_is_refused_and_left_alone(folder: Path, tmp_path: Path) -> None:
    target = tmp_path / "precious"
    target.mkdir()
    (target / "thesis.txt").write_text("years of work", encoding="utf-8")
    with pytest.raises(IndexFolderError, match="not an index folder"):
        Index.from_sources([folder], target, embedder=HashEmbedder())
    assert [path.name for path in target.iterdir()] == ["thesis.txt"]


def test_a_bad_file_in_a_folder_is_listed_and_the_others_are_indexed(folder: Path) -> None:
    (folder / "broken.pdf").write_bytes(b"not a pdf")
    index = Index.from_sources([folder], embedder=HashEmbedder())
    assert len(index.document_ids()) == 12
    assert len(index.problems) == 1
    assert "broken.pdf" in index.problems[0]
    assert Index.from_sources([folder], embedder=HashEmbedder()).problems == index.problems


def test_a_bad_file_given_by_name_is_an_error_and_leaves_the_last_index(folder: Path, tmp_path: Path) -> None:
    file = folder / "file001.txt"
    Index.from_sources([file], tmp_path / "kept", embedder=HashEmbedder())
    file.write_bytes(b"\x00\x01\x02\x00binary\x00")
    with pytest.raises(SourceError, match=r"file001\.txt"):
        Index.from_sources([file], tmp_path / "kept", embedder=HashEmbedder())
    kept = Index.open(tmp_path / "kept", embedder=HashEmbedder())
    assert kept.passage(0).text.startswith("The stone of file 1 met")


def test_opening_a_folder_without_an_index_says_how_to_build_one(tmp_path: Path) -> None:
    with pytest.raises(IndexFolderError, match="quoth index"):
        Index.open(tmp_path)


def test_an_index_of_another_format_is_refused_in_a_folder_and_rebuilt_in_the_cache(
    folder: Path, tmp_path: Path
) -> None:
    for target in (tmp_path / "kept", None):
        index = Index.from_sources([folder], target, embedder=HashEmbedder())
        manifest = next(index.folder.glob("gen-*/manifest.json"))
        content = json.loads(manifest.read_text(encoding="utf-8"))
        manifest.write_text(json.dumps(content | {"format": 0}), encoding="utf-8")
    with pytest.raises(IndexFolderError, match=r"another version of Quoth; .*--rebuild"):
        Index.from_sources([folder], tmp_path / "kept", embedder=HashEmbedder())
    assert len(Index.from_sources([folder], embedder=HashEmbedder())) == len(index)


def brute_force(index: Index, query: str) -> dict[int, tuple[float, float, float, float, float]]:
    """dense, words and each sentence's best cosine, share and pairs by the plainest means."""
    vector = index.embed_query(query)
    asked = terms(query)
    passages = [terms(passage.text) for passage in index.passages()]
    mean = sum(map(len, passages)) / len(passages)
    k1, b = index.settings.bm25_k1, index.settings.bm25_b

    def idf(term: str) -> float:
        count = sum(term in passage for passage in passages)
        return float(np.log(1 + (len(passages) - count + 0.5) / (count + 0.5)))

    ideal = sum(idf(term) for term in set(asked))
    couples = set(pairwise(asked))
    found = {}
    for row, passage in enumerate(index.passages()):
        stems = passages[row]
        bm25 = sum(
            idf(t) * stems.count(t) / (stems.count(t) + k1 * (1 - b + b * len(stems) / mean))
            for t in set(asked)
        )
        inner = [terms(index.document(passage.document_id).text[a:e]) for a, e in index.sentences(row)]
        shares = [sum(idf(t) for t in set(asked) if t in s) / ideal for s in inner]
        pairs = [
            sum(min(idf(x), idf(y)) for x, y in couples if (x, y) in set(pairwise(s)))
            / (sum(min(idf(x), idf(y)) for x, y in couples) or 1.0)
            for s in inner
        ]
        dense = float(index.embedder.embed([passage.text])[0] @ vector)
        cosines = index.sentence_vectors(row) @ vector
        found[row] = (dense, bm25 / ideal, float(max(cosines)), max(shares), max(pairs))
    return found


@pytest.mark.parametrize(
    "query", ["river stone of file 3", "silver engine market", "the candle met the cloud", "zebra"]
)
def test_candidates_and_their_scores_equal_brute_force(folder: Path, query: str) -> None:
    index = Index.from_sources([folder], embedder=HashEmbedder())
    expected = brute_force(index, query)
    found = index.search(terms(query), index.embed_query(query), depth=len(index))
    assert found.rows.tolist() == list(range(len(index)))
    for place, row in enumerate(found.rows.tolist()):
        inner = slice(found.pointers[place], found.pointers[place + 1])
        actual = (
            found.dense[place],
            found.words[place],
            found.cosine[inner].max(),
            found.share[inner].max(),
            found.pairs[inner].max(),
        )
        np.testing.assert_allclose(actual, expected[row], atol=2e-3)


def test_the_best_by_vector_and_by_words_are_among_few_candidates(folder: Path) -> None:
    index = Index.from_sources([folder], embedder=HashEmbedder())
    query = "river stone of file 3"
    expected = brute_force(index, query)
    found = set(index.search(terms(query), index.embed_query(query), depth=3).rows.tolist())
    by_vector = sorted(expected, key=lambda row: -expected[row][0])[:3]
    by_words = sorted(expected, key=lambda row: -expected[row][1])[:3]
    assert {round(expected[row][0], 4) for row in by_vector} <= {round(expected[row][0], 4) for row in found}
    assert {round(expected[row][1], 4) for row in by_words} <= {round(expected[row][1], 4) for row in found}
    assert len(found) <= 6


def test_search_narrowed_to_documents_stays_within_them(folder: Path) -> None:
    index = Index.from_sources([folder], embedder=HashEmbedder())
    chosen = ["file002.txt", "file007.txt"]
    found = index.search(terms("river stone"), index.embed_query("river stone"), depth=50, documents=chosen)
    assert {index.passage(int(row)).document_id for row in found.rows} == set(chosen)
    assert not len(index.search(terms("river"), index.embed_query("river"), depth=5, documents=[]).rows)
    assert index.holds("file", chosen)
    assert not index.holds("zebra", chosen)


def test_an_index_may_be_used_from_many_threads(folder: Path) -> None:
    index = Index.from_sources([folder], embedder=HashEmbedder())
    expected = [passage.text for passage in index.passages()]
    wrong: list[str] = []

    def read() -> None:
        if [passage.text for passage in index.passages()] != expected:
            wrong.append("passages")
        if not len(index.search(terms("river stone"), index.embed_query("river stone"), depth=5).rows):
            wrong.append("search")

    threads = [threading.Thread(target=read) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_an_open_index_keeps_answering_while_a_newer_one_replaces_it(folder: Path) -> None:
    old = Index.from_sources([folder], embedder=HashEmbedder())
    before = [passage.text for passage in old.passages()]
    (folder / "file000.txt").write_text("Changed entirely.", encoding="utf-8")
    new = Index.from_sources([folder], embedder=HashEmbedder())
    old._documents._cache.clear()
    assert [passage.text for passage in old.passages()] == before
    assert next(new.passages()).text == "Changed entirely."


BUILD = textwrap.dedent(
    """
    import sys
    from index import Index
    from index.testing import HashEmbedder
    print("started", flush=True)
    Index.from_sources([sys.argv[1]], sys.argv[2], embedder=HashEmbedder())
    """
)


def test_a_build_killed_at_any_moment_leaves_the_last_index_in_use(tmp_path: Path) -> None:
    folder, target = write_folder(tmp_path / "docs", 60), tmp_path / "kept"
    Index.from_sources([folder], target, embedder=HashEmbedder())
    for delay in (0.0, 0.01, 0.03, 0.06, 0.1, 0.15, 0.2, 0.3):
        before = [p.text for p in Index.open(target, embedder=HashEmbedder()).passages()]
        for number in range(60):
            path = folder / f"file{number:03}.txt"
            path.write_text(f"{path.read_text(encoding='utf-8')}\n\nAdded after {delay}.", encoding="utf-8")
        process = subprocess.Popen(
            [sys.executable, "-c", BUILD, str(folder), str(target)],
            stdout=subprocess.PIPE,
            cwd=Path(__file__).parent.parent,
        )
        assert process.stdout
        process.stdout.readline()
        time.sleep(delay)  # the moment of the kill, not a wait for something to be ready
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
        found = [p.text for p in Index.open(target, embedder=HashEmbedder()).passages()]
        # Either the kill came too late and the new index is whole, or the old one is untouched.
        assert found == before or sum(f"Added after {delay}." in text for text in found) == 60
    updated = Index.from_sources([folder], target, embedder=HashEmbedder())
    assert sum("Added after 0.3." in p.text for p in updated.passages()) == 60
    assert not list(target.glob("*.partial"))


def test_half_precision_is_widened_without_a_change() -> None:
    every = np.arange(1 << 16, dtype=np.uint16).view(np.float16)
    finite = every[np.isfinite(every)].reshape(-1, 2)
    np.testing.assert_array_equal(single(finite), finite.astype(np.float32))
