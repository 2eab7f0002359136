"""Figures as a text writes them, with sign, currency, thousands, decimals and unit; pure.

A text is cut into atoms (a number, a unit, a word …), and neighbours that make up one figure are joined. The
word lists are closed classes: currencies, units, words for numbers. The cost is linear in the text.
"""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

Range = tuple[int, int]

CURRENCIES = frozenset(
    """
    AED AUD BRL CAD CHF CNY CZK DKK EUR GBP HKD HUF ILS INR ISK JPY KRW MXN NOK NZD PLN RON RUB SAR SEK SGD
    THB TRY TWD UAH USD ZAR Rs kr
    """.split()
)
# As they are written: "M" is no metre.
_SYMBOLS = frozenset(
    """
    mm cm dm m km µm μm nm mi yd ft ha g kg mg µg μg t lb lbs oz ml mL cl dl l L hl s ms µs μs ns sec secs
    min mins h hr hrs Hz kHz MHz GHz THz W mW kW MW GW TW Wh kWh MWh GWh V mV kV mA Ah mAh kJ MJ kN Pa hPa
    kPa MPa bar mbar psi kB KB MB GB TB PB KiB MiB GiB TiB kbit Mbit Gbit bps kbps Mbps Gbps dB dBA eV keV
    MeV cal kcal mol mmol K Ω kΩ mph kph rpm fps dpi ppm ppb px p ct am pm AM PM AD BC CE BCE
    """.split()
)
_UNITS = frozenset(
    """
    metre metres meter meters kilometre kilometres kilometer kilometers centimetre centimetres centimeter
    centimeters millimetre millimetres millimeter millimeters foot feet inch inches mile miles yard yards
    acre acres hectare hectares gram grams kilogram kilograms kilo kilos milligram milligrams tonne tonnes
    ton tons ounce ounces litre litres liter liters millilitre millilitres milliliter milliliters gallon
    gallons pint pints watt watts kilowatt kilowatts megawatt megawatts volt volts degree degrees celsius
    fahrenheit percent pct points seconds minute minutes hour hours day days week weeks month months year
    years dollar dollars euro euros cent cents pound pounds penny pence crown crowns krone kroner kronor
    kronen franc francs yen yuan rupee rupees peso pesos rouble roubles ruble rubles zloty lira lire florin
    florins guilder guilders shilling shillings o'clock o’clock a.m. p.m. a.d. b.c.
    """.split()
)
_SPELT = frozenset(
    """
    one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
    seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety
    """.split()
)
_LISTS = {
    "unit": _UNITS,
    "size": frozenset("hundred thousand million billion trillion dozen bn".split()),
    "spelt": _SPELT,
    "part": frozenset("half halves third thirds quarter quarters fifth fifths tenth tenths".split()),
    # What stands between a number and its unit.
    "measure": frozenset(
        "working business calendar square cubic nautical light metric percentage us".split()
    ),
    "and": frozenset({"and"}),
}
# Units that a smaller one follows: "2 hours 20 minutes", "5 ft 10 in", "37° 9′".
_LARGER = frozenset("year years month months day days hour hours h hr hrs ft feet foot ° ′ ' lb lbs".split())

