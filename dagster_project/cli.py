"""The command line: run the main line, and report the state of every feed."""

import json
import logging
import os
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from dagster_project.errors import ExitCode, MaandversError, SetupError, shown

if TYPE_CHECKING:
    from dagster_project.installation.workspace import Clock
    from dagster_project.operations.status import Status

# Dagster and Great Expectations report usage unless told not to before they are imported.
os.environ.setdefault("DAGSTER_DISABLE_TELEMETRY", "yes")
os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
os.environ.setdefault("DBT_SEND_ANONYMOUS_USAGE_STATS", "false")

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="A data warehouse that is at most one month old.",
)
explain = typer.Typer(no_args_is_help=True, help="Forecasts and effects in the sentences of the board.")
app.add_typer(explain, name="explain")

Sample = Annotated[
    bool, typer.Option("--sample/--live", help="The fictional municipality, which needs no network, or the real one.")
]
AsOf = Annotated[
    str | None,
    typer.Option("--as-of", metavar="DATE", help="Act as if today were this date; no live run takes one to come."),
]
AsKnownOn = Annotated[
    str | None,
    typer.Option(
        "--as-known-on", metavar="DATE", help="Make again what was known on this date; asks no supplier, moves nothing."
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON on standard output.")]
Form = Literal["xlsx", "csv"]
Feeds = Annotated[
    list[str] | None,
    typer.Option("--feeds", metavar="FEED", help="Ask only these feeds or suppliers; repeat, or separate by commas."),
]

EXIT_CODES = """Exit codes: 0 released; 1 unexpected failure; 2 wrong settings, contract or arguments;
3 released, but figures of some feeds are withheld; 4 nothing released, the last release stays;
5 released, but some supplier could not be asked or sent something unusable."""


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

    _log_to_stderr()
    if as_known_on and (as_of or feeds):
        raise SetupError("--as-known-on asks no supplier and has its own day\n  do: leave out --as-of and --feeds")
    day, past_day = _date(as_of), _date(as_known_on)
    chosen = [name for entry in feeds or [] for name in entry.split(",") if name]
    result = run(is_sample=sample, as_of=day, feeds=chosen, as_known_on=past_day, clock=_clock(ctx))
    status = _status(ctx, sample, day, past_day)
    if as_json:
        print(json.dumps(run_as_json(result, status), indent=2))
    else:
        print_run(result, status)
    raise typer.Exit(result.exit_code)


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

    diagnosis = diagnose(workspace_of(is_sample=sample, as_of=_date(as_of)))
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

    status = _status(ctx, sample, _date(as_of), None)
    if as_json:
        print(status.model_dump_json(indent=2))
    else:
        print_status(status)


@app.command(name="verify", epilog="Exit codes: 0 everything is as it was written; 6 something has changed.")
def verify_command(sample: Sample = False, as_json: AsJson = False) -> None:
    """Compare every file of landing, ledger and releases with its checksum; changes nothing."""
    from dagster_project.installation.opening import workspace_of
    from dagster_project.operations.verify import verify
    from dagster_project.terminal import print_verification

    found = verify(workspace_of(is_sample=sample, as_of=None))
    if as_json:
        print(found.model_dump_json(indent=2))
    else:
        print_verification(found)
    raise typer.Exit(ExitCode.CHANGED_FILES if found.findings else ExitCode.RELEASED)


@app.command(name="prune", epilog="Exit codes: 0 done; 2 the event log is damaged, so nothing was removed.")
def prune_command(
    sample: Sample = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Tell what would be removed, and remove nothing.")] = False,
    as_json: AsJson = False,
) -> None:
    """Delete what is past the retention in its contract and that no release needs; every nightly run does."""
    from dagster_project.installation.opening import sole_run, workspace_of
    from dagster_project.operations.prune import prune
    from dagster_project.terminal import print_pruning

    workspace = workspace_of(is_sample=sample, as_of=None)
    with sole_run(workspace):
        pruning = prune(workspace, is_dry_run=dry_run)
    if as_json:
        print(pruning.model_dump_json(indent=2))
    else:
        print_pruning(pruning)


@app.command(name="strike", epilog="Exit codes: 0 done; 2 no run is dated later than now.")
def strike_command(
    ctx: typer.Context,
    sample: Sample = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do it; without this, it is only described.")] = False,
) -> None:
    """Strike the runs that are dated later than now, which a wrong clock made and which block every later run."""
    from dagster_project.installation.opening import sole_run, workspace_of
    from dagster_project.operations.strike import strike

    workspace = workspace_of(is_sample=sample, as_of=None, clock=_clock(ctx))
    with sole_run(workspace):
        print(strike(workspace, is_dry_run=not yes))


@app.command(name="prove", epilog="Exit codes: 0 proven; 2 no such figure; 7 not proven, the text says why.")
def prove_command(
    figure: Annotated[
        str, typer.Argument(metavar="FIGURE", help="A column of a mart, as mart.column, or the code of an indicator.")
    ],
    where: Annotated[str | None, typer.Option(metavar="SQL", help="Of mart.column: which row, by its columns.")] = None,
    region: Annotated[str | None, typer.Option(metavar="CODE", help="Of an indicator: which region.")] = None,
    period: Annotated[
        str | None, typer.Option(metavar="PERIOD", help="Of an indicator: such as 2025, 2026-09.")
    ] = None,
    release: Annotated[str | None, typer.Option(metavar="ID", help="Which release; the latest if left out.")] = None,
    sample: Sample = False,
    as_json: AsJson = False,
) -> None:
    """Follow a figure back to what its suppliers sent, and compute it again from that alone."""
    from dagster_project.installation.opening import workspace_of
    from dagster_project.lineage.prove import prove
    from dagster_project.lineage.question import Question
    from dagster_project.lineage.report import print_proof

    question = Question.of(figure, where, region, period)
    proof = prove(workspace_of(is_sample=sample, as_of=None), question, release)
    if as_json:
        print(proof.model_dump_json(indent=2))
    else:
        print_proof(proof)
    raise typer.Exit(ExitCode.RELEASED if proof.is_proven else ExitCode.NOT_PROVEN)


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

    workspace = workspace_of(is_sample=sample, as_of=None, clock=_clock(ctx))
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

    workspace = workspace_of(is_sample=sample, as_of=None, clock=_clock(ctx))
    print(explain_effect(workspace.releases, workspace.today, measure))


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
    for path in write_template(contract, inbox, workspace.today, to, form):
        print(path)


@app.command(name="docs")
def docs_command(sample: Sample = False) -> None:
    """A page that explains every mart and column of the warehouse, to open in a browser without a network."""
    from dagster_project.installation.opening import workspace_of
    from dagster_project.operations.docs import write_docs

    print(write_docs(workspace_of(is_sample=sample, as_of=None)))


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

    _log_to_stderr()
    workspace = workspace_of(is_sample=sample, as_of=None, clock=_clock(ctx))
    chosen = {name: value for name, value in (("host", host), ("port", port)) if value is not None}
    serve(workspace.releases, workspace.now, workspace.settings.board.model_copy(update=chosen))


def main(clock: "Clock | None" = None) -> None:
    """Entry point; errors that a person must correct are printed without a traceback.

    Whoever lets it run on another day passes the clock of that day; else it is that of the machine.
    """
    try:
        app(obj=clock)
    except MaandversError as error:
        print(error, file=sys.stderr)
        sys.exit(ExitCode.WRONG_SETUP)


def _clock(ctx: typer.Context) -> "Clock":
    from dagster_project.installation.workspace import wall_clock

    clock: Clock = ctx.obj or wall_clock
    return clock


def _status(ctx: typer.Context, sample: bool, day: date | None, past_day: date | None) -> "Status":
    from dagster_project.installation.opening import workspace_of
    from dagster_project.operations.status import read_status

    return read_status(workspace_of(is_sample=sample, as_of=day, as_known_on=past_day, clock=_clock(ctx)))


def _date(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(f"expected a date such as 2026-11-23, came {text!r}") from error


class _PlainFormatter(logging.Formatter):
    """Formatter of lines that may repeat an address or a supplier's text, tracebacks included."""

    def format(self, record: logging.LogRecord) -> str:
        return shown(super().format(record))


def _log_to_stderr() -> None:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_PlainFormatter("%(asctime)s %(message)s", "%H:%M:%S"))
    # Of libraries only warnings: their progress is not what a person waits for.
    handler.addFilter(
        lambda record: record.levelno >= logging.WARNING or record.name.startswith((__package__, "dashboard"))
    )
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    logging.getLogger(__package__).setLevel(logging.INFO)


if __name__ == "__main__":
    main()
