"""The words of a text as terms, and as numbers for them."""

from collections.abc import Iterable, Sequence
from itertools import chain

from index.forms import Forms, forms, is_word, tokens
from index.forms import words as words
from index.stemming import stems as stems

# Tokens whose terms a Vocabulary remembers, so that a frequent one is stemmed once.
_REMEMBERED = 1_000_000


def terms(text: str) -> list[str]:
    """What a text is indexed under: its terms in order, then what else its tokens may be asked for as."""
    found = asked(text)
    return [*chain(*(one.terms for one in found)), *chain(*(one.more for one in found))]


def asked(text: str) -> list[Forms]:
    """What stands for each token of a question."""
    return [forms(token) for token in tokens(text)]


class Vocabulary:
    """Numbers the terms of texts, in the order of their first occurrence."""

    def __init__(self) -> None:
        self.terms: dict[str, int] = {}
        self._numbers: dict[str, Sequence[int]] = {}
        # Of the tokens that have any.
        self._more: dict[str, Sequence[int]] = {}

    def numbers(self, text: str) -> list[int]:
        """The numbers of a text's terms, in the order of `terms`; new terms get the next numbers."""
        found = tokens(text)
        self._learn(dict.fromkeys(token for token in found if token not in self._numbers))
        numbers = list(chain.from_iterable(map(self._numbers.__getitem__, found)))
        for token in found:
            if token in self._more:
                numbers += self._more[token]
        if len(self._numbers) > _REMEMBERED:
            self._numbers.clear()
            self._more.clear()
        return numbers

    def number(self, term: str) -> int:
        """The number of a term, the next one if it is new."""
        return self.terms.setdefault(term, len(self.terms))

    def _learn(self, unknown: Iterable[str]) -> None:
        plain = [token for token in unknown if is_word(token)]
        for token, term in zip(plain, stems(plain), strict=True):
            self._numbers[token] = (self.number(term),)
        for token in unknown:
            if token not in self._numbers:
                known = forms(token)
                self._numbers[token] = [self.number(term) for term in known.terms]
                if known.more:
                    self._more[token] = [self.number(term) for term in known.more]
