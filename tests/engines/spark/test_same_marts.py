"""A run of the sample on a Spark of two executors, each a process of its own, releases what a run with DuckDB does."""

import json
import os
import shutil
import subprocess
from contextlib import closing
from pathlib import Path

import pytest
from main_line.installation import COMMAND

from dagster_project.errors import ExitCode
from dagster_project.marts.catalogue import read_marts
from dagster_project.release.reader import DATABASE, SNAPSHOT, open_release
from dagster_project.storage.database import DatabaseFile
from dagster_project.warehouse.dbt import MANIFEST, RESULTS
from engines.comparison import differing_marts

from .conftest import EVENTS

pytestmark = [pytest.mark.xdist_group("spark"), pytest.mark.long]
COMMENTS = "SELECT table_name, column_name, comment FROM duckdb_columns() WHERE schema_name = 'main' ORDER BY ALL"


def test_every_mart_of_the_release_is_that_of_duckdb(sample_home, spark_home):
    marts = read_marts(MANIFEST)
    assert len(marts) > 30
    one, other = (DatabaseFile(home / "releases" / "latest" / DATABASE) for home in (sample_home, spark_home))
    assert differing_marts(marts, one, other, schema=SNAPSHOT) == {}


def test_the_release_has_the_comments_of_duckdbs(sample_home, spark_home):
    comments = []
    for home in (sample_home, spark_home):
        with closing(open_release(home / "releases")) as release:
            comments.append(release.connection.execute(COMMENTS).fetchall())
    assert comments[0] == comments[1]


def test_every_data_test_has_the_same_verdict(sample_home, spark_home):
    def verdicts(home: Path) -> dict[str, tuple[str, int]]:
        results = json.loads((home / "dbt" / RESULTS).read_bytes())
        return {
            one["unique_id"]: (one["status"], one["failures"])
            for one in results
            if one["unique_id"].startswith("test.")
        }

    with_duckdb = verdicts(sample_home)
    assert len(with_duckdb) > 100
    assert {status for status, _ in with_duckdb.values()} == {"pass", "warn"}
    assert verdicts(spark_home) == with_duckdb


def test_two_executors_took_part(spark_home):
    (log,) = (spark_home.parent / EVENTS).glob("[!.]*")
    events = [json.loads(line) for line in log.read_text("utf-8").splitlines()]
    ended = [one["Task Info"]["Executor ID"] for one in events if one["Event"] == "SparkListenerTaskEnd"]
    assert min(ended.count("0"), ended.count("1")) > 100


def test_a_figure_that_spark_made_is_proven(spark_home, tmp_path):
    home = shutil.copytree(spark_home, tmp_path / "home", symlinks=True)
    figure = ("sports_accommodation_occupancy_pct", "--region", "GM9999", "--period", "2025-08")
    environment = os.environ | {"MAANDVERS_HOME": str(home), "MAANDVERS_TARGET": "spark"}
    command = [str(COMMAND), "prove", *figure, "--sample", "--json"]
    proven = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert proven.returncode == ExitCode.RELEASED, proven.stdout[-2000:] + proven.stderr[-2000:]
