"""A served page in a real browser."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest

from index.index import Index
from index.testing import HashEmbedder
from qa.answer.answerer import Answerer
from qa.read.baseline import SentenceReader
from qa.serve.build_threads import Builders
from qa.serve.sessions import Sessions
from qa.serve.uploads import Library, UploadLimits
from qa.settings import AnswerSettings

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page


@contextmanager
def chromium() -> "Iterator[Browser]":
    """A browser that asks nothing of anybody; the test is skipped, or fails where one is required."""
    executable = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if find_spec("playwright") is None or executable is None:
        reason = "needs the package playwright and a chromium on the PATH"
        if os.environ.get("QUOTH_REQUIRE_BROWSER") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    from playwright.sync_api import sync_playwright

    quiet = ["background-networking", "component-update", "sync", "quic", "gpu"]
    flags = ["--no-sandbox", "--no-first-run", *(f"--disable-{name}" for name in quiet)]
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=executable, args=flags)
        yield started
        started.close()


@contextmanager
def browsing(browser: "Browser", url: str, *, fragment: str = "", **options: object) -> "Iterator[Session]":
    """The opened page; ends with a check that nothing but this machine was asked for anything."""
    context = browser.new_context(**cast(Any, {"viewport": {"width": 1280, "height": 800}, **options}))
    context.set_default_timeout(15_000)
    session = Session(context.new_page())
    session.open(url + fragment)
    yield session
    pwned = session.page.evaluate("window.__pwned")
    context.close()
    assert pwned is None
    assert session.errors == []
    assert [asked for asked in session.requested if not asked.startswith((url, "data:", "blob:"))] == []


@contextmanager
def sessions_in(
    folder: Path, limits: UploadLimits | None = None, shared: Path | None = None
) -> Iterator[Sessions]:
    """Sessions whose documents are asked with no model; an answer is always given."""

    def answering(index: Index) -> Answerer:
        return Answerer(index, reader=SentenceReader(), settings=AnswerSettings(threshold=0.0))

    with Builders() as builders:
        sessions = Sessions(
            folder,
            lambda own: Library(own, HashEmbedder(), answering, builders, limits or UploadLimits()),
            shared=shared,
        )
        yield sessions
        sessions.close()


class Session:
    """One person at the page."""

    def __init__(self, page: "Page") -> None:
        self.page = page
        self.requested: list[str] = []
        self.errors: list[str] = []
        page.on("request", lambda request: self.requested.append(request.url))
        page.on("pageerror", lambda error: self.errors.append(str(error)))

    def open(self, url: str) -> None:
        self.page.goto(url)
        self.page.wait_for_selector("#q-box textarea")
        self.page.wait_for_selector(".q-text p")

    def ask(self, question: str) -> None:
        before = self.page.locator(".q-turn").count()
        self.page.fill("#q-box textarea", question)
        self.page.keyboard.press("Enter")
        self.page.wait_for_function("n => document.querySelectorAll('.q-turn').length > n", arg=before)

    def cited(self, quote: str) -> dict[str, Any]:
        """Wait until the quote is what is marked, then give the marks' texts and place in code points."""
        script = """quote => {
            const marks = [...document.querySelectorAll('.q-text mark')];
            if (marks.map(mark => mark.textContent).join('') !== quote) return null;
            const before = document.createRange();
            before.setStart(document.querySelector('.q-text'), 0);
            before.setEndBefore(marks[0]);
            const exact = marks.filter(mark => mark.matches('.exact')).map(mark => mark.textContent).join('');
            return {start: [...before.toString()].length, exact};
        }"""
        return cast(dict[str, Any], self.page.wait_for_function(script, arg=quote).json_value())

    def wait_until_in_view(self) -> None:
        self.page.wait_for_function("""() => {
            const mark = document.querySelector('.q-text mark').getBoundingClientRect();
            const bar = document.querySelector('.q-bar').getBoundingClientRect();
            return mark.top >= bar.bottom && mark.bottom <= innerHeight;
        }""")

    def violations(self) -> list[str]:
        """What axe finds against WCAG 2.2 A and AA, and against best practice where it is serious."""
        from axe_playwright_python.sync_playwright import Axe

        self.page.mouse.move(1, 1)
        self.page.evaluate("Promise.all(document.getAnimations().map(one => one.finished.catch(() => 0)))")
        found = Axe().run(self.page, options={"resultTypes": ["violations"]}).response["violations"]
        return [
            f"{violation['impact']} {violation['id']}: {[node['html'][:200] for node in violation['nodes']]}"
            for violation in found
            if violation["impact"] in {"serious", "critical"}
            or any(tag.startswith("wcag") for tag in violation["tags"])
        ]
