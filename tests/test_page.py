"""The page in a real browser, and its two API endpoints, with answers from a double and no model."""

import os
import re
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, cast

import pytest

import app
from index.index import Index
from index.testing import HashEmbedder
from index.types import Document, Heading
from qa.citations import cite
from qa.errors import QuestionAnsweringError, QuestionError
from qa.retriever import Retriever
from qa.types import Answer, Citation, Turn

if TYPE_CHECKING:
    from gradio_client import Client  # type: ignore[import-untyped]
    from playwright.sync_api import Browser, Page

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
    "When was that?": Script("deepseek.txt", ("The US export controls imposed in October 2022",), ("2022",)),
    "Who laughed?": Script(
        "emoji.txt", ("😀 laughed 🎉 twice.\r\nThen it 𝒔lept.\r\n\r\n𝒔 The",), ("🎉 twice.\r\nThen it 𝒔",)
    ),
    "What is hostile?": Script("hostile.txt", (HOSTILE,), (None,)),
    "What is rendered?": Script(
        "<img src=x onerror=window.__pwned=4>.txt", ("It is not rendered.",), (None,)
    ),
    "What is long?": Script("long.txt", ("Paragraph 2990 🦉 says many",), ("2990",)),
}


class Shelf:
    """The part of an Index that the page asks for, over documents in memory."""

    def __init__(self, documents: Sequence[Document]) -> None:
        self._documents = {document.id: document for document in documents}

    def document_ids(self) -> tuple[str, ...]:
        return tuple(self._documents)

    def document(self, document_id: str) -> Document:
        return self._documents[document_id]


class ScriptedAnswerer:
    """Answers the questions of SCRIPTS from real offsets, and refuses any other."""

    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf
        self.gate = threading.Event()
        self.gate.set()

    def answer(
        self,
        question: str,
        history: Sequence[Turn | Mapping[str, str]] = (),
        *,
        threshold: float | None = None,
    ) -> Answer:
        self.gate.wait(30)
        if not question.strip() or len(question) > 2000:
            raise QuestionError("the question is empty or too long; ask less")
        turns = [Turn.model_validate(turn) for turn in history]
        script = SCRIPTS.get(question)
        answered = script is not None and threshold != 1.0
        found = script or Script("deepseek.txt", ("DeepSeek's story is an unusual one.",), (None,))
        citations = tuple(
            self._cite(found.document_id, quote, exact)
            for quote, exact in zip(found.quotes, found.highlights, strict=True)
        )
        return Answer(
            question=question,
            standalone_question=f"{question} ({turns[-1].text})" if turns else question,
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
        document = self.shelf.document(document_id)
        start = document.text.index(quote)
        first = start + quote.index(exact) if exact else 0
        highlight = (first, first + len(exact)) if exact else None
        return cite(document, start, start + len(quote), highlight=highlight, score=1.0)


class Served(NamedTuple):
    """A page that is being served."""

    url: str
    answerer: ScriptedAnswerer
    shelf: Shelf


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    texts = {**DOCUMENTS, "long.txt": LONG}
    shelf = Shelf(
        [Document(id=name, source=name, sha256="0" * 64, text=text) for name, text in texts.items()]
    )
    answerer = ScriptedAnswerer(shelf)
    index = Index.from_sources([ROOT / "seeds"], tmp_path_factory.mktemp("index"), embedder=HashEmbedder())
    examples = ["Who founded High-Flyer?", "Who laughed?"]
    page = app.build(answerer, Retriever(index), cast(Index, shelf), examples=examples)
    yield Served(app.start(page, "127.0.0.1", 0), answerer, shelf)
    page.close(verbose=False)


@pytest.fixture(scope="module")
def browser() -> "Iterator[Browser]":
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if find_spec("playwright") is None or chromium is None:
        reason = "needs the package playwright and a chromium on the PATH"
        if os.environ.get("QUOTH_REQUIRE_BROWSER") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    from playwright.sync_api import sync_playwright

    quiet = ["background-networking", "component-update", "sync", "quic", "gpu"]
    flags = ["--no-sandbox", "--no-first-run", *(f"--disable-{name}" for name in quiet)]
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=flags)
        yield started
        started.close()


