"""PDF as a person reads it: order, paragraphs, headings, lists, tables, fields, and where words stand."""

import io
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.pdfmetrics import registerFont, stringWidth
from reportlab.pdfgen.canvas import Canvas

from benchmarks.hostile import one_page_pdf, pdf_stream
from index import Index
from index.load.boxes import Box, BoxedWord, boxes_between, confidence_between, pack, unpack
from index.load.decoding import UnreadableError
from index.load.extracted import Extracted
from index.load.limits import Limits
from index.load.pdf import extract_pdf
from index.load.pdf_layout import lay_out
from index.load.pdf_words import PageWords, Word
from index.load.pictures import extract_picture
from index.load.sources import find, load
from index.load.tesseract import can_recognise
from index.testing import HashEmbedder
from qa.answer.citations import cite
from qa.page.rendering import where

WIDTH, HEIGHT = 595.2756, 841.8898
LEFT = (
    "The old windmill at Carrow Hill was",
    "built in 1823 by the miller Josiah",
    "Penhale for his two sons. It stood",
    "idle for forty years.",
)
RIGHT = (
    "The water mill at Dunmere was built",
    "in 1766 by the Duke of Lanford and",
    "ground rye for the estate. A flood",
    "in 1901 swept its wheel away.",
)


def made(*pages: Callable[[Canvas], object]) -> bytes:
    stream = io.BytesIO()
    canvas = Canvas(stream, pagesize=(WIDTH, HEIGHT))
    for draw in pages:
        canvas.setFont("Helvetica", 11)
        draw(canvas)
        canvas.showPage()
    canvas.save()
    return stream.getvalue()


def read(*pages: Callable[[Canvas], object]) -> Extracted:
    return extract_pdf(made(*pages), Limits())


def lines(canvas: Canvas, texts: Sequence[str], x: float = 60, y: float = 780, step: float = 15) -> None:
    for number, text in enumerate(texts):
        canvas.drawString(x, y - step * number, text)


def headings(extracted: Extracted) -> list[tuple[str, int]]:
    return [(extracted.text[one.start : one.end], one.level) for one in extracted.headings]


def test_columns_that_the_file_shows_line_by_line_are_read_one_after_the_other() -> None:
    def draw(canvas: Canvas) -> None:
        for number, (left, right) in enumerate(zip(LEFT, RIGHT, strict=True)):
            canvas.drawString(60, 780 - 15 * number, left)
            canvas.drawString(320, 780 - 15 * number, right)

    assert read(draw).text == " ".join(LEFT) + "\n\n" + " ".join(RIGHT)


@pytest.mark.parametrize(
    ("font", "left", "right", "space"),
    [
        (
            "HYSMyeongJo-Medium",
            (
                "카로 언덕의 낡은 풍차는 이 고장의 방앗간",
                "주인 요시아가 두 아들을 위하여 지은 것으",
                "로 언덕 위에 마흔 해 동안 비어 있었다.",
            ),
            (
                "던미어의 물레방아는 란포드 공작이 지어",
                "영지의 호밀을 빻았는데 어느 해 홍수에 그",
                "바퀴가 모두 떠내려가고 말았다고 한다.",
            ),
            " ",
        ),
        (
            "HeiseiMin-W3",
            (
                "カロー丘の古い風車は千八百二十三年に製",
                "粉業者のペンヘイルが二人の息子のために",
                "建てたもので四十年間使われなかった。",
            ),
            (
                "ダンミアの水車はランフォード公爵が建て",
                "たもので領地のライ麦を挽いていたがある",
                "年の洪水で車輪が流されてしまった。",
            ),
            "",
        ),
    ],
)
def test_columns_of_a_script_without_small_letters_are_no_table(
    font: str, left: Sequence[str], right: Sequence[str], space: str
) -> None:
    registerFont(UnicodeCIDFont(font))

    def draw(canvas: Canvas) -> None:
        canvas.setFont(font, 11)
        for number, (one, other) in enumerate(zip(left, right, strict=True)):
            canvas.drawString(60, 780 - 15 * number, one)
            canvas.drawString(320, 780 - 15 * number, other)

    assert read(draw).text == space.join(left) + "\n\n" + space.join(right)


