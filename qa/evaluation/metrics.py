"""Metrics of answers, retrieval and citations: pure functions of values, no model and no file.

Every figure is a share from 0 to 1 and higher is better, but for latencies. A mean over nothing is
None, never zero. The metrics of refusal and confidence are in `qa.evaluation.refusal`.
"""

import math
import re
import string
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np

from index.types import Hit, Passage
from qa.evaluation.questions import Evidence, Question
from qa.types import Citation

Interval = tuple[float, float]

_ARTICLES = re.compile(r"\b(a|an|the)\b")
_PUNCTUATION = str.maketrans("", "", string.punctuation)


def normalize_answer(text: str) -> str:
    """Lower case, without ASCII punctuation, articles and extra white space.

    As SQuAD 2.0's official evaluate-v2.0.py does it (Rajpurkar et al., 2018), step by step.
    """
    return " ".join(_ARTICLES.sub(" ", text.lower().translate(_PUNCTUATION)).split())


def exact(prediction: str, golds: Sequence[str]) -> float:
    """SQuAD 2.0's exact match: 1.0 when the normalized prediction equals a normalized gold.

    Golds that are empty once normalized are left out; where none is left, the only gold is "".
    """
    found = normalize_answer(prediction)
    return max(float(found == normalize_answer(gold)) for gold in _official(golds))


def f1(prediction: str, golds: Sequence[str]) -> float:
    """SQuAD 2.0's token F1: 2PR / (P + R) over the bag of normalized tokens, the best of the golds.

    Where prediction or gold has no tokens, it is 1.0 when both have none, else 0.0.
    """
    return max(_token_f1(prediction, gold) for gold in _official(golds))


def _official(golds: Sequence[str]) -> list[str]:
    return [gold for gold in golds if normalize_answer(gold)] or [""]


def _token_f1(prediction: str, gold: str) -> float:
    found, wanted = normalize_answer(prediction).split(), normalize_answer(gold).split()
    if not found or not wanted:
        return float(found == wanted)
    common = sum((Counter(found) & Counter(wanted)).values())
    if not common:
        return 0.0
    precision, recall = common / len(found), common / len(wanted)
    return 2 * precision * recall / (precision + recall)


def mean(values: Iterable[float]) -> float | None:
    """The mean, or None of nothing."""
    listed = list(values)
    return math.fsum(listed) / len(listed) if listed else None


def wilson(successes: int, n: int, z: float = 1.959963984540054) -> Interval | None:
    """Wilson's score interval of a proportion (Wilson, 1927), 95 % by default; None when n is 0."""
    if not n:
        return None
    share = successes / n
    center = (share + z * z / (2 * n)) / (1 + z * z / n)
    width = z * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    # At either end the bound is exactly 0 or 1; rounding would leave it a hair beside.
    return (
        0.0 if successes == 0 else max(0.0, center - width),
        1.0 if successes == n else min(1.0, center + width),
    )


def is_relevant(passage: Passage, evidence: Sequence[Evidence]) -> bool:
    """Whether a passage holds some evidence at its place.

    "answer": the passage contains the whole range. "support": it covers at least half of the range, or
    lies within it (a supporting text can be longer than any passage). "document": any passage of it.
    """
    return any(_covers(passage.document_id, passage.start, passage.end, item, share=1.0) for item in evidence)


def cites(citation: Citation, evidence: Sequence[Evidence]) -> bool:
    """Whether a citation shows some evidence: at least half of a range, or, of "support", a part of it."""
    return any(
        _covers(citation.document_id, citation.start, citation.end, item, share=0.5) for item in evidence
    )


def is_right(citation: Citation, question: Question) -> bool:
    """Whether a quote overlaps the evidence and holds an accepted answer; what confidence is the chance of.

    Of a question without placed evidence the answer alone counts, of one without answers the place alone.
    Answers are compared as SQuAD does, by whole words.
    """
    if not question.answerable:
        return False
    places = [item for item in question.placed_evidence if item.document_id == citation.document_id]
    if question.placed_evidence and not any(
        item.start < citation.end and citation.start < item.end for item in places
    ):
        return False
    quote = f" {normalize_answer(citation.quote)} "
    golds = [f" {normalize_answer(answer)} " for answer in question.answers]
    return not golds or any(gold.strip() and gold in quote for gold in golds)


