"""A conversation on the page: what keeps it, what it shows, and that it is read at every size."""

import html
import json
import re
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest

from index.types import Document
from qa.page.conversation import Conversation
from qa.page.quoting import date, escaped
from qa.serve.conversations import Conversations
from qa.serve.mentions import mentions
from qa.types import Answer
from tests.browsing import Session, browsing
from tests.scripted import DOCUMENTS, REPORT, SCRIPTS, Served

if TYPE_CHECKING:
    from playwright.sync_api import Browser

FOUNDER, LAUGHED, BELL = "Who founded High-Flyer?", "Who laughed?", "What does the bell weigh?"
UNKNOWN = "What is the capital of Brazil"
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True}
# A laptop of 1280 by 720, enlarged, and a phone whose keyboard is open.
TWICE = {"viewport": {"width": 640, "height": 360}}
FOUR_TIMES = {"viewport": {"width": 320, "height": 180}}
TYPING = {"viewport": {"width": 390, "height": 420}, "has_touch": True}
SIZES = pytest.mark.parametrize(
    "session",
    [{}, TWICE, FOUR_TIMES, PHONE, TYPING],
    indirect=True,
    ids=["100", "200", "400", "phone", "keyboard"],
)


def answer(question: str) -> Answer:
    return Answer(
        question=question, standalone_question=question, answered=False, text="", short=None, confidence=0.1,
        threshold=0.5,
    )  # fmt: skip


def asked(session: Session, *questions: str) -> None:
    """Wait until these are the questions of the conversation that is shown."""
    script = "all => [...document.querySelectorAll('.q-asked')].map(one => one.textContent).join('|') === all"
    session.page.wait_for_function(script, arg="|".join(questions))


# --- what is kept


def test_reload_a_second_tab_going_back_and_a_crash_keep_the_conversation(
    session: Session, served: Served, browser: "Browser"
) -> None:
    session.ask(FOUNDER)
    session.ask(LAUGHED)
    session.page.reload()
    asked(session, FOUNDER, LAUGHED)
    session.cited(SCRIPTS[LAUGHED].quotes[0])
    second = Session(session.page.context.new_page())
    second.open(served.url)
    asked(second, FOUNDER, LAUGHED)
    second.ask(BELL)
    session.page.goto("about:blank")
    session.page.go_back()
    asked(session, FOUNDER, LAUGHED, BELL)
    # What a browser has after a crash: its cookies. The page said nothing when it went.
    cookies = session.page.context.cookies()
    with browsing(browser, served.url, storage_state={"cookies": cookies, "origins": []}) as again:
        asked(again, FOUNDER, LAUGHED, BELL)


def test_a_question_in_one_tab_goes_on_with_what_another_tab_has_added(
    session: Session, served: Served
) -> None:
    session.ask(FOUNDER)
    second = Session(session.page.context.new_page())
    second.open(served.url)
    asked(second, FOUNDER)
    session.ask(LAUGHED)
    second.ask(BELL)
    asked(second, FOUNDER, LAUGHED, BELL)


def test_nobody_else_sees_a_conversation(session: Session, served: Served, browser: "Browser") -> None:
    session.ask(FOUNDER)
    with browsing(browser, served.url) as other:
        assert other.page.evaluate("fetch('session/conversations').then(said => said.json())") == []
        assert other.page.locator(".q-asked").count() == 0


def test_a_new_conversation_can_be_undone_and_the_earlier_ones_are_listed_opened_and_deleted(
    session: Session,
) -> None:
    session.ask(FOUNDER)
    new = session.page.get_by_role("button", name="New conversation")
    new.click()
    asked(session)
    session.page.get_by_role("button", name="Undo").click()
    asked(session, FOUNDER)
    new.click()
    asked(session)
    session.page.reload()
    session.page.get_by_role("button", name="Earlier conversations: 1").wait_for()
    assert session.page.locator(".q-asked").count() == 0
    session.ask(LAUGHED)
    assert "follow-up" not in session.page.inner_text("#q-chat")
    session.page.get_by_role("button", name="Earlier conversations: 1").click()
    assert session.violations() == []
    session.page.get_by_role("button", name=FOUNDER, exact=True).click()
    asked(session, FOUNDER)
    session.cited(SCRIPTS[FOUNDER].quotes[0])
    session.page.get_by_role("button", name="Earlier conversations: 1").click()
    session.page.get_by_role("button", name=f"Delete {LAUGHED}").click()
    session.page.get_by_role("button", name="Undo").click()
    session.page.get_by_role("button", name="Earlier conversations: 1").wait_for()


