"""Errors of the package `index`. Every message names the value that was wrong and what to do.

IndexingError
├── SourceError            a source cannot be read, is empty, encrypted or of an unknown format
│   └── TransientError     it cannot be read now, and perhaps can when it is tried again
├── ModelError             an embedding model is missing, altered or does not load
├── ClusterError           a Ray cluster is away or fails
└── IndexFolderError       a folder holds no usable index, or one that was built otherwise
    ├── DamagedError       a file of an index is not as it was written
    └── StoreError         a Milvus store is away, slow, full, or holds no index that can be used
"""


class IndexingError(Exception):
    """Base of all errors that `index` raises on purpose; `str(error)` is one line for a person."""


class SourceError(IndexingError):
    """A source cannot be loaded."""


class TransientError(SourceError):
    """A source cannot be loaded now: its permissions, its disk, or what this machine has to do may change."""


class ModelError(IndexingError):
    """An embedding model cannot be used."""


class ClusterError(IndexingError):
    """A Ray cluster cannot be used."""


class IndexFolderError(IndexingError):
    """An index folder cannot be used as asked."""


class DamagedError(IndexFolderError):
    """An index is damaged: it must be built again."""


class StoreError(IndexFolderError):
    """A Milvus store cannot be used as asked."""
