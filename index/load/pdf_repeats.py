"""What a PDF repeats at the top and foot of its pages: running titles and page numbers."""

import re
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from index.load.pdf_lines import Line, same_row

# Share of a page's height, at its top and at its foot, in which repeated lines stand; and how many lines.
_ZONE = 0.14
_LINES = 4
# Places are compared to this share of the page's height.
_PLACE = 0.015
# In a document of fewer pages, what stands on two of them is repeated; in a longer one, on three.
_MANY_PAGES = 5
_NUMBER = re.compile(r"\d+")
_PAGE_NUMBER = re.compile(
    r"(?:(?:page|p\.|seite|s\.|p[aá]gina|pagina|side|sida)\s*)?[-–—|\[(\s]*(?:\d{1,4}|[ivxlc]{1,7})"
    r"(?:\s*(?:of|/|von|de|di|sur|av|van)\s*\d{1,4})?[-–—|\])\s]*$",
    re.IGNORECASE,
)


_Key = tuple[str, int]
_PAGE_WORD = re.compile(r"(?:page|p\.|seite|s\.|p[aá]gina|side|sida)$", re.IGNORECASE)


class Sheet(NamedTuple):
    """The lines of one page, and its height in points."""

    lines: list[Line]
    height: float


def without_repeats(sheets: Sequence[Sheet]) -> tuple[list[list[Line]], list[str]]:
    """The lines of each page that are its own, and the texts that were left out, each once."""
    outer = [_outer(sheet) for sheet in sheets]
    keys = [
        [_keys(line, page, sheet.height) for line in lines]
        for page, (sheet, lines) in enumerate(zip(sheets, outer, strict=True))
    ]
    seen: Counter[_Key] = Counter()
    for lines_of_page in keys:
        seen.update({near for own in lines_of_page for key in own for near in _near(key)})
    needed = 2 if len(sheets) < _MANY_PAGES else 3
    left_out: dict[str, str] = {}
    kept = []
    for sheet, lines, keys_of_lines in zip(sheets, outer, keys, strict=True):
        known = {
            id(line): line
            for line, own in zip(lines, keys_of_lines, strict=True)
            if _PAGE_NUMBER.match(line.text) or any(seen[key] >= needed for key in own)
        }
        # Beside anything else, a number is no page's, and what is repeated is a cell of a table.
        gone = [
            number
            for number, line in known.items()
            if all(id(other) in known for other in sheet.lines if same_row(line, other))
        ]
        for number in gone:
            text = known[number].text
            if not _PAGE_NUMBER.match(text):
                left_out.setdefault(_NUMBER.sub("#", text), text)
        kept.append([line for line in sheet.lines if id(line) not in gone])
    if not any(kept):  # each page says the same and no more
        return [sheet.lines for sheet in sheets], []
    return kept, list(left_out.values())


def _outer(sheet: Sheet) -> list[Line]:
    """The lines nearest to the top and to the foot of a page, and those that run up or down it."""
    turned = [line for line in sheet.lines if line.words[0].turned]
    ordered = sorted((line for line in sheet.lines if not line.words[0].turned), key=lambda line: line.top)
    top = [line for line in ordered[:_LINES] if line.bottom < _ZONE * sheet.height]
    foot = [line for line in ordered[-_LINES:] if line.top > (1 - _ZONE) * sheet.height]
    return [*top, *(line for line in foot if line not in top), *turned]


def _keys(line: Line, page: int, height: float) -> list[_Key]:
    """What a line is known by on another page: its text, or that a number in it counts the pages."""
    text, place = line.text, round(line.top / (_PLACE * height))
    pattern = _NUMBER.sub("#", text)
    counting = (
        f"{order}:{int(found[0][:6]) - page}:{pattern}"
        for order, found in enumerate(_NUMBER.finditer(text))
        if _numbers_pages(text, found)
    )
    return [(text, place), *((one, place) for one in counting)]


def _numbers_pages(text: str, found: re.Match[str]) -> bool:
    """Whether a number stands where those of pages do: first, last or after a word for a page."""
    before, after = text[: found.start()].strip(), text[found.end() :].strip()
    return not before or not after or _PAGE_WORD.search(before) is not None


def _near(key: _Key) -> tuple[_Key, _Key, _Key]:
    text, place = key
    return (text, place - 1), key, (text, place + 1)
