"""An installation with some days of history, without dbt: deliveries that were received, admitted and recorded."""

import gzip
import hashlib
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path

import duckdb
from main_line.installation import Installation

from dagster_project.extract.answer import PayloadFile, Retrieval
from dagster_project.landing.history import record_audit
from dagster_project.landing.parquet import describe
from dagster_project.landing.store import MANIFEST, FeedStore, Manifest, StoredEdition

from .receiving import contract

CBS, CRIMES = "cbs.key_figures", "police.crime_monthly"


def morning(day: date) -> datetime:
    return datetime.combine(day, time(5), UTC)


@dataclass
class Lived:
    """A home with landing; each delivery has one number."""

    home: Path

    @property
    def installation(self) -> Installation:
        return Installation(self.home)

    def workspace(self, today: date):
        return self.installation.workspace(today)

    def store(self, feed: str = CRIMES) -> FeedStore:
        return FeedStore(self.home / "landing", contract(feed))

    def receive(self, day: date, number: int, feed: str = CRIMES, edition: str = "current") -> str:
        """Receive and admit a delivery; returns its id."""
        store = self.store(feed)
        delivery_id = hashlib.sha256(f"{feed} {edition} {number}".encode()).hexdigest()[:16]
        _write(store, delivery_id, edition, day, number)
        state = store.state()
        before = state.current.get(edition)
        stored = StoredEdition(
            delivery_id=delivery_id,
            previous_id=before.delivery_id if before else None,
            contract_version="1",
            validators={},
        )
        changes = {"current": {**state.current, edition: stored}, "window": sorted({*state.window, edition})}
        store.record(state.model_copy(update=changes), morning(day), [delivery_id])
        self.confirm(day, feed)
        return delivery_id

    def confirm(self, day: date, feed: str = CRIMES) -> None:
        """Record that the supplier has nothing newer."""
        store = self.store(feed)
        moments = dict.fromkeys(("attempted_at", "checked_at"), morning(day))
        record_audit({store: store.state().model_copy(update=moments)}, morning(day))


def _write(store: FeedStore, delivery_id: str, edition: str, day: date, number: int) -> None:
    work = store.incoming / delivery_id
    (work / "payload").mkdir(parents=True)
    content = f'[{{"number": {number}}}]'.encode()
    (work / "payload" / "page-1.json.gz").write_bytes(gzip.compress(content, mtime=0))
    tables = {}
    for table in store.feed.tables:
        file = work / f"{table.name}.parquet"
        columns = ", ".join(f"null::{column.data_type} AS {column.name}" for column in table.columns)
        duckdb.execute(f"COPY (SELECT {columns}) TO '{file}' (FORMAT parquet)")
        tables[table.name] = describe(file, [column.name for column in table.columns], [])
    manifest = Manifest(
        feed=store.feed.id,
        edition=edition,
        source_id="47022NED",
        delivery_id=delivery_id,
        retrieval=Retrieval("odata_v3", "https://data.example", None),
        url="https://data.example/47022NED",
        received_at=morning(day),
        released_at=morning(day),
        period_end=None,
        contract_version="1",
        headers={},
        facts={},
        payload=[
            PayloadFile(
                name="page-1.json.gz",
                url="https://data.example/47022NED",
                sha256=hashlib.sha256(content).hexdigest(),
            )
        ],
        tables=tables,
    )
    (work / MANIFEST).write_bytes(manifest.model_dump_json(indent=2).encode())
    store.add(work, delivery_id)
