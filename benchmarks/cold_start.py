"""From the command to its answer, in a fresh process each, beside importing torch alone.

    python benchmarks/cold_start.py [--json FILE]

The index and the compiled model are in place; `quoth ask` asks the default source. Rows take turns; a row is
the median of its rounds. `quoth chat` counts until its port is open.
"""

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks.measuring import ROOT, parser, seconds, show

ROUNDS = 9
QUESTION = "Who founded High-Flyer?"


def main() -> None:
    """Print a Markdown table."""
    arguments = parser(__doc__).parse_args()
    with tempfile.TemporaryDirectory() as cache:
        environment = {**os.environ, "QUOTH_CACHE": cache}
        # Where it is set, Quoth's own modules would be compiled at each start.
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        _run(["-m", "qa.cli", "index"], environment)
        rows = {
            "import torch": lambda: _run(["-c", "import torch"], environment),
            "import sentence_transformers": lambda: _run(["-c", "import sentence_transformers"], environment),
            "quoth ask": lambda: _run(["-m", "qa.cli", "ask", QUESTION], environment),
            "quoth search": lambda: _run(["-m", "qa.cli", "search", QUESTION], environment),
            "quoth chat, until its port is open": lambda: _open(environment),
        }
        spent: dict[str, list[float]] = {name: [] for name in rows}
        for _ in range(ROUNDS + 1):  # the first compiles Python's bytecode
            for name, call in rows.items():
                spent[name].append(seconds(call))
        torch = float(np.median(spent["import torch"][1:]))
        table = [
            {
                "what": name,
                "p50 s": float(np.median(times[1:])),
                "fastest s": min(times[1:]),
                "p50 as a share of importing torch": float(np.median(times[1:])) / torch,
            }
            for name, times in spent.items()
        ]
        show("cold start", table, arguments.json)


def _run(arguments: list[str], environment: Mapping[str, str]) -> None:
    command = [sys.executable, *arguments]
    subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True)


def _open(environment: Mapping[str, str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "qa.cli", "chat", "--port", str(port)]
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.DEVNULL)
    try:
        while not _answers(port):
            if process.poll() is not None:
                sys.exit(f"quoth chat ended with status {process.returncode}")
            time.sleep(0.01)
    finally:
        process.terminate()
        process.wait()


def _answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


if __name__ == "__main__":
    main()