def test_a_question_is_edited_and_asked_again_and_no_later_answer_is_lost(session: Session) -> None:
    session.ask(FOUNDER)
    session.ask(LAUGHED)
    session.page.get_by_role("button", name="Edit question 2").click()
    assert session.page.input_value("#q-box textarea") == LAUGHED
    session.page.fill("#q-box textarea", BELL)
    session.page.keyboard.press("Enter")
    asked(session, FOUNDER, BELL)
    session.page.wait_for_selector(".q-turn >> nth=1")
    assert session.page.locator("#q-editing").is_hidden()
    session.page.get_by_role("button", name="Edit question 1").click()
    session.page.get_by_role("button", name="Cancel").click()
    session.page.get_by_role("button", name="Edit question 1").click()
    session.page.fill("#q-box textarea", LAUGHED)
    session.page.keyboard.press("Enter")
    asked(session, LAUGHED)
    session.page.get_by_role("button", name="Earlier conversations: 1").click()
    session.page.get_by_role("button", name=FOUNDER, exact=True).click()
    asked(session, FOUNDER, BELL)


def test_the_arrow_keys_recall_what_was_asked_and_leave_what_is_being_written(session: Session) -> None:
    session.ask(FOUNDER)
    session.ask(LAUGHED)
    box = "#q-box textarea"
    for key, words in (("Up", LAUGHED), ("Up", FOUNDER), ("Up", FOUNDER), ("Down", LAUGHED), ("Down", "")):
        session.page.press(box, f"Arrow{key}")
        assert session.page.input_value(box) == words
    session.page.keyboard.type("And")
    session.page.press(box, "ArrowUp")
    assert session.page.input_value(box) == "And"


def test_conversations_are_on_disk_as_long_as_they_are_kept_and_are_read_again(tmp_path: Path) -> None:
    held, one = Conversations(), Conversation(answers=(answer("?"),))
    held.remember(one)
    assert list(tmp_path.iterdir()) == []
    held.keep_in(tmp_path)
    two = Conversation(answers=(answer("!"),))
    held.remember(two)
    assert Conversations(tmp_path).all() == [two, one]
    held.delete(one.id)
    assert Conversations(tmp_path).all() == [two]
    held.bring_back()
    assert Conversations(tmp_path).all() == [one, two]
    held.keep_in(None)
    assert list(tmp_path.iterdir()) == []
    assert held.all() == [one, two]


def test_the_last_twenty_conversations_are_held() -> None:
    held, made = Conversations(), [Conversation(answers=(answer(str(n)),)) for n in range(25)]
    for one in made:
        held.remember(one)
    assert held.all() == made[:4:-1]


def test_an_edit_begins_a_new_conversation_only_where_later_answers_would_be_lost() -> None:
    one = Conversation(answers=tuple(answer(question) for question in "abc"))
    last, first = one.until(2), one.until(0)
    assert (last.id, last.answers) == (one.id, one.answers[:2])
    assert first.answers == ()
    assert first.id != one.id


# --- what the source shows


def test_after_a_refusal_the_closest_passage_is_marked_as_such_and_no_old_mark_is_left(
    session: Session,
) -> None:
    session.ask(FOUNDER)
    session.cited(SCRIPTS[FOUNDER].quotes[0])
    session.ask(UNKNOWN)
    session.cited("DeepSeek's story is an unusual one.")
    assert session.page.locator(".q-text mark").evaluate_all("all => all.map(one => one.className)") == [
        "near"
    ]
    assert session.page.inner_text(".q-place") == "A close passage, not an answer: deepseek.txt"
    session.ask(FOUNDER)
    session.cited(SCRIPTS[FOUNDER].quotes[0])
    assert session.page.locator(".q-text mark.near").count() == 0


