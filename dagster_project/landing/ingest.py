"""Receiving a feed: ask its supplier for what is new, keep it as a candidate until the audit has judged it."""

import hashlib
import logging
import secrets
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from dagster_project.contracts.model import Feed
from dagster_project.errors import DeliveryError, SupplierUnreachableError
from dagster_project.extract.answer import Answer, Edition, Stored, UnlistedError
from dagster_project.extract.extractors import Extractor
from dagster_project.extract.http_age import oldest
from dagster_project.installation.workspace import local_day
from dagster_project.landing.parquet import describe, last_period, refuse_days_to_come, write_parquet
from dagster_project.landing.staleness import (
    confirmed_at,
    dated,
    refuse_old_pages,
    refuse_unknown_age,
    refuse_what_went_back,
    remark_on_a_gap,
    remarks_on,
    remarks_on_a_repeat,
    their_clock,
)
from dagster_project.landing.store import MANIFEST, FeedState, FeedStore, Manifest, StoredEdition
from dagster_project.storage.atomic import write_file

logger = logging.getLogger(__name__)


@dataclass
class Reception:
    """What came of asking for a feed."""

    feed: str
    confirmed: list[str] = field(default_factory=list)
    received: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    # Some request got no usable answer, so that asking again later may help.
    is_unreachable: bool = False


def receive(store: FeedStore, extractor: Extractor, now: Callable[[], datetime]) -> Reception:
    """Ask the supplier for every edition; what came waits as a candidate, what failed is told and changes nothing."""
    state = store.state()
    started, ages, window = now(), extractor.http.response_ages, state.window
    state.attempted_at, state.retired_at, state.problems, state.remarks, is_listed = started, None, [], [], True
    # A run that was killed may have left half a delivery here.
    shutil.rmtree(store.incoming, ignore_errors=True)
    reception = Reception(store.feed.id)
    try:
        held_years = _held_years(store, state)
        editions = extractor.editions(held_years)
        refuse_unknown_age(store.feed, ages, started)
        _refuse_lost_years(store, editions, held_years)
        state.window = [edition.key for edition in editions]
    except UnlistedError as error:
        editions, is_listed = error.known, False
        state.window = state.window or [edition.key for edition in editions]
        _tell(error, store, state, reception)
    except DeliveryError as error:
        editions = []
        _tell(error, store, state, reception)
    except Exception as error:
        editions = []
        logger.exception("%s: unexpected", store.feed.id)
        _tell(_unforeseen(store, error), store, state, reception)
    for edition in editions:
        try:
            candidate = _receive_edition(store, extractor, edition, state, now())
        except DeliveryError as error:
            _tell(error, store, state, reception, edition)
            if not is_listed and isinstance(error, SupplierUnreachableError):
                # Neither its list nor a table answers: waiting for every other table takes hours.
                break
            continue
        except Exception as error:
            # A mistake of ours in one feed must not keep the other feeds from going on.
            logger.exception("%s %s: unexpected", store.feed.id, edition.key)
            _tell(_unforeseen(store, error), store, state, reception, edition)
            continue
        if candidate is None:
            reception.confirmed.append(edition.key)
        else:
            state.candidates[edition.key] = candidate
            reception.received.append(edition.key)
    state.their_clock = their_clock(ages)
    state.remarks += [*extractor.http.remarks, *remarks_on(ages, started)]
    if not reception.problems:
        given_at = oldest(ages, started)
        known = [held.known_at or given_at for edition in editions if (held := _held(state, edition.key))]
        is_as_before = not state.candidates and state.window == window
        state.confirmed_at = confirmed_at(state, known or [given_at], is_as_before=is_as_before, now=started)
    store.save(state)
    return reception


def retire(store: FeedStore, now: datetime) -> None:
    """Remember since when a feed that was asked for is not used any more; until it is asked for again."""
    state = store.state()
    if state.attempted_at and state.retired_at is None:
        state.retired_at = now
        store.save(state)


def _refuse_lost_years(store: FeedStore, editions: list[Edition], held: Mapping[int, str]) -> None:
    """A list that no longer has the newest year is an old list: going by it would show older figures as the newest."""
    listed = [edition.year for edition in editions if edition.year is not None]
    if held and listed and max(held) > max(listed):
        raise DeliveryError(
            store.feed.id,
            problem=f"no longer lists its table of {max(held)}",
            expected=f"{held[max(held)]}, which we hold, or a newer one",
            came=f"{max(listed)} as the newest",
            do="wait for the next run: a cache on the way may keep an old list; if it lasts, ask the supplier",
            is_quarantined=False,
        )


def _held_years(store: FeedStore, state: FeedState) -> dict[int, str]:
    return {
        int(year): manifest.source_id
        for year, held in state.current.items()
        if year.isdigit() and (manifest := store.written_manifest(held.delivery_id))
    }


def contract_version(feed: Feed, edition: Edition) -> str:
    """Changes when the contract asks for other columns, so that what we hold must be fetched anew."""
    wanted = [
        (table.name, column.model_dump(include={"name", "data_type", "meta"}))
        for table in feed.tables
        for column in table.expected_columns(edition.year)
    ]
    return hashlib.sha256(repr(wanted).encode()).hexdigest()[:12]


