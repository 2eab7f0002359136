"""The values that pass through `index`: what a source becomes on its way to a Hit.

All offsets are Unicode code points into `Document.text`, half-open, as Python slices them.
"""

from bisect import bisect_right
from collections.abc import Callable

from pydantic import BaseModel, ConfigDict

Progress = Callable[[int, int], None]
"""Called with how much is done and how much there is, 0 while that is not known."""


Range = tuple[int, int]


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Heading(_Value):
    """A heading of a document: the range of its words in the text, and its depth (1 is the top)."""

    start: int
    end: int
    level: int


class Table(_Value):
    """A table of a document: the range of its rows, a line each, without the header.

    `header` is the range of the header row, None where there is none; `caption` that of the line before.
    """

    start: int
    end: int
    header: Range | None = None
    caption: Range | None = None


class Place(_Value):
    """Where something of a document is, in its own way of counting: a time of a recording, a path of data."""

    start: int
    label: str


class Document(_Value):
    """A source text with an id.

    `text` is the file decoded (txt, md) or the text extracted from it; `source` is the path relative
    to the source that was given, with forward slashes; `sha256` is of the source file's bytes.
    `pages` holds the offset at which each page starts and is empty for a format without pages.
    `tables` are those of the text, in order.
    `pages` holds the offset at which each page starts and is empty for a format without pages. `places`
    holds those that have another name than a page's number, each up to the next.
    `note` says what a person should know of how the text was read (the encoding that was detected).
    `boxes` says where each word stands on its page, for a format with pages (see `index.load.boxes`).
    """

    id: str
    source: str
    sha256: str
    text: str
    title: str | None = None
    headings: tuple[Heading, ...] = ()
    pages: tuple[int, ...] = ()
    tables: tuple[Table, ...] = ()
    places: tuple[Place, ...] = ()
    note: str | None = None
    boxes: str = ""

    def table(self, start: int) -> Table | None:
        """The table that a row starting there is in; None where no row does."""
        place = bisect_right(self.tables, start, key=lambda table: table.start)
        found = self.tables[place - 1] if place else None
        return found if found and start < found.end else None

    def header(self, start: int) -> str | None:
        """The header row of the table that a row starting there is in."""
        table = self.table(start)
        return self.text[slice(*table.header)] if table and table.header else None

    def above(self, start: int) -> tuple[Range, ...]:
        """The caption and header of the table that a row starting there is in."""
        table = self.table(start)
        return tuple(filter(None, (table.caption, table.header))) if table else ()


class Passage(_Value):
    """A range of a document: `document.text[start:end] == text`.

    `header` is the header row of the table that it goes on with.
    """

    document_id: str
    start: int
    end: int
    text: str
    header: str | None = None

    @property
    def id(self) -> str:
        """The document and range; never left to chance, so the same input gives the same id."""
        return f"{self.document_id}:{self.start}-{self.end}"


class Hit(_Value):
    """A passage with its score for a query; higher is better."""

    score: float
    passage: Passage
