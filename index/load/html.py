"""A page of HTML as text: what a browser shows, blocks apart by a blank line."""

import re
from collections.abc import Collection
from typing import TYPE_CHECKING, NamedTuple

from index.load.decoding import decode_html
from index.load.extracted import Extracted
from index.load.limits import Limits
from index.types import Heading

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

_DROPPED = frozenset(
    "head script style template noscript noframes noembed iframe svg canvas audio video datalist select "
    "annotation".split()
)
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_BLOCKS = frozenset(
    "address article aside blockquote body caption center details dialog dir div dl dt fieldset figcaption "
    "figure footer form header hgroup hr legend li listing main menu nav ol optgroup option p pre search "
    "section summary table ul xmp".split()
).union(_HEADINGS)
_CELLS = frozenset(("td", "th"))
_BREAKS = {**dict.fromkeys(_BLOCKS, 2), "dd": 1}  # line ends before and after an element
_VERBATIM = frozenset(("pre", "listing", "xmp"))
_BLANK = " \t\n\f\r"  # what HTML collapses; a no-break space is kept
_SPACE = re.compile(f"[{_BLANK}]+")
_CELL_BREAK = " | "

# What a style in the text itself hides; the rules of style sheets are not applied.
_HIDING = re.compile(r"(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*hidden)\b", re.IGNORECASE)

# Lexbor, as the standard has it, looks up the whole stack of open elements at each block, so depth
# costs its square: 8 s at 100,000. Blink stops at a depth of 512.
_MAX_DEPTH = 512
_CONTAINER = re.compile(
    r"<(/?)(?:article|aside|blockquote|center|details|div|dl|fieldset|figure|footer|form|header|main|menu"
    r"|nav|ol|section|table|ul)\b[^<>]*>",
    re.IGNORECASE,
)


class Page(NamedTuple):
    """The text of a page, its `<title>` and its headings."""

    text: str
    title: str | None
    headings: tuple[Heading, ...]


def extract_html(data: bytes, limits: Limits) -> Extracted:
    """The text that a browser would show, blocks apart by a blank line."""
    source, note = decode_html(data)
    page = extract_page(source)
    return Extracted(page.text, page.title, page.headings, note=note)


def extract_page(html: str) -> Page:
    """Lay out a page as text.

    Paragraphs and list items stand apart by a blank line, table rows are lines with " | " between
    cells, `<br>` is a line end, white space is collapsed except in `<pre>`. Scripts, styles,
    templates, `<noscript>`, `<head>` and the like are left out, and so are elements that their own
    `hidden` or `style` hides.
    """
    from selectolax.lexbor import LexborHTMLParser

    tree = LexborHTMLParser(_flatten(html.replace("\r\n", "\n").replace("\r", "\n")))
    title = tree.css_first("head > title")
    words = " ".join(title.text().split()) if title is not None else ""
    hidden = {
        node.mem_id
        for node in tree.css("[hidden], [style]")
        if "hidden" in node.attributes or _HIDING.search(node.attributes.get("style") or "")
    }
    writer = _Writer()
    if tree.root is not None:
        _walk(tree.root, hidden, writer)
    return Page("".join(writer.pieces), words or None, tuple(writer.headings))


def _flatten(html: str) -> str:
    """Without the containers that lie deeper than any page needs, a `<hr>` in their place."""
    depth = 0

    def keep(tag: re.Match[str]) -> str:
        nonlocal depth
        depth = max(0, depth - 1) if tag[1] else depth + 1
        return tag[0] if depth + bool(tag[1]) <= _MAX_DEPTH else "<hr>"

    return _CONTAINER.sub(keep, html)


def _walk(root: "LexborNode", hidden: Collection[int], writer: "_Writer") -> None:
    """Tell the writer of every element and text that is shown, in order, without recursion.

    Nodes are compared by `mem_id`: `==` compares what they hold, which is quadratic.
    """
    node: LexborNode | None = root
    while node is not None:
        child = None
        if node.is_text_node:
            writer.write(node.text_content or "")
        elif node.tag not in _DROPPED and node.mem_id not in hidden:
            writer.enter(node.tag or "")
            child = node.first_child
        if child is not None:
            node = child
            continue
        while node is not None:
            if not node.is_text_node and node.tag not in _DROPPED and node.mem_id not in hidden:
                writer.leave(node.tag or "")
            if node.mem_id == root.mem_id:
                return
            if node.next is not None:
                node = node.next
                break
            node = node.parent


class _Row:
    """A table row that is open: where its text starts, and that of its present cell."""

    def __init__(self, start: int) -> None:
        self.start = start
        self.cell_start = start
        self.has_paragraphs = False  # a cell holds several, as where a table is used for layout


class _Writer:
    """Text as it grows; what stands between two words is settled when the second one comes."""

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self.headings: list[Heading] = []
        self._length = 0
        self._space = ""  # due before the next word, unless a break is
        self._breaks = 0  # line ends that are due: 1 for a line, 2 for a paragraph
        self._verbatim = 0  # how many <pre> are open
        self._rows: list[_Row] = []
        self._heading: tuple[str, int | None] | None = None  # the open heading, and where its words start

    def enter(self, tag: str) -> None:
        if tag == "br":
            self._break(self._breaks + 1)
        elif tag == "tr":
            self._break(1)
            self._rows.append(_Row(self._length))
        elif tag in _CELLS and self._rows:
            self._enter_cell(self._rows[-1])
        else:
            self._break(_BREAKS.get(tag, 0))
        self._verbatim += tag in _VERBATIM
        if tag in _HEADINGS:
            self._heading = (tag, None)

    def leave(self, tag: str) -> None:
        if tag == "tr" and self._rows:
            row = self._rows.pop()
            if self._length > row.start:
                self._space, self._breaks = "", 2 if row.has_paragraphs else 1
        else:
            self._break(_BREAKS.get(tag, 0))
        self._verbatim -= tag in _VERBATIM
        if self._heading is not None and self._heading[0] == tag:
            if self._heading[1] is not None:
                self.headings.append(Heading(start=self._heading[1], end=self._length, level=_HEADINGS[tag]))
            self._heading = None

    def write(self, text: str) -> None:
        if not self._verbatim:
            text = _SPACE.sub(" ", text)
        words = text.strip(_BLANK)
        if not words:
            self._space = self._space + text if self._verbatim else self._space or text
            return
        at = text.index(words)
        self._settle(text[:at])
        if self._heading is not None and self._heading[1] is None:
            self._heading = (self._heading[0], self._length)
        self._put(words)
        self._space = text[at + len(words) :]

    def _enter_cell(self, row: _Row) -> None:
        if self._length > row.start:
            if row.has_paragraphs:
                self._space, self._breaks = "", 2
            else:
                self._space, self._breaks = _CELL_BREAK, 0
        row.cell_start = self._length

    def _break(self, lines: int) -> None:
        """Make line ends due, except where a cell starts: the cell's own separator stands there."""
        if lines and not (self._rows and self._length == self._rows[-1].cell_start):
            self._space, self._breaks = "", min(2, max(self._breaks, lines))

    def _settle(self, lead: str) -> None:
        if self._breaks and self._length:
            self._put("\n" * self._breaks)
            if self._breaks == 2:
                for row in self._rows:
                    row.has_paragraphs |= self._length - 2 > row.cell_start
        elif self._length:
            self._put(self._space or ("" if self._verbatim else lead))
        if self._verbatim:
            self._put(lead)
        self._space, self._breaks = "", 0

    def _put(self, text: str) -> None:
        self.pieces.append(text)
        self._length += len(text)
