"""Reading a release back and comparing it with the warehouse, or with another release."""

from collections.abc import Collection, Sequence
from contextlib import closing
from pathlib import Path

import duckdb

from dagster_project.errors import MaandversError
from dagster_project.marts.catalogue import Mart
from dagster_project.release.mart_files import mart_files
from dagster_project.release.reader import SNAPSHOT, open_databases
from dagster_project.storage.sql import literal, one_row, parquet

# The form in which a release writes CSV. Left to guess it, DuckDB stumbles over 'Bedrijventerrein "De Sypel"'.
DIALECT = """auto_detect=false, header=true, delim=',', quote='"', escape='"'"""

TABLES_OF_OTHER = "SELECT table_name FROM duckdb_tables() WHERE database_name = 'other' AND schema_name = ?"


class ReadBackError(MaandversError):
    """A written mart differs from the warehouse."""


def compare(
    connection: duckdb.DuckDBPyConnection,
    marts: Sequence[Mart],
    folder: Path,
    database: Path,
    linked: Collection[str] = (),
) -> dict[str, int]:
    """Read every form of every mart back, compare it with the warehouse and return the rows per mart.

    ``connection`` has the warehouse attached; the database is opened as a reader opens it.
    The files of linked marts were read back when they were written, and verified when they were linked.

    Raises ReadBackError that names the mart and the form that differ.
    """
    rows = {}
    with closing(open_databases(written=database)) as reader:
        for mart in marts:
            names = ", ".join(column.name for column in mart.columns)
            types = "{" + ", ".join(f"'{column.name}': '{column.data_type}'" for column in mart.columns) + "}"
            source = _summary(connection, f"SELECT {names} FROM warehouse.{mart.schema}.{mart.name}")
            forms = {"DuckDB": _summary(reader, f"SELECT {names} FROM written.{SNAPSHOT}.{mart.name}")}
            if mart.name not in linked:
                file, csv = (folder / name for name in mart_files(mart, source[0]))
                read_csv = f"read_csv({literal(csv)}, {DIALECT}, columns={types})"
                forms["Parquet"] = _summary(connection, f"SELECT {names} FROM {parquet(file)}")
                forms["CSV"] = _summary(connection, f"SELECT {names} FROM {read_csv}")
            for form, found in forms.items():
                if found != source:
                    raise ReadBackError(
                        f"release: {mart.name} as {form} differs from the warehouse\n"
                        f"  expected: {source[0]:,} rows, checksum {source[1]}\n"
                        f"  came: {found[0]:,} rows, checksum {found[1]}\n"
                        "  kept: the release before this one\n"
                        "  do: look at free disk space and run again; if it lasts, report it with this text"
                    )
            rows[mart.name] = source[0]
    return rows


def differing(marts: Sequence[Mart], database: Path, other: Path) -> list[str]:
    """Name the marts whose rows or columns in the database of one release differ from those in another."""
    with closing(open_databases(one=database, other=other)) as reader:

        def content(table: str) -> tuple[object, ...]:
            kinds = reader.execute(f"DESCRIBE {table}").fetchall()
            return [column[:2] for column in kinds], _summary(reader, f"FROM {table}")

        known = {name for (name,) in reader.execute(TABLES_OF_OTHER, [SNAPSHOT]).fetchall()}
        return [
            mart.name
            for mart in marts
            if mart.name not in known
            or content(f"one.{SNAPSHOT}.{mart.name}") != content(f"other.{SNAPSHOT}.{mart.name}")
        ]


def _summary(connection: duckdb.DuckDBPyConnection, query: str) -> tuple[int, str]:
    """Count the rows and sum their hashes, in whatever order they are."""
    rows, checksum = one_row(connection, f"SELECT count(*), sum(hash(t)::hugeint)::varchar FROM ({query}) t")
    return rows, checksum
