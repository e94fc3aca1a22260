"""The Parquet and CSV file of each mart in a release.

A file whose rows are those of the release before is a hard link to that file: the same rows take disk space once, and
are neither written nor read back again. Clocks are columns of the files, since a reader of a file needs them beside the
figures, so a mart is linked only when its clocks did not move either.
"""

import hashlib
import os
import shutil
from importlib.metadata import version
from pathlib import Path

import duckdb

from dagster_project.marts.catalogue import MOMENT, Mart
from dagster_project.storage.checksums import is_as_written
from dagster_project.storage.sql import Summary, literal

# Rows times columns above which CSV is compressed. Spreadsheets open plain CSV only, and up to a million rows at most;
# what is larger is read by programs. As gzip: pandas, Power Query and Frictionless read that without anything else.
# For the sample zstd takes half a CPU second and a tenth of the space less.
LARGE = 1_000_000
# Start of a text that a spreadsheet runs as a formula. It only shows a number.
FORMULA = "^'*[=+\\-@\t\r]"
NUMBER = "^[+-]?[0-9]+([.,][0-9]+)?$"
STARTS = "'=+-@\t\r"


def parquet_file(mart: str) -> str:
    """Path of a mart's Parquet file in a release."""
    return f"parquet/{mart}.parquet"


def csv_file(mart: Mart, rows: int) -> str:
    """Path of a mart's CSV file in a release; its ending says whether it is compressed."""
    return f"csv/{mart.name}.csv{'.gz' if rows * len(mart.columns) > LARGE else ''}"


def compression_of(file: str) -> dict[str, str]:
    """Describe the compression of a file in a data package; nothing of one that is not compressed."""
    return {"compression": "gz"} if file.endswith(".gz") else {}


def mart_files(mart: Mart, rows: int) -> tuple[str, str]:
    """Paths of the files of a mart in a release."""
    return parquet_file(mart.name), csv_file(mart, rows)


def write_mart_files(connection: duckdb.DuckDBPyConnection, mart: Mart, table: str, rows: int, folder: Path) -> None:
    """Write the rows of a table as the mart's files."""
    parquet, csv = mart_files(mart, rows)
    connection.execute(f"COPY {table} TO {literal(folder / parquet)} (FORMAT parquet, COMPRESSION zstd)")
    columns = ", ".join(_as_cell(column.name, column.data_type) for column in mart.columns)
    connection.execute(f"COPY (SELECT {columns} FROM {table}) TO {literal(folder / csv)} (FORMAT csv, HEADER)")


def _as_cell(column: str, data_type: str) -> str:
    """Select a column for CSV: a text that a spreadsheet would run gets an apostrophe before it, as in Excel itself.

    A moment is written as ISO 8601 and Frictionless do, with the Z of UTC.
    """
    if data_type == MOMENT:
        return f"replace({column}::varchar, ' ', 'T') || 'Z' AS {column}"
    if data_type == "varchar":
        # Few texts need the regular expressions.
        is_run = f"contains({literal(STARTS)}, left({column}, 1)) AND {_is_formula(column)}"
        return f"if({is_run}, chr(39) || {column}, {column}) AS {column}"
    return column


def from_cell(column: str, data_type: str) -> str:
    """Select a column of such a CSV file as it was in the mart: a text without the apostrophe that was added."""
    if data_type == "varchar":
        return f"if(starts_with({column}, chr(39)) AND {_is_formula(column)}, {column}[2:], {column}) AS {column}"
    return column


def _is_formula(column: str) -> str:
    return f"regexp_matches({column}, {literal(FORMULA)}) AND NOT regexp_matches({column}, {literal(NUMBER)})"


def link_mart_files(mart: Mart, rows: int, before: Path, folder: Path) -> bool:
    """Link the files of a mart from the release before; False where one of them is not as it was written."""
    files = mart_files(mart, rows)
    if not all(is_as_written(before, file) for file in files):
        return False
    for file in files:
        try:
            os.link(before / file, folder / file)
        except OSError:
            # Not every file system has hard links.
            shutil.copy(before / file, folder / file)
    return True


def content_of(mart: Mart, summary: Summary) -> str:
    """Describe the content of a mart: equal for equal columns with equal rows."""
    columns = [(column.name, column.data_type) for column in mart.columns]
    # Another version of DuckDB may compute another hash.
    return hashlib.sha256(repr((summary, columns, version("duckdb"))).encode()).hexdigest()
