"""A document's text cut into what the source panel lays out; pure."""

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from index.split.sentences import paragraphs
from index.text.tables import cells
from index.types import Document
from qa.page.markdown import styles

_NEWLINE = re.compile(r"\r\n?|\n")
_LINE = re.compile(r"([^\r\n]*)(?:\r\n?|\n|\Z)")
_LIST_ITEM = re.compile(r"\s*(?:[-*+|>#•]|\d+[.)])")
# A browser lays out a block as a whole: one of ten megabytes would hold it up for seconds.
_LONGEST = 4000
# Characters from which a line looks as if it had been wrapped; a line of a PDF ends its paragraph when it is
# shorter than this share of the usual.
_WIDE, _SHORT = 50, 0.7
# Rows that are laid out in columns: a browser needs all of a table for that.
_MOST_ROWS = 2000


def pieces(document: Document) -> list[dict[str, Any]]:
    """The text cut into what the panel lays out; joined, their texts are the document's text.

    The paragraphs are those of `index.split.sentences`; on the pages of a PDF one ends also with a line that
    is clearly shorter than most. `size` counts code points; `flow` marks hard-wrapped prose, whose line ends
    are laid out as spaces; `goes_on` a part of a paragraph that was cut for its length; `page` is the page
    that starts with the piece; `heading` the words of a heading without its marks; `styles` says how parts
    of Markdown are shown, see `qa.page.markdown`. `row` says of a line of a table that it is a row, its
    header or the rule below that; `cells` are the ranges of its cells.
    """
    text = document.text
    cuts = {0, len(text), *document.pages, *(_line_start(text, start) for start, _ in paragraphs(text))}
    width = _WIDE
    if document.pages:
        width = min(_WIDE, int(_SHORT * _usual_width(text)))
        cuts |= _ends_of_short_lines(text, width)
    tags: dict[int, str] = {}
    headings: dict[int, str] = {}
    for heading in document.headings:
        start = _line_start(text, heading.start)
        after = _NEWLINE.search(text, heading.end)
        cuts |= {start, after.end() if after else len(text)}
        # The document's own headings go below the panel's, which is the second level.
        tags[start] = f"h{min(heading.level + 2, 6)}"
        headings[start] = text[heading.start : heading.end]
    table_rows = _rows(document)
    cuts |= {place for start, (end, _) in table_rows.items() for place in (start, end)}
    pages = {start: number for number, start in enumerate(document.pages, 1)}
    laid: list[dict[str, Any]] = []
    page = None
    for start, end in pairwise(sorted(cuts)):
        words = text[start:end].rstrip()
        if start in table_rows:
            laid += _row(text[start:end], table_rows[start][1], pages.get(start, page))
            page = None
            continue
        flow, page, tag = _is_wrapped_prose(words, width), pages.get(start, page), tags.get(start, "p")
        for first, last in pairwise(_parts(words)):
            part, goes_on = words[first:last], last < len(words)
            heading_words = headings.get(start) if not first else None
            laid.append(_piece(tag, part, flow=flow, goes_on=goes_on, page=page, heading=heading_words))
            page = None
        if gap := text[start + len(words) : end]:
            laid.append(_piece("span", gap))
    if sum(piece["row"] is not None for piece in laid) > _MOST_ROWS:
        laid = [{**piece, "cells": []} for piece in laid]
    if document.id.lower().endswith(".md"):
        laid = [{**piece, "styles": styles(piece["text"])} for piece in laid]
    return laid


def _rows(document: Document) -> dict[int, tuple[int, str]]:
    """Where the lines of tables start, where each ends with its line end, and what it is."""
    found = {}
    for table in document.tables:
        top = table.header[0] if table.header else table.start
        for line in _LINE.finditer(document.text, _line_start(document.text, top), table.end):
            above = "header" if any(map(str.isalnum, line[1])) else "rule"
            if line[1].strip():
                found[line.start()] = (line.end(), "row" if line.start() >= table.start else above)
    return found


def _row(line: str, kind: str, page: int | None) -> list[dict[str, Any]]:
    """A line of a table with its cells, and its end."""
    words = line.rstrip("\r\n")
    row = {**_piece("p", words, page=page), "row": kind, "cells": cells(words) if kind != "rule" else []}
    return [row, _piece("span", line[len(words) :])] if len(words) < len(line) else [row]


def _line_start(text: str, at: int) -> int:
    return max(text.rfind("\n", 0, at), text.rfind("\r", 0, at)) + 1


def _piece(
    tag: str,
    text: str,
    *,
    flow: bool = False,
    goes_on: bool = False,
    page: int | None = None,
    heading: str | None = None,
) -> dict[str, Any]:
    shown: dict[str, Any] = {"flow": flow, "goes_on": goes_on, "page": page, "heading": heading}
    return {"tag": tag, "text": text, "size": len(text), **shown, "styles": [], "row": None, "cells": []}


def _parts(words: str) -> Iterator[int]:
    """Where a paragraph is cut, at spaces where it has any: 0, ..., its length."""
    start = 0
    yield start
    while len(words) - start > _LONGEST:
        space = words.rfind(" ", start, start + _LONGEST) + 1
        start = space if space > start else start + _LONGEST
        yield start
    if words:
        yield len(words)


def _usual_width(text: str) -> int:
    """The length that nine lines in ten do not pass."""
    lengths = sorted(len(line) for line in text.splitlines() if line.strip())
    return lengths[len(lengths) * 9 // 10] if lengths else 0


def _ends_of_short_lines(text: str, width: int) -> set[int]:
    ends, start = set(), 0
    for found in _NEWLINE.finditer(text):
        if found.start() - start <= width:
            ends.add(found.end())
        start = found.end()
    return ends


def _is_wrapped_prose(paragraph: str, width: int) -> bool:
    *wrapped, last = paragraph.splitlines() or [""]
    long = bool(wrapped) and all(len(line) > width for line in wrapped)
    return long and not any(_LIST_ITEM.match(line) for line in (*wrapped, last))
