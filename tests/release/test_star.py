"""Foreign keys of a release: frictionless validates them, and one with an orphan is not declared."""

import json
import shutil
from pathlib import Path

import duckdb
import pytest
from frictionless import Package, system

from dagster_project.marts.catalogue import read_marts
from dagster_project.release.star import foreign_keys_of
from dagster_project.warehouse.dbt import MANIFEST


def errors_of(package: Path) -> list[str]:
    with system.use_context(trusted=True):
        return [error for (error,) in Package(str(package)).validate().flatten(["message"])]


@pytest.mark.long
def test_frictionless_validates_the_release_with_its_keys(sample_home, tmp_path):
    release = (sample_home / "releases" / "latest").resolve()
    package = shutil.copy(release / "datapackage.json", tmp_path / "datapackage.json")
    shutil.copytree(release / "csv", tmp_path / "csv")
    assert any(resource.get("compression") == "gz" for resource in json.loads(package.read_text())["resources"])
    assert errors_of(package) == []
    period = tmp_path / "csv" / "dim_scenario.csv"
    period.write_text(period.read_text().replace("unchanged", "changed"))
    assert any("scenario_code" in error for error in errors_of(package))


def test_a_key_with_an_orphan_is_not_declared(first_run):
    marts = [
        mart for mart in read_marts(MANIFEST) if mart.name in ("dim_region_current", "dim_period", "mart_demography")
    ]
    with duckdb.connect() as connection:
        connection.execute(f"attach '{first_run.latest / 'maandvers.duckdb'}' as release (read_only)")
        connection.execute("create schema copy")
        for mart in marts:
            connection.execute(f"create table copy.{mart.name} as from release.snapshot.{mart.name}")
        columns = [column for column, *_ in foreign_keys_of(connection, marts, "copy")["mart_demography"]]
        assert columns == ["period", "region_code"]
        connection.execute("delete from copy.dim_region_current where region_level = 'district'")
        columns = [column for column, *_ in foreign_keys_of(connection, marts, "copy")["mart_demography"]]
        assert columns == ["period"]
