"""What is installed, which models are used, and what the cache holds."""

import platform
import shutil
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from index.cache import cache_folder
from index.embed import engines
from index.embed.weights import checksum, locate, verify
from index.errors import IndexFolderError, ModelError
from index.settings import DEFAULT_MODEL
from index.store import generations
from qa.errors import ReaderError
from qa.read.onnx_model import OnnxSpanModel
from qa.read.window_model import WEIGHTS, WindowModel
from qa.serve.upload_folders import Kept, kept_folders, remove_kept

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
    try:
        supported = ", ".join(engines.supported())
        yield f"engine to embed: {engines.chosen()}; supported here: {supported}; ${engines.SETTING} chooses"
    except ModelError as error:
        yield f"engine to embed: {error}"
    try:
        source = locate(DEFAULT_MODEL)
        verify(DEFAULT_MODEL, source)
        yield f"model {DEFAULT_MODEL}: SHA-256 {checksum(DEFAULT_MODEL, source)} as pinned"
    except ModelError as error:
        yield f"model: {error}"
    try:
        reader = OnnxSpanModel()
        reader.verify()
        yield f"reader quoth: SHA-256 {reader.config.sha256['reader.onnx']} as pinned"
        second = WindowModel()
        second.load()
        yield f"second reader: SHA-256 {second.config.sha256[WEIGHTS]} as pinned"
    except ReaderError as error:
        yield f"reader: {error}"
    yield f"cache {cache_folder()}"
    for folder in _folders("models"):
        yield _compiled(folder)
    for folder in _folders("indexes"):
        yield _described(folder)
    for one in kept_folders():
        yield _kept(one)
    if (said := cache_folder() / "feedback").is_dir():
        yield f"feedback {said}: {_size(said)}"


def clear_cache() -> tuple[int, int]:
    """Remove every index and every compiled model from the cache; returns how many there were of each."""
    kinds = _folders("indexes"), _folders("models")
    for folder in (*kinds[0], *kinds[1]):
        shutil.rmtree(folder)
    return len(kinds[0]), len(kinds[1])


def clear_kept() -> Iterator[str]:
    """Remove the documents that visitors added and that stay; gives a line for each folder."""
    for one in list(kept_folders()):
        line = _kept(one)
        yield f"removed {line}" if remove_kept(one) else f"left {line}: a server uses it; stop it first"


def _folders(kind: str) -> list[Path]:
    parent = cache_folder() / kind
    return sorted(path for path in parent.iterdir() if path.is_dir()) if parent.is_dir() else []


def _size(*folders: Path) -> str:
    files = (path for folder in folders for path in folder.rglob("*") if path.is_file())
    return f"{sum(path.stat().st_size for path in files) / 1e6:.1f} MB"


def _kept(one: Kept) -> str:
    whose = "all visitors" if one.shared else "one visitor"
    return f"kept folder {one.folder}: {one.documents} documents of {whose}, {_size(*one.parts)}"


def _compiled(folder: Path) -> str:
    try:
        found = engines.outcome(folder)
    except ModelError:
        return f"compiled model {folder.name}: incomplete, {_size(folder)}"
    why = f", since with int8 or float32 it {found.reason}" if found.reason else ""
    return f"compiled model {folder.name}: {found.model} for {found.engine}, {_size(folder)}{why}"


def _described(folder: Path) -> str:
    size = _size(folder)
    generation = generations.current(folder)
    if generation is None:
        return f"index {folder.name}: incomplete, {size}"
    try:
        manifest = generations.read_manifest(generation)
    except IndexFolderError as error:
        return f"index {folder.name}: {error}"
    return (
        f"index {folder.name}: {manifest.passages} passages of {manifest.documents} documents, "
        f"{size}, model {manifest.settings.model}, from {', '.join(manifest.sources)}"
    )
