"""How much is asked at once and how fast: by every way in, of each address, and never by waiting threads."""

import asyncio
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import httpx
import pytest

import app
from index.index import Index
from index.testing import HashEmbedder
from qa.answer.answerer import Answerer
from qa.errors import BusyError, TooFastError
from qa.read.baseline import SentenceReader
from qa.retrieve.retriever import Retriever
from qa.serve.feedback import FeedbackFile
from qa.serve.rate_limits import AskLimits, RateLimiter
from qa.serve.uploads import UploadLimits
from qa.serve.workspace import Workspace
from tests.browsing import browsing, sessions_in
from tests.calling import call, run
from tests.held_answers import HeldAnswerer

if TYPE_CHECKING:
    from playwright.sync_api import Browser


class Clock:
    """A clock that a test sets; `asked` counts how often somebody looked, once for each who comes in."""

    def __init__(self) -> None:
        self.now = 0.0
        self.asked = threading.Semaphore(0)

    def __call__(self) -> float:
        self.asked.release()
        return self.now


def come(asked: threading.Semaphore, many: int) -> None:
    """Wait until so many came."""
    for number in range(many):
        assert asked.acquire(timeout=30), f"{number} of {many} came"


def test_a_caller_who_asks_too_fast_is_told_when_to_come_again() -> None:
    clock = Clock()
    rate_limiter = RateLimiter(AskLimits(per_minute=6), clock)

    def told(caller: str) -> str:
        try:
            return run(rate_limiter.run(caller, str))
        except TooFastError as error:
            return str(error)

    line = "more than 6 questions a minute; ask again in 10 s"
    assert [told("a") for _ in range(5)] == ["", "", "", line, line]
    assert told("b") == ""
    clock.now = 10.0
    assert [told("a") for _ in range(2)] == ["", line]


def test_a_full_queue_refuses_at_once_and_the_rest_are_answered() -> None:
    rate_limiter = RateLimiter(AskLimits(at_once=1, waiting=1))
    hold = threading.Event()

    async def use() -> list[str]:
        asked = [asyncio.create_task(rate_limiter.run("a", lambda: str(hold.wait(30)))) for _ in range(2)]
        await asyncio.sleep(0)  # both come in
        with pytest.raises(BusyError, match=r"^2 questions are being answered or wait; ask again in a mom"):
            await rate_limiter.run("b", str)
        hold.set()
        answers = await asyncio.gather(*asked)
        return [*answers, await rate_limiter.run("b", lambda: "and more")]

    assert run(use()) == ["True", "True", "and more"]


def test_a_call_whose_caller_leaves_while_it_waits_is_never_made() -> None:
    rate_limiter = RateLimiter(AskLimits(at_once=1, waiting=1))
    hold = threading.Event()
    made = []

    async def use() -> None:
        first = asyncio.create_task(rate_limiter.run("a", lambda: hold.wait(30)))
        second = asyncio.create_task(rate_limiter.run("a", lambda: made.append("second")))
        await asyncio.sleep(0)
        second.cancel()
        third = asyncio.create_task(rate_limiter.run("a", lambda: made.append("third")))
        await asyncio.sleep(0)
        hold.set()
        await asyncio.gather(first, third)

    run(use())
    assert made == ["third"]


class Served(NamedTuple):
    """A page with tools over the first article, whose answers a test may hold up."""

    url: str
    gate: HeldAnswerer
    clock: Clock
    index: Index


@pytest.fixture
def served(request: pytest.FixtureRequest, article: Path, tmp_path: Path) -> Iterator[Served]:
    """Its limits are the test's parameter."""
    gate, clock = HeldAnswerer(), Clock()
    index = Index.from_sources([article], tmp_path / "index", embedder=HashEmbedder())
    rate_limiter = RateLimiter(request.param, clock)
    with sessions_in(tmp_path / "sessions") as sessions:
        workspace = Workspace(gate, Retriever(index), index)
        web = app.build(
            workspace,
            sessions,
            UploadLimits(),
            FeedbackFile(tmp_path / "said"),
            rate_limiter=rate_limiter,
            mcp=True,
        )
        with app.Server(web, "127.0.0.1", 0).running() as url:
            yield Served(url, gate, clock, index)
            gate.open.set()