def test_keys_and_values_of_a_script_without_small_letters_are_a_table() -> None:
    registerFont(UnicodeCIDFont("HeiseiMin-W3"))
    rows = (("都市", "人口"), ("東京", "千四百万人"), ("大阪", "二百八十万人"))

    def draw(canvas: Canvas) -> None:
        canvas.setFont("HeiseiMin-W3", 11)
        for number, row in enumerate(rows):
            for x, cell in zip((60, 320), row, strict=True):
                canvas.drawString(x, 780 - 15 * number, cell)

    assert read(draw).text == "\n".join(map(" | ".join, rows))


def test_a_table_beside_a_column_of_prose_has_nothing_of_that_column() -> None:
    prose = (
        "The club was founded in the spring of",
        "the year in which the mill was closed,",
        "and its members have met on the green",
        "ever since then. They keep two boats",
        "and a hut, which was painted by hand",
        "in the summer of last year. Whoever",
        "wants to join them comes to the green",
        "and asks for the form, which is free.",
    )
    above = (
        "All lessons begin at five and end at",
        "six, and nobody has to book them for",
        "the first time. Later on they are to",
    )
    below = (
        "be paid for in advance by those who",
        "come each week, and on the day by all",
        "of the others that come once a month.",
    )
    rows = (("Day", "Lesson", "Years"), ("Monday", "Chess", "3 to 6"), ("Friday", "Choir", "1 to 6"))

    def draw(canvas: Canvas) -> None:
        lines(canvas, prose)
        lines(canvas, above, x=320)
        for number, row in enumerate(rows):
            for x, cell in zip((320, 400, 480), row, strict=True):
                canvas.drawString(x, 732 - 15 * number, cell)
        lines(canvas, below, x=320, y=684)

    text = read(draw).text
    assert " ".join(prose) in text
    assert "\n".join(map(" | ".join, rows)) in text
    assert " ".join(below) in text


def test_cells_that_are_nearer_than_columns_are_cut_below_those_of_the_header() -> None:
    def draw(canvas: Canvas) -> None:
        for x, cell in zip((66, 150, 230), ("Day", "Club", "Leader"), strict=True):
            canvas.drawString(x, 780, cell)
        canvas.drawString(60, 765, "Wednesday")
        canvas.drawString(123, 765, "Football practice")
        canvas.drawString(216, 765, "Coach Ray")
        for x, cell in zip((60, 150, 230), ("Friday", "Chess", "Mr Abara"), strict=True):
            canvas.drawString(x, 750, cell)

    assert read(draw).text == (
        "Day | Club | Leader\nWednesday | Football practice | Coach Ray\nFriday | Chess | Mr Abara"
    )


def test_a_header_of_two_lines_is_one_row_and_rows_of_figures_below_a_key_are_rows() -> None:
    rows = (
        ("Payee", "Date", "Amount"),
        ("", "Posted", "Paid"),
        ("Ann Day", "4 May", "300"),
        ("", "6 May", "225"),
        ("Bo Lind", "9 May", "180"),
    )

    def draw(canvas: Canvas) -> None:
        for number, row in enumerate(rows):
            for x, cell in zip((60, 200, 320), row, strict=True):
                canvas.drawString(x, 700 - 13 * number, cell)

    assert read(draw).text.splitlines() == [
        "Payee | Date Posted | Amount Paid",
        "Ann Day | 4 May | 300",
        "| | 6 May | 225",
        "Bo Lind | 9 May | 180",
    ]


def test_the_ligature_ff_of_tex_in_apples_pdfs_is_read_as_it_is_shown() -> None:
    names = ("e↵ort", "di↵erent", "a", "↵", "b", "A↵B")
    words = [Word(name, 60 + 60 * n, 100, 110 + 60 * n, 110, 11, False, n) for n, name in enumerate(names)]
    assert lay_out([PageWords(words, WIDTH, HEIGHT)], None, ()).text == "effort different a ↵ b A↵B"


