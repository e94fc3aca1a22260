"""Conversion of a supplier's records to typed Parquet: DuckDB parses, this module checks every value."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import duckdb

from dagster_project.contracts.calendar import last_period_end
from dagster_project.contracts.model import Column, DataType, Feed, Table
from dagster_project.errors import DeliveryError
from dagster_project.extract.answer import Edition, Lookup, Records
from dagster_project.installation.workspace import LOCAL_TIME
from dagster_project.landing.rules import MOST_NAMED, BrokenRule, broken_rules, fold_case, newest_of_month
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


@dataclass(frozen=True)
class Written:
    """The columns of a Parquet file that its supplier delivered, and remarks on the others and on its rows."""

    columns: list[str]
    remarks: list[str]


def write_parquet(
    feed: Feed,
    edition: Edition,
    table: Table,
    records: Records,
    scratch: Path,
    target: Path,
    today: date | None = None,
) -> Written:
    """Write the contract's columns of ``records`` to ``target``, typed, folded and stripped of padding.

    Raises DeliveryError for missing or duplicate rows, for a value of another type and for a broken rule. A payload
    that is read again is not compared with ``today``.
    """
    columns = [
        column
        for column in table.expected_columns(edition.year)
        if column.name in records.supplier_columns or column.name in records.lookups
    ]
    # Data that does not fit in memory goes to the scratch folder.
    with connect(spill_to=scratch / "spilled") as connection:
        try:
            _read_as_text(connection, columns, records, feed.delivery.missing_values)
        except duckdb.Error as error:
            raise _unexpected(
                feed,
                edition,
                table,
                "cannot be read",
                f"{records.format} records",
                str(error) if feed.delivery.shows_values else type(error).__name__,
            ) from error
        fold_case(connection, columns)
        rows = _check_rows(connection, feed, edition, table, records)
        _check_values(connection, feed, edition, table, columns, records)
        # A column that this edition or this supplier lacks is stored empty: all editions have the same columns.
        expected = {column.name for column in columns}
        select = ", ".join(
            f"{'' if column.name in expected else 'null::'}"
            + (_cast(column) if column.name in expected else column.data_type)
            + f" as {column.name}"
            for column in table.columns
        )
        connection.execute(f"CREATE TEMP VIEW typed AS SELECT received_order, {select} FROM received")
        if broken := broken_rules(connection, feed, table, columns, today):
            raise _broken(feed, edition, table, records, broken)
        kept = f"SELECT * EXCLUDE (received_order) FROM typed{newest_of_month(columns)} ORDER BY received_order"
        (written,) = one_row(connection, f"COPY ({kept}) TO {literal(target)} (FORMAT parquet, COMPRESSION zstd)")
    remarks = []
    if written < rows:
        remarks.append(
            f"{rows - written:,} rows of {records.place or table.name} have another day than the newest of their month:"
            " not used"
        )
    return Written([column.name for column in columns], remarks)


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
) -> int:
    """Count the rows; refuse missing and repeated ones."""
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
    repeated, first, again = one_row(
        connection,
        f"SELECT count(*), min(first), arg_min(again, first) FROM (SELECT min(received_order) AS first,"
        f" max(received_order) AS again FROM received GROUP BY {key} HAVING count(*) > 1)",
    )
    if repeated:
        raise _unexpected(
            feed,
            edition,
            table,
            f"repeats its key ({key}), whatever the case and spaces of its values",
            "every key once",
            f"{repeated:,} repeat, such as {records.row(first)} in {records.row(again)}",
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
        came = f"0 rows in {records.place}" if records.place else "0 rows"
        raise _unexpected(feed, edition, table, "is empty", "at least one row", came)
    return int(rows)


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
                f"has another kind of value in column '{name}', {records.row(row)}",
                KIND_OF_VALUE[column.data_type],
                f"{repr(value) if feed.delivery.shows_values else f'{len(value)} characters'} ({wrong:,} such values)",
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


def _broken(
    feed: Feed, edition: Edition, table: Table, records: Records, broken: Sequence[BrokenRule]
) -> DeliveryError:
    """Name each broken rule with its first row; the values of an own register are not repeated in logs."""
    named = broken[:MOST_NAMED]
    heading = {one.column.name: one.column.meta.supplier_name for one in named}
    came = [f"{one.value}, " if feed.delivery.shows_values else "" for one in named]
    rows = [f"{one.rows:,} such row{'s' if one.rows > 1 else ''}" for one in named]
    error = _unexpected(
        feed,
        edition,
        table,
        "breaks a rule in "
        + ", and in ".join(f"column '{heading[one.column.name]}', {records.row(one.first)}" for one in named),
        "; ".join(f"'{heading[one.column.name]}' {one.expected}" for one in named),
        "; ".join(f"{value}{count}" for value, count in zip(came, rows, strict=True)),
    )
    meaning = {one.column.meta.explanation_nl for one in named} - {None}
    return replace(
        error,
        do=error.do + "".join(f"\n  meaning: {text}" for text in sorted(map(str, meaning))),
        # A copy in quarantine would store a person's data that was typed into another column.
        is_quarantined=not (feed.is_own_register and any(one.is_text for one in broken)),
    )


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
