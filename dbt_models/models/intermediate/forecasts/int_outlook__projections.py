"""Population by age and users of care in later years, also from earlier editions: dagster_project/analysis/population.

In Python, because cohorts, the control to the municipality and rates by age are fitted together. The rows of an earlier
build are taken over where inputs, assumptions and method are the same.
"""

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection, DuckDBPyRelation

    from dagster_project.warehouse.kept_rows import OwnTable

COLUMNS = {
    "region_code": "varchar",
    "region_level": "varchar",
    "indicator_code": "varchar",
    "scenario_code": "varchar",
    "origin_year": "integer",
    "year": "integer",
    "is_latest": "boolean",
    "mean_value": "double",
    "lower_80": "double",
    "lower_50": "double",
    "upper_50": "double",
    "upper_80": "double",
    "naive_value": "double",
    "actual_value": "double",
    "has_own_cohorts": "boolean",
    "input_fingerprint": "varchar",
}
# Columns that a projection derives from.
INPUTS = {
    "int_outlook__inputs": "region_code, region_level, indicator_code, role, ages, year, value",
    "int_outlook__peers": "region_code, indicator_code, role, ages, year, value",
    "int_outlook__members": "region_code, region_level, neighbourhood_code",
    "int_outlook__assumptions": "scenario_code, assumption, indicator_code, year, value",
    "int_outlook__housing": "region_code, year, dwellings_count, persons_per_dwelling, is_decided",
}


class Dbt(Protocol):
    """The part of dbt's model interface that is used here."""

    this: "OwnTable"

    def config(self, *, materialized: str) -> None:
        """Say how the model is kept."""

    def ref(self, name: str) -> "DuckDBPyRelation":
        """What another model holds."""


def model(dbt: Dbt, session: "DuckDBPyConnection") -> "DuckDBPyRelation":
    """One row per region, indicator, scenario, origin and year."""
    # Imported here: dbt reads this file whenever it parses.
    from dagster_project.analysis import method_digest
    from dagster_project.warehouse.kept_rows import computed, fingerprint_of, known_fingerprints, united_rows

    dbt.config(materialized="table")
    relations = {
        "int_outlook__inputs": dbt.ref("int_outlook__inputs"),
        "int_outlook__peers": dbt.ref("int_outlook__peers"),
        "int_outlook__members": dbt.ref("int_outlook__members"),
        "int_outlook__assumptions": dbt.ref("int_outlook__assumptions"),
        "int_outlook__housing": dbt.ref("int_outlook__housing"),
    }
    inputs = [relation.project(INPUTS[name]).order("all").fetchall() for name, relation in relations.items()]
    fingerprint = fingerprint_of(method_digest("population"), inputs)
    if fingerprint in known_fingerprints(session, dbt.this, COLUMNS):
        return united_rows(session, dbt.this, COLUMNS, [fingerprint], [])
    rows = computed("population and care demand", lambda: projected(inputs, fingerprint))
    return united_rows(session, dbt.this, COLUMNS, [], rows)


def projected(inputs: list[list[tuple]], fingerprint: str) -> list[tuple]:
    """Compute the rows."""
    # Imported here: nothing heavy is needed where nothing changed.
    from dagster_project.analysis.population.outlook_rows import outlook_rows

    return [(*row, fingerprint) for row in outlook_rows(*inputs)]
