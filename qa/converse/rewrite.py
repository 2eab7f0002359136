"""Write out what a follow-up question takes from the conversation before it, without a language model.

A retriever sees one question, so what "he", "that" or "And in 2023?" stand for has to be written out. A
pronoun gives way to what it stands for, a fragment takes its place in the last question, and what cannot take
the place of a word is added in brackets: "When was that (OpenAI released X)?"
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from qa.converse.fragments import condition_of, expanded, fragment_of, on_condition, with_gloss
from qa.converse.memory import Memory
from qa.converse.mentions import Mention, mentions_in, said_of
from qa.converse.referents import KINDS, Referent
from qa.converse.words import AUXILIARIES, EXPLETIVE, OPENERS, POINTING, PREPOSITIONS, PRONOUNS
from qa.language.names import BE, DO, WH, Word, words_of

# No question points at more, and a text of nothing else must not cost more.
_EDITS = 4
# "Who was it before her?" asks who was what an earlier question spoke of, so that "it" is nothing else.
_WHO = re.compile(
    r"\bwho(?:['’]?s| is| was) it(?= (?:before|after|until|since|in|then|now)\b|\W*$)", re.IGNORECASE
)
_OWNING = frozenset("his its their".split())
_DATED = frozenset("in on at by during since until before after".split())
# What comes after these or a question word is asked for, so that no pronoun of the question means it.
_ASKED_FOR = frozenset("many much other there".split())
# Something that the question itself names before the pronoun is meant from this share on.
_FITS = 0.55
_THINGS = [KINDS.index("it"), KINDS.index("they")]


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read a question.

    `question` is written out, for people. `asked` is what is searched and read: as typed, with what the
    pronouns stand for in brackets, because the source says "he" where the question does. `about` is what the
    question is taken to follow up, empty when it is read as typed. `meant` holds what each kind of pronoun
    stands for. `weight` says how likely it is meant so: of two readings that one is kept whose confidence
    times its weight is higher.
    """

    question: str
    asked: str
    about: str = ""
    meant: Mapping[str, Referent] = field(default_factory=dict)
    weight: float = 1.0


def rewritten(question: str, memory: Memory) -> Reading:
    """The question with what it takes from the conversation written out.

    Without anything to write out the topic, or the last question, is added in brackets.
    """
    resolved = _resolved(question, memory)
    if condition := condition_of(resolved.question):
        full = on_condition(memory.questions[-1].text, condition)
        return Reading(full, full, resolved.about or memory.asked(), resolved.meant)
    if fragment := fragment_of(words_of(resolved.question)):
        full = expanded(resolved.question, fragment, memory)
        about = resolved.about or memory.asked()
        return Reading(full, resolved.asked if resolved.meant else full, about, resolved.meant)
    if resolved.question != question or any(word.low in PRONOUNS for word in words_of(question)):
        return resolved  # as typed when its pronouns stand for what it names itself
    return _about_topic(question, memory)


def _about_topic(question: str, memory: Memory) -> Reading:
    """A question without a pronoun, about the likeliest name, else about the last question.

    It stands alone where it names something that was spoken of, or what it would be about.
    """
    own = {word.low for word in words_of(question) if word.is_content}
    names = [one for _, one in memory.ranked("topic", question) if one.is_name]
    topic = memory.phrase(names[0]) if names else memory.clause()
    if any(own.intersection(one.key) for one in names) or own & {word.low for word in words_of(topic)}:
        return Reading(question, question)
    full = with_gloss(question, topic)
    return Reading(full, full, topic if names else memory.asked())


