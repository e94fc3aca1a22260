"""Point-in-time rebuild: an installation inside this one, whose landing has only the deliveries known on a past day."""

import shutil
from collections.abc import Mapping, Sequence
from datetime import date
from operator import attrgetter

from pydantic import BaseModel

from dagster_project.errors import SetupError
from dagster_project.installation.opening import LOCK, sole_run
from dagster_project.installation.workspace import Workspace, local_day
from dagster_project.landing.history import PastState, last_states_until, record_audit
from dagster_project.landing.store import FeedState, FeedStore
from dagster_project.marts.catalogue import Mart
from dagster_project.operations.prune import Deletion, deletions
from dagster_project.release.build import latest_release, read_note
from dagster_project.release.read_back import differing
from dagster_project.release.reader import DATABASE
from dagster_project.warehouse.publication_history import PublicationHistory


def rebuild_as_of(workspace: Workspace, day: date) -> Workspace:
    """Make the landing of a day, with links to its deliveries; the installation itself does not change.

    Raises SetupError for a day of which nothing is known, for a missing delivery, and if the event log is damaged.
    """
    stores = [FeedStore(workspace.landing, feed) for feed in workspace.feeds]
    _refuse_unknown_days(workspace, day)
    past = workspace.as_known_on(day)
    with sole_run(workspace):
        entries = workspace.event_log.entries()
        known = last_states_until(stores, entries, day)
        deleted = deletions(entries)
        for store, last in known.items():
            _refuse_missing_deliveries(store, last.state, day, deleted)
        with sole_run(past):
            _clear(past)
            _rebuild_landing(past, known)
            PublicationHistory(workspace).link_until(day, past.published)
    return past


class ReleaseComparison(BaseModel):
    """Comparison of a point-in-time rebuild with the release that was stored on its day."""

    kept: str
    # Marts whose rows differ from those of that release.
    differing: list[str]


def compare_with_release(workspace: Workspace, past: Workspace, marts: Sequence[Mart]) -> ReleaseComparison | None:
    """Compare a rebuild with the last release of its day; None if there is no such release."""
    rebuilt = latest_release(past.releases)
    kept = [note for folder in workspace.release_folders() if (note := read_note(folder)).as_of == past.today]
    if rebuilt is None or not kept:
        return None
    last = max(kept, key=attrgetter("order"))
    databases = [past.releases / rebuilt.release_id / DATABASE, workspace.releases / last.release_id / DATABASE]
    return ReleaseComparison(kept=last.release_id, differing=differing(marts, *databases))


def _refuse_unknown_days(workspace: Workspace, day: date) -> None:
    if day > workspace.today:
        raise SetupError(
            f"--as-known-on {day} lies in the future: today is {workspace.today}\n"
            f"  do: name today or a day before it; 'maandvers status --as-of {day}' shows the feeds as of that day"
        )
    first = next((local_day(one.at) for one in workspace.event_log.intact() if one.kind == "audited"), None)
    if first is None:
        raise SetupError(f"nothing is known of any day in {workspace.home}\n  do: run first, without --as-known-on")
    if day < first:
        raise SetupError(
            f"--as-known-on {day} lies before the first audit here, of {first}\n  do: name {first} or a day after it"
        )


def _refuse_missing_deliveries(store: FeedStore, state: FeedState, day: date, deleted: Sequence[Deletion]) -> None:
    for stored in state.current.values():
        if not store.has_tables(stored.delivery_id):
            folder = store.deliveries / stored.delivery_id
            why = [f": {one.rule}" for one in deleted if folder.match(one.folder) and one.files]
            raise SetupError(
                f"{store.feed.id}: delivery {stored.delivery_id}, current on {day}, is missing{''.join(why[-1:])}\n"
                "  do: put its folder back from your back-up, or name a later day"
            )


def _clear(past: Workspace) -> None:
    """Remove an earlier rebuild: none of it may replace what landing says now."""
    for path in past.home.iterdir():
        if path.name == LOCK:
            continue
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()


def _rebuild_landing(past: Workspace, known: Mapping[FeedStore, PastState]) -> None:
    """Record the last audit until that day and link the deliveries that it names."""
    states = {}
    for store, last in known.items():
        target = FeedStore(past.landing, store.feed)
        # A delivery that awaited its audit was not yet known.
        current = {
            edition: stored
            if stored.previous_id is None or store.has_tables(stored.previous_id)
            # The previous delivery only served for comparison.
            else stored.model_copy(update={"previous_id": None})
            for edition, stored in last.state.current.items()
        }
        states[target] = last.state.model_copy(update={"candidates": {}, "current": current})
        target.deliveries.mkdir(parents=True)
        named = {one for stored in current.values() for one in (stored.delivery_id, stored.previous_id) if one}
        for delivery_id in named:
            (target.deliveries / delivery_id).symlink_to(store.deliveries / delivery_id, target_is_directory=True)
    if known:
        record_audit(states, max(last.at for last in known.values()))
