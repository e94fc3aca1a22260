"""The warehouse before and after dbt: raw views on the current deliveries, and metadata.

A withheld feed gets raw views without rows, so everything that dbt makes from it is empty by construction.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import duckdb
import tenacity

from dagster_project.audit.outcome import AuditOutcome, FeedVerdict
from dagster_project.contracts.model import Column, Feed, Table
from dagster_project.errors import SetupError
from dagster_project.installation.workspace import Workspace
from dagster_project.landing.staleness import LONGEST_RUN
from dagster_project.landing.store import FeedStore
from dagster_project.storage.database import Database
from dagster_project.storage.sql import insert, literal, parquet, transaction

METADATA_SCHEMA = "raw_maandvers"
# Feed, year of the edition, identifier, released, received, status of the figures, address.
Delivery = tuple[str, int | None, str, datetime | None, datetime, str, str]
# A figure as it was published, and when.
PUBLISHED = {
    "region_code": "varchar",
    "region_vintage": "integer",
    "indicator_code": "varchar",
    "period": "varchar",
    "definition": "varchar",
    "value": "double",
    "status": "varchar",
    "is_complete_period": "boolean",
    "published_on": "date",
    "release_number": "integer",
}
# Far longer than dbt takes to build the marts of the whole country.
LONGEST_WAIT_SECONDS = 120


@contextmanager
def open_warehouse(
    warehouse: Database, sleep: Callable[[float], None] = time.sleep
) -> Iterator[duckdb.DuckDBPyConnection]:
    """The one writer's connection, in one transaction; waits while a dbt that outlived a killed run has the file open.

    Raises DatabaseError where it cannot be reached.
    """
    for attempt in _until_free(sleep):
        with attempt:
            connection = warehouse.connect()
    with connection, transaction(connection):
        connection.execute(f"CREATE SCHEMA IF NOT EXISTS {METADATA_SCHEMA}")
        yield connection


@dataclass(frozen=True)
class RawLayer:
    """The raw views to create and the deliveries they show, with what decides the rows of each view."""

    views: Mapping[str, str]
    deliveries: Sequence[Delivery]
    # Per raw table its deliveries, the columns each of them has and what is known of them; without any path.
    contents: Mapping[str, Sequence[object]]


@dataclass(frozen=True)
class Dialect:
    """How an engine names a Parquet file as a table, and the types of contracts that it calls otherwise."""

    parquet: Callable[[Path], str]
    types: Mapping[str, str]

    def type_of(self, data_type: str) -> str:
        """The engine's name of a type."""
        return self.types.get(data_type, data_type)

    def empty(self, column: Column) -> str:
        """A column that has no values."""
        return f"null::{self.type_of(column.data_type)} AS {column.name}"


DUCKDB = Dialect(parquet, {})


def raw_layer(stores: Sequence[FeedStore], verdicts: Sequence[FeedVerdict], dialect: Dialect = DUCKDB) -> RawLayer:
    """Describe the raw schemas: the current delivery of each feed that is not withheld."""
    views, contents = {}, {}
    deliveries = []
    for store, verdict in zip(stores, verdicts, strict=True):
        shown = {} if verdict.is_withheld else verdict.clocks.deliveries
        own = [_delivery(store, edition, delivery_id) for edition, delivery_id in shown.items()]
        for table in store.feed.tables:
            name = f"raw_{store.feed.supplier}.{table.name}"
            views[name] = _view(store, table, shown, dialect)
            # Facts of a delivery that models read count for each of its tables.
            contents[name] = [*own, *(_columns(store, table, delivery_id) for delivery_id in shown.values())]
        deliveries += own
    return RawLayer(views, deliveries, contents)


def write_raw(connection: duckdb.DuckDBPyConnection, raw: RawLayer) -> None:
    """Make the raw views and the table of deliveries."""
    for name, select in raw.views.items():
        connection.execute(f"CREATE SCHEMA IF NOT EXISTS {name.partition('.')[0]}")
        connection.execute(f"CREATE OR REPLACE VIEW {name} AS {select}")
    write_deliveries(connection, raw.deliveries)


def write_deliveries(connection: duckdb.DuckDBPyConnection, deliveries: Sequence[Delivery]) -> None:
    """Make the table of deliveries."""
    connection.execute(f"""
        CREATE OR REPLACE TABLE {METADATA_SCHEMA}.deliveries (
            feed varchar, edition_year integer, delivery_id varchar, released_at timestamptz, received_at timestamptz,
            figures_status varchar, source_url varchar
        )
    """)
    insert(connection, f"{METADATA_SCHEMA}.deliveries", deliveries)


def write_published(connection: duckdb.DuckDBPyConnection, files: Sequence[Path]) -> None:
    """Make the raw view of all that was ever published; a new file alone changes nothing that dbt has built."""
    columns = ", ".join(f"null::{kind} AS {name}" for name, kind in PUBLISHED.items())
    select = f"SELECT {columns} WHERE false"
    if files:
        names = ", ".join(literal(file) for file in files)
        # An earlier version wrote fewer columns.
        select += f" UNION ALL BY NAME SELECT * FROM read_parquet([{names}], union_by_name = true)"
    connection.execute(f"CREATE OR REPLACE VIEW {METADATA_SCHEMA}.published_figures AS {select}")


