"""The home of the installation in object storage as an asset: where it fails the run fails, and the release stays."""

import dagster as dg

from dagster_project.defs.resources import WorkspaceResource


def home_asset() -> dg.AssetsDefinition:
    """Define the asset that saves the home after each release."""

    @dg.asset(
        key=dg.AssetKey("home"),
        deps=[dg.AssetKey("release"), dg.AssetKey("retention")],
        group_name="release",
        kinds={"s3"},
        description="Deliveries, event log, publication history and releases, from which any machine can go on.",
    )
    def home(workspace: WorkspaceResource) -> None:
        workspace.save()

    return home
