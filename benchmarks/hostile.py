"""Hostile documents, and what loading and splitting each of them costs.

    python benchmarks/hostile.py [NAME]... [--tree DIR] [--patience 120] | --fuzz N

Each is made in a folder of its own, and loaded and split in a process of its own, which is killed after
`--patience` seconds or beyond 8 GiB of address space. `--tree` measures another checkout. The tests load the
same files.
"""

import argparse
import io
import json
import os
import random
import re
import resource
import struct
import subprocess
import sys
import tempfile
import threading
import time
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks import hostile_office
from index.errors import SourceError
from index.load.sources import find, load

Make = Callable[[], bytes]
_MIB = 2**20
_BLANK = b" " * _MIB


# Plain text and Markdown


def _blank_lines() -> bytes:
    return b" \n\t\r\n" * (2 * _MIB)


def _spaces_between_words() -> bytes:
    return b"One word." + b" " * (10 * _MIB) + b"Another."


def _sentences_on_one_line() -> bytes:
    return b"The ferry sailed to Oban on a calm day in May. " * (10 * _MIB // 47)


def _sentences_without_spaces() -> bytes:
    return b"TheFerrySailed.ToOban," * (10 * _MIB // 22)


def _control_characters() -> bytes:
    return "\x01\x1b]0;title\x07\u202edlrow\u2066 text \x7f\x9b".encode() * 1000


# HTML


def _many_attributes() -> bytes:
    return b"<p " + b" ".join(b"a%d=1" % number for number in range(400_000)) + b">text</p>"


def _open_formats() -> bytes:
    """Each paragraph opens all of the formats again: a page of nodes that grows with the square."""
    formats = b"".join(b"<b id=%d>" % number for number in range(5_000))
    return formats + b"<p>x</p>" * 5_000


# Word

_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_DOCX = {
    "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
    f'<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    f'<Override PartName="/word/document.xml" ContentType="{_MAIN}.document.main+xml"/></Types>'.encode(),
    "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="r1" '
    f'Type="{_OFFICE}/officeDocument" Target="word/document.xml"/></Relationships>'.encode(),
}


def word_document(body: str, doctype: str = "") -> bytes:
    """`document.xml` with a body."""
    return f'{doctype}<w:document xmlns:w="{_WORD}"><w:body>{body}</w:body></w:document>'.encode()


def make_docx(document: bytes, extra: Mapping[str, bytes] | None = None) -> bytes:
    """A Word file with this `document.xml`, and with further members."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in {**_DOCX, "word/document.xml": document, **(extra or {})}.items():
            archive.writestr(name, content)
    return stream.getvalue()


class _Packed(NamedTuple):
    """Raw deflated bytes, and what they unpack to."""

    data: bytes
    size: int
    checksum: int


def _pack(before: bytes, mebibytes: int, after: bytes) -> _Packed:
    """Mebibytes of spaces between two texts; packed once, since each is packed alike."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    data = packer.compress(before) + packer.flush(zlib.Z_FULL_FLUSH)
    block = packer.compress(_BLANK) + packer.flush(zlib.Z_FULL_FLUSH)
    data += block * mebibytes + packer.compress(after) + packer.flush()
    checksum = zlib.crc32(before)
    for _ in range(mebibytes):
        checksum = zlib.crc32(_BLANK, checksum)
    return _Packed(data, len(before) + mebibytes * _MIB + len(after), zlib.crc32(after, checksum))


def _replace(docx: bytes, name: str, packed: _Packed) -> bytes:
    """The last member of an archive with other content."""
    start = docx.rfind(b"PK\x03\x04")
    directory = docx.index(b"PK\x01\x02")
    head = bytearray(docx[start : start + 30 + len(name)])
    struct.pack_into("<III", head, 14, packed.checksum, len(packed.data), packed.size)
    tail = bytearray(docx[directory:])
    entry = tail.rfind(b"PK\x01\x02")
    struct.pack_into("<III", tail, entry + 16, packed.checksum, len(packed.data), packed.size)
    end = tail.rfind(b"PK\x05\x06")
    struct.pack_into("<I", tail, end + 16, start + len(head) + len(packed.data))
    return docx[:start] + head + packed.data + tail


def _paragraph(text: str) -> str:
    return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"


def _docx_bomb() -> bytes:
    name = "word/media/i.png"
    return _replace(make_docx(word_document(_paragraph("text")), {name: b""}), name, _pack(b"", 2048, b""))


def _docx_xml(mebibytes: int) -> bytes:
    name = "word/document.xml"
    opening, closing = word_document("|").split(b"|")
    return _replace(make_docx(b""), name, _pack(opening, mebibytes, closing))


def _docx_understated() -> bytes:
    """The directory says that the text has 100 bytes; it unpacks to 64 MiB."""
    data = bytearray(_docx_xml(64))
    struct.pack_into("<I", data, data.rfind(b"PK\x01\x02") + 24, 100)
    return bytes(data)


def _docx_overlapping() -> bytes:
    """A thousand names in the directory for one and the same mebibyte."""
    data = make_docx(word_document(_paragraph("text")), {"word/media/0000.png": b" " * _MIB})
    end = data.rfind(b"PK\x05\x06")
    size, offset = struct.unpack_from("<II", data, end + 12)
    directory = data[offset : offset + size]
    entry = directory[directory.rfind(b"PK\x01\x02") :]
    entries = b"".join(entry.replace(b"0000.png", b"%04d.png" % number) for number in range(1, 1001))
    tail = struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, 1004, 1004, size + len(entries), offset, 0)
    return data[:end] + entries + tail


def _docx_entities() -> bytes:
    """Nine entities, each ten times the one before: a billion laughs."""
    levels = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    return make_docx(word_document(_paragraph("&e9;"), f'<!DOCTYPE x [<!ENTITY e0 "laugh">{levels}]>'))


def _docx_quadratic_entity() -> bytes:
    """One entity of a megabyte, named a thousand times."""
    doctype = f'<!DOCTYPE x [<!ENTITY e "{"a" * _MIB}">]>'
    return make_docx(word_document(_paragraph("&e;" * 1000), doctype))


def _docx_outside_entity() -> bytes:
    doctype = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
    return make_docx(word_document(_paragraph("text &e;"), doctype))


def _docx_deep() -> bytes:
    return make_docx(word_document("<w:sdt><w:sdtContent>" * 100_000 + "</w:sdtContent></w:sdt>" * 100_000))


def _docx_deep_tables() -> bytes:
    return make_docx(
        word_document("<w:tbl><w:tr><w:tc>" * 300 + _paragraph("text") + "</w:tc></w:tr></w:tbl>" * 300)
    )


def _docx_many_paragraphs() -> bytes:
    return make_docx(word_document(_paragraph("t") * 400_000))


def _docx_nested() -> bytes:
    inner = _docx_overlapping()
    return make_docx(
        word_document(_paragraph("text")), {f"word/embeddings/{n}.docx": inner for n in range(10)}
    )


# PDF


def make_pdf(objects: dict[int, bytes], root: int = 1, trailer: bytes = b"") -> bytes:
    """A PDF of these objects, with a table of where each stands."""
    data = bytearray(b"%PDF-1.7\n")
    places = {}
    for number, content in objects.items():
        places[number] = len(data)
        data += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = len(data)
    count = max(objects) + 1
    data += b"xref\n0 %d\n" % count
    for number in range(count):
        data += b"%010d %05d %s \n" % (places.get(number, 0), 0, b"n" if number in places else b"f")
    data += b"trailer <</Size %d /Root %d 0 R %s>>\nstartxref\n%d\n%%%%EOF" % (count, root, trailer, table)
    return bytes(data)


def pdf_stream(content: bytes, entries: bytes = b"", *, packed: int = 0) -> bytes:
    """A stream object, deflated `packed` times."""
    for _ in range(packed):
        content = zlib.compress(content, 9)
    filters = b"/Filter [%s]" % (b"/FlateDecode " * packed) if packed else b""
    return b"<<%s %s /Length %d>> stream\n%s\nendstream" % (entries, filters, len(content), content)


_FONT = b"<</Type /Font /Subtype /Type1 /BaseFont /Helvetica>>"
_SHOWN = b"BT /F 12 Tf 72 700 Td (The ferry sailed to Oban.) Tj ET "


_SHEET = b"/MediaBox [0 0 612 792] /Resources <</Font <</F 3 0 R>> %s>>"


def one_page_pdf(content: bytes, resources: bytes = b"", more: Mapping[int, bytes] | None = None) -> bytes:
    """A PDF with one page; `content` is its content stream's object, the font is /F."""
    return pdf_of_pages(content, 1, resources, more)


def pdf_of_pages(
    content: bytes, count: int, resources: bytes = b"", more: Mapping[int, bytes] | None = None
) -> bytes:
    """A PDF whose pages all show the same content stream."""
    numbers = range(100, 100 + count)
    kids = b" ".join(b"%d 0 R" % number for number in numbers)
    return make_pdf(
        {
            1: b"<</Type /Catalog /Pages 2 0 R>>",
            2: b"<</Type /Pages /Kids [%s] /Count %d %s>>" % (kids, count, _SHEET % resources),
            3: _FONT,
            4: content,
            **(more or {}),
            **dict.fromkeys(numbers, b"<</Type /Page /Parent 2 0 R /Contents 4 0 R>>"),
        }
    )


def _pdf_many_objects() -> bytes:
    more = dict.fromkeys(range(200, 1_000_200), b"<</A [1 2] /B 200 0 R>>")
    return one_page_pdf(pdf_stream(_SHOWN), more=more)


def _pdf_form(content: bytes, shown: int) -> bytes:
    """A form that may show the form with the number `shown`, as /X."""
    resources = b"/Font <</F 3 0 R>> /XObject <</X %d 0 R>>" % shown
    kind = b"/Type /XObject /Subtype /Form /BBox [0 0 612 792]"
    return pdf_stream(content, b"%s /Resources <<%s>>" % (kind, resources))


def _pdf_bomb() -> bytes:
    """A page whose content inflates to 4 GiB; twice deflated, it takes a few kilobytes."""
    once = b"x\xda" + _pack(b"", 4096, b"").data
    twice = zlib.compress(once, 9)
    filters = b"/Filter [/FlateDecode /FlateDecode]"
    return one_page_pdf(b"<<%s /Length %d>> stream\n%s\nendstream" % (filters, len(twice), twice))


def _pdf_text_bomb() -> bytes:
    """A page that shows 200 million characters."""
    return one_page_pdf(pdf_stream(b"BT /F 1 Tf " + b"(" + b"abcdefghi " * 20_000_000 + b") Tj ET", packed=1))


def _pdf_filters() -> bytes:
    return one_page_pdf(b"<</Filter [%s] /Length 3>> stream\nabc\nendstream" % (b"/FlateDecode " * 100_000))


def _pdf_forms() -> bytes:
    """Forms that show each other ten times each, nine deep."""
    forms = {10 + n: _pdf_form(b"/X Do " * 10 if n < 9 else _SHOWN, 11 + n) for n in range(10)}
    return one_page_pdf(pdf_stream(b"/X Do"), b"/XObject <</X 10 0 R>>", forms)


def _pdf_form_loop() -> bytes:
    form = _pdf_form(b"/X Do /X Do " + _SHOWN, 10)
    return one_page_pdf(pdf_stream(b"/X Do"), b"/XObject <</X 10 0 R>>", {10: form})


def _pdf_page_loop() -> bytes:
    return make_pdf(
        {
            1: b"<</Type /Catalog /Pages 2 0 R>>",
            2: b"<</Type /Pages /Kids [3 0 R 2 0 R] /Count 1000>>",
            3: b"<</Type /Pages /Parent 2 0 R /Kids [2 0 R 3 0 R] /Count 500>>",
        }
    )


def _pdf_claimed_pages() -> bytes:
    return make_pdf(
        {
            1: b"<</Type /Catalog /Pages 2 0 R>>",
            2: b"<</Type /Pages /Kids [3 0 R] /Count 2000000000>>",
            3: b"<</Type /Page /Parent 2 0 R /MediaBox [0 0 612 792]>>",
        }
    )


def _pdf_ten_thousand_pages() -> bytes:
    return pdf_of_pages(pdf_stream(_SHOWN * 40), 10_000)


def _pdf_many_pages() -> bytes:
    return pdf_of_pages(pdf_stream(_SHOWN), 300_000)


def _pdf_deep_arrays() -> bytes:
    return one_page_pdf(pdf_stream(b"[" * 5_000_000 + _SHOWN))


def _pdf_deep_objects() -> bytes:
    return one_page_pdf(pdf_stream(_SHOWN), b"/A " + b"[" * 1_000_000 + b"]" * 1_000_000)


def _pdf_cross_loop() -> bytes:
    data = one_page_pdf(pdf_stream(_SHOWN))
    table = int(data.rsplit(b"startxref\n", 1)[1].split()[0])
    return data.replace(b"trailer <<", b"trailer <</Prev %d " % table)


def _pdf_predictor() -> bytes:
    parameters = b"<</Predictor 12 /Columns 2000000000 /Colors 30 /BitsPerComponent 16>>"
    entries = b"/Filter /FlateDecode /DecodeParms " + parameters
    return one_page_pdf(pdf_stream(zlib.compress(_SHOWN), entries))


# Data and others


def _yaml_laughs() -> bytes:
    """Twelve lists, each eight times the one before."""
    levels = (f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 8)}]\n" for n in range(1, 12))
    return f"l0: &l0 [{'laugh, ' * 8}]\n{''.join(levels)}".encode()


