"""Numbers, measures, dates and times: what stands for each, in all ways to write it.

A date of digits alone is read with the day first and with the month first, where both exist; "m" behind a
number is read as metres and as millions.
"""

import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from itertools import chain
from typing import NamedTuple

from index.text.stemming import UNITS, stems

Terms = tuple[str, ...]


class Forms(NamedTuple):
    """What stands for a token: `terms` in running text, one for each of the words `written`.

    `ways` are other ways to write it, each complete: a question is asked in the first that occurs, else in
    `terms`. `implied` is what a text that holds it may be asked for as well.
    """

    written: Terms
    terms: Terms
    ways: tuple[Terms, ...] = ()
    implied: Terms = ()

    @property
    def every(self) -> tuple[Terms, ...]:
        """All ways to write it, in the order in which a question takes them."""
        return (*self.ways, self.terms)

    @property
    def more(self) -> Terms:
        """What a text is indexed under besides `terms`."""
        return tuple(dict.fromkeys(t for t in chain(*self.ways, self.implied) if t not in self.terms))

    @property
    def has_figure(self) -> bool:
        """Whether it is or holds a number, also one in words."""
        return any(character.isdigit() for term in self.terms for character in term)


_MONTHS = "january february march april may june july august september october november december".split()
# What a letter behind a number stands for; behind a space, those of `_APART` alone.
_LETTERS = {
    **{"m": "metre", "g": "gram", "l": "litre", "t": "tonne", "h": "hour", "w": "watt", "v": "volt"},
    **{"k": "thousand", "b": "billion"},
}
_APART = "mglLhWV"
# Powers of ten.
_SCALES = {
    **{"k": 3, "thousand": 3, "m": 6, "mn": 6, "million": 6, "b": 9, "bn": 9, "billion": 9, "trillion": 12},
}
# Digits from which a number is a code rather than an amount.
_LONGEST = 16
_SEVERAL = "|".join(sorted({*UNITS, *_SCALES} - {*_LETTERS}, key=len, reverse=True))
_EITHER = "".join(_LETTERS) + "".join(_LETTERS).upper()
_MONTH = rf"(?i:{'|'.join(f'{name[:3]}(?:{name[3:]})?' for name in _MONTHS)}|sept)(?!\w)(?:\.(?=,?\s*\d))?"
_DAY = r"\d\d?(?i:st|nd|rd|th)?"
_YEAR = r"(?:,\s*|\s+)\d{4}(?!\d)"

# Patterns of the tokens, without what must stand before them.
NUMBER = r"(?:\d{1,3}(?:,\d{3})+(?!\d)(?:\.\d+)?|\d{1,3}(?:[ '’]\d{3})+(?!\d)|\d+(?:\.\d+|,\d\d?(?!\d))?)"
MEASURE = rf"{NUMBER}(?:[\s-]?(?:(?i:{_SEVERAL})|[{_APART}])|[{_EITHER}])(?!\w)"
TIME = r"\d\d?(?:[:.]\d\d)?\s?[AaPp](?:[Mm]|\.[Mm]\.?)(?!\w)|\d\d?:\d\d(?![\d:])"
MONTH_FIRST = rf"{_MONTH}(?:\s+(?:the\s+)?{_DAY}(?![\w:])(?:{_YEAR})?|{_YEAR})"
DAY_FIRST = rf"{_DAY}\s+(?:of\s+)?{_MONTH}(?:{_YEAR})?"
DIGITS = (
    r"\d\d?/\d\d?/(?:\d{4}|\d\d)(?![\d/])|\d\d?[.-]\d\d?[.-]\d{4}(?![\d.-])"
    r"|\d{4}[-/.]\d\d?[-/.]\d\d?(?![\d./-])"
)
WORD = r"[^\W_]+"
_PARTS = re.compile(WORD)


def parts_of(token: str) -> Terms:
    """The words and figures that a token is made of, without what stands between them."""
    return tuple(_PARTS.findall(token))


def of_day(token: str) -> Forms:
    """A date, or a month with its day or year."""
    written = tuple(part for part in parts_of(token) if part.casefold() not in ("the", "of"))
    names = [part.casefold() for part in written if part.isalpha()]
    if not names:
        return _of_digits(written)
    month = next(number for number, name in enumerate(_MONTHS, 1) if name[:3] == names[0][:3])
    figures = [_bare(part) for part in written if not part.isalpha()]
    terms = stems([_MONTHS[month - 1] if part.isalpha() else _bare(part) for part in written])
    day = _date(figures[1], month, figures[0]) if len(figures) > 1 else ""
    return Forms(written, tuple(terms), ((day,),) if day else ())