def test_a_row_that_begins_with_an_empty_cell_stands_on_its_page(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        for number, row in enumerate((("", "Hours", "Cost"), ("Labor", "2", "300"), ("Paint", "1", "225"))):
            for x, cell in zip((60, 200, 320), row, strict=True):
                canvas.drawString(x, 700 - 15 * number, cell)

    extracted = read(draw, draw)
    second = extracted.text.index("|", extracted.text.index("225"))
    assert list(extracted.pages) == [0, second]


def test_a_note_names_what_is_repeated_in_the_order_in_which_it_stands() -> None:
    titles = ["Travel policy", "Northwick Water", "Internal use"]

    def draw(canvas: Canvas) -> None:
        for number, title in enumerate(titles):
            canvas.drawString(60 + 160 * number, 800, title)
        lines(canvas, LEFT, y=600)

    note = "repeated on its pages and left out: “Travel policy”, “Northwick Water”, “Internal use”"
    # Once is no proof: an order that hangs on addresses is right by chance.
    assert {read(draw, draw).note for _ in range(12)} == {note}


def test_a_sentence_goes_on_in_the_next_column_and_on_the_next_page() -> None:
    def draw(canvas: Canvas) -> None:
        lines(canvas, LEFT[:2])
        lines(canvas, (*LEFT[2:], *RIGHT[:2]), x=320)

    extracted = read(draw, lambda canvas: lines(canvas, RIGHT[2:]))
    assert "built in 1823 by the miller Josiah Penhale for his two sons." in extracted.text
    assert "the Duke of Lanford and ground rye for the estate." in extracted.text
    assert extracted.pages == (0, extracted.text.index("ground rye"))


@pytest.mark.parametrize(
    ("broken", "whole"),
    [
        (("postpone the recon-", "struction of the pier"), "postpone the reconstruction of the pier"),
        (("is Harriet Olders-", "haw of Tilbrook"), "is Harriet Oldershaw of Tilbrook"),
        (("the state-", "of-the-art crane"), "the state-of-the-art crane"),
        (("the deep-", "learning research of"), "the deep-learning research of"),
        (("the fund High-", "Flyer founded it"), "the fund High-Flyer founded it"),
        (("it was soft\u00ad", "ened by rain"), "it was softened by rain"),
    ],
)
def test_a_word_that_a_line_breaks_is_whole_and_keeps_a_hyphen_of_its_own(
    broken: tuple[str, str], whole: str
) -> None:
    assert read(lambda canvas: lines(canvas, broken)).text == whole


def test_what_pages_repeat_is_left_out_and_a_note_says_what() -> None:
    def page(number: int) -> Callable[[Canvas], object]:
        def draw(canvas: Canvas) -> None:
            canvas.drawString(60, 815, "Travel policy of Northwick Water")
            lines(canvas, (f"Rule {number} is about the {number * 7} crowns of every traveller.",))
            canvas.drawString(60, 30, f"For internal use, page {number + 4} of 9")

        return draw

    extracted = read(*map(page, range(1, 4)))
    assert extracted.text == "\n\n".join(
        f"Rule {number} is about the {number * 7} crowns of every traveller." for number in range(1, 4)
    )
    assert extracted.note == (
        "repeated on its pages and left out: “Travel policy of Northwick Water”, "
        "“For internal use, page 5 of 9”"
    )


def test_headings_are_told_by_size_and_weight_and_numbered_alike_at_each_page() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setFont("Helvetica-Bold", 20)
        canvas.drawString(60, 780, "Annual report")
        canvas.setFont("Helvetica-Bold", 11)
        canvas.drawString(60, 750, "The harbour")
        canvas.setFont("Helvetica", 11)
        lines(canvas, ("The harbour of Oban was dredged in the spring of the year.",), y=735)

    extracted = read(draw)
    assert headings(extracted) == [("Annual report", 1), ("The harbour", 2)]
    assert extracted.text.endswith("\n\nThe harbour of Oban was dredged in the spring of the year.")


def test_items_and_lines_that_stand_alone_are_kept_apart() -> None:
    prose = "The hall may be used by clubs of the parish, but the keys are handed out only to the warden."
    text = read(
        lambda canvas: lines(
            canvas,
            (
                "• Chairs are stacked",
                "• Music ends at eleven",
                "Smoking is forbidden",
                "Doors close at ten",
                prose,
            ),
        )
    ).text
    assert text.split("\n\n") == [
        "• Chairs are stacked\n• Music ends at eleven",
        "Smoking is forbidden",
        "Doors close at ten",
        prose,
    ]


def test_a_table_is_read_row_by_row_with_its_header_and_cells_of_several_lines() -> None:
    rows = [("Boat", "Fee", "Largest load"), ("Dinghy", "35", "2 tons"), ("Skiff", "18", "1 ton")]

    def draw(canvas: Canvas) -> None:
        for number, row in enumerate(rows):
            for place, cell in enumerate(row):
                canvas.drawString(60 + 130 * place, 700 - 26 * number, cell)
        canvas.drawString(320, 700 - 26 * 2 - 12, "by day")

    assert read(draw).text == "Boat | Fee | Largest load\nDinghy | 35 | 2 tons\nSkiff | 18 | 1 ton by day"


def test_values_of_fields_stand_beside_their_labels_and_annotations_in_the_note() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.drawString(60, 700, "Name of the boat:")
        canvas.acroForm.textfield(name="boat", value="Sea Thistle", x=220, y=694, width=200, height=20)
        canvas.drawString(60, 660, "Berth wanted:")
        canvas.acroForm.textfield(name="berth", value="C17", x=220, y=654, width=200, height=20)
        canvas.textAnnotation("Ask the harbour master", Rect=(400, 600, 420, 620))

    extracted = read(draw)
    assert extracted.text == "Name of the boat: Sea Thistle\n\nBerth wanted: C17"
    assert extracted.note == "annotations left out: “Ask the harbour master (page 1)”"


def test_marks_of_notes_are_left_out_and_powers_are_kept() -> None:
    def draw(canvas: Canvas) -> None:
        text = canvas.beginText(60, 700)
        for words, size, rise in (
            ("The fee", 11, 0),
            ("3", 6, 4),
            (" is due for 20 m", 11, 0),
            ("2", 6, 4),
            (" of deck.", 11, 0),
        ):
            text.setFont("Helvetica", size)
            text.setRise(rise)
            text.textOut(words)
        canvas.drawText(text)

    assert read(draw).text == "The fee is due for 20 m² of deck."


@pytest.mark.parametrize(
    ("given", "title"),
    [
        (None, None),
        ("(anonymous)", None),
        ("Microsoft Word - Report final.docx", None),
        ("report_v3.indd", None),
        ("Annual report 2019", "Annual report 2019"),
    ],
)
def test_a_title_that_a_program_wrote_by_itself_is_none(given: str | None, title: str | None) -> None:
    stream = io.BytesIO()
    canvas = Canvas(stream)
    if given:
        canvas.setTitle(given)
    canvas.drawString(72, 720, "some words in small letters that are no heading")
    canvas.save()
    assert extract_pdf(stream.getvalue(), Limits()).title == title


def test_text_without_a_mapping_to_unicode_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda name: None)  # else the page is recognised as a picture
    font = b"<</Type /Font /Subtype /Type0 /BaseFont /A /Encoding /Identity-H /DescendantFonts [11 0 R]>>"
    inner = (
        b"<</Type /Font /Subtype /CIDFontType2 /BaseFont /A /CIDSystemInfo <</Registry (Adobe) /Ordering "
        b"(Identity) /Supplement 0>> /FontDescriptor 12 0 R>>"
    )
    descriptor = b"<</Type /FontDescriptor /FontName /A /Flags 4 /FontBBox [0 0 9 9] /Ascent 9 /Descent 0>>"
    content = pdf_stream(
        b"BT /G 12 Tf 72 700 Td <00130014000300150016> Tj ET BT /F 12 Tf 72 600 Td (a) Tj ET"
    )
    data = one_page_pdf(content, b"", {10: font, 11: inner, 12: descriptor}).replace(
        b"/F 3 0 R>>", b"/F 3 0 R /G 10 0 R>>"
    )
    note = extract_pdf(data, Limits()).note
    assert note == (
        "the text of page 1 has no mapping to Unicode and is not what it shows: "
        "install tesseract (on Debian: apt-get install tesseract-ocr)"
    )


