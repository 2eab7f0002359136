"""Columns of tables: which hold the kind of thing that a question asks for, and which say yes or no; pure."""

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import NamedTuple

from index.text import figures
from index.text.terms import stems, terms
from qa.language.amounts import amounts
from qa.language.function_words import FUNCTION_WORDS, content_words
from qa.language.polarity import is_yes_or_no
from qa.language.quantity import CURRENCIES
from qa.read.cues import asked_words, has_number, kind_asked

_BRACKETS = re.compile(r"\([^)]*\)")
_MARKS = re.compile(r"^[\s*_`]+|[\s*_`.]+$")
_YES = frozenset("yes y true ✓ ✔ ✔️ ☑ ✅".split())
_NO = frozenset("no n false ✗ ✘ ☒ ❌".split())
# Beside a tick these say no, beside nothing yes.
_CROSSES = frozenset("x ×".split())
_NOTHING = frozenset(("", "-", "–", "—"))

_CURRENCY = re.compile(rf"[€£$¥₹]|\b(?:{'|'.join(sorted(CURRENCIES))})\b")
_PRICE = frozenset(stems("price cost fee fare charge rent".split()))
_COSTS = re.compile(r"\bhow much\b.*\bcosts?\b|\bhow expensive\b|\bwhat (?:do|does|did)\b.*\bcost\b", re.I)
_HOW_MUCH_IS = re.compile(r"\s*how much (?:is|are|was|were)\s+(.+)", re.I | re.S)
_PERSON = frozenset(stems("who whom owner name responsible person".split()))
# "Ann", "Ann Lee", "J. van Dyk": all words begin with a capital, but for those of grammar and particles.
_NAMED = re.compile(r"[^\W\d_a-z][\w'’.-]*(?:\s(?:(?:d[aeiu]l?|v[ao]n|der|den)\s)*[^\W\d_a-z][\w'’.-]*){0,3}")
_DUE = frozenset({"when", "deadline", "due"})
_TIME = re.compile(
    rf"{figures.TIME}|{figures.MONTH_FIRST}|{figures.DAY_FIRST}|{figures.DIGITS}|\b[12]\d{{3}}\b(?![.,]\d)"
    r"|\b(?:Mon|Tues?|Wed(?:nes)?|Thu(?:rs)?|Fri|Sat(?:ur)?|Sun)(?:days?)?\b"
)
_YEAR = re.compile(r"(?:19|20)\d\d")
_PAST = frozenset("did was were had".split())
_HOW_MANY = re.compile(r"\bhow many\s+(?:of\s+(?:the|my|our)\s+)?(\w+)", re.I)
# A number by itself or with what it counts: "3", "412 people", "Up to 30", not "RE 11" or "A-100".
_OPENING = "|".join(sorted(word.capitalize() for word in FUNCTION_WORDS if len(word) > 1))
_COUNT = re.compile(
    rf"(?:(?:{_OPENING}|[a-z]+\.?)\s+|[~<>≈±+(]){{0,4}}(?:\d|(?i:one|two|three|four|five|six|seven|eight|nine|ten"
    r"|eleven|twelve|dozens?|hundreds?|thousands?|millions?)\b)"
)
_SIZES = frozenset({"length", "length²", "length³", "mass", "pint", "data"})
_MEASURED = {
    **dict.fromkeys(("big", "large"), _SIZES),
    **dict.fromkeys(("far", "high", "tall", "wide", "deep"), frozenset({"length"})),
    "long": frozenset({"length", "time", "calendar"}),
    "heavy": frozenset({"mass", "ton"}),
}
_HOW_BIG = re.compile(rf"\bhow ({'|'.join(_MEASURED)})\b", re.I)


class Column(NamedTuple):
    """A column of a table: what stands above it, and the texts of its cells."""

    label: str
    texts: tuple[str, ...]


class Asked(NamedTuple):
    """The places of the columns that hold the kind of thing a question asks for.

    `is_strict` tells that no other column can answer, even one that the question names.
    """

    places: tuple[int, ...]
    is_strict: bool


def content_terms(text: str) -> frozenset[str]:
    """The terms of a text that carry meaning, without what it has in brackets."""
    return frozenset(terms(" ".join(content_words(_BRACKETS.sub("", text)))))


def label_terms(label: str) -> frozenset[str]:
    """The terms of a label that carry meaning, or those of grammar where it has no others ("Done")."""
    return content_terms(label) or frozenset(terms(_BRACKETS.sub("", label)))


def says_yes(column: Column, text: str) -> bool | None:
    """Whether a cell says yes or no; None where its column holds anything else."""
    values = {_value(one) for one in column.texts}
    ticked = bool(values & _YES)
    if not values & (_YES | _NO | _CROSSES) or values - (_YES | _NO | _CROSSES | _NOTHING):
        return None
    return (value := _value(text)) in _YES or (value in _CROSSES and not ticked)


def is_yes_or_no_column(column: Column) -> bool:
    """Whether all cells of a column say yes or no."""
    return says_yes(column, "") is not None


def named_marks(question: str, columns: Sequence[Column]) -> tuple[int, ...]:
    """The columns of yes and no whose labels a question holds most of; none where it holds nothing of any."""
    wanted = frozenset(terms(question))
    shared = {place: len(wanted & label) for place, label in _marks(columns).items()}
    most = max(shared.values(), default=0)
    return tuple(place for place, count in shared.items() if most and count == most)


def choosing_marks(question: str, columns: Sequence[Column]) -> tuple[int, ...]:
    """Columns of yes and no whose whole labels a question holds; of "Pool" and "Indoor pool" the second."""
    wanted = frozenset(terms(question))
    named = {place: label for place, label in _marks(columns).items() if label and label <= wanted}
    return tuple(place for place, label in named.items() if not any(label < one for one in named.values()))


