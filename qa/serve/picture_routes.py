"""The routes of pages as pictures: a page, and where a range of the text stands on the pages."""

import asyncio
from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Depends, Response
from fastapi.concurrency import run_in_threadpool

from index.load.boxes import Box
from qa.serve.page_pictures import PagePictures
from qa.serve.sessions import Session
from qa.serve.workspace import Workspace


def picture_routes(workspace: Workspace, current: Callable[..., Session]) -> APIRouter:
    """Pages of the documents that a visitor may read; `current` gives the session of who asks."""
    web, pictures = APIRouter(), PagePictures()
    # Those who wait take up no thread.
    drawing = asyncio.Semaphore(1)
    Current = Annotated[Session, Depends(current)]  # noqa: N806

    @web.get("/boxes")
    def _boxes(id: str, start: int, end: int, session: Current) -> list[Box]:
        _, index = workspace.found(id, session)
        return index.document_boxes(id, start, end)

    @web.get("/picture")
    async def _picture(id: str, page: int, session: Current) -> Response:
        document, index = await run_in_threadpool(workspace.found, id, session)
        async with drawing:
            drawn = await run_in_threadpool(pictures.draw, document, index, page)
        # A visitor's documents outlive the visit nowhere, the browser's cache included.
        return Response(drawn, media_type="image/jpeg", headers={"cache-control": "no-store"})

    return web
