"""Short-term forecasts of the newest origin and of earlier ones: dagster_project/analysis/forecasting.

In Python, because exponential smoothing has no SQL. Rows of an indicator are taken over from the table of an earlier
build while its series, its sizes and the method are the same; only the others need the libraries.
"""

from functools import partial
from itertools import groupby
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection, DuckDBPyRelation

    from dagster_project.warehouse.kept_rows import OwnTable

COLUMNS = {
    "indicator_code": "varchar",
    "region_code": "varchar",
    "origin_period": "varchar",
    "period": "varchar",
    "horizon": "integer",
    "is_latest": "boolean",
    "method": "varchar",
    "mean_value": "double",
    "lower_80": "double",
    "lower_50": "double",
    "upper_50": "double",
    "upper_80": "double",
    "probability_below": "double",
    "probability_at": "double",
    "input_fingerprint": "varchar",
}

# The fields of a figure in the order of the package.
FIGURE = "region_code, region_level, period, period_number, value, step, periods_per_year, size_value"


class Dbt(Protocol):
    """The part of dbt's model interface that is used here."""

    this: "OwnTable"

    def config(self, *, materialized: str) -> None:
        """Say how the model is kept."""

    def ref(self, name: str) -> "DuckDBPyRelation":
        """What another model holds."""


def model(dbt: Dbt, session: "DuckDBPyConnection") -> "DuckDBPyRelation":
    """One row per region, indicator, origin and horizon."""
    # Imported here: dbt reads this file whenever it parses.
    from dagster_project.analysis import method_digest
    from dagster_project.warehouse.kept_rows import computed, fingerprint_of, known_fingerprints, united_rows

    dbt.config(materialized="table")
    eligible = dbt.ref("int_forecasts__regions").filter("reason_nl is null")
    figures = (
        dbt.ref("int_forecasts__series")
        .join(eligible.project("region_code, indicator_code, size_value"), "region_code, indicator_code")
        .project(f"indicator_code, {FIGURE}")
        .order("all")
        .fetchall()
    )
    parts = dbt.ref("int_regions__parts").project("region_code, neighbourhood_code").order("all").fetchall()
    members = {region: [part for _, part in rows] for region, rows in groupby(parts, key=lambda row: row[0])}
    method = method_digest("forecasting")
    rows_of = {code: [row[1:] for row in rows] for code, rows in groupby(figures, key=lambda row: row[0])}
    fingerprints = {code: fingerprint_of(method, members, rows) for code, rows in rows_of.items()}
    known = known_fingerprints(session, dbt.this, COLUMNS)
    made = [
        (code, *row, fingerprints[code])
        for code, rows in rows_of.items()
        if fingerprints[code] not in known
        for row in computed(code, partial(forecasts_of, rows, members))
    ]
    return united_rows(session, dbt.this, COLUMNS, known & {*fingerprints.values()}, made)


def forecasts_of(rows: list[tuple], members: dict[str, list[str]]) -> list[tuple]:
    """The forecasts of one indicator."""
    # Imported here: nothing heavy is needed where nothing changed.
    from dagster_project.analysis.forecasting.short_term_rows import Figure, short_term_rows

    return list(short_term_rows([Figure(*row) for row in rows], members))
