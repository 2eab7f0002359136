"""A page that is served with answers from a double and no model, for tests in a browser."""

import re
import threading
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple, cast

import app
from index.index import Index
from index.testing import HashEmbedder
from index.types import Document, Heading
from qa.answer.citations import cite
from qa.errors import QuestionError
from qa.retrieve.retriever import Retriever
from qa.serve.feedback import FeedbackFile
from qa.serve.sessions import Sessions
from qa.serve.uploads import UploadLimits
from qa.serve.workspace import Workspace
from qa.types import Answer, Citation, Turn
from tests.browsing import sessions_in

ROOT = Path(__file__).parent.parent
HOSTILE = (
    "<script>window.__pwned = 1</script> <img src=x onerror='window.__pwned = 2'> [a](javascript:alert(1)) "
    "**bold** `code` $$x$$ <a href='javascript:window.__pwned=3'>b</a> &lt;i&gt; </div></article> ${1} {{2}}."
)
# A hostile line in a paragraph of its own, after astral characters, so that no offset is 0.
DOCUMENTS = {
    "deepseek.txt": (ROOT / "seeds" / "deepseek.txt").read_text(encoding="utf-8"),
    "emoji.txt": (
        "🦊🦊 Foxes 👩‍🔬 first.\r\n\r\nThe 😀 laughed 🎉 twice.\r\nThen it 𝒔lept.\r\n\r\n𝒔 The end.\r\n"
    ),
    "hostile.txt": f"𝒔 Nothing here.\n\n{HOSTILE}\n\nNothing more.\n",
    "<img src=x onerror=window.__pwned=4>.txt": "A file may be named like this.\n\nIt is not rendered.\n",
}
# A document with pages and headings, whose first page has a heading of its own.
REPORT = "Harbour report\n\nIt was built in stone.\n\nThe bell\n\nIt weighs nine tons.\n\nNobody rings it."
LONG = "\n\n".join(f"Paragraph {number} 🦉 says {'many words ' * 30}." for number in range(3000))


class Script(NamedTuple):
    """What the double answers: quotes, the highlight in each, and the exact span."""

    document_id: str
    quotes: tuple[str, ...]
    highlights: tuple[str | None, ...]


SCRIPTS = {
    "Who founded High-Flyer?": Script(
        "deepseek.txt",
        (
            "Liang Wenfeng, the founder of High-Flyer, invested heavily in GPUs and supercomputers to "
            "analyze financial data.",
            "And if you're a company trying to protect itself from AI, see this article about security "
            "provided by Wired.",
        ),
        ("Liang Wenfeng", "Wired"),
    ),
    "Who is the founder of High-Flyer?": Script(
        "deepseek.txt",
        (
            "Liang Wenfeng, the founder of High-Flyer, invested heavily in GPUs and supercomputers to "
            "analyze financial data.",
        ),
        ("Liang Wenfeng",),
    ),
    "When was that?": Script("deepseek.txt", ("The US export controls imposed in October 2022",), ("2022",)),
    "Who laughed?": Script(
        "emoji.txt", ("😀 laughed 🎉 twice.\r\nThen it 𝒔lept.\r\n\r\n𝒔 The",), ("🎉 twice.\r\nThen it 𝒔",)
    ),
    "What is hostile?": Script("hostile.txt", (HOSTILE,), (None,)),
    "What is rendered?": Script(
        "<img src=x onerror=window.__pwned=4>.txt", ("It is not rendered.",), (None,)
    ),
    "What does the bell weigh?": Script("report.pdf", ("It weighs nine tons.",), ("nine tons",)),
    "What is long?": Script("long.txt", ("Paragraph 2990 🦉 says many",), ("2990",)),
}


class HeldDocuments:
    """The part of an Index that the page asks for, over documents in memory."""

    def __init__(self, documents: Sequence[Document]) -> None:
        self._documents = {document.id: document for document in documents}

    def document_ids(self) -> tuple[str, ...]:
        return tuple(self._documents)

    def document(self, document_id: str) -> Document:
        return self._documents[document_id]


class ScriptedAnswerer:
    """Answers the questions of SCRIPTS from real offsets, and refuses any other."""

    def __init__(self, held: HeldDocuments) -> None:
        self.held = held
        self.gate = threading.Event()
        self.gate.set()

    def answer(
        self,
        question: str,
        history: Sequence[Turn | Mapping[str, str]] = (),
        *,
        threshold: float | None = None,
        documents: Collection[str] | None = None,
    ) -> Answer:
        self.gate.wait(30)
        if not question.strip() or len(question) > 2000:
            raise QuestionError("the question is empty or too long; ask less")
        turns = [Turn.model_validate(turn) for turn in history]
        script = SCRIPTS.get(question)
        answered = threshold == 0.0 or (script is not None and threshold != 1.0)
        found = script or Script("deepseek.txt", ("DeepSeek's story is an unusual one.",), (None,))
        citations = tuple(
            self._cite(found.document_id, quote, exact)
            for quote, exact in zip(found.quotes, found.highlights, strict=True)
        )
        return Answer(
            question=question,
            standalone_question=f"{question} ({turns[-1].text})" if turns else question,
            about=turns[-1].text if turns else None,
            answered=answered,
            text=" ".join(citation.quote for citation in citations) if answered else "Not said.",
            short=found.highlights[0],
            confidence=0.87 if script else 0.12,
            threshold=0.5 if threshold is None else threshold,
            citations=citations if answered else (),
            closest=() if answered else citations,
            missing_terms=() if script else tuple(re.findall(r"\S+$", question)),
            timings_ms={"read": 1.5},
        )

    def _cite(self, document_id: str, quote: str, exact: str | None) -> Citation:
        document = self.held.document(document_id)
        start = document.text.index(quote)
        first = start + quote.index(exact) if exact else 0
        highlight = (first, first + len(exact)) if exact else None
        return cite(document, start, start + len(quote), highlight=highlight, score=1.0)


class Served(NamedTuple):
    """A page that is being served."""

    url: str
    answerer: ScriptedAnswerer
    held: HeldDocuments
    said: Path
    sessions: Sessions


@contextmanager
def serving(folder: Path) -> Iterator[Served]:
    """The page over DOCUMENTS, a long text and a report; what it writes goes into a folder."""
    texts = {**DOCUMENTS, "long.txt": LONG}
    documents = [Document(id=name, source=name, sha256="0" * 64, text=text) for name, text in texts.items()]
    headings = [(words, REPORT.index(words)) for words in ("Harbour report", "The bell")]
    report = Document(
        id="report.pdf", source="report.pdf", sha256="0" * 64, text=REPORT, title="Harbour report",
        headings=tuple(Heading(start=start, end=start + len(w), level=1) for w, start in headings),
        pages=(0, REPORT.index("The bell")),
    )  # fmt: skip
    held = HeldDocuments([*documents, report])
    answerer = ScriptedAnswerer(held)
    index = Index.from_sources([ROOT / "seeds"], folder / "index", embedder=HashEmbedder())
    workspace = Workspace(answerer, Retriever(index), cast(Index, held))
    with sessions_in(folder / "sessions") as sessions:
        web = app.build(workspace, sessions, UploadLimits(), FeedbackFile(folder / "said"))
        with app.Server(web, "127.0.0.1", 0).running() as url:
            yield Served(url, answerer, held, folder / "said", sessions)