def test_each_word_knows_its_box() -> None:
    def draw(canvas: Canvas) -> None:
        lines(canvas, ("The harbour of Oban was dredged in the spring of the year, so that", "ferries call."))

    extracted = read(lambda canvas: lines(canvas, ("First page.",)), draw)
    start = extracted.text.index("that")
    first, second = boxes_between(extracted.boxes, start, start + len("that ferries"))
    before = "The harbour of Oban was dredged in the spring of the year, so "
    x0 = (60 + stringWidth(before, "Helvetica", 11)) / WIDTH
    assert (first.page, second.page) == (2, 2)
    assert (first.x0, first.x1) == pytest.approx(
        (x0, x0 + stringWidth("that", "Helvetica", 11) / WIDTH), abs=1e-3
    )
    assert (second.x0, second.x1) == pytest.approx(
        (60 / WIDTH, (60 + stringWidth("ferries", "Helvetica", 11)) / WIDTH), abs=1e-3
    )
    assert first.y0 < (HEIGHT - 780) / HEIGHT < first.y1 < (HEIGHT - 765 + 8) / HEIGHT


def test_a_turned_page_is_read_as_it_is_shown_and_its_boxes_are_those_of_the_page_as_shown() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setPageRotation(90)  # which changes width for height as well
        canvas.rotate(90)
        canvas.drawString(100, -50, "The ferry sailed to Oban.")

    extracted = read(draw)
    (box,) = boxes_between(extracted.boxes, 0, len(extracted.text))
    assert extracted.text == "The ferry sailed to Oban."
    width = stringWidth(extracted.text, "Helvetica", 11)
    assert (box.x0, box.x1) == pytest.approx((100 / WIDTH, (100 + width) / WIDTH), abs=2e-3)


