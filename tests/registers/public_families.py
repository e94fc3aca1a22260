"""Families of counts of persons in the public edition, and an attack on one of them with all that editions show."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from dagster_project.public_edition.public_counts import PublicRules
from dagster_project.release.reader import DATABASE
from dagster_project.warehouse.random_rounding import Cell, CountedPlace
from registers.attacker import rules_of_places, rules_within, without_parts
from registers.public_attacker import MINIMUM, PublicAttacker

Family = tuple[str, ...]
# Of these totals everyone is in a part: there is no remainder to find.
COVERED = {"benefit_recipients_count"}


def families(rules: PublicRules) -> list[Family]:
    """Public counts that are declared to be part of each other, or at most each other."""
    groups = {code: {code} for code in rules.counts}
    for one, other in [*rules.part_of.items(), *rules.at_most]:
        joined = groups[one] | groups[other]
        groups |= dict.fromkeys(joined, joined)
    return sorted({tuple(sorted(group)) for group in groups.values()})


@dataclass(frozen=True)
class Edition:
    """The counts that an edition shows, and the true and internal counts behind it, without own areas."""

    shown: Mapping[Cell, int]
    inside: Mapping[Cell, int]
    true: Mapping[Cell, int]
    parents: Mapping[str, str]
    additive: Collection[str]

    @classmethod
    def read(cls, releases: Path, public: Path, warehouse: Path) -> "Edition":
        """Read the latest edition, the release that it was made from and the warehouse of that."""
        inside = _counts(releases)
        with duckdb.connect(str(releases / "latest" / DATABASE), read_only=True) as release:
            parents = dict(
                release.execute(
                    "select region_code, parent_region_code from snapshot.dim_region where is_newest_vintage"
                    " and region_level in ('district', 'neighbourhood')"
                ).fetchall()
            )
        with duckdb.connect(str(warehouse), read_only=True) as connection:
            counted = connection.execute(
                "select indicator_code, region_code, period, persons_count, is_additive"
                " from intermediate.int_counts__of_persons"
            ).fetchall()
        return cls(
            shown=_counts(public),
            inside=inside,
            true={cell: count for *address, count, _ in counted if (cell := Cell(*address)) in inside},
            parents=parents,
            additive={code for code, *_, is_additive in counted if is_additive},
        )

    def systems(self, family: Family) -> list[tuple[str, ...]]:
        """Periods of a family that belong together: a month, or with counts per year a year and its months."""
        periods = sorted({cell.period for cell in self.true if cell.indicator in family})
        years = [period for period in periods if len(period) == len("2026")]
        with_months = [tuple(one for one in periods if one.startswith(year)) for year in years]
        apart = [(period,) for period in periods if period[:4] not in years]
        return sorted([*apart, *with_months])


def _counts(releases: Path) -> dict[Cell, int]:
    with duckdb.connect(str(releases / "latest" / DATABASE), read_only=True) as release:
        found = release.execute(
            "select indicator_code, region_code, period, value::integer from snapshot.fct_indicator_values"
            " join snapshot.dim_indicator using (indicator_code)"
            " where is_count_of_persons and value is not null and region_level <> 'area'"
        ).fetchall()
    return {Cell(*address): value for *address, value in found}


def attack(
    editions: Sequence[Edition], family: Family, periods: Collection[str], rules: PublicRules
) -> tuple[dict[Cell, str], int]:
    """Return the small counts that follow from these editions, the oldest first, and the number of small counts."""
    part_of = {part: of for part, of in rules.part_of.items() if part in family}
    at_most = [pair for pair in rules.at_most if pair[0] in family]
    attacker = PublicAttacker()
    newest: dict[Cell, float] = {}
    last = editions[-1].true
    for edition in reversed(editions):
        true = {
            cell: count for cell, count in edition.true.items() if cell.indicator in family and cell.period in periods
        }
        rests = without_parts(true, part_of)
        newest = newest or rests
        attacker.sees(
            rests,
            {cell: value for cell, value in edition.shown.items() if cell in true},
            part_of,
            [*_places(edition, rests), *rules_within(rests, part_of, at_most)],
            COVERED,
            # The attacker knows of every count whether it was revised, not of what remains of it without its parts.
            {cell for cell, rest in rests.items() if newest.get(cell) != rest or last.get(cell) != true[cell]},
        )
    small = {cell: rest for cell, rest in newest.items() if rest < MINIMUM and cell.indicator not in COVERED}
    return attacker.narrowed(small), len(small)


def _places(edition: Edition, rests: Mapping[Cell, float]) -> Iterator:
    parts = {
        above: tuple(one for one, of in edition.parents.items() if of == above) for above in edition.parents.values()
    }
    places = {cell.place: CountedPlace("", parts.get(cell.place, ())) for cell in rests}
    # Persons without a known place, of whom this attacker knows the number.
    elsewhere = {
        cell: rest - sum(rests.get(cell._replace(place=part), 0) for part in places[cell.place].parts)
        for cell, rest in rests.items()
        if cell.place[:2] == "GM"
    }
    yield from rules_of_places(rests, places, edition.additive, elsewhere)
