"""Sources into Documents: which files are found, what they are called, and the exact text of each."""

import hashlib
import io
import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen.canvas import Canvas

from index.errors import SourceError
from index.load.folders import SUFFIXES
from index.load.sources import SourceFile, find, load
from index.types import Document, Heading

Given = str | os.PathLike[str]

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def load_all(*sources: Given) -> list[Document]:
    return [document for file in find(sources) for document in load(file)]


def load_one(folder: Path, name: str, data: bytes | str) -> Document:
    path = folder / name
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    (document,) = load_all(path)
    return document


def error_of(action: Callable[[], object]) -> str:
    with pytest.raises(SourceError) as caught:
        action()
    message = str(caught.value)
    assert len(message.splitlines()) == 1
    return message


def headings_of(document: Document) -> list[tuple[str, int]]:
    return [(document.text[h.start : h.end], h.level) for h in document.headings]


def ids(*sources: Given) -> list[str]:
    return [file.document_id for file in find(sources)]


def make_files(root: Path, *names: str) -> None:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"text of {name}", encoding="utf-8", errors="replace")


def make_corpus(path: Path, *rows: object) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def make_pdf(*pages: tuple[str, ...], title: str | None = None, password: str | None = None) -> bytes:
    stream = io.BytesIO()
    canvas = Canvas(stream, encrypt=None if password is None else StandardEncryption(password, "owner"))
    if title is not None:
        canvas.setTitle(title)
    for lines in pages:
        for number, line in enumerate(lines):
            canvas.drawString(72, 700 - 15 * number, line)
        canvas.showPage()
    canvas.save()
    return stream.getvalue()


def paragraph(text: str, style: str | None = None) -> str:
    properties = "" if style is None else f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>'
    return f"<w:p>{properties}<w:r><w:t>{text}</w:t></w:r></w:p>"


def make_docx(body: str, extra: dict[str, bytes] | None = None) -> bytes:
    package = "http://schemas.openxmlformats.org/package/2006"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    styles = "".join(
        f'<w:style w:type="paragraph" w:styleId="{key}"><w:name w:val="{name}"/></w:style>'
        for key, name in (("T", "Title"), ("H1", "heading 1"), ("H2", "heading 2"))
    )
    main = "application/vnd.openxmlformats-officedocument.wordprocessingml"
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types">'
        f'<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/word/document.xml" ContentType="{main}.document.main+xml"/>'
        f'<Override PartName="/word/styles.xml" ContentType="{main}.styles+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" '
        f'Type="{office}/officeDocument" Target="word/document.xml"/></Relationships>',
        "word/_rels/document.xml.rels": f'<Relationships xmlns="{package}/relationships">'
        f'<Relationship Id="r1" Type="{office}/styles" Target="styles.xml"/>'
        f'<Relationship Id="r2" Type="{office}/footnotes" Target="footnotes.xml"/></Relationships>',
        "word/styles.xml": f'<w:styles xmlns:w="{WORD}">{styles}</w:styles>',
        "word/document.xml": f'<w:document xmlns:w="{WORD}"><w:body>{body}</w:body></w:document>',
        "word/footnotes.xml": f'<w:footnotes xmlns:w="{WORD}"><w:footnote w:id="1">'
        f"{paragraph('A note.')}</w:footnote></w:footnotes>",
    }
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in {**{k: v.encode() for k, v in parts.items()}, **(extra or {})}.items():
            archive.writestr(name, content)
    return stream.getvalue()


# Finding


def test_a_file_is_called_by_its_name_and_a_file_of_a_folder_by_its_path_in_it(tmp_path: Path) -> None:
    make_files(tmp_path, "a/one.txt", "a/deep/er/two.MD", "lone.txt")
    assert find([tmp_path / "a", tmp_path / "lone.txt"]) == [
        SourceFile(
            path=str(tmp_path / "a/deep/er/two.MD"),
            document_id="deep/er/two.MD",
            source="deep/er/two.MD",
            is_corpus=False,
        ),
        SourceFile(
            path=str(tmp_path / "a/one.txt"), document_id="one.txt", source="one.txt", is_corpus=False
        ),
        SourceFile(
            path=str(tmp_path / "lone.txt"), document_id="lone.txt", source="lone.txt", is_corpus=False
        ),
    ]


def test_a_folder_gives_its_documents_alone_in_the_order_of_their_paths(tmp_path: Path) -> None:
    kept = ["B.HTML", "a.txt", "b/c.htm", "b/c.pdf", "ü.docx"]
    make_files(tmp_path, *kept, ".hidden.txt", ".git/x.txt", "~$open.docx", "c.jsonl", "d.gif", "README")
    assert [file.document_id for file in find([tmp_path]) if not file.problem] == kept


