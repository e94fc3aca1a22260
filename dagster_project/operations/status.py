"""How every feed stands today: its clocks, whether its figures are out, and why not."""

from collections.abc import Iterator
from datetime import date
from difflib import get_close_matches
from typing import Literal

from pydantic import BaseModel

from dagster_project.audit.clocks import read_clocks
from dagster_project.audit.lateness import Lateness, expires_in, lateness
from dagster_project.installation.workspace import Workspace
from dagster_project.landing.store import FeedStore
from dagster_project.release.build import ReleaseNote, latest_release
from dagster_project.release.reader import LATEST
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
    # Last day on which the supplier is on time with what comes next, and all that is late.
    expected: date | None
    late: list[Lateness]
    why: list[str]
    # Anomalies in the age of what came, which block no figure.
    remarks: list[str]


class Status(BaseModel):
    """What ``maandvers status`` tells."""

    municipality_code: str
    today: date
    is_fictional: bool
    feeds: list[FeedStatus]
    # Entries of the inbox that belong to no feed and are not read, each with a remedy.
    unread: list[str]
    release: ReleaseNote | None
    # Damaged metadata, the consequence and the remedy; no run stops for it.
    damaged: list[str] = []


def read_status(workspace: Workspace) -> Status:
    """Look at landing and releases; asks no supplier and judges by the same calendar rule as the audit."""
    return Status(
        municipality_code=workspace.settings.municipality_code,
        today=workspace.today,
        is_fictional=workspace.is_sample,
        feeds=[_status(FeedStore(workspace.landing, feed), workspace.today) for feed in workspace.feeds],
        unread=_unread(workspace),
        release=latest_release(workspace.releases),
        damaged=[*_damaged(workspace)],
    )


def _damaged(workspace: Workspace) -> Iterator[str]:
    note = workspace.releases / LATEST / "release.json"
    if note.exists() and latest_release(workspace.releases) is None:
        yield f"{note} cannot be read, so the contents of that release are unknown\n  do: run again for a new release"
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
        state, why = "not in use", ["was not asked for here yet"]
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
