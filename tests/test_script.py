"""The page's script by parts, in a real Chromium, against what Python says."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest
from fastapi import FastAPI
from fastapi.responses import HTMLResponse

import app
from index.text.tables import cells, find_tables
from index.types import Document, Heading
from qa.page.layout import pieces
from qa.page.markdown import styles
from qa.page.rendering import address
from qa.serve.routes import mount_script
from qa.types import Citation

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page


@pytest.fixture(scope="module")
def page(browser: "Browser") -> "Iterator[Page]":
    """An empty page, served with the script's parts and nothing else."""
    web = FastAPI()
    mount_script(web)
    web.get("/", response_class=HTMLResponse)(lambda: "<title>Parts</title>")
    with app.Server(web, "127.0.0.1", 0).running() as url:
        context = browser.new_context()
        page = context.new_page()
        page.goto(url)
        yield page
        context.close()


def call(page: "Page", part: str, name: str, *given: object) -> Any:  # noqa: ANN401 - what the script gives
    script = "([part, name, given]) => import(`/session/script/${part}.js`).then(one => one[name](...given))"
    return page.evaluate(script, [part, name, list(given)])


@pytest.mark.parametrize("highlight", [None, (14, 18)])
@pytest.mark.parametrize("name", ["a.txt", "ä & b#=?%.md", "x/y 𝒔.pdf"])
def test_the_address_of_a_citation_is_read_as_it_was_written(
    page: "Page", name: str, highlight: tuple[int, int] | None
) -> None:
    cited = Citation(
        document_id=name, source="", sha256="ab" * 32, start=12, end=20, quote="x", score=1.0,
        highlight=highlight,
    )  # fmt: skip
    first, last = highlight or (12, 12)
    assert call(page, "passages", "passage", address(cited)) == {
        "id": name, "start": 12, "end": 20, "from": first, "to": last, "sha": "ab" * 6,
    }  # fmt: skip


@pytest.mark.parametrize(
    "fragment",
    ["", "#", "#document=a", "#document=a&at=5-5", "#document=a&at=5-9&exact=4-6", "#at=1-2", "#x=%"],
)
def test_what_is_no_address_is_none(page: "Page", fragment: str) -> None:
    assert call(page, "passages", "passage", fragment) is None


WORDS = "🦊 The 𝒔mall 😀 fox."


@pytest.mark.parametrize(
    ("start", "end", "first", "last"), [(2, 9, 4, 6), (0, 18, 0, 0), (5, 40, 8, 12), (-3, 4, 1, 2)]
)
def test_a_piece_is_cut_by_code_points_as_python_slices_it(
    page: "Page", start: int, end: int, first: int, last: int
) -> None:
    origin = 100
    given = {"start": origin + start, "end": origin + end, "from": origin + first, "to": origin + last}
    parts = call(page, "passages", "cut", WORDS, origin, given, [[2, 5, "strong"]])
    assert "".join(part["words"] for part in parts) == WORDS
    inside = "".join(part["words"] for part in parts if part["inside"])
    assert inside == WORDS[max(0, start) : end]
    assert "".join(part["words"] for part in parts if part["exact"]) == WORDS[first:last]
    assert "".join(part["words"] for part in parts if part["style"]) == WORDS[2:5]


def test_a_piece_without_a_passage_is_one_part(page: "Page") -> None:
    assert call(page, "passages", "cut", WORDS, 7, None) == [
        {"words": WORDS, "inside": False, "exact": False, "style": "", "cell": -1}
    ]


def test_the_arrow_keys_go_through_what_was_asked_and_end_in_an_empty_box(page: "Page") -> None:
    asked = ["one", "two"]
    assert call(page, "asking", "recalled", asked, 2, -1) == {"place": 1, "words": "two"}
    assert call(page, "asking", "recalled", asked, 0, -1) is None
    assert call(page, "asking", "recalled", asked, 1, 1) == {"place": 2, "words": ""}


@pytest.mark.parametrize(
    ("question", "asked", "again"),
    [
        ("Who is the founder of High-Flyer?", "Who founded High-Flyer?", True),
        ("Who is the founder of High-Flyer?", "Who founded DeepSeek?", False),
        ("What is a.txt about?", "What is a.txt about?", True),
        ("What is a.txt about?", "Who founded DeepSeek?", False),
        ("How much is the rent?", "When is the rent due?", False),
    ],
)
def test_what_was_asked_in_other_words_is_not_suggested(
    page: "Page", question: str, asked: str, again: bool
) -> None:
    assert call(page, "asking", "repeats", question, asked) == again


