"""Building on a Ray cluster: the same index to the bit as in one process, also when a worker is killed."""

import json
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import ray

from index import Index, IndexSettings
from index.build import cluster
from index.build.cluster import Cluster
from index.embed.pooling import Range, Vectors
from index.errors import ClusterError, IndexingError
from index.testing import HashEmbedder, files_of

SHORT = IndexSettings(merge_tokens=0)


class Killed(HashEmbedder):
    """Whose first worker is killed by SIGKILL, once."""

    def __init__(self, flag: Path) -> None:
        super().__init__()
        self.flag = flag

    def embed_parts(self, texts: Sequence[str], parts: Sequence[Sequence[Range]]) -> tuple[Vectors, Vectors]:
        if not self.flag.exists():
            self.flag.write_text(str(os.getpid()))
            os.kill(os.getpid(), signal.SIGKILL)
        return super().embed_parts(texts, parts)


def test_two_workers_one_of_which_is_killed_give_the_index_of_one_process(
    article: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster, "_TEXTS", 3)
    # The workers cannot import tests.
    ray.cloudpickle.register_pickle_by_value(sys.modules[__name__])
    docs = tmp_path / "docs"
    docs.mkdir()
    (docs / "article.txt").write_bytes(article.read_bytes())
    for number in range(6):
        (docs / f"file{number}.md").write_text(f"# Head {number}\n\nİt holds {number} rivers 😀.\n\nYes.\n")
    (docs / "broken.pdf").write_bytes(b"%PDF-1.7 broken")
    corpus = tmp_path / "rows.jsonl"
    corpus.write_text(
        "".join(json.dumps({"id": f"{n}", "text": f"Row {n} \ud800."}) + "\n" for n in range(9))
    )
    flag = tmp_path / "killed"
    built = []
    for folder, embedder, address in (
        ("one", HashEmbedder(), None),
        ("many", Killed(flag), "local"),
    ):
        index = Index.from_sources(
            [docs, corpus], tmp_path / folder, settings=SHORT, embedder=embedder, ray=address
        )
        assert isinstance(index, Index)
        built.append(index)
    assert flag.exists()
    assert int(flag.read_text()) != os.getpid()
    assert len(built[0]) > 20
    one, many = map(files_of, built)
    assert many.keys() == one.keys()
    assert [name for name in one if many[name] != one[name]] == []
    assert built[1].problems == built[0].problems
    assert "broken.pdf" in built[1].problems[0]


def test_a_cluster_that_is_away_is_told_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object, **__: object) -> None:
        raise ConnectionError("nothing\nthere")

    monkeypatch.setattr(ray, "init", away)
    with pytest.raises(ClusterError, match=r"10\.0\.0\.1:6379: no Ray cluster answers there"):
        Cluster("10.0.0.1:6379", HashEmbedder())


def test_a_worker_with_another_engine_is_refused() -> None:
    embedder = HashEmbedder()
    pickled = ray.cloudpickle.dumps(embedder)
    whole, _ = cluster._embed(pickled, embedder.fingerprint, ["a river"], [[(0, 1)]])
    assert np.array_equal(whole, embedder.embed(["a river"]))
    with pytest.raises(IndexingError, match="a worker embeds with another engine"):
        cluster._embed(pickled, "other", ["a river"], [[(0, 1)]])
