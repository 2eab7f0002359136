"""Rich text (.rtf): what it shows, without its formatting; rows of tables as lines.

striprtf reads it too, but gives hidden text, leaves out notes and headers, and is slow (DECISIONS.md).
"""

import re
from collections import Counter
from dataclasses import dataclass, replace

from index.load.decoding import UnreadableError
from index.load.extracted import Blocks, Extracted, left_out
from index.load.limits import Limits
from index.load.raised import raised
from index.load.table_rows import row_line

_TOKEN = re.compile(
    r"\\([a-zA-Z]{1,32})(-?\d{1,9})? ?|\\'([0-9a-fA-F]{2})|\\([^a-zA-Z])|([{}])|[\r\n]+|([^\\{}\r\n]+)"
)
_SKIPPED = frozenset(
    "fonttbl colortbl stylesheet info pict object listtable listoverridetable rsidtbl generator themedata "
    "colorschememapping latentstyles datastore xmlnstbl fldinst nonshppict mmathPr bkmkstart bkmkend "
    "datafield filetbl revtbl pgdsctbl userprops formfield sp upr nextfile template wgrffmtfilter "
    "listpicture listlevel leveltext levelnumbers listname".split()
)
_EDGES = {name: name[:6] for name in "header headerl headerr headerf footer footerl footerr footerf".split()}
_LEFT_OUT = {"annotation": "comments", "v": "hidden text", "deleted": "deleted text"}
_DEFINED = {"fonttbl": "fonts", "stylesheet": "styles"}
_SIGNS = {
    **{"tab": "\t", "line": "\n", "emdash": "—", "endash": "–", "lquote": "‘", "rquote": "’", "bullet": "•"},
    **{"ldblquote": "“", "rdblquote": "”", "emspace": " ", "enspace": " ", "page": " ", "column": " "},
}
_SYMBOLS = {"~": "\u00a0", "_": "\u2011", "\\": "\\", "{": "{", "}": "}"}
# Of the encodings that fonts name (\fcharset), those that differ from the document's own.
_CHARSETS = {
    **{128: "cp932", 129: "cp949", 134: "gb18030", 136: "big5", 161: "cp1253", 162: "cp1254", 163: "cp1258"},
    **{177: "cp1255", 178: "cp1256", 186: "cp1257", 204: "cp1251", 222: "cp874", 238: "cp1250"},
}
# Groups whose text is shown though an old program may pass over them.
_SHOWN = re.compile(r"\\(?:shptxt|shpinst|nesttableprops|pgdsc)\b")
_HEADING = re.compile(r"heading ([1-9]);", re.IGNORECASE)
_MOST_NESTED = 10_000


@dataclass(frozen=True)
class _State:
    """What holds until a group ends."""

    into: str = "body"  # body, header, footer, note, fonts, or "" for what is left out
    is_hidden: bool = False
    skip: int = 1  # characters that stand for one that \u gives
    font: int = -1
    style: int = -1
    level: int | None = None
    in_cell: bool = False
    is_raised: bool = False


class _Flow:
    """Text that runs on: blocks with their levels and, from the last one on, what is not written yet."""

    def __init__(self) -> None:
        self.blocks: list[tuple[str, int | None, bool]] = []  # text, level, whether it stands apart
        self.notes: list[str] = []
        self._pieces: list[str] = []
        self._cells: list[str] = []
        self._in_table = False

    def write(self, text: str) -> None:
        self._pieces.append(text)

    def end_paragraph(self, level: int | None, *, in_cell: bool) -> None:
        if in_cell:
            self._pieces.append(" ")
            return
        self._add(self._taken(), level, is_row=False)

    def end_cell(self) -> None:
        self._cells.append(self._taken())

    def end_row(self) -> None:
        self._add(row_line(self._cells), None, is_row=True)
        self._cells = []

    def _taken(self) -> str:
        # What \u gives are units of UTF-16: beyond the first 65,536 characters two make one.
        whole = "".join(self._pieces).encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
        text = re.sub(r"[ \t]*\n[ \t]*", "\n", re.sub(r" {2,}", " ", whole)).strip()
        self._pieces = []
        return text

    def _add(self, text: str, level: int | None, *, is_row: bool) -> None:
        if not is_row and self._in_table:
            self._add_notes()
        self.blocks.append((text, level, not (is_row and self._in_table)))
        self._in_table = is_row
        if not is_row:
            self._add_notes()

    def _add_notes(self) -> None:
        self.blocks += [(note, None, True) for note in self.notes]
        self.notes.clear()

    def finish(self) -> list[tuple[str, int | None, bool]]:
        """All blocks."""
        self._add(self._taken(), None, is_row=False)
        return self.blocks


