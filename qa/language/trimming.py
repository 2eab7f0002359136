"""Exact answers without half a pair of brackets or quotes, a stray mark or a speaker's label; pure.

A reader points at words, and does not see that a mark at their end belongs to what it left out.
"""

import re
from collections import Counter

Range = tuple[int, int]

_CLOSING = {"(": ")", "[": "]", "{": "}", "“": "”", "«": "»", "<": ">"}
_OPENING = {closing: opening for opening, closing in _CLOSING.items()}
# Behind a digit it may stand for inches.
_QUOTE = re.compile(r"(?<!\d)\"")
# Before a number it means "less than".
_BRACKET = re.compile(r"[()\[\]{}“”«»>]|<(?=[^\W\d])")
# Marks of Markdown for what is bold, italic or code, where they open and where they close.
_OPENS_EMPHASIS = re.compile(r"(?<!\w)(?:\*{1,3}|`+)(?=\S)")
_CLOSES_EMPHASIS = re.compile(r"(?<=\S)(?:\*{1,3}|`+)(?!\w)")
_SPEAKER = re.compile(r"^[ \t]*(?:\[[^\]\n]{1,20}\][ \t]*)?(?P<name>[^:\n\[\]|]{1,30}):[ \t]+", re.MULTILINE)
_BOLD_LABEL = re.compile(r"[ \t]*(?:[-*+][ \t]+)?\*\*[^:*\n]{1,30}(?::\*\*|\*\*:)[ \t]+")
_MOST_MARKS = 6


def trimmed(text: str, start: int, end: int) -> Range:
    """A range of a text with its brackets, quotes and emphasis in pairs, without white space at its ends.

    Half a pair at an end of the range is left out. The other half is taken in where it comes next; else the
    range ends before an opening one. A range that would be left without a word stays.
    """
    first, last = _stripped(text, *_without_emphasis(text, start, end))
    marks = _marks(text)
    for _ in range(_MOST_MARKS):
        alone = _unpaired(marks, first, last)
        if alone is None:
            break
        place, opens = alone
        if opens and place == first:
            first += 1
        elif not opens and place == last - 1:
            last -= 1
        elif opens and marks.get(last) == _CLOSING.get(marks[place], marks[place]):
            last += 1
        elif opens:
            last = place
        else:
            break
        first, last = _stripped(text, first, last)
    return (first, last) if any(map(str.isalnum, text[first:last])) else (start, end)


def label_length(text: str, start: int, end: int) -> int:
    """How many characters of a range are the label of its line, in which it starts.

    A label is bold, or the name of a speaker: several lines of the text begin with it. A range that lies
    within a label is the answer itself.
    """
    line = text.rfind("\n", 0, start) + 1
    label = _BOLD_LABEL.match(text, line)
    if label is None and (speaker := _SPEAKER.match(text, line)):
        said = Counter(found["name"].strip() for found in _SPEAKER.finditer(text))
        label = speaker if said[speaker["name"].strip()] > 1 else None
    return label.end() - start if label and start < label.end() < end else 0


def _marks(text: str) -> dict[int, str]:
    """The brackets and quotes of a text, each at its place; straight quotes open and close in turn."""
    found = {mark.start(): mark[0] for mark in _BRACKET.finditer(text)}
    quotes = [mark.start() for mark in _QUOTE.finditer(text)]
    if len(quotes) % 2 == 0:
        found |= {place: "“”"[turn % 2] for turn, place in enumerate(quotes)}
    return found


def _unpaired(marks: dict[int, str], first: int, last: int) -> tuple[int, bool] | None:
    """The last half of a pair within a range whose other half is not, and whether it opens one."""
    opened: list[int] = []
    closed: list[int] = []
    for place, mark in sorted(marks.items()):
        if not first <= place < last:
            continue
        if mark in _CLOSING:
            opened.append(place)
        elif opened and marks[opened[-1]] == _OPENING[mark]:
            opened.pop()
        else:
            closed.append(place)
    if opened:
        return opened[-1], True
    return (closed[-1], False) if closed else None


def _without_emphasis(text: str, first: int, last: int) -> Range:
    """The range without marks of emphasis at its ends that pair with none inside it, or with each other.

    One that opens inside it and closes right behind it is taken in.
    """
    opening, closing = _OPENS_EMPHASIS.match(text, first), None
    for found in _CLOSES_EMPHASIS.finditer(text, first, last):
        closing = found if found.end() == last else closing
    inner = text[opening.end() if opening else first : closing.start() if closing else last]
    if opening and opening[0] not in inner and _CLOSES_EMPHASIS.search(text, opening.end()):
        first = opening.end()
    if closing and closing[0] not in inner and _OPENS_EMPHASIS.search(text[: closing.start()]):
        last = closing.start()
    behind = _CLOSES_EMPHASIS.match(text, last)
    if behind and len(re.findall(rf"(?<![*`]){re.escape(behind[0])}(?![*`])", text[first:last])) % 2:
        last = behind.end()
    return first, last


def _stripped(text: str, first: int, last: int) -> Range:
    inner = text[first:last]
    return first + len(inner) - len(inner.lstrip()), last - len(inner) + len(inner.rstrip())
