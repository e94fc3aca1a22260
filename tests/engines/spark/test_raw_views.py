"""Raw views for Spark: the same deliveries and columns as for DuckDB, in Spark's words."""

import duckdb
import sqlglot

from dagster_project.audit.outcome import AuditOutcome
from dagster_project.installation.settings import Settings
from dagster_project.installation.workspace import Workspace
from dagster_project.storage.sql import literal
from dagster_project.warehouse.raw_layer import current_raw_layer
from dagster_project.warehouse.spark.raw_views import METADATA, SPARK, export_metadata, statements


def workspace_of(home):
    judged_at = AuditOutcome.read(home / "audit").judged_at
    return Workspace(Settings(home=home, municipality_code="GM9999"), now=lambda: judged_at, is_sample=True)


def test_views_name_the_same_columns_and_files(sample_home):
    workspace = workspace_of(sample_home)
    of_duckdb, of_spark = current_raw_layer(workspace), current_raw_layer(workspace, dialect=SPARK)
    assert of_spark.views.keys() == of_duckdb.views.keys()
    assert of_spark.contents == of_duckdb.contents
    for name, select in of_spark.views.items():
        ours = sqlglot.parse_one(select, read="spark")
        theirs = sqlglot.parse_one(of_duckdb.views[name], read="duckdb")
        assert ours.named_selects == theirs.named_selects, name
        assert select.count("parquet.`") == of_duckdb.views[name].count("read_parquet("), name
        assert "varchar" not in select, name
        assert "timestamptz" not in select, name


def test_metadata_is_that_of_the_file(sample_home, tmp_path):
    workspace = workspace_of(sample_home)
    raw = current_raw_layer(workspace, dialect=SPARK)
    export_metadata(workspace.warehouse, tmp_path)
    assert [one for one in statements(raw, tmp_path) if "raw_maandvers" in one and str(tmp_path) in one]
    with duckdb.connect() as connection:
        workspace.warehouse.attach(connection)
        for table in METADATA:
            ours = f"read_parquet({literal(tmp_path / f'{table}.parquet')})"
            columns = connection.execute(f"DESCRIBE FROM {ours}").fetchall()
            assert columns == connection.execute(f"DESCRIBE FROM warehouse.raw_maandvers.{table}").fetchall()
            both = f"(FROM {ours} EXCEPT ALL FROM warehouse.raw_maandvers.{table})"
            assert connection.execute(f"SELECT count(*) FROM {both}").fetchone() == (0,), table
