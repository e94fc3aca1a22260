"""The three clocks of a feed, until when its figures may be shown, and when newer ones are due."""

from datetime import date, datetime

from pydantic import BaseModel

from dagster_project.contracts.calendar import every_year, fresh_until, next_publication
from dagster_project.contracts.model import Clock, Feed
from dagster_project.installation.workspace import local_day
from dagster_project.landing.store import FeedStore


class Clocks(BaseModel):
    """When a feed was last confirmed, published, and up to when its figures reach."""

    feed: str
    supplier: str
    checked_at: datetime | None
    released_at: datetime | None
    period_end: date | None
    fresh_until: date | None
    # Last day on which the supplier is on time with what comes after this.
    expected: date | None
    asked_at: datetime | None
    # The first day on which the settings said that it is not used any more.
    retired_on: date | None = None
    problems: list[str]
    # What is odd about the age of what came, and keeps no clock from moving.
    remarks: list[str] = []
    deliveries: dict[str, str]
    # Editions of which what is kept is not as it was written: none of the feed can be shown.
    damaged: list[str] = []

    def date_of(self, clock: Clock) -> date | None:
        """The date a clock shows, in local time."""
        moment = {"checked": self.checked_at, "released": self.released_at, "period": self.period_end}[clock]
        return local_day(moment) if isinstance(moment, datetime) else moment

    @property
    def asked_on(self) -> date | None:
        """The date on which the supplier was last asked, in local time, whatever came of it."""
        return local_day(self.asked_at) if self.asked_at else None

    @property
    def is_in_use(self) -> bool:
        """Whether anybody ever asked for this feed here, and the settings still want it."""
        return self.asked_at is not None and self.retired_on is None


def read_clocks(store: FeedStore) -> Clocks:
    """Read a feed's clocks from landing; they move only by what suppliers said and sent."""
    state = store.state()
    damage = {edition: store.damage(held.delivery_id) for edition, held in state.current.items()}
    whole = {edition: held for edition, held in state.current.items() if damage[edition] is None}
    damaged = {edition: told for edition in state.shown if (told := damage[edition])}
    manifests = store.newest_manifests(state.model_copy(update={"current": whole}))
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
        remarks=[] if state.retired_at else state.remarks,
        deliveries={edition: manifest.delivery_id for edition, manifest in manifests.items()},
        damaged=sorted(damaged),
    )
    clocks.fresh_until = _limit(store.feed, clocks)
    clocks.expected = _expected(store.feed, clocks)
    return clocks


def _limit(feed: Feed, clocks: Clocks) -> date | None:
    """The first limit that any binding clock reaches; unknown as long as one of them is."""
    dates = [clocks.date_of(clock) for clock in feed.delivery.clocks]
    known = [day for day in dates if day is not None]
    if len(known) < len(dates):
        return None
    return min(fresh_until(day, feed.delivery.maximum_age) for day in known)


def _expected(feed: Feed, clocks: Clocks) -> date | None:
    """By the supplier's own calendar; a table of one year that names neither period nor date describes that year."""
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
