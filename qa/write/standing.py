"""What of a statement must stand in the sentences that it cites: figures, units, dates, names, quoted words.

Each is looked for in all forms in which it may be written: "1.2 million" is "1,200,000", "18 March" is "March
18". Pure; the cost is linear in the texts.
"""

import re
from collections.abc import Collection, Iterator
from itertools import chain, pairwise

from index.text.figures import Forms
from index.text.stemming import NUMBERS, UNITS, stems
from index.text.terms import asked, words
from qa.language.function_words import is_content
from qa.language.names import names_in
from qa.language.numerals import dates, in_digits, numbers
from qa.retrieve.spelling import is_word

_MONTHS = "january february march april may june july august september october november december".split()
_CALENDAR = frozenset([*_MONTHS, *"monday tuesday wednesday thursday friday saturday sunday".split()])
# Months only with a capital within a sentence.
_VERBS = frozenset({"may", "march"})
# What follows a figure and says of what; terms, as `index.text` has them.
_UNITS = frozenset(
    stems(
        """
        percent dollar euro pound yen yuan rupee franc crown krone cent penny second minute hour day week
        month year decade century metre kilometre centimetre millimetre mile foot inch yard acre hectare gram
        kilogram milligram tonne ton ounce litre millilitre gallon pint watt kilowatt megawatt volt degree
        hertz kilobyte megabyte gigabyte terabyte celsius fahrenheit thousand million billion trillion
        """.split()
    )
) | frozenset(UNITS.values())
# The figure of a share that is a word.
_SHARES = {
    "half": "50",
    "quarter": "25",
    "third": "33",
    "twice": "2",
    "double": "2",
    "dozen": "12",
    "fortnight": "14",
}
_QUOTED = re.compile(r"“([^”]{3,})”|\"([^\"]{3,})\"|‘([^’]{3,})’(?!\w)|«([^»]{3,})»")


def missing_figures(statement: str, evidence: str) -> list[str]:
    """The figures of a statement, as written, that stand in no form in the evidence, or with another unit."""
    known = list(chain(*((*form.terms, *form.more) for form in asked(in_digits(evidence)))))
    values = {*known, *numbers(evidence), *(_SHARES[word] for word in known if word in _SHARES)}
    return [
        " ".join(dict.fromkeys(form.written))
        for form in asked(in_digits(statement))
        if form.has_figure and not _stands(form, values)
    ]


def _stands(form: Forms, values: Collection[str]) -> bool:
    return any(all(term in values for term in way) for way in form.every)


def other_units(statement: str, evidence: str) -> list[str]:
    """The figures of a statement that the evidence has with another unit alone."""
    there: dict[str, set[str]] = {}
    for figure, unit in _measures(evidence):
        there.setdefault(figure, set()).add(unit)
    return [
        f"{figure} {unit}"
        for figure, unit in _measures(statement)
        if unit and figure in there and unit not in there[figure] and "" not in there[figure]
    ]


def _measures(text: str) -> Iterator[tuple[str, str]]:
    """Each figure of a text with the unit beside it, "" where none is."""
    terms = ["", *chain(*(form.terms for form in asked(text))), ""]
    for place in range(1, len(terms) - 1):
        if terms[place][0].isdigit():
            beside = [terms[place + 1], terms[place - 1]]
            yield terms[place], next((term for term in beside if term in _UNITS), "")


def missing_days(statement: str, evidence: str) -> list[str]:
    """Months, days of the week and dates of a statement that none of the evidence can be."""
    there = _calendar(evidence)
    missing = [name for name in _calendar(statement) if name not in there]
    known = dates(evidence)
    if known and not missing:
        wrong = [one for one in dates(statement) if not any(one.may_be(other) for other in known)]
        missing += ["-".join(str(part) for part in one if part) for one in wrong]
    return missing


def _calendar(text: str) -> set[str]:
    """The months and days of the week of a text, in lower case."""
    found = {_MONTHS[one.month - 1] for one in dates(text) if one.month and one.month <= 12}
    for place, word in enumerate(words(text)):
        name = word.casefold().removesuffix("s")
        if name in _CALENDAR and (name not in _VERBS or (place and word[0].isupper())):
            found.add(name)
    return found


def missing_names(statement: str, evidence: str, context: str) -> list[str]:
    """The names of a statement of which a word stands neither in the evidence nor in its headings."""
    there = {*chain(*((*form.terms, *form.more) for form in asked(f"{evidence} {context}")))}
    there |= set(_initials(evidence))
    missing = []
    for name in names_in(statement):
        parts = [word for word in words(name.text) if is_content(word) and not word[0].isdigit()]
        if name.start == 0 and len(parts) == 1 and is_word(parts[0]):
            continue  # the first word of a sentence has its capital from there
        if any(
            term not in there and word.casefold() not in NUMBERS
            for word, term in zip(parts, stems(parts), strict=True)
        ):
            missing.append(name.text)
    return list(dict.fromkeys(missing))


def _initials(text: str) -> Iterator[str]:
    """Acronyms of the runs of capitalised words: "who" for "World Health Organization"."""
    run = ""
    for before, word in pairwise(["", *words(text), ""]):
        if word[:1].isupper():
            run += word[0]
            yield run.casefold()
        elif word.casefold() not in {"of", "the", "and", "for"} or not before:
            run = ""


def missing_quotes(statement: str, evidence: str) -> list[str]:
    """What a statement puts in quotation marks that does not stand in the evidence, word for word."""
    said = _flat(evidence)
    quoted = (next(filter(None, found.groups())) for found in _QUOTED.finditer(statement))
    return [one for one in quoted if _flat(one) not in said]


def _flat(text: str) -> str:
    return " ".join(re.sub(r"[“”\"‘’'«».,;:!?]", " ", text.casefold()).split())
