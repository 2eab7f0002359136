"""A visitor's own documents: names, states, limits, isolation, and their end; with no model."""

import errno
import html
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

import app
from index.cache import cache_folder
from index.errors import IndexFolderError
from index.index import Index
from index.store import generations
from index.testing import HashEmbedder
from qa.answer.answerer import Answerer
from qa.errors import QuestionError, UploadError, one_line
from qa.evaluation.questions import load_questions
from qa.language import foreign
from qa.read.baseline import SentenceReader
from qa.serve.asking import surest
from qa.serve.feedback import Feedback, FeedbackFile
from qa.serve.sessions import Sessions
from qa.serve.uploads import FORMATS, UploadLimits, safe_name
from qa.serve.workspace import Workspace
from qa.settings import AnswerSettings
from qa.types import Answer, Citation
from tests.browsing import Session, browsing, sessions_in
from tests.uploading import FERRY, HARBOUR, files, pdf, put, settled

if TYPE_CHECKING:
    from playwright.sync_api import Browser

SERVED = "The lighthouse.\n\nIts lamp was lit by Robert Stevenson in 1811.\n"


@pytest.mark.parametrize(
    ("given", "safe"),
    [
        ("a.txt", "a.txt"),
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\Users\\me\\b.PDF", "b.PDF"),
        ("a\u2044b\uff0fc.md", "c.md"),
        ("..\\..\\.ssh.html", "ssh.html"),
        ("~$lock.docx", "$lock.docx"),
        ("new\nline\r\x00\x1b[31m\u202egnp.txt", "newline[31mgnp.txt"),
        ("  two   spaces .txt", "two spaces.txt"),
        ("e\u0301.txt", "é.txt"),
        ("<script>alert(1)<\\script>.txt", "script>.txt"),
        ("a" * 300 + ".txt", "a" * 116 + ".txt"),
        ("🦊" * 300 + ".txt", "🦊" * 29 + ".txt"),
    ],
)
def test_a_name_is_made_safe(given: str, safe: str) -> None:
    assert safe_name(given) == safe
    assert len(safe_name(given).encode()) <= 120


@pytest.mark.parametrize("name", ["", ".txt", "..", "a.exe", "a", "pdf", "/.md", "\x00\x01.docx", "a.txt/"])
def test_a_name_that_is_none_or_of_another_format_is_refused(name: str) -> None:
    with pytest.raises(UploadError, match=f"Quoth cannot read this kind of file; it reads {FORMATS}"):
        safe_name(name)


@pytest.fixture
def sessions(tmp_path: Path) -> Iterator[Sessions]:
    with sessions_in(tmp_path / "sessions", UploadLimits(file_megabytes=1, documents=4)) as made:
        yield made


def test_a_document_that_is_added_is_indexed_and_asked(sessions: Sessions) -> None:
    _, session = sessions.begin()
    put(session, "harbour.pdf", pdf("Its bell weighs nine tons."))
    put(session, "ferry.md", FERRY)
    assert {name: upload.state for name, upload in settled(session.library).items()} == {
        "harbour.pdf": "ready",
        "ferry.md": "ready",
    }
    assert session.library.answerer
    answer = session.library.answerer.answer("What does the bell weigh?", documents=session.library.ready())
    assert answer.citations[0].quote == "Its bell weighs nine tons."
    assert answer.citations[0].page == 1


def test_a_bad_file_is_refused_in_one_line_without_a_path_and_harms_no_other(sessions: Sessions) -> None:
    _, session = sessions.begin()
    put(session, "ferry.md", FERRY)
    for name, content in {
        "bad.docx": b"PK\x03\x04 nothing",
        "empty.txt": b" \n",
        "worse.pdf": b"%PDF-1.7 broken",
    }.items():
        with pytest.raises(UploadError) as refused:
            put(session, name, content)
        assert str(refused.value).startswith(f"{name} is ")
        assert str(session.library.folder) not in str(refused.value)
        assert "received" not in str(refused.value)
        assert "\n" not in str(refused.value)
    put(session, "harbour.txt", HARBOUR)
    assert {name: upload.state for name, upload in settled(session.library).items()} == {
        "ferry.md": "ready",
        "harbour.txt": "ready",
    }
    assert files(session.library) == {"ferry.md": FERRY, "harbour.txt": HARBOUR}
    assert list((session.library.folder / "incoming").iterdir()) == []


