"""The formats that are read: one table from suffix to extractor, and the text of one file by it."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from index.load.books import extract_book
from index.load.data import extract_json, extract_yaml
from index.load.decoding import UnreadableError
from index.load.extracted import Extracted
from index.load.files import read_file
from index.load.html import extract_html
from index.load.limits import Limits, require_text
from index.load.mail import extract_mail, extract_mailbox
from index.load.markdown import extract_markdown
from index.load.open_document import extract_open_document
from index.load.plain_text import extract_text
from index.load.rich_text import extract_rich_text
from index.load.slides import extract_slides
from index.load.spreadsheets import extract_csv, extract_workbook
from index.load.subtitles import extract_subtitles
from index.load.word.document import extract_docx


class Format(NamedTuple):
    """How a file is read. The size of one that is packed says nothing of the length of its text."""

    extract: Callable[[bytes, Limits], Extracted]
    is_packed: bool = False


def _extract_pdf(data: bytes, limits: Limits) -> Extracted:
    # Imported here, since the parsers of other formats need the memory.
    from index.load.pdf import extract_pdf

    return extract_pdf(data, limits)


def _extract_picture(data: bytes, limits: Limits) -> Extracted:
    from index.load.pictures import extract_picture

    return extract_picture(data, limits)


FORMATS: dict[str, Format] = {
    ".txt": Format(extract_text),
    ".md": Format(extract_markdown),
    ".html": Format(extract_html),
    ".htm": Format(extract_html),
    ".pdf": Format(_extract_pdf, is_packed=True),
    ".docx": Format(extract_docx, is_packed=True),
    ".csv": Format(extract_csv),
    ".tsv": Format(extract_csv),
    ".xlsx": Format(extract_workbook, is_packed=True),
    ".ods": Format(extract_workbook, is_packed=True),
    ".png": Format(_extract_picture, is_packed=True),
    ".jpg": Format(_extract_picture, is_packed=True),
    ".jpeg": Format(_extract_picture, is_packed=True),
    ".tif": Format(_extract_picture, is_packed=True),
    ".tiff": Format(_extract_picture, is_packed=True),
    ".odt": Format(extract_open_document, is_packed=True),
    ".rtf": Format(extract_rich_text),
    ".pptx": Format(extract_slides, is_packed=True),
    ".epub": Format(extract_book, is_packed=True),
    ".eml": Format(extract_mail, is_packed=True),
    ".mbox": Format(extract_mailbox, is_packed=True),
    ".vtt": Format(extract_subtitles),
    ".srt": Format(extract_subtitles),
    ".json": Format(extract_json),
    ".yaml": Format(extract_yaml),
    ".yml": Format(extract_yaml),
    ".log": Format(extract_text),
}
"""By suffix, lower case."""


def extract_file(path: Path, limits: Limits) -> tuple[Extracted, str]:
    """The text of a file, by its suffix, and the SHA-256 of its bytes.

    Raises UnreadableError for what cannot be read or passes a limit.
    """
    known = FORMATS.get(path.suffix.lower())
    if known is None:
        raise UnreadableError(f"is of a format that is not read: give one of {', '.join(FORMATS)}")
    data = read_file(path, limits.packed_bytes if known.is_packed else limits.plain_bytes)
    extracted = known.extract(data, limits)
    require_text(extracted.text, limits)
    if len(extracted.headings) > limits.headings:
        note = f"only the first {limits.headings:,} headings are kept"
        extracted = extracted._replace(
            headings=extracted.headings[: limits.headings],
            note=f"{extracted.note}; {note}" if extracted.note else note,
        )
    return extracted, hashlib.sha256(data).hexdigest()
