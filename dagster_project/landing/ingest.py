"""Ingestion of a feed in small steps over values: ask, fetch, stamp, validate, write, record.

Every step takes values and returns another one; only the last changes the state of the feed. An error in one edition
becomes a problem of that edition, and one in a feed a problem of that feed. New deliveries await the audit.
"""

import hashlib
import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from dagster_project.contracts.model import Feed
from dagster_project.errors import DeliveryError, SupplierUnreachableError
from dagster_project.extract.answer import Answer, Edition, Stored, UnlistedError
from dagster_project.extract.extractors import Extractor
from dagster_project.extract.http_age import ResponseAge, oldest
from dagster_project.installation.workspace import local_day
from dagster_project.landing.parquet import describe, last_period, refuse_future_days, write_parquet
from dagster_project.landing.staleness import (
    confirmed_at,
    refuse_backdated,
    refuse_old_pages,
    refuse_unknown_age,
    remark_on_a_gap,
    remarks_on_a_repeat,
    remarks_on_age,
    supplier_clock,
    with_real_age,
)
from dagster_project.landing.store import (
    MANIFEST,
    SCRATCH,
    FeedState,
    FeedStore,
    Manifest,
    StoredEdition,
    TableManifest,
)
from dagster_project.storage.atomic import write_file

logger = logging.getLogger(__name__)

Now = Callable[[], datetime]


@dataclass(frozen=True)
class Reception:
    """Result of asking for a feed: editions that were confirmed and received, and problems."""

    feed: str
    confirmed: list[str]
    received: list[str]
    problems: list[str]
    # Some request got no usable answer, so that asking again later may help.
    is_unreachable: bool


@dataclass(frozen=True)
class Offer:
    """The editions to ask for, and the window: those that the supplier has."""

    editions: list[Edition]
    window: list[str]
    is_listed: bool = True
    error: DeliveryError | None = None


@dataclass(frozen=True)
class Question:
    """One edition to ask for, with the stored delivery by which the supplier may confirm it."""

    edition: Edition
    contract_version: str
    stored: StoredEdition | None
    # Describes damage to the stored delivery, all of which is then asked for again.
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


@dataclass(frozen=True)
class EditionResult:
    """Result of asking for one edition: confirmed, received (``written``) or failed (``error``)."""

    edition: Edition
    written: StoredEdition | None = None
    error: DeliveryError | None = None
    remarks: tuple[str, ...] = ()


def receive(store: FeedStore, extractor: Extractor, now: Now) -> Reception:
    """Ask the supplier for every edition and record the result; new deliveries become candidates."""
    before, started = store.state(), now()
    store.clear_incoming()
    offer = ask(store, extractor, before, started)
    results = [*_ask_editions(store, extractor, before, offer, now)]
    after = _state_after(store, before, offer, results, extractor.http.response_ages, extractor.http.remarks, started)
    written = {result.edition.key: result.written for result in results if result.written}
    store.record(after, started, [one.delivery_id for one in written.values()])
    return Reception(
        store.feed.id,
        confirmed=[result.edition.key for result in results if not (result.written or result.error)],
        received=[*written],
        problems=after.problems,
        is_unreachable=any(
            isinstance(error, SupplierUnreachableError) for error in (offer.error, *(one.error for one in results))
        ),
    )


def retire(store: FeedStore, now: datetime) -> None:
    """Record since when a feed that was asked for is no longer used, until it is asked for again."""
    state = store.state()
    if state.attempted_at and state.retired_at is None:
        store.record(state.model_copy(update={"retired_at": now}), now)


def ask(store: FeedStore, extractor: Extractor, before: FeedState, now: datetime) -> Offer:
    """Ask which editions there are."""
    try:
        stored_years = _stored_years(store, before)
        editions = extractor.editions(stored_years)
        refuse_unknown_age(store.feed, extractor.http.response_ages, now)
        _refuse_lost_years(store.feed, editions, stored_years)
    except UnlistedError as error:
        known = error.known
        return Offer(known, before.window or [edition.key for edition in known], is_listed=False, error=error)
    except DeliveryError as error:
        return Offer([], before.window, error=error)
    except Exception as error:
        logger.exception("%s: unexpected", store.feed.id)
        return Offer([], before.window, error=_unexpected(store.feed, error))
    return Offer(editions, [edition.key for edition in editions])


