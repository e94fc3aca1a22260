"""Verification of an installation: every file of landing, history, releases and public editions has its checksum."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from pydantic import BaseModel, ValidationError

from dagster_project.errors import DeliveryError
from dagster_project.installation.workspace import Workspace
from dagster_project.landing.store import MANIFEST, FeedStore, Manifest
from dagster_project.operations.prune import deletions
from dagster_project.release.build import ReleaseNote
from dagster_project.release.provenance import recorded_checksums, recorded_files
from dagster_project.storage.checksums import CHECKSUMS, IS_GONE, changed_files, checksum_of_list, digest_of
from dagster_project.storage.finding import Finding
from dagster_project.warehouse.checksum import is_warehouse_intact
from dagster_project.warehouse.publication_history import PublicationHistory


class Verification(BaseModel):
    """Result of ``maandvers verify``."""

    folders: int
    findings: list[Finding]


def verify(workspace: Workspace) -> Verification:
    """Compare every file with its checksum; changes nothing."""
    folders = [
        *_deliveries(workspace),
        *workspace.release_folders(),
        *workspace.public_folders(),
        *PublicationHistory(workspace).folders(),
    ]
    deleted = _deleted_files(workspace)
    findings = [
        Finding(file=str(path.relative_to(workspace.home)), problem=problem, do=_remedy(workspace, path))
        for folder in folders
        for path, problem in changed_files(folder)
        if not (problem == IS_GONE and path in deleted)
    ]
    return Verification(
        folders=len(folders),
        findings=[
            *findings,
            *_missing_deliveries(workspace),
            *_replaced_lists(workspace),
            *_replaced_files(workspace),
            *_event_log(workspace),
            *_warehouse(workspace),
        ],
    )


def _deliveries(workspace: Workspace) -> list[Path]:
    """Deliveries and quarantine of every feed, also of one without a contract."""
    return sorted(
        folder for kept in ("deliveries", "quarantine") for folder in workspace.landing.glob(f"*/*/{kept}/[!.]*")
    )


def _deleted_files(workspace: Workspace) -> set[Path]:
    """The files that were deleted on purpose, unless their delivery was received again afterwards."""
    return {
        workspace.home / deletion.folder / name
        for deletion in deletions(workspace.event_log.intact())
        if deletion.files and _received_at(workspace.home / deletion.folder) == deletion.received_at
        for name in deletion.files
    }


def _received_at(delivery: Path) -> datetime | None:
    try:
        return Manifest.model_validate_json((delivery / MANIFEST).read_bytes()).received_at
    except (OSError, ValidationError):
        return None


def _missing_deliveries(workspace: Workspace) -> Iterator[Finding]:
    """Deliveries that a release names and that are missing or incomplete."""
    stores = {feed.id: FeedStore(workspace.landing, feed) for feed in workspace.feeds}
    named: dict[tuple[str, str], str] = {}
    for folder in workspace.release_folders():
        with suppress(OSError, ValidationError):
            note = ReleaseNote.model_validate_json((folder / "release.json").read_bytes())
            named |= {(feed, one): folder.name for feed, used in note.deliveries.items() for one in used.values()}
    for (feed, delivery_id), release in sorted(named.items()):
        store = stores.get(feed)
        if store and not _is_complete(store, delivery_id):
            yield Finding(
                file=str((store.deliveries / delivery_id).relative_to(workspace.home)),
                problem=f"is missing or incomplete, while the figures of release {release} derive from it",
                do="put the folder back from your back-up; without it those figures cannot be proven",
            )


def _is_complete(store: FeedStore, delivery_id: str) -> bool:
    """Whether tables and payload exist; damaged manifests are reported by their checksum."""
    with suppress(DeliveryError):
        return store.has_tables(delivery_id) and store.has_payload(delivery_id)
    return True


def _replaced_lists(workspace: Workspace) -> Iterator[Finding]:
    """Lists of checksums that differ from the event log, even if all files match them."""
    for folder, checksum in recorded_checksums(workspace).items():
        listed = workspace.home / folder / CHECKSUMS
        if listed.exists() and checksum_of_list(listed.parent) != checksum:
            yield Finding(
                file=str(listed.relative_to(workspace.home)),
                problem="is not the list of checksums in the event log",
                do="put the folder back from your back-up; without one, its figures cannot be proven",
            )


def _replaced_files(workspace: Workspace) -> Iterator[Finding]:
    """Files with a checksum of their own in the event log that are others, or gone."""
    for name, checksum in recorded_files(workspace).items():
        file = workspace.home / name
        if not file.exists() or digest_of(file) != checksum:
            yield Finding(
                file=name,
                problem="is not the file whose checksum is in the event log" if file.exists() else IS_GONE,
                do="put it back from your back-up; if publishing was stopped halfway, publish again",
            )


def _event_log(workspace: Workspace) -> Iterator[Finding]:
    log = workspace.event_log
    if problem := log.problem():
        file = str(log.file.relative_to(workspace.home))
        do = f"put it and {log.head_file.name} back from your back-up; until then, --as-known-on and prune are refused"
        yield Finding(file=file, problem=problem.removeprefix(f"{log.file} "), do=do)


def _warehouse(workspace: Workspace) -> Iterator[Finding]:
    if workspace.warehouse.exists() and not is_warehouse_intact(workspace):
        yield Finding(
            file=str(workspace.warehouse.relative_to(workspace.home)),
            problem="is not what the last finished run left: it was changed, or a run was stopped",
            do="run again: the next run rebuilds it from landing",
        )


def _remedy(workspace: Workspace, path: Path) -> str:
    if workspace.releases in path.parents:
        return "do not use this release; take another one, or run again for a new one"
    if workspace.public in path.parents:
        return "remove this edition, and publish again if it was the current one"
    if path.name == CHECKSUMS:
        return "put the folder back from your back-up; without one, remove it and run again"
    return "put the file back from your back-up; without one, remove the delivery's folder and run again"
