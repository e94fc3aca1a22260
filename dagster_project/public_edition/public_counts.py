"""Which counts of persons the public edition shows.

The internal release has them as multiples of five. Here a count is shown from ten on, and only if no outsider can
derive from all that was ever shown that another count is below ten, or which of a few values below it. The outsider
knows the rounding, that places add up, which counts are part of others, and every edition before: also the counts that
were revised since, which together with the new ones would narrow those that were not.
"""

import csv
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

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
# Marks of the published multiple of a count, of the sum of several, and of the true total of these, beside true counts.
DRAWN, WHOLE, TOTAL = "drawn ", "whole ", "total "

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


class Fact(NamedTuple):
    """A count that an edition, numbered from the first one on, was the first to show with this value."""

    edition: int
    cell: Cell
    value: int


@dataclass(frozen=True)
class PublicCounts:
    """Counts of an internal release, and what is known of them.

    ``parent_of`` maps each place to the one above it. Counts of ``additive`` indicators add up over places. ``before``
    is all that editions have shown, the oldest first, and known to everybody for good.
    """

    counts: Counts
    parent_of: Mapping[str, str]
    additive: Collection[str]
    rules: PublicRules
    before: Sequence[Fact] = ()

    def shown(self, shown_levels: Collection[str]) -> dict[Cell, Shown]:
        """Choose the counts to show."""
        rests = without_parts(self.counts, self.rules.part_of)
        sums = list(self._sums(rests))
        # What follows from this edition alone does not depend on which counts an outsider takes to be unrevised.
        outsiders = [Outsider(sums, is_narrow, (0, MOST))]
        if any(self.counts.get(fact.cell, fact.value) != fact.value for fact in self.before):
            outsiders.append(Outsider([*sums, *self._sums_before(sums)], is_narrow, (0, MOST)))
        parts = {cell: len(list(self._consists_of(cell, rests))) for cell in self.counts}
        known = {(fact.cell, fact.value) for fact in self.before if fact.cell in parts}
        for cell, value in sorted(known):
            state = cell if value == self.counts[cell] else revised(cell, value)
            for outsider in outsiders:
                outsider.learns(*_published(state, value, parts[cell]), is_known=True)
        shown = {}
        for cell in sorted(self.counts, key=self._order):
            value = self.counts[cell]
            if value < MINIMUM or cell.place[:2] not in shown_levels:
                continue
            fact, is_known = _published(cell, value, parts[cell]), (cell, value) in known
            is_safe = [outsider.learns(*fact, is_known=is_known) for outsider in outsiders]
            if all(is_safe):
                # How a total divides into its parts is not known outside.
                error = LARGEST_ERROR * parts[cell]
                shown[cell] = Shown(value, max(0, value - error), value + error)
        return shown

    def facts(self, shown: Mapping[Cell, Shown]) -> list[Fact]:
        """Return all that is known from this edition on."""
        last = {fact.cell: fact.value for fact in self.before}
        edition = 1 + max((fact.edition for fact in self.before), default=0)
        new = (Fact(edition, cell, count.value) for cell, count in shown.items() if last.get(cell) != count.value)
        return [*self.before, *sorted(new)]

    def _sums_before(self, sums: Iterable[Sum]) -> Iterator[Sum]:
        """Yield the relations in earlier editions of counts that were revised since.

        No count is taken to be revised that was never shown as such: so an outsider would combine the editions.
        """
        sums_of: dict[Cell, list[Sum]] = {}
        for one in sums:
            for cell in one.terms:
                sums_of.setdefault(_unmarked(cell), []).append(one)
        found = set()
        state: dict[Cell, int] = {}
        for _, facts in groupby(self.before, key=attrgetter("edition")):
            state |= {fact.cell: fact.value for fact in facts}
            old = {cell: value for cell, value in state.items() if self.counts.get(cell, value) != value}
            for one in (one for cell in old for one in sums_of.get(cell, ())):
                terms = tuple(
                    (revised(cell, old[_unmarked(cell)]) if _unmarked(cell) in old else cell, factor)
                    for cell, factor in one.terms.items()
                )
                if terms not in found and self._is_explained(one, old):
                    found.add(terms)
                    yield Sum(dict(terms), one.constant, one.is_equal)

    def _is_explained(self, one: Sum, old: Mapping[Cell, int]) -> bool:
        """Check whether the counts that were shown before can be all that was revised in a relation."""

        def change(cell: Cell) -> int:
            return old.get(cell, self.counts.get(cell, 0)) - self.counts.get(cell, 0)

        if any(cell != _unmarked(cell) for cell in one.terms) or not one.is_equal:
            return True
        # Places add up without parts that are counted separately.
        changes = [
            factor * (change(cell) - sum(change(cell._replace(indicator=part)) for part in self._parts_of(cell)))
            for cell, factor in one.terms.items()
        ]
        return abs(sum(changes)) <= 2 * LARGEST_ERROR * sum(map(bool, changes))

    def _parts_of(self, cell: Cell) -> list[str]:
        return [part for part, of in self.rules.part_of.items() if of == cell.indicator]

    def _order(self, cell: Cell) -> tuple[object, ...]:
        """Sort key: larger places, then wholes before their parts."""
        depth, place = 0, cell.place
        while place in self.parent_of:
            depth, place = depth + 1, self.parent_of[place]
        part, whole = 0, cell.indicator
        while whole in self.rules.part_of:
            part, whole = part + 1, self.rules.part_of[whole]
        return depth, part, cell

    def _sums(self, rests: Counts) -> Iterator[Sum]:
        for cell in rests:
            yield Sum({drawn(cell): BASE, cell: -1}, LARGEST_ERROR, is_equal=False)
            yield Sum({drawn(cell): -BASE, cell: 1}, LARGEST_ERROR, is_equal=False)
        for cell in self.counts:
            own = list(self._consists_of(cell, rests))
            if len(own) > 1:
                yield Sum({_marked(WHOLE, cell): -1, **{drawn(part): BASE for part in own}}, 0, is_equal=True)
                # Bounds of its parts one by one say less than those of a total: it adds up over places as well.
                total, error = _marked(TOTAL, cell), LARGEST_ERROR * len(own)
                yield Sum({total: -1, **dict.fromkeys(own, 1)}, 0, is_equal=True)
                yield Sum({_marked(WHOLE, cell): 1, total: -1}, error, is_equal=False)
                yield Sum({_marked(WHOLE, cell): -1, total: 1}, error, is_equal=False)
        yield from self._sums_of_places(rests)
        totals = {_marked(TOTAL, cell) for cell in self.counts if len(list(self._consists_of(cell, rests))) > 1}
        yield from self._sums_of_places(dict.fromkeys(sorted(totals), 0))
        for smaller, larger in self.rules.at_most:
            for cell in (cell for cell in self.counts if cell.indicator == smaller):
                few = dict.fromkeys(self._consists_of(cell, rests), -1)
                # Of a larger count per year: that of the year of this month.
                for period in dict.fromkeys((cell.period, cell.period[:4])):
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
            is_additive = above.indicator.removeprefix(TOTAL) in self.additive
            yield Sum({**dict.fromkeys(own, 1), above: -1}, 0, is_additive)
            if not is_additive:
                yield from (Sum({above: 1, part: -1}, 0, is_equal=False) for part in own)

    def _consists_of(self, cell: Cell, rests: Counts) -> Iterator[Cell]:
        """Yield the separately rounded counts that add up to a count."""
        if cell in rests:
            yield cell
        for part in self._parts_of(cell):
            if cell._replace(indicator=part) in self.counts:
                yield from self._consists_of(cell._replace(indicator=part), rests)


