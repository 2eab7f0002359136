"""What answers a request best, and what verdict that deserves; pure."""

from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from qa.answer.comparison import Compared
from qa.answer.composition import MOST_SENTENCES
from qa.read.spans import Span, sentences_of
from qa.retrieve.retriever import RetrievedPassage
from qa.types import Verdict

# Sentences fit keywords from this score on: of 164 asked of their own document 94 % reach it, of 150 asked of
# another 5 %.
_FITS = 0.43
# A sentence: its document's id, and where it stands.
_Place = tuple[str, int, int]


class Guess(NamedTuple):
    """The spans found, best first, those of them that are used, and how sure it is that they are right.

    `unrated` is the verdict of a guess that has no confidence. `compared` parts the spans of a comparison.
    `respelt` holds the names of the question that were read as others, with those. `chosen_of` is how many
    sentences a part has that is read out by some of them.
    """

    spans: Sequence[Span]
    used: Sequence[Span]
    confidence: float | None = None
    missing: Sequence[str] = ()
    disagreement: bool = False
    unrated: Verdict = "answered"
    compared: Compared | None = None
    respelt: Mapping[str, str] = MappingProxyType({})
    chosen_of: int | None = None

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


def together(whole: Guess, parts: Sequence[Guess]) -> Guess:
    """What answers a question that is made of several, from what answers each; it is as sure as the least.

    The guess for the whole is enough where it cites the best sentences of all.
    """
    used: list[Span] = []
    cited: set[_Place] = set()
    for part in parts:
        places = _places(part.used[0])
        if not places <= cited and len(places | cited) <= MOST_SENTENCES:
            used.append(part.used[0] if places.isdisjoint(cited) else _without(part.used[0], cited))
            cited |= places
    if whole.used and cited <= {place for span in whole.used for place in _places(span)}:
        return whole
    others = [span for span in whole.spans if _places(span).isdisjoint(cited)]
    sure = min((part.confidence or 0.0 for part in parts), default=None)
    return whole._replace(used=used, spans=[*used, *others], confidence=sure, disagreement=False)


def _places(span: Span) -> set[_Place]:
    return {(one.document_id, one.start, one.end) for one in sentences_of(span)}


def _without(span: Span, cited: Collection[_Place]) -> Span:
    """The one sentence of a span that is not cited already."""
    return next(one for one in sentences_of(span) if _places(one).isdisjoint(cited))


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
