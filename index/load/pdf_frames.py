"""Boxes that are drawn on a PDF's page, with a border or a ground: what stands in one belongs together."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from index.load.pdf_words import page_frame

if TYPE_CHECKING:
    import pypdfium2

# A page that draws more things is a map or a plan; one that has more boxes, a table.
_MOST_OBJECTS = 3000
_MOST_FRAMES = 60
# What is narrower or lower holds no two lines, in points.
_NARROWEST = 40.0
_LOWEST = 20.0


class Frame(NamedTuple):
    """A box, in points from the upper left corner of the page as shown."""

    left: float
    top: float
    right: float
    bottom: float


def read_frames(page: "pypdfium2.PdfPage") -> tuple[Frame, ...]:
    """The boxes of a page that are large enough to hold some lines."""
    import pypdfium2.raw as pdfium

    if pdfium.FPDFPage_CountObjects(page.raw) > _MOST_OBJECTS:
        return ()
    frames = tuple(dict.fromkeys(_frames(page)))
    return frames if len(frames) <= _MOST_FRAMES else ()


def _frames(page: "pypdfium2.PdfPage") -> Iterator[Frame]:
    import ctypes

    import pypdfium2.raw as pdfium

    place = page_frame(page)[2]
    edges = [ctypes.c_float() for _ in range(4)]
    for number in range(pdfium.FPDFPage_CountObjects(page.raw)):
        shown = pdfium.FPDFPage_GetObject(page.raw, number)
        if pdfium.FPDFPageObj_GetType(shown) != pdfium.FPDF_PAGEOBJ_PATH:
            continue
        if pdfium.FPDFPageObj_GetBounds(shown, *edges):
            left, bottom, right, top = (edge.value for edge in edges)
            (x0, y0), (x1, y1) = place(left, top), place(right, bottom)
            frame = Frame(min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))
            if frame.right - frame.left >= _NARROWEST and frame.bottom - frame.top >= _LOWEST:
                yield frame
