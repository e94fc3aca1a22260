"""The figure that is meant: one column of one row of a mart in a release."""

import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from dagster_project.contracts.model import Feed
from dagster_project.errors import SetupError
from dagster_project.lineage.graph import Lineage
from dagster_project.release.build import DATABASE, METADATA_VIEWS
from dagster_project.release.read_back import HELD

FIGURES = "fct_indicator_values"
# Sums of numbers with decimals depend on the order in which they are added, in the last of their digits.
ROUNDING = 1e-9


@dataclass(frozen=True)
class Question:
    """What is asked: a column of a mart, and a condition that one row of it fits."""

    mart: str
    column: str
    condition: str

    @classmethod
    def of(cls, target: str, where: str | None, region: str | None, period: str | None) -> "Question":
        """What somebody asked with ``mart.column`` and a condition, or with an indicator, a region and a period.

        Raises SetupError when it is neither.
        """
        mart, _, column = target.partition(".")
        if column and where and not region and not period:
            return cls(mart, column, where)
        if not column and region and period and not where:
            named = {"indicator_code": target, "region_code": region, "period": period}
            return cls(FIGURES, "value", " AND ".join(f"{name} = {_quoted(text)}" for name, text in named.items()))
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
        """The region that it is about."""
        names = ("region_code", "neighbourhood_code", "municipality_code")
        return next((self.values[name] for name in names if self.values.get(name)), None)


def read_row(release: Path, question: Question) -> Row:
    """The row that is meant, also when readers see it no more because it is past its limit.

    Raises SetupError when there is no such mart or column, or not exactly one such row.
    """
    with duckdb.connect(str(release / DATABASE), read_only=True, config={"enable_external_access": "false"}) as held:
        held.execute("SET TimeZone = 'UTC'")
        columns = _columns(held, question.mart)
        if question.column not in columns:
            raise SetupError(f"{question.mart} has no column {question.column}\n  do: choose from {', '.join(columns)}")
        table = f"{HELD}.{question.mart}"
        try:
            rows = held.execute(f"SELECT * FROM {table} WHERE ({question.condition}) LIMIT 4").fetchall()
        except duckdb.Error as error:
            raise SetupError(f"the condition cannot be read: {error}\n  do: name columns of {question.mart}") from error
    found = [dict(zip(columns, row, strict=True)) for row in rows]
    names = _key(release, question.mart) or columns
    if len(found) != 1:
        examples = "".join(f"\n  such as: {told(row, names)}" for row in found[:3])
        came = "no row" if not found else "more than one row"
        raise SetupError(
            f"{came} of {question.mart} fits: {question.condition}{examples}\n  do: name one row by {', '.join(names)}"
        )
    (row,) = found
    return Row(row, {name: row[name] for name in names})


def told(row: dict[str, Any], names: Sequence[str]) -> str:
    """Some columns of a row, as a condition that somebody can use again."""
    return " and ".join(
        f"{name} is null" if row[name] is None else f"{name} = {_quoted(str(row[name]))}" for name in names
    )


def row_with_key(connection: duckdb.DuckDBPyConnection, table: str, key: dict[str, Any]) -> dict[str, Any] | None:
    """The row of a table that has this key; None where there is none."""
    where = " AND ".join(f"{name} IS NOT DISTINCT FROM ?" for name in key)
    return next(iter(rows_of(connection, f"SELECT * FROM {table} WHERE {where} LIMIT 1", list(key.values()))), None)


def rows_of(connection: duckdb.DuckDBPyConnection, query: str, given: Sequence[Any]) -> list[dict[str, Any]]:
    """The rows of an answer, by the names of their columns."""
    answer = connection.execute(query, given)
    names = [column[0] for column in answer.description or []]
    return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]


def is_same(value: object, other: object) -> bool:
    """Whether two values are the same, but for the order in which decimals were added."""
    if isinstance(value, float) and isinstance(other, float):
        return math.isclose(value, other, rel_tol=ROUNDING)
    return value == other


