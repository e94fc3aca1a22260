"""Finder of the file to read: the newest of a folder by the day of its export, or the one at an address."""

import io
import re
import tempfile
import time
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import unquote, urljoin, urlsplit

from pydantic import BeforeValidator, Field, model_validator

from dagster_project.contracts.personal import masked
from dagster_project.contracts.protocols import Parameters, Strict
from dagster_project.errors import DeliveryError, SupplierUnreachableError, shown
from dagster_project.extract.answer import Stored
from dagster_project.extract.files.sheet_rows import Cell, UnreadableFileError
from dagster_project.extract.http import Http, is_address
from dagster_project.extract.http_age import http_date
from dagster_project.extract.links import resolved_within
from dagster_project.installation.workspace import LOCAL_TIME, local_day

# The last is StatLine's form in the names of downloads.
DATE_FORMS = ("%Y-%m-%d", "%Y%m%d", "%d%m20%y")
# A year that follows such a word is that of the download.
DOWNLOADED = (
    r"(?:gedownload|download(?:ed)?|opgehaald|opgeslagen|export(?:ed)?|geexporteerd|d\.?d)[ _.-]*(?:op|on)?[ _.-]*"
)
# A day such as 15-11-2026 or 15 november 2026 in a title is that of the download or of a change.
DAY_IN_TITLE = r"\d{1,2}[-/. ](?:\d{1,2}|[a-z]{3,9}\.?)[-/. ]20\d{2}"
# Looks at a file that may still be growing.
PATIENCE = 20
# Files that Excel, LibreOffice and file systems add next to an open file.
HIDDEN_PREFIXES = ("~$", ".")


class Given(Strict):
    """The value of a column that no export has, the same in every row."""

    origin: Literal["file name"] | None = Field(default=None, alias="from")
    value: str | None = None

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        if (self.origin is None) == (self.value is None):
            raise ValueError("needs either 'from' or 'value'")
        return self

    def __str__(self) -> str:
        return "the day in the file's name" if self.origin else f"the value {self.value!r}"

    def of(self, found: "FoundFile") -> str:
        """The value for a file; empty if its name shows no day."""
        if self.value is not None:
            return self.value
        return local_day(found.exported_at).isoformat() if found.is_dated and found.exported_at else ""


def _as_several(headings: object) -> object:
    return (headings,) if isinstance(headings, str) else headings


class FileParameters(Parameters):
    """Location of a CSV or Excel file: the inbox, with a folder per feed, or an address."""

    location: str | None = None
    # The location is a page of links: the link that this expression fits is the file, requested from the page's host.
    # Of several it is the one with the highest group named 'edition', or else the last.
    link_pattern: str | None = None
    # Names of the files to read; a group named 'date' contains the day of the export. Without it, the modification
    # time of the file counts.
    file_pattern: str = r".*?(?P<date>20\d{2}-[01]\d-[0-3]\d|20\d{2}[01]\d[0-3]\d)?\.(csv|xlsx)"
    sheet: str | None = None
    # The decimal mark, for a file whose numbers do not show it.
    decimal_mark: Literal[",", "."] | None = None
    # A table of another publisher: 'Totaal' is one of its classes, and it does not say whether its figures are final.
    is_published_table: bool = False
    # Of columns, by our names: their headings, which are tried first, or the value that the file lacks.
    columns: dict[str, Annotated[tuple[str, ...], BeforeValidator(_as_several)] | Given] = Field(default_factory=dict)
    # Accepted values, by the words of the file for them.
    values: dict[str, str] = Field(default_factory=dict)

    @property
    def is_shareable(self) -> bool:
        """Whether the file is downloaded from an address of the contract, and not uploaded."""
        return self.location is not None


@dataclass(frozen=True)
class FoundFile:
    """A file as received: its content, its name, and the day of its export where that is known."""

    content: io.BufferedRandom | io.BufferedReader
    url: str
    name: str
    exported_at: datetime | None
    # The name contains the day, so that a later copy of the file has the same.
    is_dated: bool
    # A file in a folder does not describe the days after its export; an address answers for today.
    is_from_folder: bool
    validators: dict[str, str]


