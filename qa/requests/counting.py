"""Questions that would have something counted in the text: no number of the text answers them by chance.

"How many times is Orla mentioned?" is answered by a sentence that speaks of mentioning, not by "three times".
Such questions are too few in any data to learn from, so the words are listed.
"""

import re
from collections.abc import Sequence
from itertools import takewhile

from index.text.terms import stems, words
from qa.language.function_words import is_content
from qa.language.names import AUXILIARIES
from qa.language.numerals import numbers

_HOW_MANY = re.compile(r"how many\b", re.IGNORECASE)
_COUNTS = frozenset({"many", "often", "number", "count"})
# What is done to words in a text, and what a text consists of.
_DONE = frozenset(stems("mentioned listed named appears occurs cited quoted".split()))
_PIECES = frozenset(
    stems("chapter section page paragraph sentence line word heading table figure footnote entry".split())
)

# So many words before what is counted a number may stand.
_NEAR = 3


def may_count(question: str, quotes: Sequence[str]) -> bool:
    """Whether sentences may answer a question that counts: they speak of what is counted; others always may.

    A verb of the text ("mentioned") goes before its pieces ("words").
    """
    said = words(question.casefold())
    if not _COUNTS & set(said[:4]):
        return True
    wanted = _DONE & frozenset(stems(said)) or _PIECES & frozenset(stems(said[:4]))
    return not wanted or any(wanted & set(stems(words(quote))) for quote in quotes)


def states_count(question: str, sentence: str) -> bool:
    """Whether a sentence puts a number before what a question with "how many" asks for: "4,200 old trees"."""
    asked = words(_HOW_MANY.sub("", question, count=1))
    counted = list(takewhile(is_content, asked))
    # Without an auxiliary behind it the second word may be a verb: "how many tasks remain".
    if not {word.casefold() for word in asked[len(counted) : len(counted) + 1]} & AUXILIARIES:
        counted = counted[:1]
    wanted = {*stems(counted)}
    said = sentence.split()
    return any(
        not wanted.isdisjoint(stems(words(said[place])))
        and any(numbers(word) for word in _before(said[max(0, place - _NEAR) : place]))
        for place in range(len(said))
    )


def _before(said: Sequence[str]) -> list[str]:
    """The last words that no mark parts from what follows."""
    return list(takewhile(lambda word: word[-1].isalnum(), reversed(said)))


def choosing(question: str) -> str | None:
    """The question which things there are, for one how many there are; None for any other."""
    asked, count = _HOW_MANY.subn("which", question.lstrip(), count=1)
    return asked if count and asked.startswith("which") else None
