"""The clocks in the warehouse as an asset: they move at every run, so that the figures need not."""

from collections.abc import Sequence

import dagster as dg

from dagster_project.contracts.model import Feed
from dagster_project.defs.feed_assets import raw_key
from dagster_project.defs.resources import WorkspaceResource
from dagster_project.warehouse.build_plan import move_clocks
from dagster_project.warehouse.raw_layer import METADATA_SCHEMA


def clocks_asset(feeds: Sequence[Feed]) -> dg.AssetsDefinition:
    """Define the asset that moves the clocks in the warehouse, which the marts read and figures do not."""

    @dg.asset(
        key=dg.AssetKey([METADATA_SCHEMA, "freshness"]),
        deps=[raw_key(feed, table) for feed in feeds for table in feed.tables],
        group_name="maandvers",
        kinds={"duckdb"},
        description="Until when the figures of each feed may be shown, as the audit of deliveries found.",
    )
    def clocks(workspace: WorkspaceResource) -> None:
        move_clocks(workspace.open)

    return clocks
