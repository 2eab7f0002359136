"""Whether a sentence says the opposite of what a question takes for granted; pure.

Each word that carries meaning is affirmed or denied, by the negations in whose scope it stands. A sentence
opposes a question when the words that one of them denies and both share are never denied, or affirmed, in
both. Only closed classes are listed: negations, idioms that deny nothing, and a few pairs of opposites.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from index.lexical import stems
from qa.english import is_content
from qa.names import AUXILIARIES, WH

# How many words that carry meaning a negation denies; in a relative or conditional clause the first alone.
_REACH, _REACH_IN_CLAUSE = 3, 1
_NEGATIONS = frozenset("not never no cannot nobody none nothing nowhere neither nor without".split())
_CLAUSES = frozenset("who which that if when where while whoever".split())
# Negations of which nothing is denied: "not only", "no later than", "did not open until 1950".
_IDIOMS = re.compile(
    r"\b(?:not (?:only|just|merely|simply|necessarily|least|all|every|until)|no (?:more|less|fewer|later|earlier"
    r"|sooner|doubt|matter|one else)|whether or not|why not|or not|not .{1,80}?\b(?:until|unless|but)|no\. ?\d"
    r"|(?:no|nothing|none|nobody)\b.{1,80}?\b(?:except|but|other than))\b",
    re.IGNORECASE,
)
# "All but two", "except on Sundays": what is said holds for some and not for others.
_MIXED = re.compile(r"\b(?:except(?:ing)?|unless|apart from|other than|only|excluding)\b", re.IGNORECASE)
_BREAKS = re.compile(r"[;:—()]| – |,? \b(?:but|although|though|while|whereas|however|because|since|so)\b|, (?=and\b|which\b|who\b)")
