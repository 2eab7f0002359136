"""Compile a sentence-transformers model for ONNX Runtime: export, fuse, take products in integers, compare.

In int8, products with weights are taken in integers, with a scale for each column of the weights and one for
each activation as it comes. Weights keep to seven bits, since processors without VNNI add two products in
sixteen bits: so the vectors are the same on every processor. Word embeddings are int8 with a scale for each
row.
"""

import logging
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, cast

import numpy as np

from index.embed.onnx_encoder import CONFIG, GRAPH, TOKENIZER, CompiledConfig, CompiledEncoder
from index.embed.pooling import normalise
from index.embed.weights import sha256
from index.errors import ModelError

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

Precision = Literal["int8", "float32"]

_INPUTS = ("input_ids", "attention_mask", "token_type_ids")
_MODULES = (["Transformer", "Pooling"], ["Transformer", "Pooling", "Normalize"])
# The lowest cosine between a text's vector before and after: all-MiniLM-L6-v2 has 0.984 and 0.99999.
_LEAST_COSINE = {"int8": 0.96, "float32": 0.9999}
_SAMPLES = (
    "Who founded the company?",
    "The harbour opened in 1911, and its bell weighs nine tons; nobody rings it.",
    "ÉCOLE, İstanbul & co. pay 3,000 € — “now”, they said. 😀 值得",
    "It rained.",
    "The treaty was signed by both sides after long talks about trade, borders and fishing rights. " * 40,
)


def compile_model(model: "SentenceTransformer", precision: Precision, folder: Path) -> None:
    """Write the compiled model into a folder; ModelError when it can't be, or would not be the same model."""
    pooling = _pooling(model)
    inputs = tuple(name for name in _INPUTS if name in model.tokenizer.model_input_names)
    with _silence(), tempfile.TemporaryDirectory(dir=folder) as name:
        work = Path(name)
        try:
            _export(model, inputs, work / "plain.onnx")
            known = cast(Any, model)[0].auto_model.config
            heads, width = (getattr(known, name, 0) for name in ("num_attention_heads", "hidden_size"))
            fuse(work / "plain.onnx", work / "fused.onnx", heads=heads, width=width, masked=False)
            if precision == "int8":
                _quantize(work / "fused.onnx", work / "products.onnx")
                shrink_embeddings(work / "products.onnx", work / GRAPH)
            else:
                (work / "fused.onnx").rename(work / GRAPH)
        except Exception as error:  # whatever a model's own code and three exporters may raise
            reason = " ".join(str(error).split())[:200] or type(error).__name__
            raise ModelError(f"cannot be exported ({reason})") from error
        (work / GRAPH).rename(folder / GRAPH)
    model.tokenizer.backend_tokenizer.save(str(folder / TOKENIZER), pretty=False)
    config = CompiledConfig(
        inputs=inputs,
        pooling=pooling,
        dimension=int(model.get_embedding_dimension() or 0),
        max_tokens=int(model.max_seq_length or 512),
        sha256={name: sha256(folder / name) for name in (GRAPH, TOKENIZER)},
    )
    (folder / CONFIG).write_text(config.model_dump_json(indent=1), encoding="utf-8")
    _compare(model, folder, _LEAST_COSINE[precision])


def _pooling(model: "SentenceTransformer") -> Literal["mean", "cls"]:
    """How token states become a text's vector; ModelError for a model of another form."""
    modules: list[Any] = list(model)
    names = [type(module).__name__ for module in modules]
    if names not in _MODULES:
        raise ModelError(f"its modules are {', '.join(names)}, not Transformer, Pooling and Normalize")
    if model.default_prompt_name is not None:
        raise ModelError("it puts a prompt before each text")
    if not getattr(model.tokenizer, "is_fast", False) or model.tokenizer.truncation_side != "right":
        raise ModelError("its tokenizer is not one of Hugging Face's fast ones that cut on the right")
    mode = modules[1].pooling_mode
    if mode not in ("mean", "cls"):
        raise ModelError(f"it pools by {mode}, not by mean or cls")
    pooling: Literal["mean", "cls"] = mode
    return pooling


