"""Hostile files of office, book and table formats, and small whole ones to be damaged, for `hostile`."""

import io
import zipfile
from collections.abc import Callable, Mapping

Make = Callable[[], bytes]
_MIB = 2**20
_OPEN = "urn:oasis:names:tc:opendocument:xmlns"
_SCHEMAS = "http://schemas.openxmlformats.org"
_LAUGHS = "".join(
    ['<!DOCTYPE x [<!ENTITY e0 "laugh">']
    + [f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10)]
    + ["]>"]
)
_NAMES = {
    kind: f'xmlns:{kind}="{_OPEN}:{kind}:1.0"' for kind in ("office", "text", "table", "manifest", "style")
}
_RELATIONS = f"{_SCHEMAS}/officeDocument/2006/relationships"


def archive(members: Mapping[str, str | bytes]) -> bytes:
    """A zip archive of these members."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in members.items():
            packed.writestr(name, content)
    return stream.getvalue()


def odt(body: str, before: str = "") -> bytes:
    """An OpenDocument text."""
    names = " ".join(_NAMES.values())
    content = (
        f"{before}<office:document-content {names}><office:body><office:text>{body}</office:text>"
        "</office:body></office:document-content>"
    )
    return archive({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": content})


def ods(rows: str) -> bytes:
    """An OpenDocument spreadsheet of one sheet."""
    names, kind = " ".join(_NAMES.values()), "application/vnd.oasis.opendocument.spreadsheet"
    content = (
        f"<office:document-content {names}><office:body><office:spreadsheet>"
        f'<table:table table:name="S">{rows}</table:table></office:spreadsheet></office:body>'
        "</office:document-content>"
    )
    manifest = f'<manifest:manifest {_NAMES["manifest"]}><manifest:file-entry manifest:full-path="/" '
    manifest += f'manifest:media-type="{kind}"/></manifest:manifest>'
    return archive({"mimetype": kind, "content.xml": content, "META-INF/manifest.xml": manifest})


def _relations(targets: Mapping[str, str]) -> str:
    rows = "".join(
        f'<Relationship Id="{kind}" Type="{_RELATIONS}/{kind}" Target="{target}"/>'
        for kind, target in targets.items()
    )
    return f'<Relationships xmlns="{_SCHEMAS}/package/2006/relationships">{rows}</Relationships>'


def pptx(shapes: str, before: str = "") -> bytes:
    """A presentation of one slide."""
    names = (
        f'xmlns:p="{_SCHEMAS}/presentationml/2006/main" xmlns:a="{_SCHEMAS}/drawingml/2006/main" '
        f'xmlns:r="{_RELATIONS}"'
    )
    deck = f'<p:presentation {names}><p:sldIdLst><p:sldId id="1" r:id="slide"/></p:sldIdLst></p:presentation>'
    slide = f"{before}<p:sld {names}><p:cSld><p:spTree>{shapes}</p:spTree></p:cSld></p:sld>"
    return archive(
        {
            "_rels/.rels": _relations({"officeDocument": "ppt/presentation.xml"}),
            "ppt/presentation.xml": deck,
            "ppt/_rels/presentation.xml.rels": _relations({"slide": "slides/slide1.xml"}),
            "ppt/slides/slide1.xml": slide,
        }
    )


def shape(text: str) -> str:
    """A shape of a slide."""
    return f"<p:sp><p:txBody><a:p><a:r><a:t>{text}</a:t></a:r></a:p></p:txBody></p:sp>"


def xlsx(rows: str, before: str = "") -> bytes:
    """A workbook of one sheet."""
    main = f'xmlns="{_SCHEMAS}/spreadsheetml/2006/main"'
    book = f'<workbook {main} xmlns:r="{_RELATIONS}"><sheets><sheet name="S" sheetId="1" r:id="worksheet"/>'
    return archive(
        {
            "_rels/.rels": _relations({"officeDocument": "xl/workbook.xml"}),
            "xl/workbook.xml": f"{book}</sheets></workbook>",
            "xl/_rels/workbook.xml.rels": _relations({"worksheet": "worksheets/sheet1.xml"}),
            "xl/worksheets/sheet1.xml": before
            + f"<worksheet {main}><sheetData>{rows}</sheetData></worksheet>",
        }
    )


def cell(place: str, text: str) -> str:
    """A cell of a workbook in a row of its own."""
    number = place.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    return f'<row r="{number}"><c r="{place}" t="inlineStr"><is><t>{text}</t></is></c></row>'


def epub(chapter: str, item: str = "c.xhtml", times: int = 1) -> bytes:
    """A book of one chapter, which is read so many times."""
    container = (
        '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
        '<rootfile full-path="b.opf"/></rootfiles></container>'
    )
    book = (
        '<package xmlns="http://www.idpf.org/2007/opf"><manifest><item id="c" media-type='
        f'"application/xhtml+xml" href="{item}"/></manifest><spine>'
        + '<itemref idref="c"/>' * times
        + "</spine></package>"
    )
    return archive({"META-INF/container.xml": container, "b.opf": book, "c.xhtml": chapter})


def _paragraph(text: str) -> str:
    return f"<text:p>{text}</text:p>"


def _wide_table() -> bytes:
    """A thousand cells, each of which claims a million columns and rows."""
    spanning = b'<td rowspan="1000000" colspan="1000000">a long cell of a table' * 10
    return b"<table>" + (b"<tr>" + spanning) * 100 + b"</table>"


_ZEROS = bytes(128 * _MIB)
HOSTILE: dict[str, Make] = {
    "cells of a million rows and columns.html": _wide_table,
    "a part of 128 MiB.odt": lambda: archive({"content.xml": _ZEROS}),
    "a part of 128 MiB.pptx": lambda: archive({"ppt/slides/slide1.xml": _ZEROS}),
    "a part of 128 MiB.xlsx": lambda: archive({"xl/worksheets/sheet1.xml": _ZEROS}),
    "a part of 128 MiB.epub": lambda: archive({"c.xhtml": _ZEROS}),
    "a billion laughs.odt": lambda: odt(_paragraph("&e9;"), _LAUGHS),
    "a billion laughs.pptx": lambda: pptx(shape("&e9;"), _LAUGHS),
    "a billion laughs.xlsx": lambda: xlsx(cell("A1", "&e9;"), _LAUGHS),
    "a billion laughs.epub": lambda: epub(f"{_LAUGHS}<html><body><p>text &amp;e9; &e9;</p></body></html>"),
    "100,000 nested lists.odt": lambda: odt(
        "<text:list><text:list-item>" * 100_000 + "</text:list-item></text:list>" * 100_000
    ),
    "100,000 nested groups.pptx": lambda: pptx("<p:grpSp>" * 100_000 + "</p:grpSp>" * 100_000),
    "100,000 nested elements.epub": lambda: epub("<html><body>" + "<div>" * 100_000 + "text"),
    "one chapter 20,000 times.epub": lambda: epub("<p>" + "The ferry sailed. " * 50_000, times=20_000),
    "a chapter outside the book.epub": lambda: epub("<p>text", "../../../../../../etc/passwd"),
    "a cell in the last row and column.xlsx": lambda: xlsx(cell("A1", "a") + cell("XFD1048576", "z")),
    "a cell of 10 MiB.xlsx": lambda: xlsx(cell("A1", "word " * (2 * _MIB))),
    "a cell that repeats a billion times.ods": lambda: ods(
        '<table:table-row table:number-rows-repeated="1000000000">'
        '<table:table-cell office:value-type="string" '
        'table:number-columns-repeated="1000000000"><text:p>a</text:p></table:table-cell></table:table-row>'
    ),
    "a cell that repeats a billion times.odt": lambda: odt(
        '<table:table><table:table-row><table:table-cell table:number-columns-repeated="9999">'
        + _paragraph("a long cell of a table " * 40)
        + "</table:table-cell></table:table-row></table:table>"
    ),
    "10 million cells in a row.csv": lambda: b"a," * (5 * _MIB) + b"\n" + b"1," * (5 * _MIB),
    "a cell of 15 MiB.csv": lambda: b'a,b\n1,"' + b"word " * (3 * _MIB) + b'"\n',
    "a quote that never ends.csv": lambda: b'a,b\n"' + b"1,2\n" * (2 * _MIB),
}
"""By name; the suffix is the format's."""

