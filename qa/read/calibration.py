"""The fitted numbers that ship: how spans are ranked, what makes their confidence, where an answer starts.

They are in `calibration.json`, one entry a kind of reader, written by `python -m qa.training.confidence`,
which also says what they were fitted on.
"""

import json
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

FILE = Path(__file__).with_name("calibration.json")


class Ranking(BaseModel):
    """What the score of a span is made of: a weight for each thing that is known of it.

    `margin` and `answerable` are the model's (see `qa.read.spans.Span`); `sentence` is for the retriever's
    score of the sentence, `words` and `dense` for those of the passage; the last three are of the second
    reading.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    margin: float = 0.5
    answerable: float = 0.5
    sentence: float = 1.0
    words: float = 0.0
    dense: float = 0.0
    support: float = 0.0
    second_margin: float = 0.0
    second_answerable: float = 0.0


class Calibration(BaseModel):
    """Coefficients of the logistic regression by the names of `Signals`; where verdicts start.

    From `threshold` on a best guess is answered, from `likely` on it is shown as likely.

    `ranking` is for a reader whose spans are ranked by fitted weights.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    intercept: float
    coefficients: dict[str, float]
    threshold: float = Field(ge=0.0, le=1.0)
    likely: float = Field(ge=0.0, le=1.0)
    fitted_on: str
    ranking: Ranking | None = None


@cache
def shipped_calibration(name: str) -> Calibration:
    """The calibration of a kind of reader, see `qa.read.reader.Reader.calibration`."""
    return Calibration.model_validate(json.loads(FILE.read_text(encoding="utf-8"))[name])