class Visit:
    """One person's visit to the page."""

    def __init__(self, page: "Page") -> None:
        self.page = page
        self.requested: list[str] = []
        self.errors: list[str] = []
        page.on("request", lambda request: self.requested.append(request.url))
        page.on("pageerror", lambda error: self.errors.append(str(error)))

    def open(self, url: str) -> None:
        self.page.goto(url)
        self.page.wait_for_selector("#q-box textarea")
        self.page.wait_for_selector(".q-text p")

    def ask(self, question: str) -> None:
        before = self.page.locator(".q-turn").count()
        self.page.fill("#q-box textarea", question)
        self.page.keyboard.press("Enter")
        self.page.wait_for_function("n => document.querySelectorAll('.q-turn').length > n", arg=before)

    def cited(self, quote: str) -> dict[str, Any]:
        """Wait until the quote is what is marked, then give the marks' texts and place in code points."""
        script = """quote => {
            const marks = [...document.querySelectorAll('.q-text mark')];
            if (marks.map(mark => mark.textContent).join('') !== quote) return null;
            const before = document.createRange();
            before.setStart(document.querySelector('.q-text'), 0);
            before.setEndBefore(marks[0]);
            const exact = marks.filter(mark => mark.matches('.exact')).map(mark => mark.textContent).join('');
            return {start: [...before.toString()].length, exact};
        }"""
        return cast(dict[str, Any], self.page.wait_for_function(script, arg=quote).json_value())

    def wait_until_in_view(self) -> None:
        self.page.wait_for_function("""() => {
            const mark = document.querySelector('.q-text mark').getBoundingClientRect();
            const bar = document.querySelector('.q-bar').getBoundingClientRect();
            return mark.top >= bar.bottom && mark.bottom <= innerHeight;
        }""")


@pytest.fixture
def visit(browser: "Browser", served: Served, request: pytest.FixtureRequest) -> Iterator[Visit]:
    """A visit to the opened page; ends with a check that nothing but this machine was asked for anything."""
    options = {"viewport": {"width": 1280, "height": 800}, **getattr(request, "param", {})}
    context = browser.new_context(**options)
    context.set_default_timeout(15_000)
    visit = Visit(context.new_page())
    visit.open(served.url)
    yield visit
    pwned = visit.page.evaluate("window.__pwned")
    context.close()
    assert pwned is None
    assert visit.errors == []
    assert [url for url in visit.requested if not url.startswith((served.url, "data:", "blob:"))] == []


PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True}
DARK = {"color_scheme": "dark"}


def test_an_answer_shows_its_exact_span_its_sentences_its_citations_and_its_confidence(visit: Visit) -> None:
    visit.ask("Who founded High-Flyer?")
    script = SCRIPTS["Who founded High-Flyer?"]
    assert visit.page.inner_text(".q-answer .q-short") == "Liang Wenfeng"
    said = " ".join(f"{quote}\u00a0[{place}]" for place, quote in enumerate(script.quotes, 1))
    assert visit.page.inner_text(".q-answer .q-said") == said
    assert visit.page.locator(".q-said b").all_inner_texts() == ["Liang Wenfeng", "Wired"]
    assert "Confidence 87%" in visit.page.inner_text(".q-answer .q-notes")
    assert visit.page.inner_text(".q-asked") == "Who founded High-Flyer?"


def test_a_new_answer_marks_its_first_quote(visit: Visit) -> None:
    visit.ask("Who founded High-Flyer?")
    visit.cited(SCRIPTS["Who founded High-Flyer?"].quotes[0])
    visit.wait_until_in_view()


def test_a_click_on_a_citation_scrolls_to_exactly_its_quote_and_marks_the_highlight_in_it(
    visit: Visit,
) -> None:
    visit.ask("Who founded High-Flyer?")
    quote = SCRIPTS["Who founded High-Flyer?"].quotes[1]
    visit.page.get_by_role("link", name="[2]").click()
    start = DOCUMENTS["deepseek.txt"].index(quote)
    assert visit.cited(quote) == {"start": start, "exact": "Wired"}
    visit.wait_until_in_view()
    assert visit.page.inner_text(".q-place") == f"Characters {start} to {start + len(quote)}"
    assert visit.page.text_content(".q-text") == DOCUMENTS["deepseek.txt"]


