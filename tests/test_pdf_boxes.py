"""Boxes of text side by side are read one after the other, and what is a table stays one."""

import io
from collections.abc import Callable, Sequence

import pytest
from reportlab.lib import colors
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from index.load.limits import Limits
from index.load.pdf import extract_pdf

BUYER = ("Bill to", "Marlow & Finch Ltd", "Attn: Accounts Payable", "14 Harbour Street", "Oban PA34 4LB")
PLACE = ("Ship to", "Marlow & Finch Warehouse", "Unit 7, Pier Road", "Fort William PH33 6RX")
SELLER = ("Harbour Timber GmbH", "Hafenstraße 12", "20457 Hamburg", "Germany")
FACTS = ("Invoice no: 2041", "Date: 3 May 2024", "Due: 2 June 2024", "Customer: 7718")
ITEMS = (("Item", "Qty", "Price"), ("Oak plank", "12", "14.50"), ("Wood glue", "3", "6.00"))
GARDEN = (
    *(
        "Our gardens are open from April to",
        "October, every day but Monday. The",
        "rose garden was laid out by Ida",
    ),
    *("Holm, who lived in the gatehouse.",),
)
TEA = (
    *(
        "The tea room serves lunch between",
        "noon and three. Groups of more than",
        "ten should book a week ahead with",
    ),
    *("Mrs. Arden, who runs it.",),
)
Columns = Sequence[tuple[float, Sequence[str]]]


def read(*draw: Callable[[Canvas], object]) -> list[str]:
    """The paragraphs of one page."""
    stream = io.BytesIO()
    canvas = Canvas(stream, pagesize=(595, 842))
    canvas.setFont("Helvetica", 10)
    for one in draw:
        one(canvas)
    canvas.save()
    return extract_pdf(stream.getvalue(), Limits()).text.split("\n\n")


def by_column(columns: Columns, top: float = 705) -> Callable[[Canvas], None]:
    def draw(canvas: Canvas) -> None:
        for x, lines in columns:
            for number, line in enumerate(lines):
                canvas.drawString(x, top - 13 * number, line)

    return draw


def by_line(columns: Columns, top: float = 705) -> Callable[[Canvas], None]:
    def draw(canvas: Canvas) -> None:
        for number in range(max(len(lines) for _, lines in columns)):
            for x, lines in columns:
                if number < len(lines):
                    canvas.drawString(x, top - 13 * number, lines[number])

    return draw


def framed(*boxes: tuple[float, float, float, float], fill: int = 0) -> Callable[[Canvas], None]:
    def draw(canvas: Canvas) -> None:
        canvas.setFillGray(0.9)
        for box in boxes:
            canvas.roundRect(*box, 4, fill=fill, stroke=1 - fill)
        canvas.setFillGray(0)

    return draw


def items(canvas: Canvas) -> None:
    for number, row in enumerate(ITEMS):
        for x, text in zip((60, 250, 330), row, strict=True):
            canvas.drawString(x, 560 - 16 * number, text)


ITEM_ROWS = "\n".join(" | ".join(row) for row in ITEMS)
TWO = ((55, 640, 220, 80), (300, 640, 220, 80))


@pytest.mark.parametrize("write", [by_column, by_line])
@pytest.mark.parametrize("frame", [framed(*TWO), framed(*TWO, fill=1), framed()])
@pytest.mark.parametrize("labels", [("Bill to", "Ship to"), ("Sold to:", "Delivered to:")])
def test_addresses_side_by_side_are_read_whole_with_or_without_a_border(
    write: Callable[[Columns], Callable[[Canvas], None]],
    frame: Callable[[Canvas], None],
    labels: tuple[str, str],
) -> None:
    left, right = (labels[0], *BUYER[1:]), (labels[1], *PLACE[1:])
    found = read(frame, write([(62, left), (307, right)]), items)
    assert found == ["\n".join(left), "\n".join(right), ITEM_ROWS]


@pytest.mark.parametrize(
    "facts",
    [
        [(380, FACTS)],
        [
            (360, [f"{fact.partition(':')[0]}:" for fact in FACTS]),
            (450, [fact.split(": ")[1] for fact in FACTS]),
        ],
    ],
)
def test_an_address_is_read_apart_from_the_facts_beside_it(facts: Columns) -> None:
    found = read(by_line([(60, SELLER), *facts]), items)
    assert found == ["\n".join(SELLER), "\n".join(FACTS), ITEM_ROWS]


