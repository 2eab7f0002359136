"""OpenDocument texts (.odt): what is shown, with the numbers of headings and lists."""

from collections import Counter
from collections.abc import Iterator

from index.load.decoding import UnreadableError
from index.load.extracted import Blocks, Extracted, left_out
from index.load.limits import Limits
from index.load.open_forms import controls
from index.load.open_lists import OpenList, OpenLists
from index.load.package import Element, Package
from index.load.raised import raised
from index.load.table_rows import is_laid_out, row_line, rule_below
from index.load.word.numbering import is_item

_OASIS = "{urn:oasis:names:tc:opendocument:xmlns:%s:1.0}"
TEXT, TABLE, STYLE, OFFICE, DRAW = (_OASIS % name for name in ("text", "table", "style", "office", "drawing"))
_SIGNS = {TEXT + "tab": "\t", TEXT + "line-break": "\n", TEXT + "s": " "}
_LEFT_OUT = {
    **{OFFICE + "annotation": "comment", TEXT + "tracked-changes": "deleted text"},
    **{TEXT + "hidden-text": "hidden text", TEXT + "hidden-paragraph": "hidden text"},
    **dict.fromkeys((TEXT + "table-of-content", TEXT + "alphabetical-index"), "the table of contents"),
}
_PAGE_FIELDS = frozenset((TEXT + "page-number", TEXT + "page-count"))
_MOST_COLUMNS = 1000
_UNCOUNTED = frozenset(("deleted text", "hidden text", "the table of contents"))


def extract_open_document(data: bytes, limits: Limits) -> Extracted:
    """The text in reading order: headers, body, footers; notes and frames after their paragraph.

    Raises UnreadableError for what is encrypted, broken, no text document or too large when unpacked.
    """
    package = Package(data, limits, "an OpenDocument text", ".odt")
    manifest = package.read("META-INF/manifest.xml") or b""
    if b"encryption-data" in manifest:
        raise UnreadableError("is encrypted: remove its password")
    root, styles = package.xml("content.xml"), package.xml("styles.xml")
    body = None if root is None else root.find(f"{OFFICE}body/{OFFICE}text")
    if body is None:
        raise package.broken()
    blocks = Blocks()
    writer = _Writer(blocks, [one for one in (styles, root) if one is not None])
    edges = [] if styles is None else list(styles.iter(STYLE + "header", STYLE + "footer"))
    for edge in edges:
        if edge.tag == STYLE + "header" and edge.get(STYLE + "display") != "false":
            writer.write(edge)
    writer.write(body)
    for edge in edges:
        if edge.tag == STYLE + "footer" and edge.get(STYLE + "display") != "false":
            writer.write(edge)
    return blocks.extracted(note=left_out(writer.left_out, uncounted=_UNCOUNTED))


