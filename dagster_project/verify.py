"""Verifying an installation: every file of landing and of the releases is, bit by bit, what was written."""

from collections.abc import Iterator
from pathlib import Path

from pydantic import BaseModel

from dagster_project.checksums import CHECKSUMS, changed_files, digest_of
from dagster_project.landing.atomic import write_file
from dagster_project.landing.store import FeedStore
from dagster_project.workspace import Workspace


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
    folders = [*_deliveries(workspace), *_releases(workspace)]
    findings = [
        Finding(file=str(path.relative_to(workspace.home)), problem=problem, do=_remedy(workspace, path))
        for folder in folders
        for path, problem in changed_files(folder)
    ]
    return Verification(folders=len(folders), findings=[*findings, *_books(workspace), *_warehouse(workspace)])


def seal_warehouse(workspace: Workspace) -> None:
    """Write down what the finished warehouse looks like."""
    write_file(_seal(workspace), f"{digest_of(workspace.warehouse)}\n".encode())


def is_warehouse_sealed(workspace: Workspace) -> bool:
    """Whether the warehouse is what the last finished run left."""
    seal = _seal(workspace)
    return (
        workspace.warehouse.exists()
        and seal.exists()
        and seal.read_bytes() == f"{digest_of(workspace.warehouse)}\n".encode()
    )


def _seal(workspace: Workspace) -> Path:
    return workspace.warehouse.with_suffix(".sha256")


def _deliveries(workspace: Workspace) -> list[Path]:
    """Deliveries and what was set aside, of every feed, also one whose contract is gone."""
    return sorted(folder for kept in ("deliveries", "quarantine") for folder in workspace.landing.glob(f"*/*/{kept}/*"))


def _releases(workspace: Workspace) -> list[Path]:
    return sorted(
        folder
        for folder in workspace.releases.glob("*_*")
        if folder.is_dir() and not folder.is_symlink() and not folder.name.startswith(".")
    )


def _books(workspace: Workspace) -> Iterator[Finding]:
    for feed in workspace.feeds:
        store = FeedStore(workspace.landing, feed)
        if not store.is_state_sealed():
            file = str(store.state_file.relative_to(workspace.home))
            yield Finding(file=file, problem="has changed since it was written", do="run again: its clocks count anew")
        for problem in store.journal.problems():
            file = str(store.journal.file.relative_to(workspace.home))
            yield Finding(
                file=file, problem=problem, do="put it back from your back-up, and use --as-known-on only then"
            )


def _warehouse(workspace: Workspace) -> Iterator[Finding]:
    if workspace.warehouse.exists() and not is_warehouse_sealed(workspace):
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
