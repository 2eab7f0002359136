"""Parse a file in a process of its own, bounded in time and memory: no document hangs or crashes ours.

The parsers of PDF and HTML are C, which nothing but the end of its process stops. A process is kept for
a moment for the next file, since starting one takes longer than most files; it ends when ours does,
however that ends.
"""

import atexit
import contextlib
import gc
import json
import os
import queue
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import IO, Any

from index.load.decoding import UnreadableError, UnreadableNowError
from index.load.drawing import draw_page
from index.load.extracted import Extracted
from index.load.formats import extract_file
from index.load.limits import Limits
from index.load.progress import Report, listen, unheard
from index.load.time_limit import TimeLimit, timer
from index.types import Heading, Place

_Object = dict[str, Any]
_KEPT_SECONDS = 2.0
# Objects that are made before circles among them are looked for: the words of a long PDF are many, and none.
_OBJECTS = 100_000
_CODE = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); "
    "from index.load.confined import serve; serve(sys.argv[2])"
)

_idle: list["_Parser"] = []
_idle_lock = threading.Lock()


def extract_confined(path: Path, limits: Limits, heard: Report = unheard) -> tuple[Extracted, str]:
    """What `extract_file` gives; may be called from many threads at once.

    `heard(done, total)` is called as pages of the file are done.

    Raises UnreadableError also when parsing takes more time or memory than allowed, or breaks down.
    """
    answer, text = _asked({"path": str(path)}, limits, heard)
    extracted = Extracted(
        text.decode("utf-8", "surrogatepass"),
        answer["title"],
        tuple(Heading(start=start, end=end, level=level) for start, end, level in answer["headings"]),
        tuple(answer["pages"]),
        tuple(Place(start=start, label=label) for start, label in answer["places"]),
        answer["note"],
        answer["boxes"],
    )
    return extracted, answer["sha256"]


def draw_confined(path: Path, page: int, sha256: str, limits: Limits) -> bytes:
    """What `draw_page` gives, with the same bounds as `extract_confined`."""
    return _asked({"path": str(path), "page": page, "sha256": sha256}, limits, unheard)[1]


def _asked(request: _Object, limits: Limits, heard: Report) -> tuple[_Object, bytes]:
    """What a parser answers; it is kept for the next request."""
    parser = _take(limits) or _Parser(limits)
    try:
        found = parser.ask(request, heard)
    except UnreadableError:
        _keep(parser)
        raise
    except BaseException:  # interrupted: an answer may be under way that nobody waits for
        parser.kill()
        raise
    _keep(parser)
    return found


