"""What is extracted from a file, whatever its format."""

from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

from index.types import Heading, Place


class Extracted(NamedTuple):
    """What a file says; the fields are those of Document."""

    text: str
    title: str | None = None
    headings: tuple[Heading, ...] = ()
    pages: tuple[int, ...] = ()
    places: tuple[Place, ...] = ()
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
        self._places: list[Place] = []

    def add(self, text: str, level: int | None = None, *, apart: bool = True) -> int:
        """Add a block: after a blank line or, not `apart`, on the next line; a heading has a level.

        Returns where it starts.
        """
        text = text.strip()
        if not text:
            return self._length
        if self._length:
            self._put("\n\n" if apart else "\n")
        if level is not None:
            self.mark_heading(self._length, self._length + len(text), level)
        self._put(text)
        return self._length - len(text)

    def append(self, text: str, headings: Iterable[Heading]) -> None:
        """Add a text that has headings of its own."""
        start = self.add(text) - (len(text) - len(text.lstrip()))
        for heading in headings:
            self.mark_heading(start + heading.start, start + heading.end, heading.level)

    def mark_heading(self, start: int, end: int, level: int) -> None:
        """Take a range of what was added for a heading."""
        self._headings.append(Heading(start=start, end=end, level=level))

    def place(self, start: int, label: str) -> None:
        """Name the place of what starts there, unless the last place has that name."""
        if not self._places or self._places[-1].label != label:
            self._places.append(Place(start=start, label=label))

    def start_page(self) -> None:
        """Start a page with the block that comes next."""
        self._pages.append(self._length + 2 if self._length else 0)

    def extracted(self, title: str | None = None, note: str | None = None) -> Extracted:
        """All of it; without a title, the first heading is the title."""
        text, headings = "".join(self._pieces), tuple(self._headings)
        pages = tuple(min(page, len(text)) for page in self._pages)
        return Extracted(
            text, title or first_heading(text, headings), headings, pages, tuple(self._places), note
        )

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
