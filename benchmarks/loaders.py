"""Ways to load the nationwide key figures from a CBS at an address, each run in a process of its own.

Called by key_figures.py as ``python loaders.py WAY ADDRESS``. This file imports only what the chosen way needs, because
dlt's interpreter has none of Maandvers' libraries.
"""

import json
import os
import resource
import sys
import tempfile
import time
import urllib.request
from collections.abc import Sequence
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
TABLE = "84799NED"
# Rows, regions, and sums of inhabitants, persons on welfare and cars.
Totals = tuple[int, ...]
CBS_COLUMNS = (
    "WijkenEnBuurten",
    "AantalInwoners_5",
    "PersonenPerSoortUitkeringBijstand_83",
    "PersonenautoSTotaal_99",
)


def with_maandvers(base_url: str, folder: Path) -> Totals:
    """Extract and land as a run does: payload kept, columns of the contract, every value checked."""
    sys.path[:0] = [str(PROJECT)]
    from dagster_project.contracts.load import load_feeds
    from dagster_project.extract.extractors import extractor_for
    from dagster_project.installation.settings import DBT_PROJECT, Settings, SupplierSettings
    from dagster_project.installation.workspace import wall_clock
    from dagster_project.landing.ingest import receive
    from dagster_project.landing.store import FeedStore

    feed = next(feed for feed in load_feeds(DBT_PROJECT / "models") if feed.id == "cbs.key_figures")
    settings = Settings(scope="country", suppliers={"cbs": SupplierSettings(base_url=base_url)})
    store = FeedStore(folder, feed)
    with extractor_for(feed, settings) as extractor:
        reception = receive(store, extractor, wall_clock)
    assert not reception.problems, reception.problems
    parquet = store.parquet(store.state().candidates["2020"].delivery_id, "key_figures")
    columns = ("region_code", "population_count", "welfare_recipients_count", "car_count")
    return totals(f"read_parquet('{parquet}')", columns)


def with_duckdb(base_url: str, folder: Path) -> Totals:
    """Save each page and let DuckDB infer one table from them."""
    import duckdb

    address, number = f"{base_url}/ODataFeed/odata/{TABLE}/TypedDataSet?$format=json", 0
    while address:
        with urllib.request.urlopen(address) as response:
            page = response.read()
        (folder / f"page_{number}.json").write_bytes(page)
        # The address of the next page stands at the end; parsing twice would take half of the time.
        _, is_more, link = page.rpartition(b'"odata.nextLink":"')
        address, number = link.partition(b'"')[0].decode() if is_more else "", number + 1
    with duckdb.connect(folder / "key_figures.duckdb") as connection:
        pages = f"read_json('{folder}/page_*.json', maximum_object_size=100_000_000)"
        connection.execute(
            f"CREATE TABLE key_figures AS SELECT unnest(record) FROM (SELECT unnest(value) AS record FROM {pages})"
        )
    return totals("key_figures", CBS_COLUMNS, folder / "key_figures.duckdb")


def with_dlt(base_url: str, folder: Path) -> Totals:
    """Load through dlt's REST source into DuckDB, with dlt's own defaults."""
    quiet = {"RUNTIME__DLTHUB_TELEMETRY": "false", "RUNTIME__LOG_LEVEL": "ERROR"}
    os.environ |= quiet | {"DLT_DATA_DIR": str(folder / "dlt")}
    import dlt
    from dlt.sources.rest_api import rest_api_source

    source = rest_api_source(
        {
            "client": {
                "base_url": f"{base_url}/ODataFeed/odata/{TABLE}/",
                "paginator": {"type": "json_link", "next_url_path": "['odata.nextLink']"},
            },
            "resources": [
                {
                    "name": "key_figures",
                    "endpoint": {"path": "TypedDataSet", "params": {"$format": "json"}, "data_selector": "value"},
                }
            ],
        }
    )
    database = folder / "key_figures.duckdb"
    pipeline = dlt.pipeline(
        "key_figures", destination=dlt.destinations.duckdb(str(database)), dataset_name="cbs", pipelines_dir=str(folder)
    )
    pipeline.run(source).raise_on_failed_jobs()
    naming = pipeline.default_schema.naming
    return totals("cbs.key_figures", [naming.normalize_identifier(name) for name in CBS_COLUMNS], database)


def with_cbsodata(base_url: str, folder: Path) -> Totals:
    """Load through the public client and pandas into Parquet."""
    import cbsodata
    import duckdb
    import pandas as pd

    cbsodata.options.use_https = False
    with cbsodata.catalog(base_url.removeprefix("http://"), use_https=False):
        frame = pd.DataFrame(cbsodata.get_data(TABLE))
    parquet = folder / "key_figures.parquet"
    duckdb.from_df(frame).write_parquet(str(parquet), compression="zstd")
    # The client replaces codes of regions by their names, of which many have the same.
    columns = ("Codering_3", *CBS_COLUMNS[1:])
    return totals(f"read_parquet('{parquet}')", columns)


def totals(relation: str, columns: Sequence[str], database: Path | None = None) -> Totals:
    """Count rows and regions and add up figures, which all ways must agree on."""
    import duckdb

    region, *figures = columns
    sums = ", ".join(f"sum({column})::bigint" for column in figures)
    with duckdb.connect(database or ":memory:") as connection:
        row = connection.execute(f"SELECT count(*), count(DISTINCT trim({region})), {sums} FROM {relation}").fetchone()
    assert row is not None
    return row


WAYS = {
    "maandvers": with_maandvers,
    "plain duckdb": with_duckdb,
    "dlt": with_dlt,
    "cbsodata + pandas": with_cbsodata,
}


def peak_mb() -> float:
    """Return the peak memory of this process; getrusage would count the memory of the parent when it started us."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def main() -> None:
    """Do the work and print its cost; importing libraries is part of it."""
    way, base_url = sys.argv[1:]
    begin = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        found = WAYS[way](base_url, Path(folder))
    seconds = time.perf_counter() - begin
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    cpu = sum(one.ru_utime + one.ru_stime for one in used)
    print(json.dumps({"totals": found, "seconds": seconds, "cpu": cpu, "peak_mb": peak_mb()}))


if __name__ == "__main__":
    main()
