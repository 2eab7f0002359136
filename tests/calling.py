"""Calls of a served page: coroutines beside a browser's loop, and the Model Context Protocol by hand."""

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import httpx

T = TypeVar("T")


def run(coroutine: Coroutine[Any, Any, T]) -> T:
    """In a thread of its own: the browser's tests hold a loop in this one."""
    with ThreadPoolExecutor(1) as apart:
        return apart.submit(asyncio.run, coroutine).result()


def call(client: httpx.Client, tool: str, **arguments: object) -> dict[str, Any]:
    """The result of a tool, by the protocol itself; no client stands between that would check it first."""
    given = {"jsonrpc": "2.0", "id": 1, "method": "tools/call"}
    reply = client.post(
        "mcp",
        json={**given, "params": {"name": tool, "arguments": arguments}},
        headers={"accept": "application/json, text/event-stream"},
    )
    result: dict[str, Any] = reply.raise_for_status().json()["result"]
    return result
