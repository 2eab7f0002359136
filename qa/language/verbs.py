"""The base form of English verbs: "carries" and "carried" are forms of "carry"."""

import re

from index.text.known_words import known_words
from index.text.stemming import IRREGULAR

# One syllable with a single vowel and a single consonant behind it: "hop" doubles its end, so "hoped" is of
# "hope".
_SHORT = re.compile(r"[^aeiou]*[aeiou][^aeiouwxy]")
_HISSING = ("sses", "shes", "ches", "xes", "zzes", "oes")
_UNCHANGED = frozenset("cost cut hit let put set shut split spread".split())


# A participle that is not the past as well: "given", "known", "begun".
_PARTICIPLE = re.compile(r"(?:[a-z]en|wn|rne?|gone|done|un|um|[ds]rung|[rs]ung|unk)$")


def base_of_past(word: str) -> str | None:
    """The base form of a verb in the past, None where the word is none."""
    if word in _UNCHANGED:
        return word
    if word in IRREGULAR and not word.endswith("s"):
        return None if _PARTICIPLE.search(word) else IRREGULAR[word]
    stem = word[:-2]
    if not word.endswith("ed") or not word.islower() or stem[-1:] == "e" or not re.search("[aeiouy]", stem):
        return None
    if word.endswith("ied"):
        return f"{stem[:-1]}y"
    with_e, doubled = f"{stem}e", stem[-1] == stem[-2]
    if _SHORT.fullmatch(stem) and with_e in known_words():
        return with_e
    ways = (stem, *([stem[:-1]] if doubled else []), with_e)
    return next((way for way in ways if way in known_words()), None)


def past_of(participle: str) -> str | None:
    """The past of the verb that a participle is of: "wrote" of "written"."""
    if base_of_past(participle):
        return participle
    base = IRREGULAR.get(participle)
    return next((form for form, of in IRREGULAR.items() if of == base and base_of_past(form)), None)


def base_of_present(word: str) -> str | None:
    """The base form of a verb that goes with "it", None where the word is none."""
    if not word.endswith("s") or word.endswith(("ss", "us", "is", "has")) or not word.islower():
        return None
    if word in IRREGULAR:
        return IRREGULAR[word]
    base = f"{word[:-3]}y" if word.endswith("ies") else word[:-2] if word.endswith(_HISSING) else word[:-1]
    return base if base in known_words() else None
