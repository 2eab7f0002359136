"""Question sets: read from JSON Lines, or from SQuAD 1.1/2.0 JSON as it is.

A line of JSON Lines is one Question; fields that Quoth does not know are ignored. The contexts of a
SQuAD file are a source as well, so reading one gives Documents, from which an index can be built.
"""

import hashlib
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from index.types import Document
from qa.errors import QuestionSetError
from qa.types import Turn

_FORMATS = "give one question a line in JSON Lines, or a SQuAD 1.1/2.0 JSON file"


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
    history: tuple[Turn, ...] = ()
    document_id: str | None = None
    kind: str | None = None
    offset: str | None = None

    @field_validator("history", mode="before")
    @classmethod
    def _known_fields_of_turns(cls, turns: object) -> object:
        if not isinstance(turns, list):
            return turns
        known = ("role", "text")
        return [{k: t[k] for k in known if k in t} if isinstance(t, dict) else t for t in turns]

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
    try:
        whole = json.loads(text)
    except (ValueError, RecursionError) as error:
        if file.suffix.lower() == ".json" and isinstance(error, json.JSONDecodeError):
            raise QuestionSetError(f"{file}:{error.lineno}: not JSON ({error.msg}); {_FORMATS}") from error
        whole = None
    if isinstance(whole, dict) and "data" in whole:
        found = _from_squad(file, whole, hashlib.sha256(content).hexdigest())
    else:
        found = QuestionSet(questions=tuple(_from_lines(file, text)))
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


def _from_lines(file: Path, text: str) -> Iterator[Question]:
    lines: dict[str, int] = {}
    # Not splitlines(): that also splits at characters (U+2028) that JSON allows inside a string.
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        question = _from_line(f"{file}:{number}", line)
        if question.id in lines:
            first = lines[question.id]
            raise QuestionSetError(
                f"{file}:{number}: the id {question.id!r} is already used on line {first}; make ids differ"
            )
        lines[question.id] = number
        yield question


def _from_line(place: str, line: str) -> Question:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise QuestionSetError(f"{place}: not JSON; {_FORMATS}") from error
    if not isinstance(row, dict):
        raise QuestionSetError(f"{place}: not a JSON object; {_FORMATS}")
    try:
        return Question.model_validate(row)
    except ValidationError as error:
        raise QuestionSetError(f"{place}: {_first(error)}; correct this question") from error


def _first(error: ValidationError) -> str:
    """The first thing that is wrong, on one line."""
    details = error.errors(include_url=False)[0]
    field = ".".join(str(part) for part in details["loc"])
    message = details["msg"].removeprefix("Value error, ").replace("\n", " ")
    return f"{field}: {message}" if field else message


class _SquadAnswer(_Row):
    text: str
    answer_start: int | None = None


class _SquadQuestion(_Row):
    id: str = Field(coerce_numbers_to_str=True)
    question: str
    answers: tuple[_SquadAnswer, ...] = ()
    is_impossible: bool = False


class _SquadParagraph(_Row):
    context: str
    qas: tuple[_SquadQuestion, ...]


class _SquadArticle(_Row):
    title: str | None = None
    paragraphs: tuple[_SquadParagraph, ...]


class _Squad(_Row):
    data: tuple[_SquadArticle, ...]


_BETWEEN_CONTEXTS = "\n\n"


def _from_squad(file: Path, value: dict[str, Any], sha256: str) -> QuestionSet:
    """One Document for each title, its contexts joined by blank lines, offsets shifted accordingly."""
    try:
        squad = _Squad.model_validate(value)
    except ValidationError as error:
        raise QuestionSetError(f"{file}: {_first(error)}; correct this SQuAD file") from error
    articles: dict[str, list[_SquadParagraph]] = {}
    for number, article in enumerate(squad.data, start=1):
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


def _squad_questions(file: Path, title: str, paragraphs: list[_SquadParagraph]) -> Iterator[Question]:
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


def _squad_question(row: _SquadQuestion, title: str, context: str, shift: int) -> Question:
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