@pytest.mark.parametrize(
    "served", [AskLimits(at_once=2, waiting=60, per_minute=100_000)], indirect=True, ids=["62 at most"]
)
def test_rest_refuses_the_surplus_at_once_while_all_that_wait_hold_no_thread(served: Served) -> None:
    questions = [f"Question {number}?" for number in range(62)]

    async def use() -> tuple[list[httpx.Response], httpx.Response, httpx.Response]:
        limits = httpx.Limits(max_connections=None)
        async with httpx.AsyncClient(base_url=served.url, timeout=60, limits=limits) as client:
            posts = [client.post("api/ask", json={"question": question}) for question in questions]
            waiting = [asyncio.create_task(post) for post in posts]
            await asyncio.to_thread(come, served.clock.asked, 62)
            await asyncio.to_thread(come, served.gate.asked, 2)
            # The gate is shut: what follows is answered while all the others wait.
            surplus = await client.post("api/ask", json={"question": "One more?"})
            other = await client.get("session/documents")
            served.gate.open.set()
            return await asyncio.gather(*waiting), surplus, other

    answers, surplus, other = run(use())
    assert surplus.status_code == 503
    assert surplus.json() == {"detail": "62 questions are being answered or wait; ask again in a moment"}
    assert surplus.headers["retry-after"] == "5"
    assert [document["id"] for document in other.json()["documents"]] == ["deepseek.txt"]
    assert [answer.json()["text"] for answer in answers] == questions
    assert served.gate.most == 2


@pytest.mark.skipif(sys.platform != "linux", reason="needs a second address of this machine")
@pytest.mark.parametrize("served", [AskLimits(per_minute=8)], indirect=True, ids=["four at first"])
def test_one_limit_holds_for_an_address_by_every_way_in_and_another_address_has_its_own(
    served: Served,
) -> None:
    from gradio_client import Client  # type: ignore[import-untyped]
    from gradio_client.exceptions import AppError  # type: ignore[import-untyped]

    line = "more than 8 questions a minute; ask again in 8 s"
    search = {"query": "hedge fund"}
    from_here = httpx.HTTPTransport(local_address="127.0.0.1")
    from_there = httpx.HTTPTransport(local_address="127.0.0.2")
    with (
        httpx.Client(base_url=served.url, transport=from_here) as here,
        httpx.Client(base_url=served.url, transport=from_there) as there,
    ):
        suggestions = {"id": "deepseek.txt"}
        served.gate.open.set()
        assert here.post("api/search", json=search).status_code == 200
        assert not call(here, "search", **search)["isError"]
        assert here.get("session/suggestions", params=suggestions).status_code == 200
        client = Client(served.url, verbose=False)
        assert client.predict("hedge fund", api_name="/search")

        refused = here.post("api/search", json=search)
        assert (refused.status_code, refused.json()["detail"]) == (429, line)
        assert here.get("session/suggestions", params=suggestions).status_code == 429
        told = call(here, "search", **search)
        assert (told["isError"], told["content"][0]["text"]) == (True, line)
        with pytest.raises(AppError, match=line):
            client.predict("hedge fund", api_name="/search")

        for _ in range(2):
            assert not call(there, "search", **search)["isError"]
            assert there.post("api/search", json=search).status_code == 200
        assert call(there, "search", **search)["isError"]


@pytest.mark.parametrize("served", [AskLimits(per_minute=4)], indirect=True, ids=["two at first"])
def test_the_best_guess_takes_a_turn_and_a_refusal_of_it_is_shown_in_the_conversation(
    served: Served, browser: "Browser"
) -> None:
    served.gate.open.set()
    with browsing(browser, served.url) as session:
        come(served.clock.asked, 1)  # the suggestions
        session.ask("Is this refused?")
        session.page.get_by_role("button", name="Show the best guess anyway").click()
        line = session.page.wait_for_selector(".q-problem")
        assert line
        assert line.inner_text() == "more than 4 questions a minute; ask again in 15 s"
        served.clock.now = 15.0
        session.page.get_by_role("button", name="Show the best guess anyway").click()
        session.page.wait_for_selector(".q-problem", state="detached")
        come(served.clock.asked, 3)


def test_the_address_of_a_visitor_counts_however_often_the_page_is_opened(
    article: Path, tmp_path: Path
) -> None:
    index = Index.from_sources([article], tmp_path / "index", embedder=HashEmbedder())
    answerer = Answerer(index, reader=SentenceReader())
    workspace = Workspace(answerer, answerer.retriever, index)
    rate_limiter = RateLimiter(AskLimits(per_minute=2), Clock())
    with sessions_in(tmp_path / "sessions") as sessions:
        web = app.build(
            workspace, sessions, UploadLimits(), FeedbackFile(tmp_path / "said"), rate_limiter=rate_limiter
        )
        with app.Server(web, "127.0.0.1", 0).running() as url:
            given = [httpx.get(f"{url}session/suggestions", params={"id": "deepseek.txt"}) for _ in range(2)]
    assert [one.status_code for one in given] == [200, 429]
