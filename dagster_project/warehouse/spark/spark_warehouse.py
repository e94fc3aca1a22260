"""Build of all models on Spark, from the deliveries that the last audit admitted."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from dagster_project.errors import SetupError
from dagster_project.installation.settings import DBT_PROJECT
from dagster_project.installation.workspace import Workspace
from dagster_project.marts.catalogue import Mart
from dagster_project.warehouse.dbt import BUILD, NO_TELEMETRY, WAREHOUSE_VARIABLE, DbtError, variables, without_values
from dagster_project.warehouse.publication_history import PublicationHistory
from dagster_project.warehouse.random_rounding import SECRET_VARIABLE
from dagster_project.warehouse.raw_layer import RawLayer, audited
from dagster_project.warehouse.spark.raw_views import statements, write_metadata

CONFIGURATION = "SPARK_CONF_DIR"


@dataclass(frozen=True)
class SparkWarehouse:
    """Folders of a warehouse on Spark in one installation."""

    workspace: Workspace

    @property
    def folder(self) -> Path:
        """Everything that is Spark's."""
        return self.workspace.home / "spark"

    @property
    def target(self) -> Path:
        """dbt's folder, with its log."""
        return self.folder / "dbt"

    @property
    def marts(self) -> Path:
        """The marts of the last build, each a folder with Parquet."""
        return self.folder / "marts"

    def configuration(self) -> Path:
        """The folder with Spark's configuration: that of the environment, or one of this machine alone."""
        if given := os.environ.get(CONFIGURATION):
            return Path(given)
        folder = self.folder / "conf"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "spark-defaults.conf").write_text(self.defaults("local[2]"), "utf-8")
        return folder

    def defaults(self, master: str) -> str:
        """Spark's configuration of a master, with tables and their catalogue in this installation."""
        settings = {
            "spark.master": master,
            "spark.sql.warehouse.dir": str(self.folder / "warehouse"),
            "spark.hadoop.javax.jdo.option.ConnectionURL": f"jdbc:derby:{self.folder / 'catalogue'};create=true",
            "spark.ui.enabled": "false",
            # A municipality's tables are small: most of the default 200 parts would be empty.
            "spark.sql.shuffle.partitions": "2",
        }
        return "".join(f"{name} {value}\n" for name, value in settings.items())

    def build(self, raw: RawLayer, marts: Sequence[Mart] = (), arguments: Sequence[str] = BUILD) -> None:
        """Make the raw views, run dbt and write these marts as Parquet. Raises DbtError with the end of dbt's log.

        ``raw`` is the raw layer in the dialect of Spark.
        """
        if not find_spec("pyspark"):
            raise SetupError("Spark is not installed\n  do: pip install 'maandvers[spark]'")
        self.target.mkdir(parents=True, exist_ok=True)
        metadata = self.folder / "metadata"
        published = PublicationHistory(self.workspace).files()
        write_metadata(metadata, raw, self.workspace.feeds, audited(self.workspace), published)
        todo = {
            "statements": statements(raw, metadata),
            "marts": {f"{mart.schema}.{mart.name}": str(self.marts / mart.name) for mart in marts},
        }
        work = self.folder / "work.json"
        work.write_text(json.dumps(todo), "utf-8")
        self._run_dbt(work, arguments)

    def _run_dbt(self, work: Path, arguments: Sequence[str]) -> None:
        project = ["--project-dir", str(DBT_PROJECT), "--profiles-dir", str(DBT_PROJECT), "--target", "spark"]
        settings = ["--target-path", str(self.target), "--no-use-colors", "--log-level-file", "none"]
        municipality = variables(self.workspace.settings.municipality_code)
        log = self.target / "dbt.log"
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
        if done.returncode:
            raise DbtError(f"dbt failed on Spark; the end of {log}:\n{without_values(log.read_text('utf-8')[-2000:])}")
