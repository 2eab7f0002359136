"""The text of a PDF in the order in which a person reads it, its headings, pages and boxes."""

import re
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from index.load.decoding import UnreadableError, UnreadableNowError
from index.load.drawing import picture_of
from index.load.extracted import Extracted
from index.load.limits import Limits, require
from index.load.pdf_forms import read_annotations, read_fields
from index.load.pdf_frames import read_frames
from index.load.pdf_layout import lay_out, quoted
from index.load.pdf_words import PageWords, is_blank, read_words
from index.load.pictures import recognise
from index.load.progress import report
from index.load.tesseract import INSTALL, can_recognise

if TYPE_CHECKING:
    import pypdfium2

# What programs write where nobody gave a title.
_NO_TITLE = re.compile(
    r"|\((?:anonymous|unspecified)\)|untitled(?: document)?[ -]?\d*"
    r"|microsoft (?:word|powerpoint) - .*"
    r"|.*\.(?:docx?|pptx?|xlsx?|indd|qxd|pages|odt|tex|dvi|tmp)", re.IGNORECASE,
)  # fmt: skip


def extract_pdf(data: bytes, limits: Limits) -> Extracted:
    """Read a PDF; PDFium may be used by one thread at a time.

    Raises UnreadableError for a PDF that is encrypted, broken or without any text.
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
        title = pdf.get_metadata_value("Title").strip()
        pdf.init_forms()
        pages, notes = _read_pages(pdf, limits)
    except pypdfium2.PdfiumError as error:
        raise UnreadableError("is broken: save it again as PDF") from error
    finally:
        pdf.close()
    if any(page.words for page in pages):
        return lay_out(pages, None if _NO_TITLE.fullmatch(title) else title, notes)
    hint = f"{INSTALL}, or " if any("is not read" in note for note in notes) else ""
    raise UnreadableError(f"has no text layer, as a scan: {hint}run text recognition (OCR) on it first")


class _Notes:
    """What a person should know of how the pages were read."""

    def __init__(self) -> None:
        self.recognised: list[int] = []
        self.unread: list[int] = []
        self.damaged: list[int] = []
        self.annotations: list[str] = []

    def said(self) -> list[str]:
        """The notes, a line each."""
        notes = []
        if self.recognised:
            notes.append(f"recognised from a picture: {_pages(self.recognised)}")
        if self.unread:
            are = "is a picture and is" if len(self.unread) == 1 else "are pictures and are"
            notes.append(f"{_pages(self.unread)} {are} not read: {INSTALL}")
        if self.damaged:
            what_to_do = "" if can_recognise() else f": {INSTALL}"
            shown = f"the text of {_pages(self.damaged)} has no mapping to Unicode and is not what it shows"
            notes.append(shown + what_to_do)
        if self.annotations:
            notes.append(f"annotations left out: {quoted(self.annotations)}")
        return notes


def _read_pages(pdf: "pypdfium2.PdfDocument", limits: Limits) -> tuple[list[PageWords], list[str]]:
    pages: list[PageWords] = []
    notes = _Notes()
    characters = 0
    started, most = time.process_time(), limits.seconds + limits.page_seconds * len(pdf)
    for number in range(1, len(pdf) + 1):
        page = pdf[number - 1]
        try:
            found = read_words(page)
            if found.damaged or not (found.words or is_blank(page)):
                found = _from_picture(page, found, number, notes, limits)
            frames = () if found.turn else read_frames(page)
            found = found._replace(words=read_fields(pdf, page, found.words), frames=frames)
            notes.annotations += (f"{said} (page {number})" for said in read_annotations(page))
        finally:
            page.close()
        pages.append(found)
        characters += sum(len(word.text) + 1 for word in found.words)
        require("holds {} characters or more", characters, limits.text_characters)
        # What recognises text is another process.
        if time.process_time() - started > most:
            raise UnreadableNowError(f"takes more than {most:g} s to parse: split it up")
        report(number, len(pdf))
    return pages, notes.said()


def _from_picture(
    page: "pypdfium2.PdfPage", found: PageWords, number: int, notes: _Notes, limits: Limits
) -> PageWords:
    """The words that are recognised on a page as it is shown; what was found when that cannot be done."""
    if can_recognise():
        require(
            "has {} pages to be recognised in pictures", len(notes.recognised) + 1, limits.recognised_pages
        )
        recognised = recognise(picture_of(page), limits.seconds)
        if recognised and recognised[0].words:
            notes.recognised.append(number)
            return recognised[0]
    if found.damaged:
        notes.damaged.append(number)
    elif not can_recognise():
        notes.unread.append(number)
    return found


def _pages(numbers: Sequence[int]) -> str:
    if len(numbers) == 1:
        return f"page {numbers[0]}"
    shown = ", ".join(map(str, numbers[:10]))
    return f"pages {shown}" + (" and more" if len(numbers) > 10 else "")
