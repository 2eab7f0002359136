"""The words of a text as terms, and as numbers for them.

Most tokens of a text are words. Others are figures (`index.text.figures`), initials, and words that a hyphen
joins or a line's end breaks; these are written in many ways. A text is indexed under all of them, and a
question is asked in one that occurs, so that what is printed one way is found when it is asked another.
"""

import re
import unicodedata
from collections.abc import Callable, Collection, Sequence
from functools import cache
from itertools import chain

from index.text import figures
from index.text.figures import WORD, Forms, parts_of
from index.text.stemming import ALSO, NUMBERS
from index.text.stemming import stems as stems

# Tokens whose terms a Vocabulary remembers, so that a frequent one is stemmed once.
_REMEMBERED = 1_000_000
# Stands for the numbers of a token that has not just one.
_SEVERAL = -1
_SYMBOLS = {
    **{"%": "percent", "€": "euro", "$": "dollar", "£": "pound", "¥": "yen", "₹": "rupee", "°": "degree"},
}
# What follows an apostrophe in a possessive or a contraction.
_CLITICS = frozenset("s t d m ll re ve".split())
# No word is made of more parts.
_MOST_PARTS = 6
# Characters that are not seen; a soft hyphen takes the line's end behind it with it.
_INVISIBLE = re.compile(
    "\u00ad(?:[^\\S\\n]*\\n[^\\S\\n]*)?|[\u034f\u180e\u200b-\u200f\u2060-\u2064\ufe00-\ufe0f\ufeff]"
)
# Kinds of tokens, those that start with a digit first, in the order in which they are looked for.
_FIGURES = {
    "day": f"{figures.DAY_FIRST}|{figures.DIGITS}",
    "time": figures.TIME,
    "measure": figures.MEASURE,
    "code": rf"\d+(?:[./:]\d+){{2,}}|{WORD}(?:[-‐_]{WORD})+",
    "number": rf"{figures.NUMBER}(?![^\W_])",
}
_OTHERS = {
    "month": rf"(?=[JFMASONDjfmasond]){figures.MONTH_FIRST}",
    "initials": r"(?:[A-Z][a-z]?\.){1,6}[A-Z][a-z]?\.?(?!\w)|(?:[a-z]\.){2,6}",
    "percent": r"[Pp]er\scent(?!\w)",
    "joined": r"\w+(?:(?:[-‐](?:[^\S\n]*\n[^\S\n]*)?|['’])\w+)*",
    "symbol": f"[{''.join(_SYMBOLS)}]",
}
_DIGIT = re.compile(r"\d")
_TOKEN = re.compile(rf"(?=\d)(?:{'|'.join(_FIGURES.values())})|{'|'.join(_OTHERS.values())}")
# Where no digit is, no figure need be looked for.
_LETTERS = re.compile("|".join(pattern for kind, pattern in _OTHERS.items() if kind != "month"))
_WORD = re.compile(rf"{figures.NUMBER}(?![^\W_])|{WORD}")


def normal(text: str) -> str:
    """A text composed, without invisible characters, in plain letters for ligatures and wide ones (NFKC)."""
    return text if text.isascii() else unicodedata.normalize("NFKC", _INVISIBLE.sub("", text))


def words(text: str) -> list[str]:
    """The words and numbers of a text, in order, in their normal form."""
    return _WORD.findall(normal(text))


def tokens(text: str) -> list[str]:
    """The tokens of a text, in order, in their normal form."""
    text = normal(text)
    return (_TOKEN if _DIGIT.search(text) else _LETTERS).findall(text)


def forms(found: Collection[str]) -> dict[str, Forms]:
    """What stands for each of some tokens, as `tokens` gives them."""
    plain = [token for token in found if token.isalpha() and token.casefold() not in ALSO]
    known = {token: Forms((token,), (term,)) for token, term in zip(plain, stems(plain), strict=True)}
    return {token: known.get(token) or _special(token) for token in found}


def asked(text: str) -> list[Forms]:
    """What stands for each token of a question."""
    found = tokens(text)
    known = forms(found)
    return [known[token] for token in found]


def terms(text: str) -> list[str]:
    """What a text is indexed under: its terms in order, then what else its tokens may be asked for as."""
    found = asked(text)
    return [*chain(*(one.terms for one in found)), *chain(*(one.more for one in found))]