class _Writer:
    """Writes the blocks within an element."""

    def __init__(self, blocks: Blocks, roots: list[Element]) -> None:
        self.left_out: Counter[str] = Counter()
        self._blocks = blocks
        self._lists = OpenLists(roots)
        self._begins_list = False
        self._controls = controls(roots)
        self._hidden: set[str | None] = set()
        self._raised: set[str | None] = set()
        for root in roots:
            for style in root.iter(STYLE + "style"):
                if any(
                    text.get(TEXT + "display") == "none" for text in style.iter(STYLE + "text-properties")
                ):
                    self._hidden.add(style.get(STYLE + "name"))
                if any(_is_raised(text) for text in style.iter(STYLE + "text-properties")):
                    self._raised.add(style.get(STYLE + "name"))

    def write(self, parent: Element) -> None:
        """Write all blocks within an element."""
        for element in parent:
            tag = element.tag
            if tag in {TEXT + "p", TEXT + "h"}:
                self._write_paragraph(element)
            elif tag == TEXT + "list":
                self._begins_list = True
                self._write_list(element, None)
            elif tag == TABLE + "table":
                self._write_table(element)
            elif tag in _LEFT_OUT:
                self._leave_out(element)
            elif tag == DRAW + "control":
                self._blocks.add(self._control(element))
            elif tag != TEXT + "sequence-decls" and tag != OFFICE + "forms":
                self.write(element)

    def _write_paragraph(self, element: Element, label: str = "", *, apart: bool = True) -> None:
        beside: list[Element] = []
        text = self._text(element, beside)
        level = None
        if element.tag == TEXT + "h" and text:
            level = min(max(int(element.get(TEXT + "outline-level") or 1), 1), 10)
            label = label or self._lists.heading(level)
        apart = apart or level is not None or not is_item(label)
        self._blocks.add(f"{label} {text}" if label and text else text, level, apart=apart)
        for one in beside:
            self.write(one)

    def _text(self, element: Element, beside: list[Element]) -> str:
        text = "".join(self._pieces(element, beside))
        lines = (" ".join(line.split(" ")) for line in text.split("\n"))
        return "\n".join(" ".join(filter(None, line.split(" "))) for line in lines).strip()

    def _pieces(self, element: Element, beside: list[Element]) -> Iterator[str]:
        if element.get(TEXT + "style-name") in self._hidden:
            self.left_out["hidden text"] = 1
            return
        yield _flat(element.text)
        for part in element:
            tag = part.tag
            if tag == TEXT + "note":
                beside += part.iterchildren(TEXT + "note-body")
            elif tag == DRAW + "control":
                yield f" {self._control(part)} "
            elif tag == DRAW + "frame" or tag.startswith(DRAW):
                beside.append(part)
            elif tag in _LEFT_OUT:
                self._leave_out(part)
            elif tag in _SIGNS:
                yield _SIGNS[tag]
            elif tag == TEXT + "span" and part.get(TEXT + "style-name") in self._raised:
                yield raised("".join(self._pieces(part, beside)))
            elif tag not in _PAGE_FIELDS and tag != TEXT + "ruby-text":
                yield from self._pieces(part, beside)
            yield _flat(part.tail)

    def _control(self, element: Element) -> str:
        return self._controls.get(element.get(DRAW + "control"), "")

    def _write_list(self, element: Element, within: OpenList | None) -> None:
        opened = self._lists.begin(element, within)
        for item in element:
            label = opened.label(item)
            for block in item:
                if block.tag == TEXT + "list":
                    self._write_list(block, opened)
                elif block.tag in {TEXT + "p", TEXT + "h"}:
                    self._write_paragraph(block, label, apart=self._begins_list)
                    self._begins_list, label = False, ""

    def _write_table(self, table: Element) -> None:
        kept = [row for row in table.iter(TABLE + "table-row") if _table_of(row) is table]
        rows = list(map(_cells, kept))
        if is_laid_out(rows, lambda cell: len(cell) + 10 * len(cell.findall(TABLE + "table"))):
            for row in rows:
                for cell in row:
                    self.write(cell)
            return
        beside: list[Element] = []
        for number, row in enumerate(rows):
            texts: list[str] = []
            for cell in row:
                said = " ".join(self._text(one, beside) for one in cell.iter(TEXT + "p", TEXT + "h"))
                repeated = cell.get(TABLE + "number-columns-repeated", "1")
                times = int(repeated) if repeated.isdigit() and len(repeated) < 5 else 1
                texts += [said] * min(times, _MOST_COLUMNS - len(texts))
            self._blocks.add(row_line(texts), apart=not number)
            if not number and len(texts) > 1 and kept[0].getparent().tag == TABLE + "table-header-rows":
                self._blocks.add(rule_below(texts), apart=False)
        for one in beside:
            self.write(one)

    def _leave_out(self, element: Element) -> None:
        thing = _LEFT_OUT[element.tag]
        if thing != "deleted text" or element.find(f".//{TEXT}deletion") is not None:
            self.left_out[thing] += 1


def _is_raised(text: Element) -> bool:
    """Whether the properties of a style raise its text."""
    position: str = text.get(STYLE + "text-position", "").split(" ")[0].removesuffix("%")
    return position == "super" or (position.isdigit() and position.strip("0") != "")


def _flat(text: str | None) -> str:
    return " ".join(text.replace("\n", " ").replace("\t", " ").split(" ")) if text else ""


def _cells(row: Element) -> list[Element]:
    return [cell for cell in row if cell.tag in {TABLE + "table-cell", TABLE + "covered-table-cell"}]


def _table_of(row: Element) -> Element:
    parent = row.getparent()
    while parent.tag != TABLE + "table":
        parent = parent.getparent()
    return parent