class _Reader:
    """Obeys control words; what is shown goes into the flow that the group is of."""

    def __init__(self) -> None:
        self.flows = {name: _Flow() for name in ("header", "body", "footer", "note")}
        self.left_out: Counter[str] = Counter()
        self.state = _State()
        self.to_skip = 0
        self._charsets: dict[int, str] = {}
        self._levels: dict[int, int] = {}  # of the headings among the styles
        self._encoding = "cp1252"
        self._bytes = bytearray()

    def word(self, name: str, number: str | None) -> None:
        """Obey a control word."""
        value = int(number) if number else None
        if name in _SKIPPED or name in _EDGES or name in {"footnote", "shptxt", "annotation"}:
            self._turn_to(name)
        elif name in {"v", "deleted"}:
            self.state = replace(self.state, is_hidden=value != 0)
            if value != 0:
                self.left_out[_LEFT_OUT[name]] = 1
        elif name == "plain":
            self.state = replace(self.state, is_hidden=False, is_raised=False)
        elif name in {"super", "sub", "nosupersub"}:
            self.state = replace(self.state, is_raised=name == "super" and value != 0)
        elif name == "uc":
            self.state = replace(self.state, skip=value or 0)
        elif name == "u" and value is not None:
            self._unicode(value)
        elif name == "f" and value is not None:
            self.state = replace(self.state, font=value)
        elif name == "s" and value is not None:
            self.state = replace(self.state, style=value, level=self._levels.get(value))
        elif name in {"fcharset", "ansicpg"}:
            self._encode(name, value)
        else:
            self._lay_out(name, value)

    def write(self, text: str) -> None:
        """Write what is shown."""
        self.flush()
        if self.to_skip:
            skipped = min(self.to_skip, len(text))
            self.to_skip -= skipped
            text = text[skipped:]
        self._put(text)

    def byte(self, value: str) -> None:
        """Keep a byte until its character is whole."""
        if self.to_skip:
            self.to_skip -= 1
        else:
            self._bytes.append(int(value, 16))

    def flush(self) -> None:
        """Write the bytes that were kept."""
        if self._bytes:
            encoding = self._charsets.get(self.state.font, self._encoding)
            text = self._bytes.decode(encoding, errors="replace")
            self._bytes.clear()
            self._put(text)

    def end_note(self) -> None:
        """Let the body have the note that ends."""
        blocks = self.flows["note"].finish()
        self.flows["body"].notes.append(" ".join(text for text, _, _ in blocks if text))
        self.flows["note"] = _Flow()

    def _put(self, text: str) -> None:
        if self.state.into == "styles" and (named := _HEADING.match(text)):
            self._levels[self.state.style] = int(named[1])
        if self.state.into in self.flows and not self.state.is_hidden:
            self.flows[self.state.into].write(raised(text) if self.state.is_raised else text)

    def _turn_to(self, name: str) -> None:
        into = _EDGES.get(name, "note" if name in {"footnote", "shptxt"} else _DEFINED.get(name, ""))
        if self.state.into in self.flows or name in _DEFINED:
            self.state = replace(self.state, into=into)
        if name in _LEFT_OUT:
            self.left_out[_LEFT_OUT[name]] = 1

    def _unicode(self, value: int) -> None:
        character = chr(value % 0x10000)
        self.to_skip = 0
        self.write(character)
        self.to_skip = self.state.skip

    def _encode(self, name: str, value: int | None) -> None:
        if name == "fcharset" and self.state.into == "fonts" and value in _CHARSETS:
            self._charsets[self.state.font] = _CHARSETS[value]
        elif name == "ansicpg":
            try:
                b"".decode(f"cp{value}")
            except LookupError:
                return
            self._encoding = f"cp{value}"

    def _lay_out(self, name: str, value: int | None) -> None:
        flow = self.flows.get(self.state.into)
        if name == "pard":
            self.state = replace(self.state, level=None, in_cell=False)
        elif name == "intbl":
            self.state = replace(self.state, in_cell=True)
        elif name == "outlinelevel" and value is not None and 0 <= value < 9:
            self.state = replace(self.state, level=value + 1)
            if self.state.into == "styles":
                self._levels[self.state.style] = value + 1
        elif name in _SIGNS:
            self.write(_SIGNS[name])
        elif flow is None:
            return
        elif name in {"par", "sect"}:
            flow.end_paragraph(self.state.level, in_cell=self.state.in_cell)
        elif name in {"cell", "nestcell"}:
            flow.end_cell()
        elif name in {"row", "nestrow"}:
            flow.end_row()


def extract_rich_text(data: bytes, limits: Limits) -> Extracted:
    """The text: header, body, footer; notes after the paragraph or table that they belong to.

    Raises UnreadableError for what is no rich text.
    """
    if not data.lstrip().startswith(b"{\\rtf"):
        raise UnreadableError("is not rich text or is broken: save it again as .rtf")
    reader = _Reader()
    states: list[_State] = []
    source = data.decode("latin-1")
    for found in _TOKEN.finditer(source):
        word, number, byte, symbol, brace, text = found.groups()
        if byte:
            reader.byte(byte)
            continue
        reader.flush()
        if brace == "{":
            states.append(reader.state)
            if len(states) > _MOST_NESTED:
                raise UnreadableError("nests its parts too deeply: save it again as .rtf")
        elif brace:
            reader.to_skip = 0
            was, reader.state = reader.state.into, states.pop() if states else reader.state
            if was == "note" != reader.state.into:
                reader.end_note()
        elif word:
            reader.word(word, number)
        elif symbol == "*":
            if not _SHOWN.match(source, found.end()):
                reader.state = replace(reader.state, into="")
        elif symbol:
            reader.word("par", None) if symbol in "\r\n" else reader.write(_SYMBOLS.get(symbol, ""))
        elif text:
            reader.write(text)
    blocks = Blocks()
    for where in ("header", "body", "footer"):
        for text, level, apart in reader.flows[where].finish():
            blocks.add(text, level, apart=apart)
    return blocks.extracted(note=left_out(reader.left_out, uncounted=_LEFT_OUT.values()))
