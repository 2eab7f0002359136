"""What the page costs with nobody there, and how soon it is awake: processor time, wakes, time to an answer.

    python benchmarks/idle.py [--seconds 30] [--questions 200] [--json FILE]

The page runs as `quoth chat` does, in a process of its own: once with Gradio's queue as it is, which looks
every millisecond whether something is in it, and once woken by what is pushed. A wake is a voluntary change
of context of any of its threads. What is asked is where words stand, which takes hardly any time, through
the queue and after a pause in which the page fell idle; beside it the same by REST.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import numpy as np

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks.measuring import ROOT, Row, parser, seconds, show

_SETTLED = 5.0
_PAUSE = 0.05
_AS_IT_IS = (
    "import qa.serve.sleeping_queue as s; s.wake_on_push = lambda queue: False; "
    "from qa.cli import main; main()"
)
_WAYS = {"Gradio's, as it is": ["-c", _AS_IT_IS], "woken by a push": ["-m", "qa.cli"]}


def main() -> None:
    """Print a Markdown table."""
    given = parser(__doc__)
    given.add_argument("--seconds", type=float, default=30.0)
    given.add_argument("--questions", type=int, default=200)
    options = given.parse_args()
    rows = [_measured(name, way, options.seconds, options.questions) for name, way in _WAYS.items()]
    show("idle", rows, options.json)


def _measured(name: str, way: list[str], idle: float, questions: int) -> Row:
    with tempfile.TemporaryDirectory() as folder:
        env = {**os.environ, "QUOTH_CACHE": folder}
        command = [
            sys.executable,
            *way,
            "chat",
            "--port",
            "0",
            "--reader",
            "sentence",
            "--per-minute",
            "1000000",
        ]
        process = subprocess.Popen(command, cwd=ROOT, env=env, stderr=subprocess.PIPE, text=True)
        assert process.stderr
        try:
            line = next(line for line in process.stderr if "the page is at" in line)
            with httpx.Client(base_url=line.split()[5], timeout=60) as client:
                client.get("").raise_for_status()
                time.sleep(_SETTLED)
                spent, woken = _spent(process.pid), _wakes(process.pid)
                time.sleep(idle)
                spent, woken = _spent(process.pid) - spent, _wakes(process.pid) - woken
                queued = _times(lambda: _through_the_queue(client), questions)
                direct = _times(lambda: _by_rest(client), questions)
        finally:
            process.terminate()
            process.communicate()
    return {
        "queue": name,
        "idle: % of a core": 100 * spent / idle,
        "wakes a second": woken / idle,
        "answer p50 ms": float(np.median(queued)),
        "p95 ms": float(np.quantile(queued, 0.95)),
        "by REST p50 ms": float(np.median(direct)),
    }


def _times(ask: Callable[[], None], many: int) -> list[float]:
    spent = []
    for _ in range(many):
        time.sleep(_PAUSE)
        spent.append(1000 * seconds(ask))
    return spent


def _through_the_queue(client: httpx.Client) -> None:
    event = client.post("gradio_api/call/quote", json={"data": ["DeepSeek"]}).raise_for_status().json()
    reply = client.get(f"gradio_api/call/quote/{event['event_id']}").raise_for_status()
    assert "event: complete" in reply.text, reply.text


def _by_rest(client: httpx.Client) -> None:
    client.post("api/quote", json={"text": "DeepSeek"}).raise_for_status()


def _spent(process: int) -> float:
    """Seconds of processor time so far."""
    fields = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _wakes(process: int) -> int:
    """Voluntary changes of context so far, of all threads."""
    return sum(
        int(line.split()[1])
        for status in Path(f"/proc/{process}/task").glob("*/status")
        for line in status.read_text(encoding="utf-8").splitlines()
        if line.startswith("voluntary_ctxt_switches")
    )


if __name__ == "__main__":
    main()
