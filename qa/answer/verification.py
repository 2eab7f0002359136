"""Check exported answers against the sources, with nothing but the files: no index, no model."""

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from index.load.sources import find, load
from index.types import Document
from qa.answer.citations import cited, joined, mismatches, parted
from qa.errors import AnswerFileError
from qa.messages import REFUSAL, is_fixed
from qa.types import Answer, Citation

_ANSWERS: TypeAdapter[Answer | list[Answer]] = TypeAdapter(Answer | list[Answer])


def read_answers(path: str) -> list[Answer]:
    """The answers in a file of one answer, of a list or of a conversation; "-" is standard input."""
    try:
        content = sys.stdin.read() if path == "-" else Path(path).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise AnswerFileError(f"{path}: cannot be read; give a file written by: quoth ask --json") from error
    try:
        # Not pydantic's own parser, which refuses the lone surrogates that a quote may hold.
        given = json.loads(content)
        conversation = isinstance(given, dict) and "answers" in given
        found = _ANSWERS.validate_python(given["answers"] if conversation else given)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"] if not str(part).startswith(("Answer", "list[")))
        raise AnswerFileError(
            f"{path}: not an exported answer ({where or 'content'}: {first['msg']}); "
            "give a file written by: quoth ask --json"
        ) from error
    except (ValueError, RecursionError) as error:
        raise AnswerFileError(
            f"{path}: not JSON ({error}); give a file written by: quoth ask --json"
        ) from error
    return found if isinstance(found, list) else [found]


def verify_answers(answers: Sequence[Answer], sources: Sequence[str]) -> list[str]:
    """All that does not hold, one line each; nothing when every citation stands in the sources as quoted."""
    return faults(answers, _documents(cited(answers), sources))


def faults(answers: Sequence[Answer], documents: Mapping[tuple[str, str], Document]) -> list[str]:
    """As `verify_answers`, against documents by the id and the SHA-256 that they are cited with."""
    wrong = [
        line
        for citation in cited(answers)
        for line in (
            mismatches(citation, documents[citation.document_id, citation.sha256])
            if (citation.document_id, citation.sha256) in documents
            else [f"{citation.document_id}: no such document in the sources given"]
        )
    ]
    return wrong + [line for answer in answers for line in _inconsistencies(answer)]


def _documents(citations: Iterable[Citation], sources: Sequence[str]) -> dict[tuple[str, str], Document]:
    """The cited documents, by the id and the SHA-256 they were cited with.

    A document's id depends on how its source was given: one not found by its id is found by its content
    and the end of its id, the name of a file or the id of a corpus's row.
    """
    wanted = {(citation.document_id, citation.sha256) for citation in citations}
    ids = {document_id for document_id, _ in wanted}
    ends = {(end, sha256) for document_id, sha256 in wanted for end in _ends(document_id)}
    found: dict[str, Document] = {}
    alike: dict[tuple[str, str], Document] = {}
    for file in find(sources):
        if file.is_corpus or file.document_id in ids or _names_in(file.path, wanted):
            for document in load(file):
                if document.id in ids:
                    found[document.id] = document
                own = document.id.removeprefix(file.prefix) if file.is_corpus else Path(file.path).name
                if (own, document.sha256) in ends:
                    alike.setdefault((own, document.sha256), document)
    documents = {}
    for document_id, sha256 in wanted:
        moved = (alike[end, sha256] for end in _ends(document_id) if (end, sha256) in alike)
        if match := found.get(document_id) or next(moved, None):
            documents[document_id, sha256] = match
    return documents


def _ends(document_id: str) -> list[str]:
    """All that an id may be without a prefix, longest first: "a/b" and "b"."""
    parts = document_id.split("/")
    return ["/".join(parts[first:]) for first in range(len(parts))]


def _names_in(path: str, wanted: Iterable[tuple[str, str]]) -> bool:
    return any(Path(document_id).name == Path(path).name for document_id, _ in wanted)


def _inconsistencies(answer: Answer) -> list[str]:
    """Where an answer's own fields disagree: its text is its quotes, its short answer a highlight."""
    wrong = []
    message = not answer.citations and is_fixed(answer.text)
    # Exports of earlier releases have a space between rows.
    is_said = answer.text.split() == _said(answer).split()
    if answer.verdict != "silent" and not is_said and not message:
        wrong.append(f"{answer.question!r}: the text is not what the citations quote")
    if answer.verdict == "silent" and answer.text != REFUSAL and not message:
        wrong.append(f"{answer.question!r}: the text is not the message of a refusal")
    highlights = [parted(citation)[1] for citation in cited([answer]) if citation.highlight]
    places = " ".join(answer.located).casefold()
    if answer.short and answer.short not in highlights and answer.short.casefold() not in places:
        wrong.append(f"{answer.question!r}: the short answer {answer.short!r} is highlighted in no citation")
    return wrong


def _said(answer: Answer) -> str:
    """The text that follows from the citations and where they stand; "" where there is no place for each."""
    fits = len(answer.located) in {0, len(answer.citations)}
    return joined(answer.citations, answer.located) if fits else ""
