"""The web page: a chat beside its source, and two API endpoints. It wires and renders; `qa` answers.

`python app.py` is the same as `quoth chat`.
"""

import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import partial
from importlib.resources import files
from pathlib import Path
from typing import Any

# Before gradio is imported: it would report its use, and its client would ask a model hub.
os.environ.update(GRADIO_ANALYTICS_ENABLED="False", HF_HUB_OFFLINE="1")

import gradio as gr
import uvicorn
from fastapi import FastAPI
from gradio.events import api
from pydantic import BaseModel, Field, ValidationError

from index.builder import cache_folder
from index.errors import IndexingError
from index.index import Index
from qa.errors import QuestionAnsweringError
from qa.page import rendering
from qa.page.asking import Answers
from qa.page.desk import Desk
from qa.page.library import Library, UploadLimits
from qa.page.visits import Visits
from qa.page.web import application, cookie_name, one_line
from qa.types import Answer, Turn

# Questions for the article that ships with the project, which is known by its checksum.
ARTICLE_SHA256 = "31b332f7f6dabe403061b28d36bfb3570f580cb7fb5848c48b9760c2b96dedc1"
EXAMPLES = (
    "Who founded High-Flyer?",
    "When were the US export controls imposed?",
    "What does DeepSeek's hiring strategy focus on?",
    "What has earned DeepSeek recognition in the AI research community?",
    "What is this article about?",
)
_ERRORS = (QuestionAnsweringError, IndexingError, ValidationError)


class _Question(BaseModel):
    question: str
    history: list[Turn]
    threshold: float | None


class _Query(BaseModel):
    query: str
    top_k: int = Field(ge=1, le=1000)


class Server:
    """A page being served in the background."""

    def __init__(self, web: FastAPI, host: str, port: int) -> None:
        try:
            self._socket = socket.create_server((host, port))
        except OSError as error:
            raise QuestionAnsweringError(
                f"{host}:{port}: cannot serve there; choose another with --host, --port"
            ) from error
        self.url = f"http://{host}:{self._socket.getsockname()[1]}/"
        # A browser holds a stream open for as long as it shows the page; a shutdown does not wait for it.
        self._server = uvicorn.Server(
            uvicorn.Config(web, log_level="critical", timeout_graceful_shutdown=1, ws="none")
        )

    def run(self) -> None:
        """Serve until a signal ends it."""
        self._server.run(sockets=[self._socket])

    @contextmanager
    def running(self) -> Iterator[str]:
        """Serve in a thread meanwhile; gives the address."""
        thread = threading.Thread(target=self.run)
        thread.start()
        while not self._server.started and thread.is_alive():
            time.sleep(0.01)
        try:
            yield self.url
        finally:
            self._server.should_exit = True
            thread.join()


def build(desk: Desk, visits: Visits, limits: UploadLimits, *, examples: Sequence[str]) -> FastAPI:
    """The page of a desk and its routes; `examples` are questions to offer, one click each."""

    def respond(
        question: str, answers: list[Answer], event: gr.EventData, request: gr.Request
    ) -> Iterator[Any]:
        asked = offered.get(event.target._id, question) if event.target else question
        visit = visits.find(request.cookies.get(cookie_name(request.url)))
        shown = partial(rendering.render, name_documents=desk.listing(visit)["total"] > 1)
        before = [message for answer in answers for message in _exchange(answer.question, shown(answer))]
        yield before + _exchange(asked, _WAITING), "", answers
        # The box is left alone from here on: the next question may be in it.
        try:
            answer = desk.ask(asked, [turn for answer in answers for turn in _turns(answer)], visit=visit)
        except _ERRORS as error:
            problem = rendering.problem(_one_line(error))
            yield before + _exchange(asked, problem), gr.skip(), answers
        else:
            yield before + _exchange(asked, shown(answer)), gr.skip(), [*answers, answer]

    def ask(
        question: str, history: list[dict[str, str]] | None = None, threshold: float | None = None
    ) -> dict[str, Any]:
        """Answer from the source, with citations, or say that the source is silent."""
        try:
            asked = _Question.model_validate(
                {"question": question, "history": history or [], "threshold": threshold}
            )
            answer = desk.ask(asked.question, asked.history, threshold=asked.threshold)
        except _ERRORS as error:
            raise gr.Error(_one_line(error)) from error
        return answer.model_dump(mode="json")

    def search(query: str, top_k: int = 5) -> list[dict[str, Any]]:
        """Find the passages that are most relevant to a query, best first."""
        try:
            asked = _Query(query=query, top_k=top_k)
            hits = desk.retriever.retrieve(asked.query, asked.top_k)
        except _ERRORS as error:
            raise gr.Error(_one_line(error)) from error
        return [{**hit.passage.model_dump(mode="json"), "score": hit.score} for hit in hits]

    page: gr.Blocks
    with gr.Blocks(title="Quoth", analytics_enabled=False, fill_width=True) as page:
        answers = gr.State([])
        gr.HTML(_HEADER, elem_id="q-head", apply_default_css=False)
        with gr.Row(elem_id="q-desk"):
            with gr.Column(elem_id="q-talk"):
                chat = gr.Chatbot(
                    elem_id="q-chat", label="Conversation", show_label=False, placeholder=_INVITATION,
                    layout="panel", buttons=[], feedback_options=None, latex_delimiters=[], allow_tags=False,
                )  # fmt: skip
                with gr.Row(elem_id="q-examples", visible=bool(examples)):
                    buttons = [gr.Button(example, size="sm") for example in examples]
                box = gr.Textbox(
                    elem_id="q-box", label="Your question", show_label=False, placeholder="Ask a question",
                    container=False, max_lines=4, autofocus=True, submit_btn=True,
                )  # fmt: skip
            with gr.Column(elem_id="q-source"):
                gr.HTML(
                    html_template=_asset("panel.html"), js_on_load=_asset("page.js"), apply_default_css=False
                )
        offered = {button._id: example for button, example in zip(buttons, examples, strict=True)}
        gr.on(
            [box.submit, *(button.click for button in buttons)], respond,
            [box, answers], [chat, box, answers], show_progress="hidden", trigger_mode="always_last",
            api_visibility="private",
        )  # fmt: skip
        # Not through the queue: a question asked while the stream of a quick event closes would be lost.
        chat.clear(lambda: [], None, answers, queue=False, api_visibility="private")
        api(ask, api_name="ask")
        api(search, api_name="search")
        page.queue(default_concurrency_limit=4, max_size=64)
    # The one sans-serif that gradio bundles whole, in these two weights.
    sans = gr.themes.LocalFont("Source Sans Pro", weights=(400, 700))
    theme = gr.themes.Base(font=(sans, "system-ui", "sans-serif"))
    web = application(desk, visits, limits)
    gr.mount_gradio_app(
        web, page, "/", theme=theme, head=f"<style>{_asset('page.css')}</style>",
        ssr_mode=False, mcp_server=False, run_history=False, enable_monitoring=False,
        max_file_size="1kb", footer_links=[],
    )  # fmt: skip
    return web


