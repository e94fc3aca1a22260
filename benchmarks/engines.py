"""DuckDB's file, a lake and Spark beside each other: all models of an installation, and millions of generated rows.

The installations are the sample, and a municipality that stores the key figures of the whole country (editions.py). The
rows have the shape of the police's monthly table. Of both the results are compared, row by row.

    .venv/bin/python benchmarks/engines.py
    .venv/bin/python benchmarks/engines.py --country HOME --rows 10000000 30000000 100000000
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from board_load import country
from editions import installation
from growth import crossings, fitted
from measuring import HEADINGS, PROJECT, Cost
from sessions import measured, postmaster_of

from dagster_project.storage.sql import MEMORY

STEP = Path(__file__).with_name("engines_step.py")
# The first is the one that others are compared with.
ENGINES = ("duckdb", "lake", "spark")
# What Spark may use; it starts with one gigabyte. DuckDB has what its profile says, in the file and in a lake.
SPARK_MEMORY = "4g"
# Of Spark on this machine: local[2].
SPARK_CORES = 2
SAMPLE = {"MAANDVERS_MUNICIPALITY_CODE": "GM9999"}


@dataclass(frozen=True)
class Bench:
    """The engines to measure, and the Postgres that a lake has."""

    engines: tuple[str, ...]
    catalogue: str | None = None

    def run(self, name: str, step: str, home: Path, own: Mapping[str, str], **given: object) -> dict[str, Cost]:
        """Measure a step with every engine, turn by turn; print the costs, and what differs from the first's result."""
        costs = {}
        with tempfile.TemporaryDirectory() as folder:
            for engine in self.engines:
                settings = self._settings(Path(folder), engine, own)
                command = self._command(step, engine, home, folder, given)
                is_lake = engine == "lake" and self.catalogue
                costs[engine] = measured(command, settings, postmaster_of(self.catalogue) if is_lake else None)
                print(costs[engine].line(f"{name}, {engine}"), flush=True)
                if engine != self.engines[0]:
                    compare = self._command(f"compare_{step}", engine, home, folder, {"with": self.engines[0], **given})
                    subprocess.run(compare, check=True, cwd=PROJECT, env=settings)
        return costs

    def _settings(self, folder: Path, engine: str, own: Mapping[str, str]) -> dict[str, str]:
        """The environment of a step: an installation of this engine, and none of the settings of the one who asks."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith("MAANDVERS_")}
        settings = {**environment, **own, "MAANDVERS_HOME": str(folder / engine), "PYTHONPATH": str(PROJECT)}
        if engine == "lake":
            settings["MAANDVERS_TARGET"] = "lake"
            settings["MAANDVERS_LAKE__CATALOGUE"] = str(self.catalogue)
            settings["MAANDVERS_LAKE__DATA"] = str(folder / "files")
        return settings

    @staticmethod
    def _command(step: str, engine: str, home: Path, folder: str, given: Mapping[str, object]) -> list[str]:
        text = json.dumps({"home": str(home), "folder": folder, "memory": SPARK_MEMORY, **given})
        return [sys.executable, str(STEP), step, engine, text]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--home", type=Path, default=PROJECT / "data" / "sample", help="a finished run of the sample")
    parser.add_argument("--country", type=Path, help="home of the nationwide installation, made if it has no release")
    parser.add_argument("--rows", type=int, nargs="*", default=[1_000_000, 10_000_000])
    parser.add_argument("--engines", nargs="+", choices=ENGINES, default=list(ENGINES))
    parser.add_argument("--duckdb-memory", default=MEMORY, help="for the rows; as the product sets it if left out")
    parser.add_argument("--without-sample", action="store_true")
    arguments = parser.parse_args()
    home = arguments.home.resolve()
    print(f"{HEADINGS}   (load {os.getloadavg()[0]:.1f})", flush=True)
    with ExitStack() as stack:
        builds = []
        if not arguments.without_sample:
            builds.append(("sample", home, SAMPLE))
        if arguments.country:
            place = stack.enter_context(country(arguments.country.resolve()))
            builds.append(("country", place, installation(place)))
        if builds:
            catalogue = stack.enter_context(postgres()) if "lake" in arguments.engines else None
            for name, place, settings in builds:
                # A catalogue has a part for each municipality: these two are different ones.
                Bench(tuple(arguments.engines), catalogue).run(name, "build", place, settings)
    for_rows = tuple(engine for engine in arguments.engines if engine != "lake")
    if arguments.rows and for_rows:
        grown(Bench(for_rows), home, arguments.rows, arguments.duckdb_memory)


def grown(bench: Bench, home: Path, numbers: Sequence[int], memory: str) -> None:
    """Measure with each number of rows; print how time grows with them, and where the engines' lines cross."""
    costs = {}
    for rows in numbers:
        with tempfile.TemporaryDirectory() as folder:
            file = str(Path(folder) / "crime_monthly.parquet")
            subprocess.run(
                [sys.executable, str(STEP), "rows", "none", json.dumps({"rows": rows, "file": file})], check=True
            )
            costs[rows] = bench.run(f"{rows:,} rows", "police", home, SAMPLE, file=file, duckdb_memory=memory)
    if len(numbers) < 2:
        return
    work = {}
    for engine in bench.engines:
        work[engine] = fitted({rows: taken[engine].cpu for rows, taken in costs.items()})
        time_taken = fitted({rows: taken[engine].seconds for rows, taken in costs.items()})
        print(f"{engine}, CPU: {work[engine]}\n{engine}, time: {time_taken}")
    if len(bench.engines) == 2:
        one, other = bench.engines
        # By processor time, since other work on the machine is in the time. DuckDB works with one thread.
        print(f"{other} beside {one}, by processor time:", *crossings(work[one], work[other], SPARK_CORES), sep="\n")


@contextmanager
def postgres() -> Iterator[str]:
    """A Postgres for the catalogue of a lake, as the tests start one."""
    sys.path.append(str(PROJECT / "tests"))
    from postgres_server import started_postgres

    with started_postgres(is_durable=True) as address:
        yield address


if __name__ == "__main__":
    main()
