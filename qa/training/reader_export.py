"""Make the reader that ships from the one that was trained: ONNX in int8, tokenizer, config and card.

    python -m qa.training.reader_export --work FOLDER [--before FILE] [--test]

Reads reader.pt in the work folder and writes release there; with `--before` the mean of the weights is taken.
Scores the trained model and the small one on
the validation articles and, with --test, on the test articles too: once, when nothing is chosen any more.

The way to int8: the graph is fused (attention, GELU, layer norm), channels with outliers are evened out
between activations and weights, and the products with weights are taken in integers, with a scale for each
column of the weights and one for each activation as it comes. Weights keep to seven bits, since processors
without VNNI add two products in sixteen bits. Word embeddings are int8 with a scale for each row.
"""

import argparse
import hashlib
import json
import logging
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from index.embed.onnx_encoder import SLOWER
from index.embed.onnx_export import fuse, shrink_embeddings
from index.embed.weights import locate
from index.settings import DEFAULT_MODEL
from qa.training.reader_card import card
from qa.training.reader_example import Example, read, read_sources
from qa.training.reader_model import (
    MAX_TOKENS,
    NEVER,
    QUESTION_TOKENS,
    collate,
    encode,
    new_model,
    new_tokenizer,
)
from qa.training.reader_score import ANSWER_TOKENS, Forward, Scores, predictions, summary
from qa.training.reader_stream import Mix, Pools
from qa.training.second_export import mean

_INPUTS = ["input_ids", "attention_mask", "token_type_ids"]
_OUTPUTS = ["start_logits", "end_logits", "answerable_logit"]
_QUANTIZED = ["MatMul", "Attention"]
_CALIBRATION_EXAMPLES = 96
_SPEED_PASSAGES = 200


