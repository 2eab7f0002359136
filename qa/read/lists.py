"""Lists with the line that introduces them: one may be an answer as a whole; pure."""

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from index.text.items import MARK
from index.text.terms import stems, words
from index.text.unsaid import as_said
from index.types import Range
from qa.read.spans import Span

if TYPE_CHECKING:
    from qa.retrieve.retriever import RetrievedPassage

_LINE = re.compile(r"[^\r\n]*\S[^\r\n]*")
_ITEM = re.compile(rf"\s*{MARK}\s")
# Asks for several things: "What are …", "Which modes …", "List …".
_SEVERAL = re.compile(
    r"\s*(?:(?:what|who)\s+(?:are|were)\b|(?:what|which)\s+(?!of\b)(?:[\w-]+\s+){0,3}?[\w-]*[^s\W]s\b|(?:list|name)\b)",
    re.IGNORECASE,
)
_PLURAL = re.compile(r"[\w-]*[^s\W]s\b", re.IGNORECASE)
_LONGEST_HEAD = 8


class _List(NamedTuple):
    """A list in a passage: its introduction and its items."""

    head: Range
    items: tuple[Range, ...]


def with_items(question: str, span: Span, passages: "Sequence[RetrievedPassage]") -> Span:
    """The span, or the whole list where it is the line before one, or an item of one that is asked for.

    A line that ends with a colon is nothing without its items.
    """
    passage = passages[span.passage].hit.passage
    if span.beside or span.document_id != passage.document_id:
        return span
    place = span.start - passage.start, span.end - passage.start
    several = _SEVERAL.match(question) is not None
    for found in _lists(as_said(passage.text)):
        head = passage.text[slice(*found.head)]
        is_head = found.head == place and (several or head.endswith(":"))
        if is_head or (place in found.items and several and _names(question, head)):
            start, end = passage.start + found.head[0], passage.start + found.items[-1][1]
            return span._replace(start=start, end=end, highlight=None if several else span.highlight)
    return span


def with_lists(
    question: str, used: Sequence[Span], spans: Sequence[Span], passages: "Sequence[RetrievedPassage]"
) -> tuple[list[Span], list[Span]]:
    """The spans that are used, whole lists among them, and all spans without what stands in those lists."""
    whole = {span: with_items(question, span, passages) for span in used}
    lists = [(one.document_id, one.start, one.end) for known, one in whole.items() if one != known]
    kept: dict[tuple[str, int, int], Span] = {}
    for span in spans:
        found = whole.get(span, span)
        place = found.document_id, found.start, found.end
        if place in lists or not any(_is_within(place, one) for one in lists):
            kept.setdefault(place, found)
    return [span for span in kept.values() if span in whole.values()], list(kept.values())


def _is_within(place: tuple[str, int, int], of: tuple[str, int, int]) -> bool:
    return place[0] == of[0] and of[1] <= place[1] and place[2] <= of[2]


def _names(question: str, head: str) -> bool:
    """Whether the line before a list holds a word in the plural that the question asks for."""
    return not {*stems(_PLURAL.findall(question))}.isdisjoint(stems(words(head)))


def _lists(text: str) -> Iterator[_List]:
    """Two items or more, one after the other, below a line that ends with a colon or is short."""
    head: Range | None = None
    items: list[Range] = []
    for line in [*_LINE.finditer(text), None]:
        if line and head and _ITEM.match(line[0]):
            items.append(_stripped(line))
            continue
        if head and len(items) > 1:
            yield _List(head, tuple(items))
        head, items = (_stripped(line) if line and _introduces(line[0]) else None), []


def _introduces(line: str) -> bool:
    line = line.rstrip()
    return line.endswith(":") or (line[-1].isalnum() and len(line.split()) <= _LONGEST_HEAD)


def _stripped(line: re.Match[str]) -> Range:
    text = line[0]
    return line.start() + len(text) - len(text.lstrip()), line.start() + len(text.rstrip())
