"""Score what a language model wrote: ALCE's citation recall and precision (Gao et al. 2023); pure.

Whether sentences support a statement is judged by the checker, as ALCE judges it by a model for inference.
"""

from collections.abc import Sequence
from typing import Protocol

from pydantic import BaseModel, ConfigDict

from qa.types import Citation, Written, WrittenSentence


class Check(Protocol):
    """What judges: a `qa.write.checks.Checker`."""

    def reasons(self, statement: str, evidence: Sequence[Citation]) -> list[str]:
        """Why the evidence does not support a statement; none if it does."""
        ...


class WrittenScore(BaseModel):
    """What was written for one question.

    Counts the sentences, those that are supported (ALCE's recall), the citations, and those of them that are
    needed or enough (ALCE's precision).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    sentences: int
    supported: int
    citations: int
    precise: int


def score(written: Written, check: Check) -> WrittenScore:
    """The score of what was written for a question."""
    return WrittenScore(
        sentences=len(written.sentences),
        supported=sum(one.verdict == "supported" for one in written.sentences),
        citations=sum(len(one.citations) for one in written.sentences),
        precise=sum(_precise(one, check) for one in written.sentences),
    )


def _precise(sentence: WrittenSentence, check: Check) -> int:
    """How many citations of a supported sentence support it alone, or cannot be left out."""
    if sentence.verdict != "supported":
        return 0
    cited = sentence.citations
    if len(cited) == 1:
        return 1
    others = [[*cited[:place], *cited[place + 1 :]] for place in range(len(cited))]
    return sum(
        not check.reasons(sentence.text, [one]) or bool(check.reasons(sentence.text, rest))
        for one, rest in zip(cited, others, strict=True)
    )
