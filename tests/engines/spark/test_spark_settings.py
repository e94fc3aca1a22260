"""The setting ``target = "spark"``: where its marts are, what is always built, and what to do where Spark is absent."""

import pytest
from main_line.first_run import SAMPLE_DAY

from dagster_project.errors import SetupError
from dagster_project.installation.opening import workspace_of
from dagster_project.storage.database import DatabaseFile
from dagster_project.warehouse.build_plan import plan
from dagster_project.warehouse.raw_layer import current_raw_layer
from dagster_project.warehouse.spark import spark_warehouse
from dagster_project.warehouse.spark.raw_views import SPARK
from dagster_project.warehouse.spark.spark_warehouse import SparkWarehouse


@pytest.fixture
def workspace(sample_home, monkeypatch):
    """The sample, opened by who builds on Spark."""
    monkeypatch.setenv("MAANDVERS_HOME", str(sample_home))
    monkeypatch.setenv("MAANDVERS_TARGET", "spark")
    return workspace_of(is_sample=True, as_of=SAMPLE_DAY)


def test_marts_of_spark_are_in_a_file_of_their_own(workspace):
    assert workspace.warehouse == DatabaseFile(workspace.home / "spark" / "warehouse.duckdb")


def test_the_rebuild_of_a_past_day_is_built_by_duckdb(workspace):
    past = workspace.as_known_on(SAMPLE_DAY)
    assert past.warehouse == DatabaseFile(past.home / "warehouse.duckdb")
    assert not past.builds_on_spark


def test_every_run_builds_everything(workspace):
    assert plan(workspace).is_full


def test_without_pyspark_the_message_says_what_to_install(workspace, monkeypatch):
    monkeypatch.setattr(spark_warehouse, "find_spec", lambda name: None)
    with pytest.raises(SetupError, match=r"pip install 'maandvers\[spark\]'"):
        SparkWarehouse(workspace).build(current_raw_layer(workspace, dialect=SPARK))
