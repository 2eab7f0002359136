"""The web page: a chat beside its source, and two API endpoints. It wires and renders; `qa` answers.

`python app.py [SOURCE]...` serves it with the usual settings; `quoth chat` has options.
"""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

# Before gradio is imported: it would report its use and keep notes on the last ten thousand questions for a
# monitor that is not shown, and its client would ask a model hub.
os.environ.update(GRADIO_ANALYTICS_ENABLED="False", GRADIO_ANALYTICS_MAX_EVENTS="1", HF_HUB_OFFLINE="1")

import gradio as gr
from fastapi import FastAPI
from gradio.block_function import BlockFunction
from gradio.events import api
from pydantic_core import to_jsonable_python

from index.cache import cache_folder
from index.index import Index
from index.store.protocol import SearchIndex
from index.text.surrogates import encodable
from qa.answer.writing import Show, Writes
from qa.language.foreign import is_foreign, load
from qa.page import parts, rendering
from qa.page.conversation import Conversation
from qa.serve import upload_folders
from qa.serve.build_threads import Builders
from qa.serve.error_lines import ERRORS, told
from qa.serve.feedback import FeedbackFile
from qa.serve.growing import Growing
from qa.serve.mcp_tools import Tools
from qa.serve.operations import OPERATIONS, Operation, Programs
from qa.serve.rate_limits import AskLimits, RateLimiter, caller
from qa.serve.routes import application, cookie_name
from qa.serve.server import Server, Serving
from qa.serve.sessions import Session, Sessions
from qa.serve.sleeping_queue import wake_on_push
from qa.serve.uploads import Library, UploadLimits
from qa.serve.workspace import Workspace

# Conversations that are remembered, the last used ones, at about 30 KiB each. A program that calls the page's
# API without gradio's client begins a new one with each question.
_CONVERSATIONS = 1000


class _Page(gr.Blocks):
    """A page whose endpoints may be called with fewer values than they take, as before some were added."""

    def validate_inputs(self, block_fn: BlockFunction, inputs: list[Any]) -> None:
        inputs += [getattr(block, "value", None) for block in block_fn.inputs[len(inputs) :]]
        super().validate_inputs(block_fn, inputs)


