"""Status of every feed today: its clocks, whether its figures are shown, and why not."""

from collections.abc import Iterator, Mapping
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import Literal

from pydantic import BaseModel

from dagster_project.audit.clocks import read_clocks
from dagster_project.audit.lateness import Lateness, expires_in, lateness
from dagster_project.installation.settings import TOML
from dagster_project.installation.workspace import Workspace
from dagster_project.landing.store import FeedStore
from dagster_project.release.build import ReleaseNote, latest_release
from dagster_project.release.reader import LATEST
from dagster_project.warehouse.data_tests import warnings_per_feed
from dagster_project.warehouse.publication_history import PublicationHistory

State = Literal["fresh", "fresh, but not confirmed", "withheld", "not in use", "not used any more"]


class FeedStatus(BaseModel):
    """One line of ``maandvers status``."""

    feed: str
    supplier: str
    state: State
    checked: date | None
    released: date | None
    period: date | None
    fresh_until: date | None
    # Days until the figures may no longer be shown, once these are few.
    expires_in: int | None
    # Due date of the next publication, and late deliveries.
    expected: date | None
    late: list[Lateness]
    why: list[str]
    # Anomalies in the age of deliveries, which do not affect any figure.
    remarks: list[str]


class Status(BaseModel):
    """Result of ``maandvers status``."""

    municipality_code: str
    today: date
    is_fictional: bool
    feeds: list[FeedStatus]
    # Files in the inbox that belong to no feed and so are not read, with the remedy.
    unread: list[str]
    release: ReleaseNote | None
    # Damage to the event log, the publication history or the release note, with its effect and remedy.
    damaged: list[str] = []
    # Before the first run: the command to start with.
    next_step: str | None = None


def read_status(workspace: Workspace) -> Status:
    """Read landing and releases; asks no supplier and applies the same calendar rule as the audit."""
    warnings = warnings_per_feed(workspace)
    feeds = [
        _with_warnings(_status(FeedStore(workspace.landing, feed), workspace.today), warnings)
        for feed in workspace.feeds
    ]
    return Status(
        municipality_code=workspace.settings.municipality_code,
        today=workspace.today,
        is_fictional=workspace.is_sample,
        feeds=feeds,
        unread=_unread(workspace),
        release=latest_release(workspace.releases),
        damaged=[*_damaged(workspace)],
        next_step=_next_step(workspace) if all(feed.state == "not in use" for feed in feeds) else None,
    )


def _with_warnings(status: FeedStatus, warnings: Mapping[str, list[str]]) -> FeedStatus:
    """Add the data tests that warn of the figures of a feed."""
    return status.model_copy(update={"remarks": status.remarks + warnings.get(status.feed, [])})


def _next_step(workspace: Workspace) -> str:
    if workspace.is_sample:
        return "Next: maandvers run --sample"
    if not Path(TOML).exists():
        return f"Next: maandvers init, which writes {TOML} and makes the inbox folders"
    return "Next: maandvers doctor, which asks each supplier one question; then maandvers run"


def _damaged(workspace: Workspace) -> Iterator[str]:
    note = workspace.releases / LATEST / "release.json"
    if note.exists() and latest_release(workspace.releases) is None:
        yield f"{note} cannot be read, so the content of that release is unknown\n  do: run again for a new release"
    if damage := PublicationHistory(workspace).damage():
        yield damage
    if problem := workspace.event_log.problem():
        yield (
            f"{problem}: earlier days are unknown, and nothing is pruned\n"
            f"  do: put it and {workspace.event_log.head_file.name} back from your back-up"
        )


def _unread(workspace: Workspace) -> list[str]:
    inbox = workspace.settings.inbox
    feeds = [feed.id for feed in workspace.feeds]
    found = sorted(path.name for path in inbox.iterdir()) if inbox.is_dir() else []
    told = []
    for name in (name for name in found if name not in feeds and not name.startswith(".")):
        nearest = get_close_matches(name, feeds, n=1)
        remedy = f"call it {nearest[0]}" if nearest else f"put its files in the folder of a feed: {', '.join(feeds)}"
        told.append(f"{inbox / name} belongs to no feed, so nothing of it is read\n  do: {remedy}")
    return told


def _status(store: FeedStore, today: date) -> FeedStatus:
    clocks = read_clocks(store)
    why = list(clocks.problems)
    state: State = "fresh"
    if clocks.retired_on:
        state, why = "not used any more", [f"is not used any more since {clocks.retired_on}, by the settings"]
    elif not clocks.is_in_use:
        state, why = "not in use", ["was never asked for here"]
    elif clocks.damaged:
        state = "withheld"
    elif not clocks.deliveries:
        state, why = "withheld", ["was never received", *why]
    elif clocks.fresh_until is None:
        state, why = "withheld", ["was never confirmed", *why]
    elif clocks.fresh_until < today:
        state, why = "withheld", [f"was fresh until {clocks.fresh_until}", *why]
    elif why:
        state = "fresh, but not confirmed"
    return FeedStatus(
        feed=clocks.feed,
        supplier=clocks.supplier,
        state=state,
        checked=clocks.date_of("checked"),
        released=clocks.date_of("released"),
        period=clocks.date_of("period"),
        fresh_until=clocks.fresh_until,
        expires_in=expires_in(clocks, today),
        expected=clocks.expected,
        late=lateness(store.feed, clocks, today),
        why=why,
        remarks=clocks.remarks,
    )
