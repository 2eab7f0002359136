"""Whether a sentence affirms what a question denies, or denies what it affirms; pure.

Each word that carries meaning is affirmed or denied by the negations in whose reach it stands. Those words
that question and sentence share, and that one of them denies, tell whether the two agree. Only closed classes
are listed: negations, idioms that deny nothing, and some pairs of opposites.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from index.text.terms import stems
from qa.language.function_words import is_content
from qa.language.names import AUXILIARIES, WH

# Of these the verb of the clause is denied as well: "no dogs are allowed".
_SUBJECTS = frozenset("no nobody none nothing neither nor".split())
# What follows one of these is denied with it: "not allowed to park".
_LIGHT = frozenset(
    "able allowed permitted possible entitled eligible required obliged expected supposed".split()
)
# After a verb they deny it: "they owe nothing".
_OBJECTS = frozenset("nobody none nothing nowhere".split())
_NEGATIONS = _SUBJECTS | frozenset("not never cannot nowhere without non".split())
# What they say is denied of what follows "from".
_EXEMPTING = ("exempt", "exclud", "barr", "bann", "prohibit", "prevent", "immun", "releas")
_MODALS = AUXILIARIES | frozenset("may might must need needs ought".split())
# Negations by which nothing is denied: "not only", "no later than", "did not open until 1950".
_IDIOMS = re.compile(
    r"\b(?:not (?:only|just|merely|simply|necessarily|least|all|every|until)"
    r"|no (?:more|less|fewer|later|earlier|sooner|doubt|matter)|(?:whether )?or not|for nothing"
    r"|no\. ?\d|why not)\b"
    r"|(?:\b(?:not|never|cannot)|n['’]t)\b(?=[^.;]{1,80}\b(?:until|before)\b)",
    re.IGNORECASE,
)
# What is said holds for some and not for others.
_MIXED = re.compile(
    r"\b(?:except(?:ing|ed)?|unless|apart from|(?:other|more|less|fewer) than|only|but (?:for|not)|all but"
    r"|nothing but)\b",
    re.IGNORECASE,
)
_BREAK = re.compile(
    r"[;—()|\n]|\s–\s|,?\s(?:but|although|though|whereas|however|because|since|so that)\s"
    r"|,\s(?=and\s|so\s|which\s|who\s)"
)
# What a question denies in passing: "My aunt cannot walk, how …?", "What do I do if it does not start?"
_ASIDE = re.compile(rf"^.*,\s(?=(?:{'|'.join(sorted(WH))})\b)|\bif\b[^,?]*", re.IGNORECASE | re.DOTALL)
_ASKS = re.compile(rf"\b(?:{'|'.join(sorted(WH))})\b", re.IGNORECASE)
# "Can you tell me who …?" asks who.
_ASKED_WITHIN = re.compile(
    rf"\b(?:tell|know|say|explain|show|remember|find|see|check)\b.{{0,30}}?\b(?:{'|'.join(sorted(WH))})\b",
    re.IGNORECASE,
)
_ELLIPTIC = re.compile(
    r"^\W*(?:nor|neither) (?:do|does|did|can|could|may|will|would|has|have) (?:\w+ ?){1,5}\W*$"
    rf"|\b(?:cannot|(?:{'|'.join(sorted(_MODALS))})(?: not|n['’]t))(?: either)?\W*$",
    re.IGNORECASE,
)
# "unpaid", "unlawful", "nonrefundable"; but "unmask" undoes.
_PREFIX = re.compile(r"^(?:un|non)(?=\w{1,20}(?:ed|able|ible|al|ful|id|en|ing|ary)$)")
_MARKS = frozenset(',.;:!?()—–"“”„')
_NO_ADVERBS = frozenset("apply comply imply multiply rely reply supply".split())
_TOKEN = re.compile(r"[^\W_]+(?:['’][^\W_]+)*|[^\w\s]")
_OPPOSITES = dict(
    pair.split("/")
    for pair in """
    excludes/includes excluding/including exclude/include excluded/included forbidden/allowed forbids/allows
    forbid/allow prohibited/allowed prohibits/allows prohibit/allow banned/allowed disallowed/allowed
    refused/accepted refuses/accepts refuse/accept rejected/accepted rejects/accepts reject/accept
    impossible/possible invalid/valid illegal/legal inactive/active incomplete/complete ineligible/eligible
    inadmissible/admissible disagree/agree disagreed/agreed
    """.split()
)
_SAME = {"permit": "allow", "permits": "allows", "permitted": "allowed", "permissible": "allowed"}


class Polarity(NamedTuple):
    """Terms that question and sentence share: said alike, said contrarily, denied in both.

    `asked` are those that the question names from the first contrary one on, as in "accept returns".
    """

    same: frozenset[str] = frozenset()
    contrary: frozenset[str] = frozenset()
    denied: frozenset[str] = frozenset()
    asked: frozenset[str] = frozenset()

    @property
    def opposes(self) -> bool:
        """Whether one denies what the other affirms, and both deny nothing that the question names before."""
        return bool(self.contrary) and self.denied <= self.asked

    def turned(self) -> "Polarity":
        """The same of a sentence that denies this one: "The shop in Halle does not."."""
        if self.contrary:
            return Polarity(same=self.same | self.contrary, denied=self.contrary)
        return Polarity(contrary=self.same)

    def settles(self, opposite: "Polarity") -> bool:
        """Whether this sentence says what is asked of all that the opposite is about."""
        return bool(self.same & opposite.contrary) and opposite.asked <= self.same


class _Said(NamedTuple):
    """A word's term, the term that it is the opposite of if it may be one, and whether it is denied."""

    term: str
    base: str
    denied: bool


