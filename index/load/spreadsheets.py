"""Tables of values: CSV, TSV, XLSX and ODS, each sheet below a heading; python-calamine's only importer."""

import csv
import datetime
import io
from collections.abc import Sequence
from itertools import groupby

from index.load.decoding import UnreadableError, decode
from index.load.extracted import Blocks, Extracted, left_out
from index.load.limits import Limits, require
from index.load.package import Package
from index.load.table_rows import CELL_BREAK, row_line

Cell = str | float | bool | datetime.date | datetime.time | datetime.timedelta

_DELIMITERS = ",;\t|"
# Rows by which the mark between cells is told.
_SAMPLE = 20
# Below this a number without decimals is exact, and is written without an exponent.
_EXACT = 2**53
# Microseconds that a moment may be off.
_ROUNDING = 10_000


def extract_csv(data: bytes, limits: Limits) -> Extracted:
    """A row a line; the mark between cells is the one that gives most rows the same number of cells."""
    text, note = decode(data)
    csv.field_size_limit(limits.text_characters)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text)))
    except csv.Error as error:
        raise UnreadableError(f"is broken as a table ({error}): save it again as CSV") from error
    blocks = Blocks()
    _add(blocks, rows)
    return blocks.extracted(note=note)


def extract_workbook(data: bytes, limits: Limits) -> Extracted:
    """The values of the sheets that are shown: what formulas gave, dates as 2024-03-04."""
    import python_calamine

    Package(data, limits, "a spreadsheet", ".xlsx", ".xls")
    try:
        workbook = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        shown = python_calamine.SheetVisibleEnum.Visible
        sheets = workbook.sheets_metadata
        blocks = Blocks()
        size = 0
        for sheet in sheets:
            if sheet.visible != shown:
                continue
            rows = workbook.get_sheet_by_name(sheet.name).to_python()
            size += sum(len(row) for row in rows)
            require("holds {} cells", size, limits.text_characters)
            if rows:
                blocks.add(" ".join(sheet.name.split()), 1)
                _add(blocks, rows)
    except python_calamine.CalamineError as error:
        raise UnreadableError("is broken or not a spreadsheet: save it again as .xlsx") from error
    hidden = sum(sheet.visible != shown for sheet in sheets)
    return blocks.extracted(note=left_out({"hidden sheet": hidden}))


def _add(blocks: Blocks, rows: Sequence[Sequence[Cell]]) -> None:
    """Add the tables of a sheet, which empty rows part, without the empty columns before them.

    A line with one value before a table stands alone.
    """
    lines = ([_written(cell) for cell in row] for row in rows)
    for is_filled, group in groupby(lines, key=any):
        if not is_filled:
            continue
        table = list(group)
        while table and sum(map(bool, table[0])) == 1 and max(map(len, table)) > 1:
            blocks.add(row_line([cell for cell in table.pop(0) if cell]))
        margin = min((_margin(row) for row in table), default=0)
        table = [row[margin:] for row in table]
        for place, row in enumerate(table):
            blocks.add(row_line(row), apart=not place)
            if not place and _is_header(table):
                blocks.add(CELL_BREAK.join(["---"] * len(row)), apart=False)


def _margin(row: Sequence[str]) -> int:
    """How many cells are empty before the first that is not."""
    return next(place for place, cell in enumerate(row) if cell)


def _is_header(table: Sequence[Sequence[str]]) -> bool:
    """Whether the first row names the columns: several, and no number among the names."""
    filled = [cell for cell in table[0] if cell]
    return len(table) > 1 and len(filled) > 1 and not any(map(_is_number, filled))


def _is_number(cell: str) -> bool:
    return cell.replace(".", "").replace(",", "").replace("-", "").replace("%", "").strip().isdigit()


def _written(cell: Cell) -> str:
    """A value as a person writes it; a bar is escaped, since bars part the cells."""
    if isinstance(cell, datetime.datetime):
        cell = _to_the_second(cell)
        return str(cell.date() if cell.time() == datetime.time() else cell)
    if isinstance(cell, datetime.time):
        return str(_to_the_second(datetime.datetime.combine(datetime.date(2000, 1, 1), cell)).time())
    if isinstance(cell, float):
        return f"{cell:.0f}" if cell.is_integer() and abs(cell) < _EXACT else f"{cell:.15g}"
    return " ".join(str(cell).split()).replace("|", "\\|")


def _to_the_second(moment: datetime.datetime) -> datetime.datetime:
    """A moment without the hundredths that come of keeping it as a fraction of a day."""
    if _ROUNDING <= moment.microsecond <= 1_000_000 - _ROUNDING:
        return moment
    return (moment + datetime.timedelta(microseconds=500_000)).replace(microsecond=0)


def _delimiter(text: str) -> str:
    """The mark that gives most of the first rows the same number of cells, of several marks more cells."""
    sample = text.splitlines()[:_SAMPLE]
    return max(
        _DELIMITERS, key=lambda mark: _agreement([len(row) for row in csv.reader(sample, delimiter=mark)])
    )


def _agreement(widths: Sequence[int]) -> tuple[int, int]:
    return max(((widths.count(width), width) for width in widths if width > 1), default=(0, 0))
