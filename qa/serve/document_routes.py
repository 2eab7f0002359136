"""The routes of the documents that a session has: listing, reading, adding, removing and choosing them."""

import asyncio
import sys
from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.concurrency import run_in_threadpool

from index.load.folders import SUFFIXES
from qa.errors import UploadError
from qa.page.rendering import linked
from qa.serve.rate_limits import RateLimiter, caller
from qa.serve.sessions import Session
from qa.serve.uploads import FORMATS, UploadLimits, safe_name
from qa.serve.workspace import Workspace

# Files that are parsed at once, each in a process that may take a gigabyte.
_ADDED_AT_ONCE = 4


def document_routes(
    workspace: Workspace, limits: UploadLimits, rate_limiter: RateLimiter, current: Callable[..., Session]
) -> APIRouter:
    """Documents of the server and own ones; `current` gives the session of who asks."""
    web = APIRouter()
    adding = asyncio.Semaphore(_ADDED_AT_ONCE)
    Current = Annotated[Session, Depends(current)]  # noqa: N806

    @web.get("/documents")
    def _documents(request: Request, session: Current) -> dict[str, Any]:
        given = {"limit": limits.file_megabytes, "formats": FORMATS, "suffixes": SUFFIXES}
        # Only who sits at this machine is told a path of it.
        at_hand = caller(request) in ("127.0.0.1", "::1") and "x-forwarded-for" not in request.headers
        return {
            **workspace.listing(session),
            **given,
            "folder": str(session.library.folder) if at_hand else "",
        }

    @web.get("/document")
    def _document(id: str, session: Current) -> dict[str, Any]:
        return workspace.read(id, session)

    # Counts for itself, to say the number.
    @web.put("/documents", max_body_size=sys.maxsize)
    async def _upload(name: str, request: Request, session: Current) -> dict[str, str]:
        name = safe_name(name)
        too_large = UploadError(f"{name}: more than {limits.file_megabytes} MB, the most; split it up")
        if int(request.headers.get("content-length") or 0) > limits.file_bytes:
            raise too_large
        with session.receiving(name) as file:
            with file.open("wb") as stream:
                async for chunk in request.stream():
                    if stream.tell() + len(chunk) > limits.file_bytes:
                        raise too_large
                    stream.write(chunk)
            # The file is parsed there, which may take a minute.
            async with adding:
                added = await run_in_threadpool(session.library.add, name, file, taken=workspace.holds)
            return {"id": added}

    @web.delete("/documents")
    def _remove(id: str, request: Request, session: Current) -> dict[str, Any]:
        workspace.remove(id, session)
        return _documents(request, session)

    @web.post("/choice")
    def _choose(id: str, asked: bool, request: Request, session: Current) -> dict[str, Any]:
        session.choice[id] = asked
        return _documents(request, session)

    @web.post("/only")
    def _only(request: Request, session: Current, id: str | None = None) -> dict[str, Any]:
        workspace.choose(session, None if id is None else [id])
        return _documents(request, session)

    @web.get("/overview")
    async def _overview(id: str, request: Request, session: Current) -> list[dict[str, str]]:
        found = await rate_limiter.run(caller(request), lambda: workspace.overview(id, session))
        return list(map(linked, found))

    @web.post("/keep")
    def _keep(kept: bool, request: Request, response: Response, session: Current) -> dict[str, Any]:
        session.keep(kept)
        current(request, response)  # again: the cookie lasts as long as the documents
        return _documents(request, session)

    @web.get("/suggestions")
    async def _suggestions(id: str, request: Request, session: Current) -> list[str]:
        return await rate_limiter.run(caller(request), lambda: workspace.suggestions(id, session))

    return web
