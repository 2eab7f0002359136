"""A hundred people at once: concurrent askers against the page's API, in processes of this machine.

    python benchmarks/askers.py [--askers 100] [--questions 10000] [--source seeds] [--out reports/askers]

Each asker asks the next question of the fixed set as soon as its last answer came. The page runs as
`quoth chat` does, in a process of its own; its memory is read while it answers. Beside the times their ratio
to one asker alone, measured before in the same run. Ends with status 1 when any question failed.
"""

import argparse
import asyncio
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from itertools import count, cycle
from pathlib import Path
from typing import Any

import httpx
import numpy as np

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks.machine import machine, markdown, mebibytes
from qa.evaluation.questions import load_questions

ROOT = Path(__file__).parent.parent
_ALONE = 100
_SAMPLES = 20


class Page:
    """The page in a process of its own, and what it was seen to hold."""

    def __init__(self, source: str, cache: str) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        command = [sys.executable, "-m", "qa.cli", "chat", "--source", source, "--port", str(port)]
        # All askers come from one address here.
        command += ["--per-minute", "1000000"]
        self._process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, "QUOTH_CACHE": cache})
        self.url = f"http://127.0.0.1:{port}/gradio_api/call/ask"
        for _ in range(600):
            if self._process.poll() is not None:
                raise SystemExit("the page ended before it was asked")
            try:
                httpx.get(f"http://127.0.0.1:{port}/", timeout=5)
                return
            except httpx.TransportError:
                time.sleep(0.2)
        raise SystemExit("the page did not open its port within two minutes")

    @property
    def mebibytes(self) -> float:
        """Its own memory now."""
        return mebibytes(self._process.pid)["own"]

    def end(self) -> None:
        """Stop it."""
        self._process.terminate()
        self._process.wait()


class Asking:
    """Questions asked through the API, with their times, failures and the page's memory meanwhile."""

    def __init__(self, page: Page, questions: list[str], total: int) -> None:
        self._page = page
        self._questions = cycle(questions)
        self._numbers = count(1)
        self._total = total
        self.seconds: list[float] = []
        self.failures: list[str] = []
        self.memory: list[tuple[int, float]] = []

    async def run(self, askers: int) -> float:
        """All askers at once; returns how long it took."""
        started = time.perf_counter()
        # The server closes a connection that is idle for five seconds, perhaps just as it is used again.
        limits = httpx.Limits(max_connections=None, keepalive_expiry=1)
        async with httpx.AsyncClient(timeout=600, limits=limits) as client:
            await asyncio.gather(*(self._asker(client) for _ in range(askers)))
        return time.perf_counter() - started

    async def _asker(self, client: httpx.AsyncClient) -> None:
        while (number := next(self._numbers)) <= self._total:
            started = time.perf_counter()
            try:
                answer = await self._ask(client, next(self._questions))
                assert {"answered", "citations", "confidence"} <= answer.keys()
            except (httpx.HTTPError, ValueError, AssertionError) as error:
                self.failures.append(f"{type(error).__name__}: {error}")
            self.seconds.append(time.perf_counter() - started)
            if number % max(1, self._total // _SAMPLES) == 0:
                self.memory.append((number, round(self._page.mebibytes, 1)))

    async def _ask(self, client: httpx.AsyncClient, question: str) -> dict[str, Any]:
        """One question, as gradio's protocol has it: a post that queues, then a stream of events."""
        queued = await client.post(self._page.url, json={"data": [question, None, None]})
        queued.raise_for_status()
        async with client.stream("GET", f"{self._page.url}/{queued.json()['event_id']}") as stream:
            event = ""
            async for line in stream.aiter_lines():
                if line.startswith("event: "):
                    event = line.removeprefix("event: ")
                elif line.startswith("data: ") and event == "complete":
                    answer: dict[str, Any] = json.loads(line.removeprefix("data: "))[0]
                    return answer
                elif event == "error":
                    raise ValueError(line)
        raise ValueError("the stream ended without an answer")


def main() -> None:
    """Print a Markdown table and write it with the JSON."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--askers", type=int, default=100)
    parser.add_argument("--questions", type=int, default=10_000)
    parser.add_argument("--source", default=str(ROOT / "seeds"))
    parser.add_argument("--out", type=Path, default=Path("reports/askers"))
    given = parser.parse_args()
    questions = [line.question for line in load_questions(ROOT / "qa/evaluation/deepseek.jsonl").questions]
    with tempfile.TemporaryDirectory() as cache:
        page = Page(given.source, cache)
        try:
            alone = Asking(page, questions, _ALONE)
            asyncio.run(alone.run(1))
            together = Asking(page, questions, given.questions)
            spent = asyncio.run(together.run(given.askers))
        finally:
            page.end()
    base = float(np.median(alone.seconds))
    rows = []
    for askers, asking in ((1, alone), (given.askers, together)):
        p50, p95, most = np.quantile(asking.seconds, [0.5, 0.95, 1.0])
        rows.append(
            {
                "askers": askers,
                "questions": len(asking.seconds),
                "failed": len(asking.failures),
                "p50 s": round(float(p50), 3),
                "p95 s": round(float(p95), 3),
                "longest s": round(float(most), 3),
                "p95 / alone p50": round(float(p95) / base, 1),
            }
        )
    memory = [{"after questions": number, "page's own memory MiB": held} for number, held in together.memory]
    report = {
        "machine": machine("gradio", "onnxruntime"),
        "rows": rows,
        "questions a second": round(len(together.seconds) / spent, 1),
        "memory": memory,
        "failures": together.failures[:20],
    }
    text = f"{markdown(rows)}\n{report['questions a second']} questions a second\n\n{markdown(memory)}"
    given.out.mkdir(parents=True, exist_ok=True)
    (given.out / "askers.json").write_text(json.dumps(report, indent=1), encoding="utf-8")
    (given.out / "askers.md").write_text(text, encoding="utf-8")
    print(text)
    sys.exit(1 if alone.failures or together.failures else 0)


if __name__ == "__main__":
    main()
