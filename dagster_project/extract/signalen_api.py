"""Protocol ``signalen_api``: Signalen's private REST API, from which only changed reports are retrieved.

They are combined with the stored ones. Texts, reporters, notes and users, which the API gives with every report, are
never written: only the columns of the contract are, with pseudonyms for numbers of reports. A report's states are in
its history, which is one request per changed report.
"""

import re
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar, TypeVar
from urllib.parse import urlencode, urlsplit

import duckdb
import httpx
import orjson
from pydantic import Field

from dagster_project.contracts.model import Table
from dagster_project.contracts.protocols import BaseUrl, Parameters
from dagster_project.errors import DeliveryError, SupplierUnreachableError
from dagster_project.extract.answer import Answer, Edition, Records, Retrieval, Stored
from dagster_project.extract.examination import Examination
from dagster_project.extract.extractors import Extractor, protocol
from dagster_project.extract.packing import replay_tables, store_table
from dagster_project.extract.progress import progress
from dagster_project.storage.sql import connect, literal, parquet

SIGNALS = "/signals/v1/private/signals/"
CATEGORIES = "/signals/v1/private/categories/"
MAIN_CATEGORIES = "/signals/v1/public/terms/categories/"
PAGE_SIZE = 500
# Number of times that a list is read if it changes while it is read.
READINGS = 3
ALWAYS = "1970-01-01T00:00:00+00:00"
EPOCH = datetime.fromisoformat(ALWAYS)
SLUGS = re.compile(r"/terms/categories/(?P<main>[^/]+)/sub_categories/(?P<sub>[^/?]+)")
# The history names states by Signalen's labels, which were renamed once.
STATES = {
    "Gemeld": "m",
    "In afwachting van behandeling": "i",
    "In behandeling": "b",
    "On hold": "h",
    "Ingepland": "ingepland",
    "Te verzenden naar extern systeem": "ready to send",
    "Extern: te verzenden": "ready to send",
    "Verzonden naar extern systeem": "sent",
    "Extern: verzonden": "sent",
    "Verzending naar extern systeem mislukt": "send failed",
    "Extern: mislukt": "send failed",
    "Melding is afgehandeld in extern systeem": "done external",
    "Extern: afgehandeld": "done external",
    "Afgehandeld": "o",
    "Geannuleerd": "a",
    "Gesplitst": "s",
    "Heropend": "reopened",
    "Verzoek tot afhandeling": "closure requested",
    "Extern: verzoek tot afhandeling": "closure requested",
    "Verzoek tot heropenen": "reopen requested",
    "Reactie gevraagd": "reaction requested",
    "Reactie ontvangen": "reaction received",
    "Doorzetten naar extern": "forward to external",
}

Item = dict[str, Any]
Json = TypeVar("Json", dict, list)
TableRows = dict[str, list[Item]]


class SignalenApiParameters(Parameters):
    """Location of Signalen's private REST API."""

    has_one_table: ClassVar[bool] = False

    base_url: BaseUrl | None = None
    # Changes are requested from this long before the newest stored one.
    overlap_hours: int = Field(default=24, ge=0)


@dataclass
class Known:
    """The stored delivery: the last change of each report, by pseudonym, and the newest term of each category."""

    updated_at: dict[int, datetime] = field(default_factory=dict)
    terms: dict[tuple[str, str], tuple[int, bool]] = field(default_factory=dict)
    last_term_id: int = 0


