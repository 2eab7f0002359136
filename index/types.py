"""The values that pass through `index`: what a source becomes on its way to a Hit.

All offsets are Unicode code points into `Document.text`, half-open, as Python slices them.
"""

from collections.abc import Callable

from pydantic import BaseModel, ConfigDict

Progress = Callable[[int, int], None]
"""Called with how much is done and how much there is, 0 while that is not known."""


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Heading(_Value):
    """A heading of a document: the range of its words in the text, and its depth (1 is the top)."""

    start: int
    end: int
    level: int


class Document(_Value):
    """A source text with an id.

    `text` is the file decoded (txt, md) or the text extracted from it; `source` is the path relative
    to the source that was given, with forward slashes; `sha256` is of the source file's bytes.
    `pages` holds the offset at which each page starts and is empty for a format without pages.
    `note` says what a person should know of how the text was read (the encoding that was detected).
    """

    id: str
    source: str
    sha256: str
    text: str
    title: str | None = None
    headings: tuple[Heading, ...] = ()
    pages: tuple[int, ...] = ()
    note: str | None = None


class Passage(_Value):
    """A range of a document: `document.text[start:end] == text`."""

    document_id: str
    start: int
    end: int
    text: str

    @property
    def id(self) -> str:
        """The document and range; never left to chance, so the same input gives the same id."""
        return f"{self.document_id}:{self.start}-{self.end}"


class Hit(_Value):
    """A passage with its score for a query; higher is better."""

    score: float
    passage: Passage
