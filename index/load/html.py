"""A page of HTML as text: what a browser shows, blocks apart by a blank line."""

import re
from collections.abc import Collection
from typing import TYPE_CHECKING, NamedTuple

from index.load.decoding import decode_html
from index.load.extracted import Extracted
from index.load.html_controls import CONTROLS, Controls
from index.load.html_formulas import formula
from index.load.html_lists import LISTS, Lists
from index.load.html_parts import hidden_parts, parts_around
from index.load.html_rows import Repeated, Row, Rows
from index.load.limits import Limits
from index.load.raised import raised
from index.load.table_rows import CELL_BREAK
from index.types import Heading

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

_DROPPED = frozenset(
    "head script style template noscript noframes noembed iframe svg canvas audio video datalist math".split()
)
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_BLOCKS = frozenset(
    "address article aside blockquote body caption center details dialog div dl dt fieldset figcaption "
    "figure footer form header hgroup hr legend listing main nav optgroup option p pre search section "
    "summary table xmp".split()
).union(_HEADINGS)
_CELLS = frozenset(("td", "th"))
_BREAKS = {**dict.fromkeys(_BLOCKS, 2), "dd": 1}  # line ends before and after an element
_VERBATIM = frozenset(("pre", "listing", "xmp"))
# What a label may end with; and of how many pieces it may be.
_LABEL_ENDS = ":?.!"
_LABEL_PIECES = 8
_BLANK = " \t\n\f\r"  # what HTML collapses; a no-break space is kept
_SPACE = re.compile(f"[{_BLANK}]+")

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
    cells, with a line of `---` below a row of headers; `<br>` is a line end, white space is collapsed
    except in `<pre>`. Scripts, styles, templates, `<noscript>`, `<head>` and the like are left out, and so
    is what the page hides. What stands around the article of a page comes last.
    """
    from selectolax.lexbor import LexborHTMLParser

    tree = LexborHTMLParser(_flatten(html.replace("\r\n", "\n").replace("\r", "\n")))
    title = tree.css_first("head > title")
    words = " ".join(title.text().split()) if title is not None else ""
    controls = Controls(tree)
    hidden, around = hidden_parts(tree) | controls.spoken_for, parts_around(tree)
    writer = _Writer(Lists(tree, hidden), controls)
    if tree.root is not None:
        for node in _walk(tree.root, hidden, around, writer):
            _walk(node, hidden, (), writer)
    return Page("".join(writer.pieces), words or None, tuple(writer.headings))


def _flatten(html: str) -> str:
    """Without the containers that lie deeper than any page needs, a `<hr>` in their place."""
    depth = 0

    def keep(tag: re.Match[str]) -> str:
        nonlocal depth
        depth = max(0, depth - 1) if tag[1] else depth + 1
        return tag[0] if depth + bool(tag[1]) <= _MAX_DEPTH else "<hr>"

    return _CONTAINER.sub(keep, html)


def _walk(
    root: "LexborNode", hidden: Collection[int], around: Collection[int], writer: "_Writer"
) -> list["LexborNode"]:
    """Tell the writer of every element and text that is shown, in order, without recursion.

    Returns those `around` the article, which are passed over.

    Nodes are compared by `mem_id`: `==` compares what they hold, which is quadratic.
    """
    passed = []
    skipped = {*hidden, *around}
    node: LexborNode | None = root
    while node is not None:
        child = None
        if node.is_text_node:
            writer.write(node.text_content or "")
        elif node.tag == "math" and node.mem_id not in hidden:
            writer.write_formula(node)
        elif node.tag in CONTROLS and node.mem_id not in hidden:
            writer.write_control(node)
        elif node.mem_id in around and node.mem_id not in hidden:
            passed.append(node)
        elif node.tag not in _DROPPED and node.mem_id not in skipped:
            writer.enter(node, node.tag or "")
            child = node.first_child
        if child is not None:
            node = child
            continue
        while node is not None:
            is_entered = node.tag not in _DROPPED and node.tag not in CONTROLS
            if not node.is_text_node and is_entered and node.mem_id not in skipped:
                writer.leave(node.tag or "")
            if node.mem_id == root.mem_id:
                return passed
            if node.next is not None:
                node = node.next
                break
            node = node.parent
    return passed


class _Writer:
    """Text as it grows; what stands between two words is settled when the second one comes."""

    def __init__(self, lists: Lists, controls: Controls) -> None:
        self._controls = controls
        self.pieces: list[str] = []
        self.headings: list[Heading] = []
        self._length = 0
        self._space = ""  # due before the next word, unless a break is
        self._breaks = 0  # line ends that are due: 1 for a line, 2 for a paragraph
        self._verbatim = 0  # how many <pre> are open
        self._raised = 0  # how many <sup> are
        self._rows: list[Row] = []
        self._tables: list[Rows] = []
        self._repeated = Repeated()
        self._lists = lists
        self._number = ""  # due before the first word of an item
        self._heading: tuple[str, int | None] | None = None  # the open heading, and where its words start

    def enter(self, node: "LexborNode", tag: str) -> None:
        attributes = node.attributes
        self._raised += tag == "sup"
        if tag == "br":
            self._break(self._breaks + 1)
        elif tag == "tr":
            self._break(1)
            self._keep_lines()
            self._rows.append(Row(self._length, len(self.pieces)))
        elif tag in _CELLS and self._rows:
            self._enter_cell(self._rows[-1])
            self._rows[-1].begin_cell(tag, attributes, self._length)
        elif tag == "li" or tag in LISTS:
            number = self._lists.enter(node, tag, attributes)
            self._number = f"{self._number} {number}".strip()
            self._break(self._lists.breaks(tag))
        else:
            self._break(_BREAKS.get(tag, 0))
        if tag == "table":
            self._tables.append(Rows(self._repeated))
        if tag in _VERBATIM:
            self._verbatim += 1
            self._keep_lines()
        if tag in _HEADINGS:
            self._heading = (tag, None)

    def leave(self, tag: str) -> None:
        if tag == "tr" and self._rows:
            row = self._rows.pop()
            if self._length > row.start:
                self._finish(row)
                self._space, self._breaks = "", 2 if row.has_paragraphs else 1
        elif tag == "li" or tag in LISTS:
            self._break(self._lists.breaks(tag))
            self._lists.leave(tag)
            self._number = ""
        else:
            self._break(_BREAKS.get(tag, 0))
        if tag == "table" and self._tables:
            self._tables.pop()
        self._verbatim -= tag in _VERBATIM
        self._raised -= tag == "sup"
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
        if self._number:
            self._put(f"{self._number} ")
            self._number = ""
        self._put(raised(words) if self._raised else words)
        self._space = text[at + len(words) :]

    def write_formula(self, node: "LexborNode") -> None:
        """Write a formula, which stands in its line unless it is one of its own."""
        lines = 2 if node.attributes.get("display") == "block" else 0
        self._break(lines)
        self.write(formula(node))
        self._break(lines)

    def write_control(self, node: "LexborNode") -> None:
        """Write what a control holds, behind its label."""
        label, value = self._controls.read(node)
        if not value:
            return
        is_cell = bool(self._rows) and self._length == self._rows[-1].cell_start
        if label and "".join(self.pieces[-_LABEL_PIECES:]).endswith(label) and not is_cell:
            self._space, self._breaks = " ", 0
            self._put("" if label[-1] in _LABEL_ENDS else ":")
        elif label and not is_cell:
            self.write(label if label[-1] in _LABEL_ENDS else f"{label}:")
            self._space = " "
        self._verbatim += 1
        self.write(value)
        self._verbatim -= 1
        self._space = " "
        if label:
            self._break(1)

    def _keep_lines(self) -> None:
        for row in self._rows:
            row.has_lines = True

    def _enter_cell(self, row: Row) -> None:
        if self._length > row.start:
            if row.has_paragraphs:
                self._space, self._breaks = "", 2
            else:
                self._space, self._breaks = CELL_BREAK, 0

    def _finish(self, row: Row) -> None:
        """Write the row again with the cells that span several, unless it is more than a line."""
        if not self._tables or not row.cells:
            return
        text = "".join(self.pieces[row.piece :])
        # What stands before it: ends of lines, or the bar of the cell that its table is in.
        lead = CELL_BREAK if text.startswith(CELL_BREAK) else text[: len(text) - len(text.lstrip("\n"))]
        said, start = text.removeprefix(lead).rstrip("\n"), row.start + len(lead)
        has_heading = bool(self.headings) and self.headings[-1].end > row.start
        if has_heading or row.has_paragraphs or ("\n" in said and not row.runs_on(start + len(said))):
            self._tables[-1].skip()
            return
        line = self._tables[-1].line(row, said.replace("\n", " "), start)
        del self.pieces[row.piece :]
        self._length = row.start
        self._put(lead + line)

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
