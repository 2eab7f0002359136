"""Read what a language model wrote, while it comes in: sentences, and the numbers that each cites; pure."""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from index.split.sentences import sentences

_MARK = r"\[\s*(?:sentences?\s*)?\d{1,4}(?:\s*(?:,|;|-|–|and|&)\s*\d{1,4})*\s*\]"
_MARKS = re.compile(_MARK, re.IGNORECASE)
# Behind this a sentence is complete: its marks with a full stop before or after them, or the end of a line.
_COMPLETE = re.compile(
    rf"\n|[.!?][\"”')*_]*[^\S\n]*(?:{_MARK}[^\S\n]*)+(?=[^\s\[.!?])|(?:{_MARK}[^\S\n]*)+[.!?](?=\s+[^\s\[])",
    re.IGNORECASE,
)
# "A. [1] B. [2]": the marks belong to the sentence that ended.
_BEHIND = re.compile(rf"([.!?][\"”')*_]*)\s*((?:{_MARK}\s*)+)(?=\S|$)", re.IGNORECASE)
_BULLET = re.compile(r"\A\s*(?:[-*•–>#]+|\(?\d{1,2}[.)])\s+")
_THINKING = re.compile(r"<think>.*?(?:</think>|\Z)", re.DOTALL)
_NUMBERS = re.compile(r"(\d+)(?:\s*[-–]\s*(\d+))?")
# A range that is longer cites no sentence in particular.
_LONGEST_RANGE = 10


class Said(NamedTuple):
    """A sentence without its marks, and the numbers that it cites, in order."""

    text: str
    numbers: tuple[int, ...]


def said(pieces: Iterable[str]) -> Iterator[Said | None]:
    """The sentences of a reply, each as soon as it is complete; None where nothing came."""
    held = ""
    for piece in pieces:
        held += piece
        if not piece:
            yield None
        if "<think>" in held and "</think>" not in held:
            continue
        held = _THINKING.sub("", held)
        while found := _COMPLETE.search(held):
            yield from _sentences(held[: found.end()])
            held = held[found.end() :]
    yield from _sentences(_THINKING.sub("", held))


def _sentences(line: str) -> Iterator[Said]:
    """The sentences of a part of a line that has whole ones."""
    line = _BULLET.sub("", line, count=1).strip()
    if _MARKS.match(line):  # "[1] The mill is old."
        yield from _one(line)
        return
    line = _BEHIND.sub(r" \2\1 ", line)
    for start, end in sentences(line, 0, len(line)):
        yield from _one(line[start:end])


def _one(sentence: str) -> Iterator[Said]:
    numbers = [number for mark in _MARKS.findall(sentence) for number in _numbers(mark)]
    text = re.sub(r"\s+(?=[.,;:!?])", "", " ".join(_MARKS.sub(" ", sentence).split()))
    text = re.sub(r"\*\*|__|`", "", text).strip()
    if any(map(str.isalnum, text)):
        yield Said(text, tuple(dict.fromkeys(numbers)))


def _numbers(mark: str) -> Iterator[int]:
    for first, last in _NUMBERS.findall(mark):
        stop = int(last or first)
        yield from range(int(first), stop + 1) if 0 <= stop - int(first) < _LONGEST_RANGE else (int(first),)
