"""Whether a sentence speaks of another measure or rate than a question asks about; pure.

"10 m" is asked for and "3 m" is said; "per month" is asked for and "a year" is said. Units are compared as
they are written, without converting one into another.
"""

import re

from qa.language.times import is_a_day

Measure = tuple[str, str]

_MEASURE = re.compile(r"(?<![\w.,])(\d[\d.,]*\d|\d)[^\S\n]?-?([^\W\d_]{1,12}|[%°€£$])(?!\w)")
_PERIODS = {
    "hourly": "hour", "daily": "day", "nightly": "night", "weekly": "week", "monthly": "month",
    "quarterly": "quarter", "yearly": "year", "annual": "year", "annually": "year",
}  # fmt: skip
_PERIOD = "|".join(dict.fromkeys(_PERIODS.values()))
_ASKED = re.compile(rf"\bper ({_PERIOD})\b|\b({'|'.join(_PERIODS)})\b", re.IGNORECASE)
_HOW_MUCH = re.compile(r"\bhow (?:much|many)\b", re.IGNORECASE)
_SAID = re.compile(rf"\b(?:per|an?|each|every) ({_PERIOD})\b|\b({'|'.join(_PERIODS)})\b", re.IGNORECASE)


def measures(text: str) -> frozenset[Measure]:
    """The measures of a text: numbers without thousands' commas, and what they count, in the singular."""
    return frozenset(
        (found[1].replace(",", ""), _singular(found[2].casefold())) for found in _MEASURE.finditer(text)
    )


def _singular(unit: str) -> str:
    return unit.removesuffix("s") if len(unit) > 2 else unit


def is_of_another_measure(question: str, sentence: str) -> bool:
    """Whether a sentence has another measure of the same kind for each of the question's that it lacks."""
    said = measures(sentence)
    lacking = measures(question) - said
    kinds = {kind for _, kind in said}
    return bool(lacking) and all(kind in kinds for _, kind in lacking)


def is_of_another_rate(question: str, sentence: str) -> bool:
    """Whether what is asked for one period is said of another alone."""
    asked, said = _periods(_ASKED, question), _periods(_SAID, sentence)
    return bool(asked and said) and not asked & said


def is_of_no_amount(question: str, answer: str) -> bool:
    """Whether an amount is asked for, and an exact answer is a day."""
    return bool(_HOW_MUCH.search(question)) and is_a_day(answer)


def _periods(pattern: re.Pattern[str], text: str) -> set[str]:
    found = ((one[1] or one[2]).casefold() for one in pattern.finditer(text))
    return {_PERIODS.get(period, period) for period in found}
