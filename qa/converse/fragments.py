"""Questions without a verb, put into their place in the last question: "And in 2023?", "and the door?"."""

import re
from collections.abc import Sequence

from qa.converse.dates import at_time
from qa.converse.memory import Memory
from qa.converse.mentions import Mention, is_capital, is_verb, may_be_verb, mentions_in, said_of
from qa.converse.referents import DAY, Said
from qa.converse.words import AUXILIARIES, COUNTED, EXPLETIVE, MODALS, OPENERS, POINTING, PREPOSITIONS
from qa.language.names import ADVERBS, DATE, DO, WH, Word, words_of
from qa.language.times import WHEN

# An answer of no more words can be a gloss.
_SHORT = 12
_LONGEST = 7
_CONDITION = re.compile(
    r"(?:(?:and|but|so|ok|okay|also|even|what|only)\s+)*((?:if|unless|even\s+if)\s+[^,;?]+?)[\s?!.]*",
    re.IGNORECASE,
)
_ABOUT = re.compile(r"(?:(?:and|but|so|ok|okay|also|then),?\s+)*(?:what|how)\s+about\s+(\S.*)", re.IGNORECASE)
_CONDITIONED = re.compile(r",?\s+(?:even\s+)?(?:if|unless)\s.*$", re.IGNORECASE | re.DOTALL)
# The verbs of "what's" and "who're".
_CONTRACTED = frozenset("s re".split())
# The pronouns that a noun can take the place of as it is; "her" may be a possessive.
_STANDING = frozenset("he him she it they them".split())
# Words of a fragment that take the place of the same word in the last question.
_CHANGING = frozenset("else other others another any some more".split())


def fragment_of(words: Sequence[Word]) -> Sequence[Word]:
    """The words of an elliptical question without its opener; none when it has a verb of its own."""
    rest = list(words)
    while rest and rest[0].low in OPENERS:
        rest = rest[1:]
    if [word.low for word in rest[:2]] in (["what", "about"], ["how", "about"]):
        rest = rest[2:]
    elif len(rest) > 1 and rest[0].low in {"who", "what"} and rest[1].is_content:
        return []
    if not rest or len(rest) > _LONGEST or any(word.low in AUXILIARIES | POINTING for word in rest):
        return []
    if len(rest) > 1 and rest[0].low in WH and rest[1].low in _CONTRACTED:
        return []
    return [] if any(map(_is_verb, rest[1:])) else rest


def added_by(question: str) -> str:
    """What "what about X" adds to the last question: X; "" for any other question."""
    found = _ABOUT.fullmatch(question.strip())
    return found[1] if found else ""


def condition_of(question: str) -> str:
    """The condition that is all of a question ("And if it rains?"); "" where it asks for more."""
    found = _CONDITION.fullmatch(question.strip())
    return found[1] if found and len(found[1].split()) <= _LONGEST else ""


def on_condition(question: str, condition: str) -> str:
    """A question under a condition, which takes the place of the one that it had."""
    return before_mark(_CONDITIONED.sub("", question.rstrip(" ?!.")) + "?", condition)


def _is_verb(word: Word) -> bool:
    """Whether a word is likely the verb of a sentence."""
    return word.text.islower() and not word.low.endswith("ing") and is_verb(word)


