"""dbt's adapter for a Spark session, with Python models.

dbt-spark submits those to a service of Databricks only. Here the driver runs them, as the process of a DuckDB warehouse
does: a model reads relations of DuckDB, made of Spark's tables, and what it returns becomes a table of Spark. They work
on a municipality's figures, which fit in one machine; what does not is SQL.
"""

from importlib import import_module
from types import ModuleType
from typing import Any

import duckdb
from dbt.adapters.base import AdapterPlugin, PythonJobHelper
from dbt.adapters.contracts.connection import AdapterResponse
from dbt.adapters.spark import SparkAdapter as LibraryAdapter
from dbt.adapters.spark import SparkCredentials
from dbt_common.exceptions import DbtRuntimeError
from pyspark.sql import SparkSession

from dagster_project.storage.sql import connect

METHOD = "driver"


class DriverJob(PythonJobHelper):
    """A Python model that runs in the driver."""

    def __init__(self, parsed_model: dict[str, Any], credential: SparkCredentials) -> None:
        self.schema, self.name = parsed_model["schema"], parsed_model["alias"]
        self.file = parsed_model["original_file_path"]

    def submit(self, compiled_code: str) -> None:
        """Run the model and replace its table."""
        session = SparkSession.active()
        module = ModuleType(self.name)
        try:
            # The macros that dbt writes it with leave spaces before its first line.
            exec(compile(compiled_code.lstrip(), self.file, "exec"), vars(module))
            with connect() as connection:
                rows = module.model(module.dbtObj(lambda name: _relation(session, connection, name)), connection)
                frame = session.createDataFrame(rows.to_arrow_table())
                frame.write.mode("overwrite").saveAsTable(f"{self.schema}.{self.name}")
        except Exception as error:
            raise DbtRuntimeError(f"{self.file}: {type(error).__name__}: {error}") from error


class SparkAdapter(LibraryAdapter):
    """dbt-spark's adapter that runs Python models in the driver."""

    @property
    def default_python_submission_method(self) -> str:
        """Name of the only way."""
        return METHOD

    @property
    def python_submission_helpers(self) -> dict[str, type[PythonJobHelper]]:
        """The ways to run a Python model."""
        return {METHOD: DriverJob}

    def generate_python_submission_response(self, submission_result: object) -> AdapterResponse:
        """Answer of a job, which says nothing but that it ended."""
        return AdapterResponse(_message="OK")


def use_in_dbt() -> None:
    """Let dbt load this adapter for the type ``spark``: it takes the plugin that the library's module names."""
    library = import_module("dbt.adapters.spark")
    macros = library.Plugin.include_path
    # dbt finds the module of an adapter by the name of its class, so that this one has the library's.
    vars(library)["Plugin"] = AdapterPlugin(adapter=SparkAdapter, credentials=SparkCredentials, include_path=macros)


def _relation(session: SparkSession, connection: duckdb.DuckDBPyConnection, name: str) -> duckdb.DuckDBPyRelation:
    return connection.from_arrow(session.table(name).toArrow())
