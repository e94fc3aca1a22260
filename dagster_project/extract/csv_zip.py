"""Protocol ``csv_zip``: a zip of CSV files from a folder or an address, as registers export them every night.

Only the columns of the contract are written to disk. The archive itself, which may contain personal data, is in an
unnamed file that disappears with the process.
"""

import csv
import hashlib
import io
import re
import tempfile
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PureWindowsPath
from typing import ClassVar

from dagster_project.contracts.model import Table
from dagster_project.contracts.protocols import MisplacedError, Parameters
from dagster_project.errors import DeliveryError, SupplierUnreachableError, shown
from dagster_project.extract.answer import Answer, Edition, Records, Retrieval, Stored
from dagster_project.extract.examination import Examination
from dagster_project.extract.extractors import Extractor, protocol
from dagster_project.extract.http import is_address
from dagster_project.extract.http_age import http_date
from dagster_project.extract.links import resolved_within
from dagster_project.extract.packing import LINE_END, replay_tables, store_table
from dagster_project.extract.progress import progress
from dagster_project.installation.workspace import local_day

# Signalen writes the moment of an export in the file's name.
EXPORT_NAME = re.compile(r"(\d{8})_(\d{6})UTC")
HEADING = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
# Registers have long texts in the columns that we skip.
csv.field_size_limit(16 * 1024 * 1024)


class CsvZipParameters(Parameters):
    """Location of a zip of CSV files: a folder, a file or an address; often set per municipality."""

    has_one_table: ClassVar[bool] = False

    location: str | None = None

    def check_tables(self, tables: Sequence[Table]) -> None:
        """Raise MisplacedError for a table without its file in the zip."""
        for table in tables:
            if table.member is None:
                raise MisplacedError(f"{table.name}.member", "member must name the file in the zip")


@dataclass(frozen=True)
class Archive:
    """An export as received: its bytes, its name, and the validators by which its supplier knows it again."""

    file: io.BufferedRandom | io.BufferedReader
    url: str
    name: str
    released_at: datetime | None
    validators: dict[str, str]