@protocol("signalen_api", SignalenApiParameters)
@dataclass
class SignalenApi(Extractor[SignalenApiParameters]):
    """Extractor for one Signalen."""

    def replay(self, edition: Edition, payload: Path, scratch: Path) -> dict[str, Records]:
        """Read the tables of a stored payload again; they have the names of the contract."""
        return replay_tables(self.feed.tables, lambda column: (column.name,), payload, scratch)

    def fetch(self, edition: Edition, stored: Stored | None, payload: Path, scratch: Path) -> Answer | None:
        """Fetch what changed and combine it with the stored tables, unless nothing changed."""
        self._require_address()
        known = _known(stored)
        with self._understood():
            items = self._changed_since(known)
            present: Collection[int] = known.updated_at.keys() | items.keys()
            if known.updated_at and len(present) != self._count():
                # Reports were removed, which no filter reports: the whole list has those that remain.
                items = self._list({})
                present = items.keys()
            changed = [item for id_, item in items.items() if _moment(item, "updated_at") != known.updated_at.get(id_)]
            newest = max([*known.updated_at.values(), *(_moment(item, "updated_at") for item in changed)], default=None)
            terms = self._new_terms(known, newest)
            if not changed and not terms and present == known.updated_at.keys() and stored is not None:
                return None
            rows = self._rows(changed) | {"sla": terms}
        return self._answer(rows, present, stored, newest, payload, scratch)

    def examine(self, edition: Edition, scratch: Path) -> Examination:
        """Ask for the number of reports, which needs address, token and rights."""
        self._require_address()
        with self._understood():
            return Examination(table=f"{self._count()} reports")

    def _require_address(self) -> None:
        if self.parameters.base_url is None:
            raise SupplierUnreachableError(
                self.feed.id,
                problem="the address of its API is not set",
                came="no base_url in the settings",
                do=f"set MAANDVERS_SUPPLIERS__{self.feed.supplier.upper()}__BASE_URL to its address before {SIGNALS}",
            )

    def _changed_since(self, known: Known) -> dict[int, Item]:
        """Reports that may have changed; clocks differ, hence the overlap."""
        if not known.updated_at:
            return self._list({})
        since = max(known.updated_at.values()) - timedelta(hours=self.parameters.overlap_hours)
        return self._list({"updated_after": since.isoformat()})

    def _list(self, filters: dict[str, str]) -> dict[int, Item]:
        """Reports by pseudonym. A new report meanwhile shifts the pages, so that one may come twice or not at all."""
        for _ in range(READINGS):
            found, count = {}, 0
            with progress(f"{self.feed.id} list", None) as advance:
                for page in self._pages(SIGNALS, {"ordering": "created_at", **filters}):
                    count = page["count"]
                    found.update({self._pseudonym(item["id"]): _without_persons(item) for item in page["results"]})
                    advance(len(page["results"]))
            if len(found) == count:
                return found
        raise self._unexpected(f"its list changed during {READINGS} readings", f"{count} reports", f"{len(found)}")

    def _count(self) -> int:
        return next(self._pages(SIGNALS, {"ordering": "created_at"}, size=1))["count"]

    def _pages(self, path: str, filters: dict[str, str], size: int = PAGE_SIZE) -> Iterator[Item]:
        """Follow the links to next pages; behind a proxy their host often differs from ours."""
        query, seen = urlencode({**filters, "page_size": size}), set()
        while query:
            seen.add(query)
            page = self._json(f"{path}?{query}", dict)
            yield page
            query = urlsplit(page["_links"]["next"]["href"] or "").query
            if query in seen:
                raise self._unexpected("its pages are linked in a circle", "a last page", "a page again")

    def _json(self, path: str, kind: type[Json]) -> Json:
        try:
            answer = orjson.loads(self.http.get(f"{self.parameters.base_url}{path}"))
        except orjson.JSONDecodeError as error:
            raise self._unexpected("its API gave no JSON", "JSON", f"{error.msg} ({path.partition('?')[0]})") from error
        except SupplierUnreachableError as error:
            cause = error.__cause__
            if isinstance(cause, httpx.HTTPStatusError) and cause.response.status_code in (401, 403):
                raise SupplierUnreachableError(
                    self.feed.id,
                    problem="its API does not let us in",
                    came=f"status {cause.response.status_code} ({self.parameters.base_url}{path.partition('?')[0]})",
                    do=f"put a valid token of an account that may read all reports in "
                    f"MAANDVERS_SUPPLIERS__{self.feed.supplier.upper()}__TOKEN",
                ) from error
            raise
        if not isinstance(answer, kind):
            raise self._unexpected("its API gave other JSON", f"a {kind.__name__}", f"a {type(answer).__name__}")
        return answer

    def _new_terms(self, known: Known, newest: datetime | None) -> list[Item]:
        """Terms of service that are not stored yet. The API gives the newest term, without its start."""
        names = {row["slug"]: row["name"] for page in self._pages(MAIN_CATEGORIES, {}) for row in page["results"]}
        rows: list[Item] = []
        for page in self._pages(CATEGORIES, {}):
            for category in page["results"]:
                link = SLUGS.search(category["_links"]["self"]["public"])
                term = category.get("sla") or {}
                if link is None or term.get("n_days") is None:
                    continue
                name = (names[link["main"]], category["name"])
                value = (term["n_days"], bool(term["use_calendar_days"]))
                if known.terms.get(name) == value:
                    continue
                # A term that replaces another starts when we saw it; the first one that we see has no start.
                since = newest.isoformat() if newest and name in known.terms else ALWAYS
                rows.append(
                    {
                        "sla_id": known.last_term_id + len(rows) + 1,
                        "main_category": name[0],
                        "sub_category": name[1],
                        "term_days": value[0],
                        "is_calendar_days": value[1],
                        "created_at": since,
                    }
                )
        return rows

    def _rows(self, changed: list[Item]) -> TableRows:
        """TableRows of changed reports, in the tables of the contract."""
        rows: TableRows = {"signals": [], "statuses": [], "locations": [], "categories": []}
        with progress(f"{self.feed.id} histories", len(changed)) as advance:
            for item in changed:
                for table, own in self._rows_of(item).items():
                    rows[table] += own
                advance(1)
        return rows

    def _rows_of(self, item: Item) -> TableRows:
        number, place, category = item["id"], item["location"] or {}, item["category"]
        report = self._pseudonym(number)
        history = sorted(
            self._json(f"{SIGNALS}{number}/history", list), key=lambda entry: datetime.fromisoformat(entry["when"])
        )
        states = [entry for entry in history if entry["what"] == "UPDATE_STATUS"]
        assignments = [entry for entry in history if entry["what"] == "UPDATE_CATEGORY_ASSIGNMENT"]
        longitude, latitude = (place.get("geometrie") or {}).get("coordinates") or (None, None)
        assignment = _id(assignments[-1]) if assignments else None
        signal = {
            "report_id": report,
            "source": item["source"],
            "created_at": item["created_at"],
            "updated_at": item["updated_at"],
            "category_assignment_id": assignment,
            "location_id": place.get("id"),
            "status_id": _id(states[-1]) if states else None,
            "priority": (item["priority"] or {}).get("priority"),
            "parent_report_id": self._pseudonym(self._parent(number)) if item["has_parent"] else None,
            "report_type": (item["type"] or {}).get("code"),
        }
        return {
            "signals": [signal],
            "statuses": [
                {"status_id": _id(entry), "report_id": report, "state": self._state(entry), "created_at": entry["when"]}
                for entry in states
            ],
            "locations": [
                {
                    "location_id": place["id"],
                    "report_id": report,
                    "longitude": longitude,
                    "latitude": latitude,
                    "buurt_code": place.get("buurt_code"),
                    "area_code": place.get("area_code"),
                }
            ]
            if place
            else [],
            "categories": [
                {
                    "category_assignment_id": assignment,
                    "report_id": report,
                    "main_category": category["main"],
                    "sub_category": category["sub"],
                }
            ]
            if assignment
            else [],
        }

    def _parent(self, number: int) -> int:
        """Number of the report from which one was split off; only the report's own page has it."""
        link = self._json(f"{SIGNALS}{number}", dict)["_links"]["sia:parent"]["href"]
        return int(urlsplit(link).path.rstrip("/").rpartition("/")[2])

    def _pseudonym(self, number: int) -> int:
        return int(self.lasting_pseudonyms("bigint")(str(number)))

    def _state(self, entry: Item) -> str:
        shown = entry["action"].partition(": ")[2]
        if shown not in STATES:
            raise self._unexpected("it has an unknown state", f"one of {', '.join(STATES)}", shown[:60])
        return STATES[shown]

    def _answer(
        self,
        rows: TableRows,
        present: Collection[int],
        stored: Stored | None,
        newest: datetime | None,
        payload: Path,
        scratch: Path,
    ) -> Answer:
        assert self.parameters.base_url is not None
        files, tables = [], {}
        with connect() as connection:
            connection.execute(
                "CREATE TEMP TABLE present AS SELECT unnest(?::bigint[]) AS report_id", [sorted(present)]
            )
            for table in self.feed.tables:
                bare = scratch / f"{table.name}.csv"
                old = stored.parquet.get(table.name) if stored else None
                _put_together(connection, table, rows[table.name], old, bare)
                files.append(store_table(bare, payload, f"{self.parameters.base_url}{SIGNALS}"))
                tables[table.name] = Records([bare], "csv", {column.name: column.name for column in table.columns})
        return Answer(
            retrieval=Retrieval(self.protocol),
            url=f"{self.parameters.base_url}{SIGNALS}",
            released_at=newest,
            validators={"updated_at": newest.isoformat() if newest else ""},
            payload=files,
            tables=tables,
            facts={"changed_reports": str(len(rows["signals"])), "figures_status": "definitive"},
        )

    @contextmanager
    def _understood(self) -> Iterator[None]:
        """Report an answer of an unknown form without showing its content."""
        try:
            yield
        except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
            name = f" ({error})" if isinstance(error, KeyError) else ""
            raise self._unexpected(
                "its API answers in another form", "Signalen's API, version 2.50", f"{type(error).__name__}{name}"
            ) from error

    def _unexpected(self, problem: str, expected: str, came: str) -> DeliveryError:
        return self.error(
            problem,
            expected,
            came,
            f"try again; if it stays, look at {self.parameters.base_url}{SIGNALS} and at Signalen's release notes, "
            "or use the nightly zip (protocol csv_zip) meanwhile",
        )


