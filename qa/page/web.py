"""The routes beside the chat: what the panel reads, a visitor's documents. The only importer of FastAPI."""

import asyncio
import sys
from importlib.metadata import version
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, FastAPI, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.datastructures import URL
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse

from index.errors import IndexingError
from qa.errors import BusyError, QuestionAnsweringError, QuestionError, TooFastError, UploadError
from qa.page.desk import Desk
from qa.page.export import as_html, as_json
from qa.page.feedback import Feedback, FeedbackFile
from qa.page.library import UploadLimits, safe_name
from qa.page.limits import Turnstile, caller
from qa.page.programs import Answers, Hit, Programs, Query, Question, Verdict, Words
from qa.page.refusals import misshapen, told
from qa.page.visits import Visit, Visits
from qa.types import Answer, Citation

_KEPT_SECONDS = 365 * 24 * 3600
_LARGEST_BODY = 4_000_000
# Files that are parsed at once, each in a process that may take a gigabyte.
_ADDED_AT_ONCE = 4
_STATUS = {BusyError: 503, TooFastError: 429, IndexingError: 500}


def application(
    desk: Desk,
    visits: Visits,
    limits: UploadLimits,
    feedback: FeedbackFile,
    asked: Programs,
    turnstile: Turnstile,
) -> FastAPI:
    """The routes of a desk, for its page and for programs; the page is mounted behind them."""
    web = FastAPI(
        title="Quoth", version=version("quoth"), docs_url=None, redoc_url=None,
        openapi_url="/api/openapi.json",
        description="Every answer quotes the documents that this server serves, to the character.",
        max_body_size=_LARGEST_BODY,
    )  # fmt: skip

    @web.exception_handler(QuestionAnsweringError)
    @web.exception_handler(IndexingError)
    def _refused(_: Request, error: Exception) -> JSONResponse:
        status = next((code for kind, code in _STATUS.items() if isinstance(error, kind)), 400)
        wait = {"retry-after": "5"} if status in (429, 503) else None
        return JSONResponse({"detail": told(error)}, status_code=status, headers=wait)

    @web.exception_handler(RequestValidationError)
    def _misshapen(_: Request, error: RequestValidationError) -> JSONResponse:
        first = error.errors()[0]
        # Its place begins with the part of the request that it is in.
        return JSONResponse({"detail": misshapen({**first, "loc": first["loc"][1:]})}, status_code=400)

    web.include_router(_for_programs(asked))
    web.include_router(_for_the_page(desk, visits, limits, feedback, turnstile))
    return web


def _for_programs(asked: Programs) -> APIRouter:
    api = APIRouter(prefix="/api", tags=["Quoth"])

    @api.post("/ask", summary=Programs.ask.__doc__)
    async def ask(given: Question, request: Request) -> Answer:
        return await asked.ask(given, caller(request))

    @api.post("/search", summary=Programs.search.__doc__)
    async def search(given: Query, request: Request) -> list[Hit]:
        return await asked.search(given, caller(request))

    @api.post("/quote", summary=Programs.quote.__doc__)
    async def quote(given: Words, request: Request) -> list[Citation]:
        return await asked.quote(given, caller(request))

    @api.post("/verify", summary=Programs.verify.__doc__)
    async def verify(given: Answers, request: Request) -> Verdict:
        return await asked.verify(given, caller(request))

    return api


def _for_the_page(
    desk: Desk, visits: Visits, limits: UploadLimits, feedback: FeedbackFile, turnstile: Turnstile
) -> APIRouter:
    web = APIRouter(prefix="/visit", include_in_schema=False)
    adding = asyncio.Semaphore(_ADDED_AT_ONCE)

    def visiting(request: Request, response: Response) -> Visit:
        name = cookie_name(request.url)
        token, visit = visits.arrive(request.cookies.get(name), caller(request))
        lasting = _KEPT_SECONDS if visit.kept and not visit.shared else None
        response.set_cookie(name, token, httponly=True, samesite="strict", max_age=lasting)
        return visit

    Visiting = Annotated[Visit, Depends(visiting)]  # noqa: N806

    @web.get("/documents")
    def _documents(visit: Visiting) -> dict[str, Any]:
        return {**desk.listing(visit), "limit": limits.file_megabytes}

    @web.get("/document")
    def _document(id: str, visit: Visiting) -> dict[str, Any]:
        return desk.read(id, visit)

    # Counts for itself, to say the number.
    @web.put("/documents", max_body_size=sys.maxsize)
    async def _upload(name: str, request: Request, visit: Visiting) -> dict[str, str]:
        name = safe_name(name)
        too_large = UploadError(f"{name}: more than {limits.file_megabytes} MB, the most; split it up")
        if int(request.headers.get("content-length") or 0) > limits.file_bytes:
            raise too_large
        with visit.receiving(name) as file:
            with file.open("wb") as stream:
                async for chunk in request.stream():
                    if stream.tell() + len(chunk) > limits.file_bytes:
                        raise too_large
                    stream.write(chunk)
            # The file is parsed there, which may take a minute.
            async with adding:
                added = await run_in_threadpool(visit.library.add, name, file, taken=desk.holds)
            return {"id": added}

    @web.delete("/documents")
    def _remove(id: str, visit: Visiting) -> dict[str, Any]:
        visit.library.remove(id)
        visit.left_out.discard(id)
        return _documents(visit)

    @web.post("/choice")
    def _choose(id: str, asked: bool, visit: Visiting) -> dict[str, Any]:
        (visit.left_out.discard if asked else visit.left_out.add)(id)
        return _documents(visit)

    @web.post("/keep")
    def _keep(kept: bool, request: Request, response: Response, visit: Visiting) -> dict[str, Any]:
        visit.keep(kept)
        visiting(request, response)  # again: the cookie lasts as long as the documents
        return _documents(visit)

    @web.post("/leave")
    def _leave(request: Request) -> None:
        visits.leave(request.cookies.get(cookie_name(request.url)))

    @web.get("/suggestions")
    async def _suggestions(id: str, request: Request, visit: Visiting) -> list[str]:
        return await turnstile.run(caller(request), lambda: desk.suggestions(id, visit))

    @web.get("/export")
    def _export(talk: str, form: Literal["json", "html"], visit: Visiting) -> Response:
        answers = visit.talk(talk).answers
        content = as_json(answers) if form == "json" else as_html(answers)
        attached = {"content-disposition": f'attachment; filename="conversation.{form}"'}
        kind = "application/json" if form == "json" else "text/html; charset=utf-8"
        return Response(content, media_type=kind, headers=attached)

    @web.post("/feedback")
    def _feedback(talk: str, turn: int, said: Feedback, visit: Visiting) -> dict[str, str]:
        found = visit.talk(talk)
        if not 0 <= turn < len(found.answers):
            raise QuestionError(f"turn {turn}: there is no such answer in the conversation")
        own = desk.quotes_own(found.answers[: turn + 1], visit)
        name = feedback.add(found.answers[turn], found.history(turn), said, own=own)
        return {"file": f"feedback/{name}"}

    return web


def cookie_name(url: URL) -> str:
    """The name of the cookie with a visit's secret: browsers do not tell servers of one machine apart."""
    return f"quoth-{url.port or 0}"
