"""Retention: what is kept no longer than the contracts say, and never anything that an existing release stands on.

What goes is written down first. A run that is stopped between leaves files that are removed the next time.
"""

import shutil
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import isodate
from pydantic import BaseModel

from dagster_project.contracts.calendar import fresh_until
from dagster_project.contracts.load import load_release_retention
from dagster_project.errors import SetupError
from dagster_project.installation.workspace import Workspace, local_day
from dagster_project.landing.history import state_of
from dagster_project.landing.store import REASON, FeedState, FeedStore, Manifest
from dagster_project.release.build import LATEST, ReleaseNote, read_note
from dagster_project.storage.atomic import sync_folder
from dagster_project.storage.checksums import CHECKSUMS, digest_of
from dagster_project.storage.removals import Removal, Removals

PRUNED = ".pruned-"
PAST_DAYS, QUARANTINE = "as_known_on", "quarantine"


class Pruning(BaseModel):
    """What ``maandvers prune`` tells."""

    is_dry_run: bool
    today: date
    removed: list[Removal]


def prune(workspace: Workspace, *, is_dry_run: bool) -> Pruning:
    """Remove what is past its term; the caller holds the installation.

    Raises MaandversError, and removes nothing, where the books do not tell what may go.
    """
    book = Removals(workspace.home)
    written = book.read()
    gone, kept = _releases(workspace)
    removals = [*gone, *_deliveries(workspace, kept), *_quarantine_candidate(workspace), *_made_again(workspace)]
    if not is_dry_run:
        for place in ("releases", PAST_DAYS, f"landing/*/*/{QUARANTINE}"):
            for leftover in workspace.home.glob(f"{place}/{PRUNED}*"):
                shutil.rmtree(leftover)
        for removal in removals:
            # What a stopped run had written down already is only finished.
            if removal not in written:
                book.write(removal, workspace.now())
            _remove(workspace.home / removal.folder, removal.files)
    return Pruning(is_dry_run=is_dry_run, today=workspace.today, removed=removals)


def _releases(workspace: Workspace) -> tuple[list[Removal], list[ReleaseNote]]:
    """The releases that are past their term, and the notes of those that stay."""
    terms = load_release_retention(workspace.models)
    notes = sorted((read_note(folder) for folder in workspace.release_folders()), key=_order)
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
        gone.append(Removal(folder=_relative(workspace, folder), size_bytes=_size(folder.rglob("*")), rule=rule))
    return gone, kept


def _deliveries(workspace: Workspace, releases: Sequence[ReleaseNote]) -> Iterator[Removal]:
    for feed in workspace.feeds:
        store = FeedStore(workspace.landing, feed)
        terms = feed.delivery.retention
        manifests = [store.manifest(folder.name) for folder in sorted(store.deliveries.glob("*"))]
        shortest = min((terms.payloads, terms.deliveries), key=lambda term: fresh_until(workspace.today, term))
        old = [m for m in manifests if fresh_until(local_day(m.received_at), shortest) < workspace.today]
        if not old:
            continue
        replaced = _replaced(store)
        safe = _in_use(store.state()) | _stood_on(releases, store, manifests)
        for manifest in old:
            if manifest.delivery_id in safe:
                continue
            last_day = local_day(replaced.get(manifest.delivery_id, manifest.received_at))
            for part, term in (("payloads", terms.payloads), ("deliveries", terms.deliveries)):
                files = list(_files(store, manifest, part))
                if files and fresh_until(last_day, term) < workspace.today:
                    folder = store.deliveries / manifest.delivery_id
                    yield Removal(
                        folder=_relative(workspace, folder),
                        files=[str(file.relative_to(folder)) for file in files],
                        size_bytes=_size(files),
                        rule=f"{feed.id}: {part} are kept {_iso(term)} after newer figures came, on {last_day}",
                        checksums=digest_of(folder / CHECKSUMS),
                        received_at=manifest.received_at,
                    )


