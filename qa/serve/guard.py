"""The door before every request: password, host and origin, which of gradio's routes are open, headers.

Plain ASGI, so that it stands before the page, the routes and the tools alike.
"""

import base64
import binascii
import contextlib
import hmac
import re
from collections.abc import Awaitable, Callable, MutableMapping
from ipaddress import IPv6Address
from typing import Any

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
# A name, an address or one of IPv6 in brackets, and a port: what is behind the guard fails on anything else.
_HOST = re.compile(r"(?:([\w.~-]+)|\[([0-9a-f:.]+)\])(?::(\d{1,5}))?", re.IGNORECASE | re.ASCII)
# What the chat and gradio_client need; files, uploads, proxies and the rest of gradio's routes are shut.
_OPEN = re.compile(
    r"/gradio_api/(info|openapi\.json|startup-events|theme\.css|app_id|reset|cancel"
    r"|queue/(join|data|status)|heartbeat/\w+|call/[\w/-]+|run/\w+|login_check)/?"
)
_SHUT = re.compile(r"/(login|logout|monitoring|svelte|custom_component|pwa_icon|file)\b")
# Gradio compiles its templates in the browser, hence eval; all that runs comes from this server.
_HEADERS = {
    "content-security-policy": "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; "
    "worker-src 'self' blob:; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}


class Guard:
    """Refuses what may not come in with one line; everything else goes to the app."""

    def __init__(self, app: App, *, host: str = "127.0.0.1", password: str | None = None) -> None:
        self._app = app
        self._local = host in _LOOPBACK
        self._password = password

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if refusal := self._refusal(scope):
            await _refuse(send, *refusal)
            return

        async def with_headers(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                given = {name.lower() for name, _ in message["headers"]}
                own = [(name.encode(), value.encode()) for name, value in _HEADERS.items()]
                message["headers"] = [*message["headers"], *(one for one in own if one[0] not in given)]
            await send(message)

        # What a server of gradio's own in front would say; nobody else may.
        scope["headers"] = [one for one in scope["headers"] if one[0].lower() != b"x-gradio-server"]
        await self._app(scope, receive, with_headers)

    def _refusal(self, scope: Scope) -> tuple[int, str, list[tuple[bytes, bytes]]] | None:
        headers = {
            name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]
        }
        host, origin, path = headers.get("host", ""), headers.get("origin"), scope["path"]
        named = _named(host)
        # A page elsewhere may have a name that leads here, or send a form here.
        if self._local and named not in _LOOPBACK:
            return 403, f"{host}: this server answers on this machine alone", []
        # A proxy names the server that was asked of it; the first of several.
        forwarded = headers.get("x-forwarded-host", "").partition(",")[0].strip()
        if (host and named is None) or (forwarded and _named(forwarded) is None):
            return 403, f"{host if named is None else forwarded}: not the name of a server", []
        if origin and origin != "null" and origin.partition("://")[2] != host:
            return 403, f"{origin}: another site may not ask this server", []
        if origin == "null" and scope["method"] not in {"GET", "HEAD"}:
            return 403, "a page without an origin may not ask this server", []
        # Whoever starts and ends servers asks these, and learns nothing of the documents.
        if path in {"/healthz", "/readyz"}:
            return None
        if self._password is not None and not self._is_let_in(headers.get("authorization", "")):
            return 401, "a password is needed", [(b"www-authenticate", b'Basic realm="Quoth"')]
        if (path.startswith("/gradio_api/") and not _OPEN.fullmatch(path)) or _SHUT.match(path):
            return 404, f"{path}: there is nothing here", []
        return None

    def _is_let_in(self, given: str) -> bool:
        kind, _, encoded = given.partition(" ")
        try:
            said = base64.b64decode(encoded, validate=True)
        except (binascii.Error, ValueError):
            return False
        return kind.lower() == "basic" and hmac.compare_digest(said, (self._password or "").encode())


def _named(host: str) -> str | None:
    """The server that a Host header names, without its port; None when the header is malformed."""
    found = _HOST.fullmatch(host)
    if found is None or int(found[3] or 0) > 65535:
        return None
    with contextlib.suppress(ValueError):
        return str(IPv6Address(found[2])) if found[2] else found[1].lower()
    return None


async def _refuse(send: Send, status: int, line: str, headers: list[tuple[bytes, bytes]]) -> None:
    kind = (b"content-type", b"text/plain; charset=utf-8")
    await send({"type": "http.response.start", "status": status, "headers": [kind, *headers]})
    await send({"type": "http.response.body", "body": f"{line}\n".encode("utf-8", "replace")})
