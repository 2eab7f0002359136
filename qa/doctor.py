"""What is installed, which models are used, and what the cache holds."""

import platform
import shutil
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from index import store
from index.builder import cache_folder
from index.embedder import SentenceTransformerEmbedder, verify_default_model
from index.errors import IndexFolderError, ModelError
from qa.errors import ReaderError
from qa.onnxmodel import OnnxSpanModel

_PACKAGES = (
    *("quoth", "torch", "sentence-transformers", "onnxruntime", "faiss-cpu", "gradio", "pydantic"),
    "numpy",
)


def diagnosis() -> Iterator[str]:
    """Lines for a person, one fact each."""
    yield f"python {platform.python_version()} on {platform.system()} {platform.machine()}"
    for package in _PACKAGES:
        try:
            yield f"{package} {version(package)}"
        except PackageNotFoundError:
            yield f"{package} is not installed"
    yield "engine: torch, float32, to embed; ONNX Runtime, int8, to read"
    try:
        embedder = SentenceTransformerEmbedder()
        verify_default_model()
        yield f"model {embedder.name}: SHA-256 {embedder.fingerprint} as pinned"
    except ModelError as error:
        yield f"model: {error}"
    try:
        reader = OnnxSpanModel()
        reader.verify()
        yield f"reader quoth: SHA-256 {reader.config.sha256['reader.onnx']} as pinned"
    except ReaderError as error:
        yield f"reader: {error}"
    yield f"cache {cache_folder()}"
    for folder in _index_folders():
        yield _described(folder)


def clear_cache() -> int:
    """Remove every index from the cache; returns how many there were."""
    folders = _index_folders()
    for folder in folders:
        shutil.rmtree(folder)
    return len(folders)


def _index_folders() -> list[Path]:
    indexes = cache_folder() / "indexes"
    return sorted(path for path in indexes.iterdir() if path.is_dir()) if indexes.is_dir() else []


def _described(folder: Path) -> str:
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6
    generation = store.current(folder)
    if generation is None:
        return f"index {folder.name}: incomplete, {size:.1f} MB"
    try:
        manifest = store.read_manifest(generation)
    except IndexFolderError as error:
        return f"index {folder.name}: {error}"
    return (
        f"index {folder.name}: {manifest.passages} passages of {manifest.documents} documents, "
        f"{size:.1f} MB, model {manifest.settings.model}, from {', '.join(manifest.sources)}"
    )
