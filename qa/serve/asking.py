"""Ask several answerers, each of its documents, and give the surest answer; pure composition."""

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from qa.answer.writing import Show
from qa.types import Answer, Turn


class Answers(Protocol):
    """What the page asks: a `qa.Answerer`."""

    def answer(
        self,
        question: str,
        history: Sequence[Turn | Mapping[str, object]] | None = (),
        *,
        threshold: float | None = None,
        documents: Collection[str] | None = None,
        write: bool = True,
        show: Show | None = None,
    ) -> Answer:
        """An answer or a refusal; QuestionAnsweringError for what cannot be asked."""


def surest(answers: Sequence[Answer]) -> Answer:
    """Of answers to one question from different documents, the one to give.

    Confidence is a probability and does not depend on what else is indexed, so the highest is taken, the
    first of equals. A refusal shows the closest sentences of all; a word is missing when it is so everywhere.
    """
    best = max(answers, key=lambda answer: 1.0 if answer.confidence is None else answer.confidence)
    others = [citation for answer in answers if answer is not best for citation in answer.closest]
    ranked = sorted([*best.closest[1:], *others], key=lambda citation: -citation.score)
    missing = [set(answer.missing_terms) for answer in answers]
    stages = {stage for answer in answers for stage in answer.timings_ms}
    return best.model_copy(
        update={
            "closest": () if best.answered else (*best.closest[:1], *ranked)[: max(1, len(best.closest))],
            "missing_terms": tuple(term for term in best.missing_terms if all(term in m for m in missing)),
            "timings_ms": {
                stage: round(sum(answer.timings_ms.get(stage, 0.0) for answer in answers), 3)
                for stage in sorted(stages)
            },
        }
    )