def test_the_files_of_a_folder_that_are_not_read_are_named_in_one_line(tmp_path: Path) -> None:
    make_files(tmp_path, "a.txt", "b/old.doc", *(f"c{n}.gif" for n in range(7)), ".x", "~$o.docx")
    (problem,) = [file for file in find([tmp_path]) if file.problem]
    assert error_of(lambda: list(load(problem))) == (
        f"{tmp_path}/b/old.doc is of a format that is not read: save it as .docx; "
        "nor are c0.gif, c1.gif, c2.gif, c3.gif, c4.gif and 2 more"
    )


def test_a_path_from_the_working_directory_is_made_absolute(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_files(tmp_path, "d/a.txt")
    monkeypatch.chdir(tmp_path / "d")
    assert [file.path for file in find([".", "../d/a.txt"])] == [str(tmp_path / "d/a.txt")]


def test_a_string_alone_is_one_source(tmp_path: Path) -> None:
    make_files(tmp_path, "a.txt")
    assert [file.source for file in find(str(tmp_path / "a.txt"))] == ["a.txt"]


def test_a_file_reached_twice_is_found_once_under_its_first_name(tmp_path: Path) -> None:
    make_files(tmp_path, "a/b/x.txt", "a/y.txt")
    (tmp_path / "link.txt").symlink_to(tmp_path / "a/y.txt")
    assert ids(tmp_path / "a", tmp_path / "a/b/x.txt", tmp_path / "a/b", tmp_path / "link.txt") == [
        "b/x.txt",
        "y.txt",
    ]
    assert ids(tmp_path / "a/b/x.txt", tmp_path / "a", tmp_path / "a") == ["x.txt", "y.txt"]


def test_links_within_a_folder_are_followed_and_a_loop_of_links_ends(tmp_path: Path) -> None:
    make_files(tmp_path, "a/z/x.txt", "a/.hidden/y.txt")
    (tmp_path / "a/again").symlink_to(tmp_path / "a")
    (tmp_path / "a/first").symlink_to(tmp_path / "a/z")
    (tmp_path / "a/other").symlink_to(tmp_path / "a/.hidden")
    (tmp_path / "a/self.d").symlink_to(tmp_path / "a/self.d")
    assert ids(tmp_path / "a") == ["other/y.txt", "z/x.txt"]
    (tmp_path / "link").symlink_to(tmp_path / "a")
    assert ids(tmp_path / "link") == ["other/y.txt", "z/x.txt"]


def test_a_link_that_leads_out_of_its_folder_is_not_followed_but_named(tmp_path: Path) -> None:
    make_files(tmp_path, "a/x.txt", "b/y.txt", "b/z.gif", "secret.txt")
    (tmp_path / "a/folder").symlink_to(tmp_path / "b")
    (tmp_path / "a/link.txt").symlink_to(tmp_path / "secret.txt")
    (tmp_path / "a/picture.gif").symlink_to(tmp_path / "b/z.gif")
    (tmp_path / "a/up").symlink_to(tmp_path)
    files = find([tmp_path / "a"])
    assert [file.document_id for file in files] == ["folder", "link.txt", "up", "x.txt"]
    out = "is a link that leads out of its folder: give"
    for file, target in zip(files[:3], ("b", "secret.txt", ""), strict=True):
        assert error_of(lambda file=file: list(load(file))) == (
            f"{file.path} {out} {(tmp_path / target)} as a source of its own"
        )
    # Whoever gives the target as a source needs no word about the link.
    assert ids(tmp_path / "a", tmp_path / "b") == [
        "link.txt",
        "up",
        "x.txt",
        "y.txt",
        "z.gif",  # which is said not to be read
    ]


def test_pipes_devices_and_links_to_them_are_no_documents(tmp_path: Path) -> None:
    make_files(tmp_path, "a.txt")
    os.mkfifo(tmp_path / "pipe.txt")
    (tmp_path / "zero.txt").symlink_to("/dev/zero")
    assert ids(tmp_path) == ["a.txt"]


@pytest.mark.parametrize("name", ["a.txt", "a.pdf"])
def test_a_file_that_became_a_pipe_is_not_waited_for(tmp_path: Path, name: str) -> None:
    make_files(tmp_path, name)
    (file,) = find([tmp_path])
    (tmp_path / name).unlink()
    os.mkfifo(tmp_path / name)
    assert error_of(lambda: list(load(file))) == (
        f"{tmp_path / name} is neither a file nor a folder: give a file or a folder"
    )


def test_what_cannot_be_looked_into_is_named_and_the_rest_of_the_folder_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_files(tmp_path, "a/x.txt", "b.txt")
    listed = Path.iterdir

    def refuse(path: Path) -> Iterator[Path]:
        if path.name == "a":
            raise PermissionError(13, "Permission denied")
        return listed(path)

    monkeypatch.setattr(Path, "iterdir", refuse)
    closed, good = find([tmp_path])
    assert [d.text for d in load(good)] == ["text of b.txt"]
    assert error_of(lambda: list(load(closed))) == (f"{tmp_path}/a may not be read: change its permissions")


def test_a_folder_deeper_than_paths_can_be_is_named_and_the_rest_read(tmp_path: Path) -> None:
    make_files(tmp_path, "a.txt")
    here = Path.cwd()
    try:
        os.chdir(tmp_path)
        for _ in range(30):
            Path("d" * 200).mkdir()
            os.chdir("d" * 200)
    finally:
        os.chdir(here)
    good, deep = find([tmp_path])
    assert good.document_id == "a.txt"
    assert "cannot be read (File name too long)" in error_of(lambda: list(load(deep)))


def test_folders_whose_ids_clash_are_told_apart_by_their_names(tmp_path: Path) -> None:
    make_files(tmp_path, "a/n.txt", "a/only.txt", "b/n.txt", "c/m.txt")
    assert ids(tmp_path / "a", tmp_path / "b", tmp_path / "c") == [
        "a/n.txt",
        "a/only.txt",
        "b/n.txt",
        "m.txt",
    ]
    assert [file.source for file in find([tmp_path / "a", tmp_path / "b"])] == [
        "n.txt",
        "only.txt",
        "n.txt",
    ]


def test_folders_of_one_name_take_as_much_of_their_paths_as_tells_them_apart(tmp_path: Path) -> None:
    make_files(tmp_path, "x/docs/n.txt", "y/docs/n.txt")
    assert ids(tmp_path / "x/docs", tmp_path / "y/docs") == ["x/docs/n.txt", "y/docs/n.txt"]


def test_files_of_one_name_are_told_apart_by_their_folders(tmp_path: Path) -> None:
    make_files(tmp_path, "a/n.txt", "b/n.txt", "c/o.txt")
    assert ids(tmp_path / "a/n.txt", tmp_path / "b/n.txt", tmp_path / "c/o.txt") == [
        "a/n.txt",
        "b/n.txt",
        "o.txt",
    ]


def test_a_prefixed_id_that_meets_another_document_is_settled_too(tmp_path: Path) -> None:
    make_files(tmp_path, "p/a/n.txt", "q/b/n.txt", "r/a/n.txt", "r/z.txt")
    assert ids(tmp_path / "p/a", tmp_path / "q/b", tmp_path / "r") == [
        "p/a/n.txt",
        "b/n.txt",
        "r/a/n.txt",
        "r/z.txt",
    ]


def test_corpora_whose_rows_clash_are_prefixed_and_others_are_not(tmp_path: Path) -> None:
    one = make_corpus(tmp_path / "one.jsonl", {"id": "1", "text": "first"})
    two = make_corpus(tmp_path / "two.jsonl", {"_id": "1", "text": "second"}, {"_id": "2", "text": "third"})
    three = make_corpus(tmp_path / "three.jsonl", {"id": "9", "text": "fourth"})
    assert [(d.id, d.source, d.text) for d in load_all(one, two, three)] == [
        ("one.jsonl/1", "one.jsonl", "first"),
        ("two.jsonl/1", "two.jsonl", "second"),
        ("two.jsonl/2", "two.jsonl", "third"),
        ("9", "three.jsonl", "fourth"),
    ]


def test_a_row_that_is_called_as_a_file_clashes_with_it(tmp_path: Path) -> None:
    make_files(tmp_path, "d/n.txt")
    corpus = make_corpus(tmp_path / "c.jsonl", {"id": "n.txt", "text": "row"})
    assert [d.id for d in load_all(tmp_path / "d/n.txt", corpus)] == ["d/n.txt", "c.jsonl/n.txt"]


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("missing.txt", "does not exist: check the path"),
        ("odd.xyz", "is of a format that is not read: give one of .txt, .md, "),
        ("empty", "holds no document: put files of .txt, .md, .html, .htm, .pdf, .docx, "),
        ("n" * 300 + ".txt", "cannot be read (File name too long): check the file and its disk"),
        ("pipe.txt", "is neither a file nor a folder: give a file or a folder"),
    ],
)
def test_a_source_that_cannot_be_found_is_named_with_the_reason(tmp_path: Path, name: str, what: str) -> None:
    (tmp_path / "empty").mkdir()
    make_files(tmp_path, "odd.xyz", "empty/odd.xyz", "empty/.hidden.txt")
    os.mkfifo(tmp_path / "pipe.txt")
    assert error_of(lambda: find([tmp_path / name])).startswith(f"{tmp_path / name} {what}")