def _resolved(question: str, memory: Memory) -> Reading:
    """The question with its pronouns and pointing words written out, each thing once."""
    words, expletives = words_of(question), _expletives(question)
    meant = _meant(question, [word for word in words if word.start not in expletives], memory)
    phrases = {kind: memory.phrase(referent) for kind, referent in meant.items()}
    edits: list[tuple[int, int, str]] = []
    brackets: list[tuple[int, int, str]] = []
    stated = ""
    unsaid = dict(phrases)
    for place, word in enumerate(words):
        kind = PRONOUNS.get(word.low, "")
        if kind in unsaid and word.start not in expletives:
            edits.append((word.start, word.end, _inflected(unsaid.pop(kind), words, place)))
        elif word.low in POINTING | {"there", "then"} and len(brackets) < _EDITS:
            if question.startswith(" (", word.end):
                continue  # said already
            end, gloss = _pointed(question, words, place, memory)
            stated = stated or ("" if end else gloss)
            if end and gloss and gloss not in question:
                brackets.append((end, end, f" ({gloss})"))
    abouts = [*phrases.values(), *(text[2:-1] for _, _, text in brackets)]
    stated = stated.removeprefix(f"{abouts[0]} ") if abouts else stated
    asked = with_gloss(_edited(question, brackets), ", ".join(phrases.values()))
    return Reading(
        with_gloss(_edited(question, [*edits, *brackets]), stated),
        with_gloss(asked, stated),
        abouts[0] if abouts else memory.asked() if stated else "",
        meant,
    )


def _meant(question: str, words: Sequence[Word], memory: Memory) -> dict[str, Referent]:
    """What each kind of pronoun in the question stands for, no thing twice; "the captain" is Captain Ray."""
    first = {PRONOUNS[word.low]: word for word in reversed(words) if word.low in PRONOUNS}
    meant: dict[str, Referent] = {}
    for kind, pronoun in sorted(first.items(), key=lambda one: one[1].start):
        if _is_inner(question, pronoun):
            continue
        taken = [set(one.key) for one in meant.values()]
        is_role = kind == "it" and _WHO.search(question)
        found = (
            one
            for _, one in memory.ranked(kind, question)
            if not any({*one.key} <= other for other in taken) and (one.is_asked or not is_role)
        )
        if referent := next(found, None):
            meant[kind] = referent
    return meant


def _expletives(question: str) -> set[int]:
    return {place for found in EXPLETIVE.finditer(question) for place in range(*found.span())}


def _edited(text: str, edits: Sequence[tuple[int, int, str]]) -> str:
    for start, end, new in sorted(edits, reverse=True):
        text = text[:start] + new + text[end:]
    return text


def _is_inner(question: str, pronoun: Word) -> bool:
    """Whether the pronoun stands for something that the question itself names before it."""
    kind = KINDS.index(PRONOUNS[pronoun.low])
    return any(
        _share(mention, kind) >= _FITS and mention.before not in WH | _ASKED_FOR | PREPOSITIONS
        for mention in mentions_in(question[: pronoun.start])
    )


def _share(mention: Mention, kind: int) -> float:
    """How likely a pronoun is said of a mention; of a firm's name "it" is said as well as "they"."""
    shares = said_of(mention)
    is_thing = mention.is_name and KINDS[kind] in {"it", "they"}
    return float(shares[_THINGS].sum() if is_thing else shares[kind])


def _inflected(phrase: str, words: Sequence[Word], place: int) -> str:
    """What stands in place of a pronoun, with its genitive."""
    follows = place + 1 < len(words) and words[place + 1].is_content
    if words[place].low in _OWNING or (words[place].low == "her" and follows):
        return f"{phrase}'" if phrase.endswith("s") else f"{phrase}'s"
    return phrase


def _pointed(question: str, words: Sequence[Word], place: int, memory: Memory) -> tuple[int, str]:
    """What this/that/there/then points at, and where the bracket goes (0: it points at a whole statement)."""
    word, before = words[place], words[place - 1].low if place else ""
    following = words[place + 1] if place + 1 < len(words) else None
    is_end, is_last = following is None, place + 2 == len(words)
    if word.low in {"there", "then"}:
        meant = memory.place() if word.low == "there" else memory.date()
        return word.end, meant if place and is_end else ""
    leads = not before or before in AUXILIARIES | PREPOSITIONS | OPENERS
    if word.low == "that" and not leads and following and not (following.is_content and is_last):
        return 0, ""  # a conjunction or a relative
    if following is None or not following.is_content or (before in BE | DO and is_last):
        return 0, "" if following and following.low in WH else memory.clause()
    date = memory.date() if before in _DATED else ""
    found = [one for _, one in memory.ranked("that", question)]
    same = [one for one in found if following.low in one.key and len(one.key) > 1]
    best = next(iter([*same, *(one for one in found if one.is_name), *found]), None)
    return following.end, date or (memory.phrase(best) if best else "")