class _Parser:
    """A process that parses one file at a time."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.is_spent = False  # it ran out of memory, and may not have given all of that back
        self.drop = threading.Timer(0, lambda: None)  # what ends it when it has been idle for a moment
        paths = [str(Path(path).absolute()) for path in sys.path]
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-c", _CODE, json.dumps(paths), limits.model_dump_json()],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
        except OSError as error:
            raise UnreadableNowError(
                f"cannot be parsed: no process starts ({error.strerror}); try again"
            ) from error

    @property
    def is_alive(self) -> bool:
        """Whether it can take a file."""
        return self._process.poll() is None

    def ask(self, request: _Object, heard: Report) -> tuple[_Object, bytes]:
        """The answer to a request, see `serve`; the process is dead after it ran into a limit."""
        limit = TimeLimit(self.limits, self._process.kill)

        def hear(done: int, total: int) -> None:
            limit.restart()
            heard(done, total)

        try:
            return self._ask(request, hear)
        except (OSError, EOFError) as error:
            self.kill()
            if limit.passed:
                reason = f"takes more than {limit.seconds:g} s to parse"
            else:
                mebibytes = self.limits.memory_bytes // 2**20
                reason = f"breaks its parser, or needs more than {mebibytes} MiB of memory"
            raise UnreadableNowError(
                f"{reason}: split it up, or save it again with another program"
            ) from error
        finally:
            limit.end()

    def kill(self) -> None:
        """End it at once."""
        self._process.kill()
        self.close()

    def close(self) -> None:
        """End it, as the end of its input does, and wait for that."""
        stdin, stdout = self._pipes()
        with contextlib.suppress(OSError):  # what it did not take is lost
            stdin.close()
        self._process.wait()
        stdout.close()

    def _ask(self, request: _Object, hear: Report) -> tuple[_Object, bytes]:
        stdin, stdout = self._pipes()
        stdin.write(json.dumps(request).encode() + b"\n")
        stdin.flush()
        answer: _Object = {"done": 0, "total": 0}
        while "done" in answer:
            if answer["done"]:
                hear(answer["done"], answer["total"])
            line = stdout.readline()
            if not line.endswith(b"\n"):
                raise EOFError
            answer = json.loads(line)
        if "error" in answer:
            self.is_spent = answer["spent"]
            raise (UnreadableNowError if answer["now"] else UnreadableError)(answer["error"])
        data = stdout.read(answer["bytes"])
        if len(data) < answer["bytes"]:
            raise EOFError
        return answer, data

    def _pipes(self) -> tuple[IO[bytes], IO[bytes]]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        return self._process.stdin, self._process.stdout


def _take(limits: Limits) -> _Parser | None:
    with _idle_lock:
        for parser in _idle:
            if parser.limits == limits and parser.is_alive:
                parser.drop.cancel()
                _idle.remove(parser)
                return parser
    return None


def _keep(parser: _Parser) -> None:
    """Keep a process for the next file, for a moment, unless it is dead or ran out of memory."""
    if parser.is_spent:
        parser.kill()
    if not parser.is_alive:
        return
    parser.drop = timer(_KEPT_SECONDS, lambda: _drop(parser))
    with _idle_lock:
        _idle.append(parser)


def _drop(parser: _Parser) -> None:
    with _idle_lock:
        if parser not in _idle:  # taken again in the meantime
            return
        _idle.remove(parser)
    parser.close()


@atexit.register
def _drop_all() -> None:
    for parser in list(_idle):
        _drop(parser)


def serve(limits: str) -> None:
    """Answer requests on standard input, until it ends; all that runs in a process of its own.

    A request is a line, an object in JSON with the path of a file. The answer is a line too, an object with
    `error`, and `now` when that may pass, or with the fields of Extracted but the text, whose bytes follow.
    Lines before it say how many pages are done. Where the request names a page, with the SHA-256 of the file,
    its picture is what follows.
    """
    bounds = Limits.model_validate_json(limits)
    _bound_memory(bounds.memory_bytes)
    gc.set_threshold(_OBJECTS, *gc.get_threshold()[1:])
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches it too, but it ends by its input
    # Whatever a library prints must not get among the answers.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    listen(lambda done, total: _say(answers, {"done": done, "total": total}))
    requests: queue.SimpleQueue[_Object] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=[requests], daemon=True).start()
    while True:
        answers.write(_answer(requests.get(), bounds))
        answers.flush()


def _say(answers: IO[bytes], line: dict[str, int]) -> None:
    answers.write(json.dumps(line).encode() + b"\n")
    answers.flush()


def _listen(requests: "queue.SimpleQueue[_Object]") -> None:
    """Pass on requests; when there can be none any more, end the process, even in the midst of a file."""
    try:
        for line in sys.stdin.buffer:
            requests.put(json.loads(line))
    finally:
        os._exit(0)


def _answer(request: _Object, limits: Limits) -> bytes:
    spent, now, path = False, False, Path(request["path"])
    try:
        if "page" in request:
            drawn = draw_page(path, request["page"], request["sha256"], limits)
            return json.dumps({"bytes": len(drawn)}).encode() + b"\n" + drawn
        extracted, sha256 = extract_file(path, limits)
        text = extracted.text.encode("utf-8", "surrogatepass")
        answer = {
            **extracted._asdict(),
            "headings": [(heading.start, heading.end, heading.level) for heading in extracted.headings],
            "places": [(place.start, place.label) for place in extracted.places],
            "sha256": sha256,
            "bytes": len(text),
        }
        del answer["text"]
        return json.dumps(answer).encode() + b"\n" + text
    except UnreadableError as error:
        reason, now = str(error), isinstance(error, UnreadableNowError)
    except MemoryError:
        spent = now = True
        reason = f"needs more than {limits.memory_bytes // 2**20} MiB of memory to parse: split it up"
    except Exception as error:  # noqa: BLE001 (a parser's own fault; the process goes on)
        reason = f"is broken in a way that its parser does not know ({type(error).__name__}): save it again"
    return json.dumps({"error": reason, "now": now, "spent": spent}).encode() + b"\n"


def _bound_memory(most: int) -> None:
    """Bound the address space where the system can, and leave no core of a crash behind."""
    try:
        import resource
    except ImportError:
        return
    for kind, value in ((resource.RLIMIT_AS, most), (resource.RLIMIT_CORE, 0)):
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(kind, (value, value))
