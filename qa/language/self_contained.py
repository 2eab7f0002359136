"""Whether a sentence can be read by itself: no fragment or header, leaning on nothing that stood before."""

import re

from qa.language.function_words import is_content
from qa.language.names import names_in

_FEWEST_WORDS, _MOST_WORDS = 8, 60
_STARTS = re.compile(r"[\"“'‘(]?[^\W_a-z]")
_ENDS = re.compile(r"[.!…。！][\"”'’)\]*_]*$")
# Cells of a table, a link, or a label before its value.
_NO_PROSE = re.compile(
    r"[|\t]|  +\S+  +|https?://|\S@\S|^[^.:]{1,30}:\s|\n\s*[-*•>]\s|"
    # A short line before another that starts anew: a heading, or lines that are no sentence.
    r"^[^\n]{1,45}\n\s*[A-Z\d]"
)
_HEADING = re.compile(r"(?:[^\n]{0,44}[^\W_]\s*\n\s*(?=[A-Z\d(\"“]))+")
# What somebody says, without who.
_SPEECH = re.compile(r"[\"“][^\"“”]*[\"”]")
# "3.1 The Tenants …", "(a) The fee …"
_CLAUSE = re.compile(r"(?:\d{1,2}(?:\.\d{1,2})+\.?|\d{1,2}[.)]|\([a-z\d]\))\s+(?=[A-Z\"“])")
_WORD = re.compile(r"\w+(?:['’]\w+)?")
# Closed classes of English grammar, so lists and no model: nobody coins a pronoun.
_POINTING = frozenset("this these those such".split())
_ONE_PERSON = frozenset("he she him her his".split())
_DETERMINERS = frozenset("the a an every each our some one no any all".split())
_LEANING = _ONE_PERSON | frozenset(
    "that they them their it its both neither either another others and but or nor so yet however "
    "therefore thus hence moreover also then instead meanwhile still besides furthermore "
    "nevertheless nonetheless otherwise similarly likewise consequently accordingly afterwards "
    "later there here again too once even alternatively finally".split()
)
_PHRASES = re.compile(
    r"(?:as a result|for (?:example|instance|this|that)|in (?:addition|contrast|other words|short|fact)|"
    r"on the (?:other hand|contrary)|at (?:the same time|that)|after (?:this|that)|of (?:these|those|them)|"
    r"because of (?:this|that)|despite (?:this|that)|the (?:former|latter|same|other))\b",
    re.IGNORECASE,
)
# "this" points back when it comes so early; later it mostly points within the sentence.
_EARLY_WORDS = 5
# So does "it" among the first words ("If it is paid within a week, …").
_THINGS = frozenset("it they them".split())
_SUBJECT_WORDS = 4


def stands_alone(text: str, *, opens: bool = False, fewest: int = _FEWEST_WORDS) -> bool:
    """Whether a sentence of `fewest` words or more can be read by itself; `opens`: it opens its text.

    There "this" means the text ("This agreement is made between …"), so that it points at nothing before.
    """
    said = [word.casefold() for word in _WORD.findall(text)]
    if not fewest <= len(said) <= _MOST_WORDS or not _STARTS.match(text) or not _ENDS.search(text):
        return False
    if _NO_PROSE.search(text) or _SPEECH.fullmatch(text) or text.lstrip("\"“'‘(")[0].isdigit():
        return False
    if (
        any(text.count(opening) != text.count(closing) for opening, closing in ("“”", "()", "[]"))
        or text.count('"') % 2
    ):
        return False
    return not leans(text, opens=opens)


def leans(text: str, *, opens: bool = False) -> bool:
    """Whether a sentence points at what stood before it, as "It opened in 1911." does; `opens` as above."""
    said = [word.casefold() for word in _WORD.findall(text)]
    if not said or _THINGS & set(said[:_SUBJECT_WORDS]):
        return bool(said)
    if said[0] in _LEANING or _PHRASES.match(text) or (_POINTING & set(said[:_EARLY_WORDS]) and not opens):
        return True
    return _has_loose_person(text, said)


def unheaded(text: str) -> str:
    """A sentence without the lines of a heading that were not parted from it, and without its number."""
    for mark in (_HEADING, _CLAUSE):
        if found := mark.match(text):
            text = text[found.end() :]
    return text


def plain(text: str) -> str:
    """A sentence without its numbers and marks, so that the feet of two pages are the same."""
    return " ".join(re.findall(r"[^\W\d_]+", text.casefold()))


def _has_loose_person(text: str, said: list[str]) -> bool:
    """Whether "he" or "she" comes before anything that it could stand for: a name, or a noun as subject."""
    first = next((word for word in _WORD.finditer(text) if word[0].casefold() in _ONE_PERSON), None)
    if first is None or said[0] in _DETERMINERS or is_content(said[0]):
        return False
    return not any(name.start < first.start() and "person" in name.kinds for name in names_in(text))
