"""The page's queue sleeps while nothing is in it, and wakes when something is pushed."""

import asyncio
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import gradio as gr
import pytest
from starlette.routing import Mount

import app
from index.index import Index
from index.testing import HashEmbedder
from qa.retrieve.retriever import Retriever
from qa.serve import sleeping_queue
from qa.serve.feedback import FeedbackFile
from qa.serve.sleeping_queue import wake_on_push
from qa.serve.uploads import UploadLimits
from qa.serve.workspace import Workspace
from tests.browsing import sessions_in
from tests.calling import run
from tests.held_answers import HeldAnswerer


class Polling:
    """A queue as gradio builds it: its loop looks again and again whether something is in it."""

    def __init__(self) -> None:
        self.items: list[str] = []
        self.taken: list[str] = []
        self.looks = 0
        self.stopped = False
        self.sleep_when_free = 0.0
        self.progress_update_sleep_when_free = 0.01
        self.full = False
        self.done = asyncio.Event()

    def __len__(self) -> int:
        return len(self.items)

    async def push(self, item: str) -> str:
        self.items.append(item)
        return f"{item} waits"

    async def start_processing(self) -> None:
        while not self.stopped:
            self.looks += 1
            if len(self) == 0 or self.full:
                await asyncio.sleep(self.sleep_when_free)
                continue
            self.taken.append(self.items.pop(0))
            self.done.set()


async def turns(many: int = 50) -> None:
    """Let everything else that can run do so."""
    for _ in range(many):
        await asyncio.sleep(0)


def test_a_queue_is_looked_at_once_until_something_is_pushed_which_is_taken_at_once() -> None:
    async def use(queue: Polling) -> tuple[int, str, int]:
        loop = asyncio.create_task(queue.start_processing())
        await turns()
        before = queue.looks
        said = await queue.push("a question")
        await asyncio.wait_for(queue.done.wait(), 30)
        await turns()
        loop.cancel()
        return before, said, queue.looks

    polling, woken = Polling(), Polling()
    assert run(use(polling))[0] >= 50
    assert wake_on_push(woken)
    assert run(use(woken)) == (1, "a question waits", 3)  # at the start, with the question, after it
    assert polling.taken == woken.taken == ["a question"]


def test_what_waits_for_others_to_end_is_looked_at_as_often_as_before() -> None:
    async def use(queue: Polling) -> None:
        loop = asyncio.create_task(queue.start_processing())
        queue.full = True
        await queue.push("a question")
        await turns()
        assert queue.looks >= 50
        queue.full = False
        await asyncio.wait_for(queue.done.wait(), 30)
        loop.cancel()

    queue = Polling()
    wake_on_push(queue)
    run(use(queue))
    assert queue.taken == ["a question"]


def test_what_comes_in_unnoticed_is_found_after_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sleeping_queue, "_LOOKS_AGAIN", 0.0)

    async def use(queue: Polling) -> None:
        loop = asyncio.create_task(queue.start_processing())
        await turns()
        queue.items.append("smuggled in")
        await asyncio.wait_for(queue.done.wait(), 30)
        loop.cancel()

    queue = Polling()
    wake_on_push(queue)
    run(use(queue))
    assert queue.taken == ["smuggled in"]


class Renamed(Polling):
    """A queue whose loop sleeps by another setting."""

    async def start_processing(self) -> None:
        while not self.stopped:
            await asyncio.sleep(0.001)


class Sync(Polling):
    """A queue that is pushed to without a coroutine."""

    def push(self, item: str) -> str:  # type: ignore[override]
        return item


class Driven(Polling):
    """A queue with no loop of its own."""

    start_processing: Any = None


@pytest.mark.parametrize("queue", [Renamed(), Sync(), Driven(), SimpleNamespace(), None])
def test_a_queue_that_is_built_otherwise_is_left_as_it_is(queue: object) -> None:
    before = dict(vars(queue)) if queue is not None else {}
    assert not wake_on_push(queue)
    assert queue is None or vars(queue) == before


def test_the_queue_of_the_gradio_that_is_installed_is_woken() -> None:
    with gr.Blocks() as page:
        gr.Textbox()
    page.queue()
    assert wake_on_push(page._queue)


def test_the_page_has_its_queue_woken(article: Path, tmp_path: Path) -> None:
    index = Index.from_sources([article], tmp_path / "index", embedder=HashEmbedder())
    with sessions_in(tmp_path / "sessions") as sessions:
        workspace = Workspace(HeldAnswerer(), Retriever(index), index)
        web = app.build(workspace, sessions, UploadLimits(), FeedbackFile(tmp_path / "said"))
    page = next(route.app for route in web.routes if isinstance(route, Mount) and not route.path)
    queue = page.get_blocks()._queue  # type: ignore[attr-defined]
    assert queue.start_processing.__func__ is not type(queue).start_processing
