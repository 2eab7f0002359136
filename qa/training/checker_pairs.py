"""Pairs of evidence and statement to learn the checker from and to measure it on, made by a program; pure.

A faithful statement is a question and its answer put as a statement, or a sentence put otherwise. An altered
one is a faithful one with one thing changed.
"""

import random
import re
from collections.abc import Callable, Iterator, Sequence
from itertools import permutations
from typing import NamedTuple

from qa.language.names import AUXILIARIES
from qa.language.numerals import numbers as numbers_in
from qa.language.polarity import is_yes_or_no
from qa.training.checker_alter import (
    COMPARED,
    MODALS,
    NUMBER,
    gives_reason,
    joined,
    names_of,
    negated,
    quantified,
    swapped,
    with_names_exchanged,
    with_other_name,
    with_other_number,
)


class Pair(NamedTuple):
    """A statement, the sentences it cites, whether they support it, and how it was made."""

    evidence: str
    statement: str
    supported: bool
    kind: str
    document: str


class Source(NamedTuple):
    """A sentence of a document with the one before it ("" for the first), and what is asked of it.

    `traps` are the questions that it only seems to answer, with the answer that it seems to give.
    """

    document: str
    before: str
    sentence: str
    asked: tuple[tuple[str, str], ...]
    traps: tuple[tuple[str, str], ...] = ()

    @property
    def evidence(self) -> str:
        """What a statement about the sentence cites."""
        return f"{self.before} {self.sentence}".strip()


_SUBJECT = re.compile(r"(?:who|what|which)\s+(.+)", re.IGNORECASE | re.DOTALL)
_OF_A_KIND = re.compile(r"(?:what|which)\s+(\w+)\s+(\w+)\s+(.+)", re.IGNORECASE | re.DOTALL)
_PLACE = re.compile(
    r"(?:when|where)\s+(?:did|do|does|was|were|is|are|will|has|have|can)\s+(.+)", re.IGNORECASE
)
_MANY = re.compile(r"how many\s+(\w+)\s+(did|do|does)?\s*(.+)", re.IGNORECASE)
# What is still asked: "Red tape can I borrow."
_INVERTED = re.compile(
    r"\b(?:can|could|may|might|must|shall|should|will|would|do|does|did|is|are|was|were|has|have|had)"
    r"(?: not)? (?:i|we|you|they|he|she|it)\b",
    re.IGNORECASE,
)
_PREPOSITIONS = (
    "in ",
    "on ",
    "at ",
    "from ",
    "by ",
    "during ",
    "since ",
    "between ",
    "near ",
    "after ",
    "before ",
)


def declared(question: str, answer: str) -> str | None:
    """A question and its answer as a statement; None for a form of question that is not known."""
    asked, answer = question.strip().rstrip("?").strip(), answer.strip().rstrip(".")
    if is_yes_or_no(question) or not asked or not answer or "?" in asked:
        return None
    if found := _MANY.fullmatch(asked):
        counted = answer if found[1].casefold() in answer.casefold() else f"{answer} {found[1]}"
        said = f"{found[3]} {counted}" if found[2] else f"{counted} {found[3]}"
    elif found := _PLACE.fullmatch(asked):
        said = f"{found[1]} {answer if answer.casefold().startswith(_PREPOSITIONS) else f'in {answer}'}"
    elif (found := _OF_A_KIND.fullmatch(asked)) and found[1].casefold() not in AUXILIARIES:
        does = found[2].casefold() in {"did", "do", "does"}
        said = f"{found[3]} {answer}" if does else f"{answer} {found[2]} {found[3]}"
    elif found := _SUBJECT.fullmatch(asked):
        first, _, rest = found[1].partition(" ")
        said = f"{rest} {answer}" if first.casefold() in {"did", "do", "does"} else f"{answer} {found[1]}"
    else:
        return None
    return None if _INVERTED.search(said) else f"{said[0].upper()}{said[1:]}."


_LEADING = re.compile(r"^((?:In|On|At|By|During|After|Before|Since|From) [^,.;]{3,40}), ([A-Za-z][^;:]+)\.$")
_TRAILING = re.compile(
    r", (?:which|who|and|but|although|while|where|because|after|including|such as) [^.]+\.$"
)
_ASIDE = re.compile(r" \([^()]{2,60}\)|, [^,.;]{3,40},(?= (?:is|was|are|were|has|had)\b)")
_QUOTES = re.compile(r"[\"“”‘«|#*]")
_MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
_SYNONYMS = {
    "began": "started", "started": "began", "large": "big", "big": "large", "many": "numerous",
    "bought": "purchased", "purchased": "bought", "about": "around", "around": "about",
    "big enough": "large enough",
    "located": "situated", "created": "made", "made": "created", "often": "frequently",
    "usually": "generally", "near": "close to", "films": "movies", "film": "movie", "must": "have to",
    "can": "may", "need to": "have to", "however": "though",
    "shows": "displays", "received": "got", "help": "assist", "helped": "assisted", "built": "constructed",
    "several": "a number of", "obtain": "get", "said": "stated",
    "percent": "%", "forbidden": "not allowed", "children": "kids", "staff": "employees", "fee": "charge",
    "ends": "finishes", "buy": "purchase", "begins": "starts", "starts": "begins", "free": "at no cost",
}  # fmt: skip
_FORMS: tuple[tuple[str, Callable[[re.Match[str]], str]], ...] = (
    (rf"\b(\d{{1,2}}) ({_MONTHS})\b",
     lambda m: f"{m[2]} {m[1]}"),
    (rf"\b({_MONTHS}) (\d{{1,2}})\b(?!,? \d{{4}})",
     lambda m: f"{m[2]} {m[1]}"),
    (r"(?<![\d,.])(\d{1,3}),(\d{3})(?![\d,.]*\d)", lambda m: f"{m[1]}{m[2]}"),
    (r"(?<![\d,.])(\d{1,3})(?:\.(\d))? million\b", lambda m: f"{m[1]},{m[2] or 0}00,000"),
    (r"(?<=\d)%", lambda m: " percent"),
    (r"\b(?<!-)(two|three|four|five|six|seven|eight|nine|ten)\b(?![ -](?:hundred|thousand|million|\d))",
     lambda m: str("two three four five six seven eight nine ten".split().index(m[1]) + 2)),
    (r"(?<!\w)\$(\d[\d,.]*\d|\d)(?![\d.,]*\d)(?! ?(?:million|billion|thousand|bn|m\b|k\b))",
     lambda m: f"{m[1]} dollars"),
)  # fmt: skip


