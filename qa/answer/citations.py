"""Turn spans into citations: verbatim quotes with their place, which anyone can verify."""

import re
from bisect import bisect_right
from collections.abc import Sequence
from itertools import groupby, pairwise

from index.load.boxes import confidence_between
from index.text.quoting import is_quoted
from index.text.unsaid import as_said
from index.types import Document, Range
from qa.types import Answer, Citation, HeaderRow

# The most characters that are quoted of text without marks, and text without any for so long.
_LONGEST_PIECE = 300
_UNBROKEN = re.compile(r"(?:[^.,;:!?…|()–—。、！？\n]|\n(?!\s*(?:[-*+•‣◦]|\(?\w{1,3}[.)])\s)){300,}")

_ENDED = re.compile(r"[.!?…:;。！？][\"”’)\]*_]*\s*$")
_NUMBERED = re.compile(r"(?:\d{1,3}(?:\.\d{1,3})*[.)]?|\([a-z\d]{1,3}\)|[-*•])\s")


def cite(
    document: Document, start: int, end: int, *, highlight: tuple[int, int] | None = None, score: float
) -> Citation:
    """The citation of `document.text[start:end]`."""
    return Citation(
        document_id=document.id,
        source=document.source,
        sha256=document.sha256,
        start=start,
        end=end,
        quote=document.text[start:end],
        highlight=highlight,
        score=score,
        page=bisect_right(document.pages, start) or None,
        place=_place(document, start),
        heading=_heading(document, start),
        header=_header(document, start),
        recognised=confidence_between(document.boxes, start, end),
    )


def recognition(citation: Citation) -> str | None:
    """What a person is told of a quote that was recognised in a picture; None for any other."""
    if citation.recognised is None:
        return None
    return f"recognised from a picture, {citation.recognised:.0%} sure"


def piece(text: str, start: int, end: int, highlight: Range | None) -> Range:
    """What is quoted of a sentence: all of it, or the words around the answer where it is long and unbroken.

    Speech that was written down has no full stops, and a quote is to be checked at a glance.
    """
    if not _UNBROKEN.search(text, start, end):
        return start, end
    first, last = highlight or (start, start)
    begin = max(start, min(first, end - _LONGEST_PIECE, (first + last - _LONGEST_PIECE) // 2))
    stop = min(end, max(last, begin + _LONGEST_PIECE))
    while start < begin < first and not text[begin - 1].isspace():
        begin += 1
    while last < stop < end and not text[stop].isspace():
        stop -= 1
    return begin, stop


def mismatches(citation: Citation, document: Document) -> list[str]:
    """What is wrong with a citation of this document, one line each; nothing when it holds."""
    place = f"{citation.document_id}:{citation.start}-{citation.end}"
    wrong = []
    if not 0 <= citation.start < citation.end <= len(document.text):
        wrong.append(
            f"{place}: the range is not within the document, which has {len(document.text)} characters"
        )
    elif document.text[citation.start : citation.end] != citation.quote:
        wrong.append(f"{place}: the quote is not what stands there")
    header = citation.header
    if header and document.text[max(0, header.start) : header.end] != header.quote:
        wrong.append(f"{place}: the header is not what stands at {header.start}-{header.end}")
    if citation.highlight and not (
        citation.start <= citation.highlight[0] < citation.highlight[1] <= citation.end
    ):
        wrong.append(f"{place}: the highlight {list(citation.highlight)} is not within the quote")
    if citation.sha256 != document.sha256:
        wrong.append(
            f"{place}: the file {document.source} is not the one that was cited (its SHA-256 differs)"
        )
    return wrong


def joined(citations: Sequence[Citation], located: Sequence[str] = ()) -> str:
    """The quotes as a person reads them, one after the other, behind where they stand where that is given.

    A space is between sentences, a line end beside rows, lines of data and what has a number of its own.
    """
    if not located:
        said = [citation.quote for citation in citations]
        return "".join(said[:1]) + "".join(_apart(one, other) + other for one, other in pairwise(said))
    rows = groupby(zip(located, citations, strict=True), key=lambda row: row[0])
    return "\n".join(f"{line}: {' '.join(citation.quote for _, citation in row)}" for line, row in rows)


def _apart(quote: str, following: str) -> str:
    """What is between two quotes."""
    is_lines = not _ENDED.search(quote) or not _ENDED.search(following) or _NUMBERED.match(following)
    return "\n" if is_lines else " "


def exact_answer(guesses: Sequence[Citation]) -> str | None:
    """The exact span of the best guess, without what nobody says in it; it is marked in no other guess.

    The sentence that names what it speaks of may stand before it.
    """
    best = next((one for one in guesses if one.highlight), None)
    if best is None or best.highlight is None:
        return None
    start, end = best.highlight
    short = best.quote[start - best.start : end - best.start]
    said = as_said(short)
    return short if said == short else " ".join(said.split())


def cited(answers: Sequence[Answer]) -> list[Citation]:
    """All that answers cite, what they show as closest, and what was written from."""
    return [
        citation
        for answer in answers
        for citation in (
            *answer.citations,
            *answer.closest,
            *(
                one
                for sentence in (answer.written.sentences if answer.written else ())
                for one in sentence.citations
            ),
        )
    ]


def parted(citation: Citation) -> tuple[str, str, str]:
    """The quote cut in three: before, within and after its highlight; without one all of it comes after."""
    first, last = citation.highlight or (citation.start, citation.start)
    first, last = first - citation.start, last - citation.start
    return citation.quote[:first], citation.quote[first:last], citation.quote[last:]


def _header(document: Document, start: int) -> HeaderRow | None:
    table = document.table(start)
    if table is None or table.header is None:
        return None
    first, last = table.header
    return HeaderRow(start=first, end=last, quote=document.text[first:last])


def _place(document: Document, start: int) -> str | None:
    number = bisect_right(document.places, start, key=lambda place: place.start)
    if not number:
        return "quoted from an earlier message" if is_quoted(document, start) else None
    return document.places[number - 1].label


def _heading(document: Document, start: int) -> str | None:
    place = bisect_right([heading.start for heading in document.headings], start)
    if not place:
        return None
    heading = document.headings[place - 1]
    return document.text[heading.start : heading.end]
