"""No fault of the server, its disk or a document loses a document that was accepted; with no model."""

import errno
import re
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from index.embed.pooling import Range, Vectors
from index.index import Index
from index.store import generations
from index.store.columns import ArrayWriter
from index.store.documents import DocumentWriter
from index.testing import HashEmbedder
from qa.answer.answerer import Answerer
from qa.errors import UploadError
from qa.read.baseline import SentenceReader
from qa.serve.asking import Answers
from qa.serve.build_threads import Builders
from qa.serve.sessions import Session
from qa.serve.uploads import Library, UploadLimits
from tests.uploading import FERRY, HARBOUR, files, settled

ROOT = Path(__file__).parent.parent
BOTH = {"ferry.md": FERRY, "harbour.txt": HARBOUR}


def answering(index: Index) -> Answers:
    return Answerer(index, reader=SentenceReader())


Open = Callable[..., Library]


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Open]:
    """Opens a library as a server does when it starts."""
    with Builders() as builders:

        def library(
            folder: Path = tmp_path / "own",
            embedder: HashEmbedder | None = None,
            answers: Callable[[Index], Answers] = answering,
        ) -> Library:
            return Library(folder, embedder or HashEmbedder(), answers, builders, UploadLimits())

        yield library


def put(library: Library, *names: str) -> None:
    for name in names:
        with library.receiving() as file:
            file.write_text(BOTH[name], encoding="utf-8")
            library.add(name, file)


def texts(library: Library) -> dict[str, str]:
    """The text of each document that can be asked."""
    assert library.index
    return {name: library.index.document(name).text for name in library.ready()}


def states(library: Library) -> dict[str, str]:
    return {name: upload.state for name, upload in settled(library).items()}


def another_embedder(opened: Open, folder: Path, _: pytest.MonkeyPatch) -> Library:
    return opened(folder, HashEmbedder("another"))


def another_format(opened: Open, folder: Path, patched: pytest.MonkeyPatch) -> Library:
    patched.setattr(generations, "FORMAT", generations.FORMAT + 1)
    return opened(folder)


def moved(opened: Open, folder: Path, _: pytest.MonkeyPatch) -> Library:
    return opened(folder.rename(folder.with_name("moved")))


def copied_elsewhere_without_its_index(opened: Open, folder: Path, _: pytest.MonkeyPatch) -> Library:
    shutil.copytree(folder / "documents", folder.with_name("copy") / "documents")
    return opened(folder.with_name("copy"))


def truncated(opened: Open, folder: Path, _: pytest.MonkeyPatch) -> Library:
    for path in (folder / "index").rglob("*.npy"):
        path.write_bytes(path.read_bytes()[:20])
    return opened(folder)


def emptied(opened: Open, folder: Path, _: pytest.MonkeyPatch) -> Library:
    for path in (folder / "index").rglob("*.*"):
        path.write_bytes(b"")
    return opened(folder)


def without_most_of_its_files(opened: Open, folder: Path, _: pytest.MonkeyPatch) -> Library:
    for path in (folder / "index").rglob("gen-*/*"):
        if path.is_file() and path.name not in {"manifest.json", "files.json"}:
            path.unlink()
    return opened(folder)


def with_a_pointer_to_nothing(opened: Open, folder: Path, _: pytest.MonkeyPatch) -> Library:
    (folder / "index" / "current").write_bytes(b"\xff\x00gen")
    return opened(folder)


def with_a_foreign_file(opened: Open, folder: Path, _: pytest.MonkeyPatch) -> Library:
    (folder / "index" / "notes.txt").write_text("mine", encoding="utf-8")
    return opened(folder)


@pytest.mark.parametrize(
    "restarted",
    [
        another_embedder,
        another_format,
        moved,
        copied_elsewhere_without_its_index,
        truncated,
        emptied,
        without_most_of_its_files,
        with_a_pointer_to_nothing,
        with_a_foreign_file,
    ],
)
def test_whatever_happened_to_the_index_it_is_built_again_from_the_documents(
    opened: Open,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    restarted: Callable[[Open, Path, pytest.MonkeyPatch], Library],
) -> None:
    library = opened()
    put(library, *BOTH)
    assert states(library) == dict.fromkeys(BOTH, "ready")
    again = restarted(opened, tmp_path / "own", monkeypatch)
    assert states(again) == dict.fromkeys(BOTH, "ready")
    assert texts(again) == files(again) == BOTH


