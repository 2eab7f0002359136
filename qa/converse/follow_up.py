"""Make a follow-up question stand alone, from the conversation before it, without a language model.

A retriever sees one question, so what "he", "that" or "And in 2023?" stand for has to be written out. The
rules know English function words and the shape of names, nothing of any subject: a pronoun stands for the
name that is spoken of most and latest, a fragment takes the words of the last question. People read the
result, so what cannot take the place of a word is added in brackets: "When was that (OpenAI released X)?"
"""

import re
from collections.abc import Sequence

from qa.converse.memory import Memory, Said
from qa.converse.need import need_of_context
from qa.language.function_words import FUNCTION_WORDS
from qa.language.names import (
    ADVERBS,
    AUXILIARIES,
    BE,
    DATE,
    DO,
    OPENERS,
    PLACED,
    WH,
    Name,
    Word,
    names_in,
    words_of,
)
from qa.requests.kinds import judge
from qa.types import Turn

# The first exchange sets the topic and the last ones hold what is referred to; no more is looked at.
_FIRST, _LAST = 2, 10
_CHARACTERS = 2_000
# Below the first probability of needing its context a question is read as typed, from the second on as a
# follow-up, between them in both ways; an earlier question as a follow-up from the third on.
_ALONE, _SURE, _LIKELIER = 0.05, 0.7, 0.3
# An answer of no more words can be a gloss.
_SHORT = 12
# No question points at more, and a text of nothing else must not cost more.
_EDITS = 4

_EXPLETIVE = re.compile(
    r"\b(?:is|was|be|isn't|wasn't) it (?:\w+ ){1,2}(?:that|to|if|whether|for)\b"
    r"|\bit(?:'s| is| was) \w+ (?:that|to)\b|\b(?:does|did|will|would) it take\b"
    r"|\bwhat \w+ (?:is|was) it\b|\bhow is it\b",
    re.IGNORECASE,
)
_PREPOSITIONS = PLACED | frozenset(
    "on for with by into of about after before since until during under over than as".split()
)
_DATED = frozenset("in on at by during since until before after".split())
_PRONOUNS = {
    **dict.fromkeys("he she him his her".split(), "person"),
    **dict.fromkeys("it its".split(), "thing"),
    **dict.fromkeys("they them their".split(), "group"),
}
_POSSESSIVE = frozenset("his its their".split())
_POINTING = frozenset("this that these those".split())
# Function words by which a question without a name shows that it leans on the conversation.
_LEANING = frozenset("else other others another the any some more".split())


def readings(question: str, history: Sequence[Turn]) -> list[str]:
    """How a question may be meant: as typed, as a follow-up written out, or first the one, then the other.

    Whether it needs what was said before is for a trained model to say, see `qa.converse.need`. Earlier
    questions are made stand-alone first, so that a name is carried through a chain of pronouns.
    """
    turns = [
        turn.model_copy(update={"text": turn.text[:_CHARACTERS].strip()})
        for turn in [*history[: max(0, min(_FIRST, len(history) - _LAST))], *history[-_LAST:]]
    ]
    need = need_of_context(question, turns)
    if need < _ALONE or len(question) > _CHARACTERS:
        return [question]
    memory = Memory()
    for place, turn in enumerate(turns):
        if turn.role == "user":
            leans = need_of_context(turn.text, turns[:place]) >= _LIKELIER
            memory.ask(_rewritten(turn.text, memory) if leans else turn.text)
        elif memory.questions:
            memory.hear(turn.text)
    written_out = _rewritten(question, memory)
    return list(dict.fromkeys([written_out] if need >= _SURE else [question, written_out]))


def standalone(question: str, history: Sequence[Turn]) -> str:
    """The question as a follow-up, written out, or as it is when it surely needs nothing."""
    return readings(question, history)[-1]


def _rewritten(question: str, memory: Memory) -> str:
    words = words_of(question)
    if not words or not memory.questions or judge(question, None).kind == "whole":
        return question
    resolved = _resolved(question, words, memory)
    if resolved != question:
        return resolved
    if fragment := _fragment(words):
        return _expanded(question, fragment, memory)
    return question if _is_complete(question, words, memory) else _with_gloss(question, memory.topic())


def _is_complete(question: str, words: list[Word], memory: Memory) -> bool:
    """Whether a question has a subject of its own, also one written in lower case."""
    if names_in(question):
        return True
    lows = {word.low for word in words}
    return bool(lows & memory.parts - FUNCTION_WORDS) or not (
        lows & _LEANING or (len(words) <= 3 and not lows & AUXILIARIES)
    )


# --- what a word stands for


def _resolved(question: str, words: list[Word], memory: Memory) -> str:
    """The question with its pronouns and pointing words written out, each name once."""
    edits: list[tuple[int, int, str]] = []
    expletive = {place for found in _EXPLETIVE.finditer(question) for place in range(*found.span())}
    stated = ""
    names: list[str] = []
    kinds: set[str] = set()
    for place, word in enumerate(words):
        if word.low in _PRONOUNS and word.start not in expletive:
            if _PRONOUNS[word.low] in kinds:
                continue  # said once, a name need not be said again
            kinds.add(_PRONOUNS[word.low])
            name = _antecedent(question, word, memory)
            if name and name not in names:
                edits.append((word.start, word.end, _inflected(name, words, place, memory)))
                names.append(name)
        elif word.low in _POINTING | {"there", "then"} and len(edits) < _EDITS:
            if question.startswith(" (", word.end):
                continue  # said already
            end, gloss = _pointed(words, place, memory)
            stated = stated or ("" if end else gloss)
            if end and gloss and gloss not in question:
                edits.append((end, end, f" ({gloss})"))
    for start, end, text in reversed(edits):
        question = question[:start] + text + question[end:]
    return _with_gloss(question, stated.removeprefix(f"{names[0]} ") if names else stated)


