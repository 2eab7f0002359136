"""Fit which thing a pronoun stands for: people's stand-alone forms tell what they put in its place."""

import random
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from qa.converse.follow_up import remembered
from qa.converse.memory import Memory
from qa.converse.referents import KINDS, NUMBERS, Said, numbers_of, referents
from qa.converse.weights import Floats, Linear
from qa.converse.words import POINTING, PRONOUNS
from qa.language.names import words_of
from qa.training.followups_data import FollowUp
from qa.types import Turn

_RIDGE = 3.0
# Of two sources, the one nearer to documents' conversations counts more.
_WEIGHTS = {"conversations": 3.0, "canard": 1.0, "switched": 0.8}
# A form names a referent when it holds this share of its words, anew.
_NAMED = 0.6
# The meaning of these bounds their weights, here by name for all kinds together; what a kind adds has the
# same sign. CANARD's conversations, about one person each, would teach that he and she are nearly the same.
_LEAST = {"fits": 0.25, "person": 1.0, "gender": 0.5, "bound": 0.0}
# Between a "he" and his follow-up these come in.
_OTHERS = {"he": ("she", "she", "it"), "she": ("he", "he", "it")}
_MOST = {"bound otherwise": 0.0, "other gender": -1.0}

Bools = NDArray[np.bool_]
Bound = dict[tuple[str, ...], set[str]]


class Choice(NamedTuple):
    """A pronoun with all that it may stand for; `right` marks what the person wrote."""

    follow_up: FollowUp
    kind: str
    numbers: Floats
    right: Bools
    keys: Sequence[tuple[str, ...]]


def choices(follow_ups: Iterable[FollowUp], remember: Callable[[FollowUp], Memory]) -> list[Choice]:
    """One choice for each follow-up whose pronoun was written out with what was spoken of."""
    found = (_choice(one, remember) for one in follow_ups if one.needs_context)
    return [choice for choice in found if choice is not None]


def from_people(one: FollowUp) -> Memory:
    """The memory of a conversation when every question was made stand-alone by a person."""
    memory = Memory()
    for turn in one.written_out:
        if turn.role == "user":
            memory.ask(turn.text, turn.text)
        else:
            memory.hear(turn.text)
    memory.bound = _bound(one, memory.questions)
    return memory


def from_rules(one: FollowUp) -> Memory:
    """The memory of a conversation as it is when it is used, with its mistakes."""
    return remembered(one.history)


def switched(follow_ups: Sequence[FollowUp], chance: random.Random) -> Iterator[FollowUp]:
    """Follow-ups about "he" with an exchange about a "she" in between, and the like.

    People wrote few of these, but only they teach that a pronoun must fit.
    """
    by_kind: dict[str, list[FollowUp]] = defaultdict(list)
    for one in follow_ups:
        asked = [word.low for word in words_of(one.question)]
        if one.needs_context and (kind := _kind(asked, [word.low for word in words_of(one.full)])):
            by_kind[kind].append(one)
    for kind, others in _OTHERS.items():
        for one in by_kind[kind]:
            other = chance.choice(by_kind[chance.choice(others)])
            if other.group != one.group and other.row.get("answers"):
                answer = Turn(role="assistant", text=other.row["answers"][0])
                typed, full = (Turn(role="user", text=text) for text in (other.question, other.full))
                yield one._replace(
                    source="switched",
                    history=(*one.history, typed, answer),
                    written_out=(*one.written_out, full, answer),
                )


def _choice(one: FollowUp, remember: Callable[[FollowUp], Memory]) -> Choice | None:
    asked = [word.low for word in words_of(one.question)]
    new = {word.low for word in words_of(one.full)} - set(asked)
    kind = _kind(asked, [word.low for word in words_of(one.full)])
    memory = remember(one)
    if not memory.typed:
        return None
    known = referents(memory.typed, memory.answers)
    first = next((word.low for word in words_of(memory.typed[-1].text)), "")
    right = [len(set(referent.key) & new) >= _NAMED * len(referent.key) for referent in known]
    if not any(right):
        return None
    numbers = [
        numbers_of(referent, kind, asked, first, len(memory.typed), memory.bound) for referent in known
    ]
    return Choice(one, kind, np.array(numbers), np.array(right), [referent.key for referent in known])


def _kind(asked: Sequence[str], full: Sequence[str]) -> str:
    """The kind of the first pronoun that the stand-alone form no longer holds, "topic" without one."""
    for word in asked:
        if asked.count(word) > full.count(word):
            if word in PRONOUNS:
                return PRONOUNS[word]
            if word in POINTING:
                return "that"
    return "topic"


def _bound(one: FollowUp, questions: Sequence[Said]) -> Bound:
    """As what each thing was spoken of before, by the pronouns that earlier forms wrote out."""
    bound: Bound = {}
    typed = [turn.text for turn in one.history if turn.role == "user"]
    for text, full in zip(typed, questions, strict=True):
        asked = [word.low for word in words_of(text)]
        written = {word.low for word in words_of(full.text)}
        kinds = {PRONOUNS[word] for word in asked if word in PRONOUNS and word not in written}
        if len(kinds) == 1:
            new = [mention for mention in full.mentions if not set(mention.key) & set(asked)]
            if len(new) == 1:
                bound.setdefault(new[0].key, set()).update(kinds)
    return bound


def fit_referents(chosen: Sequence[Choice]) -> Linear:
    """A listwise softmax: the loss is the negative log of the share that the right ones have."""
    from scipy.optimize import minimize

    columns = chosen[0].numbers.shape[1]

    def loss(weights: Floats) -> tuple[float, Floats]:
        value, slope = _RIDGE * float(weights @ weights) / 2, _RIDGE * weights
        for choice in chosen:
            scores = choice.numbers @ weights
            shares = np.exp(scores - scores.max())
            shares /= shares.sum()
            good = shares * choice.right
            weight = _WEIGHTS[choice.follow_up.source]
            value -= weight * float(np.log(good.sum() + 1e-12))
            slope = slope + weight * (choice.numbers.T @ (shares - good / good.sum()))
        return value, slope

    bounds = [(_LEAST.get(name), _MOST.get(name)) for name in NUMBERS]
    for _ in KINDS:
        bounds += [(0.0 if name in _LEAST else None, 0.0 if name in _MOST else None) for name in NUMBERS]
    found = minimize(loss, np.zeros(columns), jac=True, method="L-BFGS-B", bounds=bounds).x
    return Linear(np.zeros((0, 1)), found[:, None])


def first_right(chosen: Sequence[Choice], model: Linear) -> list[bool]:
    """Whether what each choice ranks first is right."""
    return [bool(choice.right[int((choice.numbers @ model.plain)[:, 0].argmax())]) for choice in chosen]
