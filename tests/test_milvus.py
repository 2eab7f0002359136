"""Milvus as a store: addresses, errors in one line, versions, interrupted builds and readers meanwhile."""

import json
import random
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from index import Index, IndexSettings
from index.build import publishing
from index.errors import StoreError
from index.store import milvus_client
from index.store.addresses import parse
from index.store.milvus_client import Connection
from index.store.milvus_rows import (
    PROGRESS,
    StoredPassage,
    blob_content,
    blob_rows,
    document_bytes,
    pack,
    read_document,
    unpack,
)
from index.store.milvus_versions import Versions
from index.store.protocol import SearchIndex
from index.testing import HashEmbedder
from index.text.terms import terms
from index.types import Document, Heading

SHORT = IndexSettings(merge_tokens=0)
WRITES = ("upsert", "create_collection", "create_index", "flush", "create_alias", "alter_alias")


@pytest.fixture
def store(tmp_path: Path) -> str:
    return str(tmp_path / "store.db")


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    folder = tmp_path / "docs"
    folder.mkdir()
    write(folder, "first")
    return folder


def write(folder: Path, word: str) -> None:
    """Twenty files whose passages all hold the word, so that an answer tells which version it is of."""
    for number in range(20):
        lines = [f"The {word} lamp of file {number} met river {k}." for k in range(3)]
        (folder / f"file{number:02}.txt").write_text("\n\n".join(lines), encoding="utf-8")


def built(docs: Path, store: str) -> SearchIndex:
    return Index.from_sources([docs], embedder=HashEmbedder(), settings=SHORT, store=store)


def versions_in(index: SearchIndex) -> set[str]:
    """The words of the versions that a search of all passages finds."""
    query = terms("the lamp met a river")
    rows = index.search(query, index.embed_query("the lamp met a river"), depth=len(index)).rows
    assert len(rows) == len(index) == 60
    return {index.passage(int(row)).text.split()[1] for row in rows}


@pytest.mark.parametrize(
    ("store", "uri", "collection", "token", "place"),
    [
        ("a/b.db", "a/b.db", "quoth", "", "a/b.db"),
        ("milvus://db/docs", "http://db:19530", "docs", "", "milvus://db:19530/docs"),
        ("milvus://db:1/docs?tls=1", "https://db:1", "docs", "", "milvus://db:1/docs"),
        ("milvus://me:s%3Acret@db/docs", "http://db:19530", "docs", "me:s:cret", "milvus://db:19530/docs"),
        ("milvus://[::1]:2/docs", "http://[::1]:2", "docs", "", "milvus://[::1]:2/docs"),
    ],
)
def test_an_address_says_where_and_what(
    store: str, uri: str, collection: str, token: str, place: str
) -> None:
    found = parse(store)
    assert (found.uri, found.collection, found.token, found.place) == (uri, collection, token, place)


def test_an_address_holds_database_timeout_and_a_password_of_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("QUOTH_MILVUS_TOKEN", "me:secret")
    found = parse("milvus://db/docs?database=own&timeout=5")
    assert (found.database, found.timeout, found.token) == ("own", 5.0, "me:secret")
    assert parse("milvus://you:other@db/docs").token == "you:other"


@pytest.mark.parametrize(
    "store",
    [
        "folder",
        "http://me:secret@db/docs",
        "milvus://me:secret@db",
        "milvus://me:secret@db/a-b",
        "milvus://me:secret@db:x/docs",
        "milvus://me:secret@db/docs?wrong=1",
        "milvus://me:secret@/docs",
    ],
)
def test_what_is_no_address_is_refused_without_its_password(store: str) -> None:
    with pytest.raises(StoreError, match="no address of a store") as refused:
        parse(store)
    assert "secret" not in str(refused.value)


