"""The page in a real browser, and its two API endpoints, with answers from a double and no model."""

import asyncio
import html
import re
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest
from fastapi import FastAPI

import app
from index.split.sentences import paragraphs
from index.types import Document, Heading
from qa.answer.citations import cite
from qa.answer.verification import read_answers
from qa.errors import QuestionAnsweringError
from qa.evaluation.questions import load_questions
from qa.page.layout import pieces
from qa.page.rendering import render
from qa.types import Answer, Verdict
from tests.browsing import Session, browsing
from tests.calling import run
from tests.scripted import DOCUMENTS, HOSTILE, LONG, REPORT, ROOT, SCRIPTS, Served

if TYPE_CHECKING:
    from gradio_client import Client  # type: ignore[import-untyped]
    from playwright.sync_api import Browser


PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True}
DARK = {"color_scheme": "dark"}


def test_an_answer_shows_its_exact_span_its_sentences_its_citations_and_its_confidence(
    session: Session,
) -> None:
    session.ask("Who founded High-Flyer?")
    script = SCRIPTS["Who founded High-Flyer?"]
    assert session.page.inner_text(".q-answer .q-short") == "Liang Wenfeng"
    said = " ".join(f"{quote}\u00a0[{place}]" for place, quote in enumerate(script.quotes, 1))
    assert session.page.inner_text(".q-answer .q-said") == said
    assert session.page.locator(".q-said b").all_inner_texts() == ["Liang Wenfeng", "Wired"]
    assert "87% sure" in session.page.inner_text(".q-answer .q-notes")
    assert session.page.inner_text(".q-asked") == "Who founded High-Flyer?"


def test_a_new_answer_marks_its_first_quote(session: Session) -> None:
    session.ask("Who founded High-Flyer?")
    session.cited(SCRIPTS["Who founded High-Flyer?"].quotes[0])
    session.wait_until_in_view()


def test_a_click_on_a_citation_scrolls_to_exactly_its_quote_and_marks_the_highlight_in_it(
    session: Session,
) -> None:
    session.ask("Who founded High-Flyer?")
    quote = SCRIPTS["Who founded High-Flyer?"].quotes[1]
    session.page.get_by_role("link", name="[2]").click()
    start = DOCUMENTS["deepseek.txt"].index(quote)
    assert session.cited(quote) == {"start": start, "exact": "Wired"}
    session.wait_until_in_view()
    assert session.page.inner_text(".q-place") == "deepseek.txt"
    session.page.get_by_text("Characters", exact=True).click()
    assert session.page.inner_text(".q-characters span") == f"{start} to {start + len(quote)}"
    assert session.page.text_content(".q-text") == DOCUMENTS["deepseek.txt"]


def test_enter_on_a_focused_citation_does_what_a_click_does(session: Session) -> None:
    session.ask("Who founded High-Flyer?")
    session.page.get_by_role("link", name="[2]").focus()
    session.page.keyboard.press("Enter")
    session.cited(SCRIPTS["Who founded High-Flyer?"].quotes[1])
    session.wait_until_in_view()


def test_offsets_count_code_points_after_emoji_and_across_paragraphs_and_line_ends(session: Session) -> None:
    session.ask("Who laughed?")
    script = SCRIPTS["Who laughed?"]
    start = DOCUMENTS["emoji.txt"].index(script.quotes[0])
    assert session.cited(script.quotes[0]) == {"start": start, "exact": script.highlights[0]}
    assert session.page.text_content(".q-text") == DOCUMENTS["emoji.txt"]


def test_the_panel_follows_the_citation_to_its_document_and_lists_all(session: Session) -> None:
    names = [*DOCUMENTS, "long.txt", "report.pdf"]
    assert session.page.locator(".q-pick option").all_inner_texts() == names
    assert session.page.input_value(".q-pick select") == "deepseek.txt"
    session.ask("Who laughed?")
    session.cited(SCRIPTS["Who laughed?"].quotes[0])
    assert session.page.input_value(".q-pick select") == "emoji.txt"
    assert "[1] emoji.txt" in session.page.inner_text(".q-notes")
    session.page.select_option(".q-pick select", label="deepseek.txt")
    session.page.wait_for_function("document.querySelector('.q-name').textContent === 'deepseek.txt'")
    assert session.page.text_content(".q-text") == DOCUMENTS["deepseek.txt"]


