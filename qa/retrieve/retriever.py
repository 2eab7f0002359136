"""Find the passages that are relevant to a question: by meaning, by words, and by both.

Pure composition over an Index: it gives candidates with their scores, and this module weighs them.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cached_property, lru_cache
from itertools import chain
from typing import NamedTuple

import numpy as np

from index.store.protocol import Candidates, RowNumbers, Scores, SearchIndex
from index.text.figures import Forms
from index.text.terms import asked, forms, normal, tokens
from index.types import Hit
from qa.errors import QuestionError
from qa.language.courtesy import COURTESIES
from qa.language.function_words import about, counts
from qa.retrieve.spelling import Respelt, family, is_name, is_word, nearest_terms
from qa.retrieve.titles import Titles
from qa.settings import RetrievalSettings

# A number of so many digits is a code.
_CODE_DIGITS = 5
_ORDINAL = re.compile(r"\d+(?:st|nd|rd|th|s)")
# Words that occur nowhere and whose families are remembered.
_REMEMBERED = 1000


class ScoredSentence(NamedTuple):
    """A sentence of a passage: its range in the document, and how well it fits the question.

    `heading` is the range of a question in the source that it answers, see `qa.read.faq`.
    """

    start: int
    end: int
    score: float
    cosine: float
    share: float
    pairs: float
    heading: tuple[int, int] | None = None


class RetrievedPassage(NamedTuple):
    """A hit with its parts: what the reader and the confidence are made from."""

    hit: Hit
    dense: float
    words: float
    sentences: tuple[ScoredSentence, ...]


class Retriever:
    """Ranks an index's passages for a question. May be used from many threads at once."""

    def __init__(self, index: SearchIndex, settings: RetrievalSettings | None = None) -> None:
        self.index = index
        self.settings = settings or RetrievalSettings()
        # The whole vocabulary is looked through for each.
        self._family = lru_cache(_REMEMBERED)(lambda term: family(term, index.vocabulary()))

    @cached_property
    def titles(self) -> Titles:
        """The names of the documents, read at the first question."""
        return Titles(self.index.document_ids(), self.index.document_titles())

    def retrieve(
        self, question: str, top_k: int = 5, *, documents: Collection[str] | None = None
    ) -> list[Hit]:
        """The `top_k` most relevant passages, best first.

        `documents` narrows the search to some document ids; None means all. Raises QuestionError for an
        empty question, no document at all, or an id that is not in the index.
        """
        if self.settings.mode != "dense":
            return [found.hit for found in self.search(question, top_k, documents=documents)]
        # As search does, but without looking at words and sentences, which take longer than all the rest.
        self._require(question, documents)
        rows, scores = self.index.nearest(
            self.index.embed_query(question), depth=max(self.settings.depth, top_k), documents=documents
        )
        return [self._hit(int(rows[place]), scores[place]) for place in _best_first(scores, top_k)]

    def search(
        self, question: str, top_k: int = 5, *, documents: Collection[str] | None = None
    ) -> list[RetrievedPassage]:
        """As `retrieve`, with each passage's scores and sentences."""
        self._require(question, documents)
        query_terms = self._query_terms(question)
        candidates = self.index.search(
            query_terms,
            self.index.embed_query(question),
            depth=max(self.settings.depth, top_k),
            documents=documents,
        )
        sentence_scores, scores = fuse(candidates, self.settings)
        if self.settings.mode == "hybrid":
            scores = scores + self._beyond(query_terms, candidates.rows, documents)
        return [
            self._retrieved(candidates, int(place), scores, sentence_scores)
            for place in _best_first(scores, top_k)
        ]

    def require(self, documents: Collection[str] | None) -> None:
        """Raise QuestionError for an id that is not in the index, and for none at all; None means all."""
        if documents is None:
            return
        if isinstance(documents, str):
            raise QuestionError(f"documents: {documents!r} is a string; give a list of ids")
        if len(documents) == 0:
            raise QuestionError("documents: the list is empty; name at least one, or give none to ask all")
        held = self.index.document_ids()
        if unknown := sorted(set(documents) - set(held)):
            raise QuestionError(f"{unknown[0]}: no such document in the index; it holds {_listed(held)}")

    def _require(self, question: str, documents: Collection[str] | None) -> None:
        if not question.strip():
            raise QuestionError("the question is empty; ask something")
        self.require(documents)

    def _beyond(
        self, query_terms: Sequence[str], rows: RowNumbers, documents: Collection[str] | None
    ) -> Scores:
        """What the names of documents and the codes of the query add to the passages' scores."""
        added = np.float32(self.settings.codes) * self._coded(query_terms, rows)
        if documents is None or len(documents) > 1:
            added += np.float32(self.settings.names) * self._named(query_terms, rows)
        return added

    def _coded(self, query_terms: Sequence[str], rows: RowNumbers) -> Scores:
        """The share of the query's codes that the passages hold: what tells one row of thousands."""
        codes = [term for term in dict.fromkeys(query_terms) if is_code(term) and self.index.holds(term)]
        held = np.zeros(len(rows), dtype=np.float32)
        for term in codes:
            held += self.index.holding(term, rows) / np.float32(len(codes))
        return held

    def _named(self, query_terms: Sequence[str], rows: RowNumbers) -> Scores:
        """The share of the query's idf in the names of the passages' documents and not in their text.

        Words that all the documents' names hold tell nothing.
        """
        named = np.zeros(len(rows), dtype=np.float32)
        of = self.index.document_rows(rows)
        ideal = sum(self.index.idf(term) for term in set(query_terms)) or 1.0
        for term in dict.fromkeys(query_terms):
            held = np.isin(of, list(self.titles.holding(term)))
            if held.any() and not held.all():
                named += (held & ~self.index.holding(term, rows)) * np.float32(self.index.idf(term) / ideal)
        return named

    def _query_terms(self, question: str) -> list[str]:
        """The terms to search by: each token's in a form that occurs.

        Where none does, a word gives way to the nearest of its family that occurs, and a misspelt word to
        the most similar.
        """
        found = asked(question)
        unknown = self._unknown(found)
        other = self._corrected(unknown) | self._akin(unknown)
        ways = (self._way(one) or [other.get(term, term) for term in one.terms] for one in found)
        return list(chain.from_iterable(ways))

    def _way(self, one: Forms, documents: Collection[str] | None = None) -> Sequence[str]:
        """The first way of writing a token that occurs; nothing when none does."""
        for way in one.every:
            if all(self.index.holds(term, documents) for term in way):
                return way
        return ()

    def _unknown(self, found: Iterable[Forms]) -> dict[str, str]:
        """The terms that occur nowhere, of tokens that occur in no form, and the words that they are of.

        What stands in the name of a document is known.
        """
        return {
            term: word
            for one in found
            if not self._way(one)
            for word, term in zip(one.written, one.terms, strict=True)
            if not self.index.holds(term) and not self.titles.holding(term)
        }

    def _akin(self, unknown: Iterable[str]) -> dict[str, str]:
        """For each term, the nearest of its family that occurs."""
        families = {term: self._family(term) for term in unknown}
        return {term: known[0] for term, known in families.items() if known}

    def _corrected(self, unknown: Mapping[str, str]) -> dict[str, str]:
        """For each term that is of no English word, the most similar that occurs."""
        misspelt = {term for term, word in unknown.items() if not is_word(word)}
        return nearest_terms(misspelt, self.index.vocabulary()) if misspelt else {}

    def respelt(self, question: str, passages: Sequence[RetrievedPassage]) -> Respelt:
        """The question as a reader should see it: figures and misspelt words as they stand in the passages.

        What no passage holds in any form stays as it is.
        """
        found = forms(tokens(question))
        corrected = self._corrected(self._unknown(found.values()))
        misspelt = {token for token, one in found.items() if not corrected.keys().isdisjoint(one.terms)}
        changed = {token: one for token, one in found.items() if one.has_figure or token in misspelt}
        names: dict[str, str] = {}
        if not changed:
            return Respelt(question, names)
        held = dict.fromkeys(token for passage in passages for token in tokens(passage.hit.passage.text))
        # The first of several tokens, since later ones are overwritten.
        written = {way: token for token, one in reversed(forms(held).items()) for way in one.every}
        question = normal(question)
        for token, one in changed.items():
            ways = one._replace(terms=tuple(corrected.get(term, term) for term in one.terms)).every
            other = next((written[way] for way in ways if way in written), token)
            if token not in held:
                question = re.sub(rf"(?<!\w){re.escape(token)}(?!\w)", " ".join(other.split()), question)
            if token in misspelt and other != token and is_name(other, token, held):
                names[token] = other
        return Respelt(question, names)

    def missing_words(self, question: str, *, documents: Collection[str] | None = None) -> list[str]:
        """The content words of a question that occur in no form in the documents or their names, as written.

        Neither does another word of their family. Words that only put the question do not count, nor
        do those of courtesy.
        """
        return list(
            dict.fromkeys(
                word
                for one in asked(about(question))
                if not self._way(one, documents)
                for word, term in zip(one.written, one.terms, strict=True)
                if counts(word, term)
                and word.casefold() not in COURTESIES
                and not self._occurs(term, documents)
            )
        )

    def _occurs(self, term: str, documents: Collection[str] | None) -> bool:
        ids = self.index.document_ids()
        named = (documents is None or ids[row] in documents for row in self.titles.holding(term))
        return any(named) or any(self.index.holds(one, documents) for one in (term, *self._family(term)))

    def _hit(self, row: int, score: np.float32) -> Hit:
        return Hit(score=float(score), passage=self.index.passage(row))

    def _retrieved(
        self, candidates: Candidates, place: int, scores: Scores, sentence_scores: Scores
    ) -> RetrievedPassage:
        first, last = candidates.pointers[place], candidates.pointers[place + 1]
        return RetrievedPassage(
            hit=self._hit(int(candidates.rows[place]), scores[place]),
            dense=float(candidates.dense[place]),
            words=float(candidates.words[place]),
            sentences=tuple(
                ScoredSentence(
                    start=int(candidates.ranges[row, 0]),
                    end=int(candidates.ranges[row, 1]),
                    score=float(sentence_scores[row]),
                    cosine=float(candidates.cosine[row]),
                    share=float(candidates.share[row]),
                    pairs=float(candidates.pairs[row]),
                )
                for row in range(first, last)
            ),
        )


