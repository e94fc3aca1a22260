"""DuckDB's file and Spark beside each other: all models of the sample, and millions of generated rows of the police."""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from measuring import HEADINGS, PROJECT, Cost

STEP = Path(__file__).with_name("engines_step.py")
ENGINES = ("duckdb", "spark")
# What Spark may use for rows by the million; it starts with one gigabyte. DuckDB has what its profile says.
SPARK_MEMORY = "4g"
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass
class Process:
    """Use of a process when it was last seen."""

    cpu: float
    peak_mb: float


def measured(*arguments: str) -> Cost:
    """Run a step; count every process of its session, since Spark's Java outlives no one who would wait for it."""
    begin = time.perf_counter()
    seen: dict[int, Process] = {}
    most_mb = 0.0
    with subprocess.Popen([sys.executable, str(STEP), *arguments], cwd=PROJECT, start_new_session=True) as process:
        while process.poll() is None:
            now = dict(processes_of(process.pid))
            seen |= now
            most_mb = max(most_mb, sum(one.peak_mb for one in now.values()))
            time.sleep(0.2)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, arguments)
    return Cost(time.perf_counter() - begin, sum(one.cpu for one in seen.values()), most_mb)


def processes_of(session: int) -> Iterator[tuple[int, Process]]:
    """Processes of a session, by Linux's own tables."""
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            # The name in brackets may contain spaces.
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
            lines = (folder / "status").read_text().splitlines()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(fields[3]) == session:
            cpu = (int(fields[11]) + int(fields[12])) / TICKS
            peak = next((int(line.split()[1]) for line in lines if line.startswith("VmHWM")), 0)
            yield int(folder.name), Process(cpu, peak / 1024)


def run(name: str, step: str, given: Mapping[str, object]) -> None:
    """Measure a step on both engines, turn by turn, and print the costs."""
    for engine in ENGINES:
        cost = measured(step, engine, json.dumps({"memory": SPARK_MEMORY, **given}))
        print(cost.line(f"{name}, {engine}"), flush=True)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, default=PROJECT / "data" / "sample", help="a finished run of the sample")
    parser.add_argument("--rows", type=int, nargs="*", default=[1_000_000, 10_000_000])
    parser.add_argument("--without-sample", action="store_true")
    arguments = parser.parse_args()
    print(f"{HEADINGS}   (load {os.getloadavg()[0]:.1f})", flush=True)
    if not arguments.without_sample:
        run("sample", "sample", {"home": str(arguments.home.resolve())})
    for rows in arguments.rows:
        with tempfile.TemporaryDirectory() as folder:
            # Both engines read the same file.
            given = {"home": str(arguments.home.resolve()), "rows": rows, "folder": folder}
            subprocess.run([sys.executable, str(STEP), "rows", "none", json.dumps(given)], check=True)
            run(f"{rows:,} rows", "police", given)


if __name__ == "__main__":
    main()
