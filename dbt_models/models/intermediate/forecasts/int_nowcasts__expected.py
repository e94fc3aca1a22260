"""Nowcasts of months that are not reported in full, now and before: dagster_project/analysis/forecasting/nowcast.py.

In Python, because the bands are quantiles of a negative binomial distribution. It takes less time than comparing inputs
with those of the build before, so nothing is taken over.
"""

from functools import partial
from itertools import groupby
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection, DuckDBPyRelation

COLUMNS = {
    "indicator_code": "varchar",
    "region_code": "varchar",
    "month_number": "integer",
    "age": "integer",
    "is_latest": "boolean",
    "reported_value": "double",
    "expected_value": "double",
    "lower_80": "double",
    "upper_80": "double",
    "final_value": "double",
}


class Dbt(Protocol):
    """The part of dbt's model interface that is used here."""

    def config(self, *, materialized: str) -> None:
        """Say how the model is kept."""

    def ref(self, name: str) -> "DuckDBPyRelation":
        """What another model holds."""


def model(dbt: Dbt, session: "DuckDBPyConnection") -> "DuckDBPyRelation":
    """One row per region, indicator, month and age."""
    # Imported here: dbt reads this file whenever it parses.
    from dagster_project.storage.sql import relation_of
    from dagster_project.warehouse.kept_rows import computed

    dbt.config(materialized="table")
    known = (
        dbt.ref("int_nowcasts__known")
        .project("indicator_code, complete_after_months, step, region_code, month_number, age, value")
        .order("all")
        .fetchall()
    )
    made = [
        (code, *row)
        for (code, complete_after, step), rows in groupby(known, key=lambda row: row[:3])
        for row in computed(code, partial(nowcasts_of, [row[3:] for row in rows], complete_after, step))
    ]
    return relation_of(session, COLUMNS, made)


def nowcasts_of(rows: list[tuple], complete_after: int, step: int) -> list[tuple]:
    """The nowcasts of one indicator."""
    from dagster_project.analysis.forecasting.nowcast_rows import KnownFigure, nowcast_rows

    return list(nowcast_rows([KnownFigure(*row) for row in rows], complete_after, step))
