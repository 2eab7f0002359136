"""A time in place of a time: "And in 2023?" after "What was revenue in 2024?"; pure."""

import re

from qa.language.times import MONTH, WEEKDAY

_DAY = r"\d{1,2}(?:st|nd|rd|th)?"
# The kinds of times; each takes the place of its like. "may" in small letters is mostly a verb.
_MONTH = rf"(?:(?!may\b){MONTH}|(?-i:May)|(?<=\bin )may)"
_KINDS = (
    rf"(?P<weekday>{WEEKDAY}s?)"
    rf"|(?P<date>{_DAY} (?:of )?{_MONTH}|{_MONTH} {_DAY}|{_MONTH})(?P<dated>,? (?:19|20)\d\d)?"
    r"|(?P<year>(?:19|20)\d\d)|(?P<part>morning|afternoon|evening|night)"
)
_WITHIN = r"(?:in|on|at|for|of|during)"
_PREPOSITION = rf"(?:{_WITHIN}|by|from|since|until|before|after)"
_TIME = re.compile(
    rf"(?<![\w.,-])(?:(?P<lead>{_PREPOSITION}) (?P<article>the )?)?(?P<time>{_KINDS})(?![\w-]|[.,]\d)",
    re.IGNORECASE,
)
_FRAGMENT = re.compile(
    rf"(?:(?P<lead>{_PREPOSITION}) )?(?:the )?(?P<time>{_KINDS})(?: ones?)?", re.IGNORECASE
)
_LEADS = {"weekday": "on", "date": "in", "year": "in", "part": "in the"}
_THEN = re.compile(r"\s+then(?=\W*$)", re.IGNORECASE)


def at_time(question: str, phrase: str) -> str:
    """The question about the time of a phrase, in place of its own of the same kind; "" where unclear.

    A year within a name is one as well: "the 2024 handbook" and "in 2025" give "the 2025 handbook". A phrase
    that says more than within which time ("before 2020") is no part of a name.
    """
    new = _FRAGMENT.fullmatch(phrase)
    if not new:
        return ""
    kind, lead = _kind(new), (new["lead"] or "").casefold()
    alike = [old for old in _TIME.finditer(question) if _is_alike(old, kind, lead)]
    if len(alike) > 1:
        return ""
    said = phrase if lead and kind == "part" else f"{lead or _LEADS[kind]} {new['time']}"
    for old in alike:
        is_whole = old["lead"] and (kind == "part" or not old["article"])
        if lead and is_whole:
            return question[: old.start()] + said + question[_end(old, kind) :]
        if not lead or re.fullmatch(_WITHIN, lead):
            return question[: old.start("time")] + new["time"] + question[_end(old, kind) :]
    return f"{_THEN.sub('', question.rstrip(' ?!.'))} {said}?"


def _is_alike(old: re.Match[str], kind: str, lead: str) -> bool:
    """Whether a time of the question may give way; "on 20 October" does to "on Friday" too."""
    on_a_day = kind != "year" and lead == "on" == (old["lead"] or "").casefold()
    return kind == _kind(old) or (kind == "year" and bool(old["dated"])) or on_a_day


def _kind(found: re.Match[str]) -> str:
    return next(kind for kind in _LEADS if found[kind])


def _end(old: re.Match[str], kind: str) -> int:
    """Where what gives way ends: the year of "March 2024" stays when another month takes its place."""
    return old.end("time") if kind != "date" else old.end("date")
