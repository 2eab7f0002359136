"""Damage to an index and changes of its sources are noticed; what fails leaves nothing open."""

import os
import re
import shutil
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from index import Index, IndexFolderError, IndexingError, IndexSettings, SourceError
from index.build import changes
from index.embed.embedder import Range, Vectors
from index.errors import DamagedError
from index.store import generations
from index.testing import HashEmbedder
from index.text.terms import terms

# Approximate vector search, so that all kinds of files are there.
SETTINGS = IndexSettings(merge_tokens=12, exact_up_to=20)
TEXT = "\n\n".join(f"The bird number {number} met the stone of 4 March 2{number:03}." for number in range(12))


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    folder = tmp_path / "docs"
    folder.mkdir()
    for name in ("a", "b", "c"):
        (folder / f"{name}.txt").write_text(f"{TEXT}\n\nThis is {name}.", encoding="utf-8")
    return folder


def build(
    sources: Path,
    folder: Path | None = None,
    embedder: HashEmbedder | None = None,
    *,
    rebuild: bool = False,
) -> Index:
    embedder = embedder or HashEmbedder()
    return Index.from_sources([sources], folder, settings=SETTINGS, embedder=embedder, rebuild=rebuild)


def held(index: Index) -> dict[str, Any]:
    """What an index answers with."""
    found = index.search(terms("bird number 7"), index.embed_query("bird number 7"), depth=9)
    return {
        "passages": list(index.passages()),
        "rows": found.rows.tolist(),
        "words": found.words.tolist(),
        "documents": [index.document(document_id) for document_id in index.document_ids()],
    }


