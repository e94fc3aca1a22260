"""One step of `engines.py`, in a process of its own: generated rows, or a build by one engine."""

import json
import math
import os
import shutil
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from dagster_project.audit.outcome import AuditOutcome
from dagster_project.installation.opening import SAMPLE_MUNICIPALITY
from dagster_project.installation.settings import load_settings
from dagster_project.installation.workspace import Workspace
from dagster_project.marts.catalogue import MartColumn, read_marts
from dagster_project.storage.database import Database
from dagster_project.storage.sql import connect, literal, one_row, parquet
from dagster_project.warehouse.build_plan import build, finish, move_clocks, plan, prepare
from dagster_project.warehouse.dbt import BUILD, current_manifest, run_dbt
from dagster_project.warehouse.raw_layer import RawLayer, current_raw_layer
from dagster_project.warehouse.spark.raw_views import SPARK, parquet_on_spark
from dagster_project.warehouse.spark.spark_warehouse import CONFIGURATION, SparkWarehouse

# Before this folder, which has an `engines` too.
sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
from engines.comparison import differing_marts

POLICE = "raw_police.crime_monthly"
# Counts per region, month and kind of crime, with what it reads.
MODEL = "int_safety__crimes"
SELECTED = (*BUILD, "test", "--select", f"+{MODEL}")
# The country's neighbourhoods, twenty years of months, and as many kinds as the models show.
NEIGHBOURHOODS, KINDS = 14_574, 20
KEY = ("feed", "region_code", "period")


def workspace_of_environment() -> Workspace:
    """The installation that the environment names, at the moment of its last audit."""
    settings = load_settings()
    outcome = AuditOutcome.read(settings.home / "audit")
    assert outcome is not None, f"{settings.home} has no finished run: make run"
    judged_at = outcome.judged_at
    return Workspace(settings, now=lambda: judged_at, is_sample=settings.municipality_code == SAMPLE_MUNICIPALITY)


def copied(home: str) -> Workspace:
    """A copy of an installation without any warehouse, where the environment wants one."""
    ignored = shutil.ignore_patterns("warehouse.duckdb*", "releases", "spark", "dbt")
    shutil.copytree(home, load_settings().home, ignore=ignored)
    return workspace_of_environment()


def build_with_duckdb(workspace: Workspace, given: dict[str, Any]) -> None:
    """Build and test all models, in a file or in a lake."""
    move_clocks(workspace)
    build(workspace, plan(workspace))


def build_with_spark(workspace: Workspace, given: dict[str, Any]) -> None:
    """Build and test all models, and write the marts."""
    marts = read_marts(current_manifest())
    on_spark(workspace, given["memory"]).build(current_raw_layer(workspace, dialect=SPARK), marts)


def compare_builds(engine: str, given: dict[str, Any]) -> None:
    """Print which marts differ from those of the first engine, and in how many rows of either side."""
    first = workspace_in(Path(given["folder"]) / given["with"])
    sides = [built(given["with"], first), built(engine, workspace_of_environment())]
    marts = read_marts(current_manifest())
    # One after another, since the comparison keeps both sides in memory.
    differing = {name: rows for mart in marts for name, rows in differing_marts([mart], *sides).items()}
    print(f"  {len(marts) - len(differing)} of {len(marts)} marts equal those of {given['with']}")
    for name, (one, other) in differing.items():
        print(f"    {name}: {one:,} rows of {given['with']} are not there, {other:,} are there alone")


def workspace_in(home: Path) -> Workspace:
    """An installation of the same settings elsewhere, with a warehouse of its own."""
    settings = load_settings().model_copy(update={"home": home, "target": "duckdb"})
    return replace(workspace_of_environment(), settings=settings)


def built(engine: str, workspace: Workspace) -> Database | Path:
    """The marts that an engine built."""
    return SparkWarehouse(workspace).marts if engine == "spark" else workspace.warehouse


