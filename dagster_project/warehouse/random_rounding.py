"""Fixed random rounding of the counts of persons in own registers.

Each count is published as the multiple of 5 below or above it, with probabilities that keep it unbiased. An HMAC of the
indicator, the neighbourhoods of the place and the count, keyed with the secret of the installation, decides which. The
same count of the same neighbourhoods is therefore rounded alike in every month and release, and neither averages nor
differences reveal it.

Counts are related: places add up, and no part exceeds its total. If a draw would disclose a small count to an outsider
who knows all relations, the other multiple is published; if both would, the count is suppressed.

Source: Statistics Canada, random rounding of census counts (base 5); Statistics New Zealand, fixed random rounding.
"""

import hmac
import os
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from dagster_project.storage.sql import relation_of

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection, DuckDBPyRelation

# Passes the secret to dbt.
SECRET_VARIABLE = "MAANDVERS_SECRET"
BASE = 5
# Largest difference between a published and a true count; a true multiple of the base is not changed.
LARGEST_ERROR = BASE - 1
# Possible values that have to remain for a count below the base: the promised three, and a margin of one, since several
# relations together can narrow a count further than each of them does.
FEWEST_POSSIBLE = 4


class Cell(NamedTuple):
    """Key of a count."""

    indicator: str
    place: str
    period: str


class Shown(NamedTuple):
    """Published count, with the bounds of the true count."""

    value: int
    lower: int
    upper: int


class CountedPlace(NamedTuple):
    """Region or department: the smallest places in it, and the places that its count is compared with.

    ``is_across`` marks an own area that overlaps several districts. Where places add up it is published as the sum of
    its published parts, since a draw of its own would link those districts.
    """

    members: str
    parts: tuple[str, ...] = ()
    is_across: bool = False


class Relation(NamedTuple):
    """Term of a sum that an indicator equals, or does not exceed, in the same place and so many months earlier."""

    name: str
    indicator: str
    beside: str
    months_before: int
    sign: int
    is_equal: bool


class Sum(NamedTuple):
    """Linear relation between counts: terms, by their factor, and a constant add up to zero, or to at least zero."""

    terms: Mapping[Cell, int]
    constant: int
    is_equal: bool

    def holds(self, counts: Mapping[Cell, int]) -> bool:
        """Check whether the true counts satisfy it; those of an inconsistent register may not."""
        total = self.constant + sum(factor * counts[cell] for cell, factor in self.terms.items())
        return total == 0 if self.is_equal else total >= 0


