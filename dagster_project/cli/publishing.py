"""Commands that bring the latest release to other readers: publish postgres, publish public."""

import sys

import typer

from dagster_project.cli.options import Sample, app, clock_of, log_to_stderr
from dagster_project.errors import ExitCode

publish = typer.Typer(no_args_is_help=True, help="Bring the latest release to other readers.")
app.add_typer(publish, name="publish")


@publish.command(
    name="postgres",
    epilog="Exit codes: 0 published, or there already; 2 wrong settings; 8 not published, the last publication stays.",
)
def publish_postgres_command(ctx: typer.Context, sample: Sample = False) -> None:
    """Load the latest release into Postgres, and switch its readers to it in one transaction."""
    from dagster_project.installation.opening import workspace_of
    from dagster_project.postgres.publication import PublicationError, publish_release

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
    from dagster_project.public_edition.publish import publish_public
    from dagster_project.warehouse.dbt import current_manifest

    log_to_stderr()
    workspace = workspace_of(is_sample=sample, as_of=None, clock=clock_of(ctx))
    with sole_run(workspace):
        note = publish_public(workspace, read_marts(current_manifest()))
    print(workspace.public / note.release_id)
