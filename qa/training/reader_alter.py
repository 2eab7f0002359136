"""Alter questions: so that their passage no longer answers them, or as a hurried person types them.

SQuAD 2.0's unanswerable questions are mostly such alterations, made by people: a swapped name or number, an
antonym, a negation (Rajpurkar et al., 2018, table 2). Here they are made of questions of other sets.
"""

import random
import re
from collections.abc import Callable, Sequence

from qa.language.function_words import is_content
from qa.training.lexicon import Lexicon

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
# How often each way is tried; they fit unequally often, so that what comes of it is shaped like that.
_SHARES = 0.41, 0.10, 0.30
# How often a word that has synonyms is replaced by one, a question is shortened, and one misspelt.
_SYNONYMS, _SHORTENED, _MISSPELT = 0.7, 0.45, 0.25
_KEPT = frozenset(
    "who whose when where why how many much not no never without before after until above below over under up"
    " off out than between from per all each more most less least both only except".split()
)
_HELPER = re.compile(
    r"\b(?:is|are|was|were|did|does|do|can|could|will|would|has|have|had|should|may|must)\b(?!n['’]t)"
)
_PHRASE = re.compile(
    r"\b(in|at|on|by|from|for|with|of|to|after|before) ((?:the |an? )?[\w'’-]+(?: [A-Z][\w'’-]+)*)"
)
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


def edited(
    question: str, passage: str, answers: Sequence[str], lexicon: Lexicon, chance: random.Random
) -> str | None:
    """The question edited as people edit one to leave it without an answer; None if nothing fits.

    Of 15,669 edits by people (`unansq`) 41 % are one word, 13 % a negation, 12 % a short span. What comes in
    is of the passage where it can be, and of the same kind.
    """
    words: list[Callable[[], str | None]] = [
        lambda: _other_thing(question, passage, answers, lexicon, chance),
        lambda: _other_number(question, passage, answers, chance),
    ]
    if _HELPER.match(question.lower()):  # whoever says yes to it says no to its opposite
        return next((made for way in chance.sample(words, 2) if (made := way())), None)
    words.append(lambda: _opposite(question, chance, lexicon))
    ways: list[Callable[[], str | None]] = [
        lambda: next((made for way in chance.sample(words, 3) if (made := way())), None),
        lambda: _negated(question, chance),
        lambda: _other_span(question, passage, answers, chance),
    ]
    (way,) = chance.choices(ways, _SHARES)
    return way()


def _other_thing(
    question: str, passage: str, answers: Sequence[str], lexicon: Lexicon, chance: random.Random
) -> str | None:
    """A name or noun of the passage for one of the question's of the same kind."""
    things: dict[str, str] = dict.fromkeys(names(passage), "a name")
    things.update(
        {noun: kind for noun in _WORD.findall(passage) if noun.islower() and (kind := lexicon.kind(noun))}
    )
    known = set(_WORD.findall(" ".join((question, *answers)).lower()))
    asked = [
        (match, kind)
        for thing, kind in things.items()
        if kind == "a name" and (match := re.search(rf"\b{re.escape(thing)}\b", question, re.IGNORECASE))
    ]
    asked += [(match, kind) for match in _WORD.finditer(question) if (kind := _kind(match.group(), lexicon))]
    chance.shuffle(asked)
    for match, kind in asked:
        same = {*lexicon.synonyms(match.group().lower()), *known}
        pool = [
            one
            for one, other in things.items()
            if other == kind and not same & set(_WORD.findall(one.lower()))
        ]
        if pool:
            other = chance.choice(pool)
            other = other.lower() if question.islower() else other
            return question[: match.start()] + other + question[match.end() :]
    return None


def _kind(word: str, lexicon: Lexicon) -> str | None:
    return lexicon.kind(word) if word.islower() and is_content(word) else None


def _negated(question: str, chance: random.Random) -> str | None:
    """The question with a negation more, or without its own."""
    denied = re.search(r"(?:n['’]t|\s+(?:not|never))\b", question)
    if denied:
        return question[: denied.start()] + question[denied.end() :]
    helper = _HELPER.search(question)
    if helper:
        word = helper.group()
        short = {"can": "can't", "will": "won't", "may": "may not", "must": "must not"}.get(
            word, f"{word}n't"
        )
        return question[: helper.start()] + chance.choice((short, f"{word} not")) + question[helper.end() :]
    asked = re.match(r"(?:who|what|which \w+)\s+(?=\w+(?:ed|s|t)\b)", question, re.IGNORECASE)
    return question[: asked.end()] + "never " + question[asked.end() :] if asked else None


def _other_span(question: str, passage: str, answers: Sequence[str], chance: random.Random) -> str | None:
    """The words behind a preposition, with others that stand behind it in the passage."""
    asked = list(_PHRASE.finditer(question))
    if not asked:
        return None
    match = chance.choice(asked)
    known = " ".join((question, *answers)).lower()
    pool = [
        other[0]
        for other in _PHRASE.finditer(passage)
        if other[1] == match[1]
        and other[2].split()[-1].lower() not in known
        and is_content(other[2].split()[-1].lower())
    ]
    if not pool:
        return None
    other = chance.choice(pool)
    other = other.lower() if question.islower() else other
    return question[: match.start()] + other + question[match.end() :]


def reworded(question: str, lexicon: Lexicon, chance: random.Random) -> str | None:
    """The question asked in other words: with synonyms, in few words, with a slip; None if none fits."""
    made = _WORD.sub(lambda match: _synonym(match.group(), lexicon, chance), question)
    if chance.random() < _SHORTENED:
        made = shortened(made)
    if chance.random() < _MISSPELT:
        made = misspelt(made, chance)
    return made if made.lower().rstrip("?") != question.lower().rstrip("?") else None


def shortened(question: str) -> str:
    """The question without the words that can be spared: what it asks for, and what it denies, is kept."""
    words = re.findall(r"[\w'’.-]+", question.lower())
    kept = [word for word in words if is_content(word) or word in _KEPT or word.endswith(("n't", "n’t"))]
    return " ".join(kept) if len(kept) > 1 else question


def _synonym(word: str, lexicon: Lexicon, chance: random.Random) -> str:
    same = lexicon.synonyms(word) if is_content(word) else []
    return chance.choice(same) if same and chance.random() < _SYNONYMS else word


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


def _opposite(question: str, chance: random.Random, lexicon: Lexicon | None = None) -> str | None:
    """The opposite of one of the question's words."""
    asked = []
    for match in _WORD.finditer(question):
        word = match.group().lower()
        if question[: match.start()].lower().endswith("how "):  # how short asks what how long asks
            continue
        if lexicon and _HELPER.fullmatch(word):  # a negation, which is made elsewhere
            continue
        known = [_OPPOSITE[word]] if word in _OPPOSITE else []
        asked += [(match, other) for other in known or (lexicon.opposites(word) if lexicon else [])]
    if not asked:
        return None
    match, other = chance.choice(asked)
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
