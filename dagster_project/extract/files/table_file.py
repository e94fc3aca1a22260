"""Protocol ``file``: a CSV or Excel file, uploaded to a folder or downloaded from an address.

Only the columns of the contract are written, in one form. The file itself, which may contain personal data, remains
where it was uploaded.
"""

import csv
import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain, islice
from pathlib import Path
from secrets import token_bytes
from typing import Self

from dagster_project.contracts.model import Column
from dagster_project.contracts.protocols import UPLOAD
from dagster_project.errors import DeliveryError
from dagster_project.extract.answer import Answer, Edition, Records, Retrieval, Stored
from dagster_project.extract.extractors import Access, Extractor, protocol
from dagster_project.extract.files.cell_values import ColumnReader, WrongValue, pseudonyms
from dagster_project.extract.files.csv_file import read_csv
from dagster_project.extract.files.excel_file import OLD_EXCEL_START, ZIP_START, read_excel
from dagster_project.extract.files.headings import Headings
from dagster_project.extract.files.newest_file import FileParameters, Finder, FoundFile
from dagster_project.extract.files.sheet_rows import Cell, Rows, UnreadableFileError, column_letter, is_empty
from dagster_project.extract.packing import replay_tables, store_table
from dagster_project.installation.workspace import local_day

TOTAL = re.compile(r"(?:(?:eind|sub|generaal |algemeen )?totaal|totalen|(?:grand |sub)?total)\b.*", re.IGNORECASE)
# Headings belong in row 1; they are searched to this row, to report where they are instead.
LAST_HEADING_ROW = 30


@dataclass(frozen=True)
class Grid:
    """Columns of the contract as in a file, with the numbers of their rows."""

    label: str
    facts: dict[str, str]
    heading: Sequence[Cell]
    places: dict[str, int]
    numbers: list[int]
    cells: dict[str, list[Cell]]

    @classmethod
    def of(cls, rows: Rows, heading: Sequence[Cell], places: dict[str, int]) -> Self:
        """Read all rows, except those in which each of our columns is empty."""
        numbers: list[int] = []
        cells: dict[str, list[Cell]] = {name: [] for name in places}
        for number, row in rows.numbered:
            ours = [row[place] if place < len(row) else None for place in places.values()]
            if not all(is_empty(cell) for cell in ours):
                numbers.append(number)
                for name, cell in zip(places, ours, strict=True):
                    cells[name].append(cell)
        return cls(rows.place, rows.facts, heading, places, numbers, cells)

    @property
    def digest(self) -> str:
        """Checksum of the values, which does not change when a program only saves the file again."""
        return hashlib.sha256(repr(self.cells).encode()).hexdigest()

    @property
    def first(self) -> str:
        """The leftmost column."""
        return min(self.places, key=lambda name: self.places[name])

    @property
    def dropped(self) -> list[str]:
        """Headings that are not in the contract."""
        ours = set(self.places.values())
        return sorted(
            str(name).strip() for place, name in enumerate(self.heading) if place not in ours and not is_empty(name)
        )

    def heading_of(self, column: str) -> str:
        """The heading as in the file."""
        return str(self.heading[self.places[column]]).strip()

    def place(self, position: int, column: Column) -> str:
        """Place of a cell, for a message."""
        letter = column_letter(self.places[column.name])
        return f"{self.label}, row {self.numbers[position]}, column {letter} '{self.heading_of(column.name)}'"


