"""The same for language models: tools by the Model Context Protocol. The only importer of `mcp`."""

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

from qa.errors import QuestionAnsweringError
from qa.serve.error_lines import ERRORS, told
from qa.serve.operations import OPERATIONS, Operation, Programs

_HOW = (
    "Quoth answers questions from a fixed set of documents with verbatim quotes. Use ask for questions, "
    "quote to check that words stand in the documents, and say so when it answers that the source is silent."
)


class Tools:
    """Tools over the server's documents: their routes, and what has to run while these serve."""

    def __init__(self, programs: Programs) -> None:
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

        def tool(operation: Operation) -> Callable[..., Awaitable[Any]]:
            async def call(given: dict[str, Any], context: Context[Any, Any]) -> Any:  # noqa: ANN401
                return await programs.run(operation, given, context.request_context.request)

            return operation.taking_each(call, Context[Any, Any])

        for operation in OPERATIONS:
            server.add_tool(tool(operation))

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
