"""Compiled models: they agree with the original, are made once and whole, and never mix in an index."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from index import Index, IndexFolderError, ModelError
from index.embed import engines, onnx_export
from index.embed.embedder import SentenceTransformerEmbedder
from index.embed.pooling import Vectors
from index.embed.weights import locate
from index.settings import DEFAULT_MODEL

ROOT = Path(__file__).parent.parent
MakeModel = Callable[[str], Path]


@pytest.fixture(scope="session")
def make_model(tmp_path_factory: pytest.TempPathFactory) -> MakeModel:
    """Writes a sentence-transformers model of two small layers with weights from a seed."""

    def make(pooling: str) -> Path:
        import torch
        from sentence_transformers import SentenceTransformer, models
        from transformers import BertConfig, BertModel

        folder = tmp_path_factory.mktemp(f"tiny-{pooling}")
        for name in ("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "vocab.txt"):
            shutil.copy(locate(DEFAULT_MODEL) / name, folder / name)
        torch.manual_seed(0)
        config = BertConfig(
            hidden_size=32, num_hidden_layers=2, num_attention_heads=2, intermediate_size=64,
            max_position_embeddings=64,
        )  # fmt: skip
        BertModel(config).save_pretrained(folder)
        parts = [models.Transformer(str(folder)), models.Pooling(32, pooling_mode=pooling)]
        SentenceTransformer(modules=parts, device="cpu").save(str(folder / "model"))
        return folder / "model"

    return make


@pytest.fixture(scope="session")
def tiny(make_model: MakeModel) -> Path:
    """One that can be compiled."""
    return make_model("mean")


@pytest.fixture
def _no_models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A cache in which nothing is compiled."""
    monkeypatch.setenv("QUOTH_CACHE", str(tmp_path / "empty"))


