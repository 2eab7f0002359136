"""The words of a PDF's page and where each stands, by PDFium; this module and `pdf` alone call it.

Calls are dear, so a word is asked for its first and last character only, and a font and size for each object
that shows text, not for each character. The calls that each word needs take addresses, without conversions.
"""

import math
import re
from collections.abc import Callable, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from index.load.pdf_directions import as_read, is_right_to_left, is_stacked, parts, unstacked

if TYPE_CHECKING:
    import pypdfium2

    from index.load.pdf_frames import Frame

# PDFium writes U+FFFE for a hyphen at a line's end, and U+0002 where it is asked character by character.
_WORD = re.compile("[^\\s\0\x02\ufffe]+[\x02\ufffe]?|[\x02\ufffe]")
_BOLD_NAME = re.compile(r"bold|black|heavy|demi|cmbx|sfbx|-bd|medi(?!um)", re.IGNORECASE)
_BOLD_WEIGHT = 600
# Marks of notes are smaller than the word before them by this much.
_MARK_SIZE = 0.85
_MARKED = re.compile(r"[^\W\d_]\)?[.,;:”\"’]?\d{1,3}$|\d[\d.,]*\d$|[^\W_]+[∗*†‡§]$")
_SUPERSCRIPT = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
# Of so many characters a page is asked whether they have a mapping to Unicode.
_ASKED = 50
# No text holds these; the hyphens that PDFium marks by U+0002 are not among them.
_UNREADABLE = re.compile("[\0\x01\x03-\x08\x0e-\x1b\ufffd\ue000-\uf8ff]")
_FEW_UNREADABLE = 0.01


class Word(NamedTuple):
    """A run of characters without white space, in points from the upper left corner of the page as shown.

    `order` counts the words as the file shows them. `size` is that of its type. A `turned` word runs up or
    down the page. A field's value is one word, whatever it says. `confidence` says how surely a word was
    recognised in a picture.
    """

    text: str
    left: float
    top: float
    right: float
    bottom: float
    size: float
    bold: bool
    order: int
    turned: bool = False
    is_field: bool = False
    confidence: float | None = None


class PageWords(NamedTuple):
    """The words of a page, its size in points, and whether its characters have no mapping to Unicode.

    Where most words run up the page (`turn` 1) or down it (-1), all are placed as on a page on its side.
    `frames` are the boxes that are drawn on a page that is not on its side.
    """

    words: list[Word]
    width: float
    height: float
    damaged: bool = False
    turn: int = 0
    frames: "tuple[Frame, ...]" = ()

    def box_of(self, word: Word) -> tuple[float, float, float, float]:
        """Where a word stands on the page as shown, in fractions of its width and height: x0, y0, x1, y1."""
        _, x0, y0, x1, y1, *_ = word
        if self.turn > 0:
            x0, y0, x1, y1 = y0, self.width - x1, y1, self.width - x0
        elif self.turn < 0:
            x0, y0, x1, y1 = self.height - y1, x0, self.height - y0, x1
        wide, high = self.width, self.height
        if self.turn:
            wide, high = high, wide
        return x0 / wide, y0 / high, x1 / wide, y1 / high


Place = Callable[[float, float], tuple[float, float]]


def page_frame(page: "pypdfium2.PdfPage") -> tuple[float, float, Place]:
    """Width and height of a page as shown, and what maps a point of the file's coordinates to it."""
    left, bottom, right, top = page.get_bbox()
    turn = page.get_rotation()
    wide, high = right - left, top - bottom
    places: dict[int, Place] = {
        0: lambda x, y: (x - left, top - y),
        90: lambda x, y: (y - bottom, x - left),
        180: lambda x, y: (right - x, y - bottom),
        270: lambda x, y: (top - y, right - x),
    }
    return (high, wide, places[turn]) if turn in (90, 270) else (wide, high, places[turn])


