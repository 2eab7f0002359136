"""What a visitor sits at: the documents that can be read and asked, and what answers."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Protocol

from index.embedder import encodable
from index.index import Index
from index.types import Document
from qa.errors import QuestionError
from qa.page.layout import pieces
from qa.retriever import Retriever
from qa.types import Answer, Turn

# Documents that the panel offers for choosing; any other opens by its citations.
MOST_LISTED = 500


class Answers(Protocol):
    """What the page asks: a `qa.Answerer`."""

    def answer(
        self,
        question: str,
        history: Sequence[Turn | Mapping[str, str]] = (),
        *,
        threshold: float | None = None,
        documents: Collection[str] | None = None,
    ) -> Answer:
        """An answer or a refusal; QuestionAnsweringError for what cannot be asked."""


class Desk:
    """The documents of the server, which every visitor reads and asks."""

    def __init__(self, answerer: Answers, retriever: Retriever, index: Index) -> None:
        self.answerer = answerer
        self.retriever = retriever
        self.index = index

    def listing(self) -> dict[str, Any]:
        """The first ids, and how many documents there are."""
        ids = self.index.document_ids()
        return {"ids": ids[:MOST_LISTED], "total": len(ids)}

    def read(self, document_id: str) -> dict[str, Any]:
        """A document laid out for the panel; QuestionError when there is none of that id."""
        document = self._document(document_id)
        # A lone surrogate cannot be sent; it gives way to one character, so that offsets hold.
        (text,) = encodable([document.text])
        return {
            "id": document.id,
            "title": document.title,
            "sha256": document.sha256,
            "note": document.note,
            "pieces": pieces(document.model_copy(update={"text": text})),
        }

    def _document(self, document_id: str) -> Document:
        try:
            return self.index.document(document_id)
        except KeyError as error:
            raise QuestionError(f"{document_id}: there is no such document here") from error
