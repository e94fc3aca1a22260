"""The clocks in the warehouse as an asset: they move at every run, so that the figures need not."""

from collections.abc import Sequence

import dagster as dg

from dagster_project.contracts.model import Feed
from dagster_project.defs.feed_assets import raw_key
from dagster_project.defs.resources import WorkspaceResource
from dagster_project.warehouse.build_plan import current_fingerprint
from dagster_project.warehouse.checksum import is_warehouse_intact, write_warehouse_checksum
from dagster_project.warehouse.publication_history import PublicationHistory
from dagster_project.warehouse.raw_layer import (
    METADATA_SCHEMA,
    audited,
    open_warehouse,
    write_freshness,
    write_publication,
)


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
        opened = workspace.open
        was_intact = is_warehouse_intact(opened)
        outcome = audited(opened)
        published_on = PublicationHistory(opened).day_of(current_fingerprint(opened)) or outcome.as_of
        with open_warehouse(opened.warehouse) as connection:
            write_freshness(connection, opened.feeds, outcome.feeds)
            write_publication(connection, published_on)
        if was_intact:
            write_warehouse_checksum(opened)

    return clocks
