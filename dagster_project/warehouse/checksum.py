"""Checksum of the finished warehouse in the event log, by which a later run knows that nothing changed it."""

from dagster_project.installation.workspace import Workspace


def write_warehouse_checksum(workspace: Workspace) -> None:
    """Record the state of the warehouse that dbt finished."""
    workspace.event_log.append("built", {"warehouse": workspace.warehouse.state()}, workspace.now())


def is_warehouse_intact(workspace: Workspace) -> bool:
    """Whether the warehouse is the one that the last finished run left."""
    recorded, _ = workspace.event_log.newest(b'"kind": "built"')
    return recorded is not None and recorded.content["warehouse"] == workspace.warehouse.state() is not None