def test_the_formats_are_listed_for_an_unknown_one(tmp_path: Path) -> None:
    make_files(tmp_path, "odd.xyz")
    message = error_of(lambda: find([tmp_path / "odd.xyz"]))
    assert message.endswith(f"give one of {', '.join((*SUFFIXES, '.jsonl'))}")


def test_no_source_and_an_empty_path_are_errors() -> None:
    assert error_of(lambda: find([])) == "no source was given: name a file or a folder"
    assert error_of(lambda: find([""])) == "a source is an empty path: name a file or a folder"


def test_a_path_with_a_line_end_in_it_is_named_on_one_line(tmp_path: Path) -> None:
    message = error_of(lambda: find([tmp_path / "a\n\x1bb.txt"]))
    assert message == f"{tmp_path}/a\\n\\x1bb.txt does not exist: check the path"


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse to make such a name")
def test_a_name_that_is_not_unicode_is_named_and_the_rest_of_the_folder_read(tmp_path: Path) -> None:
    make_files(tmp_path, "a.txt", os.fsdecode(b"caf\xe9/x.txt"), os.fsdecode(b"\xe9.txt"))
    problems = [
        f"{tmp_path}/{name} has a name that is not valid Unicode: rename it"
        for name in ("\\udce9.txt", "caf\\udce9")
    ]
    bad, good, folder = find([tmp_path])
    assert good.document_id == "a.txt"
    assert [error_of(lambda file=file: list(load(file))) for file in (bad, folder)] == problems
    assert error_of(lambda: find([tmp_path / os.fsdecode(b"\xe9.txt")])) == problems[0]
    assert error_of(lambda: find([tmp_path / os.fsdecode(b"caf\xe9")])) == problems[1]


