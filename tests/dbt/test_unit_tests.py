"""The rules of the models, by the made-up rows of dbt's unit tests, in a warehouse without any delivery."""

import json
from datetime import date
from pathlib import Path

import pytest

from dagster_project.audit.clocks import read_clocks
from dagster_project.audit.outcome import FeedVerdict
from dagster_project.contracts.load import load_feeds
from dagster_project.installation.settings import DBT_PROJECT
from dagster_project.landing.store import FeedStore
from dagster_project.storage.database import DatabaseFile
from dagster_project.warehouse.dbt import RESULTS, run_dbt
from dagster_project.warehouse.raw_layer import (
    open_warehouse,
    raw_layer,
    write_freshness,
    write_publication,
    write_published,
    write_raw,
)

pytestmark = pytest.mark.whole_run

# In nothing that dbt writes.
SECRET = "a-secret-of-this-test"


def empty_warehouse(folder: Path) -> DatabaseFile:
    """The raw layer as it is before anything was ever received."""
    feeds = load_feeds(DBT_PROJECT / "models")
    stores = [FeedStore(folder / "landing", feed) for feed in feeds]
    verdicts = [
        FeedVerdict(clocks=read_clocks(store), is_withheld=True, reason="was never received") for store in stores
    ]
    warehouse = DatabaseFile(folder / "warehouse.duckdb")
    with open_warehouse(warehouse) as connection:
        write_raw(connection, raw_layer(stores, verdicts))
        write_freshness(connection, feeds, verdicts)
        write_published(connection, [])
        write_publication(connection, date(2026, 11, 23))
    return warehouse


def test_every_rule_has_the_results_of_its_unit_tests_and_models_build_without_any_delivery(tmp_path):
    warehouse, target = empty_warehouse(tmp_path), tmp_path / "dbt"
    arguments = ("build", "--no-write-json", "--exclude-resource-type", "test")
    run_dbt(arguments, warehouse=warehouse, municipality="GM9999", secret=SECRET, target=target)
    built = {node["unique_id"].partition(".")[0] for node in json.loads((target / RESULTS).read_bytes())}
    assert built >= {"model", "seed", "unit_test"}
    written = [file for file in tmp_path.rglob("*") if file.is_file()]
    assert len(written) > 100
    assert [file for file in written if SECRET.encode() in file.read_bytes()] == []
