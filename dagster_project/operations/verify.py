"""Verifying an installation: every file of landing, ledger and releases is, bit by bit, what was written."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from pydantic import BaseModel, ValidationError

from dagster_project.errors import DeliveryError
from dagster_project.installation.workspace import Workspace
from dagster_project.landing.store import MANIFEST, FeedStore, Manifest
from dagster_project.release.build import ReleaseNote
from dagster_project.release.provenance import PROVENANCE, Provenance
from dagster_project.storage.checksums import CHECKSUMS, IS_GONE, changed_files, digest_of
from dagster_project.storage.removals import Removal, Removals
from dagster_project.warehouse.checksum import is_warehouse_intact
from dagster_project.warehouse.publication_history import PublicationHistory


class Finding(BaseModel):
    """One file that is not what was written, and what to do about it."""

    file: str
    problem: str
    do: str


class Verification(BaseModel):
    """What ``maandvers verify`` tells."""

    folders: int
    findings: list[Finding]


def verify(workspace: Workspace) -> Verification:
    """Compare every file with its checksum; changes nothing."""
    folders = [*_deliveries(workspace), *workspace.release_folders(), *PublicationHistory(workspace).folders()]
    pruned = _pruned(workspace)
    removed = {workspace.home / removal.folder / name for removal in pruned for name in removal.files}
    findings = [
        Finding(file=str(path.relative_to(workspace.home)), problem=problem, do=_remedy(workspace, path))
        for folder in folders
        for path, problem in changed_files(folder)
        if not (problem == IS_GONE and path in removed)
    ]
    return Verification(
        folders=len(folders),
        findings=[
            *findings,
            *_changed_lists(workspace, pruned),
            *_lacking(workspace),
            *_replaced(workspace),
            *_books(workspace),
            *_warehouse(workspace),
        ],
    )


def _deliveries(workspace: Workspace) -> list[Path]:
    """Deliveries and what was set aside, of every feed, also one whose contract is gone."""
    return sorted(
        folder for kept in ("deliveries", "quarantine") for folder in workspace.landing.glob(f"*/*/{kept}/[!.]*")
    )


def _pruned(workspace: Workspace) -> list[Removal]:
    """What was removed of deliveries; what came in once more after that is looked for again."""
    return [
        removal
        for removal in Removals(workspace.home).readable()
        if removal.files and _received_at(workspace.home / removal.folder) == removal.received_at
    ]


def _changed_lists(workspace: Workspace, pruned: Sequence[Removal]) -> Iterator[Finding]:
    """Lists of checksums that changed after files that they name were removed."""
    wanted = {workspace.home / removal.folder / CHECKSUMS: removal.checksums for removal in pruned}
    for file, digest in wanted.items():
        if file.exists() and digest_of(file) != digest:
            yield Finding(
                file=str(file.relative_to(workspace.home)),
                problem="has changed since files beside it were removed",
                do=_remedy(workspace, file),
            )


def _received_at(delivery: Path) -> datetime | None:
    try:
        return Manifest.model_validate_json((delivery / MANIFEST).read_bytes()).received_at
    except (OSError, ValidationError):
        return None


def _lacking(workspace: Workspace) -> Iterator[Finding]:
    """Deliveries that a release names and that are not there, or not whole."""
    stores = {feed.id: FeedStore(workspace.landing, feed) for feed in workspace.feeds}
    named: dict[tuple[str, str], str] = {}
    for folder in workspace.release_folders():
        with suppress(OSError, ValidationError):
            note = ReleaseNote.model_validate_json((folder / "release.json").read_bytes())
            named |= {(feed, one): folder.name for feed, held in note.deliveries.items() for one in held.values()}
    for (feed, delivery_id), release in sorted(named.items()):
        store = stores.get(feed)
        if store and not _is_whole(store, delivery_id):
            yield Finding(
                file=str((store.deliveries / delivery_id).relative_to(workspace.home)),
                problem=f"is not there or not whole, while the figures of release {release} were made from it",
                do="put the folder back from your back-up; without it those figures cannot be proven",
            )


def _is_whole(store: FeedStore, delivery_id: str) -> bool:
    """Whether tables and payload are there; of a damaged manifest is told elsewhere."""
    with suppress(DeliveryError):
        return store.has_tables(delivery_id) and store.has_payload(delivery_id)
    return True


def _replaced(workspace: Workspace) -> Iterator[Finding]:
    """What is not that from which a release was made, however well its own checksums fit."""
    for release in workspace.release_folders():
        # Where the list itself was changed, that is told already; releases of before have none.
        if [*changed_files(release, [PROVENANCE])]:
            continue
        for folder, digest in Provenance.of(release).folders.items():
            listed = workspace.home / folder / CHECKSUMS
            if listed.exists() and digest_of(listed) != digest:
                yield Finding(
                    file=str(listed.relative_to(workspace.home)),
                    problem=f"is not the list with which release {release.name} was made",
                    do="put the folder back from your back-up; without one, the release cannot be proven",
                )


def _books(workspace: Workspace) -> Iterator[Finding]:
    for problem in (removals := Removals(workspace.home).event_log).problems():
        yield Finding(file=removals.file.name, problem=problem, do="put it back from your back-up")
    for feed in workspace.feeds:
        store = FeedStore(workspace.landing, feed)
        if not store.is_state_sealed():
            file = str(store.state_file.relative_to(workspace.home))
            yield Finding(file=file, problem="has changed since it was written", do="run again: its clocks count anew")
        for problem in store.event_log.problems():
            file = str(store.event_log.file.relative_to(workspace.home))
            yield Finding(
                file=file, problem=problem, do="put it back from your back-up, and use --as-known-on only then"
            )


def _warehouse(workspace: Workspace) -> Iterator[Finding]:
    if workspace.warehouse.exists() and not is_warehouse_intact(workspace):
        yield Finding(
            file=str(workspace.warehouse.relative_to(workspace.home)),
            problem="is not what the last finished run left: it was changed, or a run was stopped",
            do="run again: the next run makes it anew from landing",
        )


def _remedy(workspace: Workspace, path: Path) -> str:
    if workspace.releases in path.parents:
        return "do not use this release; take another one, or run again for a new one"
    if path.name == CHECKSUMS:
        return "put the folder back from your back-up; without one, remove it and run again"
    return "put the file back from your back-up; without one, remove the delivery's folder and run again"