def _archive(name: str, content: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return stream.getvalue()


# Corpora


def _row(**fields: object) -> bytes:
    return json.dumps({"id": "a", "text": "The ferry sailed.", **fields}).encode() + b"\n"


def _row_of_lists(count: int) -> bytes:
    return b'{"id": "b", "text": "x", "y": [' + b"[]," * (count - 1) + b"[]]}"


HOSTILE: dict[str, Make] = {
    "blank lines, 10 MiB.txt": _blank_lines,
    "10 MiB of spaces between two words.txt": _spaces_between_words,
    "10 MiB on one line.txt": _sentences_on_one_line,
    "10 MiB on one line without a space.txt": _sentences_without_spaces,
    "10 MiB of one letter.txt": lambda: b"x" * (10 * _MIB),
    "10 MiB of full stops.txt": lambda: b"a." * (5 * _MIB),
    "10 MiB of quotation marks.txt": lambda: b'."' * (5 * _MIB),
    "10 MiB of short lines.txt": lambda: b"a\n" * (5 * _MIB),
    "control characters.txt": _control_characters,
    "NUL bytes.txt": lambda: b"text\0" * 1000,
    "bytes of no encoding, 10 MiB.txt": lambda: bytes(range(1, 256)) * (40 * 1024),
    "60 MiB of short lines and a byte of no encoding.txt": lambda: b"a\n" * (30 * _MIB) + b"\xff",
    "a text of 40 MiB.txt": lambda: b"The ferry sailed to Oban.\n\n" * (40 * _MIB // 27),
    "200,000 headings.md": lambda: b"# Heading\n" * 200_000,
    "10 MiB of quote marks.md": lambda: b">" * (10 * _MIB) + b" text",
    "deep list.md": lambda: b"".join(b" " * n + b"- a\n" for n in range(2_000)),
    "10 MiB of brackets.md": lambda: b"[" * (10 * _MIB),
    "10 MiB of list marks on one line.md": lambda: b"- " * (5 * _MIB) + b"text",
    "100,000 nested div.html": lambda: b"<div>" * 100_000 + b"text",
    "100,000 nested b.html": lambda: b"<b>" * 100_000 + b"text",
    "100,000 nested span.html": lambda: b"<span>" * 100_000 + b"text",
    "100,000 nested spans and paragraphs.html": lambda: b"<span><p>" * 100_000 + b"text",
    "100,000 nested custom elements.html": lambda: b"<x-y>" * 100_000 + b"<p>text" * 1000,
    "100,000 nested svg.html": lambda: b"<svg><g>" * 100_000 + b"text",
    "100,000 nested tables.html": lambda: b"<table><tr><td>" * 100_000 + b"text",
    "100,000 nested table rows out of place.html": lambda: b"<table>text<tr>" * 100_000,
    "formats that each paragraph opens again.html": _open_formats,
    "400,000 attributes.html": _many_attributes,
    "an attribute of 10 MiB.html": lambda: b'<p title="' + b"x" * (10 * _MIB) + b'">text</p>',
    "10 MiB on one line.html": lambda: b"<p>" + b"text " * (2 * _MIB),
    "a comment that never ends.html": lambda: b"<p>text<!--" + b"-" * (10 * _MIB),
    "a script that never ends.html": lambda: b"<p>text<script>" + b"x()<!--" * _MIB,
    "2 million entities.html": lambda: b"&amp;&nosuch;" * _MIB,
    "10 MiB of less-than signs.html": lambda: b"<" * (10 * _MIB) + b"text",
    "10 MiB of meta.html": lambda: b"<meta " * (2 * _MIB),
    "unpacks to 2 GiB.docx": _docx_bomb,
    "XML that unpacks to 128 MiB.docx": lambda: _docx_xml(128),
    "understated size.docx": _docx_understated,
    "overlapping entries.docx": _docx_overlapping,
    "archives in the archive.docx": _docx_nested,
    "a billion laughs.docx": _docx_entities,
    "one large entity a thousand times.docx": _docx_quadratic_entity,
    "an entity from outside.docx": _docx_outside_entity,
    "100,000 nested elements.docx": _docx_deep,
    "300 nested tables.docx": _docx_deep_tables,
    "400,000 paragraphs.docx": _docx_many_paragraphs,
    "a page that inflates to 4 GiB.pdf": _pdf_bomb,
    "a page of 200 million characters.pdf": _pdf_text_bomb,
    "100,000 filters.pdf": _pdf_filters,
    "forms that show each other ten times.pdf": _pdf_forms,
    "a form that shows itself.pdf": _pdf_form_loop,
    "a loop in the page tree.pdf": _pdf_page_loop,
    "2 billion pages claimed.pdf": _pdf_claimed_pages,
    "10,000 pages.pdf": _pdf_ten_thousand_pages,
    "300,000 pages.pdf": _pdf_many_pages,
    "10,000 pages of a megabyte.pdf": lambda: pdf_of_pages(pdf_stream(_SHOWN * 20_000, packed=1), 10_000),
    "5 million open brackets.pdf": _pdf_deep_arrays,
    "arrays a million deep.pdf": _pdf_deep_objects,
    "a loop in the cross-references.pdf": _pdf_cross_loop,
    "a predictor of 2 billion columns.pdf": _pdf_predictor,
    "a million objects.pdf": _pdf_many_objects,
    "a billion laughs.yaml": _yaml_laughs,
    "a million brackets.json": lambda: b"[" * _MIB,
    "a million brackets.yaml": lambda: b"[" * _MIB,
    "a million groups.rtf": lambda: b"{\\rtf1 " + b"{" * _MIB,
    "600 million zeros.odt": lambda: _archive("content.xml", bytes(600 * _MIB)),
    "a subject of 10 MiB.eml": lambda: b"Subject: " + b"=?utf-8?q?a?= " * (700 * 1024) + b"\n\ntext",
    "5,000 messages within each other.eml": lambda: (
        b"Subject: a\n" + b"Content-Type: message/rfc822\n\n" * 5_000 + b"text"
    ),
    "a million parts.eml": lambda: (
        b"Subject: a\nContent-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\ntext\n" * 200_000
    ),
    "10 MiB of less-than signs.vtt": lambda: (
        b"WEBVTT\n\n00:01.000 --> 00:02.000\n" + b"<v " * (3 * _MIB) + b"\n"
    ),
    **hostile_office.HOSTILE,
    "a row of 200 MiB.jsonl": lambda: _row() + _row(id="b", text="x" * (200 * _MIB)),
    "a row of 50 million lists.jsonl": lambda: _row() + _row_of_lists(50_000_000),
    "a row of 5 million lists.jsonl": lambda: _row() + _row_of_lists(5_000_000),
    "a number of 10 million digits.jsonl": lambda: _row() + b'{"id": ' + b"1" * 10_000_000 + b"}",
    "an id of 10 million characters.jsonl": lambda: _row() + _row(id="b" * 10_000_000) * 2,
}
"""By name; the suffix is the format's."""

_MEASURED = """
import sys
from index.split.passages import split
from index.errors import SourceError
from index.load.sources import find, load
from index.settings import IndexSettings
characters = passages = longest = 0
try:
    for file in find([sys.argv[1]]):
        for document in load(file):
            characters += len(document.text)
            chunks = split(document, lambda texts: [len(text.split()) for text in texts], IndexSettings())
            passages += len(chunks)
            longest = max([longest, *(chunk.end - chunk.start for chunk in chunks)])
    print(f"read: {characters} characters, {passages} passages, the longest of {longest}")
except SourceError as error:
    print(f"refused: {str(error)[:300]}")
"""


def mutate(data: bytes, seed: int, most: int) -> bytes:
    """Up to `most` places changed, dropped or doubled, the same ones for the same seed."""
    dice = random.Random(seed)
    changed = bytearray(data)
    for _ in range(dice.randint(1, most)):
        at = dice.randrange(max(1, len(changed)))
        act = dice.randrange(4)
        if act == 0 and changed:
            changed[at] = dice.randrange(256)
        elif act == 1 and changed:
            changed[at] ^= 1 << dice.randrange(8)
        elif act == 2:
            del changed[at : at + dice.randint(1, 8)]
        else:
            changed[at:at] = changed[at : at + dice.randint(1, 64)]
    return bytes(changed)


def mutated(kind: str, seed: int) -> bytes:
    """A valid small file of a format, of which a few bytes are wrong.

    "docx inside" is a Word file whose archive stays whole; so is "odt inside" and the like.
    """
    if kind == "docx inside":  # the archive stays whole, so that the parsers of XML and Word are reached
        return make_docx(mutate(_SMALL_WORD, seed, 1))
    if kind.endswith(" inside"):
        return _mutated_inside(_SMALL[kind.split()[0]](), seed)
    return mutate(_SMALL[kind](), seed, 12)


def _mutated_inside(data: bytes, seed: int) -> bytes:
    """An archive with up to three places of one of its members wrong."""
    with zipfile.ZipFile(io.BytesIO(data)) as whole:
        members = {name: whole.read(name) for name in whole.namelist()}
    name = random.Random(seed).choice([name for name in members if name != "mimetype"])
    return hostile_office.archive({**members, name: mutate(members[name], seed, 3)})


_SMALL_WORD = word_document(
    _paragraph("The ferry sailed.")
    + "<w:tbl><w:tr><w:tc><w:p/></w:tc><w:tc><w:tcPr><w:gridSpan w:val='2'/></w:tcPr></w:tc></w:tr></w:tbl>"
    + "<w:p><w:pPr><w:pStyle w:val='Heading1'/></w:pPr><w:hyperlink><w:r><w:br/><w:t>Oban</w:t></w:r>"
    + "</w:hyperlink></w:p>"
)
_SMALL: dict[str, Make] = {
    "pdf": lambda: one_page_pdf(
        pdf_stream(_SHOWN + b"/X Do", packed=1),
        b"/XObject <</X 10 0 R>>",
        {10: _pdf_form(_SHOWN, 11)},
    ),
    "docx": lambda: make_docx(_SMALL_WORD),
    "html": lambda: (
        b"<!doctype html><meta charset=utf-8><title>A</title><h1 hidden>No</h1><p style='color:red'>The "
        b"<b>ferry</b> &amp; more<table><tr><td>a<td>b</table><pre> x\n</pre><svg><g>y</svg><ul><li>z</ul>"
    ),
    **hostile_office.SMALL,
}
KINDS = (*_SMALL, *(f"{kind} inside" for kind in ("docx", "odt", "pptx", "xlsx", "ods", "epub")))
"""What `mutated` makes."""


def fuzz(count: int) -> None:
    """Load mutated files and print how many were read, refused, and broke their parser."""
    with tempfile.TemporaryDirectory() as folder:
        for kind in KINDS:
            got: Counter[str] = Counter()
            for seed in range(count):
                path = Path(folder, f"{seed}.{kind.split()[0]}")
                path.write_bytes(mutated(kind, seed))
                try:
                    list(load(*find([path])))
                    got["read"] += 1
                except SourceError as error:
                    got[str(error).removeprefix(f"{path} ")] += 1
                path.unlink()
            print(f"{kind}, {count} files:", *(f"\n  {number} {what}" for what, number in got.most_common()))


def measure(path: Path, tree: Path, patience: float) -> tuple[str, float, float]:
    """What loading and splitting a file gives, its seconds, and the most memory of a process in MB."""
    started = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "-c", _MEASURED, path],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=tree,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (8 * 2**30, 8 * 2**30)),
    )
    timer = threading.Timer(patience, process.kill)
    timer.start()
    assert process.stdout
    assert process.stderr
    out, err = process.stdout.read(), process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    timer.cancel()
    seconds = time.monotonic() - started
    code = os.waitstatus_to_exitcode(status)
    if code == -9 and seconds >= patience:
        got = f"KILLED after {patience:.0f} s"
    elif code:
        got = f"DIED with {code}: {(err.strip().splitlines() or [''])[-1][:200]}"
    else:
        got = out.strip().replace(f"{path.parent}/", "")
    return got, seconds, usage.ru_maxrss * 1024 / 1e6


def main() -> None:
    """Print a row for each hostile file."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help="those whose name holds one of these; all without"
    )
    parser.add_argument("--tree", type=Path, default=Path(__file__).parent.parent)
    parser.add_argument("--patience", type=float, default=120)
    parser.add_argument("--fuzz", type=int, metavar="N", help="load N mutated files of each format instead")
    arguments = parser.parse_args()
    if arguments.fuzz:
        fuzz(arguments.fuzz)
        return
    print("| file | on disk | seconds | MB | what it got |\n| --- | --- | --- | --- | --- |")
    for name, make in HOSTILE.items():
        if arguments.names and not any(re.search(part, name) for part in arguments.names):
            continue
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, name)
            path.write_bytes(make())
            got, seconds, memory = measure(path, arguments.tree, arguments.patience)
            size = path.stat().st_size / 1e6
        print(f"| {name} | {size:.3f} MB | {seconds:.1f} | {memory:.0f} | {got} |", flush=True)


if __name__ == "__main__":
    main()
