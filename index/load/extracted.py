"""What is extracted from a file, whatever its format."""

from collections.abc import Collection, Mapping
from typing import NamedTuple

from index.types import Heading


class Extracted(NamedTuple):
    """What a file says; the fields are those of Document."""

    text: str
    title: str | None = None
    headings: tuple[Heading, ...] = ()
    pages: tuple[int, ...] = ()
    note: str | None = None
    boxes: str = ""


def first_heading(text: str, headings: tuple[Heading, ...]) -> str | None:
    """The words of the first heading, as a title."""
    return " ".join(text[headings[0].start : headings[0].end].split()) if headings else None


class Blocks:
    """A text as it grows, block by block, with its headings and pages."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._length = 0
        self._headings: list[Heading] = []
        self._pages: list[int] = []

    def add(self, text: str, level: int | None = None, *, apart: bool = True) -> None:
        """Add a block: after a blank line or, not `apart`, on the next line; a heading has a level."""
        text = text.strip()
        if not text:
            return
        if self._length:
            self._put("\n\n" if apart else "\n")
        if level is not None:
            self._headings.append(Heading(start=self._length, end=self._length + len(text), level=level))
        self._put(text)

    def start_page(self) -> None:
        """Start a page with the block that comes next."""
        self._pages.append(self._length + 2 if self._length else 0)

    def extracted(self, title: str | None = None, note: str | None = None) -> Extracted:
        """All of it; without a title, the first heading is the title."""
        text, headings = "".join(self._pieces), tuple(self._headings)
        pages = tuple(min(page, len(text)) for page in self._pages)
        return Extracted(text, title or first_heading(text, headings), headings, pages, note)

    def _put(self, text: str) -> None:
        self._pieces.append(text)
        self._length += len(text)


def left_out(things: Mapping[str, int], uncounted: Collection[str] = ()) -> str | None:
    """The note that names what was left out: "2 comments", or the thing alone where it is `uncounted`."""
    named = [
        thing if thing in uncounted else f"{count} {thing}{'s' * (count > 1)}"
        for thing, count in things.items()
        if count
    ]
    return f"left out: {', '.join(named)}" if named else None
