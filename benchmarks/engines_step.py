"""One step of `engines.py`, in a process of its own: generated rows, or a build by one engine."""

import json
import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from dagster_project.audit.outcome import AuditOutcome
from dagster_project.installation.settings import Settings
from dagster_project.installation.workspace import Workspace
from dagster_project.storage.sql import connect, literal, parquet
from dagster_project.warehouse.build_plan import build, finish, move_clocks, plan, prepare
from dagster_project.warehouse.dbt import BUILD, run_dbt
from dagster_project.warehouse.raw_layer import RawLayer, current_raw_layer
from dagster_project.warehouse.spark.raw_views import SPARK, parquet_on_spark
from dagster_project.warehouse.spark.spark_warehouse import CONFIGURATION, SparkWarehouse, defaults

POLICE = "raw_police.crime_monthly"
# Counts per region, month and kind of crime, with what it reads.
MODEL = "int_safety__crimes"
SELECTED = (*BUILD, "test", "--select", f"+{MODEL}")
# The country's neighbourhoods, twenty years of months, and as many kinds as the models show.
NEIGHBOURHOODS, KINDS = 14_574, 20


def workspace_of(home: Path) -> Workspace:
    """A finished installation of the sample, at the moment of its last audit."""
    outcome = AuditOutcome.read(home / "audit")
    assert outcome is not None, f"{home} has no finished run: make run"
    judged_at = outcome.judged_at
    return Workspace(Settings(home=home, municipality_code="GM9999"), now=lambda: judged_at, is_sample=True)


def copied(home: str, folder: str) -> Workspace:
    """The installation without any warehouse."""
    copy = Path(folder) / "home"
    shutil.copytree(home, copy, ignore=shutil.ignore_patterns("warehouse.duckdb*", "releases", "spark", "dbt"))
    return workspace_of(copy)


def sample_with_duckdb(workspace: Workspace, given: dict[str, Any]) -> None:
    """Build and test all models."""
    move_clocks(workspace)
    build(workspace, plan(workspace))


def sample_with_spark(workspace: Workspace, given: dict[str, Any]) -> None:
    """Build and test all models, and take over the marts."""
    settings = workspace.settings.model_copy(update={"target": "spark"})
    sample_with_duckdb(replace(workspace, settings=settings), given)


def rows_of_police(given: dict[str, Any]) -> None:
    """Write rows as the police deliver them: every region, month and kind once."""
    file = Path(given["folder"]) / "crime_monthly.parquet"
    months = max(1, given["rows"] // (NEIGHBOURHOODS * KINDS))
    with connect() as connection:
        connection.execute(f"""
            COPY (
                SELECT
                    concat_ws('.', 1 + kind // 10, 1 + kind // 5 % 2, kind % 5) AS crime_code,
                    'kind ' || kind AS crime_name,
                    'BU' || lpad(region::varchar, 8, '0') AS region_code,
                    (2026 - month // 12)::varchar || 'MM' || lpad((month % 12 + 1)::varchar, 2, '0') AS period_code,
                    'month' AS period_name,
                    'Definitief' AS period_status,
                    (hash(region, month, kind) % 7)::bigint AS crime_count,
                    null::integer AS edition_year,
                    'generated' AS delivery_id
                FROM range({NEIGHBOURHOODS}) AS regions (region)
                CROSS JOIN range({months}) AS months (month)
                CROSS JOIN range({KINDS}) AS kinds (kind)
                LIMIT {given["rows"]}
            ) TO {literal(file)} (FORMAT parquet)
        """)


def police_with_duckdb(workspace: Workspace, given: dict[str, Any]) -> None:
    """Count the generated rows."""
    planned = plan(workspace)
    view = generated(planned.raw, parquet(rows_file(given)))
    prepare(workspace, replace(planned, raw=view))
    target = workspace.home / "dbt"
    municipality = workspace.settings.municipality_code
    run_dbt(SELECTED, warehouse=workspace.warehouse, municipality=municipality, target=target, secret=workspace.secret)
    with workspace.warehouse.connect(read_only=True) as connection:
        made = literal(workspace.home / "made.parquet")
        connection.execute(f"COPY (FROM intermediate.{MODEL}) TO {made} (FORMAT parquet)")
    finish(workspace, planned, has_succeeded=False)


def police_with_spark(workspace: Workspace, given: dict[str, Any]) -> None:
    """Count the generated rows."""
    move_clocks(workspace)
    prepare(workspace, plan(workspace))
    raw = generated(current_raw_layer(workspace, dialect=SPARK), parquet_on_spark(rows_file(given)))
    on_spark(workspace, given["memory"]).run(raw, [f"intermediate.{MODEL}"], SELECTED)


def rows_file(given: dict[str, Any]) -> Path:
    """The generated rows."""
    return Path(given["folder"]) / "crime_monthly.parquet"


def generated(raw: RawLayer, table: str) -> RawLayer:
    """The raw layer with generated rows in the place of the police's."""
    columns = raw.views[POLICE].partition(" FROM ")[0].partition(", null::")[0]
    return replace(raw, views={**raw.views, POLICE: f"{columns}, edition_year, delivery_id FROM {table}"})


def on_spark(workspace: Workspace, memory: str) -> SparkWarehouse:
    """A warehouse in a configuration for many rows with this memory, unless the environment names a cluster."""
    if CONFIGURATION not in os.environ:
        folder = workspace.spark / "conf"
        folder.mkdir(parents=True)
        settings = {"spark.driver.memory": memory, "spark.sql.shuffle.partitions": "2"}
        (folder / "spark-defaults.conf").write_text(defaults("local[2]", settings), "utf-8")
        os.environ[CONFIGURATION] = str(folder)
    return SparkWarehouse(workspace)


STEPS: dict[tuple[str, str], Callable[[Workspace, dict[str, Any]], None]] = {
    ("sample", "duckdb"): sample_with_duckdb,
    ("sample", "spark"): sample_with_spark,
    ("police", "duckdb"): police_with_duckdb,
    ("police", "spark"): police_with_spark,
}


def main() -> None:
    """Take the step that the arguments name."""
    step, engine, text = sys.argv[1:]
    given = json.loads(text)
    if step == "rows":
        rows_of_police(given)
        return
    with tempfile.TemporaryDirectory() as folder:
        STEPS[step, engine](copied(given["home"], folder), given)


if __name__ == "__main__":
    main()