def test_a_refusal_looks_different_names_the_missing_terms_and_cites_the_closest(session: Session) -> None:
    session.ask("Who founded High-Flyer?")
    session.ask("What is the capital of Brazil")
    assert session.page.inner_text(".q-refusal h3") == "Nothing in the documents seems to answer this"
    assert session.page.inner_text(".q-missing b") == "Brazil"
    assert "12% sure" in session.page.inner_text(".q-refusal .q-notes")
    colour = "name => getComputedStyle(document.querySelector(name)).borderLeftColor"
    assert session.page.evaluate(colour, ".q-answer") != session.page.evaluate(colour, ".q-refusal")
    session.page.click(".q-refusal .q-cite")
    session.cited("DeepSeek's story is an unusual one.")


def test_a_follow_up_says_what_it_is_about_and_one_click_asks_it_as_it_stands(session: Session) -> None:
    session.ask("Who founded High-Flyer?")
    assert "follow-up" not in session.page.inner_text("#q-chat")
    session.ask("When was that?")
    before = " ".join(SCRIPTS["Who founded High-Flyer?"].quotes)
    assert f"Understood as a follow-up about {before}" in session.page.inner_text("#q-chat")
    session.page.get_by_role("button", name="Ask it as it stands").click()
    session.page.wait_for_function("!document.querySelector('.q-follow-up')")
    assert "follow-up" not in session.page.inner_text("#q-chat")
    assert session.page.locator(".q-asked").all_inner_texts() == ["Who founded High-Flyer?", "When was that?"]
    assert session.page.locator(".q-short").all_inner_texts() == ["Liang Wenfeng", "2022"]


def test_a_refused_follow_up_is_asked_as_it_stands_at_the_usual_threshold(session: Session) -> None:
    session.ask("Who founded High-Flyer?")
    session.ask("And the capital of Brazil")
    session.page.get_by_role("button", name="Ask it as it stands").click()
    session.page.wait_for_function("!document.querySelector('.q-follow-up')")
    assert session.page.locator(".q-refusal").count() == 1


def test_only_a_question_that_is_answered_is_suggested_and_one_click_asks_it(session: Session) -> None:
    offered = session.page.get_by_role("group", name="Suggested questions").get_by_role("button")
    offered.first.wait_for()
    assert offered.all_inner_texts() == ["Who is the founder of High-Flyer?"]
    offered.click()
    session.page.wait_for_selector(".q-answer")
    assert session.page.inner_text(".q-asked") == "Who is the founder of High-Flyer?"
    session.page.select_option(".q-pick select", "emoji.txt")
    session.page.wait_for_function("!document.querySelector('#q-examples button')")


def test_the_best_guess_is_shown_when_asked_for_and_marked_as_such(session: Session) -> None:
    session.ask("Who founded High-Flyer?")
    session.ask("What is the capital of Brazil")
    session.page.get_by_role("button", name="Show the best guess anyway").click()
    session.page.wait_for_selector(".q-guessed")
    assert (
        session.page.inner_text(".q-guessed h3") == "The best guess, 12% sure: the documents may not say this"
    )
    session.cited("DeepSeek's story is an unusual one.")
    assert session.page.locator(".q-turn").count() == 2
    assert session.page.locator(".q-refusal").count() == 0
    assert session.violations() == []
    session.ask("When was that?")
    notes = session.page.locator(".q-notes").last.inner_text()
    assert "follow-up about DeepSeek's story is an unusual one." in notes


