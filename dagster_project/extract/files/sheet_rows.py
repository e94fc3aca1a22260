"""What a file is read into, whatever its form: numbered rows of plain values, the first of them the headings."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True)
class OddCell:
    """What stands in a cell that holds no plain value, and what a person can do about it."""

    expected: str
    came: str
    do: str


Cell = str | int | float | bool | date | datetime | OddCell | None
# A row with the number that a person sees before it in Excel.
NumberedRow = tuple[int, Sequence[Cell]]


@dataclass(frozen=True)
class Rows:
    """The rows of a file or of one of its sheets, each read once; empty rows are left out."""

    # How errors name the place: the file, and the sheet of an Excel file.
    place: str
    facts: dict[str, str]
    numbered: Iterator[NumberedRow]


@dataclass(frozen=True)
class UnreadableFileError(Exception):
    """A file, or a place in it, that cannot be read; the extractor adds whose file it is."""

    problem: str
    expected: str
    came: str
    do: str


def is_empty(cell: Cell) -> bool:
    """Whether a cell shows nothing."""
    return cell is None or (isinstance(cell, str) and not cell.strip())


def column_letter(position: int) -> str:
    """How Excel names a column, counted from 0: A, B … Z, AA."""
    letters, number = "", position + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