def write_publication(connection: duckdb.DuckDBPyConnection, day: date) -> None:
    """Write the day on which the figures that stand in the warehouse are, or were first, published."""
    connection.execute(
        f"CREATE OR REPLACE TABLE {METADATA_SCHEMA}.publication AS SELECT {literal(day)}::date AS published_on"
    )


def write_freshness(
    connection: duckdb.DuckDBPyConnection, feeds: Sequence[Feed], verdicts: Sequence[FeedVerdict]
) -> None:
    """Write the clocks: the one table that changes at every run, so that the figures need not."""
    connection.execute(f"""
        CREATE OR REPLACE TABLE {METADATA_SCHEMA}.freshness (
            feed varchar, supplier varchar, checked_at timestamptz, released_at timestamptz, period_end_date date,
            fresh_until date, is_withheld boolean, withheld_reason varchar, withheld_reason_nl varchar,
            is_last_good boolean, raw_tables varchar[]
        )
    """)
    rows = [
        [
            feed.id,
            verdict.clocks.supplier,
            verdict.clocks.checked_at,
            verdict.clocks.released_at,
            verdict.clocks.period_end,
            verdict.clocks.fresh_until,
            verdict.is_withheld,
            verdict.reason,
            verdict.reason_nl,
            verdict.runs_on_last_good,
            [f"raw_{feed.supplier}.{table.name}" for table in feed.tables],
        ]
        for feed, verdict in zip(feeds, verdicts, strict=True)
        if verdict.clocks.is_in_use
    ]
    insert(connection, f"{METADATA_SCHEMA}.freshness", rows)


def audited(workspace: Workspace) -> AuditOutcome:
    """Audit of this run, which every later step reads, and whose day is that of the release.

    Raises SetupError for an audit of an earlier run: what was fresh then need not be now.
    """
    outcome = AuditOutcome.read(workspace.audit)
    assert outcome is not None, "the audit of deliveries runs first"
    if workspace.now() - outcome.judged_at > LONGEST_RUN:
        raise SetupError(
            f"deliveries were last judged on {outcome.as_of}, too long ago to release anything by\n"
            "  do: run the job 'publish', which judges them first"
        )
    return outcome


def current_raw_layer(
    workspace: Workspace, verdicts: Sequence[FeedVerdict] | None = None, dialect: Dialect = DUCKDB
) -> RawLayer:
    """The raw layer of the deliveries that may be shown now, or that other verdicts show."""
    stores = [FeedStore(workspace.landing, feed) for feed in workspace.feeds]
    return raw_layer(stores, audited(workspace).feeds if verdicts is None else verdicts, dialect)


def _until_free(sleep: Callable[[float], None]) -> tenacity.Retrying:
    return tenacity.Retrying(
        sleep=sleep,
        retry=tenacity.retry_if_exception(lambda error: isinstance(error, duckdb.IOException) and "lock" in str(error)),
        wait=tenacity.wait_fixed(0.5),
        stop=tenacity.stop_after_delay(LONGEST_WAIT_SECONDS),
        reraise=True,
    )


def _delivery(store: FeedStore, edition: str, delivery_id: str) -> Delivery:
    manifest = store.manifest(delivery_id)
    return (
        store.feed.id,
        _year(edition),
        delivery_id,
        manifest.released_at,
        manifest.received_at,
        manifest.facts.get("figures_status", "unknown"),
        manifest.url,
    )


def _columns(store: FeedStore, table: Table, delivery_id: str) -> list[str] | None:
    """The columns that a delivery has of a table; None where it has no such table."""
    written = store.manifest(delivery_id).tables.get(table.name)
    return sorted(written.columns) if written else None


def _view(store: FeedStore, table: Table, shown: Mapping[str, str], dialect: Dialect) -> str:
    parts = []
    for edition, delivery_id in shown.items():
        year, written = _year(edition), store.manifest(delivery_id).tables.get(table.name)
        if written is None:
            continue
        # A column that is newer than the delivery is empty.
        columns = ", ".join(
            column.name if column.name in written.columns else dialect.empty(column) for column in table.columns
        )
        parts.append(
            f"SELECT {columns}, {'null' if year is None else year}::integer AS edition_year,"
            f" {literal(delivery_id)} AS delivery_id FROM {dialect.parquet(store.parquet(delivery_id, table.name))}"
        )
    if parts:
        return " UNION ALL ".join(parts)
    empty = ", ".join(map(dialect.empty, table.columns))
    text = dialect.type_of("varchar")
    return f"SELECT {empty}, null::integer AS edition_year, null::{text} AS delivery_id WHERE false"


def _year(edition: str) -> int | None:
    return int(edition) if edition.isdigit() else None
