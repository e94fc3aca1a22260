"""Everything Dagster knows of Maandvers: what exists, made from the contracts and from dbt's manifest."""

from dagster import Definitions

from dagster_project.contracts.load import load_feeds
from dagster_project.defs.audit_checks import delivery_checks, mart_checks
from dagster_project.defs.clocks_asset import clocks_asset
from dagster_project.defs.feed_assets import feed_assets
from dagster_project.defs.release_asset import release_asset
from dagster_project.defs.resources import WorkspaceResource
from dagster_project.defs.retention_asset import retention_asset
from dagster_project.defs.warehouse_assets import warehouse_assets
from dagster_project.installation.settings import DBT_PROJECT, load_settings
from dagster_project.installation.workspace import wall_clock
from dagster_project.marts.catalogue import read_marts
from dagster_project.warehouse.dbt import current_manifest
from orchestration.jobs import JOBS
from orchestration.schedules import every_night

feeds = load_feeds(DBT_PROJECT / "models")
manifest = current_manifest()
marts = read_marts(manifest)

defs = Definitions(
    assets=[
        feed_assets(feeds),
        clocks_asset(feeds),
        warehouse_assets(manifest, marts),
        release_asset(marts),
        retention_asset(),
    ],
    asset_checks=[delivery_checks(feeds), mart_checks(marts)],
    jobs=JOBS,
    schedules=[every_night],
    resources={
        "workspace": WorkspaceResource(is_sample=load_settings().sample, clock=wall_clock),
    },
)
