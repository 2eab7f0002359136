"""Which words of a text say something, and what kind of thing a question asks for; pure."""

import re
from typing import Literal

from index.text.terms import words
from qa.language.function_words import is_content

_WORD = re.compile(r"(?:[A-Z]\.){2,}|[^\W_]+")
# Function words that may be all of an answer.
_TELLING = frozenset(
    "one once no yes none nothing nobody everything everybody everyone never always both all".split()
)
_TIMES = frozenset({"year", "years", "date", "century", "decade", "month", "day", "time"})
_AMOUNTS = frozenset({"many", "much", "old", "long", "far", "large", "big", "high", "often", "tall"})
_PEOPLE = frozenset({"who", "whom", "whose"})


def normal(text: str) -> str:
    """The form in which two answers are compared: case folded, white space as one space."""
    return " ".join(text.casefold().split())


def telling(text: str) -> list[tuple[int, int]]:
    """The ranges of the words that say something by themselves: with a meaning or an amount of their own."""
    found = _WORD.finditer(text)
    return [
        word.span()
        for word in found
        if is_content(word[0]) or word[0].casefold() in _TELLING or word[0] == "May"
    ]


def is_bare(text: str) -> bool:
    """Whether a text says nothing by itself: marks and function words."""
    return not telling(text)


def kind_asked(question: str) -> Literal["time", "amount", "person"] | None:
    """The kind of thing a question asks for by its words; None when they do not say."""
    asked = asked_words(question)
    if "when" in asked or ({"what", "which"} & asked and _TIMES & asked):
        return "time"
    if "how" in asked and _AMOUNTS & asked:
        return "amount"
    return "person" if _PEOPLE & asked else None


def asked_words(question: str) -> set[str]:
    """The words of a question, case folded."""
    return {word.casefold() for word in words(question)}
