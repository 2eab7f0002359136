"""Subtitles (.vtt, .srt): what is said, without the times, which are the places of quotes."""

import html
import re
from collections.abc import Iterator
from typing import NamedTuple

from index.load.decoding import UnreadableError, decode
from index.load.extracted import Blocks, Extracted
from index.load.limits import Limits

_TIME = r"(?:(\d{1,4}):)?([0-5]?\d):([0-5]?\d)[.,]\d{1,3}"
_CUE = re.compile(rf"[ \t]*{_TIME}[ \t]*-->[ \t]*{_TIME}(?:[ \t].*)?")
_VOICE = re.compile(r"<v(?:\.[^\s>]*)?[ \t]+([^<>]+)>")
_TAG = re.compile(r"</?[a-zA-Z0-9][^<>]*>|\{\\[^{}]*\}")
# Where somebody else speaks: a name at a line's start, one in capitals anywhere, and the marks in use.
_NAME = r"[^\W\d_a-z][\w.'’-]{0,30}"
_TURN = re.compile(
    rf"(?:^|\s)(?:>>+|[-–—](?=\s))\s*|^(?={_NAME}(?: {_NAME}){{0,3}}:\s)"
    rf"|(?P<capitals>\s(?=[A-Z][A-Z .'’-]{{0,30}}:\s))"
)
# A word of a name, which goes on: "Speaker A:".
_NAMED = re.compile(r"(?:^|\s)[^\W\d_a-z][\w'’-]*\Z")
_SENTENCE_END = re.compile(r"[.!?…。！？][\"'”’)\]]*\Z")
# A pause of so many seconds ends a paragraph, and so does the end of a sentence after so many characters.
_PAUSE = 4
_PARAGRAPH = 400


class _Cue(NamedTuple):
    """What is said from one second to another."""

    start: int
    end: int
    lines: list[str]


def extract_subtitles(data: bytes, limits: Limits) -> Extracted:
    """The speech, a paragraph for each speaker and after each pause; `places` has the time of each cue.

    Raises UnreadableError where nothing is said.
    """
    text, note = decode(data)
    blocks = Blocks()
    paragraph: list[tuple[int, str]] = []
    ended = 0
    for cue in _cues(text):
        for number, said in enumerate(_turns(" ".join(cue.lines))):
            if number or cue.start - ended >= _PAUSE or _is_whole(paragraph):
                _write(blocks, paragraph)
                paragraph = []
            if said:
                paragraph.append((cue.start, said))
        ended = cue.end
    _write(blocks, paragraph)
    extracted = blocks.extracted(note=note)
    if not extracted.text:
        raise UnreadableError("holds no subtitles: check that it is a .vtt or .srt file")
    return extracted


def _cues(text: str) -> Iterator[_Cue]:
    """The cues in order, without lines that are shown again while the next one comes up."""
    shown: list[str] = []
    for cue in _shown(text):
        lines = [line for line in map(_plain, cue.lines) if line]
        fresh = [line for line in lines if line not in shown]
        shown = lines
        if fresh:
            yield cue._replace(lines=fresh)


def _shown(text: str) -> Iterator[_Cue]:
    cue: _Cue | None = None
    for line in text.splitlines():
        times = _CUE.fullmatch(line)
        if times:
            if cue and cue.lines and cue.lines[-1].strip().isdigit():  # the number of this one
                cue.lines.pop()
            if cue:
                yield cue
            cue = _Cue(_seconds(times.groups()[:3]), _seconds(times.groups()[3:]), [])
        elif not line.strip():
            if cue:
                yield cue
            cue = None
        elif cue:
            cue.lines.append(line)
    if cue:
        yield cue


def _plain(line: str) -> str:
    """A line without tags; the name of a voice stands before what it says."""
    said = _TAG.sub("", _VOICE.sub(r">> \1: ", line))
    return " ".join(html.unescape(said).split())


def _turns(said: str) -> list[str]:
    """What each of several speakers says; the first may be empty, and goes on with what was said before."""
    parts, start = [], 0
    for found in _TURN.finditer(said):
        if found["capitals"] is None or not _NAMED.search(said[start : found.start()]):
            parts.append(said[start : found.start()].strip())
            start = found.end()
    return [*parts, said[start:].strip()]


def _is_whole(paragraph: list[tuple[int, str]]) -> bool:
    length = sum(len(said) + 1 for _, said in paragraph)
    return length > _PARAGRAPH and _SENTENCE_END.search(paragraph[-1][1]) is not None


def _write(blocks: Blocks, paragraph: list[tuple[int, str]]) -> None:
    start = blocks.add(" ".join(said for _, said in paragraph))
    for seconds, said in paragraph:
        hours, rest = divmod(seconds, 3600)
        minutes = f"{rest // 60:02}" if hours else str(rest // 60)
        blocks.place(start, f"{f'{hours}:' if hours else ''}{minutes}:{rest % 60:02}")
        start += len(said) + 1


def _seconds(time: tuple[str | None, ...]) -> int:
    hours, minutes, seconds = (int(part or 0) for part in time)
    return 3600 * hours + 60 * minutes + seconds
