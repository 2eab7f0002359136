"""What is no part of what a text says gives no answer, and what a mail quotes comes below the new message."""

from pathlib import Path

import pytest

from index import Index, IndexSettings
from index.split.passages import split
from index.testing import HashEmbedder
from index.text.quoting import attribution, fields, is_quoted
from index.text.unsaid import as_said
from index.types import Document, Heading
from qa.answer.answerer import Answerer
from qa.answer.citations import cite
from qa.read.calibration import Ranking
from qa.read.reader import ExtractiveReader
from qa.testing import PhraseModel

HEAD = "From: Ann\nTo: Bo\nSubject: Kilns\n\n"
OLD = "The kilns come on 12 March."
NEW = "They come on 19 March."


def document(text: str, source: str = "a.txt", headings: tuple[Heading, ...] = ()) -> Document:
    return Document(id="a", source=source, sha256="", text=text, headings=headings)


def read(text: str, source: str = "a.txt") -> list[str]:
    """The sentences of a text, as they are read."""
    chunks = split(document(text, source), lambda texts: [len(one.split()) for one in texts], IndexSettings())
    said = as_said(text)
    return [" ".join(said[start:end].split()) for chunk in chunks for start, end in chunk.sentences]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a <!-- no --> b\n<!-- no\nno -->\nc", "a b c"),
        ("a <!-- has no end", "a <!-- has no end"),
        ("[Ann](https://a.org/b) and ![p](p.png), f[i](x)", "[Ann] and ![p] , f[i](x)"),
        ("in 1964[^1].\n\n[^1]: By Ned.\n[a]: http://a.org 'b'", "in 1964 . By Ned. [a]: http://a.org 'b'"),
        ('[a]: http://a.org "b"\nc', "c"),
        ("a\n> b\n>> > c\nd > e", "a b c d > e"),
        ("> a", "> a"),
        ("a\n---\nb\n===\n- - -\n--- c\n| --- |", "a b - - - --- c | --- |"),
        ("```python\na = 1\n```\n``` is a mark", "a = 1 ``` is a mark"),
    ],
)
def test_what_nobody_says_is_white_space_of_the_same_length(text: str, said: str) -> None:
    assert as_said(text).split() == said.split()
    assert len(as_said(text)) == len(text)
    assert [place for place, one in enumerate(as_said(text)) if one == "\n"] == [
        place for place, one in enumerate(text) if one == "\n"
    ]


def test_comments_front_matter_and_targets_of_links_are_no_sentences_of_markdown() -> None:
    text = (
        "---\ntitle: Fees\n---\n\n<!-- It is 40 pounds.\nAsk Otto. -->\n"
        "It is [55](http://a.org/b.html) pounds.\n\n"
        "[a]: http://a.org/c.html\n"
    )
    assert read(text, "a.md") == ["It is [55] pounds."]
    assert "title: Fees" in " ".join(read(text))  # a text has none


def test_what_underlines_a_heading_or_holds_code_is_no_part_of_a_sentence() -> None:
    text = "Kilns\n-----\nThey come in May.\n\n```bash\nmake kilns\n```\nThat is all.\n"
    assert read(text, "a.md") == ["Kilns", "They come in May.", "make kilns", "That is all."]


def test_a_turn_that_goes_over_cues_of_a_text_is_one_sentence_and_another_turn_is_not() -> None:
    text = "WEBVTT\n\n{}ANNA: by one called Moira\n\n{}Calloway of Lisbon\n\n"
    text += "{}BEN: and\n\n{}who paid.\n\n{}The county\n"
    times = [f"{number}\n00:00:0{number}.000 --> 00:00:0{number}.900\n" for number in range(1, 6)]
    assert read(text.format(*times)) == [
        "WEBVTT",
        "ANNA: by one called Moira Calloway of Lisbon",
        "BEN: and who paid.",
        "The county",
    ]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_quote_that_wraps_is_one_sentence_and_none_goes_over_a_change_of_depth(end: str) -> None:
    lines = (
        "I asked him to call you and",
        "On Monday Tom wrote:",
        "> the man who drives the lorry to our yard is called Emidio",
        "> Lanza and comes",
        ">> early on the day after",
        "> if he can",
        "and so on it goes",
    )
    assert read(end.join(lines)) == [
        "I asked him to call you and On Monday Tom wrote:",
        "the man who drives the lorry to our yard is called Emidio Lanza and comes",
        "early on the day after",
        "if he can",
        "and so on it goes",
    ]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_what_parts_a_quoted_message_is_no_part_of_its_first_sentence(end: str) -> None:
    text = end.join((NEW, "-----Original Message-----", OLD))
    assert read(text) == [NEW, "-----Original Message-----", OLD]
    mail = document(HEAD + text)
    assert is_quoted(mail, mail.text.index(OLD))


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        (f"{HEAD}{NEW}\n> {OLD}", True),
        (f"{HEAD}{NEW}\n\n-----Original Message-----\n{OLD}", True),
        (f"{HEAD}{NEW}\n\nFrom: Bo\nSent: Monday\nTo: Ann\n\n{OLD}", True),
        (f"{HEAD}{NEW}\n\nOn 4 March 2024, Bo wrote:\n\n{OLD}", True),
        (f"{HEAD}{OLD}\n\nOn 4 March 2024, Bo wrote:\n\n{NEW}", False),
        (f"{HEAD}On 4 March 2024, Bo wrote:\n> {NEW}\n\n{OLD}", False),  # answered below
        (f"From: Bo\nSent: Monday\nTo: Ann\n\n{OLD}", False),  # the message itself
        (f"A novel.\n\nOn 4 March 1850, Dickens wrote:\n\n{OLD}", False),
    ],
)
def test_what_a_mail_quotes_is_marked_as_quoted(text: str, quoted: bool) -> None:
    found, place = document(text), text.index(OLD)
    assert is_quoted(found, place) is quoted
    shown = cite(found, place, place + len(OLD), score=0.0)
    assert shown.place == ("quoted from an earlier message" if quoted else None)
    assert not is_quoted(document(text, "a.md"), place)


