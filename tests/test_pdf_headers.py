"""Tables of a PDF whose first row or column is bold: rows of a table, and no headings."""

import io
from collections.abc import Sequence

import pytest
from reportlab.lib import colors
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Spacer, Table

from index.load.extracted import Extracted
from index.load.limits import Limits
from index.load.pdf import extract_pdf

STYLES = getSampleStyleSheet()
PROSE = (
    "The harbour of Oban was dredged in the spring of 2019, for the first time in thirty years. Ferries to "
    "Mull and Lismore kept to their timetable but for two days in April."
)
GRID = ("GRID", (0, 0), (-1, -1), 0.5, colors.grey)
ROW = ("FONTNAME", (0, 0), (-1, 0), "Helvetica-Bold")
COLUMN = ("FONTNAME", (0, 0), (0, -1), "Helvetica-Bold")
LARGE = ("FONTSIZE", (0, 0), (-1, 0), 13)
SHIPS = (("Quarter", "Ships", "Passengers"), ("First", "412", "96,000"), ("Fourth", "430", "179,000"))
PHONES = (("Name", "Phone"), ("Ann", "555 0101"))


def read(
    table: Sequence[Sequence[str | Flowable]], *style: tuple[object, ...], widths: object = None
) -> Extracted:
    """A heading, prose, the table, and prose right below it."""
    stream = io.BytesIO()
    prose = Paragraph(PROSE, STYLES["BodyText"])
    made = Table([list(row) for row in table], style=list(style), colWidths=widths)
    SimpleDocTemplate(stream).build([Paragraph("Report", STYLES["Title"]), prose, Spacer(1, 10), made, prose])
    return extract_pdf(stream.getvalue(), Limits())


@pytest.mark.parametrize(
    ("table", "style"),
    [
        *((table, style) for table in (SHIPS, PHONES) for style in ((), (ROW,), (COLUMN,), (ROW, COLUMN))),
        (SHIPS, (ROW, LARGE)),
    ],
)
@pytest.mark.parametrize("ruled", [True, False])
def test_each_row_of_a_table_is_a_row_whatever_is_bold(
    table: Sequence[Sequence[str]], style: Sequence[tuple[object, ...]], ruled: bool
) -> None:
    extracted = read(table, *style, *[GRID] * ruled)
    rows = "\n".join(" | ".join(row) for row in table)
    assert extracted.text == f"Report\n\n{PROSE}\n\n{rows}\n\n{PROSE}"
    assert [extracted.text[one.start : one.end] for one in extracted.headings] == ["Report"]


def test_a_bold_header_whose_cells_have_several_lines_is_one_row() -> None:
    names = ("Date posted", "Amount in thousands of pounds", "Who")
    head = [Paragraph(f"<b>{name}</b>", STYLES["BodyText"]) for name in names]
    extracted = read([head, ["3 May", "12", "Ann"], ["4 May", "13", "Bob"]], GRID, widths=[50, 70, 60])
    rows = "\n".join((" | ".join(names), "3 May | 12 | Ann", "4 May | 13 | Bob"))
    assert extracted.text == f"Report\n\n{PROSE}\n\n{rows}\n\n{PROSE}"
    assert [extracted.text[one.start : one.end] for one in extracted.headings] == ["Report"]


def test_a_title_above_a_table_and_bold_lines_between_others_are_headings() -> None:
    extracted = read([("Traffic of the year", "", ""), *SHIPS], ROW, ("SPAN", (0, 0), (-1, 0)))
    assert [extracted.text[one.start : one.end] for one in extracted.headings] == [
        "Report",
        "Traffic of the year",
    ]
