"""Tables of values: CSV, TSV, XLSX and ODS become rows below their headers."""

import zipfile
from pathlib import Path

import pytest

from benchmarks.hostile_office import ods, xlsx
from index.errors import SourceError
from index.load.sources import find, load
from index.text.tables import cells_of
from index.types import Document

NAMESPACES = (
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
)

MANIFEST = (
    '<m:manifest xmlns:m="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
    '<m:file-entry m:full-path="content.xml" m:media-type="text/xml"/></m:manifest>'
)


def read(path: Path) -> Document:
    (document,) = load(find([path])[0])
    return document


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", 'Part,Bin,Price\r\nPX-1,"A, left",1.20\r\nPX-2,"B ""two""",\r\n'),
        ("a.csv", 'Part;Bin;Price\nPX-1;A, left;1.20\nPX-2;B "two";\n'),
        ("a.tsv", 'Part\tBin\tPrice\nPX-1\tA, left\t1.20\nPX-2\tB "two"\t\n'),
    ],
)
def test_a_file_of_values_is_rows_whatever_mark_parts_its_cells(
    tmp_path: Path, name: str, content: str
) -> None:
    (tmp_path / name).write_text(content, encoding="utf-8", newline="")
    document = read(tmp_path / name)
    assert document.text == 'Part | Bin | Price\n--- | --- | ---\nPX-1 | A, left | 1.20\nPX-2 | B "two"'
    (table,) = document.tables
    assert table.header == (0, 18)
    assert document.header(document.text.index("PX-2")) == "Part | Bin | Price"


def test_a_bar_in_a_cell_parts_no_cells_and_a_first_row_with_numbers_is_no_header(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("a|b,4\nc,5\n", encoding="utf-8")
    document = read(tmp_path / "a.csv")
    assert document.text == "a\\|b | 4\nc | 5"
    assert document.tables[0].header is None


def test_columns_that_are_empty_before_a_table_are_none_of_its_columns(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(
        ",,Year,Ducks\n,,2019,120\n,,,80\n,,,\n,,Geese,Swans\n,a,4,5\n", encoding="utf-8"
    )
    tables = ("Year | Ducks\n--- | ---\n2019 | 120\n| | 80", "| | Geese | Swans\n--- | --- | ---\na | 4 | 5")
    assert read(tmp_path / "a.csv").text == "\n\n".join(tables)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.csv", ",Ships,Boats\nFirst,412,3\n,430,4\n"),
        (
            "a.html",
            "<table><tr><td><td>Ships<td>Boats<tr><td>First<td>412<td>3<tr><td><td>430<td>4</table>",
        ),
        (
            "a.rtf",
            r"{\rtf1\trowd\intbl \cell Ships\cell Boats\cell\row\intbl First\cell 412\cell 3\cell\row"
            r"\intbl \cell 430\cell 4\cell\row\pard}",
        ),
    ],
)
def test_a_row_whose_first_cell_is_empty_keeps_its_columns(tmp_path: Path, name: str, data: str) -> None:
    (tmp_path / name).write_text(data, encoding="utf-8")
    rows = [cells_of(line) for line in read(tmp_path / name).text.splitlines() if "---" not in line]
    assert rows == [["", "Ships", "Boats"], ["First", "412", "3"], ["", "430", "4"]]


def cell(value: str, kind: str = "string", shown: str = "") -> str:
    at = {"string": "", "float": f' office:value="{value}"', "date": f' office:date-value="{value}"'}[kind]
    said = f"<text:p>{shown or value}</text:p>"
    full = f'<table:table-cell office:value-type="{kind}"{at}>{said}</table:table-cell>'
    return full if value else "<table:table-cell/>"


def test_each_sheet_is_a_heading_and_what_stands_before_a_table_a_line(tmp_path: Path) -> None:
    rows = [
        [cell("Stock of the north")],
        [cell("")],
        [cell("Part"), cell("Weight"), cell("Since")],
        [cell("PX-1"), cell("12.5", "float"), cell("2024-03-04", "date")],
        [cell("PX-2"), cell("7", "float"), cell("2023-12-24", "date")],
    ]
    body = "".join(f"<table:table-row>{''.join(row)}</table:table-row>" for row in rows)
    content = (
        f'<?xml version="1.0"?><office:document-content {NAMESPACES}><office:body><office:spreadsheet>'
        f'<table:table table:name="Stock">{body}</table:table></office:spreadsheet></office:body>'
        "</office:document-content>"
    )
    with zipfile.ZipFile(tmp_path / "a.ods", "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", MANIFEST)
        archive.writestr("content.xml", content)
    document = read(tmp_path / "a.ods")
    assert document.text == (
        "Stock\n\nStock of the north\n\nPart | Weight | Since\n--- | --- | ---\n"
        "PX-1 | 12.5 | 2024-03-04\nPX-2 | 7 | 2023-12-24"
    )
    assert [document.text[one.start : one.end] for one in document.headings] == ["Stock"]
    assert document.header(document.text.index("PX-2")) == "Part | Weight | Since"


@pytest.mark.parametrize("name", ["a.xlsx", "a.ods"])
def test_a_broken_spreadsheet_is_an_error_in_one_line(tmp_path: Path, name: str) -> None:
    with zipfile.ZipFile(tmp_path / name, "w") as archive:
        archive.writestr("nothing.xml", "<a/>")
    with pytest.raises(SourceError, match="is broken or not a spreadsheet: save it again as"):
        read(tmp_path / name)


def test_large_numbers_and_times_are_written_as_they_are_shown(tmp_path: Path) -> None:
    values = ("1234567890123456", "0.1", "1E+20")
    cells = "".join(f'<c r="{place}1"><v>{value}</v></c>' for place, value in zip("ABC", values, strict=True))
    row = f'<row r="1">{cells}</row>'
    (tmp_path / "a.xlsx").write_bytes(xlsx(row))
    assert read(tmp_path / "a.xlsx").text.splitlines()[-1] == "1234567890123456 | 0.1 | 1e+20"
    cells = "".join(
        f'<table:table-cell office:value-type="date" office:date-value="{moment}"/>'
        for moment in ("1960-01-01T00:16:40", "1960-01-01T00:00:10", "1960-01-02")
    )
    (tmp_path / "a.ods").write_bytes(ods(f"<table:table-row>{cells}</table:table-row>"))
    said = read(tmp_path / "a.ods").text.splitlines()[-1]
    assert said == "1960-01-01 00:16:40 | 1960-01-01 00:00:10 | 1960-01-02"
