"""Order the best passages anew by how surely a trained reader finds the answer in them."""

from collections.abc import Collection

from index.types import Hit
from qa.read.reader import SpanModel
from qa.read.spans import TokenLogits, best_span
from qa.retrieve.retriever import RetrievedPassage, Retriever


class Reranker:
    """A retriever whose best `depth` passages are read, and ordered by what reading adds to their score.

    score = the retriever's + weight · (answerable + best margin / 2), the logits of `qa.read.spans.Span`;
    the weight is chosen by `benchmarks/retrieval.py --weights` on the validation articles.
    """

    depth = 20
    weight = 0.03

    def __init__(self, retriever: Retriever, model: SpanModel) -> None:
        self._retriever = retriever
        self._model = model

    def retrieve(
        self, question: str, top_k: int = 5, *, documents: Collection[str] | None = None
    ) -> list[Hit]:
        """As `Retriever.retrieve`."""
        found = self._retriever.search(question, max(top_k, self.depth), documents=documents)
        read, rest = found[: self.depth], found[self.depth :]
        known = self._model.logits(question, [passage.hit.passage.text for passage in read])
        scored = [
            _scored(passage, passage.hit.score + self._added(logits))
            for passage, logits in zip(read, known, strict=True)
        ]
        lowest = min((hit.score for hit in scored), default=0.0)
        # What was not read stays behind what was, in the order it had.
        behind = [_scored(passage, min(passage.hit.score, lowest)) for passage in rest]
        return [*sorted(scored, key=lambda hit: -hit.score), *behind][: max(0, top_k)]

    def _added(self, known: TokenLogits) -> float:
        if not len(known.start):
            return 0.0
        *_, best = best_span(known.start, known.end, self._model.longest_answer)
        return self.weight * (known.answerable + (best - known.null) / 2)


def _scored(passage: RetrievedPassage, score: float) -> Hit:
    return passage.hit.model_copy(update={"score": score})
