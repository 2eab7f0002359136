"""Score a reader as the product runs it, over whole articles, without an index: what is read was kept."""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from index.types import Hit
from qa.evaluation.metrics import exact, f1
from qa.evaluation.questions import Question
from qa.evaluation.refusal import auroc
from qa.read.reader import Reader
from qa.retrieve.retriever import RetrievedPassage, ScoredSentence


class Whole(NamedTuple):
    """A question with the passages that the product reads for it, as the retriever gave them."""

    question: Question
    passages: tuple[RetrievedPassage, ...]


class WholeScores(NamedTuple):
    """Of the best guess, forced: F1, exact match and the share of right sentences of answerable questions.

    `auroc` is of the guess's score over null against answerable; None where all questions are.
    """

    questions: int
    f1: float
    exact: float
    right_sentence: float
    auroc: float | None


def write_whole(path: Path, asked: Iterable[Whole]) -> None:
    """Write JSON Lines."""
    with path.open("w", encoding="utf-8") as file:
        for one in asked:
            passages = [
                [found.hit.model_dump(), found.dense, found.words, found.sentences] for found in one.passages
            ]
            file.write(json.dumps([one.question.model_dump(), passages], ensure_ascii=False) + "\n")


def read_whole(path: Path) -> list[Whole]:
    """What `write_whole` wrote."""
    rows = map(json.loads, path.read_text(encoding="utf-8").splitlines())
    return [
        Whole(
            Question.model_validate(question),
            tuple(
                RetrievedPassage(
                    Hit.model_validate(hit), dense, words, tuple(ScoredSentence(*part) for part in sentences)
                )
                for hit, dense, words, sentences in passages
            ),
        )
        for question, passages in rows
    ]


def score_whole(reader: Reader, asked: Sequence[Whole]) -> WholeScores:
    """Scores of what the reader says first; a right sentence holds a gold answer or overlaps its evidence."""
    right, margins, answerable = [], [], []
    for question, passages in asked:
        best = reader.read(question.question, passages)[0]
        found = passages[best.passage].hit.passage
        start, end = best.highlight or (best.start, best.end)
        text = found.text[start - found.start : end - found.start]
        answerable.append(question.answerable)
        margins.append(best.margin)
        if question.answerable:
            sentence = any(
                place.start < best.end and best.start < place.end for place in question.placed_evidence
            )
            right.append((f1(text, question.golds), exact(text, question.golds), sentence))
    f1_mean, exact_mean, sentence_mean = (round(float(value), 4) for value in np.mean(right, axis=0))
    apart = auroc(margins, answerable)
    return WholeScores(len(asked), f1_mean, exact_mean, sentence_mean, apart and round(apart, 4))
