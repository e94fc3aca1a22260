"""The release in Postgres as an asset: where it fails the run fails, and the release stays."""

import dagster as dg

from dagster_project.defs.resources import WorkspaceResource
from dagster_project.postgres.publication import publish_release


def postgres_asset() -> dg.AssetsDefinition:
    """Define the asset that publishes each release to Postgres."""

    @dg.asset(
        key=dg.AssetKey("postgres"),
        deps=[dg.AssetKey("release")],
        group_name="release",
        kinds={"postgres"},
        description="The latest release in a Postgres database, for BI tools and analysts.",
    )
    def postgres(workspace: WorkspaceResource) -> dg.MaterializeResult:
        opened = workspace.open
        if opened.point_in_time:
            return dg.MaterializeResult(metadata={"refused": "a point-in-time rebuild is not published"})
        settings = opened.settings
        published = publish_release(opened.releases, settings.access, settings.postgres.address)
        return dg.MaterializeResult(
            metadata={
                "release_id": published.release_id,
                "is_new": published.is_new,
                "kept_schemas": list(published.kept),
            }
        )

    return postgres
