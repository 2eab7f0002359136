"""Ways to write one thing: a text as tokens, and the terms that stand for each.

Most tokens are words. Others are numbers, measures, dates, times, initials, and words that a hyphen joins or a
line's end breaks; these are written in many ways. A text is indexed under all of them, and a question is asked
in one that occurs, so that what is printed one way is found when it is asked another.

A date of digits alone is read with the day first and with the month first, where both exist; "m" behind a
number is read as metres and as millions.
"""

import re
import unicodedata
from datetime import date
from decimal import Decimal
from itertools import chain
from typing import NamedTuple

from index.stemming import ALSO, UNITS, stems

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
    def more(self) -> Terms:
        """What a text is indexed under besides `terms`."""
        return tuple(dict.fromkeys(t for t in chain(*self.ways, self.implied) if t not in self.terms))


_MONTHS = "january february march april may june july august september october november december".split()
# What a letter behind a number stands for; behind a space, those of `_APART` alone.
_LETTERS = {
    **{"m": "metre", "g": "gram", "l": "litre", "t": "tonne", "h": "hour", "w": "watt", "v": "volt"},
    **{"k": "thousand", "b": "billion"},
}
_APART = "mglLhWV"
_SCALES = {
    **{"k": 3, "thousand": 3, "m": 6, "mn": 6, "million": 6, "b": 9, "bn": 9, "billion": 9, "trillion": 12},
}
_SYMBOLS = {"%": "percent", "€": "euro", "$": "dollar", "£": "pound", "¥": "yen", "₹": "rupee", "°": "degree"}
# What follows an apostrophe in a possessive or a contraction.
_CLITICS = frozenset("s t d m ll re ve".split())

_INVISIBLE = re.compile("\u00ad(?:\\s*\\n\\s*)?|[\u034f\u180e\u200b-\u200f\u2060-\u2064\ufe00-\ufe0f\ufeff]")
_WORD = r"[^\W_]+"
_NUMBER = r"(?:\d{1,3}(?:,\d{3})+(?!\d)(?:\.\d+)?|\d{1,3}(?:[ '’]\d{3})+(?!\d)|\d+(?:\.\d+|,\d\d?(?!\d))?)"
_MONTH = rf"(?i:{'|'.join(f'{name[:3]}(?:{name[3:]})?' for name in _MONTHS)}|sept)(?!\w)\.?"
_DAY = r"\d\d?(?:st|nd|rd|th)?"
_YEAR = r"(?:,\s*|\s+)\d{4}(?!\d)"
_MONTH_FIRST = rf"{_MONTH}\s+(?:the\s+)?{_DAY}(?![\w:])(?:{_YEAR})?"
_DAY_FIRST = rf"{_DAY}\s+(?:of\s+)?{_MONTH}(?:{_YEAR})?"
_DIGITS = (
    r"\d\d?/\d\d?/(?:\d{4}|\d\d)(?![\d/])|\d\d?[.-]\d\d?[.-]\d{4}(?![\d.-])|\d{4}[-/.]\d\d?[-/.]\d\d?(?![\d./-])"
)
_TIME = r"\d\d?(?:[:.]\d\d)?\s?[AaPp]\.?[Mm](?!\w)\.?|\d\d?:\d\d(?![\d:])"
_SEVERAL = "|".join(sorted({*UNITS, *_SCALES} - {*_LETTERS}, key=len, reverse=True))
_EITHER = "".join(_LETTERS) + "".join(_LETTERS).upper()
_MEASURE = rf"{_NUMBER}(?:[\s-]?(?:(?i:{_SEVERAL})|[{_APART}])|[{_EITHER}])(?!\w)"
_CODE = rf"\d+(?:[./:]\d+){{2,}}|{_WORD}(?:[-‐_]{_WORD})+"
_INITIALS = r"(?:[^\W\d_]\.){2,}(?:[^\W\d_](?!\w))?"
_JOINED = rf"{_WORD}(?:(?:[-‐](?:\s*\n\s*)?|['’_]){_WORD})*"
_KINDS = {
    "days": rf"(?=\d)(?:{_DAY_FIRST}|{_DIGITS})|(?=[JFMASONDjfmasond]){_MONTH_FIRST}",
    "time": rf"(?=\d)(?:{_TIME})",
    "measure": rf"(?=\d){_MEASURE}",
    "code": rf"(?=\d)(?:{_CODE})",
    "number": rf"(?=\d){_NUMBER}(?!{_WORD})",
    "initials": _INITIALS,
    "percent": r"[Pp]er\scent(?!\w)",
    "joined": _JOINED,
    "symbol": f"[{''.join(_SYMBOLS)}]",
}
_TOKEN = re.compile("|".join(_KINDS.values()))
_KIND = re.compile("|".join(f"(?P<{kind}>{pattern})" for kind, pattern in _KINDS.items()))
_WORDS = re.compile(rf"{_NUMBER}(?!{_WORD})|{_WORD}")
_PARTS = re.compile(_WORD)


