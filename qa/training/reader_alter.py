"""Alter questions: so that their passage no longer answers them, or as a hurried person types them.

SQuAD 2.0's unanswerable questions are mostly such alterations, made by people: a swapped name or number, an
antonym, a negation (Rajpurkar et al., 2018, table 2). Here they are made of questions of other sets.
"""

import random
import re
from collections.abc import Callable, Sequence

from qa.language.function_words import is_content

_NAME = re.compile(r"\b[A-Z][\w'’-]*(?:\s+(?:(?:of|the|de|von|and)\s+)?[A-Z][\w'’-]*)*")
_NUMBER = re.compile(r"\b\d[\d,.]*\d\b|\b\d\b")
_WORD = re.compile(r"[A-Za-z]+(?:n['’]t)?")
_OPPOSITES = """
first last|largest smallest|biggest smallest|highest lowest|most least|more less|more fewer|before after
|increase decrease|increased decreased|north south|northern southern|east west|eastern western|win lose
|won lost|begin end|began ended|start stop|started stopped|oldest youngest|older younger|high low|higher lower
|above below|accept reject|accepted rejected|include exclude|included excluded|longest shortest|long short
|best worst|better worse|early late|earliest latest|large small|larger smaller|strong weak|success failure
|allow forbid|allowed forbidden|support oppose|supported opposed|male female|men women|inside outside
|major minor|maximum minimum|new old|open closed|positive negative|public private|rise fall|same different
|always never|father mother|brother sister|son daughter|king queen|buy sell|bought sold|import export
|cause prevent|caused prevented|create destroy|created destroyed|like dislike|agree disagree|rich poor
|is isn't|was wasn't|are aren't|were weren't|did didn't|does doesn't|do don't|can can't|could couldn't
"""
_OPPOSITE = {
    word: other
    for pair in _OPPOSITES.replace("\n", " ").split("|")
    for first, second in [pair.split()]
    for word, other in ((first, second), (second, first))
}
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


def names(text: str) -> list[str]:
    """Runs of capitalised words, without those that merely begin a sentence with a function word."""
    found = (match.group() for match in _NAME.finditer(text))
    return [name for name in found if " " in name or is_content(name.lower())]


def altered(
    question: str, passage: str, answers: Sequence[str], others: Sequence[str], chance: random.Random
) -> str | None:
    """The question with one word or name changed so that the passage does not answer it; None if none fits.

    `others` are names that the article holds elsewhere.
    """
    ways: list[Callable[[], str | None]] = [
        lambda: _other_name(question, passage, answers, others, chance),
        lambda: _other_number(question, passage, answers, chance),
        lambda: _opposite(question, chance),
    ]
    chance.shuffle(ways)
    return next((made for way in ways if (made := way())), None)


def _other_name(
    question: str, passage: str, answers: Sequence[str], others: Sequence[str], chance: random.Random
) -> str | None:
    """Another name for one of the question's that the passage holds too; often one that it holds itself."""
    # The question's own first word is no name.
    asked = [match for match in _NAME.finditer(question) if match.start() and match.group() in passage]
    if not asked:
        return None
    match = chance.choice(asked)
    known = " ".join((question, *answers)).casefold()
    near = [name for name in names(passage) if name.casefold() not in known]
    far = [name for name in others if name.casefold() not in known and name not in passage]
    pool = near if near and (not far or chance.random() < 0.5) else far
    if not pool:
        return None
    return question[: match.start()] + chance.choice(pool) + question[match.end() :]


def _other_number(question: str, passage: str, answers: Sequence[str], chance: random.Random) -> str | None:
    """Another number for one of the question's: of the passage, or with another digit."""
    asked = list(_NUMBER.finditer(question))
    if not asked:
        return None
    match = chance.choice(asked)
    number = match.group()
    known = " ".join((question, *answers))
    numbers: list[str] = _NUMBER.findall(passage)
    near = [other for other in numbers if len(other) == len(number) and other not in known]
    if near and chance.random() < 0.5:
        other = chance.choice(near)
    else:
        place = chance.choice([n for n, digit in enumerate(number) if digit.isdigit()])
        other = number[:place] + chance.choice("123456789".replace(number[place], "")) + number[place + 1 :]
        if other in passage:
            return None
    return question[: match.start()] + other + question[match.end() :]


def _opposite(question: str, chance: random.Random) -> str | None:
    """The opposite of one of the question's words."""
    asked = [match for match in _WORD.finditer(question) if match.group().lower() in _OPPOSITE]
    if not asked:
        return None
    match = chance.choice(asked)
    other: str = _OPPOSITE[match.group().lower()]
    return question[: match.start()] + other + question[match.end() :]


def misspelt(question: str, chance: random.Random) -> str:
    """The question with a slip or two: a letter left out, doubled, swapped with the next, or another."""
    for _ in range(chance.choice((1, 1, 2))):
        places = [n for n in range(1, len(question) - 1) if question[n : n + 2].isalpha()]
        if not places:
            return question
        n = chance.choice(places)
        slip = chance.choice(("", question[n] * 2, question[n + 1] + question[n], chance.choice(_LETTERS)))
        question = question[:n] + slip + question[n + (2 if len(slip) == 2 and slip[0] != slip[1] else 1) :]
    return question


def keywords(question: str) -> str:
    """The question's words that carry meaning, as a person types into a search box."""
    return " ".join(word for word in re.findall(r"[\w'’.-]+", question) if is_content(word.lower())).lower()
