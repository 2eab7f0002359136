"""The command `evaluate`."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from qa.commands.opening import chosen_writer, opened_index
from qa.commands.options import (
    chosen_reader,
    with_fast,
    with_folder,
    with_llm,
    with_llm_model,
    with_model,
    with_reader,
    with_sources,
    with_store,
)

if TYPE_CHECKING:
    from index.store.protocol import SearchIndex


@click.command()
@click.argument("questions")
@with_sources
@click.option("--report", metavar="DIR", help="Write report.json, report.md and the pictures here.")
@click.option("--gate", metavar="FILE", help="JSON of least figures; status 1 when one is missed.")
@click.option("--half", type=click.Choice(["tuning", "testing"]), help="Ask this half of the set alone.")
@click.option(
    "--about",
    multiple=True,
    metavar="ID",
    help='Ask only the questions about this document; repeat it for more. "test" is the documents by which '
    "nothing was chosen: ten articles of SQuAD 2.0 and half of the set natural.",
)
@click.option("--everywhere", is_flag=True, help="Ask of the whole source, not of each document.")
@with_reader
@with_fast
@with_llm
@with_llm_model
@with_model
@with_folder
@with_store
def evaluate(
    questions: str,
    sources: tuple[str, ...],
    report: str | None,
    gate: str | None,
    half: str | None,
    about: tuple[str, ...],
    everywhere: bool,
    reader: str,
    fast: bool,
    llm: str | None,
    llm_model: str | None,
    model: str,
    folder: str | None,
    store: str | None,
) -> int:
    """Ask a fixed question set and print how good the answers are."""
    from qa.evaluation.command import Choice, run

    def opened(default: Sequence[str]) -> "SearchIndex":
        return opened_index(sources or default, folder, model, store)

    chosen = Choice(half=half, about=about, everywhere=everywhere)
    writer = chosen_writer(llm, llm_model, strict=False)
    return run(questions, opened, chosen, chosen_reader(reader, fast), report, gate, writer)