def test_enter_on_a_focused_citation_does_what_a_click_does(visit: Visit) -> None:
    visit.ask("Who founded High-Flyer?")
    visit.page.get_by_role("link", name="[2]").focus()
    visit.page.keyboard.press("Enter")
    visit.cited(SCRIPTS["Who founded High-Flyer?"].quotes[1])
    visit.wait_until_in_view()


def test_offsets_count_code_points_after_emoji_and_across_paragraphs_and_line_ends(visit: Visit) -> None:
    visit.ask("Who laughed?")
    script = SCRIPTS["Who laughed?"]
    start = DOCUMENTS["emoji.txt"].index(script.quotes[0])
    assert visit.cited(script.quotes[0]) == {"start": start, "exact": script.highlights[0]}
    assert visit.page.text_content(".q-text") == DOCUMENTS["emoji.txt"]


def test_the_panel_follows_the_citation_to_its_document_and_lists_all(visit: Visit) -> None:
    names = [*DOCUMENTS, "long.txt"]
    assert visit.page.locator(".q-pick option").all_inner_texts() == names
    assert visit.page.inner_text(".q-name") == "deepseek.txt"
    visit.ask("Who laughed?")
    visit.cited(SCRIPTS["Who laughed?"].quotes[0])
    assert visit.page.inner_text(".q-name") == "emoji.txt"
    assert visit.page.input_value(".q-pick select") == str(names.index("emoji.txt"))
    assert "[1] emoji.txt" in visit.page.inner_text(".q-notes")
    visit.page.select_option(".q-pick select", label="deepseek.txt")
    visit.page.wait_for_function("document.querySelector('.q-name').textContent === 'deepseek.txt'")
    assert visit.page.text_content(".q-text") == DOCUMENTS["deepseek.txt"]


def test_a_refusal_looks_different_names_the_missing_terms_and_cites_the_closest(visit: Visit) -> None:
    visit.ask("Who founded High-Flyer?")
    visit.ask("What is the capital of Brazil")
    assert visit.page.inner_text(".q-refusal h3") == "Not stated in the source"
    assert visit.page.inner_text(".q-missing b") == "Brazil"
    assert "Confidence 12%" in visit.page.inner_text(".q-refusal .q-notes")
    colour = "name => getComputedStyle(document.querySelector(name)).borderLeftColor"
    assert visit.page.evaluate(colour, ".q-answer") != visit.page.evaluate(colour, ".q-refusal")
    visit.page.click(".q-refusal .q-cite")
    visit.cited("DeepSeek's story is an unusual one.")


def test_a_question_that_leans_on_the_one_before_shows_how_it_was_asked(visit: Visit) -> None:
    visit.ask("Who founded High-Flyer?")
    assert "Asked as" not in visit.page.inner_text("#q-chat")
    visit.ask("When was that?")
    before = " ".join(SCRIPTS["Who founded High-Flyer?"].quotes)
    assert f"Asked as: When was that? ({before})" in visit.page.inner_text("#q-chat")


def test_clearing_the_chat_forgets_the_conversation(visit: Visit) -> None:
    visit.ask("Who founded High-Flyer?")
    with visit.page.expect_response("**/queue/join*"):
        visit.page.get_by_role("button", name="Clear").click()
    visit.page.wait_for_selector("#q-chat h2")
    visit.ask("When was that?")
    assert "Asked as" not in visit.page.inner_text("#q-chat")


def test_each_example_is_asked_with_one_click(visit: Visit) -> None:
    for number, question in enumerate(["Who founded High-Flyer?", "Who laughed?"]):
        visit.page.get_by_role("button", name=question).click()
        visit.page.wait_for_function("n => document.querySelectorAll('.q-turn').length > n", arg=number)
        assert visit.page.locator(".q-asked").last.inner_text() == question


def test_the_input_has_the_focus_and_nothing_happens_when_it_is_empty(visit: Visit) -> None:
    assert visit.page.evaluate("document.activeElement.matches('#q-box textarea')")
    for nothing in ("", "   "):
        visit.page.fill("#q-box textarea", nothing)
        visit.page.keyboard.press("Enter")
        visit.page.click("#q-box button")
    visit.ask("Who laughed?")
    assert len([url for url in visit.requested if "queue/join" in url]) == 1
    assert visit.page.locator(".q-asked").all_inner_texts() == ["Who laughed?"]


