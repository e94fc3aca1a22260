"""Several writers at once in one lake: nothing is lost or mixed, and a reader sees one state."""

from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path

import duckdb
import pytest
from main_line.first_run import SAMPLE_DAY

from dagster_project.audit.outcome import AuditOutcome
from dagster_project.contracts.load import load_feeds
from dagster_project.installation.settings import DBT_PROJECT
from dagster_project.landing.store import FeedStore
from dagster_project.marts.catalogue import read_marts
from dagster_project.storage.database import WAREHOUSE, Database, DatabaseFile
from dagster_project.storage.lake import Lake
from dagster_project.storage.sql import Summary, connect
from dagster_project.warehouse.dbt import BUILD, MANIFEST, run_dbt
from dagster_project.warehouse.raw_layer import (
    open_warehouse,
    raw_layer,
    write_freshness,
    write_publication,
    write_published,
    write_raw,
)
from engines.comparison import differing_marts

from .writing import COMMITS, write_tables

pytestmark = pytest.mark.xdist_group("lake")
WRITERS = 3
MUNICIPALITIES = ("gm0001", "gm0002", "gm0003")
# Marts of own registers and of public feeds, with a Python model among those that they are made from.
MARTS = ("mart_finance_programme", "dim_region", "dim_indicator")
MARKED, COLUMN = ("raw_ledger.actuals", "raw_ledger.budget"), "programme_name"


def written_at_once(lake: Lake, attempts: int) -> list[BaseException]:
    """Let several processes write; returns their failures."""
    with lake.connect(), ProcessPoolExecutor(WRITERS, get_context("spawn")) as pool:
        writing = [pool.submit(write_tables, lake, writer, attempts) for writer in range(WRITERS)]
        return [error for one in writing if (error := one.exception())]


def test_commits_that_collide_are_retried(empty_lake):
    assert written_at_once(empty_lake, attempts=100) == []
    with empty_lake.connect(read_only=True) as connection:
        names = [f"table_{writer}_{number}" for writer in range(WRITERS) for number in range(COMMITS)]
        rows = " UNION ALL ".join(f"FROM {name}" for name in names)
        expected = [(writer, number) for writer in range(WRITERS) for number in range(COMMITS)]
        assert connection.execute(f"{rows} ORDER BY ALL").fetchall() == expected


def test_without_a_retry_writers_collide(empty_lake):
    failures = written_at_once(empty_lake, attempts=0)
    assert failures
    assert all("maximum retry count" in str(error) for error in failures), failures


def test_two_writers_of_one_table_do_not_overwrite_each_other(empty_lake):
    with empty_lake.connect() as one, empty_lake.connect() as other:
        one.execute("CREATE TABLE main.figures AS SELECT 1 AS value")
        one.begin()
        other.begin()
        one.execute("UPDATE main.figures SET value = value + 1")
        other.execute("UPDATE main.figures SET value = value + 10")
        one.commit()
        with pytest.raises(duckdb.Error, match="conflict"):
            other.commit()
    with empty_lake.connect(read_only=True) as connection:
        assert connection.execute("FROM main.figures").fetchall() == [(2,)]


def build(database: Database, municipality: str, landing: Path, folder: Path) -> None:
    """Build some marts of a municipality, whose name is in each row of its ledger."""
    feeds = load_feeds(DBT_PROJECT / "models")
    stores = [FeedStore(landing / "landing", feed) for feed in feeds]
    verdicts = AuditOutcome.read(landing / "audit").feeds
    raw = raw_layer(stores, verdicts)
    name = f"'{municipality} ' || {COLUMN} AS {COLUMN}"
    marked = {table: f"SELECT * REPLACE ({name}) FROM ({raw.views[table]})" for table in MARKED}
    with open_warehouse(database) as connection:
        write_raw(connection, replace(raw, views={**raw.views, **marked}))
        write_freshness(connection, feeds, verdicts)
        write_published(connection, [])
        write_publication(connection, SAMPLE_DAY)
    # Without tests that read other marts as well.
    chosen = (*BUILD, "--indirect-selection", "cautious", "--select", *(f"+{one}" for one in MARTS))
    run_dbt(chosen, warehouse=database, municipality="GM9999", secret="test", target=folder)


def read_while(building: list[Future], lakes: list[Lake]) -> list[tuple[str, bool]]:
    """Read every mart twice in one snapshot, again and again until all builds have ended; return what was equal."""
    found = []
    views = f"SELECT view_name FROM duckdb_views() WHERE database_name = '{WAREHOUSE}' AND schema_name = 'marts'"
    while not all(one.done() for one in building):
        for lake in lakes:
            with connect() as connection:
                lake.attach(connection)
                for (name,) in connection.execute(views).fetchall():
                    query = f"FROM {WAREHOUSE}.marts.{name}"
                    first = Summary.of(connection, query)
                    found.append((f"{name} of {lake.name}", Summary.of(connection, query) == first))
    return found


@pytest.mark.long
def test_three_municipalities_build_at_once(catalogue, sample_home, tmp_path):
    lakes = [Lake(catalogue=catalogue, name=name, data=str(tmp_path / "lake" / name)) for name in MUNICIPALITIES]
    for lake in lakes:
        lake.connect().close()
    with ThreadPoolExecutor(len(lakes)) as pool:
        building = [pool.submit(build, lake, lake.name, sample_home, tmp_path / lake.name) for lake in lakes]
        read = read_while(building, lakes)
        assert [one.exception() for one in building] == [None] * len(lakes)
    assert read
    assert [name for name, is_equal in read if not is_equal] == []
    marts = [mart for mart in read_marts(MANIFEST) if mart.name in MARTS]
    for lake in lakes:
        alone = DatabaseFile(tmp_path / lake.name / "warehouse.duckdb")
        build(alone, lake.name, sample_home, tmp_path / lake.name)
        assert differing_marts(marts, alone, lake) == {}
        with lake.connect(read_only=True) as connection:
            names = f"SELECT DISTINCT left({COLUMN}, 6) FROM marts.{MARTS[0]}"
            assert connection.execute(names).fetchall() == [(lake.name,)]