def test_a_document_that_is_removed_is_gone_and_the_rest_is_asked(sessions: Sessions) -> None:
    _, session = sessions.begin()
    put(session, "harbour.txt", HARBOUR)
    put(session, "ferry.md", FERRY)
    settled(session.library)
    session.library.remove("harbour.txt")
    assert session.library.ready() == ["ferry.md"]
    assert not (session.library.folder / "documents" / "harbour.txt").exists()
    session.library.remove("ferry.md")
    assert session.library.ready() == []
    with pytest.raises(UploadError, match=r"ferry\.md: there is no such document here"):
        session.library.remove("ferry.md")
    with pytest.raises(UploadError):
        session.library.remove("../../sessions")


def test_a_name_that_is_taken_whatever_its_case_gets_a_number(sessions: Sessions) -> None:
    _, session = sessions.begin()
    names = [put(session, name, HARBOUR, taken="a.txt".__eq__) for name in ("a.txt", "b.txt", "B.TXT")]
    assert names == ["a (2).txt", "b.txt", "B (2).TXT"]


def test_no_more_documents_are_taken_than_the_limit_says(sessions: Sessions) -> None:
    _, session = sessions.begin()
    for number in range(4):
        put(session, f"{number}.txt", HARBOUR)
    with pytest.raises(UploadError, match=r"5\.txt: there are 4 documents already, the most; remove one"):
        put(session, "5.txt", HARBOUR)


def citation(document_id: str, score: float) -> Citation:
    return Citation(document_id=document_id, source="", sha256="", start=0, end=1, quote="x", score=score)


def answer(
    confidence: float, *closest: Citation, missing: tuple[str, ...] = (), answered: bool = False
) -> Answer:
    return Answer(
        question="?", standalone_question="?", answered=answered, text="", short=None, confidence=confidence,
        threshold=0.5, citations=closest if answered else (), closest=() if answered else closest,
        missing_terms=missing, timings_ms={"read": 1.0},
    )  # fmt: skip


def test_the_surest_answer_is_given_and_a_refusal_shows_the_closest_of_all() -> None:
    sure, unsure = answer(0.9, citation("a", 1), answered=True), answer(0.4, citation("b", 9))
    assert surest([unsure, sure]).citations == sure.citations
    assert surest([unsure, sure]).closest == ()
    one = answer(0.3, citation("a", 1), citation("a", 0), missing=("x", "y"))
    two = answer(0.2, citation("b", 5), citation("b", 4), missing=("y",))
    merged = surest([two, one])
    assert [(near.document_id, near.score) for near in merged.closest] == [("a", 1), ("b", 5)]
    assert merged.missing_terms == ("y",)
    assert merged.timings_ms == {"read": 2.0}
    assert surest([one, one.model_copy(update={"question": "!"})]).question == "?"


class Served(NamedTuple):
    """A page over one document of the server, its sessions, and where it keeps what people say of answers."""

    url: str
    sessions: Sessions
    workspace: Workspace
    web: FastAPI
    said: Path


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("served")
    (folder / "lighthouse.txt").write_text(SERVED, encoding="utf-8")
    index = Index.from_sources(
        [folder / "lighthouse.txt"], tmp_path_factory.mktemp("index"), embedder=HashEmbedder()
    )
    answerer = Answerer(index, reader=SentenceReader(), settings=AnswerSettings(threshold=0.0))
    limits = UploadLimits(file_megabytes=1)
    with sessions_in(tmp_path_factory.mktemp("sessions"), limits) as sessions:
        workspace, said = Workspace(answerer, answerer.retriever, index), tmp_path_factory.mktemp("said")
        web = app.build(workspace, sessions, limits, FeedbackFile(said))
        with app.Server(web, "127.0.0.1", 0).running() as url:
            yield Served(url, sessions, workspace, web, said)


@pytest.fixture
def client(served: Served) -> TestClient:
    return TestClient(served.web)


def listed(client: TestClient) -> dict[str, dict[str, Any]]:
    return {one["id"]: one for one in client.get("/session/documents").json()["documents"]}


def upload(client: TestClient, name: str, content: bytes | str) -> dict[str, dict[str, Any]]:
    given = client.put("/session/documents", params={"name": name}, content=content)
    assert given.status_code == 200, given.text
    deadline = time.monotonic() + 60
    while any(one["state"] in {"waiting", "indexing"} for one in listed(client).values()):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    return listed(client)