def test_a_broken_file_in_a_folder_is_found_and_named_when_it_is_loaded(tmp_path: Path) -> None:
    make_files(tmp_path, "a.txt", "b.pdf")
    (tmp_path / "c.txt").symlink_to(tmp_path / "nowhere.txt")
    good, broken, gone = find([tmp_path])
    assert [d.text for d in load(good)] == ["text of a.txt"]
    assert error_of(lambda: list(load(broken))) == (
        f"{tmp_path}/b.pdf is not a PDF or is broken: save it again as PDF"
    )
    assert error_of(lambda: list(load(gone))) == f"{tmp_path}/c.txt is gone or does not exist: check the path"


def test_a_file_that_may_not_be_read_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_files(tmp_path, "a.txt")
    (file,) = find([tmp_path])

    def refuse(*_: object) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "open", refuse)
    message = error_of(lambda: list(load(file)))
    assert message == f"{tmp_path}/a.txt may not be read: change its permissions"


# Text and Markdown


def test_text_is_the_file_character_for_character(tmp_path: Path) -> None:
    text = "\r\n Istanbul İ\tı 😀👩‍👩‍👧\r\rمرحبا שלום\u2028x\x0c\n\n"
    document = load_one(tmp_path, "a.txt", text)
    assert document == Document(
        id="a.txt", source="a.txt", sha256=hashlib.sha256(text.encode()).hexdigest(), text=text
    )


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_a_byte_order_mark_tells_the_encoding_and_is_no_text(tmp_path: Path, encoding: str) -> None:
    document = load_one(tmp_path, "a.txt", "né 😀\r\n\ufeffb".encode(encoding))
    assert (document.text, document.note) == ("né 😀\r\n\ufeffb", None)


def test_utf_16_with_the_high_byte_first_is_read(tmp_path: Path) -> None:
    assert load_one(tmp_path, "a.txt", b"\xfe\xff" + "né".encode("utf-16-be")).text == "né"


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Le café est déjà là. L'été à la plage, où ça?\r\n", "cp1252"),
        ("café", "cp1252"),
        ("El niño pequeño comió una manzana por la mañana y después jugó con sus amigos.", "cp1252"),
        ("It was “new” – and cost £300.", "cp1252"),
        ("Все люди рождаются свободными и равными в своем достоинстве и правах.", "cp1251"),
        ("Все люди рождаются свободными и равными в своем достоинстве и правах.", "koi8_r"),
        ("Όλοι οι άνθρωποι γεννιούνται ελεύθεροι και ίσοι στην αξιοπρέπεια.", "cp1253"),
        (
            "כל בני האדם נולדו בני חורין ושווים בערכם ובזכויותיהם. כולם חוננו בתבונה ובמצפון, לפיכך "
            "חובה עליהם לנהוג איש ברעהו ברוח של אחווה.",
            "cp1255",
        ),
        ("人人生而自由,在尊严和权利上一律平等。他们赋有理性和良心,并应以兄弟关系的精神相对待。", "gb18030"),
        (
            "すべての人間は、生まれながらにして自由であり、かつ、尊厳と権利とについて平等である。"
            "人間は、理性と良心とを授けられており、互いに同胞の精神をもって行動しなければならない。",
            "cp932",
        ),
    ],
)
def test_a_detected_encoding_is_named_in_the_note(tmp_path: Path, text: str, encoding: str) -> None:
    document = load_one(tmp_path, "a.txt", text.encode(encoding))
    assert document.text == text
    assert document.note == (
        f"read as {encoding}, which was detected; save the file as UTF-8 if letters look wrong"
    )


