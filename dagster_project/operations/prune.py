"""Retention: nothing is kept longer than the contracts say, and nothing goes that an existing release derives from.

Every deletion is recorded before it happens. A run that is stopped in between leaves files that the next run deletes.
"""

import shutil
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from operator import attrgetter
from pathlib import Path

import isodate
from pydantic import BaseModel

from dagster_project.contracts.calendar import fresh_until
from dagster_project.contracts.load import load_release_retention
from dagster_project.installation.workspace import Workspace, local_day
from dagster_project.landing.history import past_states
from dagster_project.landing.store import REASON, FeedState, FeedStore, Manifest
from dagster_project.release.build import ReleaseNote, read_note
from dagster_project.release.reader import LATEST
from dagster_project.storage.atomic import sync_folder
from dagster_project.storage.event_log import Entry

PRUNED = ".pruned-"
PAST_DAYS, QUARANTINE = "as_known_on", "quarantine"


class Deletion(BaseModel):
    """A deleted release, quarantined delivery or rebuild, or files of a delivery whose manifest stays."""

    # Relative to the home of the installation.
    folder: str
    # Relative to the folder; none if the whole folder was deleted.
    files: list[str] = []
    size_bytes: int
    rule: str
    # A supplier may send again what was deleted: the files then received are others than these.
    received_at: datetime | None = None


class Pruning(BaseModel):
    """Result of ``maandvers prune``."""

    is_dry_run: bool
    today: date
    removed: list[Deletion]


def deletions(entries: Sequence[Entry]) -> list[Deletion]:
    """Return the deletions that these events recorded, oldest first."""
    return [Deletion.model_validate(entry.content) for entry in entries if entry.kind == "deleted"]


def prune(workspace: Workspace, *, is_dry_run: bool) -> Pruning:
    """Delete everything past its term; the caller holds the installation.

    Raises MaandversError, and deletes nothing, if the event log or a release is damaged.
    """
    entries = workspace.event_log.entries()
    recorded = deletions(entries)
    gone, kept = _releases(workspace)
    removed = [
        *gone,
        *_public_editions(workspace),
        *_deliveries(workspace, kept, entries),
        *_quarantined(workspace),
        *_rebuilds(workspace),
    ]
    if not is_dry_run:
        for place in ("releases", "public", PAST_DAYS, f"landing/*/*/{QUARANTINE}"):
            for leftover in workspace.home.glob(f"{place}/{PRUNED}*"):
                shutil.rmtree(leftover)
        for deletion in removed:
            # A stopped run may have recorded this deletion without finishing it.
            if deletion not in recorded:
                workspace.event_log.append("deleted", deletion.model_dump(mode="json"), workspace.now())
            _delete(workspace.home / deletion.folder, deletion.files)
    return Pruning(is_dry_run=is_dry_run, today=workspace.today, removed=removed)


def _releases(workspace: Workspace) -> tuple[list[Deletion], list[ReleaseNote]]:
    """The releases past their term, and the notes of those that stay."""
    terms = load_release_retention(workspace.models)
    notes = sorted((read_note(folder) for folder in workspace.release_folders()), key=attrgetter("order"))
    last_of_month = {(note.as_of.year, note.as_of.month): note.release_id for note in notes}
    link = workspace.releases / LATEST
    safe = {notes[-1].release_id, link.resolve().name} if notes else set()
    gone, kept = [], []
    for note in notes:
        rule = f"releases are kept {_iso(terms.releases)}"
        until = fresh_until(note.as_of, terms.releases)
        if terms.month_ends and note.release_id in last_of_month.values():
            rule = f"the last release of a month is kept {_iso(terms.month_ends)}"
            until = max(until, fresh_until(note.as_of, terms.month_ends))
        if until >= workspace.today or note.release_id in safe:
            kept.append(note)
            continue
        folder = workspace.releases / note.release_id
        gone.append(Deletion(folder=_relative(workspace, folder), size_bytes=_size(folder.rglob("*")), rule=rule))
    return gone, kept


def _public_editions(workspace: Workspace) -> Iterator[Deletion]:
    """Public editions past their term, never the current one."""
    term = load_release_retention(workspace.models).public_editions
    folders = workspace.public_folders()
    safe = {*folders[-1:], (workspace.public / LATEST).resolve()}
    for folder in (folder for folder in folders if folder not in safe):
        if fresh_until(date.fromisoformat(folder.name.partition("_")[0]), term) < workspace.today:
            rule = f"public editions are kept {_iso(term)}"
            yield Deletion(folder=_relative(workspace, folder), size_bytes=_size(folder.rglob("*")), rule=rule)


