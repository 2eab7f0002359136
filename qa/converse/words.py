"""The English function words that a follow-up question is read by, beside those of `qa.language.names`."""

import re

from qa.language.names import AUXILIARIES as _AUXILIARIES
from qa.language.names import OPENERS as _OPENERS
from qa.language.names import PLACED

OPENERS = _OPENERS | frozenset("ok okay even".split())
MODALS = frozenset(
    "can could will would shall should may might must cannot couldn won wouldn shouldn".split()
)
AUXILIARIES = _AUXILIARIES | MODALS
PREPOSITIONS = PLACED | frozenset(
    "on for with by into of about after before since until during under over than as between per".split()
)
POSSESSIVES = frozenset("his her its their my our your".split())
POINTING = frozenset("this that these those".split())
DETERMINERS = POSSESSIVES | POINTING | frozenset("the a an each every no some any".split())
# The four kinds of pronouns of the third person, and to which each word belongs.
PRONOUN_KINDS = ("he", "she", "it", "they")
PRONOUNS = {
    **dict.fromkeys("he him his himself".split(), "he"),
    **dict.fromkeys("she her hers herself".split(), "she"),
    **dict.fromkeys("it its itself".split(), "it"),
    **dict.fromkeys("they them their theirs themselves".split(), "they"),
}
# Words by which a question may lean on what was said.
LEANING = POINTING | frozenset(PRONOUNS)
# What stands between "how" and the thing that is counted.
COUNTED = frozenset("many much".split())
# An "it" that stands for nothing.
EXPLETIVE = re.compile(
    r"\b(?:is|was|be|isn't|wasn't) it (?:\w+ ){1,2}(?:that|to|if|whether|for)\b"
    r"|\bit(?:'s| is| was) \w+ (?:that|to)\b|\b(?:does|did|will|would) it take\b"
    r"|\bwhat \w+ (?:is|was) it\b|\bhow is it\b|\bit (?:rain|snow|freeze|pour)(?:s|ed|ing)?\b",
    re.IGNORECASE,
)
