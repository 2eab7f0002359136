"""Fit the confidence on the tuning articles of squad2_dev and score it on the test articles.

    python -m qa.training.confidence [--data ../shared/data] [--write]

Every question is asked of its own article, in an index that holds all 25. The best guess is right when its
sentence holds a gold answer at its place (anywhere in the sentence where the offset is guessed); it is always
wrong for an unanswerable question.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.index import Index
from qa.answerer import Answerer
from qa.confidence import Calibration, Signals, confidence, signals
from qa.english import content_words
from qa.evaluation.refusal import auroc, ece
from qa.evaluation.splits import TEST_ARTICLES
from qa.reader import Span

Row = dict[str, Any]
# Signals that speak against the best guess; all others speak for it.
_AGAINST = frozenset({"missing"})
_RIDGE = 0.05


def main() -> None:
    """Print the scores and, with --write, write calibration.json."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    folder = arguments.data / "squad2_dev"
    if not folder.is_dir():
        sys.exit(f"{folder}: no such folder; name the question-answering data with --data")
    answerer = Answerer(Index.from_sources([folder / "documents.jsonl"]))
    rows = [
        json.loads(line) for line in (folder / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    known, right = collect(answerer, rows)

    held_out = np.array([row["document_id"] in TEST_ARTICLES for row in rows])
    answerable = np.array([row["answerable"] for row in rows])
    fitted = fit(known[~held_out], right[~held_out])
    estimates = np.array([confidence(Signals(*row), fitted) for row in known.tolist()])
    for name, chosen in (("15 tuning articles", ~held_out), ("10 test articles", held_out)):
        kept, is_right = estimates[chosen], right[chosen]
        print(
            f"{name}: {chosen.sum()} asked; right sentence for {right[chosen & answerable].mean():.3f} of "
            f"the answerable; AUROC against answerable {auroc(kept, answerable[chosen]):.3f}, against right "
            f"{auroc(kept, is_right):.3f}; ECE {ece(kept, is_right):.3f}"
        )
    print(fitted.model_dump_json(indent=1))
    if arguments.write:
        target = Path(__file__).parent.parent / "calibration.json"
        target.write_text(fitted.model_dump_json(indent=1) + "\n", encoding="utf-8")


def collect(answerer: Answerer, rows: Sequence[Row]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Signals, shape (n, number of signals), and whether the best guess is right, shape (n,)."""
    known, right = [], []
    for row in rows:
        documents = [row["document_id"]]
        question = row["question"]
        passages = answerer.retriever.search(question, answerer.settings.top_k, documents=documents)
        spans = answerer.reader.read(question, passages)
        meaningful = set(content_words(question))
        missing = [
            w for w in answerer.retriever.missing_words(question, documents=documents) if w in meaningful
        ]
        known.append(signals(question, passages, spans, missing))
        right.append(row["answerable"] and holds_answer(spans[0], row, answerer.index))
    return np.array(known, dtype=np.float64), np.array(right)


def holds_answer(span: Span, row: Row, index: Index) -> bool:
    """Whether a span's sentence holds a gold answer."""
    if row.get("offset") == "guessed":
        quote = index.document(span.document_id).text[span.start : span.end]
        return any(answer in quote for answer in row["answers"])
    return any(
        span.start <= evidence["start"] and evidence["end"] <= span.end for evidence in row["evidence"]
    )


def fit(known: NDArray[np.float64], right: NDArray[np.bool_]) -> Calibration:
    """Logistic regression with a little ridge, whose weights keep the sign that the signals' meaning gives.

    Left free, the adversarial half of SQuAD 2.0 teaches that a passage which holds all of the question's
    words is a bad sign; that is true of SQuAD and of nothing else.
    """
    from scipy.optimize import minimize
    from scipy.special import expit

    def loss(parameters: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        weights, intercept = parameters[:-1], parameters[-1]
        logits = known @ weights + intercept
        value = np.logaddexp(0.0, logits).sum() - logits[right].sum() + _RIDGE * (weights @ weights)
        error = expit(logits) - right
        return float(value), np.append(known.T @ error + 2 * _RIDGE * weights, error.sum())

    bounds = [(None, 0.0) if name in _AGAINST else (0.0, None) for name in Signals._fields]
    start = np.zeros(len(bounds) + 1)
    best = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=[*bounds, (None, None)]).x
    return Calibration(
        intercept=round(float(best[-1]), 4),
        coefficients={name: round(float(w), 4) for name, w in zip(Signals._fields, best[:-1], strict=True)},
        fitted_on=f"{len(right)} questions of squad2_dev's 15 tuning articles, each asked of its article",
    )


if __name__ == "__main__":
    main()
