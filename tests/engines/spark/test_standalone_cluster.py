"""A cluster of a master and two workers, each a process of its own, that the configuration alone names."""

import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from postgres_server import free_port

from dagster_project.marts.catalogue import read_marts
from dagster_project.storage.database import DatabaseFile
from dagster_project.warehouse.dbt import BUILD, MANIFEST
from dagster_project.warehouse.raw_layer import current_raw_layer
from dagster_project.warehouse.spark.raw_views import SPARK
from dagster_project.warehouse.spark.spark_warehouse import SMALL_TABLES, SparkWarehouse, defaults
from engines.comparison import differing_marts

pytestmark = [pytest.mark.xdist_group("spark"), pytest.mark.long]
# Few models come before these; one of them is in Python.
NAMES = ("mart_reports", "mart_finance")
WORKERS = 2


@contextmanager
def cluster(folder: Path) -> Iterator[str]:
    """Run a master and workers with a core each, whose files are in ``folder``; yields the master's address."""
    import pyspark

    program = str(Path(pyspark.__file__).parent / "bin" / "spark-class")
    port = free_port()
    address = f"spark://127.0.0.1:{port}"
    at = ["--host", "127.0.0.1", "--webui-port", "0"]
    with ExitStack() as stack:
        (folder / "log").touch()
        log = stack.enter_context((folder / "log").open("a", encoding="utf-8"))

        def start(name: str, *arguments: str) -> None:
            command = [program, f"org.apache.spark.deploy.{name.lower()}.{name}", *at, *arguments]
            process = stack.enter_context(subprocess.Popen(command, stdout=log, stderr=log))
            stack.callback(process.terminate)

        start("Master", "--port", str(port))
        for number in range(WORKERS):
            work = folder / f"worker_{number}"
            start("Worker", "--cores", "1", "--memory", "1g", "--work-dir", str(work), address)
        yield address


def test_marts_are_those_of_duckdb_and_every_worker_took_part(prepared, sample_home, tmp_path):
    folder = tmp_path / "cluster"
    folder.mkdir()
    marts = [mart for mart in read_marts(MANIFEST) if mart.name in NAMES]
    assert len(marts) == len(NAMES)
    # Data tests may compare with models that are not built here.
    selected = ("--exclude-resource-type", "test", "--select", *(f"+{name}" for name in NAMES))
    with cluster(folder) as master:
        settings = SMALL_TABLES | {"spark.executor.memory": "512m"}
        (prepared.spark_configuration / "spark-defaults.conf").write_text(defaults(master, settings), "utf-8")
        warehouse = SparkWarehouse(prepared.workspace)
        raw = current_raw_layer(prepared.workspace, dialect=SPARK)
        warehouse.run(raw, [f"{mart.schema}.{mart.name}" for mart in marts], (*BUILD, *selected))
    assert differing_marts(marts, DatabaseFile(sample_home / "warehouse.duckdb"), warehouse.handed_over) == {}
    executors = sorted(path.relative_to(folder).parts[0] for path in folder.glob("worker_*/app-*/*/stderr"))
    assert executors == [f"worker_{number}" for number in range(WORKERS)]