SMALL: dict[str, Make] = {
    "odt": lambda: odt(_paragraph("The ferry sailed.")),
    "pptx": lambda: pptx(shape("The ferry sailed.")),
    "xlsx": lambda: xlsx(cell("A1", "Ship") + cell("A2", "Ferry")),
    "ods": lambda: ods(
        '<table:table-row><table:table-cell office:value-type="string"><text:p>Ship</text:p>'
        "</table:table-cell></table:table-row>"
    ),
    "epub": lambda: epub("<html><body><h1>One</h1><p>The ferry sailed.</p></body></html>"),
    "rtf": lambda: (
        rb"{\rtf1\ansi{\fonttbl{\f0\fcharset204 A;}}\pard{\b The} ferry\'e9\u8211? {\super 2}\par"
        rb"\trowd\intbl a\cell b\cell\row{\footnote n}}"
    ),
    "eml": lambda: (
        b"From: a@b\nSubject: =?utf-8?q?The_ferry?=\nContent-Type: multipart/mixed; boundary=x\n\n--x\n"
        b"Content-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: base64\n\nPHA+SGk=\n--x\n"
        b"Content-Type: message/rfc822\n\nSubject: b\n\nold\n--x--\n"
    ),
    "mbox": lambda: b"From a@b Tue Mar  5 10:12:00 2024\nSubject: One\n\nFirst.\n" * 2,
    "vtt": lambda: b"WEBVTT\n\n00:01.000 --> 00:02.000\n<v Ann Bo>Hello &amp; welcome\nBEN: no\n",
    "srt": lambda: b"1\n00:00:01,000 --> 00:00:02,000\nHello {\\an8}there\n",
    "csv": lambda: b'a;b;c\n1;"2 ""x""";3\n4;5;6\n',
    "json": lambda: b'{"a": [{"b": 1.5, "c": "x"}, {"b": 2, "c": "\\u00e9"}], "d": {"e": [1, 2]}}',
    "yaml": lambda: b"a: &x [1, 2]\nb: *x\nc:\n  - d: 2024-03-05\n    e: |\n      text\n---\nf: !!str 1\n",
    "md": lambda: (
        b"---\ntitle: a\n---\n# One\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n<!-- c -->[d](e) *f*[^1]\n\n"
        b"[^1]: g\n"
    ),
}
"""A small whole file of each format that is not made in `hostile`."""
