"""The figure to prove: one column of one row of a mart in a release, and the deliveries it depends on."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import duckdb

from dagster_project.contracts.model import Feed
from dagster_project.errors import SetupError
from dagster_project.lineage.graph import Lineage
from dagster_project.release.reader import SNAPSHOT, Release
from dagster_project.storage.sql import identifier, literal, rows_of

FIGURES = "fct_indicator_values"
# Sums of numbers with decimals depend on the order of addition, in their last digits.
ROUNDING = 1e-9


@dataclass(frozen=True)
class Question:
    """A column of a mart, and a condition that selects one row of it."""

    mart: str
    column: str
    condition: str

    @classmethod
    def of(cls, target: str, where: str | None, region: str | None, period: str | None) -> "Question":
        """Make a question from ``mart.column`` and a condition, or from an indicator, a region and a period.

        Raises SetupError when it is neither.
        """
        mart, _, column = target.partition(".")
        if column and where and not region and not period:
            return cls(mart, column, where)
        if not column and region and period and not where:
            named = {"indicator_code": target, "region_code": region, "period": period}
            return cls(FIGURES, "value", as_condition(named, named))
        raise SetupError(
            f"{target!r} with these options names no figure\n"
            '  do: maandvers prove mart.column --where "condition", or maandvers prove INDICATOR --region CODE'
            " --period PERIOD"
        )


@dataclass(frozen=True)
class Row:
    """A row of a mart, with the columns that are its key."""

    values: dict[str, Any]
    key: dict[str, Any]

    @property
    def region(self) -> str | None:
        """Code of the region that it describes."""
        names = ("region_code", "neighbourhood_code", "municipality_code")
        return next((self.values[name] for name in names if self.values.get(name)), None)


def read_row(release: Release, question: Question) -> Row:
    """Read the row that a question selects, whether or not readers still see it.

    Raises SetupError when there is no such mart or column, or not exactly one such row.
    """
    mart = release.marts.get(question.mart)
    if mart is None:
        raise SetupError(f"no mart is called {question.mart}\n  do: choose from {', '.join(release.marts)}")
    columns = [column.name for column in mart.columns]
    if question.column not in columns:
        raise SetupError(f"{question.mart} has no column {question.column}\n  do: choose from {', '.join(columns)}")
    query = f"SELECT * FROM {SNAPSHOT}.{identifier(question.mart)} WHERE ({question.condition}) LIMIT 4"
    try:
        found = rows_of(release.connection, query)
    except duckdb.Error as error:
        raise SetupError(f"the condition cannot be read: {error}\n  do: name columns of {question.mart}") from error
    names = mart.key or columns
    if len(found) != 1:
        examples = "".join(f"\n  such as: {as_condition(row, names)}" for row in found[:3])
        came = "no row" if not found else "more than one row"
        raise SetupError(
            f"{came} of {question.mart} fits: {question.condition}{examples}\n  do: name one row by {', '.join(names)}"
        )
    (row,) = found
    return Row(row, {name: row[name] for name in names})


def as_condition(row: Mapping[str, Any], names: Iterable[str]) -> str:
    """Write some columns of a row as a condition that another question can use."""
    return " AND ".join(
        f"{name} IS NULL" if row[name] is None else f"{name} = {literal(str(row[name]))}" for name in names
    )


def row_with_key(connection: duckdb.DuckDBPyConnection, table: str, key: dict[str, Any]) -> dict[str, Any] | None:
    """Read the row of a table that has this key, or None."""
    where = " AND ".join(f"{name} IS NOT DISTINCT FROM ?" for name in key)
    return next(iter(rows_of(connection, f"SELECT * FROM {table} WHERE {where} LIMIT 1", list(key.values()))), None)


def is_same(value: object, other: object) -> bool:
    """Whether a value equals another of a warehouse, apart from the order in which decimals were added.

    A moment of a release is in UTC, without its zone.
    """
    if isinstance(other, datetime) and other.tzinfo:
        other = other.astimezone(UTC).replace(tzinfo=None)
    if isinstance(value, float) and isinstance(other, int | float):
        return math.isclose(value, other, rel_tol=ROUNDING)
    return value == other


@dataclass(frozen=True)
class Dependencies:
    """The feeds a figure depends on, with the deliveries that are known, and the indicators it shows."""

    # An empty set of deliveries means any of the feed.
    deliveries: dict[str, set[str]]
    # Its own indicator, and of a ratio its numerator and denominator; empty where it is of no indicator.
    indicators: set[str]
    # The long mart's row of each indicator that is delivered or counted and not divided.
    parts: dict[str, dict[str, Any]]

    def includes(self, feed: str, delivery_id: str) -> bool:
        """Whether the figure may derive from a delivery."""
        return feed in self.deliveries and (not self.deliveries[feed] or delivery_id in self.deliveries[feed])


def find_dependencies(
    connection: duckdb.DuckDBPyConnection, lineage: Lineage, feeds: Iterable[Feed], question: Question, row: Row
) -> Dependencies:
    """Find the deliveries named by the figure's own row or by its indicator's; else all feeds behind its mart."""
    indicator = _indicator(connection, question, row)
    codes = ("indicator_code", "numerator", "denominator")
    indicators = {indicator[name] for name in codes} - {None} if indicator else set()
    sources = _sources(connection, indicators)
    tables = lineage.ancestor_tables(question.mart)
    known = [feed.id for feed in feeds if any(f"raw_{feed.supplier}.{table.name}" in tables for table in feed.tables)]
    deliveries: dict[str, set[str]] = {}
    long = _long_row(connection, question, row) or {}
    for values in (long, row.values):
        for column, feed in values.items():
            if column.rpartition("_")[2] == "feed" and feed in known:
                named = deliveries.setdefault(feed, set())
                if delivery_id := values.get(f"{column.removesuffix('feed')}delivery_id"):
                    named.add(delivery_id)
    return Dependencies(
        deliveries or {feed: set() for feed in known if not sources or feed in sources},
        indicators,
        _parts(connection, question.column, indicator, long),
    )


def _indicator(connection: duckdb.DuckDBPyConnection, question: Question, row: Row) -> dict[str, Any] | None:
    """Look up the figure's indicator in the dictionary."""
    code = row.values.get("indicator_code") or question.column
    return row_with_key(connection, "marts.dim_indicator", {"indicator_code": code})


