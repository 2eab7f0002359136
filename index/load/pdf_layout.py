"""The words of some pages as one text: what repeats left out, paragraphs and tables made, boxes kept."""

from collections.abc import Sequence

from index.load.boxes import Box, BoxedWord, pack
from index.load.extracted import Extracted
from index.load.pdf_flow import pieces_of
from index.load.pdf_lines import lines_of
from index.load.pdf_margins import without_line_numbers
from index.load.pdf_repeats import Sheet, without_repeats
from index.load.pdf_text import write
from index.load.pdf_words import PageWords

# How many texts a note quotes, and how much of each.
_QUOTED = 3
_QUOTED_CHARACTERS = 60


def lay_out(pages: Sequence[PageWords], title: str | None, notes: Sequence[str]) -> Extracted:
    """The text of some pages' words."""
    pages, numbered = without_line_numbers(pages)
    sheets = [Sheet(lines_of(page.words), page.height) for page in pages]
    kept, repeated = without_repeats(sheets)
    notes = [*notes, *(["numbers of lines in the margin left out"] if numbered else [])]
    notes = [*notes, *([f"repeated on its pages and left out: {quoted(repeated)}"] if repeated else [])]
    written = write(pieces_of(kept, [page.frames for page in pages]), len(pages))
    boxes = pack(
        [
            BoxedWord(start, end, Box(page + 1, *pages[page].box_of(word)), word.confidence)
            for start, end, page, word in written.words
        ]
    )
    return Extracted(
        written.text,
        title,
        tuple(written.headings),
        tuple(written.pages),
        note="; ".join(notes) or None,
        boxes=boxes,
    )


def quoted(texts: Sequence[str]) -> str:
    """The first of some texts, for a note."""
    shown = [
        text if len(text) <= _QUOTED_CHARACTERS else f"{text[:_QUOTED_CHARACTERS]}…"
        for text in texts[:_QUOTED]
    ]
    more = f" and {len(texts) - _QUOTED} more" if len(texts) > _QUOTED else ""
    return ", ".join(f"“{text}”" for text in shown) + more
