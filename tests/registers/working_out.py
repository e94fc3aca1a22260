"""Disclosure by the figures that are shown, as with a spreadsheet: every sum there is, solved together.

The sums of indicators are those of `seeds/suppression_groups.csv`; those of regions are districts, own areas and the
municipality. A figure is a cell: its indicator and its region, of one period.
"""

import csv
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import product

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csr_matrix

from dagster_project.installation.settings import DBT_PROJECT

Cell = tuple[str, str]
# A whole, what lies in it, and whether that is all of it (=), no more than it (>) or no less than it (<).
Sum = tuple[Cell, list[Cell], str]

LIMIT = 5
_ALMOST = 1e-6


def together() -> list[dict[str, str]]:
    with (DBT_PROJECT.parent / "seeds/suppression_groups.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def families(rows: Iterable[dict[str, str]], indicators: Iterable[str]) -> list[set[str]]:
    """Indicators that disclose each other."""
    found = [{code} for code in {*indicators, *(row[end] for row in rows for end in ("indicator_code", "beside_code"))}]
    for row in rows:
        touched = [family for family in found if family & {row["indicator_code"], row["beside_code"]}]
        found = [family for family in found if family not in touched] + [set().union(*touched)]
    return found


def sums_of_indicators(rows: list[dict[str, str]], regions: Iterable[str]) -> Iterator[Sum]:
    splits = defaultdict(list)
    for row in rows:
        splits[row["beside_code"], row["relation"]].append(row["indicator_code"])
    for region, ((whole, relation), parts) in product(regions, splits.items()):
        cells = [(part, region) for part in parts]
        if relation == "adds_up":
            yield (whole, region), cells, "="
        if relation in ("within", "covers"):
            yield from (((whole, region), [cell], ">") for cell in cells)
        if relation == "covers":
            yield (whole, region), cells, "<"
        if relation == "around":
            yield from ((cell, [(whole, region)], ">") for cell in cells)


def sums_of_regions(indicators: Iterable[str], members: dict[str, list[str]], sense: str = "=") -> Iterator[Sum]:
    """Each region and the regions that lie in it, such as a district and its neighbourhoods."""
    for indicator, (region, parts) in product(indicators, members.items()):
        yield (indicator, region), [(indicator, part) for part in parts], sense


def worked_out(
    shown: dict[Cell, float], hidden: dict[Cell, tuple[float, float | None]], sums: Iterable[Sum]
) -> dict[Cell, int] | None:
    """The hidden figures that can have one value only, given what is shown and between what each surely lies.

    None where the sums contradict each other, so that they tell nothing.
    """
    cells = list(hidden)
    system = _System({cell: number for number, cell in enumerate(cells)}, list(hidden.values()))
    for whole, parts, sense in sums:
        system.add(shown, whole, parts, sense)
    lowest, highest = np.full(len(cells), np.inf), np.full(len(cells), -np.inf)

    def solved(weights: np.ndarray) -> bool:
        values = system.lowest(weights)
        if values is None:
            return False
        np.minimum(lowest, values, out=lowest)
        np.maximum(highest, values, out=highest)
        return True

    # Most figures are seen to be free in a few solutions; only the others are asked for one by one.
    chance = np.random.default_rng(1)
    for _ in range(3):
        weights = chance.normal(size=len(cells))
        if not (solved(weights) and solved(-weights)):
            return None
    for number in range(len(cells)):
        if highest[number] - lowest[number] < 1 - _ALMOST:
            weights = np.eye(1, len(cells), number)[0]
            solved(weights)
            solved(-weights)
    first, last = np.ceil(lowest - _ALMOST), np.floor(highest + _ALMOST)
    return {cell: int(first[number]) for number, cell in enumerate(cells) if first[number] == last[number]}


def told(
    shown: dict[Cell, float],
    below_limit: set[Cell],
    hidden: set[Cell],
    rows: list[dict[str, str]],
    members: dict[str, list[str]],
) -> list[tuple[str, str, int]]:
    """Every number below the limit that can be worked out: a hidden figure, or what it leaves of a shown one.

    Of a neighbourhood he knows whether a figure is hidden for its own number, and so lies between 1 and 4; not of one
    that goes together with others, since any of them can be the reason. Where the municipality holds more than its
    districts, since not everybody has a place, it tells no more than that.
    """  # fmt: skip
    sums = [row for row in rows if row["relation"] != "follows"]
    beside = [(row["indicator_code"], row["beside_code"]) for row in sums]
    parts_of = {row["indicator_code"] for row in rows}
    parts = {region: places for region, places in members.items() if region[:2] != "GM"}
    whole = {region: places for region, places in members.items() if region[:2] == "GM"}
    told = []
    for family in families(sums, {indicator for indicator, _ in hidden}):
        bounds: dict[Cell, tuple[float, float | None]] = {
            cell: (1, LIMIT - 1)
            if cell in below_limit and cell[1][:2] == "BU" and cell[0] not in parts_of
            else (0, None)
            for cell in hidden
            if cell[0] in family
        }
        if not bounds:
            continue
        regions = {region for _, region in bounds}
        relations = [*sums_of_indicators(sums, regions), *sums_of_regions(family, parts)]
        found = worked_out(shown, bounds, [*relations, *sums_of_regions(family, whole)])
        if found is None:
            found = worked_out(shown, bounds, [*relations, *sums_of_regions(family, whole, ">")])
        assert found is not None, f"the figures of {family} contradict each other"
        for (indicator, region), value in found.items():
            rests = [
                abs(shown[other, region] - value)
                for one, other in beside
                if one == indicator
                if (other, region) in shown
            ]
            if any(0 < number < LIMIT for number in (value, *rests)):
                told.append((indicator, region, value))
    return told


class _System:
    # A figure without a greatest value lies under this one: far from every sum.
    FAR = 1e5

    def __init__(self, numbers: dict[Cell, int], bounds: list[tuple[float, float | None]]):
        self.numbers = numbers
        self.bounds = [(low, self.FAR if high is None else high) for low, high in bounds]
        self.rows: dict[str, list[tuple[dict[int, float], float]]] = {"=": [], "<": []}

    def add(self, shown: dict[Cell, float], whole: Cell, parts: list[Cell], sense: str) -> None:
        row: dict[int, float] = defaultdict(float)
        rest = 0.0
        for cell, sign in [(whole, 1.0), *((part, -1.0) for part in parts)]:
            if cell in self.numbers:
                row[self.numbers[cell]] += sign
            elif cell in shown:
                rest -= sign * shown[cell]
            else:
                return
        if row and sense == ">":
            self.rows["<"].append(({number: -sign for number, sign in row.items()}, -rest))
        elif row:
            self.rows[sense].append((dict(row), rest))

    def lowest(self, weights: np.ndarray) -> np.ndarray | None:
        equal, below = (self._matrix(sense) for sense in ("=", "<"))
        found = linprog(weights, A_eq=equal[0], b_eq=equal[1], A_ub=below[0], b_ub=below[1], bounds=self.bounds)
        return found.x if found.status == 0 else None

    def _matrix(self, sense: str) -> tuple[csr_matrix | None, list[float] | None]:
        rows = self.rows[sense]
        if not rows:
            return None, None
        entries = [(at, number, sign) for at, (row, _) in enumerate(rows) for number, sign in row.items()]
        lines, columns, signs = zip(*entries, strict=True)
        return csr_matrix((signs, (lines, columns)), shape=(len(rows), len(self.numbers))), [rest for _, rest in rows]
