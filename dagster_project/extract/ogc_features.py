"""Protocol ``ogc_features``: outlines of regions as GeoJSON from an OGC API Features service such as PDOK's.

A service per year, a collection per level. The service accepts any filter and may ignore it, so every region is
checked: those of another municipality are left out, and a collection without a region of ours is an error.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote, urljoin, urlsplit, urlunsplit

import httpx
import orjson
from pydantic import Field

from dagster_project.contracts.model import Table
from dagster_project.contracts.protocols import BaseUrl, Parameters
from dagster_project.errors import DeliveryError, SupplierUnreachableError
from dagster_project.extract.answer import Answer, Edition, PayloadFile, Records, Retrieval, Stored
from dagster_project.extract.extractors import Extractor, RegionRows, protocol
from dagster_project.extract.outlines import OutlineError, check_outline
from dagster_project.extract.packing import store_answer
from dagster_project.extract.progress import progress

# Columns that a contract may read in addition to the properties of a feature.
LEVEL, OUTLINE = "collection", "geometry"
PAGE_SIZE = 1000
# The coast of a municipality with islands takes megabytes; a neighbourhood takes kilobytes.
LARGEST_FEATURE = 32 * 1024 * 1024
# PDOK writes the version of the outlines in the name of a file that it offers for download.
VERSION = re.compile(r"[_-](v\d+)\.gpkg")


class OgcFeaturesParameters(Parameters):
    """Location of the collections of an OGC API Features service."""

    base_url: BaseUrl
    # With {edition} for the year.
    path: str = Field(pattern=r"\{edition\}")
    # Name of the collection per level of regions.
    collections: dict[str, str] = Field(min_length=1)
    # The property with the municipality of a region, by which regions are filtered.
    municipality_property: str


@dataclass
class Features:
    """Features of a collection: files with our columns, the payload, and what was left out."""

    records: list[Path] = field(default_factory=list)
    files: list[PayloadFile] = field(default_factory=list)
    kept: int = 0
    others: int = 0
    dropped: set[str] = field(default_factory=set)


@protocol("ogc_features", OgcFeaturesParameters)
@dataclass
class OgcFeatures(Extractor[OgcFeaturesParameters]):
    """Extractor for one feed on an OGC API Features service."""

    @property
    def municipality(self) -> str | None:
        """The municipality whose regions are kept; None keeps all."""
        return self.access.municipality

    def rows_of_municipality(self, table: Table) -> RegionRows | None:
        """The regions of the municipality alone."""
        columns = [one.name for one in table.columns if one.meta.supplier_name == self.parameters.municipality_property]
        return RegionRows(columns[-1], (self.municipality,)) if self.municipality else None

    def editions(self, stored: Mapping[int, str]) -> list[Edition]:
        """The newest years for which the supplier has a service; without a catalogue, each year is tried."""
        known = {*self.feed.delivery.editions, *stored}
        newest, oldest = max(known), min(known)
        while self._is_offered(newest + 1):
            newest += 1
        found: list[Edition] = []
        wanted = self.feed.delivery.newest_editions
        for year in range(newest, oldest - 1, -1):
            if (wanted == "all" or len(found) < wanted) and self._is_offered(year):
                found.append(self._edition(year))
        if not found:
            url = self._url(self._edition(newest), "collections")
            raise self._unexpected(url, "offers no edition", f"a service of a year from {oldest} to {newest}", "none")
        return found[::-1]

    def _edition(self, year: int) -> Edition:
        return Edition(year, self.parameters.path.format(edition=year).strip("/"))

    def _is_offered(self, year: int) -> bool:
        try:
            self.http.get(self._url(self._edition(year), "collections"))
        except SupplierUnreachableError as error:
            cause = error.__cause__
            if isinstance(cause, httpx.HTTPStatusError) and cause.response.status_code in (404, 410):
                return False
            raise
        return True

    def fetch(self, edition: Edition, stored: Stored | None, payload: Path, scratch: Path) -> Answer | None:
        """Fetch all collections of a year, unless every outline equals the stored one.

        PDOK gives no date of change, so the outlines themselves are compared.
        """
        offered, collections_file = self._collections(edition, payload)
        read = {
            level: self._read(edition, level, name, payload, scratch)
            for level, name in self.parameters.collections.items()
        }
        records = [path for features in read.values() for path in features.records]
        digest = hashlib.sha256()
        for path in records:
            digest.update(path.read_bytes())
        validators = {"sha256": digest.hexdigest(), "scope": self.municipality or "country"}
        if stored is not None and stored.validators == validators:
            return None
        version = VERSION.search(orjson.dumps(offered).decode())
        return Answer(
            retrieval=Retrieval(self.protocol, self.parameters.base_url, self.municipality),
            url=self._url(edition, "collections"),
            released_at=None,
            validators=validators,
            payload=[collections_file, *(file for features in read.values() for file in features.files)],
            tables={
                self.feed.tables[0].name: Records(
                    files=records,
                    format="json",
                    supplier_columns={column.name: column.meta.supplier_name for column in self.feed.tables[0].columns},
                    expected_rows=sum(features.kept for features in read.values()),
                    largest_record=LARGEST_FEATURE,
                )
            },
            facts={
                "title": str(offered.get("title") or edition.source_id),
                "geometry_version": version[1] if version else "unknown",
                "geometry_sha256": digest.hexdigest(),
                "regions_of_others_left_out": str(sum(features.others for features in read.values())),
            },
            dropped_columns={
                self.feed.tables[0].name: sorted(set().union(*(features.dropped for features in read.values())))
            },
        )

    def _url(self, edition: Edition, part: str) -> str:
        return f"{self.parameters.base_url}/{edition.source_id}/{part}?f=json"

    def _collections(self, edition: Edition, payload: Path) -> tuple[dict[str, Any], PayloadFile]:
        url = self._url(edition, "collections")
        document, body = self.http.get_json(url)
        offered = {str(entry.get("id")) for entry in document.get("collections", [])}
        if missing := sorted(set(self.parameters.collections.values()) - offered):
            raise self._unexpected(
                url,
                f"offers no {', '.join(missing)}",
                f"the collections {', '.join(self.parameters.collections.values())}",
                ", ".join(sorted(offered)) or "none",
            )
        return document, store_answer(payload / "collections.json.gz", body, url)

    def _read(self, edition: Edition, level: str, collection: str, payload: Path, scratch: Path) -> Features:
        """Follow the pages of a collection; each is stored as received and, for landing, as our columns."""
        features, matched, came = Features(), None, 0
        with progress(f"{self.feed.id} {edition.key} {collection}", None) as advance:
            for number, (url, document, body) in enumerate(self._pages(edition, collection), start=1):
                name = f"{collection}-{number:04}.json"
                features.files.append(store_answer(payload / f"{name}.gz", body, url))
                page = document["features"]
                if document.get("numberReturned", len(page)) != len(page):
                    raise self._unexpected(
                        url, "is cut off", f"{document['numberReturned']} features", f"{len(page)} features"
                    )
                matched, came = document.get("numberMatched", matched), came + len(page)
                rows = [row for feature in page if (row := self._row(url, level, feature, features)) is not None]
                features.kept += len(rows)
                (scratch / name).write_bytes(orjson.dumps(rows))
                features.records.append(scratch / name)
                advance(len(page))
        if matched is not None and matched != came:
            raise self._unexpected(url, f"sends {collection} in part", f"{matched} features", f"{came} features")
        if not features.kept:
            region = self.municipality or "the Netherlands"
            problem = f"contains nothing of {region} among its {collection}"
            raise self._unexpected(url, problem, f"the {collection} of {region}", f"{came} of others")
        return features

    def _pages(self, edition: Edition, collection: str) -> Iterator[tuple[str, dict[str, Any], bytes]]:
        first = self._url(edition, f"collections/{collection}/items") + f"&limit={PAGE_SIZE}"
        if self.municipality:
            first += f"&{self.parameters.municipality_property}={quote(self.municipality)}"
        upcoming: str | None = first
        seen: set[str] = set()
        while upcoming:
            url = upcoming
            seen.add(url)
            document, body = self.http.get_json(url)
            if not isinstance(document.get("features"), list):
                came = f"an object with {', '.join(sorted(document)) or 'nothing'}"
                raise self._unexpected(url, "is no list of outlines", "a GeoJSON FeatureCollection", came)
            yield url, document, body
            upcoming = self._next(url, document)
            if upcoming in seen:
                expected = "a new address in every link to the next page"
                raise self._unexpected(url, "links its pages in a circle", expected, upcoming)

    def _next(self, url: str, document: dict[str, Any]) -> str | None:
        """Address of the next page, at the host of the contract."""
        link = next((link.get("href") for link in document.get("links", []) if link.get("rel") == "next"), None)
        if not link:
            return None
        base, target = urlsplit(self.parameters.base_url), urlsplit(urljoin(url, link))
        return urlunsplit((base.scheme, base.netloc, target.path, target.query, ""))

    def _row(self, url: str, level: str, feature: dict[str, Any], features: Features) -> dict[str, Any] | None:
        """Our columns of a feature; None for one of another municipality."""
        properties = feature.get("properties") or {}
        owner = properties.get(self.parameters.municipality_property)
        if owner is None:
            asked = self.parameters.municipality_property
            came = ", ".join(properties) or "no properties at all"
            raise self._unexpected(url, f"does not give '{asked}'", f"'{asked}' for every region", came)
        if self.municipality not in (None, owner):
            features.others += 1
            return None
        row: dict[str, Any] = {LEVEL: level, OUTLINE: feature.get(OUTLINE)}
        for column in self.feed.tables[0].columns:
            names = (column.meta.supplier_name, *column.meta.supplier_aliases)
            name = next((name for name in names if name in row or name in properties), None)
            if name is None:
                raise self._unexpected(
                    url,
                    f"lacks '{names[0]}'",
                    " or ".join(names),
                    ", ".join(properties) or "no properties at all",
                )
            row.setdefault(names[0], properties.get(name))
        features.dropped |= properties.keys() - self._known
        try:
            check_outline(row[OUTLINE])
        except OutlineError as error:
            problem = f"draws {row[self._code_name]} wrongly: {error.problem}"
            raise self._unexpected(url, problem, error.expected, error.came, error.do) from error
        row[OUTLINE] = orjson.dumps(row[OUTLINE]).decode()
        return row

    @property
    def _known(self) -> set[str]:
        metas = [column.meta for column in self.feed.tables[0].columns]
        return {name for meta in metas for name in (meta.supplier_name, *meta.supplier_aliases)}

    @property
    def _code_name(self) -> str:
        """Name under which a row has the region's code: the first column of the table's key."""
        table = self.feed.tables[0]
        return next(column.meta.supplier_name for column in table.columns if column.name == table.key[0])

    def _unexpected(self, url: str, problem: str, expected: str, came: object, do: str | None = None) -> DeliveryError:
        remedy = f"open the address in a browser; if the supplier changed it for good, adapt {self.feed.file}"
        return self.error(f"{url} {problem}", expected, came, do or remedy)