@pytest.mark.parametrize(
    ("asked", "more", "said"),
    [
        ([True, True], 0, "Asking all 2 documents"),
        ([True, False], 0, "Asking a0"),
        ([True, True, False], 0, "Asking 2 of 3 documents"),
        ([False], 0, "Asking no document"),
        ([True, True], 600, "Asking all 602 documents"),
    ],
)
def test_what_is_asked_is_said_in_words(page: "Page", asked: list[bool], more: int, said: str) -> None:
    documents = [{"id": f"a{n}", "state": "ready", "asked": one} for n, one in enumerate(asked)]
    waiting = {"id": "b", "state": "waiting", "asked": True}
    assert call(page, "documents", "asking", [*documents, waiting], len(asked) + more) == said


def test_a_place_is_said_as_document_page_and_heading(page: "Page") -> None:
    assert call(page, "passages", "told", {"name": "a.pdf", "page": "3", "heading": "Fees"}) == (
        "a.pdf, page 3, under “Fees”"
    )
    given = {"name": "a.csv", "header": "“Walk, Climb”"}
    assert call(page, "passages", "told", given) == "a.csv, below “Walk, Climb”"
    assert call(page, "passages", "told", {"name": "a.txt", "page": "", "heading": ""}) == "a.txt"


# --- Markdown, whose marks are hidden and stay where they are


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("# Title ##", "Title"),
        ("A **bold** and *soft* word", "A bold and soft word"),
        ("Run `a*b*c` now", "Run a*b*c now"),
        ("See [the page](https://example.org/a_b) here", "See the page here"),
        ("2 * 3 * 4 and snake_case_name", "2 * 3 * 4 and snake_case_name"),
        ("𝒔 **😀**", "𝒔 😀"),
    ],
)
def test_the_marks_of_markdown_are_hidden(words: str, shown: str) -> None:
    hidden = {place for start, end, kind in styles(words) if kind == "markup" for place in range(start, end)}
    assert "".join(letter for place, letter in enumerate(words) if place not in hidden) == shown


def test_only_markdown_is_formatted_and_no_character_moves() -> None:
    text = "# T\n\nA **b**.\n"
    for name, formatted in (("a.md", True), ("a.txt", False)):
        document = Document(
            id=name, source=name, sha256="", text=text, headings=(Heading(start=2, end=3, level=1),)
        )
        laid = pieces(document)
        assert "".join(piece["text"] for piece in laid) == text
        assert any(piece["styles"] for piece in laid) == formatted


# --- tables, whose rows keep every character as well


def test_a_piece_is_cut_at_the_cells_of_a_row(page: "Page") -> None:
    row = "🦊 | 90 | Old"
    found = {"start": 10, "end": 22, "from": 14, "to": 16}
    parts = call(page, "passages", "cut", row, 10, found, [], cells(row))
    assert [(part["words"], part["cell"], part["exact"]) for part in parts] == [
        ("🦊", 0, False), (" | ", -1, False), ("90", 1, True), (" | ", -1, False), ("Old", 2, False),
    ]  # fmt: skip


TABLE = "Walk | Climb\n--- | ---\nRidge | 620\nMill loop | 90\n"


@pytest.mark.parametrize("before", ["", "The walks.\n\n", "a | b in prose\r\n\r\n"])
def test_the_lines_of_a_table_are_its_header_its_rule_and_rows_of_cells(before: str) -> None:
    text = f"{before}{TABLE}\nThe end."
    document = Document(id="a.csv", source="", sha256="", text=text, tables=find_tables(text))
    laid = pieces(document)
    assert "".join(piece["text"] for piece in laid) == text
    rows = [piece for piece in laid if piece["row"]]
    assert [piece["row"] for piece in rows] == ["header", "rule", "row", "row"]
    said = [[piece["text"][a:b] for a, b in piece["cells"]] for piece in rows]
    assert said == [["Walk", "Climb"], [], ["Ridge", "620"], ["Mill loop", "90"]]


def test_a_table_of_thousands_of_rows_is_laid_out_as_lines() -> None:
    text = "Walk | Climb\n" + "".join(f"Ridge {number} | {number}\n" for number in range(2500))
    laid = pieces(Document(id="a.csv", source="", sha256="", text=text, tables=find_tables(text)))
    assert sum(piece["row"] == "row" for piece in laid) == 2500
    assert not any(piece["cells"] for piece in laid)
