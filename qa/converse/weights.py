"""The small trained models of this package: linear, over hashed features, numpy alone.

`weights.npz` holds their weights as small integers with one scale each. They are written by
`python -m qa.training.followups`, which also says what they were fitted on.
"""

import zlib
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

FILE = Path(__file__).with_name("weights.npz")

Floats = NDArray[np.float64]


class Linear:
    """Weights of hashed features, one column for each class, and of numbers that are taken as they are."""

    def __init__(self, hashed: Floats, plain: Floats) -> None:
        self.hashed = hashed
        self.plain = plain

    def logits(self, features: Iterable[str], numbers: Floats | None = None) -> Floats:
        """The sum of the weights of the features and of the numbers' weighted values."""
        rows = [row_of(feature, len(self.hashed)) for feature in features]
        total: Floats = self.hashed[rows].sum(axis=0)
        return total if numbers is None else total + numbers @ self.plain


def row_of(feature: str, rows: int) -> int:
    """The row of a hashed feature."""
    return zlib.crc32(feature.encode("utf-8", "surrogatepass")) % rows


@cache
def shipped(name: str) -> Linear:
    """The model of a name, from the package."""
    with np.load(FILE) as file:
        scale = float(file[f"{name}_scale"])
        return Linear(file[f"{name}_hashed"] * scale, file[f"{name}_plain"].astype(np.float64))


def packed(model: Linear, name: str) -> dict[str, NDArray[np.generic]]:
    """A model as the arrays of the file: eight bits a hashed weight."""
    scale = float(np.abs(model.hashed).max(initial=1e-9)) / 127
    return {
        f"{name}_scale": np.array(scale),
        f"{name}_hashed": np.round(model.hashed / scale).astype(np.int8),
        f"{name}_plain": model.plain.astype(np.float32),
    }
