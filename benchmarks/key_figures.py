"""The nationwide key figures into one Parquet file: Maandvers against cbsodata with pandas, turn by turn."""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(PROJECT), str(PROJECT / "tests")]

TABLE = "84799NED"
# Rows, inhabitants, persons on welfare.
Totals = tuple[int, ...]


def with_maandvers(base_url: str, target: Path) -> Totals:
    """Extract and land as a run does: payload kept, columns of the contract, every value checked."""
    from dagster_project.contracts.load import load_feeds
    from dagster_project.extract.extractors import extractor_for
    from dagster_project.installation.settings import DBT_PROJECT, Settings, SupplierSettings
    from dagster_project.installation.workspace import wall_clock
    from dagster_project.landing.ingest import receive
    from dagster_project.landing.store import FeedStore

    feed = next(feed for feed in load_feeds(DBT_PROJECT / "models") if feed.id == "cbs.key_figures")
    settings = Settings(scope="country", suppliers={"cbs": SupplierSettings(base_url=base_url)})
    store = FeedStore(target, feed)
    with extractor_for(feed, settings) as extractor:
        reception = receive(store, extractor, wall_clock)
    assert not reception.problems, reception.problems
    parquet = store.parquet(store.state().candidates["2020"].delivery_id, "key_figures")
    return totals(parquet, "population_count", "welfare_recipients_count")


def with_cbsodata(base_url: str, target: Path) -> Totals:
    """The script of an afternoon: the public client, pandas, Parquet."""
    import cbsodata
    import duckdb
    import pandas as pd

    cbsodata.options.use_https = False
    with cbsodata.catalog(base_url.removeprefix("http://"), use_https=False):
        frame = pd.DataFrame(cbsodata.get_data(TABLE))
    parquet = target / "key_figures.parquet"
    duckdb.from_df(frame).write_parquet(str(parquet), compression="zstd")
    return totals(parquet, "AantalInwoners_5", "PersonenPerSoortUitkeringBijstand_83")


def totals(parquet: Path, *columns: str) -> Totals:
    """Rows and sums that both ways must agree on."""
    import duckdb

    sums = ", ".join(f"sum({column})::bigint" for column in columns)
    row = duckdb.sql(f"SELECT count(*), {sums} FROM read_parquet('{parquet}')").fetchone()
    assert row is not None
    return row


WAYS = {"maandvers": with_maandvers, "cbsodata": with_cbsodata}


def measure(way: str, base_url: str) -> dict[str, Any]:
    """One run in a process of its own: wall seconds and peak memory in MB, as the process itself saw them."""
    command = [sys.executable, __file__, "--way", way, "--url", base_url]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()[-1])


def run_once(way: str, base_url: str) -> None:
    """Do the work and print what it took; importing what it needs is part of it."""
    started = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        found = WAYS[way](base_url, Path(folder))
    seconds = time.perf_counter() - started
    print(json.dumps({"rows": found[0], "totals": list(found), "seconds": seconds, "peak_mb": peak_mb()}))


def peak_mb() -> float:
    """Peak memory of this process; getrusage would count the memory of the parent when it started us."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def main() -> None:
    """Run both ways in turn and print medians and ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--way", choices=WAYS)
    parser.add_argument("--url")
    arguments = parser.parse_args()
    if arguments.way:
        run_once(arguments.way, arguments.url)
        return

    from suppliers.replay import replay_suppliers

    with replay_suppliers() as suppliers:
        results: dict[str, list[dict[str, Any]]] = {way: [] for way in WAYS}
        for round_number in range(arguments.rounds + 1):
            for way in WAYS:
                result = measure(way, suppliers.cbs_url)
                if round_number:  # the first warms the supplier
                    results[way].append(result)
    assert len({str(result["totals"]) for of_way in results.values() for result in of_way}) == 1, "the figures differ"
    medians = {
        way: {key: statistics.median(result[key] for result in of_way) for key in ("rows", "seconds", "peak_mb")}
        for way, of_way in results.items()
    }
    print(f"{'':12}{'rows':>10}{'seconds':>10}{'rows/s':>10}{'peak MB':>10}   (medians of {arguments.rounds})")
    for way, median in medians.items():
        rate = median["rows"] / median["seconds"]
        print(f"{way:12}{median['rows']:>10,.0f}{median['seconds']:>10.2f}{rate:>10,.0f}{median['peak_mb']:>10.0f}")
    ours, theirs = medians["maandvers"], medians["cbsodata"]
    print(
        f"cbsodata / maandvers: {theirs['seconds'] / ours['seconds']:.1f} x the time, "
        f"{theirs['peak_mb'] / ours['peak_mb']:.1f} x the memory"
    )


if __name__ == "__main__":
    main()