def _export(model: "SentenceTransformer", inputs: tuple[str, ...], target: Path) -> None:
    """The token states as a float32 graph in which batch and length are free."""
    import torch

    inner: Any = model[0].auto_model
    attention = inner.config._attn_implementation

    class TokenStates(torch.nn.Module):
        def forward(self, *tensors: torch.Tensor) -> torch.Tensor:
            states: torch.Tensor = inner(**dict(zip(inputs, tensors, strict=True)))[0]
            return states

    wrapped = TokenStates()
    wrapped.inner = inner
    try:
        inner.set_attn_implementation("eager")  # the form that the fusion knows
        torch.onnx.export(
            wrapped.eval(),
            tuple(torch.ones((2, 24), dtype=torch.int64) for _ in inputs),
            target,
            input_names=list(inputs),
            output_names=["states"],
            dynamic_axes={name: {0: "texts", 1: "tokens"} for name in (*inputs, "states")},
            opset_version=17,
            dynamo=False,  # the other exporter needs another package, and the fusion does not know its graphs
        )
    finally:
        inner.set_attn_implementation(attention)


def fuse(source: Path, target: Path, *, heads: int, width: int, masked: bool = True) -> None:
    """Attention, GELU and layer norm as one operator each; the same numbers in less time.

    Not the sum before a norm, nor the bias before a GELU: ONNX Runtime's operators for these are slower.
    `heads` of attention and the `width` of states are the model's; without them attention stays in pieces.
    What never sees padding needs no mask, which takes 4 % of the time.
    """
    from onnxruntime.transformers.fusion_options import FusionOptions
    from onnxruntime.transformers.optimizer import optimize_model

    options = FusionOptions("bert")
    options.enable_embed_layer_norm = False  # its table could not be made int8 by row
    options.enable_skip_layer_norm = options.enable_bias_skip_layer_norm = options.enable_bias_gelu = False
    fused = optimize_model(
        str(source), "bert", num_heads=heads, hidden_size=width, optimization_options=options, opt_level=0
    )
    if not masked:
        for node in fused.get_nodes_by_op_type("Attention"):
            if len(node.input) > 3:
                node.input[3] = ""
        fused.prune_graph(allow_remove_graph_inputs=False)
    fused.save_model_to_file(str(target))


def _quantize(source: Path, target: Path) -> None:
    """Products with weights in integers; what is not known when compiling stays in float."""
    from onnx import TensorProto
    from onnxruntime.quantization import QuantType, quantize_dynamic

    quantize_dynamic(
        source,
        target,
        op_types_to_quantize=["MatMul", "Attention"],
        per_channel=True,
        reduce_range=True,
        weight_type=QuantType.QInt8,
        # The fused operators' types are not inferred.
        extra_options={"DefaultTensorType": TensorProto.FLOAT, "MatMulConstBOnly": True},
    )


def shrink_embeddings(source: Path, target: Path) -> None:
    """Word embeddings in int8 with a scale for each word: half of a small model's size is in them."""
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    model = onnx.load(source)
    graph = model.graph
    table = max(graph.initializer, key=lambda tensor: int(np.prod(tensor.dims)))
    (node,) = [node for node in graph.node if node.op_type == "Gather" and node.input[0] == table.name]
    values = numpy_helper.to_array(table)
    scale = np.maximum(np.abs(values).max(axis=1, keepdims=True) / 127, np.finfo(np.float32).tiny)
    words, ids = "word_embeddings", node.input[1]
    steps = [
        helper.make_node("Gather", [words, ids], [f"{words}_int8"]),
        helper.make_node("Cast", [f"{words}_int8"], [f"{words}_float"], to=TensorProto.FLOAT),
        helper.make_node("Gather", [f"{words}_scale", ids], [f"{words}_scales"]),
        helper.make_node("Mul", [f"{words}_float", f"{words}_scales"], [node.output[0]]),
    ]
    place = list(graph.node).index(node)
    graph.node.remove(node)
    for offset, step in enumerate(steps):
        graph.node.insert(place + offset, step)
    graph.initializer.remove(table)
    graph.initializer.append(numpy_helper.from_array(np.round(values / scale).astype(np.int8), words))
    graph.initializer.append(numpy_helper.from_array(scale.astype(np.float32), f"{words}_scale"))
    onnx.save(model, target)


def _compare(model: "SentenceTransformer", folder: Path, least: float) -> None:
    """Raise ModelError when a sample's vector is another than the model's own."""
    expected = model.encode(list(_SAMPLES), normalize_embeddings=True, show_progress_bar=False)
    found = normalise(np.stack([known.vector for known in CompiledEncoder(folder).encode(_SAMPLES)]))
    lowest = float(np.vecdot(expected, found).min())
    if not lowest >= least:
        raise ModelError(f"would change too much: a vector's cosine to the original is {lowest:.4f}")


@contextmanager
def _silence() -> Iterator[None]:
    """No warnings of the exporters: they are for their own authors."""
    level = logging.root.manager.disable
    logging.disable(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(level)
