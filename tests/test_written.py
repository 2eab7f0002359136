"""The figures of what a language model wrote, by ALCE's definitions."""

from collections.abc import Sequence

from qa.evaluation.figures import compute
from qa.evaluation.questions import Question
from qa.evaluation.report import QuestionResult
from qa.evaluation.written import WrittenScore, score
from qa.types import Answer, Citation, Written, WrittenSentence


class HoldsEveryWord:
    """A statement is supported when the quotes hold all of its words."""

    def reasons(self, statement: str, evidence: Sequence[Citation]) -> list[str]:
        said = " ".join(one.quote for one in evidence).split()
        return [word for word in statement.split() if word not in said]


def citing(*quotes: str) -> tuple[Citation, ...]:
    return tuple(
        Citation(document_id="a", source="a", sha256="0", start=0, end=len(quote), quote=quote, score=0.0)
        for quote in quotes
    )


def sentence(text: str, *quotes: str) -> WrittenSentence:
    supported = bool(quotes) and not HoldsEveryWord().reasons(text, citing(*quotes))
    return WrittenSentence(
        text=text, verdict="supported" if supported else "unsupported", citations=citing(*quotes)
    )


def test_a_citation_is_precise_when_it_supports_alone_or_cannot_be_left_out() -> None:
    written = Written(
        model="tiny",
        sentences=(
            sentence("a b", "a b"),  # alone
            sentence("a b", "a", "b"),  # each needed
            sentence("a b", "a b", "c"),  # the second is neither
            sentence("a b", "a c", "b c", "a b"),  # the first and second are neither
            sentence("a b", "a"),  # not supported
            sentence("a b"),
        ),
    )
    assert score(written, HoldsEveryWord()) == WrittenScore(sentences=6, supported=4, citations=9, precise=5)


def test_the_figures_are_shares_of_sentences_and_of_citations() -> None:
    question = Question(id="1", question="a?", answers=("a",), answerable=True)
    answer = Answer(
        question="a?", standalone_question="a?", answered=True, verdict="answered", text="a", short=None,
        confidence=0.9, threshold=0.5,
    )  # fmt: skip
    plain = QuestionResult(question=question, answer=answer, prediction="a", right=True, given_right=True)
    results = [
        plain,
        plain.model_copy(update={"written": WrittenScore(sentences=3, supported=2, citations=5, precise=3)}),
        plain.model_copy(update={"written": WrittenScore(sentences=1, supported=0, citations=1, precise=0)}),
    ]
    figures, intervals = compute(results)
    assert figures["writing"] == {"written": 0.5, "citation_recall": 0.5, "citation_precision": 0.5}
    assert set(intervals["writing"]) == set(figures["writing"])
    assert "writing" not in compute([plain])[0]
