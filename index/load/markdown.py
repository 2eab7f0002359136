"""Markdown: the file decoded, character for character, with the headings of CommonMark."""

import re
from itertools import pairwise

from index.load.decoding import decode
from index.load.extracted import Extracted, first_heading
from index.load.limits import Limits
from index.text.unsaid import FRONT_MATTER
from index.types import Heading

_LINE_END = re.compile(r"\r\n?|\n")


def extract_markdown(data: bytes, limits: Limits) -> Extracted:
    """The file decoded, character for character; its first heading is its title."""
    text, note = decode(data)
    headings = markdown_headings(text)
    return Extracted(text, first_heading(text, headings), headings, note=note)


def markdown_headings(text: str) -> tuple[Heading, ...]:
    """The headings of CommonMark, ranges of their words in `text` whatever its line ends.

    A range leaves out the marks around the words; marks inside (as of emphasis) are part of it.
    """
    from markdown_it import MarkdownIt

    ends = list(_LINE_END.finditer(text))
    starts = [0, *(end.end() for end in ends)]
    stops = [*(end.start() for end in ends), len(text)]
    front = FRONT_MATTER.match(text)
    skipped = len(_LINE_END.findall(front[0])) if front else 0
    source = "\n" * skipped + text[front.end() :] if front else text
    tokens = MarkdownIt("commonmark").disable("inline").parse(source)
    headings = []
    for opening, inline in pairwise(tokens):
        if opening.type != "heading_open" or not inline.content or inline.map is None:
            continue
        first, last = inline.map[0], inline.map[1] - 1
        lines = inline.content.split("\n")
        head, tail = lines[0].strip(), lines[-1].strip()
        # From the right: the words come last in their line, and may also stand in the mark of a list.
        start = text.rfind(head, starts[first], stops[first])
        end = text.rfind(tail, starts[last], stops[last])
        if min(start, end) >= 0:
            headings.append(Heading(start=start, end=end + len(tail), level=int(opening.tag[1:])))
    return tuple(headings)
