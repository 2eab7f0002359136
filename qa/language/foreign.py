"""Whether a text is in another language than English, which Quoth reads poorly.

The only importer of py3langid.
"""

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

# Of 4,000 questions of the English sets none is taken for another language from here on; of short foreign
# questions most are.
_SURE = 0.75
_LOOKED_AT = 5000
_loaded: "list[LanguageIdentifier]" = []
_lock = threading.Lock()


def load() -> None:
    """Read the model, which takes about a second; without it no text is foreign."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    with _lock:
        if not _loaded:
            _loaded.append(LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True))


def is_foreign(text: str) -> bool:
    """Whether a text is surely in another language than English."""
    if not _loaded:
        return False
    language, probability = _loaded[0].classify(text[:_LOOKED_AT])
    return bool(language != "en" and probability >= _SURE)