def build(
    workspace: Workspace,
    sessions: Sessions,
    uploads: UploadLimits,
    feedback: FeedbackFile,
    *,
    rate_limiter: RateLimiter | None = None,
    mcp: bool = False,
) -> FastAPI:
    """The page of a workspace and its routes; `mcp` adds the tools."""
    rate_limiter = rate_limiter or RateLimiter(AskLimits())
    programs = Programs(workspace, rate_limiter)

    async def answered(
        question: str,
        conversation: Conversation,
        session: Session | None,
        request: gr.Request,
        place: int | None = None,
        threshold: float | None = None,
        *,
        alone: bool = False,
        show: Show | None = None,
    ) -> tuple[Conversation, list[gr.ChatMessage]]:
        """The conversation with one more answer, or one in the place of another, and as it is shown.

        `alone` has it answered without the conversation before it.
        """
        history = () if alone else conversation.history(place)
        try:
            answer = await rate_limiter.run(
                caller(request),
                lambda: workspace.ask(question, history, threshold=threshold, session=session, show=show),
            )
        except ERRORS as error:
            return conversation, shown(conversation, session) + _exchange(
                question, rendering.problem(told(error))
            )
        workspace.metrics.count(answer)
        said = newest(conversation, session).having(answer, place)
        if session:
            session.conversations.remember(said)
        return said, shown(said, session)

    def visitor(request: gr.Request) -> Session | None:
        return sessions.find(request.cookies.get(cookie_name(request.url)))

    def newest(conversation: Conversation, session: Session | None) -> Conversation:
        return session.conversations.newest(conversation) if session else conversation

    async def respond(
        question: str,
        conversation: Conversation | None,
        writes: bool,
        place: float | None,
        request: gr.Request,
    ) -> AsyncIterator[Any]:
        """Answer a question; `place` is that of an earlier one which it replaces."""
        session = visitor(request)
        conversation = newest(conversation or Conversation(), session)
        replaced = None if place is None else int(place)
        kept = conversation.until(replaced)
        yield shown(kept, session) + _exchange(question, parts.WAITING), "", kept
        if kept.id != conversation.id:
            conversation, replaced = kept, None
        # The box is left alone: the next question may be in it.
        growing = Growing()
        show = growing.show if writes and workspace.writer else None
        asking = asyncio.ensure_future(
            answered(question, conversation, session, request, replaced, show=show)
        )
        async for so_far in growing.until(asking):
            yield shown(conversation.having(so_far, replaced), session), gr.skip(), conversation
        conversation, messages = await asking
        yield messages, gr.skip(), conversation

    async def act(conversation: Conversation | None, event: gr.EventData, request: gr.Request) -> Any:  # noqa: ANN401
        """What the page's script asks for: a conversation, a new one, or another answer to a question."""
        given, session = event._data, visitor(request)
        if given["act"] in ("guess", "alone") and conversation:
            conversation, place = newest(conversation, session), given["turn"]
            question, alone = conversation.answers[place].question, given["act"] == "alone"
            conversation, messages = await answered(
                question, conversation, session, request, place, None if alone else 0.0, alone=alone
            )
            return messages, conversation
        # None asks for the last one, "" for a new one.
        held = session.conversations.all() if session and given["conversation"] != "" else []
        wanted = [one for one in held if one.id == given["conversation"]] or held
        return (shown(wanted[0], session), wanted[0]) if wanted else ([], None)

    def shown(conversation: Conversation, session: Session | None) -> list[gr.ChatMessage]:
        many = workspace.listing(session)["total"] > 1
        messages = []
        for place, answer in enumerate(conversation.answers):
            key, foreign = f"{conversation.id}-{place}", is_foreign(answer.question)
            reply = rendering.render(answer, name_documents=many, key=key, foreign=foreign)
            if workspace.quotes_own(conversation.answers[: place + 1], session):
                reply = f'<div class="q-own">{reply}</div>'
            messages += _exchange(answer.question, reply)
        return messages

    def endpoint(operation: Operation) -> Callable[..., Awaitable[Any]]:
        async def call(given: dict[str, Any], request: gr.Request) -> Any:  # noqa: ANN401
            with _said_as_error():
                return to_jsonable_python(await programs.run(operation, given, request))

        return operation.taking_each(call, gr.Request, in_json=True)

    page: gr.Blocks
    with _Page(title="Quoth", analytics_enabled=False, fill_width=True) as page:
        conversation = gr.State(None)
        gr.HTML(parts.HEADER, elem_id="q-head", apply_default_css=False)
        with gr.Row(elem_id="q-columns"):
            with gr.Column(elem_id="q-conversation"):
                chat = gr.Chatbot(
                    elem_id="q-chat", label="Conversation", show_label=False, placeholder=parts.INVITATION,
                    layout="panel", buttons=[], autoscroll=False, feedback_options=None, latex_delimiters=[],
                    allow_tags=False,
                )  # fmt: skip
                box = gr.Textbox(
                    elem_id="q-box", label="Your question", show_label=False, placeholder="Ask a question",
                    container=False, max_lines=4, autofocus=True, submit_btn=True,
                )  # fmt: skip
                switch = (
                    gr.Checkbox(
                        value=True, label=_switch(workspace.writer), elem_id="q-write", container=False
                    )
                    if workspace.writer
                    else gr.State(False)
                )
            with gr.Column(elem_id="q-source"):
                panel = gr.HTML(
                    html_template=parts.asset("panel.html"), js_on_load=parts.START, apply_default_css=False
                )
                edited = gr.Number(visible=False)
        box.submit(
            respond, [box, conversation, switch, edited], [chat, box, conversation],
            js=parts.WITH_EDITED,
            show_progress="hidden", trigger_mode="always_last",
            api_visibility="private",
        )  # fmt: skip
        # Not through the queue: a question asked while the stream of a quick event closes would be lost.
        panel.select(
            act, conversation, [chat, conversation],
            show_progress="hidden", trigger_mode="multiple", queue=False, api_visibility="private",
        )  # fmt: skip
        for operation in OPERATIONS:
            api(endpoint(operation), api_name=operation.name)
        # The rate limiter bounds what runs and refuses in words; gradio's own queue stands outside it.
        page.queue(default_concurrency_limit=32, max_size=256)
        wake_on_push(page._queue)
        page.state_session_capacity = _CONVERSATIONS
    # The one sans-serif that gradio bundles whole, in these two weights.
    sans = gr.themes.LocalFont("Source Sans Pro", weights=(400, 700))
    theme = gr.themes.Base(font=(sans, "system-ui", "sans-serif"))
    web = application(workspace, sessions, uploads, feedback, programs, rate_limiter)
    if mcp:
        tools = Tools(programs)
        web.router.lifespan_context = lambda _: tools.running()
        web.router.routes.extend(tools.routes)
    gr.mount_gradio_app(
        web, page, "/", theme=theme, head=parts.head(),
        ssr_mode=False, mcp_server=False, run_history=False, enable_monitoring=False,
        max_file_size="1kb", footer_links=[],
    )  # fmt: skip
    return web


