"""Serve the page on this machine's network. The only importer of uvicorn."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

import uvicorn

from qa.errors import QuestionAnsweringError
from qa.serve.guard import App, Guard
from qa.serve.rate_limits import AskLimits
from qa.serve.uploads import UploadLimits


class Serving(NamedTuple):
    """How the page is served.

    `shared` names a folder for the documents that visitors add, which then all see; without it each has own
    ones, which go when the session ends. `password` is "user:password"; `mcp` adds the tools. `sample` tells
    that nobody named a source: a single document then only shows what Quoth does.
    """

    host: str = "127.0.0.1"
    port: int = 7860
    shared: str | None = None
    password: str | None = None
    mcp: bool = False
    sample: bool = False
    uploads: UploadLimits = UploadLimits()
    asking: AskLimits = AskLimits()


class Server:
    """A page being served in the background."""

    def __init__(self, web: App, host: str, port: int, password: str | None = None) -> None:
        try:
            listening = socket.create_server((host, port))
        except OSError as error:
            raise QuestionAnsweringError(
                f"{host}:{port}: cannot serve there; choose another with --host, --port"
            ) from error
        # asyncio sends small pieces at once only where the protocol is named; else each waits 40 ms for an
        # acknowledgement (Nagle).
        self._socket = socket.socket(
            listening.family, listening.type, socket.IPPROTO_TCP, fileno=listening.detach()
        )
        self.url = f"http://{host}:{self._socket.getsockname()[1]}/"
        # A browser holds a stream open for as long as it shows the page; a shutdown does not wait for it.
        self._server = uvicorn.Server(
            uvicorn.Config(
                Guard(web, host=host, password=password),
                log_level="critical",
                timeout_graceful_shutdown=1,
                ws="none",
            )
        )

    def run(self) -> None:
        """Serve until a signal ends it."""
        self._server.run(sockets=[self._socket])

    @contextmanager
    def running(self) -> Iterator[str]:
        """Serve in a thread meanwhile; gives the address."""
        thread = threading.Thread(target=self.run)
        thread.start()
        while not self._server.started and thread.is_alive():
            time.sleep(0.01)
        try:
            yield self.url
        finally:
            self._server.should_exit = True
            thread.join()