def test_what_people_say_of_answers_is_a_question_set(session: Session, served: Served) -> None:
    session.ask("Who founded High-Flyer?")
    assert session.page.inner_text(".q-kept") == (
        "A thumb keeps the conversation up to here, with its quotes, on the computer that runs Quoth until "
        "its operator deletes it."
    )
    session.page.get_by_role("button", name="This answer is right").click()
    session.page.wait_for_selector(".q-thanks:not(:empty)")
    assert session.page.inner_text(".q-thanks") == (
        "Thank you. It is kept on the computer that runs Quoth, in feedback/feedback.jsonl."
    )
    assert (
        session.page.get_by_role("button", name="This answer is right").get_attribute("aria-pressed")
        == "true"
    )
    session.ask("What is the capital of Brazil")
    session.page.get_by_role("button", name="It is in the documents").focus()
    session.page.keyboard.press("Enter")
    session.page.keyboard.press("Tab")
    session.page.keyboard.type("Brasília <b>")
    assert session.violations() == []
    session.page.keyboard.press("Enter")
    session.page.locator(".q-thanks:not(:empty)").nth(1).wait_for()
    first, second = load_questions(served.said / "feedback.jsonl").questions[-2:]
    quote = SCRIPTS["Who founded High-Flyer?"].quotes[0]
    start = DOCUMENTS["deepseek.txt"].index(quote)
    assert (first.question, first.answerable, first.answers) == (
        "Who founded High-Flyer?",
        True,
        ("Liang Wenfeng",),
    )
    assert (first.evidence[0].start, first.evidence[0].end) == (start, start + len("Liang Wenfeng"))
    assert (second.answers, second.answerable) == (("Brasília <b>",), True)
    assert [turn.role for turn in second.history] == ["user", "assistant"]


def test_the_conversation_is_saved_as_a_page_that_needs_nothing_and_as_json_that_is_verified(
    session: Session, tmp_path: Path
) -> None:
    session.ask("Who founded High-Flyer?")
    session.ask("What is the capital of <b>Brazil</b>")
    saved = {}
    for form in ("Web page", "JSON"):
        with session.page.expect_download() as download:
            session.page.get_by_role("link", name=form).click()
        saved[form] = tmp_path / download.value.suggested_filename
        download.value.save_as(saved[form])
    answers = read_answers(str(saved["JSON"]))
    assert [answer.answered for answer in answers] == [True, False]
    session.requested.clear()
    session.page.goto(saved["Web page"].as_uri())
    assert session.page.locator("h2").all_inner_texts() == [answer.question for answer in answers]
    assert session.page.locator("blockquote mark").first.inner_text() == "Liang Wenfeng"
    assert session.violations() == []
    assert session.page.locator("script, a, img, b").count() == 0
    assert session.requested == [saved["Web page"].as_uri()]
    session.requested.clear()


def test_the_input_has_the_focus_and_nothing_happens_when_it_is_empty(session: Session) -> None:
    assert session.page.evaluate("document.activeElement.matches('#q-box textarea')")
    for nothing in ("", "   "):
        session.page.fill("#q-box textarea", nothing)
        session.page.keyboard.press("Enter")
        session.page.click("#q-box button")
    session.ask("Who laughed?")
    assert len([url for url in session.requested if "queue/join" in url]) == 1
    assert session.page.locator(".q-asked").all_inner_texts() == ["Who laughed?"]


def test_a_question_waits_visibly_and_the_next_can_be_written_meanwhile(
    session: Session, served: Served
) -> None:
    served.answerer.gate.clear()
    try:
        session.page.keyboard.type("Who laughed?")
        session.page.keyboard.press("Enter")
        session.page.wait_for_selector(".q-wait")
        assert session.page.inner_text(".q-asked") == "Who laughed?"
        session.page.keyboard.type("And then?")
    finally:
        served.answerer.gate.set()
    session.page.wait_for_selector(".q-answer")
    assert session.page.locator(".q-wait").count() == 0
    assert session.page.input_value("#q-box textarea") == "And then?"


def test_a_question_that_cannot_be_asked_gets_its_one_line(session: Session) -> None:
    session.ask("long " * 500)
    assert session.page.inner_text(".q-problem") == "the question is empty or too long; ask less"


