"""What answers a request best, and what verdict that deserves; pure."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from qa.answer.comparison import Compared
from qa.answer.composition import MOST_SENTENCES
from qa.read.spans import Span
from qa.retrieve.retriever import RetrievedPassage
from qa.types import Verdict

# Sentences fit keywords from this score on: of 164 asked of their own document 94 % reach it, of 150 asked of
# another 5 %.
_FITS = 0.43


class Guess(NamedTuple):
    """The spans found, best first, those of them that are used, and how sure it is that they are right.

    `unrated` is the verdict of a guess that has no confidence. `compared` parts the spans of a comparison.
    `respelt` holds the names of the question that were read as others, with those.
    """

    spans: Sequence[Span]
    used: Sequence[Span]
    confidence: float | None = None
    missing: Sequence[str] = ()
    disagreement: bool = False
    unrated: Verdict = "answered"
    compared: Compared | None = None
    respelt: Mapping[str, str] = MappingProxyType({})

    def verdict(self, bar: float, likely: float) -> Verdict:
        """Answered from `bar` on, likely from `likely` on; from 0.0 on any guess is an answer."""
        if not self.used:
            return "silent"
        if self.confidence is None:
            return "answered" if bar == 0.0 else self.unrated
        if self.confidence >= bar:
            return "answered"
        return "likely" if self.confidence >= likely else "silent"

    def beside(self, other: "Guess") -> "Guess":
        """The guess with what another one says of other documents behind its first sentence."""
        others = [span for span in other.used if span.document_id != self.used[0].document_id]
        used = [self.used[0], *others[:1], *self.used[1:], *others[1:]][:MOST_SENTENCES]
        return self._replace(used=used, spans=[*self.spans, *others])


NO_GUESS = Guess((), ())


def found(passages: Sequence[RetrievedPassage], guess: Guess, likely: float) -> Guess:
    """What bare keywords find: the best sentences, likely where they fit the words.

    An exact answer is marked where it would be given to a question.
    """
    fit = max((sentence.score for passage in passages for sentence in passage.sentences), default=0.0)
    is_exact = guess.confidence is not None and guess.confidence >= likely
    used = [span if is_exact else span._replace(highlight=None) for span in guess.spans[:MOST_SENTENCES]]
    return guess._replace(
        used=used, confidence=None, disagreement=False, unrated="likely" if fit >= _FITS else "silent"
    )
