"""Vector search against brute force, exact and approximate, as built and reopened from disk."""

from pathlib import Path

import numpy as np
import pytest

from index import Index, IndexSettings
from index.testing import HashEmbedder
from index.vectors import Rows, VectorIndex, Vectors

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


def brute_force(
    vectors: Vectors, query: Vectors, top_k: int, rows: Rows | None = None
) -> tuple[Rows, Vectors]:
    within = np.arange(len(vectors)) if rows is None else np.unique(rows)
    scores = vectors[within].astype(np.float64) @ query.astype(np.float64)
    order = np.argsort(-scores, kind="stable")[:top_k]
    return within[order], scores[order].astype(np.float32)


@pytest.fixture(params=["built", "reopened"])
def is_reopened(request: pytest.FixtureRequest) -> bool:
    return str(request.param) == "reopened"


def build(vectors: Vectors, tmp_path: Path, *, exact_up_to: int, is_reopened: bool) -> VectorIndex:
    index = VectorIndex.build(vectors, exact_up_to=exact_up_to)
    if not is_reopened:
        return index
    index.save(tmp_path / "vectors.faiss")
    return VectorIndex.open(tmp_path / "vectors.faiss")


def test_exact_search_equals_brute_force_in_order_and_score(tmp_path: Path, is_reopened: bool) -> None:
    vectors = unit(noise(0, 300))
    index = build(vectors, tmp_path, exact_up_to=300, is_reopened=is_reopened)
    assert len(index) == 300
    for query in unit(noise(9, 20)):
        for top_k in (1, 7, 300):
            rows, scores = index.search(query, top_k)
            wanted_rows, wanted_scores = brute_force(vectors, query, top_k)
            assert rows.tolist() == wanted_rows.tolist()
            np.testing.assert_allclose(scores, wanted_scores, atol=1e-6)


def test_exact_search_narrowed_to_rows_equals_brute_force_over_them(
    tmp_path: Path, is_reopened: bool
) -> None:
    vectors = unit(noise(0, 300))
    index = build(vectors, tmp_path, exact_up_to=300, is_reopened=is_reopened)
    for seed, query in enumerate(unit(noise(9, 20))):
        within = np.random.default_rng(seed).choice(300, 1 + 5 * seed, replace=False)
        rows, scores = index.search(query, 10, within)
        wanted_rows, wanted_scores = brute_force(vectors, query, 10, within)
        assert rows.tolist() == wanted_rows.tolist()
        np.testing.assert_allclose(scores, wanted_scores, atol=1e-6)


def test_more_than_there_is_gives_all_there_is(tmp_path: Path, is_reopened: bool) -> None:
    vectors = unit(noise(0, 12))
    index = build(vectors, tmp_path, exact_up_to=100, is_reopened=is_reopened)
    assert index.search(vectors[0], 1000)[0].tolist() == brute_force(vectors, vectors[0], 12)[0].tolist()
    narrowed, scores = index.search(vectors[0], 1000, np.array([3, 8, 5]))
    assert sorted(narrowed.tolist()) == [3, 5, 8]
    assert len(scores) == 3
    assert index.search(vectors[0], 5, np.empty(0, np.int64))[0].tolist() == []


def test_equal_vectors_are_found_as_a_set() -> None:
    vectors = np.repeat(unit(noise(0, 10)), 4, axis=0)
    index = VectorIndex.build(vectors, exact_up_to=100)
    for place in range(10):
        rows, scores = index.search(vectors[4 * place], 4)
        assert set(rows.tolist()) == set(range(4 * place, 4 * place + 4))
        np.testing.assert_allclose(scores, 1.0, atol=1e-6)


@pytest.mark.parametrize("exact_up_to", [1000, 10])
def test_the_stored_vectors_of_a_saved_index_are_those_it_was_built_from(
    tmp_path: Path, exact_up_to: int
) -> None:
    vectors, _ = clustered(1000)
    index = build(vectors, tmp_path, exact_up_to=exact_up_to, is_reopened=True)
    np.testing.assert_array_equal(index.vectors(np.arange(1000)), vectors)
    rows = np.array([999, 0, 17, 17])
    np.testing.assert_array_equal(index.vectors(rows), vectors[rows])
    assert index.vectors(np.empty(0, np.int64)).shape == (0, DIMENSION)


def test_approximate_search_finds_nine_in_ten_of_the_ten_best(tmp_path: Path, is_reopened: bool) -> None:
    vectors, queries = clustered(3000)
    index = build(vectors, tmp_path, exact_up_to=100, is_reopened=is_reopened)
    recalled = 0
    for query in queries:
        rows, scores = index.search(query, 10)
        recalled += len(set(rows.tolist()) & set(brute_force(vectors, query, 10)[0].tolist()))
        np.testing.assert_allclose(scores, vectors[rows] @ query, atol=1e-5)
        assert (np.diff(scores) <= 0).all()
    assert recalled / (10 * len(queries)) >= 0.9


def test_approximate_search_narrowed_to_rows_is_exact(tmp_path: Path, is_reopened: bool) -> None:
    vectors, queries = clustered(3000)
    index = build(vectors, tmp_path, exact_up_to=100, is_reopened=is_reopened)
    for seed, query in enumerate(queries[:40]):
        within = np.random.default_rng(seed).choice(3000, 5 + 20 * seed, replace=False)
        rows, scores = index.search(query, 10, within)
        wanted_rows, wanted_scores = brute_force(vectors, query, 10, within)
        assert rows.tolist() == wanted_rows.tolist()
        np.testing.assert_allclose(scores, wanted_scores, atol=1e-5)


def test_approximate_indexes_of_the_same_vectors_answer_alike() -> None:
    vectors, queries = clustered(1500)
    one, two = (VectorIndex.build(vectors, exact_up_to=100) for _ in range(2))
    for query in queries[:20]:
        assert one.search(query, 10)[0].tolist() == two.search(query, 10)[0].tolist()


def test_no_vector_at_all_can_be_saved_and_opened(tmp_path: Path) -> None:
    index = build(np.empty((0, DIMENSION), np.float32), tmp_path, exact_up_to=10, is_reopened=True)
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
