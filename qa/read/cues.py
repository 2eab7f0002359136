"""Which words of a text say something, what kind of thing a question asks for and a text holds; pure."""

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

_NUMBER = re.compile(
    r"\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|dozen|hundred|thousand|million|billion)\b",
    re.IGNORECASE,
)
_DATE = re.compile(
    r"\b\d{3,4}s?\b|\b(?:January|February|March|April|May|June|July|August|September|October|November|"
    r"December|Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday|century|years?|days?|weeks?|months?)\b"
)
# A capitalised word that does not start a sentence.
_NAME = re.compile(r"(?<![.!?]\s)(?<!^)\b[A-Z]\w+")


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


def kind_fits(question: str, text: str) -> float:
    """Whether a text holds the kind of thing asked for (1 or 0); 0.5 when no kind is asked for.

    When: a date. How many: a number. Who: a name that the question does not hold.
    """
    kind = kind_asked(question)
    if kind == "time":
        return float(bool(_DATE.search(text)))
    if kind == "amount":
        return float(has_number(text))
    if kind == "person":
        # A sentence may start with the name, so its first word counts here unless it is one of grammar.
        found = {name.casefold() for name in names(" " + text) if is_content(name)}
        return float(bool(found - asked_words(question)))
    return 0.5


def has_number(text: str) -> bool:
    """Whether a text holds a number, in digits or in words."""
    return _NUMBER.search(text) is not None


def names(text: str) -> list[str]:
    """Capitalised words that do not start a sentence."""
    return _NAME.findall(text)


def asked_words(question: str) -> set[str]:
    """The words of a question, case folded."""
    return {word.casefold() for word in words(question)}