def test_boxes_are_packed_and_found_by_range() -> None:
    words = [
        BoxedWord(0, 3, Box(1, 0.1, 0.1, 0.2, 0.12)),
        BoxedWord(4, 9, Box(1, 0.22, 0.1, 0.3, 0.12), 0.5),
        BoxedWord(10, 12, Box(2, 0.0, 0.5, 0.1, 1.0), 1.0),
    ]
    packed = pack(words)
    unpacked = unpack(packed)
    assert [(word.start, word.end, word.box.page) for word in unpacked] == [(0, 3, 1), (4, 9, 1), (10, 12, 2)]
    assert [word.confidence for word in unpacked] == [None, pytest.approx(0.5, abs=0.01), 1.0]
    assert boxes_between(packed, 0, 9) == [pytest.approx(Box(1, 0.1, 0.1, 0.3, 0.12), abs=1e-4)]
    assert boxes_between(packed, 9, 10) == []
    assert [box.page for box in boxes_between(packed, 8, 11)] == [1, 2]
    assert confidence_between(packed, 0, 3) is None
    assert confidence_between(packed, 4, 12) == pytest.approx(0.75, abs=0.01)
    assert (pack([]), unpack("")) == ("", [])


# Pictures

needs_tesseract = pytest.mark.skipif(not can_recognise(), reason="needs the program tesseract")
SEEN = ("The harbour of Oban was dredged", "in the spring of 2019.")


def picture() -> Image.Image:
    page = Image.new("L", (1240, 1754), "white")
    font = ImageFont.load_default(size=44)
    for number, line in enumerate(SEEN):
        ImageDraw.Draw(page).text((124, 300 + 70 * number), line, fill="black", font=font)
    return page


def scanned() -> bytes:
    return made(
        lambda canvas: canvas.drawImage(ImageReader(picture()), 0, 0, WIDTH, HEIGHT),
        lambda canvas: lines(canvas, ("This page is text.",)),
    )


