"""Match words that occur nowhere in the source with words that do: misspelt ones, and those of a family."""

import json
from collections.abc import Collection, Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

# A word of fewer letters has too many neighbours; one that long may hide two slips.
_SHORTEST = 4
_TWO_SLIPS_FROM = 8
# Words of one family share so many first letters and go on with these: found-er, found-at(ion), found. Chosen
# on the derivations that WordNet lists among the words of the data; DECISIONS.md has the table.
_FAMILY_LETTERS = 4
# A shorter word has a family only in whoever does it: own, owner; run, runner.
_SHORTEST_ROOT = 3
_ENDINGS = frozenset(
    """
    abl ag al alist an anc ant ari at atori dom enti er eri ership est hood i ia ial ian ibl ic ician if ifi
    ion ionari ionist ism ist it iti iv li ment ness or ori ous r ship si tic tori ual um us
    """.split()
) | {""}
# Ends that give way to each other, some behind one letter alone: absenc(e), absent; decid(e), decis(ion).
_CHANGES = frozenset("d/s d/si b/pt ut/v l/ular nc/t sm/t ys/t c/t r/st".split())

# The reader's word pieces, of which those that are whole words are the commonest of English.
_PIECES = Path(__file__).parents[1] / "model" / "tokenizer.json"


class Respelt(NamedTuple):
    """A question with its misspelt words as the source has them, and which names were respelt for which."""

    question: str
    names: Mapping[str, str]

    @property
    def is_doubtful(self) -> bool:
        """Whether a name has another letter than the source's ("Hansen", "Hanson"): it may be another's."""
        return any(has_another_letter(one, other) for one, other in self.names.items())


def has_another_letter(word: str, other: str) -> bool:
    """Whether two words differ by a letter in another's place, and not by one too few, too many or moved.

    The latter are slips of the hand.
    """
    from rapidfuzz.distance import OSA, Levenshtein

    pair = (word.casefold(), other.casefold())
    replaced = any(step.tag == "replace" for step in Levenshtein.editops(*pair))
    return replaced and OSA.distance(*pair) == Levenshtein.distance(*pair)


def is_name(word: str, typed: str, held: Collection[str]) -> bool:
    """Whether a word of a text that was typed otherwise is a name or a technical term.

    A common word is one where it never stands in small letters, and was typed with another letter.
    """
    is_capital = word[:1].isupper() and word.casefold() not in held
    return not is_word(word) or (is_capital and has_another_letter(typed, word))


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


def family(term: str, vocabulary: Iterable[str]) -> list[str]:
    """The words of the vocabulary that come from the same one as a term, the most alike first."""
    from rapidfuzz.distance import Prefix

    if len(term) < _SHORTEST_ROOT or not term.isalpha():
        return []
    start = term[:_SHORTEST_ROOT]
    alike = {other: Prefix.similarity(term, other) for other in vocabulary if other.startswith(start)}
    akin = [other for other, shared in alike.items() if _are_akin(term, other, shared)]
    return sorted(akin, key=lambda other: (-alike[other], len(other), other))


def _are_akin(one: str, other: str, shared: int) -> bool:
    """Whether two terms that share their first letters are of one family."""
    ends = sorted((one[shared:], other[shared:]))
    before = one[shared - 1]
    if shared < _FAMILY_LETTERS:
        return ends[0] == "" and ends[1] in ("er", "or", f"{before}er")
    return {*ends} <= _ENDINGS or not _CHANGES.isdisjoint(("/".join(ends), f"{before}{'/'.join(ends)}"))
