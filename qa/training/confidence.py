"""Fit how spans are ranked and what makes their confidence, on articles that the reader did not learn from.

    python -m qa.training.confidence [--reader quoth] [--data ../shared/data] [--test] [--write]

Fitted on the three validation articles of squad2_dev (the sentence reader, which has no model that learnt
from the others: on all fifteen that are not for testing), each question asked of its own article. The
threshold is chosen on these and on the tuning half of the fixed set over the first article together; the
trade-off is printed. With --test the ten test articles are scored too, once nothing is chosen any more.

A best guess is right when its exact span has a token F1 of at least 0.5 with a gold answer; of a reader
without exact spans, when its sentence holds a gold answer at its place. It is always wrong for an
unanswerable question.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from index.index import Index
from qa.answerer import Answerer
from qa.calibration import FILE, Calibration, Ranking
from qa.confidence import Signals, confidence, said, signals
from qa.english import content_words
from qa.evaluation.metrics import f1
from qa.evaluation.questions import Question, half, load_questions
from qa.evaluation.refusal import auroc, ece
from qa.evaluation.splits import TEST_ARTICLES, VALIDATION_ARTICLES
from qa.onnxmodel import OnnxSpanModel
from qa.reader import ExtractiveReader, Reader, SpanModel
from qa.readers import load_reader
from qa.retriever import RetrievedPassage
from qa.settings import AnswerSettings
from qa.spans import Span, TokenLogits

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
# Signals that speak against the best guess; all others speak for it.
_AGAINST = frozenset({"missing"})
# What only a trained reader knows.
_TRAINED = frozenset({"margin", "answerable"})
# Of 1, 5, 20 and 50 the one with the best scores when each article is left out in turn.
_RIDGE = 20.0
# Sums as close as this differ by chance; the lower threshold then answers more.
_TIE = 0.01
_THRESHOLDS = tuple(round(0.05 * step, 2) for step in range(2, 16))


class Asked(NamedTuple):
    """A question, as it was read, what was retrieved and read for it, and its words that occur nowhere."""

    question: Question
    read_as: str
    passages: Sequence[RetrievedPassage]
    spans: Sequence[Span]
    missing: Sequence[str]


class RememberingModel:
    """Reads no passage twice for the same question."""

    def __init__(self, model: SpanModel) -> None:
        self._model = model
        self._known: dict[tuple[str, str], TokenLogits] = {}
        self.longest_answer = model.longest_answer

    def logits(self, question: str, texts: Sequence[str]) -> list[TokenLogits]:
        """See `qa.reader.SpanModel.logits`."""
        unknown = [text for text in texts if (question, text) not in self._known]
        for text, found in zip(unknown, self._model.logits(question, unknown), strict=True):
            self._known[question, text] = found
        return [self._known[question, text] for text in texts]


def main() -> None:
    """Print the scores and, with --write, change this reader's entry in calibration.json."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--reader", default="quoth", help="as for quoth ask, or the folder of a trained one")
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--characters", type=int, default=None, help="to read, see AnswerSettings")
    parser.add_argument("--test", action="store_true")
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    folder: Path = arguments.data / "squad2_dev"
    if not folder.is_dir():
        sys.exit(f"{folder}: no such folder; name the question-answering data with --data")
    reader = _reader(arguments.reader)
    articles = Index.from_sources([folder / "documents.jsonl"])
    budget = {"characters": arguments.characters} if arguments.characters else {}
    settings = AnswerSettings.model_validate(budget)
    answerer = Answerer(articles, reader=reader, settings=settings)
    questions = load_questions(folder / "questions.jsonl").questions
    wanted = _is_validation if isinstance(reader, ExtractiveReader) else _is_tuning
    validation = collect(answerer, [q for q in questions if wanted(q)])
    ranking = None
    if isinstance(reader, ExtractiveReader):
        ranking = fit_ranking(validation)
        print(f"ranking: {ranking.model_dump_json()}")
        reader = ExtractiveReader(reader.model, ranking)
        answerer = Answerer(articles, reader=reader, settings=settings)
        validation = _read_again(validation, reader)
    names = [name for name in Signals._fields if ranking or name not in _TRAINED]
    known, right = _known(validation), _right(validation)
    _print_left_out(validation, known, right, names)
    fitted = fit(known, right, names)
    article = Answerer(Index.from_sources(["seeds"]), reader=reader, settings=settings)
    fixed = load_questions("qa/evaluation/deepseek.jsonl").questions
    tuning = collect(article, [q for q in fixed if half(q.id) == "tuning"])
    parts = [("validation", validation), ("article, tuning half", tuning)]
    if arguments.test:
        test = collect(answerer, [q for q in questions if q.document_id in TEST_ARTICLES])
        parts.append(("10 test articles", test))
    for name, asked in parts:
        print(_scores(name, asked, _right(asked), fitted))
    threshold = _choose(parts[:2], fitted)
    calibration = Calibration(
        intercept=fitted.intercept,
        coefficients=fitted.coefficients,
        threshold=threshold,
        likely=threshold,
        fitted_on=f"{len(right)} questions of squad2_dev, each asked of its own article",
        ranking=ranking,
    )
    print(calibration.model_dump_json(indent=1, exclude_none=True))
    if arguments.write:
        kept = json.loads(FILE.read_text(encoding="utf-8"))
        kept[reader.calibration] = calibration.model_dump(mode="json", exclude_none=True)
        FILE.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")


