"""State of the feeds at any past moment: the states that audits recorded in the event log."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from dagster_project.errors import SetupError
from dagster_project.installation.workspace import LOCAL_TIME, local_day
from dagster_project.landing.store import FeedState, FeedStore
from dagster_project.storage.event_log import Entry, EventLog


@dataclass(frozen=True)
class PastState:
    """The state of a feed after one of its audits."""

    at: datetime
    state: FeedState


def record_audit(states: Mapping[FeedStore, FeedState], at: datetime) -> None:
    """Record the states after an audit, of the feeds that changed."""
    changed = {store: state for store, state in states.items() if state != _last_audited(store)}
    if changed:
        feeds = {one.feed.id: state.model_dump(mode="json", exclude_defaults=True) for one, state in changed.items()}
        next(iter(changed)).event_log.append("audited", {"feeds": feeds}, at)


def _last_audited(store: FeedStore) -> FeedState | None:
    """The recorded state of a feed whose last event is an audit; the empty state of one that was never asked for."""
    entry, is_trusted = store.newest()
    if entry is None:
        return FeedState()
    return store.state() if is_trusted and entry.kind == "audited" else None


def last_states_until(stores: Sequence[FeedStore], entries: Sequence[Entry], day: date) -> dict[FeedStore, PastState]:
    """The last state of each feed by the end of a day, of the feeds that were audited by then."""
    found: dict[FeedStore, PastState] = {}
    for entry in reversed(entries):
        if len(found) == len(stores):
            break
        if entry.kind == "audited" and local_day(entry.at) <= day:
            feeds = entry.content["feeds"]
            for store in stores:
                if store.feed.id in feeds and store not in found:
                    found[store] = PastState(entry.at, FeedState.model_validate(feeds[store.feed.id]))
    return found


def past_states(store: FeedStore, entries: Sequence[Entry]) -> Iterator[PastState]:
    """Yield the state after each audit of a feed, oldest first."""
    for entry in entries:
        if entry.kind == "audited" and store.mark in entry.line:
            yield PastState(entry.at, FeedState.model_validate(entry.content["feeds"][store.feed.id]))


def ever_current(store: FeedStore) -> set[str]:
    """The deliveries that ever represented an edition: past states derive from these."""
    states = [store.state(), *(past.state for past in past_states(store, store.event_log.intact()))]
    return {stored.delivery_id for state in states for stored in state.current.values()}


def refuse_to_go_back(event_log: EventLog, now: datetime) -> None:
    """Stop a run whose clock was set back: it would write history into the past.

    Raises SetupError that names both moments.
    """
    # The time of a damaged entry proves nothing.
    last = next((entry.at for entry in event_log.trusted() if entry.kind == "audited"), now)
    if now < last:
        raise SetupError(
            f"it is {_minute(now)}, but the last run here was on {_minute(last)}: history is not written backwards\n"
            "  do: set the clock of this machine right, or leave out --as-of; --as-known-on shows an earlier day."
            " If that last run had a wrong clock, 'maandvers strike' says what striking it does, and does so with --yes"
        )


def _minute(moment: datetime) -> str:
    return f"{moment.astimezone(LOCAL_TIME):%Y-%m-%d %H:%M}"