def expanded(question: str, fragment: Sequence[Word], memory: Memory) -> str:
    """The last question with the fragment in its place there, or the fragment with that question as gloss."""
    asked, first = memory.questions[-1], fragment[0].low
    text = question[fragment[0].start : fragment[-1].end]
    if first not in WH and not fragment[0].is_content:
        text = text[0].lower() + text[1:]
    if first in WH or (first in PREPOSITIONS and len(fragment) > 1 and fragment[1].low in WH):
        return _asked_again(question, text, fragment, memory)
    if dated := at_time(asked.text, text):
        return dated
    if first in PREPOSITIONS:
        return _with_phrase(asked, text)
    if first in _CHANGING and (same := [word for word in words_of(asked.text) if word.low == first]):
        return f"{asked.text[: same[-1].start]}{text}?"
    if first.endswith("ing") and (start := _until_the_verb(asked)):
        return f"{start} go about {text}?"
    new = mentions_in(f"and {text}" if fragment[0].start else text)
    if _is_whole(text, new):
        old = _replaced(asked, text, new)
        if (pronoun := _pronoun_of(asked)) and not (old and old.is_name) and _is_one(new):
            return asked.text[: pronoun.start] + text + asked.text[pronoun.end :]
        if old:
            return _swapped(asked, old, text, is_bare_name=new[0].is_name and new[0].text == text)
    return with_gloss(question, memory.clause())


def _pronoun_of(asked: Said) -> Word | None:
    """The pronoun that the last question still holds, if it stands for something: "Which route is it on?"."""
    if EXPLETIVE.search(asked.text):
        return None
    return next((word for word in words_of(asked.text) if word.low in _STANDING), None)


def _until_the_verb(asked: Said) -> str:
    """How the last question began, up to its verb: "How do I" of "How do I add a user?"."""
    words = words_of(asked.text)
    if len(words) > 3 and words[0].low == "how" and words[1].low in DO | MODALS:
        return asked.text[: words[2].end]
    return ""


def _is_whole(text: str, new: Sequence[Mention]) -> bool:
    """Whether a fragment is no more than one thing, with what it is of or in."""
    known = {word.low for mention in new for word in mention.words}
    return bool(known) and all(word.low in known for word in words_of(text) if word.is_content)


def _replaced(asked: Said, text: str, new: Sequence[Mention]) -> Mention | None:
    """What of the last question the fragment takes the place of: the likest, the first of equals."""
    scored = [(_likeness(old, new[0], text), old) for old in asked.mentions if _may_replace(old, new)]
    return max(scored, key=lambda one: one[0], default=(0.0, None))[1]


def _may_replace(old: Mention, new: Sequence[Mention]) -> bool:
    """Whether a mention may give way: no verb ("Who pays"), day or unit, and no kind to one of its things.

    "Which route" asks for a kind, so that "and buses?" can take its place, but not "and the Skarv?".
    """
    is_time = any(DAY.fullmatch(word) for word in old.key if word != "and")
    if is_time or old.before == "per" or (old.before == "who" and not old.determiner):
        return False
    return not (_is_one(new) and old.before in COUNTED | {"which", "what"} and not old.determiner)


def _is_one(new: Sequence[Mention]) -> bool:
    """Whether a fragment names one thing rather than a kind: "Skarv", "the door"."""
    return new[0].is_name or bool(new[0].determiner)


def _likeness(old: Mention, new: Mention, text: str) -> float:
    """How much a mention looks like what would take its place."""
    words = {word.low for word in words_of(text)}
    alone = float(old.before not in PREPOSITIONS)
    shared = 2.0 * bool(words & set(old.key))
    return (
        shared
        + alone
        + float(old.is_name == new.is_name)
        + float(old.determiner == new.determiner)
        + float(said_of(old) @ said_of(new))
    )


def _swapped(asked: Said, old: Mention, new: str, *, is_bare_name: bool = False) -> str:
    """The last question with something else in place of a mention and of its article.

    A bare name takes the place of the name alone in "the Leaf plan".
    """
    start, end = old.start, _end_of(asked, old, new)
    words = words_of(asked.text)
    named = [word for word in old.words if is_capital(word)]
    if is_bare_name and old.determiner == "the" and named and end > named[-1].end:
        return asked.text[: named[0].start] + new + asked.text[named[-1].end :]
    place = next(spot for spot, word in enumerate(words) if word.start >= start)
    if old.determiner and old.determiner != "s" and place:
        start = words[place - 1].start
    number = new.removeprefix("the ")
    numbered = [word for word in old.words if _is_numbered(word.text)]
    if _is_numbered(number) and len(numbered) == 1:
        # "Ember 60" and "the 240", "poster A3 price" and "A2"
        return asked.text[: numbered[0].start] + number + asked.text[numbered[0].end :]
    return asked.text[:start] + new + asked.text[end:]


