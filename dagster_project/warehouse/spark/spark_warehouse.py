"""Build of all models on Spark, and the DuckDB file with its marts that every later step reads."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from dagster_project.errors import SetupError
from dagster_project.installation.settings import DBT_PROJECT
from dagster_project.installation.workspace import Workspace
from dagster_project.marts.catalogue import read_marts
from dagster_project.storage.database import DatabaseError
from dagster_project.storage.sql import literal
from dagster_project.warehouse.dbt import (
    BUILD,
    NO_TELEMETRY,
    WAREHOUSE_VARIABLE,
    DbtError,
    current_manifest,
    variables,
    without_values,
)
from dagster_project.warehouse.publication_history import NEWS
from dagster_project.warehouse.random_rounding import SECRET_VARIABLE
from dagster_project.warehouse.raw_layer import RawLayer, open_warehouse
from dagster_project.warehouse.spark.raw_views import export_metadata, statements

CONFIGURATION = "SPARK_CONF_DIR"
# How the process of dbt ends where a model or data test failed, and Spark did not.
DBT_FAILED = 10
ALL = "*"
# On every cluster. The tables of a build are read by nothing after it, so that their catalogue goes with the session.
ALWAYS = {
    "spark.sql.catalogImplementation": "in-memory",
    "spark.sql.session.timeZone": "UTC",
    # Progress would fill the log.
    "spark.ui.showConsoleProgress": "false",
}
# The tables of a municipality are small: to compile a query, to plan it again while it runs or to part its rows in 200
# costs more than to run it. Of a thousand queries, whose plans are large, none is kept to look at.
SMALL_TABLES = {
    "spark.sql.shuffle.partitions": "2",
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.sql.ui.retainedExecutions": "1",
    "spark.driver.extraJavaOptions": "-XX:+UseSerialGC -XX:TieredStopAtLevel=1",
    "spark.executor.extraJavaOptions": "-XX:+UseSerialGC -XX:TieredStopAtLevel=1",
}


@dataclass(frozen=True)
class SparkWarehouse:
    """Folders of a warehouse on Spark in one installation."""

    workspace: Workspace

    @property
    def folder(self) -> Path:
        """Everything that is Spark's."""
        return self.workspace.spark

    @property
    def handed_over(self) -> Path:
        """The tables of the last build that others read, each a folder with Parquet."""
        return self.folder / "handed_over"

    def configuration(self) -> Path:
        """The folder with Spark's configuration: that of the environment, or one of this machine alone."""
        if given := os.environ.get(CONFIGURATION):
            return Path(given)
        folder = self.folder / "conf"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "spark-defaults.conf").write_text(defaults("local[2]"), "utf-8")
        return folder

    def build(self, raw: RawLayer) -> None:
        """Build everything, and take the marts over into the warehouse's file. Raises DbtError or DatabaseError.

        ``raw`` is the raw layer in the dialect of Spark.
        """
        marts = read_marts(current_manifest())
        columns = {
            f"{mart.schema}.{mart.name}": ", ".join(
                f"{column.name}::{column.data_type} AS {column.name}" for column in mart.columns
            )
            for mart in marts
        }
        tables = {**columns, NEWS: ALL}
        self.run(raw, [*tables])
        self._take_over(tables)

    def run(self, raw: RawLayer, tables: Sequence[str], arguments: Sequence[str] = BUILD) -> None:
        """Make the raw views, run dbt and write these tables as Parquet. Raises DbtError or DatabaseError."""
        if not find_spec("pyspark"):
            raise SetupError("Spark is not installed\n  do: pip install 'maandvers[spark]'")
        # Of a build that was killed.
        for left in (self.folder / "tables", self.handed_over):
            shutil.rmtree(left, ignore_errors=True)
        metadata = self.folder / "metadata"
        export_metadata(self.workspace.warehouse, metadata)
        todo = {
            "settings": {**ALWAYS, "spark.sql.warehouse.dir": str(self.folder / "tables")},
            "statements": statements(raw, metadata),
            "tables": {table: str(self._folder_of(table)) for table in tables},
        }
        work = self.folder / "work.json"
        work.write_text(json.dumps(todo), "utf-8")
        self._run_dbt(work, arguments)
        shutil.rmtree(self.folder / "tables")

    def _folder_of(self, table: str) -> Path:
        """The folder of a table that is handed over, by its name in dbt."""
        return self.handed_over / table.rpartition(".")[2]

    def _take_over(self, tables: Mapping[str, str]) -> None:
        """Copy tables into the file, in the types of their contracts."""
        with open_warehouse(self.workspace.warehouse) as connection:
            for table, columns in tables.items():
                connection.execute(f"CREATE SCHEMA IF NOT EXISTS {table.partition('.')[0]}")
                source = f"read_parquet({literal(self._folder_of(table) / '*.parquet')})"
                connection.execute(f"CREATE OR REPLACE TABLE {table} AS SELECT {columns} FROM {source}")
        shutil.rmtree(self.handed_over)

    def _run_dbt(self, work: Path, arguments: Sequence[str]) -> None:
        target = self.workspace.home / "dbt"
        target.mkdir(exist_ok=True)
        project = ["--project-dir", str(DBT_PROJECT), "--profiles-dir", str(DBT_PROJECT), "--target", "spark"]
        settings = ["--target-path", str(target), "--no-use-colors", "--log-level-file", "none"]
        municipality = variables(self.workspace.settings.municipality_code)
        log = target / "dbt.log"
        environment = {
            **os.environ,
            **NO_TELEMETRY,
            # The profile names it, whatever the target.
            WAREHOUSE_VARIABLE: "",
            SECRET_VARIABLE: self.workspace.secret,
            CONFIGURATION: str(self.configuration()),
            # Spark finds no address of its own on a machine without network.
            "SPARK_LOCAL_IP": os.environ.get("SPARK_LOCAL_IP", "127.0.0.1"),
        }
        process = "dagster_project.warehouse.spark.process"
        with log.open("w", encoding="utf-8") as output:
            done = subprocess.run(
                [sys.executable, "-m", process, str(work), *arguments, *project, *settings, *municipality],
                env=environment,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=self.folder,
                check=False,
            )
        text = f"the end of {log}:\n{without_values(log.read_text('utf-8')[-2000:])}"
        if done.returncode == DBT_FAILED:
            raise DbtError(f"dbt failed on Spark; {text}")
        if done.returncode:
            raise DatabaseError(
                f"Spark ended, or could not be reached (exit code {done.returncode})\n"
                f"  do: look whether {environment[CONFIGURATION]} names a cluster that runs, and at its memory;"
                f" then run again\n{text}"
            )


def defaults(master: str, settings: Mapping[str, str] = SMALL_TABLES) -> str:
    """Text of Spark's configuration of a master without a web page, with these further settings."""
    chosen = {"spark.master": master, "spark.driver.memory": "4g", "spark.ui.enabled": "false", **settings}
    return "".join(f"{name} {value}\n" for name, value in chosen.items())