@dataclass(frozen=True)
class Ground:
    """What a figure stands on: feeds, each with the deliveries that are named for it, and the indicators it shows."""

    # No delivery named means any of the feed.
    deliveries: dict[str, set[str]]
    # Its own, and of a ratio numerator and denominator too; empty where nothing tells.
    indicators: set[str]
    # Those that are counted or delivered and not divided, each with its period in the long mart; empty where the
    # figure is not there.
    periods: dict[str, str]

    def includes(self, feed: str, delivery_id: str) -> bool:
        """Whether the figure may stand on a delivery."""
        return feed in self.deliveries and (not self.deliveries[feed] or delivery_id in self.deliveries[feed])


def ground_of(
    connection: duckdb.DuckDBPyConnection, lineage: Lineage, feeds: Iterable[Feed], question: Question, row: Row
) -> Ground:
    """What a figure stands on by its own row, or by that of its indicator; or else all that its mart is made from."""
    found = _indicator(connection, question, row)
    indicators = {found[name] for name in ("indicator_code", "numerator", "denominator")} - {None} if found else set()
    sources = _sources(connection, indicators)
    above = {lineage.nodes[node_id].table for node_id in lineage.above(question.mart)}
    under = [feed.id for feed in feeds if any(f"raw_{feed.supplier}.{table.name}" in above for table in feed.tables)]
    deliveries: dict[str, set[str]] = {}
    long = _long_row(connection, question, row) or {}
    for values in (long, row.values):
        for column, feed in values.items():
            if column.rpartition("_")[2] == "feed" and feed in under:
                named = deliveries.setdefault(feed, set())
                if delivery_id := values.get(f"{column.removesuffix('feed')}delivery_id"):
                    named.add(delivery_id)
    return Ground(
        deliveries or {feed: set() for feed in under if not sources or feed in sources},
        indicators,
        _periods(question.column, found, long),
    )


def _indicator(connection: duckdb.DuckDBPyConnection, question: Question, row: Row) -> dict[str, Any] | None:
    """What the dictionary says of the indicator that a figure is of."""
    code = row.values.get("indicator_code") or question.column
    return row_with_key(connection, "marts.dim_indicator", {"indicator_code": code})


def _sources(connection: duckdb.DuckDBPyConnection, indicators: Iterable[str]) -> set[str]:
    """The feeds of indicators."""
    query = "SELECT DISTINCT source_feed FROM marts.dim_indicator WHERE list_contains(?, indicator_code)"
    return {line["source_feed"] for line in rows_of(connection, query, [list(indicators)])}


def _periods(column: str, found: dict[str, Any] | None, long: dict[str, Any]) -> dict[str, str]:
    """The period of each part that the column tells of; a ratio may divide by a figure of another one."""
    if not found or not long:
        return {}
    above = {found["numerator"] or found["indicator_code"]: long["period"]}
    below = {found["denominator"]: long["denominator_period"] or long["period"]} if found["denominator"] else {}
    return {"numerator": above, "denominator": below}.get(column, above | below)


def _long_row(connection: duckdb.DuckDBPyConnection, question: Question, row: Row) -> dict[str, Any] | None:
    """The figure in the long mart: theme marts have a column per indicator, and it names the deliveries of each."""
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


def _key(release: Path, mart: str) -> list[str]:
    """The columns by which the release tells the rows of a mart apart."""
    resources = json.loads((release / "datapackage.json").read_bytes())["resources"]
    return next((own["schema"]["primaryKey"] for own in resources if own["name"] == mart), [])


def _columns(connection: duckdb.DuckDBPyConnection, mart: str) -> list[str]:
    query = (
        "SELECT table_name, column_name FROM duckdb_columns() WHERE schema_name = ? ORDER BY table_name, column_index"
    )
    marts: dict[str, list[str]] = {}
    for table, column in connection.execute(query, [HELD]).fetchall():
        if table not in METADATA_VIEWS:
            marts.setdefault(table, []).append(column)
    if mart not in marts:
        raise SetupError(f"no mart is called {mart}\n  do: choose from {', '.join(marts)}")
    return marts[mart]


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