@protocol("csv_zip", CsvZipParameters)
@dataclass
class CsvZip(Extractor[CsvZipParameters]):
    """Extractor for one register that exports a zip of CSV files."""

    def fetch(self, edition: Edition, stored: Stored | None, payload: Path, scratch: Path) -> Answer | None:
        """Fetch the newest export, unless it is the stored one."""
        with self._archive(stored) as archive:
            if archive is None:
                return None
            digest = hashlib.file_digest(archive.file, "sha256").hexdigest()
            validators = {**archive.validators, "sha256": digest}
            if stored is not None and stored.validators.get("sha256") == digest:
                self._remark_on_rereading(archive, stored)
                return None
            with self._opened(archive) as members:
                tables, files, dropped = {}, [], {}
                for table in self.feed.tables:
                    columns, rows, dropped[table.name] = self._write_table(members, table, archive, scratch)
                    bare = scratch / f"{table.name}.csv"
                    files.append(store_table(bare, payload, archive.url))
                    tables[table.name] = Records([bare], "csv", columns, expected_rows=rows)
            return Answer(
                retrieval=Retrieval(self.protocol),
                url=archive.url,
                released_at=archive.released_at,
                validators=validators,
                payload=files,
                tables=tables,
                headers=archive.validators,
                facts={"export": archive.name, "export_sha256": digest, "figures_status": "definitive"},
                dropped_columns={table: self.feed.shown_headings(names) for table, names in dropped.items()},
            )

    def examine(self, edition: Edition, scratch: Path) -> Examination:
        """Compare the newest export of a folder with the contract; of an address only look whether it answers."""
        location = self.parameters.location
        if location is None or not is_address(location):
            return super().examine(edition, scratch)
        with self.http.explained(location), self.http.stream(location):
            return Examination(table=shown(location))

    def _remark_on_rereading(self, archive: Archive, stored: Stored) -> None:
        """Report a folder without a new export, and an address that dates the stored export as new."""
        changed = archive.validators.get("Last-Modified")
        if archive.url.startswith("file:") and archive.released_at:
            day = local_day(archive.released_at)
            still = f"its newest export is still {archive.name} of {day}"
            self.http.remarks.append(f"{still}; reading it again does not refresh anything")
        elif changed and changed != stored.validators.get("Last-Modified"):
            self.http.remarks.append(f"says that it changed on {changed}, and sent the same as before")

    def replay(self, edition: Edition, payload: Path, scratch: Path) -> dict[str, Records]:
        """Read the tables of a stored payload again; they have the headings of the supplier."""
        return replay_tables(
            self.feed.tables,
            lambda column: (column.meta.supplier_name, *column.meta.supplier_aliases),
            payload,
            scratch,
        )

    @contextmanager
    def _archive(self, stored: Stored | None) -> Iterator[Archive | None]:
        location = self.parameters.location
        if location is None:
            raise SupplierUnreachableError(
                self.feed.id,
                problem="the location of its export is not set",
                expected="a folder or an address",
                came="no location in the settings",
                do=f"set MAANDVERS_SUPPLIERS__{self.feed.supplier.upper()}__LOCATION to the folder or address",
            )
        if is_address(location):
            with tempfile.TemporaryFile() as file:
                yield self._download(location, stored, file)
        else:
            path = self._newest_in(Path(location))
            with resolved_within(Path(location), path, self.feed.id).open("rb") as file:
                modified = datetime.fromtimestamp(path.stat().st_mtime, UTC)
                yield Archive(file, path.resolve().as_uri(), path.name, _exported_at(path.name) or modified, {})

    def _download(self, url: str, stored: Stored | None, file: io.BufferedRandom) -> Archive | None:
        download = self.http.download(url, stored.validators if stored else {}, file)
        if download is None:
            return None
        name = download.file_name or url
        released_at = _exported_at(name) or http_date(download.validators.get("Last-Modified"))
        return Archive(file, url, name, released_at, download.validators)

    def _newest_in(self, folder: Path) -> Path:
        candidates = [folder] if folder.is_file() else sorted(folder.glob("*.zip"))
        if not candidates:
            raise SupplierUnreachableError(
                self.feed.id,
                problem="its folder contains no export",
                expected="a zip, put there by the nightly export",
                came=f"no *.zip in {folder}" if folder.is_dir() else f"no folder {folder}",
                do="check that the nightly export still runs and may write there",
            )
        return max(
            candidates, key=lambda path: (_exported_at(path.name) or datetime.min.replace(tzinfo=UTC), path.name)
        )

    @contextmanager
    def _opened(self, archive: Archive) -> Iterator[zipfile.ZipFile]:
        archive.file.seek(0)
        try:
            with zipfile.ZipFile(archive.file) as members:
                yield members
        except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError) as error:
            archive.file.seek(0)
            came = self._shown(archive.file.read(40))
            raise self._unexpected(
                archive, "is no valid zip", "a zip archive without a password", f"{error}; it starts with {came}"
            ) from error

    def _write_table(
        self, members: zipfile.ZipFile, table: Table, archive: Archive, scratch: Path
    ) -> tuple[dict[str, str], int, list[str]]:
        """Copy the contract's columns of one CSV file; returns their headings, the row count, and other headings."""
        # Some programs write folders with a backslash, or names in capitals.
        names = {PureWindowsPath(name).name.casefold(): name for name in members.namelist()}
        member = names.get(str(table.member).casefold())
        if member is None:
            raise self._unexpected(
                archive,
                f"contains no {table.member}",
                str(table.member),
                ", ".join(members.namelist()) or "an empty zip",
            )
        size = members.getinfo(member).file_size
        self.http.check_size(size, f"{member} in the export {archive.name}", "largest_answer_mb")
        bare = scratch / f"{table.name}.csv"
        with members.open(member) as raw, bare.open("w", encoding="utf-8", newline="") as target:
            reader = csv.reader(io.TextIOWrapper(raw, encoding="utf-8-sig", errors="strict", newline=""), strict=True)
            try:
                heading = next(reader, [])
                columns = self._columns(table, heading, archive)
                places = [heading.index(name) for name in columns.values()]
                pseudonym_at = {
                    heading.index(columns[column.name]): self.lasting_pseudonyms(column.data_type)
                    for column in table.columns
                    if column.meta.is_pseudonymised
                }
                writer = csv.writer(target, lineterminator=LINE_END)
                writer.writerow(columns.values())
                with progress(f"{self.feed.id} {table.name}", None) as advance:
                    rows = 0
                    for row in reader:
                        if len(row) != len(heading):
                            raise self._unexpected(
                                archive,
                                f"has a broken row in {table.member}, line {reader.line_num}",
                                f"{len(heading)} columns",
                                f"{len(row)} columns",
                            )
                        for place, pseudonym in pseudonym_at.items():
                            row[place] = row[place].strip() and pseudonym(row[place])
                        writer.writerow([row[place] for place in places])
                        rows += 1
                    advance(rows)
            except UnicodeDecodeError as error:
                raise self._unexpected(
                    archive,
                    f"contains a {table.member} that is not UTF-8",
                    "UTF-8 text",
                    f"byte 0x{error.object[error.start]:02x} after line {reader.line_num}",
                ) from error
            except ValueError as error:
                raise self._unexpected(
                    archive,
                    f"has a number of a case that is no number in {table.member}, line {reader.line_num}",
                    "a whole number",
                    "another value",
                ) from error
            except csv.Error as error:
                raise self._unexpected(
                    archive,
                    f"contains a broken {table.member}",
                    "CSV with quoted fields",
                    f"line {reader.line_num}: {error}",
                ) from error
        return columns, rows, sorted(set(heading) - set(columns.values()))

    def _columns(self, table: Table, heading: list[str], archive: Archive) -> dict[str, str]:
        found = {}
        for column in table.columns:
            names = [column.meta.supplier_name, *column.meta.supplier_aliases]
            name = next((name for name in names if name in heading), None)
            if name is None:
                raise self._unexpected(
                    archive,
                    f"lacks column '{names[0]}' in {table.member}",
                    f"the contract lists {len(table.columns)} columns",
                    self._headings(heading) or "an empty file",
                )
            found[column.name] = name
        return found

    def _headings(self, heading: list[str]) -> str:
        """Headings for a message; a file without headings starts with a record, which may not be logged."""
        if not self.feed.delivery.shows_values and not all(HEADING.fullmatch(name) for name in heading):
            return "a first line without headings"
        return ", ".join(heading)

    def _shown(self, start: bytes) -> str:
        """Start of a file that is no zip, for a message; a register's records may not be logged, a web page may."""
        if not self.feed.delivery.shows_values and not start.lstrip().startswith(b"<"):
            return "something that is no web page"
        return repr(start)

    def _unexpected(self, archive: Archive, problem: str, expected: str, came: str) -> DeliveryError:
        remedy = f"look at the export at {archive.url}; if its form changed for good, adapt {self.feed.file}"
        return self.error(f"the export {archive.name} {problem}", expected, came, remedy)


def _exported_at(name: str) -> datetime | None:
    match = EXPORT_NAME.search(name)
    return datetime.strptime(match[1] + match[2], "%Y%m%d%H%M%S").replace(tzinfo=UTC) if match else None
