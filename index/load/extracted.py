"""What is extracted from a file, whatever its format."""

from typing import NamedTuple

from index.types import Heading


class Extracted(NamedTuple):
    """What a file says; the fields are those of Document."""

    text: str
    title: str | None = None
    headings: tuple[Heading, ...] = ()
    pages: tuple[int, ...] = ()
    note: str | None = None


def first_heading(text: str, headings: tuple[Heading, ...]) -> str | None:
    """The words of the first heading, as a title."""
    return " ".join(text[headings[0].start : headings[0].end].split()) if headings else None
