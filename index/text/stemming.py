"""The term of a word: one for all its inflections and spellings; the only importer of the stemmer.

English stems are Snowball's; another language needs another stemmer here and nothing elsewhere. What
Snowball does not know is a closed class each: irregular forms, British and American spelling, words for small
numbers. Two words are made one only where both are the same word; words of one family (founder, founded) stay
apart, see `qa.retrieve.spelling`.
"""

import re
import threading
import unicodedata
from collections.abc import Sequence
from typing import Any

_ACCENTS = re.compile("[\u0300-\u036f]")
# Letters that Unicode does not decompose.
_PLAIN = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ı": "i", "æ": "ae", "œ": "oe", "ð": "d", "þ": "th"})
_PLURAL_CAPITALS = re.compile(r"[A-Z]{2,}s")
_local = threading.local()

# A word, then its irregular forms.
_IRREGULAR = """
arise arose arisen, awake awoke awoken, bear borne, beat beaten, begin began begun, bend bent, bite bitten,
bleed bled, blow blew blown, break broke broken, breed bred, bring brought, build built, burn burnt,
buy bought, catch caught, choose chose chosen, cling clung, come came, creep crept, deal dealt, dig dug,
draw drew drawn, dream dreamt, drink drank drunk, drive drove driven, dwell dwelt, eat ate eaten, fall fallen,
fight fought, flee fled, fling flung, fly flew flown, forbid forbade forbidden, forget forgot forgotten,
forgive forgave forgiven, freeze froze frozen, get got gotten, give gave given, go went gone goes,
grow grew grown, hang hung, hear heard, hide hid hidden, hold held, keep kept, kneel knelt, know knew known,
lay laid, lean leant, leap leapt, learn learnt, lend lent, lie lain, lose lost, make made, mean meant,
meet met, pay paid, prove proven, ride rode ridden, ring rang rung, rise risen, run ran, say said, see seen,
seek sought, sell sold, send sent, sew sewn, shake shook shaken, shine shone, show shown, shrink shrank
shrunk, sing sang sung, sink sank sunk, sit sat, slay slew slain, sleep slept, slide slid, sow sown,
speak spoken, speed sped, spell spelt, spend spent, spill spilt, spin spun, spoil spoilt, spring sprang
sprung, stand stood, steal stole stolen, sting stung, strike struck, strive strove, swear swore sworn,
sweep swept, swell swollen, swim swam swum, swing swung, take took taken, teach taught, tear tore torn,
tell told, think thought thoughts, throw threw thrown, tread trod, wake woke woken, wear wore worn,
weave woven, weep wept, win won, withdraw withdrew withdrawn, write wrote written,
panic panicked panicking, traffic trafficked trafficking, mimic mimicked mimicking,
rebuild rebuilt, redo redone, remake remade, repay repaid, resell resold, retell retold,
rewrite rewrote rewritten,
child children, foot feet, goose geese, louse lice, man men, mouse mice, ox oxen, person people,
tooth teeth, woman women, calf calves, half halves, knife knives, life lives, loaf loaves, scarf scarves,
shelf shelves, thief thieves, wife wives, wolf wolves, bacterium bacteria, crisis crises,
criterion criteria, curriculum curricula, datum data, fungus fungi, genus genera, index indices,
appendix appendices, matrix matrices, medium media, millennium millennia, nucleus nuclei,
phenomenon phenomena, spectrum spectra, stimulus stimuli, stratum strata, thesis theses, vertex vertices,
alumnus alumni, cactus cacti, focus foci, locus loci, terminus termini,
grandchild grandchildren, midwife midwives, housewife housewives
"""
# The same, for forms that are words of their own as well: they keep their term and have the other
# too.
_AMBIGUOUS = """
bear bore, bind bound, bite bit, dive dove, fall fell, feed fed, feel felt, find found, grind ground,
lead led, leaf leaves, leave left, lie lay, light lit, live lives, rise rose, see saw, shoot shot,
speak spoke, stick stuck, weave wove, wind wound
"""
_PREFIXES = ("be", "fore", "mis", "out", "over", "under", "up", "with")
_TEN = "zero one two three four five six seven eight nine ten eleven twelve".split()
_TEENS = "thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_ORDINALS = "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth".split()
# Units that are known by their abbreviation wherever it stands, and currencies.
UNITS = {
    **{"kg": "kilogram", "mg": "milligram", "lb": "pound", "lbs": "pound", "oz": "ounce", "ft": "foot"},
    **{"km": "kilometre", "cm": "centimetre", "mm": "millimetre", "yd": "yard", "ml": "millilitre"},
    **{"cl": "centilitre", "dl": "decilitre", "kb": "kilobyte", "mb": "megabyte", "gb": "gigabyte"},
    **{"tb": "terabyte", "kw": "kilowatt", "mw": "megawatt", "hz": "hertz", "khz": "kilohertz"},
    **{"mhz": "megahertz", "ghz": "gigahertz", "kwh": "kilowatthour", "min": "minute", "mins": "minute"},
    **{"sec": "second", "secs": "second", "hr": "hour", "hrs": "hour", "yr": "year", "yrs": "year"},
    **{"pct": "percent", "eur": "euro", "usd": "dollar", "gbp": "pound"},
}
# Pairs of British and American spelling that no rule below makes one.
_AMERICAN = """
aeroplane airplane, aeroplanes airplanes, aluminium aluminum, ageing aging, cheque check, cheques checks,
cosy cozy, draught draft, enquire inquire, enquiry inquiry, instalment installment, jewellery jewelry,
judgement judgment, moustache mustache, pyjamas pajamas, skilful skillful, storey story, storeys stories,
tyre tire, tyres tires, wilful willful, woollen woolen, yoghurt yogurt
"""
# British endings and what they are in American; but "yze" is "yse", as in analysis.
_BRITISH_ENDS = {
    **{f"is{end}": f"iz{end}" for end in "e ed er ers es ing ation ations ational able ably".split()},
    **{f"yz{end}": f"ys{end}" for end in "e ed er ers es ing".split()},
    **{f"{letter}re{end}": f"{letter}er{end}" for letter in "bgtv" for end in ("", "s")},
    **{f"{letter}red": f"{letter}ered" for letter in "bgtv"},
    **{"ogue": "og", "ogues": "ogs", "ogued": "oged", "oguing": "oging"},
}
_ENDS = tuple(_BRITISH_ENDS)
# Where "is" is no other spelling of "iz": behind a vowel (raise) or "w" (likewise), and in these.
_ALWAYS_S = frozenset(
    """
    adv advert appr chast circumc compr comprom conc dem desp dev enterpr exc exerc expert franch highr improv
    inc merchand moonr parad pr pract prec prem prom repr rev sunr superv surm surpr telev treat upr
    """.split()
)
# Parts of British words and what they are in American; those with "ae" or "oe" have "e".
_PARTS = {
    **{"defence": "defense", "offence": "offense", "licence": "license", "pretence": "pretense"},
    **{"practis": "practic", "artefact": "artifact", "mould": "mold", "plough": "plow", "grey": "gray"},
    **{"scept": "skept", "sulph": "sulf", "gramme": "gram"},
}
_GREEK = (
    *("aesth", "aetiol", "anaem", "archae", "caesar", "faec", "foet", "gynaec", "haem", "kaem", "manoeuv"),
    *("mediaev", "oedem", "oesoph", "oestr", "paed", "palaeo", "rhoea"),
)
_OUR = r"our(?<=\w\wour)(?<!\bscour)(?<!\bflour)"
_BRITISH = re.compile("|".join([_OUR, *_GREEK, *_PARTS]))


