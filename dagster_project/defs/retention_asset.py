"""Retention as an asset: files past their term are removed once the release of the night is out."""

import logging

import dagster as dg

from dagster_project.defs.resources import WorkspaceResource
from dagster_project.errors import MaandversError
from dagster_project.operations.prune import prune

logger = logging.getLogger(__name__)


def retention_asset() -> dg.AssetsDefinition:
    """Define the asset that removes files past their term, and nothing while the event log is damaged."""

    @dg.asset(
        key=dg.AssetKey("retention"),
        deps=[dg.AssetKey("release")],
        group_name="release",
        description="Removes payloads, deliveries and releases past the term in the contracts that no release needs.",
    )
    def retention(workspace: WorkspaceResource) -> dg.MaterializeResult:
        if workspace.open.point_in_time:
            return dg.MaterializeResult(metadata={"refused": "a point-in-time rebuild removes nothing"})
        try:
            pruning = prune(workspace.open, is_dry_run=False)
        except MaandversError as error:
            # The release is out already, and keeping too much does no harm.
            logger.warning("retention: nothing was removed: %s", error)
            return dg.MaterializeResult(metadata={"refused": str(error)})
        return dg.MaterializeResult(
            metadata={
                "removed": dg.MetadataValue.json({one.folder: one.rule for one in pruning.removed}),
                "removed_bytes": sum(one.size_bytes for one in pruning.removed),
            }
        )

    return retention
