"""The routes beside the chat, for operators, programs and the page. Only routes import FastAPI."""

from collections.abc import Awaitable, Callable
from importlib.metadata import version
from typing import Any

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.datastructures import URL
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.staticfiles import StaticFiles

from index.errors import IndexingError
from qa.errors import BusyError, QuestionAnsweringError, TooFastError
from qa.serve.conversation_routes import conversation_routes
from qa.serve.document_routes import document_routes
from qa.serve.error_lines import misshapen, told
from qa.serve.feedback import FeedbackFile
from qa.serve.metrics import CONTENT_TYPE
from qa.serve.operations import OPERATIONS, Operation, Programs
from qa.serve.picture_routes import picture_routes
from qa.serve.rate_limits import RateLimiter, caller
from qa.serve.sessions import Session, Sessions
from qa.serve.uploads import UploadLimits
from qa.serve.workspace import Workspace

_KEPT_SECONDS = 365 * 24 * 3600
_LARGEST_BODY = 4_000_000
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
    web = APIRouter(prefix="/session", include_in_schema=False)

    def current(request: Request, response: Response) -> Session:
        name = cookie_name(request.url)
        token, session = sessions.arrive(request.cookies.get(name), caller(request))
        lasting = _KEPT_SECONDS if session.kept and not session.shared else None
        response.set_cookie(name, token, httponly=True, samesite="strict", max_age=lasting)
        return session

    @web.post("/leave")
    def _leave(request: Request) -> None:
        sessions.leave(request.cookies.get(cookie_name(request.url)))

    web.include_router(document_routes(workspace, limits, rate_limiter, current))
    web.include_router(picture_routes(workspace, current))
    web.include_router(conversation_routes(workspace, feedback, rate_limiter, current))
    return web


def mount_script(web: FastAPI) -> None:
    """Serve the parts of the page's script."""
    web.mount("/session/script", _Script(packages=[("qa.page", "script")]))


class _Script(StaticFiles):
    """The page's script. A browser asks each time whether it is still the same."""

    def file_response(self, *args: Any, **kwargs: Any) -> Response:  # noqa: ANN401 - as they are given
        response = super().file_response(*args, **kwargs)
        response.headers["cache-control"] = "no-cache"
        return response


def cookie_name(url: URL) -> str:
    """The name of the cookie with a session's secret: browsers do not tell servers of one machine apart."""
    return f"quoth-{url.port or 0}"
