"""Make a checkpoint of the second reader that ships, so that training can go on from it.

    python -m qa.training.second_unpack --work FOLDER --mpnet FOLDER

Writes second-shipped.pt into the work folder: the weights of `qa/model/second` in float32, as int8 left
them. The embeddings are those of all-mpnet-base-v2, which did not learn.
"""

import argparse
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import numpy_helper

from qa.read.window_model import CONFIG, GRAPH, SHIPPED, WEIGHTS, WindowConfig
from qa.training.second_model import LAYERS, SecondModel

_HEADS = ("answerable", "follows")


def main() -> None:
    """Write the checkpoint."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--mpnet", type=Path, required=True)
    arguments = parser.parse_args()
    weights = SecondModel(arguments.mpnet).state_dict() | unpacked(SHIPPED)
    torch.save({"model": weights}, arguments.work / "second-shipped.pt")


def unpacked(release: Path) -> dict[str, torch.Tensor]:
    """What a second reader of `qa.training.second_export` learnt, by the names in `SecondModel`."""
    parts = _Parts(release)
    weights: dict[str, torch.Tensor] = {}

    def put(name: str, table: NDArray[Any]) -> None:
        weights[name] = torch.from_numpy(np.array(table, dtype=np.float32))

    put("token.weight", parts.small["token_w"].T)
    put("token.bias", parts.small["token_b"])
    for head in _HEADS:
        put(f"{head}.0.weight", parts.product(f"{head}_in").T)
        put(f"{head}.0.bias", parts.small[f"{head}_in_b"])
        put(f"{head}.2.weight", parts.small[f"{head}_w"].T)
        put(f"{head}.2.bias", parts.small[f"{head}_b"])
    put("encoder.encoder.relative_attention_bias.weight", parts.small["by_bucket"].T)
    for number in range(LAYERS):
        layer, name = f"encoder.encoder.layer.{number}", f"l{number}"
        attention = f"{layer}.attention.attn"
        thirds = np.split(parts.product(f"{name}_qkv"), 3, axis=1)
        biases = np.split(parts.small[f"{name}_qkv_b"], 3)
        for one, table, bias in zip("qkv", thirds, biases, strict=True):
            put(f"{attention}.{one}.weight", table.T)
            put(f"{attention}.{one}.bias", bias)
        for known, product in (
            (f"{attention}.o", "o"),
            (f"{layer}.intermediate.dense", "up"),
            (f"{layer}.output.dense", "down"),
        ):
            put(f"{known}.weight", parts.product(f"{name}_{product}").T)
            put(f"{known}.bias", parts.small[f"{name}_{product}_b"])
        for known, norm in (
            (f"{layer}.attention.LayerNorm", "middle"),
            (f"{layer}.output.LayerNorm", "states"),
        ):
            put(f"{known}.weight", parts.small[f"{name}_{norm}_g"])
            put(f"{known}.bias", parts.small[f"{name}_{norm}_b"])
    return weights


class _Parts:
    """A release taken apart: the small tables of its graph, and its packed matrices."""

    def __init__(self, release: Path) -> None:
        graph = onnx.load(release / GRAPH, load_external_data=False).graph
        outside = onnx.TensorProto.EXTERNAL
        self.small: dict[str, NDArray[Any]] = {
            one.name: numpy_helper.to_array(one) for one in graph.initializer if one.data_location != outside
        }
        config = WindowConfig.model_validate_json((release / CONFIG).read_bytes())
        packed, at = (release / WEIGHTS).read_bytes(), 0
        self._matrices: dict[str, NDArray[np.int8]] = {}
        for matrix in config.matrices:
            content = zlib.decompress(packed[at : at + matrix.size])
            self._matrices[matrix.name] = np.frombuffer(content, dtype=np.int8).reshape(matrix.shape)
            at += matrix.size

    def product(self, name: str) -> NDArray[np.float32]:
        """The matrix of a product, as it was before its channels were evened out."""
        matrix = self._matrices[f"{name}_w"].astype(np.float32) * self.small[f"{name}_s"]
        factor = self.small.get(f"{name}_f")
        whole: NDArray[np.float32] = matrix if factor is None else matrix * factor[:, np.newaxis]
        return whole


if __name__ == "__main__":
    main()