# "¤" stands for every sign of a currency.
_ATOM = re.compile(
    r"""
    (?P<whole>
        https?://[^\s<>"]{0,2000}[\w/] | [\w.+-]{1,64}@[\w-]{1,64}(?:\.[\w-]{1,64}){1,8}     # links, mail
      | (?<!\b[Ii]n\ )(?<!\w)\d{1,4}[A-Za-z]?(?:[-–/]\d{1,4}[A-Za-z]?)?,?                    # addresses
        \ (?:[A-Z][\w'’.-]{0,30}\ ){1,4}?
        (?:Street|St|Road|Rd|Lane|Avenue|Ave|Drive|Close|Square|Way|Court|Place|Terrace|Row|Hill|Quay|Boulevard
          |Blvd|Crescent|Gardens|Park|Green|Mews|Walk|Wharf|Alley)\b
      | (?<!\w)[^\W\d_]{2,30}(?:straße|strasse|weg|gasse|platz|allee)\ \d{1,4}[a-z]?(?!\w)
      | \d{1,3}°\s?\d{1,2}['′](?:\s?\d{1,2}(?:\.\d+)?["″])?                                  # degrees, feet
      | (?<!\w)\d(?:['′]\s?\d{1,2}["″]|\s?ft\s\d{1,2}\s?in\b)
      | \b[A-Z]{1,2}\d[A-Z\d]?\ \d[A-Z]{2}\b                                                # postcodes
    )
  | (?P<range>
        (?<=[\d%°])\s?(?:±|\+/[-−])\s?(?=[\d.]) | (?<=\w)(?:\s?×\s?|\sx\s)(?=\d)
      | (?<=[\w%°¤])(?:[-–−]|\s[-–−]\s)(?=−?(?:[A-Z]{1,3})?[¤]?\s?[.\d])
      | (?<=\d)\s(?:to|or)\s(?=\d[\d.,]{0,12}(?:[^\S\n]?[^\W\d]|\s?[%°]))
    )
  | (?P<currency>
        (?:(?<![\w.,%)\]])[-−–+])?(?:(?:\b(?:US|CA|AU|NZ|HK|[ACSR]))?\$|[¤]|\bRs\.)
      | (?<![\w.,%)\]])[-−–+][A-Z]{3}(?=\s?[.\d])
    )
  | (?P<number>
        (?<![\w.,])(?:\+\d{1,3}|\(?0\d{1,5}\)?)                                               # telephones
        (?:(?:[^\S\n]|\n[^\S\n]{0,12}|[-/])(?:\(0\)\s?)?\d{2,5}){1,5}(?!\w)
      | \(\d{3}\)\s?\d{3}[-\s]\d{4}(?!\w)
      | (?:(?<![\w.,:%°)\]])(?:[-−–+±#§<>]|[~≈≤≥][^\S\n]?)(?=[\d.]))?
        (?: \d{0,9}[¼½¾⅐-⅞] | (?<!\w)\d{1,3}[/⁄]\d{1,3}(?![\w/])
          | (?<![\w.,])[12]\d{3}(?=-[12]\d{3}(?![-/\w]))                                    # see _connects
          | (?<!\w)\d\w*(?:(?:[.,:'’](?=\d)|[-‐‑/^](?=\w)|\.(?=[a-z]\w))\w+)*\+?
          | (?<![\w.])\.\d+ )
    )
  | (?P<code>(?<!\w)(?:[^\W\d_]{1,20}[-./&]){0,6}[^\W\d_]{1,20}[-./]?\d\w*(?:[-‐‑./:](?=\w)\w+)*\+?)
  | (?P<unit>°\s?[CF]\b|[%‰°℃℉′″]|\bper\scent\b)
  | (?P<word>
        [ap]\.\ ?m\. | A\.D\. | B\.C\.
      | [^\W\d_]+(?:['’](?!s\b)[^\W\d_]+)*[²³]?(?:[/·][^\W\d_]{1,4}[²³]?)?
    )
    """.replace("¤", "$€£¥₹₽₩₺₴₦₱฿₫₪"),
    re.VERBOSE,
)
_SPACE = re.compile(r"[^\S\n]?|\n[^\S\n]{0,12}")
_YEAR = re.compile(r"[12]\d{3}")
# Which kinds of atoms belong together when they are neighbours.
_PAIRS = frozenset(
    tuple(pair.split())
    for pair in (
        "currency number|number size|number unit|number currency|number measure|size size|size unit"
        "|size currency|size measure|size spelt|spelt spelt|spelt size|spelt unit|spelt part|spelt measure"
        "|measure unit|unit unit"
    ).split("|")
)
_NUMBERS = frozenset({"number", "spelt"})
_HYPHENATED = frozenset({("spelt", "spelt"), ("spelt", "unit"), ("spelt", "part"), ("measure", "unit")})


class _Atom(NamedTuple):
    kind: str
    text: str
    start: int
    end: int


