"""A server that speaks OpenAI's protocol and says what a test tells it to: a double of a language model."""

import json
import re
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

# What becomes of a request: it writes the reply itself.
Reply = Callable[[BaseHTTPRequestHandler], None]


class Scripted(ThreadingHTTPServer):
    """Replies in turn, the last one again and again; `asked` holds the requests' bodies and headers."""

    daemon_threads = True

    def __init__(self, replies: Sequence[Reply]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.replies = list(replies)
        self.asked: list[dict[str, Any]] = []
        self.left = threading.Event()
        self.url = f"http://127.0.0.1:{self.server_address[1]}/v1"

    @property
    def prompts(self) -> list[str]:
        """The last message of each request."""
        return [one["messages"][-1]["content"] for one in self.asked]


class _Handler(BaseHTTPRequestHandler):
    server: Scripted

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.server.asked.append({**body, "path": self.path, "key": self.headers.get("authorization")})
        try:
            self.server.replies[min(len(self.server.asked), len(self.server.replies)) - 1](self)
        except (BrokenPipeError, ConnectionResetError):
            self.server.left.set()

    def log_message(self, format: str, *arguments: object) -> None:
        """Say nothing."""


@contextmanager
def scripted(*replies: Reply | str) -> Iterator[Scripted]:
    """A server with these replies; a text is streamed a few letters at a time."""
    with Scripted([streamed(one) if isinstance(one, str) else one for one in replies]) as server:
        serving = threading.Thread(target=server.serve_forever, args=(0.01,))
        serving.start()
        yield server
        server.shutdown()
        serving.join()


def head(handler: BaseHTTPRequestHandler, status: int, kind: str) -> None:
    """The head of a reply."""
    handler.send_response(status)
    handler.send_header("content-type", kind)
    handler.end_headers()


def event(text: str) -> bytes:
    """One piece of a stream."""
    return f"data: {json.dumps({'choices': [{'delta': {'content': text}}]})}\n\n".encode()


def streamed(text: str) -> Reply:
    """The reply of a model that says a text."""

    def reply(handler: BaseHTTPRequestHandler) -> None:
        head(handler, 200, "text/event-stream")
        for start in range(0, len(text), 7):
            handler.wfile.write(event(text[start : start + 7]))
        handler.wfile.write(b"data: [DONE]\n\n")

    return reply


def citing(quote: str, text: str) -> Reply:
    """The reply of a model that says a text with the number of the sentence that begins with a quote."""

    def reply(handler: BaseHTTPRequestHandler) -> None:
        assert isinstance(handler.server, Scripted)
        found = re.search(rf"\[(\d+)\] {re.escape(quote)}", handler.server.prompts[-1])
        streamed(text.format(found[1] if found else 0))(handler)

    return reply


def whole(content: object, *, kind: str = "application/json", status: int = 200) -> Reply:
    """The reply of a server that does not stream: an object, or text as it is."""

    def reply(handler: BaseHTTPRequestHandler) -> None:
        head(handler, status, kind)
        handler.wfile.write(content.encode() if isinstance(content, str) else json.dumps(content).encode())

    return reply


def endless(text: str) -> Reply:
    """The reply of a model that repeats a text until nobody listens."""

    def reply(handler: BaseHTTPRequestHandler) -> None:
        head(handler, 200, "text/event-stream")
        while True:
            handler.wfile.write(event(text))

    return reply


def cut(text: str) -> Reply:
    """The reply of a server that breaks off in the middle of a line."""

    def reply(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("content-type", "text/event-stream")
        handler.send_header("content-length", "100000")
        handler.end_headers()
        handler.wfile.write(event(text))
        handler.wfile.write(b'data: {"choi')

    return reply


def silent(handler: BaseHTTPRequestHandler) -> None:
    """Begin a reply and then say nothing, until the other side leaves."""
    head(handler, 200, "text/event-stream")
    handler.wfile.flush()
    handler.connection.settimeout(20)
    if handler.connection.recv(1) == b"":
        raise ConnectionResetError
