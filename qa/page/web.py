"""The routes beside the chat: what the panel reads, a visitor's documents. The only importer of FastAPI."""

import contextlib
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Request, Response
from fastapi.datastructures import URL
from fastapi.responses import JSONResponse

from index.errors import IndexingError
from qa.errors import QuestionAnsweringError, UploadError
from qa.page.desk import Desk
from qa.page.library import UploadLimits, safe_name
from qa.page.visits import Visit, Visits

_KEPT_SECONDS = 365 * 24 * 3600
_LARGEST_BODY = 1_000_000


def application(desk: Desk, visits: Visits, limits: UploadLimits) -> FastAPI:
    """The routes of a desk; the page is mounted behind them."""
    web = FastAPI(title="Quoth", docs_url=None, redoc_url=None, openapi_url=None, max_body_size=_LARGEST_BODY)

    @web.exception_handler(QuestionAnsweringError)
    @web.exception_handler(IndexingError)
    def _refused(_: Request, error: Exception) -> JSONResponse:
        return JSONResponse({"detail": one_line(error)}, status_code=400)

    def visiting(request: Request, response: Response) -> Visit:
        name = cookie_name(request.url)
        token = request.cookies.get(name)
        visit = visits.find(token)
        if token is None or visit is None:
            token, visit = visits.begin()
        lasting = _KEPT_SECONDS if visit.kept and not visit.shared else None
        response.set_cookie(name, token, httponly=True, samesite="strict", max_age=lasting)
        return visit

    Visiting = Annotated[Visit, Depends(visiting)]  # noqa: N806

    @web.get("/visit/documents")
    def _documents(visit: Visiting) -> dict[str, Any]:
        return {**desk.listing(visit), "limit": limits.file_megabytes}

    @web.get("/visit/document")
    def _document(id: str, visit: Visiting) -> dict[str, Any]:
        return desk.read(id, visit)

    # Counts for itself, to say the number.
    @web.put("/visit/documents", max_body_size=sys.maxsize)
    async def _upload(name: str, request: Request, visit: Visiting) -> dict[str, str]:
        name = safe_name(name)
        too_large = UploadError(f"{name}: more than {limits.file_megabytes} MB, the most; split it up")
        if int(request.headers.get("content-length") or 0) > limits.file_bytes:
            raise too_large
        with _receiving(visit.library.folder) as file:
            with file.open("wb") as stream:
                async for chunk in request.stream():
                    if stream.tell() + len(chunk) > limits.file_bytes:
                        raise too_large
                    stream.write(chunk)
            return {"id": visit.library.add(name, file, taken=desk.holds)}

    @web.delete("/visit/documents")
    def _remove(id: str, visit: Visiting) -> dict[str, Any]:
        visit.library.remove(id)
        visit.left_out.discard(id)
        return _documents(visit)

    @web.post("/visit/choice")
    def _choose(id: str, asked: bool, visit: Visiting) -> dict[str, Any]:
        (visit.left_out.discard if asked else visit.left_out.add)(id)
        return _documents(visit)

    @web.post("/visit/keep")
    def _keep(kept: bool, request: Request, response: Response, visit: Visiting) -> dict[str, Any]:
        visit.keep(kept)
        visiting(request, response)  # again: the cookie lasts as long as the documents
        return _documents(visit)

    @web.post("/visit/leave")
    def _leave(request: Request) -> None:
        visits.leave(request.cookies.get(cookie_name(request.url)))

    return web


def cookie_name(url: URL) -> str:
    """The name of the cookie with a visit's secret: browsers do not tell servers of one machine apart."""
    return f"quoth-{url.port or 0}"


def one_line(error: Exception) -> str:
    """An error's message on one line."""
    return " ".join(str(error).split())


@contextlib.contextmanager
def _receiving(folder: Path) -> Iterator[Path]:
    """A file for what is being received, in the visit's folder so that it goes with it; see Library.add."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder) as incoming:
        yield Path(incoming) / "received"
