"""Amounts as a text writes them, as values that can be compared: "90 minutes" is "an hour and a half"; pure.

Read are measures with a unit, shares ("one in four"), times of the day ("half past nine") and spans of years
("the 1980s"). Forms of one amount are made equal, and no more: no two amounts of a text make a third.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from index.text.terms import asked
from qa.language.units import Reading, readings

_NONE: frozenset[Reading] = frozenset()


@dataclass(frozen=True, slots=True)
class Amount:
    """An amount at its place in a text.

    `readings` are what it may be; none of them is a count. `implied` is what stands as well where it stands:
    where 1987 does, the 1980s do. `number` is the number of a measure or count as it is written.
    """

    start: int
    end: int
    readings: frozenset[Reading]
    implied: frozenset[Reading] = _NONE
    number: Fraction | None = None

    def stands(self, others: Sequence["Amount"]) -> bool:
        """Whether one of the others is this amount or implies it."""
        return any(self.readings & (other.readings | other.implied) for other in others)


_PARTS = {
    **{"half": 2, "halves": 2, "third": 3, "quarter": 4, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7},
    **{"eighth": 8, "ninth": 9, "tenth": 10, "hundredth": 100, "thousandth": 1000},
}
_PART = "|".join(_PARTS)
_UNIT = (
    r"(?:(?P<power>square|sq|cubic|cu)\.?\s)?(?:percentage\s(?=point)|degrees?\s(?=Celsius|centigrade|Fahrenheit)"
    r"|°\s?(?=[CF]\b))?(?P<unit>per\scent\b|[^\W\d_²³]+|[%‰°℃℉€£$¥₹])(?P<raised>[²³]|(?<=m)[23]\b)?"
)
_MORE = r"(?:\sand\sa\s(?P<more>half|quarter)\b)?"
_COUNTED = re.compile(
    r"(?:(?<![^\s(])(?P<sign>[-−–])|\b(?P<minus>minus)\s)?(?:(?P<money>[€£$¥₹])\s?|\b(?P<code>[A-Z]{3})\s?)?"
    rf"(?<![\w.,:/])(?P<number>\d+(?:\.\d+)?)(?![.,:/]?\d)(?:[\s-]?{_UNIT}{_MORE})?"
)
_WORDED = re.compile(
    rf"\b(?:(?P<half>half\s)|(?P<count>an?|\d+)\s(?P<part>{_PART})s?\s(?:of\s)?)?(?<!\d\s)\ban?\s{_UNIT}{_MORE}",
    re.IGNORECASE,
)
_OF_ALL = re.compile(
    r"(?<![\w.,/-])(\d+)(?:\s(?:in|out\sof|of)\s(?:the\s|every\s|all\s)?|/)(\d+)(?![\w/-]|[.,]\d)",
    re.IGNORECASE,
)
_PART_OF = re.compile(rf"\b(?:(an?|\d+)[\s-])?({_PART})s?\b", re.IGNORECASE)
_SHARE = "share"
_ROUNDED = "percent"
_CLOCK = re.compile(
    r"\b(?:12\s)?(?P<named>noon|midday|midnight)\b"
    r"|\b(?:(?P<before>half|(?:a\s)?quarter|\d\d?(?:\sminutes)?)\s(?P<way>past|to)\s)?(?<![.,:/-])(?P<hour>\d\d?)"
    r"(?:[:.](?P<minute>[0-5]\d))?(?![\w:]|\.\d)(?P<clock>\so['’]clock)?"
    r"(?:\s?(?P<half>[ap])\.?\s?m\b\.?|\s(?:in\sthe|at)\s(?P<day>morning|afternoon|evening|night)\b)?"
    r"|\b(?P<at>\d\d?)(?P<pm>[ap]\.?m\b\.?)",
    re.IGNORECASE,
)
_DAY = 24 * 60
_YEARS = re.compile(
    r"(?:\b(?P<when>early|mid|late)[\s-](?:the\s)?)?"
    r"(?:\b(?P<decade>[12]\d\d0)['’]?s\b|['’]?\b(?P<short>\d0)s\b"
    r"|\b(?:(?P<hundred>1\d)[\s-])?(?P<word>twen|thir|for|fif|six|seven|eigh|nine)ties\b"
    r"|(?<![\w.,/€£$¥₹])(?P<year>[12]\d{3})(?![\w/]|[.,]\d|\s?%)"
    r"|\b(?P<century>\d\d?(?:st|nd|rd|th)|[a-z]+(?:-[a-z]+)?)[\s-]century\b)",
    re.IGNORECASE,
)
_TENS = ("twen", "thir", "for", "fif", "six", "seven", "eigh", "nine")
_WHEN = {"early": range(5), "mid": range(3, 8), "late": range(5, 10)}
_AND = re.compile(r"\s?(?:,?\s?and\s|,\s)?")


def amounts(text: str) -> list[Amount]:
    """The amounts of a text as `qa.language.numerals.in_digits` gives it; some overlap."""
    measured = [*_counted(text), *_worded(text)]
    return [*measured, *_sums(text, measured), *_shares(text), *_clocks(text), *_years(text)]


def _counted(text: str) -> Iterator[Amount]:
    """Numbers, with what they count where that is a unit."""
    for found in _COUNTED.finditer(text):
        number = written = Fraction(found["number"])
        number += _more(found["more"])
        number *= -1 if found["sign"] or found["minus"] else 1
        money = found["money"] or found["code"] or ""
        known = frozenset(readings(number, money)) if money else _NONE
        end = found.end("number")
        if not known and found["unit"] and _is_unit(found["unit"], text[end]):
            known = frozenset(readings(number, found["unit"], found["raised"] or found["power"] or ""))
            end = found.end() if known else end
        if found["unit"] == "m":
            known |= {("", number * 10**6)}
        known |= {(_ROUNDED, value) for kind, value in known if kind == _SHARE}
        yield Amount(found.start(), end, known, _scales(known), written)


def _is_unit(word: str, before: str) -> bool:
    """Whether a word can be a unit by the character before it: "5p" is money, "1980s" is no time."""
    return before == word if word == "p" else before != word if word == "s" else True


def _scales(known: frozenset[Reading]) -> frozenset[Reading]:
    """What is said less exactly: "5 °C" are five degrees; 33 % is a third."""
    found = {("degree", value) for kind, value in known if kind in {"celsius", "fahrenheit"}}
    for kind, value in known:
        if kind == _SHARE:
            places = max(2, len(f"{float(value):.6f}".rstrip("0").partition(".")[2]))
            nearest = (Fraction(round(value * parts), parts) for parts in range(2, 13))
            found |= {(_SHARE, one) for one in nearest if round(one, places) == value}
    return frozenset(found)


def _more(part: str | None) -> Fraction:
    return Fraction(1, _PARTS[part.casefold()]) if part else Fraction(0)


def _worded(text: str) -> Iterator[Amount]:
    """Measures without a number: "an hour", "half a mile", "a year and a half"."""
    for found in _WORDED.finditer(text):
        number = Fraction(1, 2) if found["half"] else _share(found["count"], found["part"]) or Fraction(1)
        known = [
            *readings(number + _more(found["more"]), found["unit"], found["raised"] or found["power"] or "")
        ]
        if known:
            yield Amount(found.start(), found.end(), frozenset(known))


def _sums(text: str, measured: Sequence[Amount]) -> Iterator[Amount]:
    """Measures of one kind in a row, the smaller unit behind: "2 hours 30 minutes", "5 ft 10 in"."""
    for one, other in pairwise(sorted(measured, key=lambda amount: amount.start)):
        if one.end <= other.start and _AND.fullmatch(text[one.end : other.start]):
            kinds = dict(other.readings)
            known = {
                (kind, value + kinds[kind]) for kind, value in one.readings if 0 < kinds.get(kind, 0) < value
            }
            if known:
                yield Amount(one.start, other.end, frozenset(known))


def _shares(text: str) -> Iterator[Amount]:
    """Parts of a whole: "one in four", "3 of the 5", "2/3", "two thirds", "half"."""
    for found in _OF_ALL.finditer(text):
        if 0 < int(found[1]) <= int(found[2]):
            yield _part(found, Fraction(int(found[1]), int(found[2])))
    for found in _PART_OF.finditer(text):
        if (share := _share(found[1], found[2])) and share < 1:
            yield _part(found, share)


def _part(found: re.Match[str], share: Fraction) -> Amount:
    rounded = frozenset((_ROUNDED, round(share, places)) for places in (2, 3, 4))
    return Amount(found.start(), found.end(), frozenset({(_SHARE, share)}), rounded)


def _share(count: str | None, part: str | None) -> Fraction | None:
    """The share of "two" and "third"; None for "third" alone, which is a place in a row."""
    if part is None or (count is None and part.casefold() not in {"half", "halves", "quarter"}):
        return None
    return Fraction(int(count) if count and count.isdigit() else 1, _PARTS[part.casefold()])


def _clocks(text: str) -> Iterator[Amount]:
    """Times of the day, in minutes; one of which it is not said which half of the day it is in is both."""
    for found in _CLOCK.finditer(text):
        if times := _times(found):
            known = frozenset(("clock", Fraction(time % _DAY)) for time in times)
            yield Amount(found.start(), found.end(), known)


def _times(found: re.Match[str]) -> list[int]:
    if found["named"]:
        return [0 if found["named"].casefold() == "midnight" else _DAY // 2]
    hour, minute = int(found["hour"] or found["at"]), int(found["minute"] or 0)
    half = (found["half"] or found["pm"] or "")[:1].casefold()
    half = half or {"morning": "a", "": ""}.get((found["day"] or "").casefold(), "p")
    told = half or found["clock"] or found["before"]
    if hour > 24 or not (told or found["minute"]):
        return []
    time = hour * 60 + minute + _shift(found["before"], found["way"])
    if not told or hour > 12:
        return [time]
    early = time - 12 * 60 if hour == 12 else time
    return [early] if half == "a" else [early + 12 * 60] if half else [early, early + 12 * 60]


def _shift(before: str | None, way: str | None) -> int:
    """How many minutes "half past" and "a quarter to" add."""
    if not before:
        return 0
    word = before.casefold().split()[-1] if not before[0].isdigit() else before.split()[0]
    minutes = int(word) if word.isdigit() else 60 // _PARTS[word]
    return minutes if way and way.casefold() == "past" else -minutes


def _years(text: str) -> Iterator[Amount]:
    """Decades and centuries, and years, which imply theirs."""
    for found in _YEARS.finditer(text):
        when = (found["when"] or "").casefold()
        if found["year"]:
            yield Amount(found.start("year"), found.end(), _NONE, _around(int(found["year"])))
        elif found["century"]:
            term = asked(found["century"])[0].terms[0]
            if number := re.match(r"\d+", term):
                yield Amount(found.start(), found.end(), frozenset({(f"{when}century", Fraction(number[0]))}))
        else:
            yield _decade(found, when)


def _decade(found: re.Match[str], when: str) -> Amount:
    first = [int(found["decade"])] if found["decade"] else []
    if not first:
        ten = int(found["short"]) if found["short"] else 10 * (2 + _TENS.index(found["word"].casefold()))
        first = [100 * int(found["hundred"]) + ten] if found["hundred"] else [1900 + ten, 2000 + ten]
    known = {(f"{when}decade", Fraction(year, 10)) for year in first}
    more = {("decade", Fraction(year, 10)) for year in first} | {
        ("century", Fraction(year // 100 + 1)) for year in first[:1]
    }
    if found["decade"] and found["decade"].endswith("00") and not when:
        known.add(("century", Fraction(first[0] // 100 + 1)))
    return Amount(found.start(), found.end(), frozenset(known), frozenset(more))


def _around(year: int) -> frozenset[Reading]:
    """The decade and the century of a year, and which part of the decade it is in."""
    parts = [f"{when}decade" for when, years in _WHEN.items() if year % 10 in years]
    decades = {(kind, Fraction(year // 10)) for kind in ["decade", *parts]}
    return frozenset(
        decades | {("century", Fraction(year // 100 + 1)), ("century", Fraction((year + 99) // 100))}
    )
