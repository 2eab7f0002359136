"""Fit how likely a question needs its context: conversations, and complete questions after foreign ones."""

import hashlib
import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from qa.converse.need import need_features, need_numbers
from qa.converse.weights import Floats, Linear
from qa.converse.words import LEANING
from qa.evaluation.splits import TEST_ARTICLES
from qa.language.function_words import FUNCTION_WORDS
from qa.language.names import words_of
from qa.training.followups_data import Data, FollowUp, Row, plain
from qa.training.followups_fit import Examples, fit
from qa.types import Turn

_ROWS = 8192
_RIDGE = 1.0
_STAND_ALONE = 0.3
_WEIGHTS = {"conversations": 5.0, "canard": 1.5}
# How much more one that needs its context weighs, so that as few of those as before are read as typed.
_NEEDING = 2.0
# Questions of `natural_train` are typed beside a document, and some lean on it ("is she insured?"). Such a
# one is left out when a first fit, without all that hold a pronoun, finds it this likely to need context.
_DOUBTFUL = 0.2
_NOT_ASKED_OF_ANYTHING = frozenset("smalltalk machine whole part document collection question".split())


class Judged(NamedTuple):
    """A question with what was said before, and whether it needs that."""

    source: str
    group: str
    question: str
    history: Sequence[Turn]
    needs: bool
    weight: float


def examples(data: Data, chance: random.Random) -> list[Judged]:
    """All that is learnt from."""
    conversations = list(data.conversations(fitting=True))
    canard = list(data.canard("development"))
    judged = [
        *(one for follow_up in (*conversations, *canard) for one in _of_follow_up(follow_up)),
        *_stand_alone(data, [one.history[-6:] for one in (*conversations, *canard[::2])], chance),
    ]
    doubtful = [one.source == "natural_train" and _points(one.question) for one in judged]
    table = _table(judged)
    first = fit(table, classes=1, ridge=_RIDGE, of=np.flatnonzero(~np.array(doubtful)))
    likely = probabilities(judged, first)
    return [
        one
        for one, doubt, probability in zip(judged, doubtful, likely, strict=True)
        if not doubt or probability < _DOUBTFUL
    ]


def fit_need(judged: Sequence[Judged]) -> Linear:
    """The model."""
    return fit(_table(judged), classes=1, ridge=_RIDGE)


def probabilities(judged: Sequence[Judged], model: Linear) -> Floats:
    """How likely each needs its context, by a model."""
    logits = [
        model.logits(need_features(one.question), need_numbers(one.question, one.history))[0]
        for one in judged
    ]
    shares: Floats = 1.0 / (1.0 + np.exp(-np.array(logits)))
    return shares


def _table(judged: Sequence[Judged]) -> Examples:
    table = Examples(_ROWS)
    for one in judged:
        weight = one.weight * (_NEEDING if one.needs else 1.0) / 2
        for question in (one.question, typed_otherwise(one.question)):
            numbers = need_numbers(question, one.history)
            table.add(need_features(question), int(one.needs), weight, numbers)
    return table


def typed_otherwise(question: str) -> str:
    """A question in small letters without its mark, or with both where it has neither.

    In the sets people's follow-ups are written with both and the questions of `natural_train` mostly without,
    which would be learnt.
    """
    bare = question.rstrip(" ?!.")
    small = bare.casefold()
    return f"{question[:1].upper()}{bare[1:]}?" if question == small else small


def _of_follow_up(one: FollowUp) -> Iterator[Judged]:
    weight = _WEIGHTS[one.source]
    if one.source == "canard" and one.needs_context and not _was_replaced(one):
        return  # to "What happened in 1997?" people added whom it is about; it stands alone all the same
    yield Judged(one.source, one.group, one.question, one.history, one.needs_context, weight)
    if one.needs_context:
        share = 1.0 if one.source == "conversations" else _STAND_ALONE
        yield Judged(f"{one.source} in full", one.group, one.full, one.history, False, share)


def _was_replaced(one: FollowUp) -> bool:
    """Whether the person took a function word out, or completed a fragment."""
    asked = plain(one.question)
    return len(asked) <= 3 or bool((set(asked) - set(plain(one.full))) & FUNCTION_WORDS)


def _stand_alone(data: Data, histories: Sequence[Sequence[Turn]], chance: random.Random) -> Iterator[Judged]:
    """Questions of four sets after a foreign conversation, or after others about the same document."""
    natural = data.rows("natural_train/questions.jsonl")
    texts = {row["id"]: row["text"] for row in data.rows("natural_train/documents.jsonl")}
    by_document: dict[str, list[Row]] = defaultdict(list)
    for row in natural:
        by_document[row["document_id"]].append(row)

    def foreign() -> Sequence[Turn]:
        if chance.random() < 0.5:
            return chance.choice(histories)
        return _asked([*chance.sample(natural, chance.randint(1, 3))], texts)

    for row in chance.sample(natural, 8000):
        before = (
            foreign()
            if chance.random() < 0.6
            else _asked(
                [one for one in chance.sample(by_document[row["document_id"]], 2) if one is not row], texts
            )
        )
        yield Judged("natural_train", "", row["question"], before, False, _STAND_ALONE)
    for row in data.rows("nq/questions.jsonl"):
        if is_learnt_from(row["id"]):
            yield Judged("nq", "", row["question"], foreign(), False, _STAND_ALONE)
    squad = [
        row for row in data.rows("squad2_dev/questions.jsonl") if row["document_id"] not in TEST_ARTICLES
    ]
    for row in chance.sample(squad, 2000):
        yield Judged("squad2_dev", "", row["question"], foreign(), False, _STAND_ALONE)
    for row in data.rows("intents/intents.jsonl"):
        if row["split"] == "train" and row["label"] in _NOT_ASKED_OF_ANYTHING:
            yield Judged("intents", "", row["text"], foreign(), False, _STAND_ALONE)


def is_learnt_from(question_id: str) -> bool:
    """The half of `nq` that is learnt from."""
    return int(hashlib.sha256(question_id.encode()).hexdigest(), 16) % 2 == 0


def _asked(rows: Sequence[Row], texts: dict[str, str]) -> list[Turn]:
    """Questions with their supporting sentences as a conversation."""
    turns = []
    for row in rows:
        support = next((one for one in row["evidence"] if one["role"] == "support"), None)
        text = texts[row["document_id"]]
        answer = text[support["start"] : support["end"]] if support else "The document does not say."
        turns += [Turn(role="user", text=row["question"]), Turn(role="assistant", text=answer)]
    return turns


def _points(question: str) -> bool:
    return any(word.low in LEANING for word in words_of(question))
