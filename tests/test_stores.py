"""What an index promises wherever it lives: each test runs on a folder and on milvus-lite."""

import json
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from math import log
from pathlib import Path

import numpy as np
import pytest

from index import Index, IndexFolderError, IndexSettings
from index.store.protocol import Candidates, SearchIndex
from index.testing import HashEmbedder
from index.text.terms import terms
from qa import Answerer

Open = Callable[..., SearchIndex]
QUERIES = ("the river met the lamp", "Who founded High-Flyer?", "market number 3", "silver silver", "zzz")
(HARBOUR,) = terms("harbour")
# A passage a paragraph.
SHORT = IndexSettings(merge_tokens=0)


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    """Twelve files, one with a title, a lone surrogate in a corpus, and one that cannot be read."""
    folder = tmp_path / "docs"
    folder.mkdir()
    words = "river stone lamp cloud engine paper garden silver winter market bridge candle".split()
    for number in range(12):
        lines = [
            f"The {words[(number + k) % 12]} of file {number} met a {words[number * 7 * k % 12]} number {k}."
            for k in range(1, 7)
        ]
        (folder / f"file{number:02}.txt").write_text("\n\n".join(lines), encoding="utf-8")
    (folder / "page.html").write_text("<title>A page</title><h1>Head</h1><p>İt holds a river 😀. Yes.</p>")
    (tmp_path / "rows.jsonl").write_text(
        json.dumps({"id": "row", "title": "Titled", "text": "A lone \ud800 surrogate. It is here."}) + "\n"
    )
    (folder / "broken.pdf").write_bytes(b"%PDF-1.7 broken")
    return folder


@pytest.fixture(params=["folder", "milvus"])
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Open:
    """Opens an index of a folder and the corpus beside it, in a folder or in a store."""

    def build(docs: Path, **options: object) -> SearchIndex:
        options = {"embedder": HashEmbedder(), "settings": SHORT, **options}
        sources = [docs, docs.parent / "rows.jsonl"]
        store = str(tmp_path / "store.db") if request.param == "milvus" else None
        return Index.from_sources(sources, tmp_path / "kept", store=store, **options)  # type: ignore[arg-type]

    return build


def test_passages_and_sentences_are_the_documents_text_at_their_offsets(opened: Open, docs: Path) -> None:
    index = opened(docs)
    passages = list(index.passages())
    assert len(passages) == len(index) > 70
    rows = index.passage_rows()
    assert [index.document_ids()[number] for number in index.document_rows(rows)] == [
        passage.document_id for passage in passages
    ]
    for row, passage in enumerate(passages):
        text = index.document(passage.document_id).text
        assert text[passage.start : passage.end] == passage.text
        assert all(passage.start <= a < b <= passage.end for a, b in index.sentences(row))
        vectors = index.sentence_vectors(row)
        assert vectors.shape == (len(index.sentences(row)), index.embedder.dimension)
        assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-3)


def test_documents_keep_their_names_titles_headings_and_odd_characters(opened: Open, docs: Path) -> None:
    index = opened(docs)
    named = dict(zip(index.document_ids(), index.document_titles(), strict=True))
    assert named["page.html"] == "A page"
    assert named["row"] == "Titled"
    assert named["file00.txt"] is None
    assert index.document("row").text.endswith("A lone \ud800 surrogate. It is here.")
    assert [heading.level for heading in index.document("page.html").headings] == [1]
    assert index.errors().keys() == {"broken.pdf"}
    assert len(index.problems) == 1


def test_unknown_documents_are_key_errors(opened: Open, docs: Path) -> None:
    index = opened(docs)
    vector = index.embed_query("river")
    calls: Sequence[Callable[[], object]] = (
        lambda: index.document("none"),
        lambda: index.passage_rows(["none"]),
        lambda: index.search(["river"], vector, depth=3, documents=["file00.txt", "none"]),
        lambda: index.nearest(vector, depth=3, documents=["none"]),
        lambda: index.holds("river", ["none"]),
    )
    for call in calls:
        with pytest.raises(KeyError, match="none"):
            call()


def test_words_are_counted_over_all_passages(opened: Open, docs: Path) -> None:
    index = opened(docs)
    held = [set(terms(passage.text)) for passage in index.passages()]
    frequencies = Counter(term for one in held for term in one)
    assert set(index.vocabulary()) == set(frequencies)
    for term in ("river", "silver", "surrog", "nowhere"):
        expected = log(1 + (len(index) - frequencies[term] + 0.5) / (frequencies[term] + 0.5))
        assert index.idf(term) == pytest.approx(expected)
        assert index.holds(term) == (frequencies[term] > 0)
        assert index.holding(term, index.passage_rows()).tolist() == [term in one for one in held]
        for document in ("file00.txt", "file05.txt", "row"):
            rows = index.passage_rows([document])
            assert index.holds(term, [document]) == any(term in held[row] for row in rows)


