"""Removal of runs that a wrong clock made: their events no longer count, and their releases are withdrawn."""

import shutil
from datetime import datetime
from operator import attrgetter

from pydantic import BaseModel

from dagster_project.errors import DeliveryError, SetupError
from dagster_project.installation.workspace import Workspace, local_day
from dagster_project.landing.store import FeedStore
from dagster_project.release.build import LATEST, read_note
from dagster_project.storage.atomic import point_link


class Strike(BaseModel):
    """Result of ``maandvers strike``."""

    is_dry_run: bool
    # Moment of the first event to come.
    since: datetime
    events: int
    # Releases, publications and deliveries that those runs wrote.
    folders: list[str]
    latest: str | None
    # Deletions by those runs, which cannot be undone.
    deletions: int

    def __str__(self) -> str:
        """Say in words what is done."""
        verb = "would be" if self.is_dry_run else "were"
        lines = [
            f"{self.events} events from {local_day(self.since)} on, later than now, {verb} struck: every feed is again"
            " in the state of its last run before them, and its suppliers are asked again by the next run",
            f"{len(self.folders)} folders that those runs wrote {verb} deleted: {', '.join(self.folders) or 'none'}",
            f"readers {'would be' if self.is_dry_run else 'are'} pointed at {self.latest or 'no release'}",
        ]
        if self.deletions:
            lines.append(
                f"{self.deletions} deletions by those runs cannot be undone: put those files back from a back-up"
            )
        return "\n".join([*lines, *(["add --yes to do this"] if self.is_dry_run else [])])


def strike(workspace: Workspace, *, is_dry_run: bool) -> Strike:
    """Strike every event later than now; the caller holds the installation.

    Raises SetupError if no event is, or if the event log is damaged.
    """
    now = workspace.now()
    later = [entry for entry in workspace.event_log.entries() if entry.at > now]
    events = [entry for entry in later if entry.kind != "deleted"]
    if not events:
        raise SetupError(
            f"no run is dated later than now, {local_day(now)}, so nothing is struck\n"
            "  do: look at the clock of this machine, which has to be right before a run is struck"
        )
    written = {folder for entry in events for folder in entry.content.get("folders", {})}
    folders = sorted(folder for folder in written if _is_of_those_runs(workspace, folder, now))
    kept = [one for one in workspace.release_folders() if f"releases/{one.name}" not in folders]
    notes = sorted((read_note(one) for one in kept), key=attrgetter("order"))
    latest = notes[-1].release_id if notes else None
    result = Strike(
        is_dry_run=is_dry_run,
        since=events[0].at,
        events=len(events),
        folders=folders,
        latest=latest,
        deletions=len(later) - len(events),
    )
    if not is_dry_run:
        link = workspace.releases / LATEST
        if latest:
            point_link(link, latest)
        else:
            link.unlink(missing_ok=True)
        for folder in folders:
            shutil.rmtree(workspace.home / folder)
        # Last, so that a strike that was stopped can be repeated.
        workspace.event_log.append("struck", {"checksums": [entry.checksum for entry in events]}, now)
    return result


def _is_of_those_runs(workspace: Workspace, folder: str, now: datetime) -> bool:
    """Whether a folder exists and was first written later than now; one run may write a delivery that was stored."""
    top, *parts = folder.split("/")
    if not (workspace.home / folder).is_dir():
        return False
    if top != "landing":
        return True
    feeds = {feed.id: feed for feed in workspace.feeds}
    feed = feeds.get(".".join(parts[:2]))
    try:
        return feed is not None and FeedStore(workspace.landing, feed).manifest(parts[-1]).received_at > now
    except DeliveryError:
        return False