@needs_tesseract
def test_a_page_that_is_a_picture_is_recognised_and_its_quotes_say_how_surely(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(scanned())
    index = Index.from_sources([tmp_path / "a.pdf"], tmp_path / "index", embedder=HashEmbedder())
    document = index.document("a.pdf")
    assert document.text == f"{' '.join(SEEN)}\n\nThis page is text."
    assert document.note == "recognised from a picture: page 1"
    seen = cite(document, 0, len(" ".join(SEEN)), score=1.0)
    assert seen.page == 1
    assert seen.recognised is not None
    assert 0.5 < seen.recognised <= 1.0
    assert where(seen).endswith(f"recognised from a picture, {seen.recognised:.0%} sure")
    text = cite(document, len(document.text) - 5, len(document.text), score=1.0)
    assert (text.page, text.recognised) == (2, None)
    first, second = index.document_boxes("a.pdf", 0, len(" ".join(SEEN)))
    assert (first.x0, second.x0) == pytest.approx((0.1, 0.1), abs=0.01)
    assert 290 / 1754 < first.y0 < first.y1 < 370 / 1754 < second.y1 < 440 / 1754


@needs_tesseract
@pytest.mark.parametrize("name", ["a.png", "a.jpg", "a.tiff"])
def test_a_picture_is_a_document(tmp_path: Path, name: str) -> None:
    picture().save(tmp_path / name)
    (file,) = find([tmp_path / name])
    (document,) = load(file)
    assert (document.text, document.note) == (" ".join(SEEN), "recognised from a picture")


def test_without_tesseract_the_one_line_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda name: None)
    note = extract_pdf(scanned(), Limits()).note
    assert note == (
        "page 1 is a picture and is not read: install tesseract (on Debian: apt-get install tesseract-ocr)"
    )
    scan = made(lambda canvas: canvas.drawImage(ImageReader(picture()), 0, 0, WIDTH, HEIGHT))
    with pytest.raises(
        UnreadableError, match=r"as a scan: install tesseract \(on Debian: .*\), or run text rec"
    ):
        extract_pdf(scan, Limits())
    with pytest.raises(UnreadableError, match="is a picture: install tesseract"):
        extract_picture(b"", Limits())


@needs_tesseract
def test_what_is_no_picture_or_shows_no_text_is_refused_in_one_line() -> None:
    with pytest.raises(UnreadableError, match="is not a picture that tesseract reads"):
        extract_picture(b"\x89PNG broken", Limits())
    blank = io.BytesIO()
    Image.new("L", (400, 400), "white").save(blank, "PNG")
    with pytest.raises(UnreadableError, match="in which no text was recognised"):
        extract_picture(blank.getvalue(), Limits())


def test_pages_are_told_as_they_are_done_and_each_has_the_time_of_one(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(made(*[lambda canvas: lines(canvas, ("Some words.",))] * 3))
    (file,) = find([tmp_path / "a.pdf"])
    heard: list[tuple[int, int]] = []
    list(load(file, heard=lambda done, total: heard.append((done, total))))
    assert heard == [(1, 3), (2, 3), (3, 3)]


def test_pages_that_are_not_recognised_share_one_limit_of_time() -> None:
    data = made(*[lambda canvas: lines(canvas, ("Some words.",))] * 3)
    with pytest.raises(UnreadableError, match=r"takes more than 4e-09 s to parse: split it up"):
        extract_pdf(data, Limits(seconds=1e-9, page_seconds=1e-9))


def test_rows_with_empty_cells_are_rows_where_full_ones_are_as_near_to_each_other() -> None:
    rows = [
        ("", "Hours", "Cost"),
        ("Parts", "", "2,100"),
        ("Body Labor", "2", "300"),
        ("Paint Labor", "1.5", "225"),
        ("Subtotal", "", "2,730"),
        ("Email", "a@b.org", "9,800"),
        ("", "Color", "White"),
    ]

    def draw(canvas: Canvas) -> None:
        y = 780
        for row in rows:
            for x, cell in zip((60, 200, 320), row, strict=True):
                canvas.drawString(x, y, cell)
            # A wider step in a table of close rows, as before a sum.
            y -= 19 if row[0] == "Paint Labor" else 15

    said = [[cell.strip() for cell in line.split("|")] for line in read(draw).text.splitlines()]
    assert [[cell for cell in line if cell] for line in said] == [
        [cell for cell in row if cell] for row in rows
    ]
