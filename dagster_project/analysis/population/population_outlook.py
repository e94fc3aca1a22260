"""Population by age group per region, up to 15 years on, adding up to the municipality."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dagster_project.analysis.population.age_bands import BAND_YEARS, MUNICIPAL_STARTS, split_groups, sum_bands
from dagster_project.analysis.population.cohort_ratios import cohort_ratios, controlled, five_years_on

if TYPE_CHECKING:
    from numpy import bool_, float64, int64
    from numpy.typing import NDArray

MOST_PAIRS = 5
LONGEST = 15


class NoOutlookError(ValueError):
    """Why a population cannot be projected; the message is a code."""


@dataclass(frozen=True)
class PopulationHistory:
    """Persons on one day of each year, in the borders of today.

    ``years`` (years,) ascending; ``groups`` (years, regions, 5) with NaN where a region is not known; ``municipality``
    (years, 5); ``dwellings`` (years, regions) with NaN where they are not known; ``oldest`` (years,): the part of the
    municipality's persons of 65 and older who are 80 or older, None where that is not known.
    """

    years: tuple[int, ...]
    groups: "NDArray[float64]"
    municipality: "NDArray[float64]"
    dwellings: "NDArray[float64]"
    oldest: "NDArray[float64] | None" = None


@dataclass(frozen=True)
class HousingPlan:
    """Dwellings that a region gains or loses by a year, net; ``occupancy``: persons in each, None for that of today."""

    region: int
    year: int
    dwellings: float
    occupancy: float | None = None


@dataclass(frozen=True)
class PopulationOutlook:
    """Persons by age group in each year after the origin.

    ``groups`` and ``constant_share`` (years, regions, 5), NaN for regions not known at the origin; ``municipality``
    (years, 5). ``constant_share`` is the baseline: the share of the municipality that each region has at the origin.
    ``oldest`` (years,) is the part of the municipality's persons of 65 and older who are 80 or older.
    ``has_own_cohorts``: whether it is known of regions how their cohorts changed; else all follow the municipality.
    """

    years: tuple[int, ...]
    groups: "NDArray[float64]"
    municipality: "NDArray[float64]"
    constant_share: "NDArray[float64]"
    oldest: "NDArray[float64] | None"
    has_own_cohorts: bool


def project_population(
    history: PopulationHistory,
    origin: int,
    plans: Sequence[HousingPlan] = (),
    totals: Mapping[int, float] | None = None,
) -> PopulationOutlook:
    """Project from the edition of ``origin`` with nothing that came after it, but for plans and outside totals.

    ``totals`` are inhabitants of the municipality by an outside forecast, per year; between them its ratio to the own
    projection is interpolated, after the last one kept. Without them the municipality follows its own history. Years
    between steps of five are interpolated linearly. Raises NoOutlookError where the municipality is not known five
    years before ``origin`` or an earlier year.
    """
    from numpy import arange, array, concatenate, full, isfinite, nan, newaxis, where

    if origin not in history.years:
        raise NoOutlookError("no_edition")
    at = history.years.index(origin)
    pairs = _pairs(history.years, origin)
    if not pairs or not isfinite(history.municipality[at]).all():
        raise NoOutlookError("no_editions_five_years_apart")
    known = isfinite(history.groups[at]).all(axis=1)
    if not known.any():
        raise NoOutlookError("no_region_known")
    places = known.nonzero()[0]

    groups = history.groups[at][known]
    # The rest of the municipality, of unknown regions, takes part in the total and is shown nowhere.
    rest = (history.municipality[at] - groups.sum(axis=0)).clip(min=0.0)
    regions = split_groups(concatenate([groups, rest[newaxis]]))
    whole = split_groups(history.municipality[at])[newaxis]
    before, after = (split_groups(history.municipality[[pair[side] for pair in pairs]])[:, newaxis] for side in (0, 1))
    whole_ratios = cohort_ratios(before, after)
    # Of the first edition of neighbourhoods no cohort is known, but those of the municipality are.
    starts, after_five = _cohorts(history, pairs, known)
    ratios = cohort_ratios(starts, after_five, whole_ratios)
    occupancy = _occupancy(history, at, places)

    ends = range(origin + BAND_YEARS, origin + LONGEST + 1, BAND_YEARS)
    wholes = [whole]
    for _ in ends:
        wholes.append(five_years_on(wholes[-1], whole_ratios))
    inhabitants = [float(step.sum()) for step in wholes]
    steps = [regions]
    for end, (whole,) in zip(ends, wholes[1:], strict=True):
        regions = five_years_on(regions, ratios)
        regions = _with_plans(regions, whole, plans, (end - BAND_YEARS, end), places, occupancy)
        regions = controlled(regions, whole * _factor(totals or {}, end, origin, inhabitants))
        steps.append(regions)
    by_step = sum_bands(array(steps))
    # The municipality is its regions and the rest, so levels add up.
    years = arange(1, LONGEST + 1)
    yearly = _interpolated(by_step, years)
    municipality = yearly.sum(axis=1)
    present = history.municipality[at]
    shares = where(present > 0, groups / where(present > 0, present, 1.0), 0.0)
    shape = (LONGEST, len(known), by_step.shape[-1])
    projected, baseline = full(shape, nan), full(shape, nan)
    projected[:, known] = yearly[:, :-1]
    baseline[:, known] = municipality[:, newaxis] * shares
    oldest = None if history.oldest is None else _oldest(history.municipality, history.oldest, at, pairs, years)
    return PopulationOutlook(
        years=tuple(int(origin + year) for year in years),
        groups=projected,
        municipality=municipality,
        constant_share=baseline,
        oldest=oldest,
        has_own_cohorts=bool(starts.sum() > 0),
    )


def _oldest(
    municipality: "NDArray[float64]",
    shares: "NDArray[float64]",
    at: int,
    pairs: Sequence[tuple[int, int]],
    years: "NDArray[int64]",
) -> "NDArray[float64]":
    """Project the share of 80 and older among 65 and older: six groups of the municipality alone, as far as cohorts go.

    A share, so that it applies to any number of persons of 65 and older: that of the regions, or of an outside total.
    """
    from numpy import array, divide, newaxis, zeros_like

    groups = with_oldest(municipality, shares)
    before, after = (groups[[pair[side] for pair in pairs]][:, newaxis] for side in (0, 1))
    ratios = cohort_ratios(split_groups(before, MUNICIPAL_STARTS), split_groups(after, MUNICIPAL_STARTS))
    steps = [split_groups(groups[at], MUNICIPAL_STARTS)[newaxis]]
    for _ in range(LONGEST // BAND_YEARS):
        steps.append(five_years_on(steps[-1], ratios))
    older = sum_bands(array(steps), MUNICIPAL_STARTS)[..., -2:]
    total = older.sum(axis=-1, keepdims=True)
    part = divide(older[..., 1:], total, out=zeros_like(total), where=total > 0)
    projected: NDArray[float64] = _interpolated(part, years)[:, 0, 0]
    return projected


def with_oldest(groups: "NDArray[float64]", shares: "NDArray[float64] | None") -> "NDArray[float64]":
    """Six age groups of five (years, ..., 5), by the share of 80 and older among 65 and older in each year.

    Without shares the last group is empty everywhere, so that all persons of 65 and older are treated alike.
    """
    from numpy import concatenate, expand_dims, zeros

    part = zeros(len(groups)) if shares is None else shares
    part = expand_dims(part, tuple(range(1, groups.ndim)))
    older = groups[..., -1:]
    return concatenate([groups[..., :-1], older * (1 - part), older * part], axis=-1)


def _pairs(years: Sequence[int], origin: int) -> list[tuple[int, int]]:
    """Positions of editions five years apart, the newest last."""
    position = {year: place for place, year in enumerate(years)}
    found = [
        (position[year - BAND_YEARS], place)
        for year, place in position.items()
        if year <= origin and year - BAND_YEARS in position
    ]
    return found[-MOST_PAIRS:]


def _cohorts(
    history: PopulationHistory, pairs: Sequence[tuple[int, int]], known: "NDArray[bool_]"
) -> tuple["NDArray[float64]", "NDArray[float64]"]:
    """Bands before and after per pair and known region, and an empty region for the rest.

    Growth by new dwellings is taken out, since plans state it for the years to come. A pair of which one
    side is not known counts for nothing.
    """
    from numpy import array, isfinite, nan_to_num, pad, where

    starts, ends = ([pair[side] for pair in pairs] for side in (0, 1))
    before, after = history.groups[starts][:, known], history.groups[ends][:, known]
    there = (isfinite(before) & isfinite(after)).all(axis=2, keepdims=True)
    stock, stock_after = history.dwellings[starts][:, known], history.dwellings[ends][:, known]
    is_counted = (nan_to_num(stock) > 0) & (nan_to_num(stock_after) > 0)
    occupied = where(is_counted, nan_to_num(stock) / where(is_counted, stock_after, 1.0), 1.0)
    both = (where(there, nan_to_num(before), 0.0), where(there, nan_to_num(after) * occupied[..., None], 0.0))
    first, second = (pad(split_groups(array(side)), ((0, 0), (0, 1), (0, 0))) for side in both)
    return first, second


def _occupancy(history: PopulationHistory, at: int, places: "NDArray[int64]") -> dict[int, float]:
    """Persons per dwelling of each known region, or of all together where its dwellings are not known."""
    from numpy import isfinite, nansum

    persons, dwellings = history.groups[at].sum(axis=1), history.dwellings[at]
    counted = isfinite(persons) & isfinite(dwellings) & (dwellings > 0)
    stock = nansum(dwellings[counted])
    mean = float(persons[counted].sum() / stock) if stock > 0 else 0.0
    return {
        int(place): float(persons[place] / dwellings[place]) if counted[place] and persons[place] > 0 else mean
        for place in places
    }


def _with_plans(
    regions: "NDArray[float64]",
    whole: "NDArray[float64]",
    plans: Sequence[HousingPlan],
    span: tuple[int, int],
    places: "NDArray[int64]",
    occupancy: Mapping[int, float],
) -> "NDArray[float64]":
    """Add the residents of new dwellings, with the ages of the municipality; leavers have those of the region."""
    position = {int(place): number for number, place in enumerate(places)}
    changed = regions.copy()
    for plan in plans:
        if plan.region not in position or not span[0] < plan.year <= span[1]:
            continue
        row = position[plan.region]
        persons = plan.dwellings * (occupancy[plan.region] if plan.occupancy is None else plan.occupancy)
        own = changed[row].sum()
        if persons >= 0:
            changed[row] += persons * whole / whole.sum()
        elif own > 0:
            changed[row] *= max(own + persons, 0.0) / own
    return changed


def _factor(totals: Mapping[int, float], year: int, origin: int, inhabitants: Sequence[float]) -> float:
    """Ratio of the outside forecast to the own projection in a year, of inhabitants per step; 1 at the origin."""
    from numpy import arange, interp

    known = sorted(one for one in totals if origin < one <= origin + LONGEST)
    own = interp(known, origin + BAND_YEARS * arange(len(inhabitants)), inhabitants)
    ratios = [totals[one] / projected for one, projected in zip(known, own, strict=True)]
    return float(interp(year, [origin, *known], [1.0, *ratios]))


def _interpolated(steps: "NDArray[float64]", years: "NDArray[int64]") -> "NDArray[float64]":
    """Values of each year from those of every fifth, on the first axis."""
    from numpy import minimum

    first = minimum(years // BAND_YEARS, len(steps) - 2)
    part = (years / BAND_YEARS - first)[:, None, None]
    return steps[first] * (1 - part) + steps[first + 1] * part
