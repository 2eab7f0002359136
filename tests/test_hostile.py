"""Hostile documents: each gets its one line, within its limits, and harms nothing else."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from benchmarks.hostile import (
    HOSTILE,
    KINDS,
    make_docx,
    mutated,
    one_page_pdf,
    pdf_of_pages,
    pdf_stream,
    word_document,
)
from benchmarks.hostile_office import SMALL, epub
from index import Index
from index.errors import SourceError, TransientError
from index.load.limits import Limits
from index.load.sources import find, load
from index.testing import HashEmbedder
from index.types import Document

ROOT = Path(__file__).parent.parent
LIMITS = Limits(memory_bytes=256 * 2**20, seconds=60)
OTHERWISE = "split it up, or save it again with another program"
BROKEN = f"breaks its parser, or needs more than 256 MiB of memory: {OTHERWISE}"
EMPTY = "is empty: it holds no text; give a file with text or leave it out"
WORD_BROKEN = "is broken or not a Word file: save it again as .docx"
SCAN = "has no text layer, as a scan: run text recognition (OCR) on it first"


def load_bytes(folder: Path, name: str, data: bytes, limits: Limits = LIMITS) -> list[Document]:
    (folder / name).write_bytes(data)
    (file,) = find([folder / name])
    return list(load(file, limits))


def refusal(folder: Path, name: str, data: bytes, limits: Limits = LIMITS) -> str:
    """The one line that a file gets, without its path."""
    with pytest.raises(SourceError) as caught:
        load_bytes(folder, name, data, limits)
    message = str(caught.value)
    assert message.isprintable()
    assert message.startswith(f"{folder}/{name}")
    return message.removeprefix(f"{folder}/{name}").removeprefix(" ")


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("blank lines, 10 MiB.txt", EMPTY),
        (
            "NUL bytes.txt",
            "is not text: it holds NUL bytes, as a binary file or UTF-16 without its mark; save it as UTF-8",
        ),
        (
            "10 MiB of short lines.txt",
            "holds 5,242,880 sentences or lines, over the limit of 500,000: split it up",
        ),
        ("a text of 40 MiB.txt", "holds 41,943,015 characters, over the limit of 16,777,216: split it up"),
        ("unpacks to 2 GiB.docx", "unpacks to 2,049 MiB, over the limit of 512 MiB: split it up"),
        (
            "XML that unpacks to 128 MiB.docx",
            "has a part that unpacks to 129 MiB, over the limit of 16 MiB: split it up",
        ),
        ("overlapping entries.docx", "unpacks to 1,002 MiB, over the limit of 512 MiB: split it up"),
        ("understated size.docx", WORD_BROKEN),
        ("a billion laughs.docx", WORD_BROKEN),
        ("300 nested tables.docx", "nests its parts too deeply: save it again as .docx"),
        ("forms that show each other ten times.pdf", BROKEN),
        ("a page that inflates to 4 GiB.pdf", BROKEN),
        ("a loop in the page tree.pdf", "is broken: save it again as PDF"),
        ("100,000 filters.pdf", SCAN),
        ("5 million open brackets.pdf", SCAN),
        ("300,000 pages.pdf", "has 300,000 pages, over the limit of 20,000: split it up"),
        ("a predictor of 2 billion columns.pdf", SCAN),
        (
            "a billion laughs.yaml",
            "holds 1,088,181 characters or more, over the limit of 1,088,128: split it up",
        ),
        ("a million brackets.json", "nests its values too deeply: split it up"),
        ("a million groups.rtf", "nests its parts too deeply: save it again as .rtf"),
        ("600 million zeros.odt", "unpacks to 600 MiB, over the limit of 512 MiB: split it up"),
        (
            "a part of 128 MiB.epub",
            "has a part that unpacks to 128 MiB, over the limit of 16 MiB: split it up",
        ),
        ("a billion laughs.pptx", "is broken or not a presentation: save it again as .pptx"),
        ("100,000 nested lists.odt", "nests its parts too deeply: save it again as .odt"),
        ("a chapter outside the book.epub", EMPTY),
        ("a cell in the last row and column.xlsx", BROKEN),
        (
            "5,000 messages within each other.eml",
            "nests its parts too deeply: save it again as .eml",
        ),
        ("a row of 50 million lists.jsonl", ", line 2, has more than 16 MiB: make several rows of it"),
        (
            "a number of 10 million digits.jsonl",
            ", line 2, is not valid JSON: write one JSON object a line",
        ),
        (
            "an id of 10 million characters.jsonl",
            ", line 2, has an id of 10,000,000 characters, over the limit of 1,000: split it up",
        ),
    ],
)
def test_a_hostile_file_gets_its_one_line(tmp_path: Path, name: str, what: str) -> None:
    assert refusal(tmp_path, name, HOSTILE[name]()) == what


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("archives in the archive.docx", "text"),
        ("an entity from outside.docx", "text"),
        ("arrays a million deep.pdf", "The ferry sailed to Oban."),
        ("a loop in the cross-references.pdf", "The ferry sailed to Oban."),
        ("100,000 nested b.html", "text"),
        ("100,000 nested span.html", "text"),
        ("100,000 nested tables.html", "text"),
        ("an attribute of 10 MiB.html", "text"),
        ("a comment that never ends.html", "text"),
        ("a script that never ends.html", "text"),
    ],
)
def test_a_hostile_file_that_holds_text_is_read(tmp_path: Path, name: str, text: str) -> None:
    (document,) = load_bytes(tmp_path, name, HOSTILE[name]())
    assert document.text.strip() == text


def test_text_keeps_its_control_characters_and_marks_of_direction(tmp_path: Path) -> None:
    data = HOSTILE["control characters.txt"]()
    (document,) = load_bytes(tmp_path, "a.txt", data)
    assert document.text.encode() == data


@pytest.mark.parametrize(
    ("name", "limits", "data", "what"),
    [
        (
            "a.txt",
            {"text_characters": 8},
            b"123456789",
            "holds 9 characters, over the limit of 8: split it up",
        ),
        (
            "a.txt",
            {"sentences": 2},
            b"A. B. C. D",
            "holds 3 sentences or lines, over the limit of 2: split it up",
        ),
        (
            "a.html",
            {"text_characters": 50},
            b"x" * 51,
            "holds 51 characters, over the limit of 50: split it up",
        ),
        (
            "a.pdf",
            {"pages": 2},
            pdf_of_pages(pdf_stream(b""), 3),
            "has 3 pages, over the limit of 2: split it up",
        ),
        (
            "a.pdf",
            {"text_characters": 50},
            pdf_of_pages(pdf_stream(b"BT /F 9 Tf 9 9 Td (The ferry sailed.) Tj ET"), 3),
            "holds 54 characters or more, over the limit of 50: split it up",
        ),
        (
            "a.pdf",
            {"packed_bytes": 2**20},
            bytes(2**20 + 1),
            "has 2 MiB, over the limit of 1 MiB: split it up",
        ),
        (
            "a.docx",
            {"xml_bytes": 2**20},
            make_docx(word_document(" " * 2**20)),
            "has a part that unpacks to 2 MiB, over the limit of 1 MiB: split it up",
        ),
        (
            "a.docx",
            {"unpacked_bytes": 2**20},
            make_docx(word_document(""), {"word/media/i.png": bytes(2**20)}),
            "unpacks to 2 MiB, over the limit of 1 MiB: split it up",
        ),
        (
            "a.html",
            {"seconds": 1},
            HOSTILE["400,000 attributes.html"](),
            f"takes more than 1 s to parse: {OTHERWISE}",
        ),
        (
            "a.jsonl",
            {"row_bytes": 2**20},
            b'{"id": "a", "text": "' + b"x" * 2**20 + b'"}\n',
            ", line 1, has more than 1 MiB: make several rows of it",
        ),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, dict) else "",
)
def test_what_passes_a_limit_is_refused_with_its_number(
    tmp_path: Path, name: str, limits: dict[str, int], data: bytes, what: str
) -> None:
    assert refusal(tmp_path, name, data, LIMITS.model_copy(update=limits)) == what


def test_headings_beyond_the_limit_are_text_and_a_note_says_so(tmp_path: Path) -> None:
    limits = LIMITS.model_copy(update={"headings": 2})
    (document,) = load_bytes(tmp_path, "a.md", b"# A\n# B\n# C\n", limits)
    assert [document.text[h.start : h.end] for h in document.headings] == ["A", "B"]
    assert document.note == "only the first 2 headings are kept"


def test_a_large_picture_in_a_word_file_is_never_unpacked(tmp_path: Path) -> None:
    body = word_document("<w:p><w:r><w:t>text</w:t></w:r></w:p>")
    data = make_docx(body, {"word/media/i.png": bytes(400 * 2**20)})
    (document,) = load_bytes(tmp_path, "a.docx", data)
    assert document.text == "text"


def test_text_that_a_page_hides_is_left_out(tmp_path: Path) -> None:
    html = (
        "<p>seen<span hidden>no</span><span style='color:red; DISPLAY : none'>no</span></p><div style="
        "'visibility:hidden'>no<h1>no</h1></div><p style='display:block;x:none' onclick='no()'>too"
        "<script>no</script><style>no</style><template>no</template></p>"
    )
    (document,) = load_bytes(tmp_path, "a.html", html.encode())
    assert (document.text, document.headings) == ("seen\n\ntoo", ())


def test_a_hostile_file_harms_nothing_else_in_its_folder(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    bad = {
        "1 bomb.docx": HOSTILE["overlapping entries.docx"](),
        "2 crash\n\x1b[2J.pdf": b"%PDF-1.7 broken",
        "3 mark\u202egnp.txt": b"\0",
        "4 pages.pdf": HOSTILE["300,000 pages.pdf"](),
    }
    for name, data in bad.items():
        (folder / name).write_bytes(data)
    (folder / "5 link.txt").symlink_to("/etc/passwd")
    os.mkfifo(folder / "6 pipe.txt")
    good = {
        "0.html": b"<p>The ferry sailed.</p>",
        "9.pdf": one_page_pdf(pdf_stream(b"BT /F 9 Tf (Oban) Tj ET")),
    }
    for name, data in good.items():
        (folder / name).write_bytes(data)
    index = Index.from_sources([folder], tmp_path / "index", embedder=HashEmbedder())
    assert [passage.text for passage in index.passages()] == ["The ferry sailed.", "Oban"]
    assert [error.removeprefix(f"{folder}/") for error in index.problems] == [
        "1 bomb.docx unpacks to 1,002 MiB, over the limit of 512 MiB: split it up",
        "2 crash\\n\\x1b[2J.pdf is not a PDF or is broken: save it again as PDF",
        "3 mark\\u202egnp.txt is not text: it holds NUL bytes, as a binary file or UTF-16 without its mark; "
        "save it as UTF-8",
        "4 pages.pdf has 300,000 pages, over the limit of 20,000: split it up",
        "5 link.txt is a link that leads out of its folder: give /etc/passwd as a source of its own",
    ]


def test_a_page_repeats_at_most_a_million_characters_of_cells_that_span_many(tmp_path: Path) -> None:
    (document,) = load_bytes(tmp_path, "a.html", HOSTILE["cells of a million rows and columns.html"]())
    cell = "a long cell of a table"
    count = document.text.count(cell)
    assert 1_000_000 // len(cell) <= count <= 1_000_000 // len(cell) + 1_000


@pytest.mark.parametrize("kind", sorted(SMALL))
def test_a_whole_small_file_of_a_format_is_read(tmp_path: Path, kind: str) -> None:
    (document,) = load_bytes(tmp_path, f"a.{kind}", SMALL[kind]())
    assert document.text.strip()


def test_a_chapter_that_a_book_names_many_times_is_read_once(tmp_path: Path) -> None:
    (document,) = load_bytes(tmp_path, "a.epub", epub("<p>The ferry sailed.</p>", times=1_000))
    assert document.text == "The ferry sailed."


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_with_wrong_bytes_is_read_or_refused_in_one_line(tmp_path: Path, kind: str) -> None:
    for seed in range(40 if kind.startswith(("pdf", "docx", "html")) else 15):
        path = tmp_path / f"{seed}.{kind.split()[0]}"
        path.write_bytes(mutated(kind, seed))
        with contextlib.suppress(SourceError):
            for document in load(*find([path])):
                document.text.encode()


# Processes

needs_proc = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="reads /proc")


def children(process: int) -> Iterator[int]:
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = stat.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
            if int(fields[1]) == process and fields[0] != "Z":
                yield int(stat.parent.name)


def wait_until(condition: Callable[[], object]) -> None:
    """Wait for what must come, for a minute at most."""
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.02)


LOAD = """
import sys
from index.load.sources import find, load
print(len(list(load(*find([sys.argv[1]])))), flush=True)
"""


@needs_proc
@pytest.mark.parametrize("ending", [signal.SIGKILL, signal.SIGTERM])
def test_the_process_that_parses_ends_with_ours_even_in_the_midst_of_a_file(
    tmp_path: Path, ending: signal.Signals
) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(pdf_of_pages(pdf_stream(b"BT /F 9 Tf (x) Tj ET " * 20_000), 2_000))
    process = subprocess.Popen([sys.executable, "-c", LOAD, path], cwd=ROOT)
    wait_until(lambda: list(children(process.pid)))
    (parser,) = children(process.pid)
    process.send_signal(ending)
    process.wait()
    wait_until(lambda: not Path(f"/proc/{parser}").exists())


@needs_proc
def test_no_process_is_left_when_ours_ends_by_itself(tmp_path: Path) -> None:
    path = tmp_path / "a.html"
    path.write_bytes(b"<p>text</p>")
    code = f"{LOAD}\nfrom index.load import confined\nprint(confined._idle[0]._process.pid)"
    ran = subprocess.run(
        [sys.executable, "-c", code, path], cwd=ROOT, capture_output=True, text=True, check=True
    )
    loaded, parser = ran.stdout.split()
    assert loaded == "1"
    assert not Path(f"/proc/{parser}").exists()


@needs_proc
def test_the_process_that_parses_is_kept_for_the_next_file_and_then_ends(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_bytes(b"a")
    (tmp_path / "b.pdf").write_bytes(b"broken")
    a, b = find([tmp_path])
    limits = Limits(seconds=61)  # of no other test
    before = set(children(os.getpid()))
    assert [document.text for document in load(a, limits)] == ["a"]
    (parser,) = set(children(os.getpid())) - before
    with pytest.raises(SourceError, match="is not a PDF"):
        list(load(b, limits))
    assert set(children(os.getpid())) - before == {parser}
    wait_until(lambda: parser not in children(os.getpid()))
    assert [document.text for document in load(a, limits)] == ["a"]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux bounds the address space")
def test_a_bomb_takes_no_more_memory_than_the_limit(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(HOSTILE["forms that show each other ten times.pdf"]())
    # Linux counts what a process held before it started another program, so a small one starts it.
    code = (
        "import resource, subprocess, sys; ran = subprocess.run([sys.executable, *sys.argv[1:]]); "
        "print(ran.returncode, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code, "-c", LOAD, path], cwd=ROOT, capture_output=True, text=True, check=True
    )
    status, kibibytes = map(int, ran.stdout.split())
    assert status == 1
    assert "needs more than 1024 MiB of memory" in ran.stderr
    assert 256 * 2**20 < kibibytes * 1024 < Limits().memory_bytes


@needs_proc
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux bounds the address space")
def test_a_process_that_ran_out_of_memory_is_not_kept(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_bytes(b"<p>text</p>")
    (tmp_path / "b.html").write_bytes(b"<p>text</p>" * (60 * 2**20 // 11))
    small, large = find([tmp_path])
    limits = Limits(seconds=62, memory_bytes=256 * 2**20)
    before = set(children(os.getpid()))
    assert [document.text for document in load(small, limits)] == ["text"]
    (parser,) = set(children(os.getpid())) - before
    with pytest.raises(TransientError, match="needs more than 256 MiB"):
        list(load(large, limits))
    assert parser not in children(os.getpid())
