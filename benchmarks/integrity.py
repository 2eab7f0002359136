"""Citations of files in all formats, checked against an independent reader of the same files.

    python benchmarks/integrity.py PATH... [--json FILE] [--show N]

PATH is a file or a folder. Every sentence that an index would hold of each file is cited. Of each citation it
is checked that its quote stands at its offsets and, with its header, verifies; that each of its words is in
what another program reads in the file, white space, marks and the form of characters aside; and that its
page, box and place are there where the format has them. What is recognised in a picture is in no file, nor
are numbers of lists that Word and the like count, and dates of spreadsheets, which are kept as numbers of
days: the words of those are not looked for. Paths of data are looked for part by part.
"""

import argparse
import ctypes
import email
import email.policy
import html
import json
import re
import sys
import unicodedata
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).parent.parent))

from index.errors import SourceError
from index.load.boxes import boxes_between
from index.load.sources import find, load
from index.settings import IndexSettings
from index.split.passages import split
from index.types import Document
from qa.answer.citations import cite, mismatches
from qa.types import Citation

_TAG = re.compile(r"<[^>]*>")
_COUNTED = re.compile(r"\(?(?:[\dA-Za-z]{1,4}[.)]?)(?:\.\w{1,4})*[.)]?|[•◦▪–\-☐☑☒✓✗·]+")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d|\d+:\d\d:\d\d(?:\.\d+)?")
_APART = re.compile(r"[\s|/^()…,√∑∫.\[\]:]+|(?<=[\u3000-\u9fff])|(?=[\u3000-\u9fff])")
_SHEETS = frozenset((".xlsx", ".ods"))
_SHOWN = re.compile(r'form:(?:label|current-value)="([^"]*)"')
# Digits of a number that a sheet may keep otherwise rounded.
_DIGITS = 6
_CODE_PAGES = ("cp1252", "cp1250", "cp1251", "cp932")
_NO_WORD = re.compile(r"[\W_]+")
_PAGED = frozenset((".pdf", ".pptx"))
_PLACED = frozenset((".vtt", ".srt", ".json"))


def squeezed(text: str) -> str:
    """Letters and digits alone, in plain forms."""
    return _NO_WORD.sub("", unicodedata.normalize("NFKC", text)).casefold()


def _read_pdf(path: Path) -> str:
    import pypdfium2
    import pypdfium2.raw as pdfium

    pdf = pypdfium2.PdfDocument(path)
    said = []
    for page in pdf:
        said.append(page.get_textpage().get_text_range())
        for number in range(pdfium.FPDFPage_GetAnnotCount(page.raw)):
            said.append(_field(pdfium.FPDFPage_GetAnnot(page.raw, number)))
    return "\n".join(said)


def _field(annotation: object) -> str:
    """The value of a form's field, which is no text of the page."""
    import pypdfium2.raw as pdfium

    length = pdfium.FPDFAnnot_GetStringValue(annotation, b"V", None, 0)
    buffer = ctypes.create_string_buffer(max(2, length))
    pdfium.FPDFAnnot_GetStringValue(
        annotation, b"V", ctypes.cast(buffer, ctypes.POINTER(pdfium.FPDF_WCHAR)), length
    )
    return buffer.raw[: max(0, length - 2)].decode("utf-16-le", "replace")


def _text_of(markup: str) -> str:
    return html.unescape(_TAG.sub("", markup))


def _read_archive(path: Path) -> str:
    """All text of the XML in an archive, and what form controls of OpenDocument show."""
    with zipfile.ZipFile(path) as archive:
        names = [name for name in archive.namelist() if re.search(r"\.(?:xml|x?html?)\Z", name)]
        parts = [archive.read(name).decode("utf-8", "replace") for name in names]
    return " ".join(
        said for part in parts for said in (_text_of(part), *map(html.unescape, _SHOWN.findall(part)))
    )


def _read_mail(path: Path) -> str:
    data = path.read_bytes()
    parts = re.split(rb"(?m)^From .*\r?\n", data) if path.suffix == ".mbox" else [data]
    said = []
    for part in parts:
        message = email.message_from_bytes(
            re.sub(rb"(?m)^>(>*From )", rb"\1", part), policy=email.policy.default
        )
        for one in message.walk():
            said += [f"{name}: {value}" for name, value in one.items()]
            if one.get_content_maintype() == "text":
                packed = one.get_payload(decode=True) or b""
                text = _decoded(packed, one.get_content_charset())
                said.append(_text_of(text) if one.get_content_subtype() == "html" else text)
    return "\n".join(said)


def _decoded(data: bytes, named: str | None = None) -> str:
    declared = re.search(rb"charset=[\"']?([\w-]+)", data[:2000])
    named = named or (declared[1].decode() if declared else None)
    for encoding in (
        named,
        "utf-8-sig",
        "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else None,
        "cp1252",
    ):
        try:
            return data.decode(encoding or "ascii")
        except (LookupError, UnicodeDecodeError):
            continue
    return data.decode("latin-1")


