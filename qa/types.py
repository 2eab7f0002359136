"""The values that pass through `qa`, from a question to an Answer.

All offsets are Unicode code points into the text of the Document named beside them, half-open.
"""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

DISAGREEMENT = "The source gives different answers; each is cited."


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Turn(_Value):
    """One message of a conversation."""

    role: Literal["user", "assistant"]
    text: str


class Citation(_Value):
    """A verbatim quote: `document.text[start:end] == quote`.

    `highlight` is the exact answer inside the quote, as a range in the document (not in the quote),
    or None when the whole quote is the answer. `sha256` is of the source file's bytes.
    `score` is the reader's, higher is better.
    """

    document_id: str
    source: str
    sha256: str
    start: int
    end: int
    quote: str
    highlight: tuple[int, int] | None = None
    score: float
    page: int | None = None
    heading: str | None = None


class Answer(_Value):
    """An answer or a refusal; both are values.

    `text` is what a person reads: the cited sentences as they stand in the source, joined by a space,
    or, when `answered` is False, a fixed message. `short` is the exact span that answers, the best
    guess on a refusal too, or None where no span was found. `confidence` is the
    probability that the best guess is right; `answered` is `confidence >= threshold`.
    `closest` holds the nearest sentences on a refusal. `missing_terms` are the words of the question
    that occur nowhere in the source. `disagreement` says that a number or date was asked for and the
    citations name different ones. `timings_ms` maps a stage to milliseconds.
    """

    question: str
    standalone_question: str
    answered: bool
    text: str
    short: str | None
    confidence: float = Field(ge=0.0, le=1.0)
    threshold: float
    citations: tuple[Citation, ...] = ()
    closest: tuple[Citation, ...] = ()
    missing_terms: tuple[str, ...] = ()
    disagreement: bool = False
    timings_ms: dict[str, float] = Field(default_factory=dict)