def is_yes_or_no(question: str) -> bool:
    """Whether a question can be answered with yes or no."""
    first = next((token.casefold() for token in _TOKEN.findall(question)), "")
    opens = re.sub(r"n['’]t$", "", first) in _MODALS | {"ca", "wo"}
    return opens and not _ASKED_WITHIN.search(question)


def asks_for_one(question: str) -> bool:
    """Whether a question asks who, what, which, where or when, of which only some is true.

    A denial answers as well when a yes or no, a manner, a reason or an amount is asked for.
    """
    asked = _ASKS.search(question)
    return asked is not None and asked[0].casefold() not in {"how", "why"} and not is_yes_or_no(question)


def is_elliptic(sentence: str) -> bool:
    """Whether a sentence denies what the sentence before it affirms, without a verb of its own."""
    return _ELLIPTIC.search(sentence) is not None


def denies(text: str) -> bool:
    """Whether a text begins with a negation, as "no fee" does."""
    return _is_negation(next((token.casefold() for token in _TOKEN.findall(text)), ""))


def negations(text: str) -> int:
    """How many negations a text holds, without those that deny nothing."""
    return sum(_is_negation(token.casefold()) for token in _TOKEN.findall(_IDIOMS.sub(" ", text)))


def compare(question: str, sentence: str, start: int = 0, end: int | None = None) -> Polarity:
    """What a question and those clauses of a sentence share that hold `sentence[start:end]`.

    Nothing when something is said of some and not of others, as with "only" and "except".
    """
    clause = _clause(sentence, start, len(sentence) if end is None else end)
    question = _ASIDE.sub("", question)
    if _MIXED.search(question) or _MIXED.search(clause):
        return Polarity()
    asked, told = _said(question), _said(clause)
    ours, theirs = _polarities(asked, told), _polarities(told, asked)
    # A term that is affirmed and denied in one text tells nothing.
    plain = {term for term in ours.keys() & theirs.keys() if len(ours[term]) == len(theirs[term]) == 1}
    same = frozenset(term for term in plain if ours[term] == theirs[term])
    order = list(ours)
    first = min((order.index(term) for term in plain - same), default=len(order))
    return Polarity(
        same=same,
        contrary=frozenset(plain - same),
        asked=frozenset(order[first:]) & plain,
        denied=frozenset(term for term in same if True in ours[term] or term.startswith(_EXEMPTING)),
    )


def _clause(sentence: str, start: int, end: int) -> str:
    """The clauses that a range touches."""
    cuts = [0, *(found.end() for found in _BREAK.finditer(sentence)), len(sentence)]
    return sentence[max(cut for cut in cuts if cut <= start) : min(cut for cut in cuts if cut >= end)]


def _polarities(said: Sequence[_Said], others: Sequence[_Said]) -> dict[str, set[bool]]:
    """How each term is said; the opposite of a term that the others hold counts as that term denied."""
    known = {other.term for other in others}
    found: dict[str, set[bool]] = {}
    for word in said:
        turned = word.term not in known and word.base in known
        found.setdefault(word.base if turned else word.term, set()).add(word.denied != turned)
    return found


def _is_negation(token: str) -> bool:
    return token in _NEGATIONS or token.endswith(("n't", "n’t"))


@lru_cache(maxsize=16)  # a question is compared with many sentences
def _said(text: str) -> tuple[_Said, ...]:
    """The words that carry meaning, each affirmed or denied."""
    found: list[tuple[str, bool]] = []
    scope = _Scope()
    for token in _TOKEN.findall(_IDIOMS.sub(" ", text)):
        word = re.split(r"['’]", token.casefold())[0]
        if _is_negation(token.casefold()):
            if word in _OBJECTS and scope.goes_on:
                found[-1] = (found[-1][0], not found[-1][1])
            scope.negate(word)
        elif token[0].isalnum() and is_content(token[: len(word)]):
            found.append((_SAME.get(word, word), scope.take(word)))
        else:
            scope.pass_by(word)
    terms = stems([word for word, _ in found])
    bases = stems([_OPPOSITES.get(word) or _PREFIX.sub("", word) for word, _ in found])
    return tuple(
        _Said(term, base, denied) for term, base, (_, denied) in zip(terms, bases, found, strict=True)
    )


class _Scope:
    """What is denied: the next word that carries meaning, and the verb of a subject that does not exist."""

    def __init__(self) -> None:
        self.goes_on = False  # a word that carries meaning stands before in the same clause
        self._denies = self._denies_verb = self._exempts = False

    def negate(self, word: str) -> None:
        """Begin to deny; a negation right after another one undoes it."""
        self._denies, self._denies_verb = not self._denies, word in _SUBJECTS

    def take(self, word: str) -> bool:
        """Whether the next word that carries meaning is denied."""
        denied = self._denies
        self._denies = denied and (word in _LIGHT or (word.endswith("ly") and word not in _NO_ADVERBS))
        self._exempts = word.startswith(_EXEMPTING) and not denied
        self.goes_on = True
        return denied

    def pass_by(self, word: str) -> None:
        """Take in a function word or a mark."""
        if self._exempts and word == "from":
            self._denies = True
        elif word in _MODALS and self._denies_verb:
            self._denies, self._denies_verb = True, False
        elif word in _MARKS:
            self._denies = self._denies_verb = self.goes_on = False
