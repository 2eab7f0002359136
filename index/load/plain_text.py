"""Plain text: the file decoded, character for character."""

from index.load.decoding import decode
from index.load.extracted import Extracted
from index.load.limits import Limits
from index.load.subtitles import is_subtitles, read_subtitles


def extract_text(data: bytes, limits: Limits) -> Extracted:
    """The file decoded, character for character, unless it is one of subtitles by its first lines."""
    text, note = decode(data)
    if is_subtitles(text):
        return read_subtitles(text, note)
    return Extracted(text, note=note)