def test_a_server_that_is_away_or_slow_is_told_in_one_line_without_the_password() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as silent:
        slow = silent.getsockname()[1]
        for port in (1, slow):
            with pytest.raises(StoreError) as told:
                Index.connect(f"milvus://me:secret@127.0.0.1:{port}/docs?timeout=0.2")
            expected = "no Milvus answers there; start it or check the address"
            assert str(told.value) == f"milvus://127.0.0.1:{port}/docs: {expected}"
            assert told.value.__cause__ is None
            assert told.value.__suppress_context__


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("<MilvusException: (code=9, message=quota exceeded[reason=disk quota exhausted])>", "is full"),
        ("<_InactiveRpcError: StatusCode.DEADLINE_EXCEEDED>", "took longer than 60 s"),
        ("StatusCode.UNAVAILABLE: connection reset", "no Milvus answers there"),
        (
            "auth check failure, please check username and password are correct",
            "refuses the user or password",
        ),
        ("collection not found[collection=7]", "is gone, since newer ones replaced it"),
        ("something else with me:secret in it", "Milvus says: something else with *** in it"),
    ],
)
def test_what_milvus_says_is_told_in_one_line(
    said: str, told: str, monkeypatch: pytest.MonkeyPatch, store: str
) -> None:
    from pymilvus.exceptions import MilvusException

    with closing(Connection(parse(store)._replace(token="me:secret"))) as connection:

        def fails(**_: object) -> None:
            raise MilvusException(1, said)

        monkeypatch.setattr(connection._client, "list_collections", fails)
        with pytest.raises(StoreError, match=told.replace("*", r"\*")) as error:
            connection.call("list_collections")
    assert str(error.value).startswith(store)
    assert "\n" not in str(error.value)
    assert "secret" not in str(error.value)


