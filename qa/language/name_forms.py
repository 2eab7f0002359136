"""The other forms of the names of a text: countries and their people, acronyms, titles and calendar; pure.

Each list is a closed class: countries and their peoples, titles that have two spellings, the months and days
of the week.
"""

import re
from collections.abc import Iterator
from itertools import chain, combinations

from index.text.terms import stems, words
from qa.language.function_words import is_content

# Names of one country and of what is of it.
_PEOPLES = [
    one.split()
    for one in """
    Germany German, France French Frenchman, Spain Spanish Spaniard, Netherlands Holland Dutch Dutchman,
    Switzerland Swiss, Sweden Swedish Swede, Denmark Danish Dane, Norway Norwegian, Finland Finnish Finn,
    Poland Polish Pole, Greece Greek, Turkey Turkish Turk Türkiye, Britain British Briton UK, England English
    Englishman, Scotland Scottish Scot, Wales Welsh, Ireland Irish, Iceland Icelandic, Portugal Portuguese,
    Czechia Czech, Slovakia Slovak, Slovenia Slovene Slovenian, Croatia Croat Croatian, Serbia Serb Serbian,
    Belgium Belgian, Luxembourg Luxembourgish, Philippines Filipino Philippine, Peru
    Peruvian, Argentina Argentine Argentinian, Mexico Mexican, Canada Canadian, Cyprus Cypriot, Thailand
    Thai, Lebanon Lebanese, Morocco Moroccan, Congo Congolese, Afghanistan Afghan, Kazakhstan Kazakh,
    Uzbekistan Uzbek, Tajikistan Tajik, Turkmenistan Turkmen, Kyrgyzstan Kyrgyz, Mongolia Mongol Mongolian,
    Europe European, Rome Roman, Vienna Viennese, Venice Venetian, Naples Neapolitan, Flanders Flemish,
    Normandy Norman, Catalonia Catalan, Brittany Breton, Texas Texan, Saxony Saxon, Prussia Prussian,
    Athens Athenian, Sparta Spartan, Troy Trojan, Venezuela Venezuelan, Chile Chilean, Ecuador Ecuadorian,
    Guatemala Guatemalan, Panama Panamanian, Barbados Barbadian, Bahamas Bahamian, Madagascar Malagasy,
    Myanmar Burmese Burma, Monaco Monegasque, Kosovo Kosovar, Crete Cretan, Burgundy Burgundian
    """.split(",")
]
# Those whose name is their country's with an ending.
_ENDINGS = {
    "n": "Russia Austria Australia India Syria Korea Indonesia Malaysia Cambodia Kenya Nigeria Ethiopia "
    "Uganda Tanzania Zambia Somalia Algeria Tunisia Libya Angola Cuba Jamaica Colombia Bolivia "
    "Nicaragua Romania Bulgaria Albania Armenia Georgia Estonia Latvia Lithuania Macedonia Bosnia "
    "Africa Asia Arabia Persia Scandinavia Siberia California Florida Alaska Bavaria Burma Zimbabwe "
    "Singapore Rwanda Namibia Mauritania Gambia Liberia Moldova Crimea Antarctica",
    "ian": "Brazil Iran Jordan Ghana Egypt Paris Boston Babylon Cameroon Ukrain Palestin Ital Hungar Sicil",
    "an": "Haiti Paraguay Uruguay Hawaii Tibet Mali",
    "ese": "Japan Vietnam Taiwan Sudan Nepal Malt Chin Senegal",
    "i": "Iraq Israel Pakistan Bangladesh Kuwait Qatar Yemen Oman Bahrain Azerbaijan",
    "er": "London Berlin Greenland Luxembourg",
}
_IRREGULAR_ROOTS = {"Ukrain": "Ukraine", "Palestin": "Palestine", "Ital": "Italy", "Hungar": "Hungary"}
_IRREGULAR_ROOTS |= {"Sicil": "Sicily", "Malt": "Malta", "Chin": "China"}
_AMERICA = "America American US USA United States".split()
_TITLES = [
    one.split()
    for one in """
    Saint St, Doctor Dr, Professor Prof, Mrs Ms Miss, Lieutenant Lt, Captain Capt, Sergeant Sgt, General Gen,
    Colonel Col, Governor Gov, Senator Sen, Representative Rep, Reverend Rev, President Pres, Mount Mt,
    Fort Ft, Junior Jr, Senior Sr, Company Co, Corporation Corp, Incorporated Inc, Limited Ltd, Brothers Bros,
    Department Dept, University Univ, Street St, Road Rd, Avenue Ave
    """.split(",")
]
MONTHS = "january february march april may june july august september october november december".split()
DAYS = "monday tuesday wednesday thursday friday saturday sunday".split()
_SHORT = {name[:3]: name for name in [*MONTHS, *DAYS]} | {
    **{"sept": "september", "tues": "tuesday", "weds": "wednesday", "thur": "thursday", "thurs": "thursday"}
}
_GROUPS = [
    *_PEOPLES,
    *(
        [_IRREGULAR_ROOTS.get(root, root), root + end]
        for end, roots in _ENDINGS.items()
        for root in roots.split()
    ),
    *_TITLES,
    _AMERICA,
]
# Months only with a capital within a sentence.
_VERBS = frozenset({"may", "march"})
_FULL = re.compile(rf"\b({'|'.join([*MONTHS, *DAYS])})s?\b", re.IGNORECASE)
# "Sun" and "Mar" are more than a day and a month, so something beside them must say so.
_SHORTENED = re.compile(
    rf"(?:(?:\b(?:on|in|by|until|till|from|to|since|before|after|every|and|or|next|last)\s|[\d,&–-]\s?)"
    rf"(?P<behind>{'|'.join(_SHORT)})(?!\w|\.?[ -](?-i:[A-Z]))"
    rf"|\b(?P<before>{'|'.join(_SHORT)})(?:\.?[\s–-]*\d|\.(?=\s(?-i:[a-z]))))",
    re.IGNORECASE,
)
_DOTS = re.compile(r"\b(?:[A-Z]\.){2,}")
_ACRONYM = re.compile(r"\b[A-Z]{2,8}s?\b")
_JOINING = frozenset({"of", "the", "and", "for", "in"})


