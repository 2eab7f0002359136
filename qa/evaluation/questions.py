"""Question sets: read from JSON Lines, from SQuAD 1.1/2.0 JSON as it is, and from Hugging Face's rows.

A line of JSON Lines is one Question; fields that Quoth does not know are ignored. The contexts of SQuAD are a
source as well, so reading it gives Documents, from which an index can be built.
"""

import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from index.types import Document
from qa.errors import QuestionSetError
from qa.evaluation.squad import (
    Squad,
    SquadArticle,
    SquadParagraph,
    SquadQuestion,
    SquadRow,
    articles_of,
    rows_in,
)
from qa.types import History

_Kind = TypeVar("_Kind", bound=BaseModel)
_FORMATS = (
    "give one question a line in JSON Lines, a SQuAD 1.1/2.0 JSON file, or Hugging Face's rows (id, title, "
    "context, question, answers: {text: [...], answer_start: [...]}) in JSON Lines, a list, "
    "{rows: [{row: ...}]} or columns"
)


class _Row(BaseModel):
    # Question sets carry fields of their own (sha1, plausible_answers, split, ...): not an error.
    model_config = ConfigDict(frozen=True, extra="ignore")


class Evidence(_Row):
    """A range of a document that answers a question, or supports its answer.

    `role`: "answer" (also meant by None) is the answer itself, "support" a passage that supports it,
    "document" says that the whole document is relevant.
    """

    document_id: str
    start: int = Field(ge=0)
    end: int
    role: str | None = None

    @model_validator(mode="after")
    def _not_empty(self) -> Self:
        if self.end <= self.start:
            raise ValueError(f"end {self.end} is not after start {self.start}")
        return self


class Question(_Row):
    """A question, what answers it, and where.

    An unanswerable question has no gold answer, whatever `answers` holds; an answerable one without
    `answers` (sets of follow-ups to rewrite have some) can be read, but not evaluated. `document_id` narrows
    the question to one document. `offset` is "guessed" where the place of the evidence is uncertain.
    """

    id: str = Field(min_length=1, coerce_numbers_to_str=True)
    question: str
    answers: tuple[str, ...] = ()
    answerable: bool
    evidence: tuple[Evidence, ...] = ()
    history: History = ()
    document_id: str | None = None
    kind: str | None = None
    offset: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _answers_of_a_row(cls, row: object) -> object:
        """Hugging Face's answers, of a row without a context: without a text, it is not answerable."""
        if not isinstance(row, Mapping) or not isinstance(row.get("answers"), Mapping):
            return row
        texts = row["answers"].get("text")
        return {"answerable": bool(texts), **row, "answers": texts}

    @model_validator(mode="after")
    def _not_blank(self) -> Self:
        if not self.question.strip():
            raise ValueError("the question is empty")
        return self

    @property
    def golds(self) -> tuple[str, ...]:
        """The gold answers; of an unanswerable question, the empty string (the rule of SQuAD 2.0)."""
        return self.answers if self.answerable else ("",)

    @property
    def placed_evidence(self) -> tuple[Evidence, ...]:
        """The evidence whose place is certain; empty for an unanswerable question."""
        return () if self.offset == "guessed" or not self.answerable else self.evidence


class QuestionSet(_Row):
    """Questions, and the documents that came with them (of a SQuAD file; else none)."""

    questions: tuple[Question, ...]
    documents: tuple[Document, ...] = ()


def half(question_id: str) -> Literal["tuning", "testing"]:
    """The half of the fixed set that a question is in: by the parity of the SHA-256 of its id."""
    digest = int(hashlib.sha256(question_id.encode()).hexdigest(), 16)
    return "tuning" if digest % 2 == 0 else "testing"


def load_questions(path: str | os.PathLike[str]) -> QuestionSet:
    """Read a question set; QuestionSetError names the file, the line and what to do."""
    file = Path(path)
    content = _read(file)
    text = _decode(file, content)
    rows = list(_rows(file, text))
    if any(isinstance(row, Mapping) and "paragraphs" in row for _, row in rows):
        whole = _validated(Squad, {"data": [row for _, row in rows]}, str(file), "this SQuAD file")
        found = _from_squad(file, whole.data, hashlib.sha256(content).hexdigest())
    elif any(isinstance(row, Mapping) and _is_squad(row) for _, row in rows):
        squad = [_validated(SquadRow, row, place, "this question") for place, row in rows]
        found = _from_squad(file, articles_of(squad), hashlib.sha256(content).hexdigest())
    else:
        found = QuestionSet(questions=tuple(_from_rows(rows)))
    if not found.questions:
        raise QuestionSetError(f"{file}: holds no question; {_FORMATS}")
    return found


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise QuestionSetError(f"{file}: cannot be read ({error.strerror}); {_FORMATS}") from error


