"""The command `search`."""

import click

from qa.commands.opening import opened_index, print_notes
from qa.commands.options import (
    as_json_text,
    as_typed,
    place,
    with_documents,
    with_folder,
    with_json,
    with_model,
    with_sources,
    with_store,
)


@click.command()
@click.argument("query", callback=as_typed)
@with_sources
@with_documents
@with_json
@click.option("--top-k", type=click.IntRange(min=1), default=5, show_default=True, help="Number of passages.")
@click.option(
    "--mode",
    type=click.Choice(["hybrid", "dense", "bm25", "reader"]),
    default="hybrid",
    show_default=True,
    help="How passages are ranked; reader orders the best twenty anew by reading them.",
)
@with_model
@with_folder
@with_store
def search(
    query: str,
    sources: tuple[str, ...],
    documents: tuple[str, ...],
    as_json: bool,
    top_k: int,
    mode: str,
    model: str,
    folder: str | None,
    store: str | None,
) -> None:
    """Print the passages most relevant to QUERY, best first."""
    from qa.read.onnx_model import OnnxSpanModel
    from qa.read.reranker import Reranker
    from qa.retrieve.retriever import Retriever
    from qa.settings import RetrievalSettings

    opened = opened_index(sources, folder, model, store)
    retriever: Retriever | Reranker
    if mode == "reader":
        retriever = Reranker(Retriever(opened), OnnxSpanModel())
    else:
        retriever = Retriever(opened, RetrievalSettings.model_validate({"mode": mode}))
    hits = retriever.retrieve(query, top_k, documents=documents or None)
    if mode == "bm25":  # a passage without any of the words has no score
        hits = [hit for hit in hits if hit.score > 0.0]
    print_notes(opened, {hit.passage.document_id for hit in hits})
    if as_json:
        rows = [{**hit.passage.model_dump(mode="json"), "score": hit.score} for hit in hits]
        click.echo(as_json_text(rows))
        return
    if not hits:
        click.echo("No passage holds any of these words.")
    for hit in hits:
        click.echo(f"{hit.score:.3f}  {place(hit.passage)}\n{hit.passage.text}\n")
