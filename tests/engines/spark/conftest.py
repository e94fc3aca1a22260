"""The sample as a run on Spark released it, and how Spark is configured for that."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from made_once import made_once
from main_line.first_run import call_sample

from dagster_project.warehouse.spark.spark_warehouse import CONFIGURATION, defaults

from .java import needs_java

EXECUTORS = "local-cluster[2,1,1024]"
EVENTS = "events"
# A run with a machine's other work beside it.
LONGEST_SECONDS = 5400
SETTINGS = """
spark.driver.extraJavaOptions -XX:+UseSerialGC
spark.executor.extraJavaOptions -XX:+UseSerialGC
spark.eventLog.enabled true
spark.eventLog.dir {folder}
spark.eventLog.compress false
spark.eventLog.rolling.enabled false
"""


@pytest.fixture(scope="session")
def on_spark() -> Callable[[Path, str], Mapping[str, str]]:
    """Settings of a run on Spark with this master, configured in a folder: its configuration alone says which it is."""
    pytest.importorskip("pyspark", reason="needs the extra maandvers[spark]")
    needs_java()

    def configured(folder: Path, master: str) -> Mapping[str, str]:
        configuration = folder / "cluster"
        configuration.mkdir()
        (folder / EVENTS).mkdir()
        text = defaults(master) + SETTINGS.format(folder=folder / EVENTS)
        (configuration / "spark-defaults.conf").write_text(text, "utf-8")
        return {"MAANDVERS_TARGET": "spark", CONFIGURATION: str(configuration)}

    return configured


@pytest.fixture(scope="session")
def spark_home(on_spark: Callable[[Path, str], Mapping[str, str]], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home folder after a run of the whole sample on two executors; tests that change it take a copy."""

    def make(folder: Path) -> None:
        settings = on_spark(folder, EXECUTORS)
        ran = call_sample(folder / "home", "run", settings=settings, timeout=LONGEST_SECONDS)
        assert ran.returncode == 0, ran.stdout[-1000:] + ran.stderr[-3000:]

    return made_once(tmp_path_factory, "spark", make) / "home"