def test_one_visitor_sees_reads_asks_and_removes_nothing_of_another(
    served: Served, client: TestClient
) -> None:
    other = TestClient(served.web)
    assert upload(client, "harbour.txt", HARBOUR)["harbour.txt"]["state"] == "ready"
    assert "harbour.txt" not in listed(other)
    assert client.get("/session/document", params={"id": "harbour.txt"}).json()["id"] == "harbour.txt"
    for request in (
        other.get("/session/document", params={"id": "harbour.txt"}),
        other.delete("/session/documents", params={"id": "harbour.txt"}),
        TestClient(served.web, cookies={"quoth-0": "x" * 32}).get("/session/document?id=harbour.txt"),
    ):
        assert request.status_code == 400
        assert request.json() == {"detail": "harbour.txt: there is no such document here"}
    assert "harbour.txt" in listed(client)
    # The same name is the other's own document.
    assert upload(other, "harbour.txt", FERRY)["harbour.txt"]["bytes"] == len(FERRY)
    assert listed(client)["harbour.txt"]["bytes"] == len(HARBOUR)


def test_the_secret_of_a_session_is_kept_from_scripts_and_other_sites(client: TestClient) -> None:
    cookie = client.get("/session/documents").headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert "Max-Age" not in cookie
    assert "Max-Age=31536000" in client.post("/session/keep?kept=true").headers["set-cookie"]


def test_a_file_that_is_too_large_gets_a_line_with_the_number(served: Served, client: TestClient) -> None:
    for content in (b"x" * 1_000_001, iter([b"x" * 600_000] * 2)):
        given = client.put("/session/documents?name=big.txt", content=content)
        assert (given.status_code, given.json()["detail"]) == (
            400,
            "big.txt: more than 1 MB, the most; split it up",
        )
    assert "big.txt" not in listed(client)


def test_what_the_server_serves_cannot_be_removed_or_replaced(client: TestClient) -> None:
    assert client.delete("/session/documents?id=lighthouse.txt").status_code == 400
    assert "lighthouse (2).txt" in upload(client, "lighthouse.txt", FERRY)
    assert client.get("/session/document?id=lighthouse.txt").json()["pieces"][0]["text"] == "The lighthouse."


def test_documents_that_are_left_out_are_not_asked(served: Served, client: TestClient) -> None:
    upload(client, "harbour.txt", HARBOUR)
    token = client.cookies["quoth-0"]
    workspace, session = served.workspace, served.sessions.find(token)
    asked = "What does the bell weigh?"
    assert workspace.ask(asked, session=session).citations[0].document_id == "harbour.txt"
    client.post("/session/choice", params={"id": "harbour.txt", "asked": False})
    assert workspace.ask(asked, session=session).citations[0].document_id == "lighthouse.txt"
    assert workspace.ask(asked).citations[0].document_id == "lighthouse.txt"
    client.post("/session/choice", params={"id": "lighthouse.txt", "asked": False})
    with pytest.raises(QuestionError, match="no document is chosen"):
        workspace.ask(asked, session=session)


def test_with_a_shared_folder_all_visitors_see_the_same_documents_which_stay(tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    with sessions_in(tmp_path / "sessions", shared=shared) as sessions:
        (_, one), (_, two) = sessions.begin(), sessions.begin()
        put(one, "harbour.txt", HARBOUR)
        settled(one.library)
        assert two.library.ready() == ["harbour.txt"]
    assert (shared / "documents" / "harbour.txt").read_text() == HARBOUR
    with sessions_in(tmp_path / "sessions", shared=shared) as sessions:
        _, three = sessions.begin()
        assert settled(three.library)["harbour.txt"].state == "ready"


def test_what_cannot_be_kept_of_a_thumb_is_one_line_without_a_path(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(QuestionError) as refused:
        FeedbackFile(tmp_path / "file" / "said").add(answer(0.9), [], Feedback(good=True), own=True)
    assert str(refused.value) == "this cannot be kept on the server: Not a directory; try again later"


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("/srv/quoth/index: holds no index", "index: holds no index"),
        (r"C:\Users\me\a.txt: is empty", "a.txt: is empty"),
        ("built from '/home/me/docs/a.txt'", "built from 'a.txt'"),
        ("2024/report/a.txt: there is no such document", "2024/report/a.txt: there is no such document"),
        ("see https://example.org/a/b or 9/11", "see https://example.org/a/b or 9/11"),
    ],
)
def test_an_error_that_a_server_tells_names_no_folder_of_its_machine(said: str, shown: str) -> None:
    assert one_line(IndexFolderError(said)) == shown
    inside = cache_folder() / "a folder" / "index"
    assert one_line(IndexFolderError(f"{inside}: is damaged")) == "a folder/index: is damaged"


