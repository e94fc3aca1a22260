"""The jobs that need no dbt, each apart from the rest: importing dbt and planning its models takes seconds.

Most nights bring nothing new, and then these two are the whole run.
"""

from collections.abc import Sequence

from dagster import AssetSpec, Definitions

from dagster_project.contracts.model import Feed
from dagster_project.defs.audit_checks import delivery_checks, mart_checks
from dagster_project.defs.clocks_asset import clocks_asset
from dagster_project.defs.feed_assets import feed_assets
from dagster_project.defs.release_asset import mart_key, release_asset
from dagster_project.defs.resources import WorkspaceResource
from dagster_project.defs.retention_asset import retention_asset
from dagster_project.installation.workspace import wall_clock
from dagster_project.marts.catalogue import Mart
from orchestration.jobs import land, renew


def landing(feeds: Sequence[Feed]) -> Definitions:
    """What the job ``land`` runs."""
    return Definitions(
        assets=[feed_assets(feeds)],
        asset_checks=[delivery_checks(feeds)],
        jobs=[land],
        resources={"workspace": WorkspaceResource(clock=wall_clock)},
    )


def renewal(feeds: Sequence[Feed], marts: Sequence[Mart]) -> Definitions:
    """What the job ``renew`` runs; the marts are names here, since they stay as they are."""
    return Definitions(
        assets=[
            clocks_asset(feeds),
            *(AssetSpec(mart_key(mart)) for mart in marts),
            release_asset(marts),
            retention_asset(),
        ],
        asset_checks=[mart_checks(marts)],
        jobs=[renew],
        resources={"workspace": WorkspaceResource(clock=wall_clock)},
    )
