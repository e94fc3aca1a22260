"""Input of an estimate: the registration of a measure and the published figures of regions with and without it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Flags = NDArray[np.bool_]

_OF_PERIODS = ("periods", "period_starts", "period_ends")
_TABLES = ("values", "first_values", "noise", "groups", "missing_reasons", "is_provisional")


@dataclass(frozen=True)
class Series:
    """Published figures of one indicator: a row per region and a column per complete period, oldest first.

    values: the figures, nan where there is none.
    first_values: the figures as they were first published, in the same shape.
    noise: standard deviation of a figure by chance and rounding, nan where it is not known.
    groups: what a rate divides by, nan where it divides by nothing.
    missing_reasons: per region and period, empty where there is a figure.
    break_date: first day on which the supplier counts in another way.
    """

    indicator_code: str
    period_type: str
    periods: tuple[str, ...]
    period_starts: tuple[date, ...]
    period_ends: tuple[date, ...]
    regions: tuple[str, ...]
    values: Numbers
    first_values: Numbers
    noise: Numbers
    groups: Numbers
    missing_reasons: NDArray[np.str_]
    is_provisional: Flags
    break_date: date | None = None

    def rows(self, regions: Iterable[str]) -> list[int]:
        """Row numbers of regions, without those that have no figures."""
        return [self.regions.index(region) for region in regions if region in self.regions]

    def in_periods(self, kept: NDArray[np.int_]) -> "Series":
        """The same series in fewer periods, by their numbers."""
        changed: dict[str, Any] = {name: getattr(self, name)[:, kept] for name in _TABLES}
        changed |= {name: tuple(getattr(self, name)[at] for at in kept) for name in _OF_PERIODS}
        return replace(self, **changed)


@dataclass(frozen=True)
class Wording:
    """Words and numbers of an outcome: its unit, what it counts, and how a rate becomes a count.

    factor: 100 or 1000 of a rate, 1 of a count, none of anything else.
    is_stock: a number at one moment, not what happened in a period.
    compared_nl: regions like the one with the measure, in the plural.
    """

    unit_nl: str
    decimals: int
    noun_nl: str | None
    factor: float | None
    is_stock: bool
    compared_nl: str


@dataclass(frozen=True)
class Registration:
    """A measure as it was registered: where and when it starts, and how its effect is to be estimated.

    starts: first day per region with the measure.
    lag_months: months after the start that count neither as before nor as after.
    window_from, window_until: first and last day of the figures to use; none is all that there are.
    expected_direction: down or up.
    eur_per_case: euros that one counted case costs, per year for a stock and per case otherwise.
    """

    measure_code: str
    starts: Mapping[str, date]
    lag_months: int = 0
    end_date: date | None = None
    window_from: date | None = None
    window_until: date | None = None
    expected_direction: str | None = None
    eur_per_case: float | None = None
    cost_eur: float | None = None


@dataclass(frozen=True)
class EffectCase:
    """All that an estimate depends on.

    donors: regions without the measure that may be compared with those that have it.
    excluded: regions that were left out because they have a measure of their own.
    competing: names of other measures of the same theme in the regions with the measure.
    """

    registration: Registration
    series: Series
    wording: Wording
    donors: tuple[str, ...]
    control: Series | None = None
    excluded: tuple[str, ...] = ()
    competing: tuple[str, ...] = ()


def months_later(day: date, months: int) -> date:
    """The first of the month that lies ``months`` after a day's month, or the day itself for no months."""
    if months == 0:
        return day
    month = day.year * 12 + day.month - 1 + months
    return date(month // 12, month % 12 + 1, 1)
