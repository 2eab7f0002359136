"""Units of measure: the kind of quantity of each, and how many of the kind's smallest unit it is; pure.

Only what converts exactly is listed. A month is no number of days, a percentage point no percent. A word that
is a unit of two kinds, as "pound" is, has both.
"""

from collections.abc import Iterator
from fractions import Fraction
from functools import cache

from index.text.stemming import stems

# What a number with a unit is: the kind of quantity, and the value in the kind's first unit.
Reading = tuple[str, Fraction]

_KINDS = {
    "time": "second 1, millisecond 1/1000, minute 60, hour 3600, day 86400, week 604800, fortnight 1209600",
    "calendar": "month 1, year 12, decade 120, century 1200, millennium 12000",
    "length": "metre 1, kilometre 1000, centimetre 1/100, millimetre 1/1000, inch 127/5000, foot 381/1250, "
    "yard 1143/1250, mile 201168/125",
    "length²": "hectare 10000, acre 316160658/78125",
    "length³": "litre 1/1000, millilitre 1/1000000, centilitre 1/100000, decilitre 1/10000, hectolitre 1/10",
    "pint": "pint 1, quart 2, gallon 8",
    "mass": "gram 1, kilogram 1000, kilo 1000, milligram 1/1000, tonne 1000000, pound 45359237/100000, "
    "ounce 45359237/1600000, stone 317514659/50000",
    "ton": "ton 1",
    "power": "watt 1, kilowatt 1000, megawatt 1000000, gigawatt 1000000000",
    "energy": "watthour 1, kilowatthour 1000, megawatthour 1000000, gigawatthour 1000000000",
    "voltage": "volt 1, kilovolt 1000, millivolt 1/1000",
    "frequency": "hertz 1, kilohertz 1000, megahertz 1000000, gigahertz 1000000000",
    "data": "byte 1, kilobyte 1000, megabyte 1000000, gigabyte 1000000000, terabyte 1000000000000",
    "share": "percent 1/100, pct 1/100, permille 1/1000",
    "point": "point 1/100",
    "degree": "degree 1",
    "celsius": "celsius 1, centigrade 1",
    "fahrenheit": "fahrenheit 1",
    "sterling": "pound 1, sterling 1, penny 1/100, pence 1/100",
    "dollar": "dollar 1, cent 1/100",
    "euro": "euro 1, cent 1/100",
    "yen": "yen 1, jpy 1",
    "yuan": "yuan 1, cny 1",
    "rupee": "rupee 1, inr 1",
    "franc": "franc 1, chf 1",
    "crown": "crown 1, krone 1, kroner 1, krona 1, kronor 1",
}
# As they are written: "M" is no metre. A digit before "p" makes it pence.
_SYMBOLS = {
    **{"m": "metre", "g": "gram", "l": "litre", "L": "litre", "t": "tonne", "h": "hour", "s": "second"},
    **{"W": "watt", "GW": "gigawatt", "V": "volt", "kV": "kilovolt", "ha": "hectare", "mi": "mile"},
    **{
        "ms": "millisecond",
        "Wh": "watthour",
        "MWh": "megawatthour",
        "GWh": "gigawatthour",
        "hl": "hectolitre",
    },
    **{
        "C": "celsius",
        "F": "fahrenheit",
        "per cent": "percent",
        "p": "penny",
        "%": "percent",
        "‰": "permille",
    },
    **{"°": "degree", "℃": "celsius", "℉": "fahrenheit"},
    **{"£": "sterling", "$": "dollar", "€": "euro", "¥": "yen", "₹": "rupee", "MW": "megawatt"},
}
_POWERS = {"square": 2, "sq": 2, "²": 2, "2": 2, "cubic": 3, "cu": 3, "³": 3, "3": 3}


@cache
def _units() -> dict[str, tuple[Reading, ...]]:
    """The kinds of each unit's term, with its factor."""
    found: dict[str, tuple[Reading, ...]] = {}
    for kind, listed in _KINDS.items():
        for name, factor in (one.split() for one in listed.split(", ")):
            (term,) = stems([name])
            found[term] = (*found.get(term, ()), (kind, Fraction(factor)))
    return found


def readings(number: Fraction | int, unit: str, power: str = "") -> Iterator[Reading]:
    """What a number of a unit is, in each kind that the unit is of; none for a word that is no unit.

    `power` is what makes an area or a volume of a length: "square", "sq", "²", "cubic", "cu" or "³".
    """
    name = _SYMBOLS.get(unit) or unit
    by = _POWERS.get(power.casefold().rstrip("."), 1)
    for kind, factor in _units().get(stems([name])[0], ()):
        if by == 1:
            yield kind, number * factor
        elif kind == "length":
            yield f"length{'²³'[by - 2]}", number * factor**by
