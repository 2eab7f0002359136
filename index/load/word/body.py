"""The blocks of a Word file in the order in which a person reads them."""

import re
from collections import Counter
from typing import NamedTuple

from index.load.extracted import Blocks
from index.load.package import Element
from index.load.table_rows import is_laid_out, row_line, rule_below
from index.load.word.numbering import Label, Numbering, is_item
from index.load.word.paragraphs import DELETED, Content, Paragraphs, boxes, shown, without_pages
from index.load.word.styles import Numbered, Styles, W, child, is_on, numbered, outline_level, value, whole

_WRAPPERS = frozenset(W + name for name in "sdt sdtContent customXml ins moveTo txbxContent".split())
_ALTERNATIVES = "{http://schemas.openxmlformats.org/markup-compatibility/2006}AlternateContent"
_DRAWN_PARAGRAPH = "{http://schemas.openxmlformats.org/drawingml/2006/main}p"
_DRAWN_TEXT = "{http://schemas.openxmlformats.org/drawingml/2006/main}t"
_CONTENTS = re.compile(r"table of contents", re.IGNORECASE)


class Parts(NamedTuple):
    """What a document is read with."""

    styles: Styles
    numbering: Numbering
    notes: dict[tuple[str, str], Element]
    left_out: Counter[str]


class Body:
    """Writes the blocks of one part after the other into a text."""

    def __init__(self, parts: Parts, blocks: Blocks) -> None:
        self._parts = parts
        self._blocks = blocks
        self._paragraphs = Paragraphs(parts.styles, parts.left_out)
        self._list: str | None = None  # the list that the last block is an item of

    def write(self, parent: Element) -> None:
        """Write all blocks within an element."""
        for element in parent:
            tag = element.tag
            if tag == W + "p":
                self._write_paragraph(element)
            elif tag == W + "tbl":
                self._write_table(element)
            elif tag == _ALTERNATIVES:
                self.write(shown(element))
            elif tag == W + "altChunk":
                self._parts.left_out["embedded file"] += 1
            elif tag == W + "sdt" and _is_contents(element):
                self._parts.left_out["the table of contents"] = 1
            elif tag in _WRAPPERS:
                self.write(element)

    def header_lines(self, parent: Element) -> list[str]:
        """The lines of a header or footer, without numbers of pages."""
        blocks = Blocks()
        Body(self._parts, blocks).write(parent)
        lines = blocks.extracted().text.split("\n")
        return [kept for line in lines if (kept := without_pages(line))]

    def _write_paragraph(self, element: Element) -> None:
        content = self._paragraphs.read(element)
        properties = child(element, "pPr")
        style = value(child(properties, "pStyle"))
        label = self._label(properties, style) if content.text else None
        text = f"{label.text} {content.text}" if label else content.text
        level = outline_level(properties) or self._parts.styles.level(style)
        if level is not None and level > 9:
            level = None
        item_of = label.of if label and level is None and is_item(label.text) else None
        self._blocks.add(text, level, apart=item_of is None or item_of != self._list)
        if text:
            self._list = item_of
        self._write_beside(content)

    def _write_beside(self, content: Content) -> None:
        """Text boxes and notes, after the block that they belong to."""
        for drawn in content.boxes:
            for box in boxes(drawn):
                self.write(box)
            for paragraph in drawn.iter(_DRAWN_PARAGRAPH):
                self._blocks.add("".join(part.text or "" for part in paragraph.iter(_DRAWN_TEXT)))
        for note in content.notes:
            if (found := self._parts.notes.pop(note, None)) is not None:
                self.write(found)

    def _label(self, properties: Element | None, style: str | None) -> Label | None:
        direct = numbered(properties)
        by_style = self._parts.styles.numbered(style)
        if direct.number == "0":
            return None
        number = direct.number or by_style.number
        level = direct.level
        if level is None and direct.number is None:
            level = by_style.level
        if level is None and direct.number is not None:
            level = 0
        return self._parts.numbering.label(Numbered(number, level), style)

    def _write_table(self, table: Element) -> None:
        kept = [row for row in _inner(table, "tr") if child(row, "trPr", "del") is None]
        rows = list(map(_cells, kept))
        if is_laid_out(rows, _is_complex):
            for row in rows:
                for cell in row:
                    self.write(cell)
            return
        beside = Content()
        above: list[str] = []
        for number, row in enumerate(rows):
            line = self._row(row, above, beside)
            self._blocks.add(row_line(line), apart=not number)
            if not number and len(line) > 1 and is_on(child(kept[0], "trPr", "tblHeader")):
                self._blocks.add(rule_below(line), apart=False)
            above = line
        self._list = None
        self._write_beside(beside)

    def _row(self, cells: list[Element], above: list[str], beside: Content) -> list[str]:
        """The texts of a row, one for each column; a cell that goes on from above repeats its text."""
        texts: list[str] = []
        for cell in cells:
            merged = child(cell, "tcPr", "vMerge")
            if merged is not None and value(merged) != "restart" and len(texts) < len(above):
                texts.append(above[len(texts)])
            else:
                texts.append(" ".join(self._cell(cell, beside)))
            texts += [""] * min(100, (whole(value(child(cell, "tcPr", "gridSpan"))) or 1) - 1)
        return texts

    def _cell(self, cell: Element, beside: Content) -> list[str]:
        found = []
        for paragraph in _inner(cell, "p"):
            content = self._paragraphs.read(paragraph)
            properties = child(paragraph, "pPr")
            label = self._label(properties, value(child(properties, "pStyle"))) if content.text else None
            found.append(f"{label.text} {content.text}" if label else content.text)
            beside.boxes += content.boxes
            beside.notes += content.notes
        return [" ".join(text.split("\n")) for text in found if text]


def _cells(row: Element) -> list[Element]:
    return list(_inner(row, "tc"))


def _inner(parent: Element, name: str) -> list[Element]:
    """The elements of a name in a table, row or cell, also where something is wrapped around them."""
    found = []
    for element in parent:
        if element.tag == W + name:
            found.append(element)
        elif element.tag in _WRAPPERS and element.tag not in DELETED:
            found += _inner(element, name)
    return found


def _is_complex(cell: Element) -> int:
    """How many blocks a cell holds; a table within it counts for many."""
    return len(_inner(cell, "p")) + 10 * len(_inner(cell, "tbl"))


def _is_contents(element: Element) -> bool:
    gallery = value(child(element, "sdtPr", "docPartObj", "docPartGallery"))
    return bool(gallery and _CONTENTS.match(gallery))
