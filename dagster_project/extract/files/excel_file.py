"""Reader of a sheet of an Excel file: values as typed; formulas are never evaluated.

openpyxl's streaming reader needs half the time and a fraction of the memory of its full one, but ignores merged cells:
those are read from the sheets' XML.
"""

import re
import warnings
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, BinaryIO, Protocol, cast

from dagster_project.extract.files.sheet_rows import Cell, NumberedRow, OddCell, Rows, UnreadableFileError, is_empty

# The sheet of our own templates that explains the columns.
EXPLANATION_SHEET = "Uitleg"
ZIP_START = b"PK\x03\x04"
OLD_EXCEL_START = b"\xd0\xcf\x11\xe0"
MERGED = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]*?ref="([A-Z]+\d+:[A-Z]+\d+)"')
MAIN_PART = re.compile(r"xl/workbook\d*\.xml")
READ_AT_ONCE = 1 << 20

FORMULA = OddCell(
    "a value", "a formula, which is never evaluated", "copy the column and paste it over itself as values"
)
PERCENTAGE = OddCell(
    "the number itself",
    "a cell that shows a percentage and contains a hundredth of it",
    "give the column the number format 'Standaard' and write 5,1 for 5,1 %",
)


class SheetCell(Protocol):
    """A cell; openpyxl has different classes for filled and for empty ones."""

    value: Cell
    data_type: str
    number_format: str | None


class Sheet(Protocol):
    """A sheet that openpyxl streams; its own class is private."""

    title: str
    sheet_state: str

    def reset_dimensions(self) -> None:
        """Ignore the size that the file states for the sheet."""

    def iter_rows(self) -> Iterable[Sequence[SheetCell]]:
        """The cells, row by row."""


def read_excel(content: BinaryIO, name: str, sheet: str | None) -> Rows:
    """Read the rows of the sheet that the contract names, or else of the only sheet with content.

    Raises UnreadableFileError for a file that is no workbook, for an ambiguous sheet and for merged cells.
    """
    from openpyxl import load_workbook  # its import costs 0.2 s

    try:
        with warnings.catch_warnings():
            # Warnings about features such as drop-down lists, which do not affect values.
            warnings.simplefilter("ignore")
            workbook = load_workbook(content, read_only=True)
        visible = [one for one in cast("list[Sheet]", workbook.worksheets) if one.sheet_state == "visible"]
        for one in visible:
            # Some programs write a size there that is not the sheet's.
            one.reset_dimensions()
        chosen = _chosen(visible, sheet)
    except (zipfile.BadZipFile, KeyError, ValueError, OSError) as error:
        raise UnreadableFileError(
            "is no valid Excel workbook",
            "an .xlsx file",
            f"{type(error).__name__}: {error}",
            "open it in Excel and save it again as .xlsx, without a password",
        ) from error
    return Rows(f"{name}, sheet '{chosen.title}'", {"sheet": chosen.title}, _rows(content, chosen))


def _chosen(sheets: Sequence[Sheet], wanted: str | None) -> Sheet:
    titles = ", ".join(f"'{one.title}'" for one in sheets)
    if wanted is not None:
        named = [one for one in sheets if one.title.strip().casefold() == wanted.casefold()]
        if not named:
            raise UnreadableFileError(
                f"contains no sheet '{wanted}'", f"a sheet named '{wanted}'", f"sheets {titles}", "rename the sheet"
            )
        return named[0]
    filled = [one for one in sheets if one.title != EXPLANATION_SHEET and _has_content(one)]
    if len(filled) == 1:
        return filled[0]
    if not filled:
        raise UnreadableFileError("is empty", "one sheet with headings and rows", f"sheets {titles}", "fill it in")
    raise UnreadableFileError(
        "contains several sheets",
        "one sheet with something in it",
        "sheets " + ", ".join(f"'{one.title}'" for one in filled),
        "keep the sheet with the delivery and remove the others, or name it as 'sheet' in the contract",
    )


def _has_content(sheet: Sheet) -> bool:
    return any(not is_empty(cell.value) for row in sheet.iter_rows() for cell in row)


def _refuse_merged(content: BinaryIO, title: str) -> None:
    """Refuse merged cells: they show one value for several rows or columns, and only the first cell has it."""
    with zipfile.ZipFile(content) as archive:
        merged = _merged_in(archive, _part_of(archive, title))
    if merged:
        raise UnreadableFileError(
            f"contains merged cells in sheet '{title}'",
            "one value per cell",
            f"merged cells {merged[0]}" + (f" and {len(merged) - 1} more" if len(merged) > 1 else ""),
            "select the sheet, choose 'Cellen splitsen' and give each row its own values",
        )


def _part_of(archive: zipfile.ZipFile, title: str) -> str:
    """The part of the archive with a sheet, by the workbook's relations."""
    from openpyxl.packaging.relationship import get_dependents
    from openpyxl.packaging.workbook import WorkbookPackage
    from openpyxl.xml.functions import fromstring

    (main,) = (part for part in archive.namelist() if MAIN_PART.fullmatch(part))
    tree: Any = fromstring(archive.read(main))
    package: Any = WorkbookPackage.from_tree(tree)
    relation = next(sheet.id for sheet in package.sheets if sheet.name == title)
    folder, _, file = main.rpartition("/")
    return get_dependents(archive, f"{folder}/_rels/{file}.rels").get(relation).target


def _merged_in(archive: zipfile.ZipFile, part: str) -> list[str]:
    """The merged ranges, which follow the rows, without parsing those again."""
    merged, rest = [], b""
    with archive.open(part) as sheet:
        while block := sheet.read(READ_AT_ONCE):
            block = rest + block
            merged += [match[1].decode() for match in MERGED.finditer(block)]
            # A tag that is cut by the end of the block is looked at with the next.
            rest = block[block.rfind(b"<") :]
    return merged


def _rows(content: BinaryIO, sheet: Sheet) -> Iterator[NumberedRow]:
    for number, row in enumerate(sheet.iter_rows(), start=1):
        values = [_value(cell) for cell in row]
        if not all(is_empty(value) for value in values):
            yield number, values
    # Last, so that misplaced headings, which are often merged, are reported first.
    _refuse_merged(content, sheet.title)


def _value(cell: SheetCell) -> Cell:
    value = cell.value
    if value is None or cell.data_type == "s":
        return value
    if cell.data_type == "f":
        return FORMULA
    if cell.data_type == "e":
        return OddCell("a value", f"the error {value}", "mend it, and paste the column as values")
    if cell.data_type == "n" and "%" in (cell.number_format or ""):
        return PERCENTAGE
    return value
