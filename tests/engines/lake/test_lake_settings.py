"""The settings of a lake, and what it needs to be installed."""

import pytest
import yaml

from dagster_project.errors import SetupError
from dagster_project.installation.opening import workspace_of
from dagster_project.installation.settings import DBT_PROJECT
from dagster_project.storage import lake as lake_module
from dagster_project.storage.database import DatabaseFile
from dagster_project.storage.lake import Lake


@pytest.fixture
def opened(monkeypatch, tmp_path):
    """The sample, with the settings that a test gives."""
    monkeypatch.chdir(tmp_path)

    def open_with(**settings):
        for name, value in settings.items():
            monkeypatch.setenv(f"MAANDVERS_{name}", value)
        return workspace_of(is_sample=True, as_of=None)

    return open_with


def test_a_municipality_has_its_own_part_of_a_lake(opened, tmp_path):
    address = "postgresql://account:password@host/database"
    workspace = opened(TARGET="lake", LAKE__CATALOGUE=address, LAKE__DATA="files")
    assert workspace.warehouse == Lake(catalogue=address, name="gm9999", data=f"{tmp_path}/files/gm9999")
    assert opened(LAKE__DATA="s3://bucket/lake/").warehouse.data == "s3://bucket/lake/gm9999"


def test_the_warehouse_is_a_file_by_default_and_for_a_past_day(opened):
    workspace = opened()
    assert workspace.warehouse == DatabaseFile(workspace.home / "warehouse.duckdb")
    in_a_lake = opened(TARGET="lake", LAKE__DATA="files")
    past = in_a_lake.as_known_on(in_a_lake.today)
    assert past.warehouse == DatabaseFile(past.home / "warehouse.duckdb")


def test_a_lake_without_a_place_for_its_files_is_refused(opened):
    with pytest.raises(SetupError, match="set 'data' in"):
        _ = opened(TARGET="lake").warehouse


def test_the_catalogue_may_not_stand_in_the_file(opened, tmp_path):
    (tmp_path / "maandvers.toml").write_text('[lake]\ncatalogue = "postgresql://account:password@host"\n', "utf-8")
    with pytest.raises(SetupError, match="MAANDVERS_LAKE__CATALOGUE") as raised:
        opened()
    assert "password" not in str(raised.value)


def test_a_missing_extension_is_named_with_what_to_install(empty_lake, monkeypatch):
    monkeypatch.setattr(lake_module, "EXTENSIONS", ("of_no_version",))
    with pytest.raises(SetupError, match=r"'of_no_version'.*\n.*maandvers\[lake\]"):
        empty_lake.connect()


def test_dbt_works_with_one_thread():
    """Two at once in one process put tables in the wrong schema: https://github.com/duckdb/ducklake/issues/1248."""
    profile = yaml.safe_load((DBT_PROJECT / "profiles.yml").read_text("utf-8"))
    assert profile["maandvers"]["outputs"]["lake"]["threads"] == 1