@pytest.mark.parametrize(
    "said",
    [
        "On Fri, 31 Oct 2025 at 15:02, Bo Cole <bo@cole.example> wrote:\n> Old.",
        "On Fri, 31 Oct 2025 at 15:02, Bo Alexander Cole\n<bo@cole.example> wrote:\n\n> Old.",
        "On Fri, 31 Oct 2025 at 15:02, Bo Cole <bo@cole.example> wrote:\n\nOld.",
        "On Fri, 31 Oct 2025 at 15:02, Bo Alexander Cole\n<bo@cole.example> wrote:\n\nOld.",
        "2025-10-31 15:02 Bo Cole <bo@cole.example>:\n> Old.",
        "Am 31.10.2025 um 15:02 schrieb Bo Cole:\n> Old.",
        "Bo wrote:\n> Old.",
        "From: Bo\nSent: Friday\nTo: Ann\n\nOld.",
        "-----Original Message-----\nFrom: Bo\nSent: Friday\nTo: Ann\n\nOld.",
        "---------- Forwarded message ---------\nFrom: Bo\nDate: Fri, 31 Oct 2025\nTo: Ann\n\nOld.",
    ],
)
def test_what_says_who_wrote_a_quoted_message_is_quoted_too(said: str) -> None:
    mail = document(f"{HEAD}{NEW}\n\n{said}")
    start, old = mail.text.index(said), mail.text.index("Old.")
    above = "\n".join(line for line in said[: said.index("Old.")].splitlines() if line.strip("> "))
    assert attribution(mail, start) == above
    assert is_quoted(mail, start)
    assert attribution(mail, old) is None
    assert not is_quoted(mail, mail.text.index(NEW))


@pytest.mark.parametrize(
    "line", ["I have 3 remarks on your plan of 2025:", "My answers:", "Bo wrote a note."]
)
def test_what_a_mail_says_itself_above_a_quote_is_not_quoted(line: str) -> None:
    mail = document(f"{HEAD}{NEW}\n\n{line}\n> Old.")
    assert not is_quoted(mail, mail.text.index(line))


def test_who_wrote_what_a_novel_quotes_is_not_quoted() -> None:
    text = "A novel.\n\nOn Fri, 31 Oct 1825, Bo Cole wrote:\n> Old."
    assert not is_quoted(document(text), text.index("On Fri"))
    assert attribution(document(text), text.index("On Fri")) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Kilns\n\nFrom: Ann\nTo: Bo\nDate: 4 March\n\nNew.", {"From": "Ann", "To": "Bo", "Date": "4 March"}),
        (
            "From: Ann\nDate: 4 March\n\nNew.\n\nFrom: Bo\nSent: 3 March\n\nOld.",
            {"From": "Ann", "Date": "4 March"},
        ),
        (
            "From: Ann\nDate: 4 March\n\nNew.\n\n-----\n\nFrom: Bo\nDate: 3 March\n\nOld.",
            {},
        ),  # which of the two?
        ("New.\n\nAnn", {}),
    ],
)
def test_the_fields_of_a_message_are_those_at_its_head(text: str, expected: dict[str, str]) -> None:
    found = document(text)
    assert {name: text[slice(*place)] for name, place in fields(found, len(text) - 1).items()} == expected
    assert fields(document(text, "a.md"), 0) == {}


def test_the_next_mail_of_a_mailbox_is_not_quoted() -> None:
    text = f"Kilns\n\n{HEAD}{NEW}\n\n-----Original Message-----\nOld.\n\nAgain\n\n{HEAD}{OLD}"
    start = text.index("Again")
    headings = Heading(start=0, end=5, level=1), Heading(start=start, end=start + 5, level=1)
    assert is_quoted(document(text, headings=headings), text.index("Old."))
    assert not is_quoted(document(text, headings=headings), text.index(OLD))


def short(folder: Path, text: str, phrases: dict[str, float]) -> str | None:
    """The exact answer by a reader that points at some phrases."""
    (folder / "a.txt").write_text(text, encoding="utf-8")
    index = Index.from_sources([folder / "a.txt"], embedder=HashEmbedder(), folder=folder / "index")
    answerer = Answerer(index, reader=ExtractiveReader(PhraseModel(phrases), Ranking(sentence=0.0)))
    return answerer.answer("When do the kilns come?", threshold=0.0).short


def test_the_new_message_answers_before_what_it_quotes_unless_that_is_far_surer(tmp_path: Path) -> None:
    text = f"{HEAD}{NEW}\n\nOn 4 March Bo wrote:\n> {OLD}\n"
    assert short(tmp_path, text, {"12 March": 9.0, "19 March": 8.0}) == "19 March"
    assert short(tmp_path, text, {"12 March": 9.0, "19 March": 6.0}) == "12 March"
    # What is no mail keeps the order of the reader.
    assert short(tmp_path, f"{NEW}\n\n{OLD}\n", {"12 March": 9.0, "19 March": 8.0}) == "12 March"