def _marks(columns: Sequence[Column]) -> dict[int, frozenset[str]]:
    """The terms of the labels of the columns of yes and no, by their places."""
    return {place: label_terms(one.label) for place, one in enumerate(columns) if is_yes_or_no_column(one)}


# Asked several times of each row that is read.
@lru_cache(maxsize=256)
def columns_asked(question: str, columns: tuple[Column, ...], row: tuple[str, ...]) -> Asked | None:
    """The columns that hold what a question asks for by its kind; None where it asks for no kind they hold.

    `row` holds the texts of the row that it is asked of.
    """
    asked = asked_words(question)
    if is_yes_or_no(question):
        places = named_marks(question, columns)
        return Asked(places, is_strict={*places} <= {*choosing_marks(question, columns)}) if places else None
    if found := _HOW_MANY.search(question):
        return _counting(question, found[1], columns, row)
    if _asks_for_price(question, columns, row):
        return _holding(question, columns, _is_price, is_strict=False)
    if found := _HOW_BIG.search(question):
        kinds = _MEASURED[found[1].casefold()]
        return _holding(question, columns, lambda one: _is_measured(one, kinds), is_strict=False)
    if kind_asked(question) == "person":
        labelled = _holding(question, columns, lambda one: label_terms(one.label) <= _PERSON, is_strict=True)
        return labelled or _holding(question, columns, _are_names, is_strict=True)
    if kind_asked(question) == "time" or _DUE & asked:
        return _holding(question, columns, _are_times, is_strict=True)
    return None


def _holding(
    question: str, columns: Sequence[Column], holds: Callable[[Column], bool], *, is_strict: bool
) -> Asked | None:
    """The columns that hold something; those alone, if any, whose label shares a word with the question."""
    wanted = content_terms(question)
    found = [place for place, column in enumerate(columns) if column.label and holds(column)]
    named = [place for place in found if wanted & label_terms(columns[place].label)]
    return Asked(tuple(named or found), is_strict) if found else None


def _counting(question: str, noun: str, columns: Sequence[Column], row: Sequence[str]) -> Asked | None:
    """The columns of numbers; none where what is counted are the rows themselves.

    Of years that the question does not tell apart it is the newest, where it asks for the present.
    """
    counted = frozenset(stems([noun]))
    if named := [place for place, one in enumerate(columns) if counted <= label_terms(one.label)]:
        counting = [place for place in named if _most(columns[place], _is_count)]
        return Asked(tuple(counting), is_strict=True)
    found = [place for place, text in enumerate(row) if _is_count(text)]
    if not found and any(map(has_number, row)):
        return None  # in a sentence
    wanted = content_terms(question)
    found = (
        [place for place in found if place < len(columns) and wanted & label_terms(columns[place].label)]
        or [place for place in found if counted <= frozenset(terms(row[place]))]
        or [place for place in found if not any(amount.readings for amount in amounts(row[place]))]
        or found
    )
    years = [place for place in found if place < len(columns) and _YEAR.fullmatch(columns[place].label)]
    if years and years == found and not _PAST & asked_words(question):
        found = [max(years, key=lambda place: columns[place].label)]
    return Asked(tuple(found), is_strict=True)


def _asks_for_price(question: str, columns: Sequence[Column], row: Sequence[str]) -> bool:
    """Whether a question asks what something costs: it says so, or "How much is X?" with X of the row."""
    if _COSTS.search(question):
        return True
    found = _HOW_MUCH_IS.fullmatch(question)
    content = content_words(found[1]) if found else []
    if not found or not content:
        return False
    known = frozenset(terms(" ".join([*row, *(column.label for column in columns)])))
    first = found[1].split()[0].strip("?!.,")
    return known.issuperset(terms(content[-1])) and (
        first.casefold() in FUNCTION_WORDS or known.issuperset(terms(first))
    )


# What kind of thing a column holds is asked for each of its rows.
@lru_cache(maxsize=256)
def _is_price(column: Column) -> bool:
    said = bool(_CURRENCY.search(column.label)) or bool(_PRICE & frozenset(terms(column.label)))
    return said or _most(column, lambda text: _CURRENCY.search(text) is not None)


@lru_cache(maxsize=256)
def _is_measured(column: Column, kinds: frozenset[str]) -> bool:
    """Whether most cells are measures of some kinds, by their own unit or by that in the label's brackets."""
    unit = next((found[0].strip("()") for found in _BRACKETS.finditer(column.label)), "")
    return _measures(f"1 {unit}", kinds) or _most(column, lambda text: _measures(text, kinds))


def _measures(text: str, kinds: frozenset[str]) -> bool:
    return any(kind in kinds for amount in amounts(text) for kind, _ in amount.readings)


@lru_cache(maxsize=256)
def _are_names(column: Column) -> bool:
    return _most(column, lambda text: _NAMED.fullmatch(text) is not None)


@lru_cache(maxsize=256)
def _are_times(column: Column) -> bool:
    return "when" in terms(column.label) or _most(column, lambda text: _TIME.search(text) is not None)


def _is_count(text: str) -> bool:
    is_time = _TIME.search(text) is not None and not _YEAR.fullmatch(text)
    return _COUNT.match(text) is not None and not is_time


def _most(column: Column, holds: Callable[[str], bool]) -> bool:
    """Whether something holds for more than half of the cells that are not empty."""
    filled = [text for text in column.texts if text]
    return 2 * sum(map(holds, filled)) > len(filled)


def _value(text: str) -> str:
    return _MARKS.sub("", text).casefold()
