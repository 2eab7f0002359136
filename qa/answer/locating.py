"""Say where a citation stands, in the unit that is asked for: "Clause 3.1, under “3. Repairs”"."""

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from qa.read.spans import Span
from qa.requests.outline import PAGE, UNITS, Entry, enclosing
from qa.requests.parts import reference
from qa.requests.request import Request, Requests
from qa.types import Citation

_SECTION = UNITS["section"]
# The numbers of a list within a numbered part are taken for these alone.
_IN_LISTS = frozenset("paragraph subclause".split())
# So many characters before an exact answer may hold its unit: "clause 5.8" where "5.8" is marked.
_BEFORE = 12
# "This chapter" names none.
_OF_ANY_PART = frozenset(
    "a an any all another both each every following last next no other our previous same some such that the"
    " this which what".split()
)
# A title and the clause after it are so many characters apart at most.
_BLANK_LINE = 3
# A heading is as good a name for these as a number; "" is any place.
_BY_HEADING = frozenset(["section", "part", "chapter", "heading", "passage", "provision", ""])


class Located(NamedTuple):
    """Where a citation stands: its short name, None without any ("3.1", "page 4", a heading), and a line."""

    label: str | None
    line: str


def located(
    citation: Citation, entries: Sequence[Entry], unit: str, *, is_named: bool, heading: int | None = None
) -> Located:
    """Where a citation stands; `entries` are its document's outline, `is_named` has its name in the line.

    `heading` is where the heading starts that it is to be called by, None for the nearest. A unit that the
    document does not have is said to be missing, with the place that there is.
    """
    start = _start(citation, entries) if heading is None else heading
    above = _below_title(entries, enclosing(entries, start))
    source = citation.source if is_named else ""
    named = [f"in {source}"] if source else []
    is_paged = UNITS.get(unit) == PAGE
    entry = None if is_paged else _entry(above, unit)
    around = _around(citation, above, entry, unit)
    if is_paged and citation.page:
        page = f"{unit} {citation.page}"
        return Located(page, ", ".join([page.capitalize(), *around, *named]))
    if entry is not None:
        return Located(entry.label or entry.name, ", ".join([_called(entry, unit), *around, *named]))
    return _without(above, unit, around, source)


def places_of(citations: Iterable[Citation], request: Request, requests: Requests) -> list[Located]:
    """Where each citation stands, for a request for a place."""
    if request.kind != "place":
        return []
    is_named = len(request.documents or requests.retriever.index.document_ids()) > 1
    headings = {part.document_id: part.heading for part in request.parts or ()}
    return [
        located(
            one,
            requests.outline(one.document_id),
            request.unit,
            is_named=is_named,
            heading=headings.get(one.document_id),
        )
        for one in citations
    ]


def _around(citation: Citation, above: Sequence[Entry], entry: Entry | None, unit: str) -> list[str]:
    """What else tells where a citation is, beside the heading that it is called by."""
    headings = [other.name for other in above if other.is_titled and other is not entry]
    is_page_new = citation.page and UNITS.get(unit) != PAGE and (entry is None or not unit)
    return [
        *(f"under “{name}”" for name in headings[-1:]),
        *([f"page {citation.page}"] if is_page_new else []),
        *([citation.place] if citation.place else []),
    ]


def _without(above: Sequence[Entry], unit: str, around: list[str], source: str) -> Located:
    """That a document lacks what is asked for, and the place that there is; `source` "" is not named."""
    nearest = _entry(above, "")
    if nearest and not nearest.is_titled:
        around = [nearest.label, *around]
    label = nearest.label or nearest.name if nearest else around[0] if around else None
    if around and not unit:
        named = [f"in {source}"] if source else []
        return Located(label, ", ".join([around[0][0].upper() + around[0][1:], *around[1:], *named]))
    kind = unit if UNITS.get(unit) == PAGE else f"numbered {unit or 'part'}"
    missing = f"{source or 'This document'} has no {kind}{'es' if kind.endswith('x') else 's'}"
    return Located(label, ": ".join([missing, *filter(None, [", ".join(around)])]))


