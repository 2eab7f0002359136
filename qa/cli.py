"""The command `quoth`. Standard output holds the result alone; all else goes to standard error.

All that is read from and written to a pipe, a file or a console is UTF-8, whatever the locale says.

Exit status: 0 for an answer and for a refusal, 1 when a check failed (`verify`, `evaluate --gate`), 2 for an
error, which is one line.
"""

import contextlib
import io
import json
import os
import sys
from collections.abc import Collection, Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from index.errors import IndexingError
from index.settings import DEFAULT_MODEL, IndexSettings
from qa.errors import QuestionAnsweringError

if TYPE_CHECKING:
    from index.store.protocol import SearchIndex
    from index.types import Passage
    from qa.types import Answer, Citation, Written
    from qa.write.writer import Writer

_source = click.option(
    "--source", "sources", multiple=True, metavar="PATH", help="A file, folder or corpus; repeat it for more."
)
_document = click.option(
    "--document",
    "documents",
    multiple=True,
    metavar="ID",
    help="Ask this document alone; repeat it for more.",
)
_folder = click.option("--folder", metavar="DIR", help="Keep the index here instead of in the cache.")
_store = click.option(
    "--store",
    metavar="STORE",
    help="Keep the index in Milvus, at milvus://HOST:PORT/COLLECTION, or in a .db of milvus-lite. Without a "
    "source, what it holds is asked.",
)
_model = click.option(
    "--model",
    default=DEFAULT_MODEL,
    show_default=True,
    help="A sentence-transformers model, by name or path.",
)
_reader = click.option(
    "--reader",
    default="quoth",
    show_default=True,
    metavar="MODEL",
    help='"quoth", the trained reader; "fast", the same without its second reading; "sentence", the '
    "baseline without a model; or an extractive question-answering model of Hugging Face, by name or path.",
)
_fast = click.option("--fast", is_flag=True, help="The same as --reader fast.")
_llm = click.option(
    "--llm",
    metavar="URL",
    envvar="QUOTH_LLM_URL",
    help="Let a language model at this address write as well; it speaks OpenAI's protocol, as Ollama does. "
    "A key goes in $QUOTH_LLM_KEY.",
)
_llm_model = click.option(
    "--llm-model",
    metavar="NAME",
    envvar="QUOTH_LLM_MODEL",
    help="The language model, as its server calls it.",
)
_as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit with its status."""
    _speak_utf8()
    try:
        status = quoth.main(args=arguments, prog_name="quoth", standalone_mode=False)
    except click.exceptions.Abort:
        sys.exit(130)
    except click.ClickException as error:
        _fail(f"{error.format_message()} (try: quoth --help)")
    except (IndexingError, QuestionAnsweringError) as error:
        _fail(str(error))
    except BrokenPipeError:
        # The reader of our output left, as `head` does; nothing is wrong.
        sys.stderr.close()
        sys.exit(0)
    except OSError as error:
        _fail(
            f"{error.filename or ''}: {error.strerror or error}; check the path, its permissions and the disk"
        )
    else:
        sys.exit(status if isinstance(status, int) else 0)


def _speak_utf8() -> None:
    """Have the standard streams be UTF-8; a lone surrogate, which a corpus may hold, is escaped as JSON."""
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(encoding="utf-8-sig")
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def _typed(_: click.Context, __: click.Parameter, words: str) -> str:
    """Words as they were typed, also where the locale has no letters for them."""
    try:
        words.encode()
    except UnicodeEncodeError:
        with contextlib.suppress(UnicodeEncodeError):
            return os.fsencode(words).decode("utf-8", "replace")
    return words


def _fail(message: str) -> None:
    click.echo(f"quoth: {' '.join(message.split())}", err=True)
    sys.exit(2)


@click.group(no_args_is_help=False, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="quoth")
def quoth() -> None:
    """Ask an article or a folder of documents; every answer quotes the source."""


@quoth.command()
@click.argument("question", callback=_typed)
@_source
@_document
@_as_json
@click.option(
    "--threshold",
    type=click.FloatRange(0.0, 1.0),
    help="Answer from this confidence on; 0 forces the best guess.",
)
@click.option("--top-k", type=click.IntRange(min=1), help="Number of passages to read.")
@_reader
@_fast
@_llm
@_llm_model
@click.option(
    "--strict/--no-strict",
    default=True,
    show_default=True,
    help="Leave out what the language model writes without support, or show it marked.",
)
@_model
@_folder
@_store
def ask(
    question: str,
    sources: tuple[str, ...],
    documents: tuple[str, ...],
    as_json: bool,
    threshold: float | None,
    top_k: int | None,
    reader: str,
    fast: bool,
    llm: str | None,
    llm_model: str | None,
    strict: bool,
    model: str,
    folder: str | None,
    store: str | None,
) -> None:
    """Answer QUESTION from the source, with citations, guess, or say that the source is silent."""
    from qa.answer.answerer import Answerer
    from qa.answer.citations import cited
    from qa.read.choice import load_reader, prepare
    from qa.settings import AnswerSettings

    settings = AnswerSettings(top_k=top_k) if top_k else AnswerSettings()
    writer = _writer(llm, llm_model, strict=strict)
    chosen = load_reader(_chosen(reader, fast))
    prepare(chosen)  # while the index is opened
    opened = _index(sources, folder, model, store)
    answerer = Answerer(opened, reader=chosen, settings=settings, writer=writer)
    answer = answerer.answer(question, threshold=threshold, documents=documents or None)
    _note(answerer.index, {citation.document_id for citation in cited([answer])})
    click.echo(_json(answer.model_dump(mode="json")) if as_json else _rendered(answer))


@quoth.command()
@click.argument("query", callback=_typed)
@_source
@_document
@_as_json
@click.option("--top-k", type=click.IntRange(min=1), default=5, show_default=True, help="Number of passages.")
@click.option(
    "--mode",
    type=click.Choice(["hybrid", "dense", "bm25", "reader"]),
    default="hybrid",
    show_default=True,
    help="How passages are ranked; reader orders the best twenty anew by reading them.",
)
@_model
@_folder
@_store
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

    opened = _index(sources, folder, model, store)
    retriever: Retriever | Reranker
    if mode == "reader":
        retriever = Reranker(Retriever(opened), OnnxSpanModel())
    else:
        retriever = Retriever(opened, RetrievalSettings.model_validate({"mode": mode}))
    hits = retriever.retrieve(query, top_k, documents=documents or None)
    _note(opened, {hit.passage.document_id for hit in hits})
    if as_json:
        rows = [{**hit.passage.model_dump(mode="json"), "score": hit.score} for hit in hits]
        click.echo(_json(rows))
        return
    for hit in hits:
        click.echo(f"{hit.score:.3f}  {_place(hit.passage)}\n{hit.passage.text}\n")


@quoth.command()
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@_folder
@_store
@_model
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
    built = _index(_sources(paths), folder, model, store, rebuild=rebuild, ray=ray)
    _note(built, built.document_ids())
    click.echo(f"{len(built)} passages of {len(built.document_ids())} documents in {built.place}")


@quoth.command()
@click.argument("questions")
@_source
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
@_reader
@_fast
@_llm
@_llm_model
@_model
@_folder
@_store
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
        return _index(sources or default, folder, model, store)

    chosen = Choice(half=half, about=about, everywhere=everywhere)
    writer = _writer(llm, llm_model, strict=False)
    return run(questions, opened, chosen, _chosen(reader, fast), report, gate, writer)


@quoth.command()
@click.argument("answer")
@_source
def verify(answer: str, sources: tuple[str, ...]) -> int:
    """Check the citations of exported answers (a file, or - for standard input) against the sources."""
    from qa.answer.verification import read_answers, verify_answers

    answers = read_answers(answer)
    wrong = verify_answers(answers, _sources(sources))
    for line in wrong:
        click.echo(line)
    checked = sum(len(one.citations) + len(one.closest) for one in answers)
    if not wrong:
        click.echo(f"verified: {checked} citations of {len(answers)} answers stand in the source as quoted")
    return 1 if wrong else 0


@quoth.command()
@_source
@_store
@_reader
@_fast
@_llm
@_llm_model
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
    from qa.serve.uploads import UploadLimits

    if auth is not None and (":" not in auth or not all(auth.split(":", 1))):
        raise click.ClickException("--auth: give a user and a password as USER:PASSWORD")
    # By name: qa never imports the page, which imports gradio.
    page = import_module("app")
    serving = page.Serving(
        host,
        port,
        shared=shared,
        sample=not sources,
        password=auth,
        mcp=mcp,
        uploads=UploadLimits(file_megabytes=upload_megabytes),
        asking=AskLimits(per_minute=per_minute),
    )
    writer = _writer(llm, llm_model, strict=False)
    page.serve(_index(sources, None, DEFAULT_MODEL, store), _chosen(reader, fast), serving, writer)


@quoth.command()
@click.option("--clear", is_flag=True, help="Remove all indexes and compiled models from the cache.")
@click.option(
    "--clear-kept",
    is_flag=True,
    help="Remove the documents that visitors of the page added and that are kept, of single ones and shared.",
)
def doctor(clear: bool, clear_kept: bool) -> None:
    """Print versions, the engine, models and their checksums, the cache, what it holds and what is kept."""
    from qa import doctor as doctors

    if clear:
        indexes, models = doctors.clear_cache()
        click.echo(f"removed {indexes} indexes and {models} compiled models")
    if clear_kept:
        for line in doctors.clear_kept():
            click.echo(line)
    for line in doctors.diagnosis():
        click.echo(line)


def _chosen(reader: str, fast: bool) -> str:
    return "fast" if fast else reader


def _sources(sources: Sequence[str]) -> list[str]:
    """The sources given, or ./seeds, or the copy of the first article in the package."""
    if sources:
        return list(sources)
    package = Path(__file__).parent
    for folder in (Path("seeds"), package / "seeds", package.parent / "seeds"):
        if folder.is_dir():
            return [str(folder)]
    raise click.ClickException("no source given and no folder seeds here; name one with --source PATH")


def _index(
    sources: Sequence[str],
    folder: str | None,
    model: str,
    store: str | None,
    *,
    rebuild: bool = False,
    ray: str | None = None,
) -> "SearchIndex":
    from index.embed.embedder import SentenceTransformerEmbedder
    from index.index import Index

    if store and not sources:
        other = None if model == DEFAULT_MODEL else SentenceTransformerEmbedder(model)
        return Index.connect(store, embedder=other)
    bar = _Bar()
    opened = Index.from_sources(
        _sources(sources),
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


def _note(index: "SearchIndex", documents: Collection[str]) -> None:
    """Say how documents were read that it could not be sure of."""
    for document_id, note in index.notes().items():
        if document_id in documents:
            click.echo(f"quoth: note: {document_id}: {note}", err=True)


def _writer(llm: str | None, model: str | None, *, strict: bool) -> "Writer | None":
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


def _json(value: object) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)


def _place(of: "Citation | Passage") -> str:
    return f"{of.document_id}:{of.start}-{of.end}"


def _cited_place(citation: "Citation") -> str:
    from qa.answer.citations import recognition

    return ", ".join(part for part in (_place(citation), recognition(citation)) if part)


def _rendered(answer: "Answer") -> str:
    from qa.messages import DISAGREEMENT, FOUND, LIKELY, narrowed_to

    lines = [*(_as_compared(answer) if answer.compared else [answer.text]), ""]
    if answer.written:
        lines += [*_as_written(answer.written), ""]
    if answer.short and answer.verdict != "silent":
        lines.insert(0, f"{answer.short}\n")
    if answer.verdict == "likely":
        lines.insert(0, FOUND if answer.kind == "keyword" else LIKELY)
    if answer.narrowed:
        lines.append(narrowed_to(answer.narrowed))
    if answer.about:
        lines.append(f"understood as a follow-up about {answer.about}: {answer.standalone_question}")
    if answer.disagreement:
        lines.append(DISAGREEMENT)
    lines += [
        f"[{number}] {_cited_place(citation)}{f', below {citation.header.quote}' if citation.header else ''}"
        for number, citation in enumerate(answer.citations, 1)
    ]
    if answer.verdict == "silent" and answer.missing_terms:
        lines.append(f"Not in the source at all: {', '.join(answer.missing_terms)}")
    if answer.closest:
        lines.append("It also says:" if answer.citations else "The closest it says:")
        lines += [f"- {citation.quote}  ({_cited_place(citation)})" for citation in answer.closest]
    if answer.confidence is not None:
        lines.append(f"{answer.confidence:.0%} sure; given as the answer from {answer.threshold:.0%} on")
    return "\n".join(lines)


def _as_compared(answer: "Answer") -> list[str]:
    """The quotes of a comparison under headings, with the numbers of their citations."""
    from qa.answer.comparison import headed

    if answer.compared is None:
        return []
    quotes = [f"{citation.quote} [{number}]" for number, citation in enumerate(answer.citations, 1)]
    lines: list[str] = []
    for heading, rows in headed(answer.compared, quotes):
        lines += [f"{heading}:", *(f"- {' / '.join(row)}" for row in rows)]
    return lines


def _as_written(written: "Written") -> list[str]:
    """What a language model wrote, each sentence with where it is from; an unsupported one is marked."""
    lines = [f"Written by {written.model}, each sentence checked:"] if written.sentences else []
    for sentence in written.sentences:
        places = ", ".join(map(_place, sentence.citations))
        if sentence.verdict == "supported":
            lines.append(f"  {sentence.text}  ({places})")
        else:
            lines.append(f"  NOT SUPPORTED: {sentence.text}  ({'; '.join(sentence.reasons)})")
    return [*lines, *([written.problem] if written.problem else [])]


if __name__ == "__main__":
    main()
