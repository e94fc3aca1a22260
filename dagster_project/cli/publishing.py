"""Commands that bring the latest release to other readers: publish postgres, publish public, publish s3, fetch."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

from dagster_project.cli.options import Sample, app, clock_of, log_to_stderr
from dagster_project.errors import ExitCode, PublicationError, SetupError

if TYPE_CHECKING:
    from obstore.store import ObjectStore

    from dagster_project.installation.workspace import Workspace

publish = typer.Typer(no_args_is_help=True, help="Bring the latest release to other readers.")
app.add_typer(publish, name="publish")


@publish.command(
    name="postgres",
    epilog="Exit codes: 0 published, or there already; 2 wrong settings; 8 not published, the last publication stays.",
)
def publish_postgres_command(ctx: typer.Context, sample: Sample = False) -> None:
    """Load the latest release into Postgres, and switch its readers to it in one transaction."""
    from dagster_project.installation.opening import workspace_of
    from dagster_project.postgres.publication import publish_release

    log_to_stderr()
    workspace = workspace_of(is_sample=sample, as_of=None, clock=clock_of(ctx))
    settings = workspace.settings
    try:
        published = publish_release(workspace.releases, settings.access, settings.postgres.address)
    except PublicationError as error:
        print(error, file=sys.stderr)
        raise typer.Exit(ExitCode.NOT_PUBLISHED) from None
    print(f"{'Published' if published.is_new else 'Already published:'} {published.release_id}")
    if published.kept:
        print(f"Kept until no transaction may be reading them: {', '.join(published.kept)}")


@publish.command(name="public")
def publish_public_command(ctx: typer.Context, sample: Sample = False) -> None:
    """Public edition of the latest release, for the open web; nothing is done if it is there already."""
    from dagster_project.installation.opening import sole_run, workspace_of
    from dagster_project.marts.catalogue import read_marts
    from dagster_project.object_storage.shared_home import shared_home
    from dagster_project.public_edition.publish import publish_public
    from dagster_project.warehouse.dbt import current_manifest

    log_to_stderr()
    workspace = workspace_of(is_sample=sample, as_of=None, clock=clock_of(ctx))
    with sole_run(workspace), shared_home(workspace):
        note = publish_public(workspace, read_marts(current_manifest()))
    print(workspace.public / note.release_id)


@publish.command(
    name="s3",
    epilog="Exit codes: 0 published, or there already; 2 wrong settings; 8 not published, readers keep theirs.",
)
def publish_s3_command(ctx: typer.Context, sample: Sample = False) -> None:
    """Copy the latest release to object storage, and switch its readers to it in one request."""
    with _object_storage(ctx, sample) as (workspace, store):
        from dagster_project.object_storage.upload import upload_latest

        uploaded = upload_latest(workspace.releases, store)
    print(f"{'Published' if uploaded.is_new else 'Already published:'} {uploaded.release_id}")
    if uploaded.removed:
        print(f"Removed, since this machine no longer keeps them: {', '.join(uploaded.removed)}")


@app.command(
    name="fetch", epilog="Exit codes: 0 fetched, or here already; 2 wrong settings; 8 not fetched, ours stays."
)
def fetch_command(ctx: typer.Context, sample: Sample = False) -> None:
    """Latest release of object storage, for a board or a tool on another machine than the pipeline's."""
    with _object_storage(ctx, sample) as (workspace, store):
        from dagster_project.installation.opening import make_home
        from dagster_project.object_storage.download import fetch_latest

        make_home(workspace)
        release_id = fetch_latest(store, workspace.releases, workspace.settings.release_readers)
    print(workspace.releases / release_id)


@contextmanager
def _object_storage(ctx: typer.Context, sample: bool) -> "Iterator[tuple[Workspace, ObjectStore]]":
    """Open the installation and its object storage; what that refuses ends the command."""
    from dagster_project.installation.opening import workspace_of
    from dagster_project.object_storage.shared_home import NEEDS_PACKAGE

    try:
        from dagster_project.object_storage.bucket import opened_store, reported
    except ModuleNotFoundError:
        raise SetupError(NEEDS_PACKAGE) from None
    log_to_stderr()
    workspace = workspace_of(is_sample=sample, as_of=None, clock=clock_of(ctx))
    place = workspace.settings.object_storage
    store = opened_store("url", place.url, place.endpoint)
    try:
        with reported(place.url, "the release that its readers have"):
            yield workspace, store
    except PublicationError as error:
        print(error, file=sys.stderr)
        raise typer.Exit(ExitCode.NOT_PUBLISHED) from None