def reworded(sentence: str, chance: random.Random) -> str | None:
    """A sentence put otherwise, to the same effect; None where nothing is known to change."""
    said = sentence
    if _QUOTES.search(sentence) or sentence[-1] != ".":
        return None
    if chance.random() < 0.5:
        said = _TRAILING.sub(".", said)
    if chance.random() < 0.5:
        said = _ASIDE.sub("", said)
    if found := _LEADING.match(said):
        said = f"{found[2][0].upper()}{found[2][1:]} {found[1][0].lower()}{found[1][1:]}."
    for pattern, change in _FORMS:
        if chance.random() < 0.7:
            said = re.sub(pattern, change, said)
    for word, other in chance.sample(sorted(_SYNONYMS.items()), len(_SYNONYMS)):
        if chance.random() < 0.6:
            said = re.sub(rf"\b{re.escape(word)}\b", other, said)
    return said if said != sentence and len(said.split()) > 4 else None


_NAMED = re.compile(r"(?<!^)\b[A-Z]\w*|\w*\d\w*")


def _is_of(question: str, evidence: str) -> bool:
    """Whether all that a question names stands in the evidence: else it speaks of more than that says."""
    said = evidence.casefold()
    return all(name.casefold() in said for name in _NAMED.findall(question))


def _parted(words: Sequence[str], evidence: str) -> tuple[list[str], list[str]]:
    """Those names or numbers that stand in the evidence, and those of which no word does."""
    said = _words_of(evidence)
    near = [word for word in words if word in evidence]
    return near, [word for word in words if not _words_of(word) & said]


def _words_of(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.casefold()))


def _faithful(source: Source, chance: random.Random) -> list[tuple[str, str]]:
    """What a sentence says, in the words of what people asked and in others."""
    said = [
        ("question", text)
        for question, answer in source.asked
        if _is_of(question, source.evidence) and (text := declared(question, answer))
    ]
    if text := reworded(source.sentence, chance):
        said.append(("rewording", text))
    if len(said) > 1:
        (_, one), (_, other) = said[:2]
        said.append(("combined", joined(one, ", and", other)))
    return said


def _untrue(source: Source) -> Iterator[tuple[str, str]]:
    """What a sentence does not say, made of what people asked: traps, and the answer to another question."""
    for question, answer in source.traps:
        if text := declared(question, answer):
            yield "trap", text
    for (question, answer), (other, wrong) in permutations(source.asked, 2):
        alike = question.split()[0].casefold() == other.split()[0].casefold()
        apart = not set(f"{question} {answer}".casefold().split()) & set(wrong.casefold().split())
        if alike and apart and (text := declared(question, wrong)):
            yield "other answer", text


def pairs_of(sources: Sequence[Source], chance: random.Random) -> Iterator[Pair]:
    """All pairs that can be made of the sentences of one document."""
    names = list(dict.fromkeys(name.text for source in sources for name in names_of(source.sentence)))
    numbers = list(dict.fromkeys(one for source in sources for one in NUMBER.findall(source.sentence)))
    for place, source in enumerate(sources):
        said = _faithful(source, chance)
        for kind, statement in (*said, ("copy", source.sentence)):
            yield Pair(source.evidence, statement, True, kind, source.document)
        for kind, statement in _untrue(source):
            yield Pair(source.evidence, statement, False, kind, source.document)
        if not said:
            continue
        _, statement = chance.choice(said)
        near, far = _parted(names, source.evidence)
        near_numbers, far_numbers = _parted(numbers, source.evidence)
        altered = {
            "number": with_other_number(statement, far_numbers, chance),
            "swapped number": with_other_number(statement, near_numbers, chance, share=1.0),
            "name": with_other_name(statement, far, chance),
            "swapped name": with_other_name(statement, near, chance),
            "exchanged names": with_names_exchanged(statement, chance),
            "negation": negated(statement, chance),
            "quantifier": quantified(statement, chance),
            "modal": swapped(statement, MODALS, chance),
            "comparison": swapped(statement, COMPARED, chance),
        }
        if len(said) > 1 and not gives_reason(source.evidence):
            (_, one), (_, reason) = said[:2]
            altered["cause"] = joined(one, " because", reason)
        elsewhere = [one for at, one in enumerate(sources) if abs(at - place) > 2]
        if elsewhere:
            distant = chance.choice(elsewhere)
            more = reworded(distant.sentence, chance) or distant.sentence
            altered["extra"] = joined(statement, ", and", more)
            yield Pair(distant.evidence, statement, False, "other passage", source.document)
        for kind, other in altered.items():
            # A number that the evidence has in another form is not altered.
            stands = kind == "number" and other and numbers_in(other) <= numbers_in(source.evidence)
            if other and other != statement and not stands:
                yield Pair(source.evidence, other, False, kind, source.document)
