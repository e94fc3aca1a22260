"""Reading a release back and comparing it with what the warehouse had, or with another release."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import closing
from pathlib import Path

from dagster_project.errors import MaandversError
from dagster_project.marts.catalogue import Mart
from dagster_project.release.mart_files import from_cell, mart_files
from dagster_project.release.reader import SNAPSHOT, open_databases
from dagster_project.storage.sql import Summary, connect, literal, parquet

# The form in which a release writes CSV. Left to guess it, DuckDB stumbles over 'Bedrijventerrein "De Sypel"'.
DIALECT = """auto_detect=false, header=true, delim=',', quote='"', escape='"'"""

TABLES_OF_OTHER = "SELECT table_name FROM duckdb_tables() WHERE database_name = 'other' AND schema_name = ?"


class ReadBackError(MaandversError):
    """A written mart differs from the warehouse."""


def compare(
    written: Mapping[str, Summary], marts: Sequence[Mart], folder: Path, database: Path, linked: Collection[str] = ()
) -> None:
    """Read every form of every mart back and compare it with the rows that the warehouse had.

    The database is opened as a reader opens it. The files of linked marts were read back when they were written, and
    verified when they were linked.

    Raises ReadBackError that names the mart and the form that differ.
    """
    with connect() as files, closing(open_databases(written=database)) as reader:
        for mart in marts:
            source = written[mart.name]
            names = ", ".join(column.name for column in mart.columns)
            types = "{" + ", ".join(f"'{column.name}': '{column.data_type}'" for column in mart.columns) + "}"
            forms = {"DuckDB": Summary.of(reader, f"SELECT {names} FROM written.{SNAPSHOT}.{mart.name}")}
            if mart.name not in linked:
                file, csv = (folder / name for name in mart_files(mart, source.rows))
                read_csv = f"read_csv({literal(csv)}, {DIALECT}, columns={types})"
                forms["Parquet"] = Summary.of(files, f"SELECT {names} FROM {parquet(file)}")
                texts = ", ".join(from_cell(column.name, column.data_type) for column in mart.columns)
                forms["CSV"] = Summary.of(files, f"SELECT {texts} FROM {read_csv}")
            for form, found in forms.items():
                if found != source:
                    raise ReadBackError(
                        f"release: {mart.name} as {form} differs from the warehouse\n"
                        f"  expected: {source.rows:,} rows, checksum {source.checksum}\n"
                        f"  came: {found.rows:,} rows, checksum {found.checksum}\n"
                        "  kept: the release before this one\n"
                        "  do: look at free disk space and run again; if it lasts, report it with this text"
                    )


def differing(marts: Sequence[Mart], database: Path, other: Path) -> list[str]:
    """Name the marts whose rows or columns in the database of one release differ from those in another."""
    with closing(open_databases(one=database, other=other)) as reader:

        def content(table: str) -> tuple[object, ...]:
            kinds = reader.execute(f"DESCRIBE {table}").fetchall()
            return [column[:2] for column in kinds], Summary.of(reader, f"FROM {table}")

        known = {name for (name,) in reader.execute(TABLES_OF_OTHER, [SNAPSHOT]).fetchall()}
        return [
            mart.name
            for mart in marts
            if mart.name not in known
            or content(f"one.{SNAPSHOT}.{mart.name}") != content(f"other.{SNAPSHOT}.{mart.name}")
        ]
