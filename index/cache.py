"""Where Quoth keeps what it can make again: indexes and compiled models."""

import os
from pathlib import Path


def cache_folder() -> Path:
    """$QUOTH_CACHE, or the user's cache folder."""
    if given := os.environ.get("QUOTH_CACHE"):
        return Path(given)
    import platformdirs

    return Path(platformdirs.user_cache_dir("quoth", appauthor=False))