_NOTHING = _Atom("", "", 0, 0)


def whole(text: str, start: int, end: int) -> Range:
    """The range widened to whole words and figures of the text; one that cuts none is left as it is."""
    touched = [token for token in tokens(text) if token[0] < end and start < token[1]]
    return min([start, *(token[0] for token in touched)]), max([end, *(token[1] for token in touched)])


def tokens(text: str) -> Iterator[Range]:
    """The words and figures of a text, in order; none overlaps another."""
    atoms = [_NOTHING, _NOTHING, *(_atom(found) for found in _ATOM.finditer(text)), _NOTHING, _NOTHING]
    first = 2
    for place in range(3, len(atoms) - 1):
        if place == len(atoms) - 2 or not _joins(text, atoms, place):
            yield atoms[first].start, atoms[place - 1].end
            first = place


def _atom(found: re.Match[str]) -> _Atom:
    kind, text = found.lastgroup or "", found[0]
    return _Atom(_kind(text) if kind in {"word", "code"} else kind, text, *found.span())


def _kind(word: str) -> str:
    """The list that holds a word, else "word"."""
    low = word.casefold()
    for kind, listed in _LISTS.items():
        if low in listed:
            return kind
    if word in CURRENCIES:
        return "currency"
    # "kg/m²" and "km/h" are units as "kg" and "km" are; "m3" is one as "m" is.
    return "unit" if re.split(r"[/·²³]|(?<=m)[23]$", word)[0] in _SYMBOLS else "word"


def _joins(text: str, atoms: Sequence[_Atom], place: int) -> bool:
    """Whether an atom belongs to the figure of the one before it; two empty ones stand at either end."""
    left, right = atoms[place - 1 : place + 1]
    for connector in (place - 1, place):
        if atoms[connector].kind in {"range", "and"}:
            return _connects(*atoms[connector - 2 : connector + 3])
    gap = text[left.end : right.start]
    if not _SPACE.fullmatch(gap) or (gap.startswith("\n") and len(right.text) == 1):
        return gap == "-" and (left.kind, right.kind) in _HYPHENATED
    if right.kind == "currency" and text[right.end :].lstrip()[:1].isdigit():
        return False  # it belongs to the number behind it
    if (left.kind, right.kind) == ("number", "number"):
        return _is_one_number(left.text, gap, right.text)
    following = atoms[place + 1].kind
    if right.kind in _NUMBERS and left.kind == "unit":
        return left.text.casefold() in _LARGER and following == "unit"
    return (left.kind, right.kind) in _PAIRS and (right.kind != "measure" or following == "unit")


def _connects(before: _Atom, left: _Atom, connector: _Atom, right: _Atom, after: _Atom) -> bool:
    """Whether what stands on both sides of "–", "to" or "and" is one figure."""
    if connector.kind == "and":
        if left.kind == "unit":
            return left.text.casefold() in _LARGER and right.kind in _NUMBERS and after.kind == "unit"
        return left.kind == "size" and right.kind == "spelt"
    if connector.text.strip() in {"to", "or"} and before.text.casefold() in {"from", "between"}:
        return False
    # Two years are two figures: "1809–1882" says when one was born and when one died.
    years = _YEAR.fullmatch(left.text) and _YEAR.fullmatch(right.text) and after.kind not in {"unit", "size"}
    amount = left.kind in {"number", "unit", "size", "currency"} and right.kind in {"number", "currency"}
    return amount and not (years and connector.text in "-–")


def _is_one_number(left: str, gap: str, right: str) -> bool:
    """Whether two numbers are groups of one, as in "1 250", or a mixed fraction, as in "2 1/2"."""
    if not gap or gap.startswith("\n"):
        return False
    grouped = re.search(r"(?<![\w.,])\d{1,3}$", left) and re.match(r"\d{3}(?!\d)", right)
    return bool(grouped or (left.isdigit() and re.fullmatch(r"[¼½¾⅐-⅞]|\d{1,3}[/⁄]\d{1,3}", right)))
