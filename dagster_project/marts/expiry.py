"""Expiry of mart columns as SQL: each group of columns is shown as long as its clocks are fresh.

A row stays while it still shows something: what expires takes nothing fresh along.
"""

from dagster_project.marts.catalogue import Mart
from dagster_project.marts.column_clocks import LIMIT, Clock


def shown(mart: Mart, table: str, today: str) -> str:
    """The query that reads from this table what may be shown on a day; definitions do not age."""
    columns = [
        f"CASE WHEN {_are_fresh(column.clocks, today)} THEN {column.name} END AS {column.name}"
        if column.clocks
        else column.name
        for column in mart.columns
    ]
    still = [f"{LIMIT} >= {today}"] if mart.clocks else ["true"]
    still += [f"({filled}) AND {_are_fresh(clocks, today)}" for clocks, filled in _groups(mart).items()]
    return f"SELECT {', '.join(columns)} FROM {table} WHERE {' OR '.join(still)}"


def is_stale(mart: Mart, today: str) -> str:
    """Condition for a row with a figure that is expired or has an unknown limit."""
    if not mart.clocks:
        return "false"
    if not mart.has_groups:
        return f"NOT coalesce({LIMIT} >= {today}, false)"
    return " OR ".join(
        f"(({filled}) AND NOT coalesce({_are_fresh(clocks, today)}, false))" for clocks, filled in _groups(mart).items()
    )


def _groups(mart: Mart) -> dict[tuple[Clock, ...], str]:
    """Condition, per set of clocks, for a row with a figure that they bind."""
    columns: dict[tuple[Clock, ...], list[str]] = {}
    for column in mart.columns:
        if column.clocks:
            columns.setdefault(column.clocks, []).append(f"{column.name} IS NOT NULL")
    return {clocks: " OR ".join(filled) for clocks, filled in columns.items()}


def _are_fresh(clocks: tuple[Clock, ...], today: str) -> str:
    return " AND ".join(f"{clock.column} >= {today}" for clock in clocks)
