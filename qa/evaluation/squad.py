"""The forms in which SQuAD and sets like it are passed on: its own JSON, and Hugging Face's rows.

A row is `{id, title, context, question, answers: {text: [...], answer_start: [...]}}`. Rows come one a line,
in a list, as the datasets server gives them (`{"rows": [{"row": {...}}]}`), under "data", or as columns.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, field_validator


class _Row(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class SquadAnswer(_Row):
    """A gold answer, and where it starts in its paragraph."""

    text: str
    answer_start: int | None = None


class SquadQuestion(_Row):
    """A question about a paragraph; without answers it is not answerable."""

    id: str = Field(coerce_numbers_to_str=True)
    question: str
    answers: tuple[SquadAnswer, ...] = ()
    is_impossible: bool = False

    @field_validator("answers", mode="before")
    @classmethod
    def _pairs(cls, answers: object) -> object:
        """Hugging Face has the texts in one list and the places in another, and null for none."""
        if isinstance(answers, Mapping):
            return [answers] if isinstance(answers.get("text"), str) else table(answers)
        return answers or ()


class SquadRow(SquadQuestion):
    """A question with its paragraph, as Hugging Face has it."""

    context: str
    title: str | None = None


class SquadParagraph(_Row):
    """A paragraph and the questions about it."""

    context: str
    qas: tuple[SquadQuestion, ...]


class SquadArticle(_Row):
    """An article's paragraphs."""

    title: str | None = None
    paragraphs: tuple[SquadParagraph, ...]


class Squad(_Row):
    """SQuAD 1.1 or 2.0."""

    data: tuple[SquadArticle, ...]


def rows_in(value: object) -> list[object] | None:
    """The rows of a whole JSON file; None when it is no form of many rows. ValueError for uneven columns."""
    if isinstance(value, Mapping):
        if isinstance(value.get("question"), list | Mapping):
            return list(table(value))
        value = None if "question" in value else value.get("rows", value.get("data"))
    return value if isinstance(value, list) else None


def table(columns: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The rows of columns. A column is a list, an object by place (as pandas has it), or columns itself."""
    lists = {name: _column(column) for name, column in columns.items() if isinstance(column, list | Mapping)}
    if len(set(map(len, lists.values()))) > 1:
        raise ValueError(
            "the columns differ in length: " + ", ".join(f"{n} {len(c)}" for n, c in lists.items())
        )
    return [dict(zip(lists, row, strict=True)) for row in zip(*lists.values(), strict=True)]


def _column(column: list[Any] | Mapping[str, Any]) -> list[Any]:
    if isinstance(column, list):
        return column
    by_place = all(key.isdigit() for key in column)
    return list(column.values()) if by_place else table(column)


def articles_of(rows: Iterable[SquadRow]) -> list[SquadArticle]:
    """The rows as SQuAD has them: by title, each paragraph once, in the order in which they came."""
    titles: dict[str | None, dict[str, list[SquadQuestion]]] = {}
    for row in rows:
        titles.setdefault(row.title, {}).setdefault(row.context, []).append(row)
    return [
        SquadArticle(
            title=title,
            paragraphs=tuple(
                SquadParagraph(context=context, qas=tuple(qas)) for context, qas in found.items()
            ),
        )
        for title, found in titles.items()
    ]
