"""Match words that occur nowhere in the source with the words that do: misspelt queries still find."""

import json
from collections.abc import Collection, Iterable
from functools import cache
from pathlib import Path

# A word of fewer letters has too many neighbours; one that long may hide two slips.
_SHORTEST = 4
_TWO_SLIPS_FROM = 8


# The reader's word pieces, of which those that are whole words are the commonest of English.
_PIECES = Path(__file__).parent / "model" / "tokenizer.json"


def is_word(word: str) -> bool:
    """Whether a word is a common one of English, and so no slip of the hand for another."""
    return word.casefold() in _pieces()


@cache
def _pieces() -> frozenset[str]:
    return frozenset(json.loads(_PIECES.read_text(encoding="utf-8"))["model"]["vocab"])


def nearest_terms(unknown: Iterable[str], vocabulary: Collection[str]) -> dict[str, str]:
    """For each unknown term the one of the vocabulary within one or two slips, where there is one.

    A slip is an insertion, deletion, substitution or swap of neighbours (optimal string alignment). The
    first letter must agree, since people rarely miss it and the wrong matches mostly do. Terms with digits
    are left alone: a number that is nearly right is wrong.
    """
    from rapidfuzz import process
    from rapidfuzz.distance import OSA

    found = {}
    for term in sorted(set(unknown)):
        if len(term) < _SHORTEST or not term.isalpha():
            continue
        slips = 2 if len(term) >= _TWO_SLIPS_FROM else 1
        near = [word for word in vocabulary if word[:1] == term[0] and abs(len(word) - len(term)) <= slips]
        match = process.extractOne(term, near, scorer=OSA.distance, score_cutoff=slips)
        if match:
            found[term] = match[0]
    return found
