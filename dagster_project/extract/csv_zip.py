"""A zip of CSV files from a folder or an address, as registers export them every night.

Only the columns of the contract are ever written to disk: the archive itself, which may hold personal data, lives in
a file without a name that vanishes with the process.
"""

import csv
import hashlib
import io
import re
import tempfile
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx

from dagster_project.contracts.model import Feed, Table
from dagster_project.errors import DeliveryError, SupplierUnreachableError
from dagster_project.extract.answer import Answer, Edition, Held, Records, Retrieval
from dagster_project.extract.http import Http
from dagster_project.extract.http_age import http_date
from dagster_project.extract.packing import pack
from dagster_project.extract.progress import progress
from dagster_project.installation.workspace import local_day

# Signalen dates its exports in the file's name.
EXPORT_NAME = re.compile(r"(\d{8})_(\d{6})UTC")
HEADING = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
# Registers hold long texts in the columns that we skip.
csv.field_size_limit(16 * 1024 * 1024)


@dataclass(frozen=True)
class Archive:
    """An export as it came: its bytes, its name and by what the supplier tells it from another."""

    file: io.BufferedRandom | io.BufferedReader
    url: str
    name: str
    released_at: datetime | None
    validators: dict[str, str]
    headers: dict[str, str]


@dataclass
class CsvZip:
    """The extractor for one register that exports a zip of CSV files."""

    feed: Feed
    http: Http
    location: str | None

    def editions(self, held: Mapping[int, str]) -> list[Edition]:
        """A register has one edition: what it holds now."""
        return [Edition(None, self.feed.id)]

    def fetch(self, edition: Edition, held: Held | None, payload: Path, scratch: Path) -> Answer | None:
        """Fetch the newest export, unless it is the one we hold."""
        with self._archive(held) as archive:
            if archive is None:
                return None
            digest = hashlib.file_digest(archive.file, "sha256").hexdigest()
            validators = {**archive.validators, "sha256": digest}
            if held is not None and held.validators.get("sha256") == digest:
                self._remark_on_reading_again(archive, held)
                return None
            with self._opened(archive) as members:
                tables, files, dropped = {}, [], {}
                for table in self.feed.tables:
                    columns, rows, dropped[table.name] = self._write_table(members, table, archive, scratch)
                    bare = scratch / f"{table.name}.csv"
                    files.append(pack(bare, payload, archive.url))
                    tables[table.name] = Records([bare], "csv", columns, expected_rows=rows)
            return Answer(
                retrieval=Retrieval("csv_zip"),
                url=archive.url,
                released_at=archive.released_at,
                validators=validators,
                payload=files,
                tables=tables,
                headers=archive.headers,
                facts={"export": archive.name, "export_sha256": digest, "figures_status": "definitive"},
                dropped_columns=dropped,
            )

    def _remark_on_reading_again(self, archive: Archive, held: Held) -> None:
        """A night without a new export in the folder, or an address that calls new what we hold."""
        changed = archive.headers.get("Last-Modified")
        if archive.url.startswith("file:") and archive.released_at:
            day = local_day(archive.released_at)
            still = f"its newest export is still {archive.name} of {day}"
            self.http.remarks.append(f"{still}; reading that again makes nothing younger")
        elif changed and changed != held.validators.get("Last-Modified"):
            self.http.remarks.append(f"says that it changed on {changed}, and sent the same as before")

    @contextmanager
    def _archive(self, held: Held | None) -> Iterator[Archive | None]:
        if self.location is None:
            raise SupplierUnreachableError(
                self.feed.id,
                problem="nobody has said where its export stands",
                expected="a folder or an address",
                came="no location in the settings",
                do=f"set MAANDVERS_SUPPLIERS__{self.feed.supplier.upper()}__LOCATION to the folder or address",
            )
        if self.location.startswith(("http://", "https://")):
            with tempfile.TemporaryFile() as file:
                yield self._download(self.location, held, file)
        else:
            path = self._newest_in(Path(self.location))
            with path.open("rb") as file:
                modified = datetime.fromtimestamp(path.stat().st_mtime, UTC)
                yield Archive(file, path.resolve().as_uri(), path.name, _exported_at(path.name) or modified, {}, {})

    def _download(self, url: str, held: Held | None, file: io.BufferedRandom | io.BufferedReader) -> Archive | None:
        """Stream the export into ``file``; None when the supplier says that it has not changed."""
        known = held.validators if held else {}
        asked = {"If-None-Match": known.get("ETag"), "If-Modified-Since": known.get("Last-Modified")}
        with self.http.explained(url):
            for attempt in self.http.attempts():
                with attempt, self.http.stream(url, {key: value for key, value in asked.items() if value}) as response:
                    if response.status_code == httpx.codes.NOT_MODIFIED:
                        return None
                    file.seek(0)
                    file.truncate()
                    for chunk in response.iter_bytes():
                        file.write(chunk)
        file.seek(0)
        headers = {key: response.headers[key] for key in ("ETag", "Last-Modified") if key in response.headers}
        name = response.headers.get("Content-Disposition", "").partition("filename=")[2].strip('"') or url
        released = _exported_at(name) or http_date(headers.get("Last-Modified"))
        return Archive(file, url, name, released, dict(headers), headers)

    def _newest_in(self, folder: Path) -> Path:
        candidates = [folder] if folder.is_file() else sorted(folder.glob("*.zip"))
        if not candidates:
            raise SupplierUnreachableError(
                self.feed.id,
                problem="its folder holds no export",
                expected="a zip, put there by the nightly export",
                came=f"no *.zip in {folder}" if folder.is_dir() else f"no folder {folder}",
                do="look whether the nightly export still runs and may write there",
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
        except (zipfile.BadZipFile, zlib.error, EOFError) as error:
            archive.file.seek(0)
            came = self._shown(archive.file.read(40))
            raise self._unexpected(
                archive, "is no zip in good order", "a zip archive", f"{error}; it starts with {came}"
            ) from error

    def _write_table(
        self, members: zipfile.ZipFile, table: Table, archive: Archive, scratch: Path
    ) -> tuple[dict[str, str], int, list[str]]:
        """Copy the contract's columns of one CSV file; returns our names for them, the rows, and what was left."""
        member = next((n for n in members.namelist() if Path(n).name == table.member), None)
        if member is None:
            raise self._unexpected(
                archive, f"holds no {table.member}", f"{table.member}", ", ".join(members.namelist()) or "an empty zip"
            )
        bare = scratch / f"{table.name}.csv"
        with members.open(member) as raw, bare.open("w", encoding="utf-8", newline="") as target:
            reader = csv.reader(io.TextIOWrapper(raw, encoding="utf-8-sig", errors="strict", newline=""), strict=True)
            try:
                heading = next(reader, [])
                columns = self._columns(table, heading, archive)
                places = [heading.index(name) for name in columns.values()]
                writer = csv.writer(target, lineterminator="\n")
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
                        writer.writerow([row[place] for place in places])
                        rows += 1
                    advance(rows)
            except UnicodeDecodeError as error:
                raise self._unexpected(
                    archive,
                    f"holds a {table.member} that is not UTF-8",
                    "UTF-8 text",
                    f"byte 0x{error.object[error.start]:02x} after line {reader.line_num}",
                ) from error
            except csv.Error as error:
                raise self._unexpected(
                    archive,
                    f"holds a broken {table.member}",
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
        """A file without headings starts with a record, which may not end up in a log."""
        if self.feed.delivery.personal_data and not all(HEADING.fullmatch(name) for name in heading):
            return "a first line that holds no headings"
        return ", ".join(heading)

    def _shown(self, start: bytes) -> str:
        """How what came instead of a zip starts: a web page may be shown, a register's records may not."""
        if self.feed.delivery.personal_data and not start.lstrip().startswith(b"<"):
            return "something that is no web page"
        return repr(start)

    def _unexpected(self, archive: Archive, problem: str, expected: str, came: str) -> DeliveryError:
        return DeliveryError(
            self.feed.id,
            problem=f"the export {archive.name} {problem}",
            expected=expected,
            came=came[:300],
            do=f"look at the export at {archive.url}; if its form changed for good, adapt {self.feed.file}",
        )


def _exported_at(name: str) -> datetime | None:
    match = EXPORT_NAME.search(name)
    return datetime.strptime(match[1] + match[2], "%Y%m%d%H%M%S").replace(tzinfo=UTC) if match else None
