"""Lines that hold words of scripts that run from right to left, in the order in which a person reads them."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING
from unicodedata import bidirectional, combining

if TYPE_CHECKING:
    from index.load.pdf_words import Word

_MIRRORED = str.maketrans("()[]{}<>«»", ")(][}{><»«")
# A bracket that closes what it begins, or opens what it ends: the file has the shape that is seen.
_MISPLACED = re.compile(r"^[)\]}>»]|[(\[{<«][.,;:!?]*$")
_RIGHTWARDS = re.compile(r"[0-9A-Za-z]+(?:[.,:/-][0-9A-Za-z]+)*")
_LAM, _ALEFS = "\u0644", "\u0622\u0623\u0625\u0627"
_LEFTWARDS, _LATIN = re.compile("[\u0590-\u08ff\ufb1d-\ufefc]"), re.compile("[A-Za-z]")
# Letters of the two directions without a space between them.
_TURN = re.compile(r"(?<=[A-Za-z])(?=[^\W\d_a-zA-Z])|(?<=[^\W\d_a-zA-Z])(?=[A-Za-z])")
_RIGHT_TO_LEFT = frozenset(("R", "AL"))


def is_right_to_left(text: str) -> bool | None:
    """Whether the first letter is of a script that runs from right to left; None without a letter."""
    if text.isascii():
        return False if any(map(str.isalpha, text)) else None
    kinds = map(bidirectional, text)
    first = next((kind for kind in kinds if kind == "L" or kind in _RIGHT_TO_LEFT), None)
    return None if first is None else first != "L"


def runs_left(words: "Sequence[Word]") -> bool:
    """Whether most words run from right to left."""
    directions = [is_right_to_left(word.text) for word in words]
    return directions.count(True) > directions.count(False)


def parts(word: str, first: int) -> Iterator[tuple[str, int, int]]:
    """A word cut where its direction turns: each part with the places of its first and last character."""
    cuts = (
        [0, *(found.start() for found in _TURN.finditer(word)), len(word)] if _turns(word) else [0, len(word)]
    )
    for start, end in pairwise(cuts):
        yield word[start:end], first + start, first + end - 1


def is_stacked(word: tuple[str, int, int], corners: tuple[float, ...]) -> bool:
    """Whether figures stand upright below each other, as the numbers of lines or rows do."""
    left, top, right, bottom, end_left, end_top, *_ = corners
    return word[0].isdecimal() and end_top < bottom + 1 and top - bottom > right - left > abs(end_left - left)


def unstacked(word: tuple[str, int, int], corners: tuple[float, ...]) -> list[tuple[str, int, int]]:
    """A word or, of figures below each other, each."""
    text, first, _ = word
    if not is_stacked(word, corners):
        return [word]
    return [(figure, place, place) for place, figure in enumerate(text, first)]


def _turns(word: str) -> bool:
    return _LEFTWARDS.search(word) is not None and _LATIN.search(word) is not None


def as_read(text: str, left_edges: Sequence[float]) -> str:
    """A word of letters that run left, by where each of its characters stands, figures in their own order."""
    clusters: list[tuple[float, str]] = []
    for character, left in zip(text, left_edges, strict=True):
        if clusters and combining(character):
            clusters[-1] = clusters[-1][0], clusters[-1][1] + character
        else:
            clusters.append((left, character))
    for number, ((left, alef), (place, lam)) in enumerate(pairwise(clusters)):
        if lam == _LAM and alef in _ALEFS and left == place:  # one sign, which is read the other way round
            clusters[number : number + 2] = [(left, lam), (place, alef)]
    ordered = "".join(said for _, said in sorted(clusters, key=lambda one: -one[0]))
    return _RIGHTWARDS.sub(lambda run: run[0][::-1], ordered)


def in_reading_order(words: "list[Word]", page_runs_left: bool) -> "list[Word]":
    """The words of a line as they are read: those that run against its direction in their own order.

    A line runs as the words at both its ends do, or as its page does where those differ.
    """
    if all(word.text.isascii() for word in words) or not any(is_right_to_left(word.text) for word in words):
        return words
    by_place = sorted(words, key=lambda word: word.left)
    directions = [is_right_to_left(word.text) for word in by_place]
    told = [one for one in directions if one is not None]
    leftwards = told[0] if told[0] == told[-1] else page_runs_left
    if leftwards:
        by_place.reverse()
        directions.reverse()
    start = 0
    while start < len(by_place):
        end = start + 1
        if directions[start] is (not leftwards):
            while end < len(by_place) and directions[end] is not leftwards:
                end += 1
            while directions[end - 1] is None:
                end -= 1
            by_place[start:end] = by_place[start:end][::-1]
        start = end
    if not any(_MISPLACED.search(word.text) for word in by_place if is_right_to_left(word.text)):
        return by_place
    return [
        word._replace(text=word.text.translate(_MIRRORED)) if is_right_to_left(word.text) else word
        for word in by_place
    ]
