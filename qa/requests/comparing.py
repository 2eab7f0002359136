"""Which two documents a text asks to compare as wholes; pure."""

import re
from collections.abc import Callable, Collection, Mapping, Sequence

from index.text.terms import stems, words
from qa.language.function_words import counts
from qa.requests import versions, where
from qa.requests.parts import reference

# "What do both say", "the difference between …": by a list, since 3,458 `intents` hold no such request to
# learn from.
_COMPARING = frozenset(
    stems(
        """
        compare comparison differ difference different differently contrast common both similar
        similarity same versus vs change alike agree disagree
        """.split()
    )
)
# Without one of these no text asks it; quicker than its stems.
COMPARING = re.compile(
    r"\b(?:compar|differ|contrast|common|both|similar|same|versus|vs|chang|alike|agree|disagree)",
    re.IGNORECASE,
)
# What the two are called.
_CALLED = frozenset(
    stems("only one two other version edition old new first second latest previous page content".split())
)

# "the two documents", where there are two.
_SEVERAL = re.compile(r"\b(?:both|two|them|these|documents|files|versions|texts)\b", re.IGNORECASE)
_TWO_TEXTS = re.compile(
    rf"\b(?:two|both|these)\s+(?:the\s+)?((?:{versions.TEXT}|{where.TEXT}s)\b)", re.IGNORECASE
)
# "Compare the handbooks", where two are called so.
_OF_SEVERAL = re.compile(r"\bcompare\b|\bdifferences? between\b", re.IGNORECASE)
_ANY = re.compile(r"\ban?\b", re.IGNORECASE)
_JOINING = frozenset("and or the to with from than".split())
# "What's different?", "list the differences" of the only two; "how did she change?" is of somebody.
_BARE = frozenset(
    "what where which how is are was s has have do they the all any list show give tell me in here".split()
)
_DIFFERING = frozenset(
    stems("compare comparison differ difference different differently change versus".split())
)


def compared(
    text: str,
    asked: Sequence[str],
    named: Sequence[str],
    having: Callable[[str], Collection[str]],
) -> tuple[str, ...]:
    """The two documents that a text asks to compare, and nothing else; () where it asks anything else.

    "How do the fees of a.md and b.md differ?" asks for fees, and is a question. `text` is without the full
    names of the documents that are `named`. Others of those `asked` may be called by a part of their names
    ("the 2024 and 2025 handbook"): `having` gives the documents whose names hold a term. Where only two are
    asked they may be called by what they are ("the two contracts").
    """
    said = words(text)
    terms = dict(zip(said, stems(said), strict=True))
    if not _COMPARING & {*terms.values()} or not {*named} <= {*asked}:
        return ()
    called = {w: t for w, t in terms.items() if counts(w, t) and t not in _COMPARING | _CALLED}
    bearing = {word: {*having(term)} & {*asked} for word, term in called.items()}
    are_two = len(asked) == 2 and bool(_SEVERAL.search(text) or (_is_bare(terms) and not named))
    is_name = _is_one_phrase(terms, called) and not reference(text)
    pair = list(named) if not is_name else _pair(text, asked, named, bearing)
    pair = list(asked) if len(pair) < 2 and are_two else pair
    others = [word for word, held in bearing.items() if not (is_name and _fits(held, pair))]
    is_of_wholes = not others or (are_two and not named and _texts(text) == set(others))
    return tuple(pair) if len(pair) == 2 and is_of_wholes else ()


def _texts(text: str) -> set[str]:
    """What two texts are called in a text: "contracts" in "the two contracts"."""
    return {word for found in _TWO_TEXTS.finditer(text) for word in words(found[1])}


def _fits(held: Collection[str], pair: Collection[str]) -> bool:
    """Whether a word of the documents `held` calls both or one of a pair."""
    return {*pair} <= {*held} or 0 < len({*held}) == len({*held} & {*pair})


def _pair(
    text: str, asked: Sequence[str], named: Sequence[str], bearing: Mapping[str, set[str]]
) -> list[str]:
    """The documents that are named, those that one word each tells apart, or the two that share a word.

    Of more than two, plain words tell them apart beside a word that both share alone: "red and white" may be
    anything, "the red and the white menu" are two menus. So it is with "a lease", which is of any.
    """
    shared = [[one for one in asked if one in held] for held in bearing.values() if len(held) == 2]
    telling = {word: held for word, held in bearing.items() if len(held) == 1}
    are_numbers = all(any(map(str.isdigit, word)) for word in telling)
    are_all = len(asked) == 2 and not _ANY.search(text)
    is_sure = bool(shared) or are_numbers or are_all
    told = [*named, *(document for held in telling.values() if is_sure for document in held)]
    is_called = bool(_SEVERAL.search(text) or _OF_SEVERAL.search(text))
    return list(dict.fromkeys(told)) or (shared[0] if shared and is_called else [])


def _is_one_phrase(terms: Mapping[str, str], called: Collection[str]) -> bool:
    """Whether the words of a name stand together: "the 2024 and 2025 sales", not "sales in 2024"."""
    said = list(terms)
    places = [said.index(word) for word in called]
    between = said[min(places) : max(places)] if places else []
    return all(
        word in called or word.casefold() in _JOINING or terms[word] in _COMPARING | _CALLED
        for word in between
    )


def _is_bare(terms: Mapping[str, str]) -> bool:
    """Whether words ask what is different and say nothing of what."""
    rest = {word.casefold() for word, term in terms.items() if term not in _COMPARING}
    return rest <= _BARE and bool(_DIFFERING & {*terms.values()})