# --- in a browser


def give(session: Session, *files: tuple[str, bytes]) -> None:
    given = [{"name": name, "mimeType": "", "buffer": content} for name, content in files]
    session.page.set_input_files(".q-files", given)  # type: ignore[arg-type]


def ready(session: Session, name: str) -> None:
    session.page.get_by_label(f"Read {name}").and_(session.page.locator(":enabled")).wait_for(
        state="attached"
    )


def test_a_file_chosen_by_button_is_indexed_opened_asked_and_cited(session: Session) -> None:
    with session.page.expect_file_chooser():
        session.page.get_by_role("button", name="Add documents").first.click()
    give(session, ("harbour.pdf", pdf("Some words first.", "Its bell weighs nine tons.")))
    ready(session, "harbour.pdf")
    session.page.wait_for_function(
        "document.querySelector('.q-news').textContent === 'harbour.pdf is ready.'"
    )
    assert session.page.input_value(".q-pick select") == "harbour.pdf"
    assert session.page.inner_text("#q-documents-button") == "Documents: 2"
    assert (
        "up to 1 MB each. Only you see them. They stay on the computer that runs Quoth. They are deleted, "
        "with your conversations, two minutes after you close the page, or a day after the page was last "
        "open."
    ) in session.page.inner_text(".q-rule")
    session.ask("What does the bell weigh?")
    session.cited("Its bell weighs nine tons.")
    assert "page 2" in session.page.inner_text(".q-place")
    assert "harbour.pdf, page 2" in session.page.inner_text(".q-notes")


def test_a_file_dropped_anywhere_is_added_and_the_page_stays(session: Session) -> None:
    drop = """content => {
        const data = new DataTransfer();
        data.items.add(new File([content], 'ferry.md'));
        const on = document.querySelector('#q-conversation');
        const send = kind => on.dispatchEvent(
            new DragEvent(kind, {dataTransfer: data, bubbles: true, cancelable: true}));
        send('dragenter');
        const shown = getComputedStyle(document.body, '::after').content;
        send('drop');
        return shown;
    }"""
    assert session.page.evaluate(drop, FERRY) == '"Drop to add"'
    ready(session, "ferry.md")
    session.page.wait_for_function(
        "text => document.querySelector('.q-text').textContent === text", arg=FERRY
    )
    assert session.page.evaluate("getComputedStyle(document.body, '::after').content") == "none"


def test_text_is_pasted_and_asked_and_its_central_sentences_are_shown(session: Session) -> None:
    session.page.click("#q-documents-button")
    session.page.get_by_role("button", name="Paste text").click()
    session.page.get_by_label("Name of the text").fill("ferry")
    session.page.get_by_label("Text to add").fill(FERRY)
    assert session.violations() == []
    session.page.get_by_role("button", name="Add this text").click()
    ready(session, "ferry.txt")
    session.page.wait_for_selector(".q-overview:not([hidden]) li")
    shown = session.page.locator(".q-overview .q-quote").all_inner_texts()
    assert shown
    assert all(sentence in FERRY for sentence in shown)
    session.page.locator(".q-overview a").first.click()
    session.cited(shown[0])
    assert session.violations() == []


GERMAN = (
    "Die Hafenbehörde wurde im Jahr 1887 gegründet und beschäftigt heute vierhundert Menschen. Der Lotse "
    "kommt immer an Bord, bevor das Schiff in den Hafen fährt.\n"
)


@pytest.fixture
def telling_languages(monkeypatch: pytest.MonkeyPatch) -> None:
    """The model that tells languages, for one test: elsewhere no text is foreign."""
    monkeypatch.setattr(foreign, "_loaded", [])
    foreign.load()


@pytest.mark.parametrize(
    ("text", "is_foreign"),
    [
        (GERMAN, True),
        ("Wer hat das Unternehmen gegründet?", True),
        ("誰がこの会社を設立しましたか", True),
        ("Who founded the company?", False),
        ("Liang Wenfeng?", False),
        ("", False),
        (HARBOUR, False),
    ],
)
@pytest.mark.usefixtures("telling_languages")
def test_a_text_is_foreign_only_where_that_is_sure(text: str, is_foreign: bool) -> None:
    assert foreign.is_foreign(text) == is_foreign


