"""Pages as pictures: what is drawn, for whom, and the view of it in a real browser."""

import hashlib
import io
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from PIL import Image, ImageChops, ImageDraw

import app
from index.index import Index
from index.load.boxes import Box
from index.load.confined import draw_confined
from index.load.decoding import UnreadableError
from index.load.limits import Limits
from index.testing import HashEmbedder
from qa.answer.answerer import Answerer
from qa.read.baseline import SentenceReader
from qa.serve.feedback import FeedbackFile
from qa.serve.sessions import Sessions
from qa.serve.uploads import UploadLimits
from qa.serve.workspace import Workspace
from qa.settings import AnswerSettings
from tests.browsing import Session, browsing, sessions_in
from tests.uploading import FERRY, pdf, put, settled

if TYPE_CHECKING:
    from playwright.sync_api import Browser

LAMP, BELL = "The lamp was lit by Robert Stevenson in 1811.", "Its bell weighs nine tons."


class Served(NamedTuple):
    """A server of one PDF of two pages and one text."""

    url: str
    sessions: Sessions
    web: FastAPI
    index: Index
    folder: Path


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("served")
    (folder / "report.pdf").write_bytes(pdf(LAMP, BELL))
    (folder / "ferry.txt").write_text(FERRY, encoding="utf-8")
    index = Index.from_sources([folder], tmp_path_factory.mktemp("index"), embedder=HashEmbedder())
    assert isinstance(index, Index)
    answerer = Answerer(index, reader=SentenceReader(), settings=AnswerSettings(threshold=0.0))
    with sessions_in(tmp_path_factory.mktemp("sessions")) as sessions:
        workspace = Workspace(answerer, answerer.retriever, index)
        web = app.build(workspace, sessions, UploadLimits(), FeedbackFile(tmp_path_factory.mktemp("said")))
        with app.Server(web, "127.0.0.1", 0).running() as url:
            yield Served(url, sessions, web, index, folder)


def drawn(path: Path, page: int) -> Image.Image:
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    return Image.open(io.BytesIO(draw_confined(path, page, sha256, Limits())))


def inked(picture: Image.Image) -> tuple[float, float, float, float]:
    """The part of a picture that is not white, in fractions of it."""
    grey = ImageChops.invert(picture.convert("L")).point(lambda dot: 255 * (dot > 128))
    box = grey.getbbox()
    assert box
    wide, high = picture.size
    return box[0] / wide, box[1] / high, box[2] / wide, box[3] / high


def test_what_is_drawn_of_a_page_stands_where_the_boxes_of_its_text_say(served: Served) -> None:
    text = served.index.document("report.pdf").text
    for page, words in enumerate((LAMP, BELL), 1):
        start = text.index(words)
        (box,) = served.index.document_boxes("report.pdf", start, start + len(words))
        left, top, right, bottom = inked(drawn(served.folder / "report.pdf", page))
        assert (box.page, box.x0, box.x1) == (
            page,
            pytest.approx(left, abs=0.005),
            pytest.approx(right, abs=0.005),
        )
        assert box.y0 - 0.002 <= top < bottom <= box.y1 + 0.002


def test_a_picture_is_drawn_page_by_page_on_white_and_no_larger_than_is_shown(tmp_path: Path) -> None:
    pages = []
    for place in (0, 1):
        page = Image.new("RGBA", (3000, 1500), (0, 0, 0, 0))
        ImageDraw.Draw(page).rectangle((1500 * place, 0, 1500 * place + 749, 749), fill="black")
        pages.append(page)
    pages[0].save(tmp_path / "a.tiff", save_all=True, append_images=pages[1:])
    shown = drawn(tmp_path / "a.tiff", 2)
    assert (shown.format, shown.size) == ("JPEG", (1200, 600))
    assert inked(shown) == pytest.approx((0.5, 0, 0.75, 0.5), abs=0.005)


