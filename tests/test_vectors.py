"""Vector search against brute force, exact and approximate, as written to disk and opened."""

from pathlib import Path

import numpy as np
import pytest

from index import Index, IndexSettings
from index.store.columns import ArrayWriter, RowNumbers, file_of, mapped
from index.store.vectors import VectorIndex, Vectors, write_lists
from index.testing import HashEmbedder

DIMENSION = 32


def unit(vectors: Vectors) -> Vectors:
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), dtype=np.float32)


def noise(seed: int, count: int) -> Vectors:
    return np.random.default_rng(seed).standard_normal((count, DIMENSION)).astype(np.float32)


def clustered(count: int) -> tuple[Vectors, Vectors]:
    """Vectors around subjects of unequal size, as passages are, and queries near some of them."""
    random = np.random.default_rng(5)
    subjects = unit(noise(1, 60))
    sizes = random.dirichlet(np.ones(60))
    vectors = unit(subjects[random.choice(60, count, p=sizes)] + 0.15 * noise(2, count))
    return vectors, unit(vectors[random.permutation(count)[:100]] + 0.12 * noise(3, 100))


@pytest.fixture
def few_probes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few lists are read, so that the approximation shows on few vectors."""
    monkeypatch.setattr("index.store.vectors._PROBED_LISTS", 24)


def brute_force(
    vectors: Vectors, query: Vectors, top_k: int, rows: RowNumbers | None = None
) -> tuple[RowNumbers, Vectors]:
    within = np.arange(len(vectors)) if rows is None else np.unique(rows)
    scores = vectors[within].astype(np.float64) @ query.astype(np.float64)
    order = np.argsort(-scores, kind="stable")[:top_k]
    return within[order], scores[order].astype(np.float32)


def build(
    vectors: Vectors,
    folder: Path,
    *,
    exact_up_to: int,
    last: Path | None = None,
    old_rows: RowNumbers | None = None,
) -> VectorIndex:
    folder.mkdir(exist_ok=True)
    writer = ArrayWriter(file_of(folder, "vectors"), np.float32, DIMENSION)
    writer.append(vectors)
    writer.close()
    rows = np.full(len(vectors), -1) if old_rows is None else old_rows
    write_lists(folder, exact_up_to=exact_up_to, last=last, old_rows=rows)
    return VectorIndex(folder)


def recall(index: VectorIndex, vectors: Vectors, queries: Vectors) -> float:
    """The share of the ten best that search finds; its scores must be the cosines, best first."""
    recalled = 0
    for query in queries:
        rows, scores = index.search(query, 10)
        recalled += len(set(rows.tolist()) & set(brute_force(vectors, query, 10)[0].tolist()))
        np.testing.assert_allclose(scores, vectors[rows] @ query, atol=1e-5)
        assert (np.diff(scores) <= 0).all()
    return recalled / (10 * len(queries))


def test_exact_search_equals_brute_force_in_order_and_score(tmp_path: Path) -> None:
    vectors = unit(noise(0, 300))
    index = build(vectors, tmp_path, exact_up_to=300)
    assert len(index) == 300
    for query in unit(noise(9, 20)):
        for top_k in (1, 7, 300):
            rows, scores = index.search(query, top_k)
            wanted_rows, wanted_scores = brute_force(vectors, query, top_k)
            assert rows.tolist() == wanted_rows.tolist()
            np.testing.assert_allclose(scores, wanted_scores, atol=1e-6)


def test_exact_search_narrowed_to_rows_equals_brute_force_over_them(tmp_path: Path) -> None:
    vectors = unit(noise(0, 300))
    index = build(vectors, tmp_path, exact_up_to=300)
    for seed, query in enumerate(unit(noise(9, 20))):
        within = np.random.default_rng(seed).choice(300, 1 + 5 * seed, replace=False)
        rows, scores = index.search(query, 10, within)
        wanted_rows, wanted_scores = brute_force(vectors, query, 10, within)
        assert rows.tolist() == wanted_rows.tolist()
        np.testing.assert_allclose(scores, wanted_scores, atol=1e-6)


def test_more_than_there_is_gives_all_there_is(tmp_path: Path) -> None:
    vectors = unit(noise(0, 12))
    index = build(vectors, tmp_path, exact_up_to=100)
    assert index.search(vectors[0], 1000)[0].tolist() == brute_force(vectors, vectors[0], 12)[0].tolist()
    narrowed, scores = index.search(vectors[0], 1000, np.array([3, 8, 5]))
    assert sorted(narrowed.tolist()) == [3, 5, 8]
    assert len(scores) == 3
    assert index.search(vectors[0], 5, np.empty(0, np.int64))[0].tolist() == []


def test_equal_vectors_are_found_as_a_set(tmp_path: Path) -> None:
    vectors = np.repeat(unit(noise(0, 10)), 4, axis=0)
    index = build(vectors, tmp_path, exact_up_to=100)
    for place in range(10):
        rows, scores = index.search(vectors[4 * place], 4)
        assert set(rows.tolist()) == set(range(4 * place, 4 * place + 4))
        np.testing.assert_allclose(scores, 1.0, atol=1e-6)


@pytest.mark.parametrize("exact_up_to", [1000, 10])
def test_the_stored_vectors_of_a_saved_index_are_those_it_was_built_from(
    tmp_path: Path, exact_up_to: int
) -> None:
    vectors, _ = clustered(1000)
    index = build(vectors, tmp_path, exact_up_to=exact_up_to)
    np.testing.assert_array_equal(index.vectors(np.arange(1000)), vectors)
    rows = np.array([999, 0, 17, 17])
    np.testing.assert_array_equal(index.vectors(rows), vectors[rows])
    assert index.vectors(np.empty(0, np.int64)).shape == (0, DIMENSION)


def test_approximate_search_finds_98_in_100_of_the_ten_best(tmp_path: Path, few_probes: None) -> None:
    vectors, queries = clustered(3000)
    index = build(vectors, tmp_path, exact_up_to=100)
    assert 0.98 <= recall(index, vectors, queries) < 1  # below 1, or nothing was approximate


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="asks Linux for the threads")
def test_an_approximate_search_leaves_no_thread_behind(tmp_path: Path) -> None:
    vectors, queries = clustered(3000)
    index = build(vectors, tmp_path, exact_up_to=100)
    before = len(list(Path("/proc/self/task").iterdir()))
    for query in queries:
        index.search(query, 5)
        assert len(list(Path("/proc/self/task").iterdir())) == before


def test_lists_are_kept_when_vectors_come_and_go(tmp_path: Path, few_probes: None) -> None:
    vectors, queries = clustered(3000)
    build(vectors[:2600], tmp_path / "one", exact_up_to=100)
    # The first 300 and every tenth are gone; the last 400 are new, and stand among the others.
    old_rows = np.concatenate([np.arange(300, 1500), np.full(400, -1), np.arange(1500, 2600)])
    sources = np.where(old_rows < 0, np.cumsum(old_rows < 0) + 2599, old_rows)
    kept = (old_rows < 0) | (old_rows % 10 > 0)
    now = vectors[sources[kept]]
    index = build(now, tmp_path / "two", exact_up_to=100, last=tmp_path / "one", old_rows=old_rows[kept])
    assert len(index) == len(now) == 2470
    assert recall(index, now, queries) >= 0.98
    before, after = mapped(tmp_path / "one", "lists"), mapped(tmp_path / "two", "lists")
    old = old_rows[kept]
    np.testing.assert_array_equal(after[old >= 0], before[old[old >= 0]])
    # A new vector comes into the list that training would have given it: it is found by itself.
    for row in np.flatnonzero(old < 0)[:50]:
        assert index.search(now[row], 1)[0].tolist() == [row]


def test_lists_are_trained_anew_when_their_number_no_longer_suits(tmp_path: Path, few_probes: None) -> None:
    vectors, queries = clustered(3000)
    build(vectors[:500], tmp_path / "one", exact_up_to=100)
    old_rows = np.concatenate([np.arange(500), np.full(2500, -1)])
    index = build(vectors, tmp_path / "two", exact_up_to=100, last=tmp_path / "one", old_rows=old_rows)
    fresh = build(vectors, tmp_path / "three", exact_up_to=100)
    for query in queries:
        assert index.search(query, 10)[0].tolist() == fresh.search(query, 10)[0].tolist()


def test_an_index_that_outgrows_exact_search_gets_lists_and_loses_them_again(tmp_path: Path) -> None:
    vectors, _ = clustered(400)
    build(vectors[:100], tmp_path / "one", exact_up_to=100)
    build(vectors, tmp_path / "two", exact_up_to=100, last=tmp_path / "one", old_rows=np.arange(400) % 100)
    build(vectors[:50], tmp_path / "three", exact_up_to=100, last=tmp_path / "two", old_rows=np.arange(50))
    folders = ("one", "two", "three")
    assert [(tmp_path / name / "lists.faiss").exists() for name in folders] == [False, True, False]


def test_approximate_search_narrowed_to_rows_is_exact(tmp_path: Path) -> None:
    vectors, queries = clustered(3000)
    index = build(vectors, tmp_path, exact_up_to=100)
    for seed, query in enumerate(queries[:40]):
        within = np.random.default_rng(seed).choice(3000, 5 + 20 * seed, replace=False)
        rows, scores = index.search(query, 10, within)
        wanted_rows, wanted_scores = brute_force(vectors, query, 10, within)
        assert rows.tolist() == wanted_rows.tolist()
        np.testing.assert_allclose(scores, wanted_scores, atol=1e-5)


def test_approximate_indexes_of_the_same_vectors_answer_alike(tmp_path: Path) -> None:
    vectors, queries = clustered(1500)
    one, two = (build(vectors, tmp_path / name, exact_up_to=100) for name in ("one", "two"))
    for query in queries[:20]:
        assert one.search(query, 10)[0].tolist() == two.search(query, 10)[0].tolist()


def test_no_vector_at_all_can_be_saved_and_opened(tmp_path: Path) -> None:
    index = build(np.empty((0, DIMENSION), np.float32), tmp_path, exact_up_to=10)
    assert len(index) == 0
    assert index.vectors(np.empty(0, np.int64)).shape == (0, DIMENSION)


def test_an_index_without_a_passage_finds_nothing(tmp_path: Path) -> None:
    (tmp_path / "signs.txt").write_text("... --- !!!", encoding="utf-8")
    index = Index.from_sources([tmp_path / "signs.txt"], embedder=HashEmbedder())
    assert len(index) == 0
    found = index.search(["cat"], index.embed_query("cat"), depth=5)
    assert (len(found.rows), len(found.ranges), found.pointers.tolist()) == (0, 0, [0])


def test_an_approximate_index_of_documents_ranks_a_narrowed_search_as_an_exact_one(tmp_path: Path) -> None:
    for number in range(40):
        text = "\n\n".join(f"Town {number} has river {number * k % 17} and hill {k}." for k in range(10))
        (tmp_path / f"{number:02}.txt").write_text(text, encoding="utf-8")
    exact, near = (
        Index.from_sources(
            [tmp_path], embedder=HashEmbedder(), settings=IndexSettings(merge_tokens=0, exact_up_to=limit)
        )
        for limit in (1000, 100)
    )
    assert len(exact) == len(near) == 400
    vector = exact.embed_query("river 4")
    wanted = exact.search([], vector, depth=5, documents=["07.txt", "21.txt"])
    found = near.search([], vector, depth=5, documents=["07.txt", "21.txt"])
    assert found.rows.tolist() == wanted.rows.tolist()
    np.testing.assert_array_equal(found.dense, wanted.dense)
