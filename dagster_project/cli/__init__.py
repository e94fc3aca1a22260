"""The command line. A module per purpose holds the commands, which import what they use when they are called."""

import os
import sys
from typing import TYPE_CHECKING

# Dagster and Great Expectations report usage unless told not to before they are imported.
os.environ.setdefault("DAGSTER_DISABLE_TELEMETRY", "yes")
os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
os.environ.setdefault("DBT_SEND_ANONYMOUS_USAGE_STATS", "false")

# Each registers its commands when it is imported.
from dagster_project.cli import publishing as publishing
from dagster_project.cli import readers as readers
from dagster_project.cli import running as running
from dagster_project.cli import upkeep as upkeep
from dagster_project.cli.options import app
from dagster_project.errors import ExitCode, MaandversError

if TYPE_CHECKING:
    from dagster_project.installation.workspace import Clock


def main(clock: "Clock | None" = None) -> None:
    """Entry point; errors that a person must correct are printed without a traceback.

    Whoever lets it run on another day passes the clock of that day; else it is that of the machine.
    """
    try:
        app(obj=clock)
    except MaandversError as error:
        print(error, file=sys.stderr)
        sys.exit(ExitCode.WRONG_SETUP)
