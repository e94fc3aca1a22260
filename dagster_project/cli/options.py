"""Parts that the commands share: the application they belong to, its options, and how they read the clock."""

import logging
import sys
from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

from dagster_project.errors import shown

if TYPE_CHECKING:
    from dagster_project.installation.workspace import Clock
    from dagster_project.operations.status import Status

# Our own loggers.
HOUSE = "dagster_project"

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="A data warehouse that is at most one month old.",
)

Sample = Annotated[
    bool, typer.Option("--sample/--live", help="The fictional municipality, which needs no network, or the real one.")
]
AsOf = Annotated[
    str | None,
    typer.Option("--as-of", metavar="DATE", help="Act as if today were this date; no live run takes one to come."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON on standard output.")]


def clock_of(ctx: typer.Context) -> "Clock":
    """The clock that the caller of ``main`` passed, else that of the machine."""
    from dagster_project.installation.workspace import wall_clock

    clock: Clock = ctx.obj or wall_clock
    return clock


def status_of(ctx: typer.Context, sample: bool, day: date | None, past_day: date | None) -> "Status":
    """State of every feed on a day; of a past day as it was known then."""
    from dagster_project.installation.opening import workspace_of
    from dagster_project.operations.status import read_status

    return read_status(workspace_of(is_sample=sample, as_of=day, as_known_on=past_day, clock=clock_of(ctx)))


def date_of(text: str | None) -> date | None:
    """Read the date of an option. Raises BadParameter."""
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(f"expected a date such as 2026-11-23, came {text!r}") from error


class PlainFormatter(logging.Formatter):
    """Formatter of lines that may repeat an address or a supplier's text, tracebacks included."""

    def format(self, record: logging.LogRecord) -> str:
        """Format a record, with what may be shown of it."""
        return shown(super().format(record))


def log_to_stderr() -> None:
    """Write our progress, and warnings of libraries, to standard error."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(PlainFormatter("%(asctime)s %(message)s", "%H:%M:%S"))
    # Of libraries only warnings: their progress is not what a person waits for.
    handler.addFilter(lambda record: record.levelno >= logging.WARNING or record.name.startswith((HOUSE, "dashboard")))
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    logging.getLogger(HOUSE).setLevel(logging.INFO)
