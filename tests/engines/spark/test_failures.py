"""A failing model may be the fault of a delivery, a failing Spark never: the two end a run in different ways."""

import pytest

from dagster_project.storage.database import DatabaseError
from dagster_project.warehouse.dbt import DbtError
from dagster_project.warehouse.raw_layer import current_raw_layer
from dagster_project.warehouse.spark.raw_views import SPARK
from dagster_project.warehouse.spark.spark_warehouse import SparkWarehouse, defaults

pytestmark = [pytest.mark.xdist_group("spark"), pytest.mark.long]
# Its table was never built.
FAILING = ("test", "--select", "dim_period")


@pytest.fixture
def failure(prepared):
    """The failure of a build on a master."""

    def of(master):
        (prepared.spark_configuration / "spark-defaults.conf").write_text(defaults(master), "utf-8")
        raw = current_raw_layer(prepared.workspace, dialect=SPARK)
        with pytest.raises((DbtError, DatabaseError)) as raised:
            SparkWarehouse(prepared.workspace).run(raw, [], FAILING)
        return raised.value

    return of


def test_a_missing_table_is_a_failure_of_dbt(failure):
    found = failure("local[1]")
    assert isinstance(found, DbtError), found
    assert "TABLE_OR_VIEW_NOT_FOUND" in str(found)


def test_a_master_that_is_not_there_is_no_failure_of_dbt(failure):
    found = failure("spark://127.0.0.1:1")
    assert isinstance(found, DatabaseError), found
    assert "could not be reached" in str(found)
