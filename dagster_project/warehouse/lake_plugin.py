"""dbt-duckdb's plugin for the target ``lake``, which opens it as every other part of Maandvers does."""

import os

from dbt.adapters.duckdb.plugins import BasePlugin
from duckdb import DuckDBPyConnection

from dagster_project.storage.database import WAREHOUSE
from dagster_project.storage.lake import Lake
from dagster_project.warehouse.dbt import WAREHOUSE_VARIABLE


class Plugin(BasePlugin):
    """Its name is how dbt-duckdb finds it."""

    def configure_connection(self, conn: DuckDBPyConnection) -> None:
        """Attach the lake, once per call of dbt."""
        Lake.model_validate_json(os.environ[WAREHOUSE_VARIABLE]).add_to(conn)

    def configure_cursor(self, cursor: DuckDBPyConnection) -> None:
        """Let names without a database be those of the lake, as they are those of a file."""
        cursor.execute(f"USE {WAREHOUSE}")
