"""PDF: the text layer, page by page."""

from typing import TYPE_CHECKING

from index.load.decoding import UnreadableError
from index.load.extracted import Extracted
from index.load.limits import Limits, require

if TYPE_CHECKING:
    import pypdfium2


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