@pytest.mark.usefixtures("telling_languages")
def test_a_document_and_a_question_in_another_language_get_a_note_and_are_read_all_the_same(
    session: Session,
) -> None:
    give(session, ("hafen.txt", GERMAN.encode()))
    ready(session, "hafen.txt")
    note = session.page.locator(".q-note")
    note.wait_for()
    poorly = "does not seem to be in English; Quoth reads other languages poorly"
    assert note.inner_text() == f"This document {poorly}"
    session.ask("Wann wurde die Hafenbehörde gegründet?")
    said = f"This question {poorly}"
    assert session.page.locator(".q-notes li").first.inner_text() == said
    assert "1887" in session.page.inner_text(".q-said")
    assert session.violations() == []
    session.ask("When was the harbour founded?")
    assert said not in session.page.locator(".q-notes").last.inner_text()
    session.page.select_option(".q-pick select", "lighthouse.txt")
    note.wait_for(state="hidden")


WALKS = "Walk,Climb,Hours\nRidge path,620,5\nMill loop,90,2\nTarn circuit,310,3\n"


def test_a_cited_row_of_a_table_is_marked_with_its_header(session: Session) -> None:
    give(session, ("walks.csv", WALKS.encode()))
    ready(session, "walks.csv")
    session.ask("What is the climb of the Mill loop?")
    session.cited("Mill loop | 90 | 2")
    shown = """name => [...document.querySelectorAll(`.q-table ${name}`)].map(one => one.textContent)"""
    assert session.page.evaluate(shown, "tr.cited td") == ["Mill loop", "90", "2"]
    assert session.page.evaluate(shown, "tr.above th") == ["Walk", "Climb", "Hours"]
    assert session.page.evaluate(shown, "tr") == [
        "Walk | Climb | Hours", "Ridge path | 620 | 5", "Mill loop | 90 | 2", "Tarn circuit | 310 | 3",
    ]  # fmt: skip
    assert session.page.inner_text(".q-place").endswith("walks.csv, below “Walk, Climb, Hours”")
    session.wait_until_in_view()
    assert session.violations() == []
    session.page.get_by_role("button", name="New conversation").click()
    session.page.wait_for_function("!document.querySelector('.q-table :is(.cited, .above)')")


def test_a_header_is_named_without_its_empty_cells(session: Session) -> None:
    row = "| Mill loop |  | 90 |"
    give(session, ("loops.md", f"| Walk |  | Climb |\n| --- | --- | --- |\n{row}\n".encode()))
    ready(session, "loops.md")
    session.ask("What is the climb of the Mill loop?")
    session.cited(row)
    assert session.page.inner_text(".q-place").endswith(", below “Walk, Climb”")


def test_a_wide_table_is_scrolled_sideways_to_the_exact_answer(session: Session) -> None:
    names, row = [f"Climb of day {day}" for day in range(20)], ["Mill loop", *"9" * 18, "320"]
    give(session, ("climbs.csv", f"{','.join(names)}\n{','.join(row)}\n".encode()))
    ready(session, "climbs.csv")
    session.ask("What are the climbs of the Mill loop?")
    quote = " | ".join(row)
    start = session.cited(quote)["start"]
    end = start + len(quote)
    link = f"#document=climbs.csv&at={start}-{end}&exact={end - 3}-{end}&sha="
    session.page.evaluate("link => { location.hash = link; }", link)
    session.page.wait_for_function("""() => {
        const exact = document.querySelector('.q-table mark.exact')?.getBoundingClientRect();
        const table = document.querySelector('.q-table').getBoundingClientRect();
        return exact && table.left <= exact.left + 1 && exact.right <= table.right + 1;
    }""")
    assert session.page.inner_text(".q-table mark.exact") == "320"


def test_of_documents_added_together_the_first_is_opened_and_each_is_summed_up_when_it_is(
    session: Session,
) -> None:
    give(session, ("harbour.txt", HARBOUR.encode()), ("ferry.md", FERRY.encode()))
    ready(session, "ferry.md")
    assert session.page.input_value(".q-pick select") == "harbour.txt"
    session.page.wait_for_selector(".q-overview:not([hidden])")
    assert session.page.inner_text(".q-overview h3") == "harbour.txt in short"
    session.page.get_by_role("button", name="Read ferry.md").click()
    session.page.wait_for_function(
        "document.querySelector('.q-overview h3').textContent === 'ferry.md in short'"
    )
    session.page.select_option(".q-pick select", "harbour.txt")
    session.page.wait_for_function("document.querySelector('.q-overview').hidden")