def collect(answerer: Answerer, questions: Sequence[Question]) -> list[Asked]:
    """Retrieve and read for each question, asked of its own article or of the only one."""
    found = []
    for question in questions:
        documents = [question.document_id] if question.document_id else None
        if question.history:
            continue
        passages = answerer.to_read(question.question, documents)
        read_as = answerer.retriever.respelt(question.question, passages)
        spans = answerer.reader.read(read_as, passages)
        meaningful = set(content_words(question.question))
        missing = answerer.retriever.missing_words(question.question, documents=documents)
        found.append(
            Asked(question, read_as, passages, spans, [word for word in missing if word in meaningful])
        )
    return found


def fit_ranking(asked: Sequence[Asked]) -> Ranking:
    """Weights that put a right span first: a listwise softmax over each answerable question's spans.

    The loss is the negative log of the share of the softmax that the right spans have; no weight is below 0.
    """
    from scipy.optimize import minimize
    from scipy.special import logsumexp, softmax

    names = list(Ranking.model_fields)
    lists: list[tuple[Floats, Bools]] = []
    for one in asked:
        right = np.array([is_right(span, one.question, one.passages) for span in one.spans], dtype=np.bool_)
        if one.question.answerable and right.any():
            lists.append((np.array([_known_of(span, one.passages) for span in one.spans]), right))

    def loss(weights: Floats) -> tuple[float, Floats]:
        value, slope = 0.0, np.zeros(len(names))
        for known, right in lists:
            scores = known @ weights
            value += float(logsumexp(scores) - logsumexp(scores[right]))
            slope += known.T @ softmax(scores) - known[right].T @ softmax(scores[right])
        return value / len(lists), slope / len(lists)

    start = np.array([0.5, 0.5, 1.0, 0.5, 0.5])
    best = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=[(0.0, None)] * len(names)).x
    return Ranking(**{name: round(float(weight), 3) for name, weight in zip(names, best, strict=True)})


def _known_of(span: Span, passages: Sequence[RetrievedPassage]) -> list[float]:
    """What `Ranking` weighs, in its order."""
    passage = passages[span.passage]
    sentence = next((s.score for s in passage.sentences if s.start == span.start), 0.0)
    return [span.margin, span.answerable, sentence, passage.words, passage.dense]


def is_right(span: Span, question: Question, passages: Sequence[RetrievedPassage]) -> bool:
    """Whether a span is a right answer; see the module."""
    if not question.answerable:
        return False
    text = said(passages, span)
    if span.highlight:
        return f1(text, question.answers) >= 0.5
    if question.placed_evidence:
        return any(span.start <= item.start and item.end <= span.end for item in question.placed_evidence)
    return any(answer in text for answer in question.answers)


