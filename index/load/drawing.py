"""A page of a PDF, or a picture, drawn as a person sees it."""

import hashlib
import io
from pathlib import Path
from typing import TYPE_CHECKING

from index.load.decoding import UnreadableError
from index.load.files import read_file
from index.load.limits import Limits

if TYPE_CHECKING:
    import pypdfium2
    from PIL import Image

DRAWN = frozenset((".pdf", ".png", ".jpg", ".jpeg", ".tif", ".tiff"))
"""Suffixes of the files whose pages can be drawn."""
# The largest picture, in dots: wider than any panel, and a page of A4 stays under 0.5 MB.
_WIDE, _HIGH = 1200, 2400
_QUALITY = 85
# Dots to a point that a page is rendered with for recognition (300 to the inch), and the most to a side.
_DOTS = 300 / 72
_MOST_DOTS = 5000


def draw_page(path: Path, page: int, sha256: str, limits: Limits) -> bytes:
    """A page (counted from 1) of the file with this SHA-256, as JPEG.

    Raises UnreadableError for another file, one that cannot be drawn, and a page that it has not.
    """
    data = read_file(path, limits.packed_bytes)
    if hashlib.sha256(data).hexdigest() != sha256:
        raise UnreadableError("has changed since it was indexed: add it again")
    drawn = _of_pdf(data, page) if path.suffix.lower() == ".pdf" else _of_picture(data, page)
    stream = io.BytesIO()
    drawn.save(stream, "JPEG", quality=_QUALITY)
    return stream.getvalue()


def picture_of(page: "pypdfium2.PdfPage") -> bytes:
    """A page as shown, in grey, as a picture in the format PGM."""
    dots = min(_DOTS, _MOST_DOTS / max(page.get_size()))
    bitmap = page.render(scale=dots, grayscale=True)
    try:
        data, wide, step = bytes(bitmap.buffer), bitmap.width, bitmap.stride
        rows = (data[row * step : row * step + wide] for row in range(bitmap.height))
        return b"P5 %d %d 255\n" % (wide, bitmap.height) + b"".join(rows)
    finally:
        bitmap.close()


def _of_pdf(data: bytes, page: int) -> "Image.Image":
    import pypdfium2

    try:
        pdf = pypdfium2.PdfDocument(data)
        if not 1 <= page <= len(pdf):
            raise UnreadableError(f"has no page {page}")
        pdf.init_forms()  # else what was filled in is not drawn
        width, height = pdf[page - 1].get_size()
        bitmap = pdf[page - 1].render(scale=min(_WIDE / width, _HIGH / height))
        drawn: Image.Image = bitmap.to_pil().convert("RGB")
    except pypdfium2.PdfiumError as error:
        raise UnreadableError(f"has a page {page} that cannot be drawn") from error
    return drawn


def _of_picture(data: bytes, page: int) -> "Image.Image":
    from PIL import Image

    try:
        with Image.open(io.BytesIO(data)) as picture:
            picture.seek(page - 1)
            picture.thumbnail((_WIDE, _HIGH))
            shown = picture.convert("RGBA")
    except EOFError as error:
        raise UnreadableError(f"has no page {page}") from error
    except (OSError, ValueError, Image.DecompressionBombError) as error:
        raise UnreadableError("is a picture that cannot be drawn") from error
    paper = Image.new("RGB", shown.size, "white")
    paper.paste(shown, mask=shown)
    return paper
