"""What kind of request a text is: a softmax regression over its letters, words and vector; pure numpy.

The weights are in `kinds.npz`, written by `python -m qa.training.requests`, which also measures them. There
are two sets: one for the vectors of the default embedding model, one for the text alone where the index has
another model.
"""

import re
import zlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from index.embed.pooling import Vectors
from qa.types import KINDS, Kind

Floats = NDArray[np.float32]
Weights = dict[str, Floats]

FILE = Path(__file__).with_name("kinds.npz")
# Letters and words are counted in so many places each; twice or four times as many scored the same.
PLACES = 4096
# A length in words of this or more counts as one.
LONGEST = 12
FEATURES = 2 * PLACES + LONGEST + 1
# A request is a question unless all other kinds together are this probable: an ordinary question that is
# taken for something else is the worse mistake. From the figures of the training.
SURE = 0.65
_LONGEST_TEXT = 400
_FILE = re.compile(r"\b[\w-]*\w\.[a-z]{2,5}\b", re.IGNORECASE)
_ACRONYM = re.compile(r"\b[A-Z]{2,6}s?\b")
_TOKEN = re.compile(r"\w+(?:'\w+)?|[^\w\s]")
# The vector has unit length, as letters and words have; this is how much more it weighs.
_VECTOR_WEIGHT = 2.0
_LENGTH_WEIGHT = 0.5
_LATIN_END = "\u0250"
_LEAST_LATIN = 0.5


class Judgement(NamedTuple):
    """The kind of a request and how probable each kind is, in the order of `KINDS`."""

    kind: Kind
    probabilities: Floats

    def of(self, kind: Kind) -> float:
        """How probable a kind is."""
        return float(self.probabilities[KINDS.index(kind)])

    @property
    def is_about_text(self) -> bool:
        """Whether it is rather about a text, a part of one or a document than a question of a fact."""
        return self.of("document") + self.of("whole") + self.of("part") > self.of("question")

    def likelier(self, *kinds: Kind) -> Kind:
        """The most probable of some kinds."""
        return max(kinds, key=self.of)


def judge(text: str, vector: Vectors | None, weights: Weights | None = None) -> Judgement:
    """What kind of request a text is; `vector` is its own by the default embedding model, or None.

    The weights know nothing of other scripts than Latin: what is written in those is a question.
    """
    letters = [letter for letter in text if letter.isalpha()]
    if letters and sum(letter < _LATIN_END for letter in letters) < _LEAST_LATIN * len(letters):
        return Judgement("question", np.eye(len(KINDS), dtype=np.float32)[0])
    known = weights or _shipped()
    places, values = features(text)
    if vector is None:
        scores = values @ known["text_alone"][places] + known["bias_alone"]
    else:
        scores = values @ known["text"][places] + _VECTOR_WEIGHT * vector @ known["vector"] + known["bias"]
    probabilities = np.exp(scores - scores.max())
    probabilities /= probabilities.sum()
    first = int(probabilities[1:].argmax()) + 1 if 1.0 - probabilities[0] >= SURE else 0
    return Judgement(KINDS[first], probabilities)


def features(text: str) -> tuple[NDArray[np.int64], Floats]:
    """The places of a text's features among FEATURES, and their values.

    Runs of three to five letters within a word, runs of one to four words, each scaled to unit length
    together, and the number of words. A digit stands for every number, one word for every file's name, and
    another says that there is an acronym.
    """
    plain = _FILE.sub(" file0name ", text[:_LONGEST_TEXT]).casefold().replace("’", "'")
    tokens = _TOKEN.findall(re.sub(r"\d+", "0", plain))
    letters, letter_values = _counted(_letters(tokens), 0)
    acronym = ["acronym0"] if _ACRONYM.search(text[:_LONGEST_TEXT]) else []
    words, word_values = _counted(_words(["^", *tokens, "$", *acronym]), PLACES)
    length = 2 * PLACES + min(LONGEST, len(tokens))
    return (
        np.array([*letters, *words, length], dtype=np.int64),
        np.array([*letter_values, *word_values, _LENGTH_WEIGHT], dtype=np.float32),
    )


def _letters(tokens: list[str]) -> Iterator[str]:
    for token in tokens:
        word = f" {token} "
        for size in (3, 4, 5):
            yield from (word[at : at + size] for at in range(max(1, len(word) - size + 1)))


def _words(tokens: list[str]) -> Iterator[str]:
    for size in (1, 2, 3, 4):
        yield from (" ".join(tokens[at : at + size]) for at in range(len(tokens) - size + 1))


def _counted(runs: Iterator[str], first: int) -> tuple[list[int], Floats]:
    counts: dict[int, int] = {}
    for run in runs:
        place = first + zlib.crc32(run.encode("utf-8", "replace")) % PLACES
        counts[place] = counts.get(place, 0) + 1
    values = np.array(list(counts.values()), dtype=np.float32)
    return list(counts), values / max(float(np.linalg.norm(values)), 1e-12)


@cache
def _shipped() -> Weights:
    with np.load(FILE) as stored:
        return {name: stored[name].astype(np.float32) for name in stored.files}
