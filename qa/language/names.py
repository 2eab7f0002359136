"""Words, names and dates by their shape alone: capitals, digits, and the function words beside them.

No list of first names, places or months is kept, so a name of any subject is found, and what it may be is
only a guess from its form. The cost is linear in the text.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from qa.language.function_words import is_content

ADVERBS = frozenset("when where why how".split())
WH = ADVERBS | frozenset("who whom whose what which".split())
OPENERS = frozenset("and but so or also then".split())
BE = frozenset("is are was were am be been being isn aren wasn weren".split())
DO = frozenset("do does did doesn didn don".split())
AUXILIARIES = BE | DO | frozenset("has have had hasn haven hadn can could will would shall should".split())
# Prepositions after which a name is a place more often than a person.
PLACED = frozenset("in at from to".split())
# A year, with or without its month and day; after "on" a month and day suffice.
DATE = re.compile(
    r"\b(?:[A-Z][a-z]+ (?:\d{1,2}(?:st|nd|rd|th)?,? )?|\d{1,2} [A-Z][a-z]+ )?[12]\d{3}\b"
    r"|(?<=[Oo]n )(?:[A-Z][a-z]+ \d{1,2}|\d{1,2} [A-Z][a-z]+)\b"
)
_WORD = re.compile(r"[^\W_]+(?:[-.&][^\W_]+)*")
_PARTICLES = frozenset("of the and de la da di du van von der den del".split())
_NO_PERSON = PLACED | frozenset("the a an his her their its this that of".split())
_LONGEST_PERSON = 4


@dataclass(frozen=True, slots=True)
class Word:
    """A word as written, and in lower case, at its place in the text."""

    text: str
    low: str
    start: int
    end: int

    @property
    def is_content(self) -> bool:
        """Whether it carries meaning rather than grammar."""
        return is_content(self.text)


@dataclass(frozen=True, slots=True)
class Name:
    """A capitalised run. `kinds` holds those of person, thing and group that its shape allows.

    `after` is the word before it and its "the".
    """

    text: str
    start: int
    kinds: frozenset[str]
    after: str


def words_of(text: str) -> list[Word]:
    """The words with their places; "High-Flyer" and "U.S" are one word each, "X's" is two."""
    return [Word(found[0], found[0].casefold(), *found.span()) for found in _WORD.finditer(text)]


def names_in(text: str) -> list[Name]:
    """The names in order; "A and B" gives itself, then A, then B."""
    words = words_of(text)
    if len(words) > 2 and all(word.text[0].isupper() for word in words):
        return []  # a title or a shout: capitals tell nothing
    names: list[Name] = []
    placed = -1
    for first, last in _runs(text, words):
        goes_on = 0 <= placed == first - 1 and _between(text, words, first) == ", "
        run = words[first : last + 1]
        name = _name(text, run, words[max(0, first - 2) : first], in_place=goes_on)
        placed = last if name.after in PLACED else -1
        names.append(name)
        if "group" in name.kinds and len(name.kinds) == 1:
            names.extend(_joined(text, run, words[max(0, first - 2) : first]))
    return names


def _between(text: str, words: list[Word], place: int) -> str:
    """What separates a word from the one before; a full stop before the first."""
    return text[words[place - 1].end : words[place].start] if place else "."


def _runs(text: str, words: list[Word]) -> Iterator[tuple[int, int]]:
    """First and last word of each run; particles and numbers count only inside one."""
    dates = {place for date in DATE.finditer(text) for place in range(*date.span())}
    first = last = -1
    for place, word in enumerate(words):
        if first >= 0 and not _continues(text, words, place):
            if _is_name(text, words, first, last):
                yield first, last
            first = last = -1
        if word.start in dates:
            continue
        numbered = first >= 0 and last == place - 1 and word.text[0].isdigit()
        if numbered or (word.is_content and not word.text.islower() and not word.text[0].isdigit()):
            first, last = (place if first < 0 else first), place
    if first >= 0 and _is_name(text, words, first, last):
        yield first, last


def _continues(text: str, words: list[Word], place: int) -> bool:
    """Whether a run may go through a word: a name's, a particle, or an initial's neighbour."""
    gap, before, word = _between(text, words, place), words[place - 1], words[place]
    joined = gap == " " or (gap == ". " and len(before.text) == 1)
    return joined and (word.low in _PARTICLES or not word.text.islower())


def _is_name(text: str, words: list[Word], first: int, last: int) -> bool:
    """A capital at the start of a sentence says little: such a word must be followed as a subject is."""
    if last > first or last + 1 == len(words) or _between(text, words, first) in {" ", ", "}:
        return any(character.isupper() for word in words[first : last + 1] for character in word.text)
    following = words[last + 1]
    subject = following.is_content or following.low in AUXILIARIES or following.low == "and"
    return words[last].text[0].isupper() and (subject or text[words[last].end] in "'’,")


def _joined(text: str, run: list[Word], before: list[Word]) -> Iterator[Name]:
    joints = [-1, *(place for place, word in enumerate(run) if word.low == "and"), len(run)]
    for start, end in pairwise(joints):
        part = run[start + 1 : end]
        if part and part[0].low == "the":
            before, part = part[:1], part[1:]
        if part:
            yield _name(text, part, before, in_place=False)
        before = run[max(0, end) : end + 1]


def _name(text: str, run: list[Word], before: list[Word], *, in_place: bool) -> Name:
    lows = {word.low for word in run}
    last = before[-1].low if before else ""
    article = last == "the"
    after = "in" if in_place else before[0].low if article and len(before) > 1 else last
    kinds = {"thing", "group"}
    if "and" in lows:
        kinds = {"group"}
    elif not in_place and last not in _NO_PERSON and not lows & {"of", "the"} and _person_like(run):
        kinds.add("person")
    return Name(text[run[0].start : run[-1].end], run[0].start, frozenset(kinds), after)


def _person_like(run: list[Word]) -> bool:
    return len(run) <= _LONGEST_PERSON and not any(
        word.text[-1].isdigit() or (len(word.text) > 1 and word.text.isupper()) for word in run
    )
