"""Cells of an Excel workbook, in the transitional and the strict form of the standard.

Only values, number formats, formulas and merged ranges are read, by local names. openpyxl refuses a workbook for a
style or a chart on which no value depends, and finds no sheet in the strict form; python-calamine reads errors and
formulas without a stored result as empty cells, and a percentage as its hundredth.
"""

import posixpath
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time
from functools import cached_property
from typing import BinaryIO
from xml.etree import ElementTree

from dagster_project.extract.files.sheet_rows import Cell, OddCell

FORMULA = OddCell(
    "a value", "a formula, which is never evaluated", "copy the column and paste it over itself as values"
)
PERCENTAGE = OddCell(
    "the number itself",
    "a cell that shows a percentage and contains a hundredth of it",
    "give the column the number format 'Standaard' and write 5,1 for 5,1 %",
)
# Text that a number format shows as it is.
QUOTED = re.compile(r'"[^"]*"|\\.')
LETTERS = re.compile(r"[A-Z]+")


@dataclass(frozen=True)
class Sheet:
    """A sheet of cells: its title and its part of the archive."""

    title: str
    part: str
    is_visible: bool


class Workbook:
    """An opened workbook. Its methods raise KeyError, ValueError or an error of zipfile or XML for an invalid one."""

    def __init__(self, content: BinaryIO) -> None:
        self._archive = zipfile.ZipFile(content)
        # Some programs write folders with a backslash, or capitals that the relations lack.
        self._members = {_plain(info.filename): info for info in self._archive.infolist()}
        self._main = self._related("", "officeDocument")[0]

    @cached_property
    def sheets(self) -> list[Sheet]:
        """The sheets of cells in their order; a chart sheet has none."""
        cells = self._relations(self._main, "worksheet")
        return [
            Sheet(one.get("name", ""), cells[part], one.get("state", "visible") == "visible")
            for one in self._tree(self._main).iter()
            if _local(one) == "sheet" and (part := _attribute(one, "id")) in cells
        ]

    def rows(self, sheet: Sheet, merged: list[str]) -> Iterator[tuple[int, list[Cell]]]:
        """The rows that the sheet contains with their numbers; adds its merged ranges to ``merged``, after the rows."""
        number = 0
        with self._archive.open(self._members[sheet.part]) as part:
            for _, element in ElementTree.iterparse(part):
                if _local(element) == "mergeCell":
                    merged.append(element.get("ref", ""))
                elif _local(element) == "row":
                    number = int(element.get("r") or number + 1)
                    yield number, self._cells(element)
                    # A large sheet would otherwise remain in memory.
                    element.clear()

    def _cells(self, row: ElementTree.Element) -> list[Cell]:
        from openpyxl.utils import column_index_from_string  # its import costs 0.2 s

        cells: list[Cell] = []
        for cell in row:
            if reference := LETTERS.match(cell.get("r", "")):
                cells += [None] * (column_index_from_string(reference[0]) - 1 - len(cells))
            cells.append(self._value(cell))
        return cells

    def _value(self, cell: ElementTree.Element) -> Cell:
        parts = {_local(part): part for part in cell}
        kind, text = cell.get("t", "n"), parts["v"].text if "v" in parts else None
        if "f" in parts:
            return FORMULA
        if kind == "inlineStr":
            return _text(parts["is"]) if "is" in parts else None
        if text is None:
            return None
        match kind:
            case "s":
                return self._texts[int(text)]
            case "b":
                return text.strip() == "1"
            case "e":
                return OddCell("a value", f"the error {text}", "mend it, and paste the column as values")
            case "d":
                return datetime.fromisoformat(text)
            case "n":
                return self._number(text, int(cell.get("s", 0)))
            case _:
                return _unescaped(text)

    def _number(self, text: str, style: int) -> Cell:
        from openpyxl.styles.numbers import is_date_format
        from openpyxl.utils.datetime import from_excel

        number = float(text) if re.search(r"[.eE]", text) else int(text)
        form = self._formats[style] if style < len(self._formats) else ""
        if "%" in QUOTED.sub("", form):
            return PERCENTAGE
        if not is_date_format(form):
            return number
        try:
            moment = from_excel(number, self._epoch)
        except (OverflowError, ValueError):
            return OddCell("a date", "a number that is too large for a date", "correct the date")
        return moment.isoformat() if isinstance(moment, time) else moment

    @cached_property
    def _epoch(self) -> datetime:
        from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900

        properties = [one for one in self._tree(self._main) if _local(one) == "workbookPr"]
        is_of_1904 = any(one.get("date1904") in ("1", "true") for one in properties)
        return CALENDAR_MAC_1904 if is_of_1904 else CALENDAR_WINDOWS_1900

    @cached_property
    def _texts(self) -> list[str]:
        found = self._related(self._main, "sharedStrings")
        return [_text(one) for one in self._tree(found[0]) if _local(one) == "si"] if found else []

    @cached_property
    def _formats(self) -> list[str]:
        """Number format per style of a cell."""
        from openpyxl.styles.numbers import BUILTIN_FORMATS

        found = self._related(self._main, "styles")
        styles = list(self._tree(found[0]).iter()) if found else []
        own = {int(one.get("numFmtId", 0)): one.get("formatCode", "") for one in styles if _local(one) == "numFmt"}
        named = {**BUILTIN_FORMATS, **own}
        lists = [one for one in styles if _local(one) == "cellXfs"]
        return [named.get(int(one.get("numFmtId", 0)), "") for one in (lists[0] if lists else ())]

    def _tree(self, part: str) -> ElementTree.Element:
        return ElementTree.fromstring(self._archive.read(self._members[part]))

    def _related(self, part: str, kind: str) -> list[str]:
        return list(self._relations(part, kind).values())

    def _relations(self, part: str, kind: str) -> dict[str, str]:
        """Parts of a kind to which a part relates, by the identifier of the relation."""
        folder, file = posixpath.split(part)
        return {
            one.get("Id", ""): _plain(posixpath.normpath(posixpath.join("/", folder, one.get("Target", ""))))
            for one in self._tree(_plain(f"{folder}/_rels/{file}.rels"))
            if one.get("Type", "").endswith(f"/{kind}")
        }


def _plain(name: str) -> str:
    return name.replace("\\", "/").lstrip("/").casefold()


def _local(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2]


def _attribute(element: ElementTree.Element, local_name: str) -> str | None:
    """An attribute in whichever namespace."""
    return next((value for name, value in element.items() if name.endswith(f"}}{local_name}")), None)


def _text(element: ElementTree.Element) -> str:
    """Text of a string of one or more runs, without the pronunciation that may follow it."""
    runs = [element, *(one for one in element if _local(one) == "r")]
    return _unescaped("".join(one.text or "" for run in runs for one in run if _local(one) == "t"))


def _unescaped(text: str) -> str:
    from openpyxl.utils.escape import unescape

    return unescape(text) if "_x" in text else text
