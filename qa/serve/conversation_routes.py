"""The routes of a session's conversations: listing, exporting, copying, pinning quotes, and feedback."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Request, Response

from qa.errors import QuestionError
from qa.page.export import as_html, as_json
from qa.page.quoting import Form, conversation_as_markdown, copied
from qa.page.rendering import linked
from qa.serve.feedback import Feedback, FeedbackFile
from qa.serve.mentions import MOST
from qa.serve.rate_limits import RateLimiter, caller
from qa.serve.sessions import Session
from qa.serve.workspace import Workspace
from qa.types import Answer

_EXPORTS = {
    "html": (as_html, "text/html; charset=utf-8", "html"),
    "markdown": (conversation_as_markdown, "text/markdown; charset=utf-8", "md"),
    "json": (as_json, "application/json", "json"),
}


def conversation_routes(
    workspace: Workspace, feedback: FeedbackFile, rate_limiter: RateLimiter, current: Callable[..., Session]
) -> APIRouter:
    """Conversations of one visitor; `current` gives the session of who asks."""
    web = APIRouter()
    Current = Annotated[Session, Depends(current)]  # noqa: N806

    @web.get("/conversations")
    def _conversations(session: Current) -> list[dict[str, Any]]:
        return [
            {"id": one.id, "begun": one.begun, "questions": [answer.question for answer in one.answers]}
            for one in session.conversations.all()
        ]

    @web.delete("/conversations")
    def _delete(id: str, session: Current) -> list[dict[str, Any]]:
        session.conversations.delete(id)
        return _conversations(session)

    @web.post("/conversations")
    def _bring_back(session: Current) -> list[dict[str, Any]]:
        session.conversations.bring_back()
        return _conversations(session)

    def turn_of(session: Session, conversation: str, turn: int) -> Answer:
        answers = session.conversations.get(conversation).answers
        if not 0 <= turn < len(answers):
            raise QuestionError(f"turn {turn}: there is no such answer in the conversation")
        return answers[turn]

    @web.get("/export")
    def _export(conversation: str, form: Literal["html", "markdown", "json"], session: Current) -> Response:
        write, kind, suffix = _EXPORTS[form]
        when = datetime.now().astimezone()
        content = write(session.conversations.get(conversation), when)
        attached = {"content-disposition": f'attachment; filename="conversation-{when:%Y-%m-%d}.{suffix}"'}
        return Response(content.encode("utf-8", "replace"), media_type=kind, headers=attached)

    @web.get("/copy")
    def _copy(conversation: str, turn: int, form: Form, session: Current) -> Response:
        words = copied(turn_of(session, conversation, turn), form)
        return Response(words.encode("utf-8", "replace"), media_type="text/plain; charset=utf-8")

    @web.get("/mentions")
    async def _mentions(conversation: str, turn: int, request: Request, session: Current) -> dict[str, Any]:
        words = turn_of(session, conversation, turn).short or ""
        found = await rate_limiter.run(
            caller(request), lambda: workspace.mentions(words, session) if words else []
        )
        return {"words": words, "places": list(map(linked, found)), "most": MOST}

    @web.post("/pin")
    def _pin(conversation: str, turn: int, place: int, session: Current) -> list[dict[str, str]]:
        answer = turn_of(session, conversation, turn)
        shown = (*answer.citations, *answer.closest)
        if not 0 <= place < len(shown):
            raise QuestionError(f"quote {place}: there is no such quote in the answer")
        pinned = session.conversations.get(conversation).pinning(shown[place])
        session.conversations.remember(pinned)
        return list(map(linked, pinned.pinned))

    @web.delete("/pin")
    def _unpin(conversation: str, place: int, session: Current) -> list[dict[str, str]]:
        held = session.conversations.get(conversation)
        for citation in held.pinned[place : place + 1]:
            session.conversations.remember(held.pinning(citation))
        return _pinned(conversation, session)

    @web.get("/pin")
    def _pinned(conversation: str, session: Current) -> list[dict[str, str]]:
        return list(map(linked, session.conversations.get(conversation).pinned))

    @web.post("/feedback")
    def _feedback(conversation: str, turn: int, said: Feedback, session: Current) -> dict[str, str]:
        answer, found = turn_of(session, conversation, turn), session.conversations.get(conversation)
        own = workspace.quotes_own(found.answers[: turn + 1], session)
        name = feedback.add(answer, found.history(turn), said, own=own)
        return {"file": f"feedback/{name}"}

    return web
