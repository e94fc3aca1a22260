"""Staff and reports of absence as they are published: dagster_project/warehouse/random_rounding.py.

In Python for the reasons of int_counts__rounded. A department counts as a place, and the organisation as its whole.
"""

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection, DuckDBPyRelation


class Dbt(Protocol):
    """The part of dbt's model interface that is used here."""

    def config(self, *, materialized: str) -> None:
        """Say how the model is kept."""

    def ref(self, name: str) -> "DuckDBPyRelation":
        """What another model holds."""


def model(dbt: Dbt, session: "DuckDBPyConnection") -> "DuckDBPyRelation":
    """One row per department or organisation, indicator and month; its region_code is that department."""
    # Imported here: dbt reads this file whenever it parses.
    from dagster_project.warehouse.random_rounding import Cell, CountedPlace, Rounding, secret, shown_table

    dbt.config(materialized="table")
    shown = dbt.ref("int_organisation__shown").filter("employee_count is not null")
    names = shown.project("row_type, department_name").distinct().order("all").fetchall()
    departments = tuple(name for row_type, name in names if row_type == "department")
    wholes = [name for row_type, name in names if row_type == "organisation"]
    rounding = Rounding(
        secret=secret(),
        places={name: CountedPlace(name) for name in departments}
        | {name: CountedPlace(name, departments) for name in wholes},
        additive={"employee_count", "report_count"},
    )
    counts = {
        Cell(indicator, *address): int(count)
        for indicator in sorted(rounding.additive)
        for *address, count in shown.project(
            f"department_name, strftime(month_start_date, '%Y-%m'), {indicator}"
        ).fetchall()
    }
    return shown_table(session, rounding(counts))
