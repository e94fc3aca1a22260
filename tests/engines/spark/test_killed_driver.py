"""Java of Spark's driver is killed in the middle of a build: readers keep the release before, no delivery is blamed."""

import os
import shutil
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from main_line.first_run import call_sample

from dagster_project.errors import ExitCode
from dagster_project.marts.catalogue import read_marts
from dagster_project.release.reader import DATABASE, LATEST, SNAPSHOT, open_release
from dagster_project.storage.database import DatabaseFile
from dagster_project.warehouse.dbt import MANIFEST
from engines.comparison import differing_marts

from .conftest import LONGEST_SECONDS

pytestmark = [pytest.mark.xdist_group("spark"), pytest.mark.long]


def java_in(folder: Path) -> list[int]:
    """Processes of Java that work in a folder."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if process.joinpath("comm").read_text().strip() == "java" and process.joinpath("cwd").readlink() == folder:
                found.append(int(process.name))
        except OSError:
            continue
    return found


def built_models(log: Path) -> int:
    """Nodes that dbt says it made."""
    return log.read_text("utf-8").count(" OK created ") if log.exists() else 0


def test_latest_stays_and_the_next_run_releases(sample_home, on_spark, tmp_path):
    home = shutil.copytree(sample_home, tmp_path / "home", symlinks=True)
    (home / "dbt" / "dbt.log").unlink()
    settings = on_spark(tmp_path, "local[2]")
    releases = home / "releases"
    before = (releases / LATEST).resolve()

    def is_open() -> bool:
        with closing(open_release(releases)) as release:
            return release.cursor().execute("SELECT count(*) FROM fct_indicator_values").fetchone() > (0,)

    with ThreadPoolExecutor(1) as threads:
        running = threads.submit(call_sample, home, "run", settings=settings, timeout=LONGEST_SECONDS)
        while built_models(home / "dbt" / "dbt.log") < 60:
            assert not running.done(), running.result()
            assert is_open()
            time.sleep(0.1)
        (driver,) = java_in(home / "spark")
        os.kill(driver, signal.SIGKILL)
        ran = running.result()
    assert ran.returncode == ExitCode.NOTHING_RELEASED, ran.stdout[-1000:] + ran.stderr[-3000:]
    assert "Spark ended" in ran.stderr
    assert "do: look whether" in ran.stderr
    assert (releases / LATEST).resolve() == before
    assert is_open()
    assert list(home.glob("landing/*/*/quarantine/*")) == list(sample_home.glob("landing/*/*/quarantine/*"))

    again = call_sample(home, "run", settings=settings, timeout=LONGEST_SECONDS)
    assert again.returncode == ExitCode.RELEASED, again.stdout[-1000:] + again.stderr[-3000:]
    assert (releases / LATEST).resolve() != before
    one, other = (DatabaseFile(folder / DATABASE) for folder in (before, releases / LATEST))
    assert differing_marts(read_marts(MANIFEST), one, other, schema=SNAPSHOT) == {}
