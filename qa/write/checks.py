"""Check a sentence that a language model wrote against the sentences that it cites.

By rule: what must stand there (figures, units, dates, names, quoted words) and what small words may turn
(negations, quantifiers, modals, comparatives). Where no rule finds anything, by the second reader's encoder,
which has a head for it.
"""

import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

from index.split.sentences import sentences
from qa.read import window_model
from qa.types import Citation
from qa.write import standing
from qa.write.wording import orders, turned

# `python -m qa.training.checker --write` chooses them.
BARS_FILE = Path(__file__).with_name("bars.json")

ORDERED = "cites an order to say something, which is no source of it"
NOT_FOLLOWING = "does not seem to follow from what is cited"


class Bars(NamedTuple):
    """From which logit on a statement follows: where no rule finds anything; where a small word is turned."""

    follows: float
    certain: float


@cache
def bars() -> Bars:
    """Those that ship."""
    return Bars(**json.loads(BARS_FILE.read_text(encoding="utf-8")))


class Checker:
    """The checks by rule and by a model, which is loaded at the first use. Safe between threads."""

    def reasons(self, statement: str, evidence: Sequence[Citation]) -> list[str]:
        """Why a statement is not supported by the sentences that it cites, a line each; none if it is."""
        quotes = [citation.quote for citation in evidence]
        context = " ".join(f"{citation.document_id} {citation.heading or ''}" for citation in evidence)
        absent, small = by_rule(statement, quotes, context)
        logit = 0.0 if absent else entailment(statement, " ".join(quotes))
        return struck(absent, small, logit, bars())


def entailment(statement: str, cited: str) -> float:
    """The model's logit that a statement follows, its amounts written as in what is cited."""
    return window_model.shipped().entailment(standing.as_cited(statement, cited), cited)


def struck(absent: Sequence[str], small: Sequence[str], logit: float, least: Bars) -> list[str]:
    """Why a statement is struck by what the rules say and by the model's logit."""
    if absent or (small and logit < least.certain):
        return [*absent, *small]
    return [] if logit >= least.follows else [NOT_FOLLOWING]


def by_rule(statement: str, quotes: Sequence[str], context: str = "") -> tuple[list[str], list[str]]:
    """What does not stand in what is quoted, and which small words turn it; lines that say so.

    `context` are the names and headings of what is quoted.
    """
    cited = " ".join(quotes)
    apart = [quote[start:end] for quote in quotes for start, end in sentences(quote, 0, len(quote))]
    found = (
        ("the figure {} does not stand in what is cited", standing.missing_figures(statement, cited)),
        ("the source has another unit than {}", standing.other_units(statement, cited)),
        ("the source has another date than {}", standing.missing_days(statement, cited)),
        ("the name {} does not stand in what is cited", standing.missing_names(statement, cited, context)),
        ("the words “{}” do not stand in what is cited", standing.missing_quotes(statement, cited)),
    )
    named = [line.format(what) for line, missing in found for what in missing]
    ordered = [ORDERED] if any(map(orders, apart)) else []
    return [*named, *ordered], list(turned(statement, apart))
