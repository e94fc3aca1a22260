"""Commands that keep an installation in order and account for it: verify, prune, alert, strike, prove."""

import sys
from typing import Annotated

import typer

from dagster_project.cli.options import AsJson, AsOf, Sample, app, clock_of, date_of
from dagster_project.errors import ExitCode


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
    from dagster_project.object_storage.shared_home import shared_home
    from dagster_project.operations.prune import prune
    from dagster_project.terminal import print_pruning

    workspace = workspace_of(is_sample=sample, as_of=None)
    with sole_run(workspace), shared_home(workspace):
        pruning = prune(workspace, is_dry_run=dry_run)
    if as_json:
        print(pruning.model_dump_json(indent=2))
    else:
        print_pruning(pruning)


@app.command(
    name="alert", epilog="Exit codes: 0 done; 1 a channel did not take an alert, which is tried again; 2 no channel."
)
def alert_command(
    ctx: typer.Context,
    sample: Sample = False,
    as_of: AsOf = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print what would be sent, and send nothing.")] = False,
) -> None:
    """Send what people have to know and was not sent before; every run does so at its end."""
    from dagster_project.errors import SetupError
    from dagster_project.installation.opening import workspace_of
    from dagster_project.terminal import print_alert
    from orchestration.alerts.outbox import planned_alerts, send_alerts

    workspace = workspace_of(is_sample=sample, as_of=date_of(as_of), clock=clock_of(ctx))
    if dry_run:
        for alert in planned_alerts(workspace):
            print_alert(alert)
        return
    if not workspace.settings.alerts.has_channel:
        raise SetupError(
            "alerts have no channel\n  do: name a mail server in [alerts.email] of maandvers.toml, or a webhook in"
            " MAANDVERS_ALERTS__WEBHOOK__URL; --dry-run prints what would be sent"
        )
    sending = send_alerts(workspace)
    for alert in sending.alerts:
        print_alert(alert)
    for problem in sending.problems:
        print(f"{problem}; tried again by the next run", file=sys.stderr)
    raise typer.Exit(ExitCode.UNEXPECTED if sending.problems else ExitCode.RELEASED)


@app.command(name="strike", epilog="Exit codes: 0 done; 2 no run is dated later than now.")
def strike_command(
    ctx: typer.Context,
    sample: Sample = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do it; without this, it is only described.")] = False,
) -> None:
    """Strike the runs that are dated later than now, which a wrong clock made and which block every later run."""
    from dagster_project.installation.opening import sole_run, workspace_of
    from dagster_project.object_storage.shared_home import shared_home
    from dagster_project.operations.strike import strike

    workspace = workspace_of(is_sample=sample, as_of=None, clock=clock_of(ctx))
    with sole_run(workspace), shared_home(workspace):
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
