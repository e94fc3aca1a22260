"""An attacker on the counts of persons, who knows all rules and all that is published, but not the secret.

Integer programming finds which values of a true count agree with everything that is shown.
"""

from collections.abc import Iterable, Mapping
from math import inf

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from dagster_project.warehouse.random_rounding import Cell, CountedPlace, Relation, month_before

# A sum of cells and the least and most that it may be.
Rule = tuple[dict[Cell, int], float, float]


class Attacker:
    """Knowledge of counts by the ``values`` that are shown; of ``nothing_else`` each person is in a part."""

    def __init__(
        self,
        values: Mapping[Cell, float | None],
        part_of: Mapping[str, str],
        nothing_else: Iterable[str],
        rules: Iterable[Rule],
    ) -> None:
        rests = without_parts({cell: value or 0 for cell, value in values.items()}, part_of)
        self.cells = {cell: number for number, cell in enumerate(rests)}
        self.low, self.high = np.zeros(len(rests)), np.full(len(rests), inf)
        for number, (cell, rest) in enumerate(rests.items()):
            consists_of = [
                cell,
                *(cell._replace(indicator=part) for part, of in part_of.items() if of == cell.indicator),
            ]
            if cell.indicator in nothing_else:
                self.high[number] = 0
            elif all(values[one] is not None for one in consists_of):
                self.low[number], self.high[number] = max(0, rest - 4), rest + 4
        rules = list(rules)
        where = [
            (row, self.cells[cell], sign) for row, rule in enumerate(rules) for cell, sign in rule[0].items() if sign
        ]
        rows, columns, signs = zip(*where, strict=True)
        self.rules = LinearConstraint(
            csr_array((signs, (rows, columns)), shape=(len(rules), len(rests)), dtype=float),
            [rule[1] for rule in rules],
            [rule[2] for rule in rules],
        )

    def _extreme(self, cell: Cell, sign: int, at: int | None = None) -> int | None:
        """Return the lowest (``sign`` 1) or highest (-1) value of a rest; with ``at`` whether it can be that."""
        place = self.cells[cell]
        cost = np.zeros(len(self.cells))
        cost[place] = sign
        low, high = self.low.copy(), self.high.copy()
        if at is not None:
            low[place] = high[place] = at
        found = milp(cost, integrality=np.ones(len(cost)), bounds=Bounds(low, high), constraints=[self.rules])
        return None if found.x is None else round(found.x[place])

    def possible(self, cell: Cell) -> list[int]:
        """Return the possible values of a count less its parts: all of them, or three."""
        lowest, highest = self._extreme(cell, 1), self._extreme(cell, -1)
        assert lowest is not None, "what is shown contradicts itself"
        between = (value for value in range(lowest + 1, highest) if self._extreme(cell, 1, at=value) is not None)
        return sorted({lowest, highest, next(between, lowest)})


def without_parts(values: Mapping[Cell, float], part_of: Mapping[str, str]) -> dict[Cell, float]:
    """Subtract parts from their totals; the remainders are rounded separately."""
    rests = dict(values)
    for cell, value in values.items():
        if (whole := cell._replace(indicator=part_of.get(cell.indicator, ""))) in rests:
            rests[whole] -= value
    return rests


def rules_of_places(
    cells: Iterable[Cell], places: Mapping[str, CountedPlace], additive: Iterable[str], elsewhere: Mapping[Cell, int]
) -> Iterable[Rule]:
    """Yield what a place and its parts have to do with each other: they add up, or persons count in several parts.

    ``elsewhere`` has the persons of a place who are in none of its parts.
    """
    known = set(cells)
    for cell in known:
        parts = [part for name in places[cell.place].parts if (part := cell._replace(place=name)) in known]
        more = elsewhere.get(cell, 0)
        if parts and cell.indicator in additive:
            yield {cell: 1, **dict.fromkeys(parts, -1)}, more, more
        elif parts:
            yield {cell: 1, **dict.fromkeys(parts, -1)}, -inf, more
            yield from (({cell: 1, part: -1}, 0, inf) for part in parts)


def whole(cell: Cell, known: Iterable[Cell], part_of: Mapping[str, str]) -> list[Cell]:
    """Return the rests that a count is the sum of."""
    parts = [cell._replace(indicator=part) for part, of in part_of.items() if of == cell.indicator]
    return [cell, *(rest for part in parts for rest in whole(part, known, part_of))] if cell in known else []


def rules_of_relations(
    cells: Iterable[Cell], part_of: Mapping[str, str], relations: Iterable[Relation]
) -> Iterable[Rule]:
    """Yield the sums that counts equal, or are at most."""
    known = set(cells)
    for cell in known:
        terms = [one for one in relations if one.indicator == cell.indicator]
        besides = [month_before(cell, one.months_before)._replace(indicator=one.beside) for one in terms]
        if terms and known.issuperset(besides):
            signs = {beside: -one.sign for one, beside in zip(terms, besides, strict=True)}
            yield {**dict.fromkeys(whole(cell, known, part_of), 1), **signs}, 0 if terms[0].is_equal else -inf, 0


def rules_within(
    cells: Iterable[Cell], part_of: Mapping[str, str], within: Iterable[tuple[str, str]]
) -> Iterable[Rule]:
    """Yield that one count is never more than another, of the same period or of the year of a month."""
    known = set(cells)
    for smaller, larger in within:
        for cell in [one for one in known if one.indicator == smaller]:
            for period in dict.fromkeys((cell.period, cell.period[:4])):
                if beside := whole(cell._replace(indicator=larger, period=period), known, part_of):
                    yield {**dict.fromkeys(beside, 1), **dict.fromkeys(whole(cell, known, part_of), -1)}, 0, inf