def test_a_question_waits_visibly_and_the_next_can_be_written_meanwhile(visit: Visit, served: Served) -> None:
    served.answerer.gate.clear()
    try:
        visit.page.keyboard.type("Who laughed?")
        visit.page.keyboard.press("Enter")
        visit.page.wait_for_selector(".q-wait")
        assert visit.page.inner_text(".q-asked") == "Who laughed?"
        visit.page.keyboard.type("And then?")
    finally:
        served.answerer.gate.set()
    visit.page.wait_for_selector(".q-answer")
    assert visit.page.locator(".q-wait").count() == 0
    assert visit.page.input_value("#q-box textarea") == "And then?"


def test_a_question_that_cannot_be_asked_gets_its_one_line(visit: Visit) -> None:
    visit.ask("long " * 500)
    assert visit.page.inner_text(".q-problem") == "the question is empty or too long; ask less"


def test_hostile_text_in_question_document_and_name_is_shown_as_it_is(visit: Visit) -> None:
    visit.ask(HOSTILE)
    assert visit.page.inner_text(".q-asked") == HOSTILE
    visit.ask("What is hostile?")
    assert visit.cited(HOSTILE) == {"start": DOCUMENTS["hostile.txt"].index(HOSTILE), "exact": ""}
    assert visit.page.locator(".q-said").last.inner_text() == f"{HOSTILE}\u00a0[1]"
    visit.ask("What is rendered?")
    visit.cited("It is not rendered.")
    assert visit.page.inner_text(".q-name") == "<img src=x onerror=window.__pwned=4>.txt"
    within = (
        ":is(#q-chat, #q-source) :is(script, img, iframe, code, strong, em, .katex, a:not(.q-cite, .q-back))"
    )
    assert visit.page.locator(within).count() == 0


def test_a_text_of_a_megabyte_opens_quickly_and_is_marked_exactly(visit: Visit) -> None:
    assert len(LONG.encode()) > 1_000_000
    started = time.perf_counter()
    visit.ask("What is long?")
    quote = SCRIPTS["What is long?"].quotes[0]
    assert visit.cited(quote) == {"start": LONG.index(quote), "exact": "2990"}
    visit.wait_until_in_view()
    assert time.perf_counter() - started < 10
    assert visit.page.text_content(".q-text") == LONG


@pytest.mark.parametrize("visit", [PHONE], indirect=True)
def test_a_phone_stacks_chat_and_source_and_never_scrolls_sideways(visit: Visit) -> None:
    wide = "document.documentElement.scrollWidth > innerWidth || document.body.scrollWidth > innerWidth"
    assert not visit.page.evaluate(wide)
    visit.ask("What is hostile?")
    visit.ask("What is the capital of Brazil")
    visit.ask("Who founded High-Flyer?")
    assert not visit.page.evaluate(wide)
    assert visit.page.evaluate("scrollY") == 0
    below = "document.querySelector('#q-source').getBoundingClientRect().top >= innerHeight / 2"
    assert visit.page.evaluate(below)
    visit.page.get_by_role("link", name="[2]").last.tap()
    visit.cited(SCRIPTS["Who founded High-Flyer?"].quotes[1])
    visit.wait_until_in_view()
    assert not visit.page.evaluate(wide)
    visit.page.get_by_role("link", name="Back to the answer").tap()
    visit.page.wait_for_function("document.activeElement.matches('.q-cite.current')")


READABLE = [
    ".q-asked", ".q-short", ".q-said", ".q-said b", ".q-answer .q-cite:not(.current)", ".q-cite.current",
    ".q-notes li", "#q-head p", ".q-refusal h3", ".q-missing b", ".q-label", ".q-closest li", ".q-name",
    ".q-refusal .q-cite", "#q-examples button", "#q-box textarea", ".q-place", ".q-text p", "mark",
    "mark.exact", ".q-pick", ".q-pick select",
]  # fmt: skip


