"""The second reading: a larger model reads the few best sentences again, with their neighbours.

The first reader reads all passages and proposes sentences; retrieval adds its own best ones. Questions that
people ask are decided here: which of about ten sentences answers, and whether any does. Where none of the ten
is well supported, about twenty more are read before the question counts as unanswered.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import islice
from threading import Thread
from typing import NamedTuple, Protocol

from index.text.unsaid import as_said
from index.types import Document, Passage
from qa.errors import ReaderError
from qa.read.calibration import Ranking
from qa.read.cues import is_bare, kind_fits
from qa.read.ranking import scored
from qa.read.rows import row_at
from qa.read.spans import Range, Span, best_within
from qa.read.window_model import WindowLogits
from qa.read.windows import Window, windows
from qa.retrieve.retriever import RetrievedPassage

# So many of the first reader's best sentences, and as many of retrieval's, are read again.
BEST = 6
# So many where none of those is supported by at least this logit. DECISIONS.md has what other numbers bring.
MORE, SUPPORTED = 16, 0.0
# The weight of a passage's words beside its sentence's own score, in what retrieval proposes.
_WORDS = 0.3
# The first reader's exact answer is kept where half its margin is above the second's by this much. On SQuAD's
# validation articles, nq and the tuning half of natural: F1 80.2, 71.7 and 60.6 of the right sentence's best
# span; the first reader's alone 80.8, 64.3 and 55.1, the second's alone 74.6, 70.9 and 60.4.
_SURER = 4.0
# The logits of a sentence that is not read again: those of one that surely does not answer.
_UNREAD = -6.0


class WindowReader(Protocol):
    """What the second reading asks of a model; `qa.read.window_model` has the one that ships."""

    @property
    def longest_answer(self) -> int:
        """In tokens."""
        ...

    def load(self) -> None:
        """Load the model, if it is not."""
        ...

    def logits(self, question: str, texts: Sequence[tuple[str, str]]) -> list[WindowLogits]:
        """What the model says of each (context, text)."""
        ...


class _Read(NamedTuple):
    """A window that was read: where it starts in its document, its text, and what the model says of it."""

    start: int
    text: str
    logits: WindowLogits

    def support(self, place: Range) -> float:
        """The logit that supports a sentence; of one behind the model's limit as if it was not read."""
        known = self.logits.supporting(place[0] - self.start, place[1] - self.start)
        return _UNREAD if known is None else known


# A sentence: its document's id, and where it stands.
_Place = tuple[str, Range]


def by_retrieval(passages: Sequence[RetrievedPassage]) -> list[_Place]:
    """The sentences of passages, each once by document and range, as retrieval likes them."""
    rated = [
        (
            sentence.score + _WORDS * passage.words,
            passage.hit.passage.document_id,
            sentence.start,
            sentence.end,
        )
        for passage in passages
        for sentence in passage.sentences
    ]
    return list(dict.fromkeys((name, (start, end)) for _, name, start, end in sorted(rated, reverse=True)))


