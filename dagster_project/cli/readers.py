"""Commands that bring a release to its readers: serve, explain, export, docs."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from dagster_project.cli.options import Sample, app, clock_of, log_to_stderr

ExportForm = Literal["xlsx", "csv-nl"]

explain = typer.Typer(no_args_is_help=True, help="Forecasts and effects in the sentences of the board.")
app.add_typer(explain, name="explain")


@app.command(name="serve")
def serve_command(
    ctx: typer.Context,
    sample: Sample = False,
    host: Annotated[str | None, typer.Option(metavar="ADDRESS", help="Instead of that of the settings.")] = None,
    port: Annotated[
        int | None, typer.Option(metavar="NUMBER", min=1, max=65535, help="Instead of that of the settings.")
    ] = None,
    public: Annotated[bool, typer.Option("--public", help="The public edition, for everybody.")] = False,
) -> None:
    """The board: the latest release as web pages, for officials and their telephones."""
    from dagster_project.installation.opening import workspace_of
    from dashboard.serve import serve

    log_to_stderr()
    workspace = workspace_of(is_sample=sample, as_of=None, clock=clock_of(ctx))
    chosen = {name: value for name, value in (("host", host), ("port", port)) if value is not None}
    settings = workspace.settings.board.model_copy(update=chosen | ({"public": True} if public else {}))
    releases = workspace.public if settings.public else workspace.releases
    serve(releases, workspace.now, settings, workspace.settings.access)


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


@app.command(name="export")
def export_command(
    ctx: typer.Context,
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Where to write the files.")],
    marts: Annotated[
        str | None, typer.Option("--marts", metavar="NAMES", help="Separated by commas; all of them if left out.")
    ] = None,
    form: Annotated[
        ExportForm, typer.Option("--form", metavar="xlsx|csv-nl", help="Workbooks, or CSV for Dutch Excel.")
    ] = "xlsx",
    release: Annotated[
        str, typer.Option("--release", metavar="ID", help="Which release; the latest if left out.")
    ] = "latest",
    group: Annotated[
        str | None,
        typer.Option("--group", metavar="NAME", help="Only what [access] lets this group see; else everything."),
    ] = None,
    sample: Sample = False,
) -> None:
    """Marts of a release as files for Dutch spreadsheets: what may be shown today, with what it means."""
    from contextlib import closing

    from dagster_project.installation.opening import workspace_of
    from dagster_project.release.reader import open_release
    from dashboard.export import export_marts, group_of

    workspace = workspace_of(is_sample=sample, as_of=None, clock=clock_of(ctx))
    names = [name for name in (marts or "").split(",") if name]
    with closing(open_release(workspace.releases, release)) as opened:
        readers = group_of(workspace.settings.access, group, opened) if group is not None else None
        for exported in export_marts(opened, workspace.today, folder, names, form, readers):
            note = f"; {exported.note}" if exported.note else ""
            print(f"{exported.file}: {exported.rows:,} rows{note}")
        if readers and not names and (hidden := readers.hidden_marts(opened)):
            print(f"Left out, since '{readers.name}' may not see them: {', '.join(hidden)}")


@app.command(name="docs")
def docs_command(sample: Sample = False) -> None:
    """A page that explains every mart and column of the warehouse, to open in a browser without a network."""
    from dagster_project.installation.opening import workspace_of
    from dagster_project.operations.docs import write_docs

    print(write_docs(workspace_of(is_sample=sample, as_of=None)))
