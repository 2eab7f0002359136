"""The same for language models: tools by the Model Context Protocol. The only importer of `mcp`."""

from collections.abc import Iterator
from contextlib import AbstractAsyncContextManager, contextmanager
from typing import Any

from pydantic import ValidationError

from index.errors import IndexingError
from qa.errors import QuestionAnsweringError, one_line
from qa.page import programs
from qa.types import Answer, Citation, Turn

_CALLER = "mcp"
_HOW = (
    "Quoth answers questions from a fixed set of documents with verbatim quotes. Use ask for questions, "
    "quote to check that words stand in the documents, and say so when it answers that the source is silent."
)


class Tools:
    """Tools over the server's documents: their routes, and what has to run while these serve."""

    def __init__(self, asked: programs.Programs) -> None:
        try:
            from mcp.server.mcpserver import MCPServer
            from mcp.server.mcpserver.exceptions import ToolError
            from mcp.server.transport_security import TransportSecuritySettings
        except ImportError as error:
            raise QuestionAnsweringError(
                'the tools need the package mcp; install it with: pip install "quoth[mcp]"'
            ) from error
        server = MCPServer("Quoth", instructions=_HOW, log_level="CRITICAL")

        @contextmanager
        def told() -> Iterator[None]:
            try:
                yield
            except (QuestionAnsweringError, IndexingError, ValidationError) as error:
                raise ToolError(one_line(error)) from error

        @server.tool()
        def ask(question: str, history: list[Turn] | None = None, threshold: float | None = None) -> Answer:
            """Answer a question from the documents with verbatim citations, or say that they are silent."""
            with told():
                given = programs.Question(question=question, history=history or [], threshold=threshold)
                return asked.ask(given, _CALLER)

        @server.tool()
        def search(query: str, top_k: int = 5) -> list[programs.Hit]:
            """Find the passages that are most relevant to a query, best first."""
            with told():
                return asked.search(programs.Query(query=query, top_k=top_k), _CALLER)

        @server.tool()
        def quote(text: str) -> list[Citation]:
            """Say where words stand in the documents, to the character; an empty list if they do not."""
            with told():
                return asked.quote(programs.Words(text=text), _CALLER)

        @server.tool()
        def verify(answers: list[Answer]) -> programs.Verdict:
            """Check every quote of answers against the documents, to the character."""
            with told():
                return asked.verify(programs.Answers(answers=answers), _CALLER)

        # The guard before it checks host and origin.
        unchecked = TransportSecuritySettings(enable_dns_rebinding_protection=False)
        app: Any = server.streamable_http_app(
            streamable_http_path="/mcp", stateless_http=True, json_response=True, transport_security=unchecked
        )
        self.routes: list[Any] = app.routes
        self._manager: Any = server.session_manager

    def running(self) -> AbstractAsyncContextManager[None]:
        """What has to run while the app serves."""
        context: AbstractAsyncContextManager[None] = self._manager.run()
        return context