def read_words(page: "pypdfium2.PdfPage") -> PageWords:
    """The words of a page in the order in which the file shows them; those outside the page are left out."""
    import pypdfium2.raw as pdfium

    width, height, place = page_frame(page)
    layer = page.get_textpage()
    try:
        text = _characters(pdfium, layer.raw, pdfium.FPDFText_CountChars(layer.raw))
        fonts = _Fonts(pdfium, layer.raw)
        found = [part for match in _WORD.finditer(text) for part in parts(match[0], match.start())]
        words: list[Word] = []
        starts: list[int] = []
        seen: set[tuple[str, int, int]] = set()
        found = [
            (_as_read(pdfium, layer.raw, shown, first), first, last)
            if not shown.isascii() and is_right_to_left(shown)
            else (shown, first, last)
            for shown, first, last in found
        ]
        corners_of = _corners(layer.raw, found)
        if any(map(is_stacked, found, corners_of)):
            found = [part for both in zip(found, corners_of, strict=True) for part in unstacked(*both)]
            corners_of = _corners(layer.raw, found)
        for (shown, first, _), corners in zip(found, corners_of, strict=True):
            word = _word(shown, first, corners, place, fonts, len(words))
            key = word.text, round(word.left), round(word.top)
            inside = word.left < width and word.right > 0 and word.top < height and word.bottom > 0
            if inside and key not in seen:  # some programs make bold type by showing it twice
                seen.add(key)
                words.append(word)
                starts.append(first)
        damaged = _is_damaged(pdfium, layer.raw, text)
        turned = [word for word in words if word.turned]
        if 2 * len(turned) <= len(words):
            return PageWords(words, width, height, damaged)
        rises = pdfium.FPDFText_GetCharAngle(layer.raw, starts[turned[0].order]) < math.pi
        laid = [_on_its_side(word, width, height, rises=rises) for word in words]
        return PageWords(laid, height, width, damaged, 1 if rises else -1)
    finally:
        layer.close()


def is_blank(page: "pypdfium2.PdfPage") -> bool:
    """Whether a page shows nothing at all."""
    import pypdfium2.raw as pdfium

    return int(pdfium.FPDFPage_CountObjects(page.raw)) == 0


def _on_its_side(word: Word, width: float, height: float, *, rises: bool) -> Word:
    x0, y0, x1, y1 = word.left, word.top, word.right, word.bottom
    left, top, right, bottom = (
        (height - y1, x0, height - y0, x1) if rises else (y0, width - x1, y1, width - x0)
    )
    return word._replace(left=left, top=top, right=right, bottom=bottom, turned=not word.turned)


def _characters(pdfium: Any, layer: Any, count: int) -> str:  # noqa: ANN401 - PDFium's own, untyped
    """One character for each that PDFium counts, so that places in the text are its numbers."""
    import ctypes

    buffer = ctypes.create_string_buffer(2 * count + 2)
    units = pdfium.FPDFText_GetText(layer, 0, count, ctypes.cast(buffer, ctypes.POINTER(ctypes.c_ushort)))
    text = buffer.raw[: 2 * max(0, units - 1)].decode("utf-16-le", "replace")
    if len(text) == count:
        return text
    codes = (pdfium.FPDFText_GetUnicode(layer, number) for number in range(count))
    return "".join(chr(code) if code < 0xD800 or 0xE000 <= code < 0x110000 else "\ufffd" for code in codes)


@cache
def _by_address(name: str, *parameters: str) -> Callable[..., Any]:
    """A function of PDFium that takes addresses as numbers: half the time of one that converts pointers."""
    import ctypes

    import pypdfium2.raw as pdfium

    address = ctypes.cast(getattr(pdfium, name), ctypes.c_void_p).value
    kinds = [ctypes.c_void_p if kind == "address" else ctypes.c_int for kind in parameters]
    return ctypes.PYFUNCTYPE(ctypes.c_void_p, *kinds)(address or 0)


def _corners(layer: Any, found: Sequence[tuple[str, int, int]]) -> list[tuple[float, ...]]:  # noqa: ANN401
    """Left, top, right and bottom of the first and of the last character of each word, as the file has it."""
    import ctypes

    ask = _by_address("FPDFText_GetLooseCharBox", "address", "int", "address")
    address = ctypes.cast(layer, ctypes.c_void_p).value
    boxes = (ctypes.c_float * (8 * len(found)))()
    place = ctypes.addressof(boxes)
    for _, first, last in found:
        ask(address, first, place)
        ask(address, last, place + 16)
        place += 32
    values = iter(boxes)
    return list(zip(*[values] * 8, strict=True))


def _as_read(pdfium: Any, layer: Any, word: str, first: int) -> str:  # noqa: ANN401
    """A word that runs from right to left: some files have its characters as they stand."""
    box, edges = pdfium.FS_RECTF(), []
    for number in range(first, first + len(word)):
        pdfium.FPDFText_GetLooseCharBox(layer, number, box)
        edges.append(box.left)
    return as_read(word, edges)


