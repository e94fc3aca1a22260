"""A lake has the marts of the file, and its release the figures of the file's."""

import os
import shutil
import subprocess
from contextlib import closing
from pathlib import Path

import pytest
from main_line.first_run import SAMPLE_DAY
from main_line.installation import COMMAND

from dagster_project.errors import ExitCode
from dagster_project.installation.opening import workspace_of
from dagster_project.marts.catalogue import read_marts
from dagster_project.release.reader import DATABASE, SNAPSHOT, open_release
from dagster_project.storage.database import DatabaseFile
from dagster_project.warehouse.build_plan import plan
from dagster_project.warehouse.dbt import MANIFEST
from engines.comparison import differing_marts

pytestmark = [pytest.mark.xdist_group("lake"), pytest.mark.long]
COMMENTS = "SELECT table_name, column_name, comment FROM duckdb_columns() WHERE schema_name = 'main' ORDER BY ALL"


@pytest.fixture
def opened(lake_home, lake_settings, monkeypatch):
    """The installation that builds in the lake."""
    for name, value in {**lake_settings, "MAANDVERS_HOME": str(lake_home)}.items():
        monkeypatch.setenv(name, value)
    return workspace_of(is_sample=True, as_of=SAMPLE_DAY)


def test_every_mart_is_that_of_the_file(sample_home, lake):
    marts = read_marts(MANIFEST)
    assert len(marts) > 30
    assert differing_marts(marts, DatabaseFile(sample_home / "warehouse.duckdb"), lake) == {}


def test_the_release_has_the_figures_and_comments_of_the_files_release(sample_home, lake_home):
    releases = [home / "releases" for home in (sample_home, lake_home)]
    files = [DatabaseFile(folder / "latest" / DATABASE) for folder in releases]
    assert differing_marts(read_marts(MANIFEST), *files, schema=SNAPSHOT) == {}
    comments = []
    for folder in releases:
        with closing(open_release(folder)) as release:
            comments.append(release.connection.execute(COMMENTS).fetchall())
    assert comments[0] == comments[1]
    assert sum(1 for *_, comment in comments[0] if comment) > 500


def test_nothing_is_built_again_until_something_changes(opened, lake):
    assert opened.warehouse == lake
    assert not plan(opened).is_needed
    file = next(Path(lake.data).rglob("*.parquet"))
    away = file.rename(file.with_suffix(".away"))
    assert plan(opened).is_full
    away.rename(file)
    assert not plan(opened).is_needed


def test_a_lake_keeps_one_version_of_each_table(lake):
    with lake.connect(read_only=True) as connection:
        assert connection.execute("SELECT count(*) FROM ducklake_snapshots('warehouse')").fetchone() == (1,)


def test_a_figure_that_was_built_in_a_lake_is_proven(lake_home, lake_settings, tmp_path):
    home = shutil.copytree(lake_home, tmp_path / "home", symlinks=True)
    figure = ("population_count", "--region", "GM9999", "--period", "2025")
    environment = os.environ | lake_settings | {"MAANDVERS_HOME": str(home)}
    command = [str(COMMAND), "prove", *figure, "--sample", "--json"]
    proven = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert proven.returncode == ExitCode.RELEASED, proven.stdout[-2000:] + proven.stderr[-2000:]
