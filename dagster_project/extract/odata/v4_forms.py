"""Forms of a table on CBS's OData v4 service: pages of JSON, and one zip of CSV files."""

import csv
import hashlib
import io
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Protocol
from urllib.parse import quote

from dagster_project.extract.answer import PayloadFile
from dagster_project.extract.http import CHUNK
from dagster_project.extract.odata.page import PageReader
from dagster_project.extract.odata.query import Query
from dagster_project.storage.sql import identifier, literal

OBSERVATIONS = "Observations"
ROW_NUMBER = "Id"


class BadFormError(ValueError):
    """A table that was received in an invalid form."""


@dataclass(frozen=True)
class Observations:
    """Observations as a DuckDB source, all as text under the supplier's own names."""

    reader: str
    columns: frozenset[str]
    # The condition for those that were requested, where the form contains all.
    wanted: str = "true"


class TableForm(Protocol):
    """One form of one table."""

    def listed(self, name: str) -> list[dict[str, Any]]:
        """Read the rows of a code list or of another small part."""
        ...

    def observations(self, query: Query, expected: int | None) -> Observations:
        """Fetch the observations of a query."""
        ...


@dataclass
class JsonPages:
    """The table as pages of JSON."""

    reader: PageReader
    url: str

    def listed(self, name: str) -> list[dict[str, Any]]:
        """Read a small part."""
        return self.reader.read_list(f"{self.url}/{name}", name)

    def observations(self, query: Query, expected: int | None) -> Observations:
        """Follow the pages, whose size the service chooses."""
        first = f"{self.url}/{OBSERVATIONS}"
        filters = [quote(condition, safe="(),'") for condition in query.filters()]
        urls = [f"{first}?$filter={condition}" if condition else first for condition in filters]
        bare: list[Path] = []
        columns: set[str] = set()
        for page in self.reader.read_records(urls, OBSERVATIONS, ROW_NUMBER, expected):
            bare.append(page.bare)
            columns.update(page.first or {})
        if not columns:
            raise BadFormError("no observation matches the query")
        files = ", ".join(literal(file) for file in bare)
        types = ", ".join(f"{literal(name)}: 'VARCHAR'" for name in sorted(columns))
        return Observations(f"read_json([{files}], format='array', columns={{{types}}})", frozenset(columns))


@dataclass
class CsvBundle:
    """The table as one zip of CSV files, with a semicolon and a decimal comma."""

    reader: PageReader
    url: str
    table_id: str

    @property
    def archive(self) -> Path:
        """The zip in the payload."""
        return self.reader.payload / f"{self.table_id}.zip"

    def fetch(self) -> None:
        """Download the zip; raises BadFormError for one of another table."""
        with self.archive.open("w+b") as file:
            self.reader.http.download(self.url, {}, file)
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        self.reader.files.append(PayloadFile(self.archive.name, digest, self.url))
        described = [str(row.get("Identifier")) for row in self.listed("Properties")]
        if described != [self.table_id]:
            raise BadFormError(f"its Properties.csv describes {', '.join(described) or 'nothing'}")

    def listed(self, name: str) -> list[dict[str, Any]]:
        """Read a small part; its texts contain line breaks, and some headings are duplicated."""
        with self._member(name) as file:
            text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="")
            return list(csv.DictReader(text, delimiter=";", strict=True))

    def observations(self, query: Query, expected: int | None) -> Observations:
        """Unpack the observations; the zip contains all of them, for any query."""
        target = self.reader.scratch / f"{OBSERVATIONS}.csv"
        with self._member(OBSERVATIONS) as file, target.open("wb") as unpacked:
            while chunk := file.read(CHUNK):
                unpacked.write(chunk)
        with target.open(encoding="utf-8-sig", newline="") as text:
            columns = next(csv.reader(text, delimiter=";"), [])
        reader = (
            f"read_csv({literal(target)}, header=true, all_varchar=true, delim=';', quote='\"', escape='\"',"
            " nullstr='', strict_mode=true)"
        )
        comma = "replace(Value, ',', '.') AS Value"
        return Observations(f"(SELECT * REPLACE ({comma}) FROM {reader})", frozenset(columns), _condition(query))

    @contextmanager
    def _member(self, name: str) -> Iterator[IO[bytes]]:
        try:
            with zipfile.ZipFile(self.archive) as archive:
                found = next((path for path in archive.namelist() if Path(path).name == f"{name}.csv"), None)
                if found is None:
                    raise BadFormError(f"no {name}.csv among {', '.join(archive.namelist())}")
                size = archive.getinfo(found).file_size
                self.reader.http.check_size(size, f"{found} in {self.url}", "largest_answer_mb")
                with archive.open(found) as file:
                    yield file
        except (zipfile.BadZipFile, zlib.error, EOFError, UnicodeDecodeError, csv.Error) as error:
            raise BadFormError(f"{name}.csv: {error}") from error


def _condition(query: Query) -> str:
    """The question as a condition in SQL."""
    conditions = [_one_of(identifier(name), keys) for name, keys in query.keys.items()]
    if query.municipalities and query.region_dimension:
        region = identifier(query.region_dimension)
        starts = " OR ".join(f"starts_with({region}, {literal(start)})" for start in query.prefixes)
        conditions.append(f"({starts})")
    return " AND ".join(conditions) or "true"


def _one_of(name: str, keys: Sequence[str]) -> str:
    return f"{name} IN ({', '.join(literal(key) for key in keys)})"
