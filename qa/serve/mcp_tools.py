"""The same for language models: tools by the Model Context Protocol. The only importer of `mcp`."""

from contextlib import AbstractAsyncContextManager
from typing import Any

from qa.errors import QuestionAnsweringError
from qa.serve import operations
from qa.serve.error_lines import ERRORS, told
from qa.serve.rate_limits import caller
from qa.types import Answer, Citation

_HOW = (
    "Quoth answers questions from a fixed set of documents with verbatim quotes. Use ask for questions, "
    "quote to check that words stand in the documents, and say so when it answers that the source is silent."
)


class Tools:
    """Tools over the server's documents: their routes, and what has to run while these serve."""

    def __init__(self, asked: operations.Operations) -> None:
        try:
            from mcp.server.mcpserver import Context, MCPServer
            from mcp.server.mcpserver.exceptions import ToolError
            from mcp.server.transport_security import TransportSecuritySettings
            from mcp_types import CallToolResult, InputRequiredResult
        except ImportError as error:
            raise QuestionAnsweringError(
                'the tools need the package mcp; install it with: pip install "quoth[mcp]"'
            ) from error

        class Server(MCPServer):
            """Says what is wrong with a call on one line, as REST does."""

            async def call_tool(
                self, name: str, arguments: dict[str, Any], context: Context[Any, Any] | None = None
            ) -> CallToolResult | InputRequiredResult:
                try:
                    return await super().call_tool(name, arguments, context)
                except ToolError as error:
                    if isinstance(error.__cause__, ERRORS):
                        raise ToolError(told(error.__cause__)) from error
                    raise

        server = Server("Quoth", instructions=_HOW, log_level="CRITICAL")

        @server.tool()
        async def ask(
            question: str,
            context: Context[Any, Any],
            history: operations.Conversation = (),
            threshold: operations.Threshold = None,
            documents: operations.Documents = None,
        ) -> Answer:
            """Answer a question from the documents with verbatim citations, or say that they are silent."""
            given = operations.Question(
                question=question, history=history, threshold=threshold, documents=documents
            )
            return await asked.ask(given, caller(context.request_context.request))

        @server.tool()
        async def search(
            query: str, context: Context[Any, Any], top_k: int = 5, documents: operations.Documents = None
        ) -> list[operations.Hit]:
            """Find the passages that are most relevant to a query, best first."""
            given = operations.Query(query=query, top_k=top_k, documents=documents)
            return await asked.search(given, caller(context.request_context.request))

        @server.tool()
        async def quote(
            text: str, context: Context[Any, Any], documents: operations.Documents = None
        ) -> list[Citation]:
            """Say where words stand in the documents, to the character; an empty list if they do not."""
            given = operations.Words(text=text, documents=documents)
            return await asked.quote(given, caller(context.request_context.request))

        @server.tool()
        async def verify(answers: list[Answer], context: Context[Any, Any]) -> operations.Verdict:
            """Check every quote of answers against the documents, to the character."""
            given = operations.Answers(answers=answers)
            return await asked.verify(given, caller(context.request_context.request))

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
