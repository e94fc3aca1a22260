"""Series that are sums of parts, of which the last periods are to be forecast: the form of published cases."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from dagster_project.analysis.forecasting.panel import Group, Panel

TOTAL = "total"


@dataclass(frozen=True)
class Hierarchy:
    """Values of periods x series: the parts, then the groups level by level, then the total.

    members: numbers of the parts that each series is the sum of. ``whole_level`` is the level whose groups make up the
    total; other groups lie across them. The last ``ahead`` periods are to be forecast.
    """

    values: np.ndarray
    levels: tuple[str, ...]
    codes: tuple[str, ...]
    members: tuple[tuple[int, ...], ...]
    whole_level: str
    season: int
    ahead: int

    @property
    def known(self) -> int:
        """Number of periods that a forecast knows."""
        return len(self.values) - self.ahead

    @property
    def came(self) -> np.ndarray:
        return self.values[self.known :]

    @property
    def year_before(self) -> np.ndarray:
        """The last known year, repeated as long as is forecast."""
        year = self.values[self.known - self.season : self.known]
        return np.resize(year, self.came.shape)

    @property
    def summing(self) -> np.ndarray:
        """Which parts each series is the sum of, as a matrix of ones and zeros."""
        parts = np.arange(self.levels.count(self.levels[0]))
        return np.array([np.isin(parts, own) for own in self.members], dtype=float)

    @property
    def panel(self) -> Panel:
        """The same as the house has it: a municipality in its districts and areas."""
        part_level = self.levels[0]
        groups = tuple(
            Group(column, self.members[column], level == self.whole_level)
            for column, level in enumerate(self.levels)
            if level not in (part_level, TOTAL)
        )
        parts = tuple(range(self.levels.count(part_level)))
        return Panel(self.values, len(self.levels) - 1, parts, groups, None, self.season, 0)

    def mase(self, made: np.ndarray) -> np.ndarray:
        """Mean absolute error of each series, in those of repeating last year within the history."""
        known = self.values[: self.known]
        scale = np.abs(known[self.season :] - known[: -self.season]).mean(axis=0)
        return np.abs(made - self.came).mean(axis=0) / scale

    def per_level(self, of_series: np.ndarray) -> dict[str, float]:
        """Mean over the series of each level."""
        levels = np.array(self.levels)
        return {level: float(of_series[levels == level].mean()) for level in dict.fromkeys(reversed(self.levels))}


def hierarchy(
    parts: np.ndarray, codes: Mapping[str, Sequence[str]], whole_level: str, season: int, ahead: int
) -> Hierarchy:
    """Add up parts (periods, parts); ``codes`` has for each level the code of each part's group, the parts first."""
    part_level, *group_levels = codes
    places = [(part_level, code, (number,)) for number, code in enumerate(codes[part_level])]
    for level in group_levels:
        for code in sorted({*codes[level]}):
            places.append((level, code, tuple(np.flatnonzero(np.array(codes[level]) == code).tolist())))
    places.append((TOTAL, "all", tuple(range(parts.shape[1]))))
    levels, names, members = zip(*places, strict=True)
    values = np.column_stack([parts[:, list(inside)].sum(axis=1) for inside in members])
    return Hierarchy(values, levels, names, members, whole_level, season, ahead)