@dataclass(frozen=True)
class Rounding:
    """Rules for rounding a set of counts.

    ``places`` lists parts before totals. ``part_of`` maps an indicator to its total: the parts and the remainder are
    rounded separately, and the total is published as their sum. Counts of ``additive`` indicators add up over places;
    for other indicators one person may be counted in several places.
    """

    secret: bytes
    places: Mapping[str, CountedPlace]
    part_of: Mapping[str, str] = field(default_factory=dict)
    additive: Collection[str] = ()
    relations: Collection[Relation] = ()

    def __call__(self, counts: Mapping[Cell, int]) -> dict[Cell, Shown]:
        """Round every count, and leave out those that have to be suppressed."""
        rests = without_parts(counts, self.part_of)
        sums = (*self._sums_of_places(rests), *self._sums_of_relations(counts, rests))
        outsider = Outsider(one for one in sums if one.holds(rests))
        order = {place: number for number, place in enumerate(self.places)}
        shown: dict[Cell, Shown] = {}
        for cell in sorted(rests, key=lambda cell: order[cell.place]):
            if self._is_sum(cell):
                parts = self._parts(cell, rests)
                if shown.keys() >= set(parts):
                    shown[cell] = _sum(shown[part] for part in parts)
            else:
                draws = (_bounded(value) for value in self._draws(cell, rests[cell]))
                if draw := next((draw for draw in draws if outsider.learns(cell, draw.lower, draw.upper)), None):
                    shown[cell] = draw
        consists_of = {cell: list(self._consists_of(cell, rests)) for cell in counts}
        # A total is the sum of its parts and its remainder, unless one of them is suppressed.
        return {cell: _sum(shown[one] for one in own) for cell, own in consists_of.items() if shown.keys() >= set(own)}

    def _draws(self, cell: Cell, count: int) -> tuple[int, ...]:
        """Return the candidate multiples of a count, the drawn one first; the period plays no part."""
        below, over = count - count % BASE, count % BASE
        if not over:
            return (count,)
        text = f"{cell.indicator}|{self.places[cell.place].members}|{count}"
        draw = int.from_bytes(hmac.digest(self.secret, text.encode(), "sha256")[:6]) / 2**48
        return (below + BASE, below) if draw * BASE < over else (below, below + BASE)

    def _is_sum(self, cell: Cell) -> bool:
        """Check whether a count is published as the sum of its published parts."""
        return self.places[cell.place].is_across and cell.indicator in self.additive

    def _parts(self, cell: Cell, known: Collection[Cell]) -> list[Cell]:
        """Return the cells of the parts of a place, as far as they are known."""
        return [part for name in self.places[cell.place].parts if (part := cell._replace(place=name)) in known]

    def _sums_of_places(self, rests: Mapping[Cell, int]) -> Iterator[Sum]:
        """Yield the relations between the count of a place and those of its parts."""
        for cell in (cell for cell in rests if not self._is_sum(cell)):
            if parts := self._parts(cell, rests):
                # Persons without a known place are counted in the largest place only.
                elsewhere = max(0, rests[cell] - sum(rests[part] for part in parts))
                is_additive = cell.indicator in self.additive
                yield Sum({**dict.fromkeys(parts, 1), cell: -1}, elsewhere, is_additive)
                if not is_additive:
                    yield from (Sum({cell: 1, part: -1}, 0, is_equal=False) for part in parts)

    def _sums_of_relations(self, counts: Iterable[Cell], rests: Mapping[Cell, int]) -> Iterator[Sum]:
        """Yield the declared relations between indicators of the same place."""
        terms_of: dict[str, dict[str, list[Relation]]] = {}
        for term in self.relations:
            terms_of.setdefault(term.indicator, {}).setdefault(term.name, []).append(term)
        for cell in counts:
            for terms in terms_of.get(cell.indicator, {}).values():
                besides = [month_before(cell, term.months_before)._replace(indicator=term.beside) for term in terms]
                consists_of = [list(self._consists_of(beside, rests)) for beside in besides]
                if all(consists_of):
                    signs = {one: term.sign for term, own in zip(terms, consists_of, strict=True) for one in own}
                    yield Sum(signs | dict.fromkeys(self._consists_of(cell, rests), -1), 0, terms[0].is_equal)

    def _consists_of(self, cell: Cell, rests: Mapping[Cell, int]) -> Iterator[Cell]:
        """Yield the separately rounded cells that add up to a count."""
        if cell in rests:
            yield cell
        for part in (part for part, whole in self.part_of.items() if whole == cell.indicator):
            yield from self._consists_of(cell._replace(indicator=part), rests)


def narrows_small_count(cell: Cell, lower: int, upper: int) -> bool:
    """Check whether these bounds leave too few possible values for a count below the base."""
    return lower < BASE and upper - lower < FEWEST_POSSIBLE - 1


