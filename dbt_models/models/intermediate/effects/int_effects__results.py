"""Effects of measures as estimated: dagster_project/analysis/effects.

In Python, because a synthetic control has no SQL. The rows of a measure are taken over from the table of an earlier
build while its registration, its figures and the method are the same; only the others need the libraries.
"""

from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection, DuckDBPyRelation

    from dagster_project.warehouse.kept_rows import OwnTable

COLUMNS = {
    "measure_code": "varchar",
    "input_fingerprint": "varchar",
    "part": "varchar",
    "code": "varchar",
    "line_code": "varchar",
    "period": "varchar",
    "value": "double",
    "lower": "double",
    "upper": "double",
    "is_passed": "boolean",
    "text": "varchar",
}
REGISTERED = (
    "measure_code, indicator_code, control_indicator_code, region_level, end_date, window_from, window_until, "
    "lag_months, expected_direction, eur_per_case, cost_eur, unit_nl, decimals, noun_nl, factor, is_stock, "
    "series_break_date"
)
FIGURES = (
    "indicator_code, region_level, region_code, period, period_start_date, period_end_date, period_type, value, "
    "first_value, noise, denominator, missing_reason, is_provisional"
)


class Dbt(Protocol):
    """The part of dbt's model interface that is used here."""

    this: "OwnTable"

    def config(self, *, materialized: str) -> None:
        """Say how the model is kept."""

    def ref(self, name: str) -> "DuckDBPyRelation":
        """What another model holds."""


def model(dbt: Dbt, session: "DuckDBPyConnection") -> "DuckDBPyRelation":
    """One row per number, text, check and point of a measure."""
    # Imported here: dbt reads this file whenever it parses.
    from dagster_project.analysis import method_digest
    from dagster_project.warehouse.kept_rows import computed, fingerprint_of, known_fingerprints, united_rows

    dbt.config(materialized="table")
    method = method_digest("effects")
    starts = grouped(
        dbt.ref("int_effects__starts").project("measure_code, region_code, start_date").order("all").fetchall()
    )
    regions = grouped(
        dbt.ref("int_effects__donors")
        .project("measure_code, region_code, is_donor, other_measures_nl")
        .order("all")
        .fetchall()
    )
    figures = dbt.ref("int_effects__figures").project(FIGURES).order("all").fetchall()
    known, kept, made = known_fingerprints(session, dbt.this, COLUMNS), [], []
    for measure in dbt.ref("int_effects__registrations").project(REGISTERED).order("all").fetchall():
        code, *indicators, level = measure[:4]
        own = [(row[0], *row[2:]) for row in figures if row[0] in indicators and row[1] == level]
        inputs = (measure, starts[code], regions.get(code, []), own)
        fingerprint = fingerprint_of(method, inputs)
        if fingerprint in known:
            kept.append(fingerprint)
        else:
            made += [(code, fingerprint, *row) for row in computed(code, partial(estimated, *inputs))]
    return united_rows(session, dbt.this, COLUMNS, kept, made)


def grouped(rows: Iterable[tuple]) -> dict[str, list[tuple]]:
    """Rows by their first value, without it."""
    found: dict[str, list[tuple]] = {}
    for key, *row in rows:
        found.setdefault(key, []).append(tuple(row))
    return found


def estimated(measure: tuple, starts: list[tuple], regions: list[tuple], figures: list[tuple]) -> list[tuple]:
    """The rows of one measure."""
    # Imported here: nothing heavy is needed where nothing changed.
    from dagster_project.analysis.effects.effect_rows import FigureRow, Region, Registered, effect_rows

    return list(
        effect_rows(
            Registered(*measure), starts, [Region(*row) for row in regions], [FigureRow(*row) for row in figures]
        )
    )