def _stored_years(store: FeedStore, state: FeedState) -> dict[int, str]:
    return {
        int(year): manifest.source_id
        for year, stored in state.current.items()
        if year.isdigit() and (manifest := store.written_manifest(stored.delivery_id))
    }


def _refuse_lost_years(feed: Feed, editions: list[Edition], stored: Mapping[int, str]) -> None:
    """Refuse a list without the newest stored year: it is an old list, and would show older figures as the newest."""
    listed = [edition.year for edition in editions if edition.year is not None]
    if stored and listed and max(stored) > max(listed):
        raise DeliveryError(
            feed.id,
            problem=f"no longer lists its table of {max(stored)}",
            expected=f"the stored table {stored[max(stored)]}, or a newer one",
            came=f"{max(listed)} as the newest",
            do="wait for the next run: a cache on the way may keep an old list; if it lasts, ask the supplier",
            is_quarantined=False,
        )


def _ask_editions(
    store: FeedStore, extractor: Extractor, before: FeedState, offer: Offer, now: Now
) -> Iterator[EditionResult]:
    for edition in offer.editions:
        result = _ask_edition(store, extractor, before, edition, now())
        yield result
        if not offer.is_listed and isinstance(result.error, SupplierUnreachableError):
            # Neither its list nor a table answers: waiting for every other table takes hours.
            return


def _ask_edition(
    store: FeedStore, extractor: Extractor, before: FeedState, edition: Edition, now: datetime
) -> EditionResult:
    remarks: tuple[str, ...] = ()
    error: DeliveryError
    try:
        question = _question(store, before, edition)
        remarks = question.remarks
        with store.work_folder(edition.key) as work:
            fetched = fetch(store, extractor, question, work, now)
            if fetched is None:
                return EditionResult(edition, remarks=remarks)
            stamped = stamp(store, question, fetched, now)
            validated = validate(store.feed, edition, stamped.answer, work, local_day(now))
            written = write(store, question, stamped, validated, work, now)
        logger.info("%s %s: received delivery %s", store.feed.id, edition.key, written.delivery_id)
        return EditionResult(edition, written=written, remarks=(*remarks, *stamped.remarks))
    except DeliveryError as known:
        error = known
    except Exception as unknown:
        # A mistake of ours in one feed must not keep the other feeds from going on.
        logger.exception("%s %s: unexpected", store.feed.id, edition.key)
        error = _unexpected(store.feed, unknown)
    return EditionResult(edition, error=error, remarks=remarks)


def _question(store: FeedStore, before: FeedState, edition: Edition) -> Question:
    stored, current = before.stored(edition.key), before.current.get(edition.key)
    earlier = (current.delivery_id, current.previous_id) if current else ()
    return Question(
        edition,
        contract_version(store.feed, edition),
        stored,
        # A delivery made of a damaged one and of later changes would carry the damage on, under new checksums.
        damage=store.damage(stored.delivery_id) if stored else None,
        comparable_id=next((one for one in earlier if one and not store.damage(one)), None),
    )


def contract_version(feed: Feed, edition: Edition) -> str:
    """Hash of the columns in the contract: if it changes, a stored edition is fetched again."""
    wanted = [
        (table.name, column.model_dump(include={"name", "data_type", "meta"}))
        for table in feed.tables
        for column in table.expected_columns(edition.year)
    ]
    return hashlib.sha256(repr(wanted).encode()).hexdigest()[:12]


def fetch(store: FeedStore, extractor: Extractor, question: Question, work: Path, now: datetime) -> Fetched | None:
    """Fetch an edition; None if the supplier confirms the stored one."""
    known, stored = None, question.stored
    if stored and not question.damage and stored.contract_version == question.contract_version:
        tables = {table.name: store.parquet(stored.delivery_id, table.name) for table in store.feed.tables}
        known = Stored(stored.validators, stored.known_at, tables)
    ages_before = len(extractor.http.response_ages)
    answer = extractor.fetch(question.edition, known, work / "payload", work / SCRATCH)
    ages = extractor.http.response_ages[ages_before:]
    refuse_unknown_age(store.feed, ages, now)
    return None if answer is None else Fetched(answer, ages)


