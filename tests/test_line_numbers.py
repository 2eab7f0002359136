"""Numbers of lines in a margin are no part of what stands beside them; those of code and lists are."""

import io
from collections.abc import Sequence
from pathlib import Path

import pytest
from reportlab.pdfgen.canvas import Canvas

from index import Index, IndexSettings
from index.load.extracted import Extracted
from index.load.limits import Limits
from index.load.pdf import extract_pdf
from index.split.passages import split
from index.testing import HashEmbedder
from index.text.unsaid import as_said, said_in
from index.types import Document
from qa.answer.answerer import Answerer
from qa.read.calibration import Ranking
from qa.read.reader import ExtractiveReader
from qa.testing import PhraseModel

NOTE = "numbers of lines in the margin left out"
FIRST = (
    "     Q.   Where were you on the night of the fifth of",
    "March, when the bakery in Mill Lane burnt down?",
    "     A.   I was at home with my sister and her two",
    "children until about eleven.",
    "     Q.   Did you leave the house after that?",
    "     A.   No.  I went to bed.",
    "          MR. HOLT:  Objection.  The witness has been asked",
    "this before.",
    "          THE COURT:  Overruled.  Go on.",
    "     A.   The keys were given to the bakers",
)
SECOND = (
    "who came at five each morning.",
    "     Q.   Thank you.",
    "          MS. PRICE:  No further questions, Your Honor.",
    "          THE COURT:  You may step down.  We will take ten",
    "minutes, and then hear from the fire marshal.",
)
SAID = (
    "Q. Where were you on the night of the fifth of March, when the bakery in Mill Lane burnt down?",
    "A. I was at home with my sister and her two children until about eleven.",
    "Q. Did you leave the house after that?",
    "A. No. I went to bed.",
    "MR. HOLT: Objection. The witness has been asked this before.",
    "THE COURT: Overruled. Go on.",
    "A. The keys were given to the bakers who came at five each morning.",
    "Q. Thank you.",
    "MS. PRICE: No further questions, Your Honor.",
    "THE COURT: You may step down. We will take ten minutes, and then hear from the fire marshal.",
)


def numbered(
    *pages: Sequence[str],
    count: int = 25,
    first: Sequence[int] = (1, 1),
    font: str = "Courier",
    step: float = 24,
    numbers_last: bool = False,
) -> Extracted:
    """What is read of pages with `count` numbers each in the margin."""
    stream = io.BytesIO()
    canvas = Canvas(stream, pagesize=(612, 792))
    for number, (page, start) in enumerate(zip(pages, first, strict=False), 1):
        canvas.setFont(font, 12)
        canvas.drawString(450, 750, f"Page {number}")
        for is_text in (numbers_last, not numbers_last):
            for row in range(count):
                if is_text and row < len(page):
                    canvas.drawString(126, 700 - step * row, page[row])
                elif not is_text:
                    canvas.drawRightString(104, 700 - step * row, str(start + row))
        canvas.showPage()
    canvas.save()
    return extract_pdf(stream.getvalue(), Limits())


@pytest.mark.parametrize("font", ["Courier", "Times-Roman", "Helvetica"])
@pytest.mark.parametrize("numbers_last", [False, True])
@pytest.mark.parametrize("count", [25, 28])
def test_the_numbers_of_a_transcript_are_left_out_and_its_sentences_run_over_lines_and_pages(
    font: str, numbers_last: bool, count: int
) -> None:
    found = numbered(FIRST, SECOND, font=font, numbers_last=numbers_last, count=count, step=22)
    assert tuple(found.text.split("\n\n")) == SAID
    assert found.note == NOTE


def test_a_pleading_keeps_the_numbers_of_its_paragraphs_and_lines_between_the_numbers() -> None:
    stream = io.BytesIO()
    canvas = Canvas(stream, pagesize=(612, 792))
    pages: tuple[dict[float, str], ...] = (
        {
            730: "Plaintiff Harbor Freightways alleges as follows against the",
            706: "defendant, the City of Oban, except as to its own acts:",
            682: "1.   On June 3, 2021, the parties entered into a written",
            658: "agreement for the carriage of salt, of which a part reads:",
            634: "     The carrier shall deliver the salt to the pier, and the",
            622: "     City shall pay the carrier within thirty days of the last",
            610: "     delivery, failing which interest is due.",
        },
        {
            730: "2.   The City refused to pay the balance, although all the",
            706: "salt had come by September.",
        },
    )
    for page in pages:
        canvas.setFont("Times-Roman", 12)
        for row in range(28):
            canvas.drawRightString(70, 730 - 24 * row, str(row + 1))
        for height, line in page.items():
            canvas.drawString(90, height, line)
        canvas.showPage()
    canvas.save()
    found = extract_pdf(stream.getvalue(), Limits())
    assert found.text.split("\n\n") == [
        "Plaintiff Harbor Freightways alleges as follows against the defendant, the City of Oban, except as "
        "to its own acts:",
        "1. On June 3, 2021, the parties entered into a written agreement for the carriage of salt, of which "
        "a part reads:",
        "The carrier shall deliver the salt to the pier, and the City shall pay the carrier within thirty "
        "days of the last delivery, failing which interest is due.",
        "2. The City refused to pay the balance, although all the salt had come by September.",
    ]
    assert found.note == NOTE