def _sources(connection: duckdb.DuckDBPyConnection, indicators: Iterable[str]) -> set[str]:
    """Look up the feeds of indicators."""
    query = "SELECT DISTINCT source_feed FROM marts.dim_indicator WHERE list_contains(?, indicator_code)"
    return {line["source_feed"] for line in rows_of(connection, query, [list(indicators)])}


def _parts(
    connection: duckdb.DuckDBPyConnection, column: str, indicator: dict[str, Any] | None, long: dict[str, Any]
) -> dict[str, dict[str, Any]]:
    """Read the rows of the indicators that a column shows; a ratio may divide by a figure of another period."""
    if not indicator or not long:
        return {}
    numerator = {indicator["numerator"] or indicator["indicator_code"]: long["period"]}
    denominator = {indicator["denominator"]: long["denominator_period"] or long["period"]}
    denominator = denominator if indicator["denominator"] else {}
    periods = {"numerator": numerator, "denominator": denominator}.get(column, numerator | denominator)
    found = {}
    for code, period in sorted(periods.items()):
        key = {"indicator_code": code, "region_code": long["region_code"], "period": period}
        if line := row_with_key(connection, f"marts.{FIGURES}", key):
            found[code] = line
    return found


def _long_row(connection: duckdb.DuckDBPyConnection, question: Question, row: Row) -> dict[str, Any] | None:
    """Read the figure in the long mart: theme marts have a column per indicator, and it names the deliveries."""
    values = row.values
    key = {"indicator_code": values.get("indicator_code") or question.column, "region_code": row.region}
    if not all(key.values()):
        return None
    if "period" in values:
        return row_with_key(connection, f"marts.{FIGURES}", key | {"period": values["period"]})
    # A mart without periods shows the newest figure that there is.
    query = (
        f"SELECT * FROM marts.{FIGURES} WHERE indicator_code = ? AND region_code = ? AND value = ?"
        " ORDER BY period_end_date DESC LIMIT 1"
    )
    number = values[question.column]
    given = [*key.values(), number if isinstance(number, int | float) else None]
    return next(iter(rows_of(connection, query, given)), None)
