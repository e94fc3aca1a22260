"""Rows of a file of any form: numbered rows of plain values, the first of them the headings."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

# Headings are in the first row, or below titles in one of the next.
LAST_HEADING_ROW = 30
SOURCE_LINE = re.compile(r"\s*(?:bron\s*:|©)", re.IGNORECASE)


@dataclass(frozen=True)
class OddCell:
    """A cell without a plain value, with a remedy for its author."""

    expected: str
    came: str
    do: str


Cell = str | int | float | bool | date | datetime | OddCell | None
# A row with its number in Excel.
NumberedRow = tuple[int, Sequence[Cell]]


@dataclass(frozen=True)
class Rows:
    """Rows of a file or of one of its sheets, each read once, without empty rows."""

    # The place in messages: the file, and the sheet of an Excel file.
    place: str
    facts: dict[str, str]
    numbered: Iterator[NumberedRow]
    # Ranges of merged cells such as B2:B3, complete once all rows are read.
    merged: list[str] = field(default_factory=list)


@dataclass(eq=False)
class UnreadableFileError(Exception):
    """A file, or a place in it, that cannot be read; the extractor adds the feed."""

    problem: str
    expected: str
    came: str
    do: str
    # Further problems of the same file.
    others: tuple["UnreadableFileError", ...] = ()


def is_empty(cell: Cell) -> bool:
    """Whether a cell is empty or blank."""
    return cell is None or (isinstance(cell, str) and not cell.strip())


def is_source_line(row: Sequence[Cell]) -> bool:
    """Whether a row only names the source, as StatLine adds below a table."""
    filled = [cell for cell in row if not is_empty(cell)]
    return len(filled) == 1 and isinstance(filled[0], str) and SOURCE_LINE.match(filled[0]) is not None