def _inflected(name: str, words: list[Word], place: int, memory: Memory) -> str:
    """The name as it stands in place of the pronoun: with "the" where it always had it, with its genitive."""
    name = f"the {name}" if memory.articles.get(name) else name
    follows = place + 1 < len(words) and words[place + 1].is_content
    if words[place].low in _POSSESSIVE or (words[place].low == "her" and follows):
        return f"{name}'" if name.endswith("s") else f"{name}'s"
    return name


def _antecedent(question: str, pronoun: Word, memory: Memory) -> str:
    """The name that a pronoun stands for; empty when the question itself holds it, or none fits."""
    kind = _PRONOUNS[pronoun.low]
    if any(memory.fits(name, kind) for name in names_in(question) if name.start < pronoun.start):
        return ""
    found = memory.full(memory.asked_for(kind) or memory.weightiest(kind))
    if found:
        memory.spoken_of[found] = kind
    return found or ("" if kind == "person" else memory.defined())


def _pointed(words: list[Word], place: int, memory: Memory) -> tuple[int, str]:
    """What this/that/there/then points at, and where the bracket goes (0: it points at a whole statement)."""
    word, before = words[place], words[place - 1].low if place else ""
    following = words[place + 1] if place + 1 < len(words) else None
    is_end, is_last = following is None, place + 2 == len(words)
    if word.low in {"there", "then"}:
        meant = memory.place() if word.low == "there" else memory.date()
        return word.end, meant if place and is_end else ""
    leads = not before or before in AUXILIARIES | _PREPOSITIONS | OPENERS
    if word.low == "that" and not leads and following and not (following.is_content and is_last):
        return 0, ""  # a conjunction or a relative
    if following is None or not following.is_content or (before in BE | DO and is_last):
        return 0, "" if following and following.low in WH else memory.clause()
    date = memory.date() if before in _DATED else ""
    fresh = (name.text for name in memory.answers[-1].names if memory.fits(name, "thing"))
    return following.end, date or next(fresh, "") or memory.topic()


# --- fragments


def _fragment(words: list[Word]) -> list[Word]:
    """The words of an elliptical question without its opener; none when it has a verb of its own."""
    rest = list(words)
    while rest and rest[0].low in OPENERS:
        rest = rest[1:]
    if [word.low for word in rest[:2]] in (["what", "about"], ["how", "about"]):
        rest = rest[2:]
    elif len(rest) > 1 and rest[0].low in {"who", "what"} and rest[1].is_content:
        return []
    if not rest or len(rest) > 5 or any(word.low in AUXILIARIES | _POINTING for word in rest):
        return []
    opens = rest[0].low in WH | _PREPOSITIONS | _LEANING or len(rest) < len(words)
    return rest if opens or all(word.text[0].isupper() for word in rest) else []


def _expanded(question: str, fragment: list[Word], memory: Memory) -> str:
    """The last question with the fragment in its place there, or the fragment with that question as gloss."""
    asked, first = memory.questions[-1], fragment[0].low
    text = question[fragment[0].start : fragment[-1].end]
    if first not in WH and not fragment[0].is_content:
        text = text[0].lower() + text[1:]
    if first in WH:
        return _asked_again(question, text, fragment, memory)
    if first in _PREPOSITIONS:
        return _with_phrase(asked, text)
    if (new := names_in(text)) and asked.names:
        same_kind = [name for name in asked.names if name.kinds == new[0].kinds]
        return _swapped(asked.text, [*asked.names, *same_kind][-1], text)
    same = [word.start for word in words_of(asked.text) if word.low == first and first in _LEANING]
    return f"{asked.text[: same[-1]]}{text}?" if same else _with_gloss(question, memory.clause())


def _swapped(text: str, old: Name, new: str) -> str:
    return text[: old.start] + new + text[old.start + len(old.text) :]


def _asked_again(question: str, text: str, fragment: list[Word], memory: Memory) -> str:
    """The last question with another question word: "Why?", "When?", "Who else?"."""
    last, answer = memory.questions[-1].text, memory.answers[-1].text.strip()
    words, first = words_of(last), fragment[0].low
    if fragment[-1].low == "else" and words and words[0].low == first:
        return last[: words[0].start] + text + last[words[0].end :]
    adverb = bool(words) and words[0].low in ADVERBS
    verb = words[adverb] if len(words) > adverb else None
    if verb and verb.low in AUXILIARIES and first in ADVERBS:
        return f"{text} {verb.text.lower()}{last[verb.end :]}"
    is_span = 0 < len(answer.split()) <= _SHORT and not answer.endswith(".")
    return _with_gloss(
        question,
        answer.strip(" ,") if is_span and len(fragment) == 1 and first not in ADVERBS else memory.clause(),
    )


def _with_phrase(asked: Said, phrase: str) -> str:
    """The last question about another time or place, in place of the one after the same preposition."""
    preposition, _, rest = phrase.partition(" ")
    for found in DATE.finditer(asked.text) if DATE.search(phrase) else ():
        before = asked.text[: found.start()].rstrip()
        if before.casefold().endswith(f" {preposition.casefold()}"):
            return before[: -len(preposition)] + phrase + asked.text[found.end() :]
    for name in asked.names if names_in(phrase) else ():
        if name.after == preposition.casefold() and not name.article:
            return _swapped(asked.text, name, rest)
    return _before_mark(asked.text, phrase)


def _with_gloss(question: str, gloss: str) -> str:
    return _before_mark(question, f"({gloss})") if gloss and gloss not in question else question


def _before_mark(question: str, addition: str) -> str:
    body = question.rstrip(" ?!.")
    return f"{body} {addition}{question[len(body) :].strip() or '?'}"
