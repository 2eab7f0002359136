"""Which thing a pronoun stands for: what was spoken of, ranked by a small model.

The model is a softmax over all that the conversation speaks of, with a few weights for each kind of pronoun:
does the pronoun fit, how late and how often was it said, was it the subject, was it meant by the same pronoun
before.
"""

import math
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from qa.converse.mentions import Mention, mentions_in, said_of, verb_probability
from qa.converse.weights import Floats, shipped
from qa.converse.words import PREPOSITIONS, PRONOUN_KINDS
from qa.language.names import PLACED, words_of

# He, she, it and they, what "this" and "that" point at, and what a question without any of them is about.
KINDS = (*PRONOUN_KINDS, "that", "topic")
_DECAY = 0.5
_ABSENT = 9
# The first name of a turn is spoken of more than the others.
_FIRST = 3.0
_LONGEST_NAME = 5
# From this share on a noun is one for people.
_PERSON = 0.65
# Names are misjudged as often below this share.
_SURELY = 0.8
# How much less than the name that is likeliest a person's another may be one.
_LESS_LIKELY = 0.3
# What the model knows of a referent, by name: see `_numbers`.
NUMBERS = (
    *(
        "fits",
        "person",
        "gender",
        "plural",
        "asked lately",
        "answered lately",
        "last question",
        "last answer",
    ),
    *("subject of question", "subject of answer", "late in answer", "both", "answers who", "answers what"),
    *(
        "times",
        "name",
        "article",
        "possessed",
        "after prepositions",
        "placed",
        "role",
        "bound",
        "other gender",
    ),
    *("bound otherwise", "in this question", "first question", "number", "plural form", "words"),
    *("weight", "first name of question", "first name of answer"),
)
# Of a day or a month hardly anything is asked by a pronoun.
DAY = re.compile(
    r"(?:mon|tues|wednes|thurs|fri|satur|sun)days?|january|february|march|april|may|june|july|august"
    r"|september|october|november|december|today|tomorrow|yesterday|and"
)
_OTHER_GENDER = {"he": "she", "she": "he"}
_MAYBE_VERB = 0.15
# Keeps the logarithm of a share that is nearly none within bounds.
_SOFT = 0.25


@dataclass(frozen=True, slots=True)
class Said:
    """One turn: a question made stand-alone, or an answer."""

    text: str = ""
    mentions: Sequence[Mention] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """Where something is spoken of: how many exchanges ago, in a question or an answer, as the how-manieth.

    `among_likes` is its rank among the names of the turn, or among what is no name.
    """

    mention: Mention
    age: int
    in_question: bool
    rank: int
    among_likes: int


@dataclass(frozen=True, slots=True)
class Referent:
    """A thing that is spoken of, at all its places, latest first."""

    key: tuple[str, ...]
    places: tuple[Place, ...]

    @property
    def fullest(self) -> Mention:
        """Its longest form, the latest of several."""
        return max((place.mention for place in self.places), key=lambda mention: len(mention.text))

    @property
    def is_name(self) -> bool:
        """Whether it is written as a name somewhere."""
        return any(place.mention.is_name for place in self.places)

    @property
    def is_asked(self) -> bool:
        """Whether a question spoke of it, not only an answer."""
        return any(place.in_question for place in self.places)


def said(text: str) -> Said:
    """A turn with what it speaks of."""
    return Said(text, mentions_in(text))


def referents(questions: Sequence[Said], answers: Sequence[Said]) -> list[Referent]:
    """All that a conversation speaks of; "Curie" is "Marie Curie" when that was said too."""
    places: dict[tuple[str, ...], list[Place]] = {}
    for age, exchange in enumerate(zip(reversed(questions), reversed(answers), strict=True)):
        for in_question, turn in zip((False, True), reversed(exchange), strict=True):
            likes = {True: 0, False: 0}
            for rank, mention in enumerate(turn.mentions):
                place = Place(mention, age, in_question, rank, likes[mention.is_name])
                places.setdefault(mention.key, []).append(place)
                likes[mention.is_name] += 1
    numbered = [key for key in places if all(part[0].isdigit() for part in key)]
    for key in numbered:
        del places[key]
    names = [key for key in places if any(place.mention.is_name for place in places[key])]
    fuller = {part: name for name in reversed(names) for part in _ends(name)}
    for name in sorted(names, key=len):
        if name in fuller:
            places[fuller[name]] += places.pop(name)
    for key in sorted(places, key=len, reverse=True):
        # "the male guards" where "the male" was said: the last word is its verb.
        if key[:-1] in places and verb_probability(key[-1]) >= _MAYBE_VERB:
            places[key[:-1]] += places.pop(key)
    return [
        Referent(key, tuple(sorted(where, key=lambda place: (place.age, place.in_question))))
        for key, where in places.items()
    ]


def _ends(name: tuple[str, ...]) -> list[tuple[str, ...]]:
    """What a name is called for short: its first words or its last."""
    if "and" in name or len(name) > _LONGEST_NAME:
        return []
    return [part for size in range(1, len(name)) for part in (name[:size], name[-size:])]


