"""Open what a command asks: the index of its sources and the language model, with notes and progress."""

import sys
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from index.settings import DEFAULT_MODEL, IndexSettings

if TYPE_CHECKING:
    from index.store.protocol import SearchIndex
    from qa.write.writer import Writer


def sources_or_default(sources: Sequence[str]) -> list[str]:
    """The sources given, or ./seeds, or the copy of the first article in the package."""
    if sources:
        return list(sources)
    package = Path(__file__).parents[1]
    for folder in (Path("seeds"), package / "seeds", package.parent / "seeds"):
        if folder.is_dir():
            return [str(folder)]
    raise click.ClickException("no source given and no folder seeds here; name one with --source PATH")


def opened_index(
    sources: Sequence[str],
    folder: str | None,
    model: str,
    store: str | None,
    *,
    rebuild: bool = False,
    ray: str | None = None,
) -> "SearchIndex":
    """The index of the sources, brought up to date; what a store holds where it alone is given."""
    from index.embed.embedder import SentenceTransformerEmbedder
    from index.index import Index

    if store and not sources:
        other = None if model == DEFAULT_MODEL else SentenceTransformerEmbedder(model)
        return Index.connect(store, embedder=other)
    bar = _Bar()
    opened = Index.from_sources(
        sources_or_default(sources),
        folder,
        settings=IndexSettings(model=model),
        progress=bar,
        rebuild=rebuild,
        store=store,
        ray=ray,
    )
    bar.close()
    for problem in opened.problems:
        click.echo(f"quoth: left out: {problem}", err=True)
    return opened


def print_notes(index: "SearchIndex", documents: Collection[str]) -> None:
    """Say how documents were read that it could not be sure of."""
    for document_id, note in index.notes().items():
        if document_id in documents:
            click.echo(f"quoth: note: {document_id}: {note}", err=True)


def chosen_writer(llm: str | None, model: str | None, *, strict: bool) -> "Writer | None":
    """The language model's writer, None without one; says where text goes that leaves the machine."""
    if not llm and not model:
        return None
    from qa.write.choice import load_writer

    writer = load_writer(llm, model, strict=strict)
    if writer and writer.sent_to:
        click.echo(f"quoth: questions and sentences of the source are sent to {writer.sent_to}", err=True)
    return writer


class _Bar:
    """Progress on standard error, drawn from the first report on: passages read, then passages embedded."""

    def __init__(self) -> None:
        self._bar: Any = None

    def __call__(self, done: int, total: int) -> None:
        if self._bar is None or (total and not self._bar.total):
            from tqdm import tqdm

            self.close()
            what = "embedding" if total else "reading"
            self._bar = tqdm(
                total=total or None, unit=" passages", desc=what, file=sys.stderr, leave=bool(total)
            )
        self._bar.update(done - self._bar.n)

    def close(self) -> None:
        if self._bar is not None:
            self._bar.close()
