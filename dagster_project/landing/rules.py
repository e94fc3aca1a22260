"""Domain rules of a contract, judged over a whole typed table: bounds of values, and periods of persons and cases."""

import difflib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import duckdb

from dagster_project.contracts.calendar import last_period_end
from dagster_project.contracts.model import Column, Feed, Table
from dagster_project.contracts.personal import PERSONAL_TEXT
from dagster_project.installation.workspace import LOCAL_TIME
from dagster_project.landing.store import Manifest
from dagster_project.storage.sql import identifier, literal, one_row

# As many broken rules as one message names.
MOST_NAMED = 5


@dataclass(frozen=True)
class BrokenRule:
    """A rule that rows of a table break."""

    column: Column
    expected: str
    rows: int
    # A text that may be persons' data.
    is_text: bool
    # The first of the rows by its order in what was received, and the value in it.
    first: int
    value: str


@dataclass(frozen=True)
class _Rule:
    column: Column
    expected: str
    # SQL that is true for a row that breaks the rule.
    is_broken: str
    is_text: bool = False


def broken_rules(
    connection: duckdb.DuckDBPyConnection, feed: Feed, table: Table, columns: list[Column], today: date | None
) -> list[BrokenRule]:
    """Judge the rows of ``typed``; without ``today`` the period clock is not compared with it."""
    rules = [
        *_rules(table, columns),
        *_text_rules(feed, columns),
        *_period_rules(connection, feed, table, columns, today),
    ]
    if not rules:
        return []
    counts = one_row(
        connection,
        "SELECT "
        + ", ".join(
            f"count(*) FILTER (WHERE {rule.is_broken}), min(received_order) FILTER (WHERE {rule.is_broken})"
            for rule in rules
        )
        + f" FROM (SELECT *{_next_starts(columns)} FROM typed)",
    )
    found = []
    for rule, rows, first in zip(rules, counts[::2], counts[1::2], strict=True):
        if rows:
            name = identifier(rule.column.name)
            (value,) = one_row(connection, f"SELECT {name}::varchar FROM typed WHERE received_order = {first}")
            found.append(BrokenRule(rule.column, rule.expected, rows, rule.is_text, first, str(value)))
    return found


def _rules(table: Table, columns: list[Column]) -> Iterator[_Rule]:
    headings = {column.name: column.meta.supplier_name for column in table.columns}
    for column in columns:
        name, (minimum, maximum) = identifier(column.name), column.bounds
        if minimum is not None:
            yield _Rule(
                column,
                f"{minimum} or later" if _is_day(column) else f"{minimum} or more",
                f"{name} < {literal(minimum)}",
            )
        if maximum is not None:
            yield _Rule(
                column,
                f"{maximum} or earlier" if _is_day(column) else f"{maximum} or less",
                f"{name} > {literal(maximum)}",
            )
        if start := column.meta.not_before:
            yield _Rule(column, f"not before '{headings[start]}'", f"{name} < {identifier(start)}")
        if column.meta.no_overlap_per:
            same = ", ".join(f"'{headings[one]}'" for one in column.meta.no_overlap_per)
            expected = f"before the next '{headings[str(start)]}' of the same {same}"
            yield _Rule(column, expected, f"coalesce({name} >= {_next(column)}, {_next(column)} IS NOT NULL)")


def _text_rules(feed: Feed, columns: list[Column]) -> Iterator[_Rule]:
    """Texts have the form or the values of the contract; any other text of an own register is no person's data."""
    for column in columns:
        name, meta = identifier(column.name), column.meta
        if column.data_type != "varchar" or meta.is_pseudonymised:
            continue
        option = "i" if meta.ignores_case else "c"
        if column.pattern:
            is_broken = f"NOT regexp_full_match({name}, {literal(column.pattern)}, '{option}')"
            yield _Rule(column, f"a value that fits {column.pattern}", is_broken, is_text=True)
        elif meta.accepted_values:
            is_broken = f"{name} NOT IN ({', '.join(map(literal, meta.accepted_values))})"
            yield _Rule(column, f"one of {', '.join(meta.accepted_values)}", is_broken, is_text=True)
        elif feed.is_own_register:
            is_broken = f"regexp_matches({name}, {literal(PERSONAL_TEXT)})"
            yield _Rule(column, "no number, telephone number or e-mail address of a person", is_broken, is_text=True)