def _decode(file: Path, content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise QuestionSetError(f"{file}:{line}: not UTF-8 text; save the question set as UTF-8") from error


def _rows(file: Path, text: str) -> Iterator[tuple[str, object]]:
    """The rows of a file, each with its place."""
    try:
        whole = json.loads(text)
    except (ValueError, RecursionError) as error:
        # Hugging Face writes lines to a file of this name as well: then what follows the first is too much.
        if (
            file.suffix.lower() == ".json"
            and isinstance(error, json.JSONDecodeError)
            and error.msg != "Extra data"
        ):
            raise QuestionSetError(f"{file}:{error.lineno}: not JSON ({error.msg}); {_FORMATS}") from error
        whole = None
    try:
        rows = rows_in(whole)
    except ValueError as error:
        raise QuestionSetError(f"{file}: {error}; {_FORMATS}") from error
    if rows is not None:
        yield from ((f"{file}: row {number}", _unwrapped(row)) for number, row in enumerate(rows, start=1))
        return
    # Not splitlines(): that also splits at characters (U+2028) that JSON allows inside a string.
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            yield f"{file}:{number}", _unwrapped(json.loads(line))
        except (ValueError, RecursionError) as error:
            raise QuestionSetError(f"{file}:{number}: not JSON; {_FORMATS}") from error


def _unwrapped(row: object) -> object:
    """What the datasets server gives with a row's number is the row."""
    return row["row"] if isinstance(row, Mapping) and isinstance(row.get("row"), Mapping) else row


def _is_squad(row: Mapping[str, Any]) -> bool:
    """Whether a row is of SQuAD, and not a Question that has a context beside."""
    return "context" in row and "answerable" not in row


def _from_rows(rows: Iterable[tuple[str, object]]) -> Iterator[Question]:
    places: dict[str, str] = {}
    for place, row in rows:
        question = _validated(Question, row, place, "this question")
        if question.id in places:
            first = places[question.id].rpartition(":")[2].strip()
            where = f"on line {first}" if first.isdigit() else f"in {first}"
            raise QuestionSetError(
                f"{place}: the id {question.id!r} is already used {where}; make ids differ"
            )
        places[question.id] = place
        yield question


def _validated(kind: type[_Kind], row: object, place: str, what: str) -> _Kind:
    if not isinstance(row, Mapping):
        raise QuestionSetError(f"{place}: not a JSON object; {_FORMATS}")
    try:
        return kind.model_validate(row)
    except ValidationError as error:
        raise QuestionSetError(f"{place}: {_first(error)}; correct {what}, or {_FORMATS}") from error


def _first(error: ValidationError) -> str:
    """The first thing that is wrong, on one line."""
    details = error.errors(include_url=False)[0]
    field = ".".join(str(part) for part in details["loc"])
    message = details["msg"].removeprefix("Value error, ").replace("\n", " ")
    return f"{field}: {message}" if field else message


_BETWEEN_CONTEXTS = "\n\n"


def _from_squad(file: Path, data: Iterable[SquadArticle], sha256: str) -> QuestionSet:
    """One Document for each title, its contexts joined by blank lines, offsets shifted accordingly."""
    articles: dict[str, list[SquadParagraph]] = {}
    for number, article in enumerate(data, start=1):
        articles.setdefault(article.title or f"article {number}", []).extend(article.paragraphs)
    questions: dict[str, Question] = {}
    documents = []
    for title, paragraphs in articles.items():
        text = _BETWEEN_CONTEXTS.join(paragraph.context for paragraph in paragraphs)
        documents.append(
            Document(id=title, source=file.name, sha256=sha256, text=text, title=title.replace("_", " "))
        )
        for question in _squad_questions(file, title, paragraphs):
            if question.id in questions:
                raise QuestionSetError(f"{file}: the id {question.id!r} is used twice; make ids differ")
            questions[question.id] = question
    return QuestionSet(questions=tuple(questions.values()), documents=tuple(documents))


def _squad_questions(file: Path, title: str, paragraphs: Sequence[SquadParagraph]) -> Iterator[Question]:
    shift = 0
    for paragraph in paragraphs:
        for row in paragraph.qas:
            try:
                yield _squad_question(row, title, paragraph.context, shift)
            except ValidationError as error:
                raise QuestionSetError(
                    f"{file}: question {row.id!r}: {_first(error)}; correct this question"
                ) from error
        shift += len(paragraph.context) + len(_BETWEEN_CONTEXTS)


def _squad_question(row: SquadQuestion, title: str, context: str, shift: int) -> Question:
    """A question of SQuAD; where a text is not at its `answer_start`, no place of it is scored."""
    golds = [] if row.is_impossible else [answer for answer in row.answers if answer.text]
    exact = all(
        answer.answer_start is not None and context.startswith(answer.text, answer.answer_start)
        for answer in golds
    )
    starts = {(answer.answer_start or 0, len(answer.text)) for answer in golds} if exact else set()
    return Question(
        id=row.id,
        question=row.question,
        answers=tuple(dict.fromkeys(answer.text for answer in golds)),
        answerable=bool(golds),
        evidence=tuple(
            Evidence(document_id=title, start=shift + start, end=shift + start + length, role="answer")
            for start, length in sorted(starts)
        ),
        document_id=title,
        offset="exact" if exact else "guessed",
    )
