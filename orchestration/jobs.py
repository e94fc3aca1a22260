"""The job that cron, the schedule, the UI and the command line all run."""

from datetime import timedelta
from pathlib import Path

import dagster as dg

PUBLISH = "publish"
INSTALLATION_TAG = "maandvers/installation"
# Several times what the whole country takes; Dagster ends a run that lasts longer, which frees its place in the queue.
MAXIMUM_RUNTIME = timedelta(hours=6)


def publish_job(home: Path) -> dg.Definitions:
    """Define the job from the suppliers' latest answers to a published release, for the installation in ``home``.

    A selection of assets, such as one supplier's, runs through the same job.
    """
    job = dg.define_asset_job(
        PUBLISH,
        dg.AssetSelection.all(),
        tags={
            INSTALLATION_TAG: str(home),
            "dagster/max_runtime": str(int(MAXIMUM_RUNTIME.total_seconds())),
        },
        description="From the suppliers' latest answers to a published release.",
    )
    return dg.Definitions(jobs=[job])
