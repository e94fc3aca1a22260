"""Users of care per region in later years, from rates by age and the projected population.

Only the number of users per region is published, not their ages. So the rates by age are estimated over municipalities,
and what a region uses more or less than its ages explain is a factor of its own (indirect standardisation), drawn
towards the municipality, and the municipality's towards its peers.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dagster_project.analysis.population.shrinkage import shrunk_ratios

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy import float64, int64
    from numpy.typing import NDArray

# Standard deviation of the use of care between places of one age structure, as a part of it.
PLACES_DIFFER = 0.2
# Yearly part of a trend that lasts into the next year: a trend of five years does not go on for fifteen.
DAMPING = 0.85
# Fewer years say nothing about a trend.
FEWEST_YEARS = 4
# No trend of the past may change a rate by more than this a year.
STEEPEST = 0.05


@dataclass(frozen=True)
class CareRates:
    """Users per person by age group (groups,), and factors on it: of each region (regions,) and of the municipality."""

    by_age: "NDArray[float64]"
    factors: "NDArray[float64]"
    whole: float


def rates_by_age(users: "NDArray[float64]", groups: "NDArray[float64]") -> "NDArray[float64]":
    """Users per person by age group (groups,), from users (places,) and persons by age (places, groups).

    Non-negative least squares on users per person, each place weighed with the inverse of its variance: that of chance
    and that of places of one age structure. Each age has the rate of all as its prior mean and spread, since places of
    one age structure say nothing of ages. The result reproduces the total number of users. Raises ValueError where
    there are no persons.
    """
    from numpy import concatenate, diag, full, ones, sqrt
    from scipy.optimize import nnls

    persons = groups.sum(axis=1)
    is_inhabited = persons > 0
    if not is_inhabited.any():
        raise ValueError("no persons")
    users, groups, persons = users[is_inhabited], groups[is_inhabited], persons[is_inhabited]
    crude = users.sum() / persons.sum()
    if crude == 0:
        return full(groups.shape[1], 0.0)
    spread = sqrt(crude / persons + (PLACES_DIFFER * crude) ** 2)
    shares, rate = groups / persons[:, None], users / persons
    ages, _ = nnls(
        concatenate([shares / spread[:, None], diag(full(groups.shape[1], 1 / crude))]),
        concatenate([rate / spread, ones(groups.shape[1])]),
    )
    rates: NDArray[float64] = ages * users.sum() / (groups @ ages).sum()
    return rates


def care_rates(
    users: "NDArray[float64]",
    groups: "NDArray[float64]",
    places: tuple["NDArray[float64]", "NDArray[float64]"],
    by_age: "NDArray[float64]",
) -> CareRates:
    """Factors of regions on rates by age: users (regions,) and persons (regions, groups), NaN where not known.

    ``places`` are users (places,) and persons (places, groups) of the municipality, first, and its peers: its factor is
    drawn towards theirs, and is theirs where its users are not known. That of a region is drawn towards the
    municipality's, and is it where the region's users are not known.
    """
    from numpy import isfinite, nan_to_num, where

    def usable(
        counts: "NDArray[float64]", persons: "NDArray[float64]"
    ) -> tuple["NDArray[float64]", "NDArray[float64]"]:
        is_known = isfinite(counts) & isfinite(persons).all(axis=1)
        return where(is_known, nan_to_num(counts), 0.0), where(is_known, nan_to_num(persons) @ by_age, 0.0)

    whole = float(shrunk_ratios(*usable(*places))[0])
    events, expected = usable(users, groups)
    return CareRates(by_age, where(expected > 0, shrunk_ratios(events, expected), whole), whole)


def demand(
    groups: "NDArray[float64]", municipality: "NDArray[float64]", rates: CareRates, change: "NDArray[float64]"
) -> tuple["NDArray[float64]", "NDArray[float64]"]:
    """Users (years, regions) and those of the municipality (years,), from persons by age and the change of the rate.

    ``groups`` (years, regions, groups) with NaN where a region is not known; ``municipality`` (years, groups);
    ``change`` (years,). Regions are scaled so that they and the rest of the municipality add up to it.
    """
    from numpy import divide, nan_to_num, ones_like

    total = municipality @ rates.by_age * rates.whole
    users = (groups @ rates.by_age) * rates.factors
    rest = (municipality - nan_to_num(groups).sum(axis=1)).clip(min=0.0) @ rates.by_age * rates.whole
    sums = nan_to_num(users).sum(axis=1) + rest
    scale = divide(total, sums, out=ones_like(total), where=sums > 0) * change
    return users * scale[:, None], total * change


def trend_change(years: "Sequence[int]", ratios: "NDArray[float64]", ahead: "NDArray[int64]") -> "NDArray[float64]":
    """Factor on a rate for each number of years ahead, by the damped Theil-Sen slope of its logarithm before.

    ``ratios`` are users by users expected from ages, per year. No change where fewer than four years are known.
    """
    from numpy import array, exp, isfinite, log, ones
    from scipy.stats import theilslopes

    is_known = isfinite(ratios) & (ratios > 0)
    if is_known.sum() < FEWEST_YEARS:
        return ones(len(ahead))
    slope = float(theilslopes(log(ratios[is_known]), array(years)[is_known])[0])
    slope = max(-STEEPEST, min(STEEPEST, slope))
    grown: NDArray[float64] = exp(slope * DAMPING * (1 - DAMPING**ahead) / (1 - DAMPING))
    return grown


def stated_change(origin: int, ahead: "NDArray[int64]", changes: dict[int, float]) -> "NDArray[float64]":
    """Factor on a rate for each number of years ahead from per cents that a policy states by year.

    Straight lines from no change at the origin; the last one lasts.
    """
    from numpy import interp

    later = {year: pct for year, pct in changes.items() if year > origin}
    known = [origin, *sorted(later)]
    factors: NDArray[float64] = interp(origin + ahead, known, [1.0, *(1 + later[year] / 100 for year in sorted(later))])
    return factors
