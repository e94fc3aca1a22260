"""Steps for one edition: request, fetch, stamp, validate, write. Each takes values and returns another."""

import hashlib
import json
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from dagster_project.contracts.model import Feed
from dagster_project.errors import shown_in
from dagster_project.extract.answer import Answer, Edition, Stored
from dagster_project.extract.extractors import Extractor
from dagster_project.extract.http_age import ResponseAge, oldest
from dagster_project.landing.parquet import describe, last_period, write_parquet
from dagster_project.landing.staleness import (
    refuse_backdated,
    refuse_old_pages,
    refuse_unknown_age,
    remarks_on_a_repeat,
    with_real_age,
)
from dagster_project.landing.store import (
    MANIFEST,
    PAYLOAD,
    SCRATCH,
    FeedState,
    FeedStore,
    Manifest,
    StoredEdition,
    TableManifest,
)
from dagster_project.storage.atomic import write_file


@dataclass(frozen=True)
class EditionRequest:
    """One edition to ask for, and the stored delivery of it."""

    edition: Edition
    contract_version: str
    stored: StoredEdition | None
    # The stored delivery as its supplier may confirm it; None if all of the edition is asked for.
    known: Stored | None
    # Describes damage to the stored delivery.
    damage: str | None
    # The last intact delivery that passed the audit, with which a new one is compared.
    comparable_id: str | None

    @property
    def remarks(self) -> tuple[str, ...]:
        """Why a stored edition is asked for again."""
        if self.damage is None:
            return ()
        return (f"{self.damage.splitlines()[0]}; all of edition {self.edition.key} was asked for again",)


@dataclass(frozen=True)
class Fetched:
    """An answer with new figures, and the ages of the responses that it consists of."""

    answer: Answer
    ages: list[ResponseAge]


@dataclass(frozen=True)
class Stamped:
    """An answer with its real age, and the content address of its delivery."""

    answer: Answer
    delivery_id: str
    remarks: list[str]


@dataclass(frozen=True)
class Validated:
    """The typed tables of an answer, which follow the contract."""

    tables: dict[str, TableManifest]
    period_end: date | None
    remarks: list[str]


def request_of(store: FeedStore, state: FeedState, edition: Edition) -> EditionRequest:
    """Determine what to ask for an edition."""
    version, known = contract_version(store.feed, edition), None
    stored, current = state.stored(edition.key), state.current.get(edition.key)
    damage = store.damage(stored.delivery_id) if stored else None
    # A delivery made of a damaged one and of later changes would carry the damage on, under new checksums.
    if stored and not damage and stored.contract_version == version:
        tables = {table.name: store.parquet(stored.delivery_id, table.name) for table in store.feed.tables}
        known = Stored(stored.validators, stored.known_at, tables)
    earlier = (current.delivery_id, current.previous_id) if current else ()
    comparable_id = next((one for one in earlier if one and not store.damage(one)), None)
    return EditionRequest(edition, version, stored, known, damage, comparable_id)


def contract_version(feed: Feed, edition: Edition) -> str:
    """Hash of the columns in the contract: if it changes, a stored edition is fetched again."""
    wanted = [
        (table.name, column.model_dump(include={"name", "data_type", "meta"}))
        for table in feed.tables
        for column in table.expected_columns(edition.year)
    ]
    return hashlib.sha256(repr(wanted).encode()).hexdigest()[:12]


def fetch(feed: Feed, extractor: Extractor, request: EditionRequest, work: Path, now: datetime) -> Fetched | None:
    """Fetch an edition; None if the supplier confirms the stored one."""
    ages_before = len(extractor.http.response_ages)
    answer = extractor.fetch(request.edition, request.known, work / PAYLOAD, work / SCRATCH)
    ages = extractor.http.response_ages[ages_before:]
    refuse_unknown_age(feed, ages, now)
    return None if answer is None else Fetched(answer, ages)


def stamp(store: FeedStore, request: EditionRequest, fetched: Fetched, now: datetime) -> Stamped:
    """Determine the real age and the content address of an answer. Raises DeliveryError for a stale one."""
    edition, ages = request.edition, fetched.ages
    refuse_old_pages(store.feed, edition, fetched.answer, ages, now)
    answer, remarks = with_real_age(store.feed, edition, fetched.answer, store.manifests(), oldest(ages, now), now)
    delivery_id = _content_address(edition, answer, request.contract_version)
    stored = request.stored
    if stored and stored.delivery_id != delivery_id and (manifest := store.written_manifest(stored.delivery_id)):
        refuse_backdated(store.feed, edition, answer, manifest)
    if not request.damage and (manifest := store.written_manifest(delivery_id)):
        remarks = [*remarks, *remarks_on_a_repeat(answer, manifest)]
    return Stamped(answer, delivery_id, remarks)


def _content_address(edition: Edition, answer: Answer, version: str) -> str:
    """Hash of the records alone: a page's envelope contains addresses that change while no figure does.

    Figures that become definitive without a change are another delivery, because their status differs.
    """
    status = answer.facts.get("figures_status", "")
    digest = hashlib.sha256(f"{edition.source_id} {version} {status}".encode())
    for records in answer.tables.values():
        for file in [*records.files, *(lookup.file for lookup in records.lookups.values())]:
            with file.open("rb") as content:
                digest.update(hashlib.file_digest(content, "sha256").digest())
    return digest.hexdigest()[:16]


def validate(feed: Feed, edition: Edition, answer: Answer, work: Path, today: date) -> Validated:
    """Write the records as typed Parquet files. Raises DeliveryError for a value that the contract does not allow."""
    tables, remarks = {}, []
    for table in feed.tables:
        target = work / f"{table.name}.parquet"
        written = write_parquet(feed, edition, table, answer.tables[table.name], work / SCRATCH, target, today)
        tables[table.name] = describe(target, written.columns, answer.dropped_columns.get(table.name, []))
        remarks += written.remarks
    period_end = None
    if period := feed.period_column:
        period_end = last_period(work / f"{period[0]}.parquet", *period[1:])
    return Validated(tables, period_end, remarks)


def write(
    store: FeedStore, request: EditionRequest, stamped: Stamped, validated: Validated, work: Path, now: datetime
) -> StoredEdition:
    """Store the delivery under its content address, with its manifest."""
    answer, edition = stamped.answer, request.edition
    manifest = Manifest(
        feed=store.feed.id,
        edition=edition.key,
        source_id=edition.source_id,
        delivery_id=stamped.delivery_id,
        retrieval=answer.retrieval,
        url=answer.url,
        received_at=now,
        released_at=answer.released_at,
        period_end=validated.period_end,
        contract_version=request.contract_version,
        headers=answer.headers,
        facts=answer.facts,
        payload=answer.payload,
        tables=validated.tables,
    )
    written = shown_in(manifest.model_dump(mode="json"))
    write_file(work / MANIFEST, json.dumps(written, indent=2, ensure_ascii=False).encode())
    store.add(work, stamped.delivery_id)
    return StoredEdition(
        delivery_id=stamped.delivery_id,
        previous_id=request.comparable_id,
        contract_version=request.contract_version,
        validators=answer.validators,
        known_at=answer.known_at,
    )
