"""What is read again though it did not change: files that failed for a reason that may pass."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from index import Index, SourceError
from index.errors import TransientError
from index.load import confined, sources
from index.load.decoding import UnreadableError, UnreadableNowError
from index.load.extracted import Extracted
from index.load.limits import Limits
from index.load.progress import Report
from index.load.sources import find, load
from index.store import generations
from index.testing import HashEmbedder

LIMITS = Limits()
PAGE = b"<p>The ferry calls at Oban.</p>"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs/a.txt").write_text("The lighthouse has a red lamp.", encoding="utf-8")
    return tmp_path / "docs"


def opened(folder: Path) -> Index:
    return Index.from_sources([folder], embedder=HashEmbedder())


def generation_of(folder: Path) -> str:
    generation = generations.current(opened(folder).folder)
    assert generation
    return generation.name


def failure(path: Path, limits: Limits = LIMITS) -> type[SourceError]:
    (file,) = find([path])
    with pytest.raises(SourceError) as caught:
        list(load(file, limits))
    return type(caught.value)


def killed(monkeypatch: pytest.MonkeyPatch) -> None:
    real = confined._Parser._ask

    def deadly(
        parser: confined._Parser, request: dict[str, Any], hear: Report
    ) -> tuple[dict[str, Any], bytes]:
        parser._process.kill()
        return real(parser, request, hear)

    monkeypatch.setattr(confined._Parser, "_ask", deadly)


def refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def may_not(*_: object) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("index.load.files.os.open", may_not)


@pytest.mark.parametrize(
    ("name", "happens", "limits"),
    [
        ("a.html", lambda _: None, Limits(seconds=1e-3)),
        ("a.html", killed, Limits(seconds=63)),
        ("a.txt", refused, Limits()),
    ],
)
def test_a_limit_a_kill_and_a_permission_are_failures_that_may_pass(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    happens: Callable[[pytest.MonkeyPatch], None],
    limits: Limits,
) -> None:
    (tmp_path / name).write_bytes(PAGE)
    happens(monkeypatch)
    assert failure(tmp_path / name, limits) is TransientError


def test_what_is_wrong_with_the_content_of_a_file_does_not_pass(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(b"no PDF")
    locked = Canvas(str(tmp_path / "b.pdf"), encrypt=StandardEncryption("secret"))
    locked.drawString(72, 700, "words")
    locked.save()
    (tmp_path / "c.txt").write_bytes(b"\0binary")
    (tmp_path / "d.html").write_bytes(b"<p></p>")
    (tmp_path / "e.json").write_bytes(b"{")
    assert {failure(path) for path in tmp_path.iterdir()} == {SourceError}


class Reads:
    """Stands for the process that parses: fails as it is told, and counts."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *failures: UnreadableError) -> None:
        self.count = 0
        self._failures = failures
        self._real = confined.extract_confined
        monkeypatch.setattr("index.load.sources.extract_confined", self)

    def __call__(self, path: Path, limits: Limits, heard: Report) -> tuple[Extracted, str]:
        self.count += 1
        if self.count <= len(self._failures):
            raise self._failures[self.count - 1]
        return self._real(path, limits, heard)


SLOW = UnreadableNowError("takes more than 60 s to parse")


def test_a_file_that_failed_for_a_reason_that_may_pass_is_tried_at_the_next_start(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "b.html").write_bytes(PAGE)
    reads = Reads(monkeypatch, SLOW, SLOW)
    assert len(opened(folder).problems) == 1
    assert len(opened(folder).problems) == 1
    found = opened(folder)
    assert (found.problems, list(found.document_ids())) == ((), ["a.txt", "b.html"])
    opened(folder)
    assert reads.count == 3


def test_it_is_tried_three_times_and_then_when_something_changes(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "b.html").write_bytes(PAGE)
    reads = Reads(monkeypatch, *[SLOW] * 4)
    assert [(len(opened(folder).problems), reads.count) for _ in range(5)] == [
        *((1, 1), (1, 2), (1, 3)),
        *((1, 3), (1, 3)),
    ]
    os.utime(folder / "b.html", ns=(1, 1))  # as it was
    assert (len(opened(folder).problems), reads.count) == (1, 3)
    (folder / "c.txt").write_text("A buoy.", encoding="utf-8")
    assert (len(opened(folder).problems), reads.count) == (1, 4)
    (folder / "b.html").write_bytes(PAGE * 2)
    assert (opened(folder).problems, reads.count) == ((), 5)


