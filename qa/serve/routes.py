"""The routes beside the chat: what the panel reads, a visitor's documents. Only routes import FastAPI."""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from datetime import datetime
from importlib.metadata import version
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, FastAPI, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.datastructures import URL
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.staticfiles import StaticFiles

from index.errors import IndexingError
from index.load.folders import SUFFIXES
from qa.errors import BusyError, QuestionAnsweringError, QuestionError, TooFastError, UploadError
from qa.page.export import as_html, as_json
from qa.page.quoting import Form, conversation_as_markdown, copied
from qa.page.rendering import linked
from qa.serve.error_lines import misshapen, told
from qa.serve.feedback import Feedback, FeedbackFile
from qa.serve.mentions import MOST
from qa.serve.metrics import CONTENT_TYPE
from qa.serve.operations import OPERATIONS, Operation, Programs
from qa.serve.picture_routes import picture_routes
from qa.serve.rate_limits import RateLimiter, caller
from qa.serve.sessions import Session, Sessions
from qa.serve.uploads import FORMATS, UploadLimits, safe_name
from qa.serve.workspace import Workspace
from qa.types import Answer

_KEPT_SECONDS = 365 * 24 * 3600
_LARGEST_BODY = 4_000_000
# Files that are parsed at once, each in a process that may take a gigabyte.
_ADDED_AT_ONCE = 4
_EXPORTS = {
    "html": (as_html, "text/html; charset=utf-8", "html"),
    "markdown": (conversation_as_markdown, "text/markdown; charset=utf-8", "md"),
    "json": (as_json, "application/json", "json"),
}
_STATUS = {BusyError: 503, TooFastError: 429, IndexingError: 500}


def application(
    workspace: Workspace,
    sessions: Sessions,
    limits: UploadLimits,
    feedback: FeedbackFile,
    programs: Programs,
    rate_limiter: RateLimiter,
) -> FastAPI:
    """The routes of a workspace, for its page and for programs; the page is mounted behind them."""
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

    mount_script(web)
    web.include_router(_for_operators(workspace, rate_limiter))
    web.include_router(_for_programs(programs))
    web.include_router(_for_the_page(workspace, sessions, limits, feedback, rate_limiter))
    return web


def _for_operators(workspace: Workspace, rate_limiter: RateLimiter) -> APIRouter:
    web = APIRouter(include_in_schema=False)

    @web.get("/healthz")
    async def _alive() -> dict[str, str]:
        return {"status": "alive"}

    @web.get("/readyz")
    def _ready() -> JSONResponse:
        try:
            workspace.index.check()
        except IndexingError as error:
            return JSONResponse({"status": told(error)}, status_code=503)
        return JSONResponse({"status": "ready"})

    @web.get("/metrics")
    def _metrics() -> Response:
        index = workspace.index
        counted = workspace.metrics.render(
            rate_limiter, documents=len(index.document_ids()), passages=len(index)
        )
        return Response(counted, media_type=CONTENT_TYPE)

    return web


def _for_programs(programs: Programs) -> APIRouter:
    api = APIRouter(prefix="/api", tags=["Quoth"])

    def post(operation: Operation) -> Callable[..., Awaitable[Any]]:
        async def run(given: operation.takes, request: Request) -> Any:  # type: ignore[name-defined] # noqa: ANN401
            return await programs.run(operation, given, request)

        return run

    for operation in OPERATIONS:
        api.post(
            f"/{operation.name}",
            name=operation.name,
            summary=operation.summary,
            response_model=operation.gives,
        )(post(operation))
    return api


