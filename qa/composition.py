"""Which spans make up an answer, and whether they agree; pure."""

import math
import re
from collections.abc import Sequence

from qa.cues import kind_asked, normal
from qa.spans import Span

MOST_SENTENCES = 3
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")


def compose(spans: Sequence[Span], said: Sequence[str], least_odds: float) -> list[Span]:
    """The spans that are shown: the best, and of the others those that say something else nearly as surely.

    `said` holds each span's exact words, spans come best first. Scores are log-odds, so that exp(score -
    best) is how likely a span is against the best one; it is shown from `least_odds` on. A span that repeats
    what is shown, or is a part of it, adds nothing and is left out. At most three.
    """
    shown: list[Span] = []
    words: list[str] = []
    for span, text in zip(spans, map(normal, said), strict=False):
        if len(shown) == MOST_SENTENCES or (shown and math.exp(span.score - shown[0].score) < least_odds):
            break
        if not any(text in known or known in text for known in words):
            shown.append(span)
            words.append(text)
    return shown


def disagree(question: str, said: Sequence[str]) -> bool:
    """Whether a question for one number or date got answers that name different ones."""
    if kind_asked(question) not in {"time", "amount"}:
        return False
    named = [set(_NUMBER.findall(text)) for text in said]
    return any(a and b and not a & b for place, a in enumerate(named) for b in named[:place])
