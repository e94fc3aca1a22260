"""Commands that bring a release to its readers: serve, publish, explain, docs."""

import sys
from typing import Annotated

import typer

from dagster_project.cli.options import Sample, app, clock_of, log_to_stderr
from dagster_project.errors import ExitCode

explain = typer.Typer(no_args_is_help=True, help="Forecasts and effects in the sentences of the board.")
app.add_typer(explain, name="explain")
publish = typer.Typer(no_args_is_help=True, help="The latest release in a database of the municipality.")
app.add_typer(publish, name="publish")


@app.command(name="serve")
def serve_command(
    ctx: typer.Context,
    sample: Sample = False,
    host: Annotated[str | None, typer.Option(metavar="ADDRESS", help="Instead of that of the settings.")] = None,
    port: Annotated[
        int | None, typer.Option(metavar="NUMBER", min=1, max=65535, help="Instead of that of the settings.")
    ] = None,
) -> None:
    """The board: the latest release as web pages, for officials and their telephones."""
    from dagster_project.installation.opening import workspace_of
    from dashboard.serve import serve

    log_to_stderr()
    workspace = workspace_of(is_sample=sample, as_of=None, clock=clock_of(ctx))
    chosen = {name: value for name, value in (("host", host), ("port", port)) if value is not None}
    serve(
        workspace.releases, workspace.now, workspace.settings.board.model_copy(update=chosen), workspace.settings.access
    )


@publish.callback()
def publish_group() -> None:
    """Keep the name of the database a part of the command."""


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


@explain.command(name="forecast")
def explain_forecast_command(
    ctx: typer.Context,
    indicator: Annotated[str, typer.Argument(metavar="INDICATOR", help="The code of an indicator.")],
    region: Annotated[
        str | None, typer.Option(metavar="CODE", help="Which region; the municipality if left out.")
    ] = None,
    sample: Sample = False,
) -> None:
    """Forecast of an indicator, and the errors of earlier ones."""
    from dagster_project.installation.opening import workspace_of
    from dashboard.explain import explain_forecast

    workspace = workspace_of(is_sample=sample, as_of=None, clock=clock_of(ctx))
    print(explain_forecast(workspace.releases, workspace.today, indicator, region))


@explain.command(name="effect")
def explain_effect_command(
    ctx: typer.Context,
    measure: Annotated[str, typer.Argument(metavar="MEASURE", help="A code of seeds/policy_measures.csv.")],
    sample: Sample = False,
) -> None:
    """Estimated effect of a policy measure, and the strength of the evidence."""
    from dagster_project.installation.opening import workspace_of
    from dashboard.explain import explain_effect

    workspace = workspace_of(is_sample=sample, as_of=None, clock=clock_of(ctx))
    print(explain_effect(workspace.releases, workspace.today, measure))


@app.command(name="docs")
def docs_command(sample: Sample = False) -> None:
    """A page that explains every mart and column of the warehouse, to open in a browser without a network."""
    from dagster_project.installation.opening import workspace_of
    from dagster_project.operations.docs import write_docs

    print(write_docs(workspace_of(is_sample=sample, as_of=None)))