def _luminance(colour: str) -> float:
    """Relative luminance of a CSS colour, WCAG 2.2."""
    levels = [float(part) / 255 for part in re.findall(r"[\d.]+", colour)[:3]]
    linear = [level / 12.92 if level <= 0.04045 else ((level + 0.055) / 1.055) ** 2.4 for level in levels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("visit", [{}, DARK], indirect=True, ids=["light", "dark"])
def test_all_text_has_the_contrast_of_wcag_aa(visit: Visit) -> None:
    visit.ask("What is the capital of Brazil")
    visit.ask("Who founded High-Flyer?")
    visit.cited(SCRIPTS["Who founded High-Flyer?"].quotes[0])
    # Away from what was clicked or is under the pointer, and past any transition.
    visit.page.mouse.move(1, 1)
    colours = """name => {
        let node = document.querySelector(name), opacity = 1, behind = null;
        const ink = getComputedStyle(node).color;
        for (; node; node = node.parentElement) {
            const style = getComputedStyle(node);
            opacity *= style.opacity;
            if (!behind && style.backgroundColor !== 'rgba(0, 0, 0, 0)') behind = style.backgroundColor;
        }
        return [ink, behind, opacity];
    }"""
    for name in READABLE:
        ink, behind, opacity = visit.page.evaluate(colours, name)
        darker, lighter = sorted([_luminance(ink), _luminance(behind)])
        assert opacity == 1, name
        assert (lighter + 0.05) / (darker + 0.05) >= 4.5, (name, ink, behind)


@pytest.mark.parametrize("visit", [DARK], indirect=True)
def test_who_prefers_dark_gets_light_text_on_a_dark_page(visit: Visit) -> None:
    style = "getComputedStyle(document.body)"
    assert _luminance(visit.page.evaluate(f"{style}.backgroundColor")) < 0.05
    assert _luminance(visit.page.evaluate(f"{style}.color")) > 0.7
    panel = visit.page.evaluate("getComputedStyle(document.querySelector('#q-source')).backgroundColor")
    assert _luminance(panel) < 0.05


@pytest.fixture(scope="module")
def client(served: Served) -> "Client":
    from gradio_client import Client

    return Client(served.url, verbose=False)


def test_the_api_has_exactly_two_endpoints(client: "Client") -> None:
    described = cast(dict[str, Any], client.view_api(return_format="dict", print_info=False))
    assert sorted(described["named_endpoints"]) == ["/ask", "/search"]
    assert described["unnamed_endpoints"] == {}
    parameters = {
        name: [
            (parameter["parameter_name"], parameter["parameter_has_default"])
            for parameter in end["parameters"]
        ]
        for name, end in described["named_endpoints"].items()
    }
    assert parameters["/ask"] == [("question", False), ("history", True), ("threshold", True)]
    assert parameters["/search"] == [("query", False), ("top_k", True)]


def test_ask_gives_the_answer_of_the_contract(client: "Client", served: Served) -> None:
    given = client.predict("Who founded High-Flyer?", api_name="/ask")
    assert given == served.answerer.answer("Who founded High-Flyer?").model_dump(mode="json")
    assert Answer.model_validate_json(Answer.model_validate(given).model_dump_json()).answered


def test_ask_takes_a_history_and_a_threshold(client: "Client") -> None:
    history = [{"role": "user", "text": "Who founded it?"}, {"role": "assistant", "text": "Liang."}]
    given = client.predict("When was that?", history, 1.0, api_name="/ask")
    assert given["standalone_question"] == "When was that? (Liang.)"
    assert (given["answered"], given["threshold"], given["citations"]) == (False, 1.0, [])


def test_search_gives_passages_with_their_offsets_and_scores(client: "Client", served: Served) -> None:
    found = client.predict("export controls", top_k=3, api_name="/search")
    assert len(found) == 3
    for hit in found:
        assert sorted(hit) == ["document_id", "end", "score", "start", "text"]
        assert served.shelf.document(hit["document_id"]).text[hit["start"] : hit["end"]] == hit["text"]
    assert [hit["score"] for hit in found] == sorted((hit["score"] for hit in found), reverse=True)


@pytest.mark.parametrize(
    ("endpoint", "given", "line"),
    [
        ("/ask", {"question": " "}, "the question is empty or too long; ask less"),
        ("/ask", {"question": "Why?", "history": [{"role": "robot", "text": "x"}]}, "history.0.role"),
        ("/ask", {"question": "Why?", "threshold": "much"}, "threshold"),
        ("/ask", {"question": 3}, "question"),
        ("/search", {"query": ""}, "the question is empty; ask something"),
        ("/search", {"query": "why", "top_k": 0}, "top_k"),
    ],
)
def test_a_wrong_call_of_the_api_gets_one_line(
    client: "Client", endpoint: str, given: dict[str, object], line: str
) -> None:
    from gradio_client.exceptions import AppError  # type: ignore[import-untyped]

    with pytest.raises(AppError) as raised:
        client.predict(api_name=endpoint, **given)
    assert line in str(raised.value)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n\n",
        "a",
        *DOCUMENTS.values(),
        "a\r\rb\r\nc\nd",
        " x \n \n\t y\x0c\nz  ",
        "one\u2028two\n\n\nthree",
    ],
)
def test_the_pieces_of_the_panel_make_up_the_text(text: str) -> None:
    document = Document(id="a", source="a", sha256="0" * 64, text=text)
    laid = app.pieces(document)
    assert "".join(piece["text"] for piece in laid) == text
    assert [piece["size"] for piece in laid] == [len(piece["text"]) for piece in laid]


