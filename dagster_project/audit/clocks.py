"""The three clocks of a feed, and until when its figures may be shown."""

from datetime import date, datetime

from pydantic import BaseModel

from dagster_project.contracts.calendar import fresh_until
from dagster_project.contracts.model import Clock, Feed
from dagster_project.landing.store import FeedStore
from dagster_project.workspace import LOCAL_TIME


class Clocks(BaseModel):
    """When a feed was last confirmed, published, and up to when its figures reach."""

    feed: str
    supplier: str
    checked_at: datetime | None
    released_at: datetime | None
    period_end: date | None
    fresh_until: date | None
    asked_at: datetime | None
    problems: list[str]
    deliveries: dict[str, str]

    def date_of(self, clock: Clock) -> date | None:
        """The date a clock shows, in local time."""
        moment = {"checked": self.checked_at, "released": self.released_at, "period": self.period_end}[clock]
        return moment.astimezone(LOCAL_TIME).date() if isinstance(moment, datetime) else moment

    @property
    def is_in_use(self) -> bool:
        """Whether anybody ever asked for this feed here."""
        return self.asked_at is not None


def read_clocks(store: FeedStore) -> Clocks:
    """Read a feed's clocks from landing; they move only by what suppliers said and sent."""
    state = store.state()
    manifests = store.newest_manifests(state)
    clocks = Clocks(
        feed=store.feed.id,
        supplier=store.feed.delivery.supplier_label,
        checked_at=state.checked_at,
        released_at=max((m.released_at for m in manifests.values() if m.released_at), default=None),
        period_end=max((m.period_end for m in manifests.values() if m.period_end), default=None),
        fresh_until=None,
        asked_at=state.attempted_at,
        problems=state.problems,
        deliveries={edition: manifest.delivery_id for edition, manifest in manifests.items()},
    )
    clocks.fresh_until = _limit(store.feed, clocks)
    return clocks


def _limit(feed: Feed, clocks: Clocks) -> date | None:
    """The first limit that any binding clock reaches; unknown as long as one of them is."""
    dates = [clocks.date_of(clock) for clock in feed.delivery.clocks]
    known = [day for day in dates if day is not None]
    if len(known) < len(dates):
        return None
    return min(fresh_until(day, feed.delivery.maximum_age) for day in known)
