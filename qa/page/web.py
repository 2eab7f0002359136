"""The routes beside the chat; the only importer of FastAPI."""

from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from index.errors import IndexingError
from qa.errors import QuestionAnsweringError
from qa.page.desk import Desk


def application(desk: Desk) -> FastAPI:
    """The routes of a desk; the page is mounted behind them."""
    web = FastAPI(title="Quoth", docs_url=None, redoc_url=None, openapi_url=None)

    @web.exception_handler(QuestionAnsweringError)
    @web.exception_handler(IndexingError)
    def _refused(_: Request, error: Exception) -> JSONResponse:
        return JSONResponse({"detail": one_line(error)}, status_code=400)

    @web.get("/visit/documents")
    def _documents() -> dict[str, Any]:
        return desk.listing()

    @web.get("/visit/document")
    def _document(id: str) -> dict[str, Any]:
        return desk.read(id)

    return web


def one_line(error: Exception) -> str:
    """An error's message on one line."""
    return " ".join(str(error).split())
