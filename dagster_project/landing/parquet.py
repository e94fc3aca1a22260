"""Conversion of a supplier's records to typed Parquet: DuckDB parses, this module checks every value."""

import hashlib
from datetime import date
from pathlib import Path

import duckdb

from dagster_project.contracts.calendar import last_period_end
from dagster_project.contracts.model import Column, DataType, Feed, Table
from dagster_project.errors import DeliveryError
from dagster_project.extract.answer import Edition, Lookup, Records
from dagster_project.installation.workspace import LOCAL_TIME
from dagster_project.landing.store import TableManifest
from dagster_project.storage.sql import connect, identifier, literal, one_row, parquet

KIND_OF_VALUE: dict[DataType, str] = {
    "bigint": "a whole number",
    "integer": "a whole number",
    "double": "a number",
    "boolean": "true or false",
    "date": "a date",
    "timestamptz": "a moment with time zone",
}


def write_parquet(
    feed: Feed, edition: Edition, table: Table, records: Records, scratch: Path, target: Path
) -> list[str]:
    """Write the contract's columns of ``records`` to ``target``, typed and stripped of padding.

    Returns the columns. Raises DeliveryError for missing or duplicate rows and for a value of another type.
    """
    columns = table.expected_columns(edition.year)
    # Data that does not fit in memory goes to the scratch folder.
    with connect(spill_to=scratch / "spilled") as connection:
        try:
            _read_as_text(connection, columns, records, feed.delivery.missing_values)
        except duckdb.Error as error:
            raise _unexpected(
                feed, edition, table, "cannot be read", f"{records.format} records", str(error)
            ) from error
        _check_rows(connection, feed, edition, table, records)
        _check_values(connection, feed, edition, table, columns, records)
        # A column that this edition lacks is stored empty: all editions have the same columns.
        expected = {column.name for column in columns}
        select = ", ".join(
            f"{'' if column.name in expected else 'null::'}"
            + (_cast(column) if column.name in expected else column.data_type)
            + f" as {column.name}"
            for column in table.columns
        )
        rows = f"SELECT {select} FROM received ORDER BY received_order"
        connection.execute(f"COPY ({rows}) TO {literal(target)} (FORMAT parquet, COMPRESSION zstd)")
    return [column.name for column in columns]


def describe(target: Path, columns: list[str], dropped: list[str]) -> TableManifest:
    """Describe a Parquet file for the manifest."""
    with target.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    rows = duckdb.read_parquet(str(target)).count("*").fetchone()
    assert rows is not None
    return TableManifest(rows=rows[0], columns=columns, dropped_columns=dropped, sha256=digest)


def last_period(target: Path, column: str, data_type: DataType) -> date | None:
    """The last day in a column of dates, moments or CBS period codes: the period clock."""
    # A moment belongs to a day in the time zone of the municipality.
    with connect(time_zone=str(LOCAL_TIME)) as connection:
        if data_type == "varchar":
            codes = connection.execute(f"SELECT DISTINCT {column} FROM {parquet(target)}").fetchall()
            return last_period_end(code for (code,) in codes if code)
        (day,) = one_row(connection, f"SELECT max({column})::date FROM {parquet(target)}")
    return day


def refuse_future_days(
    feed: Feed, edition: Edition, target: Path, table: str, column: str, data_type: DataType, today: date
) -> None:
    """Refuse a table with a row of a later day than today, which would keep all other rows fresh until then.

    Raises DeliveryError that names the row.
    """
    with connect(time_zone=str(LOCAL_TIME)) as connection:
        value = column if data_type == "varchar" else f"{column}::date"
        found = connection.execute(
            f"SELECT {value}, min(file_row_number) + 1, count(*)"
            f" FROM read_parquet({literal(target)}, file_row_number = true)"
            f" WHERE {column} IS NOT NULL GROUP BY 1 ORDER BY 2"
        ).fetchall()
    for period, row, count in found:
        day = last_period_end([period]) if data_type == "varchar" else period
        if day and day > today:
            (own,) = (one for one in feed.tables if one.name == table)
            (heading,) = (one.meta.supplier_name for one in own.columns if one.name == column)
            raise DeliveryError(
                feed.id,
                problem=f"table {table} of edition {edition.key} ({edition.source_id}) has a day in the future"
                f" in column '{heading}', row {row:,}",
                expected=f"a day until {today}",
                came=f"{period} ({count:,} such {'row' if count == 1 else 'rows'})",
                do="correct the day in the register, and deliver again",
            )


def _read_as_text(
    connection: duckdb.DuckDBPyConnection, columns: list[Column], records: Records, missing: tuple[str, ...]
) -> None:
    """Read all values as text first: the reader should not decide about '12,5' in a number column."""
    direct = dict(records.supplier_columns)
    if records.row_number:
        direct["row_number"] = records.row_number
    on = {lookup.on for lookup in records.lookups.values()}
    wanted = sorted(set(direct.values()) | on)
    types = "{" + ", ".join(f"{literal(name)}: 'VARCHAR'" for name in wanted) + "}"
    files = "[" + ", ".join(literal(file) for file in records.files) + "]"
    if records.format == "json":
        reader = f"read_json({files}, format='array', columns={types}, maximum_object_size={records.largest_record})"
    else:
        reader = f"read_csv({files}, header=true, all_varchar=true, delim=',', quote='\"', escape='\"', nullstr='')"
    nothing = ", ".join(literal(text) for text in ("", *missing))
    texts = {ours: f"trim(records.{identifier(name)})" for ours, name in direct.items()}
    values = [f"CASE WHEN {text} NOT IN ({nothing}) THEN {text} END AS {ours}" for ours, text in texts.items()]
    looked_up, joins = _lookup_joins(records.lookups)
    connection.execute(f"""
        CREATE TEMP TABLE received AS
        SELECT received_order, {", ".join([*values, *looked_up])}
        FROM (SELECT row_number() OVER () AS received_order, * FROM {reader}) records {joins}
    """)