@pytest.mark.parametrize(
    ("data", "text", "what"),
    [
        ("Zoë Müller".encode() + b" caf\xe9", "Zoë Müller caf\ufffd", "one place is"),
        ("Señor Ibáñez owns it.\n".encode()[:-1] + b"\xff", "Señor Ibáñez owns it.\ufffd", "one place is"),
        ("Größe für Zoë".encode()[:-1], "Größe für Zo\ufffd", "one place is"),  # cut within a letter
        (
            b"\x93" + "crème brûlée, naïve".encode() + b"\x94",
            "\ufffdcrème brûlée, naïve\ufffd",
            "2 places are",
        ),
        ("日本の首都は東京です。".encode() + b"\xff", "日本の首都は東京です。\ufffd", "one place is"),
    ],
)
def test_a_file_that_is_utf_8_but_for_a_few_bytes_is_read_as_utf_8_with_a_note(
    tmp_path: Path, data: bytes, text: str, what: str
) -> None:
    for name in ("a.txt", "a.md"):
        document = load_one(tmp_path, name, data)
        assert document.text == text
        assert document.note == (
            f"{what} not UTF-8, marked \ufffd; save the file as UTF-8 if letters look wrong"
        )


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", " "])
def test_one_accent_far_into_a_long_text_tells_its_encoding(tmp_path: Path, end: str) -> None:
    text = f"plain words in a line{end}" * 60_000 + f"un café très cher à Paris{end}" + f"words{end}" * 60_000
    document = load_one(tmp_path, "a.txt", text.encode("latin-1"))
    assert document.text == text
    assert (document.note or "").startswith("read as cp1252,")


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"", "is empty: it holds no text; give a file with text or leave it out"),
        (b"\xef\xbb\xbf \r\n\t ", "is empty: it holds no text; give a file with text or leave it out"),
        (
            b"abc\0def",
            "is not text: it holds NUL bytes, as a binary file or UTF-16 without its mark; save it as UTF-8",
        ),
        (b"\xff\xfea\0\0\0", "is not text: it holds NUL characters, as a binary file; save it as UTF-8"),
        (b"\xff\xfea", "is not utf-16-le, though its byte-order mark says so: save it as UTF-8"),
        (
            bytes(range(1, 256)) * 4,
            "is not text in an encoding that can be told: save it as UTF-8",
        ),
        (
            "כל בני האדם נולדו בני חורין ושווים.".encode("cp1255"),  # as good in Cyrillic letters
            "is not text in an encoding that can be told: save it as UTF-8",
        ),
        (
            ("un caf\xe9 au lait, d\xe9j\xe0 vu en \xe9t\xe9, " * 20 + "\x01").encode("latin-1"),
            "is not text: it holds control characters, as a binary file; save it as UTF-8",
        ),
    ],
)
def test_a_text_file_without_text_is_an_error(tmp_path: Path, data: bytes, what: str) -> None:
    assert error_of(lambda: load_one(tmp_path, "a.txt", data)) == f"{tmp_path}/a.txt {what}"


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_markdown_headings_are_exact_ranges_in_the_original(tmp_path: Path, line_end: str) -> None:
    lines = [
        "# The *first* one #",
        "text \u2028# no heading",
        "```",
        "# code",
        "```",
        "    # code too",
        "",
        "Under",
        "lined",
        "=====",
        "",
        "Second İ 😀",
        "---",
        "> ### Quoted",
        "- # -",
        "#",
        "#hash",
        "###### ש שלום",
    ]
    text = line_end.join(lines)
    document = load_one(tmp_path, "a.md", text)
    assert document.text == text
    assert document.title == "The *first* one"
    assert headings_of(document) == [
        ("The *first* one", 1),
        (f"Under{line_end}lined", 1),
        ("Second İ 😀", 2),
        ("Quoted", 3),
        ("-", 1),
        ("ש שלום", 6),
    ]
    assert document.headings[4].start == text.index("- # -") + 4


def test_front_matter_is_text_but_no_heading(tmp_path: Path) -> None:
    text = "---\r\ntitle: A\r\ntags: [b]\r\n---\r\n# Real\r\n"
    document = load_one(tmp_path, "a.md", text)
    assert document.text == text
    assert document.headings == (Heading(start=text.index("Real"), end=text.index("Real") + 4, level=1),)


def test_a_rule_at_the_top_is_no_front_matter(tmp_path: Path) -> None:
    assert headings_of(load_one(tmp_path, "a.md", "---\n\nWhy: that\n---\n")) == [("Why: that", 2)]


def test_markdown_without_headings_has_no_title(tmp_path: Path) -> None:
    document = load_one(tmp_path, "a.md", "just text")
    assert (document.title, document.headings) == (None, ())


# HTML


