"""Make the second reader that ships from the one that was trained: a graph, packed int8 matrices, a card.

    python -m qa.training.second_export --work FOLDER --mpnet FOLDER

Reads second.pt and windows.jsonl in the work folder and writes release/ there. With `--before` the mean of
the weights is taken.

Weights are integers with a scale for each column, of 42 steps to each side (31 for the word embeddings, with
a scale for each row), so that Huffman's code packs 80 million of them into 52 MB. Channels with outliers are
evened out between what goes into a product and its weights, as `qa.training.reader_export.even_out` does.
"""

import argparse
import hashlib
import json
import shutil
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer

from qa.read.window_model import CONFIG, GRAPH, TOKENIZER, WEIGHTS, Matrix, WindowConfig
from qa.training.second_model import (
    ANSWER_TOKENS,
    CONTEXT_TOKENS,
    LAYERS,
    MAX_TOKENS,
    QUESTION_TOKENS,
    SHA256,
    STATEMENT_TOKENS,
    SecondModel,
)
from qa.training.second_windows import encode

Floats = NDArray[np.float32]
_WIDTH, _HEADS = 768, 12
_STEPS, _EMBEDDING_STEPS = 42, 31
_EXAMPLES = 96
# MPNet's relative positions: half of 32 buckets to each side, half of these exact, the rest up to 128 tokens.
_SIDE, _EXACT, _FARTHEST = 16, 8, 128


def main() -> None:
    """Write the release."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--mpnet", type=Path, required=True)
    parser.add_argument("--before", type=Path, nargs="*", default=[], help="earlier checkpoints of second.pt")
    arguments = parser.parse_args()
    model = SecondModel(arguments.mpnet)
    model.load_state_dict(mean([arguments.work / "second.pt", *arguments.before]))
    tokenizer = Tokenizer.from_file(str(arguments.mpnet / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    examples = _examples(tokenizer, arguments.work / "windows.jsonl")
    write(model, even(model, examples), arguments.mpnet / "tokenizer.json", arguments.work / "release")


def mean(paths: Sequence[Path]) -> dict[str, torch.Tensor]:
    """The mean of the weights of checkpoints that went on from one another (Wortsman et al., 2022)."""
    states = [torch.load(path, weights_only=True, mmap=True)["model"] for path in paths]
    return {name: sum(state[name] / len(states) for state in states) for name in states[0]}


def write(model: SecondModel, factors: dict[str, Floats], tokenizer: Path, release: Path) -> None:
    """Write graph, matrices, tokenizer and config of a model."""
    release.mkdir(parents=True, exist_ok=True)
    weights = {name: tensor.float().numpy() for name, tensor in model.state_dict().items()}
    graph = _Graph(weights, factors)
    graph.build()
    packed = {name: _packed(matrix) for name, matrix in graph.matrices.items()}
    (release / GRAPH).write_bytes(graph.serialized())
    (release / WEIGHTS).write_bytes(b"".join(packed.values()))
    shutil.copy(tokenizer, release / TOKENIZER)
    config = WindowConfig(
        max_tokens=MAX_TOKENS,
        question_tokens=QUESTION_TOKENS,
        context_tokens=CONTEXT_TOKENS,
        answer_tokens=ANSWER_TOKENS,
        statement_tokens=STATEMENT_TOKENS,
        matrices=tuple(
            Matrix(name=name, shape=graph.matrices[name].shape, size=len(content))
            for name, content in packed.items()
        ),
        sha256={
            name: hashlib.sha256((release / name).read_bytes()).hexdigest()
            for name in (GRAPH, WEIGHTS, TOKENIZER)
        },
    )
    made = config.model_dump() | {"from": f"all-mpnet-base-v2, model.safetensors {SHA256}"}
    (release / CONFIG).write_text(json.dumps(made, indent=1) + "\n", encoding="utf-8")


def _packed(matrix: NDArray[np.int8]) -> bytes:
    """By Huffman's code alone: weights do not repeat, and it unpacks fastest."""
    packer = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS, 9, zlib.Z_HUFFMAN_ONLY)
    return packer.compress(matrix.tobytes()) + packer.flush()