def of_time(token: str) -> Forms:
    """A time of the day; "7 pm" is 19:00 as well."""
    hour, minute = (int(figure) for figure in [*re.findall(r"\d+", token), "0"][:2])
    half = "m" in token.casefold()
    if hour > (12 if half else 24) or minute > 59:
        return Forms(parts_of(token), parts_of(token))
    if not half:
        return Forms((token,), (f"{hour}:{minute:02}",), (), () if minute else (str(hour),))
    late = "p" in token.casefold()
    clock = f"{hour % 12 + 12 * late}:{minute:02}"
    said = f"{hour}:{minute:02}" if minute else str(hour)
    return Forms(_split(token), (said, "pm" if late else "am"), ((clock,),))


def of_number(token: str) -> Forms:
    """A number, without marks between its thousands and with a point before its decimals."""
    if re.fullmatch(r"\d{1,3}(?:[,'’]\d{3})+(?:\.\d+)?", token):
        return _decimal(token, re.sub("[,'’]", "", token))
    if " " in token:  # two numbers, or one
        return Forms(parts_of(token), parts_of(token), (("".join(parts_of(token)),),))
    if "," in token:  # a decimal, or two numbers
        return Forms((token,), (token.replace(",", "."),), (parts_of(token),))
    if re.fullmatch(r"[1-9]\d{0,2}\.\d{3}", token):  # a decimal, or thousands
        return Forms((token,), (token,), ((token.replace(".", ""),),))
    return _decimal(token, token)


def of_measure(token: str) -> Forms:
    """A number with its unit or scale."""
    figures = re.match(NUMBER, token)[0]  # type: ignore[index]
    unit = token[len(figures) :].strip(" -\t\r\n").casefold()
    number = of_number(figures)
    value = number.terms[0] if len(number.terms) == 1 else number.ways[0][0]
    ways = [(f"{value}{unit}",)] if unit in _LETTERS else []
    if unit in _SCALES and len(value) < _LONGEST:
        scaled = Decimal(value).scaleb(_SCALES[unit])
        ways += [(str(int(scaled)),)] if scaled == int(scaled) else []
    implied = stems([unit, "million"] if unit == "m" else [unit])
    terms = (value, *stems([_LETTERS.get(unit, unit)]))
    return Forms(_split(token), terms, _any_of(ways), (*implied, *number.more))


def _of_digits(written: Terms) -> Forms:
    """A date of digits, in every order that gives one."""
    first, second, third = written
    orders = [written] if len(first) == 4 else [(third, second, first), (third, first, second)]
    found = (_date(year, int(month), day) for year, month, day in orders)
    dates = [one for one in dict.fromkeys(found) if one]
    if not dates:
        return Forms(written, written)
    names = stems([_MONTHS[int(one[5:7]) - 1] for one in dates])
    terms = tuple(str(int(part)) for part in written)
    return Forms(written, terms, _any_of([(one,) for one in dates]), (*names, dates[0][:4]))


def _date(year: str, month: int, day: str) -> str:
    """A date as a term, empty when there is none; a year of two digits is one of 1970 to 2069."""
    full = int(year) if len(year) > 2 else int(year) + (2000 if int(year) < 70 else 1900)
    try:
        return date(full, month, int(day)).isoformat()
    except ValueError:
        return ""


def _bare(part: str) -> str:
    """What a day or year is without its ending and zeros before it: 4 of "04" and "4th"."""
    return part.casefold().rstrip("stndrh").lstrip("0") or "0"


def _decimal(token: str, term: str) -> Forms:
    short = term.rstrip("0").rstrip(".") if "." in term else term
    return Forms((token,), (term,), ((short,),) if short != term else (), ("one",) if term == "1" else ())


def _split(token: str) -> Terms:
    """A token of a number and a word behind it as two words, or as itself where nothing parts them."""
    parts = token.split()
    return (parts[0], parts[-1]) if len(parts) > 1 else (token, token)


def _any_of(ways: Sequence[Terms]) -> tuple[Terms, ...]:
    """All ways together, then each."""
    return (tuple(chain(*ways)), *ways) if len(ways) > 1 else tuple(ways)
