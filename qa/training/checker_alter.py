"""Statements with one thing changed, so that what supported them no longer does; pure."""

import random
import re
from collections.abc import Sequence
from itertools import pairwise

from qa.language.names import Name, names_in
from qa.retrieve.spelling import is_word

NUMBER = re.compile(r"(?<![\w.,/-])\d+(?:,\d{3})*(?:\.\d+)?(?![\w/-])(?!\.\d)")
_SPELT = re.compile(
    r"\b(?:two|three|four|five|six|seven|eight|nine|ten|twelve|twenty|thirty|fifty|hundred)\b"
)


def with_other_number(
    statement: str, others: Sequence[str], chance: random.Random, share: float = 0.35
) -> str | None:
    """One number changed, a `share` of the times to one of `others`, else to one that looks like it."""
    found = [*NUMBER.finditer(statement), *_SPELT.finditer(statement)]
    if not found:
        return None
    one = chance.choice(found)
    if not one[0][0].isdigit():
        words = "two three four five six seven eight nine ten twelve twenty thirty fifty".split()
        other = chance.choice([word for word in words if word != one[0]])
    elif others and chance.random() < share:
        # As of a list: "1" is mostly the number of an item.
        other = chance.choice([number for number in others if number != "1"] or [_near(one[0], chance)])
    else:
        other = _near(one[0], chance)
    if share == 1.0 and other not in others:
        return None
    return f"{statement[: one.start()]}{other}{statement[one.end() :]}" if other != one[0] else None


def _near(number: str, chance: random.Random) -> str:
    digits = [place for place, letter in enumerate(number) if letter.isdigit()]
    place = chance.choice(digits)
    least = "1" if place == 0 else "0"
    other = chance.choice([d for d in "0123456789" if d >= least and d != number[place]])
    return f"{number[:place]}{other}{number[place + 1 :]}"


def names_of(text: str) -> list[Name]:
    """The names of a text, without what may be a common word with its capital from the sentence's start."""
    return [
        name
        for name in names_in(text)
        if not name.text.islower()
        and not any(letter.isdigit() for letter in name.text)
        and (
            (name.start and text[name.start - 1] == " " and text[name.start - 2] not in ".!?:|>")
            or not is_word(name.text.split()[0])
        )
    ]


def with_other_name(statement: str, others: Sequence[str], chance: random.Random) -> str | None:
    """One name changed for one of `others` that shares no word with the statement."""
    found = [name for name in names_of(statement) if "group" not in name.kinds or len(name.kinds) > 1]
    said = set(statement.casefold().split())
    others = [other for other in others if not said & set(other.casefold().split())]
    if not found or not others:
        return None
    one = chance.choice(found)
    end = one.start + len(one.text)
    return f"{statement[: one.start]}{chance.choice(others)}{statement[end:]}"


_JOINED = re.compile(r"[\s,]*(?:(?:and|or|with|to|between|&|-)\b)?\s*")


def with_names_exchanged(statement: str, chance: random.Random) -> str | None:
    """Two names in each other's place; neighbours in a list are left alone, their order says nothing."""
    found = [name for name in names_in(statement) if not name.text.islower()]
    apart = [
        (one, other)
        for one, other in pairwise(found)
        if one.text != other.text
        and not _JOINED.fullmatch(statement[one.start + len(one.text) : other.start])
    ]
    if not apart:
        return None
    one, other = chance.choice(apart)
    between = statement[one.start + len(one.text) : other.start]
    after = statement[other.start + len(other.text) :]
    return f"{statement[: one.start]}{other.text}{between}{one.text}{after}"


_REASON = re.compile(
    r"\b(?:because|since|so|therefore|thus|due|hence|as|for|reason|cause[ds]?|result\w*|led|why)\b",
    re.IGNORECASE,
)


def joined(statement: str, word: str, other: str) -> str:
    """Two statements as one; the model reads no capitals."""
    return f"{statement.rstrip('.')}{word} {other}"


def gives_reason(text: str) -> bool:
    """Whether a text may say why something is so."""
    return _REASON.search(text) is not None