def _covers(document_id: str, start: int, end: int, evidence: Evidence, *, share: float) -> bool:
    if document_id != evidence.document_id:
        return False
    if evidence.role == "document":
        return True
    overlap = min(end, evidence.end) - max(start, evidence.start)
    length = evidence.end - evidence.start
    if evidence.role == "support":
        return overlap >= length / 2 or overlap == end - start
    return overlap >= share * length


def relevance(hits: Sequence[Hit], evidence: Sequence[Evidence]) -> list[bool]:
    """Whether each hit is relevant (see `is_relevant`), in the order of the hits."""
    return [is_relevant(hit.passage, evidence) for hit in hits]


def recall(relevant: Sequence[bool], k: int) -> float:
    """Recall@k of a question: 1.0 when at least one of the first k hits is relevant.

    The usage of open-domain question answering (top-k accuracy; Karpukhin et al., 2020): one passage
    that holds the answer is enough, and the other places of the same answer are not asked for.
    """
    return float(any(relevant[:k]))


def reciprocal_rank(relevant: Sequence[bool], k: int = 10) -> float:
    """1 / rank of the first relevant hit, 0.0 where none is among the first k; its mean is MRR@k."""
    return next((1.0 / rank for rank, hit in enumerate(relevant[:k], start=1) if hit), 0.0)


def ndcg(relevant: Sequence[bool], total: int | None = None, k: int = 10) -> float:
    """nDCG@k with binary gains: DCG = Σ rel_i / log2(i + 1), over that of the ideal order.

    Järvelin & Kekäläinen, 2002. The ideal order has all `total` relevant passages of the source first.
    Where `total` is not known it is taken to be the number found, and at least one.
    """
    found = sum(relevant[:k])
    # A total below what was found can only be a wrong total; nDCG stays at most 1.
    ideal = max(found, 1 if total is None else total)
    gain = math.fsum(1 / math.log2(rank + 1) for rank, hit in enumerate(relevant[:k], start=1) if hit)
    best = math.fsum(1 / math.log2(rank + 1) for rank in range(1, min(ideal, k) + 1))
    return gain / best if best else 0.0


def intact(citation: Citation, text: str) -> bool:
    """Whether the quote stands in the document's text at its place, and the highlight within the quote."""
    if not citation.quote or text[citation.start : citation.end] != citation.quote or citation.start < 0:
        return False
    if citation.highlight is None:
        return True
    start, end = citation.highlight
    return citation.start <= start < end <= citation.end


def integrity(citations: Sequence[Citation], text_of: Callable[[str], str]) -> float | None:
    """The share of citations that are intact; `text_of(document_id)` gives a document's text."""
    return mean(intact(citation, text_of(citation.document_id)) for citation in citations)


def citation_overlap(
    citations: Sequence[Citation], evidence: Sequence[Evidence]
) -> tuple[float | None, float | None]:
    """Precision and recall of citations by characters: |C ∩ E| / |C| and |C ∩ E| / |E|.

    C and E are the characters in the unions of the ranges, document by document.
    """
    cited = [(citation.document_id, citation.start, citation.end) for citation in citations]
    wanted = [(item.document_id, item.start, item.end) for item in evidence]
    size_cited, size_wanted = _union_size(cited), _union_size(wanted)
    common = size_cited + size_wanted - _union_size([*cited, *wanted])
    return (
        common / size_cited if size_cited else None,
        common / size_wanted if size_wanted else None,
    )


def _union_size(ranges: Sequence[tuple[str, int, int]]) -> int:
    """The number of distinct characters in some ranges (document id, start, end)."""
    size = 0
    here, reached = "", 0
    for document_id, start, end in sorted(ranges):
        if document_id != here:
            here, reached = document_id, 0
        size += max(0, end - max(start, reached))
        reached = max(reached, end)
    return size


def latency(timings_ms: Iterable[Mapping[str, float]]) -> dict[str, tuple[float, float]]:
    """The 50th and 95th percentile (linear) of each stage, over the questions that went through it."""
    stages: dict[str, list[float]] = {}
    for timings in timings_ms:
        for stage, milliseconds in timings.items():
            stages.setdefault(stage, []).append(milliseconds)
    return {
        stage: (float(np.percentile(values, 50)), float(np.percentile(values, 95)))
        for stage, values in stages.items()
    }