def fit(known: Floats, right: Bools, names: Sequence[str]) -> Calibration:
    """Logistic regression with ridge, whose weights keep the sign that the signals' meaning gives.

    Left free, the adversarial half of SQuAD 2.0 teaches that a passage which holds all of the question's
    words is a bad sign; that is true of SQuAD and of nothing else.
    """
    from scipy.optimize import minimize
    from scipy.special import expit

    columns = known[:, [Signals._fields.index(name) for name in names]]

    def loss(parameters: Floats) -> tuple[float, Floats]:
        weights, intercept = parameters[:-1], parameters[-1]
        logits = columns @ weights + intercept
        value = np.logaddexp(0.0, logits).sum() - logits[right].sum() + _RIDGE * (weights @ weights)
        error = expit(logits) - right
        return float(value), np.append(columns.T @ error + 2 * _RIDGE * weights, error.sum())

    bounds = [(None, 0.0) if name in _AGAINST else (0.0, None) for name in names]
    start = np.zeros(len(bounds) + 1)
    best = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=[*bounds, (None, None)]).x
    return Calibration(
        intercept=round(float(best[-1]), 4),
        coefficients={
            name: round(float(w), 4) for name, w in zip(names, best[:-1], strict=True) if abs(w) > 5e-5
        },
        threshold=0.5,
        likely=0.5,
        fitted_on="",
    )


def _print_left_out(asked: Sequence[Asked], known: Floats, right: Bools, names: Sequence[str]) -> None:
    """Scores when each article's confidence is fitted on the others."""
    articles = np.array([one.question.document_id for one in asked])
    estimates = np.zeros(len(asked))
    for article in sorted(set(articles.tolist())):
        inside = articles == article
        estimates[inside] = _estimates(known[inside], fit(known[~inside], right[~inside], names))
    answerable = np.array([one.question.answerable for one in asked])
    print(f"articles left out in turn: {_figures(estimates, answerable, right)}")


def _scores(name: str, asked: Sequence[Asked], right: Bools, fitted: Calibration) -> str:
    answerable = np.array([one.question.answerable for one in asked])
    estimates = _estimates(_known(asked), fitted)
    first = np.array([f1(said(one.passages, one.spans[0]), one.question.golds) for one in asked])
    return (
        f"{name}: {len(asked)} asked; right for {right[answerable].mean():.3f} of the answerable, F1 "
        f"{first[answerable].mean():.3f}; {_figures(estimates, answerable, right)}"
    )


def _figures(estimates: Floats, answerable: Bools, right: Bools) -> str:
    sure, known, ok = estimates.tolist(), answerable.tolist(), right.tolist()
    return f"AUROC answerable {auroc(sure, known):.3f}, right {auroc(sure, ok):.3f}; ECE {ece(sure, ok):.3f}"


def _choose(parts: Sequence[tuple[str, Sequence[Asked]]], fitted: Calibration) -> float:
    """The lowest threshold with about the highest sum of the shares answered right and refused rightly."""
    totals = np.zeros(len(_THRESHOLDS))
    for name, asked in parts:
        answerable = np.array([one.question.answerable for one in asked])
        estimates, right = _estimates(_known(asked), fitted), _right(asked)
        for place, threshold in enumerate(_THRESHOLDS):
            given = estimates >= threshold
            shares = (given & right)[answerable].mean(), (~given)[~answerable].mean()
            totals[place] += sum(shares)
            print(f"{name}, threshold {threshold:.2f}: right {shares[0]:.3f}, refused {shares[1]:.3f}")
    return _THRESHOLDS[int(np.flatnonzero(totals >= totals.max() - _TIE).min())]


def _known(asked: Sequence[Asked]) -> Floats:
    return np.array([signals(*one[1:]) for one in asked], dtype=np.float64)


def _right(asked: Sequence[Asked]) -> Bools:
    return np.array([is_right(one.spans[0], one.question, one.passages) for one in asked], dtype=np.bool_)


def _estimates(known: Floats, fitted: Calibration) -> Floats:
    return np.array([confidence(Signals(*row), fitted) for row in known.tolist()])


def _read_again(asked: Sequence[Asked], reader: Reader) -> list[Asked]:
    return [one._replace(spans=reader.read(one.read_as, one.passages)) for one in asked]


def _reader(name: str) -> Reader:
    """A reader by name or by the folder that training wrote; a trained one remembers what it read."""
    if Path(name, "reader.onnx").is_file():
        return ExtractiveReader(RememberingModel(OnnxSpanModel(Path(name))), Ranking())
    reader = load_reader(name)
    if isinstance(reader, ExtractiveReader):
        return ExtractiveReader(RememberingModel(reader.model), Ranking())
    return reader


def _is_validation(question: Question) -> bool:
    return question.document_id in VALIDATION_ARTICLES


def _is_tuning(question: Question) -> bool:
    return question.document_id not in TEST_ARTICLES


if __name__ == "__main__":
    main()
