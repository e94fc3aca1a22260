"""What held for a feed at any moment in the past: the states that its audits left, one after the other."""

import logging
from collections.abc import Sequence
from datetime import date, datetime

from dagster_project.errors import SetupError
from dagster_project.installation.workspace import LOCAL_TIME, local_day
from dagster_project.landing.store import FeedState, FeedStore
from dagster_project.storage.event_log import Entry

logger = logging.getLogger(__name__)


def remember(store: FeedStore, now: datetime) -> None:
    """Keep what holds after an audit, where that is not what held before."""
    for problem in store.event_log.problems():
        logger.warning("%s %s: what was known on an earlier day cannot be told", store.event_log.file, problem)
    content = store.state().model_dump(mode="json")
    before = [entry.content for entry in store.event_log.readable()[-1:]] or [FeedState().model_dump(mode="json")]
    if [content] != before:
        store.event_log.append(now, content)


def entries_until(store: FeedStore, day: date) -> list[Entry]:
    """What was kept of a feed by the end of a day, oldest first.

    Raises SetupError when that was changed outside Maandvers.
    """
    return [entry for entry in store.event_log.entries() if local_day(entry.at) <= day]


def state_of(entry: Entry) -> FeedState:
    """The state as it was kept."""
    return FeedState.model_validate(entry.content)


def ever_current(store: FeedStore) -> set[str]:
    """Deliveries that stood for an edition at any time: what was known then is made from these."""
    states = [store.state(), *map(state_of, store.event_log.readable())]
    return {held.delivery_id for state in states for held in state.current.values()}


def refuse_to_go_back(stores: Sequence[FeedStore], now: datetime) -> None:
    """Keep a run whose clock was set back from writing history into the past.

    Raises SetupError that names both moments.
    """
    # What a damaged book says of its time is nothing to go by.
    books = [store.event_log for store in stores if not any(store.event_log.problems())]
    last = max((entry.at for book in books for entry in book.readable()[-1:]), default=now)
    if now < last:
        raise SetupError(
            f"it is {_told(now)}, but the last run here was on {_told(last)}: history is not written backwards\n"
            "  do: set the clock of this machine right, or leave out --as-of; --as-known-on tells what was known on an"
            " earlier day. If that last run had a wrong clock, put landing back from the back-up of before it"
        )


def _told(moment: datetime) -> str:
    return f"{moment.astimezone(LOCAL_TIME):%Y-%m-%d %H:%M}"