def full(*_: object, **__: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device", "/srv/secret/file")


def read_only(*_: object, **__: object) -> None:
    raise OSError(errno.EROFS, "Read-only file system", "/srv/secret/file")


@pytest.mark.parametrize(
    ("owner", "name", "fault", "said"),
    [
        (generations, "begin", full, "No space left on device"),
        (ArrayWriter, "append", full, "No space left on device"),
        (DocumentWriter, "close", full, "No space left on device"),
        (generations, "publish", full, "No space left on device"),
        (generations, "begin", read_only, "Read-only file system"),
    ],
)
@pytest.mark.parametrize("retried_by", ["the next document", "the next start"])
def test_a_disk_that_takes_no_index_costs_no_document_and_each_is_indexed_later(
    opened: Open,
    monkeypatch: pytest.MonkeyPatch,
    owner: object,
    name: str,
    fault: Callable[..., None],
    said: str,
    retried_by: str,
) -> None:
    library = opened()
    with monkeypatch.context() as patched:
        patched.setattr(owner, name, fault)
        put(library, "harbour.txt")
        upload = settled(library)["harbour.txt"]
    assert upload.error == (
        f"harbour.txt is kept but cannot be asked: {said}; adding or removing a document tries it again"
    )
    assert (upload.state, files(library)) == ("failed", {"harbour.txt": HARBOUR})
    if retried_by == "the next start":
        library = opened()
        assert states(library) == {"harbour.txt": "ready"}
    put(library, "ferry.md")
    assert states(library) == dict.fromkeys(BOTH, "ready")
    assert texts(library) == files(library) == BOTH


def test_what_is_asked_already_is_asked_on_while_the_disk_is_full(
    opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = opened()
    put(library, "harbour.txt")
    settled(library)
    monkeypatch.setattr(generations, "begin", full)
    put(library, "ferry.md")
    assert states(library) == {"harbour.txt": "ready", "ferry.md": "failed"}
    assert texts(library) == {"harbour.txt": HARBOUR}
    assert library.answerer
    assert library.answerer.answer(
        "What weighs nine tons?", threshold=0.0, documents=library.ready()
    ).citations


def test_a_folder_that_cannot_be_written_is_read_and_refuses_in_one_line(
    opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(first := opened(), *BOTH)
    settled(first)
    for name in ("unlink", "rename", "replace", "touch", "write_bytes"):
        monkeypatch.setattr(Path, name, read_only)
    monkeypatch.setattr(generations, "begin", read_only)
    monkeypatch.setattr(tempfile, "mkdtemp", read_only)
    library = opened()
    assert states(library) == dict.fromkeys(BOTH, "ready")
    with pytest.raises(UploadError) as refused:
        library.remove("harbour.txt")
    assert str(refused.value) == "harbour.txt cannot be removed: Read-only file system; try again"
    session = Session(library, "", shared=True)
    with pytest.raises(UploadError) as refused, session.receiving("ferry.md"):
        pass
    assert str(refused.value) == (
        "ferry.md cannot be kept on the server: Read-only file system; try again later"
    )
    assert texts(library) == files(library) == BOTH


class Panic(BaseException):
    """What a library in Rust raises."""


@pytest.mark.parametrize(
    "error", [RuntimeError("at /srv/secret/x"), MemoryError(), KeyError("/srv/secret"), Panic()]
)
def test_an_exception_of_any_kind_is_one_line_for_each_document_and_none_stays_indexing(
    opened: Open, error: BaseException
) -> None:
    def failing(_: Index) -> Answers:
        raise error

    library = opened(answers=failing)
    put(library, *BOTH)
    assert {upload.error for upload in settled(library).values()} == {
        f"{name} is kept but cannot be asked: a fault of the server, {type(error).__name__}; "
        "adding or removing a document tries it again"
        for name in BOTH
    }
    assert files(library) == BOTH


def test_a_document_that_went_bad_on_the_disk_is_kept_and_named_and_the_others_are_asked(
    opened: Open, tmp_path: Path
) -> None:
    put(library := opened(), *BOTH)
    settled(library)
    for name, content in {"bad.docx": b"PK nothing", "empty.txt": b" "}.items():
        (library.folder / "documents" / name).write_bytes(content)
    again = settled(opened())
    assert {name: again[name].error for name in ("bad.docx", "empty.txt")} == {
        "bad.docx": "bad.docx is broken or not a Word file: save it again as .docx",
        "empty.txt": "empty.txt is empty: it holds no text; give a file with text or leave it out",
    }
    assert [name for name, upload in again.items() if upload.state == "ready"] == list(BOTH)
    for name in BOTH:
        (library.folder / "documents" / name).unlink()
    alone = settled(opened())
    assert {name: upload.error for name, upload in alone.items()} == {
        name: again[name].error for name in ("bad.docx", "empty.txt")
    }
    assert (library.folder / "documents" / "bad.docx").read_bytes() == b"PK nothing"


def test_a_document_that_somebody_took_from_the_folder_is_said_to_be_gone(opened: Open) -> None:
    put(library := opened(), "harbour.txt")
    settled(library)
    (library.folder / "documents" / "harbour.txt").unlink()
    put(library, "ferry.md")
    found = settled(library)
    assert found["harbour.txt"].error == "harbour.txt is gone: remove it and add it again"
    assert found["ferry.md"].state == "ready"


def test_what_was_being_received_when_a_server_was_killed_is_no_document_and_goes(opened: Open) -> None:
    put(library := opened(), "harbour.txt")
    settled(library)
    half = library.folder / "incoming" / "one" / "received"
    half.parent.mkdir()
    half.write_text("The harb", encoding="utf-8")
    assert states(opened()) == {"harbour.txt": "ready"}
    assert not half.exists()


class Held(HashEmbedder):
    """Embeds a long document only when it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self.reached, self.gate = threading.Event(), threading.Event()

    def embed_parts(self, texts: Sequence[str], parts: Sequence[Sequence[Range]]) -> tuple[Vectors, Vectors]:
        if "whale" in texts[0]:
            self.reached.set()
            assert self.gate.wait(60)
        return super().embed_parts(texts, parts)


def test_a_long_document_of_one_visitor_keeps_no_other_visitor_waiting(opened: Open, tmp_path: Path) -> None:
    embedder = Held()
    one, two = opened(tmp_path / "one", embedder), opened(tmp_path / "two", embedder)
    with one.receiving() as file:
        file.write_text("The whale swims on. " * 13_000, encoding="utf-8")
        one.add("whale.txt", file)
    assert embedder.reached.wait(60)
    put(two, *BOTH)
    assert states(two) == dict.fromkeys(BOTH, "ready")
    # Nor one who comes back to documents that are long, too, but indexed already.
    embedder.gate.set()
    assert states(one) == {"whale.txt": "ready"}
    embedder.gate.clear()
    embedder.reached.clear()
    three = opened(tmp_path / "three", embedder)
    with three.receiving() as file:
        file.write_text("Another whale swims. " * 13_000, encoding="utf-8")
        three.add("whale.txt", file)
    assert embedder.reached.wait(60)
    assert states(opened(tmp_path / "one", embedder)) == {"whale.txt": "ready"}
    embedder.gate.set()
    assert states(three) == {"whale.txt": "ready"}


def test_a_library_that_is_closed_while_it_builds_stops_and_goes(opened: Open, tmp_path: Path) -> None:
    embedder, closed = Held(), threading.Event()
    library = opened(tmp_path / "own", embedder)
    with library.receiving() as file:
        file.write_text("The whale swims on. " * 13_000, encoding="utf-8")
        library.add("whale.txt", file)
    assert embedder.reached.wait(60)
    library.close(remove=True, then=closed.set)
    embedder.gate.set()
    assert closed.wait(60)
    assert not library.folder.exists()


def test_no_document_is_lost_when_the_server_is_killed_and_started_again_and_again() -> None:
    """Ten of the two hundred kills of the benchmark."""
    ran = subprocess.run(
        [sys.executable, "benchmarks/uploads.py", "--kills", "10", "--seed", "1"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    accepted = re.search(r"(\d+) documents accepted, 0 lost\n", ran.stdout)
    assert accepted
    assert int(accepted[1]) > 10
