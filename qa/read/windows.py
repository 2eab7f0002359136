"""Windows of one sentence or a few, as the second reader reads them: with what stands above them; pure.

A window is read behind its context: the document's title, the headings above it, and the header row of its
table or the line that introduces its list.
"""

import re
from bisect import bisect_right
from collections.abc import Collection, Sequence
from typing import NamedTuple

from index.text.items import MARK
from index.types import Document, Heading
from qa.language.names import AUXILIARIES, WH
from qa.language.self_contained import leans
from qa.read.spans import Range

# The most characters of a window of several sentences.
LONGEST = 450
# The most characters between two sentences of a window: a question or a sentence that was not retrieved.
_GAP = 300
# The most words of a mere title, and the end of what is none: a sentence, a label with its value, a row.
_TITLE_WORDS = 6
_ENDED = re.compile(r"[.!?…。！？]\W*\Z|[|\t]|:\s")
# Words by which a line tells something; in a title they have capitals or a question word before them.
_TELLING = AUXILIARIES | {"must", "may", "might", "cannot"}
# The most sentences before one that leans on them.
_LEANT_ON = 2
# Characters that are looked through for the start of a list.
_BACK = 4000
_TITLE, _LEAD = 80, 160
# A question at the end of a text, and marks or a letter behind it.
_ASKED = re.compile(r"([^\W\d_][^.!?\n|]*\?)[\W_]*(?:A[.:)]\s*)?\Z")
_ITEM = re.compile(rf"\s*{MARK}\s")


class Window(NamedTuple):
    """Neighbouring sentences of a document, as ranges, and what they are read behind."""

    document_id: str
    sentences: tuple[Range, ...]
    context: str

    @property
    def range(self) -> Range:
        """From the first sentence to the last."""
        return self.sentences[0][0], self.sentences[-1][1]


def windows(
    document: Document,
    sentences: Collection[Range],
    wanted: Collection[Range],
    *,
    beside: int = 0,
    longest: int = LONGEST,
) -> list[Window]:
    """The wanted sentences of a document, each with `beside` ones on each side, in the document's order.

    One that leans on what stood before it ("It opened in 1911.") is read with the sentence before; if that
    leans too, with the one before that. A few words without an end ("3. Reset password") are read with what
    follows them. `sentences` are all that were retrieved. No window reaches over a heading, or past `longest`
    characters unless one sentence does. Windows that overlap are one where that is not too long.
    """
    places = sorted(sentences)
    starts = [heading.start for heading in document.headings]
    sections = [bisect_right(starts, start) for start, _ in places]

    def fits(first: int, last: int) -> bool:
        """Whether the sentences from one place to another may be one window."""
        if first < 0 or last >= len(places) or sections[first] != sections[last]:
            return False
        gaps = (places[place + 1][0] - places[place][1] for place in range(first, last))
        return max(gaps, default=0) <= _GAP and places[last][1] - places[first][0] <= longest

    found: list[tuple[int, int]] = []
    for place in (number for number, known in enumerate(places) if known in wanted):
        first = last = place
        for _ in range(beside):
            first -= fits(first - 1, last)
            last += fits(first, last + 1)
        while (
            place - first < _LEANT_ON
            and fits(first - 1, last)
            and leans(document.text[slice(*places[first])])
        ):
            first -= 1
        last += is_title(document.text[slice(*places[last])]) and fits(first, last + 1)
        if found and first <= found[-1][1] and fits(found[-1][0], max(last, found[-1][1])):
            first, last = found[-1][0], max(last, found.pop()[1])
        found.append((first, last))
    return [
        Window(document.id, tuple(places[first : last + 1]), context(document, places[first][0]))
        for first, last in found
    ]


def is_title(sentence: str) -> bool:
    """Whether a sentence may be no more than the name of what follows it: "Who can apply".

    A rule ("Chairs must be stacked") is none, though nothing ends it.
    """
    said = sentence.split()
    tells = not _TELLING.isdisjoint(said) and said[0].casefold() not in WH
    return len(said) <= _TITLE_WORDS and not tells and not _ENDED.search(sentence)


def context(document: Document, place: int) -> str:
    """What a reader of a place knows from above: title, headings, and what introduces it.

    That is the header of a table, the line above a list, or a question that it follows.
    """
    title = (document.title or "").strip()
    path = _path(document.text, document.headings, place)
    if title and path[:1] != [title]:
        path.insert(0, title)
    above = " > ".join(name[:_TITLE] for name in [*path[:1], *path[1:][-2:]])
    lead = document.header(place) or _introduction(document.text, place) or _question(document.text, place)
    return f"{above} | {lead[:_LEAD]}" if lead else above


def _path(text: str, headings: Sequence[Heading], place: int) -> list[str]:
    """The headings above a place, outermost first."""
    path: list[str] = []
    level = None
    for heading in reversed(headings[: bisect_right([heading.start for heading in headings], place)]):
        if level is None or heading.level < level:
            path.insert(0, text[heading.start : heading.end].strip())
            level = heading.level
    return path


def _introduction(text: str, place: int) -> str:
    """The line before the list that a place stands in; else nothing."""
    start = text.rfind("\n", 0, place) + 1
    end = text.find("\n", place)
    if not _ITEM.match(text[start : end if end >= 0 else len(text)]):
        return ""
    above = text[max(0, start - _BACK) : start].split("\n")[:-1]
    introducing = (row for row in reversed(above) if row.strip() and not _is_item(row))
    found = next(introducing, "").strip()
    return found if found.endswith(":") else ""


def _question(text: str, place: int) -> str:
    """The question that a place follows, maybe behind a mark ("A:"); else nothing."""
    found = _ASKED.search(text[max(0, place - _GAP) : place])
    return " ".join(found[1].split()) if found else ""


def _is_item(row: str) -> bool:
    return bool(_ITEM.match(row)) or row.startswith("  ")
