"""Check exported answers against the sources, with nothing but the files: no index, no model."""

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from index.loaders import find, load
from index.types import Document
from qa.citations import joined, mismatches
from qa.errors import AnswerFileError
from qa.types import Answer, Citation

_ANSWERS: TypeAdapter[Answer | list[Answer]] = TypeAdapter(Answer | list[Answer])


def read_answers(path: str) -> list[Answer]:
    """The answers in a file of one answer or a list of them; "-" is standard input."""
    try:
        content = sys.stdin.read() if path == "-" else Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise AnswerFileError(f"{path}: cannot be read; give a file written by: quoth ask --json") from error
    try:
        found = _ANSWERS.validate_json(content)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"] if not str(part).startswith(("Answer", "list[")))
        raise AnswerFileError(
            f"{path}: not an exported answer ({where or 'content'}: {first['msg']}); "
            "give a file written by: quoth ask --json"
        ) from error
    return found if isinstance(found, list) else [found]


def verify_answers(answers: Sequence[Answer], sources: Sequence[str]) -> list[str]:
    """All that does not hold, one line each; nothing when every citation stands in the sources as quoted."""
    cited = [citation for answer in answers for citation in (*answer.citations, *answer.closest)]
    documents = _documents(cited, sources)
    wrong = [
        line
        for citation in cited
        for line in (
            mismatches(citation, documents[citation.document_id])
            if citation.document_id in documents
            else [f"{citation.document_id}: no such document in the sources given"]
        )
    ]
    return wrong + [line for answer in answers for line in _inconsistencies(answer)]


def _documents(cited: Iterable[Citation], sources: Sequence[str]) -> dict[str, Document]:
    """The cited documents, by the id they were cited with.

    A document's id depends on how its source was given, so one not found by id is found by its content.
    """
    wanted = {(citation.document_id, citation.sha256) for citation in cited}
    ids = {document_id for document_id, _ in wanted}
    found: dict[str, Document] = {}
    alike: dict[str, Document] = {}
    for file in find(sources):
        if file.is_corpus or file.document_id in ids or _names_in(file.path, wanted):
            for document in load(file):
                if document.id in ids:
                    found[document.id] = document
                alike.setdefault(document.sha256, document)
    return {
        document_id: found.get(document_id) or alike[digest]
        for document_id, digest in wanted
        if document_id in found or digest in alike
    }


def _names_in(path: str, wanted: Iterable[tuple[str, str]]) -> bool:
    return any(Path(document_id).name == Path(path).name for document_id, _ in wanted)


def _inconsistencies(answer: Answer) -> list[str]:
    """Where an answer's own fields disagree: its text is its quotes, its short answer a highlight."""
    wrong = []
    if answer.answered and answer.text != joined(answer.citations):
        wrong.append(f"{answer.question!r}: the text is not what the citations quote")
    highlights = [
        citation.quote[citation.highlight[0] - citation.start : citation.highlight[1] - citation.start]
        for citation in (*answer.citations, *answer.closest)
        if citation.highlight
    ]
    if answer.short is not None and answer.short not in highlights:
        wrong.append(f"{answer.question!r}: the short answer {answer.short!r} is highlighted in no citation")
    return wrong
