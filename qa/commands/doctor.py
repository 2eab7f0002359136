"""The command `doctor`."""

import click


@click.command()
@click.option("--clear", is_flag=True, help="Remove all indexes and compiled models from the cache.")
@click.option(
    "--clear-kept",
    is_flag=True,
    help="Remove the documents that visitors of the page added and that are kept, of single ones and shared.",
)
def doctor(clear: bool, clear_kept: bool) -> None:
    """Print versions, the engine, models and their checksums, the cache, what it holds and what is kept."""
    from qa.commands import diagnosis

    if clear:
        indexes, models = diagnosis.clear_cache()
        click.echo(f"removed {indexes} indexes and {models} compiled models")
    if clear_kept:
        for line in diagnosis.clear_kept():
            click.echo(line)
    for line in diagnosis.diagnosis():
        click.echo(line)
