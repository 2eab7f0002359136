"""Other wordings of a question: acronyms spelt out, and words shortened to their acronym."""

from collections import OrderedDict
from collections.abc import Collection, Iterator
from typing import NamedTuple

from index.store.protocol import SearchIndex
from index.text.terms import stems
from qa.read.spans import Span
from qa.requests.acronyms import (
    acronyms,
    asks_for_expansion,
    definition,
    initials,
    letters,
    shortened,
    spelt_out,
)
from qa.retrieve.spelling import is_word

# Text that is searched for what an acronym stands for; a large source is searched in its first documents.
_MOST_CHARACTERS = 3_000_000
_REMEMBERED = 256


class Wording(NamedTuple):
    """The ways in which a question is read, and the definition that it asks for, where it asks for one."""

    questions: tuple[str, ...]
    defined: Span | None = None


class _Place(NamedTuple):
    document_id: str
    start: int
    end: int
    text: str


class Wordings:
    """Words questions with what the documents of an index say of acronyms. Safe to share between threads."""

    def __init__(self, index: SearchIndex) -> None:
        self._index = index
        self._known: OrderedDict[tuple[str, frozenset[str] | None], _Place | None] = OrderedDict()

    def of(self, question: str, documents: Collection[str] | None) -> Wording:
        """The wordings of a question for some documents, or all; the question as it stands comes first.

        A question with an acronym that occurs nowhere is only read with the words that it stands for.
        """
        for start, end in acronyms(question):
            short = question[start:end]
            is_missing = not self._index.holds(stems([letters(short).upper()])[0], documents)
            asks = asks_for_expansion(question, (start, end))
            if short.islower() and not asks and (is_word(short) or not is_missing):
                continue
            if place := self._expansion(short, documents):
                if asks:
                    return Wording((question,), self._span(place))
                spelt = question[:start] + " ".join(place.text.split()) + question[end:]
                return Wording((spelt,) if is_missing else (question, spelt))
        return Wording((question, *self._shortened(question, documents)))

    def _expansion(self, short: str, documents: Collection[str] | None) -> _Place | None:
        key = (letters(short), None if documents is None else frozenset(documents))
        if key not in self._known:
            self._known[key] = next(self._expansions(short, documents), None)
            if len(self._known) > _REMEMBERED:
                self._known.popitem(last=False)
        return self._known[key]

    def _expansions(self, short: str, documents: Collection[str] | None) -> Iterator[_Place]:
        """Where the documents say what an acronym stands for: definitions first, then mere initials."""
        for look in (definition, spelt_out):
            for document_id, text in self._texts(documents):
                if found := look(short, text):
                    yield _Place(document_id, *found, text[slice(*found)])

    def _shortened(self, question: str, documents: Collection[str] | None) -> Iterator[str]:
        """The question with words replaced by their acronym, where the documents define it."""
        used = {
            short
            for short in initials(question)
            if len(short) > 2
            and not is_word(short)
            and self._index.holds(stems([short.upper()])[0], documents)
        }
        texts = [text for _, text in self._texts(documents)] if used else []
        for (start, end), short in shortened(question, used, texts):
            yield question[:start] + short + question[end:]
            return

    def _texts(self, documents: Collection[str] | None) -> Iterator[tuple[str, str]]:
        wanted = None if documents is None else set(documents)
        characters = 0
        for document_id in self._index.document_ids():
            if wanted is None or document_id in wanted:
                text = self._index.document(document_id).text
                characters += len(text)
                if characters > _MOST_CHARACTERS:
                    return
                yield document_id, text

    def _span(self, place: _Place) -> Span:
        """The sentence that holds a definition, with its words as the exact answer."""
        start, end = place.start, place.end
        for row in self._index.passage_rows([place.document_id]).tolist():
            for first, last in self._index.sentences(row):
                if first <= place.start and place.end <= last:
                    start, end = first, last
        return Span(place.document_id, start, end, (place.start, place.end), 0.0, 0)