def serve(
    sources: Sequence[str],
    host: str,
    port: int,
    reader: str = "quoth",
    *,
    shared: str | None = None,
    limits: UploadLimits | None = None,
) -> None:
    """Index the sources and serve the page until it is interrupted; `reader` see `qa.readers`.

    `shared` names a folder for the documents that visitors add, which then all see; without it each has own
    ones, which go when the visit ends.
    """
    from qa.answerer import Answerer
    from qa.readers import load_reader

    index = Index.from_sources(sources)
    read_by = load_reader(reader)
    answerer = Answerer(index, reader=read_by)
    limits = limits or UploadLimits()
    with ThreadPoolExecutor(max_workers=1) as builders:
        visits = Visits(
            cache_folder() / "visits",
            lambda folder: Library(
                folder, index.embedder, lambda own: Answerer(own, reader=read_by), builders, limits
            ),
            shared=Path(shared) if shared else None,
        )
        desk = Desk(answerer, answerer.retriever, index)
        try:
            web = build(desk, visits, limits, examples=examples_for(index, answerer))
            server = Server(web, host, port)
            sys.stderr.writelines(f"quoth: left out: {problem}\n" for problem in index.problems)
            sys.stderr.write(f"quoth: the page is at {server.url} (Ctrl+C ends it)\n")
            # uvicorn shuts down first and raises the signal again.
            signal.signal(signal.SIGTERM, signal.default_int_handler)
            with suppress(KeyboardInterrupt):
                server.run()
        finally:
            visits.close()


def examples_for(index: Index, answerer: Answers) -> list[str]:
    """The examples that are answered, when the source is the article that ships with the project alone."""
    checksums = {index.document(document_id).sha256 for document_id in index.document_ids()[:2]}
    if checksums != {ARTICLE_SHA256}:
        return []
    return [question for question in EXAMPLES if answerer.answer(question).answered]


def _exchange(question: str, reply: str) -> list[gr.ChatMessage]:
    asked = rendering.asked(question)
    return [gr.ChatMessage(role="user", content=asked), gr.ChatMessage(role="assistant", content=reply)]


def _turns(answer: Answer) -> list[Turn]:
    return [Turn(role="user", text=answer.question), Turn(role="assistant", text=answer.text)]


def _one_line(error: Exception) -> str:
    if isinstance(error, ValidationError):
        first = error.errors()[0]
        return f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
    return one_line(error)


_HEADER = (
    "<h1>Quoth</h1><p>Every answer quotes the source, to the character.</p>"
    '<button type="button" id="q-shelved" aria-expanded="false" aria-controls="q-shelf">Documents</button>'
    '<button type="button" id="q-add">Add documents</button>'
)
_INVITATION = "<h2>Ask the source</h2><p>It answers in its own words. Where it is silent, Quoth says so.</p>"
_WAITING = '<div class="q-wait">Reading the source</div>'


def _asset(name: str) -> str:
    return files("qa.page").joinpath(name).read_text(encoding="utf-8")


if __name__ == "__main__":
    from qa.cli import main

    main(["chat", *sys.argv[1:]])
