"""Whom a pronoun means, that a reader points at as the answer; pure."""

from collections.abc import Sequence
from typing import NamedTuple

from qa.names import AUXILIARIES, names_in, words_of

Range = tuple[int, int]

_KINDS = {
    **dict.fromkeys("he him his himself she her hers herself".split(), "person"),
    **dict.fromkeys("it its itself".split(), "thing"),
    **dict.fromkeys("they them their theirs themselves".split(), "group"),
}
_POINTING = frozenset("this that these those".split())
# Titles that tell which pronoun does not fit.
_MISFITS = {
    **dict.fromkeys(
        "he him his himself".split(), frozenset("ms mrs miss madam mme lady queen frau sister".split())
    ),
    **dict.fromkeys(
        "she her hers herself".split(), frozenset("mr sir lord king herr father brother".split())
    ),
}
# "She said that …": the answer is in what she said, unless who said it is asked.
_REPORTING = frozenset(
    """
    say says said tell tells told report reports reported add adds added explain explains explained note notes
    noted claim claims claimed state states stated announce announced argue argues argued believe believes
    believed think thinks thought write writes wrote confirm confirms confirmed admit admits admitted
    """.split()
)


class Told(NamedTuple):
    """What stands before a pronoun: its place in the document, its text, what the reader points at there."""

    start: int
    end: int
    text: str
    highlight: Range | None
    margin: float


def is_pronoun(text: str) -> bool:
    """Whether a text is nothing but a pronoun for what is named elsewhere."""
    return text.casefold() in _KINDS or text.casefold() in _POINTING


def reports(question: str, sentence: str, end: int) -> bool:
    """Whether the pronoun that ends at `end` only tells of something, while no teller is asked for."""
    following = [word.low for word in words_of(sentence[end:]) if word.low not in AUXILIARIES][:1]
    return bool(_REPORTING.intersection(following) - {word.low for word in words_of(question)})


def antecedent(pronoun: str, question: str, before: Sequence[Told]) -> tuple[Told, Range] | None:
    """What a pronoun means: the sentence that names it, and the range of the name in the document.

    `before` holds what stands before the pronoun, the nearest sentence first. Of the names that fit, the one
    is taken that the reader points at most surely, or else the first one in the nearest sentence. For an
    "it" or "they" without a name it is what the reader points at in the nearest sentence.
    """
    low = pronoun.casefold()
    kind = _KINDS.get(low)
    asked = {word.low for word in words_of(question)}
    found: list[tuple[tuple[bool, float, int], Told, Range]] = []
    for distance, told in enumerate(before):
        for rank, name in enumerate(names_in(told.text)):
            words = {word.low for word in words_of(name.text)}
            if kind in name.kinds and not words <= asked and not words & _MISFITS.get(low, frozenset()):
                first, last = told.start + name.start, told.start + name.start + len(name.text)
                pointed = _overlap(told.highlight, (first, last))
                sure = (told.margin if pointed else 0.0) - distance
                found.append(((pointed, sure, -rank), told, _wider(told.highlight, (first, last))))
    if found:
        return max(found, key=lambda one: one[0])[1:]
    nearest = ((told, told.highlight) for told in before if told.highlight)
    return next(nearest, None) if kind in {"thing", "group"} else None


def _overlap(highlight: Range | None, place: Range) -> bool:
    return highlight is not None and highlight[0] < place[1] and place[0] < highlight[1]


def _wider(highlight: Range | None, place: Range) -> Range:
    """What the reader points at, where that holds the name: "the fire brigade of Brackwater"."""
    holds = highlight is not None and highlight[0] <= place[0] and place[1] <= highlight[1]
    return highlight if highlight and holds else place
