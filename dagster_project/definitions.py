"""The Dagster code location, made from the contracts and from dbt's manifest.

Loading it asks no network and runs no dbt, except under ``dagster dev``, where a manifest that is older than the models
is rebuilt. Elsewhere ``maandvers prepare`` makes it beforehand, as does each ``maandvers run``.
"""

import os
from collections.abc import Sequence
from pathlib import Path

import dagster as dg

from dagster_project.contracts.load import load_feeds
from dagster_project.contracts.model import Feed
from dagster_project.defs.audit_checks import delivery_checks, mart_checks
from dagster_project.defs.clocks_asset import clocks_asset
from dagster_project.defs.feed_assets import feed_assets
from dagster_project.defs.home_asset import home_asset
from dagster_project.defs.postgres_asset import postgres_asset
from dagster_project.defs.release_asset import release_asset
from dagster_project.defs.resources import WorkspaceResource
from dagster_project.defs.retention_asset import retention_asset
from dagster_project.defs.warehouse_assets import warehouse_assets
from dagster_project.errors import SetupError
from dagster_project.installation.opening import workspace_of
from dagster_project.installation.settings import DBT_PROJECT, load_settings
from dagster_project.installation.workspace import wall_clock
from dagster_project.marts.catalogue import Mart, read_marts
from dagster_project.warehouse.dbt import MANIFEST, current_manifest, is_manifest_current
from orchestration.jobs import publish_job
from orchestration.schedules import every_night
from orchestration.sensors import alerts, run_failed


def build_defs(
    *,
    feeds: Sequence[Feed] | None = None,
    marts: Sequence[Mart] | None = None,
    manifest: Path | None = None,
    **resources: object,
) -> dg.Definitions:
    """Build all definitions; each part that is given replaces the project's own, resources by their names."""
    settings = load_settings()
    manifest = manifest or prepared_manifest()
    feeds = load_feeds(DBT_PROJECT / "models") if feeds is None else feeds
    marts = read_marts(manifest) if marts is None else marts
    own = dg.Definitions(
        assets=[
            *feed_assets(feeds, settings.http.longest_wait),
            clocks_asset(feeds),
            warehouse_assets(manifest, marts),
            release_asset(marts),
            retention_asset(),
            *([home_asset()] if settings.object_storage.home else []),
            *([postgres_asset()] if settings.postgres.after_release else []),
        ],
        # One process, also for assets that are materialised from the UI: a process per step costs more in imports than
        # this work takes, and the installation is locked by the run.
        executor=dg.in_process_executor,
        asset_checks=[delivery_checks(feeds), mart_checks(marts)],
        schedules=[every_night],
        sensors=[run_failed, alerts],
        resources={
            "workspace": WorkspaceResource(clock=wall_clock),
            **resources,
        },
    )
    return dg.Definitions.merge(own, publish_job(workspace_of(is_sample=settings.sample, as_of=None).home))


def prepared_manifest() -> Path:
    """Return dbt's manifest. Raises SetupError when it is missing or older than the models."""
    if os.environ.get("DAGSTER_IS_DEV_CLI"):
        return current_manifest()
    if not is_manifest_current():
        raise SetupError(f"{MANIFEST} is missing or older than the dbt models\n  do: run 'maandvers prepare'")
    return MANIFEST


@dg.definitions
def defs() -> dg.Definitions:
    """Return what Dagster loads; importing this module builds nothing."""
    return build_defs()
