"""The command `chat`."""

from importlib import import_module

import click

from index.settings import DEFAULT_MODEL
from qa.commands.opening import chosen_writer, opened_index
from qa.commands.options import (
    chosen_reader,
    with_fast,
    with_llm,
    with_llm_model,
    with_reader,
    with_sources,
    with_store,
)


@click.command()
@with_sources
@with_store
@with_reader
@with_fast
@with_llm
@with_llm_model
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=7860, show_default=True, help="Port to listen on."
)
@click.option(
    "--shared",
    metavar="DIR",
    help="Keep the documents that visitors add here, for all of them; without it each visitor has own ones.",
)
@click.option(
    "--upload-megabytes",
    type=click.IntRange(min=1),
    default=20,
    show_default=True,
    help="The largest file that a visitor may add.",
)
@click.option("--mcp", is_flag=True, help="Serve tools for language models at /mcp as well.")
@click.option(
    "--auth",
    metavar="USER:PASSWORD",
    envvar="QUOTH_AUTH",
    help="Ask for this password; in $QUOTH_AUTH no other user of the machine sees it.",
)
@click.option(
    "--per-minute",
    type=click.IntRange(min=1),
    default=120,
    show_default=True,
    help="Questions that one address may ask in a minute.",
)
def chat(
    sources: tuple[str, ...],
    store: str | None,
    reader: str,
    fast: bool,
    llm: str | None,
    llm_model: str | None,
    host: str,
    port: int,
    shared: str | None,
    upload_megabytes: int,
    mcp: bool,
    auth: str | None,
    per_minute: int,
) -> None:
    """Serve the web chat, and the same answers for programs."""
    from qa.serve.rate_limits import AskLimits
    from qa.serve.server import Serving
    from qa.serve.uploads import UploadLimits

    if auth is not None and (":" not in auth or not all(auth.split(":", 1))):
        raise click.ClickException("--auth: give a user and a password as USER:PASSWORD")
    # By name: qa never imports the page, which imports gradio.
    page = import_module("app")
    serving = Serving(
        host,
        port,
        shared=shared,
        sample=not sources,
        password=auth,
        mcp=mcp,
        uploads=UploadLimits(file_megabytes=upload_megabytes),
        asking=AskLimits(per_minute=per_minute),
    )
    writer = chosen_writer(llm, llm_model, strict=False)
    page.serve(
        opened_index(sources, None, DEFAULT_MODEL, store), chosen_reader(reader, fast), serving, writer
    )