@protocol(UPLOAD, FileParameters)
@dataclass
class TableFile(Extractor[FileParameters]):
    """Extractor for one feed that arrives as a file."""

    # Key of the pseudonyms in one delivery; it is never stored.
    new_key: Callable[[], bytes] = lambda: token_bytes(32)

    @classmethod
    def is_available(cls, parameters: FileParameters, access: Access) -> bool:
        """Whether a location is set, or the feed has a folder in the inbox."""
        return parameters.location is not None or (access.inbox is not None and access.inbox.exists())

    def editions(self, stored: Mapping[int, str]) -> list[Edition]:
        """The newest file; of a table that is published per year, the years for which there is a file."""
        if not self.feed.has_editions:
            return [Edition(None, self.feed.id)]
        known = self.feed.delivery.editions
        return [Edition(year, known[year]) for year in self.feed.kept_of(self._finder.years())]

    @property
    def _finder(self) -> Finder:
        editions = self.feed.delivery.editions
        location = self.parameters.location or str(self.access.inbox)
        return Finder(self.feed.id, location, self.parameters, self.http, editions)

    def replay(self, edition: Edition, payload: Path, scratch: Path) -> dict[str, Records]:
        """Read the table of a stored payload again; it has the names of the contract."""
        return replay_tables(self.feed.tables, lambda column: (column.name,), payload, scratch)

    def fetch(self, edition: Edition, stored: Stored | None, payload: Path, scratch: Path) -> Answer | None:
        """Read the newest file, unless it is the stored one, even if that was touched, copied or saved again."""
        with self._finder.newest(edition.year, stored) as found:
            if found is None:
                return None
            digest = hashlib.file_digest(found.content, "sha256").hexdigest()
            known = stored.validators if stored else {}
            if known.get("sha256") == digest and not _is_dated_again(found, known):
                self.http.remarks += _rereading(found, stored)
                return None
            found.content.seek(0)
            try:
                grid = self._grid(found, edition)
                if known.get("content") == grid.digest and found.is_from_folder and not _is_dated_again(found, known):
                    self.http.remarks += _rereading(found, stored)
                    return None
                return self._answer(found, grid, digest, payload, scratch)
            except UnreadableFileError as error:
                raise self._unusable(found.name, error) from error

    def _answer(self, found: FoundFile, grid: Grid, digest: str, payload: Path, scratch: Path) -> Answer:
        table = self.feed.tables[0]
        self._refuse_totals(grid)
        texts = self._texts(grid)
        self._refuse_repeats(grid, texts)
        bare = scratch / f"{table.name}.csv"
        names = [column.name for column in table.columns]
        _write(bare, names, texts)
        # A register's own figures are final; a file of an open table does not say whether its figures are.
        status = {"figures_status": "definitive"} if self._is_own_form else {}
        return Answer(
            retrieval=Retrieval(self.protocol),
            url=found.url,
            released_at=found.exported_at,
            validators={
                "sha256": digest,
                "content": grid.digest,
                "exported_at": _text(found.exported_at),
                "url": found.url,
                **found.validators,
            },
            payload=[store_table(bare, payload, found.url)],
            tables={
                table.name: Records(
                    [bare],
                    "csv",
                    {name: name for name in names},
                    expected_rows=len(grid.numbers),
                    place=grid.label,
                    row_numbers=grid.numbers,
                )
            },
            headers=found.validators,
            facts={"file": found.name, "file_sha256": digest, "content_sha256": grid.digest, **grid.facts, **status},
            dropped_columns={table.name: grid.dropped},
            known_at=found.exported_at if found.is_from_folder else None,
            is_age_written=found.is_dated or not found.is_from_folder,
        )

    @property
    def _is_own_form(self) -> bool:
        """Whether the file is a form of ours, and not a table of another publisher."""
        return self.feed.delivery.is_uploaded and not self.parameters.is_published_table

    def _grid(self, found: FoundFile, edition: Edition) -> Grid:
        headings = Headings(self.feed, edition.year, self.feed.delivery.protocol == "odata_v3")
        start = found.content.read(4)
        found.content.seek(0)
        if start == OLD_EXCEL_START:
            raise UnreadableFileError(
                "is an old Excel file, or one with a password",
                "an .xlsx or .csv file without a password",
                "the start of an .xls file",
                "open it in Excel and save it as .xlsx, without a password",
            )
        if start == ZIP_START:
            rows = read_excel(found.content, found.name, self.parameters.sheet)
        else:
            rows = read_csv(found.content, found.name, headings.count_known)
        heading = self._heading(rows, headings)
        return Grid.of(rows, heading, headings.places(heading))

    def _heading(self, rows: Rows, headings: Headings) -> Sequence[Cell]:
        number, first = next(rows.numbered, (1, []))
        if number == 1 and (not first or headings.count_known(first)):
            return first
        for later, row in chain([(number, first)], islice(rows.numbered, LAST_HEADING_ROW)):
            if headings.count_known(row) * 2 > len(self.feed.tables[0].columns):
                raise UnreadableFileError(
                    "does not start with its headings",
                    "the headings of the columns in row 1",
                    f"headings in row {later} of {rows.place}",
                    f"remove the {later - 1} row(s) above them",
                )
        return first

    def _refuse_totals(self, grid: Grid) -> None:
        """Refuse totals, which would count everything twice; a published table may have a class 'Totaal'."""
        table = self.feed.tables[0]
        for column in table.columns if self._is_own_form else ():
            if column.name not in (grid.first, *table.key) or column.name not in grid.places:
                continue
            for position, value in enumerate(grid.cells[column.name]):
                if isinstance(value, str) and TOTAL.fullmatch(value.strip()) and not _is_accepted(column, value):
                    raise UnreadableFileError(
                        f"contains a total in {grid.place(position, column)}",
                        "only the rows that the total adds up",
                        repr(value.strip()[:40]),
                        f"remove row {grid.numbers[position]}",
                    )

    def _texts(self, grid: Grid) -> dict[str, list[str]]:
        """Values per column in the form that landing reads."""
        pseudonym = pseudonyms(self.new_key())
        delivery = self.feed.delivery
        missing = frozenset(delivery.missing_values)
        texts = {}
        for column in self.feed.tables[0].columns:
            if column.name not in grid.places:
                texts[column.name] = [""] * len(grid.numbers)
                continue
            reader = ColumnReader(column, missing, self.parameters.decimal_mark, not delivery.personal_data, pseudonym)
            read = reader.read(grid.cells[column.name])
            if isinstance(read, WrongValue):
                more = f" ({read.count} such values in the column)" if read.count > 1 else ""
                raise UnreadableFileError(
                    f"contains an unusable value in {grid.place(read.position, column)}",
                    read.expected,
                    read.came + more,
                    read.do,
                )
            texts[column.name] = read
        return texts

    def _refuse_repeats(self, grid: Grid, texts: dict[str, list[str]]) -> None:
        table = self.feed.tables[0]
        seen: dict[tuple[str, ...], int] = {}
        for number, key in zip(grid.numbers, zip(*(texts[name] for name in table.key), strict=True), strict=True):
            if key in seen:
                names = ", ".join(f"'{grid.heading_of(name)}'" for name in table.key if name in grid.places)
                raise UnreadableFileError(
                    f"repeats row {seen[key]} in row {number} of {grid.label}",
                    f"every combination of {names} once",
                    "the same values in both rows",
                    "remove one of the two, or correct it",
                )
            seen[key] = number

    def _unusable(self, name: str, error: UnreadableFileError) -> DeliveryError:
        return self.error(f"the file {name} {error.problem}", error.expected, error.came, error.do)