class SecondReader:
    """Reads the best sentences again and ranks them by what both models and retrieval know."""

    calibration = "second"

    def __init__(self, model: WindowReader, ranking: Ranking) -> None:
        self.model = model
        self.ranking = ranking
        self._prepared = False

    def prepare(self) -> None:
        """Load the model beside what goes on, at the first call; what fails then fails when it is used.

        A process that ends meanwhile waits for it: ended while it loads, the model's library aborts.
        """
        if not self._prepared:
            self._prepared = True
            Thread(target=self._load, name="quoth-second-reader").start()

    def _load(self) -> None:
        with suppress(ReaderError):
            self.model.load()

    def read(
        self,
        question: str,
        spans: Sequence[Span],
        passages: Sequence[RetrievedPassage],
        document: Callable[[str], Document],
    ) -> list[Span]:
        """The spans of a first reading, ranked anew, best first; `document` gives a document by its id."""
        retrieved = by_retrieval(passages)
        sentences: dict[str, set[Range]] = {}
        for document_id, inside in retrieved:
            sentences.setdefault(document_id, set()).add(inside)
        proposed = [_place(span) for span in spans]
        known: dict[_Place, _Read] = {}
        for most in (BEST, MORE):
            wanted = {*proposed[:most], *retrieved[:most]} - known.keys()
            for place, read in self._read(question, _windows(wanted, sentences, document), document):
                known.setdefault(place, read)
            if any(read.support(place) >= SUPPORTED for (_, place), read in known.items()):
                break
        again = [self._span(question, span, passages, known.get(_place(span))) for span in spans]
        ranked = [scored(span, passages[span.passage], self.ranking) for span in again]
        ranked.sort(key=lambda span: -span.score)
        # Ranked alone, rated among its neighbours: each is better at its task.
        best = {_place(span) for span in ranked[:1]}
        around = [
            window
            for window in _windows(best, sentences, document, beside=1)
            # One without neighbours was read as it is.
            if len(window.sentences) > 1 or not best <= known.keys()
        ]
        for _, read in islice(self._read(question, around, document), 1):
            ranked[0] = ranked[0]._replace(around=read.logits.tokens.answerable)
        return ranked

    def _read(
        self, question: str, found: Sequence[Window], document: Callable[[str], Document]
    ) -> Iterator[tuple[_Place, _Read]]:
        """The sentences of windows, each with its window as the model reads it."""
        texts = [(one.context, as_said(document(one.document_id).text[slice(*one.range)])) for one in found]
        for window, (_, text), logits in zip(found, texts, self.model.logits(question, texts), strict=True):
            read = _Read(window.range[0], text, logits)
            for place in window.sentences:
                yield (window.document_id, place), read

    def _span(
        self, question: str, span: Span, passages: Sequence[RetrievedPassage], read: _Read | None
    ) -> Span:
        """A span with what the second model says of its sentence; where it was not read, with a doubt."""
        unread = span._replace(
            support=_UNREAD, second_margin=_UNREAD, second_answerable=_UNREAD, around=_UNREAD
        )
        if read is None:
            return unread
        tokens = read.logits.tokens
        start, end = (place - read.start for place in (span.start, span.end))
        best = best_within(tokens, start, end, self.model.longest_answer)
        if best is None:  # behind the model's limit
            return unread
        first, last, margin = best
        passage = passages[span.passage].hit.passage
        is_row = row_at(passage, span.start - passage.start) is not None  # its cell was asked for
        is_as_sure = margin + _SURER >= span.margin / 2
        if is_as_sure and not is_row and _is_as_fit(question, read.text[first:last], passage, span):
            span = span._replace(highlight=(read.start + first, read.start + last), otherwise=None)
        return span._replace(
            support=read.support((span.start, span.end)),
            second_margin=margin,
            second_answerable=tokens.answerable,
            around=tokens.answerable,
        )


def _place(span: Span) -> _Place:
    return span.document_id, (span.start, span.end)


def _windows(
    wanted: Collection[_Place],
    sentences: Mapping[str, Collection[Range]],
    document: Callable[[str], Document],
    beside: int = 0,
) -> list[Window]:
    """The wanted sentences with those of `sentences` that they are read with, document by document."""
    return [
        window
        for name, known in sentences.items()
        if (places := {place for other, place in wanted if other == name})
        for window in windows(document(name), known, places, beside=beside)
    ]


def _is_as_fit(question: str, said: str, passage: Passage, span: Span) -> bool:
    """Whether an exact answer says something, and the kind of thing asked for if the first reader's does."""
    if span.highlight is None:
        return not is_bare(said)
    first = passage.text[span.highlight[0] - passage.start : span.highlight[1] - passage.start]
    return not is_bare(said) and kind_fits(question, said) >= kind_fits(question, first)