def _start(citation: Citation, entries: Sequence[Entry]) -> int:
    """Where a citation starts, behind a title that it begins with, unless it is a numbered one alone."""
    opening = enclosing(entries, citation.start)[-1:]
    if not opening or not opening[0].is_titled or citation.start >= opening[0].end:
        return citation.start
    if opening[0].number and citation.end <= opening[0].end:
        return citation.start
    first = next((entry.start for entry in entries if entry.start >= opening[0].end), citation.end)
    return first if first <= opening[0].end + _BLANK_LINE else citation.start


def names_part(text: str, span: Span, unit: str) -> bool:
    """Whether the exact answer in a text is a part of the unit asked for, by number: "see clause 5.8".

    The number that its own sentence starts with is none.
    """
    if span.highlight is None:
        return False
    first, last = span.highlight
    start = max(span.start, first - _BEFORE)
    found = reference(text[start:last])
    is_own = found is not None and start + found.span[0] == span.start
    return found is not None and not is_own and bool(found.numbers) and _is_of(found.unit, unit)


def names_thing(text: str, span: Span, unit: str, entries: Sequence[Entry]) -> bool:
    """Whether the exact answer is a thing that is called by the unit's word: "the Leeds chapter".

    In a document with numbered parts of that kind it is a part.
    """
    kind = UNITS.get(unit, _SECTION)
    kinds = {kind, ""} if kind == _SECTION else {kind}
    has_parts = any(entry.label and entry.unit in kinds for entry in entries)
    if not unit or span.highlight is None or has_parts:
        return False
    first, last = span.highlight
    # The word behind the answer, or the last of it.
    near = text[max(0, first - _BEFORE) : last + _BEFORE]
    return any(
        found[1].casefold() not in _OF_ANY_PART
        for found in re.finditer(rf"(\w+)\s+{re.escape(unit)}\b", near, re.IGNORECASE)
    )


def _is_of(kind: str, unit: str) -> bool:
    return not unit or kind == UNITS.get(unit, _SECTION)


def _below_title(entries: Sequence[Entry], above: Sequence[Entry]) -> Sequence[Entry]:
    """The headings without the title of the document, which all others stand under."""
    is_title = above and above[0] is entries[0] and not above[0].number
    return above[1:] if is_title and all(other.level > above[0].level for other in entries[1:]) else above


def _entry(above: Sequence[Entry], unit: str) -> Entry | None:
    """The heading that a place is called by: the nearest with the unit's own name, or of its kind."""
    kind = UNITS.get(unit, _SECTION)
    own = [entry for entry in above if unit and entry.label.casefold().startswith(unit)]
    own = own or [entry for entry in above if entry.unit == kind != _SECTION]
    if not own and kind == _SECTION:
        own = [entry for entry in above if entry.label] if unit in _IN_LISTS else _numbered(above)
    if own:
        return own[-1]
    titled = [entry for entry in above if entry.is_titled] if unit in _BY_HEADING else []
    return next(iter(titled if unit in {"chapter", "part"} else reversed(titled)), None)


def _numbered(above: Sequence[Entry]) -> list[Entry]:
    """The headings with numbers that go on from one another: "2" and "2.1", but not the "4." of a list."""
    found: list[Entry] = []
    for entry in above:
        last = found[-1] if found else None
        is_listed = last and last.unit == entry.unit and entry.number[: len(last.number)] != last.number
        if entry.label and not is_listed:
            found.append(entry)
    return found


def _called(entry: Entry, unit: str) -> str:
    """What a heading is called: by its title, else by its number with the word that it was asked by."""
    has_word = entry.label[:1].isalpha() and " " in entry.label
    if entry.is_titled and entry.label != entry.name:
        is_said = has_word and unit and entry.label.casefold().startswith(unit)
        return f"“{entry.name}”" if is_said else f"{unit.capitalize() or 'Under'} “{entry.name}”"
    return entry.label if has_word or not unit else f"{unit.capitalize()} {entry.label}"