class Outsider:
    """Bounds of the true counts, as derived from published counts and their relations.

    ``discloses`` checks whether the bounds of a count say too much. Counts that were not published have the
    bounds ``unknown``; where that is None, a relation with such a count teaches nothing.
    """

    def __init__(
        self,
        sums: Iterable[Sum],
        discloses: Callable[[Cell, int, int], bool] = narrows_small_count,
        unknown: tuple[int, int] | None = None,
    ) -> None:
        self._discloses = discloses
        self._unknown = unknown
        self._possible: dict[Cell, tuple[int, int]] = {}
        self._sums_of: dict[Cell, list[Sum]] = {}
        for one in sums:
            for cell in one.terms:
                self._sums_of.setdefault(cell, []).append(one)

    def learns(self, cell: Cell, lower: int, upper: int, *, is_known: bool = False) -> bool:
        """Add the bounds of a count and propagate them; False if they disclose a count.

        Bounds that disclose a count are added only if they ``is_known`` already.
        """
        new = {cell: (lower, upper)}
        changed = [cell]
        is_safe = True
        while changed:
            for one in self._sums_of.get(changed.pop(), ()):
                for narrowed, bounds in self._narrowed(one, new):
                    if self._discloses(narrowed, *bounds):
                        is_safe = False
                        if not is_known:
                            return False
                    new[narrowed] = bounds
                    changed.append(narrowed)
        self._possible |= new
        return is_safe

    def _narrowed(self, one: Sum, new: Mapping[Cell, tuple[int, int]]) -> list[tuple[Cell, tuple[int, int]]]:
        """Return the new bounds of counts that the other terms of a relation narrow, once all of them are known."""
        known = {cell: new.get(cell) or self._possible.get(cell) or self._unknown for cell in one.terms}
        ends = [
            (bounds[0] * factor, bounds[1] * factor) if factor > 0 else (bounds[1] * factor, bounds[0] * factor)
            for bounds, factor in zip(known.values(), one.terms.values(), strict=True)
            if bounds
        ]
        if len(ends) < len(known):
            return []
        least, most = (one.constant + sum(end) for end in zip(*ends, strict=True))
        found = []
        for (cell, bounds), (start, end), factor in zip(known.items(), ends, one.terms.values(), strict=True):
            # The other terms add up to between least - start and most - end.
            low = max(start, end - most)
            high = min(end, start - least) if one.is_equal else end
            first, last = (low, high) if factor > 0 else (high, low)
            narrowed = -(-first // factor), last // factor
            # A relation that does not hold, as that of an inconsistent register, teaches nothing.
            if narrowed != bounds and narrowed[0] <= narrowed[1]:
                found.append((cell, narrowed))
        return found


def without_parts(counts: Mapping[Cell, int], part_of: Mapping[str, str]) -> dict[Cell, int]:
    """Subtract parts from their totals.

    Leaves out totals whose parts cover everyone: a remainder that is always zero is public knowledge.
    """
    rests = dict(counts)
    for cell, count in counts.items():
        whole = cell._replace(indicator=part_of.get(cell.indicator, ""))
        if whole in rests:
            rests[whole] -= count
    whole_in_parts = set(part_of.values()) - {cell.indicator for cell, rest in rests.items() if rest > 0}
    return {cell: max(rest, 0) for cell, rest in rests.items() if cell.indicator not in whole_in_parts}


def month_before(cell: Cell, months: int) -> Cell:
    """Return the key of the same count so many months earlier."""
    if not months:
        return cell
    year, month = map(int, cell.period.split("-"))
    year, month = divmod(12 * year + month - 1 - months, 12)
    return cell._replace(period=f"{year}-{month + 1:02}")


def _bounded(value: int) -> Shown:
    """Return a rounded count with the bounds that follow from rounding alone."""
    return Shown(value, max(0, value - LARGEST_ERROR), value + LARGEST_ERROR)


def _sum(counts: Iterable[Shown]) -> Shown:
    return Shown(*map(sum, zip((0, 0, 0), *counts, strict=True)))


def secret() -> bytes:
    """Return the secret of the installation for which dbt runs."""
    return os.environ[SECRET_VARIABLE].encode()


def shown_table(connection: "DuckDBPyConnection", shown: Mapping[Cell, Shown]) -> "DuckDBPyRelation":
    """Convert rounded counts to a relation with one row per place, indicator and period."""
    columns = {
        **dict.fromkeys(("indicator_code", "region_code", "period"), "varchar"),
        **dict.fromkeys(("shown_count", "lower_count", "upper_count"), "integer"),
    }
    return relation_of(connection, columns, ((*cell, *count) for cell, count in shown.items()))
