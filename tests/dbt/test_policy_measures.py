"""A policy measure that points at nothing is found before it is published."""

import duckdb
import pytest

from dagster_project.storage.database import DatabaseFile
from dagster_project.warehouse.dbt import DbtError, run_dbt

COLUMNS = (
    "measure_code, name_nl, theme_code, indicator_code, region_code, start_date, end_date, cost_eur, municipality_code"
)
FOR_ANOTHER_THEME = "('FM-998', 'Fictief', 'energy', 'reports_open_count', 'GM9999', '2026-01-01', null, 1, 'GM9999')"
IN_AN_UNKNOWN_REGION = "('FM-999', 'Fictief', 'energy', 'average_gas_use_m3', 'BU99', '2026-01-01', null, 1, 'GM9999')"
OF_ANOTHER_MUNICIPALITY = "('WW-001', 'Fictief', 'energy', 'no_indicator', 'BU00', '2026-01-01', null, 1, 'GM0867')"


def test_a_measure_for_another_theme_or_in_an_unknown_region_fails(first_run, tmp_path):
    home = first_run.copy(tmp_path / "home").home
    with duckdb.connect(str(home / "warehouse.duckdb")) as connection:
        for row in (FOR_ANOTHER_THEME, IN_AN_UNKNOWN_REGION, OF_ANOTHER_MUNICIPALITY):
            connection.execute(f"insert into reference.policy_measures ({COLUMNS}) values {row}")
    with pytest.raises(DbtError):
        run_dbt(
            ("build", "--select", "dim_policy_measure"),
            warehouse=DatabaseFile(home / "warehouse.duckdb"),
            municipality="GM9999",
            secret="test",
            target=tmp_path / "dbt",
        )
    log = (tmp_path / "dbt" / "dbt.log").read_text("utf-8")
    for name in ("every_measure_is_about_a_known_indicator_of_its_theme", "every_measure_is_taken_in_a_known_region"):
        assert f"FAIL 1 {name}" in log
