"""A table of the board as CSV, Excel workbook or JSON."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time

import orjson
from openpyxl import Workbook
from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

from dashboard.words.numbers import rounded

Value = str | int | float | bool | date | datetime | None

# Excel and LibreOffice read a text that begins so as a formula, also after spaces and quotes that they drop.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_DROPPED = " \u00a0\ufeff\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069'\""
# The most that a cell of Excel holds.
_LONGEST_CELL = 32_767


@dataclass(frozen=True)
class Column:
    """A column: its name in JSON and CSV, and the label that a reader sees."""

    name: str
    label: str
    # Decimals that the dictionary shows; None leaves a value as it is.
    decimals: int | None = None


@dataclass(frozen=True)
class Table:
    """Rows as a page shows them, with what must be known to use them."""

    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Value, ...], ...]
    # Pairs of a word and a text: definition, source, licence, release and the last day on which to show the table.
    facts: tuple[tuple[str, str], ...]


def as_csv(table: Table) -> bytes:
    """Return the rows for Dutch Excel: UTF-8 with a byte order mark, semicolons, decimal commas."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow([_safe(column.label) for column in table.columns])
    for row in table.rows:
        writer.writerow([_dutch(value) for value in _rounded(table, row)])
    return b"\xef\xbb\xbf" + text.getvalue().encode("utf-8")


def as_xlsx(table: Table) -> bytes:
    """Return a workbook with a sheet of figures and a sheet that says what they are."""
    book = Workbook(write_only=True)
    figures = book.create_sheet("Cijfers")
    figures.freeze_panes = "A2"
    for place, column in enumerate(table.columns, start=1):
        figures.column_dimensions[get_column_letter(place)].width = min(48, max(12, len(column.label) + 2))
    figures.append([_cell(figures, column.label, bold=True) for column in table.columns])
    for row in table.rows:
        figures.append([_cell(figures, value) for value in _rounded(table, row)])
    about = book.create_sheet("Uitleg")
    about.column_dimensions["A"].width, about.column_dimensions["B"].width = 24, 100
    about.append([_cell(about, table.title, bold=True)])
    for word, text in table.facts:
        about.append([_cell(about, word, bold=True), _cell(about, text)])
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def as_json(table: Table) -> bytes:
    """Return the rows as objects, with the facts beside them; texts are as the supplier wrote them."""
    return orjson.dumps(
        {
            "title": table.title,
            "facts": dict(table.facts),
            "columns": {column.name: column.label for column in table.columns},
            "rows": [
                dict(zip((column.name for column in table.columns), _rounded(table, row), strict=True))
                for row in table.rows
            ],
        },
        option=orjson.OPT_INDENT_2,
    )


def _rounded(table: Table, row: tuple[Value, ...]) -> Iterator[Value]:
    for column, value in zip(table.columns, row, strict=True):
        if isinstance(value, float) and column.decimals is not None:
            yield float(rounded(value, column.decimals))
        else:
            yield value


def _safe(text: str) -> str:
    """Return a text that no spreadsheet reads as a formula."""
    text = "".join(
        character for character in text if character in "\t\n\r" or character.isprintable() or character == "\u00a0"
    )
    return f"'{text}" if text.lstrip(_DROPPED).startswith(_FORMULA) or text.startswith(_FORMULA) else text


def _dutch(value: Value) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "ja" if value else "nee"
        case float():
            return (str(int(value)) if value.is_integer() else repr(value)).replace(".", ",")
        case int():
            return str(value)
        case date():
            return value.isoformat()
    return _safe(value)


def _cell(sheet: WriteOnlyWorksheet, value: Value, *, bold: bool = False) -> Cell:
    if isinstance(value, str):
        cell = WriteOnlyCell(sheet, value=_safe(value)[:_LONGEST_CELL])
        # Also where the text looks like a formula, it is a text.
        cell.data_type = "s"
    elif isinstance(value, datetime):
        # Excel knows no time zones.
        cell = WriteOnlyCell(sheet, value=value.replace(tzinfo=None))
    elif isinstance(value, date):
        cell = WriteOnlyCell(sheet, value=datetime.combine(value, time()))
        cell.number_format = "dd-mm-yyyy"
    else:
        cell = WriteOnlyCell(sheet, value=value)
    if bold:
        cell.font = Font(bold=True)
    return cell