def test_hostile_text_in_question_document_and_name_is_shown_as_it_is(session: Session) -> None:
    session.ask(HOSTILE)
    assert session.page.inner_text(".q-asked") == HOSTILE
    session.ask("What is hostile?")
    assert session.cited(HOSTILE) == {"start": DOCUMENTS["hostile.txt"].index(HOSTILE), "exact": ""}
    assert session.page.locator(".q-said").last.inner_text() == f"{HOSTILE}\u00a0[1]"
    session.ask("What is rendered?")
    session.cited("It is not rendered.")
    assert session.page.text_content(".q-name") == "<img src=x onerror=window.__pwned=4>.txt"
    links = "a:not(.q-cite, .q-back, .q-link)"
    within = f":is(#q-chat, #q-source) :is(script, img, iframe, code, strong, em, .katex, {links})"
    assert session.page.locator(within).count() == 0


def test_a_text_of_a_megabyte_opens_quickly_and_is_marked_exactly(session: Session) -> None:
    assert len(LONG.encode()) > 1_000_000
    started = time.perf_counter()
    session.ask("What is long?")
    quote = SCRIPTS["What is long?"].quotes[0]
    assert session.cited(quote) == {"start": LONG.index(quote), "exact": "2990"}
    session.wait_until_in_view()
    assert time.perf_counter() - started < 10
    assert session.page.text_content(".q-text") == LONG


TIP = "#q-tip:not([hidden])"


def test_the_pointer_on_a_citation_shows_its_quote_and_leaves_time_to_reach_it(session: Session) -> None:
    session.ask("Who founded High-Flyer?")
    session.page.get_by_role("link", name="[2]").hover()
    quote = SCRIPTS["Who founded High-Flyer?"].quotes[1]
    assert session.page.inner_text(f"{TIP} blockquote") == quote
    assert session.page.inner_text(f"{TIP} b") == "Wired"
    assert session.page.inner_text(f"{TIP} p") == "deepseek.txt"
    session.page.hover(TIP)
    assert session.page.is_visible(TIP)
    session.page.mouse.move(1, 1)
    session.page.wait_for_selector(TIP, state="detached")


def test_the_keyboard_reads_a_quote_goes_to_its_place_and_comes_back(session: Session) -> None:
    session.ask("Who founded High-Flyer?")
    for _ in range(40):
        session.page.keyboard.press("Shift+Tab")
        if session.page.evaluate("document.activeElement.matches('.q-cite')"):
            break
    quote = SCRIPTS["Who founded High-Flyer?"].quotes[1]
    assert session.page.inner_text(f"{TIP} blockquote") == quote
    described = "document.getElementById(document.activeElement.getAttribute('aria-describedby')).textContent"
    assert quote in session.page.evaluate(described)
    session.page.keyboard.press("Escape")
    session.page.wait_for_selector(TIP, state="detached")
    session.page.keyboard.press("Enter")
    session.page.wait_for_function("document.activeElement.matches('.q-text mark')")
    session.cited(quote)
    session.page.keyboard.press("Escape")
    assert session.page.evaluate("document.activeElement.textContent") == "[2]"


def test_next_and_previous_go_through_the_citations_of_the_conversation(session: Session) -> None:
    session.ask("Who founded High-Flyer?")
    session.ask("Who laughed?")
    session.cited(SCRIPTS["Who laughed?"].quotes[0])
    assert session.page.inner_text(".q-nth") == "3 of 3"
    assert session.page.get_by_role("button", name="Next citation").is_disabled()
    for place, quote in ((2, SCRIPTS["Who founded High-Flyer?"].quotes[1]), (1, None)):
        session.page.get_by_role("button", name="Previous citation").click()
        session.cited(quote or SCRIPTS["Who founded High-Flyer?"].quotes[0])
        assert session.page.inner_text(".q-nth") == f"{place} of 3"
        assert session.page.locator(".q-cite.current").inner_text() == f"[{place}]"
    assert session.page.get_by_role("button", name="Previous citation").is_disabled()


