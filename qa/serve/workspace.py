"""The documents that one session can read and ask, and what answers."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import Any

from index.store.protocol import SearchIndex
from index.text.surrogates import encodable
from index.types import Document
from qa.answer.citations import cited
from qa.answer.writing import Show, Writes
from qa.errors import QuestionError
from qa.language.foreign import is_foreign
from qa.page.layout import pieces
from qa.page.rendering import FOREIGN
from qa.page.suggestions import suggest
from qa.retrieve.retriever import Retriever
from qa.serve.asking import Answers, surest
from qa.serve.mentions import mentions
from qa.serve.metrics import Metrics
from qa.serve.page_pictures import pictured
from qa.serve.sessions import Session
from qa.types import Answer, Citation, Turn

# Documents that the page lists; any other opens by its citations.
MOST_LISTED = 500
_MOST_SUGGESTED = 200
_ABOUT = "What is this document about?"


class Workspace:
    """The documents of the server, which every visitor reads and asks, beside the visitor's own.

    `writer` is the one that every answerer of the server has, None where no language model is. `sample` names
    the documents that only show what Quoth does: they are not asked any more, unless the visitor says so,
    once there is an own document.
    """

    def __init__(
        self,
        answerer: Answers,
        retriever: Retriever,
        index: SearchIndex,
        writer: Writes | None = None,
        *,
        sample: Collection[str] = (),
    ) -> None:
        self.sample = frozenset(sample)
        self.answerer = answerer
        self.writer = writer
        self.retriever = retriever
        self.index = index
        self.metrics = Metrics()
        self._suggested: dict[tuple[object, ...], list[str]] = {}

    def ask(
        self,
        question: str,
        history: Sequence[Turn | Mapping[str, object]] | None = (),
        *,
        threshold: float | None = None,
        session: Session | None = None,
        show: Show | None = None,
    ) -> Answer:
        """The surest answer from the documents that the visitor chose, own ones first among equals.

        With `show`, a language model writes to it, see `qa.answer.writing`.
        """
        parts: list[tuple[Answers, Collection[str] | None]] = []
        shared: Collection[str] | None = None
        if session:
            left_out = self.left_out(session)
            own = [one for one in session.library.ready() if one not in left_out]
            # The library's documents and its answerer change in the background: a pair of one moment.
            if own and (answerer := session.library.answerer):
                parts.append((answerer, own))
            if left_out:
                shared = [one for one in self.index.document_ids() if one not in left_out]
        if shared is None or shared:
            parts.append((self.answerer, shared))
        if not parts:
            raise QuestionError("no document is chosen; choose one to ask under Documents")
        asks = [
            partial(answerer.answer, write=False) if self.writer else answerer.answer for answerer, _ in parts
        ]
        answers = [
            ask(question, history, threshold=threshold, documents=documents)
            for ask, (_, documents) in zip(asks, parts, strict=True)
        ]
        best = surest(answers)
        if self.writer is None or show is None or best.verdict == "silent":
            return best
        # Only the one that is given is written.
        answerer, documents = next(
            part for part, answer in zip(parts, answers, strict=True) if answer.text == best.text
        )
        written = answerer.answer(question, history, threshold=threshold, documents=documents, show=show)
        return best.model_copy(update={"written": written.written, "timings_ms": written.timings_ms})

    def left_out(self, session: Session | None) -> frozenset[str]:
        """The documents that are not asked: those that the visitor says, and a sample beside own ones."""
        if session is None:
            return frozenset()
        stepped_back = self.sample if session.library.ready() else frozenset()
        unasked = {one for one, asked in session.choice.items() if not asked}
        return (
            (stepped_back - {one for one, asked in session.choice.items() if asked})
            | unasked
            | session.removed
        )

    def choose(self, session: Session, documents: Collection[str] | None) -> None:
        """Have all listed documents asked, or only some."""
        listed = [*session.library.ready(), *self.index.document_ids()[:MOST_LISTED]]
        session.choice = {one: documents is None or one in documents for one in listed}

    def remove(self, document_id: str, session: Session) -> None:
        """Remove a document from what the visitor sees: an own one for good, a sample from the list."""
        if document_id in self.sample and document_id not in {one.id for one in session.library.uploads()}:
            session.removed.add(document_id)
        else:
            session.library.remove(document_id)
        session.choice.pop(document_id, None)

    def overview(self, document_id: str, session: Session | None = None) -> list[Citation]:
        """The few sentences that say what a document is about."""
        self._document(document_id, session)
        own = session is not None and document_id in session.library.ready()
        answerer = (session.library.answerer if session and own else None) or self.answerer
        answer = answerer.answer(_ABOUT, documents=[document_id])
        return list(answer.citations) if answer.kind in ("whole", "document") else []

    def listing(self, session: Session | None = None) -> dict[str, Any]:
        """The visitor's documents with their states and the first of the server's; how many there are."""
        removed = session.removed if session else set()
        ids = (
            [one for one in self.index.document_ids() if one not in removed]
            if removed
            else self.index.document_ids()
        )
        own = session.library.uploads() if session else []
        left_out = self.left_out(session)
        listed = [
            *(
                {**upload.model_dump(), "own": True, "asked": upload.id not in left_out}
                for upload in own
            ),
            *(
                {"id": document_id, "own": False, "state": "ready", "asked": document_id not in left_out,
                 "sample": document_id in self.sample}
                for document_id in ids[:MOST_LISTED]
            ),
        ]  # fmt: skip
        ready = sum(upload.state == "ready" for upload in own)
        return {
            "documents": listed,
            "total": len(ids) + ready,
            "kept": session.kept if session else False,
            "shared": session.shared if session else False,
        }

    def suggestions(self, document_id: str, session: Session | None = None) -> list[str]:
        """Questions about a document that it answers when the visitor asks them."""
        document = self._document(document_id, session)
        left_out = self.left_out(session)
        key = (document.id, document.sha256, left_out, tuple(session.library.ready()) if session else ())
        if key not in self._suggested:

            def ask(question: str) -> Answer:
                answer = self.ask(question, session=session)
                own = any(one.document_id == document.id for one in answer.citations[:1])
                return answer if own else answer.model_copy(update={"verdict": "silent", "answered": False})

            while len(self._suggested) >= _MOST_SUGGESTED:
                self._suggested.pop(next(iter(self._suggested)), None)
            self._suggested[key] = suggest(document, ask)
        return self._suggested[key]

    def mentions(self, words: str, session: Session | None = None) -> list[Citation]:
        """Where the documents that are asked say the same words; of the server's, the first MOST_LISTED."""
        own, left_out = session.library.ready() if session else [], self.left_out(session)
        chosen = [one for one in (*own, *self.index.document_ids()[:MOST_LISTED]) if one not in left_out]
        return mentions(words, (self._document(document_id, session) for document_id in chosen))

    def holds(self, document_id: str) -> bool:
        """Whether the server has a document of this id."""
        try:
            self.index.document(document_id)
        except KeyError:
            return False
        return True

    def quotes_own(self, answers: Sequence[Answer], session: Session | None) -> bool:
        """Whether answers quote a document that is, or was, this visitor's alone."""
        if session is None or session.shared:
            return False
        return any(not self.holds(citation.document_id) for citation in cited(answers))

    def read(self, document_id: str, session: Session | None = None) -> dict[str, Any]:
        """A document laid out for the panel; QuestionError when there is none of that id."""
        document, index = self.found(document_id, session)
        # A lone surrogate cannot be sent; it gives way to one character, so that offsets hold.
        (text,) = encodable([document.text])
        notes = [FOREIGN.format("document")] if is_foreign(text) else []
        return {
            "id": document.id,
            "title": document.title,
            "sha256": document.sha256,
            "pictures": pictured(document, index),
            "note": ". ".join([*notes, *([document.note] if document.note else [])]),
            "pieces": pieces(document.model_copy(update={"text": text})),
        }

    def found(self, document_id: str, session: Session | None) -> tuple[Document, SearchIndex]:
        """A document that the visitor may read, and the index that holds it; QuestionError for any other."""
        own = session.library.index if session and document_id in session.library.ready() else None
        for index in filter(None, (own, self.index)):
            with suppress(KeyError):
                return index.document(document_id), index
        raise QuestionError(f"{document_id}: there is no such document here")

    def _document(self, document_id: str, session: Session | None) -> Document:
        return self.found(document_id, session)[0]
