"""Landing as Spark sees it: a view on the Parquet files of each raw table, and Parquet files with metadata."""

from collections.abc import Sequence
from pathlib import Path

from dagster_project.audit.outcome import AuditOutcome
from dagster_project.contracts.model import Feed
from dagster_project.storage.sql import connect, literal
from dagster_project.warehouse.raw_layer import (
    METADATA_SCHEMA,
    Dialect,
    RawLayer,
    write_deliveries,
    write_freshness,
    write_publication,
    write_published,
)

# Tables that a run writes beside the deliveries.
METADATA = ("deliveries", "freshness", "publication", "published_figures")


def parquet_on_spark(file: Path) -> str:
    """Name a Parquet file as a table."""
    return f"parquet.`{file}`"


SPARK = Dialect(parquet_on_spark, {"varchar": "string", "timestamptz": "timestamp"})


def write_metadata(
    folder: Path, raw: RawLayer, feeds: Sequence[Feed], outcome: AuditOutcome, published: Sequence[Path]
) -> None:
    """Write the metadata that models read; the same tables as in the DuckDB file, made by the same code."""
    folder.mkdir(parents=True, exist_ok=True)
    with connect() as connection:
        connection.execute(f"CREATE SCHEMA {METADATA_SCHEMA}")
        write_deliveries(connection, raw.deliveries)
        write_freshness(connection, feeds, outcome.feeds)
        write_publication(connection, outcome.as_of)
        write_published(connection, published)
        for table in METADATA:
            file = literal(_metadata_file(folder, table))
            connection.execute(f"COPY {METADATA_SCHEMA}.{table} TO {file} (FORMAT parquet)")


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