@pytest.mark.parametrize(
    ("name", "content", "page", "reason"),
    [
        ("a.pdf", pdf(LAMP), 2, "has no page 2"),
        ("a.pdf", b"%PDF-1.7 broken", 1, "has a page 1 that cannot be drawn"),
        ("a.png", b"\x89PNG broken", 1, "is a picture that cannot be drawn"),
    ],
)
def test_what_cannot_be_drawn_is_refused_with_a_reason(
    tmp_path: Path, name: str, content: bytes, page: int, reason: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(UnreadableError, match=reason):
        drawn(tmp_path / name, page)


def test_only_who_may_read_a_document_is_shown_its_pages(served: Served) -> None:
    visitor, other = TestClient(served.web), TestClient(served.web)
    visitor.get("/session/documents")
    session = served.sessions.find(visitor.cookies["quoth-0"])
    assert session
    put(session, "own.pdf", pdf(BELL))
    settled(session.library)
    for path in ("picture?id=own.pdf&page=1", "boxes?id=own.pdf&start=0&end=9"):
        assert visitor.get(f"/session/{path}").status_code == 200
        for refused in (
            other.get(f"/session/{path}"),
            TestClient(served.web, cookies={"quoth-0": "x" * 32}).get(f"/session/{path}"),
        ):
            assert refused.status_code == 400
            assert refused.json() == {"detail": "own.pdf: there is no such document here"}
    shown = visitor.get("/session/picture?id=own.pdf&page=1")
    assert (shown.headers["content-type"], shown.headers["cache-control"]) == ("image/jpeg", "no-store")
    assert other.get("/session/picture?id=report.pdf&page=2").status_code == 200
    session.library.remove("own.pdf")
    assert visitor.get("/session/picture?id=own.pdf&page=1").status_code == 400


@pytest.mark.parametrize("query", ["id=ferry.txt&page=1", "id=report.pdf&page=3", "id=report.pdf&page=0"])
def test_there_is_no_picture_of_a_text_or_of_a_page_that_is_not_there(served: Served, query: str) -> None:
    refused = TestClient(served.web).get(f"/session/picture?{query}")
    assert refused.status_code == 400
    assert refused.json()["detail"].endswith(f"there is no picture of page {query[-1]}")


def test_a_file_that_is_not_the_one_that_was_indexed_is_not_shown(served: Served) -> None:
    visitor = TestClient(served.web)
    visitor.get("/session/documents")
    session = served.sessions.find(visitor.cookies["quoth-0"])
    assert session
    put(session, "own.pdf", pdf(LAMP, "First."))
    settled(session.library)
    (session.library.folder / "documents" / "own.pdf").write_bytes(pdf("Something else.", "Second."))
    refused = visitor.get("/session/picture?id=own.pdf&page=1")
    assert refused.status_code == 400
    assert refused.json() == {"detail": "own.pdf has changed since it was indexed: add it again"}


def marked(session: Session) -> Box:
    """Wait until a mark is shown on the page; its place, in fractions of the picture."""
    script = """() => {
        const mark = document.querySelector('.q-box-mark'), sheet = document.querySelector('.q-sheet img');
        if (!mark || !sheet.clientWidth) return null;
        const {width, height} = sheet.getBoundingClientRect(), style = mark.style;
        return [style.left, style.top, style.width, style.height].map(part => parseFloat(part) / 100);
    }"""
    left, top, wide, high = session.page.wait_for_function(script).json_value()
    page = int(session.page.inner_text(".q-turned").split()[1])
    return Box(page, left, top, left + wide, top + high)


def test_the_page_is_shown_by_keyboard_with_the_quote_marked_and_follows_the_citation(
    browser: "Browser", served: Served
) -> None:
    document = served.index.document("report.pdf")
    text, name = document.text, document.title or document.id
    with browsing(browser, served.url) as session:
        page = session.page
        assert page.is_hidden(".q-view")  # the first document is a text
        session.ask("What does the bell weigh?")
        session.cited(BELL)
        page.get_by_role("button", name="Page", exact=True).focus()
        page.keyboard.press("Enter")
        (bell,) = served.index.document_boxes("report.pdf", text.index(BELL), len(text))
        assert marked(session) == pytest.approx(bell, abs=0.001)
        alt = f"Page 2 of {name}, where this is marked: {BELL}"
        assert page.get_by_role("img", name=alt).is_visible()
        assert page.is_hidden(".q-text")
        assert session.violations() == []
        session.ask("Who lit the lamp?")
        page.get_by_role("img", name=f"Page 1 of {name}, where this is marked: {LAMP}").wait_for()
        (lamp,) = served.index.document_boxes("report.pdf", 0, len(LAMP))
        assert marked(session) == pytest.approx(lamp, abs=0.001)
        page.get_by_role("button", name="Next page").click()
        page.get_by_role("img", name=f"Page 2 of {name}", exact=True).wait_for()
        assert page.locator(".q-box-mark").count() == 0
        assert page.get_by_role("button", name="Next page").is_disabled()
        # What is searched is the text; a document without pages has no other view.
        page.get_by_label("Search in this document").fill("nine")
        page.wait_for_selector(".q-text:not([hidden])")
        page.get_by_role("button", name="Page", exact=True).click()
        session.ask("When does the ferry leave?")
        page.wait_for_selector(".q-text:not([hidden]) mark")
        assert page.is_hidden(".q-view")
        assert page.is_hidden(".q-page")
        assert page.locator(".q-sheet img").count() == 0  # of the document before