def test_a_folder_is_added_with_the_documents_in_it_and_what_else_it_holds_is_named(
    session: Session, tmp_path: Path
) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "harbour.txt").write_text(HARBOUR, encoding="utf-8")
    (tmp_path / "clip.mov").write_bytes(b"qt")
    session.page.set_input_files(".q-folder", tmp_path)
    ready(session, "harbour.txt")
    assert session.page.locator(".q-refused p").all_inner_texts() == [
        "Left out 1 file of other formats: clip.mov"
    ]


def test_what_is_asked_is_said_by_the_box_and_changed(session: Session) -> None:
    assert session.page.locator(".q-scope").is_hidden()
    give(session, ("harbour.txt", HARBOUR.encode()), ("ferry.md", FERRY.encode()))
    ready(session, "ferry.md")
    session.page.wait_for_function(
        "document.querySelector('.q-scope').textContent === 'Asking all 3 documents'"
    )
    session.page.click(".q-scope")
    session.page.get_by_role("button", name="Ask only ferry.md").click()
    session.page.wait_for_function("document.querySelector('.q-scope').textContent === 'Asking ferry.md'")
    session.ask("What does the bell weigh?")
    assert "tons" not in session.page.inner_text(".q-turn")
    # The answer's quote is shown in the place of the documents.
    session.page.click(".q-scope")
    session.page.get_by_role("button", name="Ask all").click()
    session.page.wait_for_function(
        "document.querySelector('.q-scope').textContent === 'Asking all 3 documents'"
    )


def test_a_sample_is_not_asked_beside_own_documents_unless_one_says_so_and_can_be_removed(
    served: Served, sessions: Sessions
) -> None:
    workspace = Workspace(
        served.workspace.answerer,
        served.workspace.retriever,
        served.workspace.index,
        sample=["lighthouse.txt"],
    )
    _, session = sessions.begin()

    def asked() -> dict[str, bool]:
        return {one["id"]: one["asked"] for one in workspace.listing(session)["documents"]}

    assert asked() == {"lighthouse.txt": True}
    put(session, "harbour.txt", HARBOUR)
    settled(session.library)
    assert asked() == {"harbour.txt": True, "lighthouse.txt": False}
    assert workspace.ask("Who lit the lamp?", session=session).citations[0].document_id == "harbour.txt"
    session.choice["lighthouse.txt"] = True
    assert asked() == {"harbour.txt": True, "lighthouse.txt": True}
    workspace.remove("lighthouse.txt", session)
    assert asked() == {"harbour.txt": True}
    assert workspace.listing(session)["total"] == 1
    assert workspace.listing(None)["total"] == 1
    workspace.remove("harbour.txt", session)
    with pytest.raises(QuestionError, match="no document is chosen"):
        workspace.ask("Who lit the lamp?", session=session)


def test_only_who_sits_at_the_machine_is_told_where_documents_are_kept(
    served: Served, client: TestClient
) -> None:
    assert client.get("/session/documents").json()["folder"] == ""
    at_hand = TestClient(served.web, client=("127.0.0.1", 50000))
    folder = at_hand.get("/session/documents").json()["folder"]
    assert folder == str(served.sessions.find(at_hand.cookies["quoth-0"]).library.folder)  # type: ignore[union-attr]
    proxied = at_hand.get("/session/documents", headers={"x-forwarded-for": "203.0.113.7"}).json()
    assert proxied["folder"] == ""


def test_bad_files_get_one_line_each_in_the_page_which_stays_until_it_was_read(session: Session) -> None:
    give(
        session,
        ("virus.exe", b"MZ"),
        ("large.txt", b"x" * 1_000_001),
        ("bad.docx", b"PK nothing"),
        ("ferry.md", FERRY.encode()),
    )
    ready(session, "ferry.md")
    assert session.page.locator(".q-refused p").all_inner_texts() == [
        f"virus.exe: Quoth cannot read this kind of file; it reads {FORMATS}",
        "large.txt: more than 1 MB, the most; split it up",
        "bad.docx is broken or not a Word file: save it again as .docx",
    ]
    give(session, ("harbour.txt", HARBOUR.encode()))
    ready(session, "harbour.txt")
    assert session.page.locator(".q-refused p").count() == 3
    session.page.get_by_role("button", name="Dismiss: large.txt").click()
    assert session.page.locator(".q-refused p").count() == 2
    assert session.violations() == []


