"""Reading, splitting and embedding on a Ray cluster. The only importer of ray.

The tasks give what this process would have made, to the bit, and it alone writes: so the index is the same,
whichever worker did what. A task whose worker dies is done again elsewhere. The workers need the same version
of Quoth and see the sources under the same paths.
"""

import os
import pickle
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from functools import lru_cache
from importlib import import_module
from typing import Any

import numpy as np

from index.build.ahead import RowOf, Taken
from index.embed.embedder import Embedder, Range, Vectors
from index.errors import ClusterError, IndexingError, ModelError
from index.load.sources import SourceFile, load
from index.settings import IndexSettings
from index.split.passages import Chunk, split
from index.types import Document, Progress

# Texts of one task: some seconds of work, so that little is lost with a worker.
_TEXTS = 64
# Tasks for each processor, so that none waits for the next batch.
_TASKS = 4
# Times that a task is tried again when its worker dies.
_RETRIES = 5
# Documents that a worker reads ahead of what is taken from it.
_AHEAD = 64


class Cluster:
    """A Ray cluster that embeds as `embedder` does, which is used for all else."""

    def __init__(self, address: str, embedder: Embedder) -> None:
        # It would report its use to its makers.
        os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
        try:
            ray: Any = import_module("ray")
        except ImportError as error:
            raise ClusterError("Ray is not installed; install it with: pip install 'quoth[ray]'") from error
        quiet = {"log_to_driver": False, "configure_logging": False, "include_dashboard": False}
        try:
            ray.init(address, **(quiet if address == "local" else quiet | {"include_dashboard": None}))
        except Exception as error:
            raise ClusterError(
                f"{address}: no Ray cluster answers there ({type(error).__name__}); "
                "start one with: ray start --head"
            ) from error
        self._ray = ray
        self._embedder = embedder
        self._pickled = ray.cloudpickle.dumps(embedder)
        self._embed = ray.remote(max_retries=_RETRIES)(_embed)
        self._read = ray.remote(max_retries=_RETRIES)(_read)
        self.cores = max(1, int(ray.cluster_resources().get("CPU", 1)))

    @property
    def at_once(self) -> int:
        """Passages to be given to `embed_parts` at once, for all to have work."""
        return self.cores * _TASKS * _TEXTS

    def embed_parts(self, texts: Sequence[str], parts: Sequence[Sequence[Range]]) -> tuple[Vectors, Vectors]:
        """See `Embedder.embed_parts`."""
        tasks = [
            self._embed.remote(
                self._pickled,
                self._embedder.fingerprint,
                texts[first : first + _TEXTS],
                parts[first : first + _TEXTS],
            )
            for first in range(0, len(texts), _TEXTS)
        ]
        with _told():
            whole, pooled = zip(*self._ray.get(tasks), strict=True)
        return np.concatenate(whole), np.concatenate(pooled)

    def reading(self, files: Sequence[SourceFile], settings: IndexSettings) -> "ClusterReading":
        """Reads files, which are asked for in this order, on the workers."""
        return ClusterReading(
            lambda file: self._read.options(
                num_returns="streaming", _generator_backpressure_num_objects=_AHEAD
            ).remote(self._pickled, file, settings),
            self._ray.get,
            files,
            self.cores * 2,
        )

    def close(self) -> None:
        """Leave the cluster."""
        self._ray.shutdown()


class ClusterEmbedder:
    """An embedder whose passages are embedded on a cluster, and all else here."""

    def __init__(self, local: Embedder, cluster: Cluster) -> None:
        self.name = local.name
        self.fingerprint = local.fingerprint
        self.dimension = local.dimension
        self.max_tokens = local.max_tokens
        self.count_tokens = local.count_tokens
        self.embed = local.embed
        self.embed_parts = cluster.embed_parts


class ClusterReading:
    """Reads the files of a build on workers, some ahead of the one that is written."""

    def __init__(
        self,
        start: Callable[[SourceFile], Iterator[Any]],
        get: Callable[[Any], Any],
        files: Sequence[SourceFile],
        ahead: int,
    ) -> None:
        self._start = start
        self._get = get
        self._waiting = iter(files)
        self._started: deque[tuple[SourceFile, Iterator[Any]]] = deque()
        for _ in range(ahead):
            self._start_next()

    def read(self, file: SourceFile, row_of: RowOf, heard: Progress) -> Generator[Taken, None, None]:
        """See `index.build.ahead.Reading`."""
        expected, documents = self._started.popleft()
        if expected != file:
            raise ClusterError(f"{file.path}: was not expected to be read")
        self._start_next()
        with _told():
            for reference in documents:
                document, chunks = self._get(reference)
                row = row_of(document)
                yield Taken(document, row, _done(chunks) if row is None else None)

    def close(self) -> None:
        """Take no more; leaving the cluster ends what runs."""
        self._started.clear()

    def _start_next(self) -> None:
        for file in self._waiting:
            self._started.append((file, self._start(file)))
            return


def _done(chunks: Sequence[Chunk]) -> "Future[Sequence[Chunk]]":
    done: Future[Sequence[Chunk]] = Future()
    done.set_result(chunks)
    return done


@contextmanager
def _told() -> Iterator[None]:
    """Raise what a task raised as if it had run here, and what the cluster did as one line."""
    from ray.exceptions import RayError, RayTaskError

    try:
        yield
    except RayTaskError as error:
        if isinstance(error.cause, IndexingError):
            raise error.cause from None
        said = str(error.cause).strip().splitlines()
        raise ClusterError(f"a worker failed: {said[0] if said else type(error.cause).__name__}") from error
    except RayError as error:
        raise ClusterError(
            f"the Ray cluster failed ({type(error).__name__}); run the same command again, which goes on"
        ) from error


@lru_cache(1)
def _opened(pickled: bytes) -> Embedder:
    """An embedder, loaded once for all tasks of a worker."""
    embedder: Embedder = pickle.loads(pickled)
    return embedder


def _embed(
    pickled: bytes, fingerprint: str, texts: Sequence[str], parts: Sequence[Sequence[Range]]
) -> tuple[Vectors, Vectors]:
    embedder = _opened(pickled)
    if embedder.fingerprint != fingerprint:
        raise ModelError(
            f"{embedder.name}: a worker embeds with another engine or version of it than this machine; "
            "set the same QUOTH_ENGINE for all, or leave that worker out"
        )
    return embedder.embed_parts(texts, parts)


def _read(
    pickled: bytes, file: SourceFile, settings: IndexSettings
) -> Iterator[tuple[Document, Sequence[Chunk]]]:
    embedder = _opened(pickled)
    for document in load(file):
        yield document, split(document, embedder.count_tokens, settings)