def test_a_new_conversation_leaves_no_mark_and_no_address_of_a_passage(session: Session) -> None:
    session.ask(FOUNDER)
    session.cited(SCRIPTS[FOUNDER].quotes[0])
    session.page.get_by_role("button", name="New conversation").click()
    session.page.wait_for_function("!document.querySelector('.q-text mark')")
    assert session.page.evaluate("location.hash") == ""
    assert session.page.text_content(".q-place") == ""


def test_the_best_guess_to_an_earlier_question_moves_the_mark_to_it(session: Session) -> None:
    session.ask(UNKNOWN)
    session.ask(BELL)
    session.cited("It weighs nine tons.")
    session.page.get_by_role("button", name="Show the best guess anyway").click()
    session.page.wait_for_selector(".q-guessed")
    session.cited("DeepSeek's story is an unusual one.")
    assert session.page.inner_text(".q-place") == "Best guess: deepseek.txt"
    assert session.page.locator(".q-text mark.near").count() == 0


# --- what a person does with it


def test_an_answer_is_copied_with_its_quotes_and_sources_in_three_forms(session: Session) -> None:
    session.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    session.ask(BELL)
    session.page.get_by_role("button", name="Copy", exact=True).click()
    where = "report.pdf, page 2, The bell"
    for form, words in {
        "plain text": f"nine tons\n\n“It weighs nine tons.” ({where})",
        "markdown": f"## {BELL}\n\n**nine tons**\n\n> It weighs nine tons.\n>\n> {where}\n\n"
        "*87% sure; given as the answer from 50% on*",
        "footnote": f"{where}: “It weighs nine tons.”",
    }.items():
        copy = session.page.get_by_role("button", name=f"Copy as {form}")
        copy.click()
        session.page.wait_for_function(
            "words => navigator.clipboard.readText().then(said => said === words)", arg=words
        )
    assert session.violations() == []


def test_all_places_that_mention_the_answer_are_found_whatever_their_case_and_open(session: Session) -> None:
    session.ask(FOUNDER)
    session.page.get_by_role("button", name="All places that mention “Liang Wenfeng”").click()
    places = session.page.locator(".q-places li")
    places.first.wait_for()
    many = DOCUMENTS["deepseek.txt"].count("Liang Wenfeng")
    assert session.page.inner_text(".q-places p") == f"{many} places with “Liang Wenfeng”:"
    assert places.count() == many
    places.first.locator("a").click()
    session.cited(SCRIPTS[FOUNDER].quotes[0])
    assert session.violations() == []


def test_mentions_are_whole_words_in_their_sentence_in_any_case_and_across_lines() -> None:
    text = "A nine.\n\nThe bell weighs NINE\ntons. It hangs.\n\nNinety-nine tons. nine tonsils."
    found = mentions("nine tons", [Document(id="a", source="a", sha256="", text=text)])
    assert [(one.quote, text[slice(*one.highlight or (0, 0))]) for one in found] == [
        ("The bell weighs NINE\ntons.", "NINE\ntons"),
        ("Ninety-nine tons.", "nine tons"),
    ]


