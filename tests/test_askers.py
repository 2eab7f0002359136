"""Many askers at once, through the page's API: none fails, and the queue has an end."""

import asyncio
import json
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import httpx
import pytest
from starlette.routing import Mount

import app
from index.index import Index
from index.testing import HashEmbedder
from qa.retrieve.retriever import Retriever
from qa.serve.feedback import FeedbackFile
from qa.serve.rate_limits import AskLimits, RateLimiter
from qa.serve.uploads import UploadLimits
from qa.serve.workspace import Workspace
from tests.browsing import sessions_in
from tests.held_answers import HeldAnswerer


class Served(NamedTuple):
    """A page whose answers wait for the gate."""

    url: str
    gate: HeldAnswerer
    conversations: Callable[[], int]


@pytest.fixture
def served(article: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    monkeypatch.setattr(app, "_CONVERSATIONS", 40)
    gate = HeldAnswerer()
    index = Index.from_sources([article], tmp_path / "index", embedder=HashEmbedder())
    workspace = Workspace(gate, Retriever(index), index)
    rate_limiter = RateLimiter(AskLimits(per_minute=100_000))
    with sessions_in(tmp_path / "sessions") as sessions:
        feedback = FeedbackFile(tmp_path / "feedback")
        web = app.build(workspace, sessions, UploadLimits(), feedback, rate_limiter=rate_limiter)
        with app.Server(web, "127.0.0.1", 0).running() as url:
            page = next(route.app for route in web.routes if isinstance(route, Mount) and not route.path)
            sessions = page.state_holder.session_data  # type: ignore[attr-defined]
            yield Served(f"{url}gradio_api/call/ask", gate, lambda: len(sessions))


async def queue(client: httpx.AsyncClient, url: str, question: str) -> str | None:
    """The event that stands for a question; None when the queue is full."""
    reply = await client.post(url, json={"data": [question, None, None]})
    return str(reply.json()["event_id"]) if reply.is_success else None


async def answer(client: httpx.AsyncClient, url: str, event_id: str) -> str:
    reply = await client.get(f"{url}/{event_id}")
    line = reply.text.strip().splitlines()[-1]
    return str(json.loads(line.removeprefix("data: "))[0]["text"])


async def ask(served: Served, questions: Sequence[str]) -> tuple[list[str], int]:
    """Queue all questions, then open the gate; the answers, and how many were turned away."""
    async with httpx.AsyncClient(timeout=120, limits=httpx.Limits(max_connections=None)) as client:
        events = [await queue(client, served.url, question) for question in questions]
        accepted = [event for event in events if event]
        served.gate.open.set()
        answers = await asyncio.gather(*(answer(client, served.url, event) for event in accepted))
        return answers, len(events) - len(accepted)


def asked(served: Served, questions: Sequence[str]) -> tuple[list[str], int]:
    """As `ask`, in a thread of its own: the browser's tests hold a loop in this one."""
    with ThreadPoolExecutor(1) as apart:
        return apart.submit(asyncio.run, ask(served, questions)).result()


def test_a_hundred_questions_at_once_are_all_answered_a_few_at_a_time(served: Served) -> None:
    questions = [f"Question {number}?" for number in range(100)]
    answers, turned_away = asked(served, questions)
    assert answers == questions
    assert turned_away == 0
    assert served.gate.most <= 4
    assert served.conversations() == 40


def test_a_question_too_many_is_turned_away_and_the_others_are_answered(served: Served) -> None:
    questions = [f"Question {number}?" for number in range(330)]
    answers, turned_away = asked(served, questions)
    assert turned_away > 0
    assert answers == questions[: len(answers)]
    # Those that wait, and those that gradio has let in.
    assert 256 <= len(answers) <= 256 + 32 + 1