def test_a_document_that_the_server_cannot_index_is_named_in_the_page_kept_and_removed(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", "/srv/secret/gen-000001.partial")

    with monkeypatch.context() as patched:
        patched.setattr(generations, "publish", full)
        give(session, ("harbour.txt", HARBOUR.encode()))
        session.page.wait_for_selector(".q-failed")
    assert session.page.locator(".q-failed .q-state").all_inner_texts() == [
        "harbour.txt is kept but cannot be asked: No space left on device; adding or removing a document "
        "tries it again"
    ]
    assert session.violations() == []
    give(session, ("ferry.md", FERRY.encode()))
    ready(session, "harbour.txt")
    session.page.get_by_label("Remove harbour.txt").click()
    session.page.wait_for_function("!document.querySelector('[aria-label=\"Read harbour.txt\"]')")


def test_a_document_is_left_out_and_removed_by_keyboard(session: Session) -> None:
    give(session, ("harbour.txt", HARBOUR.encode()))
    ready(session, "harbour.txt")
    session.page.get_by_label("harbour.txt", exact=True).focus()
    session.page.keyboard.press("Space")
    session.page.wait_for_function(
        "document.querySelector('.q-scope').textContent === 'Asking lighthouse.txt'"
    )
    session.ask("What does the bell weigh?")
    assert "tons" not in session.page.inner_text(".q-answer")
    session.page.click("#q-documents-button")
    session.page.get_by_label("Remove harbour.txt").focus()
    session.page.keyboard.press("Enter")
    session.page.wait_for_function(
        "document.querySelector('#q-documents-button').textContent === 'Documents: 1'"
    )
    assert session.page.evaluate("document.activeElement.textContent") == "Add documents"
    session.page.wait_for_function("document.querySelector('.q-name').textContent === 'lighthouse.txt'")
    session.page.keyboard.press("Escape")
    assert session.page.evaluate("document.activeElement.id") == "q-documents-button"
    assert session.page.is_hidden("#q-documents")


def test_a_second_visitor_sees_nothing_of_the_first_and_a_reload_keeps_ones_own(
    session: Session, served: Served, browser: "Browser"
) -> None:
    give(session, ("harbour.txt", HARBOUR.encode()))
    ready(session, "harbour.txt")
    with browsing(browser, served.url) as other:
        assert other.page.locator(".q-pick option").all_text_contents() == ["lighthouse.txt"]
        other.ask("What does the bell weigh?")
        assert "tons" not in other.page.inner_text("#q-chat")
    session.page.reload()
    ready(session, "harbour.txt")


def said_of_own_documents(served: Served) -> list[dict[str, Any]]:
    file = served.said / "judgements.jsonl"
    return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []


def test_a_thumb_on_ones_own_document_keeps_no_word_of_it_and_says_so_before(
    session: Session, served: Served
) -> None:
    give(session, ("harbour.txt", HARBOUR.encode()))
    ready(session, "harbour.txt")
    session.ask("What does the bell weigh?")
    session.page.wait_for_selector(".q-own .q-kept")
    assert session.page.inner_text(".q-kept").startswith(
        "A thumb keeps your judgement on the computer that runs Quoth, but no question, answer or quote."
    )
    session.page.get_by_role("button", name="This answer is not right").click()
    assert session.page.get_by_label("What would be right? Optional").is_hidden()
    assert session.violations() == []
    before = said_of_own_documents(served)
    session.page.get_by_role("button", name="Send feedback").click()
    session.page.wait_for_selector(".q-thanks:not(:empty)")
    assert (
        session.page.inner_text(".q-thanks")
        == "Thank you. It is kept on the computer that runs Quoth, in feedback/judgements.jsonl."
    )
    (row,) = said_of_own_documents(served)[len(before) :]
    assert set(row) == {"id", "kind", "good", "reason", "verdict", "confidence"}
    assert (row["good"], row["reason"]) == (False, "wrong")
    assert not list(served.said.glob("[fc]*.jsonl"))
    # The next answer is from the server's document, but the conversation before it is not.
    session.ask("Who lit the lamp?")
    session.page.get_by_role("button", name="This answer is right").last.click()
    session.page.wait_for_function("document.querySelectorAll('.q-thanks:not(:empty)').length === 2")
    assert len(said_of_own_documents(served)) == len(before) + 2
    assert not list(served.said.glob("[fc]*.jsonl"))
    session.page.get_by_label("Keep the conversation up to here and its quotes, too").first.check()
    session.page.get_by_role("button", name="This answer is right").first.click()
    session.page.wait_for_function(
        "document.querySelector('.q-thanks').textContent.endsWith('in feedback/feedback.jsonl.')"
    )
    (kept,) = load_questions(served.said / "feedback.jsonl").questions
    assert (kept.question, kept.answers) == (
        "What does the bell weigh?",
        ("Its bell weighs nine tons and was cast in Glasgow.",),
    )


HOSTILE = (
    "<script>window.__pwned = 1</script> <img src=x onerror='window.__pwned = 2'> <style>body{display:none}"
    "</style> [a](javascript:alert(1)) <a href='https://evil.example'>b</a> <base href='//evil.example'> "
    "<iframe src='//evil.example'></iframe> **bold** `code` $$x$$ ${window.__pwned=3} {{4}} weighs nine tons."
)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("<img src=x onerror=window.__pwned=5>.txt", HOSTILE),
        ("'\"><svg onload=window.__pwned=6>.md", f"# {HOSTILE}\n\n{HOSTILE}\n"),
        ("${window.__pwned=7}{{8}}.html", f"<h1>Bell</h1><p>{html.escape(HOSTILE)}</p><script>1</script>"),
        ("../..\\\u202etxt.\u0000\nup.txt", HOSTILE),
    ],
)
def test_a_hostile_document_with_a_hostile_name_is_shown_as_text_and_runs_nothing(
    session: Session, served: Served, name: str, content: str
) -> None:
    give(session, (name, content.encode()))
    session.page.wait_for_selector(".q-docs .q-gone")
    session.page.wait_for_function("document.querySelector('.q-news').textContent.endsWith(' is ready.')")
    session.page.wait_for_function(
        "document.querySelector('.q-text').textContent.includes('window.__pwned = 1</script>')"
    )
    session.ask("What weighs nine tons?")
    session.page.wait_for_selector(".q-text mark")
    session.page.get_by_role("link", name="[1]").hover()
    session.page.wait_for_selector("#q-tip:not([hidden])")
    shown = ":is(#q-chat, #q-documents, .q-bar, .q-text, .q-outline, #q-tip, #q-examples)"
    made = f"{shown} :is(script, style, img, svg, iframe, base, code):not(button *)"
    assert session.page.locator(made).count() == 0
    assert session.page.locator(f"{shown} a[href*=evil]").count() == 0
    assert session.page.is_visible("#q-box textarea")
    root = served.sessions._root
    inside = [path for path in root.rglob("*") if path.name.endswith((".txt", ".md", ".html"))]
    assert all(path.parent.name == "documents" for path in inside)


