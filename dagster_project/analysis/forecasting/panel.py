"""Figures of one indicator, per period and region, with how regions consist of each other."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Group:
    """A region of parts: its column of values, those of its parts, and whether such groups make up the whole.

    Districts make up the municipality; own areas lie across them.
    """

    column: int
    parts: tuple[int, ...]
    is_of_whole: bool


@dataclass(frozen=True)
class Panel:
    """Published figures of the regions of one municipality.

    ``values`` has shape (periods, regions), NaN where a figure is unknown; the column ``whole`` has no gaps.
    ``parts`` are the columns of the finest regions, ``sizes`` one number per part, such as its inhabitants.
    ``season`` is the number of periods in a year, ``step`` 0 for rates, 1 for counts and 5 for counts published as
    multiples of five.
    """

    values: Array
    whole: int
    parts: tuple[int, ...]
    groups: tuple[Group, ...]
    sizes: Array | None
    season: int
    step: int

    @property
    def levels(self) -> tuple[NDArray[np.int64], ...]:
        """Columns of the whole, the groups and the parts: errors are pooled within a level."""
        groups = [group.column for group in self.groups]
        return tuple(np.array(columns, dtype=np.int64) for columns in ([self.whole], groups, self.parts) if columns)
