"""How sure: the probability that the best guess is right, from what retrieval and reading know.

A logistic regression over a few signals of the best span. None of them sums over candidates, so reading more
passages does not change what they mean. The coefficients are in `calibration.json`, written by
`python -m qa.training.confidence`, which also says what they were fitted on.
"""

import json
import math
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict

from qa.cues import held, kind_fits, names, related
from qa.english import content_words
from qa.reader import Span
from qa.retriever import RetrievedPassage


class Signals(NamedTuple):
    """What the confidence is made from; see the functions below for each."""

    cosine: float
    share: float
    pairs: float
    dense: float
    words: float
    margin: float
    in_sentence: float
    in_passage: float
    names_in_passage: float
    missing: float
    kind_fits: float


class Calibration(BaseModel):
    """Coefficients of the logistic regression, by the names of the signals."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    intercept: float
    coefficients: dict[str, float]
    fitted_on: str


def signals(
    question: str, passages: Sequence[RetrievedPassage], spans: Sequence[Span], missing: Sequence[str]
) -> Signals:
    """The signals of the best span, spans being as a Reader gives them and not empty."""
    best = spans[0]
    passage = passages[best.passage]
    sentence = next((s for s in passage.sentences if (s.start, s.end) == (best.start, best.end)), None)
    offset = passage.hit.passage.start
    text = passage.hit.passage.text
    quote = text[best.start - offset : best.end - offset]
    asked = content_words(question)
    return Signals(
        cosine=sentence.cosine if sentence else passage.dense,
        share=sentence.share if sentence else 0.0,
        pairs=sentence.pairs if sentence else 0.0,
        dense=passage.dense,
        words=passage.words,
        margin=min(1.0, best.score - spans[1].score) if len(spans) > 1 else 1.0,
        in_sentence=related(asked, quote),
        in_passage=held(asked, text),
        names_in_passage=held(names(question), text),
        missing=len(missing) / max(1, len(asked)),
        kind_fits=kind_fits(question, quote),
    )


def confidence(known: Signals, calibration: Calibration | None = None) -> float:
    """The probability that the best guess is right, between 0 and 1."""
    fitted = calibration or shipped_calibration()
    total = fitted.intercept + sum(
        weight * float(getattr(known, name)) for name, weight in fitted.coefficients.items()
    )
    return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, total))))


@cache
def shipped_calibration() -> Calibration:
    """The calibration that ships beside this module."""
    content = Path(__file__).with_name("calibration.json").read_text(encoding="utf-8")
    return Calibration.model_validate(json.loads(content))
