"""Cost of each of many nights, and what the installation keeps after it; each night Signalen has a new export.

Two feeds, the key figures and citizen reports of the sample, in an installation that keeps Dagster's history. With
``--reports 1000000`` the export of the night is repeated until it has about so many reports.
"""

import argparse
import multiprocessing
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from multiprocessing.connection import Connection
from pathlib import Path

from measuring import PROJECT, run_command

sys.path[:0] = [str(PROJECT), str(PROJECT / "tests")]

ON_A_DAY = """
import sys
from datetime import date
from dagster_project.cli import main
from dagster_project.installation.workspace import morning_of
main(morning_of(date.fromisoformat(sys.argv.pop(1))))
"""
SIZES = ("landing", "releases", "publications", "other", "dagster")


def main() -> None:
    """Run the nights one after another and print a row for each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--nights", type=int, default=30)
    parser.add_argument("--days-between", type=int, default=7, help="7 shows releases leave after three months")
    parser.add_argument("--reports", type=int, default=0, help="reports in each export; the sample's own if left out")
    parser.add_argument("--first", type=date.fromisoformat, default=date(2026, 1, 5))
    arguments = parser.parse_args()
    from main_line.footprint import footprint

    print(f"load {os.getloadavg()[0]:.1f}; sizes in MB")
    heads = ("seconds", "CPU s", "peak MB", "releases", "deliveries", *SIZES, "events", "Dagster rows")
    print("".join(f"{head:>13}" for head in ("night", *heads)))
    with tempfile.TemporaryDirectory() as folder:
        home, dagster_home = Path(folder) / "home", Path(folder) / "dagster"
        dagster_home.mkdir()
        shutil.copy(PROJECT / "orchestration" / "dagster.yaml", dagster_home)
        for number in range(arguments.nights):
            day = arguments.first + timedelta(days=arguments.days_between * number)
            with suppliers_of(day, arguments.reports) as (cbs_url, signalen_url):
                settings = {
                    "MAANDVERS_HOME": str(home),
                    "MAANDVERS_MUNICIPALITY_CODE": "GM9999",
                    "MAANDVERS_FEEDS": '["cbs.key_figures", "signalen.reports"]',
                    "MAANDVERS_SUPPLIERS__CBS__BASE_URL": cbs_url,
                    "MAANDVERS_SUPPLIERS__SIGNALEN__LOCATION": signalen_url,
                    "DAGSTER_HOME": str(dagster_home),
                }
                command = ("-c", ON_A_DAY, str(day), "run", "--live")
                cost = run_command(Path(sys.executable), *command, settings=settings)
            kept = footprint(home, dagster_home)
            costs = (f"{cost.seconds:.1f}", f"{cost.cpu:.1f}", f"{cost.peak_mb:.0f}", kept.releases, kept.deliveries)
            sizes = [f"{getattr(kept, f'{name}_bytes') / 1e6:.1f}" for name in SIZES]
            counts = (kept.event_lines, kept.dagster_rows + kept.dagster_checks)
            print("".join(f"{value!s:>13}" for value in (day, *costs, *sizes, *counts)), flush=True)


@contextmanager
def suppliers_of(day: date, reports: int) -> Iterator[tuple[str, str]]:
    """Addresses of the sample's CBS and Signalen on a day, in a process of their own: a large export takes memory."""
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=serve, args=(day, reports, theirs))
    process.start()
    try:
        yield ours.recv()
    finally:
        ours.send("stop")
        process.join()


def serve(day: date, reports: int, other_end: Connection) -> None:
    """Serve the sample of a day, with a large export if asked for, until a word comes from the other end."""
    from starlette.applications import Starlette
    from starlette.routing import Mount
    from suppliers.running import running

    from dagster_project.sample.registers.signalen_export import export_zip, signalen_routes
    from dagster_project.sample.service import DEFAULT_SEED, sample_app

    app = sample_app(day)
    if reports:
        large = repeated(export_zip(day, DEFAULT_SEED), reports)
        # The first route that fits answers.
        app = Starlette(routes=[*signalen_routes(day, DEFAULT_SEED, lambda *_: large), Mount("/", app)])
    with running(app) as suppliers:
        other_end.send((suppliers.cbs_url, suppliers.signalen_url))
        other_end.recv()


def repeated(export: bytes, reports: int) -> bytes:
    """Repeat the reports of an export, with numbers of their own, until there are about so many."""
    import io
    import zipfile

    import duckdb

    # Above any number in the sample, so that no two reports have the same.
    step = 100_000_000
    numbers = ("id", "_signal_id", "category_assignment_id", "location_id", "reporter_id", "status_id", "parent")
    target = io.BytesIO()
    with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(io.BytesIO(export)) as small:
        small.extractall(folder)
        limits = {"threads": 1, "memory_limit": "2GB"}
        with (
            duckdb.connect(config=limits) as connection,
            zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive,
        ):
            count = f"SELECT count(*) FROM read_csv('{folder}/signals.csv', header = true, all_varchar = true)"
            ((rows,),) = connection.execute(count).fetchall()
            for name in small.namelist():
                table = f"read_csv('{folder}/{name}', header = true, all_varchar = true, quote = '\"', escape = '\"')"
                columns = [column[0] for column in connection.execute(f"DESCRIBE FROM {table}").fetchall()]
                moved = ", ".join(f"{c}::bigint + copy * {step} AS {c}" for c in columns if c in numbers)
                # The terms belong to categories, of which there are no more than before.
                copies = 1 if name == "sla.csv" else round(reports / rows)
                query = f"SELECT * REPLACE ({moved}) FROM {table}, range({copies}) AS copies(copy)"
                connection.execute(f"COPY (SELECT * EXCLUDE (copy) FROM ({query})) TO '{folder}/large' (FORMAT csv)")
                archive.write(f"{folder}/large", name)
    return target.getvalue()


if __name__ == "__main__":
    main()