def is_code(term: str) -> bool:
    """Whether a term is one of letters and digits ("px3177"), or a number longer than a year or an amount."""
    digits = sum(map(str.isdigit, term))
    return digits >= _CODE_DIGITS or (
        0 < digits < len(term) and term.isalnum() and not _ORDINAL.fullmatch(term)
    )


def fuse(candidates: Candidates, settings: RetrievalSettings) -> tuple[Scores, Scores]:
    """Scores of the sentences, shape (m,), and of the passages, shape (c,); see RetrievalSettings.

    A passage without a sentence (a lone heading) gets no sentence's share.
    """
    sentences = (
        candidates.cosine + settings.share * candidates.share + settings.pairs * candidates.pairs
    ).astype(np.float32)
    if settings.mode == "dense":
        return sentences, candidates.dense
    if settings.mode == "bm25":
        return sentences, candidates.words
    best = np.zeros(len(candidates.rows), dtype=np.float32)
    filled = np.flatnonzero(np.diff(candidates.pointers))
    if len(filled):
        best[filled] = np.maximum.reduceat(sentences, candidates.pointers[filled])
    fused = best + settings.dense * candidates.dense + settings.words * candidates.words
    return sentences, fused.astype(np.float32)


def _best_first(scores: Scores, top_k: int) -> RowNumbers:
    """Places of the `top_k` highest; ties go to the earlier passage, so that the order is always the same."""
    return np.argsort(-scores, kind="stable")[: max(0, top_k)]


def _listed(names: Collection[str], most: int = 5) -> str:
    shown = ", ".join(list(names)[:most])
    return shown if len(names) <= most else f"{shown} and {len(names) - most} more"
