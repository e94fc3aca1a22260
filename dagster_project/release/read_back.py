"""Reading a release back and comparing it with the warehouse."""

from collections.abc import Collection, Sequence
from pathlib import Path

import duckdb

from dagster_project.errors import MaandversError
from dagster_project.marts.catalogue import Mart
from dagster_project.release.mart_files import mart_files

# The schema of the tables behind a release's views: all that it held when it was made, past its limit or not.
HELD = "held"
# The form in which a release writes CSV. Left to guess it, DuckDB stumbles over 'Bedrijventerrein "De Sypel"'.
DIALECT = """auto_detect=false, header=true, delim=',', quote='"', escape='"'"""

KNOWN_TO_THE_OTHER = "SELECT table_name FROM duckdb_tables() WHERE database_name = 'other' AND schema_name = ?"


class ReadBackError(MaandversError):
    """What was written differs from what it was written from."""


def compare(
    connection: duckdb.DuckDBPyConnection,
    marts: Sequence[Mart],
    folder: Path,
    database: Path,
    linked: Collection[str] = (),
) -> dict[str, int]:
    """Read every form of every mart back and compare it with the warehouse; returns the rows per mart.

    The files of linked marts were read back when they were written, and verified when they were linked.
    Raises ReadBackError that names the mart and the form that differ.
    """
    connection.execute(f"ATTACH '{database}' AS written (READ_ONLY)")
    rows = {}
    for mart in marts:
        names = ", ".join(column.name for column in mart.columns)
        types = "{" + ", ".join(f"'{column.name}': '{column.data_type}'" for column in mart.columns) + "}"
        source = _summary(connection, f"SELECT {names} FROM warehouse.{mart.schema}.{mart.name}")
        forms = {"DuckDB": f"SELECT {names} FROM written.{HELD}.{mart.name}"}
        if mart.name not in linked:
            parquet, csv = (folder / file for file in mart_files(mart, source[0]))
            forms["Parquet"] = f"SELECT {names} FROM read_parquet('{parquet}')"
            forms["CSV"] = f"SELECT {names} FROM read_csv('{csv}', {DIALECT}, columns={types})"
        for form, query in forms.items():
            found = _summary(connection, query)
            if found != source:
                raise ReadBackError(
                    f"release: {mart.name} as {form} differs from the warehouse\n"
                    f"  expected: {source[0]:,} rows, checksum {source[1]}\n"
                    f"  came: {found[0]:,} rows, checksum {found[1]}\n"
                    "  kept: the release before this one\n"
                    "  do: look at free disk space and run again; if it lasts, report it with this text"
                )
        rows[mart.name] = source[0]
    connection.execute("DETACH written")
    return rows


def differing(marts: Sequence[Mart], database: Path, other: Path) -> list[str]:
    """The marts whose rows or columns in the database of one release are not those in the database of another."""
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute(f"ATTACH '{database}' AS one (READ_ONLY)")
        connection.execute(f"ATTACH '{other}' AS other (READ_ONLY)")

        def held(name: str) -> tuple[object, ...]:
            kinds = connection.execute(f"DESCRIBE {name}").fetchall()
            return [column[:2] for column in kinds], _summary(connection, f"FROM {name}")

        known = {name for (name,) in connection.execute(KNOWN_TO_THE_OTHER, [HELD]).fetchall()}
        return [
            mart.name
            for mart in marts
            if mart.name not in known or held(f"one.{HELD}.{mart.name}") != held(f"other.{HELD}.{mart.name}")
        ]


def _summary(connection: duckdb.DuckDBPyConnection, query: str) -> tuple[int, str]:
    """Rows and a checksum over all values, whatever their order."""
    row = connection.execute(f"SELECT count(*), sum(hash(t)::hugeint)::varchar FROM ({query}) t").fetchone()
    assert row is not None
    return row[0], row[1]
