"""Numbers of lines in the margin of a text, as of a transcript: they count its lines and are no part of them.

The numbers of a listing of code stay, since its text speaks of them, and so do those of a list's items.
"""

import re
from collections.abc import Sequence
from itertools import pairwise
from statistics import median

_NUMBERED = re.compile(r"(?:(?<=[\r\n\f])|\A)([ \t]*(\d{1,4}))(?:[ ]{2,}|[ ]*\t|(?=[ ]*[\r\n]))([^\r\n\f]*)")
# A text has so many numbered lines at least in each of its pages, or in one; a part of a text has so many.
_FEWEST = 10
_FEWEST_ALONE = 20
_FEWEST_IN_PART = 2
# Behind them stands prose: so much of it are letters, so many of its lines go on in lower case, and half of
# them have so many words.
_LETTERS = 0.88
_LOWER = 0.15
_WORDS = 4
_MARKS = frozenset(".,;:'’\"“”-–—?!()")
# A single number, where a sentence goes on behind it.
_WITHIN = re.compile(r"(?<=[\w,;’'\"”)-])([ \t]*(?:\r\n|\r|\n)[ \t]*\d{1,4})(?=[ ]{2,}[a-z])")

_Numbered = re.Match[str]


def blank_line_numbers(text: str, *, whole: bool) -> str:
    """A text with spaces in place of the numbers in its margin; `whole` where it is no part of one."""
    lines = list(_NUMBERED.finditer(text))
    counts = [run for run in _runs(lines) if len(run) >= (_FEWEST if whole else _FEWEST_IN_PART)]
    is_counted = not whole or len(counts) > 1 or any(len(run) >= _FEWEST_ALONE for run in counts)
    if counts and is_counted and is_prose([line[3].split() for run in counts for line in run]):
        pieces, position = [], 0
        for run in counts:
            for line in run:
                pieces += [text[position : line.start()], " " * len(line[1])]
                position = line.end(1)
        return "".join([*pieces, text[position:]])
    return text if whole or counts else _WITHIN.sub(_blank, text)


def is_prose(lines: Sequence[Sequence[str]]) -> bool:
    """Whether lines of words are prose, whose sentences run over their ends; empty ones do not count."""
    filled = [line for line in lines if line]
    if not filled or median(map(len, filled)) < _WORDS:
        return False
    said = "".join(word for line in filled for word in line)
    letters = sum(character.isalpha() or character in _MARKS for character in said)
    return letters >= _LETTERS * len(said) and sum(line[0][0].islower() for line in filled) >= _LOWER * len(
        filled
    )


def _runs(lines: Sequence[_Numbered]) -> list[list[_Numbered]]:
    """Runs of lines each of whose numbers is one more than the one before; a page may begin with 1 again."""
    runs: list[list[_Numbered]] = [[line] for line in lines[:1]]
    for above, line in pairwise(lines):
        if int(line[2]) == int(above[2]) + 1 and _ends_alike(above, line):
            runs[-1].append(line)
        else:
            runs.append([line])
    return runs


def _ends_alike(above: _Numbered, line: _Numbered) -> bool:
    """Whether two numbers begin or end below each other."""
    widths = [(len(one[1]) - len(one[2]), len(one[1])) for one in (above, line)]
    return widths[0][0] == widths[1][0] or widths[0][1] == widths[1][1]


def _blank(found: re.Match[str]) -> str:
    return re.sub(r"\d", " ", found[0])