def normal(text: str) -> str:
    """A text composed, without invisible characters, in plain letters for ligatures and wide ones (NFKC)."""
    return text if text.isascii() else unicodedata.normalize("NFKC", _INVISIBLE.sub("", text))


def tokens(text: str) -> list[str]:
    """The tokens of a text, in order, in their normal form."""
    return _TOKEN.findall(normal(text))


def words(text: str) -> list[str]:
    """The words and numbers of a text, in order, in their normal form."""
    return _WORDS.findall(normal(text))


def is_word(token: str) -> bool:
    """Whether a token is a word that is written in one way."""
    return token.isalpha() and token.casefold() not in ALSO


def forms(token: str) -> Forms:
    """What stands for a token, as `tokens` gives it."""
    found = _KIND.fullmatch(token)
    return _FORMS[found.lastgroup or ""](token) if found else _plain(token)


def _plain(token: str) -> Forms:
    return Forms((token,), tuple(stems([token])))


def _any_of(*ways: Terms) -> tuple[Terms, ...]:
    """All ways together, then each."""
    return (tuple(chain(*ways)), *ways) if len(ways) > 1 else ways


# --- dates and times


def _days(token: str) -> Forms:
    """A date, with or without its year."""
    written = tuple(part for part in _PARTS.findall(token) if part.casefold() not in ("the", "of"))
    names = [part.casefold() for part in written if part.isalpha()]
    if not names:
        return _digits(written)
    month = next(number for number, name in enumerate(_MONTHS, 1) if name[:3] == names[0][:3])
    figures = [_figures(part) for part in written if not part.isalpha()]
    terms = stems([_MONTHS[month - 1] if part.isalpha() else _figures(part) for part in written])
    day = _date(figures[1], month, figures[0]) if len(figures) > 1 else ""
    return Forms(written, tuple(terms), ((day,),) if day else ())


def _digits(written: Terms) -> Forms:
    """A date of digits, in every order that gives one."""
    first, second, third = written
    orders = [written] if len(first) == 4 else [(third, second, first), (third, first, second)]
    found = (_date(year, int(month), day) for year, month, day in orders)
    dates = [one for one in dict.fromkeys(found) if one]
    if not dates:
        return Forms(written, written)
    names = stems([_MONTHS[int(one[5:7]) - 1] for one in dates])
    terms = tuple(str(int(part)) for part in written)
    return Forms(written, terms, _any_of(*((one,) for one in dates)), (*names, dates[0][:4]))


def _date(year: str, month: int, day: str) -> str:
    """A date as a term, empty when there is none; a year of two digits is one of 1970 to 2069."""
    full = int(year) if len(year) > 2 else int(year) + (2000 if int(year) < 70 else 1900)
    try:
        return date(full, month, int(day)).isoformat()
    except ValueError:
        return ""


def _figures(part: str) -> str:
    """What a day or year is without its ending and zeros before it: 4 of "04" and "4th"."""
    return part.rstrip("stndrh").lstrip("0") or "0"


def _time(token: str) -> Forms:
    hour, minute = (int(figure) for figure in [*re.findall(r"\d+", token), "0"][:2])
    half = token.casefold().find("m") >= 0
    if hour > (12 if half else 24) or minute > 59:
        parts = tuple(_PARTS.findall(token))
        return Forms(parts, parts)
    if not half:
        return Forms((token,), (f"{hour}:{minute:02}",), (), () if minute else (str(hour),))
    late = "p" in token.casefold()
    clock = f"{hour % 12 + 12 * late}:{minute:02}"
    said = f"{hour}:{minute:02}" if minute else str(hour)
    return Forms(_split(token), (said, "pm" if late else "am"), ((clock,),))