def test_html_is_laid_out_as_text(tmp_path: Path) -> None:
    document = load_one(
        tmp_path,
        "a.html",
        "<!doctype html><html><head><title> My\n &amp; page </title><style>p{}</style></head><body>"
        "<h1> Big <b>news</b> </h1>\r\n<p>one   two&nbsp;&lt;x&gt;<br>three<!-- no --></p>tail"
        "<script>s('<p>')</script><noscript>n</noscript><template><p>t</p></template>"
        "<ul><li>a<li><p>b</p></ul><table><caption>C</caption><tr><th>N</th><th>F</th></tr>"
        "<tr><td><p>x</p></td><td></td><td>y</td></tr></table><h3>İ 😀</h3><h4> </h4>"
        "<pre>\n  code\r\n    more\n</pre><p> </p>end",
    )
    assert document.text == (
        "Big news\n\none two\xa0<x>\nthree\n\ntail\n\na\n\nb\n\nC\n\nN | F\n--- | ---\nx |  | y\n\nİ 😀\n\n"
        "  code\n    more\n\nend"
    )
    assert document.title == "My & page"
    assert headings_of(document) == [("Big news", 1), ("İ 😀", 3)]


def test_a_table_used_for_layout_keeps_its_paragraphs_apart(tmp_path: Path) -> None:
    document = load_one(
        tmp_path,
        "a.htm",
        "<table><tr><td>nav</td><td><h1>Title</h1><p>p1</p><p>p2</p></td><td>right</td></tr>"
        "<tr><td>foot</td></tr></table>after",
    )
    assert document.text == "nav | Title\n\np1\n\np2\n\nright\n\nfoot\n\nafter"
    assert headings_of(document) == [("Title", 1)]


def test_a_table_in_a_cell_is_laid_out_in_its_row(tmp_path: Path) -> None:
    document = load_one(
        tmp_path,
        "a.html",
        "<table><tr><td>a</td><td><table><tr><td>b</td><td>c</td></tr><tr><td>d</td></tr></table></td>"
        "<td>e</td></tr></table>",
    )
    assert document.text == "a | b | c\nd | e"


def test_what_a_page_hides_is_left_out(tmp_path: Path) -> None:
    html = (
        "<style>.a{display:none} p#b, i { visibility : hidden }"
        "@media print{.c{display:none}} body{display:none}"
        ".d{display:none}.d{display:block} .e:hover{display:none}"
        "/* .c{display:none} */ div .f{color:red;display:none}"
        "</style><p class='x a'>1</p><p id=b>2</p><p class=c>shown</p><p class=d>again</p><p class=e>here</p>"
        "<div><p class=f>3</p></div><dialog>4</dialog><dialog open>open</dialog><p aria-hidden=true>5</p>"
        "<p hidden>6</p><p style='color:red;display:none'>7</p><details><summary>sum</summary>more</details>"
        "<template>8</template>"
    )
    assert load_one(tmp_path, "a.html", html).text.split() == "shown again here open sum more".split()


def test_what_stands_around_an_article_comes_after_it(tmp_path: Path) -> None:
    around = "<nav>Home</nav><div id=cookieBar>Accept</div><header>Site</header>"
    article = "<header><h1>Bell</h1></header><p>Rung.</p><footer>By Ann</footer>"
    html = f"{around}<main>{article}</main><footer>Copyright</footer>"
    told = "Bell\n\nRung.\n\nBy Ann"
    assert load_one(tmp_path, "a.html", html).text == f"{told}\n\nHome\n\nAccept\n\nSite\n\nCopyright"
    # Nothing is moved where the page does not say what its article is.
    html = html.replace("main>", "div>")
    assert load_one(tmp_path, "b.html", html).text == f"Home\n\nAccept\n\nSite\n\n{told}\n\nCopyright"


def test_a_cell_that_spans_several_stands_in_each_and_the_header_is_known(tmp_path: Path) -> None:
    html = (
        "<table><tr><th rowspan=1>Train<th colspan=2>Times</tr><tr><td rowspan=2>Kestrel<td>8<td></tr>"
        "<tr><td>9<td>10</tr><tr><td colspan=3>Sundays</tr>"
        "<tr><td>Merlin<td colspan=999999999999>11</tr></table>"
    )
    document = load_one(tmp_path, "a.html", html)
    rows = ["Train | Times | Times", "--- | --- | ---", "Kestrel | 8", "Kestrel | 9 | 10", "Sundays"]
    assert document.text.split("\n") == [*rows, "Merlin | 11"]
    assert document.header(document.text.index("Kestrel | 9")) == rows[0]
    # What a few bytes claim is bounded.
    wide = load_one(
        tmp_path,
        "b.html",
        f"<table><tr><td>{'w' * 9000}<td colspan=9999 rowspan=9999>"
        f"{'x' * 9000}</tr>{'<tr><td>y</tr>' * 999}</table>",
    )
    assert len(wide.text) < 1_500_000


def test_inline_elements_neither_add_nor_lose_a_space(tmp_path: Path) -> None:
    document = load_one(tmp_path, "a.html", "<p>a<b>b </b> c<i>\n</i>d<span>e</span></p><br><br><br>f")
    assert document.text == "ab c de\n\nf"