@dataclass(frozen=True)
class Finder:
    """Finder of the files of one feed."""

    feed: str
    location: str
    parameters: FileParameters
    http: Http
    # Identifiers of tables that are published per year; names of their files contain the identifier or the year.
    editions: dict[int, str] = field(default_factory=dict)
    # The table does not show its day, so that the name of a file must.
    needs_day: bool = False
    # The inbox; None for a location of the settings, which may be anywhere.
    inbox: Path | None = None

    @property
    def is_address(self) -> bool:
        """Whether the file is downloaded."""
        return is_address(self.location)

    @contextmanager
    def newest(self, year: int | None, stored: Stored | None) -> Iterator[FoundFile | None]:
        """Open the newest file; None if its supplier confirms that the stored one is.

        A download is in an unnamed file, which disappears with the process.
        """
        if self.is_address:
            with tempfile.TemporaryFile() as content:
                found = self._download(self._address(), stored, content)
                yield found and self._checked(found)
            return
        path, exported_at, is_dated = self._newest_in(self._folder, year)
        if self.needs_day and not is_dated:
            raise DeliveryError(
                self.feed,
                problem=f"the file {masked(path.name)} does not show of which day its table is",
                expected=f"a name with the day, such as {self.feed.partition('.')[2]}_2026-11-01.csv",
                came="a table and a name without a day",
                do="put the day on which its publisher published it in its name",
            )
        self._wait_until_written(path)
        with resolved_within(self.inbox or self._folder, path, self.feed).open("rb") as content:
            name = masked(path.name)
            location = path.with_name(name).as_uri()
            yield self._checked(FoundFile(content, location, name, exported_at, is_dated, True, {}))

    @property
    def _folder(self) -> Path:
        """The folder of the files, or the only file; raises DeliveryError if it is a link out of the inbox."""
        folder = Path(self.location)
        return resolved_within(self.inbox or folder, folder, self.feed)

    def _checked(self, found: FoundFile) -> FoundFile:
        """Refuse a file that is too large to read, as it is or unpacked."""
        size = found.content.seek(0, io.SEEK_END)
        with suppress(zipfile.BadZipFile), zipfile.ZipFile(found.content) as archive:
            size = max(size, sum(member.file_size for member in archive.infolist()))
        self.http.check_size(size, f"the file {found.name}", "largest_file_mb")
        found.content.seek(0)
        return found

    def _wait_until_written(self, path: Path) -> None:
        """Wait until a file has not changed for a while; raises SupplierUnreachableError if it goes on changing."""
        before, wait = None, self.http.settings.file_wait
        for _ in range(PATIENCE):
            status = path.stat()
            now = (status.st_size, status.st_mtime_ns)
            if before == now or not 0 <= time.time() - status.st_mtime < wait:
                return
            before = now
            time.sleep(wait)
        raise SupplierUnreachableError(
            self.feed,
            problem=f"the file {masked(path.name)} is still being written",
            expected=f"a file that does not change for {wait:g} seconds",
            came=f"another size or time after each of {PATIENCE} looks",
            do="run again when the copy or the export is complete",
        )

    def years(self) -> list[int]:
        """Years for which the folder has a table; raises SupplierUnreachableError if there is none."""
        files = self._candidates(self._folder)
        years = sorted({year for path in files if (year := self._year_of(path.name))})
        if not years:
            raise SupplierUnreachableError(
                self.feed,
                problem="its folder contains no file of a known year",
                expected=f"one of {', '.join(self._names_of_years())} in the name of each file",
                came=", ".join(masked(path.name) for path in files[:5]),
                do="put the table's identifier or year in its name",
            )
        unknown = [masked(path.name) for path in files if self._year_of(path.name) is None]
        if unknown:
            names = ", ".join(self._names_of_years())
            self.http.remarks.append(
                f"left out {', '.join(unknown[:5])}: the name shows no table or more than one; put one of {names} in it"
            )
        return years

    def _names_of_years(self) -> list[str]:
        return [f"{identifier} or {year}" for year, identifier in self.editions.items()]

    def _year_of(self, name: str) -> int | None:
        """Edition of a file, by its name without the day of its export."""
        match = re.fullmatch(self.parameters.file_pattern, name, re.IGNORECASE)
        bare = name.replace((match.groupdict().get("date") if match else None) or "\0", "")
        for year, identifier in self.editions.items():
            if identifier.casefold() in bare.casefold():
                return year
        own = re.sub(rf"{DOWNLOADED}20\d{{2}}", "", bare, flags=re.IGNORECASE)
        years = [year for year in self.editions if re.search(rf"(?<!\d){year}(?!\d)", own)]
        return years[0] if len(years) == 1 else None

    def refuse_another_year(self, year: int | None, titles: Iterable[Cell]) -> None:
        """Refuse a table whose title states another year than the name of its file."""
        texts = [re.sub(rf"{DOWNLOADED}\S*|{DAY_IN_TITLE}", "", str(title), flags=re.IGNORECASE) for title in titles]
        stated = {int(found) for text in texts for found in re.findall(r"(?<!\d)20\d{2}(?!\d)", text)}
        if year is not None and len(stated & self.editions.keys()) == 1 and year not in stated:
            (own,) = stated & self.editions.keys()
            raise UnreadableFileError(
                f"states another year above its headings than {year}, which its name shows",
                f"the table of {year}, {self.editions[year]}",
                f"a title with {own}",
                f"put {own} or {self.editions[own]} in the name of the file, if that is the year of its figures",
            )

    def _newest_in(self, folder: Path, year: int | None) -> tuple[Path, datetime, bool]:
        candidates = [path for path in self._candidates(folder) if year is None or self._year_of(path.name) == year]
        dated = [(path, self._date_in(path.name)) for path in candidates]
        return max(
            ((path, day or datetime.fromtimestamp(path.stat().st_mtime, UTC), day is not None) for path, day in dated),
            key=lambda found: (found[1], found[0].stat().st_mtime, found[0].name),
        )

    def _candidates(self, folder: Path) -> list[Path]:
        candidates = [folder] if folder.is_file() else [path for path in self._files(folder) if self._fits(path)]
        if not candidates:
            pattern = self.parameters.file_pattern
            others = ", ".join(masked(path.name) for path in self._files(folder)[:5])
            raise SupplierUnreachableError(
                self.feed,
                problem="its folder contains no file that fits",
                expected=f"a file such as {self.feed.partition('.')[2]}_2026-11-01.xlsx; names fit {pattern}",
                came=f"{others or 'nothing'} in {folder}" if folder.is_dir() else f"no folder {folder}",
                do="put a file with such a name there; save an .xls or .ods as .xlsx first"
                if folder.is_dir()
                else f"put the folder back; if it is no longer used, name {self.feed} in the setting 'without'",
            )
        return candidates

    def _files(self, folder: Path) -> list[Path]:
        if not folder.is_dir():
            return []
        files = sorted(path for path in folder.iterdir() if path.is_file())
        return [path for path in files if not path.name.startswith(HIDDEN_PREFIXES)]

    def _fits(self, path: Path) -> bool:
        return re.fullmatch(self.parameters.file_pattern, path.name, re.IGNORECASE) is not None

    def _date_in(self, name: str) -> datetime | None:
        """Day in the name of a file, from midnight local time; None if the contract finds none."""
        match = re.fullmatch(self.parameters.file_pattern, name, re.IGNORECASE)
        text = match.groupdict().get("date") if match else None
        if text is None:
            return None
        for form in DATE_FORMS:
            try:
                return datetime.strptime(text, form).replace(tzinfo=LOCAL_TIME)
            except ValueError:
                continue
        raise DeliveryError(
            self.feed,
            problem=f"the name of {masked(name)} contains a day that does not exist",
            expected="year, month and day, such as 2026-11-01 or 20261101",
            came=text,
            do="give the file the day of its export as its date",
        )

    def _address(self) -> str:
        """Address of the file: the location itself, or the newest link of that page that fits."""
        pattern = self.parameters.link_pattern
        if pattern is None:
            return self.location
        links = _Links()
        links.feed(self.http.get(self.location).decode("utf-8", "replace"))
        fitting = [(match, link) for link in links.found if (match := re.search(pattern, link))]
        if not fitting:
            raise DeliveryError(
                self.feed,
                problem=f"no link on the page {self.location} fits",
                expected=f"a link that fits {pattern!r}",
                came=shown(", ".join(link for link in links.found if link.lower().endswith((".csv", ".xlsx"))))[:300]
                or f"{len(links.found)} links, none to a .csv or .xlsx",
                do="open the page in a browser; if the file has another kind of name now, adapt link_pattern",
            )
        # Suppliers do not guarantee the order of links; a school year in their names shows which is newest.
        _, newest = max(reversed(fitting), key=lambda found: found[0].groupdict().get("edition") or "")
        # DUO's catalogue names an internal host, which cannot be reached from outside.
        page = urlsplit(self.location)
        return urlsplit(urljoin(self.location, newest))._replace(scheme=page.scheme, netloc=page.netloc).geturl()

    def _download(self, url: str, stored: Stored | None, content: io.BufferedRandom) -> FoundFile | None:
        known = stored.validators if stored and stored.validators.get("url") == shown(url) else {}
        download = self.http.download(url, known, content)
        if download is None:
            return None
        name = unquote(Path(urlsplit(url).path).name) or url
        day = self._date_in(name)
        exported_at = day or http_date(download.validators.get("Last-Modified"))
        return FoundFile(content, url, name, exported_at, day is not None, False, download.validators)


class _Links(HTMLParser):
    """Parser for the addresses of a page's links, in order."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Record the address of a link."""
        address = dict(attrs).get("href") if tag == "a" else None
        if address:
            self.found.append(address)