def _period_rules(
    connection: duckdb.DuckDBPyConnection, feed: Feed, table: Table, columns: list[Column], today: date | None
) -> Iterator[_Rule]:
    """A binding period lies in the past: a row of a later day would keep all other rows fresh until then."""
    if today is None or "period" not in feed.delivery.clocks:
        return
    for column in columns:
        if feed.delivery.period_column != f"{table.name}.{column.name}":
            continue
        name = identifier(column.name)
        if column.data_type == "varchar":
            codes = [code for (code,) in connection.execute(f"SELECT DISTINCT {name} FROM typed").fetchall() if code]
            later = [code for code in codes if (end := last_period_end([code])) and end > today]
            is_broken = f"{name} IN ({', '.join(map(literal, later))})" if later else "false"
        else:
            zone = f" AT TIME ZONE {literal(LOCAL_TIME)}" if column.data_type == "timestamptz" else ""
            is_broken = f"({name}{zone})::date > {literal(today)}"
        yield _Rule(column, f"no day in the future: until {today}", is_broken)


def _is_day(column: Column) -> bool:
    return column.data_type in ("date", "timestamptz")


def _next(column: Column) -> str:
    return f"next_after_{column.name}"


def _next_starts(columns: list[Column]) -> str:
    """SQL for the start of the following period, of each column with periods that may not overlap."""
    return "".join(
        f", lead({column.meta.not_before}) OVER (PARTITION BY {', '.join(column.meta.no_overlap_per)}"
        f" ORDER BY {column.meta.not_before}, received_order) AS {_next(column)}"
        for column in columns
        if column.meta.no_overlap_per
    )


def missing_columns(feed: Feed, manifest: Manifest) -> Iterator[str]:
    """Describe the columns of the contract that a delivery lacks, which landed empty, with the nearest new names."""
    year = int(manifest.edition) if manifest.edition.isdigit() else None
    for table in feed.tables:
        written = manifest.tables.get(table.name)
        if written is None:
            # A table that is newer than the delivery is empty.
            continue
        for column in table.expected_columns(year):
            has_parts = column.meta.parts and set(column.meta.parts) <= set(written.columns)
            if column.name not in written.columns and not has_parts:
                near = difflib.get_close_matches(column.meta.supplier_name, written.dropped_columns, n=2, cutoff=0.5)
                yield (
                    f"column '{column.meta.supplier_name}' is missing from table {manifest.source_id}, so"
                    f" {column.name} of {manifest.edition} is empty; nearest new columns:"
                    f" {', '.join(near) or 'none'}; do: add the new name to 'supplier_aliases' of '{column.name}' in"
                    f" {feed.file}, or set its 'last_edition'"
                )


def fold_case(connection: duckdb.DuckDBPyConnection, columns: list[Column]) -> None:
    """Give values of ``received`` that differ in case or spaces only the spelling that most rows have."""
    for name in (column.name for column in columns if column.meta.ignores_case):
        connection.execute(rf"UPDATE received SET {name} = trim(regexp_replace({name}, '[\s\x{{00A0}}]+', ' ', 'g'))")
        connection.execute(f"""
            UPDATE received SET {name} = spelled.usual
            FROM (
                SELECT lower(spelling) AS folded, first(spelling ORDER BY row_count DESC, spelling) AS usual
                FROM (SELECT {name} AS spelling, count(*) AS row_count FROM received GROUP BY 1)
                GROUP BY 1 HAVING count(*) > 1
            ) spelled
            WHERE lower({name}) = spelled.folded
        """)


def newest_of_month(columns: list[Column]) -> str:
    """SQL that keeps the rows of the newest day of each month; empty where no column asks for it."""
    conditions = [
        f"{name} IS NOT DISTINCT FROM max({name}) OVER (PARTITION BY date_trunc('month', {name}))"
        for name in (column.name for column in columns if column.meta.one_per)
    ]
    return f" QUALIFY {' AND '.join(conditions)}" if conditions else ""