def test_pages_and_headings_are_shown_and_said_of_a_passage(session: Session) -> None:
    session.ask("What does the bell weigh?")
    session.cited("It weighs nine tons.")
    assert session.page.inner_text(".q-place") == "Harbour report, page 2, under “The bell”"
    assert session.page.locator(".q-text h3").all_inner_texts() == ["Harbour report", "The bell"]
    labels = """[...document.querySelectorAll('.q-text [data-page]')].map(node =>
        getComputedStyle(node, '::before').content + node.textContent)"""
    assert session.page.evaluate(labels) == ['"Page 1"Harbour report', '"Page 2"The bell']
    assert "[1] report.pdf, page 2, The bell" in session.page.inner_text(".q-notes")
    assert session.page.text_content(".q-text") == REPORT


def test_the_outline_leads_to_a_heading_by_keyboard_and_is_only_there_when_there_is_one(
    session: Session,
) -> None:
    assert session.page.locator(".q-outlined").is_hidden()
    session.page.select_option(".q-pick select", "report.pdf")
    session.page.get_by_role("button", name="Outline").focus()
    session.page.keyboard.press("Enter")
    assert session.page.locator(".q-outline button").all_inner_texts() == ["Harbour report", "The bell"]
    session.page.keyboard.press("Tab")
    session.page.keyboard.press("Enter")
    assert session.page.evaluate("document.activeElement.matches('.q-text h3')")
    assert session.page.evaluate("document.activeElement.textContent") == "The bell"
    session.page.get_by_role("button", name="Outline").click()
    session.page.keyboard.press("Escape")
    assert session.page.get_by_role("button", name="Outline").get_attribute("aria-expanded") == "false"


def found(session: Session, which: str = "found-now") -> list[str]:
    script = "name => [...(CSS.highlights.get(name) ?? [])].map(range => range.toString())"
    return cast(list[str], session.page.evaluate(script, which))


def test_search_finds_every_place_whatever_the_case_line_ends_and_marks(session: Session) -> None:
    session.ask("Who laughed?")
    session.cited(SCRIPTS["Who laughed?"].quotes[0])
    session.page.fill(".q-find input", "TWICE. then IT 𝒔")
    assert found(session) == ["twice.\r\nThen it 𝒔"]
    session.page.fill(".q-find input", "the")
    text = DOCUMENTS["emoji.txt"]
    assert [words.casefold() for words in found(session, "found")] == ["the"] * text.casefold().count("the")
    assert session.page.inner_text(".q-found") == "1 of 3"
    session.page.focus(".q-find input")
    for key, place in (("Enter", 2), ("Enter", 3), ("Enter", 1), ("Shift+Enter", 3)):
        session.page.keyboard.press(key)
        assert session.page.inner_text(".q-found") == f"{place} of 3"
    assert session.page.text_content(".q-text") == text
    session.page.fill(".q-find input", "a+b(")
    assert session.page.inner_text(".q-found") == "Not found"
    session.page.keyboard.press("Escape")
    assert session.page.inner_text(".q-found") == ""


def test_search_brings_a_place_far_down_a_long_text_into_view(session: Session) -> None:
    session.page.select_option(".q-pick select", "long.txt")
    session.page.wait_for_function("document.querySelector('.q-text').classList.contains('long')")
    session.page.fill(".q-find input", "paragraph 2875 🦉")
    assert found(session) == ["Paragraph 2875 🦉"]
    session.page.wait_for_function("""() => {
        const box = [...CSS.highlights.get('found-now')][0].getBoundingClientRect();
        const bar = document.querySelector('.q-bar').getBoundingClientRect();
        return box.top > bar.bottom && box.bottom < innerHeight;
    }""")


def test_a_link_opens_the_page_at_its_passage(session: Session, served: Served, browser: "Browser") -> None:
    session.ask("Who laughed?")
    session.cited(SCRIPTS["Who laughed?"].quotes[0])
    link = session.page.evaluate("document.querySelector('.q-link').href")
    assert session.page.url == link
    with browsing(browser, served.url, fragment=link.removeprefix(served.url)) as other:
        script = SCRIPTS["Who laughed?"]
        start = DOCUMENTS["emoji.txt"].index(script.quotes[0])
        assert other.cited(script.quotes[0]) == {"start": start, "exact": script.highlights[0]}
        other.wait_until_in_view()


