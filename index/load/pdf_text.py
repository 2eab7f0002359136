"""The pieces of a PDF as one text, and where each of its words stands on a page."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from index.load.pdf_flow import Piece, Placed
from index.load.pdf_words import Word
from index.text.items import MARK
from index.text.known_words import known_words
from index.types import Heading

_CELL_BREAK = " | "
_BROKEN = re.compile(r"^(.*[^\W\d_])([-‐\u00ad])$", re.DOTALL)
_WORDS = re.compile(r"[^\W\d_]+(?:[-‐][^\W\d_]+)*")
_LIGATURES = str.maketrans(
    {"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "ft", "ﬆ": "st"}
    | dict.fromkeys(map(chr, [*range(32), 0x7F, 0xFFFE, 0xFFFF]), "")
)
# What Apple's PDFs give for the ligature "ff" of TeX's fonts.
_MISNAMED_FF = re.compile(r"(?<=[a-z])↵(?=[a-z])")
# Marks of a list that the splitter of sentences takes for the start of an item.
_ITEM_MARK = re.compile(rf"{MARK}$")
# East Asian scripts have no spaces between words, and none at a line's end.
_UNSPACED = re.compile(r"[\u3000-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff00-\uffef]")
_FIRST_UNSPACED = "\u3000"
_WORD_PART = 3


class PlacedWord(NamedTuple):
    """A word of the text: its range there, its page, counted from 0, and where it stands on that."""

    start: int
    end: int
    page: int
    word: Word


class Written(NamedTuple):
    """A document's text, its headings, where each page starts and where its words stand."""

    text: str
    headings: list[Heading]
    pages: list[int]
    words: list[PlacedWord]


def write(pieces: Iterable[Piece], page_count: int) -> Written:
    """Write the pieces one after the other, paragraphs apart by a blank line."""
    pieces = list(pieces)
    writer = _Writer(_known_words(pieces))
    for number, piece in enumerate(pieces):
        writer.separate(pieces[number - 1] if number else None, piece)
        writer.write(piece)
    text = "".join(writer.parts)
    pages = _page_starts(writer.starts, writer.words, page_count, len(text))
    return Written(text, writer.headings, pages, writer.words)


def _page_starts(pieces: dict[int, int], words: Sequence[PlacedWord], count: int, end: int) -> list[int]:
    """Where each page starts: at its first piece, which may begin with a bar, or at its first word."""
    starts: list[int | None] = [pieces.get(page) for page in range(count)]
    for word in words:
        known = starts[word.page]
        starts[word.page] = word.start if known is None else min(known, word.start)
    found: list[int] = []
    for start in reversed(starts):
        end = end if start is None else min(end, start)
        found.append(end)
    return found[::-1]


def _known_words(pieces: Iterable[Piece]) -> Counter[str]:
    """The words that stand whole on a line, in lower case."""
    known: Counter[str] = Counter()
    for piece in pieces:
        for placed in piece.lines:
            words = placed.line.words
            inner = words[1:-1] if len(words) > 2 else ()
            known.update(map(str.casefold, _WORDS.findall(" ".join([word.text for word in inner]))))
    return known


class _Writer:
    def __init__(self, known: Counter[str]) -> None:
        self.parts: list[str] = []
        self.headings: list[Heading] = []
        self.words: list[PlacedWord] = []
        self.starts: dict[int, int] = {}  # of the first piece that begins on a page
        self._length = 0
        self._known = known

    def separate(self, before: Piece | None, piece: Piece) -> None:
        if before is None:
            return
        together = piece.kind == before.kind and (
            (piece.kind == "row" and not (piece.is_first and _is_another(before, piece)))
            or (piece.kind == "item" and all(_ITEM_MARK.match(_first(one).text) for one in (before, piece)))
        )
        self._put("\n" if together else "\n\n")

    def write(self, piece: Piece) -> None:
        start = self._length
        self.starts.setdefault(piece.lines[0].page, start)
        if piece.kind == "row":
            self._write_row(piece)
        else:
            self._write_lines(piece.lines)
        if piece.kind == "heading":
            self.headings.append(Heading(start=start, end=self._length, level=piece.level))

    def _write_row(self, piece: Piece) -> None:
        """Write the cells: a bar stands before an empty first one, and empty last ones are left out."""
        filled = [number for number, count in enumerate(piece.cells) if count]
        first = 0
        if filled[0] > 0:
            self._put("|")
        for number, count in enumerate(piece.cells[: filled[-1] + 1]):
            if number:
                self._put(" " if count and self.parts[-1].endswith(":") else _CELL_BREAK)
            self._write_lines(piece.lines[first : first + count])
            first += count

    def _write_lines(self, lines: Sequence[Placed]) -> None:
        put, placed_words, length = self.parts.append, self.words.append, self._length
        previous: str | None = None
        for number, (page, line) in enumerate(lines):
            following = _clean(lines[number + 1].line.words[0].text) if number + 1 < len(lines) else ""
            last = line.words[-1]
            for word in line.words:
                text = _clean(word.text)
                if previous is not None:
                    put(space := _between(previous, text))
                    length += len(space)
                joined = self._joined(text, following) if word is last else None
                previous, text = (text, text) if joined is None else (None, joined)
                if text:
                    end = length + len(text)
                    placed_words(PlacedWord(length, end, page, word))
                    put(text)
                    length = end
        self._length = length

    def _joined(self, text: str, following: str) -> str | None:
        """The part of a broken word as it goes on in the next line; None when it is not broken."""
        broken = _BROKEN.match(text)
        if not broken or not following or not following[0].isalnum():
            return None
        if broken[2] == "\u00ad":
            return broken[1]
        return text if self._keeps_hyphen(broken[1], following) else broken[1]

    def _keeps_hyphen(self, first: str, following: str) -> bool:
        """Whether the hyphen belongs to the word: "High-Flyer" and "state-of-the-art" do not lose theirs."""
        second = (_WORDS.match(following) or [""])[0]
        tail = (_WORDS.findall(first) or [""])[-1]
        if not following[0].islower() or "-" in tail or "-" in second:
            return not (first.isupper() and following[0].isupper() and "-" not in tail + second)
        whole, apart = (tail + second).casefold(), f"{tail}-{second}".casefold()
        if self._known[whole] or self._known[apart]:
            return self._known[apart] > self._known[whole]
        # A hyphen too many harms no search, which takes such a word both apart and as one.
        words = known_words()
        parts = (tail.casefold(), second.casefold())
        return whole not in words and min(map(len, parts)) >= _WORD_PART and words.issuperset(parts)

    def _put(self, text: str) -> None:
        self.parts.append(text)
        self._length += len(text)


def _is_another(before: Piece, piece: Piece) -> bool:
    """Whether a row begins another table than the one that ends right above it, and not a part of it."""
    alike = len(before.cells) == len(piece.cells) > 1
    return not alike and before.lines[0].page == piece.lines[0].page


def _first(piece: Piece) -> Word:
    return piece.lines[0].line.words[0]


def _between(before: str, after: str) -> str:
    if before[-1:] < _FIRST_UNSPACED:  # nearly always
        return " "
    return "" if _UNSPACED.match(before[-1:]) and _UNSPACED.match(after[:1]) else " "


def _clean(text: str) -> str:
    if text.isascii() and text.isprintable():
        return text
    text = _MISNAMED_FF.sub("ff", unicodedata.normalize("NFC", text.translate(_LIGATURES)))
    return text[:-1].replace("\u00ad", "") + text[-1:] if text else ""
