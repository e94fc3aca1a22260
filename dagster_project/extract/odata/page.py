"""Pages of both OData versions: following them, and storing each as received and as a bare list of records."""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from zoneinfo import ZoneInfo

from dagster_project.extract.answer import PayloadFile
from dagster_project.extract.http import Http
from dagster_project.extract.odata.json_page import MalformedPageError, PageCutter
from dagster_project.extract.packing import packed, store_answer
from dagster_project.extract.progress import progress

# CBS gives its times without a zone in OData v3; they are Dutch clock times.
SUPPLIER_TIME = ZoneInfo("Europe/Amsterdam")
NEXT_LINK = re.compile(r"^@?odata\.nextLink$")


class CircularPagesError(ValueError):
    """The next page is one that was read before."""


class Pages:
    """Addresses of a paged answer; each is known once the page before it was read."""

    def __init__(self, first: str) -> None:
        self.upcoming: str | None = first
        self.seen: set[str] = set()

    def __iter__(self) -> Iterator[str]:
        while self.upcoming:
            url, self.upcoming = self.upcoming, None
            self.seen.add(url)
            yield url

    def go_on(self, envelope: Mapping[str, Any], base_url: str) -> None:
        """Continue with the page that this one links to, or stop; raises CircularPagesError.

        CBS writes the address with http and in other capitals: its path is requested at ``base_url``.
        """
        link = next((value for key, value in envelope.items() if NEXT_LINK.match(key)), None)
        if link is None:
            return
        base, target = urlsplit(base_url), urlsplit(link)
        url = urlunsplit((base.scheme, base.netloc, target.path, target.query, ""))
        if url in self.seen:
            raise CircularPagesError(url)
        self.upcoming = url


@dataclass(frozen=True)
class Page:
    """A page: the rest of its content, its first record, the number of records, the checksum, and its record file."""

    envelope: dict[str, Any]
    first: dict[str, Any] | None
    rows: int
    sha256: str
    bare: Path


@dataclass
class PageReader:
    """Reads the parts of one table and stores each page in the payload."""

    http: Http
    label: str
    # Every page is requested here, whatever host its link names.
    base_url: str
    payload: Path
    scratch: Path
    files: list[PayloadFile] = field(default_factory=list)

    def read_object(self, url: str, name: str) -> dict[str, Any]:
        """Read a small object whole."""
        document, body = self.http.get_json(url)
        self.files.append(store_answer(self.payload / f"{name}.json.gz", body, url))
        return document

    def read_list(self, url: str, name: str) -> list[dict[str, Any]]:
        """Read a small list, such as a code list, which may be paged as well."""
        rows: list[dict[str, Any]] = []
        pages = Pages(url)
        for number, page in enumerate(pages, start=1):
            document, body = self.http.get_json(page)
            if not isinstance(document.get("value"), list):
                raise self.http.malformed(page, body, "an object without 'value'")
            rows += document["value"]
            self.files.append(store_answer(self.payload / f"{name}-{number:04}.json.gz", body, page))
            pages.go_on(document, self.base_url)
        return rows

    def read_records(self, urls: Iterable[str], name: str, row_number: str, expected: int | None) -> Iterator[Page]:
        """Follow the pages of large answers; each is also written as a bare list of records for landing."""
        number = 0
        with progress(self.label, expected) as advance:
            for first in urls:
                pages = Pages(first)
                for url in pages:
                    number += 1
                    page = self._read_page(url, f"{name}-{number:04}.json", row_number)
                    self.files.append(PayloadFile(f"{page.bare.name}.gz", page.sha256, url))
                    advance(page.rows)
                    yield page
                    pages.go_on(page.envelope, self.base_url)

    def _read_page(self, url: str, name: str, row_number: str) -> Page:
        """Stream a page to the payload and its records to scratch; raises DeliveryError for one that is cut off."""
        mark, bare = f'"{row_number}":'.encode(), self.scratch / name
        with self.http.explained(url):
            for attempt in self.http.attempts():
                with (
                    attempt,
                    self.http.stream(url) as response,
                    packed(self.payload / f"{name}.gz") as archive,
                    bare.open("wb") as target,
                ):
                    digest, cutter, start, rows = hashlib.sha256(), PageCutter(target), b"", 0
                    try:
                        for chunk in self.http.chunks(response):
                            start = start or chunk
                            digest.update(chunk)
                            archive.write(chunk)
                            cutter.feed(chunk)
                            rows += chunk.count(mark)
                        return Page(cutter.close(), cutter.first_record(), rows, digest.hexdigest(), bare)
                    except MalformedPageError as error:
                        raise self.http.malformed(url, start, str(error)) from error
        raise AssertionError("tenacity returns or raises")


def moment(text: object) -> datetime | None:
    """Parse a supplier's time; None if it is no time."""
    try:
        time = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return time if time.tzinfo else time.replace(tzinfo=SUPPLIER_TIME)


def figures_status(description: object) -> str:
    """Status of the figures of a CBS table, definitive or provisional, from the table's own description."""
    match = re.search(r"Status van de cijfers:?\s*(Definitief|Voorlopig)", str(description or ""), re.IGNORECASE)
    if match is None:
        return "unknown"
    return {"definitief": "definitive", "voorlopig": "provisional"}[match[1].lower()]