def files_of(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def cut(path: Path, share: float, less: int) -> None:
    os.truncate(path, max(0, int(path.stat().st_size * share) - less))


def flip(path: Path) -> None:
    """Change a byte in the middle, and put the times back."""
    data, found = bytearray(path.read_bytes()), path.stat()
    if data:
        data[len(data) // 2] ^= 0xFF
        path.write_bytes(data)
        os.utime(path, ns=(found.st_atime_ns, found.st_mtime_ns))


DAMAGES: dict[str, Callable[[Path], None]] = {
    "emptied": lambda path: cut(path, 0, 0),
    "halved": lambda path: cut(path, 0.5, 0),
    "shortened by a byte": lambda path: cut(path, 1, 1),
    "lengthened": lambda path: path.write_bytes(path.read_bytes() + b"\0"),
    "a byte changed": flip,
    "removed": Path.unlink,
}


def test_all_kinds_of_files_are_damaged_here(sources: Path) -> None:
    names = {re.sub(r"gen-\d+", "gen", name) for name in files_of(build(sources).folder)}
    assert {"current", "gen/manifest.json", "gen/files.json", "gen/documents.sqlite"} < names
    assert {"gen/lists.faiss", "gen/lists.npy", "gen/vectors.npy", "gen/words/vocabulary"} < names
    assert len(names) > 18


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_index_in_the_cache_is_built_again(sources: Path, damage: str) -> None:
    index = build(sources)
    wanted = held(index)
    for name in files_of(index.folder):
        # A build gives the next generation another name.
        path = index.folder / re.sub(r"gen-\d+", (generations.current(index.folder) or sources).name, name)
        DAMAGES[damage](path)
        assert held(build(sources)) == wanted, name
    assert held(build(sources)) == wanted


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_index_in_a_folder_is_refused_in_a_line_until_it_is_rebuilt(
    sources: Path, tmp_path: Path, damage: str
) -> None:
    kept, folder = tmp_path / "kept", tmp_path / "damaged"
    wanted = held(build(sources, kept))
    for name in set(files_of(kept)) - {"lock"}:
        shutil.copytree(kept, folder)
        DAMAGES[damage](folder / name)
        if name == "current" and damage == "removed":  # then it holds no index
            assert held(build(sources, folder)) == wanted
        else:
            line = rf"^{folder}: [^\n]*damaged[^\n]*; rebuild it with: quoth index [^\n]*$"
            with pytest.raises(IndexFolderError, match=line):
                build(sources, folder)
            with pytest.raises(IndexFolderError, match=line):
                Index.open(folder, embedder=HashEmbedder()).errors()
            assert held(build(sources, folder, rebuild=True)) == wanted, name
        shutil.rmtree(folder)


@pytest.mark.parametrize("damage", ["emptied", "halved", "shortened by a byte", "lengthened", "removed"])
def test_an_open_index_that_is_damaged_answers_or_is_refused_in_a_line(sources: Path, damage: str) -> None:
    lines = []
    for name in files_of(build(sources).folder):
        index = build(sources)
        wanted = held(index)
        index._documents._cache.clear()
        generation = (generations.current(index.folder) or sources).name
        DAMAGES[damage](index.folder / re.sub(r"gen-\d+", generation, name))
        try:
            assert held(index) == wanted, name
        except DamagedError as error:
            lines.append(str(error))
    assert not any("\n" in line for line in lines)


@pytest.mark.parametrize("damage", sorted(set(DAMAGES) - {"a byte changed"}))
def test_a_build_is_not_misled_by_what_a_killed_one_left_damaged(
    sources: Path, monkeypatch: pytest.MonkeyPatch, damage: str
) -> None:
    monkeypatch.setattr("index.build.embedding_pass._AT_ONCE", 8)
    wanted = held(build(sources))
    shutil.rmtree(build(sources).folder)
    with pytest.raises(RuntimeError):
        build(sources, embedder=Failing(after=2))
    folder = next(path.parent for path in build_folders())
    for name in files_of(folder):
        if name != "lock":
            copy = folder.with_name("copy")
            shutil.copytree(folder, copy)
            DAMAGES[damage](folder / name)
            assert held(build(sources)) == wanted, name
            shutil.rmtree(folder)
            copy.rename(folder)


def build_folders() -> list[Path]:
    return sorted(Path(os.environ["QUOTH_CACHE"]).glob("indexes/*/gen-*"))


class Failing(HashEmbedder):
    """Fails at the embedding after some."""

    def __init__(self, after: int) -> None:
        super().__init__()
        self._left = after

    def embed_parts(self, texts: Sequence[str], parts: Sequence[Sequence[Range]]) -> tuple[Vectors, Vectors]:
        self._left -= 1
        if self._left < 0:
            raise RuntimeError("no more")
        return super().embed_parts(texts, parts)


def opened(folder: Path) -> set[str]:
    """The files in a folder that this process has open for writing; maps are for reading."""
    links = [link for link in Path("/proc/self/fd").iterdir() if link.exists()]
    return {
        str(link.readlink()) for link in links if link.readlink().is_relative_to(folder) and _writes(link)
    }


def _writes(link: Path) -> bool:
    flags = re.search(r"flags:\s+(\d+)", Path("/proc/self/fdinfo", link.name).read_text(encoding="ascii"))
    return flags is not None and int(flags[1], 8) & os.O_ACCMODE != os.O_RDONLY


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="asks Linux for the open files")
@pytest.mark.parametrize("failure", ["split", "embed", "clash", "words", "update"])
def test_a_failing_build_closes_its_files_and_threads(
    sources: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failure: str
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("no more")

    folder = tmp_path / "kept"
    embedder, source = HashEmbedder(), sources
    if failure == "split":
        monkeypatch.setattr(embedder, "count_tokens", fail)
    elif failure == "embed":
        embedder = Failing(after=0)
    elif failure == "words":
        monkeypatch.setattr("index.store.word_lists._counts", fail)
    elif failure == "update":
        build(sources, folder)
        (sources / "b.txt").write_text("Another text.", encoding="utf-8")
        embedder = Failing(after=0)
    else:
        source = tmp_path / "twice.jsonl"
        source.write_text('{"id": "1", "text": "One."}\n' * 2, encoding="utf-8")
    threads = {thread.name for thread in threading.enumerate()}
    with pytest.raises((RuntimeError, SourceError)) as raised:
        build(source, folder, embedder)
    # The error and its frames are still there, so nothing is closed by being forgotten.
    assert raised.value.__traceback__
    assert opened(tmp_path) == set()
    assert {thread.name for thread in threading.enumerate()} <= threads


@pytest.mark.parametrize(
    "error", [OSError(28, "No space left on device"), PermissionError(13, "Permission denied")]
)
def test_a_build_that_cannot_write_is_told_in_a_line_and_leaves_the_last_index(
    sources: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: OSError
) -> None:
    wanted = held(build(sources, tmp_path / "kept"))
    (sources / "b.txt").write_text("Another text.", encoding="utf-8")

    def fail(*_: object) -> None:
        raise error

    with monkeypatch.context() as patched:
        patched.setattr("index.store.columns.ArrayWriter.append", fail)
        with pytest.raises(
            IndexFolderError, match=rf"^{tmp_path}/kept: .*cannot be written \({error.strerror}\)"
        ):
            build(sources, tmp_path / "kept")
    assert held(Index.open(tmp_path / "kept", embedder=HashEmbedder())) == wanted
    assert "Another text." in {passage.text for passage in build(sources, tmp_path / "kept").passages()}


def edit_unseen(path: Path, old: str, new: str) -> None:
    """Change a file within its size, and put its times back, as `cp -p` does."""
    found = path.stat()
    text = path.read_text(encoding="utf-8")
    assert len(old) == len(new)
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    os.utime(path, ns=(found.st_atime_ns, found.st_mtime_ns))
    assert (path.stat().st_size, path.stat().st_mtime_ns) == (found.st_size, found.st_mtime_ns)


def test_an_edit_that_keeps_size_and_time_is_noticed(sources: Path) -> None:
    build(sources)
    edit_unseen(sources / "b.txt", "This is b", "That is b")
    assert "That is b." in {passage.text for passage in build(sources).passages()}


def test_a_file_that_another_of_its_size_and_time_took_the_place_of_is_noticed(sources: Path) -> None:
    build(sources)
    other = sources.parent / "other.txt"
    shutil.copy2(sources / "b.txt", other)
    edit_unseen(other, "This is b", "That is b")
    other.replace(sources / "b.txt")
    assert "That is b." in {passage.text for passage in build(sources).passages()}


def test_a_change_that_a_coarse_clock_hides_is_noticed(
    sources: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A clock that stands still: all looks of a file stay the same whatever is written into it.
    now = time.time_ns()
    real = changes._looks
    monkeypatch.setattr(changes, "_looks", lambda path: real(path)._replace(mtime_ns=now, ctime_ns=now))
    build(sources)
    edit_unseen(sources / "b.txt", "This is b", "That is b")
    assert "That is b." in {passage.text for passage in build(sources).passages()}


def test_files_that_look_as_they_did_long_ago_are_not_read(
    sources: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    long_ago = time.time_ns() - 10**12
    real = changes._looks
    monkeypatch.setattr(
        changes, "_looks", lambda path: real(path)._replace(mtime_ns=long_ago, ctime_ns=long_ago)
    )
    read: list[str] = []
    real_hash = changes._hash
    monkeypatch.setattr(changes, "_hash", lambda path: read.append(Path(path).name) or real_hash(path))
    first = build(sources)
    assert read == ["a.txt", "b.txt", "c.txt"]
    assert build(sources).folder == first.folder
    assert len(read) == 3


def test_a_file_is_read_once_more_after_it_was_written_and_then_no_longer(
    sources: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []
    real = changes._hash
    monkeypatch.setattr(changes, "_hash", lambda path: read.append(Path(path).name) or real(path))
    build(sources)
    read.clear()
    later = time.time_ns() + 10**10
    monkeypatch.setattr("index.build.changes.time.time_ns", lambda: later)
    build(sources)
    assert read == ["a.txt", "b.txt", "c.txt"]
    build(sources)
    assert len(read) == 3


def test_an_index_in_a_folder_that_may_not_be_written_is_opened(
    sources: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = held(build(sources, tmp_path / "kept"))

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("index.store.generations._write_atomically", refuse)
    assert held(build(sources, tmp_path / "kept")) == wanted


def test_every_error_of_damage_is_one_of_an_index_folder() -> None:
    assert issubclass(DamagedError, IndexFolderError)
    assert issubclass(IndexFolderError, IndexingError)