def _read_rich(path: Path) -> str:
    """Control words taken out, characters decoded by several code pages, since each font may have its own."""
    data = path.read_bytes().decode("latin-1")
    data = re.sub(r"\\u(-?\d+) ?(?:\\'..|[^\\{}])?", lambda one: chr(int(one[1]) % 0x10000), data)
    said = "\n".join(_without_controls(data, page) for page in _CODE_PAGES)
    return said.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _without_controls(data: str, page: str) -> str:
    data = re.sub(
        r"(?:\\'[0-9a-fA-F]{2})+",
        lambda one: bytes.fromhex(one[0].replace("\\'", "")).decode(page, "replace"),
        data,
    )
    return re.sub(r"\\[a-zA-Z]+-?\d* ?|\\[^a-zA-Z]|[{}\r\n]", "", data)


def _read_json(path: Path) -> str:
    text = _decoded(path.read_bytes())
    return text + json.dumps(json.loads(text), ensure_ascii=False)


def _read_text(path: Path) -> str:
    return _decoded(path.read_bytes())


def _read_markup(path: Path) -> str:
    markup = _read_text(path)
    return _text_of(markup) + " ".join(re.findall(r"<v[^<>]*>", markup))


READERS: dict[str, Callable[[Path], str]] = {
    ".pdf": _read_pdf,
    **dict.fromkeys((".docx", ".odt", ".pptx", ".xlsx", ".ods", ".epub"), _read_archive),
    **dict.fromkeys((".html", ".htm", ".vtt", ".srt"), _read_markup),
    **dict.fromkeys((".eml", ".mbox"), _read_mail),
    ".rtf": _read_rich,
    ".json": _read_json,
    **dict.fromkeys((".txt", ".md", ".log", ".csv", ".tsv", ".yaml", ".yml"), _read_text),
}


class Fault(NamedTuple):
    """What is wrong with a citation: the check that failed, the document, and the quote."""

    check: str
    document: str
    quote: str


def citations(document: Document) -> Iterator[Citation]:
    """A citation of each sentence that an index would hold."""
    chunks = split(document, lambda texts: [len(text.split()) for text in texts], IndexSettings())
    ranges = dict.fromkeys(tuple(one) for chunk in chunks for one in chunk.sentences)
    for start, end in ranges:
        yield cite(document, start, end, score=0.0)


def faults(citation: Citation, document: Document, seen: str, suffix: str) -> Iterator[Fault]:
    """All that is wrong with a citation; `seen` is what the other program reads, squeezed."""
    name, quote = document.source, citation.quote
    if document.text[citation.start : citation.end] != quote or mismatches(citation, document):
        yield Fault("offsets", name, quote)
    lost = [] if citation.recognised or squeezed(quote) in seen else _lost(quote, seen, suffix)
    if lost:
        yield Fault("words", name, f"{lost[:5]} in {quote[:120]!r}")
    if suffix in _PAGED and citation.page is None:
        yield Fault("page", name, quote)
    if suffix == ".pdf" and not boxes_between(document.boxes, citation.start, citation.end):
        yield Fault("box", name, quote)
    if suffix in _PLACED and citation.place is None:
        yield Fault("place", name, quote)


def _lost(quote: str, seen: str, suffix: str) -> list[str]:
    words = _APART.split(_MOMENT.sub("", quote) if suffix in _SHEETS else quote)
    lost = [word for word in words if not _COUNTED.fullmatch(word) and squeezed(word) not in seen]
    return [word for word in lost if suffix not in _SHEETS or squeezed(word)[:_DIGITS] not in seen]


def main() -> None:
    """Print a Markdown table, a row for each format."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("paths", nargs="+", type=Path)
    parser.add_argument("--json", type=Path, help="write all faults there")
    parser.add_argument("--show", type=int, default=5, help="faults of a format that are printed")
    arguments = parser.parse_args()
    files, cited = Counter[str](), Counter[str]()
    found: dict[str, list[Fault]] = {}
    for file in find(arguments.paths):
        path = Path(file.path)
        suffix = path.suffix.lower()
        try:
            (document,) = load(file)
            seen = squeezed(READERS[suffix](path))
        except (SourceError, KeyError) as error:
            print(f"passed over: {error}", file=sys.stderr)
            continue
        files[suffix] += 1
        for citation in citations(document):
            cited[suffix] += 1
            found.setdefault(suffix, []).extend(faults(citation, document, seen, suffix))
    print("| format | files | citations | whole | faults |\n| --- | --- | --- | --- | --- |")
    for suffix in sorted(files):
        wrong = found.get(suffix, [])
        kinds = ", ".join(f"{count} {kind}" for kind, count in Counter(one.check for one in wrong).items())
        print(
            f"| {suffix} | {files[suffix]} | {cited[suffix]:,} | {_share(cited[suffix], wrong)} | {kinds} |"
        )
    every = [one for wrong in found.values() for one in wrong]
    print(f"| all | {files.total()} | {cited.total():,} | {_share(cited.total(), every)} | |")
    for suffix in sorted(found):
        for one in found[suffix][: arguments.show]:
            print(suffix, *one, file=sys.stderr)
    if arguments.json:
        arguments.json.write_text(json.dumps(every, ensure_ascii=False, indent=1), encoding="utf-8")


def _share(count: int, wrong: list[Fault]) -> str:
    bad = len({(one.document, one.quote) for one in wrong})
    return f"{1 - bad / max(1, count):.4f}"


if __name__ == "__main__":
    main()