def _listed(text: str) -> dict[str, str]:
    rows = [row.split() for row in text.split(",")]
    return {form: word for word, *forms in rows for form in forms}


def _numbers() -> dict[str, str]:
    """Words for numbers below a hundred that are one word."""
    cardinals = {word: number for number, word in enumerate(_TEN + _TEENS)}
    ordinals = {word: number for number, word in enumerate(_ORDINALS, 1)}
    ordinals |= {f"{word}th": cardinals[word] for word in _TEENS}
    for number, word in enumerate(_TENS, 2):
        cardinals[word] = ordinals[f"{word[:-1]}ieth"] = 10 * number
    ends = {1: "st", 2: "nd", 3: "rd"}
    written = {word: f"{number}{ends.get(number, 'th')}" for word, number in ordinals.items()}
    return written | {word: str(number) for word, number in cardinals.items()}


ALSO = _listed(_AMBIGUOUS)
NUMBERS = _numbers()
# "one" and "second" mean more than a number.
_TERMS = {word: number for word, number in NUMBERS.items() if word not in ("one", "second")}
_VERBS = _listed(_IRREGULAR)
# The base of each irregular form.
IRREGULAR = _VERBS | ALSO
_WORDS = {pre + form: pre + word for pre in _PREFIXES for form, word in IRREGULAR.items()}
_WORDS |= _VERBS | {american: british for british, american in _listed(_AMERICAN).items()} | UNITS


def stems(tokens: Sequence[str]) -> list[str]:
    """The term of each word: without case and accents, in its base form, stemmed, in one spelling.

    Snowball keeps the "s" after a "u", so that "GPUs" would not be found by "GPU": the plural of a word in
    capitals loses it first.
    """
    folded = [_folded(token[:-1] if _PLURAL_CAPITALS.fullmatch(token) else token) for token in tokens]
    stemmed = _stemmer().stemWords([_american(_WORDS.get(word, word)) for word in folded])
    return [_TERMS.get(word) or _base(stem) for word, stem in zip(folded, stemmed, strict=True)]


def _american(word: str) -> str:
    """A word in American spelling."""
    if word.endswith(_ENDS):
        end = max((end for end in _ENDS if word.endswith(end)), key=len)
        base = word.removesuffix(end)
        if len(base) > 1 and not (end[0] == "i" and (base[-1] in "aeouw" or base in _ALWAYS_S)):
            word = base + _BRITISH_ENDS[end]
    return _BRITISH.sub(_american_part, word)


def _american_part(found: re.Match[str]) -> str:
    part = found[0]
    return "or" if part == "our" else _PARTS.get(part) or part.replace("ae", "e").replace("oe", "e")


def _base(stem: str) -> str:
    """A stem without what Snowball leaves of an ending: travell(ed), analysi(s), policemen."""
    if len(stem) < 5:
        return stem
    if stem.endswith(("ll", "llor")):
        return stem.replace("ll", "l")
    if stem.endswith(("ysi", "osi", "esi")):
        return stem[:-1]
    return f"{stem[:-2]}an" if len(stem) > 5 and stem.endswith("men") else stem


def _folded(token: str) -> str:
    word = token.casefold()
    if word.isascii():
        return word
    bare = _ACCENTS.sub("", unicodedata.normalize("NFKD", word.translate(_PLAIN)))
    return "".join(unicodedata.normalize("NFC", bare).split())


def _stemmer() -> Any:  # noqa: ANN401 - PyStemmer ships no types
    # A PyStemmer object keeps a cache that two threads must not share.
    if not hasattr(_local, "stemmer"):
        import Stemmer

        _local.stemmer = Stemmer.Stemmer("english")
    return _local.stemmer
