"""Words and their terms; the only importer of the stemmer.

A term is a stemmed word. English stems are Snowball's; another language needs another stemmer here and
nothing elsewhere.
"""

import re
import threading
from collections.abc import Sequence
from typing import Any

_WORD = re.compile(r"\w+")
_PLURAL_CAPITALS = re.compile(r"[A-Z]{2,}s")
# Words whose terms a Vocabulary remembers, so that a frequent word is stemmed once.
_REMEMBERED = 1_000_000
_local = threading.local()


def words(text: str) -> list[str]:
    """The words of a text as they stand in it, in order."""
    return _WORD.findall(text)


def terms(text: str) -> list[str]:
    """The stemmed words of a text, in order."""
    return stems(words(text))


def stems(tokens: Sequence[str]) -> list[str]:
    """The term of each word: case folded, stemmed by Snowball's English rules.

    Snowball keeps the "s" after a "u", so that "GPUs" would not be found by "GPU": the plural of a word in
    capitals loses it first.
    """
    singular = [token[:-1] if _PLURAL_CAPITALS.fullmatch(token) else token for token in tokens]
    stemmed: list[str] = _stemmer().stemWords([token.casefold() for token in singular])
    return stemmed


def _stemmer() -> Any:  # noqa: ANN401 - PyStemmer ships no types
    # A PyStemmer object keeps a cache that two threads must not share.
    if not hasattr(_local, "stemmer"):
        import Stemmer

        _local.stemmer = Stemmer.Stemmer("english")
    return _local.stemmer


class Vocabulary:
    """Numbers the terms of texts, in the order of their first occurrence."""

    def __init__(self) -> None:
        self.terms: dict[str, int] = {}
        self._numbers: dict[str, int] = {}

    def numbers(self, text: str) -> list[int]:
        """The number of each term of a text, in order; new terms get the next numbers."""
        tokens = words(text)
        unknown = list(dict.fromkeys(token for token in tokens if token not in self._numbers))
        if unknown:
            for token, term in zip(unknown, stems(unknown), strict=True):
                self._numbers[token] = self.number(term)
        numbers = [self._numbers[token] for token in tokens]
        if len(self._numbers) > _REMEMBERED:
            self._numbers.clear()
        return numbers

    def number(self, term: str) -> int:
        """The number of a term, the next one if it is new."""
        return self.terms.setdefault(term, len(self.terms))