def _receive_edition(
    store: FeedStore, extractor: Extractor, edition: Edition, state: FeedState, now: datetime
) -> StoredEdition | None:
    """Fetch one edition; None when the supplier confirms what we hold."""
    version = contract_version(store.feed, edition)
    held = _held(state, edition.key)
    known = None
    damage = store.damage(held.delivery_id) if held else None
    if damage:
        # A delivery made of this one and of what changed since would carry the damage on, under a seal of its own.
        logger.warning("%s", damage)
        state.remarks.append(f"{damage.splitlines()[0]}; all of edition {edition.key} was asked for anew")
    elif held and held.contract_version == version:
        tables = {table.name: store.parquet(held.delivery_id, table.name) for table in store.feed.tables}
        known = Stored(held.validators, held.known_at, tables)
    work = store.incoming / f"{edition.key}-{secrets.token_hex(4)}"
    payload, scratch = work / "payload", work / "scratch"
    payload.mkdir(parents=True)
    scratch.mkdir()
    ages_before = len(extractor.http.response_ages)
    try:
        answer = extractor.fetch(edition, known, payload, scratch)
        ages = extractor.http.response_ages[ages_before:]
        refuse_unknown_age(store.feed, ages, now)
        if answer is None:
            return None
        refuse_old_pages(store.feed, edition, answer, ages, now)
        answer, remarks = dated(store, edition, answer, oldest(ages, now), now)
        state.remarks += remarks
        delivery_id = _content_address(edition, answer, version)
        if held and held.delivery_id != delivery_id and (before := store.written_manifest(held.delivery_id)):
            refuse_what_went_back(store.feed, edition, answer, before)
        if not damage and (before := store.written_manifest(delivery_id)):
            state.remarks += remarks_on_a_repeat(answer, before)
        _write_delivery(store, edition, answer, version, delivery_id, work, now)
    except DeliveryError as error:
        shutil.rmtree(scratch, ignore_errors=True)
        if error.is_quarantined:
            store.move_to_quarantine(work, _name_of_failure(edition, work, str(error)), str(error))
        raise
    finally:
        shutil.rmtree(work, ignore_errors=True)
    logger.info("%s %s: received delivery %s", store.feed.id, edition.key, delivery_id)
    return StoredEdition(
        delivery_id=delivery_id,
        previous_id=_comparable(store, state.current.get(edition.key)),
        contract_version=version,
        validators=answer.validators,
        known_at=answer.known_at,
    )


def _held(state: FeedState, edition: str) -> StoredEdition | None:
    """The newest that we hold of an edition, judged or not."""
    return state.candidates.get(edition) or state.current.get(edition)


def _comparable(store: FeedStore, current: StoredEdition | None) -> str | None:
    """The last delivery with which what came in can be compared."""
    before = (current.delivery_id, current.previous_id) if current else ()
    return next((one for one in before if one and not store.damage(one)), None)


def _write_delivery(
    store: FeedStore, edition: Edition, answer: Answer, version: str, delivery_id: str, work: Path, now: datetime
) -> None:
    """Turn the answer into a finished delivery under the name made from its content."""
    tables = {}
    for table in store.feed.tables:
        target = work / f"{table.name}.parquet"
        columns = write_parquet(store.feed, edition, table, answer.tables[table.name], work / "scratch", target)
        tables[table.name] = describe(target, columns, answer.dropped_columns.get(table.name, []))
    period_end = None
    if period := store.feed.period_column:
        target = work / f"{period[0]}.parquet"
        period_end = last_period(target, *period[1:])
        if "period" in store.feed.delivery.clocks:
            refuse_days_to_come(store.feed, edition, target, *period, local_day(now))
    manifest = Manifest(
        feed=store.feed.id,
        edition=edition.key,
        source_id=edition.source_id,
        delivery_id=delivery_id,
        retrieval=answer.retrieval,
        url=answer.url,
        received_at=now,
        released_at=answer.released_at,
        period_end=period_end,
        contract_version=version,
        headers=answer.headers,
        facts=answer.facts,
        payload=answer.payload,
        tables=tables,
    )
    shutil.rmtree(work / "scratch")
    write_file(work / MANIFEST, manifest.model_dump_json(indent=2).encode())
    store.add(work, delivery_id)


def _content_address(edition: Edition, answer: Answer, version: str) -> str:
    """Made from the records alone: a page's envelope holds addresses that change while no figure does.

    Figures that are called definitive without a change are another delivery, for they are said to be something else.
    """
    status = answer.facts.get("figures_status", "")
    digest = hashlib.sha256(f"{edition.source_id} {version} {status}".encode())
    for records in answer.tables.values():
        for file in [*records.files, *(lookup.file for lookup in records.lookups.values())]:
            with file.open("rb") as content:
                digest.update(hashlib.file_digest(content, "sha256").digest())
    return digest.hexdigest()[:16]


def _name_of_failure(edition: Edition, work: Path, reason: str) -> str:
    """The same failure with the same payload gets the same name, so that a daily repeat is kept once."""
    digest = hashlib.sha256(reason.encode())
    for file in sorted((work / "payload").iterdir()):
        digest.update(file.read_bytes())
    return f"{edition.key}-{digest.hexdigest()[:16]}"


def _unforeseen(store: FeedStore, error: Exception) -> DeliveryError:
    return DeliveryError(
        store.feed.id,
        problem="was not received, for a reason that nobody foresaw",
        expected="an error of the supplier that Maandvers knows, or none",
        came=f"{type(error).__name__}: {error}",
        do="report this with the log of the run",
    )


def _tell(
    error: DeliveryError, store: FeedStore, state: FeedState, reception: Reception, edition: Edition | None = None
) -> None:
    if edition and edition.key not in store.open_editions(state.window) and _held(state, edition.key) is None:
        state.remarks.append(remark_on_a_gap(edition.key, error))
        logger.warning("%s", error)
        return
    error.kept = store.told(state.current.values())
    logger.error("%s", error)
    reception.problems.append(str(error))
    reception.is_unreachable |= isinstance(error, SupplierUnreachableError)
    state.problems.append(str(error))
