"""Retention as an asset: files past their term are removed once the release of the night is out."""

import logging
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg

from dagster_project.defs.resources import WorkspaceResource
from dagster_project.errors import MaandversError
from dagster_project.operations.prune import prune
from orchestration.jobs import INSTALLATION_TAG

logger = logging.getLogger(__name__)

# Our own event log is the history of record; Dagster's is for looking back at recent nights.
KEPT_BY_DAGSTER = timedelta(days=92)
FINISHED = [dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED]


def retention_asset() -> dg.AssetsDefinition:
    """Define the asset that removes files past their term, and nothing while the event log is damaged."""

    @dg.asset(
        key=dg.AssetKey("retention"),
        deps=[dg.AssetKey("release")],
        group_name="release",
        description="Removes payloads, deliveries and releases past the term in the contracts that no release needs.",
    )
    def retention(context: dg.AssetExecutionContext, workspace: WorkspaceResource) -> dg.MaterializeResult:
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
                "removed_runs": remove_old_runs(
                    context.instance, context.run.tags.get(INSTALLATION_TAG), datetime.now(UTC) - KEPT_BY_DAGSTER
                ),
                "removed": dg.MetadataValue.json({one.folder: one.rule for one in pruning.removed}),
                "removed_bytes": sum(one.size_bytes for one in pruning.removed),
            }
        )

    return retention


def remove_old_runs(instance: dg.DagsterInstance, installation: str | None, before: datetime) -> int:
    """Remove finished runs of one installation, started before a moment, from Dagster's history; return the count."""
    if installation is None:
        return 0
    old = instance.get_runs(
        dg.RunsFilter(
            tags={INSTALLATION_TAG: installation},
            statuses=FINISHED,
            created_before=before,
        )
    )
    for run in old:
        instance.delete_run(run.run_id)
        # Dagster leaves the output of a deleted run on disk and, with SQLite, a file per run that it has emptied.
        instance.compute_log_manager.delete_logs(prefix=[run.run_id])
        for file in Path(instance.root_directory, "history", "runs").glob(f"{run.run_id}.db*"):
            file.unlink()
    return len(old)
