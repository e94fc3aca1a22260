"""Clocks of a feed, the last day on which its figures may be shown, and the day on which newer ones are due."""

from datetime import date, datetime

from pydantic import BaseModel

from dagster_project.contracts.calendar import every_year, fresh_until, next_publication
from dagster_project.contracts.model import Clock, Feed
from dagster_project.installation.workspace import local_day
from dagster_project.landing.rules import missing_columns
from dagster_project.landing.store import FeedStore


class Clocks(BaseModel):
    """Dates of confirmation, publication and period of a feed, with the limits that follow from them."""

    feed: str
    supplier: str
    checked_at: datetime | None
    released_at: datetime | None
    period_end: date | None
    fresh_until: date | None
    # Last day on which the supplier is on time with its next publication.
    expected: date | None
    asked_at: datetime | None
    # First day on which the settings excluded it.
    retired_on: date | None = None
    problems: list[str]
    # Anomalies in the age of deliveries that do not stop any clock.
    remarks: list[str] = []
    deliveries: dict[str, str]
    # The stored figures are files that were put in a folder here: their supplier was never asked.
    is_from_folder: bool = False
    # Editions that fail their checksum; the feed is withheld as a whole.
    damaged: list[str] = []

    def date_of(self, clock: Clock) -> date | None:
        """Return the date of a clock in local time."""
        moment = {"checked": self.checked_at, "released": self.released_at, "period": self.period_end}[clock]
        return local_day(moment) if isinstance(moment, datetime) else moment

    @property
    def asked_on(self) -> date | None:
        """Local date of the last request to the supplier, successful or not."""
        return local_day(self.asked_at) if self.asked_at else None

    @property
    def is_in_use(self) -> bool:
        """Whether the feed was ever requested and the settings still include it."""
        return self.asked_at is not None and self.retired_on is None


def read_clocks(store: FeedStore) -> Clocks:
    """Read a feed's clocks from landing; only answers and deliveries of suppliers advance them."""
    state = store.state()
    damage = {edition: store.damage(stored.delivery_id) for edition, stored in state.current.items()}
    whole = {edition: stored for edition, stored in state.current.items() if damage[edition] is None}
    damaged = {edition: problem for edition in state.shown if (problem := damage[edition])}
    manifests = store.newest_manifests(state.model_copy(update={"current": whole}))
    lacking = [remark for manifest in manifests.values() for remark in missing_columns(store.feed, manifest)]
    clocks = Clocks(
        feed=store.feed.id,
        supplier=store.feed.delivery.supplier_label,
        checked_at=state.checked_at,
        released_at=max((m.released_at for m in manifests.values() if m.released_at), default=None),
        period_end=max((m.period_end for m in manifests.values() if m.period_end), default=None),
        fresh_until=None,
        expected=None,
        asked_at=state.attempted_at,
        retired_on=local_day(state.retired_at) if state.retired_at else None,
        problems=[] if state.retired_at else [*state.problems, *damaged.values()],
        remarks=[] if state.retired_at else [*state.remarks, *lacking],
        deliveries={edition: manifest.delivery_id for edition, manifest in manifests.items()},
        is_from_folder=any(manifest.url.startswith("file:") for manifest in manifests.values()),
        damaged=sorted(damaged),
    )
    clocks.fresh_until = _limit(store.feed, clocks)
    clocks.expected = _expected(store.feed, clocks)
    return clocks


def _limit(feed: Feed, clocks: Clocks) -> date | None:
    """Return the earliest limit of the binding clocks; None while one of them is unknown."""
    dates = [clocks.date_of(clock) for clock in feed.delivery.clocks]
    known = [day for day in dates if day is not None]
    if len(known) < len(dates):
        return None
    return min(fresh_until(day, feed.delivery.maximum_age) for day in known)


def _expected(feed: Feed, clocks: Clocks) -> date | None:
    """Apply the supplier's calendar; a table of one year without period or date describes that year."""
    published = clocks.date_of("released")
    years = [int(edition) for edition in clocks.deliveries if edition.isdigit()]
    period_end = clocks.period_end
    if period_end is None and published is None and years:
        period_end = date(max(years), 12, 31)
    last = published or period_end
    yearly = every_year(feed.delivery.announced_every_year, last) if last else []
    return next_publication(
        period_end=period_end,
        published=published,
        cadence=feed.delivery.cadence,
        publication_lag=feed.delivery.publication_lag,
        announced=(*feed.delivery.announced, *yearly),
    )
