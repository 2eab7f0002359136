"""Which spans make up an answer, and whether they agree; pure."""

import math
import re
from collections.abc import Sequence
from itertools import combinations, permutations

from qa.language.numerals import dates, numbers, spoken
from qa.language.polarity import compare, is_yes_or_no
from qa.read.cues import kind_asked
from qa.read.spans import Range, Span

MOST_SENTENCES = 3
_STATED = re.compile(r"^\W*(?:A\W+)?(yes|no)\s*(?:[^\w\s]|$)", re.IGNORECASE)


def compose(spans: Sequence[Span], said: Sequence[str], least_odds: float) -> list[Span]:
    """The spans that are shown: the best, and of the others those that say something else nearly as surely.

    `said` holds each span's exact words, spans come best first. Scores are log-odds, so that exp(score -
    best) is how likely a span is against the best one; it is shown from `least_odds` on. A span that repeats
    what is shown, or is a part of it, adds nothing and is left out. At most three sentences.
    """
    shown: list[Span] = []
    words: list[list[str]] = []
    sentences: set[tuple[str, Range]] = set()
    for span, text in zip(spans, map(spoken, said), strict=False):
        places = {(span.document_id, place) for place in ((span.start, span.end), span.beside) if place}
        if shown and math.exp(span.score - shown[0].score) < least_odds:
            break
        new = not any(_is_part(text, known) or _is_part(known, text) for known in words)
        if new and not places & sentences and len(places | sentences) <= MOST_SENTENCES:
            shown.append(span)
            words.append(text)
            sentences |= places
    return shown


def disagree(question: str, said: Sequence[str], sentences: Sequence[str]) -> bool:
    """Whether the answers differ, for a question for one number or date, or for a yes or no.

    `said` holds their exact words, `sentences` the sentences that these stand in.
    """
    if is_yes_or_no(question):
        stated = {found[1].casefold() for sentence in sentences if (found := _STATED.search(sentence))}
        compared = [compare(question, sentence) for sentence in sentences]
        return len(stated) > 1 or any(
            no.opposes and not yes.opposes and no.contrary & yes.same for no, yes in permutations(compared, 2)
        )
    kind = kind_asked(question)
    if kind == "time":
        return any(_differ_in_date(a, b) for a, b in combinations(said, 2))
    return kind == "amount" and any(_differ(a, b) for a, b in combinations(said, 2))


def _differ_in_date(said: str, other: str) -> bool:
    """Whether two texts name dates of which none can be the same; without dates, numbers."""
    ours, theirs = dates(said), dates(other)
    if ours and theirs:
        return not any(a.may_be(b) for a in ours for b in theirs)
    return _differ(said, other)


def _differ(said: str, other: str) -> bool:
    """Whether two texts name numbers of which none is the same."""
    ours, theirs = numbers(said), numbers(other)
    return bool(ours and theirs) and not ours & theirs


def _is_part(words: Sequence[str], of: Sequence[str]) -> bool:
    """Whether words stand in others, one after the other."""
    return any(of[first : first + len(words)] == words for first in range(len(of) - len(words) + 1))
