"""How fast the page is in a real browser: the first useful paint, and from Enter to the cited answer.

    python benchmarks/page.py [--sessions 7]

The page is served as `quoth chat` serves it, over the first article. A session is a new browser profile,
so nothing is cached. Useful is what a person came for: the article's first paragraph and the box to ask in.
Beside the times stands the ratio to answering the same questions in Python alone, measured in the same run:
machines are noisy.
"""

import argparse
import shutil
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from playwright.sync_api import Browser, sync_playwright

sys.path.insert(0, str(Path(__file__).parent.parent))

import app
from index.index import Index
from qa.answer.answerer import Answerer
from qa.serve.build_threads import Builders
from qa.serve.feedback import FeedbackFile
from qa.serve.sessions import Sessions
from qa.serve.uploads import Library, UploadLimits
from qa.serve.workspace import Workspace

ROOT = Path(__file__).parent.parent
QUESTIONS = (
    "Who founded High-Flyer?",
    "When were the US export controls imposed?",
    "What does DeepSeek's hiring strategy focus on?",
    "Where did Liang Wenfeng invest?",
)
# The time origin of both is the navigation, as the browser counts it.
_USEFUL = """() => new Promise(resolve => {
    const look = () => document.querySelector('.q-text p')?.getBoundingClientRect().height
        && document.querySelector('#q-box textarea')
        ? requestAnimationFrame(() => resolve(performance.now())) : setTimeout(look, 5);
    look();
})"""
_ANSWERED = """() => { window.quothAnswered = new Promise(resolve => {
    const box = document.querySelector('#q-box textarea');
    const turns = document.querySelectorAll('.q-turn').length;
    let started = 0;
    box.addEventListener('keydown', () => { started = performance.now(); }, {once: true, capture: true});
    const look = () => {
        const now = document.querySelectorAll('.q-turn');
        const done = now.length > turns && now[now.length - 1].querySelector('.q-cite.current')
            && document.querySelector('.q-text mark');
        if (done) requestAnimationFrame(() => resolve(performance.now() - started));
        else setTimeout(look, 2);
    };
    look();
}); }"""


def main() -> None:
    """Print a Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sessions", type=int, default=7)
    sessions = parser.parse_args().sessions
    index = Index.from_sources([ROOT / "seeds"])
    answerer = Answerer(index)
    asked = [question for question in QUESTIONS if answerer.answer(question).answered]
    alone = [_milliseconds(answerer, question) for question in asked for _ in range(sessions)]
    limits = UploadLimits()
    with tempfile.TemporaryDirectory() as folder, Builders() as builders:
        own = Sessions(
            Path(folder) / "sessions",
            lambda place: Library(place, index.embedder, lambda found: Answerer(found), builders, limits),
        )
        web = app.build(
            Workspace(answerer, answerer.retriever, index), own, limits, FeedbackFile(Path(folder))
        )
        with app.Server(web, "127.0.0.1", 0).running() as url, sync_playwright() as playwright:
            chromium = shutil.which("chromium")
            browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
            _session(browser, url, asked[:1])  # the server's first request compiles its templates
            runs = [_session(browser, url, asked) for _ in range(sessions)]
            browser.close()
        own.close()
    paints = [paint for paint, _, _ in runs]
    useful = [shown for _, shown, _ in runs]
    answers = [spent for _, _, times in runs for spent in times]
    print(
        f"{sessions} sessions, {len(asked)} questions each; "
        f"answering in Python p50 {np.median(alone):.0f} ms\n"
    )
    print("| in the browser | p50 ms | p95 ms | p50 as a multiple of answering in Python |")
    print("| --- | --- | --- | --- |")
    for name, times in (
        ("first contentful paint", paints),
        ("first useful paint: the article and the box", useful),
        ("Enter to the cited answer, its quote marked in the source", answers),
    ):
        p50, p95 = np.quantile(times, [0.5, 0.95])
        print(f"| {name} | {p50:.0f} | {p95:.0f} | {p50 / np.median(alone):.1f} |")


def _session(browser: Browser, url: str, questions: list[str]) -> tuple[float, float, list[float]]:
    """First contentful and first useful paint, and the time of each answer, in ms."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    page = context.new_page()
    page.goto(url, wait_until="commit")
    useful = float(page.evaluate(_USEFUL))
    paint = "performance.getEntriesByName('first-contentful-paint')[0].startTime"
    first = float(page.evaluate(paint))
    page.wait_for_selector("#q-examples button")
    times = []
    for question in questions:
        page.fill("#q-box textarea", question)
        page.focus("#q-box textarea")
        page.evaluate(_ANSWERED)
        page.keyboard.press("Enter")
        times.append(float(page.evaluate("window.quothAnswered")))
    context.close()
    return first, useful, times


def _milliseconds(answerer: Answerer, question: str) -> float:
    started = time.perf_counter()
    answerer.answer(question)
    return 1000 * (time.perf_counter() - started)


if __name__ == "__main__":
    main()
