"""The sample as Spark's two executors built it, after a run whose driver was killed."""

import json
import os
import shutil
import signal
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path

import pytest
from made_once import made_once
from main_line.first_run import SAMPLE_DAY, call_sample

from dagster_project.installation.opening import workspace_of
from dagster_project.installation.workspace import Workspace
from dagster_project.release.reader import LATEST, open_release
from dagster_project.warehouse.build_plan import move_clocks, plan, prepare
from dagster_project.warehouse.spark.spark_warehouse import CONFIGURATION, SMALL_TABLES, defaults

from .java import needs_java

EXECUTORS = "local-cluster[2,1,1024]"
EVENTS = "events"
# A run on a machine that does other work as well.
LONGEST_SECONDS = 5400
# Of the 257 models and seeds.
BUILT_BEFORE_THE_KILL = 60


@dataclass(frozen=True)
class KilledRun:
    """A run whose driver was killed, and the release that readers had while it ran and after it."""

    exit_code: int
    output: str
    latest: list[str]


@pytest.fixture(scope="session")
def installed() -> None:
    """PySpark and Java."""
    pytest.importorskip("pyspark", reason="needs the extra maandvers[spark]")
    needs_java()


@dataclass(frozen=True)
class Prepared:
    """A copy of the sample before a build on Spark, and the folder that its configuration is read from."""

    workspace: Workspace
    spark_configuration: Path


@pytest.fixture
def prepared(installed: None, sample_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Prepared:
    """The sample, ready to be built."""
    home = shutil.copytree(sample_home, tmp_path / "home", symlinks=True)
    monkeypatch.setenv("MAANDVERS_HOME", str(home))
    monkeypatch.setenv("MAANDVERS_TARGET", "spark")
    monkeypatch.setenv(CONFIGURATION, str(tmp_path))
    workspace = workspace_of(is_sample=True, as_of=SAMPLE_DAY)
    move_clocks(workspace)
    prepare(workspace, plan(workspace))
    return Prepared(workspace, tmp_path)


@pytest.fixture(scope="session")
def spark_folder(installed: None, sample_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the record of the killed run, and the home after the next one; tests that change it take a copy."""

    def make(folder: Path) -> None:
        home = folder / "home"
        shutil.copytree(sample_home, home, symlinks=True)
        settings = configured(folder)
        (folder / "killed.json").write_text(json.dumps(asdict(killed_run(home, settings))), "utf-8")
        shutil.rmtree(folder / EVENTS)
        (folder / EVENTS).mkdir()
        ran = call_sample(home, "run", settings=settings, timeout=LONGEST_SECONDS)
        assert ran.returncode == 0, ran.stdout[-1000:] + ran.stderr[-3000:]

    return made_once(tmp_path_factory, "spark", make)


@pytest.fixture(scope="session")
def spark_home(spark_folder: Path) -> Path:
    """The home folder after the run that succeeded."""
    return spark_folder / "home"


@pytest.fixture(scope="session")
def killed(spark_folder: Path) -> KilledRun:
    """The run that was killed."""
    return KilledRun(**json.loads((spark_folder / "killed.json").read_text("utf-8")))


def configured(folder: Path) -> Mapping[str, str]:
    """Settings of a run on Spark, whose configuration in this folder alone says which cluster it is."""
    configuration = folder / "cluster"
    configuration.mkdir()
    (folder / EVENTS).mkdir()
    events = {
        "spark.eventLog.enabled": "true",
        "spark.eventLog.dir": str(folder / EVENTS),
        "spark.eventLog.compress": "false",
        "spark.eventLog.rolling.enabled": "false",
    }
    (configuration / "spark-defaults.conf").write_text(defaults(EXECUTORS, SMALL_TABLES | events), "utf-8")
    return {"MAANDVERS_TARGET": "spark", CONFIGURATION: str(configuration)}


def killed_run(home: Path, settings: Mapping[str, str]) -> KilledRun:
    """A run whose Java is killed while dbt builds."""
    log = home / "dbt" / "dbt.log"
    log.unlink()
    latest = {opened(home)}
    with ThreadPoolExecutor(1) as threads:
        running = threads.submit(call_sample, home, "run", settings=settings, timeout=LONGEST_SECONDS)
        while not log.exists() or log.read_text("utf-8").count(" OK ") < BUILT_BEFORE_THE_KILL:
            assert not running.done(), running.result()
            latest.add(opened(home))
            time.sleep(0.5)
        (driver,) = java_in(home / "spark")
        os.kill(driver, signal.SIGKILL)
        ran = running.result()
    return KilledRun(ran.returncode, ran.stdout + ran.stderr, sorted({*latest, opened(home)}))


def opened(home: Path) -> str:
    """The release that readers find, opened and read."""
    with closing(open_release(home / "releases")) as release:
        assert release.cursor().execute("SELECT count(*) FROM fct_indicator_values").fetchone() > (0,)
    return (home / "releases" / LATEST).resolve().name


def java_in(folder: Path) -> list[int]:
    """Processes of Java that work in a folder."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            is_java = process.joinpath("comm").read_text("utf-8").strip() == "java"
            if is_java and process.joinpath("cwd").readlink() == folder:
                found.append(int(process.name))
        except OSError:
            continue
    return found
