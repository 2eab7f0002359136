"""A paragraph of a Word file as the text that is shown: runs, results of fields, checkboxes, formulas."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from index.load.package import Element, texts
from index.load.raised import raised
from index.load.word.formulas import MATH, formula
from index.load.word.styles import Styles, W, child, is_on, value, whole

_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
DELETED = frozenset((W + "del", W + "moveFrom"))
WRAPPERS = frozenset(
    W + name for name in "ins moveTo hyperlink smartTag customXml sdt sdtContent bdo dir".split()
)
_DRAWN = frozenset(W + name for name in ("drawing", "pict", "object"))
_SIGNS = {
    **dict.fromkeys((W + "tab", W + "ptab"), "\t"),
    **{W + "cr": "\n", W + "noBreakHyphen": "\u2011"},
}
# Letters of the font Wingdings that are ticked and empty boxes.
_BOXES = {"F0FE": "☑", "F0FD": "☒", "F0A8": "☐", "F06F": "☐", "F0FC": "✓", "F0FB": "✗"}
PAGE_MARK = "\0"
"""Stands where a header or footer has the number of its page, or of all pages."""
_PAGE_FIELDS = frozenset(("PAGE", "NUMPAGES", "SECTIONPAGES"))
# A part of a header that holds the number of the page, and so few words besides, says nothing else.
_PAGE_WORDS = 3
_WORD = re.compile(r"\w+")
_SPACES = re.compile(r"[^\S\n\t\u00a0\u202f]+")
_BREAK = re.compile(r"[ \t]*(\n)[ \t]*|[ \t]*(\t)[ \t]*")


@dataclass
class Content:
    """What a paragraph holds: the text that it shows, and what belongs beside it."""

    text: str = ""
    boxes: list[Element] = field(default_factory=list)
    notes: list[tuple[str, str]] = field(default_factory=list)  # ("footnote" or "endnote", id)


class Paragraphs:
    """Reads the paragraphs of one part after the other; a field may run over several."""

    def __init__(self, styles: Styles, left_out: Counter[str]) -> None:
        self._styles = styles
        self._left_out = left_out
        # Of each open field, whether its instruction is over, and the instruction.
        self._fields: list[tuple[bool, str]] = []

    def read(self, paragraph: Element) -> Content:
        """The content of a paragraph."""
        content = Content()
        style = value(child(paragraph, "pPr", "pStyle"))
        pieces = list(self._pieces(paragraph, content, hidden=self._styles.is_hidden(style)))
        text = _SPACES.sub(" ", "".join(pieces))
        content.text = _BREAK.sub(lambda found: found[1] or found[2], text).strip()
        return content

    def _pieces(self, parent: Element, content: Content, *, hidden: bool) -> Iterator[str]:
        for element in parent:
            tag = element.tag
            if tag == W + "r":
                yield from self._run(element, content, hidden=hidden)
            elif tag == W + "fldSimple":
                yield from self._simple_field(element, content, hidden=hidden)
            elif tag in WRAPPERS:
                yield from self._pieces(element, content, hidden=hidden)
            elif tag in DELETED:
                self._left_out["deleted text"] += bool(texts(element, W + "delText", W + "t"))
            elif tag == _MC + "AlternateContent":
                yield from self._pieces(shown(element), content, hidden=hidden)
            elif tag in {MATH + "oMath", MATH + "oMathPara"}:
                yield formula(element)

    def _run(self, run: Element, content: Content, *, hidden: bool) -> Iterator[str]:
        properties = child(run, "rPr")
        said = is_on(child(properties, "vanish"))
        if said is None and (style := value(child(properties, "rStyle"))) is not None:
            said = self._styles.is_hidden(style) or None
        if hidden if said is None else said:
            self._left_out["hidden text"] += bool(texts(run, W + "t").strip())
            for element in run.iter(W + "fldChar", W + "instrText"):
                self._mark_field(element)
            return
        is_raised = value(child(properties, "vertAlign")) == "superscript"
        for element in run:
            if element.tag in {W + "fldChar", W + "instrText"}:
                yield from self._mark_field(element)
            elif not self._is_left_out():
                pieces = self._shown(element, content)
                yield from map(raised, pieces) if is_raised else pieces

    def _shown(self, element: Element, content: Content) -> Iterator[str]:
        tag = element.tag
        if tag == W + "t":
            yield (element.text or "").replace("\n", " ")
        elif tag == W + "br":
            yield " " if value(element, "type") in {"page", "column"} else "\n"
        elif tag in _SIGNS:
            yield _SIGNS[tag]
        elif tag == W + "sym":
            yield _BOXES.get((value(element, "char") or "").upper(), "")
        elif tag in {W + "footnoteReference", W + "endnoteReference"}:
            content.notes.append((tag.removeprefix(W).removesuffix("Reference"), value(element, "id") or ""))
        elif tag in _DRAWN:
            content.boxes.append(element)
        elif tag == _MC + "AlternateContent":
            for one in shown(element):
                yield from self._shown(one, content)
        elif tag == W + "ruby":
            yield texts(child(element, "rubyBase"), W + "t")

    def _simple_field(self, element: Element, content: Content, *, hidden: bool) -> Iterator[str]:
        kind = _kind(value(element, "instr") or "")
        if kind in _PAGE_FIELDS:
            yield PAGE_MARK
        elif kind != "TOC":
            yield from self._pieces(element, content, hidden=hidden)

    def _mark_field(self, element: Element) -> list[str]:
        """Follow where a field begins, has its result, and ends; what it shows without a result."""
        if element.tag == W + "instrText":
            if self._fields and not self._fields[-1][0]:
                self._fields[-1] = (False, self._fields[-1][1] + (element.text or ""))
            return []
        kind = value(element, "fldCharType")
        if kind == "begin":
            self._fields.append((False, ""))
            return [] if self._is_left_out(but_last=True) else _form_value(element)
        if kind == "separate" and self._fields:
            self._fields[-1] = (True, self._fields[-1][1])
            if _kind(self._fields[-1][1]) == "TOC":
                self._left_out["the table of contents"] = 1
        elif kind == "end" and self._fields:
            _, instruction = self._fields.pop()
            if _kind(instruction) in _PAGE_FIELDS and not self._is_left_out():
                return [PAGE_MARK]
        return []

    def _is_left_out(self, *, but_last: bool = False) -> bool:
        """Whether what comes is an instruction, a page's number or a table of contents."""
        fields = self._fields[:-1] if but_last else self._fields
        return any(not over or _kind(said) in {*_PAGE_FIELDS, "TOC"} for over, said in fields)