def _is_dated_again(found: FoundFile, known: Mapping[str, str]) -> bool:
    """Whether a new day in the name confirms that the stored figures are still the latest."""
    return found.is_dated and known.get("exported_at") != _text(found.exported_at)


def _rereading(found: FoundFile, stored: Stored | None) -> list[str]:
    """Remarks on a file without new figures, by the age that it shows."""
    if stored is None:
        return []
    is_redated = bool(found.exported_at) and _text(found.exported_at) != stored.validators.get("exported_at")
    day = local_day(found.exported_at) if found.exported_at else None
    if not found.is_from_folder:
        return [f"says that it changed on {day}, and sent the same as before"] if is_redated else []
    if is_redated and stored.known_at:
        how = f"was touched, copied or saved again on {day}"
        figures = f"has the figures of {local_day(stored.known_at)}, which it does not refresh"
        return [f"its newest file {found.name} {how} and {figures}"]
    return ["its newest file was read again, which does not refresh anything"]


def _text(moment: datetime | None) -> str:
    return moment.isoformat() if moment else ""


def _is_accepted(column: Column, value: str) -> bool:
    return value.strip().casefold() in {known.casefold() for known in column.meta.accepted_values}


def _write(bare: Path, names: list[str], texts: dict[str, list[str]]) -> None:
    """Write the table for landing to read."""
    with bare.open("w", encoding="utf-8", newline="") as target:
        writer = csv.writer(target, lineterminator="\n")
        writer.writerow(names)
        writer.writerows(zip(*(texts[name] for name in names), strict=True))
