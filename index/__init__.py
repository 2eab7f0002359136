"""Sources become an index: load, split, embed, build, search. `index` knows nothing of questions.

Names are imported at their first use (PEP 562), so that a value type costs no model library.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from index.embed.embedder import Embedder as Embedder
    from index.errors import IndexFolderError as IndexFolderError
    from index.errors import IndexingError as IndexingError
    from index.errors import ModelError as ModelError
    from index.errors import SourceError as SourceError
    from index.index import Index as Index
    from index.settings import IndexSettings as IndexSettings
    from index.types import Document as Document
    from index.types import Heading as Heading
    from index.types import Hit as Hit
    from index.types import Passage as Passage

_HOMES = {
    "Document": "index.types",
    "Embedder": "index.embed.embedder",
    "Heading": "index.types",
    "Hit": "index.types",
    "Index": "index.index",
    "IndexFolderError": "index.errors",
    "IndexSettings": "index.settings",
    "IndexingError": "index.errors",
    "ModelError": "index.errors",
    "Passage": "index.types",
    "SourceError": "index.errors",
}
__all__ = sorted(_HOMES)


def __getattr__(name: str) -> object:
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'index' has no attribute {name!r}")