def without_pages(line: str) -> str:
    """A line of a header or footer without the numbers of pages and the words that go with them."""
    parts = [
        part for part in line.split("\t") if PAGE_MARK not in part or len(_WORD.findall(part)) > _PAGE_WORDS
    ]
    return "\t".join(part.replace(PAGE_MARK, "").strip() for part in parts).strip()


def shown(alternatives: Element) -> Element:
    """The one of several alternatives that a new program shows; an empty one where there is none."""
    choice = alternatives.find(_MC + "Choice")
    if choice is None:
        choice = alternatives.find(_MC + "Fallback")
    return () if choice is None else choice


def boxes(drawn: Element) -> Iterator[Element]:
    """The contents of the text boxes within a drawing, alone or grouped."""
    for element in drawn:
        if element.tag == W + "txbxContent":
            yield element
        elif element.tag == _MC + "AlternateContent":
            yield from boxes(shown(element))
        else:
            yield from boxes(element)


def _kind(instruction: str) -> str:
    words = instruction.split(maxsplit=1)
    return words[0].upper() if words else ""


def _form_value(begin: Element) -> list[str]:
    """The state of a checkbox or the entry of a list that was chosen: these fields have no result."""
    data = child(begin, "ffData")
    box = child(data, "checkBox")
    if box is not None:
        state = is_on(child(box, "checked"))
        return ["☒" if (is_on(child(box, "default")) if state is None else state) else "☐"]
    entries = child(data, "ddList")
    if entries is None:
        return []
    chosen = whole(value(child(entries, "result"))) or whole(value(child(entries, "default"))) or 0
    names = [value(entry) or "" for entry in entries.findall(W + "listEntry")]
    return names[chosen : chosen + 1]
