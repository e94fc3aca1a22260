"""The whole line on the nationwide key figures, with one, two and three editions at once: time, memory and growth.

Each edition is the real table of 2020 (17,341 regions) under the name of another year.
"""

import argparse
import multiprocessing
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from multiprocessing.connection import Connection
from pathlib import Path

from measuring import HEADINGS, PROJECT, Cost, run_maandvers

# Years of which CBS fills the same columns; the contract says the identifiers of their tables.
YEARS = (2020, 2019, 2021)
FEED = "cbs.key_figures"


def main() -> None:
    """Run once per number of editions, each in a new home, and print the cost and what each edition adds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--editions", type=int, nargs="+", choices=(1, 2, 3), default=[1, 2, 3])
    arguments = parser.parse_args()
    print(HEADINGS, f"{'warehouse MB':>14}{'release MB':>14}", flush=True)
    before: Cost | None = None
    for number in arguments.editions:
        cost, sizes = whole_line(YEARS[:number])
        print(cost.line(f"{number} edition(s)"), f"{sizes[0]:>14.0f}{sizes[1]:>14.0f}", flush=True)
        if before is not None:
            grown = Cost(cost.seconds - before.seconds, cost.cpu - before.cpu, cost.peak_mb - before.peak_mb)
            print(grown.line("  more than before"), flush=True)
        before = cost


def whole_line(years: tuple[int, ...]) -> tuple[Cost, tuple[float, float]]:
    """Cost of a first run on these editions, and the megabytes of its warehouse and its release."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        cost = released(home, years, date(2026, 11, 23))
        release = (home / "releases" / "latest").resolve()
        return cost, (size_of(home / "warehouse.duckdb"), sum(size_of(file) for file in release.rglob("*")))


def released(home: Path, years: tuple[int, ...], day: date | None = None) -> Cost:
    """Run the whole line on these editions for an installation in ``home``: today, or as on a day."""
    with cbs_of(years) as base_url:
        settings = {**installation(home), "MAANDVERS_SUPPLIERS__CBS__BASE_URL": base_url}
        as_of = ["--as-of", str(day)] if day else []
        return run_maandvers("run", "--live", *as_of, settings=settings)


def installation(home: Path) -> dict[str, str]:
    """Settings of a municipality that stores the key figures of the whole country."""
    return {
        "MAANDVERS_HOME": str(home),
        "MAANDVERS_MUNICIPALITY_CODE": "GM0867",
        "MAANDVERS_SCOPE": "country",
        "MAANDVERS_FEEDS": f'["{FEED}"]',
    }


def size_of(file: Path) -> float:
    """Megabytes of a file."""
    return file.stat().st_size / 1e6


@contextmanager
def cbs_of(years: tuple[int, ...]) -> Iterator[str]:
    """The address of a CBS that has these editions, in a process of its own: its tables are large."""
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=serve_editions, args=(years, theirs))
    process.start()
    try:
        yield ours.recv()
    finally:
        ours.send("stop")
        process.join()


def serve_editions(years: tuple[int, ...], other_end: Connection) -> None:
    """Serve the real table as each of the editions until a word comes from the other end."""
    sys.path[:0] = [str(PROJECT), str(PROJECT / "tests")]
    from dataclasses import replace

    from starlette.applications import Starlette
    from suppliers.replay import real_table
    from suppliers.running import running

    from dagster_project.contracts.load import load_feeds
    from dagster_project.installation.settings import DBT_PROJECT
    from dagster_project.sample.servers.odata_v3_server import odata_v3_routes

    feed = next(feed for feed in load_feeds(DBT_PROJECT / "models") if feed.id == FEED)
    table = real_table()
    tables = [
        replace(
            table,
            infos={
                **table.infos,
                "Identifier": feed.delivery.editions[year],
                "Title": f"Kerncijfers wijken en buurten {year}",
            },
        )
        for year in years
    ]
    with running(Starlette(routes=odata_v3_routes(tables))) as suppliers:
        other_end.send(suppliers.cbs_url)
        other_end.recv()


if __name__ == "__main__":
    main()
