"""One process against a local Ray cluster of two workers, and the same with one of them killed on the way.

    python benchmarks/cluster.py [--data ../shared/data] [--json FILE]

Builds an index of the documents of `natural_train` three times, with the model that ships, and compares all
that they hold to the byte. One process embeds on all cores by itself, so on one machine the cluster can only
lose: its price is what this measures. On a cluster of machines the work of embedding is divided.
"""

import os
import signal
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks import measuring
from index import Index
from index.embed.embedder import SentenceTransformerEmbedder
from index.embed.pooling import Range, Vectors
from index.testing import files_of

# The task of the build, counted over all workers, whose worker is killed.
_KILLED_AT = 20


class Killed(SentenceTransformerEmbedder):
    """Whose worker is killed by SIGKILL in the twentieth task, once; tasks are counted in a folder."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder = folder

    def __reduce__(self) -> tuple[object, ...]:
        """See `SentenceTransformerEmbedder`."""
        return type(self), (self.folder,)

    def embed_parts(self, texts: Sequence[str], parts: Sequence[Sequence[Range]]) -> tuple[Vectors, Vectors]:
        """The vectors, or the end of the process."""
        number = len(list(self.folder.iterdir()))
        (self.folder / f"{number}-{os.getpid()}").touch()
        if number == _KILLED_AT:
            os.kill(os.getpid(), signal.SIGKILL)
        return super().embed_parts(texts, parts)


def main() -> None:
    """Print a row for each build."""
    given = measuring.parser(__doc__).parse_args()
    documents = given.data / "natural_train" / "documents.jsonl"
    if not documents.is_file():
        sys.exit(f"{documents}: no such file; name the question-answering data with --data")
    rows: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as work:
        tasks = Path(work, "tasks")
        tasks.mkdir()
        kept: dict[str, object] = {}
        for name, embedder, address in (
            ("one process", SentenceTransformerEmbedder(), None),
            ("two workers", SentenceTransformerEmbedder(), "local"),
            ("two workers, one killed", Killed(tasks), "local"),
        ):
            embedder.embed(["the model is loaded before the clock starts"])
            began = time.perf_counter()
            index = Index.from_sources([documents], Path(work, name), embedder=embedder, ray=address)
            seconds = time.perf_counter() - began
            assert isinstance(index, Index)
            held = files_of(index)
            kept = kept or held
            rows.append(
                {
                    "build": name,
                    "passages": len(index),
                    "seconds": round(seconds, 1),
                    "ratio": round(seconds / (rows[0]["seconds"] if rows else seconds), 2),
                    "equal to the byte": held == kept,
                    "workers killed": int(
                        name.endswith("killed") and len(list(tasks.iterdir())) > _KILLED_AT
                    ),
                }
            )
            print(rows[-1], file=sys.stderr)
    measuring.show("cluster", rows, given.json)


if __name__ == "__main__":
    main()