def _deliveries(workspace: Workspace, releases: Sequence[ReleaseNote], entries: Sequence[Entry]) -> Iterator[Deletion]:
    for feed in workspace.feeds:
        store = FeedStore(workspace.landing, feed)
        terms = feed.delivery.retention
        manifests = [store.manifest(folder.name) for folder in sorted(store.deliveries.glob("*"))]
        shortest = min((terms.payloads, terms.deliveries), key=lambda term: fresh_until(workspace.today, term))
        old = [m for m in manifests if fresh_until(local_day(m.received_at), shortest) < workspace.today]
        if not old:
            continue
        replaced = _replaced(store, entries)
        safe = _in_use(store.state()) | _used_by(releases, store, manifests)
        for manifest in old:
            if manifest.delivery_id in safe:
                continue
            last_day = local_day(replaced.get(manifest.delivery_id, manifest.received_at))
            for part, term in (("payloads", terms.payloads), ("deliveries", terms.deliveries)):
                files = list(_files(store, manifest, part))
                if files and fresh_until(last_day, term) < workspace.today:
                    folder = store.deliveries / manifest.delivery_id
                    yield Deletion(
                        folder=_relative(workspace, folder),
                        files=[str(file.relative_to(folder)) for file in files],
                        size_bytes=_size(files),
                        rule=f"{feed.id}: {part} are kept {_iso(term)} after newer figures arrived, on {last_day}",
                        received_at=manifest.received_at,
                    )


def _quarantined(workspace: Workspace) -> Iterator[Deletion]:
    """Quarantined deliveries past the term of their contract."""
    for feed in workspace.feeds:
        term = feed.delivery.retention.quarantine
        for folder in _folders(FeedStore(workspace.landing, feed).quarantine):
            since = local_day(datetime.fromtimestamp((folder / REASON).stat().st_mtime, UTC))
            if fresh_until(since, term) < workspace.today:
                rule = f"{feed.id}: quarantine is kept {_iso(term)}, since {since}"
                yield Deletion(folder=_relative(workspace, folder), size_bytes=_size(folder.rglob("*")), rule=rule)


def _rebuilds(workspace: Workspace) -> Iterator[Deletion]:
    """Point-in-time rebuilds past their term, which can be repeated as long as their deliveries are kept."""
    term = load_release_retention(workspace.models).rebuilds
    for folder in _folders(workspace.home / PAST_DAYS):
        made = local_day(datetime.fromtimestamp(folder.stat().st_mtime, UTC))
        if fresh_until(made, term) < workspace.today:
            rule = f"a point-in-time rebuild is kept {_iso(term)}, since {made}; --as-known-on repeats it"
            yield Deletion(folder=_relative(workspace, folder), size_bytes=_size(folder.rglob("*")), rule=rule)


def _folders(place: Path) -> list[Path]:
    return sorted(path for path in place.glob("*") if path.is_dir() and not path.name.startswith("."))


def _replaced(store: FeedStore, entries: Sequence[Entry]) -> dict[str, datetime]:
    """The moment at which each delivery that was ever current stopped being so."""
    replaced: dict[str, datetime] = {}
    current: set[str] = set()
    for past in past_states(store, entries):
        now_current = {stored.delivery_id for stored in past.state.current.values()}
        replaced |= dict.fromkeys(current - now_current, past.at)
        current = now_current
    return replaced


def _in_use(state: FeedState) -> set[str]:
    """Current deliveries and candidates, and those that they are compared with."""
    stored = [*state.current.values(), *state.candidates.values()]
    return {name for one in stored for name in (one.delivery_id, one.previous_id) if name}


def _used_by(releases: Sequence[ReleaseNote], store: FeedStore, manifests: Sequence[Manifest]) -> set[str]:
    """The deliveries that these releases derive from; for one that names none, all that were received by its day."""
    named = {name for note in releases for name in note.deliveries.get(store.feed.id, {}).values()}
    silent = max((note.as_of for note in releases if not note.deliveries), default=date.min)
    return named | {m.delivery_id for m in manifests if local_day(m.received_at) <= silent}


def _files(store: FeedStore, manifest: Manifest, part: str) -> Iterator[Path]:
    """The existing files of a part of a delivery."""
    folder = store.deliveries / manifest.delivery_id
    wanted = (
        [folder / "payload" / file.name for file in manifest.payload]
        if part == "payloads"
        else [store.parquet(manifest.delivery_id, table) for table in manifest.tables]
    )
    return (file for file in wanted if file.exists())


def _delete(folder: Path, files: Sequence[str]) -> None:
    if files:
        for name in files:
            (folder / name).unlink(missing_ok=True)
        return
    # Readers must not find half a release under its name.
    leftover = folder.with_name(f"{PRUNED}{folder.name}")
    folder.rename(leftover)
    sync_folder(folder.parent)
    shutil.rmtree(leftover)


def _iso(term: isodate.Duration) -> str:
    return isodate.duration_isoformat(term)


def _size(files: Iterable[Path]) -> int:
    return sum(file.stat().st_size for file in files if file.is_file())


def _relative(workspace: Workspace, folder: Path) -> str:
    return str(folder.relative_to(workspace.home))