def rows_of_police(given: dict[str, Any]) -> None:
    """Write rows as the police deliver them: every region, month and kind once."""
    months = math.ceil(given["rows"] / (NEIGHBOURHOODS * KINDS))
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
            ) TO {literal(given["file"])} (FORMAT parquet)
        """)


def police_with_duckdb(workspace: Workspace, given: dict[str, Any]) -> None:
    """Count the generated rows."""
    planned = plan(workspace)
    view = generated(planned.raw, parquet(Path(given["file"])))
    prepare(workspace, replace(planned, raw=view))
    target = workspace.home / "dbt"
    municipality = workspace.settings.municipality_code
    run_dbt(SELECTED, warehouse=workspace.warehouse, municipality=municipality, target=target, secret=workspace.secret)
    made = counts_of("duckdb", workspace.home) / MODEL
    made.mkdir(parents=True)
    with workspace.warehouse.connect(read_only=True) as connection:
        # The model is a view, which this computes.
        connection.execute(f"SET memory_limit = {literal(given['duckdb_memory'])}")
        connection.execute(f"COPY (FROM intermediate.{MODEL}) TO {literal(made / 'counts.parquet')} (FORMAT parquet)")
    finish(workspace, planned, has_succeeded=False)


def police_with_spark(workspace: Workspace, given: dict[str, Any]) -> None:
    """Count the generated rows."""
    raw = generated(current_raw_layer(workspace, dialect=SPARK), parquet_on_spark(Path(given["file"])))
    model = replace(read_marts(current_manifest())[0], schema="intermediate", name=MODEL)
    on_spark(workspace, given["memory"]).build(raw, [model], SELECTED)


def compare_counts(engine: str, given: dict[str, Any]) -> None:
    """Print in how many rows the counts differ from those of the first engine."""
    folder = Path(given["folder"])
    sides = [counts_of(name, folder / name) for name in (given["with"], engine)]
    with connect() as connection:
        files = [literal(side / MODEL / "*.parquet") for side in sides]
        described = connection.execute(f"DESCRIBE FROM read_parquet({files[0]})").fetchall()
        (rows,) = one_row(connection, f"SELECT count(*) FROM read_parquet({files[0]})")
    columns = tuple(MartColumn(name, kind.lower(), "") for name, kind, *_ in described)
    counts = replace(read_marts(current_manifest())[0], name=MODEL, key=KEY, columns=columns)
    lacking, added = differing_marts([counts], *sides).get(MODEL, (0, 0))
    print(f"  of {rows:,} counts of {given['with']} {lacking:,} are not there; {added:,} are there alone")


def counts_of(engine: str, home: Path) -> Path:
    """The folder in which an engine wrote its counts."""
    return home / ("spark/marts" if engine == "spark" else "made")


def generated(raw: RawLayer, table: str) -> RawLayer:
    """The raw layer with generated rows in the place of the police's."""
    columns = raw.views[POLICE].partition(" FROM ")[0].partition(", null::")[0]
    return replace(raw, views={**raw.views, POLICE: f"{columns}, edition_year, delivery_id FROM {table}"})


def on_spark(workspace: Workspace, memory: str) -> SparkWarehouse:
    """A warehouse in a configuration with this memory, unless the environment names a cluster."""
    warehouse = SparkWarehouse(workspace)
    if CONFIGURATION not in os.environ:
        folder = warehouse.configuration()
        with (folder / "spark-defaults.conf").open("a", encoding="utf-8") as file:
            file.write(f"spark.driver.memory {memory}\n")
        os.environ[CONFIGURATION] = str(folder)
    return warehouse


STEPS: dict[tuple[str, str], Callable[[Workspace, dict[str, Any]], None]] = {
    ("build", "duckdb"): build_with_duckdb,
    ("build", "lake"): build_with_duckdb,
    ("build", "spark"): build_with_spark,
    ("police", "duckdb"): police_with_duckdb,
    ("police", "spark"): police_with_spark,
}
COMPARISONS = {"compare_build": compare_builds, "compare_police": compare_counts}


def main() -> None:
    """Take the step that the arguments name."""
    step, engine, text = sys.argv[1:]
    given = json.loads(text)
    if step == "rows":
        rows_of_police(given)
    elif step in COMPARISONS:
        COMPARISONS[step](engine, given)
    else:
        STEPS[step, engine](copied(given["home"]), given)


if __name__ == "__main__":
    main()