class _Fonts:
    """Size and weight of characters, asked once for each object that shows text."""

    def __init__(self, pdfium: Any, layer: Any) -> None:  # noqa: ANN401
        import ctypes

        self._addressof, self._buffer = ctypes.addressof, ctypes.create_string_buffer
        self._pdfium = pdfium
        self._layer = layer
        self._address = ctypes.cast(layer, ctypes.c_void_p).value
        self._object_of = _by_address("FPDFText_GetTextObject", "address", "int")
        self._matrix = pdfium.FS_MATRIX()
        self._found: dict[int | None, tuple[float, bool]] = {None: (0.0, False)}
        self._bold: dict[int, bool] = {}

    def of(self, number: int) -> tuple[float, bool]:
        key = self._object_of(self._address, number)
        found = self._found.get(key)
        if found is None:
            shown = self._pdfium.FPDFText_GetTextObject(self._layer, number)
            found = self._found[key] = self._ask(shown, number)
        return found

    def _ask(self, shown: Any, number: int) -> tuple[float, bool]:  # noqa: ANN401
        size = self._pdfium.FPDFText_GetFontSize(self._layer, number)
        matrix = self._matrix
        if self._pdfium.FPDFText_GetMatrix(self._layer, number, matrix):
            size *= (matrix.c**2 + matrix.d**2) ** 0.5
        font = self._pdfium.FPDFTextObj_GetFont(shown)
        if not font:
            return size, False
        key = self._addressof(font.contents)
        if key not in self._bold:
            name = self._buffer(128)
            self._pdfium.FPDFFont_GetBaseFontName(font, name, len(name))
            weight = self._pdfium.FPDFFont_GetWeight(font)
            named = _BOLD_NAME.search(name.value.decode("utf-8", "replace"))
            self._bold[key] = bool(named) or weight >= _BOLD_WEIGHT
        return size, self._bold[key]


def _word(text: str, first: int, corners: tuple[float, ...], place: Place, fonts: _Fonts, order: int) -> Word:
    left, top, right, bottom, end_left, end_top, end_right, end_bottom = corners
    x0, y0 = place(left if left <= end_left else end_left, top if top >= end_top else end_top)
    x1, y1 = place(right if right >= end_right else end_right, bottom if bottom <= end_bottom else end_bottom)
    size, bold = fonts.of(first)
    left, right = (x0, x1) if x0 < x1 else (x1, x0)
    top, bottom = (y0, y1) if y0 < y1 else (y1, y0)
    size = size or bottom - top
    turned = len(text) > 2 and bottom - top > 2.2 * size and bottom - top > 1.3 * (right - left)
    if not text[-1].isalpha():
        if len(text) > 1 and _MARKED.search(text):
            text = _without_mark(text, first, size, fonts)
        if text[-1] in "\x02\ufffe":
            text = text[:-1] + "-"
    return Word(text, left, top, right, bottom, size, bold, order, turned)


def _without_mark(text: str, first: int, size: float, fonts: _Fonts) -> str:
    """A word without the small mark of a note at its end; after a figure or unit the mark is a power."""
    cut = len(text)
    while cut > 1 and fonts.of(first + cut - 1)[0] < _MARK_SIZE * size:
        cut -= 1
    if cut == len(text) or fonts.of(first + cut - 1)[0] < _MARK_SIZE * size:
        return text
    mark = text[cut:]
    stem = text[:cut].rstrip(".,;:)")
    if not mark.isdigit():
        return text if any(map(str.isalnum, mark)) else text[:cut]
    is_power = stem[-1:].isdigit() or sum(map(str.isalpha, stem)) <= 2
    return text[:cut] + (mark.translate(_SUPERSCRIPT) if is_power else "")


def _is_damaged(pdfium: Any, layer: Any, text: str) -> bool:  # noqa: ANN401
    """Whether most of a page's characters have no mapping to Unicode, so that its text is not what it shows.

    PDFium also says so of characters that it maps by a table of its own; control characters tell those apart.
    """
    count, unreadable = sum(map(len, text.split())), len(_UNREADABLE.findall(text))
    if 2 * unreadable > count:
        return True
    if not unreadable or unreadable < _FEW_UNREADABLE * count:
        return False
    shown = [number for number, character in enumerate(text) if not character.isspace()]
    asked = shown[:: max(1, len(shown) // _ASKED)]
    wrong = [number for number in asked if pdfium.FPDFText_HasUnicodeMapError(layer, number) == 1]
    return len(wrong) * 2 > len(asked)
