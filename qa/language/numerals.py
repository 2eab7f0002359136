"""Numbers, times and dates in one form, so that two texts can be compared; pure."""

import re
import unicodedata
from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

_VALUES = {
    word: value
    for value, word in enumerate(
        """
        zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
        seventeen eighteen nineteen twenty
        """.split()
    )
} | dict(zip("thirty forty fifty sixty seventy eighty ninety".split(), range(30, 100, 10), strict=True))
_SIZES = {
    **{"hundred": 100, "dozen": 12, "thousand": 10**3, "million": 10**6, "billion": 10**9, "bn": 10**9},
    **{"trillion": 10**12, "tn": 10**12, "mn": 10**6},
}
# A letter behind an amount of money.
_MONEYED = {"m": "million", "k": "thousand", "b": "billion"}
# Parts of one, behind a number and before its size.
_PARTS = {
    " and a half": "0.5",
    " and one half": "0.5",
    " and a quarter": "0.25",
    " and three quarters": "0.75",
}
_MONTHS = dict(
    zip(
        "january february march april may june july august september october november december".split(),
        range(1, 13),
        strict=True,
    )
)

_SIZE = "|".join(_SIZES)
_SPELT = "|".join(sorted(_VALUES, key=len, reverse=True))
_PART = "|".join(_PARTS)
# The same of a size: "half a million".
_PARTS_OF = {"half": "0.5", "a quarter of": "0.25", "three quarters of": "0.75"}
_PART_OF = re.compile(rf"^({'|'.join(_PARTS_OF)}) an? ")
_GROUPING = re.compile(r"(?<=\d)(?<!\d{4})[,'’ \u00a0\u2009\u202f](?=\d{3}(?!\d))")
_FRACTION = re.compile(r"(?<![\w./])(?:(\d+)\s?)?([¼½¾⅕-⅘⅛-⅞])|(?<![\w./,])(\d+) (\d)/([248])(?![\w/])")
_MONEY = re.compile(r"(?<=[$£€¥])( ?\d+(?:\.\d+)?) ?([mkb])\b", re.IGNORECASE)
_ATTACHED = re.compile(r"(?<=\d)(?=(?:bn|mn|tn)\b)", re.IGNORECASE)
_SIGNED = re.compile(r"([-+])([$€£¥])(?=\d)")
# A time with a point, which is no decimal.
_POINTED = re.compile(r"\b(\d{1,2})\.([0-5]\d)(?= ?[ap]\.? ?m\b)", re.IGNORECASE)
_CLOCK = re.compile(r"\b(\d{1,2})(?:[:.](\d\d))? ?([ap])\.? ?m\b\.?")
# "One" that stands for somebody, or for one of a kind.
_PRONOUN = (
    rf"\b(?:no|any|every|each|some|another|the|this|which) one\b(?! (?:{_SIZE})\b)"
    r"|\bone (?:another|who|whose|that|can|could|may|must|should|would|cannot"
    r"|of (?:the|its|his|her|their|our) (?:most|least|best|worst|few|many|main|major|\w+est))\b"
)
_NUMBER = re.compile(
    rf"(?P<pronoun>{_PRONOUN})"
    rf"|(?<![\w.,:/])(?<!\d-)\d+(?:\.\d+)?(?:{_PART})?(?: (?:{_SIZE}))*\b(?![.,:/-]?\d)"
    rf"|\b(?:(?:half |(?:a|three) quarters? of )?an? (?:{_SIZE})|{_SPELT})"
    rf"(?:[ -](?:(?<=hundred )and |(?<=thousand )and )?(?:{_SPELT}|{_SIZE}))*"
    rf"(?:(?:{_PART})(?: (?:{_SIZE}))*)?\b(?!-\w+(?:st|nd|rd|th)\b)"
)
_ANY_NUMBER = re.compile(_NUMBER.pattern, re.IGNORECASE)
_WORD = re.compile(r"[-+]?\d+(?:[.,:/-]\d+)*(?!\w)|\w+|[^\w\s.,;:!?()\"'’“”]")
_MONTH = "|".join(["sept", *(f"{month}|{month[:3]}" for month in _MONTHS)])
_DATE = re.compile(
    rf"\b(?:(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?: of)? )?(?P<month>{_MONTH})\b\.?"
    rf"(?: (?P<after>\d{{1,2}})(?:st|nd|rd|th)?\b(?![:.]\d))?(?:,? (?P<year>[12]\d{{3}})\b)?"
    r"|\b(?P<iso>[12]\d{3}-\d\d-\d\d)\b|\b(?P<numeric>\d{1,2}[./]\d{1,2}[./]\d{4})\b|\b(?P<alone>[12]\d{3})\b"
)
# A number with its thousands parted, which is no year.
_COUNTED = re.compile(r"(?<![\d.,])\d{1,3}(?:[,'’\u00a0\u2009\u202f]\d{3})+(?!\d)")


