"""Whether a text asks to compare two documents as wholes; pure."""

import re

from index.text.terms import stems, words
from qa.language.function_words import counts

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


def asks_to_compare(text: str) -> bool:
    """Whether a text, without the names in it, asks for nothing but what is alike and what is not.

    "How do the fees of a.md and b.md differ?" asks for fees, and is a question.
    """
    said = words(text)
    found = stems(said)
    telling = {term for word, term in zip(said, found, strict=True) if counts(word, term)}
    return bool(_COMPARING & set(found)) and telling <= _COMPARING | _CALLED
