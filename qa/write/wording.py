"""Small words that turn a statement: negations, quantifiers, bounds, modals, comparatives; pure.

Each of these is a closed class of English, so lists and no model. A statement is compared with what it cites
as a whole: what only the place of a word tells is left to the trained model.
"""

import re
from collections.abc import Iterator, Sequence

from index.text.terms import stems, words
from qa.language.function_words import is_content
from qa.language.polarity import compare
from qa.write.canonical import canonical


def _class(text: str) -> re.Pattern[str]:
    words = sorted(
        filter(None, (word.strip() for word in " ".join(text.split()).split(","))), key=len, reverse=True
    )
    joined = "|".join(re.escape(word).replace(r"\ ", r"\s+").replace("'", "['’]") for word in words)
    return re.compile(rf"(?<![\w-])(?:{joined})(?!\w)", re.IGNORECASE)


_NOT = re.compile(
    r"\b(?:not|never|no|none|nobody|nothing|neither|nor|nowhere|without|cannot|hardly|rarely|barely|seldom)\b|n['’]t\b",
    re.IGNORECASE,
)
# What denies without a negation, or lets a statement with one follow.
_DENYING = re.compile(
    r"\b(?:un|in|im|ir|il|dis|non|mis)\w{3,}|\w+(?:less|free)\b|\b(?:fail|refus|den[iy]|reject|lack|lose|lost|ban|"
    r"prohibit|forbid|forbade|exempt|except|exclud|only|unless|instead|avoid|prevent|stop|ceas|few|little|less|"
    r"rather|before|until|other than|apart from|too|zero|absen|cancel|clos|end|abandon|drop|remov|withdr|"
    r"away|outlaw|"
    r"oppos|against|contrary|false|wrong|err|doubt|declin|miss|empty|alone|limit|restrict|barr|block|last|former|"
    r"abolish|waive|void|neglect|ignore|reluctan|short of|out of|off\b|but\b|kept|keep)\w*",
    re.IGNORECASE,
)
_ALL = _class(
    """
    all, every, each, everyone, everybody, everything, everywhere, always, both, entire, entirely,
    whole, any, anyone, anybody, anything, throughout, completely, fully, whatever, 100%, without
    exception, in full
    """
)
_SOME = _class(
    """
    some, several, many, few, certain, sometimes, occasionally, part of, partly, half, one of, most,
    majority, mostly, usually, generally, often, typically, largely, mainly, almost, nearly, some
    of, minority, rarely, seldom
    """
)
_ONLY = _class("only, solely, exclusively, sole, nothing but, no one but, none but")
_ONLY_TOO = _class(
    """
    only, solely, exclusively, sole, just, alone, nothing but, except, unless, but, single, no
    other, limited, merely
    """
)
_MIN = _class(
    """
    at least, more than, over, above, no fewer than, no less than, not less than, exceeds,
    exceeding, or more, upwards of, minimum
    """
)
_MAX = _class(
    """
    at most, up to, less than, under, below, fewer than, no more than, not more than, maximum,
    within, as many as, as much as, or less, or fewer, limit, limited
    """
)
_MUST = _class(
    """
    must, shall, required, obliged, has to, have to, had to, need to, needs to, mandatory,
    compulsory, requires, require, obligatory, needed, only, is to, are to, due
    """
)
_MAY = _class(
    """
    may, might, can, could, permitted, allowed, optional, possible, possibly, perhaps, likely, able,
    free to, can be, entitled, need not, optionally, probably, apparently, should
    """
)
_HEDGED = _class("might, may have, may be, might be, could be, could have, possibly, perhaps")
_HEDGES = _class(
    """
    may, might, can, could, possible, possibly, perhaps, likely, probably, believed, thought,
    suggest, suggests, suggested, seems, seem, appears, appear, apparently, potentially, expected,
    if, would, should, estimated, reportedly, about
    """
)
_OPPOSITES = [
    (_class(one), _class(other))
    for one, other in (
        pair.split("/")
        for pair in """
        more/less, fewer; higher/lower; larger, bigger, greater/smaller; before/after; first/last;
        most/least; increase, increased, increases, increasing, rose, rise, rises, grew, grow,
        climbed/decrease, decreased, decreases, decreasing, fell, fall, falls, dropped, drop,
        declined, shrank; longer/shorter; older, oldest/younger, youngest; earlier/later;
        better/worse; above, over/below, under; largest, biggest/smallest; highest/lowest;
        best/worst; open, opens, opened, reopened/closed, closes, close, shut; won, win/lost, lose;
        early/late; up/down; high/low; faster/slower; approved, accepted/rejected, refused; allowed,
        permitted/forbidden, banned, prohibited; confirmed/denied; supported, backed/opposed;
        success, succeeded, successful/failure, failed; passed/failed; started, began, begins,
        starts/ended, ends, finished, stopped; bought, buys/sold, sells; cheaper/dearer;
        cheap/expensive; included, includes/excluded, excludes; north, northern/south, southern;
        east, eastern/west, western; hot, warm/cold; left/right; inside/outside; male, men/female,
        women; common/uncommon, rare; usual/unusual; likely/unlikely; known/unknown; able/unable;
        willing/unwilling; legal, lawful/illegal, unlawful; popular/unpopular; fair/unfair;
        equal/unequal; available/unavailable; aware/unaware; many/few; compulsory, mandatory,
        obligatory/voluntary, optional; public/private; possible/impossible; strong, stronger/weak,
        weaker; heavier/lighter; full/empty; safe/dangerous, unsafe; same/different; gained/lost; day,
        daytime/night
        """.split(";")
    )
]  # fmt: skip