def _quarantine_candidate(workspace: Workspace) -> Iterator[Removal]:
    """What could not be used and lies in quarantine for longer than its contract says."""
    for feed in workspace.feeds:
        term = feed.delivery.retention.quarantine
        for folder in _folders(FeedStore(workspace.landing, feed).quarantine):
            since = local_day(datetime.fromtimestamp((folder / REASON).stat().st_mtime, UTC))
            if fresh_until(since, term) < workspace.today:
                rule = f"{feed.id}: what was set aside is kept {_iso(term)}, since {since}"
                yield Removal(folder=_relative(workspace, folder), size_bytes=_size(folder.rglob("*")), rule=rule)


def _made_again(workspace: Workspace) -> Iterator[Removal]:
    """What was made again of past days, and can be made once more as long as its deliveries are kept."""
    term = load_release_retention(workspace.models).reconstructions
    for folder in _folders(workspace.home / PAST_DAYS):
        made = local_day(datetime.fromtimestamp(folder.stat().st_mtime, UTC))
        if fresh_until(made, term) < workspace.today:
            rule = f"what was made again of a past day is kept {_iso(term)}, since {made}; --as-known-on makes it anew"
            yield Removal(folder=_relative(workspace, folder), size_bytes=_size(folder.rglob("*")), rule=rule)


def _folders(place: Path) -> list[Path]:
    return sorted(path for path in place.glob("*") if path.is_dir() and not path.name.startswith("."))


def _replaced(store: FeedStore) -> dict[str, datetime]:
    """When each delivery that ever stood for an edition no longer did."""
    if not store.is_state_sealed():
        raise SetupError(
            f"{store.state_file} was changed outside Maandvers, so nobody can say what may go\n  do: run first"
        )
    replaced: dict[str, datetime] = {}
    standing: set[str] = set()
    for entry in store.event_log.entries():
        now_standing = {held.delivery_id for held in state_of(entry).current.values()}
        replaced |= dict.fromkeys(standing - now_standing, entry.at)
        standing = now_standing
    return replaced


def _in_use(state: FeedState) -> set[str]:
    """What stands or waits, and what that is compared with."""
    held = [*state.current.values(), *state.candidates.values()]
    return {name for one in held for name in (one.delivery_id, one.previous_id) if name}


def _stood_on(releases: Sequence[ReleaseNote], store: FeedStore, manifests: Sequence[Manifest]) -> set[str]:
    """What the figures of these releases were made from; of one that does not say, all that had come by its day."""
    named = {name for note in releases for name in note.deliveries.get(store.feed.id, {}).values()}
    silent = max((note.as_of for note in releases if not note.deliveries), default=date.min)
    return named | {m.delivery_id for m in manifests if local_day(m.received_at) <= silent}


def _files(store: FeedStore, manifest: Manifest, part: str) -> Iterator[Path]:
    """The files of a part of a delivery that are still there."""
    folder = store.deliveries / manifest.delivery_id
    wanted = (
        [folder / "payload" / file.name for file in manifest.payload]
        if part == "payloads"
        else [store.parquet(manifest.delivery_id, table) for table in manifest.tables]
    )
    return (file for file in wanted if file.exists())


def _remove(folder: Path, files: Sequence[str]) -> None:
    if files:
        for name in files:
            (folder / name).unlink(missing_ok=True)
        return
    # No reader finds half a release under its name.
    leftover = folder.with_name(f"{PRUNED}{folder.name}")
    folder.rename(leftover)
    sync_folder(folder.parent)
    shutil.rmtree(leftover)


def _order(note: ReleaseNote) -> tuple[date, int]:
    return note.as_of, note.number


def _iso(term: isodate.Duration) -> str:
    return isodate.duration_isoformat(term)


def _size(files: Iterable[Path]) -> int:
    return sum(file.stat().st_size for file in files if file.is_file())


def _relative(workspace: Workspace, folder: Path) -> str:
    return str(folder.relative_to(workspace.home))
