"""One core's own time for a passage and a question, by engine and by form of the graph; not the clock's.

    python benchmarks/engines.py [--json FILE]

Every engine has one thread and is given passages one by one. All take turns, and a row is the lower quartile,
so that a busy machine disturbs all alike and little. Cosines are to sentence-transformers' own vectors.
OpenVINO is measured where it is installed; Quoth does not need it.
"""

import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from sentence_transformers import SentenceTransformer
from tokenizers import Tokenizer

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks.measuring import Row, corpus, parser, rows_of, show
from index.embed import onnx_export
from index.embed.weights import locate
from index.settings import DEFAULT_MODEL

Vectors = Any
Embed = Callable[[str], Vectors]
INPUTS = ("input_ids", "attention_mask", "token_type_ids")
PASSAGES, QUESTIONS = 40, 40


def main() -> None:
    """Print a Markdown table."""
    arguments = parser(__doc__).parse_args()
    torch.set_num_threads(1)
    model = SentenceTransformer(str(locate(DEFAULT_MODEL)), device="cpu", local_files_only=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        questions = [question.text for question in corpus(arguments.data, folder / "passages.jsonl")]
        texts = [row["text"] for row in rows_of(folder / "passages.jsonl")]
        engines = _engines(model, folder)
        show(
            "engines",
            _rows(engines, texts[:: len(texts) // PASSAGES][:PASSAGES], questions[:QUESTIONS]),
            arguments.json,
        )


def _engines(model: SentenceTransformer, folder: Path) -> dict[str, Embed]:
    """A function from a text to its vector for each engine, the original first."""
    tokenizer = Tokenizer.from_file(str(locate(DEFAULT_MODEL) / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(model.max_seq_length)

    def pooled(run: Callable[[dict[str, Any]], Vectors], names: Sequence[str]) -> Embed:
        def embed(text: str) -> Vectors:
            ids = np.array([tokenizer.encode(text).ids], dtype=np.int64)
            known = dict(zip(INPUTS, (ids, np.ones_like(ids), np.zeros_like(ids)), strict=True))
            vector = run({name: known[name] for name in names})[0].mean(axis=0)
            return vector / np.linalg.norm(vector)

        return embed

    def onnx(path: Path, *, skip: bool = False) -> Embed:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        disabled = [] if skip else ["SkipLayerNormFusion"]
        session = onnxruntime.InferenceSession(
            str(path), options, providers=["CPUExecutionProvider"], disabled_optimizers=disabled
        )
        names = [one.name for one in session.get_inputs()]
        return pooled(lambda inputs: session.run(None, inputs)[0], names)

    with onnx_export._silence():
        plain, fused, int8 = (folder / f"{name}.onnx" for name in ("plain", "fused", "int8"))
        masked = folder / "masked.onnx"
        onnx_export._export(model, INPUTS, plain)
        known: Any = model[0].auto_model.config
        sizes = {"heads": known.num_attention_heads, "width": known.hidden_size}
        onnx_export.fuse(plain, fused, **sizes, masked=False)
        onnx_export.fuse(plain, masked, **sizes)
        for source, target in ((fused, int8), (plain, folder / "plain-int8.onnx")):
            onnx_export._quantize(source, target)
        onnx_export._quantize(masked, folder / "masked-int8.onnx")
        onnx_export.shrink_embeddings(int8, folder / "small.onnx")
        eight = {"per_channel": True, "weight_type": QuantType.QInt8, "op_types_to_quantize": ["MatMul"]}
        quantize_dynamic(plain, folder / "eight.onnx", **eight)
    engines: dict[str, Embed] = {
        "sentence-transformers, torch float32": lambda text: model.encode(
            [text], normalize_embeddings=True, show_progress_bar=False
        )[0],
        "ONNX Runtime float32, as exported": onnx(plain, skip=True),
        "ONNX Runtime float32, fused (`float32`)": onnx(fused),
        "ONNX Runtime int8, not fused, eight bits": onnx(folder / "eight.onnx", skip=True),
        "ONNX Runtime int8, not fused": onnx(folder / "plain-int8.onnx"),
        "ONNX Runtime int8, sum and norm in one": onnx(folder / "plain-int8.onnx", skip=True),
        "ONNX Runtime int8, fused, with a mask": onnx(folder / "masked-int8.onnx"),
        "ONNX Runtime int8, fused": onnx(int8),
        "ONNX Runtime int8, fused, small embeddings (`int8`)": onnx(folder / "small.onnx"),
    }
    if find_spec("openvino"):
        sys.modules["openvino_telemetry"] = None  # type: ignore[assignment]  # it reports each import
        import openvino

        for precision in ("f32", "bf16"):
            settings = {"INFERENCE_PRECISION_HINT": precision, "INFERENCE_NUM_THREADS": 1, "NUM_STREAMS": 1}
            request = openvino.Core().compile_model(plain, "CPU", settings).create_infer_request()
            engines[f"OpenVINO {precision}"] = pooled(
                lambda inputs, r=request: r.infer(inputs, share_inputs=True)[0], INPUTS
            )
    return engines


def _rows(engines: dict[str, Embed], texts: Sequence[str], questions: Sequence[str]) -> list[Row]:
    spent: dict[str, tuple[list[float], list[float]]] = {name: ([], []) for name in engines}
    vectors: dict[str, list[Vectors]] = {name: [] for name in engines}
    for text, question in zip([*texts[:1], *texts], [*questions[:1], *questions], strict=True):
        for name, embed in engines.items():
            started = time.process_time()
            vectors[name].append(embed(text))
            between = time.process_time()
            embed(question)
            spent[name][0].append(1000 * (between - started))
            spent[name][1].append(1000 * (time.process_time() - between))
    first = next(iter(engines))
    base = [float(np.quantile(times[1:], 0.25)) for times in spent[first]]
    rows = []
    for name, times in spent.items():
        passage, question = (float(np.quantile(one[1:], 0.25)) for one in times)
        cosines = np.vecdot(vectors[name], vectors[first])
        rows.append(
            {
                "engine": name,
                "passage ms": passage,
                "times as fast": base[0] / passage,
                "question ms": question,
                "times as fast there": base[1] / question,
                "cosine mean": f"{cosines.mean():.5f}",
                "lowest": f"{cosines.min():.5f}",
            }
        )
    return rows


if __name__ == "__main__":
    main()