def _known(stored: Stored | None) -> Known:
    """Read the stored delivery, by whichever protocol it was retrieved."""
    if stored is None or not stored.parquet:
        return Known()
    with connect() as connection:

        def rows(query: str, table: str) -> list[tuple]:
            return connection.execute(query, [str(stored.parquet[table])]).fetchall()

        reports = rows("SELECT report_id, epoch_us(updated_at) FROM read_parquet(?)", "signals")
        terms = rows(
            "SELECT main_category, sub_category, term_days, is_calendar_days, sla_id FROM read_parquet(?)"
            " ORDER BY created_at, sla_id",
            "sla",
        )
    return Known(
        {number: EPOCH + timedelta(microseconds=stamp) for number, stamp in reports},
        {(main, sub): (days, is_calendar) for main, sub, days, is_calendar, _ in terms},
        max((row[4] for row in terms), default=0),
    )


def _put_together(
    connection: duckdb.DuckDBPyConnection, table: Table, new: list[Item], old: Path | None, target: Path
) -> None:
    """Write new rows and the other stored ones, of reports that still exist, in the order of the key."""
    (key,) = table.key
    names = ", ".join(column.name for column in table.columns)
    types = ", ".join(f"'{column.name}': '{column.data_type}'" for column in table.columns)
    source = target.with_suffix(".json")
    source.write_bytes(orjson.dumps(new))
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE new AS SELECT {names}"
        f" FROM read_json({literal(source)}, format = 'array', columns = {{{types}}})"
    )
    kept = ""
    if old is not None:
        kept = f" UNION ALL SELECT {names} FROM {parquet(old)} WHERE {key} NOT IN (SELECT {key} FROM new)"
        if any(column.name == "report_id" for column in table.columns):
            kept += " AND report_id IN (SELECT report_id FROM present)"
    connection.execute(f"COPY (SELECT {names} FROM new{kept} ORDER BY {key}) TO {literal(target)} (FORMAT csv, HEADER)")
    source.unlink()


def _without_persons(item: Item) -> Item:
    """The fields of a report that we use; those about persons are dropped at once."""
    wanted = ("id", "source", "location", "category", "priority", "type", "created_at", "updated_at", "has_parent")
    return {name: item[name] for name in wanted}


def _moment(item: Item, name: str) -> datetime:
    return datetime.fromisoformat(item[name])


def _id(entry: Item) -> int:
    return int(entry["identifier"].rpartition("_")[2])