def calendar(text: str) -> set[str]:
    """The months and days of the week that a text names, in full or short, in lower case."""
    found = set()
    for one in _FULL.finditer(text):
        name = one[1].casefold()
        if name not in _VERBS or (one.start() and one[0][0].isupper()):
            found.add(name)
    short = (one["behind"] or one["before"] for one in _SHORTENED.finditer(text))
    return found | {_SHORT[name.casefold()] for name in short if name[0].isupper()}


def also_named(text: str) -> set[str]:
    """Terms of names under which those of a text may be called as well."""
    named = {word for word in words(_undotted(text)) if word[:1].isupper()}
    forms = {*_calendar_forms(text), *chain(*(_of_group(word) for word in named))}
    return set(stems(sorted(forms)))


def acronyms(text: str) -> set[str]:
    """The acronyms of a text, in lower case and without points."""
    return {one.removesuffix("s").casefold() for one in _ACRONYM.findall(_undotted(text))}


def initials(text: str) -> set[str]:
    """The acronyms of words in a row, in lower case: of two with a capital, or of any three."""
    return {one.casefold() for one in _initials(words(text))}


def spelt_out(name: str) -> set[str]:
    """The acronyms that a name of several words may have."""
    parts = words(name)
    capitals = "".join(word[0] for word in parts if word.casefold() not in _JOINING)
    return {one.casefold() for one in (capitals, "".join(word[0] for word in parts)) if len(one) > 1}


def _undotted(text: str) -> str:
    return _DOTS.sub(lambda found: found[0].replace(".", ""), text)


def _calendar_forms(text: str) -> Iterator[str]:
    there = calendar(text)
    yield from there
    yield from (short for short, name in _SHORT.items() if name in there)


def _of_group(word: str) -> Iterator[str]:
    """The other names of a country, its people and what is of it, and the other spelling of a title."""
    for group in _GROUPS:
        if word in group or (word.endswith("s") and word[:-1] in group):
            yield from group


def _initials(found: list[str]) -> Iterator[str]:
    run: list[str] = []
    for word in [*found, ""]:
        if word[:1].isupper():
            run.append(word[0])
        elif word.casefold() not in _JOINING or not word:
            yield from _pieces(run[:8], 2)
            run = []
    plain = [word[0] for word in found if is_content(word)]
    yield from ("".join(plain[at : at + size]) for size in (3, 4, 5) for at in range(len(plain) - size + 1))


def _pieces(run: list[str], least: int) -> Iterator[str]:
    for start, end in combinations(range(len(run) + 1), 2):
        if end - start >= least:
            yield "".join(run[start:end])