def is_narrow(cell: Cell, lower: int, upper: int) -> bool:
    """Check whether these bounds say that a true count is below the minimum, or leave few values below it."""
    if cell.indicator.startswith((DRAWN, WHOLE)):
        return False
    if cell.indicator.startswith(TOTAL):
        return upper < MINIMUM
    return lower < MINIMUM and (upper < MINIMUM or lower > HIGHEST_LOWER)


def drawn(cell: Cell) -> Cell:
    """Return the variable of the published multiple of five, divided by five."""
    return _marked(DRAWN, cell)


def revised(cell: Cell, value: int) -> Cell:
    """Return the variable of the state that was shown with this value, and was revised since."""
    return cell._replace(period=f"{cell.period} when {value}")


def _published(cell: Cell, value: int, parts: int) -> tuple[Cell, int, int]:
    """Return the variable that a shown value is of, with its bounds."""
    return (drawn(cell), value // BASE, value // BASE) if parts == 1 else (_marked(WHOLE, cell), value, value)


def _marked(mark: str, cell: Cell) -> Cell:
    return cell._replace(indicator=mark + cell.indicator)


def _unmarked(cell: Cell) -> Cell:
    return cell._replace(indicator=cell.indicator.removeprefix(DRAWN).removeprefix(WHOLE).removeprefix(TOTAL))