def _end_of(asked: Said, old: Mention, new: str) -> int:
    """Where what gives way ends: with what belongs to it where the new one has its own, before its verb."""
    words = words_of(asked.text)
    owned = next((one for one in asked.mentions if one.determiner == "s" and one.start > old.end), None)
    owns = any(one.determiner == "s" for one in mentions_in(new))
    if owns and owned and asked.text[old.end : owned.start] in {"'s ", "’s ", "' ", "’ "}:
        return owned.end
    is_past = words[0].low in ADVERBS and words[1:] and words[1].low in {"was", "were"}
    last = old.words[-1]
    if is_past and last.end == words[-1].end and len(old.words) > 1 and may_be_verb(last):
        return old.words[-2].end  # "When was the Terne built?"
    return old.end


def _is_numbered(text: str) -> bool:
    """Whether a text is one word with a digit, as "240" and "A2" are."""
    return text.isalnum() and any(map(str.isdigit, text))


def _asked_again(question: str, text: str, fragment: Sequence[Word], memory: Memory) -> str:
    """The last question with another question word: "Why?", "Since when?", "Who else?"."""
    last, answer = memory.questions[-1].text, memory.answers[-1].text.strip()
    words, first = words_of(last), fragment[0].low
    if fragment[-1].low == "else" and words and words[0].low == first:
        return last[: words[0].start] + text + last[words[0].end :]
    if counted := _counted_in(text, fragment):
        old = next((one for one in memory.questions[-1].mentions if one.before == fragment[1].low), None)
        return _swapped(memory.questions[-1], old, counted) if old else with_gloss(question, memory.clause())
    adverb = bool(words) and words[0].low in ADVERBS
    verb = words[adverb] if len(words) > adverb else None
    if verb and verb.low in AUXILIARIES and first in ADVERBS | PREPOSITIONS:
        return f"{text[0].upper()}{text[1:]} {verb.text.lower()}{last[verb.end :]}"
    is_span = 0 < len(answer.split()) <= _SHORT and not answer.endswith(".")
    return with_gloss(
        question,
        answer.strip(" ,") if is_span and len(fragment) == 1 and first not in ADVERBS else memory.clause(),
    )


def _counted_in(text: str, fragment: Sequence[Word]) -> str:
    """Of what a fragment asks how many there are: "cars" in "How many cars?"; "" for times and spans."""
    counts = len(fragment) > 2 and fragment[0].low == "how" and fragment[1].low in COUNTED
    if not counts or fragment[-1].low == "times" or WHEN.search(text):
        return ""
    return text[fragment[2].start - fragment[0].start :]


def _with_phrase(asked: Said, phrase: str) -> str:
    """The last question about another time or place, in place of the one after the same preposition."""
    preposition, _, rest = phrase.partition(" ")
    preposition = preposition.casefold()
    for found in DATE.finditer(asked.text) if DATE.search(phrase) else ():
        before = asked.text[: found.start()].rstrip()
        if before.casefold().endswith(f" {preposition}"):
            return before[: -len(preposition)] + phrase + asked.text[found.end() :]
    if not DATE.search(phrase):
        for mention in reversed(asked.mentions):
            if mention.before == preposition:
                return _swapped(asked, mention, rest)
    return before_mark(asked.text, phrase)


def with_gloss(question: str, gloss: str) -> str:
    """The question with a remark in brackets, unless it says so already."""
    return before_mark(question, f"({gloss})") if gloss and gloss not in question else question


def before_mark(question: str, addition: str) -> str:
    """The question with something added before its question mark."""
    body = question.rstrip(" ?!.")
    return f"{body} {addition}{question[len(body) :].strip() or '?'}"
