"""Options that several commands have, and the form in which they print."""

import contextlib
import json
import os
from typing import TYPE_CHECKING

import click

from index.settings import DEFAULT_MODEL

if TYPE_CHECKING:
    from index.types import Passage
    from qa.types import Citation

with_sources = click.option(
    "--source", "sources", multiple=True, metavar="PATH", help="A file, folder or corpus; repeat it for more."
)
with_documents = click.option(
    "--document",
    "documents",
    multiple=True,
    metavar="ID",
    help="Ask this document alone; repeat it for more.",
)
with_folder = click.option("--folder", metavar="DIR", help="Keep the index here instead of in the cache.")
with_store = click.option(
    "--store",
    metavar="STORE",
    help="Keep the index in Milvus, at milvus://HOST:PORT/COLLECTION, or in a .db of milvus-lite. Without a "
    "source, what it holds is asked.",
)
with_model = click.option(
    "--model",
    default=DEFAULT_MODEL,
    show_default=True,
    help="A sentence-transformers model, by name or path.",
)
_SHIPPED, _FAST = "quoth", "fast"
with_reader = click.option(
    "--reader",
    default=_SHIPPED,
    show_default=True,
    metavar="MODEL",
    help='"quoth", the trained reader; "fast", the same without its second reading; "sentence", the '
    "baseline without a model; or an extractive question-answering model of Hugging Face, by name or path.",
)
with_fast = click.option("--fast", is_flag=True, help="The same as --reader fast.")
with_llm = click.option(
    "--llm",
    metavar="URL",
    envvar="QUOTH_LLM_URL",
    help="Let a language model at this address write as well; it speaks OpenAI's protocol, as Ollama does. "
    "A key goes in $QUOTH_LLM_KEY.",
)
with_llm_model = click.option(
    "--llm-model",
    metavar="NAME",
    envvar="QUOTH_LLM_MODEL",
    help="The language model, as its server calls it.",
)
with_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


def as_typed(_: click.Context, __: click.Parameter, words: str) -> str:
    """Words as they were typed, also where the locale has no letters for them."""
    try:
        words.encode()
    except UnicodeEncodeError:
        with contextlib.suppress(UnicodeEncodeError):
            return os.fsencode(words).decode("utf-8", "replace")
    return words


def chosen_reader(reader: str, fast: bool) -> str:
    """The reader's name by both options, which must not name two."""
    if fast and reader not in {_SHIPPED, _FAST}:
        raise click.UsageError(f"--fast and --reader {reader} name two readers; give one of them")
    return _FAST if fast else reader


def as_json_text(value: object) -> str:
    """A value as JSON for a person or a program."""
    return json.dumps(value, indent=2, ensure_ascii=False)


def place(of: "Citation | Passage") -> str:
    """Where a quote or passage stands."""
    return f"{of.document_id}:{of.start}-{of.end}"