@pytest.mark.parametrize(
    ("fragment", "line"),
    [
        ("#document=emoji.txt&at=4-9&sha=1234", "The document is not the one that was cited"),
        ("#document=emoji.txt&at=4000-9000&sha=00", "The document is not the one that was cited"),
        ("#document=gone.txt&at=4-9&sha=00", "gone.txt: there is no such document here"),
    ],
)
def test_a_link_to_what_is_not_there_says_so(
    served: Served, browser: "Browser", fragment: str, line: str
) -> None:
    with browsing(browser, served.url, fragment=fragment) as session:
        session.page.wait_for_function(
            "line => document.querySelector('.q-place').textContent.startsWith(line)", arg=line
        )


@pytest.mark.parametrize(
    ("verdict", "head", "marked"),
    [
        ("answered", None, ["one", "two"]),
        ("likely", "Not sure, but probably:", ["one"]),
        ("silent", "Nothing in the documents seems to answer this", []),
    ],
)
def test_each_verdict_is_told_in_words_and_only_what_is_given_is_marked(
    verdict: Verdict, head: str | None, marked: list[str]
) -> None:
    document = Document(id="a", source="a", sha256="0" * 64, text="Here is one. Here is two.")
    places = (
        cite(document, 0, 12, highlight=(8, 11), score=1),
        cite(document, 13, 25, highlight=(21, 24), score=0),
    )
    given = {"answered": 2, "likely": 1, "silent": 0}[verdict]
    answer = Answer(
        question="?", standalone_question="?", verdict=verdict, answered=verdict == "answered", text="",
        short="one", confidence=0.4, threshold=0.5, citations=places[:given], closest=places[given:],
    )  # fmt: skip
    shown = render(answer, name_documents=False)
    assert [html.unescape(found) for found in re.findall(r"<h3>(.*?)</h3>", shown)] == [head] * bool(head)
    assert re.findall(r"<b>(.*?)</b>", shown) == marked
    assert shown.count("exact") == len(marked)
    what = "the first of these" if verdict == "silent" else "this"
    assert f"40% sure that {what} is right" in html.unescape(shown)


@pytest.mark.parametrize("session", [{}, DARK, PHONE], indirect=True, ids=["light", "dark", "phone"])
def test_axe_finds_nothing_wrong_by_wcag_aa(session: Session) -> None:
    assert session.violations() == []
    session.ask("What is the capital of Brazil")
    session.ask("What does the bell weigh?")
    session.cited("It weighs nine tons.")
    session.page.get_by_role("button", name="Outline").click()
    session.page.fill(".q-find input", "the")
    assert session.violations() == []


@pytest.mark.parametrize("session", [PHONE], indirect=True)
def test_a_phone_stacks_chat_and_source_and_never_scrolls_sideways(session: Session) -> None:
    wide = "document.documentElement.scrollWidth > innerWidth || document.body.scrollWidth > innerWidth"
    assert not session.page.evaluate(wide)
    session.ask("What is hostile?")
    session.ask("What is the capital of Brazil")
    session.ask("Who founded High-Flyer?")
    assert not session.page.evaluate(wide)
    top = "document.querySelector('.q-short').getBoundingClientRect().top"
    assert session.page.evaluate(f"0 < {top} && {top} < innerHeight / 2")
    below = "document.querySelector('#q-source').getBoundingClientRect().top >= innerHeight / 2"
    assert session.page.evaluate(below)
    session.page.get_by_role("link", name="[2]").last.tap()
    session.cited(SCRIPTS["Who founded High-Flyer?"].quotes[1])
    session.wait_until_in_view()
    assert not session.page.evaluate(wide)
    session.page.get_by_role("link", name="Back to the answer").tap()
    session.page.wait_for_function("document.activeElement.matches('.q-cite.current')")


READABLE = [
    ".q-asked", ".q-short", ".q-said", ".q-said b", ".q-answer .q-cite:not(.current)", ".q-cite.current",
    ".q-notes li", "#q-head p", ".q-refusal h3", ".q-missing b", ".q-label", ".q-closest li", ".q-name",
    ".q-refusal .q-cite", "#q-box textarea", ".q-place", ".q-text p", "mark",
    "mark.exact", ".q-pick select", ".q-link", ".q-nth", ".q-outlined", ".q-find input",
]  # fmt: skip


