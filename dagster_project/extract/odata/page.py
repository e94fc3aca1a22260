"""Pages of either OData: where the next one is, and how one is kept packed and as a bare list of records."""

import gzip
import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from zoneinfo import ZoneInfo

from dagster_project.extract.http import Http
from dagster_project.extract.odata.json_page import MalformedPageError, PageCutter

# CBS gives its times without a zone in OData v3; they are Dutch clock times.
SUPPLIER_TIME = ZoneInfo("Europe/Amsterdam")
NEXT_LINK = re.compile(r"^@?odata\.nextLink$")
CHUNK = 256 * 1024


class CircularPagesError(ValueError):
    """The next page is one that was read before."""


class Pages:
    """The addresses of a paged answer, each known only once the page before it was read."""

    def __init__(self, first: str) -> None:
        self.upcoming: str | None = first
        self.seen: set[str] = set()

    def __iter__(self) -> Iterator[str]:
        while self.upcoming:
            url, self.upcoming = self.upcoming, None
            self.seen.add(url)
            yield url

    def go_on(self, envelope: Mapping[str, Any], base_url: str) -> None:
        """Go on with the page that this one names, or stop; raises CircularPagesError.

        CBS writes the address with http and in other capitals: we ask by the one we were given.
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
    """What a page told: everything but its records, the first of them, how many came, and its fingerprint."""

    envelope: dict[str, Any]
    first: dict[str, Any] | None
    rows: int
    sha256: str


def read_page(http: Http, url: str, row_number: str, kept: Path, bare: Path) -> Page:
    """Stream one page to ``kept``, packed, and its records to ``bare``; raises DeliveryError when it broke off."""
    mark = f'"{row_number}":'.encode()
    with http.explained(url):
        for attempt in http.attempts():
            with attempt, http.stream(url) as response, packed(kept) as archive, bare.open("wb") as target:
                digest, cutter, start, rows = hashlib.sha256(), PageCutter(target), b"", 0
                try:
                    for chunk in response.iter_bytes(CHUNK):
                        start = start or chunk
                        digest.update(chunk)
                        archive.write(chunk)
                        cutter.feed(chunk)
                        rows += chunk.count(mark)
                    return Page(cutter.close(), cutter.first_record(), rows, digest.hexdigest())
                except MalformedPageError as error:
                    raise http.malformed(url, start, str(error)) from error
    raise AssertionError("tenacity returns or raises")


def packed(path: Path) -> gzip.GzipFile:
    """A packed file whose bytes depend on the content alone, so that the same delivery is the same file."""
    return gzip.GzipFile(filename="", fileobj=path.open("wb"), mode="wb", compresslevel=1, mtime=0)


def moment(text: object) -> datetime | None:
    """A supplier's time; None when it gives none."""
    try:
        time = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return time if time.tzinfo else time.replace(tzinfo=SUPPLIER_TIME)


def figures_status(description: object) -> str:
    """Whether CBS calls the figures of a table definitive or provisional, from the table's own description."""
    match = re.search(r"Status van de cijfers:?\s*(Definitief|Voorlopig)", str(description or ""), re.IGNORECASE)
    if match is None:
        return "unknown"
    return {"definitief": "definitive", "voorlopig": "provisional"}[match[1].lower()]
