"""Spreads of each prevention budget over neighbourhoods: dagster_project/analysis/advice.

In Python, because a plan is the solution of an integer programme. The rows of an earlier build are taken over where
needs, options and method are the same.
"""

from functools import partial
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection, DuckDBPyRelation

    from dagster_project.warehouse.kept_rows import OwnTable

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


class Dbt(Protocol):
    """The part of dbt's model interface that is used here."""

    this: "OwnTable"

    def config(self, *, materialized: str) -> None:
        """Say how the model is kept."""

    def ref(self, name: str) -> "DuckDBPyRelation":
        """What another model holds."""


def model(dbt: Dbt, session: "DuckDBPyConnection") -> "DuckDBPyRelation":
    """One row per plan, alternative, region and option."""
    # Imported here: dbt reads this file whenever it parses.
    from dagster_project.analysis import method_digest
    from dagster_project.warehouse.kept_rows import computed, fingerprint_of, known_fingerprints, united_rows

    dbt.config(materialized="table")
    needs = dbt.ref("int_advice__needs").project(NEEDS).order("all").fetchall()
    options = dbt.ref("int_advice__options").project(OPTIONS).order("all").fetchall()
    method = method_digest("advice")
    inputs = {}
    for plan in sorted({need[0] for need in needs}):
        own = [need for need in needs if need[0] == plan], [option for option in options if option[0] == plan]
        inputs[fingerprint_of(method, own)] = own
    kept = known_fingerprints(session, dbt.this, COLUMNS) & {*inputs}
    rows = [
        row
        for fingerprint, own in inputs.items()
        if fingerprint not in kept
        for row in computed("a plan", partial(spread, own, fingerprint))
    ]
    return united_rows(session, dbt.this, COLUMNS, kept, rows)


def spread(inputs: tuple[list[tuple], list[tuple]], fingerprint: str) -> list[tuple]:
    """Compute the rows of one plan; none where there is no plan, of which the gates say why."""
    # Imported here: nothing heavy is needed where nothing changed.
    from dagster_project.analysis.advice.advice_rows import advice_rows

    return [(*row, fingerprint) for row in advice_rows(*inputs)]
