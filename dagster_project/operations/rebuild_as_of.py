"""As known on a past day: an installation of its own, whose landing holds what had come in by then and nothing else."""

import shutil
from collections.abc import Sequence
from datetime import date

from pydantic import BaseModel

from dagster_project.errors import SetupError
from dagster_project.installation.opening import LOCK, sole_run
from dagster_project.installation.workspace import Workspace, local_day
from dagster_project.landing.history import entries_until, state_of
from dagster_project.landing.store import FeedStore, StoredEdition
from dagster_project.marts.catalogue import Mart
from dagster_project.release.build import DATABASE, latest_release, read_note
from dagster_project.release.read_back import differing
from dagster_project.storage.event_log import Entry
from dagster_project.storage.removals import Removal, Removals
from dagster_project.warehouse.publication_history import PublicationHistory


def rebuild_as_of(workspace: Workspace, day: date) -> Workspace:
    """Make the landing of that day anew, its deliveries linked; the installation itself stays as it is.

    Raises SetupError for a day of which nothing is known, and where what was known then is no longer whole.
    """
    stores = [FeedStore(workspace.landing, feed) for feed in workspace.feeds]
    _refuse_unknown_days(workspace, stores, day)
    past = workspace.as_known_on(day)
    with sole_run(workspace):
        removals = Removals(workspace.home).readable()
        known = {store.feed.id: entries_until(store, day) for store in stores}
        for store in stores:
            _refuse_what_is_gone(store, known[store.feed.id], day, removals)
        with sole_run(past):
            _clear(past)
            for store in stores:
                if entries := known[store.feed.id]:
                    _rebuild_feed(store, entries, FeedStore(past.landing, store.feed))
            PublicationHistory(workspace).link_until(day, past.published)
    return past


class ReleaseComparison(BaseModel):
    """How a reconstruction compares with the release that was kept of its day."""

    kept: str
    # Marts whose rows are not those of that release.
    differing: list[str]


def compare_with_release(workspace: Workspace, past: Workspace, marts: Sequence[Mart]) -> ReleaseComparison | None:
    """Compare what was made again with the last release of that day; None where no such release is kept."""
    again = latest_release(past.releases)
    kept = [note for folder in workspace.release_folders() if (note := read_note(folder)).as_of == past.today]
    if again is None or not kept:
        return None
    last = max(kept, key=lambda note: note.number)
    databases = [past.releases / again.release_id / DATABASE, workspace.releases / last.release_id / DATABASE]
    return ReleaseComparison(kept=last.release_id, differing=differing(marts, *databases))


def _refuse_unknown_days(workspace: Workspace, stores: Sequence[FeedStore], day: date) -> None:
    if day > workspace.today:
        raise SetupError(
            f"--as-known-on {day} lies in the future: today is {workspace.today}\n"
            f"  do: name today or a day before it; 'maandvers status --as-of {day}' tells how things will stand by then"
        )
    firsts = [local_day(entry.at) for store in stores for entry in store.event_log.readable()[:1]]
    if not firsts:
        raise SetupError(f"nothing is known of any day in {workspace.home}\n  do: run first, without --as-known-on")
    if day < min(firsts):
        raise SetupError(
            f"--as-known-on {day} lies before the first audit here, of {min(firsts)}\n"
            f"  do: name {min(firsts)} or a day after it"
        )


def _refuse_what_is_gone(store: FeedStore, entries: Sequence[Entry], day: date, removals: Sequence[Removal]) -> None:
    """A figure of that day cannot be made again from a delivery that is not there."""
    for held in _current(entries):
        if not store.has_tables(held.delivery_id):
            folder = store.deliveries / held.delivery_id
            why = [f": {one.rule}" for one in removals if folder.match(one.folder) and one.files]
            raise SetupError(
                f"{store.feed.id}: delivery {held.delivery_id}, which stood on {day}, is not there{''.join(why[-1:])}\n"
                "  do: put its folder back from your back-up, or name a later day"
            )


def _clear(past: Workspace) -> None:
    """Nothing of an earlier reconstruction may stand in for what landing says now."""
    for path in past.home.iterdir():
        if path.name == LOCK:
            continue
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()


def _rebuild_feed(store: FeedStore, entries: Sequence[Entry], past: FeedStore) -> None:
    """The state that the last audit of that day left, its journal until then, and the deliveries that it names."""
    state = state_of(entries[-1])
    # What still waited for an audit was no part of what was known.
    state.candidates = {}
    for held in state.current.values():
        if held.previous_id and not store.has_tables(held.previous_id):
            # It served to compare with alone.
            held.previous_id = None
    past.deliveries.mkdir(parents=True)
    for delivery_id in {one for held in state.current.values() for one in (held.delivery_id, held.previous_id) if one}:
        (past.deliveries / delivery_id).symlink_to(store.deliveries / delivery_id, target_is_directory=True)
    store.event_log.copy_first(len(entries), past.event_log)
    past.save(state)


def _current(entries: Sequence[Entry]) -> list[StoredEdition]:
    return list(state_of(entries[-1]).current.values()) if entries else []
