"""A table as CSV or Excel workbook for Dutch spreadsheets, or as JSON."""

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import BinaryIO

import orjson
from openpyxl import Workbook
from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

from dashboard.words.numbers import rounded

Value = str | int | float | bool | date | datetime | None

# Excel and LibreOffice read a text that begins so as a formula, also after spaces and quotes that they drop.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_DROPPED = " \u00a0\ufeff\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069'\""
# The most that a cell of Excel holds, and a sheet with its heading.
_LONGEST_CELL = 32_767
MOST_ROWS = 1_048_576
# Characters of a file that are written at a time.
_PART = 65_536
# Of the columns of the sheet that explains.
_WIDTHS = (28, 100, 20, 34, 28, 20, 20)


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
    # They may be read from a database while they are written.
    rows: Iterable[tuple[Value, ...]]
    # Pairs of a word and a text: definition, source, licence, release and the last day on which to show the table.
    facts: tuple[tuple[str, str], ...]
    # What each column means, with the headings above that: a table under the facts.
    headings: tuple[str, ...] = ()
    definitions: tuple[tuple[Value, ...], ...] = ()


def as_csv(table: Table) -> bytes:
    """Return the rows as write_csv writes them."""
    written = io.BytesIO()
    write_csv(table, written)
    return written.getvalue()


def write_csv(table: Table, file: BinaryIO) -> None:
    """Write the rows as csv_parts gives them."""
    file.writelines(csv_parts(table))


def csv_parts(table: Table) -> Iterator[bytes]:
    """Give the rows for Dutch Excel: UTF-8 with a byte order mark, semicolons, decimal commas, days as 28-11-2026."""
    text = io.StringIO(newline="")
    text.write("\ufeff")
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow([_safe(column.label) for column in table.columns])
    for row in table.rows:
        writer.writerow([_dutch(value) for value in _rounded(table, row)])
        if text.tell() > _PART:
            yield text.getvalue().encode()
            text.seek(0)
            text.truncate()
    yield text.getvalue().encode()


def as_xlsx(table: Table) -> bytes:
    """Return the workbook as write_xlsx writes it."""
    written = io.BytesIO()
    write_xlsx(table, written)
    return written.getvalue()


def write_xlsx(table: Table, file: BinaryIO) -> None:
    """Write a workbook with a sheet of figures and a sheet that says what they are."""
    book = Workbook(write_only=True)
    figures = book.create_sheet("Cijfers")
    figures.freeze_panes = "A2"
    for place, column in enumerate(table.columns, start=1):
        figures.column_dimensions[get_column_letter(place)].width = min(48, max(12, len(column.label) + 2))
    figures.append([_heading(figures, column.label) for column in table.columns])
    days: dict[date, Cell] = {}
    for row in table.rows:
        figures.append([_cell(figures, value, days) for value in _rounded(table, row)])
    about = book.create_sheet("Uitleg")
    for place, width in enumerate(_WIDTHS, start=1):
        about.column_dimensions[get_column_letter(place)].width = width
    about.append([_heading(about, table.title)])
    for word, text in table.facts:
        about.append([_heading(about, word), _cell(about, text, days)])
    about.append([])
    about.append([_heading(about, heading) for heading in table.headings])
    for definition in table.definitions:
        about.append([_wrapped(about, v) if isinstance(v, str) else _cell(about, v, days) for v in definition])
    book.save(file)


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
    if not text.isprintable():
        text = "".join(
            character for character in text if character in "\t\n\r" or character.isprintable() or character == "\u00a0"
        )
    return f"'{text}" if text.lstrip(_DROPPED).startswith(_FORMULA) or text.startswith(_FORMULA) else text


def _dutch(value: Value) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "WAAR" if value else "ONWAAR"
        case float():
            return (str(int(value)) if value.is_integer() else repr(value)).replace(".", ",")
        case int():
            return str(value)
        case datetime():
            return f"{value:%d-%m-%Y %H:%M:%S}"
        case date():
            return f"{value:%d-%m-%Y}"
    return _safe(value)


def _heading(sheet: WriteOnlyWorksheet, text: str) -> Cell:
    cell = WriteOnlyCell(sheet, value=_text(text))
    cell.data_type = "s"
    cell.font = Font(bold=True)
    return cell


def _wrapped(sheet: WriteOnlyWorksheet, text: str) -> Cell:
    cell = WriteOnlyCell(sheet, value=_text(text))
    cell.data_type = "s"
    cell.alignment = Alignment(wrap_text=True, vertical="top")
    return cell


def _cell(sheet: WriteOnlyWorksheet, value: Value, days: dict[date, Cell]) -> Cell | Value:
    """Return a value as a workbook stores it; ``days`` keeps the cells of days and moments, few of which differ."""
    if isinstance(value, str):
        text = _text(value)
        if not text.startswith("#"):
            return text
        # No text is the error that it may look like.
        cell = WriteOnlyCell(sheet, value=text)
        cell.data_type = "s"
        return cell
    if isinstance(value, date):
        if value not in days:
            is_moment = isinstance(value, datetime)
            # Excel knows no time zones, and no days without a time.
            moment = value.replace(tzinfo=None) if isinstance(value, datetime) else datetime.combine(value, time())
            days[value] = WriteOnlyCell(sheet, value=moment)
            days[value].number_format = "dd-mm-yyyy hh:mm" if is_moment else "dd-mm-yyyy"
        return days[value]
    return value


def _text(text: str) -> str:
    return _safe(text)[:_LONGEST_CELL]
