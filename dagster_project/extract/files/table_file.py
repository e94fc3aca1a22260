"""Protocol ``file``: a CSV or Excel file, uploaded to a folder or downloaded from an address.

Only the columns of the contract are written, in one form. The file itself, which may contain personal data, remains
where it was uploaded.
"""

import csv
import hashlib
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
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
from dagster_project.extract.files.cell_values import ColumnReader, WrongValue
from dagster_project.extract.files.csv_file import read_csv
from dagster_project.extract.files.excel_file import OLD_EXCEL_START, ZIP_START, read_excel
from dagster_project.extract.files.headings import Headings
from dagster_project.extract.files.newest_file import FileParameters, Finder, FoundFile, Given
from dagster_project.extract.files.sheet_rows import (
    LAST_HEADING_ROW,
    Cell,
    Rows,
    UnreadableFileError,
    is_empty,
)
from dagster_project.extract.packing import LINE_END, replay_tables, store_table
from dagster_project.installation.workspace import local_day

# Cells such as B2:B3.
RANGE = re.compile(r"[A-Z]+(?P<row>\d+)")
TOTAL = re.compile(r"(?:(?:eind|sub|generaal |algemeen )?totaal|totalen|(?:grand |sub)?total)\b.*", re.IGNORECASE)


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

    def only(self, column: str, codes: Collection[str]) -> Self:
        """The rows with one of these codes in a column."""
        kept = [n for n, cell in enumerate(self.cells[column]) if str(cell).strip() in codes]
        cells = {name: [values[n] for n in kept] for name, values in self.cells.items()}
        return replace(self, numbers=[self.numbers[n] for n in kept], cells=cells)

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
        from openpyxl.utils import get_column_letter  # its import costs 0.2 s

        letter = get_column_letter(self.places[column.name] + 1)
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
        # A copy of a table from the web is no younger than its publisher says.
        needs_day = self.feed.delivery.parameters.get("location") is not None and self.feed.period_column is None
        inbox = self.access.inbox.parent if self.access.inbox and not self.parameters.location else None
        return Finder(self.feed.id, location, self.parameters, self.http, editions, needs_day, inbox)

    def replay(self, edition: Edition, payload: Path, scratch: Path) -> dict[str, Records]:
        """Read the table of a stored payload again; it has the names of the contract."""
        return replay_tables(self.feed.tables, lambda column: (column.name,), payload, scratch)

    def fetch(self, edition: Edition, stored: Stored | None, payload: Path, scratch: Path) -> Answer | None:
        """Read the newest file, unless it is the stored one, even if that was touched, copied or saved again."""
        alike = stored if stored and stored.validators.get("reading") == self._reading else None
        known = alike.validators if alike else {}
        with self._finder.newest(edition.year, alike) as found:
            if found is None:
                return None
            digest = hashlib.file_digest(found.content, "sha256").hexdigest()
            if (
                stored
                and not alike
                and stored.validators.get("sha256") == digest
                and stored.known_at
                and not found.is_dated
            ):
                # Read in another way, a file is no younger.
                found = replace(found, exported_at=stored.known_at)
            if known.get("sha256") == digest and not _is_dated_again(found, known):
                self.http.remarks += _rereading(found, stored)
                return None
            found.content.seek(0)
            try:
                grid, problems = self._grid(found, edition)
                if known.get("content") == grid.digest and found.is_from_folder and not _is_dated_again(found, known):
                    self.http.remarks += _rereading(found, stored)
                    return None
                texts = self._checked_texts(found, grid, problems)
                return self._answer(found, grid, texts, digest, payload, scratch)
            except UnreadableFileError as error:
                raise self._unusable(found.name, error) from error

    @property
    def _reading(self) -> str:
        """Fingerprint of the settings by which a file is read: with others, the same file gives another table."""
        own = self.parameters
        return hashlib.sha256(repr((own.columns, own.values, own.decimal_mark, own.sheet)).encode()).hexdigest()

    def _answer(
        self, found: FoundFile, grid: Grid, texts: dict[str, list[str]], digest: str, payload: Path, scratch: Path
    ) -> Answer:
        table = self.feed.tables[0]
        bare = scratch / f"{table.name}.csv"
        _write(bare, texts)
        # A register's own figures are final; a file of an open table does not say whether its figures are.
        status = {"figures_status": "definitive"} if self._is_own_form else {}
        return Answer(
            retrieval=Retrieval(self.protocol),
            url=found.url,
            released_at=found.exported_at,
            validators={
                "sha256": digest,
                "content": grid.digest,
                "reading": self._reading,
                "exported_at": _text(found.exported_at),
                "url": found.url,
                **found.validators,
            },
            payload=[store_table(bare, payload, found.url)],
            tables={
                table.name: Records(
                    [bare],
                    "csv",
                    {name: name for name in texts},
                    expected_rows=len(grid.numbers),
                    place=grid.label,
                    row_numbers=grid.numbers,
                )
            },
            headers=found.validators,
            facts={"file": found.name, "file_sha256": digest, "content_sha256": grid.digest, **grid.facts, **status},
            dropped_columns={table.name: self.feed.shown_headings(grid.dropped)},
            known_at=found.exported_at if found.is_from_folder else None,
            is_age_written=found.is_dated or not found.is_from_folder,
        )

    @property
    def _is_own_form(self) -> bool:
        """Whether the file is a form of ours, and not a table of another publisher."""
        return self.feed.delivery.is_uploaded and not self.parameters.is_published_table

    def _rows(self, found: FoundFile, headings: Headings) -> Rows:
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
            return read_excel(found.content, found.name, self.parameters.sheet)
        return read_csv(found.content, found.name, headings.count_known, may_be_cut=found.is_from_folder)

    def _grid(self, found: FoundFile, edition: Edition) -> tuple[Grid, list[UnreadableFileError]]:
        """The rows below the headings, and the problems of the headings."""
        is_numbered = self.feed.delivery.protocol == "odata_v3"
        headings = Headings(self.feed, edition.year, is_numbered, not self._is_own_form, self.parameters.columns)
        rows = self._rows(found, headings)
        top = list(islice(rows.numbered, LAST_HEADING_ROW)) or [(1, [])]
        known = [headings.count_known(row) for _, row in top]
        first = known.index(max(known))
        headings.refuse_across(top)
        number, heading = top[first]
        self._finder.refuse_another_year(edition.year, [cell for _, row in top[:first] for cell in row])
        places, problems = headings.places(heading)
        if not places:
            raise _together(problems)
        grid = Grid.of(replace(rows, numbered=chain(top[first + 1 :], rows.numbered)), heading, places)
        _refuse_merged(rows, number)
        return self._selected(grid), problems

    def _selected(self, grid: Grid) -> Grid:
        """Leave out what the contract does not ask the supplier for either, such as other ages."""
        selection = self.feed.delivery.parameters.get("selection", {})
        for column in self.feed.tables[0].columns:
            if column.meta.supplier_name in selection and column.name in grid.places:
                codes = selection[column.meta.supplier_name]
                came = sorted({str(cell).strip() for cell in grid.cells[column.name]})
                grid = grid.only(column.name, codes)
                if not grid.numbers:
                    raise UnreadableFileError(
                        f"has no row with {' or '.join(codes)} in column '{grid.heading_of(column.name)}'",
                        f"rows with {', '.join(codes)}",
                        ", ".join(came[:10]) or "no rows",
                        "download the table with these chosen",
                    )
        return grid

    def _checked_texts(self, found: FoundFile, grid: Grid, problems: list[UnreadableFileError]) -> dict[str, list[str]]:
        """Values per column in the form that landing reads; raises every problem of the file at once."""
        texts, wrong = self._texts(found, grid)
        if problems := [*problems, *self._totals(grid), *wrong]:
            raise _together(problems)
        self._refuse_repeats(grid, texts)
        return texts

    def _totals(self, grid: Grid) -> Iterator[UnreadableFileError]:
        """Find totals, which would count everything twice; a published table may have a class 'Totaal'."""
        table = self.feed.tables[0]
        for column in table.columns if self._is_own_form else ():
            if column.name not in (grid.first, *table.key) or column.name not in grid.places:
                continue
            totals = [
                position
                for position, value in enumerate(grid.cells[column.name])
                if isinstance(value, str) and TOTAL.fullmatch(value.strip()) and not _is_accepted(column, value)
            ]
            if totals:
                yield UnreadableFileError(
                    f"contains a total in {grid.place(totals[0], column)}",
                    "only the rows that the total adds up",
                    f"'{str(grid.cells[column.name][totals[0]]).split()[0]}'",
                    f"remove row {', '.join(str(grid.numbers[position]) for position in totals[:20])}",
                )

    def _texts(self, found: FoundFile, grid: Grid) -> tuple[dict[str, list[str]], list[UnreadableFileError]]:
        """Values per column in the form that landing reads, and the first problem of each other column."""
        key = self.new_key()
        parameters, delivery = self.parameters, self.feed.delivery
        missing = frozenset(delivery.missing_values)
        texts: dict[str, list[str]] = {}
        problems = []
        for column in self.feed.tables[0].columns:
            source = parameters.columns.get(column.name)
            reader = ColumnReader(
                column, missing, parameters.decimal_mark, delivery.shows_values, key, parameters.values
            )
            if isinstance(source, Given):
                given = reader.read([source.of(found)])
                place = f"the column '{column.meta.supplier_name}', which maandvers.toml takes from {source}"
            elif column.name in grid.places:
                given = reader.read(grid.cells[column.name])
                place = grid.place(given.position, column) if isinstance(given, WrongValue) else ""
            elif column.meta.code_list:
                given, place = [""], ""
            else:
                continue
            if isinstance(given, WrongValue):
                more = f" ({given.count} such values in the column)" if given.count > 1 else ""
                problem = f"contains an unusable value in {place}"
                problems.append(UnreadableFileError(problem, given.expected, given.came + more, given.do))
            else:
                texts[column.name] = given if column.name in grid.cells else given * len(grid.numbers)
        return texts, problems

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
        whole = self.error(f"the file {name} {error.problem}", error.expected, error.came, error.do)
        whole.others = tuple(self._unusable(name, other) for other in error.others)
        return whole


def _together(problems: Sequence[UnreadableFileError]) -> UnreadableFileError:
    """The first problem with the others."""
    problems[0].others = tuple(problems[1:])
    return problems[0]


def _refuse_merged(rows: Rows, first: int) -> None:
    """Refuse merged cells below the headings: they show one value for several rows, and only the first cell has it."""
    merged = [cells for cells in rows.merged if any(int(row) >= first for row in RANGE.findall(cells))]
    if merged:
        raise UnreadableFileError(
            f"contains merged cells in {rows.place}",
            "one value per cell",
            f"merged cells {merged[0]}" + (f" and {len(merged) - 1} more" if len(merged) > 1 else ""),
            "select the sheet, choose 'Cellen splitsen' and give each row its own values",
        )


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


def _write(bare: Path, texts: dict[str, list[str]]) -> None:
    """Write the table for landing to read."""
    with bare.open("w", encoding="utf-8", newline="") as target:
        writer = csv.writer(target, lineterminator=LINE_END)
        writer.writerow(texts)
        writer.writerows(zip(*texts.values(), strict=True))