def test_a_file_whose_content_is_wrong_is_read_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "b.pdf").write_bytes(b"no PDF")
    reads = Reads(monkeypatch)
    assert [len(opened(folder).problems) for _ in range(3)] == [1, 1, 1]
    assert reads.count == 1


def test_a_file_that_may_be_read_again_is_read_at_the_next_start(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "b.txt").write_text("A buoy.", encoding="utf-8")
    monkeypatch.setattr("index.build.changes._TRIES", 1)
    with monkeypatch.context() as denied:
        real = sources.extract_file

        def may_not(path: Path, limits: Limits) -> tuple[Extracted, str]:
            if path.name == "b.txt":
                raise UnreadableNowError("may not be read: change its permissions")
            return real(path, limits)

        denied.setattr("index.load.sources.extract_file", may_not)
        denied.setattr("index.build.changes._hash", lambda path: "" if path.endswith("b.txt") else "a")
        assert len(opened(folder).problems) == 1
        before = generation_of(folder)
        assert generation_of(folder) == before  # nothing is built while it may not be read
    assert (opened(folder).problems, len(opened(folder).document_ids())) == ((), 2)


def test_an_index_is_not_built_again_for_a_file_of_a_format_that_is_not_read(folder: Path) -> None:
    (folder / "b.zip").write_bytes(b"PK")
    (folder / "c.pdf").symlink_to("/etc/hostname")
    first = opened(folder).problems
    assert len(first) == 2
    assert (generation_of(folder), generation_of(folder)) == ("gen-000001", "gen-000001")
    (folder / "d.zip").write_bytes(b"PK")
    second = opened(folder).problems
    assert [line.count(".zip") for line in second] == [2, 0]
    assert (generation_of(folder), second[1]) == ("gen-000002", first[1])


TESSERACT = r"""#!/bin/sh
if [ "$1" = --list-langs ]; then printf 'List of available languages:\neng\n'; exit; fi
cat >/dev/null
printf 'level\tpage\tblock\tpar\tline\tword\tleft\ttop\twidth\theight\tconf\ttext\n'
printf '1\t1\t0\t0\t0\t0\t0\t0\t600\t800\t-1\t\n4\t1\t1\t1\t1\t0\t60\t60\t200\t12\t-1\t\n'
printf '5\t1\t1\t1\t1\t1\t60\t60\t40\t12\t96\tSeals\n5\t1\t1\t1\t1\t2\t110\t60\t40\t12\t96\tsleep.\n'
"""


@pytest.mark.skipif(os.name == "nt", reason="stands for tesseract with a script of the shell")
def test_what_lacked_tesseract_is_read_once_that_is_installed(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Image.new("L", (60, 80), "white").save(folder / "b.png")
    scan = Canvas(str(folder / "c.pdf"))
    scan.drawImage(ImageReader(Image.new("L", (60, 80), "grey")), 0, 0, 600, 800)
    scan.showPage()
    scan.drawString(72, 700, "This page is text.")
    scan.save()
    (tmp_path / "bin").mkdir()
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    confined._drop_all()  # they have another PATH
    found = opened(folder)
    assert [line.partition(": ")[2].split(" (")[0] for line in found.problems] == ["install tesseract"]
    assert found.document("c.pdf").text == "This page is text."
    before = generation_of(folder)
    (folder / "d.txt").write_text("A buoy.", encoding="utf-8")
    assert generation_of(folder) != before  # all else is copied, with what was noted of it
    before = generation_of(folder)
    assert generation_of(folder) == before
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/usr/bin:/bin")
    (tmp_path / "bin/tesseract").write_text(TESSERACT, encoding="utf-8")
    (tmp_path / "bin/tesseract").chmod(0o755)
    confined._drop_all()
    found = opened(folder)
    assert found.problems == ()
    assert found.document("b.png").text == "Seals sleep."
    assert found.document("c.pdf").text == "Seals sleep.\n\nThis page is text."
    before = generation_of(folder)
    assert generation_of(folder) == before
