"""Population by age and users of care in later years, and the same from earlier editions: dagster_project/analysis/population.

In Python, because cohorts, the control to the municipality and rates by age are fitted together. The rows of an earlier
build are taken over where inputs, assumptions and method are the same.
"""

from hashlib import sha256
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection, DuckDBPyRelation

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
    "input_fingerprint": "varchar",
}
# Each in a fixed order, so that equal inputs have an equal fingerprint.
INPUTS = {
    "int_outlook__inputs": "region_code, region_level, indicator_code, role, ages, year, value",
    "int_outlook__peers": "region_code, indicator_code, role, ages, year, value",
    "int_outlook__members": "region_code, region_level, neighbourhood_code",
    "int_outlook__assumptions": "scenario_code, assumption, indicator_code, year, value",
    "int_outlook__housing": "region_code, year, dwellings_count, persons_per_dwelling, is_decided",
}


class Table(Protocol):
    """The address of the model's own table."""

    schema: str
    identifier: str


class Dbt(Protocol):
    """The part of dbt's model interface that is used here."""

    this: Table

    def config(self, *, materialized: str) -> None:
        """Say how the model is kept."""

    def ref(self, name: str) -> "DuckDBPyRelation":
        """What another model holds."""


def model(dbt: Dbt, session: "DuckDBPyConnection") -> "DuckDBPyRelation":
    """One row per region, indicator, scenario, origin and year."""
    # Imported here: dbt reads this file whenever it parses.
    from dagster_project.analysis import method_digest

    dbt.config(materialized="table")
    sources = {
        "int_outlook__inputs": dbt.ref("int_outlook__inputs"),
        "int_outlook__peers": dbt.ref("int_outlook__peers"),
        "int_outlook__members": dbt.ref("int_outlook__members"),
        "int_outlook__assumptions": dbt.ref("int_outlook__assumptions"),
        "int_outlook__housing": dbt.ref("int_outlook__housing"),
    }
    rows = {name: relation.project(INPUTS[name]).order(INPUTS[name]).fetchall() for name, relation in sources.items()}
    fingerprint = sha256(repr((method_digest("population"), rows)).encode()).hexdigest()
    if (kept := earlier_rows(session, dbt.this, fingerprint)) is not None:
        return as_table(session, kept)
    # Imported here: nothing heavy is needed where nothing changed.
    from dagster_project.analysis.population.outlook_rows import outlook_rows

    return as_table(session, [(*row, fingerprint) for row in outlook_rows(*rows.values())])


def earlier_rows(session: "DuckDBPyConnection", table: Table, fingerprint: str) -> list[tuple] | None:
    """The rows of the table that an earlier build left, or None where it left none of these inputs."""
    address = [table.schema, table.identifier]
    stored = session.execute(
        "select column_name from information_schema.columns where table_schema = $1 and table_name = $2", address
    ).fetchall()
    if {name for (name,) in stored} != {*COLUMNS}:
        return None
    rows = session.execute(f'select {", ".join(COLUMNS)} from "{address[0]}"."{address[1]}"').fetchall()
    return rows if rows and {row[-1] for row in rows} == {fingerprint} else None


def as_table(session: "DuckDBPyConnection", rows: list[tuple]) -> "DuckDBPyRelation":
    """The rows as a relation with the columns of this model."""
    columns = [list(values) for values in zip(*rows, strict=True)] or [[] for _ in COLUMNS]
    selected = ", ".join(
        f"unnest(${place}::{kind}[]) as {name}" for place, (name, kind) in enumerate(COLUMNS.items(), start=1)
    )
    return session.sql(f"select {selected}", params=columns)
