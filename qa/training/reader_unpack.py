"""Make a checkpoint of the reader that ships, so that training can go on from it.

    python -m qa.training.reader_unpack --work FOLDER

Writes shipped.pt into the work folder: the weights of `qa/model/reader.onnx` in float32, as int8 left them.
The word embeddings are those of the encoder, which did not learn.
"""

import argparse
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import numpy_helper

from qa.read.onnx_model import SHIPPED
from qa.training.reader_model import new_model

_LAYER = "encoder.encoder.layer.{}."
# In the order in which the graph holds them.
_PRODUCTS = ("attention.output.dense", "intermediate.dense", "output.dense")


def main() -> None:
    """Write the checkpoint."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--work", type=Path, required=True)
    work: Path = parser.parse_args().work
    torch.save({"model": unpacked(SHIPPED / "reader.onnx")}, work / "shipped.pt")


def unpacked(path: Path) -> dict[str, torch.Tensor]:
    """The weights of a reader that `qa.training.reader_export` made, by their names in `ReaderModel`."""
    tables = {one.name: numpy_helper.to_array(one) for one in onnx.load(path).graph.initializer}
    model = new_model()
    weights = dict(model.state_dict())
    for name in weights:
        if name in tables:
            weights[name] = _tensor(tables[name])
    unnamed = [name for name in tables if name.startswith("onnx::MatMul_")]
    products = [name.removesuffix("_quantized") for name in unnamed if name.endswith("_quantized")]
    spans = next(tables[name] for name in unnamed if tables[name].shape[1:] == (2,))
    weights["span.weight"] = _tensor(spans.T)
    for part in (0, 2):
        weights[f"answerable.{part}.weight"] = _tensor(
            _whole(tables, f"answerable.{part}.weight_Transposed").T
        )
    for layer in range(model.encoder.config.num_hidden_layers):
        prefix = _LAYER.format(layer)
        joined = _whole(tables, f"Attention_{layer}_qkv_weight", f"Attention_{layer}_factor")
        bias = tables[f"Attention_{layer}_qkv_bias"]
        for name, table, own in zip(
            ("query", "key", "value"), np.split(joined, 3, axis=1), np.split(bias, 3), strict=True
        ):
            weights[f"{prefix}attention.self.{name}.weight"] = _tensor(table.T)
            weights[f"{prefix}attention.self.{name}.bias"] = _tensor(own)
        for name, packed in zip(_PRODUCTS, products[3 * layer : 3 * layer + 3], strict=True):
            factor = f"/encoder/encoder/layer.{layer}/{name.replace('.', '/')}/MatMul_factor"
            weights[f"{prefix}{name}.weight"] = _tensor(_whole(tables, packed, factor).T)
    return weights


def _whole(tables: dict[str, NDArray[Any]], name: str, factor: str | None = None) -> NDArray[np.float32]:
    """A table of integers as the numbers that it stands for; see `even_out` for the factor of its rows."""
    table = tables[f"{name}_quantized"].astype(np.float32) - tables[f"{name}_zero_point"]
    whole: NDArray[np.float32] = (table * tables[f"{name}_scale"]).astype(np.float32)
    return whole * tables[factor][:, np.newaxis] if factor else whole


def _tensor(table: NDArray[Any]) -> torch.Tensor:
    return torch.from_numpy(np.array(table, dtype=np.float32))


if __name__ == "__main__":
    main()
