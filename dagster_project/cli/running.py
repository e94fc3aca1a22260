"""Commands that set up and run an installation: init, doctor, run, status, template, prepare."""

import gc
import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Literal

import typer

from dagster_project.cli.options import AsJson, AsOf, Sample, app, clock_of, date_of, log_to_stderr, status_of
from dagster_project.errors import ExitCode, SetupError

Form = Literal["xlsx", "csv"]
AsKnownOn = Annotated[
    str | None,
    typer.Option(
        "--as-known-on", metavar="DATE", help="Make again what was known on this date; asks no supplier, moves nothing."
    ),
]
Feeds = Annotated[
    list[str] | None,
    typer.Option("--feeds", metavar="FEED", help="Ask only these feeds or suppliers; repeat, or separate by commas."),
]

EXIT_CODES = """Exit codes: 0 released; 1 unexpected failure; 2 wrong settings, contract or arguments;
3 released, but figures of some feeds are withheld; 4 nothing released, the last release stays;
5 released, but some supplier could not be asked or sent something unusable;
8 released, but not brought to Postgres or object storage, which have the release before."""


@app.command(name="run", epilog=EXIT_CODES)
def run_command(
    ctx: typer.Context,
    sample: Sample = False,
    as_of: AsOf = None,
    as_known_on: AsKnownOn = None,
    feeds: Feeds = None,
    as_json: AsJson = False,
) -> None:
    """From the suppliers' latest answers to a published release."""
    from dagster_project.run import run
    from dagster_project.terminal import print_run, run_as_json

    # A run ends, and makes little garbage: looking for it as often as a server must costs a tenth of the run.
    gc.set_threshold(100_000, 50, 100)
    log_to_stderr()
    if as_known_on and (as_of or feeds):
        raise SetupError("--as-known-on asks no supplier and has its own day\n  do: leave out --as-of and --feeds")
    day, past_day = date_of(as_of), date_of(as_known_on)
    chosen = [name for entry in feeds or [] for name in entry.split(",") if name]
    result = run(is_sample=sample, as_of=day, feeds=chosen, as_known_on=past_day, clock=clock_of(ctx))
    status = status_of(ctx, sample, day, past_day)
    if as_json:
        print(json.dumps(run_as_json(result, status), indent=2))
    else:
        print_run(result, status)
    raise typer.Exit(result.exit_code)


@app.command(
    name="land",
    epilog="Exit codes: 0 every feed was landed; 2 wrong settings; 5 some supplier could not be asked or sent something"
    " unusable.",
)
def land_command(ctx: typer.Context, as_json: AsJson = False) -> None:
    """Land open data once for other installations, which read it here: for a provider of many municipalities."""
    from dagster_project.installation.opening import workspace_to_run
    from dagster_project.operations.land import land
    from dagster_project.terminal import print_landing

    log_to_stderr()
    receptions = land(workspace_to_run(is_sample=False, as_of=None, clock=clock_of(ctx)))
    if as_json:
        print(json.dumps({one.feed: asdict(one) for one in receptions}, indent=2))
    else:
        print_landing(receptions)
    is_whole = not any(one.problems for one in receptions)
    raise typer.Exit(ExitCode.RELEASED if is_whole else ExitCode.RELEASED_WITH_UNCHECKED_FEEDS)


@app.command(name="init")
def init_command(
    municipality: Annotated[str | None, typer.Option(metavar="CODE", help="Such as GM0867; asked if left out.")] = None,
    systems: Annotated[
        str | None, typer.Option(metavar="NAMES", help="Own systems in use, separated by commas; asked if left out.")
    ] = None,
    exports: Annotated[
        str | None, typer.Option(metavar="LOCATION", help="Folder or address of the export of signalen.")
    ] = None,
) -> None:
    """Write maandvers.toml, inbox folders and templates for the systems of a municipality."""
    from dagster_project.installation.opening import workspace_of
    from dagster_project.operations.init import check_is_new, initialise, municipality_code, own_systems

    workspace = workspace_of(is_sample=False, as_of=None)
    known = own_systems(workspace)
    check_is_new()
    if (municipality is None or systems is None) and not sys.stdin.isatty():
        raise SetupError(
            "init asks questions, and here is no terminal\n"
            f"  do: give --municipality GM0867 and --systems with any of {','.join(known)}, or with '' for none"
        )
    code = municipality_code(municipality or typer.prompt("Municipality code, such as GM0867"))
    chosen = [name for name in (systems or "").split(",") if name]
    if systems is None:
        for name, feeds in known.items():
            labels = ", ".join(dict.fromkeys(feed.delivery.supplier_label for feed in feeds))
            if typer.confirm(f"Is there {name} ({labels})?"):
                chosen.append(name)
    for path in initialise(workspace, code, chosen, exports):
        print(path)
    print(
        f"Next: fill in the templates, put the files in {workspace.settings.inbox.resolve()}, and ask maandvers doctor."
    )


@app.command(
    name="doctor",
    epilog="Exit codes: 0 every feed can be used; 2 wrong settings; 5 some feed cannot, the text says why.",
)
def doctor_command(sample: Sample = False, as_of: AsOf = None, as_json: AsJson = False) -> None:
    """One cheap question to each supplier: does it answer, and are its table and columns those of the contract?"""
    from dagster_project.installation.opening import workspace_of
    from dagster_project.operations.doctor import diagnose
    from dagster_project.terminal import print_diagnosis

    diagnosis = diagnose(workspace_of(is_sample=sample, as_of=date_of(as_of)))
    if as_json:
        print(diagnosis.model_dump_json(indent=2))
    else:
        print_diagnosis(diagnosis)
    raise typer.Exit(ExitCode.RELEASED if diagnosis.is_healthy else ExitCode.RELEASED_WITH_UNCHECKED_FEEDS)


@app.command(name="prepare")
def prepare_command() -> None:
    """Read the dbt models, which a deployment does once before Dagster starts."""
    from dagster_project.warehouse.dbt import current_manifest

    print(current_manifest())


@app.command(name="status")
def status_command(ctx: typer.Context, sample: Sample = False, as_of: AsOf = None, as_json: AsJson = False) -> None:
    """Every feed with its three clocks, what is withheld and why, and the last release."""
    from dagster_project.terminal import print_status

    status = status_of(ctx, sample, date_of(as_of), None)
    if as_json:
        print(status.model_dump_json(indent=2))
    else:
        print_status(status)


@app.command(name="template")
def template_command(
    feed: Annotated[str, typer.Argument(metavar="FEED", help="A feed that people deliver, such as hr.absence.")],
    to: Annotated[Path, typer.Option("--to", metavar="FOLDER", help="Where to write it.")] = Path(),
    form: Annotated[Form, typer.Option("--format", metavar="xlsx|csv", help="Kind of file.")] = "xlsx",
    sample: Sample = False,
) -> None:
    """A file to fill in, with example rows and a Dutch explanation, for a feed that people deliver."""
    from dagster_project.installation.opening import workspace_of
    from dagster_project.operations.template import write_template

    workspace = workspace_of(is_sample=sample, as_of=None)
    if feed not in {known.id for known in workspace.feeds}:
        raise SetupError(f"no feed is called {feed}\n  do: choose from {[known.id for known in workspace.feeds]}")
    (contract,) = workspace.select([feed])
    inbox = workspace.settings.inbox.resolve()
    for path in write_template(contract, inbox, workspace.today, to, form, workspace.settings.data_team):
        print(path)