def test_the_documents_come_into_view_above_a_text_that_was_scrolled(session: Session) -> None:
    give(session, ("long.txt", "\n\n".join(f"Line {number} of many." for number in range(60)).encode()))
    ready(session, "long.txt")
    session.page.wait_for_function("document.querySelector('.q-name').textContent === 'long.txt'")
    session.page.click("#q-documents-button")
    session.page.wait_for_selector("#q-documents", state="hidden")
    session.page.evaluate("document.querySelector('#q-source').scrollTop = 500")
    assert session.page.evaluate("document.querySelector('#q-source').scrollTop") == 500
    session.page.click("#q-documents-button")
    below = """() => document.querySelector('#q-documents').getBoundingClientRect().top
        - document.querySelector('.q-bar').getBoundingClientRect().bottom"""
    assert session.page.evaluate(below) == 0


def test_progress_is_shown_while_a_document_is_indexed(session: Session, served: Served) -> None:
    hold = "\n\n".join(f"Line {number} about the harbour." for number in range(4000))
    give(session, ("long.txt", hold.encode()))
    session.page.wait_for_selector(".q-indexing progress[aria-label='Indexing long.txt']")
    session.page.wait_for_function(
        "/Indexing, \\d+ of \\d+ passages/.test(document.querySelector('.q-indexing .q-state')?.textContent)"
    )
    ready(session, "long.txt")
