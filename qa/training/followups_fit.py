"""Fit the linear models of `qa.converse`: logistic regression with ridge over hashed features and numbers."""

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qa.converse.weights import Floats, Linear, row_of


class Examples:
    """Features in rows, with a class and a weight each."""

    def __init__(self, rows: int) -> None:
        self.rows = rows
        self.labels: list[int] = []
        self.weights: list[float] = []
        self._places: list[int] = []
        self._columns: list[int] = []
        self._numbers: list[Floats] = []

    def add(self, features: Iterable[str], label: int, weight: float, numbers: Floats | None = None) -> None:
        """Take in one example; of weight 0 it is left out."""
        if not weight:
            return
        columns = [row_of(feature, self.rows) for feature in features]
        self._places += [len(self.labels)] * len(columns)
        self._columns += columns
        self.labels.append(label)
        self.weights.append(weight)
        self._numbers.append(np.zeros(0) if numbers is None else numbers)

    def matrix(self) -> Any:  # noqa: ANN401 - scipy ships no types
        """A sparse matrix, one row for each example: the hashed columns, then the numbers."""
        from scipy import sparse

        shape = (len(self.labels), self.rows)
        hashed = sparse.csr_matrix((np.ones(len(self._places)), (self._places, self._columns)), shape=shape)
        return sparse.hstack([hashed, sparse.csr_matrix(np.array(self._numbers))]).tocsr()


def fit(examples: Examples, *, classes: int, ridge: float, of: NDArray[np.intp] | None = None) -> Linear:
    """The weights; with one class those of its logit. `of` names the examples to learn from, else all."""
    from scipy.optimize import minimize

    matrix = examples.matrix()
    labels, weights = np.array(examples.labels), np.array(examples.weights)
    if of is not None:
        matrix, labels, weights = matrix[of], labels[of], weights[of]
    columns = max(classes, 2)
    wanted = np.eye(columns)[labels]

    def loss(parameters: Floats) -> tuple[float, Floats]:
        table = parameters.reshape(-1, classes)
        scores = matrix @ table
        if classes == 1:
            scores = np.hstack([np.zeros_like(scores), scores])
        scores = scores - scores.max(axis=1, keepdims=True)
        logs = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))
        value = -(weights * logs[wanted.astype(bool)]).sum() + ridge * (parameters @ parameters) / 2
        slope = matrix.T @ (weights[:, None] * (np.exp(logs) - wanted))[:, columns - classes :]
        return float(value), slope.ravel() + ridge * parameters

    found = minimize(
        loss, np.zeros(matrix.shape[1] * classes), jac=True, method="L-BFGS-B", options={"maxiter": 300}
    ).x.reshape(-1, classes)
    return Linear(found[: examples.rows], found[examples.rows :])
