"""A sentence parted at its verb, where its subject is a noun phrase that can be read by itself; pure."""

import re
from typing import NamedTuple

from qa.language.function_words import is_content
from qa.language.times import NUMBER
from qa.language.verbs import base_of_past, base_of_present

COPULAS = frozenset("is are was were".split())
MODALS = frozenset("must may can should will shall".split())
_AUXILIARIES = COPULAS | MODALS | frozenset("has have had could would might".split())
DETERMINERS = frozenset("the a an each every all most some".split())
# A noun phrase that has one of these points outside itself, or is none.
OUTSIDE = frozenset(
    "this that these those it its he him his she her they them their we us our you your me there here "
    "and or but nor which who whom whose what when where why how while because although though if unless "
    "since as than so however also then now still only even not never no nothing nobody none once "
    "former latter same other others another such one ones first second third last both fewer "
    "more less many few several".split()
)
# An object begins like that.
DEFINITE = re.compile(r"(?:the|an?|its|their|each|every|all|any) |[A-Z]|\d")
# Verbs that have a word of their own before what they are about, and those before what is said.
PARTNERS = {
    "focus": "on", "depend": "on", "rely": "on", "concentrate": "on", "insist": "on", "consist": "of",
    "belong": "to", "lead": "to", "apply": "to", "refer": "to", "contribute": "to", "aim": "at",
    "deal": "with", "result": "in", "suffer": "from", "prepare": "for", "search": "for", "pay": "for",
    "invest": "in", "specialise": "in",
}  # fmt: skip
_SAYING = frozenset(
    "believe say think show argue suggest find hope expect claim mean know require warn add".split()
)
_FOLLOWS_VERB = re.compile(
    rf"{DEFINITE.pattern}|{NUMBER}|(?:in|on|at|by|from|to|for|up|out|over|into|through|off|down|about|around"
    r"|between|because|that|until|after|before|nearly|almost|with|of) "
)
_DATED = re.compile(rf"(?:from|until|on|at|in|by|for) (?:{NUMBER}|[A-Z])")
_MOST_WORDS = 7
# Where something is or when it was, before the subject; what is said of it holds without.
_LEADING = re.compile(
    r"(?:(?:In|On|At|By|From|For|After|During|Since|With|Without|Under|According to|Despite|Throughout) "
    r"[^,;:]{2,80}, )(?:from [^,;:]{2,40}, )?(?=[a-zA-Z])"
)
_APPOSED = re.compile(
    r"^(?P<name>[A-Z][^,;:()]{1,40}?)(?:, (?:the|an?) [^,;:()]+, | \([^()]{2,60}\) )(?=[a-z])"
)
_PREPOSITIONS = frozenset("of in on at by for from to with near about between".split())
_ADVERBS = frozenset("also now still often usually always already then later soon never".split())


class Statement(NamedTuple):
    """A sentence parted at its verb: "The toll | was | raised in 1911", "The town | bought | the right".

    `auxiliary` is what a question has before the subject: the verb itself, or a form of "do" where `verb` is
    the base form of one that takes it. `written` is the verb as it stands, and `rest` what comes behind.
    """

    subject: str
    auxiliary: str
    verb: str
    written: str
    rest: str


def parted(sentence: str, known: frozenset[str]) -> Statement | None:
    """A sentence parted at its first verb, None where its subject cannot be read by itself.

    The subject is as in mid-sentence: `known` are the words that are names, which keep their capital.
    """
    words = _plainly(sentence).split()
    for place, word in enumerate(words[1 : _MOST_WORDS + 1], 1):
        before, after = words[:place], words[place + 1 :]
        if not after:
            return None
        if (found := _verb(before, word, " ".join(after), known)) is None:
            continue
        if len(before) > 1 and (before[-1] in _ADVERBS or before[-1].endswith("ly")):
            before = before[:-1]
        if not _is_subject(before):
            return None
        subject = " ".join(before)
        is_name = before[0] in known or (len(before) > 1 and before[1][0].isupper())
        is_name = is_name or before[0][1:2].isupper()
        if before[0].casefold() in DETERMINERS or not is_name:
            subject = subject[0].lower() + subject[1:]
        return _to_the_reader(Statement(subject, *found, word, " ".join(after)))
    return None


def _to_the_reader(one: Statement) -> Statement:
    """What is said to "you" as the reader says it: "You may carry over your days" is of "I" and "my days"."""
    words = {"you": "I", "your": "my", "Your": "my", "You": "I", "yourself": "myself"}
    first, *others = one.subject.split()
    if first not in words and "your" not in one.rest.split():
        return one
    rest = " ".join(words.get(word, word) for word in one.rest.split() if word != "you")
    auxiliary = (
        {"are": "am", "were": "was"}.get(one.auxiliary, one.auxiliary) if first == "you" else one.auxiliary
    )
    return one._replace(subject=" ".join([words.get(first, first), *others]), auxiliary=auxiliary, rest=rest)


def _plainly(sentence: str) -> str:
    """A sentence without what stands before its subject, and without what is put in behind it."""
    if found := _LEADING.match(sentence):
        sentence = sentence[found.end()].upper() + sentence[found.end() + 1 :]
    return _APPOSED.sub(r"\g<name> ", sentence)


def _verb(before: list[str], word: str, after: str, known: frozenset[str]) -> tuple[str, str] | None:
    """What a question has before the subject and behind it, where a word is a verb."""
    if word in _AUXILIARIES:
        return word, ""
    is_name = all(one[0].isupper() for one in before) and (len(before) > 1 or before[0] in known)
    if before[-1].casefold() in DETERMINERS or before[-1][0].isdigit():
        return None
    if base := base_of_past(word):
        return ("did", base) if is_name or _FOLLOWS_VERB.match(f"{after} ") else None
    base = None if before[-1].endswith("s") and not is_name else base_of_present(word)
    if base and (_takes(base, after) or (is_name and re.match(r"(?:\w+ )?\w+s\b", after))):
        return "does", base
    return None


def _takes(base: str, after: str) -> bool:
    """Whether what follows a word is what follows the verb, and not the noun that it may be."""
    if after.startswith("that "):
        return base in _SAYING
    if after.startswith(f"{PARTNERS.get(base, '?')} ") or _DATED.match(after):
        return not base.endswith(("tion", "ment", "ness", "ity"))
    return bool(DEFINITE.match(after) or re.match(NUMBER, after))


def _is_subject(words: list[str]) -> bool:
    if re.search(r"[^\w\s’'&-]| - |--", " ".join(words)) or not words[0][0].isupper():
        return False
    if words[0] in ("You", "Your"):
        words = words[1:] or ["I"]
    low = [word if len(word) > 1 and word.isupper() else word.casefold() for word in words]
    joins = "and" in low and not any(map(base_of_past, low))
    if (OUTSIDE - frozenset({"and"} if joins else ())).intersection(low) or any(
        word.endswith("ly") for word in low
    ):
        return False
    inner = (place for place, word in enumerate(low) if place and word in DETERMINERS)
    if any(low[place - 1] not in _PREPOSITIONS or words[place][0].isupper() for place in inner):
        return False  # two noun phrases, or a heading that was not parted from its text
    if low[0] in DETERMINERS:
        return len(words) > 1
    return (
        (is_content(words[0]) or words == ["I"])
        and not low[0].endswith("ing")
        and (len(words) == 1 or not base_of_past(low[0]))
    )
