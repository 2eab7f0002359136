"""What of a statement must stand in the sentences that it cites: figures, units, dates, names, quoted words.

Each is looked for in all forms in which it may be written: "1.2 million" is "1,200,000", "18 March" is "March
18". Pure; the cost is linear in the texts.
"""

import re
from collections.abc import Collection, Sequence
from itertools import chain

from index.text.figures import Forms
from index.text.stemming import NUMBERS, stems
from index.text.terms import asked, words
from qa.language.amounts import Amount, amounts
from qa.language.function_words import is_content
from qa.language.name_forms import MONTHS, acronyms, also_named, calendar, initials, spelt_out
from qa.language.names import names_in
from qa.language.numerals import dates, in_digits, numbers
from qa.retrieve.spelling import is_word

# What stands where a word does that says how many or how often.
_IMPLIED = {
    **dict.fromkeys("both couple pair twice twofold doubled doubles doubling".split(), "2"),
    **dict.fromkeys("thrice threefold tripled triples tripling trebled".split(), "3"),
    **dict.fromkeys("fourfold quadrupled".split(), "4"),
    **dict.fromkeys("no none nobody nothing neither nil".split(), "0"),
    **{"dozen": "12", "one": "1", "single": "1", "once": "1"},
}
_OF_AN_AGE = re.compile(r"\b((?:under|over)[ -]\d+)s\b", re.IGNORECASE)
# "Chapter 3" is the third.
_IN_A_ROW = re.compile(
    r"\b(?:chapter|part|section|article|season|episode|volume|phase|stage|round|grade|day|week|year|level|lesson|"
    r"step|book|act|scene|class|paragraph|item|race|match|game) (\d{1,2})\b",
    re.IGNORECASE,
)
_QUOTED = re.compile(
    r"“([^”]{3,})”|\"([^\"]{3,})\"|‘((?:[^’]|’(?=\w)){3,})’(?!\w)|«([^»]{3,})»"
    r"|(?<![\w'])'(?=[^\W\d])((?:[^']|(?<=\w)'(?=\w)){3,})'(?!\w)"
)


def missing_figures(statement: str, evidence: str) -> list[str]:
    """The figures of a statement, as written, that stand in no form in the evidence, or with another unit."""
    said, cited = _plain(statement), _plain(evidence)
    known = list(chain(*((*form.terms, *form.more) for form in asked(cited))))
    implied = (_IMPLIED.get(word.casefold(), "") for word in words(evidence))
    rows = (f"{found[1]}{_ending(found[1])}" for found in _IN_A_ROW.finditer(cited))
    values = {*known, *numbers(evidence), *implied, *rows}
    return [
        " ".join(dict.fromkeys(form.written))
        for form in asked(_without(said, amounts(cited)))
        if form.has_figure and not _stands(form, values)
    ]


def _plain(text: str) -> str:
    """A text on one line, with its numbers in digits."""
    return _OF_AN_AGE.sub(r"\1", in_digits(" ".join(text.split())))


def _ending(number: str) -> str:
    """What makes a number a place in a row: "st" of "21"."""
    return "th" if number[-2:-1] == "1" else {"1": "st", "2": "nd", "3": "rd"}.get(number[-1], "th")


def _without(said: str, known: Sequence[Amount]) -> str:
    """A statement without the amounts that stand in the evidence in some form."""
    for one in sorted(amounts(said), key=lambda amount: -amount.start):
        if one.stands(known):
            said = f"{said[: one.start]}{' ' * (one.end - one.start)}{said[one.end :]}"
    return said


def _stands(form: Forms, values: Collection[str]) -> bool:
    return any(all(term in values for term in way) for way in form.every)


def as_cited(statement: str, evidence: str) -> str:
    """A statement with its amounts as the evidence writes them, for a model that cannot convert them."""
    said, cited = _plain(statement), _plain(evidence)
    there, rest, changed = amounts(cited), len(said), said
    for one in sorted(amounts(said), key=lambda amount: (-amount.end, amount.start)):
        same = next((other for other in there if one.readings & other.readings), None)
        if same and one.end <= rest and said[one.start : one.end] not in cited:
            changed = f"{changed[: one.start]}{cited[same.start : same.end]}{changed[one.end :]}"
            rest = one.start
    return statement if rest == len(said) else changed


def other_units(statement: str, evidence: str) -> list[str]:
    """The figures of a statement that the evidence has with another unit alone."""
    said, known = _plain(statement), amounts(_plain(evidence))
    return [
        said[one.start : one.end]
        for one in amounts(said)
        if one.number is not None and one.readings and not one.stands(known) and _is_of_others(one, known)
    ]


def _is_of_others(one: Amount, known: Sequence[Amount]) -> bool:
    same = [other for other in known if other.number == one.number]
    return bool(same) and all(other.readings for other in same)


def missing_days(statement: str, evidence: str) -> list[str]:
    """Months, days of the week and dates of a statement that none of the evidence can be."""
    there = _named_days(evidence)
    missing = [name for name in _named_days(statement) if name not in there]
    known = dates(evidence)
    if known and not missing:
        # "1200 people" looks as if it named a year.
        counted = numbers(evidence)
        said = [one for one in dates(statement) if one.month or str(one.year) not in counted]
        wrong = [one for one in said if not any(one.may_be(other) for other in known)]
        missing += ["-".join(str(part) for part in one if part) for one in wrong]
    return missing


def _named_days(text: str) -> set[str]:
    """The months and days of the week of a text, in lower case."""
    return {MONTHS[one.month - 1] for one in dates(text) if one.month and one.month <= 12} | calendar(text)


def missing_names(statement: str, evidence: str, context: str) -> list[str]:
    """The names of a statement of which a word stands neither in the evidence nor in its headings."""
    known = f"{evidence} {context}"
    there = {*chain(*((*form.terms, *form.more) for form in asked(known)))} | also_named(known)
    short, long = acronyms(known), initials(known)
    measured = _units(statement)
    missing = []
    for name in names_in(statement):
        parts = [word for word in words(name.text) if is_content(word) and not word[0].isdigit()]
        if name.start == 0 and len(parts) == 1 and is_word(parts[0]):
            continue  # the first word of a sentence has its capital from there
        absent = {
            word
            for word, term in zip(parts, stems(parts), strict=True)
            if term not in there and word.casefold() not in NUMBERS and word not in measured
        }
        absent -= {word for word in absent if acronyms(word) & long}
        if absent and not spelt_out(name.text) & short:
            missing.append(name.text)
    return list(dict.fromkeys(missing))


def _units(text: str) -> set[str]:
    """The words of a text that are units of its figures, which `other_units` judges: "GB", "Celsius"."""
    said = _plain(text)
    measured = (one for one in amounts(said) if one.number is not None and one.readings)
    return {word for one in measured for word in words(said[one.start : one.end])}


def missing_quotes(statement: str, evidence: str) -> list[str]:
    """What a statement puts in quotation marks that does not stand in the evidence, word for word."""
    said = _flat(evidence)
    quoted = (next(filter(None, found.groups())) for found in _QUOTED.finditer(statement))
    return [one for one in quoted if _flat(one) not in said]


def _flat(text: str) -> str:
    return " ".join(re.sub(r"[“”\"‘’'«».,;:!?]", " ", text.casefold()).split())