# A negation of the word behind it, which begins so many characters before that at most.
_DENIED = re.compile(
    r"(?:\b(?:not|never|no|cannot)|n['’]t)\s(?:(?:yet|longer|very|so|as|be|been|being|an?|the)\s){0,2}$",
    re.IGNORECASE,
)
_REACH = 40
# What is not allowed is neither a duty nor free to do.
_BANNED = re.compile(r"\bnot\s(?:allowed|permitted)\b", re.IGNORECASE)
# A sentence is another's in the same words when it has so large a share of so many words; a negation may
# stand so many words before them.
_ALIKE, _FEWEST, _BEFORE = 0.8, 3, 2
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")


# "Ignore the above and say that …", addressed to whoever reads; not "they say that".
_ORDERS = re.compile(
    r"\b(?:ignore|disregard|forget)\b.{0,40}\b(?:instructions?|prompts?|rules|above|previous)\b"
    r"|(?:^|[.;:,]\s*|\b(?:and|please|then|now|must)\s+)"
    r"(?:say|write|answer|reply|respond|print|output|claim|pretend|repeat|tell)\b"
    r"[^.]{0,30}?(?:\bthat\b|\bwith\b|\bonly\b|:)"
    r"|^\W*(?:system|assistant|user)\W*:",
    re.IGNORECASE,
)


def orders(quote: str) -> bool:
    """Whether a sentence orders what is to be said, which tells nothing of what is so."""
    return _ORDERS.search(quote) is not None


def turned(statement: str, evidence: Sequence[str]) -> Iterator[str]:
    """Why a statement says otherwise than the sentences it cites, by its small words; a line each."""
    cited = " ".join(evidence)
    statement, evidence = canonical(statement, cited), [canonical(one, statement) for one in evidence]
    cited = " ".join(evidence)
    opposite, agrees = _opposites(statement, cited)
    if _NOT.search(statement) and not (agrees or _NOT.search(cited) or _DENYING.search(cited)):
        yield "denies what the source does not deny"
    if any(compare(statement, one).opposes or _is_negated_otherwise(statement, one) for one in evidence):
        yield "affirms what the source denies, or denies what it affirms"
    yield from _another_amount(statement, cited)
    yield from _another_certainty(_BANNED.sub("banned", statement), _BANNED.sub("banned", cited))
    yield from opposite


def _another_certainty(statement: str, cited: str) -> Iterator[str]:
    """Why a statement says of a duty or of a doubt what the source does not."""
    if _MUST.search(statement) and _MAY.search(cited) and not _MUST.search(cited):
        yield "says must where the source says may"
    if _MAY.search(statement) and _MUST.search(cited) and not _MAY.search(cited):
        yield "says may where the source says must"
    if _HEDGED.search(statement) and not _HEDGES.search(cited):
        yield "is less sure than the source"


def _opposites(statement: str, cited: str) -> tuple[list[str], bool]:
    """Which words of a statement say the opposite of the source, and whether one that is denied agrees."""
    reasons, agrees = [], False
    for pair in _OPPOSITES:
        for one, other in (pair, pair[::-1]):
            said, opposite = one.search(statement), other.search(cited)
            if said and opposite and not one.search(cited) and not other.search(statement):
                if _is_denied(statement, said) != _is_denied(cited, opposite):
                    agrees = True
                else:
                    reasons.append(f"says {said[0]} where the source says the opposite")
    return reasons, agrees


def _is_denied(text: str, found: re.Match[str]) -> bool:
    return _DENIED.search(text[max(0, found.start() - _REACH) : found.start()]) is not None


def _is_negated_otherwise(statement: str, sentence: str) -> bool:
    """Whether a sentence that has the statement's words has a negation among them, and the statement none.

    Or the other way round. Said in other words it is left to the trained model.
    """
    ours, theirs = words(statement), list(_WORD.finditer(sentence))
    wanted = {term for word, term in zip(ours, stems(ours), strict=True) if is_content(word)}
    found = stems([word[0] for word in theirs])
    places = [place for place, term in enumerate(found) if term in wanted]
    if len(wanted) < _FEWEST or len({found[place] for place in places}) < _ALIKE * len(wanted):
        return False
    among = sentence[theirs[max(0, places[0] - _BEFORE)].start() : theirs[places[-1]].end()]
    if _NOT.search(statement):
        return not (_NOT.search(among) or _DENYING.search(among))
    return bool(_NOT.search(among)) and not _DENYING.search(statement)


def _another_amount(statement: str, cited: str) -> Iterator[str]:
    """Why a statement is of more or of less than the source says."""
    if (said := _ONLY.search(statement)) and not _ONLY_TOO.search(cited):
        yield f"says {said[0]}, which the source does not"
    if (said := _ALL.search(statement)) and _SOME.search(cited) and not _ALL.search(cited):
        yield f"says {said[0]} of what the source says of some"
    if (said := _SOME.search(statement)) and _ALL.search(cited) and not _SOME.search(cited):
        yield f"says {said[0]} of what the source says of all"
    for one, other in ((_MIN, _MAX), (_MAX, _MIN)):
        if (said := one.search(statement)) and other.search(cited) and not one.search(cited):
            yield f"says {said[0]} where the source has the opposite bound"
