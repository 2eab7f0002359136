"""What programs may ask: the same four things by REST, as tools (MCP) and by gradio_client."""

import json
from collections.abc import Iterator
from itertools import islice
from typing import Annotated, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from index.text.surrogates import is_unicode
from qa.answer.citations import cite, cited
from qa.answer.verification import faults
from qa.serve.rate_limits import RateLimiter
from qa.serve.workspace import Workspace
from qa.types import Answer, Citation, History

_MOST_FOUND = 20
_Value = TypeVar("_Value", bound=BaseModel)


# Each argument's description is its form; an error names it.
Documents = Annotated[
    list[str] | None, Field(description="a list of one document id or more, or null for all documents")
]
Threshold = Annotated[
    float | None, Field(description="a number from 0, always answer, to 1, or null for the usual one")
]
Conversation = Annotated[
    History,
    Field(
        max_length=100,
        description='a list of {"role": "user" or "assistant", "text": "…"}, or "content" as OpenAI has it',
    ),
]


class _Asked(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Question(_Asked):
    """A question, the conversation before it, and from which confidence on to answer."""

    question: str = Field(description="the question, a string")
    history: Conversation = ()
    threshold: Threshold = None
    documents: Documents = None


class Query(_Asked):
    """Words to search for."""

    query: str = Field(description="what to search for, a string")
    top_k: int = Field(default=5, ge=1, le=1000, description="a whole number from 1 to 1000")
    documents: Documents = None


class Words(_Asked):
    """Words that may stand in the documents."""

    text: str = Field(
        min_length=1,
        max_length=10_000,
        description="the words to look for, a string of 1 to 10000 characters",
    )
    documents: Documents = None


class Answers(_Asked):
    """Answers as they were exported."""

    answers: list[Answer] = Field(
        min_length=1, max_length=1000, description="a list of 1 to 1000 answers as ask gives them"
    )


FORMS = {
    name: str(field.description)
    for asked in (Question, Query, Words, Answers)
    for name, field in asked.model_fields.items()
}


class Hit(BaseModel):
    """A passage with its place and score."""

    document_id: str
    start: int
    end: int
    text: str
    score: float


class Verdict(BaseModel):
    """Whether every quote stands in the documents as it was cited; `wrong` holds a line for each fault."""

    verified: bool
    citations: int
    wrong: list[str]


class Operations:
    """The server's documents for programs; each call takes a turn of the caller's."""

    def __init__(self, workspace: Workspace, rate_limiter: RateLimiter) -> None:
        self._workspace = workspace
        self._limiter = rate_limiter

    async def ask(self, asked: Question, caller: str) -> Answer:
        """Answer a question from the documents, with citations, or say that they are silent."""
        answer = await self._limiter.run(
            caller,
            lambda: self._workspace.answerer.answer(
                asked.question, asked.history, threshold=asked.threshold, documents=asked.documents
            ),
        )
        self._workspace.metrics.count(answer)
        return _sendable(answer)

    async def search(self, asked: Query, caller: str) -> list[Hit]:
        """Find the passages that are most relevant to a query, best first."""
        hits = await self._limiter.run(
            caller,
            lambda: self._workspace.retriever.retrieve(asked.query, asked.top_k, documents=asked.documents),
        )
        return [_sendable(Hit(**hit.passage.model_dump(), score=hit.score)) for hit in hits]

    async def quote(self, asked: Words, caller: str) -> list[Citation]:
        """Say where words stand in the documents, to the character; at most 20 places."""
        places = await self._limiter.run(caller, lambda: list(islice(self._places(asked), _MOST_FOUND)))
        return [_sendable(place) for place in places]

    async def verify(self, asked: Answers, caller: str) -> Verdict:
        """Check every quote of exported answers against the documents, to the character."""
        return await self._limiter.run(caller, lambda: self._verdict(list(map(_sendable, asked.answers))))

    def _places(self, asked: Words) -> Iterator[Citation]:
        self._workspace.retriever.require(asked.documents)
        for document_id in asked.documents or self._workspace.index.document_ids():
            document = self._workspace.index.document(document_id)
            start = document.text.find(asked.text)
            while start >= 0:
                yield cite(document, start, start + len(asked.text), score=1.0)
                start = document.text.find(asked.text, start + 1)

    def _verdict(self, answers: list[Answer]) -> Verdict:
        citations = cited(answers)
        held = set(self._workspace.index.document_ids()) & {one.document_id for one in citations}
        documents = {
            (one.document_id, one.sha256): _sendable(self._workspace.index.document(one.document_id))
            for one in citations
            if one.document_id in held
        }
        wrong = faults(answers, documents)
        return Verdict(verified=not wrong, citations=len(citations), wrong=wrong)


def _sendable(found: _Value) -> _Value:
    """With "?" for each lone surrogate, which a corpus may hold and no protocol carries; offsets hold."""
    text = json.dumps(found.model_dump(mode="json"), ensure_ascii=False)
    if is_unicode(text):
        return found
    return type(found).model_validate_json(text.encode("utf-8", "replace"))