def test_pinned_quotes_stay_over_a_reload_and_are_saved_with_the_conversation_its_date_and_documents(
    session: Session, tmp_path: Path
) -> None:
    session.ask(FOUNDER)
    session.page.get_by_role("link", name="[2]").click()
    session.cited(SCRIPTS[FOUNDER].quotes[1])
    session.page.get_by_role("button", name="Pin quote").click()
    session.page.get_by_role("button", name="Pinned quotes: 1").wait_for()
    session.page.reload()
    session.page.get_by_role("button", name="Pinned quotes: 1").click()
    assert SCRIPTS[FOUNDER].quotes[1] in session.page.inner_text("#q-pinned")
    assert session.violations() == []
    saved = {}
    for form in ("Web page", "Markdown", "JSON"):
        with session.page.expect_download() as download:
            session.page.get_by_role("link", name=form).click()
        path = tmp_path / download.value.suggested_filename
        download.value.save_as(path)
        saved[form] = re.sub("</?mark>", "", html.unescape(path.read_text(encoding="utf-8")))
    today = date(datetime.now().astimezone())
    for form in ("Web page", "Markdown"):
        assert f"{today}. Documents quoted: deepseek.txt." in saved[form]
        assert saved[form].index("Pinned quotes") < saved[form].index(SCRIPTS[FOUNDER].quotes[1])
    given = json.loads(path.read_text(encoding="utf-8"))
    assert [one["quote"] for one in given["pinned"]] == [SCRIPTS[FOUNDER].quotes[1]]
    assert [one["document_id"] for one in given["documents"]] == ["deepseek.txt"]
    session.page.get_by_role("button", name="Unpin", exact=True).click()
    session.page.wait_for_selector("#q-pinned", state="hidden")


def test_markdown_reads_no_markup_in_what_is_quoted() -> None:
    assert escaped("*a* [b](c) `d` #e") == r"\*a\* \[b\](c) \`d\` \#e"
    assert escaped("- a\n1. b") == "\\- a\n\\1. b"


# --- at every size


def shown(session: Session, name: str) -> dict[str, Any]:
    """Where the last of some elements is, and what the window shows."""
    script = """name => {
        const box = [...document.querySelectorAll(name)].at(-1).getBoundingClientRect();
        return {top: box.top, bottom: box.bottom, left: box.left, right: box.right};
    }"""
    return cast(dict[str, Any], session.page.evaluate(script, name))


def settled(session: Session) -> None:
    """Wait until nothing scrolls any more."""
    session.page.evaluate("""async () => {
        const place = () => document.querySelector('#q-box').getBoundingClientRect().top + scrollY
            + [...document.querySelectorAll('*')].reduce((sum, one) => sum + one.scrollTop, 0);
        for (let same = 0, last = place(); same < 10; same = place() === last ? same + 1 : 0, last = place())
            await new Promise(requestAnimationFrame);
    }""")


@SIZES
def test_a_new_answer_is_read_from_its_question_on_and_the_documents_open_where_they_are_seen(
    session: Session,
) -> None:
    session.ask(BELL)
    session.ask(FOUNDER)
    settled(session)
    height, width = session.page.evaluate("[innerHeight, innerWidth]")
    question, given = shown(session, ".q-asked"), shown(session, ".q-short")
    assert 0 <= question["top"] < height / 2
    assert given["bottom"] <= height
    assert given["right"] <= width
    assert session.page.evaluate("document.documentElement.scrollWidth") <= width
    # The answer is not below the box.
    box = shown(session, "#q-box")
    assert box["top"] >= given["bottom"] or box["bottom"] <= question["top"]
    assert session.violations() == []
    # On a phone the documents open over the page, wherever it was scrolled to.
    session.page.get_by_role("link", name="[2]").click()
    session.cited(SCRIPTS[FOUNDER].quotes[1])
    settled(session)
    session.page.locator("#q-documents-button").click()
    height = session.page.evaluate("innerHeight")
    first = session.page.locator(".q-docs li").first
    first.wait_for()
    settled(session)
    box = first.bounding_box()
    assert box
    assert 0 <= box["y"] < height
    assert session.page.evaluate(
        "([x, y]) => Boolean(document.elementFromPoint(x, y).closest('#q-documents'))",
        [box["x"] + 5, box["y"] + 5],
    )


def test_the_place_is_said_as_document_page_and_heading_and_characters_on_demand(session: Session) -> None:
    session.ask(BELL)
    session.cited("It weighs nine tons.")
    assert session.page.inner_text(".q-place") == "Harbour report, page 2, under “The bell”"
    start = REPORT.index("It weighs")
    assert session.page.locator(".q-characters span").is_hidden()
    session.page.get_by_text("Characters", exact=True).click()
    assert session.page.inner_text(".q-characters span") == f"{start} to {start + 20}"
