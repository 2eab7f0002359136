"""Ask a language model at an address that speaks OpenAI's protocol; the only importer of the HTTP client.

Nothing is sent before the first question, and only to the address that was given.
"""

import ipaddress
import json
import queue
import time
from collections.abc import AsyncIterator, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from qa.errors import WriterError

if TYPE_CHECKING:
    from concurrent.futures import Future

    from httpx2 import Response

Message = Mapping[str, str]

# Seconds after which a caller that waits is asked whether it still wants what comes.
_TICK = 0.2
# More than a thousand times what is asked for.
_MOST_CHARACTERS = 2_000_000
_MOST_TOKENS = 512
_REPLY_SHOWN = 120


class Endpoint:
    """A model at an address. May be used from many threads at once.

    `url` is the server's, with or without "/v1". `key` is sent to it and shown nowhere. An answer that takes
    more than `seconds` altogether is given up.
    """

    def __init__(self, url: str, model: str, *, key: str = "", seconds: float = 120.0) -> None:
        address = urlsplit(url)
        try:
            self._host, port = address.hostname or "", address.port
        except ValueError:
            self._host, port = "", None
        if address.scheme not in {"http", "https"} or not self._host or port == 0:
            raise WriterError(f"--llm {url}: not an address; give one such as http://localhost:11434/v1")
        if address.username or address.password:
            raise WriterError("--llm: the address holds a password; give it in $QUOTH_LLM_KEY")
        if not model.strip():
            raise WriterError("--llm-model: no model is named; name one that the server has")
        path = address.path.rstrip("/") or "/v1"
        self.url = f"{address.scheme}://{address.netloc}{path}"
        self.model = model
        self.seconds = seconds
        self._key = key

    @property
    def sent_to(self) -> str:
        """The host to which questions and sentences go, "" where it is this machine."""
        try:
            is_here = ipaddress.ip_address(self._host).is_loopback
        except ValueError:
            is_here = self._host == "localhost" or self._host.endswith(".localhost")
        return "" if is_here else self._host

    def stream(self, messages: Sequence[Message]) -> Generator[str]:
        """What the model says to some messages, piece by piece; "" while nothing comes.

        Closing the iterator ends the request. Raises WriterError, one line for a person.
        """
        try:
            from anyio.from_thread import start_blocking_portal
            from httpx2 import HTTPError
        except ImportError as error:
            raise WriterError(
                "a language model needs the package httpx2; get it with: pip install 'quoth[llm]'"
            ) from error
        pieces: queue.SimpleQueue[str] = queue.SimpleQueue()
        with start_blocking_portal() as portal, self._said_plainly(HTTPError):
            reading = portal.start_task_soon(self._read, messages, pieces)
            try:
                yield from _until_done(reading, pieces, self.seconds)
            finally:
                reading.cancel()

    @contextmanager
    def _said_plainly(self, foreign: type[Exception]) -> Iterator[None]:
        """Errors of the client as WriterError."""
        try:
            yield
        except TimeoutError as error:
            raise WriterError(
                f"{self.url}: the language model took more than {self.seconds:g} s and was given up"
            ) from error
        except (foreign, OSError) as error:
            raise WriterError(
                f"{self.url}: the language model is away ({self._shown(str(error) or type(error).__name__)})"
            ) from error

    async def _read(self, messages: Sequence[Message], pieces: "queue.SimpleQueue[str]") -> None:
        import httpx2

        headers = {"authorization": f"Bearer {self._key}"} if self._key else {}
        asked = {
            "model": self.model,
            "messages": list(messages),
            "stream": True,
            "temperature": 0.0,
            "max_tokens": _MOST_TOKENS,
        }
        # No proxy stands between a machine and itself; the time is bounded as a whole.
        async with (
            httpx2.AsyncClient(trust_env=bool(self.sent_to), timeout=None) as client,
            client.stream("POST", f"{self.url}/chat/completions", json=asked, headers=headers) as response,
        ):
            if response.status_code != 200:
                await self._refuse(response)
            async for piece in self._pieces(response):
                pieces.put(piece)

    async def _refuse(self, response: "Response") -> None:
        """Say what a server answers with another status than 200."""
        said = ""
        async for chunk in response.aiter_text():
            said += chunk
            if len(said) > _REPLY_SHOWN:
                break
        raise WriterError(
            f"{self.url}: the language model's server answers with status {response.status_code} "
            f"({self._shown(said)})"
        )

    async def _pieces(self, response: "Response") -> AsyncIterator[str]:
        """The pieces of a stream of events, or the whole of a reply that is none."""
        if "event-stream" not in response.headers.get("content-type", ""):
            yield self._content("".join([line async for line in self._lines(response)]), "message")
            return
        async for line in self._lines(response):
            name, _, value = line.partition(":")
            if name == "data" and value.strip() == "[DONE]":
                return
            if name == "data":
                yield self._content(value, "delta")

    async def _lines(self, response: "Response") -> AsyncIterator[str]:
        """The lines of a reply; an endless one is not gathered for ever."""
        held, taken = "", 0
        async for chunk in response.aiter_text():
            taken += len(chunk)
            if taken > _MOST_CHARACTERS:
                raise WriterError(f"{self.url}: the language model does not come to an end")
            *lines, held = (held + chunk).split("\n")
            for line in lines:
                yield line.rstrip("\r")
        if held:
            yield held

    def _content(self, text: str, part: str) -> str:
        """The words in one object of the protocol."""
        try:
            said: Any = json.loads(text)
            if "error" in said:
                raise WriterError(
                    f"{self.url}: the language model's server says: {self._shown(said['error'])}"
                )
            content = said["choices"][0][part].get("content") if said["choices"] else ""
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
            raise WriterError(
                f"{self.url}: the reply is not in the form of OpenAI's protocol: {self._shown(text)!r}"
            ) from error
        return content if isinstance(content, str) else ""

    def _shown(self, said: object) -> str:
        """The beginning of what a server says, on one line and without the key."""
        text = str(said.get("message", said) if isinstance(said, dict) else said)
        hidden = text.replace(self._key, "…") if self._key else text
        return " ".join(hidden.split())[:_REPLY_SHOWN]


def _until_done(reading: "Future[None]", pieces: "queue.SimpleQueue[str]", seconds: float) -> Iterator[str]:
    """What is read until its end, and "" in between; TimeoutError when that takes too long."""
    latest = time.monotonic() + seconds
    while not (reading.done() and pieces.empty()):
        left = latest - time.monotonic()
        if left <= 0:
            raise TimeoutError
        try:
            yield pieces.get(timeout=0 if reading.done() else min(_TICK, left))
        except queue.Empty:
            yield ""
    reading.result()
