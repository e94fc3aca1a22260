"""An attacker who has the public editions alone: each shown count is a sum of unknown multiples of five."""

from collections.abc import Iterable, Mapping
from math import inf

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from dagster_project.warehouse.random_rounding import Cell
from registers.attacker import Rule, whole


class PublicAttacker:
    """Knowledge of true counts by those that are ``shown``; ``rests`` are counts less their parts."""

    def __init__(
        self,
        rests: Iterable[Cell],
        shown: Mapping[Cell, int],
        part_of: Mapping[str, str],
        rules: Iterable[Rule],
        nothing_else: Iterable[str] = (),
    ) -> None:
        self.part_of = part_of
        self.cells = {cell: number for number, cell in enumerate(rests)}
        size = len(self.cells)
        rows: list[tuple[dict[int, float], float, float]] = []
        for place in self.cells.values():
            rows.append(({size + place: 5, place: -1}, -4, 4))
        for cell, value in shown.items():
            own = [self.cells[one] for one in whole(cell, self.cells, part_of)]
            rows.append(({size + place: 5 for place in own}, value, value))
        rows += [({place: 1}, 0, 0) for cell, place in self.cells.items() if cell.indicator in nothing_else]
        rows += [({self.cells[cell]: sign for cell, sign in terms.items()}, low, high) for terms, low, high in rules]
        where = [(row, column, factor) for row, one in enumerate(rows) for column, factor in one[0].items()]
        lines, columns, factors = zip(*where, strict=True)
        self.rules = LinearConstraint(
            csr_array((factors, (lines, columns)), shape=(len(rows), 2 * size), dtype=float),
            [row[1] for row in rows],
            [row[2] for row in rows],
        )

    def bounds(self, cell: Cell) -> tuple[int, float]:
        """Return the lowest and highest value that a rest can have."""
        low, high = (self._extreme(self.cells[cell], sign) for sign in (1, -1))
        return int(low), high

    def _extreme(self, place: int, sign: int) -> float:
        size = 2 * len(self.cells)
        cost = np.zeros(size)
        cost[place] = sign
        # Nothing shown says that more is impossible.
        most = np.full(size, inf)
        most[place] = 10_000
        found = milp(cost, integrality=np.ones(size), bounds=Bounds(np.zeros(size), most), constraints=[self.rules])
        assert found.x is not None, "what is shown contradicts itself"
        return round(found.x[place])