def test_numbers_that_count_all_lines_of_a_manuscript_are_left_out_to_its_last_page() -> None:
    lines = ["The harbour was dredged in the spring of that year so that"] + [
        "ferries could call at the pier even when the wind blew hard"
    ] * 15
    found = numbered(lines[:12], [*lines[12:], "and the tide was low."], count=12, first=(1, 13))
    assert found.text.split("\n\n")[0] == " ".join([*lines, "and the tide was low."])
    assert found.note == NOTE


CODE = (
    *("import sys", "def main(paths: list[str]) -> int:", "    if len(paths) < 2 or not paths[1]:"),
    *('        print("usage: tool FILE [FILE]...")', "        return 2", "    for path in paths[1:]:"),
    *("        with open(path, 'rb') as stream:", "            data = stream.read(1 << 20)"),
    *("            count += sum(byte == 10 for byte in data)", "    return 0 if count else 1"),
)
NAMES = [
    f"{name}      {count}"
    for name, count in zip(("Otters", "Seals", "Gulls") * 7, range(90, 111), strict=True)
]


@pytest.mark.parametrize(("page", "count"), [(CODE * 2, 20), (NAMES, 21)])
def test_the_numbers_of_a_listing_and_of_rows_stay(page: Sequence[str], count: int) -> None:
    for first in ((1, 1), (1, count + 1)):
        found = numbered(page, page[1:], count=count, first=first, step=14)
        assert found.note is None or NOTE not in found.note
        assert f"{count} | {page[-1].split()[0]}" in found.text
    single = numbered(page, count=count, step=14)
    assert f"7 | {page[6].split()[0]}" in single.text


def page_of_text(lines: Sequence[str], number: int, end: str = "\n", count: int = 25) -> str:
    shown = [f"{row + 1:>2}   {lines[row] if row < len(lines) else ''}".rstrip() for row in range(count)]
    return end.join(["", f"{'':>50}{number}", "", *shown, ""])


def sentences(text: str) -> list[str]:
    document = Document(id="a", source="a.txt", sha256="", text=text)
    chunks = split(document, lambda texts: [len(one.split()) for one in texts], IndexSettings())
    said = said_in(document)
    return [" ".join(said[start:end].split()) for chunk in chunks for start, end in chunk.sentences]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("between", ["", "\f"])
def test_the_numbers_of_a_transcript_in_text_are_no_part_of_sentences(end: str, between: str) -> None:
    text = page_of_text(FIRST, 1, end) + between + page_of_text(SECOND, 2, end)
    found = sentences(text)
    assert found[1:5] == [SAID[0], SAID[1], SAID[2], "A. No."]
    assert found[-5:] == [
        *("who came at five each morning.", "Q. Thank you."),
        *(SAID[-2], "THE COURT: You may step down."),
        "We will take ten minutes, and then hear from the fire marshal.",
    ]


def test_the_text_keeps_its_numbers_and_its_offsets() -> None:
    text = page_of_text(FIRST, 1) + page_of_text(SECOND, 2)
    document = Document(id="a", source="a.txt", sha256="", text=text)
    said = said_in(document)
    assert len(said) == len(text)
    places = [place for place in range(len(text)) if text[place] != said[place]]
    assert "".join(text[place] for place in places) == 2 * "".join(map(str, range(1, 26)))
    # A part of it, as a reader has it, is read alike.
    start, end = text.index("Q.   Where"), text.index("\n11")
    assert as_said(text[start:end]).split() == said[start:end].split()
    assert as_said("with my sister and her two\n 4   children").split()[-2:] == ["two", "children"]


@pytest.mark.parametrize(
    "lines", [CODE * 3, ["Buy milk", "Call the plumber", "Pay the rent"] * 8, ["a b c d e f"] * 6]
)
def test_the_numbers_of_a_listing_and_of_a_list_in_text_stay(lines: Sequence[str]) -> None:
    text = "\n".join(f"{number + 1:>2}  {line}" for number, line in enumerate(lines))
    assert said_in(Document(id="a", source="a.txt", sha256="", text=text)) == text


def test_an_answer_that_runs_over_a_line_is_said_without_its_number(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(page_of_text(FIRST, 1) + page_of_text(SECOND, 2), encoding="utf-8")
    index = Index.from_sources([tmp_path / "a.txt"], embedder=HashEmbedder(), folder=tmp_path / "index")
    reader = ExtractiveReader(PhraseModel({"two\n     children": 9.0}), Ranking(sentence=0.0))
    answer = Answerer(index, reader=reader).answer("Who was at home?", threshold=0.0)
    assert answer.short == "two children"
    assert answer.citations[0].quote.startswith("A.   I was at home")