def ranked(
    kind: str,
    question: str,
    questions: Sequence[Said],
    answers: Sequence[Said],
    bound: Mapping[tuple[str, ...], Collection[str]],
) -> list[tuple[float, Referent]]:
    """What a pronoun of a kind may stand for, with probabilities, likeliest first.

    `bound` tells of what is spoken of by which kinds of pronouns it was meant before.
    """
    known = _fitting(referents(questions, answers), kind)
    if not known:
        return []
    asked = {word.low for word in words_of(question)}
    first = next((word.low for word in words_of(questions[-1].text)), "")
    numbers = np.array([numbers_of(one, kind, asked, first, len(questions), bound) for one in known])
    logits = (numbers @ shipped("referents").plain)[:, 0]
    shares = np.exp(logits - logits.max())
    shares /= shares.sum()
    order = sorted(range(len(known)), key=lambda place: -shares[place])
    return [(float(shares[place]), known[place]) for place in order]


def answered_person(
    kind: str, answers: Iterable[str], bound: Mapping[tuple[str, ...], Collection[str]]
) -> Referent | None:
    """The person of the first exact answer of whom "he" or "she" can be said."""
    other = _OTHER_GENDER[kind]
    for answer in answers:
        for mention in mentions_in(f"by {answer}")[:1]:
            is_other = other in bound.get(mention.key, ()) or said_of(mention)[KINDS.index(other)] >= _SURELY
            if mention.is_name and "and" not in mention.key and not is_other:
                return Referent(mention.key, (Place(mention, 0, in_question=False, rank=0, among_likes=0),))
    return None


def _fitting(known: Sequence[Referent], kind: str) -> Sequence[Referent]:
    """Those that a pronoun can mean: "he" and "she" are one person, named or called by a noun for people.

    No pronoun means a day or a month.
    """
    known = [one for one in known if not all(map(DAY.fullmatch, one.key))]
    if kind not in {"he", "she"}:
        return known
    single = [(one, float(said_of(one.fullest)[:2].sum())) for one in known if "and" not in one.key]
    least = _LESS_LIKELY * max((share for one, share in single if one.is_name), default=0.0)
    return [one for one, share in single if share >= (least if one.is_name else _PERSON)]


def numbers_of(
    referent: Referent,
    kind: str,
    asked: Collection[str],
    first_word: str,
    exchanges: int,
    bound: Mapping[tuple[str, ...], Collection[str]],
) -> Floats:
    """What the model knows of a referent: the same numbers once for all kinds and once for its own."""
    shared = np.array(_numbers(referent, kind, asked, first_word, exchanges, bound))
    own = np.zeros((len(KINDS), len(shared)))
    own[KINDS.index(kind)] = shared
    return np.concatenate([shared, own.ravel()])


def _numbers(
    referent: Referent,
    kind: str,
    asked: Collection[str],
    first_word: str,
    exchanges: int,
    bound: Mapping[tuple[str, ...], Collection[str]],
) -> list[float]:
    places = referent.places
    he, she, it, they = said_of(referent.fullest)
    person, thing = he + she, it + they
    share = {"he": he, "she": she, "it": it, "they": they}.get(kind, thing)
    last_question = [place.rank for place in places if place.in_question and not place.age]
    last_answer = [place.rank for place in places if not place.in_question and not place.age]
    before = {known for place in places for known in bound.get(place.mention.key, ())}
    return [
        math.log(share + _SOFT),
        math.log((person + _SOFT) / (thing + _SOFT)) * {"he": 1, "she": 1, "it": -1}.get(kind, 0),
        math.log((he + _SOFT) / (she + _SOFT)) * {"he": 1, "she": -1}.get(kind, 0),
        math.log((they + _SOFT) / (it + _SOFT)),
        _DECAY ** min((place.age for place in places if place.in_question), default=_ABSENT),
        _DECAY ** min((place.age for place in places if not place.in_question), default=_ABSENT),
        float(bool(last_question)),
        float(bool(last_answer)),
        float(0 in last_question),
        float(0 in last_answer),
        float(bool(last_answer) and min(last_answer) > 2),
        float(bool(last_question and last_answer)),
        float(bool(last_answer) and not last_question and first_word in {"who", "whom", "whose"}),
        float(bool(last_answer) and not last_question and first_word in {"what", "which"}),
        math.log(len(places)),
        float(referent.is_name),
        float(any(place.mention.determiner in {"the", "a", "an"} for place in places)),
        float(any(place.mention.determiner not in {"", "the", "a", "an"} for place in places)),
        float(all(place.mention.before in PREPOSITIONS for place in places)),
        float(any(place.mention.before in PLACED and not place.mention.determiner for place in places)),
        float(any(place.mention.role for place in places)),
        float(kind in before),
        float(_OTHER_GENDER.get(kind, "") in before and kind not in before),
        float(bool(before - {kind})),
        float(bool(set(referent.key) & set(asked))),
        float(any(place.age == exchanges - 1 and place.in_question for place in places)),
        float(any(part[0].isdigit() for part in referent.key)),
        float(referent.key[-1].endswith("s")),
        len(referent.key) / 3,
        math.log(sum(_DECAY**place.age * (_FIRST if not place.among_likes else 1.0) for place in places)),
        float(any(not place.age and place.in_question and not place.among_likes for place in places)),
        float(any(not place.age and not place.in_question and not place.among_likes for place in places)),
    ]
