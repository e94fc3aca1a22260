"""An attacker who has the public editions alone: each shown count is a sum of unknown multiples of five.

Earlier editions stay known. Of a count that was revised in between both states are unknown, and the attacker knows
which counts were not revised.
"""

from collections.abc import Collection, Iterable, Mapping
from math import inf

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

from dagster_project.warehouse.random_rounding import Cell
from registers.attacker import Rule, whole

MINIMUM = 10
# The highest lower bound of a smaller count: at least three values below the minimum remain possible.
HIGHEST_LOWER = 7
# Nothing shown says that more is impossible.
MOST = 10_000


class PublicAttacker:
    """Knowledge of true counts by those that the editions ``sees``."""

    def __init__(self) -> None:
        self.cells: dict[Cell, int] = {}
        self.rows: list[tuple[dict[tuple[str, int], float], float, float]] = []

    def sees(
        self,
        rests: Mapping[Cell, float],
        shown: Mapping[Cell, int],
        part_of: Mapping[str, str],
        rules: Iterable[Rule],
        nothing_else: Collection[str] = (),
        revised: Collection[Cell] = (),
    ) -> None:
        """Look at an edition; ``rests`` are counts less their parts, and ``revised`` those that were others then."""

        def name(cell: Cell) -> Cell:
            return cell._replace(indicator=f"before {cell.indicator}") if cell in revised else cell

        def place(cell: Cell) -> int:
            if name(cell) not in self.cells:
                self.cells[name(cell)] = len(self.cells)
                self.rows.append(({("drawn", place(cell)): 5, ("true", place(cell)): -1}, -4, 4))
            return self.cells[name(cell)]

        for cell, value in shown.items():
            self.rows.append(({("drawn", place(one)): 5 for one in whole(cell, rests, part_of)}, value, value))
        self.rows += [({("true", place(cell)): 1}, 0, 0) for cell in rests if cell.indicator in nothing_else]
        self.rows += [
            ({("true", place(cell)): sign for cell, sign in terms.items()}, low, high) for terms, low, high in rules
        ]

    def narrowed(self, small: Mapping[Cell, float]) -> dict[Cell, str]:
        """Return the small counts that must be small, or of which fewer than three values below ten are possible.

        A world in which many of them are large proves that for each; what remains is asked one by one.
        """
        small = {cell: value for cell, value in small.items() if cell in self.cells}
        must_be_small = self._unreached(set(small), 1)
        is_no_less = self._unreached({cell for cell, value in small.items() if value > HIGHEST_LOWER}, -1)
        return dict.fromkeys(must_be_small, "is small") | dict.fromkeys(is_no_less, "is no less")

    def _unreached(self, cells: set[Cell], sign: int) -> set[Cell]:
        """Return the cells that cannot be ten or more (``sign`` 1), or seven or less (-1)."""
        left = set(cells)
        while left:
            world = self._world(left, sign)
            reached = {cell for cell in left if self._is_reached(world[self.cells[cell]], sign)}
            if not reached:
                break
            left -= reached
        return {cell for cell in left if not self._is_reached(self._world({cell}, sign)[self.cells[cell]], sign)}

    @staticmethod
    def _is_reached(value: float, sign: int) -> bool:
        return value >= MINIMUM if sign > 0 else value <= HIGHEST_LOWER

    def _world(self, wanted: set[Cell], sign: int) -> np.ndarray:
        """Return true counts that agree with all that is shown, and of those wanted many over the limit."""
        size, extra = len(self.cells), list(wanted)
        columns = {"true": 0, "drawn": size, "over": 2 * size}
        limit = MINIMUM if sign > 0 else HIGHEST_LOWER
        rows = list(self.rows)
        for number, cell in enumerate(extra):
            # Over the limit if the switch is on.
            reach = ({("true", self.cells[cell]): 1.0, ("over", number): -limit * 1.0}, 0, inf)
            least = ({("true", self.cells[cell]): 1.0, ("over", number): float(MOST)}, -inf, MOST + limit)
            rows.append(reach if sign > 0 else least)
        where = [
            (row, columns[kind] + column, factor)
            for row, one in enumerate(rows)
            for (kind, column), factor in one[0].items()
        ]
        lines, places, factors = zip(*where, strict=True)
        total = 2 * size + len(extra)
        most = np.full(total, inf)
        most[:size], most[2 * size :] = MOST, 1
        cost = np.zeros(total)
        cost[2 * size :] = -1
        found = milp(
            cost,
            integrality=np.ones(total),
            bounds=Bounds(np.zeros(total), most),
            constraints=[
                LinearConstraint(
                    csr_array((factors, (lines, places)), shape=(len(rows), total), dtype=float),
                    [row[1] for row in rows],
                    [row[2] for row in rows],
                )
            ],
            # Any world with several over the limit will do: the rest is asked again.
            options={"mip_rel_gap": 0.5},
        )
        assert found.x is not None, "what is shown contradicts itself"
        return np.round(found.x[:size])