def test_elements_nested_a_hundred_thousand_deep_are_read(tmp_path: Path) -> None:
    html = "<p>top</p>" + "<div>" * 100_000 + "deep" + "</div>" * 100_000 + "<h2>after</h2>"
    document = load_one(tmp_path, "a.html", html)
    assert document.text == "top\n\ndeep\n\nafter"
    assert headings_of(document) == [("after", 2)]
    assert load_one(tmp_path, "b.html", "<b>" * 100_000 + "deep<script>x").text == "deep"


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ("<p>né</p>".encode(), "né"),
        ('<meta charset="windows-1251"><p>Привет</p>'.encode("cp1251"), "Привет"),
        (
            b"<meta http-equiv=Content-Type content='text/html; charset=iso-8859-1'><p>\x93caf\xe9\x94",
            "“café”",
        ),
        ('<?xml version="1.0" encoding="Shift_JIS"?><p>日本</p>'.encode("cp932"), "日本"),
        ('<!--<meta charset="cp1251">--><meta charset=utf-16><p>né</p>'.encode(), "né"),
        ("<meta charset=cp1251><p>né</p>".encode("utf-16"), "né"),
        ("<meta charset=x-sjis><p>灯台</p>".encode("cp932"), "灯台"),
        ("<meta charset=ks_c_5601-1989><p>등대</p>".encode("cp949"), "등대"),
        ("<meta charset=gb2312><p>灯塔㐂</p>".encode("gb18030"), "灯塔㐂"),
        ("<meta charset=big5><p>燈塔</p>".encode("big5"), "燈塔"),
        ("<meta charset=koi><p>маяк</p>".encode("koi8-r"), "маяк"),
        ("<meta charset=macintosh><p>né</p>".encode("mac-roman"), "né"),
        ("<meta charset=hz-gb-2312><p>né</p>".encode(), "né"),
        ("\ufeff<meta charset=cp1251><p>né</p>".encode(), "né"),
        ("<meta charset=unicode_escape><p>n\\é</p>".encode(), "n\\é"),
    ],
)
def test_html_is_read_in_the_encoding_it_declares(tmp_path: Path, data: bytes, text: str) -> None:
    document = load_one(tmp_path, "a.html", data)
    assert (document.text, document.note) == (text, None)


def test_bytes_that_are_wrong_in_a_declared_encoding_are_replaced_and_noted(tmp_path: Path) -> None:
    document = load_one(tmp_path, "a.html", b"<meta charset=utf-8><p>a\xff</p>")
    assert (document.text, document.note) == ("a\ufffd", "some bytes are not utf-8 and were replaced")


def test_html_without_text_is_an_error(tmp_path: Path) -> None:
    message = error_of(lambda: load_one(tmp_path, "a.html", "<title>App</title><script>run()</script>"))
    assert message.startswith(f"{tmp_path}/a.html is empty: ")


# PDF


def test_a_pdf_gives_its_pages_and_their_offsets(tmp_path: Path) -> None:
    data = make_pdf(("First line", "an exam-", "ple é"), (), ("Third",), title="Paper")
    document = load_one(tmp_path, "a.PDF", data)
    assert document.text == "First line an example é\n\nThird"
    assert document.pages == (0, 25, 25)
    assert document.text[document.pages[2] :] == "Third"
    assert document.title == "Paper"
    assert document.sha256 == hashlib.sha256(data).hexdigest()


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (make_pdf(("secret",), password="word"), "is encrypted: remove its password"),
        (make_pdf((), ()), "has no text layer, as a scan: run text recognition (OCR) on it first"),
        (b"%PDF-1.4 and no more", "is not a PDF or is broken: save it again as PDF"),
        (b"", "is not a PDF or is broken: save it again as PDF"),
    ],
    ids=["encrypted", "scan", "broken", "empty"],
)
def test_a_pdf_without_text_is_an_error(tmp_path: Path, data: bytes, what: str) -> None:
    assert error_of(lambda: load_one(tmp_path, "a.pdf", data)) == f"{tmp_path}/a.pdf {what}"


def test_a_pdf_that_opens_without_a_password_is_read_though_it_is_encrypted(tmp_path: Path) -> None:
    assert load_one(tmp_path, "a.pdf", make_pdf(("open",), password="")).text == "open"


# Word


