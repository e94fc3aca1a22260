"""Ingestion of a feed: ask for its editions, take the steps for each, and record the state that results.

An error in one edition becomes a problem of that edition, and one in a feed a problem of that feed. New deliveries
become candidates, which await the audit.
"""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from traceback import format_tb

from dagster_project.contracts.model import Feed
from dagster_project.errors import DeliveryError, SupplierUnreachableError, shown
from dagster_project.extract.answer import Edition, NoSuchMunicipalityError, UnlistedError
from dagster_project.extract.extractors import Extractor
from dagster_project.extract.http import Http
from dagster_project.extract.http_age import oldest
from dagster_project.installation.workspace import local_day
from dagster_project.landing.edition import fetch, request_of, stamp, validate, write
from dagster_project.landing.staleness import (
    confirmed,
    refuse_unknown_age,
    remark_on_a_gap,
    remarks_on_age,
    supplier_clock,
)
from dagster_project.landing.store import FeedState, FeedStore, StoredEdition

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
    after = _state_after(store, before, offer, results, extractor.http, started)
    written = {result.edition.key: result.written for result in results if result.written}
    store.record(after, started, [one.delivery_id for one in written.values()])
    confirmed = [result.edition.key for result in results if not (result.written or result.error)]
    errors = (offer.error, *(result.error for result in results))
    is_unreachable = any(isinstance(error, SupplierUnreachableError) for error in errors)
    return Reception(store.feed.id, confirmed, [*written], after.problems, is_unreachable)


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
        request = request_of(store, before, edition)
        remarks = request.remarks
        with store.work_folder(edition.key) as work:
            fetched = fetch(store.feed, extractor, request, work, now)
            if fetched is None:
                return EditionResult(edition, remarks=remarks)
            stamped = stamp(store, request, fetched, now)
            validated = validate(store.feed, edition, stamped.answer, work, local_day(now))
            written = write(store, request, stamped, validated, work, now)
        logger.info("%s %s: received delivery %s", store.feed.id, edition.key, written.delivery_id)
        return EditionResult(edition, written=written, remarks=(*remarks, *stamped.remarks, *validated.remarks))
    except DeliveryError as known:
        error = known
    except Exception as unknown:
        # A mistake of ours in one feed must not keep the other feeds from going on.
        error = _unexpected(store.feed, unknown)
    return EditionResult(edition, error=error, remarks=remarks)


def _state_after(
    store: FeedStore, before: FeedState, offer: Offer, results: Sequence[EditionResult], http: Http, started: datetime
) -> FeedState:
    """The state to record: new candidates, problems, and the clocks of the editions that the supplier confirmed."""
    stored = {"current": {**before.current}, "candidates": {**before.candidates}}
    problems = [] if offer.error is None else [_problem(store, before, offer.error)]
    remarks: list[str] = []
    given_at = oldest(http.response_ages, started)
    # A year in which the municipality did not exist is a gap, unless it is in no year at all.
    gone = {one.edition.key for one in results if isinstance(one.error, NoSuchMunicipalityError)}
    gone -= {edition for edition in gone if before.stored(edition)}
    lacks_municipality = bool(gone) and gone == {one.key for one in offer.editions}
    for result in results:
        edition = result.edition.key
        remarks += result.remarks
        if result.error and edition in gone and not lacks_municipality:
            remarks.append(remark_on_a_gap(edition, result.error))
        elif result.error and _is_gap(store, before, offer, result.edition):
            logger.warning("%s", result.error)
            remarks.append(remark_on_a_gap(edition, result.error))
        elif result.error:
            problems.append(_problem(store, before, result.error))
        if result.written:
            stored["candidates"][edition] = result.written
        # Without a list of editions a newer one might exist, so no clock moves.
        if offer.error is None and result.error is None:
            latest = stored["candidates"] if edition in stored["candidates"] else stored["current"]
            latest[edition] = confirmed(latest[edition], given_at, is_new=result.written is not None, now=started)
    return before.model_copy(
        update={
            **stored,
            "window": [edition for edition in offer.window if edition not in gone],
            "lacks_municipality": lacks_municipality,
            "attempted_at": started,
            "retired_at": None,
            "their_clock": supplier_clock(http.response_ages),
            "problems": problems,
            "remarks": [*remarks, *http.remarks, *remarks_on_age(http.response_ages, started)],
        }
    )


def _is_gap(store: FeedStore, before: FeedState, offer: Offer, edition: Edition) -> bool:
    """Whether an edition is an older one that was never received, for which no clock waits."""
    return edition.key not in store.open_editions(offer.window) and before.stored(edition.key) is None


def _problem(store: FeedStore, before: FeedState, error: DeliveryError) -> str:
    error.kept = store.describe(before.current.values())
    logger.error("%s", error)
    return str(error)


def _unexpected(feed: Feed, error: Exception) -> DeliveryError:
    # The text of an error may repeat a value; its place in the code does not.
    came = type(error).__name__ + (f": {error}" if feed.delivery.shows_values else "")
    logger.error("%s: unexpected %s\n%s", feed.id, shown(came), "".join(format_tb(error.__traceback__)))
    return DeliveryError(
        feed.id,
        problem="was not received because of an unexpected error",
        expected="an error of the supplier that Maandvers knows, or none",
        came=came,
        do="report this with the log of the run",
        is_quarantined=False,
    )