def _luminance(colour: str) -> float:
    """Relative luminance of a CSS colour, WCAG 2.2."""
    levels = [float(part) / 255 for part in re.findall(r"[\d.]+", colour)[:3]]
    linear = [level / 12.92 if level <= 0.04045 else ((level + 0.055) / 1.055) ** 2.4 for level in levels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def assert_readable(session: Session, name: str) -> None:
    """Text of a selector is not faded, and stands out from what is behind it by 4.5 to 1."""
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
    ink, behind, opacity = session.page.evaluate(colours, name)
    darker, lighter = sorted([_luminance(ink), _luminance(behind)])
    assert opacity == 1, name
    assert (lighter + 0.05) / (darker + 0.05) >= 4.5, (name, ink, behind)


@pytest.mark.parametrize("session", [{}, DARK], indirect=True, ids=["light", "dark"])
def test_all_text_has_the_contrast_of_wcag_aa(session: Session) -> None:
    session.page.wait_for_selector("#q-examples button")
    assert_readable(session, "#q-examples button")
    session.ask("What is the capital of Brazil")
    session.ask("Who founded High-Flyer?")
    session.cited(SCRIPTS["Who founded High-Flyer?"].quotes[0])
    # Away from what was clicked or is under the pointer, and past any transition.
    session.page.mouse.move(1, 1)
    for name in READABLE:
        assert_readable(session, name)


@pytest.mark.parametrize("session", [DARK], indirect=True)
def test_who_prefers_dark_gets_light_text_on_a_dark_page(session: Session) -> None:
    style = "getComputedStyle(document.body)"
    assert _luminance(session.page.evaluate(f"{style}.backgroundColor")) < 0.05
    assert _luminance(session.page.evaluate(f"{style}.color")) > 0.7
    panel = session.page.evaluate("getComputedStyle(document.querySelector('#q-source')).backgroundColor")
    assert _luminance(panel) < 0.05


@pytest.fixture(scope="module")
def client(served: Served) -> "Client":
    from gradio_client import Client

    return Client(served.url, verbose=False)


def test_the_api_has_exactly_four_endpoints(client: "Client") -> None:
    described = cast(dict[str, Any], client.view_api(return_format="dict", print_info=False))
    assert sorted(described["named_endpoints"]) == ["/ask", "/quote", "/search", "/verify"]
    assert described["unnamed_endpoints"] == {}
    parameters = {
        name: [
            (parameter["parameter_name"], parameter["parameter_has_default"])
            for parameter in end["parameters"]
        ]
        for name, end in described["named_endpoints"].items()
    }
    assert parameters["/ask"] == [
        ("question", False),
        ("history", True),
        ("threshold", True),
        ("documents", True),
    ]
    assert parameters["/search"] == [("query", False), ("top_k", True), ("documents", True)]
    assert parameters["/quote"] == [("text", False), ("documents", True)]


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
        assert served.held.document(hit["document_id"]).text[hit["start"] : hit["end"]] == hit["text"]
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
    laid = pieces(document)
    assert "".join(piece["text"] for piece in laid) == text
    assert [piece["size"] for piece in laid] == [len(piece["text"]) for piece in laid]


def test_headings_pages_and_hard_wrapped_prose_are_laid_out_as_such() -> None:
    prose = f"{'word ' * 15}\n{'more ' * 15}\nend."
    text = f"# Title\nShort line\nanother\n\n{prose}\n\n- {'item ' * 15}\n- {'next ' * 15}\n"
    document = Document(
        id="a", source="a", sha256="0" * 64, text=text, headings=(Heading(start=2, end=7, level=1),),
        pages=(0, text.index("more")),
    )  # fmt: skip
    words = [piece for piece in pieces(document) if piece["tag"] != "span"]
    assert [piece["tag"] for piece in words] == ["h3", "p", "p", "p", "p", "p"]
    assert [piece["page"] for piece in words] == [1, None, None, None, 2, None]
    assert [piece["flow"] for piece in words] == [False, False, False, False, True, False]


def test_a_paragraph_of_a_page_ends_with_a_line_that_is_shorter_than_most() -> None:
    lines = ["The title", *["word " * 9] * 4, "the end.", *["more " * 9] * 3, "and so on."]
    text = "\n".join(line.strip() for line in lines)
    laid = pieces(Document(id="a", source="a", sha256="0" * 64, text=text, pages=(0,)))
    words = [piece for piece in laid if piece["tag"] != "span"]
    assert [piece["text"].splitlines()[-1] for piece in words] == ["The title", "the end.", "and so on."]
    assert [piece["flow"] for piece in words] == [False, True, True]
    assert "".join(piece["text"] for piece in laid) == text


def test_a_page_that_starts_with_blank_lines_is_still_named() -> None:
    document = Document(id="a", source="a", sha256="0" * 64, text="one\n\n\n\ntwo", pages=(0, 5))
    assert [(piece["text"], piece["page"]) for piece in pieces(document) if piece["page"]] == [
        ("one", 1),
        ("two", 2),
    ]


def test_a_paragraph_too_long_to_lay_out_as_a_whole_is_cut_at_its_spaces() -> None:
    text = "x " * 4500 + "y" * 9000
    laid = pieces(Document(id="a", source="a", sha256="0" * 64, text=text))
    assert "".join(piece["text"] for piece in laid) == text
    assert [piece["size"] for piece in laid] == [4000, 4000, 1000, 4000, 4000, 1000]
    assert [piece["goes_on"] for piece in laid] == [True] * 5 + [False]


def test_a_heading_is_named_without_its_marks() -> None:
    document = Document(
        id="a", source="a", sha256="0" * 64, text="## Title ##\ntext",
        headings=(Heading(start=3, end=8, level=2),),
    )  # fmt: skip
    assert [(piece["text"], piece["heading"]) for piece in pieces(document) if piece["heading"]] == [
        ("## Title ##", "Title")
    ]


def test_a_text_without_blank_lines_takes_each_line_as_a_paragraph() -> None:
    document = Document(id="a", source="a", sha256="0" * 64, text="One\nTwo\nThree")
    assert [piece["text"] for piece in pieces(document)] == ["One", "\n", "Two", "\n", "Three"]


def test_the_panel_has_the_paragraphs_that_passages_are_made_of() -> None:
    wrapped = "The keeper climbs the stairs at dusk\nand lights the lamp, which is seen\nfrom the sea."
    for text in (wrapped, "One.\n\n  Two.\r\rThree", "A long word is bro-\nken.\nAnother line."):
        laid = [piece["text"] for piece in pieces(Document(id="a", source="a", sha256="0" * 64, text=text))]
        assert [words.strip() for words in laid if words.strip()] == [text[a:b] for a, b in paragraphs(text)]


def test_a_port_that_is_taken_is_an_error_of_one_line(served: Served) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(QuestionAnsweringError, match=f"127.0.0.1:{port}: cannot serve there"):
            app.Server(FastAPI(), "127.0.0.1", port)


def test_asyncio_is_told_that_the_server_speaks_tcp_so_that_no_piece_of_an_answer_waits() -> None:
    async def nothing(*_: object) -> None:
        return None

    async def accepted() -> int:
        """Whether a connection to the server sends small pieces at once, as asyncio sets it."""
        given: asyncio.Future[int] = asyncio.get_running_loop().create_future()

        class Looking(asyncio.Protocol):
            def connection_made(self, transport: asyncio.BaseTransport) -> None:
                connection = transport.get_extra_info("socket")
                given.set_result(connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
                transport.close()

        server = app.Server(nothing, "127.0.0.1", 0)
        async with await asyncio.get_running_loop().create_server(Looking, sock=server._socket) as listening:
            with socket.create_connection(listening.sockets[0].getsockname()):
                return await given

    assert run(accepted()) == 1


def test_importing_the_page_loads_no_model_library() -> None:
    code = (
        "import sys, app; print(*{'torch', 'sentence_transformers', 'onnxruntime', 'faiss'} & {*sys.modules})"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == ""