def serve(index: SearchIndex, reader: str, serving: Serving, writer: Writes | None = None) -> None:
    """Serve the page of an index until it is interrupted; `reader` see `qa.read.choice`.

    `writer` has a language model write as well.
    """
    from qa.answer.answerer import Answerer
    from qa.read.choice import load_reader

    read_by = load_reader(reader)
    answerer = Answerer(index, reader=read_by, writer=writer)
    shared = Path(serving.shared) if serving.shared else None
    if shared:
        upload_folders.note_shared(shared)
    with Builders() as builders:
        sessions = Sessions(
            upload_folders.sessions_folder(),
            lambda folder: Library(
                folder,
                index.embedder,
                lambda own: Answerer(own, reader=read_by, writer=writer),
                builders,
                serving.uploads,
            ),
            shared=shared,
        )
        ids = index.document_ids()
        sample = ids if serving.sample and len(ids) == 1 else ()
        workspace = Workspace(answerer, answerer.retriever, index, writer, sample=sample)
        try:
            feedback = FeedbackFile(cache_folder() / "feedback")
            rate_limiter = RateLimiter(serving.asking)
            web = build(
                workspace, sessions, serving.uploads, feedback, rate_limiter=rate_limiter, mcp=serving.mcp
            )
            server = Server(web, serving.host, serving.port, serving.password)
            sys.stderr.write(f"quoth: the page is at {server.url} (Ctrl+C ends it)\n")
            # What the first page shows is made before somebody looks.
            builders.submit(lambda: workspace.suggestions(index.document_ids()[0]))
            builders.submit(load)
            # uvicorn shuts down first and raises the signal again.
            signal.signal(signal.SIGTERM, signal.default_int_handler)
            with suppress(KeyboardInterrupt):
                server.run()
        finally:
            sessions.close()


def _switch(writer: Writes) -> str:
    """What the switch of the language model says."""
    goes = f"; questions and sentences are sent to {writer.sent_to}" if writer.sent_to else ""
    return f"{writer.model} writes too, each sentence checked{goes}"


def _exchange(question: str, reply: str) -> list[gr.ChatMessage]:
    # A lone surrogate cannot be sent.
    asked, reply = encodable([rendering.asked(question), reply])
    return [gr.ChatMessage(role="user", content=asked), gr.ChatMessage(role="assistant", content=reply)]


@contextmanager
def _said_as_error() -> Iterator[None]:
    try:
        yield
    except ERRORS as error:
        raise gr.Error(told(error), print_exception=False) from error


if __name__ == "__main__":
    serve(Index.from_sources(sys.argv[1:] or ["seeds"]), "quoth", Serving())
