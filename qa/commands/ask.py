"""The command `ask`, and how an answer is printed."""

from typing import TYPE_CHECKING

import click

from qa.commands.opening import chosen_writer, opened_index, print_notes
from qa.commands.options import (
    as_json_text,
    as_typed,
    chosen_reader,
    place,
    with_documents,
    with_fast,
    with_folder,
    with_json,
    with_llm,
    with_llm_model,
    with_model,
    with_reader,
    with_sources,
    with_store,
)

if TYPE_CHECKING:
    from qa.types import Answer, Citation, Written


@click.command()
@click.argument("question", callback=as_typed)
@with_sources
@with_documents
@with_json
@click.option(
    "--threshold",
    type=click.FloatRange(0.0, 1.0),
    help="Answer from this confidence on; 0 forces the best guess.",
)
@click.option("--top-k", type=click.IntRange(min=1), help="Number of passages to read.")
@with_reader
@with_fast
@with_llm
@with_llm_model
@click.option(
    "--strict/--no-strict",
    default=True,
    show_default=True,
    help="Leave out what the language model writes without support, or show it marked.",
)
@with_model
@with_folder
@with_store
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
    from qa.read.choice import load_reader, prepare

    chosen = load_reader(chosen_reader(reader, fast))
    prepare(chosen)  # while all else is imported and the index is opened

    from qa.answer.answerer import Answerer
    from qa.answer.citations import cited
    from qa.settings import AnswerSettings

    settings = AnswerSettings(top_k=top_k) if top_k else AnswerSettings()
    writer = chosen_writer(llm, llm_model, strict=strict)
    opened = opened_index(sources, folder, model, store)
    answerer = Answerer(opened, reader=chosen, settings=settings, writer=writer)
    answer = answerer.answer(question, threshold=threshold, documents=documents or None)
    print_notes(answerer.index, {citation.document_id for citation in cited([answer])})
    click.echo(as_json_text(answer.model_dump(mode="json")) if as_json else _rendered(answer))


def _cited_place(citation: "Citation") -> str:
    from qa.answer.citations import recognition

    return ", ".join(part for part in (place(citation), recognition(citation)) if part)


def _rendered(answer: "Answer") -> str:
    from qa.messages import (
        DISAGREEMENT,
        FORCED,
        FOUND,
        LIKELY,
        chosen,
        narrowed_to,
        read_as,
        replaced,
        sureness,
    )

    lines = [*(_as_compared(answer) if answer.compared else [answer.text]), ""]
    if answer.written:
        lines += [*_as_written(answer.written), ""]
    if answer.short and answer.verdict != "silent":
        lines.insert(0, f"{answer.short}\n")
    if answer.verdict == "likely":
        lines.insert(0, FOUND if answer.kind == "keyword" else LIKELY)
    if answer.forced:
        lines.insert(0, FORCED)
    if answer.chosen_of:
        lines.append(chosen(len(answer.citations), answer.chosen_of))
    if answer.narrowed:
        lines.append(narrowed_to(answer.narrowed))
    if answer.respelt:
        lines.append(read_as(answer.respelt))
    if answer.outdated:
        lines.append(replaced(answer.outdated))
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
        lines.append(sureness(answer.confidence, answer.threshold))
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
        places = ", ".join(map(place, sentence.citations))
        if sentence.verdict == "supported":
            lines.append(f"  {sentence.text}  ({places})")
        else:
            lines.append(f"  NOT SUPPORTED: {sentence.text}  ({'; '.join(sentence.reasons)})")
    return [*lines, *([written.problem] if written.problem else [])]