@pytest.mark.parametrize("write", [by_column, by_line])
def test_prose_in_boxes_side_by_side_is_read_box_by_box(
    write: Callable[[Columns], Callable[[Canvas], None]],
) -> None:
    assert read(framed(*TWO), write([(60, GARDEN), (305, TEA)])) == [" ".join(GARDEN), " ".join(TEA)]


def test_cards_and_four_boxes_of_a_form_are_read_one_after_the_other() -> None:
    cards = (("2,431", "Crossings in 2023"), ("98%", "Left within five minutes"), ("71", "Seals counted"))
    places = [(50, 660, 150, 60), (220, 660, 150, 60), (390, 660, 150, 60)]
    columns = [(place[0] + 8, card) for place, card in zip(places, cards, strict=True)]
    assert read(framed(*places, fill=1), by_line(columns)) == ["\n".join(card) for card in cards]
    form = (
        ("Shipper", "Otto Brandt & Sons", "Reference 88-1204"),
        ("Consignee", "Lund Trading AS", "Telephone +47 55 12"),
        ("Notify party", "Same as consignee"),
        ("Carrier", "North Sea Lines"),
    )
    upper, lower = [(58, form[0]), (308, form[1])], [(58, form[2]), (308, form[3])]
    frames = framed(*((x, y, 235, 60) for x in (50, 300) for y in (590, 660)))
    assert read(frames, by_line(upper), by_line(lower, 635)) == ["\n".join(box) for box in form]


def test_a_table_in_a_box_beside_a_box_of_text_stays_a_table() -> None:
    note = ("Goods are to be checked on", "receipt. Report any damage", "within three days.")
    found = read(
        framed((50, 640, 200, 90), (270, 640, 260, 90)),
        by_line([(58, note), (278, ("Weight", "Pallets", "Driver")), (420, ("812 kg", "3", "P. Osei"))]),
    )
    assert found == [" ".join(note), "Weight | 812 kg\nPallets | 3\nDriver | P. Osei"]


def made(*parts: Flowable) -> list[str]:
    stream = io.BytesIO()
    SimpleDocTemplate(stream).build(list(parts))
    return extract_pdf(stream.getvalue(), Limits()).text.split("\n\n")


def table(rows: Sequence[Sequence[object]], widths: Sequence[float]) -> Table:
    made = Table(rows, colWidths=widths)
    grid = [("GRID", (0, 0), (-1, -1), 0.5, colors.black), ("VALIGN", (0, 0), (-1, -1), "TOP")]
    made.setStyle(TableStyle(grid))
    return made


def test_two_addresses_in_the_cells_of_one_row_are_read_whole_and_the_table_below_is_another() -> None:
    style = getSampleStyleSheet()["Normal"]
    cells = [Paragraph("<br/>".join(box).replace("&", "&amp;"), style) for box in (BUYER, PLACE)]
    found = made(table([cells], (220, 220)), Spacer(1, 20), table(ITEMS, (160, 140, 140)))
    assert found == ["\n".join(BUYER), "\n".join(PLACE), ITEM_ROWS]


@pytest.mark.parametrize(
    "rows",
    [
        (("Name", "City"), ("Anna Holm", "Oban"), ("Otto Brandt", "Bergen"), ("Ida Lund", "Leeds")),
        (("Thing", "Other"), ("Thing 1", "Other 1"), ("Thing 2", "Other 2"), ("Thing 3", "Other 3")),
        (("Date", "3 May 2024"), ("Order", "2041-A"), ("Terms", "30 days"), ("Room", "Pier 7")),
        (
            ("Part", "Replaced by"),
            ("Bolt M8", "Screw M6"),
            ("Hinge 1204", "Hinge 1207"),
            ("Latch 3", "Latch 5"),
        ),
    ],
)
def test_a_table_of_two_columns_stays_a_table(rows: Sequence[Sequence[str]]) -> None:
    expected = ["\n".join(" | ".join(row) for row in rows)]
    assert read(by_line([(60, [row[0] for row in rows]), (250, [row[1] for row in rows])])) == expected
    assert made(table(rows, (220, 220))) == expected
    # A ground behind each cell is no box of several lines.
    cells = framed(*((x, 702 - 13 * row, 150, 12) for x in (58, 248) for row in range(len(rows))), fill=1)
    assert read(cells, by_line([(60, [row[0] for row in rows]), (250, [row[1] for row in rows])])) == expected
