"""Checksum of the finished warehouse, by which a later run knows that nothing touched it."""

from pathlib import Path

from dagster_project.installation.workspace import Workspace
from dagster_project.storage.atomic import write_file
from dagster_project.storage.checksums import digest_of


def write_warehouse_checksum(workspace: Workspace) -> None:
    """Record the SHA-256 of the warehouse that dbt finished."""
    write_file(_file(workspace), f"{digest_of(workspace.warehouse)}\n".encode())


def is_warehouse_intact(workspace: Workspace) -> bool:
    """Whether the warehouse is the one that the last finished run left."""
    file = _file(workspace)
    return (
        workspace.warehouse.exists()
        and file.exists()
        and file.read_bytes() == f"{digest_of(workspace.warehouse)}\n".encode()
    )


def _file(workspace: Workspace) -> Path:
    return workspace.warehouse.with_suffix(".sha256")
