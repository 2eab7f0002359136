"""What a document may cost to read, so that none can take the machine. Documents are hostile."""

import re

from pydantic import BaseModel, ConfigDict, Field

from index.load.decoding import UnreadableError

_MIB = 2**20
# Wherever a sentence may end, and somewhat more often.
_SENTENCE_ENDS = re.compile(r"[.!?:;…\"'”’)\]]\s+|[\r\n]\s*")


class Limits(BaseModel):
    """The most that reading one document may take; what passes a limit is refused with its number.

    DECISIONS.md lists what hostile files cost with and without them. They change no document that is read,
    so they are no part of an index's settings.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    packed_bytes: int = Field(default=256 * _MIB, ge=1)
    """Size of a packed file, as PDF and office files are: scanned books with a text layer come close."""
    text_characters: int = Field(default=16 * _MIB, ge=1)
    """Length of a document's text: five times *War and Peace*, minutes of embedding on two cores."""
    row_bytes: int = Field(default=16 * _MIB, ge=1)
    """Size of a line of a corpus: parsed, JSON takes up to 25 times as much memory, in this process."""
    id_characters: int = Field(default=1000, ge=1)
    """Length of a row's id, which messages and citations show."""
    sentences: int = Field(default=500_000, ge=1)
    """Sentences of a text, each of which costs an index a vector of 0.8 KB. The longest text may have one
    in 32 characters; prose wrapped at 72 columns has one sentence or line in 40."""
    headings: int = Field(default=20_000, ge=0)
    """Headings that are kept; those after them are text like any other, and a note says so."""
    pages: int = Field(default=20_000, ge=1)
    """Pages of a PDF: the longest manuals have 15,000; at a millisecond each they stay within the time."""
    unpacked_bytes: int = Field(default=512 * _MIB, ge=1)
    """Sum of all that an archive says it unpacks to; pictures are never unpacked."""
    xml_bytes: int = Field(default=16 * _MIB, ge=1)
    """Largest part of XML in an office file: that of a book of 2,000 pages."""
    recognised_pages: int = Field(default=500, ge=0)
    """Pages whose text is recognised from a picture, at some seconds each."""
    memory_bytes: int = Field(default=1024 * _MIB, ge=256 * _MIB)
    """Address space of the process that parses; bounds what no count of bytes or pages can (on Linux)."""
    seconds: float = Field(default=60, gt=0)
    """Time to parse one file, or one page of it, after which the process that does is killed."""
    all_seconds: float = Field(default=1200, gt=0)
    """Time to parse all pages of a file: 400 that are recognised, at 3 s each."""
    page_seconds: float = Field(default=0.005, gt=0)
    """Processor time that each page of a PDF adds to `seconds`, which all pages have that are not recognised.
    So 20,000 pages have 160 s, and reading the words of a dense one takes 5 ms."""

    @property
    def plain_bytes(self) -> int:
        """Size of a file that is text: no encoding takes more than four bytes a character."""
        return 4 * self.text_characters


def require(what: str, count: int, limit: int) -> None:
    """Raise UnreadableError when a count passes its limit; `what` has a place for the count."""
    if count > limit:
        raise UnreadableError(f"{what.format(f'{count:,}')}, over the limit of {limit:,}: split it up")


def require_text(text: str, limits: Limits) -> None:
    """Raise UnreadableError for a text that is too long, or that falls into too many sentences."""
    require("holds {} characters", len(text), limits.text_characters)
    if len(text) > 2 * limits.sentences:
        ends = sum(1 for _ in _SENTENCE_ENDS.finditer(text))
        require("holds {} sentences or lines", ends, limits.sentences)


def require_bytes(what: str, size: int, limit: int) -> None:
    """The same for a number of bytes, which is shown in MiB, rounded up."""
    if size > limit:
        shown, most = (f"{-(-number // 2**20):,} MiB" for number in (size, limit))
        raise UnreadableError(f"{what} {shown}, over the limit of {most}: split it up")