def test_an_old_milvus_and_another_layout_are_refused(
    docs: Path, store: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    built(docs, store)
    monkeypatch.setattr(milvus_client, "_OLDEST", (99, 0))
    monkeypatch.setattr("pymilvus.MilvusClient.get_server_version", lambda _: "v2.4.1")
    with pytest.raises(StoreError, match=r"Milvus v2.4.1 is too old; 99.0 or newer"):
        Index.connect(store)
    monkeypatch.undo()
    monkeypatch.setattr("index.store.milvus_versions.LAYOUT", 2)
    with pytest.raises(StoreError, match="of another version of Quoth"):
        Index.connect(store)


def test_a_store_without_an_index_and_another_model_are_refused(docs: Path, store: str) -> None:
    with pytest.raises(StoreError, match="holds no index; build one with: quoth index PATH --store"):
        Index.connect(store)
    built(docs, store)
    with pytest.raises(StoreError, match="built with hash, not with other"):
        Index.connect(store, embedder=HashEmbedder("other"))


def test_a_collection_that_is_no_index_is_left_alone(store: str, docs: Path) -> None:
    with closing(Connection(parse(store))) as connection:
        connection.call("create_collection", "quoth", dimension=4)
        with pytest.raises(StoreError, match="quoth is a collection that Quoth did not make"):
            built(docs, store)
        assert connection.call("list_collections") == ["quoth"]


def test_an_index_that_is_current_is_not_written_again(
    docs: Path, store: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    built(docs, store)
    calls = recorded(monkeypatch)
    assert versions_in(built(docs, store)) == {"first"}
    assert not set(calls) & set(WRITES)


def test_what_one_process_builds_another_asks_and_builds_on(docs: Path, store: str) -> None:
    start = (
        "import sys; from index import Index; from index.testing import HashEmbedder;"
        "docs, store = sys.argv[1:];"
    )
    build = f"{start} Index.from_sources([docs], embedder=HashEmbedder(), store=store)"
    ask = f"{start} print(Index.connect(store, embedder=HashEmbedder()).passage(0).text)"

    def run(program: str) -> str:
        command = [sys.executable, "-c", program, str(docs), store]
        return subprocess.run(command, check=True, timeout=120, capture_output=True, text=True).stdout

    run(build)
    assert run(ask).startswith("The first lamp of file 0")
    write(docs, "second")
    run(build)
    assert run(ask).startswith("The second lamp of file 0")


def test_indexing_may_take_longer_than_a_call(
    docs: Path, store: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    allowed: list[float] = []
    real = Connection.call

    def call(self: Connection, method: str, *arguments: object, **options: float) -> object:
        if method == "create_index":
            allowed.append(options["timeout"])
        return real(self, method, *arguments, **options)

    monkeypatch.setattr(Connection, "call", call)
    built(docs, store)
    assert allowed
    assert min(allowed) >= 3600


def test_the_last_version_stays_for_those_who_read_it_and_then_goes(docs: Path, store: str) -> None:
    first = built(docs, store)
    write(docs, "second")
    built(docs, store)
    assert versions_in(first) == {"first"}
    write(docs, "third")
    third = built(docs, store)
    assert versions_in(third) == {"third"}
    with closing(Connection(parse(store))) as connection:
        names = {name.removesuffix("_blobs") for name in connection.call("list_collections")}
    assert names == {"quoth_v000002", "quoth_v000003"}
    with pytest.raises(StoreError, match="is gone, since newer ones replaced it; open it again"):
        first.search(["never"], np.ones(64, dtype=np.float32), depth=3)


class Killed(BaseException):
    """Ends a build as a kill would: nothing of Quoth's handles it."""


def recorded(
    monkeypatch: pytest.MonkeyPatch, kill_at: int | None = None, *, after: bool = False
) -> list[str]:
    """The methods called; the writing call of that number is not made, or made and not heard of."""
    calls: list[str] = []
    real = Connection.call

    def call(self: Connection, method: str, *arguments: object, **options: object) -> object:
        written = sum(one in WRITES for one in calls)
        calls.append(method)
        dies = method in WRITES and written == kill_at
        if dies and not after:
            raise Killed
        result = real(self, method, *arguments, **options)
        if dies:
            raise Killed
        return result

    monkeypatch.setattr(Connection, "call", call)
    return calls


def test_a_build_killed_at_ten_moments_shows_nothing_and_goes_on(
    docs: Path, store: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publishing, "_AT_ONCE", 4)
    reader = built(docs, store)
    expected = list(reader.passages())
    write(docs, "second")
    folder = Index.from_sources([docs], embedder=HashEmbedder(), settings=SHORT)
    for number, moment in enumerate(random.Random(7).choices(range(1, 7), k=10)):
        with monkeypatch.context() as watched:
            recorded(watched, moment, after=bool(number % 2))
            with pytest.raises(Killed):
                built(docs, store)
        assert versions_in(reader) == {"first"}
        assert versions_in(Index.connect(store, embedder=HashEmbedder())) == {"first"}
    with closing(Connection(parse(store))) as connection:
        unfinished = Versions(connection).others()[-1]
        documents, passages = json.loads(unfinished.read(PROGRESS) or b"[0, 0]")
    with monkeypatch.context() as watched:
        calls = recorded(watched)
        index = built(docs, store)
    # What was counted is not written again: names and words once, and four at a time with a count for each.
    assert documents > 0
    assert calls.count("upsert") == 1 + 2 * ((20 - documents) // 4 + (60 - passages) // 4)
    assert list(index.passages()) == list(folder.passages())
    assert versions_in(index) == {"second"}
    assert list(reader.passages()) == expected


def test_readers_during_a_build_see_one_version_or_the_other(
    docs: Path, store: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publishing, "_AT_ONCE", 5)
    built(docs, store)
    write(docs, "second")
    seen: list[set[str]] = []
    done = threading.Event()

    def read() -> None:
        while not done.is_set():
            seen.append(versions_in(Index.connect(store, embedder=HashEmbedder())))

    reader = threading.Thread(target=read)
    reader.start()
    try:
        built(docs, store)
    finally:
        done.set()
        reader.join()
    assert versions_in(Index.connect(store, embedder=HashEmbedder())) == {"second"}
    assert {"first"} in seen
    assert all(one in ({"first"}, {"second"}) for one in seen)


def passages() -> Iterator[StoredPassage]:
    rng = np.random.default_rng(0)
    for sentences, words in ((0, 0), (1, 3), (400, 5000)):
        bounds = rng.integers(0, 10**12, (2, sentences, 2))
        numbers = rng.integers(0, 2**31, words).astype(np.int32)
        vectors = rng.standard_normal((sentences, 384)).astype(np.float16)
        yield StoredPassage(7, 9, "İ 😀 \ud800 " * words, bounds[0], bounds[1], numbers, vectors)


@pytest.mark.parametrize("passage", passages())
def test_a_passage_of_any_size_is_what_was_packed(passage: StoredPassage) -> None:
    packed = pack(passage)
    assert max(map(len, packed)) < 65536
    found = unpack(packed)
    for name, one, other in zip(passage._fields, passage, found, strict=True):
        assert np.array_equal(one, other), name


def test_blobs_and_documents_are_what_was_written() -> None:
    content = random.Random(0).randbytes(10_000_000)
    rows = list(blob_rows("key", content))
    assert [row["key"] for row in rows] == [f"key/{number}" for number in range(4)]
    assert {row["pieces"] for row in rows} == {4}
    assert blob_content(rows) == content
    document = Document(
        id="a", source="a", sha256="0", text="İ 😀", headings=(Heading(start=0, end=1, level=1),), pages=(0,)
    ).model_copy(update={"text": "lone \ud800"})
    assert read_document(document_bytes(document)) == document