class Vocabulary:
    """Numbers the terms of texts, in the order of their first occurrence."""

    def __init__(self) -> None:
        self.terms: dict[str, int] = {}
        # Of each token that was met: the number of its only term, or _SEVERAL.
        self._numbers: dict[str, int] = {}
        # Of the tokens with several: those of its terms, and those of what else it may be asked for as.
        self._several: dict[str, tuple[list[int], list[int]]] = {}

    def numbers(self, text: str) -> list[int]:
        """The numbers of a text's terms, in the order of `terms`; new terms get the next numbers."""
        found = tokens(text)
        try:
            numbers = list(map(self._numbers.__getitem__, found))
        except KeyError:
            self._learn(dict.fromkeys(token for token in found if token not in self._numbers))
            numbers = list(map(self._numbers.__getitem__, found))
        if _SEVERAL in numbers:
            known = [
                self._several[token] if number == _SEVERAL else ([number], [])
                for token, number in zip(found, numbers, strict=True)
            ]
            numbers = [*chain(*(first for first, _ in known)), *chain(*(more for _, more in known))]
        if len(self._numbers) > _REMEMBERED:
            self._numbers.clear()
            self._several.clear()
        return numbers

    def number(self, term: str) -> int:
        """The number of a term, the next one if it is new."""
        return self.terms.setdefault(term, len(self.terms))

    def _learn(self, unknown: Collection[str]) -> None:
        known = forms(unknown)
        for token, found in known.items():
            numbers = [self.number(term) for term in found.terms]
            if len(numbers) == 1 and not (found.ways or found.implied):
                self._numbers[token] = numbers[0]
            else:
                self._numbers[token] = _SEVERAL
                self._several[token] = numbers, []
        # After the terms of all, since that is where they stand.
        for token, found in known.items():
            if token in self._several:
                self._several[token][1].extend(self.number(term) for term in found.more)


@cache
def _kinds() -> re.Pattern[str]:
    # Compiled at its first use: that takes milliseconds, and most questions hold words alone.
    digits = "|".join(f"(?P<{kind}>{pattern})" for kind, pattern in _FIGURES.items())
    others = "|".join(f"(?P<{kind}>{pattern})" for kind, pattern in _OTHERS.items())
    return re.compile(rf"(?=\d)(?:{digits})|{others}")


def _special(token: str) -> Forms:
    """What stands for a token that may be written in several ways."""
    found = _kinds().fullmatch(token)
    return _FORMS[found.lastgroup or ""](token) if found else Forms(parts_of(token), parts_of(token))


def _code(token: str) -> Forms:
    """Parts with digits among them, apart and as one; one that is written as one is told by that."""
    parts = parts_of(token)
    apart = tuple(stems(parts))
    if len(parts) > _MOST_PARTS:
        return Forms(parts, apart)
    whole = re.sub(r"[-‐_\s](?=[^\W\d_])|(?<=[^\W\d_])[-‐_\s]+", "", token).casefold()
    return Forms(parts, apart, ((*apart, whole), (whole,)))


def _joined(token: str) -> Forms:
    """A word, or several that are joined, apart and as one."""
    parts = parts_of(token)
    apart = tuple(stems(parts))
    if len(parts) > _MOST_PARTS:
        return Forms(parts, apart)
    if len(parts) < 2:
        other = ALSO.get(token.casefold())
        return Forms(parts, apart, (apart, tuple(stems([other]))) if other else ())
    if any(part[0].isdigit() for part in parts) and not {*"'’"} & {*token}:
        return _code(token)
    if number := _compound(parts):
        return Forms((token,), (number,))
    clitic = parts[-1] if parts[-1].casefold() in _CLITICS and token[-len(parts[-1]) - 1] in "'’" else ""
    whole = parts[:-1] if clitic else parts
    # "e-mail" is one word to a person, "High-Flyer" two.
    if len(whole) > 1 and min(map(len, whole)) < 3:
        shown = (token[: -len(clitic) - 1] if clitic else token,) * len(whole)
    else:
        shown = whole
    ways = (apart, tuple(stems(["".join(whole)]))) if len(whole) > 1 else ()
    return Forms((*shown, *parts[len(whole) :]), apart, ways)


def _compound(parts: Sequence[str]) -> str:
    """The number of "twenty-five" or "twenty-fifth" as a term, empty for other words."""
    ten, one, *rest = (NUMBERS.get(part.casefold(), "") for part in parts)
    is_number = ten[1:] == "0" and one and one.rstrip("stndrh") in "123456789" and not rest
    return ten[0] + one if is_number else ""


def _initials(token: str) -> Forms:
    letters = parts_of(token)
    whole = tuple(stems(["".join(letters)]))
    return Forms((token,), whole, (whole, tuple(stems(letters))))


_FORMS: dict[str, Callable[[str], Forms]] = {
    "day": figures.of_day,
    "month": figures.of_day,
    "time": figures.of_time,
    "measure": figures.of_measure,
    "code": _code,
    "number": figures.of_number,
    "initials": _initials,
    "percent": lambda token: Forms((token,), ("percent",)),
    "joined": _joined,
    "symbol": lambda token: Forms((token,), tuple(stems([_SYMBOLS[token]]))),
}
