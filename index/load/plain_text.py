"""Plain text: the file decoded, character for character."""

from index.load.decoding import decode
from index.load.extracted import Extracted
from index.load.limits import Limits


def extract_text(data: bytes, limits: Limits) -> Extracted:
    """The file decoded, character for character, whatever its text looks like."""
    text, note = decode(data)
    return Extracted(text, note=note)
