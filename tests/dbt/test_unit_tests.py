"""The rules of the models, held against the made-up rows of dbt's unit tests, in a warehouse without any delivery."""

import os
import re
import subprocess
import sys
from datetime import date
from pathlib import Path

from dagster_project.audit.clocks import read_clocks
from dagster_project.audit.outcome import FeedVerdict
from dagster_project.contracts.load import load_feeds
from dagster_project.installation.settings import DBT_PROJECT
from dagster_project.landing.store import FeedStore
from dagster_project.warehouse.dbt import variables
from dagster_project.warehouse.raw_layer import (
    open_warehouse,
    raw_layer,
    write_freshness,
    write_publication,
    write_published,
    write_raw,
)


def empty_warehouse(folder: Path) -> Path:
    """The raw layer as it is before anything was ever received."""
    feeds = load_feeds(DBT_PROJECT / "models")
    stores = [FeedStore(folder / "landing", feed) for feed in feeds]
    verdicts = [
        FeedVerdict(clocks=read_clocks(store), is_withheld=True, reason="was never received") for store in stores
    ]
    with open_warehouse(folder / "warehouse.duckdb") as connection:
        write_raw(connection, raw_layer(stores, verdicts))
        write_freshness(connection, feeds, verdicts)
        write_published(connection, [])
        write_publication(connection, date(2026, 11, 23))
    return folder / "warehouse.duckdb"


def build(warehouse: Path, *arguments: str, project: Path = DBT_PROJECT) -> subprocess.CompletedProcess[str]:
    dbt = Path(sys.executable).with_name("dbt")
    folders = ["--project-dir", project, "--profiles-dir", project, "--target-path", warehouse.parent / "dbt"]
    environment = {**os.environ, "MAANDVERS_WAREHOUSE": str(warehouse)}
    command = [dbt, "build", *folders, *variables("GM9999"), *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def test_every_rule_says_what_its_unit_tests_say_and_models_build_without_any_delivery(tmp_path):
    built = build(empty_warehouse(tmp_path))
    assert built.returncode == 0, built.stdout[-3000:]
    assert re.search(r"[1-9]\d* unit tests", built.stdout)
    assert "ERROR=0" in built.stdout
