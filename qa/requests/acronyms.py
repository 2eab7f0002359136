"""Find what an acronym stands for in a text, and the acronym of words that are spelt out; pure.

A definition is "mean time to repair (MTTR)", "MTTR (mean time to repair)" or "MTTR means mean time to
repair"; whether its words fit the letters is told as Schwartz and Hearst do ("A simple algorithm for
identifying abbreviation definitions in biomedical text", 2003). Without a definition, it stands for
capitalised words whose initials are the letters.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import islice

from index.text.terms import stems, words
from qa.language.function_words import is_content

Range = tuple[int, int]

_ACRONYM = re.compile(
    r"(?<![\w-])(?:[A-Z](?:\.?[A-Z0-9&]){1,6}\.?|[A-Z][A-Za-z0-9]{0,4}[A-Z])(?:s|'s|’s)?(?![\w-])"
)
_SHORT_WORD = re.compile(r"(?<![\w-])[a-z]{3,6}(?![\w-])")
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
# Words that have no letter in an acronym, though they may.
_FEWEST_CAPITALS = 2
# Characters on either side in which a definition is looked for, and places of an acronym that are looked at.
_NEAR, _MOST_PLACES = 300, 1000
_LITTLE = "of the and for to in on at by a an with de la du des".split()
_SKIPPED = rf"(?:{'|'.join(_LITTLE)})"
_INSIDE = re.compile(r"\s*\(\s*([^()]{3,120}?)\s*[);,]")
_CLOSED = re.compile(r"[\"”]?\s*[);,]")
_MEANS = re.compile(
    r"\s*(?:\bmeans?\b|\bstands?\s+for\b|\b(?:is|are)\s+short\s+for\b|\bdenotes?\b|\brefers?\s+to\b|"
    r"\b(?:is|are)\s+the\s+(?:abbreviation|acronym)\s+(?:of|for)\b|[=:,–—|\t]|\s-\s)\s*(?:the\s+|an?\s+)?[\"“'‘]?",
    re.IGNORECASE,
)
# What a question may say of an acronym beside the acronym itself when it asks what the letters mean.
_ASKS = frozenset(
    stems("stand mean meaning short abbreviation abbreviated acronym full form expansion letters".split())
)


def acronyms(question: str) -> list[Range]:
    """Ranges of what may be acronyms: words in capitals, or short words where there are none."""
    found = [match.span() for match in _ACRONYM.finditer(question)]
    return found or [match.span() for match in _SHORT_WORD.finditer(question) if is_content(match[0])]


def asks_for_expansion(question: str, acronym: Range) -> bool:
    """Whether a question asks but what the letters of an acronym stand for, or is the acronym alone."""
    rest = question[: acronym[0]] + question[acronym[1] :]
    said = set(stems([word for word in words(rest) if is_content(word)]))
    is_alone = not rest.strip(" ?!.") and question[slice(*acronym)].isupper()
    return is_alone or (bool(said) and said <= _ASKS)


def letters(acronym: str) -> str:
    """The letters of an acronym in lower case, without dots and the ending of a plural or genitive."""
    singular = re.sub(r"(?<=[A-Z0-9])(?:s|['’]s)$", "", acronym)
    return re.sub(r"[^a-z0-9]", "", singular.casefold())


def definition(acronym: str, text: str) -> Range | None:
    """Where a text says in words what an acronym stands for; the range of these words."""
    short = letters(acronym)
    if len(short) < 2:
        return None
    written = rf"(?<![\w-]){'[.]?'.join(short)}[.]?s?(?![\w-])"
    for found in islice(re.finditer(written, text, re.IGNORECASE), _MOST_PLACES):
        if sum(map(str.isupper, found[0])) < _FEWEST_CAPITALS:
            continue
        # A definition stands right beside; the text as a whole is not copied for each place.
        first = max(0, found.start() - _NEAR)
        near = text[first : found.end() + _NEAR]
        if place := _beside(short, near, found.start() - first, found.end() - first):
            return first + place[0], first + place[1]
    return None


def _beside(short: str, text: str, start: int, end: int) -> Range | None:
    """The words right before or behind an acronym that it stands for."""
    inside = _INSIDE.match(text, end)
    if inside and _fits(short, inside[1]):
        return inside.span(1)
    is_closed = text[:start].rstrip().endswith(("(", "(the", "“", '"')) and _CLOSED.match(text, end)
    if is_closed and (before := _before(short, text, start)):
        return before
    means = _MEANS.match(text, end)
    return _after(short, text, means.end()) if means else None


def spelt_out(acronym: str, text: str) -> Range | None:
    """Capitalised words whose initials are the letters, where a text has such; the most frequent ones."""
    short = letters(acronym)
    if len(short) < 2 or not short.isalpha():
        return None
    found = list(_initials(short).finditer(text))
    counts = Counter(" ".join(match[0].split()).casefold() for match in found)
    best = counts.most_common(2)
    if not best or (len(best) == 2 and best[0][1] == best[1][1]):
        return None
    return next(match.span() for match in found if " ".join(match[0].split()).casefold() == best[0][0])


def shortened(question: str, is_used: Iterable[str], texts: Iterable[str]) -> Iterator[tuple[Range, str]]:
    """Words of a question whose acronym a text defines, with the acronym as it is written there."""
    tokens = list(_WORD.finditer(question))
    used = set(is_used)
    for size in range(min(6, len(tokens)), 1, -1):
        for first in range(len(tokens) - size + 1):
            run = tokens[first : first + size]
            start, end = run[0].start(), run[-1].end()
            for short in _initials_of([token[0] for token in run]) & used:
                for text in texts:
                    place = definition(short.upper(), text)
                    if place and stems(words(text[slice(*place)])) == stems(words(question[start:end])):
                        yield (start, end), short.upper()
                        break


def initials(question: str) -> set[str]:
    """The initials, in lower case, of all runs of two to six words of a question."""
    tokens = [token[0] for token in _WORD.finditer(question)]
    return {
        short
        for size in range(2, 7)
        for first in range(len(tokens) - size + 1)
        for short in _initials_of(tokens[first : first + size])
    }


def _initials_of(run: list[str]) -> set[str]:
    """The initials of some words: of all, and of those that carry meaning."""
    if not is_content(run[0]):
        return set()
    every = "".join(word[0] for word in run).casefold()
    if not is_content(run[-1]):
        return {every}
    main = "".join(word[0] for word in run if is_content(word)).casefold()
    return {short for short in (every, main) if len(short) > 1}


def _fits(short: str, words_before: str) -> bool:
    """Whether the letters occur in order, from the right, and the first at the start of all words."""
    return _first(short, words_before) == 0 and " " in words_before.strip()


def _first(short: str, text: str) -> int:
    """Where the words start that a definition's letters are taken from; -1 when they do not fit."""
    low, place = text.casefold(), len(text)
    if len(low) != len(text):
        return -1
    for at in range(len(short) - 1, -1, -1):
        place -= 1
        while place >= 0 and (
            low[place] != short[at] or (at == 0 and place > 0 and low[place - 1].isalnum())
        ):
            place -= 1
        if place < 0:
            return -1
    return place


