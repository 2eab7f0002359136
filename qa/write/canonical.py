"""Put the ways to say one bound, duty, ban or denial in one form, so that sentences can be compared; pure.

"No fewer than 5" and "5 or more" become "at least 5", "is forbidden" becomes "is not allowed".
"""

import re

from index.text.terms import words
from qa.language.numerals import in_digits
from qa.language.units import readings

_NOT = r"(?:\s?not|n['’]t)"
_FORMS = [
    (re.compile(pattern, re.IGNORECASE), form)
    for pattern, form in (
        (r"\bnot\s(?:only|just|merely|simply)\s([^.;]{1,120}?),?\sbut(?:\salso)?\s", r"\1 and "),
        (r"\b(?:no|not)\s(?:fewer|less)\sthan\b", "at least"),
        (r"\b(?:no|not)\smore\sthan\b", "at most"),
        (rf"\b(may|must|can|could|should|shall){_NOT}\s(\w+)\s(?:more\sthan|over)\b", r"\1 \2 at most"),
        (rf"\b(may|must|can|could|should|shall){_NOT}\sexceed\b", r"\1 be at most"),
        (r"\b(\d+(?:\.\d+)?)\s(?:or|and)\s(?:more|over|above|older)\b", r"at least \1"),
        (r"\b(\d+(?:\.\d+)?)\s(?:or|and)\s(?:less|fewer|under|below|younger)\b", r"at most \1"),
        (r"\b(?:no|not)\slater\sthan\b", "by"),
        (r"\b(?:no|not)\s(?:earlier|sooner)\sthan\b", "from"),
        (rf"\bd(?:o|id|oes){_NOT}\sfail\sto\b", "did"),
        (r"\bfail(?:ed)?\sto\b", "did not"),
        (r"\bfails\sto\b", "does not"),
        (rf"(?:\bd(?:o|id|oes)|\bneed){_NOT}\s(?:need|have)\sto\b", "need not"),
        (rf"\b(?:is|are|was|were|be){_NOT}\s(?:required|obliged|compelled)\sto\b", "need not"),
        (r"\bnot\s(?:forbidden|prohibited|banned)\b", "allowed"),
        (r"\b(?:forbidden|prohibited|banned)\b", "not allowed"),
        (r"\bnot\s(?:compulsory|mandatory|obligatory)\b", "optional"),
        (r"\bnot\smany\b", "few"),
        (r"\ba\sfew\b", "several"),
    )
]
_NO = re.compile(r"\b(?:zero|0)\s(?=([^\W\d_]+(?:s|ren|ple))\b)", re.IGNORECASE)
_TWICE_DENIED = re.compile(
    r"\bnot\s((?:un|in|im|il|ir)(common|usual|likely|frequent|possible|reasonable|important|significant|familiar|"
    r"popular|aware|willing|fair|legal|known|safe|happy|welcome|true|considerable)(?:ly)?)\b",
    re.IGNORECASE,
)


def canonical(text: str, other: str) -> str:
    """A text with its bounds, duties, bans and denials in one form; `other` is what it is compared with."""
    text = _NO.sub(lambda found: found[0] if _is_unit(found[1]) else "no ", in_digits(text))
    for pattern, form in _FORMS:
        text = pattern.sub(form, text)
    there = {word.casefold() for word in words(other)}
    # A word that both have is compared as it is.
    return _TWICE_DENIED.sub(lambda found: found[0] if found[1].casefold() in there else found[2], text)


def _is_unit(word: str) -> bool:
    return any(readings(1, word))