_AUXILIARY = re.compile(
    r"\b(is|are|was|were|has|have|had|can|could|will|would|should|may|must|did|does|do)\b(?! not\b|n['’]t)",
    re.IGNORECASE,
)
_NOT = re.compile(r"\b(?:not|never) |n['’]t\b|\bno (?=\w)")
_PAST = re.compile(
    r"(?<=[a-z\d] )([a-z]{2,}[^e\s])ed (?=(?:the|a|an|in|to|by|on|with|from|its|his|her|their|over|at)\b)"
)


def negated(statement: str, chance: random.Random) -> str | None:
    """The opposite: a negation taken out, else put behind an auxiliary or in front of a past verb."""
    if found := _NOT.search(statement):
        if found[0].endswith("t") and statement[: found.start()].endswith(("ca", "wo")):
            return None
        return statement[: found.start()] + statement[found.end() :]
    found = _AUXILIARY.search(statement)
    if found:
        return (
            f"{statement[: found.end()]} {chance.choice(['not', 'not', 'never'])}{statement[found.end() :]}"
        )
    if found := _PAST.search(statement):
        return f"{statement[: found.start()]}did not {found[1]} {statement[found.end() :]}"
    return None


_QUANTIFIERS = {
    "all": ["some", "most", "none of"], "every": ["not every", "hardly any"], "each": ["only one"],
    "some": ["all", "no"], "most": ["all", "a few of the"], "many": ["all", "few"], "several": ["all", "no"],
    "few": ["many", "all"], "any": ["no"], "both": ["neither"], "only": ["not only"],
    "always": ["sometimes", "never"],
    "often": ["always", "rarely"], "usually": ["always", "rarely"], "sometimes": ["always", "never"],
    "never": ["always", "sometimes"], "none": ["all"], "at least": ["at most"], "up to": ["at least"],
    "more than": ["less than"], "less than": ["more than"], "over": ["under"], "at most": ["at least"],
}  # fmt: skip
MODALS = {
    "must": ["may", "need not"], "may": ["must"], "can": ["must", "cannot"], "should": ["must", "need not"],
    "might": ["will"], "could": ["must"], "have to": ["may"], "has to": ["may"], "required to": ["free to"],
    "will": ["might"], "is": ["might be"], "was": ["may have been"], "are": ["could be"],
}  # fmt: skip
COMPARED = {
    "more": ["less"], "less": ["more"], "fewer": ["more"], "higher": ["lower"], "lower": ["higher"],
    "larger": ["smaller"], "smaller": ["larger"], "before": ["after"], "after": ["before"], "first": ["last"],
    "last": ["first"], "most": ["least"], "least": ["most"], "increased": ["decreased"],
    "decreased": ["increased"],
    "increase": ["decrease"], "longer": ["shorter"], "older": ["younger"], "younger": ["older"],
    "rose": ["fell"],
    "fell": ["rose"], "earlier": ["later"], "later": ["earlier"], "better": ["worse"], "above": ["below"],
    "largest": ["smallest"], "highest": ["lowest"], "north": ["south"], "best": ["worst"], "open": ["closed"],
    "won": ["lost"], "lost": ["won"], "early": ["late"], "up": ["down"], "high": ["low"], "under": ["over"],
}  # fmt: skip


def swapped(statement: str, pairs: dict[str, list[str]], chance: random.Random) -> str | None:
    """One word of some lists changed for another of its list."""
    found = [
        match
        for word in pairs
        for match in re.finditer(rf"\b{re.escape(word)}\b", statement)
        if word in statement
    ]
    if not found:
        return None
    one = chance.choice(found)
    return f"{statement[: one.start()]}{chance.choice(pairs[one[0]])}{statement[one.end() :]}"


_PLURAL = re.compile(r"^(?:The )?([A-Z]?[a-z]+s) (?=are|were|have|can|must|may|will)")


def quantified(statement: str, chance: random.Random) -> str | None:
    """A statement with another quantifier, or with one that was not there."""
    if changed := swapped(statement, _QUANTIFIERS, chance):
        return changed
    if found := _PLURAL.match(statement):
        return f"{chance.choice(['All', 'Only some', 'No'])} {found[1].lower()} {statement[found.end() :]}"
    return None
