"""The models that ship, as they were shipped: the config beside each names the checksums of its files."""

import hashlib
import json
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from qa.errors import ReaderError

_Config = TypeVar("_Config", bound=BaseModel)


def config_of(path: Path, form: type[_Config], what: str, pinned: str | None) -> _Config:
    """The config of a model; ReaderError when it is missing, or its SHA-256 is not the one `pinned`, if any.

    `what` names the model in the message.
    """
    try:
        content = path.read_bytes()
        config = form.model_validate(json.loads(content))
    except (OSError, ValueError, ValidationError) as error:
        raise ReaderError(f"{path}: no {what} there; install quoth again") from error
    if pinned is not None and hashlib.sha256(content).hexdigest() != pinned:
        raise ReaderError(f"{path}: its SHA-256 is not the one that ships; install quoth again")
    return config