def test_the_best_passages_are_found_in_the_documents_asked(opened: Open, docs: Path) -> None:
    index = opened(docs)
    vectors = index.embedder.embed([passage.text for passage in index.passages()])
    ids = index.document_ids()
    for documents in (None, ["file03.txt"], ids[:4], ids[1:], ids):
        rows = index.passage_rows(documents)
        for query in QUERIES:
            vector = index.embed_query(query)
            found, scores = index.nearest(vector, depth=5, documents=documents)
            expected = np.sort(vectors[rows] @ vector)[::-1][:5]
            assert np.allclose(np.sort(scores)[::-1], expected, atol=1e-5)
            assert set(found) <= set(rows)
            candidates = index.search(terms(query), vector, depth=5, documents=documents)
            assert set(found) <= set(candidates.rows) <= set(rows)
            assert len(candidates.rows) <= 10
    assert len(index.search(["river"], index.embed_query("river"), depth=5, documents=[]).rows) == 0


def test_changes_are_found_and_only_what_changed_is_embedded(opened: Open, docs: Path) -> None:
    before = opened(docs)
    kept = list(before.passages())
    (docs / "file03.txt").write_text("A new harbour was built here.", encoding="utf-8")
    (docs / "file04.txt").unlink()
    embedder = HashEmbedder()
    after = opened(docs, embedder=embedder)
    assert embedder.embedded == ["A new harbour was built here."]
    assert set(before.document_ids()) - set(after.document_ids()) == {"file04.txt"}
    assert after.document("file03.txt").text == "A new harbour was built here."
    assert after.holds(HARBOUR)
    # An index never changes under its user.
    assert list(before.passages()) == kept
    assert not before.holds(HARBOUR)


def test_an_index_built_otherwise_is_refused_and_rebuilt_when_asked(opened: Open, docs: Path) -> None:
    opened(docs)
    for options in ({"embedder": HashEmbedder("other")}, {"settings": IndexSettings(max_tokens=50)}):
        with pytest.raises(IndexFolderError, match="rebuild it with: quoth index"):
            opened(docs, **options)
    index = opened(docs, settings=IndexSettings(max_tokens=50), rebuild=True)
    assert index.settings.max_tokens == 50


def test_threads_find_what_one_thread_finds(opened: Open, docs: Path) -> None:
    index = opened(docs)

    def found(query: str) -> list[float]:
        candidates = index.search(terms(query), index.embed_query(query), depth=5)
        return [index.passage(int(row)).start + float(s) for row, s in zip(*candidates[:2], strict=True)]

    alone = [found(query) for query in QUERIES]
    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(found, QUERIES * 8)) == alone * 8


def both(sources: Path, tmp_path: Path, settings: IndexSettings) -> tuple[SearchIndex, SearchIndex]:
    embedder = HashEmbedder()
    folder = Index.from_sources([sources], embedder=embedder, settings=settings)
    store = str(tmp_path / "both.db")
    Index.from_sources([sources], embedder=embedder, settings=settings, store=store)
    return folder, Index.connect(store, embedder=embedder)


def test_milvus_gives_the_folders_candidates_and_scores(docs: Path, tmp_path: Path) -> None:
    folder, milvus = both(docs, tmp_path, SHORT)
    assert list(folder.passages()) == list(milvus.passages())
    assert list(folder.vocabulary()) == list(milvus.vocabulary())
    ids = folder.document_ids()
    for documents in (None, ["file03.txt"], ids[:4], ids[1:]):
        for query in QUERIES:
            vector = folder.embed_query(query)
            expected, found = (
                index.search(terms(query), vector, depth=len(folder), documents=documents)
                for index in (folder, milvus)
            )
            for name, one, other in zip(Candidates._fields, expected, found, strict=True):
                assert one.dtype == other.dtype
                np.testing.assert_allclose(one, other, atol=1e-6, err_msg=f"{query} {name}")


def test_milvus_gives_the_folders_answers(article: Path, tmp_path: Path) -> None:
    answers = []
    for index in both(article, tmp_path, IndexSettings()):
        answerer = Answerer(index)
        history = [{"role": "user", "text": "Who founded DeepSeek?"}]
        asked = [
            answerer.answer("Who founded High-Flyer?"),
            answerer.answer("When was that?", history=history),
            answerer.answer("What is this about?", documents=["deepseek.txt"]),
            answerer.answer("Who is the queen of Denmark?"),
        ]
        answers.append([answer.model_dump(exclude={"timings_ms"}) for answer in asked])
    assert answers[0] == answers[1]
