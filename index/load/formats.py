"""The text of one file, format by format: bytes in, text with its headings and pages out."""

import hashlib
import io
import re
import zipfile
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from index.load.decoding import UnreadableError, decode, decode_html
from index.load.files import read_file
from index.load.html import extract_page
from index.load.limits import Limits, require, require_bytes, require_text
from index.types import Heading

if TYPE_CHECKING:
    import pypdfium2

_LINE_END = re.compile(r"\r\n?|\n")
# YAML before the text, which CommonMark would take for a rule and a heading.
_FRONT_MATTER = re.compile(
    r"---[ \t]*(?:\r\n?|\n)[^\s:#-][^:\r\n]*:(?s:.*?)(?:\r\n?|\n)(?:---|\.\.\.)[ \t]*(?=[\r\n]|\Z)"
)
# Marks that mammoth writes itself: the numbers of notes, and the arrows back from them.
_NOTE_MARKS = re.compile(
    r'<sup><a href="#(?:foot|end)note-\d+" id="[^"]*">\[\d+\]</a></sup>'
    r'| ?<a href="#(?:foot|end)note-ref-\d+">↑</a>'
)


class Extracted(NamedTuple):
    """What a file says; the fields are those of Document."""

    text: str
    title: str | None = None
    headings: tuple[Heading, ...] = ()
    pages: tuple[int, ...] = ()
    note: str | None = None


def extract_file(path: Path, limits: Limits) -> tuple[Extracted, str]:
    """The text of a file, by its suffix, and the SHA-256 of its bytes.

    Raises UnreadableError for what cannot be read or passes a limit.
    """
    suffix = path.suffix.lower()
    extract = EXTRACTORS.get(suffix)
    if extract is None:
        raise UnreadableError(f"is of an unknown format: give one of {', '.join(EXTRACTORS)}")
    data = read_file(path, limits.packed_bytes if suffix in _PACKED else limits.plain_bytes)
    extracted = extract(data, limits)
    require_text(extracted.text, limits)
    if len(extracted.headings) > limits.headings:
        note = f"only the first {limits.headings:,} headings are kept"
        extracted = extracted._replace(
            headings=extracted.headings[: limits.headings],
            note=f"{extracted.note}; {note}" if extracted.note else note,
        )
    return extracted, hashlib.sha256(data).hexdigest()


def extract_text(data: bytes, limits: Limits) -> Extracted:
    """The file decoded, character for character."""
    text, note = decode(data)
    return Extracted(text, note=note)


def extract_markdown(data: bytes, limits: Limits) -> Extracted:
    """The file decoded, character for character; its first heading is its title."""
    text, note = decode(data)
    headings = markdown_headings(text)
    return Extracted(text, _title(text, headings), headings, note=note)


def extract_html(data: bytes, limits: Limits) -> Extracted:
    """The text that a browser would show, blocks apart by a blank line."""
    source, note = decode_html(data)
    page = extract_page(source)
    return Extracted(page.text, page.title, page.headings, note=note)


def extract_pdf(data: bytes, limits: Limits) -> Extracted:
    """The text layer, pages apart by a blank line; `pages` has an offset for each page.

    Raises UnreadableError for a PDF that is encrypted, broken or a scan without text. PDFium may be used by
    one thread at a time.
    """
    import pypdfium2

    try:
        pdf = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if "password" in str(error).lower():
            raise UnreadableError("is encrypted: remove its password") from error
        raise UnreadableError("is not a PDF or is broken: save it again as PDF") from error
    try:
        require("has {} pages", len(pdf), limits.pages)
        title = pdf.get_metadata_value("Title").strip() or None
        pages, offsets, length = [], [], 0
        for number in range(len(pdf)):
            pages.append(_page_text(pdf, number))
            offsets.append(length)
            length += len(pages[-1]) + 2
            require("holds {} characters or more", length - 2, limits.text_characters)
    except pypdfium2.PdfiumError as error:
        raise UnreadableError("is broken: save it again as PDF") from error
    finally:
        pdf.close()
    if not any(page.strip() for page in pages):
        raise UnreadableError("has no text layer, as a scan: run text recognition (OCR) on it first")
    return Extracted("\n\n".join(pages), title, pages=tuple(offsets))