class Date(NamedTuple):
    """A date, of which parts may be unknown."""

    year: int | None
    month: int | None = None
    day: int | None = None

    def may_be(self, other: "Date") -> bool:
        """Whether both can be the same day, by the parts that both have."""
        return all(a is None or b is None or a == b for a, b in zip(self, other, strict=True))


def spoken(text: str) -> list[str]:
    """The words of a text in lower case, each number in digits: "Two thousand" and "2,000" give "2000"."""
    return _WORD.findall(_NUMBER.sub(_in_digits, _plain(text)))


def in_digits(text: str) -> str:
    """A text with its numbers in digits: "Nine thousand" and "9 thousand" give "9000"."""
    return _ANY_NUMBER.sub(_in_digits, _POINTED.sub(r"\1:\2", _ungrouped(text)))


def numbers(text: str) -> frozenset[str]:
    """The numbers of a text, in digits."""
    return frozenset(word for word in spoken(text) if word.lstrip("+-")[:1].isdigit())


def dates(text: str) -> list[Date]:
    """The dates of a text; one of which it is not known which number is the month is given both ways.

    A number with its thousands parted (1,400) is no year.
    """
    return [date for found in _DATE.finditer(_plain(_COUNTED.sub("#", text))) for date in _read(found)]


def _plain(text: str) -> str:
    flat = _SIGNED.sub(r"\2\1", " ".join(text.casefold().replace("−", "-").split()))
    return _CLOCK.sub(_by_24_hours, _ungrouped(flat))


def _ungrouped(text: str) -> str:
    """A text with each number in one piece: "1,200" is "1200", "2½" is "2.5", "£1.2m" is "£1.2 million"."""
    whole = _ATTACHED.sub(" ", _FRACTION.sub(_decimal, _GROUPING.sub("", text)))
    return _MONEY.sub(lambda found: f"{found[1]} {_MONEYED[found[2].casefold()]}", whole)


def _decimal(found: re.Match[str]) -> str:
    if found[2]:
        return f"{int(found[1] or 0) + unicodedata.numeric(found[2]):g}"
    return f"{int(found[3]) + int(found[4]) / int(found[5]):g}"


def _by_24_hours(found: re.Match[str]) -> str:
    hour, minute, half = found.groups()
    return f"{int(hour) % 12 + 12 * (half == 'p')}:{minute or '00'}"


def _in_digits(found: re.Match[str]) -> str:
    if found["pronoun"]:
        return found[0]
    said = _PART_OF.sub(lambda part: f"{_PARTS_OF[part[1]]} ", found[0].casefold())
    said = re.sub(_PART, lambda part: f" {_PARTS[part[0]]}", said)
    total = group = Decimal(0)
    for word in re.findall(r"[\d.]+|[a-z]+", said):
        if word[0].isdigit():
            group += Decimal(word)
        elif word in _VALUES:
            # "nineteen eighty-four" is a year
            group = group * (100 if 10 <= group <= 20 and _VALUES[word] >= 10 else 1) + _VALUES[word]
        elif word in _SIZES:
            group = (group or Decimal(1)) * _SIZES[word]
            if word not in {"hundred", "dozen"}:
                total, group = total + group, Decimal(0)
    return f"{(total + group).normalize():f}"


def _read(found: re.Match[str]) -> Iterator[Date]:
    part: dict[str, str | None] = found.groupdict()
    if part["month"]:
        month = next(place for name, place in _MONTHS.items() if name.startswith(part["month"]))
        day, year = part["day"] or part["after"], part["year"]
        if day or year:  # "may" and "march" alone are words
            yield Date(int(year) if year else None, month, int(day) if day else None)
    elif part["numeric"]:
        one, other, ending = map(int, re.split(r"[./]", part["numeric"]))
        yield from (Date(ending, one, other), Date(ending, other, one))
    else:
        yield Date(*map(int, found[0].split("-")))