def _for_the_page(
    workspace: Workspace,
    sessions: Sessions,
    limits: UploadLimits,
    feedback: FeedbackFile,
    rate_limiter: RateLimiter,
) -> APIRouter:
    web = APIRouter(prefix="/visit", include_in_schema=False)
    adding = asyncio.Semaphore(_ADDED_AT_ONCE)

    def visiting(request: Request, response: Response) -> Session:
        name = cookie_name(request.url)
        token, session = sessions.arrive(request.cookies.get(name), caller(request))
        lasting = _KEPT_SECONDS if session.kept and not session.shared else None
        response.set_cookie(name, token, httponly=True, samesite="strict", max_age=lasting)
        return session

    Visiting = Annotated[Session, Depends(visiting)]  # noqa: N806

    @web.get("/documents")
    def _documents(request: Request, session: Visiting) -> dict[str, Any]:
        given = {"limit": limits.file_megabytes, "formats": FORMATS, "suffixes": SUFFIXES}
        # Only who sits at this machine is told a path of it.
        at_hand = caller(request) in ("127.0.0.1", "::1") and "x-forwarded-for" not in request.headers
        return {
            **workspace.listing(session),
            **given,
            "folder": str(session.library.folder) if at_hand else "",
        }

    @web.get("/document")
    def _document(id: str, session: Visiting) -> dict[str, Any]:
        return workspace.read(id, session)

    web.include_router(picture_routes(workspace, visiting))

    # Counts for itself, to say the number.
    @web.put("/documents", max_body_size=sys.maxsize)
    async def _upload(name: str, request: Request, session: Visiting) -> dict[str, str]:
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
    def _remove(id: str, request: Request, session: Visiting) -> dict[str, Any]:
        workspace.remove(id, session)
        return _documents(request, session)

    @web.post("/choice")
    def _choose(id: str, asked: bool, request: Request, session: Visiting) -> dict[str, Any]:
        session.choice[id] = asked
        return _documents(request, session)

    @web.post("/only")
    def _only(request: Request, session: Visiting, id: str | None = None) -> dict[str, Any]:
        workspace.choose(session, None if id is None else [id])
        return _documents(request, session)

    @web.get("/overview")
    async def _overview(id: str, request: Request, session: Visiting) -> list[dict[str, str]]:
        found = await rate_limiter.run(caller(request), lambda: workspace.overview(id, session))
        return list(map(linked, found))

    @web.post("/keep")
    def _keep(kept: bool, request: Request, response: Response, session: Visiting) -> dict[str, Any]:
        session.keep(kept)
        visiting(request, response)  # again: the cookie lasts as long as the documents
        return _documents(request, session)

    @web.post("/leave")
    def _leave(request: Request) -> None:
        sessions.leave(request.cookies.get(cookie_name(request.url)))

    @web.get("/suggestions")
    async def _suggestions(id: str, request: Request, session: Visiting) -> list[str]:
        return await rate_limiter.run(caller(request), lambda: workspace.suggestions(id, session))

    @web.get("/conversations")
    def _conversations(session: Visiting) -> list[dict[str, Any]]:
        return [
            {"id": one.id, "begun": one.begun, "questions": [answer.question for answer in one.answers]}
            for one in session.conversations.all()
        ]

    @web.delete("/conversations")
    def _delete(id: str, session: Visiting) -> list[dict[str, Any]]:
        session.conversations.delete(id)
        return _conversations(session)

    @web.post("/conversations")
    def _bring_back(session: Visiting) -> list[dict[str, Any]]:
        session.conversations.bring_back()
        return _conversations(session)

    def turn_of(session: Session, conversation: str, turn: int) -> Answer:
        answers = session.conversations.get(conversation).answers
        if not 0 <= turn < len(answers):
            raise QuestionError(f"turn {turn}: there is no such answer in the conversation")
        return answers[turn]

    @web.get("/export")
    def _export(conversation: str, form: Literal["html", "markdown", "json"], session: Visiting) -> Response:
        write, kind, suffix = _EXPORTS[form]
        when = datetime.now().astimezone()
        content = write(session.conversations.get(conversation), when)
        attached = {"content-disposition": f'attachment; filename="conversation-{when:%Y-%m-%d}.{suffix}"'}
        return Response(content.encode("utf-8", "replace"), media_type=kind, headers=attached)

    @web.get("/copy")
    def _copy(conversation: str, turn: int, form: Form, session: Visiting) -> Response:
        words = copied(turn_of(session, conversation, turn), form)
        return Response(words.encode("utf-8", "replace"), media_type="text/plain; charset=utf-8")

    @web.get("/mentions")
    async def _mentions(conversation: str, turn: int, request: Request, session: Visiting) -> dict[str, Any]:
        words = turn_of(session, conversation, turn).short or ""
        found = await rate_limiter.run(
            caller(request), lambda: workspace.mentions(words, session) if words else []
        )
        return {"words": words, "places": list(map(linked, found)), "most": MOST}

    @web.post("/pin")
    def _pin(conversation: str, turn: int, place: int, session: Visiting) -> list[dict[str, str]]:
        answer = turn_of(session, conversation, turn)
        shown = (*answer.citations, *answer.closest)
        if not 0 <= place < len(shown):
            raise QuestionError(f"quote {place}: there is no such quote in the answer")
        pinned = session.conversations.get(conversation).pinning(shown[place])
        session.conversations.remember(pinned)
        return list(map(linked, pinned.pinned))

    @web.delete("/pin")
    def _unpin(conversation: str, place: int, session: Visiting) -> list[dict[str, str]]:
        held = session.conversations.get(conversation)
        for citation in held.pinned[place : place + 1]:
            session.conversations.remember(held.pinning(citation))
        return _pinned(conversation, session)

    @web.get("/pin")
    def _pinned(conversation: str, session: Visiting) -> list[dict[str, str]]:
        return list(map(linked, session.conversations.get(conversation).pinned))

    @web.post("/feedback")
    def _feedback(conversation: str, turn: int, said: Feedback, session: Visiting) -> dict[str, str]:
        answer, found = turn_of(session, conversation, turn), session.conversations.get(conversation)
        own = workspace.quotes_own(found.answers[: turn + 1], session)
        name = feedback.add(answer, found.history(turn), said, own=own)
        return {"file": f"feedback/{name}"}

    return web


def mount_script(web: FastAPI) -> None:
    """Serve the parts of the page's script."""
    web.mount("/visit/script", _Script(packages=[("qa.page", "script")]))


class _Script(StaticFiles):
    """The page's script. A browser asks each time whether it is still the same."""

    def file_response(self, *args: Any, **kwargs: Any) -> Response:  # noqa: ANN401 - as they are given
        response = super().file_response(*args, **kwargs)
        response.headers["cache-control"] = "no-cache"
        return response


def cookie_name(url: URL) -> str:
    """The name of the cookie with a session's secret: browsers do not tell servers of one machine apart."""
    return f"quoth-{url.port or 0}"