def _page_text(pdf: "pypdfium2.PdfDocument", number: int) -> str:
    page = pdf[number]
    try:
        layer = page.get_textpage()
        try:
            text: str = layer.get_text_range()
        finally:
            layer.close()
    finally:
        page.close()
    # PDFium writes U+FFFE for a hyphen at a line's end together with that end; both are put back.
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\ufffe", "-\n").replace("\0", "").strip()


def extract_docx(data: bytes, limits: Limits) -> Extracted:
    """The text of a Word file in reading order; headings by style, table rows as lines.

    Raises UnreadableError for what is encrypted, broken, not Word's or too large when unpacked.
    """
    import mammoth

    _check_docx(data, limits)
    try:
        result = mammoth.convert_to_html(
            io.BytesIO(data),
            style_map="p[style-name='Title'] => h1:fresh",
            include_embedded_style_map=False,  # which could leave text out
            convert_image=lambda _: [],
        )
    except MemoryError:
        raise
    except RecursionError as error:
        raise UnreadableError("nests its parts too deeply: save it again as .docx") from error
    except Exception as error:  # mammoth lets whatever a broken part sets off through
        raise UnreadableError("is broken or not a Word file: save it again as .docx") from error
    page = extract_page(_NOTE_MARKS.sub("", result.value))
    return Extracted(page.text, _title(page.text, page.headings), page.headings)


def _check_docx(data: bytes, limits: Limits) -> None:
    if data.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):  # OLE, in which Word encrypts
        raise UnreadableError("is encrypted or an old .doc: remove its password and save it as .docx")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise UnreadableError("is broken or not a Word file: save it again as .docx") from error
    if any(member.flag_bits & 1 for member in members):
        raise UnreadableError("is encrypted: remove its password")
    # zipfile reads no more of a member than its directory says, so the sum cannot be understated.
    xml = max((m.file_size for m in members if m.filename.lower().endswith((".xml", ".rels"))), default=0)
    require_bytes("unpacks to", sum(m.file_size for m in members), limits.unpacked_bytes)
    require_bytes("has a part that unpacks to", xml, limits.xml_bytes)


def markdown_headings(text: str) -> tuple[Heading, ...]:
    """The headings of CommonMark, ranges of their words in `text` whatever its line ends.

    A range leaves out the marks around the words; marks inside (as of emphasis) are part of it.
    """
    from markdown_it import MarkdownIt

    ends = list(_LINE_END.finditer(text))
    starts = [0, *(end.end() for end in ends)]
    stops = [*(end.start() for end in ends), len(text)]
    front = _FRONT_MATTER.match(text)
    skipped = len(_LINE_END.findall(front[0])) if front else 0
    source = "\n" * skipped + text[front.end() :] if front else text
    tokens = MarkdownIt("commonmark").disable("inline").parse(source)
    headings = []
    for opening, inline in pairwise(tokens):
        if opening.type != "heading_open" or not inline.content or inline.map is None:
            continue
        first, last = inline.map[0], inline.map[1] - 1
        lines = inline.content.split("\n")
        head, tail = lines[0].strip(), lines[-1].strip()
        # From the right: the words come last in their line, and may also stand in the mark of a list.
        start = text.rfind(head, starts[first], stops[first])
        end = text.rfind(tail, starts[last], stops[last])
        if min(start, end) >= 0:
            headings.append(Heading(start=start, end=end + len(tail), level=int(opening.tag[1:])))
    return tuple(headings)


def _title(text: str, headings: tuple[Heading, ...]) -> str | None:
    return " ".join(text[headings[0].start : headings[0].end].split()) if headings else None


EXTRACTORS: dict[str, Callable[[bytes, Limits], Extracted]] = {
    ".txt": extract_text,
    ".md": extract_markdown,
    ".html": extract_html,
    ".htm": extract_html,
    ".pdf": extract_pdf,
    ".docx": extract_docx,
}
"""By suffix, lower case."""
_PACKED = frozenset((".pdf", ".docx"))  # whose size says nothing of the length of their text
