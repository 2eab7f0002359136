"""What programs may ask: the same four things by REST, as tools (MCP) and by gradio_client."""

from pydantic import BaseModel, ConfigDict, Field

from qa.citations import cite, cited
from qa.page.desk import Desk
from qa.page.limits import Turnstile
from qa.types import Answer, Citation, Turn
from qa.verification import faults

_MOST_FOUND = 20


class _Asked(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Question(_Asked):
    """A question, the conversation before it, and from which confidence on to answer."""

    question: str
    history: list[Turn] = Field(default=[], max_length=100)
    threshold: float | None = None
    documents: list[str] | None = None


class Query(_Asked):
    """Words to search for."""

    query: str
    top_k: int = Field(default=5, ge=1, le=1000)
    documents: list[str] | None = None


class Words(_Asked):
    """Words that may stand in the documents."""

    text: str = Field(min_length=1, max_length=10_000)
    documents: list[str] | None = None


class Answers(_Asked):
    """Answers as they were exported."""

    answers: list[Answer] = Field(min_length=1, max_length=1000)


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


class Programs:
    """The server's documents for programs; each call takes a turn of the caller's."""

    def __init__(self, desk: Desk, turnstile: Turnstile) -> None:
        self._desk = desk
        self._turnstile = turnstile

    def ask(self, asked: Question, caller: str) -> Answer:
        """Answer a question from the documents, with citations, or say that they are silent."""
        with self._turnstile.turn(caller):
            return self._desk.answerer.answer(
                asked.question, asked.history, threshold=asked.threshold, documents=asked.documents
            )

    def search(self, asked: Query, caller: str) -> list[Hit]:
        """Find the passages that are most relevant to a query, best first."""
        with self._turnstile.turn(caller):
            hits = self._desk.retriever.retrieve(asked.query, asked.top_k, documents=asked.documents)
        return [Hit(**hit.passage.model_dump(), score=hit.score) for hit in hits]

    def quote(self, asked: Words, caller: str) -> list[Citation]:
        """Say where words stand in the documents, to the character; at most 20 places."""
        found: list[Citation] = []
        with self._turnstile.turn(caller):
            self._desk.retriever.require(asked.documents)
            for document_id in asked.documents or self._desk.index.document_ids():
                document = self._desk.index.document(document_id)
                start = document.text.find(asked.text)
                while start >= 0:
                    found.append(cite(document, start, start + len(asked.text), score=1.0))
                    if len(found) == _MOST_FOUND:
                        return found
                    start = document.text.find(asked.text, start + 1)
        return found

    def verify(self, asked: Answers, caller: str) -> Verdict:
        """Check every quote of exported answers against the documents, to the character."""
        with self._turnstile.turn(caller):
            citations = cited(asked.answers)
            held = set(self._desk.index.document_ids()) & {one.document_id for one in citations}
            documents = {
                (one.document_id, one.sha256): self._desk.index.document(one.document_id)
                for one in citations
                if one.document_id in held
            }
            wrong = faults(asked.answers, documents)
        return Verdict(verified=not wrong, citations=len(citations), wrong=wrong)
