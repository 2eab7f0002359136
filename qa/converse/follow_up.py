"""The ways to read a question in its conversation: as typed, as a follow-up, or both where unclear."""

from collections.abc import Sequence
from dataclasses import replace

from qa.converse.fragments import added_by
from qa.converse.memory import Exact, Memory
from qa.converse.need import need_of_context
from qa.converse.rewrite import Reading, rewritten
from qa.converse.words import PRONOUNS
from qa.language.names import words_of
from qa.messages import REFUSAL, is_fixed
from qa.requests.kinds import judge
from qa.requests.where import Wanted, asked_for, wanted
from qa.types import Kind, Turn

# Below the first probability of needing its context a question is read as typed, from the second on as a
# follow-up, between them in both ways; there the less likely one must be the surer by the odds against it.
_ALONE, _CERTAIN = 0.1, 0.95
# "What about X" may open a new topic too; then X itself answers four times as surely.
_ABOUT = 0.8
# What does not ask the documents for something is a follow-up from here on.
_SURE = 0.7
# A question before, of which nobody knows the other reading, is made stand-alone from here on.
_LIKELIER = 0.5
# The first exchange sets the topic and the last ones hold what is referred to; no more is looked at.
_FIRST, _LAST = 2, 10
_CHARACTERS = 2_000
# What asks the documents for something, so that it can be a follow-up or have one; "thanks" is not what
# "Why?" asks about.
_ASKING: frozenset[Kind] = frozenset({"question", "keyword", "document"})


def readings(question: str, history: Sequence[Turn], exact: Exact | None = None) -> list[Reading]:
    """How a question may be meant: as typed, as a follow-up to its history, or first the one, then the other.

    `exact` finds the exact answer to a question within the text of its answer, for what a pronoun means.
    What does not ask the documents for something is read as typed, unless it surely needs its context.
    """
    typed = Reading(question, question)
    if not history or len(question) > _CHARACTERS:
        return [typed]
    place = wanted(question)
    turns = [
        turn.model_copy(update={"text": turn.text[:_CHARACTERS].strip()})
        for turn in [*history[: max(0, min(_FIRST, len(history) - _LAST))], *history[-_LAST:]]
    ]
    if place:
        return [_for_place(question, place, remembered(turns, exact))]
    need = _need(question, turns)
    if need < (_ALONE if _asks(question) else _SURE):
        return [typed]
    memory = remembered(turns, exact)
    if not memory.questions:
        return [typed]
    follow_up = rewritten(question, memory)
    if added_by(follow_up.question):
        need = need_of_context(question, turns)  # nothing of the last question could give way
    if follow_up.asked == question or need < _ALONE:
        return [typed]
    if need >= _CERTAIN:
        return [follow_up]
    odds = need / (1.0 - need)
    return [replace(typed, weight=min(1.0, 1.0 / odds)), replace(follow_up, weight=min(1.0, odds))]


def _for_place(question: str, place: Wanted, memory: Memory) -> Reading:
    """A question for a place, with what it takes from the conversation.

    "Which page is that on?" asks for the place of the last answer. "It" in "Where does it say that he …?" is
    the source, so that only the pronouns of what is to be found stand for something else.
    """
    if not memory.questions:
        return Reading(question, question)
    if not place.sought:
        last = memory.questions[-1].text
        sought = before.sought if (before := wanted(last)) else last
        full = asked_for(place.unit, sought)
        return Reading(full, full, memory.asked())
    if not any(word.low in PRONOUNS for word in words_of(place.sought)):
        return Reading(question, question)
    found = rewritten(place.sought, memory)
    head, _, tail = question.rpartition(place.sought)
    return replace(found, question=f"{head}{found.question}{tail}", asked=f"{head}{found.asked}{tail}")


def remembered(turns: Sequence[Turn], exact: Exact | None = None) -> Memory:
    """What was said; questions are made stand-alone, to carry a name through a chain of pronouns."""
    memory = Memory(exact=exact)
    listens = False
    for place, turn in enumerate(turns):
        if turn.role == "assistant":
            if listens and turn.text != REFUSAL and not is_fixed(turn.text):
                memory.hear(turn.text)
            continue
        need = _need(turn.text, turns[:place])
        asked = wanted(turn.text)
        # "Which page is that on?" leaves the question before it the last one.
        listens = (asked is None or bool(asked.sought)) and (need >= _SURE or _asks(turn.text))
        if not listens:
            continue
        full = turn.text
        if asked:
            full = _for_place(turn.text, asked, memory).question
        elif memory.questions and need >= _LIKELIER:
            reading = rewritten(turn.text, memory)
            full = turn.text if added_by(reading.question) else reading.question
            for kind, referent in reading.meant.items():
                memory.bind(referent, kind)
        memory.ask(turn.text, full)
    return memory


def _need(question: str, turns: Sequence[Turn]) -> float:
    """How likely a question leans on its history; "what about X" as likely as "and X", but never for sure."""
    alone = need_of_context(question, turns)
    addition = added_by(question)
    return max(alone, min(need_of_context(f"and {addition}", turns), _ABOUT)) if addition else alone


def _asks(text: str) -> bool:
    return judge(text, None).kind in _ASKING
