"""Whether two sentences say the same in the same words; pure.

All words count but articles. Function words do too: they tell "must" from "may" and "before" from "after".
"""

import unicodedata
from collections.abc import Sequence

from qa.language.numerals import spoken

# They come and go and change nothing.
_ARTICLES = frozenset("a an the".split())
_JOINTS = frozenset("and or".split())
# The categories of Unicode that hold "€", "+" and "°", and the shares, which are in none of them.
_SIGNS = frozenset("Sc Sm So".split())
_SHARES = frozenset("%‰")


def said(text: str) -> list[str]:
    """The words of a sentence but for articles, with numbers in digits, and symbols that mean something."""
    found = (word.strip("_") for word in spoken(text))
    return [word for word in found if word not in _ARTICLES and _is_telling(word)]


def is_reordered(one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether words are others in the same order, or in one that leaves what they say as it is.

    That is so where a part goes from one end to the other ("On Mondays it is closed.") or two things change
    places around "and" or "or". "The buyer pays the seller." is not what "The seller pays the buyer." says.
    """
    ours, theirs = list(one), list(other)
    if ours == theirs:
        return True
    if sorted(ours) != sorted(theirs):
        return False
    if any(ours[at:] + ours[:at] == theirs for at in range(1, len(ours))):
        return True
    unlike = [at for at, (a, b) in enumerate(zip(ours, theirs, strict=True)) if a != b]
    ours, theirs = ours[unlike[0] : unlike[-1] + 1], theirs[unlike[0] : unlike[-1] + 1]
    joints = (at for at, word in enumerate(ours) if word in _JOINTS)
    return any([*ours[at + 1 :], ours[at], *ours[:at]] == theirs for at in joints)


def _is_telling(word: str) -> bool:
    """Whether it is a word, a number, or a symbol such as "€" or "%", and no mere mark."""
    return any(c.isalnum() or c in _SHARES or unicodedata.category(c) in _SIGNS for c in word)
