"""Counts of persons of own registers as they are published: dagster_project/warehouse/random_rounding.py.

In Python, because whether a total may be shown depends on how its parts were rounded, and the draws are keyed with the
secret of the installation, which no SQL, log or release contains.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection, DuckDBPyRelation

    from dagster_project.warehouse.random_rounding import CountedPlace

LEVELS = ("neighbourhood", "district", "area", "municipality")


class Dbt(Protocol):
    """The part of dbt's model interface that is used here."""

    def config(self, *, materialized: str) -> None:
        """Say how the model is kept."""

    def ref(self, name: str) -> "DuckDBPyRelation":
        """What another model holds."""


def model(dbt: Dbt, session: "DuckDBPyConnection") -> "DuckDBPyRelation":
    """One row per region, indicator and period."""
    # Imported here: dbt reads this file whenever it parses.
    from dagster_project.warehouse.random_rounding import Cell, Relation, Rounding, secret, shown_table

    dbt.config(materialized="table")
    counts = dbt.ref("int_counts__of_persons").filter("is_published")
    regions = dbt.ref("int_regions__parts").project("region_code, region_level, neighbourhood_code").fetchall()
    relations = dbt.ref("count_relations").project(
        "relation_code, indicator_code, beside_code, months_before, sign, is_equal"
    )
    rounding = Rounding(
        secret=secret(),
        places=places(regions),
        part_of=dict(counts.filter("part_of is not null").project("indicator_code, part_of").distinct().fetchall()),
        additive={code for (code,) in counts.filter("is_additive").project("indicator_code").distinct().fetchall()},
        relations=[Relation(*row) for row in relations.fetchall()],
    )
    cells = counts.project("indicator_code, region_code, period, persons_count").fetchall()
    return shown_table(session, rounding({Cell(*address): count for *address, count in cells}))


def places(regions: Iterable[tuple[str, str, str]]) -> dict[str, "CountedPlace"]:
    """Every region with what it consists of, from rows of (region, level, neighbourhood)."""
    from dagster_project.warehouse.random_rounding import CountedPlace

    members: dict[str, dict[str, list[str]]] = {level: {} for level in LEVELS}
    for region, level, neighbourhood in sorted(regions):
        members[level].setdefault(region, []).append(neighbourhood)
    parts: dict[str, tuple[str, ...]] = {"neighbourhood": (), "municipality": tuple(members["district"])}
    # Own areas lie across districts.
    return {
        region: CountedPlace("+".join(own), parts.get(level, tuple(own)), is_across=level == "area")
        for level in LEVELS
        for region, own in members[level].items()
    }
