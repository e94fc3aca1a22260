"""Rows of the outlook of one municipality: the newest edition per scenario, and earlier editions beside the truth."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dagster_project.analysis.population.care_demand import (
    care_rates,
    demand,
    rates_by_age,
    stated_change,
    trend_change,
)
from dagster_project.analysis.population.outlook_bands import STEP_YEARS, ErrorModel, bands, fit_errors
from dagster_project.analysis.population.outlook_panel import (
    MUNICIPALITY,
    NEIGHBOURHOOD,
    OLDEST,
    Input,
    Member,
    OutlookMeasure,
    OutlookPanel,
    Peer,
    joined_groups,
    outlook_panel,
    peer_figures,
)
from dagster_project.analysis.population.population_outlook import (
    HousingPlan,
    NoOutlookError,
    PopulationOutlook,
    project_population,
    with_oldest,
)

if TYPE_CHECKING:
    from numpy import bool_, float64
    from numpy.typing import NDArray

RATES_HELD, TREND, POLICY = "rates_held", "trend", "policy"
RATE_CHANGE, CONTROL_TOTAL = "rate_change_pct", "control_total"
DECIMALS = 3
# Years of users of care that say how much a region uses.
POOLED_YEARS = 3

# scenario (None: each), assumption, indicator, year, value
Assumption = tuple[str | None, str, str | None, int, float]
# neighbourhood, year, dwellings, persons per dwelling, decided
Housing = tuple[str, int, float, float | None, bool]
# region, level, indicator, scenario, origin, year, newest, mean, four ends of bands, naive, actual, with own cohorts
Row = tuple[str, str, str, str, int, int, bool, float, float, float, float, float, float | None, float | None, bool]


@dataclass(frozen=True)
class _Point:
    region: str
    level: str
    code: str
    scenario: str
    origin: int
    year: int
    mean: float
    naive: float
    actual: float
    has_own_cohorts: bool


def outlook_rows(
    inputs: Iterable[Input],
    peers: Iterable[Peer],
    members: Iterable[Member],
    assumptions: Iterable[Assumption],
    housing: Iterable[Housing],
) -> list[Row]:
    """Every projected figure with its bands; none where editions are too few to project, or to know the error of it.

    A neighbourhood of which the users of care are not known at the origin gets no projection of them, but counts in
    its district. Earlier editions are projected with nothing that came later, and only where the truth is known. Bands
    follow from those of which neighbourhoods have cohorts of their own, as in the newest edition.
    """
    panel = outlook_panel(inputs, list(members))
    if panel is None:
        return []
    stated, plans, others = list(assumptions), list(housing), list(peers)
    years = panel.history.years
    latest = [
        point for scenario in _scenarios(stated, plans) for point in _latest(panel, others, stated, plans, scenario)
    ]
    tests = [
        point
        for origin in years[:-1]
        for point in _projected(panel, others, origin, RATES_HELD, (), {}, {})
        if point.actual == point.actual and point.year <= years[-1]
    ]
    return sorted(_with_bands(latest, tests), key=lambda row: row[:6])


def _scenarios(stated: Sequence[Assumption], plans: Sequence[Housing]) -> tuple[str, ...]:
    """The scenarios; that of policy exists only where a policy is stated."""
    is_stated = any(scenario == POLICY for scenario, *_ in stated) or not all(decided for *_, decided in plans)
    return (RATES_HELD, TREND, POLICY) if is_stated else (RATES_HELD, TREND)


def _latest(
    panel: OutlookPanel,
    peers: Sequence[Peer],
    stated: Sequence[Assumption],
    plans: Sequence[Housing],
    scenario: str,
) -> list[_Point]:
    position = {place: number for number, place in enumerate(panel.neighbourhoods)}
    own = [one for one in stated if one[0] in (None, scenario)]
    totals = {year: value for _, kind, _, year, value in own if kind == CONTROL_TOTAL}
    changes: dict[str, dict[int, float]] = {}
    for _, kind, code, year, value in own:
        if kind == RATE_CHANGE and code is not None:
            changes.setdefault(code, {})[year] = value
    built = [
        HousingPlan(position[place], year, dwellings, occupancy)
        for place, year, dwellings, occupancy, is_decided in plans
        if place in position and (is_decided or scenario == POLICY)
    ]
    return list(_projected(panel, peers, panel.history.years[-1], scenario, built, totals, changes))


def _projected(
    panel: OutlookPanel,
    peers: Sequence[Peer],
    origin: int,
    scenario: str,
    plans: Sequence[HousingPlan],
    totals: dict[int, float],
    changes: dict[str, dict[int, float]],
) -> Iterator[_Point]:
    """Every figure from one edition; nothing where it cannot be projected."""
    try:
        outlook = project_population(panel.history, origin, plans, totals)
    except NoOutlookError:
        return
    for measure in panel.measures:
        if measure.role == OLDEST and outlook.oldest is None:
            continue
        if measure.role == "care":
            found = _care(panel, peers, origin, outlook, measure, scenario, changes.get(measure.code, {}))
        else:
            found = _persons(panel, origin, outlook, measure)
        if found is not None:
            yield from _points(panel, measure, origin, scenario, outlook, *found)


Found = tuple["NDArray[float64]", "NDArray[float64]", "NDArray[float64]", float, "NDArray[bool_]"]


def _persons(panel: OutlookPanel, origin: int, outlook: PopulationOutlook, measure: OutlookMeasure) -> Found:
    """Persons of some ages; those of 80 and older of the municipality alone.

    Neighbourhoods with a nursing home have many more of them than their persons of 65 and older say, new ones fewer.
    """
    from numpy import full_like, nan, ones

    at = panel.history.years.index(origin)
    regions = joined_groups(with_oldest(outlook.groups, outlook.oldest), measure).sum(axis=-1)
    return (
        full_like(regions, nan) if measure.role == OLDEST else regions,
        joined_groups(with_oldest(outlook.municipality, outlook.oldest), measure).sum(axis=-1),
        joined_groups(with_oldest(outlook.constant_share, outlook.oldest), measure).sum(axis=-1),
        float(measure.whole[at]),
        ones(len(panel.neighbourhoods), dtype=bool),
    )


def _care(
    panel: OutlookPanel,
    peers: Sequence[Peer],
    origin: int,
    outlook: PopulationOutlook,
    measure: OutlookMeasure,
    scenario: str,
    changes: dict[int, float],
) -> Found | None:
    """Users of care; None where too little is known of them at the origin."""
    from numpy import array, concatenate, isfinite, nan_to_num, newaxis, ones, where

    years = panel.history.years
    known = [year for year, users in zip(years, measure.whole, strict=True) if isfinite(users)]
    # Care is counted later than inhabitants: an earlier edition knew as little of it as the newest one does.
    known = [year for year in known if year <= origin - (years[-1] - known[-1])]
    if not known:
        return None
    at = years.index(known[-1])
    pooled = [years.index(year) for year in known[-POOLED_YEARS:]]
    # A neighbourhood is taken to have the municipality's part of 80 and older: its level of care makes up for another.
    oldest = panel.history.oldest
    groups = joined_groups(with_oldest(panel.history.groups, oldest), measure)
    whole = joined_groups(with_oldest(panel.history.municipality, oldest), measure)
    others, other_groups = peer_figures(peers, measure, known[-1], oldest is not None)
    places = concatenate([measure.whole[at : at + 1], others]), concatenate([whole[at : at + 1], other_groups])
    is_known = isfinite(measure.values) & isfinite(groups).all(axis=2)
    by_age = rates_by_age(
        concatenate([others, measure.values[at][is_known[at]]]), concatenate([other_groups, groups[at][is_known[at]]])
    )
    # Added up, so that chance says less; a year that is not known counts on neither side.
    users = where(is_known, measure.values, 0.0)[pooled].sum(axis=0)
    persons = where(is_known[..., newaxis], groups, 0.0)[pooled].sum(axis=0)
    rates = care_rates(users, persons, places, by_age)
    ahead = array(outlook.years) - known[-1]
    change = ones(len(ahead))
    if scenario == TREND:
        past = [years.index(year) for year in known]
        change = trend_change(known, measure.whole[past] / (whole[past] @ by_age), ahead)
    elif scenario == POLICY:
        change = stated_change(origin, array(outlook.years) - origin, changes)
    users, total = demand(
        joined_groups(with_oldest(outlook.groups, outlook.oldest), measure),
        joined_groups(with_oldest(outlook.municipality, outlook.oldest), measure),
        rates,
        change,
    )
    share = nan_to_num(measure.values[at]) / measure.whole[at] if measure.whole[at] > 0 else measure.values[at] * 0.0
    return users, total, total[:, newaxis] * share, float(measure.whole[at]), is_known[at]


def _points(
    panel: OutlookPanel,
    measure: OutlookMeasure,
    origin: int,
    scenario: str,
    outlook: PopulationOutlook,
    values: "NDArray[float64]",
    whole: "NDArray[float64]",
    naive: "NDArray[float64]",
    last: float,
    is_shown: "NDArray[bool_]",
) -> Iterator[_Point]:
    """A point per region and year: neighbourhoods as projected, what consists of them as their sum."""
    place = {year: number for number, year in enumerate(panel.history.years)}
    unknown, is_own = float("nan"), outlook.has_own_cohorts
    for number, year in enumerate(outlook.years):
        actual = measure.values[place[year]] if year in place else None
        for region, level, own in panel.regions:
            members = list(own)
            mean = float(values[number, members].sum())
            if mean == mean and (level != NEIGHBOURHOOD or is_shown[members].all()):
                truth = float(actual[members].sum()) if actual is not None else unknown
                baseline = float(naive[number, members].sum())
                yield _Point(region, level, measure.code, scenario, origin, year, mean, baseline, truth, is_own)
        truth, mean = float(measure.whole[place[year]]) if year in place else unknown, float(whole[number])
        yield _Point(panel.municipality, MUNICIPALITY, measure.code, scenario, origin, year, mean, last, truth, is_own)


def _with_bands(latest: Sequence[_Point], tests: Sequence[_Point]) -> Iterator[Row]:
    """Points with bands from the errors of other editions; none where too few errors are known."""
    for code, level in sorted({(point.code, point.level) for point in latest}):
        own = [point for point in tests if point.code == code and point.level == level]
        # A level with few regions borrows the errors of all.
        every = [point for point in tests if point.code == code]
        model = _fitted(own) or _fitted(every)
        if model is None:
            continue
        yield from _rows([point for point in latest if (point.code, point.level) == (code, level)], model, True)
        for origin in sorted({point.origin for point in own}):
            others = _fitted([point for point in own if point.origin != origin]) or _fitted(
                [point for point in every if point.origin != origin]
            )
            if others is not None:
                yield from _rows([point for point in own if point.origin == origin], others, False)


def _fitted(tests: Sequence[_Point]) -> ErrorModel | None:
    from numpy import array

    points = [point for point in tests if point.has_own_cohorts]
    if not points:
        return None
    span = max(point.year for point in points) - min(point.origin for point in points)
    regions = len({point.region for point in points})
    means, actual, horizons = (array(column) for column in _columns(points))
    return fit_errors(means, actual, horizons, regions * span / STEP_YEARS)


def _columns(points: Sequence[_Point]) -> tuple[list[float], list[float], list[float]]:
    return (
        [point.mean for point in points],
        [point.actual for point in points],
        [float(point.year - point.origin) for point in points],
    )


def _rows(points: Sequence[_Point], model: ErrorModel, is_latest: bool) -> Iterator[Row]:
    from numpy import array

    means, _, horizons = _columns(points)
    ends = bands(array(means), array(horizons), model)
    for number, point in enumerate(points):
        numbers = (
            point.mean,
            ends["80"][0][number],
            ends["50"][0][number],
            ends["50"][1][number],
            ends["80"][1][number],
        )
        mean, lower_80, lower_50, upper_50, upper_80 = (round(float(one), DECIMALS) for one in numbers)
        naive, actual = (round(one, DECIMALS) if one == one else None for one in (point.naive, point.actual))
        address = (point.region, point.level, point.code, point.scenario, point.origin, point.year)
        ends_of_bands = (lower_80, lower_50, upper_50, upper_80)
        yield (*address, is_latest, mean, *ends_of_bands, naive, actual, point.has_own_cohorts)