def test_a_word_file_is_read_in_order_with_headings_and_tables(tmp_path: Path) -> None:
    cells = "".join(f"<w:tc>{paragraph(text)}</w:tc>" for text in ("x", "y"))
    body = (
        paragraph("The title", "T")
        + paragraph("One", "H1")
        + paragraph("Text &amp; 😀 İ.<w:footnoteReference w:id='1'/>").replace(
            "<w:footnoteReference w:id='1'/></w:t>", "</w:t><w:footnoteReference w:id='1'/>"
        )
        + f"<w:tbl><w:tr>{cells}</w:tr><w:tr>{cells}</w:tr></w:tbl>"
        + paragraph("Two", "H2")
        + paragraph("<w:t>  </w:t>")
        + paragraph("End")
    )
    document = load_one(tmp_path, "a.docx", make_docx(body))
    assert document.text == "The title\n\nOne\n\nText & 😀 İ.\n\nA note.\n\nx | y\nx | y\n\nTwo\n\nEnd"
    assert headings_of(document) == [("The title", 1), ("One", 1), ("Two", 2)]
    assert document.title == "The title"


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"no zip", "is broken or not a Word file: save it again as .docx"),
        (b"", "is broken or not a Word file: save it again as .docx"),
        (make_docx("<w:p>"), "is broken or not a Word file: save it again as .docx"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512),
            "is encrypted or an old .doc: remove its password and save it as .docx",
        ),
        (make_docx(""), "is empty: it holds no text; give a file with text or leave it out"),
    ],
    ids=["no zip", "nothing", "broken", "encrypted", "empty"],
)
def test_a_word_file_without_text_is_an_error(tmp_path: Path, data: bytes, what: str) -> None:
    assert error_of(lambda: load_one(tmp_path, "a.docx", data)) == f"{tmp_path}/a.docx {what}"


# Corpora


def test_a_corpus_gives_a_document_for_each_row_with_text(tmp_path: Path) -> None:
    path = tmp_path / "c.jsonl"
    path.write_bytes(
        b'\xef\xbb\xbf{"id": "a", "title": "T", "text": "one\\r\\ntwo \xe2\x80\xa8 x"}\r\n'
        b'\n{"_id": "b", "title": "", "text": "\\ud800 lone", "metadata": {}}\n'
        b'{"_id": "c", "title": "t", "text": ""}\n{"id": 7, "text": "last"}'
    )
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    assert find([path]) == [SourceFile(path=str(path), document_id="", source="c.jsonl", is_corpus=True)]
    assert load_all(path) == [
        Document(id="a", source="c.jsonl", sha256=sha256, text="one\r\ntwo \u2028 x", title="T"),
        Document(id="b", source="c.jsonl", sha256=sha256, text="\ud800 lone"),
        Document(id="7", source="c.jsonl", sha256=sha256, text="last"),
    ]


@pytest.mark.parametrize(
    ("row", "what"),
    [
        (b'{"id": "x", ', "is not valid JSON: write one JSON object a line"),
        (b"[" * 100_000, "is not valid JSON: write one JSON object a line"),
        (b'["x"]', "is not a JSON object: write one object with id and text a line"),
        (b'{"text": "x"}', 'has no id: give each row an "id" or "_id", a string that is not empty'),
        (b'{"id": "", "text": "x"}', 'has no id: give each row an "id" or "_id", a string that is not empty'),
        (
            b'{"id": [1], "text": "x"}',
            'has no id: give each row an "id" or "_id", a string that is not empty',
        ),
        (b'{"id": "\\ud800", "text": "x"}', "has an id that is not valid Unicode, '\\ud800': change the id"),
        (b'{"id": ' + b"1" * 5000 + b', "text": "x"}', "is not valid JSON: write one JSON object a line"),
        (b'{"id": "x", "text": ["x"]}', 'has no text: give each row a "text" that is a string'),
        (
            b'{"id": "' + b"i" * 1001 + b'", "text": "x"}',
            "has an id of 1,001 characters, over the limit of 1,000: split it up",
        ),
        (b'{"id": "x"}', 'has no text: give each row a "text" that is a string'),
        (b'{"id": "a", "text": "x"}', "the id 'a' is taken by an earlier row: make ids unique"),
        (b'{"id": "x", "text": "\xff"}', "is not UTF-8: save the corpus as UTF-8"),
    ],
    ids=[
        *("JSON", "deep", "object", "no id", "empty id", "list", "surrogate", "digits", "text of a list"),
        *("long id", "text", "duplicate", "encoding"),
    ],
)
def test_a_bad_row_is_named_with_its_line_after_the_rows_before_it(
    tmp_path: Path, row: bytes, what: str
) -> None:
    path = tmp_path / "c.jsonl"
    path.write_bytes(b'{"id": "a", "text": "good"}\n\n' + row + b"\n")
    (file,) = find([path])
    rows = load(file)
    assert next(rows).text == "good"
    assert error_of(lambda: next(rows)) == f"{path}, line 3, {what}"


def test_a_corpus_without_any_text_is_an_error(tmp_path: Path) -> None:
    path = make_corpus(tmp_path / "c.jsonl", {"id": "a", "text": " "})
    assert error_of(lambda: load_all(path)) == (
        f"{path} is empty: no row holds a text; give a corpus with id and text in each row"
    )


def test_importing_the_loaders_imports_no_library_of_a_format() -> None:
    heavy = ["selectolax", "pypdfium2", "lxml", "markdown_it", "charset_normalizer"]
    code = f"import sys, index.load.sources; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