def stamp(store: FeedStore, question: Question, fetched: Fetched, now: datetime) -> Stamped:
    """Determine the real age and the content address of an answer. Raises DeliveryError for a stale one."""
    edition, ages = question.edition, fetched.ages
    refuse_old_pages(store.feed, edition, fetched.answer, ages, now)
    answer, remarks = with_real_age(store.feed, edition, fetched.answer, store.manifests(), oldest(ages, now), now)
    delivery_id = _content_address(edition, answer, question.contract_version)
    stored = question.stored
    if stored and stored.delivery_id != delivery_id and (manifest := store.written_manifest(stored.delivery_id)):
        refuse_backdated(store.feed, edition, answer, manifest)
    if not question.damage and (manifest := store.written_manifest(delivery_id)):
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
    tables = {}
    for table in feed.tables:
        target = work / f"{table.name}.parquet"
        columns = write_parquet(feed, edition, table, answer.tables[table.name], work / SCRATCH, target)
        tables[table.name] = describe(target, columns, answer.dropped_columns.get(table.name, []))
    period_end = None
    if period := feed.period_column:
        target = work / f"{period[0]}.parquet"
        period_end = last_period(target, *period[1:])
        if "period" in feed.delivery.clocks:
            refuse_future_days(feed, edition, target, *period, today)
    return Validated(tables, period_end)


def write(
    store: FeedStore, question: Question, stamped: Stamped, validated: Validated, work: Path, now: datetime
) -> StoredEdition:
    """Store the delivery under its content address, with its manifest."""
    answer, edition = stamped.answer, question.edition
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
        contract_version=question.contract_version,
        headers=answer.headers,
        facts=answer.facts,
        payload=answer.payload,
        tables=validated.tables,
    )
    write_file(work / MANIFEST, manifest.model_dump_json(indent=2).encode())
    store.add(work, stamped.delivery_id)
    return StoredEdition(
        delivery_id=stamped.delivery_id,
        previous_id=question.comparable_id,
        contract_version=question.contract_version,
        validators=answer.validators,
        known_at=answer.known_at,
    )


def _state_after(
    store: FeedStore,
    before: FeedState,
    offer: Offer,
    results: list[EditionResult],
    ages: list[ResponseAge],
    remarks: list[str],
    started: datetime,
) -> FeedState:
    """The state to record: what arrived, what failed, and up to when the supplier confirmed all of it."""
    candidates = before.candidates | {result.edition.key: result.written for result in results if result.written}
    after = before.model_copy(
        update={
            "candidates": candidates,
            "window": offer.window,
            "attempted_at": started,
            "retired_at": None,
            "their_clock": supplier_clock(ages),
        }
    )
    problems, gaps = _failures(store, before, offer, results)
    own = [remark for result in results for remark in (*result.remarks, *gaps.get(result.edition.key, ()))]
    confirmed = before.confirmed_at
    if not problems:
        given_at = oldest(ages, started)
        stored = [after.stored(edition.key) for edition in offer.editions]
        known = [one.known_at or given_at for one in stored if one]
        is_as_before = not candidates and offer.window == before.window
        confirmed = confirmed_at(before, known or [given_at], is_as_before=is_as_before, now=started)
    return after.model_copy(
        update={
            "problems": problems,
            "remarks": [*own, *remarks, *remarks_on_age(ages, started)],
            "confirmed_at": confirmed,
        }
    )


def _failures(
    store: FeedStore, before: FeedState, offer: Offer, results: list[EditionResult]
) -> tuple[list[str], dict[str, list[str]]]:
    """Problems that keep the clocks from moving, and remarks on older editions that were never received."""
    kept = store.describe(before.current.values())
    open_editions = store.open_editions(offer.window)
    problems: list[str] = []
    gaps: dict[str, list[str]] = {}
    for edition, error in [(None, offer.error), *((result.edition.key, result.error) for result in results)]:
        if error is None:
            continue
        if edition and edition not in open_editions and before.stored(edition) is None:
            gaps[edition] = [remark_on_a_gap(edition, error)]
            logger.warning("%s", error)
            continue
        error.kept = kept
        logger.error("%s", error)
        problems.append(str(error))
    return problems, gaps


def _unexpected(feed: Feed, error: Exception) -> DeliveryError:
    return DeliveryError(
        feed.id,
        problem="was not received because of an unexpected error",
        expected="an error of the supplier that Maandvers knows, or none",
        came=f"{type(error).__name__}: {error}",
        do="report this with the log of the run",
        is_quarantined=False,
    )
