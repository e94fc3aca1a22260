"""Retention as an asset: what is past its term goes once the release of the night is out."""

import logging

import dagster as dg

from dagster_project.defs.resources import WorkspaceResource
from dagster_project.errors import MaandversError
from dagster_project.operations.prune import prune

logger = logging.getLogger(__name__)


def retention_asset() -> dg.AssetsDefinition:
    """The asset that removes what is past its term; where the books are damaged, it says so and removes nothing."""

    @dg.asset(
        key=dg.AssetKey("retention"),
        deps=[dg.AssetKey("release")],
        group_name="release",
        description="Payloads, deliveries and releases past the term in the contracts, that no release stands on.",
    )
    def retention(workspace: WorkspaceResource) -> dg.MaterializeResult:
        try:
            pruning = prune(workspace.open, is_dry_run=False)
        except MaandversError as error:
            # The release is out already, and keeping too much harms nobody.
            logger.warning("retention: nothing was removed: %s", error)
            return dg.MaterializeResult(metadata={"refused": str(error)})
        return dg.MaterializeResult(
            metadata={
                "removed": dg.MetadataValue.json({one.folder: one.rule for one in pruning.removed}),
                "removed_bytes": sum(one.size_bytes for one in pruning.removed),
            }
        )

    return retention