def _lookup_joins(lookups: dict[str, Lookup]) -> tuple[list[str], str]:
    columns, joins = [], ""
    for position, (ours, lookup) in enumerate(lookups.items()):
        alias = f"list_{position}"
        columns.append(f"nullif(trim({alias}.value), '') AS {ours}")
        types = f"{{{literal(lookup.key)}: 'VARCHAR', {literal(lookup.value)}: 'VARCHAR'}}"
        joins += (
            f" LEFT JOIN (SELECT trim({identifier(lookup.key)}) AS key, any_value({identifier(lookup.value)}) AS value"
            f" FROM read_json({literal(lookup.file)}, format='array', columns={types}) GROUP BY 1) {alias}"
            f" ON {alias}.key = trim(records.{identifier(lookup.on)})"
        )
    return columns, joins


def _check_rows(
    connection: duckdb.DuckDBPyConnection, feed: Feed, edition: Edition, table: Table, records: Records
) -> None:
    rows, different = one_row(
        connection,
        f"SELECT count(*), {'count(DISTINCT row_number)' if records.row_number else 'count(*)'} FROM received",
    )
    if different != rows:
        raise _unexpected(
            feed,
            edition,
            table,
            "has duplicate rows",
            "every row number once",
            f"{rows:,} rows with {different:,} different numbers",
        )
    key = ", ".join(table.key)
    repeated, example = one_row(
        connection,
        f"SELECT count(*), any_value(concat_ws(', ', {key}))"
        f" FROM (SELECT {key} FROM received GROUP BY {key} HAVING count(*) > 1)",
    )
    if repeated:
        raise _unexpected(
            feed,
            edition,
            table,
            f"repeats its key ({key})",
            "every key once",
            f"{repeated:,} repeat, such as {example}",
        )
    if records.expected_rows is not None and rows != records.expected_rows:
        raise _unexpected(
            feed,
            edition,
            table,
            "is not complete",
            f"{records.expected_rows:,} rows by the supplier's own count",
            f"{rows:,} rows",
        )
    if rows == 0:
        raise _unexpected(feed, edition, table, "is empty", "at least one row", "0 rows")


def _check_values(
    connection: duckdb.DuckDBPyConnection,
    feed: Feed,
    edition: Edition,
    table: Table,
    columns: list[Column],
    records: Records,
) -> None:
    """Refuse the first value that does not fit the type of its column."""
    typed = [column for column in columns if column.data_type != "varchar"]
    if not typed:
        return
    counts = one_row(
        connection,
        "SELECT " + ", ".join(f"count(*) FILTER (WHERE {_is_wrong(column)})" for column in typed) + " FROM received",
    )
    for column, wrong in zip(typed, counts, strict=True):
        if wrong:
            row, value = one_row(
                connection,
                f"SELECT received_order, {column.name} FROM received WHERE {_is_wrong(column)} ORDER BY 1 LIMIT 1",
            )
            name = records.supplier_columns[column.name]
            raise _unexpected(
                feed,
                edition,
                table,
                f"has another kind of value in column '{name}', row {row:,}",
                KIND_OF_VALUE[column.data_type],
                f"{value!r} ({wrong:,} such values)",
            )


def _is_wrong(column: Column) -> str:
    """SQL for a wrong value: whole numbers are first read as numbers, because casts round '12.5' silently."""
    name = column.name
    is_wrong = f"try_cast({name} AS {column.data_type}) IS NULL"
    if column.data_type in ("bigint", "integer"):
        is_wrong += f" OR coalesce(try_cast({name} AS double) <> trunc(try_cast({name} AS double)), true)"
    if column.data_type == "double":
        # DuckDB reads 'nan' and 'infinity' as numbers.
        is_wrong += f" OR NOT isfinite(try_cast({name} AS double))"
    return f"{name} IS NOT NULL AND ({is_wrong})"


def _cast(column: Column) -> str:
    return column.name if column.data_type == "varchar" else f"cast({column.name} AS {column.data_type})"


def _unexpected(feed: Feed, edition: Edition, table: Table, problem: str, expected: str, came: str) -> DeliveryError:
    if feed.delivery.is_uploaded:
        do = f"look at the file, correct it and deliver it again; its columns are described in {feed.file}"
    else:
        do = f"compare the payload in quarantine with {feed.file}; an interrupted delivery succeeds at the next run"
    return DeliveryError(
        feed.id,
        problem=f"table {table.name} of edition {edition.key} ({edition.source_id}) {problem}",
        expected=expected,
        came=came[:400],
        do=do,
    )
