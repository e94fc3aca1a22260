"""A policy measure that points at nothing is found before it is published."""

import shutil
from pathlib import Path

import duckdb
from test_unit_tests import build

from dagster_project.installation.settings import DBT_PROJECT, SEEDS

MEASURES = ["+int_indicators__dictionary", "themes", "policy_measures", "dim_indicator", "dim_policy_measure"]


def a_copy(folder: Path) -> Path:
    """The dbt project with its seeds, to write wrong things in."""
    shutil.copytree(SEEDS, folder / "seeds")
    return shutil.copytree(DBT_PROJECT, folder / "dbt_models", ignore=shutil.ignore_patterns("target", "logs"))


def test_a_measure_for_another_theme_or_in_an_unknown_region_fails(tmp_path):
    project = a_copy(tmp_path)
    with (tmp_path / "seeds" / "policy_measures.csv").open("a", encoding="utf-8") as file:
        file.write("FM-998,Fictief,energy,reports_open_count,GM9999,2026-01-01,,1,GM9999\n")
        file.write("FM-999,Fictief,energy,average_gas_use_m3,BU99999999,2026-01-01,,1,GM9999\n")
        file.write("WW-001,Fictief,energy,no_such_indicator,BU00000000,2026-01-01,,1,GM0867\n")
    warehouse = tmp_path / "warehouse.duckdb"
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("create schema marts")
        regions = "'GM9999', 'WK999900', 'BU99990004', 'BU99990104'"
        connection.execute(
            f"create table marts.dim_region as select unnest([{regions}]) as region_code, 'Fictief' as region_name"
        )
    built = build(warehouse, "--select", *MEASURES, project=project)
    assert built.returncode != 0
    for name in ("every_measure_is_about_a_known_indicator_of_its_theme", "every_measure_is_taken_in_a_known_region"):
        assert f"FAIL 1 {name}" in built.stdout, built.stdout[-3000:]
