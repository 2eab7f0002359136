"""Which engine embeds, and the cache of compiled models, by model, engine and its version.

CACHE/models/KEY/           outcome.json  model.onnx  tokenizer.json  config.json
CACHE/models/KEY.partial/   one being written; removed by the next process when it was killed
CACHE/models/KEY.lock       held while compiling
"""

import hashlib
import json
import os
import platform
import shutil
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from index.cache import cache_folder
from index.embed.weights import verify
from index.errors import ModelError

Engine = Literal["int8", "float32", "torch"]
SETTING = "QUOTH_ENGINE"
# Changes when the compiler does, so that what an older one compiled is not used.
_FORMAT = 2
_OUTCOME = "outcome.json"
# ONNX Runtime has integer kernels for these.
_INTEGER_MACHINES = frozenset({"x86_64", "amd64", "arm64", "aarch64"})


class Outcome(BaseModel):
    """What came of compiling a model: the engine it runs on, and why it is not the one asked for."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    model: str
    engine: Engine
    reason: str | None = None


def supported() -> list[Engine]:
    """The engines that this machine can run, the fastest first."""
    found: list[Engine] = ["torch"]
    if find_spec("onnxruntime") is not None:
        found.insert(0, "float32")
        if platform.machine().lower() in _INTEGER_MACHINES:
            found.insert(0, "int8")
    return found


def chosen(engine: str | None = None) -> Engine:
    """The engine asked for: given, or set by $QUOTH_ENGINE, or the fastest that this machine supports."""
    asked = engine or os.environ.get(SETTING) or "auto"
    known = supported()
    if asked == "auto":
        return known[0]
    for one in known:
        if one == asked:
            return one
    raise ModelError(
        f"engine {asked}: not known or not supported here; set {SETTING} to auto, {', '.join(known)}"
    )


def models_folder() -> Path:
    """Where compiled models are kept."""
    return cache_folder() / "models"


def compiled(name: str, source: Path, checksum: str, engine: Engine, *, again: bool = False) -> Path:
    """The folder of a model's compiled form, which is made when it is not there, or `again`.

    Where the engine cannot run the model, the next one is tried: its `outcome` tells which one it became.
    """
    key = json.dumps([_FORMAT, checksum, engine, platform.machine(), version("onnxruntime")])
    folder = models_folder() / hashlib.sha256(key.encode()).hexdigest()[:20]
    if again or not (folder / _OUTCOME).is_file():
        from filelock import FileLock

        folder.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(folder.with_name(f"{folder.name}.lock")):
            # Another process may have made it while this one waited.
            if again or not (folder / _OUTCOME).is_file():
                _make(name, source, engine, folder)
    return folder


def outcome(folder: Path) -> Outcome:
    """What came of compiling, in one of the cache's folders."""
    try:
        return Outcome.model_validate_json((folder / _OUTCOME).read_bytes())
    except (OSError, ValueError) as error:
        raise ModelError(f"{folder}: damaged; remove it with: quoth doctor --clear") from error


def _make(name: str, source: Path, engine: Engine, folder: Path) -> None:
    from index.embed.onnx_export import compile_model
    from index.embed.torch_encoder import load_model

    verify(name, source)
    model = load_model(name, source)
    partial = folder.with_name(f"{folder.name}.partial")
    reason = None
    precisions: list[Literal["int8", "float32"]] = ["int8", "float32"] if engine == "int8" else ["float32"]
    became: Engine = "torch"
    for precision in precisions:
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir()
        try:
            compile_model(model, precision, partial)
        except ModelError as error:
            reason = str(error)
        else:
            became = precision
            break
    if became == "torch":
        shutil.rmtree(partial)
        partial.mkdir()
    found = Outcome(model=name, engine=became, reason=reason)
    (partial / _OUTCOME).write_text(found.model_dump_json(indent=1), encoding="utf-8")
    shutil.rmtree(folder, ignore_errors=True)  # a damaged one
    partial.rename(folder)
