"""All models on a Spark of two executors, each in a process of its own, beside the file of DuckDB that the run made."""

import json
import shutil
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from made_once import made_once

from dagster_project.audit.outcome import AuditOutcome
from dagster_project.installation.settings import Settings
from dagster_project.installation.workspace import Workspace
from dagster_project.marts.catalogue import Mart, read_marts
from dagster_project.storage.database import Database
from dagster_project.warehouse.dbt import RESULTS, current_manifest
from dagster_project.warehouse.raw_layer import current_raw_layer
from dagster_project.warehouse.spark.raw_views import SPARK
from dagster_project.warehouse.spark.spark_warehouse import CONFIGURATION, SparkWarehouse
from engines.comparison import differing_marts

from .java import needs_java

pytestmark = pytest.mark.long

EXECUTORS = "local-cluster[2,1,1024]"
EVENTS = "events"
# Of a measure's figures in all their digits, of which the last differs: Java's power() rounds otherwise than C's.
DIGEST = "input_fingerprint"
# The sample's tables are small: to compile its queries would cost more than to run them.
SETTINGS = """
spark.driver.memory 2g
spark.sql.codegen.wholeStage false
spark.sql.codegen.factoryMode NO_CODEGEN
spark.driver.extraJavaOptions -XX:TieredStopAtLevel=1 -XX:+UseSerialGC
spark.executor.extraJavaOptions -XX:TieredStopAtLevel=1 -XX:+UseSerialGC
spark.eventLog.enabled true
spark.eventLog.dir {folder}
spark.eventLog.compress false
spark.eventLog.rolling.enabled false
"""


@dataclass(frozen=True)
class Built:
    """The sample as both engines built it."""

    warehouse: Database
    spark: SparkWarehouse
    marts: tuple[Mart, ...]


@pytest.fixture(scope="session")
def built(sample_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Built:
    pytest.importorskip("pyspark", reason="needs the extra maandvers[spark]")
    needs_java()

    def spark_of(folder: Path) -> SparkWarehouse:
        outcome = AuditOutcome.read(folder / "home" / "audit")
        assert outcome
        judged_at = outcome.judged_at
        settings = Settings(home=folder / "home", municipality_code="GM9999")
        return SparkWarehouse(Workspace(settings, now=lambda: judged_at, is_sample=True))

    def make(folder: Path) -> None:
        shutil.copytree(sample_home, folder / "home")
        spark = spark_of(folder)
        configuration = folder / "cluster"
        configuration.mkdir()
        (folder / EVENTS).mkdir()
        defaults = spark.defaults(EXECUTORS) + SETTINGS.format(folder=folder / EVENTS)
        (configuration / "spark-defaults.conf").write_text(defaults, "utf-8")
        # That alone says which cluster it is.
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv(CONFIGURATION, str(configuration))
            spark.build(current_raw_layer(spark.workspace, dialect=SPARK), read_marts(current_manifest()))

    folder = made_once(tmp_path_factory, "spark", make)
    spark = spark_of(folder)
    return Built(spark.workspace.warehouse, spark, read_marts(current_manifest()))


def test_every_mart_is_that_of_duckdb(built):
    assert len(built.marts) > 25
    marts = [replace(mart, columns=tuple(one for one in mart.columns if one.name != DIGEST)) for mart in built.marts]
    assert differing_marts(marts, built.warehouse, built.spark.marts) == {}


def test_the_same_data_tests_passed(built):
    on_spark = json.loads((built.spark.target / RESULTS).read_bytes())
    with_duckdb = json.loads((built.spark.workspace.home / "dbt" / RESULTS).read_bytes())

    def verdicts(results: list[dict]) -> dict[str, tuple[str, int]]:
        return {one["unique_id"]: (one["status"], one["failures"]) for one in results if "test." in one["unique_id"]}

    assert len(verdicts(on_spark)) > 100
    assert verdicts(on_spark) == verdicts(with_duckdb)


def test_two_executors_took_part(built):
    (log,) = (built.spark.workspace.home.parent / EVENTS).iterdir()
    events = [json.loads(line) for line in log.read_text("utf-8").splitlines()]
    ended = [one["Task Info"]["Executor ID"] for one in events if one["Event"] == "SparkListenerTaskEnd"]
    assert min(ended.count("0"), ended.count("1")) > 100