def _before(short: str, text: str, bracket: int) -> Range | None:
    """The words before a bracket that an acronym in it stands for."""
    end = len(text[:bracket].rstrip().rstrip('(“"').removesuffix("(the").rstrip())
    # Schwartz and Hearst look back min(n + 5, 2 n) words for n letters.
    tokens = list(_WORD.finditer(text, max(0, end - 200), end))[-min(len(short) + 5, 2 * len(short)) :]
    if not tokens or re.search(r"[.!?;]\s", text[tokens[-1].start() : end]):
        return None
    start = tokens[0].start()
    # By initials where they fit, since letters within words fit more than is meant.
    for first in range(len(tokens) - 1, -1, -1):
        if short in _initials_of([token[0] for token in tokens[first:]]):
            return tokens[first].start(), end
    place = _first(short, text[start:end])
    return (start + place, end) if place >= 0 and " " in text[start + place : end] else None


def _after(short: str, text: str, start: int) -> Range | None:
    """The words from a place on that an acronym before them stands for."""
    run: list[str] = []
    first = last = start
    for token in _WORD.finditer(text, start, min(len(text), start + 200)):
        gap = text[last : token.start()]
        if run and re.search(r"[.!?;:()]|\n\s*\n", gap):
            break
        first = first if run else token.start()
        run.append(token[0])
        last = token.end()
        if len(run) > 1 and short in _initials_of(run):
            return first, last
        if len(run) > 2 * len(short):
            break
    return None


@lru_cache(maxsize=256)
def _initials(short: str) -> re.Pattern[str]:
    parts = [rf"{letter.upper()}[\w’'-]*" for letter in short]
    for at in range(1, len(short) - 1):  # "Request for Proposal"
        if little := [word for word in _LITTLE if word[0] == short[at]]:
            parts[at] = f"(?:{parts[at]}|{'|'.join(little)})"
    between = rf"[\s-]+(?:{_SKIPPED}\s+){{0,2}}"
    return re.compile(rf"(?<![\w-]){between.join(parts)}(?![\w-])")
