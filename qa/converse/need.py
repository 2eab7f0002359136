"""How likely a question needs the conversation before it: a logistic regression over its shape.

Of most content words only their place is looked at (a word in lower case, a name, a number), so that what is
learnt holds for any subject: runs of function words, what stands before the first pronoun, the length, and
how much of the question was said before.
"""

from collections.abc import Sequence

import numpy as np

from qa.converse.weights import Floats, shipped
from qa.converse.words import AUXILIARIES, LEANING
from qa.language.names import WH, Word, words_of
from qa.types import Turn

_LONGEST_RUN = 4
_MOST_WORDS = 40
_LEANING = LEANING | frozenset("there then one ones".split())

# What is learnt of one pronoun helps with the others of its form.
_ALIKE = {
    **dict.fromkeys("he she it they".split(), "they"),
    **dict.fromkeys("him her them".split(), "them-they"),
    **dict.fromkeys("his its their".split(), "their-they"),
}


def need_of_context(question: str, history: Sequence[Turn]) -> float:
    """The probability that a question cannot be understood without its history."""
    if not history:
        return 0.0
    logit = float(shipped("need").logits(need_features(question), need_numbers(question, history))[0])
    return float(1.0 / (1.0 + np.exp(-logit)))


def need_features(question: str) -> list[str]:
    """The hashed features of a question: runs of its shape, its words, what stands before a pronoun."""
    words = words_of(question)[:_MOST_WORDS]
    shape = _without_repeats(["^", *(_shape(words, place) for place in range(len(words))), "$"])
    alike = [_ALIKE.get(one, one) for one in shape]
    lows = [_written_out(words, place) for place in range(len(words))]
    return [
        *(f"shape {run}" for run in _runs(shape)),
        *(f"alike {run}" for run in _runs(alike) if "they" in run),
        *(f"word {low}" for low in sorted(set(lows))),
        f"opening {' '.join(lows[:2])}",
        *_before_pronoun(words),
    ]


def _runs(shape: Sequence[str]) -> list[str]:
    return sorted(
        {
            " ".join(shape[start : start + length])
            for length in range(1, _LONGEST_RUN + 1)
            for start in range(len(shape) - length + 1)
        }
    )


def _before_pronoun(words: Sequence[Word]) -> list[str]:
    """What stands before the first word that points back: the question may name what it means itself."""
    place = next((place for place, word in enumerate(words) if word.low in _LEANING), None)
    if place is None:
        return []
    pronoun, before = words[place].low, words[:place]
    shape = " ".join(_without_repeats(["^", *(_shape(words, spot) for spot in range(place))])[-6:])
    content = min(sum(word.is_content for word in before), 3)
    verb = next((spot for spot, word in enumerate(before) if word.low in AUXILIARIES), len(before))
    subject = any(word.is_content for word in before[verb + 1 :])
    return [
        f"before {shape} {pronoun}",
        f"before {shape}",
        f"before {content} {pronoun}",
        f"subject {subject}",
        f"subject {subject} {pronoun}",
    ]


def need_numbers(question: str, history: Sequence[Turn]) -> Floats:
    """The length, the kinds of words, and how much was said before."""
    words = words_of(question)
    content = [word.low for word in words if word.is_content]
    asked = _lows(next((turn.text for turn in reversed(history) if turn.role == "user"), ""))
    answered = _lows(history[-1].text) if history[-1].role == "assistant" else set()
    told = {low for turn in history for low in _lows(turn.text)}
    share = 1.0 / max(1, len(content))
    names = [word.low for word in words[1:] if word.is_content and not word.text.islower()]
    return np.array(
        [
            1.0,
            min(len(words), 20) / 10,
            min(len(content), 8) / 4,
            *(float(len(content) == count) for count in (0, 1, 2)),
            float(len(words) <= 3),
            float(bool(names)),
            float(any(name in told for name in names)),
            float(any(word.text[0].isdigit() for word in words)),
            share * sum(low in told for low in content),
            share * sum(low in asked for low in content),
            share * sum(low in answered for low in content),
            float(any(low in told for low in content)),
            float(not any(word.low in AUXILIARIES for word in words)),
            float(question[:1].isupper()),
            float(question.rstrip().endswith("?")),
            float(len(history) > 2),
        ]
    )


def _lows(text: str) -> set[str]:
    return {word.low for word in words_of(text)}


def _written_out(words: Sequence[Word], place: int) -> str:
    """A word in lower case; the "s" of "what's" is "is"."""
    contracted = place and words[place].low == "s" and words[place - 1].low in WH
    return "is" if contracted else words[place].low


def _shape(words: Sequence[Word], place: int) -> str:
    word = words[place]
    if not word.is_content:
        return _written_out(words, place)
    if any(letter.isdigit() for letter in word.text):
        return "9"
    return "N" if word.start and not word.text.islower() else "c"


def _without_repeats(shape: Sequence[str]) -> list[str]:
    return [one for place, one in enumerate(shape) if not place or one != shape[place - 1]]