def _split(token: str) -> Terms:
    """A token of a number and a word behind it as two words, or as itself where nothing parts them."""
    parts = token.split()
    return (parts[0], parts[-1]) if len(parts) > 1 else (token, token)


# --- numbers


def _number(token: str) -> Forms:
    """A number, without marks between its thousands."""
    if re.fullmatch(r"\d{1,3}(?:[,'’]\d{3})+(?:\.\d+)?", token):
        return _decimal(token, re.sub("[,'’]", "", token))
    if " " in token:  # two numbers, or one
        parts = tuple(token.split())
        return Forms(parts, parts, (("".join(parts),),))
    if "," in token:  # a decimal, or two numbers
        return _decimal(token, token.replace(",", "."), tuple(token.split(",")))
    if re.fullmatch(r"[1-9]\d{0,2}\.\d{3}", token):  # a decimal, or thousands
        return Forms((token,), (token,), ((token.replace(".", ""),),))
    return _decimal(token, token, ("one",) if token == "1" else ())


def _decimal(token: str, term: str, implied: Terms = ()) -> Forms:
    short = term.rstrip("0").rstrip(".") if "." in term else term
    return Forms((token,), (term,), ((short,),) if short != term else (), implied)


def _measure(token: str) -> Forms:
    """A number with its unit or scale."""
    figures = re.match(_NUMBER, token)[0]  # type: ignore[index]
    unit = token[len(figures) :].strip(" -\t\r\n").casefold()
    number = _number(figures)
    value = number.terms[0] if len(number.terms) == 1 else number.ways[0][0]
    ways = [(f"{value}{unit}",)] if unit in _LETTERS else []
    if unit in _SCALES:
        scaled = Decimal(value).scaleb(_SCALES[unit])
        ways += [(str(int(scaled)),)] if scaled == int(scaled) else []
    other = stems([unit, "million"] if unit == "m" else [unit])
    terms = (value, *stems([_LETTERS.get(unit, unit)]))
    return Forms(_split(token), terms, _any_of(*ways), (*other, *number.more))


def _code(token: str) -> Forms:
    """Parts with digits among them: asked for by all of them and, where it occurs, as one."""
    parts = tuple(_PARTS.findall(token))
    terms = tuple(stems(parts))
    whole = re.sub(r"[-‐_\s](?=[^\W\d_])|(?<=[^\W\d_])[-‐_\s]+", "", token).casefold()
    return Forms(parts, terms, ((*terms, whole), terms, (whole,)))


# --- words


def _joined(token: str) -> Forms:
    """A word, or several that are joined, as one and apart."""
    parts = _PARTS.findall(token)
    if len(parts) == 1:
        return _single(token)
    if any(part[0].isdigit() for part in parts) and not set("'’") & set(token):
        return _code(token)
    terms = tuple(stems(parts))
    if len(parts) == 2 and terms[0][1:] == "0" and terms[1].isdigit() and len(terms[1]) == 1:
        return Forms((token,), (terms[0][0] + terms[1],))  # twenty-five
    if parts[-1].casefold() in _CLITICS and token[-len(parts[-1]) - 1] in "'’":
        parts = parts[:-1]
    ways = (terms, tuple(stems(["".join(parts)]))) if len(parts) > 1 else ()
    return Forms(tuple(_PARTS.findall(token)), terms, ways)


def _single(token: str) -> Forms:
    plain = _plain(token)
    other = ALSO.get(token.casefold())
    return plain._replace(ways=(plain.terms, tuple(stems([other])))) if other else plain


def _initials(token: str) -> Forms:
    letters = tuple(_PARTS.findall(token))
    whole = tuple(stems(["".join(letters)]))
    return Forms((token,), whole, (whole, tuple(stems(letters))))


_FORMS = {
    "days": _days,
    "time": _time,
    "measure": _measure,
    "code": _code,
    "number": _number,
    "initials": _initials,
    "percent": lambda token: Forms((token,), ("percent",)),
    "joined": _joined,
    "symbol": lambda token: Forms((token,), tuple(stems([_SYMBOLS[token]]))),
}