def _examples(tokenizer: Tokenizer, path: Path) -> list[list[int]]:
    lines = path.read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines[:: max(1, len(lines) // _EXAMPLES)]]
    return [
        encode(tokenizer, row["question"], window["context"], window["text"])[0]
        for row in rows
        for window in (row["answering"] + row["others"])[:1]
    ]


def even(model: SecondModel, examples: Sequence[list[int]]) -> dict[str, Floats]:
    """What each channel is divided by before a product, by its name: sqrt(max(1, m / median(m)))."""
    largest: dict[str, Floats] = {}

    def seen(name: str) -> Any:  # noqa: ANN401 - torch's hooks have no type
        def hook(_: object, inputs: tuple[torch.Tensor]) -> None:
            found = inputs[0].abs().amax(dim=(0, 1)).numpy()
            largest[name] = np.maximum(largest.get(name, found), found)

        return hook

    model.eval()
    for number, layer in enumerate(model.encoder.encoder.layer):
        attention = layer.attention.attn
        for name, part in (
            ("qkv", attention.q),
            ("o", attention.o),
            ("up", layer.intermediate.dense),
            ("down", layer.output.dense),
        ):
            part.register_forward_pre_hook(seen(f"{number}.{name}"))
    with torch.inference_mode():
        for ids in examples:
            model(torch.tensor([ids]), torch.ones((1, len(ids)), dtype=torch.int64))
    return {name: np.sqrt(np.maximum(1, found / np.median(found))) for name, found in largest.items()}


class _Graph:
    """Builds the ONNX graph; `matrices` are kept apart from it, the small numbers in it."""

    def __init__(self, weights: dict[str, Floats], factors: dict[str, Floats]) -> None:
        self._weights = weights
        self._factors = factors
        self._nodes: list[Any] = []
        self._small: dict[str, NDArray[Any]] = {}
        self.matrices: dict[str, NDArray[np.int8]] = {}

    def build(self) -> None:
        """Embeddings, layers, heads."""
        states = self._embedded()
        for layer in range(LAYERS):
            states = self._layer(layer, states)
        self._put("token_w", self._weights["token.weight"].T)
        self._put("token_b", self._weights["token.bias"])
        self._node("MatMul", [states, "token_w"], "token_0")
        self._node("Add", ["token_0", "token_b"], "tokens")
        self._node("Slice", [states, "zero", "one", "one"], "first")
        self._head("answerable")
        self._head("follows")

    def _head(self, name: str) -> None:
        """What is said of all tokens together: one hidden layer over the first of them."""
        inner = self._product(f"{name}_in", "first", f"{name}.0.weight", f"{name}.0.bias")
        self._node("Squeeze", [inner, "one"], f"{name}_flat")
        self._node("Tanh", [f"{name}_flat"], f"{name}_tanh")
        self._put(f"{name}_w", self._weights[f"{name}.2.weight"].T)
        self._put(f"{name}_b", self._weights[f"{name}.2.bias"])
        self._node("Gemm", [f"{name}_tanh", f"{name}_w", f"{name}_b"], name)

    def serialized(self) -> bytes:
        """The graph; its matrices are named as data that lies elsewhere."""
        from onnx import TensorProto, helper, numpy_helper

        outside = []
        for name, matrix in self.matrices.items():
            tensor = TensorProto(
                name=name,
                dims=matrix.shape,
                data_type=TensorProto.INT8,
                data_location=TensorProto.EXTERNAL,
            )
            for key, value in (("location", WEIGHTS), ("offset", "0"), ("length", str(matrix.nbytes))):
                tensor.external_data.add(key=key, value=value)
            outside.append(tensor)
        inside = [numpy_helper.from_array(np.ascontiguousarray(a), name) for name, a in self._small.items()]
        graph = helper.make_graph(
            self._nodes,
            "second reader",
            [helper.make_tensor_value_info("input_ids", TensorProto.INT64, ["batch", "tokens"])],
            [
                helper.make_tensor_value_info(name, TensorProto.FLOAT, None)
                for name in ("tokens", "answerable", "follows")
            ],
            inside + outside,
        )
        versions = [helper.make_opsetid("", 17), helper.make_opsetid("com.microsoft", 1)]
        content: bytes = helper.make_model(graph, opset_imports=versions, ir_version=8).SerializeToString()
        return content

    def _node(self, kind: str, inputs: Sequence[str], output: str, domain: str = "", **options: Any) -> str:  # noqa: ANN401
        from onnx import helper

        self._nodes.append(helper.make_node(kind, inputs, [output], name=output, domain=domain, **options))
        return output

    def _put(self, name: str, values: NDArray[Any]) -> None:
        self._small[name] = values

    def _product(
        self, name: str, states: str, weight: str | Floats, bias: str | Floats, key: str | None = None
    ) -> str:
        matrix = self._weights[weight].T if isinstance(weight, str) else weight
        if key is not None:
            factor = self._factors[key]
            matrix = matrix * factor[:, np.newaxis]
            self._put(f"{name}_f", (1 / factor).astype(np.float32))
            states = self._node("Mul", [states, f"{name}_f"], f"{name}_even")
        steps, scale = _steps(matrix, _STEPS, axis=0)
        self.matrices[f"{name}_w"] = steps
        self._put(f"{name}_s", scale[0])
        self._put(f"{name}_b", self._weights[bias] if isinstance(bias, str) else bias)
        inputs = [states, f"{name}_w", f"{name}_s", "", f"{name}_b"]
        return self._node("DynamicQuantizeMatMul", inputs, name, "com.microsoft")

    def _normed(self, name: str, states: str, weight: str) -> str:
        self._put(f"{name}_g", self._weights[f"{weight}.weight"])
        self._put(f"{name}_b", self._weights[f"{weight}.bias"])
        inputs = [states, f"{name}_g", f"{name}_b"]
        return self._node("LayerNormalization", inputs, name, epsilon=1e-5, axis=-1)

    def _embedded(self) -> str:
        from onnx import TensorProto

        known = "encoder.embeddings"
        steps, scale = _steps(self._weights[f"{known}.word_embeddings.weight"], _EMBEDDING_STEPS, axis=1)
        self.matrices["words"] = steps
        self._put("words_s", scale)
        # The first two places are padding's and nobody's.
        places = self._weights[f"{known}.position_embeddings.weight"][2 : 2 + MAX_TOKENS]
        self._put("places", places)
        for name, number in (("zero", 0), ("one", 1), ("two", 2)):
            self._put(name, np.array([number], dtype=np.int64))
        self._node("Shape", ["input_ids"], "shape")
        self._node("Slice", ["shape", "one", "two"], "length")
        self._node("Gather", ["words", "input_ids"], "words_0")
        self._node("Cast", ["words_0"], "words_1", to=TensorProto.FLOAT)
        self._node("Gather", ["words_s", "input_ids"], "words_2")
        self._node("Mul", ["words_1", "words_2"], "words_3")
        self._node("Slice", ["places", "zero", "length"], "places_0")
        self._node("Add", ["words_3", "places_0"], "embedded")
        self._bias()
        return self._normed("embedded_n", "embedded", f"{known}.LayerNorm")

    def _bias(self) -> None:
        """What attention adds by the distance of two tokens: (1, heads, tokens, tokens)."""
        table = self._weights["encoder.encoder.relative_attention_bias.weight"]
        self._put("by_bucket", table.T)
        self._put("buckets", _buckets(MAX_TOKENS))
        self._node("Concat", ["length", "length"], "square", axis=0)
        self._put("origin", np.zeros(2, dtype=np.int64))
        self._node("Slice", ["buckets", "origin", "square"], "buckets_0")
        self._node("Gather", ["by_bucket", "buckets_0"], "bias_0", axis=1)
        self._node("Unsqueeze", ["bias_0", "zero"], "bias")

    def _layer(self, number: int, states: str) -> str:
        known, name = f"encoder.encoder.layer.{number}", f"l{number}"
        attention = f"{known}.attention.attn"
        matrix = np.concatenate([self._weights[f"{attention}.{one}.weight"].T for one in "qkv"], axis=1)
        bias = np.concatenate([self._weights[f"{attention}.{one}.bias"] for one in "qkv"])
        together = self._product(f"{name}_qkv", states, matrix, bias, f"{number}.qkv")
        self._put("thirds", np.array([_WIDTH] * 3, dtype=np.int64))
        self._split(together, [f"{name}_{one}" for one in "qkv"])
        self._node(
            "MultiHeadAttention",
            [*(f"{name}_{one}" for one in "qkv"), "", "", "bias"],
            f"{name}_attention",
            "com.microsoft",
            num_heads=_HEADS,
        )
        out = self._product(
            f"{name}_o", f"{name}_attention", f"{attention}.o.weight", f"{attention}.o.bias", f"{number}.o"
        )
        self._node("Add", [out, states], f"{name}_sum")
        states = self._normed(f"{name}_middle", f"{name}_sum", f"{known}.attention.LayerNorm")
        dense = f"{known}.intermediate.dense"
        up = self._product(f"{name}_up", states, f"{dense}.weight", f"{dense}.bias", f"{number}.up")
        active = self._node("Gelu", [up], f"{name}_active", "com.microsoft")
        dense = f"{known}.output.dense"
        down = self._product(f"{name}_down", active, f"{dense}.weight", f"{dense}.bias", f"{number}.down")
        self._node("Add", [down, states], f"{name}_sum2")
        return self._normed(f"{name}_states", f"{name}_sum2", f"{known}.output.LayerNorm")

    def _split(self, together: str, names: Sequence[str]) -> None:
        from onnx import helper

        self._nodes.append(helper.make_node("Split", [together, "thirds"], names, name=names[0], axis=-1))


def _steps(matrix: Floats, most: int, axis: int) -> tuple[NDArray[np.int8], Floats]:
    """A matrix as whole steps of at most `most` to each side, and the size of a step along an axis."""
    size = np.abs(matrix).max(axis=axis, keepdims=True) / most
    size[size == 0] = 1
    return np.rint(matrix / size).astype(np.int8), size.astype(np.float32)


def _buckets(tokens: int) -> NDArray[np.int64]:
    """The bucket of the distance from each token to each other, as MPNet has them (after T5)."""
    places = np.arange(tokens)
    ahead = places[np.newaxis, :] - places[:, np.newaxis]
    distance = np.abs(ahead)
    logs = np.log(np.maximum(distance, 1) / _EXACT) / np.log(_FARTHEST / _EXACT)
    far = np.minimum(_EXACT + (logs * (_SIDE - _EXACT)).astype(np.int64), _SIDE - 1)
    buckets: NDArray[np.int64] = np.where(ahead > 0, _SIDE, 0) + np.where(distance < _EXACT, distance, far)
    return buckets


if __name__ == "__main__":
    main()
