"""Cost of a run for the sample municipality: from nothing, with nothing new, and in a night with 500 new reports."""

import argparse
import json
import os
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from measuring import COMMAND, DAGSTER, HEADINGS, PROJECT, Cost, median, run_command, run_maandvers

from dagster_project.sample.registers.signalen_reports import EXTRA_REPORTS


@dataclass(frozen=True)
class Run:
    """A run: days after the first, and reports on top of the eight or so that the sample's citizens make in a day."""

    name: str
    days: int
    extra_reports: int


# No other supplier of the sample publishes on the 26th of November.
RUNS = (Run("cold", 0, 0), Run("nothing new", 0, 0), Run("night with 500 new reports", 1, 500))


def with_command_line(home: Path, day: date, settings: dict[str, str]) -> Cost:
    """Run as cron does."""
    return run_maandvers("run", "--sample", "--as-of", str(day), settings=settings)


def with_dagster(home: Path, day: date, settings: dict[str, str]) -> Cost:
    """Run the same job through Dagster's own command, with an instance that keeps its events in SQLite."""
    dagster_home, config = home / "dagster", home / "config.yaml"
    dagster_home.mkdir(exist_ok=True)
    shutil.copy(PROJECT / "orchestration" / "dagster.yaml", dagster_home)
    # JSON is YAML.
    config.write_text(json.dumps({"resources": {"workspace": {"config": {"as_of": str(day)}}}}), "utf-8")
    job = ("job", "execute", "-m", "dagster_project.definitions", "-j", "publish", "-c", str(config))
    own = {"DAGSTER_HOME": str(dagster_home), "MAANDVERS_SAMPLE": "true", "DAGSTER_DISABLE_TELEMETRY": "yes"}
    return run_command(DAGSTER, *job, settings=settings | own)


WAYS: dict[str, Callable[[Path, date, dict[str, str]], Cost]] = {
    "maandvers run": with_command_line,
    "dagster job execute": with_dagster,
}


def main() -> None:
    """Measure the runs one after another, in a new home each round, and print medians."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--as-of", type=date.fromisoformat, default=date(2026, 11, 25), help="day of the first run")
    parser.add_argument("--ways", nargs="+", choices=WAYS, default=list(WAYS))
    arguments = parser.parse_args()
    # As a deployment does: both ways then read the models from the cache.
    run_command(COMMAND, "prepare", settings={})
    print(f"{HEADINGS}   (medians of {arguments.rounds}; load {os.getloadavg()[0]:.1f})")
    for way in arguments.ways:
        print(way)
        costs: dict[str, list[Cost]] = {run.name: [] for run in RUNS}
        for _ in range(arguments.rounds):
            with tempfile.TemporaryDirectory() as folder:
                for run in RUNS:
                    settings = {"MAANDVERS_HOME": f"{folder}/home"}
                    settings |= {EXTRA_REPORTS: str(run.extra_reports)}
                    day = arguments.as_of + timedelta(days=run.days)
                    costs[run.name].append(WAYS[way](Path(folder), day, settings))
        for name, of_run in costs.items():
            print(median(of_run).line(f"  {name}"), flush=True)


if __name__ == "__main__":
    main()
