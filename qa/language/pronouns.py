"""Whom a pronoun means, that a reader points at as the answer; pure."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from qa.language.names import AUXILIARIES, Name, names_in, words_of

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


# What follows one person more often than things: "Beorn is", "Maria says".
_AFTER_ONE = _REPORTING | {"is", "was", "has", "had"}
# What a name loses, in log-odds, when the reader points at something else in its sentence.
_MISSED = 2.0
# What one loses that is no name.
_NAMELESS = 1.0


class Told(NamedTuple):
    """What stands before a pronoun: its place in the document, its text, what the reader points at there."""

    start: int
    end: int
    text: str
    highlight: Range | None
    margin: float


def pronoun_that_speaks(text: str) -> Range | None:
    """Where the pronoun of "he said" or "said she" stands, if that is all of a text."""
    found = words_of(text)
    pronouns = [(word.start, word.end) for word in found if is_pronoun(word.text)]
    speaks = any(word.low in _REPORTING for word in found)
    return pronouns[0] if len(found) == 2 and pronouns and speaks else None


def is_pronoun(text: str) -> bool:
    """Whether a text is nothing but a pronoun for what is named elsewhere."""
    return text.casefold() in _KINDS or text.casefold() in _POINTING


def reports(question: str, sentence: str, end: int) -> bool:
    """Whether the pronoun that ends at `end` only tells of something, while no teller is asked for."""
    following = [word.low for word in words_of(sentence[end:]) if word.low not in AUXILIARIES][:1]
    return bool(_REPORTING.intersection(following) - {word.low for word in words_of(question)})


def antecedent(pronoun: str, question: str, before: Sequence[Told]) -> tuple[Told, Range] | None:
    """What a pronoun means: the sentence that names it, and the range of the name in the document.

    `before` holds what stands before the pronoun, the nearest sentence first. It is the name that the reader
    points at most surely, each sentence further away counting less; for an "it" or "they" it need be no name.
    """
    found = [
        candidate
        for distance, told in enumerate(before)
        for candidate in _candidates(pronoun.casefold(), question, told, distance)
    ]
    return max(found, key=lambda candidate: candidate[0])[1:] if found else None


def _candidates(
    pronoun: str, question: str, told: Told, distance: int
) -> Iterator[tuple[float, Told, Range]]:
    """What a sentence names that a pronoun may mean, each with how sure that is."""
    kind, sure, pointed = _KINDS.get(pronoun), told.margin - distance, told.highlight
    asked = {word.low for word in words_of(question)}
    for name in names_in(told.text):
        words = {word.low for word in words_of(name.text)}
        if words <= asked or words & _MISFITS.get(pronoun, frozenset()):
            continue
        place = told.start + name.start, told.start + name.start + len(name.text)
        if pointed == place or (pointed and _overlap(pointed, place) and not _opens(told.text, name)):
            yield sure, told, (min(pointed[0], place[0]), max(pointed[1], place[1]))
        elif kind in name.kinds and not _opens(told.text, name):
            yield sure - _MISSED, told, place
    if kind in {"thing", "group"} and pointed:
        yield sure - _NAMELESS, told, pointed


def _overlap(one: Range, other: Range) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def _opens(sentence: str, name: Name) -> bool:
    """Whether a single word may be capitalised only because it opens its sentence: "Opening hours change"."""
    alone = " " not in name.text and not any(map(str.isalnum, sentence[: name.start]))
    following = words_of(sentence[name.start + len(name.text) :])[:1]
    return alone and not _AFTER_ONE.intersection(word.low for word in following)