@pytest.fixture
def compilations(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The precision of every model that is being compiled."""
    precisions: list[str] = []
    real = onnx_export.compile_model

    def counted(model: object, precision: str, folder: Path) -> None:
        precisions.append(precision)
        real(model, precision, folder)  # type: ignore[arg-type]

    monkeypatch.setattr(onnx_export, "compile_model", counted)
    return precisions


def texts(article: Path) -> list[str]:
    return [line for line in article.read_text(encoding="utf-8").splitlines() if line.strip()]


def original(folder: Path, said: list[str]) -> Vectors:
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(folder), device="cpu", local_files_only=True)
    return np.asarray(model.encode(said, normalize_embeddings=True, show_progress_bar=False))


@pytest.mark.parametrize(("engine", "least"), [("int8", 0.98), ("float32", 0.99999), ("torch", 0.99999)])
def test_a_compiled_model_agrees_with_the_original(article: Path, engine: str, least: float) -> None:
    passages = texts(article)
    questions = ["Who founded High-Flyer?", "When were export controls imposed?", "How are people hired?"]
    expected = original(locate(DEFAULT_MODEL), passages + questions)
    embedder = SentenceTransformerEmbedder(engine=engine)
    found = embedder.embed(passages + questions)
    assert embedder.engine == engine
    assert np.vecdot(found, expected).min() > least
    ranks = [
        np.argsort(-vectors[: len(passages)] @ vectors[len(passages) :].T, axis=0)[:3]
        for vectors in (found, expected)
    ]
    np.testing.assert_array_equal(*ranks)


def test_attention_is_one_operator_a_layer_without_a_mask() -> None:
    import onnx

    embedder = SentenceTransformerEmbedder(engine="int8")
    folder = engines.compiled(embedder.name, locate(DEFAULT_MODEL), embedder.checksum, "int8")
    attention = [node for node in onnx.load(folder / "model.onnx").graph.node if node.op_type == "QAttention"]
    assert len(attention) == 6
    assert not any("mask" in name for node in attention for name in node.input)


def test_a_texts_vector_does_not_hang_on_its_neighbours(article: Path) -> None:
    passages = texts(article)
    embedder = SentenceTransformerEmbedder(engine="int8")
    alone = np.concatenate([embedder.embed([passage]) for passage in passages])
    np.testing.assert_array_equal(embedder.embed(passages), alone)
    np.testing.assert_array_equal(embedder.embed(passages[::-1]), alone[::-1])
    whole, _ = embedder.embed_parts(passages, [[(0, 5)] for _ in passages])
    np.testing.assert_array_equal(whole, alone)


@pytest.mark.usefixtures("_no_models")
def test_a_model_is_compiled_once_by_all_who_ask_at_once(tiny: Path, compilations: list[str]) -> None:
    with ThreadPoolExecutor(4) as pool:
        embedders = [SentenceTransformerEmbedder(str(tiny), engine="int8") for _ in range(4)]
        found = list(pool.map(lambda embedder: embedder.embed(["Penguins live here."]), embedders))
    assert compilations == ["int8"]
    assert {embedder.engine for embedder in embedders} == {"int8"}
    for vectors in found:
        np.testing.assert_array_equal(vectors, found[0])
    assert len([path for path in engines.models_folder().iterdir() if path.is_dir()]) == 1


@pytest.mark.usefixtures("_no_models")
def test_a_compilation_that_is_interrupted_leaves_nothing_that_is_used(
    tiny: Path, compilations: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(onnx_export, "_compare", interrupt)
        with pytest.raises(KeyboardInterrupt):
            SentenceTransformerEmbedder(str(tiny)).embed(["text"])
    (partial,) = engines.models_folder().glob("*.partial")
    assert (partial / "model.onnx").is_file()
    found = SentenceTransformerEmbedder(str(tiny)).embed(["text"])
    assert compilations == ["int8", "int8"]
    assert np.vecdot(found, original(tiny, ["text"])).min() > 0.98
    assert not partial.exists()


@pytest.mark.usefixtures("_no_models")
def test_a_compiled_file_that_is_damaged_or_gone_is_made_again(tiny: Path, compilations: list[str]) -> None:
    expected = SentenceTransformerEmbedder(str(tiny)).embed(["text"])
    (folder,) = (path for path in engines.models_folder().iterdir() if path.is_dir())
    content = bytearray((folder / "model.onnx").read_bytes())
    content[len(content) // 2] ^= 1
    (folder / "model.onnx").write_bytes(content)
    np.testing.assert_array_equal(SentenceTransformerEmbedder(str(tiny)).embed(["text"]), expected)
    for number, name in enumerate(("config.json", "tokenizer.json"), 3):
        (folder / name).unlink()
        np.testing.assert_array_equal(SentenceTransformerEmbedder(str(tiny)).embed(["text"]), expected)
        assert compilations == ["int8"] * number


@pytest.mark.usefixtures("_no_models")
def test_a_model_that_int8_would_change_too_much_runs_in_float32(
    tiny: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(onnx_export._LEAST_COSINE, "int8", 1.1)
    embedder = SentenceTransformerEmbedder(str(tiny))
    assert embedder.engine == "float32"
    assert np.vecdot(embedder.embed(["text"]), original(tiny, ["text"])).min() > 0.99999
    assert embedder.fingerprint == SentenceTransformerEmbedder(str(tiny), engine="torch").fingerprint
    (path,) = engines.models_folder().glob("*/outcome.json")
    assert "would change too much" in (engines.outcome(path.parent).reason or "")


@pytest.mark.usefixtures("_no_models")
def test_a_model_of_another_form_runs_by_torch_and_is_tried_once(
    make_model: MakeModel, compilations: list[str]
) -> None:
    folder = make_model("max")
    said = ["Penguins live here.", "It rained, and the bell rang."]
    for _ in range(2):
        embedder = SentenceTransformerEmbedder(str(folder))
        assert embedder.engine == "torch"
        np.testing.assert_allclose(embedder.embed(said), original(folder, said), atol=1e-5)
    assert compilations == ["int8", "float32"]
    (path,) = engines.models_folder().glob("*/outcome.json")
    assert engines.outcome(path.parent).reason == "it pools by max, not by mean or cls"


@pytest.mark.usefixtures("_no_models")
def test_a_model_that_takes_its_vector_from_the_first_token_is_compiled(make_model: MakeModel) -> None:
    folder = make_model("cls")
    said = ["Penguins live here.", "word " * 100]
    embedder = SentenceTransformerEmbedder(str(folder), engine="float32")
    assert embedder.engine == "float32"
    np.testing.assert_allclose(embedder.embed(said), original(folder, said), atol=1e-5)


def test_the_engine_is_given_or_set_or_the_fastest_that_is_supported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(engines.SETTING, raising=False)
    assert engines.chosen() == engines.supported()[0]
    monkeypatch.setenv(engines.SETTING, "float32")
    assert engines.chosen() == "float32"
    assert engines.chosen("torch") == "torch"
    monkeypatch.setenv(engines.SETTING, "auto")
    assert engines.chosen() == engines.supported()[0]
    monkeypatch.setenv(engines.SETTING, "warp")
    with pytest.raises(ModelError, match=r"engine warp: not known.*QUOTH_ENGINE to auto, int8"):
        SentenceTransformerEmbedder()


def test_vectors_of_engines_that_differ_are_never_mixed_in_one_index(tmp_path: Path, tiny: Path) -> None:
    (tmp_path / "a.txt").write_text("Penguins live here.", encoding="utf-8")
    sources, folder = [tmp_path / "a.txt"], tmp_path / "kept"
    Index.from_sources(sources, folder, embedder=SentenceTransformerEmbedder(str(tiny), engine="int8"))
    other = SentenceTransformerEmbedder(str(tiny), engine="torch")
    with pytest.raises(IndexFolderError, match=r"--rebuild"):
        Index.from_sources(sources, folder, embedder=other)
    with pytest.raises(IndexFolderError, match=r"--rebuild"):
        Index.open(folder, embedder=other)


WATCHED = """
import json, sys
from qa.cli import main
try:
    main(["ask", "Who founded High-Flyer?", "--source", sys.argv[1], "--json"])
finally:
    print(json.dumps(sorted({name.partition(".")[0] for name in sys.modules})), file=sys.stderr)
"""
HEAVY = {
    *("torch", "transformers", "sentence_transformers", "gradio", "onnx", "huggingface_hub"),
    *("sklearn", "pandas", "matplotlib"),
}


def test_an_answer_from_an_index_in_place_imports_no_library_that_is_slow_to_import(article: Path) -> None:
    Index.from_sources([article])
    found = subprocess.run(
        [sys.executable, "-c", WATCHED, str(article)],
        cwd=ROOT, env=os.environ, capture_output=True, text=True, check=True, timeout=120,
    )  # fmt: skip
    assert json.loads(found.stdout)["short"] == "Liang Wenfeng"
    imported = set(json.loads(found.stderr.splitlines()[-1]))
    assert {"onnxruntime", "numpy"} <= imported
    assert imported & HEAVY == set()
