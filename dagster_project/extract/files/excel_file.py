"""Reader of a sheet of an Excel file: values as typed; formulas are never evaluated."""

import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO
from xml.etree.ElementTree import ParseError

from dagster_project.extract.files.sheet_rows import NumberedRow, Rows, UnreadableFileError, is_empty, is_source_line
from dagster_project.extract.files.workbook import Sheet, Workbook

# The sheet of our own templates that explains the columns.
EXPLANATION_SHEET = "Uitleg"
ZIP_START = b"PK\x03\x04"
OLD_EXCEL_START = b"\xd0\xcf\x11\xe0"
# RuntimeError is that of an encrypted member, and of an unknown compression.
INVALID = (zipfile.BadZipFile, zlib.error, ParseError, LookupError, ValueError, OSError, EOFError, RuntimeError)


def read_excel(content: BinaryIO, name: str, sheet: str | None) -> Rows:
    """Read the rows of the sheet that the contract names, or else of the only sheet with content.

    Raises UnreadableFileError for a file that is no workbook and for an ambiguous sheet, also while rows are read.
    """
    with _reported():
        workbook = Workbook(content)
        chosen = _chosen(workbook, sheet)
    merged: list[str] = []
    return Rows(f"{name}, sheet '{chosen.title}'", {"sheet": chosen.title}, _rows(workbook, chosen, merged), merged)


@contextmanager
def _reported() -> Iterator[None]:
    try:
        yield
    except INVALID as error:
        raise UnreadableFileError(
            "is no valid Excel workbook",
            "an .xlsx file",
            f"{type(error).__name__}: {error}",
            "open it in Excel and save it again as .xlsx, without a password",
        ) from error


def _chosen(workbook: Workbook, wanted: str | None) -> Sheet:
    visible = [one for one in workbook.sheets if one.is_visible]
    titles = "sheets " + ", ".join(f"'{one.title}'" for one in visible)
    if wanted is not None:
        named = [one for one in visible if one.title.strip().casefold() == wanted.casefold()]
        if not named:
            raise UnreadableFileError(
                f"contains no sheet '{wanted}'", f"a sheet named '{wanted}'", titles, "rename the sheet"
            )
        return named[0]
    filled = [one for one in visible if one.title != EXPLANATION_SHEET and any(_filled(workbook, one, []))]
    if len(filled) == 1:
        return filled[0]
    if not filled:
        raise UnreadableFileError("is empty", "one sheet with headings and rows", titles, "fill it in")
    raise UnreadableFileError(
        "contains several sheets",
        "one sheet with something in it",
        "sheets " + ", ".join(f"'{one.title}'" for one in filled),
        "keep the sheet with the delivery and remove the others, or name it as 'sheet' in the contract",
    )


def _rows(workbook: Workbook, sheet: Sheet, merged: list[str]) -> Iterator[NumberedRow]:
    with _reported():
        yield from _filled(workbook, sheet, merged)


def _filled(workbook: Workbook, sheet: Sheet, merged: list[str]) -> Iterator[NumberedRow]:
    for number, row in workbook.rows(sheet, merged):
        if not all(is_empty(value) for value in row) and not is_source_line(row):
            yield number, row
