"""Slides (.pptx): a page for each slide, its title as a heading, the speaker's notes after it."""

import re
from collections import Counter
from collections.abc import Iterator

from index.load.extracted import Blocks, Extracted, left_out
from index.load.limits import Limits, require
from index.load.package import RELATIONSHIP as R
from index.load.package import Element, Package
from index.load.raised import raised
from index.load.table_rows import row_line, rule_below
from index.load.word.numbering import written

_P = "{http://schemas.openxmlformats.org/presentationml/2006/main}"
_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_TITLES = frozenset(("title", "ctrTitle"))
_LEVELS = frozenset("012345678")
_FORMS = {
    **{"arabic": "decimal", "alphaLc": "lowerLetter", "alphaUc": "upperLetter"},
    **{"romanLc": "lowerRoman", "romanUc": "upperRoman"},
}
_AROUND = {"ParenBoth": ("(", ")"), "ParenR": ("", ")"), "Period": ("", ".")}
_FURNITURE = frozenset(("sldNum", "dt", "hdr", "sldImg"))


def extract_slides(data: bytes, limits: Limits) -> Extracted:
    """The slides that are shown, in order.

    Raises UnreadableError for what is encrypted, broken, no presentation or too large when unpacked.
    """
    package = Package(data, limits, "a presentation", ".pptx", old=".ppt")
    main = next((one.target for one in package.relations("") if one.kind == "officeDocument"), "")
    root = package.xml(main) if main else None
    if root is None or root.tag != _P + "presentation":
        raise package.broken()
    ids = {relation.id: relation.target for relation in package.relations(main)}
    slides = [ids.get(one.get(R + "id", ""), "") for one in root.iterfind(f"{_P}sldIdLst/{_P}sldId")]
    require("has {} slides", len(slides), limits.pages)
    blocks, hidden, repeated = Blocks(), Counter[str](), set[str]()
    for name in slides:
        slide = package.xml(name) if name else None
        blocks.start_page()
        if slide is None:
            continue
        if slide.get("show") in {"0", "false"}:
            hidden["hidden slide"] += 1
            continue
        _write_slide(slide, blocks, repeated, hidden)
        for relation in package.relations(name):
            if relation.kind == "notesSlide" and (notes := package.xml(relation.target)) is not None:
                _write_notes(notes, blocks)
            elif relation.kind == "diagramData" and (diagram := package.xml(relation.target)) is not None:
                for text in _paragraphs(diagram):
                    blocks.add(text)
            elif relation.kind == "comments":
                hidden["comments"] = 1
    return blocks.extracted(note=left_out(hidden, uncounted=("comments",)))


def _write_slide(slide: Element, blocks: Blocks, repeated: set[str], hidden: Counter[str]) -> None:
    shapes = list(_shapes(slide))
    titles = [shape for shape in shapes if _kind(shape) in _TITLES]
    for shape in titles:
        blocks.add(" ".join(_paragraphs(shape)), 1)
    for shape in shapes:
        kind = _kind(shape)
        if kind in _TITLES or kind in _FURNITURE:
            continue
        tables = list(shape.iter(_A + "tbl"))
        for table in tables:
            _write_table(table, blocks)
        if shape.tag == _P + "graphicFrame":
            hidden["chart"] += any(
                "chart" in (data.get("uri") or "") for data in shape.iter(_A + "graphicData")
            )
        text = [] if tables else list(_paragraphs(shape))
        if kind == "ftr":
            text = [line for line in text if line not in repeated]
            repeated.update(text)
        _write_lines(text, blocks)


def _write_lines(lines: list[str], blocks: Blocks) -> None:
    """The paragraphs of a box: on lines of their own where they are several short ones, as bullets are."""
    for number, line in enumerate(lines):
        blocks.add(line, apart=not number)


def _write_table(table: Element, blocks: Blocks) -> None:
    above: list[str] = []
    properties = table.find(_A + "tblPr")
    is_headed = properties is not None and properties.get("firstRow") in {"1", "true"}
    for number, row in enumerate(table.iterfind(_A + "tr")):
        line: list[str] = []
        for cell in row.iterfind(_A + "tc"):
            goes_on = cell.get("vMerge") in {"1", "true"} and len(line) < len(above)
            line.append(above[len(line)] if goes_on else " ".join(_paragraphs(cell)))
        blocks.add(row_line(line), apart=not number)
        if is_headed and not number and len(line) > 1:
            blocks.add(rule_below(line), apart=False)
        above = line


def _write_notes(notes: Element, blocks: Blocks) -> None:
    for shape in _shapes(notes):
        if _kind(shape) == "body":
            for text in _paragraphs(shape):
                blocks.add(text)


def _shapes(parent: Element) -> Iterator[Element]:
    """The shapes in order, also those in groups; of alternatives the first."""
    for element in parent:
        if element.tag in {_P + "sp", _P + "graphicFrame", _P + "cxnSp"}:
            yield element
        elif element.tag == _MC + "AlternateContent":
            yield from _shapes(element[0] if len(element) else ())
        elif element.tag in {_P + "cSld", _P + "spTree", _P + "grpSp"}:
            yield from _shapes(element)


def _kind(shape: Element) -> str | None:
    place = next(shape.iter(_P + "ph"), None)
    return None if place is None else place.get("type", "obj")


def _paragraphs(parent: Element) -> Iterator[str]:
    """The texts of the paragraphs that hold some, with their numbers, and their bullets left out."""
    numbers: dict[int, tuple[str, int]] = {}
    body = None
    for paragraph in parent.iter(_A + "p"):
        pieces = []
        for element in paragraph.iter(_A + "t", _A + "br", _A + "tab"):
            pieces.append(_said(element))
        if text := re.sub(r"\s+", " ", "".join(pieces)).strip():
            if paragraph.getparent() is not body:
                body, numbers = paragraph.getparent(), {}
            yield _numbered(paragraph, text, numbers)


def _numbered(paragraph: Element, text: str, numbers: dict[int, tuple[str, int]]) -> str:
    """A paragraph behind its number, which counts on from the last one of its level in `numbers`."""
    properties = paragraph.find(_A + "pPr")
    said = "0" if properties is None else properties.get("lvl", "0")
    level = int(said) if said in _LEVELS else 0
    found = None if properties is None else properties.find(_A + "buAutoNum")
    kind, start = ("", "1") if found is None else (found.get("type", ""), found.get("startAt", "1"))
    last, number = numbers.get(level, ("", 0))
    for deeper in [one for one in numbers if one >= level]:
        del numbers[deeper]
    form = _FORMS.get(kind.partition("P")[0])
    if form is None:
        return text
    first = int(start) if start.isdecimal() and len(start) < 6 else 1
    number = number + 1 if last == f"{kind} {first}" else first
    numbers[level] = f"{kind} {first}", number
    before, after = next((one for name, one in _AROUND.items() if kind.endswith(name)), ("", ""))
    return f"{before}{written(number, form)}{after} {text}"


def _said(element: Element) -> str:
    """The text of a run, of a line end or of a tab."""
    if element.tag != _A + "t":
        return " "
    properties = element.getparent().find(_A + "rPr")
    is_raised = properties is not None and properties.get("baseline", "0").strip("0%").isdigit()
    return raised(element.text or "") if is_raised else element.text or ""
