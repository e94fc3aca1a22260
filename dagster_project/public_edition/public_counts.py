"""Which counts of persons the public edition shows.

The internal release has them as multiples of five. Here a count is shown from ten on, and only if no outsider can
derive from all that was ever shown that another count is below ten, or which of a few values below it. The outsider
knows the rounding, that places add up, which counts are part of others, and every edition before.
"""

import csv
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from dagster_project.installation.settings import SEEDS
from dagster_project.warehouse.random_rounding import (
    BASE,
    LARGEST_ERROR,
    Cell,
    Outsider,
    Shown,
    Sum,
    without_parts,
)

# The smallest count that is shown.
MINIMUM = 10
# The highest lower bound of a smaller count: four values below the minimum remain possible.
HIGHEST_LOWER = 6
MOST = 10**9
# Marks of the published multiple of a count, and of the sum of several, beside the true count.
DRAWN, WHOLE = "drawn ", "whole "

Counts = Mapping[Cell, int]


@dataclass(frozen=True)
class PublicRules:
    """Declared facts on counts of persons, from ``seeds/``: which are public, and how these relate."""

    # Every count, amount and duration of persons; True if it may be public.
    is_public: Mapping[str, bool]
    # Public counts, by the public count that they are part of.
    part_of: Mapping[str, str]
    # Pairs of public counts of which the first is never more than the second, in the same period or its year.
    at_most: Collection[tuple[str, str]]

    @property
    def counts(self) -> set[str]:
        """The counts that may be public."""
        return {code for code, is_public in self.is_public.items() if is_public}


@cache
def public_rules() -> PublicRules:
    """Read the rules."""
    with (SEEDS / "counts_of_persons.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    with (SEEDS / "count_relations.csv").open(encoding="utf-8") as file:
        terms = list(csv.DictReader(file))
    is_public = {row["indicator_code"]: row["is_public"] == "true" for row in rows}
    public = {code for code, allowed in is_public.items() if allowed}
    names = [term["relation_code"] for term in terms]
    return PublicRules(
        is_public=is_public,
        part_of={
            row["indicator_code"]: row["part_of"] for row in rows if {row["indicator_code"], row["part_of"]} <= public
        },
        at_most=[
            (term["indicator_code"], term["beside_code"])
            for term in terms
            if names.count(term["relation_code"]) == 1 and {term["indicator_code"], term["beside_code"]} <= public
        ],
    )


@dataclass(frozen=True)
class PublicCounts:
    """Counts of an internal release, and what is known of them.

    ``parent_of`` maps each place to the one above it. Counts of ``additive`` indicators add up over places.
    """

    counts: Counts
    parent_of: Mapping[str, str]
    additive: Collection[str]
    rules: PublicRules

    def shown(self, before: Collection[tuple[Cell, int]], shown_levels: Collection[str]) -> dict[Cell, Shown]:
        """Choose the counts to show; ``before`` are those of all editions, known to everybody for good."""
        rests = without_parts(self.counts, self.rules.part_of)
        outsider = Outsider(self._sums(rests), is_narrow, (0, MOST))
        parts = {cell: list(self._consists_of(cell, rests)) for cell in self.counts}
        shown = {}
        for cell in sorted(self.counts, key=lambda cell: self._order(cell, before)):
            value, is_known = self.counts[cell], (cell, self.counts[cell]) in before
            if not is_known and (value < MINIMUM or cell.place[:2] not in shown_levels):
                continue
            (fact, amount) = (
                (drawn(parts[cell][0]), value // BASE) if len(parts[cell]) == 1 else (_marked(WHOLE, cell), value)
            )
            is_safe = outsider.learns(fact, amount, amount, is_known=is_known)
            if is_safe and value >= MINIMUM and cell.place[:2] in shown_levels:
                # How a total divides into its parts is not known outside.
                error = LARGEST_ERROR * len(parts[cell])
                shown[cell] = Shown(value, max(0, value - error), value + error)
        return shown

    def _order(self, cell: Cell, before: Collection[tuple[Cell, int]]) -> tuple[object, ...]:
        """Sort key: counts shown before, then larger places, then wholes before their parts."""
        depth, place = 0, cell.place
        while place in self.parent_of:
            depth, place = depth + 1, self.parent_of[place]
        part, whole = 0, cell.indicator
        while whole in self.rules.part_of:
            part, whole = part + 1, self.rules.part_of[whole]
        return (cell, self.counts[cell]) not in before, depth, part, cell

    def _sums(self, rests: Counts) -> Iterator[Sum]:
        for cell in rests:
            yield Sum({drawn(cell): BASE, cell: -1}, LARGEST_ERROR, is_equal=False)
            yield Sum({drawn(cell): -BASE, cell: 1}, LARGEST_ERROR, is_equal=False)
        for cell in self.counts:
            own = list(self._consists_of(cell, rests))
            if len(own) > 1:
                yield Sum({_marked(WHOLE, cell): -1, **{drawn(part): BASE for part in own}}, 0, is_equal=True)
        yield from self._sums_of_places(rests)
        for smaller, larger in self.rules.at_most:
            for cell in (cell for cell in self.counts if cell.indicator == smaller):
                few = dict.fromkeys(self._consists_of(cell, rests), -1)
                # Of a larger count per year: that of the year of this month.
                for period in {cell.period, cell.period[:4]}:
                    beside = cell._replace(indicator=larger, period=period)
                    if beside in self.counts:
                        yield Sum({**few, **dict.fromkeys(self._consists_of(beside, rests), 1)}, 0, is_equal=False)

    def _sums_of_places(self, rests: Counts) -> Iterator[Sum]:
        parts: dict[Cell, list[Cell]] = {}
        for cell in rests:
            above = cell._replace(place=self.parent_of.get(cell.place, ""))
            if above in rests:
                parts.setdefault(above, []).append(cell)
        for above, own in parts.items():
            is_additive = above.indicator in self.additive
            yield Sum({**dict.fromkeys(own, 1), above: -1}, 0, is_additive)
            if not is_additive:
                yield from (Sum({above: 1, part: -1}, 0, is_equal=False) for part in own)

    def _consists_of(self, cell: Cell, rests: Counts) -> Iterator[Cell]:
        """Yield the separately rounded counts that add up to a count."""
        if cell in rests:
            yield cell
        for part in (part for part, whole in self.rules.part_of.items() if whole == cell.indicator):
            if cell._replace(indicator=part) in self.counts:
                yield from self._consists_of(cell._replace(indicator=part), rests)


def is_narrow(cell: Cell, lower: int, upper: int) -> bool:
    """Check whether these bounds say that a true count is below the minimum, or leave few values below it."""
    if cell.indicator.startswith((DRAWN, WHOLE)):
        return False
    return lower < MINIMUM and (upper < MINIMUM or lower > HIGHEST_LOWER)


def drawn(cell: Cell) -> Cell:
    """Return the variable of the published multiple of five, divided by five."""
    return _marked(DRAWN, cell)


def _marked(mark: str, cell: Cell) -> Cell:
    return cell._replace(indicator=mark + cell.indicator)


def new_facts(shown: Mapping[Cell, Shown], before: Collection[tuple[Cell, int]]) -> Iterable[tuple[Cell, int]]:
    """Yield the counts that no edition has shown with this value."""
    return ((cell, count.value) for cell, count in shown.items() if (cell, count.value) not in before)
