"""The two forms in which CBS's OData v4 service gives a table: pages of JSON, and one zip of CSV files."""

import csv
import hashlib
import io
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Protocol
from urllib.parse import quote

from dagster_project.extract.answer import PayloadFile
from dagster_project.extract.http import Http
from dagster_project.extract.odata.page import CHUNK, Pages, packed, read_page
from dagster_project.extract.odata.query import Question
from dagster_project.extract.progress import progress

OBSERVATIONS = "Observations"
ROW_NUMBER = "Id"


class BadFormError(ValueError):
    """The table came, but not in the form that the protocol promises."""


@dataclass(frozen=True)
class Observations:
    """Where the observations stand, for DuckDB: all of them as text under the supplier's own names."""

    reader: str
    columns: frozenset[str]
    # Which of them were asked for, where the form itself could not be asked.
    wanted: str = "true"


class Form(Protocol):
    """One form of one table."""

    files: list[PayloadFile]

    def listed(self, name: str) -> list[dict[str, Any]]:
        """The rows of a code list or of another small part."""
        ...

    def observations(self, question: Question, expected: int | None) -> Observations:
        """Fetch what is asked for."""
        ...


@dataclass
class JsonPages:
    """The table as pages of JSON."""

    http: Http
    label: str
    base_url: str
    url: str
    payload: Path
    scratch: Path
    files: list[PayloadFile] = field(default_factory=list)

    def listed(self, name: str) -> list[dict[str, Any]]:
        """Read a small part, which may come in pages as well."""
        rows: list[dict[str, Any]] = []
        pages = Pages(f"{self.url}/{name}")
        for number, url in enumerate(pages, start=1):
            document, body = self.http.get_json(url)
            if not isinstance(document.get("value"), list):
                raise self.http.malformed(url, body, "an object without 'value'")
            rows += document["value"]
            self.keep(f"{name}-{number:04}.json", body, url)
            pages.go_on(document, self.base_url)
        return rows

    def observations(self, question: Question, expected: int | None) -> Observations:
        """Follow the pages; their size is the service's own."""
        bare: list[Path] = []
        columns: set[str] = set()
        with progress(self.label, expected) as advance:
            for condition in question.filters():
                asked = "?$filter=" + quote(condition, safe="(),'") if condition else ""
                pages = Pages(f"{self.url}/{OBSERVATIONS}{asked}")
                for url in pages:
                    name = f"{OBSERVATIONS}-{len(bare) + 1:04}.json"
                    kept = self.payload / f"{name}.gz"
                    page = read_page(self.http, url, ROW_NUMBER, kept, self.scratch / name)
                    bare.append(self.scratch / name)
                    self.files.append(PayloadFile(kept.name, page.sha256, url))
                    columns.update(page.first or {})
                    advance(page.rows)
                    pages.go_on(page.envelope, self.base_url)
        if not columns:
            raise BadFormError("no observation of what was asked for")
        files = ", ".join(literal(str(file)) for file in bare)
        types = ", ".join(f"{literal(name)}: 'VARCHAR'" for name in sorted(columns))
        return Observations(f"read_json([{files}], format='array', columns={{{types}}})", frozenset(columns))

    def keep(self, name: str, body: bytes, url: str) -> None:
        """Keep a small part as received."""
        with packed(self.payload / f"{name}.gz") as file:
            file.write(body)
        self.files.append(PayloadFile(f"{name}.gz", hashlib.sha256(body).hexdigest(), url))


@dataclass
class CsvBundle:
    """The table as one zip of CSV files, with a semicolon and a decimal comma."""

    http: Http
    url: str
    table_id: str
    payload: Path
    scratch: Path
    files: list[PayloadFile] = field(default_factory=list)

    def fetch(self) -> None:
        """Get the zip, whole and of the right table."""
        target = self.payload / f"{self.table_id}.zip"
        with self.http.explained(self.url):
            for attempt in self.http.attempts():
                digest = hashlib.sha256()
                with attempt, self.http.stream(self.url) as response, target.open("wb") as file:
                    for chunk in response.iter_bytes(CHUNK):
                        digest.update(chunk)
                        file.write(chunk)
        self.files.append(PayloadFile(target.name, digest.hexdigest(), self.url))
        described = [str(row.get("Identifier")) for row in self.listed("Properties")]
        if described != [self.table_id]:
            raise BadFormError(f"its Properties.csv describes {', '.join(described) or 'nothing'}")

    def listed(self, name: str) -> list[dict[str, Any]]:
        """Read a small part: its texts hold line breaks, and some headings stand twice."""
        with self._member(name) as file:
            text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="")
            return list(csv.DictReader(text, delimiter=";", strict=True))

    def observations(self, question: Question, expected: int | None) -> Observations:
        """Unpack the observations; the zip holds all there are, whatever was asked for."""
        target = self.scratch / f"{OBSERVATIONS}.csv"
        with self._member(OBSERVATIONS) as file, target.open("wb") as unpacked:
            while chunk := file.read(CHUNK):
                unpacked.write(chunk)
        with target.open(encoding="utf-8-sig", newline="") as text:
            columns = next(csv.reader(text, delimiter=";"), [])
        reader = (
            f"read_csv({literal(str(target))}, header=true, all_varchar=true, delim=';', quote='\"', escape='\"',"
            " nullstr='', strict_mode=true)"
        )
        comma = "replace(Value, ',', '.') AS Value"
        return Observations(f"(SELECT * REPLACE ({comma}) FROM {reader})", frozenset(columns), _condition(question))

    @contextmanager
    def _member(self, name: str) -> Iterator[IO[bytes]]:
        try:
            with zipfile.ZipFile(self.payload / f"{self.table_id}.zip") as archive:
                found = next((path for path in archive.namelist() if Path(path).name == f"{name}.csv"), None)
                if found is None:
                    raise BadFormError(f"no {name}.csv among {', '.join(archive.namelist())}")
                with archive.open(found) as file:
                    yield file
        except (zipfile.BadZipFile, zlib.error, EOFError, UnicodeDecodeError, csv.Error) as error:
            raise BadFormError(f"{name}.csv: {error}") from error


def _condition(question: Question) -> str:
    """The question as a condition in SQL."""
    conditions = [_one_of(identifier(name), keys) for name, keys in question.keys.items()]
    if question.municipality and question.region_dimension:
        region = identifier(question.region_dimension)
        starts = " OR ".join(f"starts_with({region}, {literal(start)})" for start in question.prefixes)
        conditions.append(f"({starts})")
    return " AND ".join(conditions) or "true"


def _one_of(name: str, keys: Sequence[str]) -> str:
    return f"{name} IN ({', '.join(literal(key) for key in keys)})"


def literal(text: str) -> str:
    """A text in SQL."""
    return "'" + text.replace("'", "''") + "'"


def identifier(text: str) -> str:
    """A name in SQL."""
    return '"' + text.replace('"', '""') + '"'
