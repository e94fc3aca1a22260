"""Runs that failed or died, kept in the installation until they are reported.

Without their messages, which may repeat a value of a register; these are in the log.
"""

from datetime import datetime
from pathlib import Path

from filelock import FileLock, Timeout
from pydantic import BaseModel, ValidationError

from dagster_project.installation.opening import LOCK
from dagster_project.installation.workspace import Workspace
from dagster_project.storage.atomic import write_file

_MOST = 10


class FailedRun(BaseModel):
    """A run that ended without a result."""

    run_id: str
    at: datetime


class _Runs(BaseModel):
    failed: list[FailedRun] = []


def run_begins(workspace: Workspace, run_id: str) -> None:
    """Note that a run is at work, which its end takes back; the caller holds the installation."""
    if died := _died(workspace):
        _add(workspace, died)
    write_file(_running(workspace), FailedRun(run_id=run_id, at=workspace.now()).model_dump_json().encode())


def run_ends(workspace: Workspace) -> None:
    """Note that the run at work came to its end, whether or not it failed."""
    _running(workspace).unlink(missing_ok=True)


def note_failed_run(workspace: Workspace, run_id: str) -> None:
    """Keep a run that failed."""
    _add(workspace, FailedRun(run_id=run_id, at=workspace.now()))


def failed_runs(workspace: Workspace) -> list[FailedRun]:
    """The last runs that failed, oldest first, and the one that died since."""
    died = None
    if _running(workspace).exists():
        try:
            # A run that is at work has the lock.
            with FileLock(workspace.home / LOCK).acquire(timeout=0):
                died = _died(workspace)
        except Timeout:
            pass
    known = _read(workspace).failed
    return known if died is None or died.run_id in {run.run_id for run in known} else [*known, died]


def _died(workspace: Workspace) -> FailedRun | None:
    """The run that was at work and did not come to its end."""
    try:
        return FailedRun.model_validate_json(_running(workspace).read_bytes())
    except (OSError, ValidationError):
        return None


def _add(workspace: Workspace, run: FailedRun) -> None:
    known = [one for one in _read(workspace).failed if one.run_id != run.run_id]
    content = _Runs(failed=[*known, run][-_MOST:])
    write_file(_file(workspace), content.model_dump_json(indent=2).encode())


def _read(workspace: Workspace) -> _Runs:
    try:
        return _Runs.model_validate_json(_file(workspace).read_bytes())
    except (OSError, ValidationError):
        return _Runs()


def _file(workspace: Workspace) -> Path:
    return workspace.home / "alerts" / "failed_runs.json"


def _running(workspace: Workspace) -> Path:
    return workspace.home / "alerts" / "running.json"
