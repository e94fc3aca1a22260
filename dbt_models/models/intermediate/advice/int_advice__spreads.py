"""Spreads of each prevention budget over neighbourhoods: dagster_project/analysis/advice.

In Python, because a plan is the solution of an integer programme. The rows of an earlier build are taken over where needs,
options and method are the same.
"""

from hashlib import sha256
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection, DuckDBPyRelation

COLUMNS = {
    "plan_code": "varchar",
    "alternative_code": "varchar",
    "region_code": "varchar",
    "region_level": "varchar",
    "option_code": "varchar",
    "doses_count": "double",
    "cost_eur": "double",
    "cost_lower_eur": "double",
    "cost_upper_eur": "double",
    "per_head_cost_eur": "double",
    "avoided_count": "double",
    "avoided_lower": "double",
    "avoided_upper": "double",
    "chosen_pct": "double",
    "start_wave": "integer",
    "is_loser": "boolean",
    "input_fingerprint": "varchar",
}
NEEDS = (
    "plan_code, budget_eur, floor_pct, region_code, district_code, municipality_code, need_count, need_spread, "
    "inhabitants_count"
)
OPTIONS = "plan_code, option_code, effect_pct, effect_standard_error_pct, reach_count, cost_eur, most_doses"


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
    """One row per plan, alternative, region and option."""
    # Imported here: dbt reads this file whenever it parses.
    from dagster_project.analysis import method_digest

    dbt.config(materialized="table")
    method = method_digest("advice")
    needs = dbt.ref("int_advice__needs").project(NEEDS).order(NEEDS).fetchall()
    options = dbt.ref("int_advice__options").project(OPTIONS).order(OPTIONS).fetchall()
    kept = earlier_rows(session, dbt.this)
    rows: list[tuple] = []
    for plan in sorted({need[0] for need in needs}):
        inputs = [need for need in needs if need[0] == plan], [option for option in options if option[0] == plan]
        fingerprint = sha256(repr((method, inputs)).encode()).hexdigest()
        rows += kept.get(fingerprint) or spread(inputs, fingerprint)
    return as_table(session, rows)


def spread(inputs: tuple[list[tuple], list[tuple]], fingerprint: str) -> list[tuple]:
    """Compute the rows of one plan; none where there is no plan, of which the gates say why."""
    # Imported here: nothing heavy is needed where nothing changed.
    from dagster_project.analysis.advice.advice_rows import advice_rows

    return [(*row, fingerprint) for row in advice_rows(*inputs)]


def earlier_rows(session: "DuckDBPyConnection", table: Table) -> dict[str, list[tuple]]:
    """Rows of the table that an earlier build left, by the fingerprint of their inputs."""
    address = [table.schema, table.identifier]
    stored = session.execute(
        "select column_name from information_schema.columns where table_schema = $1 and table_name = $2", address
    ).fetchall()
    if {name for (name,) in stored} != {*COLUMNS}:
        return {}
    found: dict[str, list[tuple]] = {}
    for row in session.execute(f'select {", ".join(COLUMNS)} from "{address[0]}"."{address[1]}"').fetchall():
        found.setdefault(row[-1], []).append(row)
    return found


def as_table(session: "DuckDBPyConnection", rows: list[tuple]) -> "DuckDBPyRelation":
    """The rows as a relation with the columns of this model."""
    columns = [list(values) for values in zip(*rows, strict=True)] or [[] for _ in COLUMNS]
    selected = ", ".join(
        f"unnest(${place}::{kind}[]) as {name}" for place, (name, kind) in enumerate(COLUMNS.items(), start=1)
    )
    return session.sql(f"select {selected}", params=columns)