def main() -> None:
    """Write the release and print its scores."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--before", type=Path, nargs="*", default=[], help="earlier checkpoints of reader.pt")
    parser.add_argument("--test", action="store_true")
    parser.add_argument(
        "--card", action="store_true", help="only write the card anew, with what FOLDER/reading.md holds"
    )
    arguments = parser.parse_args()
    work: Path = arguments.work
    if arguments.card:
        _write_card(work)
        return
    if not (work / "reader.pt").is_file():
        sys.exit(f"{work / 'reader.pt'}: missing; train it with: python -m qa.training.reader --work {work}")
    release = work / "release"
    release.mkdir(exist_ok=True)
    trained = torch.load(work / "reader.pt", weights_only=True)
    whole = work / "reader-float.onnx"
    with tempfile.TemporaryDirectory(dir=work) as folder:
        export(mean([work / "reader.pt", *arguments.before]), Path(folder) / "plain.onnx")
        known = new_model().encoder.config
        fuse(Path(folder) / "plain.onnx", whole, heads=known.num_attention_heads, width=known.hidden_size)
        even_out(whole, Path(folder) / "even.onnx", _drawn(work))
        quantize(Path(folder) / "even.onnx", Path(folder) / "int8.onnx")
        shrink_embeddings(Path(folder) / "int8.onnx", release / "reader.onnx")
    shutil.copy(locate(DEFAULT_MODEL) / "tokenizer.json", release / "tokenizer.json")
    small = release / "reader.onnx"
    scores = {}
    for split in ("validation", "test") if arguments.test else ("validation",):
        examples = read(work / f"{split}.jsonl")
        for name, path in (("float32", whole), ("int8", small)):
            scores[f"{split} {name}"] = score(path, examples)
            print(f"{split} {name}: {scores[f'{split} {name}']}", file=sys.stderr, flush=True)
    facts = {
        "progress": trained["progress"],
        "recipe": trained["recipe"],
        "bytes": small.stat().st_size,
        "passages_per_second": speed(small, read(work / "validation.jsonl")[:_SPEED_PASSAGES], threads=2),
        "scores": {name: found._asdict() for name, found in scores.items()},
    }
    config = {
        "format": 1,
        "max_tokens": MAX_TOKENS,
        "question_tokens": QUESTION_TOKENS,
        "answer_tokens": ANSWER_TOKENS,
        "null_position": 0,
        "never_logit": NEVER,
        "span_score": "max over first <= last < first + answer_tokens, both > 0, of start_logits[first] + "
        "end_logits[last], minus (start_logits[0] + end_logits[0])",
        "answerable": "1 / (1 + exp(-answerable_logit))",
        "sha256": {name: sha256(release / name) for name in ("reader.onnx", "tokenizer.json")},
    }
    _write_json(release / "config.json", config)
    _write_json(release / "scores.json", facts)
    _write_card(work)


def _drawn(work: Path) -> list[Example]:
    """Some examples as training draws them."""
    pools = Pools(*read_sources(work), Mix())
    drawn = pools.examples(pools.order(0, 0)[:_CALIBRATION_EXAMPLES], random.Random(0))
    return list(drawn)[:_CALIBRATION_EXAMPLES]


def _write_card(work: Path) -> None:
    """The card, with the table that `benchmarks/reading.py` printed into reading.md when it is there."""
    release = work / "release"
    facts, config = (
        json.loads((release / name).read_text(encoding="utf-8")) for name in ("scores.json", "config.json")
    )
    table = work / "reading.md"
    reading = table.read_text(encoding="utf-8").strip() if table.is_file() else "not measured yet"
    (release / "card.md").write_text(card(facts, config, reading), encoding="utf-8")


def export(weights: dict[str, torch.Tensor], target: Path) -> None:
    """The trained model as a float32 graph in which batch and length are free."""
    model = new_model()
    model.load_state_dict(weights)
    model.eval()
    free = {0: "batch", 1: "tokens"}
    torch.onnx.export(
        model,
        tuple(torch.ones((2, 24), dtype=torch.int64) for _ in _INPUTS),
        target,
        input_names=_INPUTS,
        output_names=_OUTPUTS,
        dynamic_axes=dict.fromkeys((*_INPUTS, *_OUTPUTS[:2]), free) | {_OUTPUTS[2]: {0: "batch"}},
        opset_version=17,
        dynamo=False,  # the other exporter writes a graph that the fusion below does not know
    )


def even_out(source: Path, target: Path, examples: Sequence[Example]) -> None:
    """Divide what goes into a product by s, channel by channel, and multiply the weights' rows by s.

    s = sqrt(max(1, m / median(m))), m being each channel's largest magnitude over the examples, after
    SmoothQuant (Xiao et al., 2023). Without it, one channel in 384 at thirteen times the median takes most
    of the eight bits: the logits' error (root mean square) was 0.26, and is 0.16.
    """
    import onnx
    from onnx import helper, numpy_helper

    model = onnx.load(source)
    graph = model.graph
    weights = {tensor.name: tensor for tensor in graph.initializer}
    nodes = [node for node in graph.node if _is_product(node) and node.input[1] in weights]
    largest = _largest(source, sorted({node.input[0] for node in nodes}), examples)
    for node in nodes:
        magnitudes = largest[node.input[0]]
        scale = np.sqrt(np.maximum(1, magnitudes / np.median(magnitudes))).astype(np.float32)
        table = numpy_helper.to_array(weights[node.input[1]]) * scale[:, np.newaxis]
        weights[node.input[1]].CopyFrom(numpy_helper.from_array(table, node.input[1]))
        factor, divided = f"{node.name}_factor", f"{node.name}_divided"
        graph.initializer.append(numpy_helper.from_array(1 / scale, factor))
        place = list(graph.node).index(node)
        graph.node.insert(place, helper.make_node("Mul", [node.input[0], factor], [divided]))
        node.input[0] = divided
    onnx.save(model, target)


def _largest(
    source: Path, names: Sequence[str], examples: Sequence[Example]
) -> dict[str, NDArray[np.float32]]:
    """The largest magnitude of every channel of some inner values, shape (channels,) each."""
    import onnx
    import onnxruntime
    from onnx import TensorProto, helper

    model = onnx.load(source)
    model.graph.output.extend(helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in names)
    running = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    tokenizer = new_tokenizer()
    found = {name: np.zeros(1, dtype=np.float32) for name in names}
    for example in examples:
        batch = collate([example], encode(tokenizer, [example]))
        values = running.run(names, dict(zip(_INPUTS, (tensor.numpy() for tensor in batch[:3]), strict=True)))
        for name, value in zip(names, values, strict=True):
            found[name] = np.maximum(found[name], np.abs(value).max(axis=(0, 1)))
    return found


def _is_product(node: Any) -> bool:  # noqa: ANN401 - onnx's nodes are made at run time
    return node.op_type in _QUANTIZED and "/span/" not in node.name


def quantize(source: Path, target: Path) -> None:
    """Products with weights in integers; the heads, which are small, stay in float."""
    import onnx
    from onnxruntime.quantization import QuantType, quantize_dynamic

    logging.getLogger().setLevel(logging.ERROR)
    heads = [node.name for node in onnx.load(source).graph.node if not _is_product(node)]
    quantize_dynamic(
        source,
        target,
        op_types_to_quantize=_QUANTIZED,
        nodes_to_exclude=heads,
        per_channel=True,
        reduce_range=True,
        weight_type=QuantType.QInt8,
        # The fused operators' types are not inferred.
        extra_options={"DefaultTensorType": onnx.TensorProto.FLOAT},
    )


def session(path: Path, threads: int) -> Forward:
    """A model as a function from the three inputs to the three outputs, all arrays."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    running = onnxruntime.InferenceSession(
        str(path), options, providers=["CPUExecutionProvider"], disabled_optimizers=SLOWER
    )

    def forward(*inputs: NDArray[np.int64]) -> Sequence[NDArray[Any]]:
        outputs: Sequence[NDArray[Any]] = running.run(_OUTPUTS, dict(zip(_INPUTS, inputs, strict=True)))
        return outputs

    return forward


def score(path: Path, examples: Sequence[Example]) -> Scores:
    """Scores of a graph, passage by passage, as the product runs it."""
    return summary(predictions(session(path, threads=1), new_tokenizer(), examples, size=1))


def speed(path: Path, examples: Sequence[Example], threads: int) -> dict[str, float]:
    """Passages a second, one after another: by the clock, and by one core's own time.

    On a busy machine only the second says something.
    """
    tokenizer = new_tokenizer()
    found = {}
    for name, number, clock in (("clock", threads, time.perf_counter), ("core", 1, time.process_time)):
        forward = session(path, number)
        began = clock()
        for _ in predictions(forward, tokenizer, examples, size=1):
            pass
        found[f"{name}, threads={number}"] = round(len(examples) / (clock() - began), 1)
    return found


def sha256(path: Path) -> str:
    """Of a file's bytes, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _write_json(path: Path, value: dict[str, Any]) -> None:
    path.write_text(json.dumps(value, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
