"""Find the passages that are relevant to a question: by meaning, by words, and by both.

Pure composition over an Index: it gives candidates with their scores, and this module weighs them.
"""

import re
from collections.abc import Collection, Sequence
from typing import NamedTuple

import numpy as np

from index.index import Candidates, Index, Scores
from index.lexical import stems, terms, words
from index.types import Hit
from index.vectors import Rows
from qa.errors import QuestionError
from qa.settings import RetrievalSettings
from qa.spelling import is_word, nearest_terms


class ScoredSentence(NamedTuple):
    """A sentence of a passage: its range in the document, and how well it fits the question.

    `heading` is the range of a question in the source that it answers, see `qa.faq`.
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

    def __init__(self, index: Index, settings: RetrievalSettings | None = None) -> None:
        self.index = index
        self.settings = settings or RetrievalSettings()

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
        candidates = self.index.search(
            self._query_terms(question),
            self.index.embed_query(question),
            depth=max(self.settings.depth, top_k),
            documents=documents,
        )
        sentence_scores, scores = fuse(candidates, self.settings)
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

    def _query_terms(self, question: str) -> list[str]:
        """The question's terms; a misspelt one gives way to the most similar that occurs."""
        corrected = self._corrected(question)
        return [corrected.get(term, term) for term in terms(question)]

    def _corrected(self, question: str) -> dict[str, str]:
        """For each term that occurs nowhere and is no English word, the most similar that occurs."""
        asked = words(question)
        unknown = {
            term
            for word, term in zip(asked, stems(asked), strict=True)
            if not self.index.holds(term) and not is_word(word)
        }
        return nearest_terms(unknown, self.index.vocabulary()) if unknown else {}

    def respelt(self, question: str, passages: Sequence[RetrievedPassage]) -> str:
        """The question as a reader should see it: for a misspelt word, the most similar that occurs.

        The word is taken from the passages, as it is written there; where none of them holds it, the
        question keeps its own.
        """
        corrected = self._corrected(question)
        if not corrected:
            return question
        held = [word for found in passages for word in words(found.hit.passage.text)]
        # The first of a term's spellings, since later ones are overwritten.
        written = dict(zip(reversed(stems(held)), reversed(held), strict=True))
        asked = words(question)
        for word, term in zip(asked, stems(asked), strict=True):
            if other := written.get(corrected.get(term, "")):
                question = re.sub(rf"\b{re.escape(word)}\b", other, question)
        return question

    def missing_words(self, question: str, *, documents: Collection[str] | None = None) -> list[str]:
        """The question's words, as written, that occur nowhere in the documents."""
        tokens = words(question)
        found = {
            token: self.index.holds(term, documents)
            for token, term in zip(tokens, stems(tokens), strict=True)
        }
        return [token for token, is_held in found.items() if not is_held]

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


def _best_first(scores: Scores, top_k: int) -> Rows:
    """Places of the `top_k` highest; ties go to the earlier passage, so that no order hangs on chance."""
    return np.argsort(-scores, kind="stable")[: max(0, top_k)]


def _listed(names: Collection[str], most: int = 5) -> str:
    shown = ", ".join(list(names)[:most])
    return shown if len(names) <= most else f"{shown} and {len(names) - most} more"
