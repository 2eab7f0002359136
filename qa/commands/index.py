"""The command `index`."""

import click

from qa.commands.opening import opened_index, print_notes, sources_or_default
from qa.commands.options import with_folder, with_model, with_store


@click.command()
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@with_folder
@with_store
@with_model
@click.option("--rebuild", is_flag=True, help="Build anew, whatever is there.")
@click.option(
    "--ray",
    metavar="ADDRESS",
    help='Read and embed on the Ray cluster at this address, or "auto" for this one.',
)
def index(
    paths: tuple[str, ...], folder: str | None, store: str | None, model: str, rebuild: bool, ray: str | None
) -> None:
    """Build the index of the sources, or bring it up to date."""
    built = opened_index(sources_or_default(paths), folder, model, store, rebuild=rebuild, ray=ray)
    print_notes(built, built.document_ids())
    click.echo(f"{len(built)} passages of {len(built.document_ids())} documents in {built.place}")