def test_headings_pages_and_hard_wrapped_prose_are_laid_out_as_such() -> None:
    prose = f"{'word ' * 15}\n{'more ' * 15}\nend."
    text = f"# Title\nShort line\nanother\n\n{prose}\n\n- {'item ' * 15}\n- {'next ' * 15}\n"
    document = Document(
        id="a", source="a", sha256="0" * 64, text=text, headings=(Heading(start=2, end=7, level=1),),
        pages=(0, text.index("more")),
    )  # fmt: skip
    words = [piece for piece in app.pieces(document) if piece["tag"] != "span"]
    assert [piece["tag"] for piece in words] == ["h2", "p", "p", "p", "p"]
    assert [piece["page"] for piece in words] == [1, None, None, 2, None]
    assert [piece["flow"] for piece in words] == [False, False, False, True, False]


def test_a_text_without_blank_lines_takes_each_line_as_a_paragraph() -> None:
    document = Document(id="a", source="a", sha256="0" * 64, text="one\ntwo\nthree")
    assert [piece["text"] for piece in app.pieces(document)] == ["one", "\n", "two", "\n", "three"]


def test_examples_are_offered_for_the_shipped_article_alone_and_only_when_answered(
    tmp_path: Path, article: Path
) -> None:
    class Choosy(ScriptedAnswerer):
        def answer(
            self,
            question: str,
            history: Sequence[Turn | Mapping[str, str]] = (),
            *,
            threshold: float | None = None,
        ) -> Answer:
            known = "Who founded High-Flyer?" if question == app.EXAMPLES[0] else question
            return super().answer(known, history, threshold=threshold)

    answerer = Choosy(
        Shelf([Document(id="deepseek.txt", source="", sha256="", text=article.read_text("utf-8"))])
    )
    shipped = Index.from_sources([article], tmp_path / "shipped", embedder=HashEmbedder())
    assert app.examples_for(shipped, answerer) == [app.EXAMPLES[0]]
    (tmp_path / "other.txt").write_text("Something else.", encoding="utf-8")
    for sources in ([tmp_path / "other.txt"], [article, tmp_path / "other.txt"]):
        other = Index.from_sources(sources, tmp_path / f"other-{len(sources)}", embedder=HashEmbedder())
        assert app.examples_for(other, answerer) == []


def test_a_port_that_is_taken_is_an_error_of_one_line(served: Served) -> None:
    page = app.build(served.answerer, cast(Retriever, None), cast(Index, served.shelf), examples=[])
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(QuestionAnsweringError, match=f"127.0.0.1:{port}: cannot serve there"):
            app.start(page, "127.0.0.1", port)


def test_importing_the_page_loads_no_model_library() -> None:
    code = (
        "import sys, app; print(*{'torch', 'sentence_transformers', 'onnxruntime', 'faiss'} & {*sys.modules})"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == ""
