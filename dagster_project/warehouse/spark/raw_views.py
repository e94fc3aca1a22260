"""Landing as Spark sees it: a view on the Parquet files of each raw table, and Parquet files with metadata."""

from pathlib import Path

from dagster_project.storage.database import Database
from dagster_project.storage.sql import literal
from dagster_project.warehouse.raw_layer import METADATA_SCHEMA, Dialect, RawLayer

# Tables that a run writes beside the deliveries.
METADATA = ("deliveries", "freshness", "publication", "published_figures")


def parquet_on_spark(file: Path) -> str:
    """Name a Parquet file as a table."""
    return f"parquet.`{file}`"


SPARK = Dialect(parquet_on_spark, {"varchar": "string", "timestamptz": "timestamp"})


def export_metadata(warehouse: Database, folder: Path) -> None:
    """Write the metadata that models read, from the file that has it for DuckDB."""
    folder.mkdir(parents=True, exist_ok=True)
    with warehouse.connect(read_only=True) as connection:
        for table in METADATA:
            file = literal(_metadata_file(folder, table))
            connection.execute(f"COPY (FROM {METADATA_SCHEMA}.{table}) TO {file} (FORMAT parquet)")


def statements(raw: RawLayer, folder: Path) -> list[str]:
    """SQL that makes the raw schemas in a Spark session."""
    metadata = {
        f"{METADATA_SCHEMA}.{table}": f"SELECT * FROM {parquet_on_spark(_metadata_file(folder, table))}"
        for table in METADATA
    }
    views = {**raw.views, **metadata}
    schemas = sorted({name.partition(".")[0] for name in views})
    return [
        *(f"CREATE SCHEMA IF NOT EXISTS {schema}" for schema in schemas),
        *(f"CREATE OR REPLACE VIEW {name} AS {select}" for name, select in views.items()),
    ]


def _metadata_file(folder: Path, table: str) -> Path:
    return folder / f"{table}.parquet"
