"""What whoever runs several servers asks of each: is it alive, is it ready, what has it done."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from index import Index
from index.errors import StoreError
from index.testing import HashEmbedder
from qa import Answerer
from qa.read.choice import load_reader
from qa.serve.feedback import FeedbackFile
from qa.serve.guard import Guard
from qa.serve.metrics import Metrics
from qa.serve.operations import Programs
from qa.serve.rate_limits import AskLimits, RateLimiter
from qa.serve.routes import application
from qa.serve.uploads import UploadLimits
from qa.serve.workspace import Workspace
from tests.browsing import sessions_in

# A line of Prometheus's text form: a comment, or a name with labels and a number.
LINE = re.compile(
    r'# (HELP [a-z_]+ .+|TYPE [a-z_]+ (counter|gauge|summary))|[a-z_]+(\{[a-z]+="[\w-]+"\})? [0-9.]+'
)


@pytest.fixture
def workspace(article: Path) -> Workspace:
    index = Index.from_sources([article], embedder=HashEmbedder())
    answerer = Answerer(index, reader=load_reader("sentence"))
    return Workspace(answerer, answerer.retriever, index)


@pytest.fixture
def client(workspace: Workspace, tmp_path: Path) -> Iterator[TestClient]:
    """A server that asks for a password and lets two questions a minute in."""
    limiter = RateLimiter(AskLimits(per_minute=4))
    with sessions_in(tmp_path / "sessions") as sessions:
        web = application(
            workspace, sessions, UploadLimits(), FeedbackFile(tmp_path / "said"),
            Programs(workspace, limiter), limiter,
        )  # fmt: skip
        with TestClient(Guard(web, host="0.0.0.0", password="me:secret")) as client:
            yield client


def metrics_of(client: TestClient) -> dict[str, float]:
    reply = client.get("/metrics", auth=("me", "secret"))
    assert reply.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    lines = reply.text.splitlines()
    assert reply.text.endswith("\n")
    assert all(LINE.fullmatch(line) for line in lines), lines
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines if line[0] != "#")}


def test_the_metrics_count_questions_by_verdict_time_by_stage_and_refusals(
    client: TestClient, workspace: Workspace
) -> None:
    before = metrics_of(client)
    assert before["quoth_documents"] == 1
    assert before["quoth_passages"] == len(workspace.index)
    assert before['quoth_questions_total{verdict="answered"}'] == 0
    replies = [
        client.post("/api/ask", json={"question": question, "threshold": bar}, auth=("me", "secret"))
        for question, bar in (("Who founded High-Flyer?", 0.0), ("Who is the queen of Denmark?", 1.0))
    ]
    refused = client.post("/api/ask", json={"question": "Again?"}, auth=("me", "secret"))
    assert refused.status_code == 429
    after = metrics_of(client)
    verdicts = [reply.json()["verdict"] for reply in replies]
    for verdict in ("answered", "likely", "silent"):
        assert after[f'quoth_questions_total{{verdict="{verdict}"}}'] == verdicts.count(verdict)
    for stage in replies[0].json()["timings_ms"]:
        spent = [reply.json()["timings_ms"].get(stage) for reply in replies]
        counted = [one for one in spent if one is not None]
        assert after[f'quoth_stage_seconds_count{{stage="{stage}"}}'] == len(counted)
        total = after[f'quoth_stage_seconds_sum{{stage="{stage}"}}']
        assert total == pytest.approx(sum(counted) / 1000, abs=1e-5)
    assert after['quoth_refused_total{reason="rate"}'] == 1
    assert after["quoth_inside"] == after["quoth_waiting"] == 0


def test_health_and_readiness_need_no_password_and_tell_a_store_that_is_away(
    client: TestClient, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert client.get("/metrics").status_code == 401
    assert client.get("/healthz").json() == {"status": "alive"}
    assert client.get("/readyz").json() == {"status": "ready"}

    def away() -> None:
        raise StoreError("milvus://db:19530/docs: no Milvus answers there")

    monkeypatch.setattr(workspace.index, "check", away)
    reply = client.get("/readyz")
    assert reply.status_code == 503
    assert "db:19530" not in reply.text
    assert client.get("/healthz").status_code == 200


def test_the_queue_is_what_is_inside_beyond_what_is_answered_at_once() -> None:
    limiter = RateLimiter(AskLimits(at_once=2))
    limiter._inside = 5
    text = Metrics().render(limiter, documents=1, passages=2)
    assert "quoth_inside 5\n" in text
    assert "quoth_waiting 3\n" in text
