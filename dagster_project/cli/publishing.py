"""Commands that bring a release elsewhere: publish public."""

import typer

from dagster_project.cli.options import Sample, app, clock_of, log_to_stderr

publish = typer.Typer(no_args_is_help=True, help="Bring the latest release to other readers.")
app.add_typer(publish, name="publish")


@publish.callback()
def _group() -> None:
    """Keep the names of the commands, also while there is but one."""


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
