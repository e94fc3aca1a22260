"""Rows of figures as arrays, by position of year and region."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from dagster_project.analysis.population.age_bands import GROUP_STARTS, MUNICIPAL_STARTS
from dagster_project.analysis.population.population_outlook import PopulationHistory, with_oldest

if TYPE_CHECKING:
    from numpy import float64
    from numpy.typing import NDArray

NEIGHBOURHOOD, MUNICIPALITY = "neighbourhood", "municipality"
# The role of persons of 80 and older, who are known of municipalities alone.
OLDEST = "oldest"

# region, level, indicator, role ('age', 'oldest', 'total', 'dwellings', 'care'), ages, year, value
Input = tuple[str, str, str, str, str | None, int, float]
# region, indicator, role, ages, year, value
Peer = tuple[str, str, str, str | None, int, float]
# region, level, neighbourhood
Member = tuple[str, str, str]


@dataclass(frozen=True)
class OutlookMeasure:
    """Figures of one indicator.

    ``groups``: for each of its age groups the positions of the groups of municipalities. ``values`` (years, regions)
    and ``whole``, of the municipality, (years,), NaN where not known.
    """

    code: str
    role: str
    groups: tuple[tuple[int, ...], ...]
    values: "NDArray[float64]"
    whole: "NDArray[float64]"

    @property
    def tells_oldest(self) -> bool:
        """Whether persons of 80 and older are a group of their own."""
        return (len(MUNICIPAL_STARTS) - 1,) in self.groups


@dataclass(frozen=True)
class OutlookPanel:
    """All figures of one municipality; ``regions`` to be shown are code, level and positions of neighbourhoods."""

    history: PopulationHistory
    neighbourhoods: tuple[str, ...]
    municipality: str
    regions: tuple[tuple[str, str, tuple[int, ...]], ...]
    measures: tuple[OutlookMeasure, ...]


def outlook_panel(inputs: Iterable[Input], members: Iterable[Member]) -> OutlookPanel | None:
    """Arrange the figures; None where the municipality has no year in which all ages are known."""
    from numpy import array, isfinite, stack

    rows = list(inputs)
    places = sorted({neighbourhood for _, level, neighbourhood in members if level == NEIGHBOURHOOD})
    position = {place: number for number, place in enumerate(places)}
    whole = next((region for region, level, *_ in rows if level == MUNICIPALITY), None)
    years = sorted({year for *_, year, _ in rows})
    if whole is None or not years:
        return None
    found = sorted({(role, code, ages or "") for _, _, code, role, ages, _, _ in rows})
    measures = [_measure(rows, (role, code, ages), years, position, whole) for role, code, ages in found]
    by_age = sorted((measure for measure in measures if measure.role == "age"), key=lambda measure: measure.groups)
    if len(by_age) != len(GROUP_STARTS):
        return None
    municipality = stack([measure.whole for measure in by_age], axis=-1)
    is_whole = isfinite(municipality.sum(axis=1))
    if not is_whole.any():
        return None
    dwellings = [measure.values for measure in measures if measure.role == "dwellings"]
    oldest = [measure.whole[is_whole] for measure in measures if measure.role == OLDEST]
    groups = stack([measure.values for measure in by_age], axis=-1)
    history = PopulationHistory(
        years=tuple(year for year, one in zip(years, is_whole, strict=True) if one),
        groups=groups[is_whole],
        municipality=municipality[is_whole],
        dwellings=_carried_on(dwellings[0] if dwellings else groups[..., 0] * float("nan"))[is_whole],
        oldest=_oldest_by_year(oldest[0], municipality[is_whole][:, -1]) if oldest else None,
    )
    return OutlookPanel(
        history=history,
        neighbourhoods=tuple(places),
        municipality=whole,
        regions=_regions(members, position),
        measures=tuple(
            OutlookMeasure(one.code, one.role, one.groups, one.values[is_whole], array(one.whole)[is_whole])
            for one in measures
            if one.role != "dwellings"
        ),
    )


def peer_figures(
    peers: Iterable[Peer], measure: OutlookMeasure, year: int, has_oldest: bool
) -> tuple["NDArray[float64]", "NDArray[float64]"]:
    """Users (places,) and persons by the measure's age groups (places, groups) of peers that know both in a year.

    ``has_oldest``: whether persons of 80 and older are known of the own municipality, and so distinguished.
    """
    from numpy import array, zeros

    users: dict[str, float] = {}
    persons: dict[str, dict[int, float]] = {}
    for region, code, role, ages, at, value in peers:
        if at == year and code == measure.code:
            users[region] = value
        elif at == year and ages and role in ("age", OLDEST):
            persons.setdefault(region, {})[int(ages.split()[0])] = value
    starts = MUNICIPAL_STARTS if has_oldest and measure.tells_oldest else GROUP_STARTS
    known = [region for region in sorted(users) if {*starts} <= persons.get(region, {}).keys()]
    if not known:
        return zeros(0), zeros((0, len(measure.groups)))
    groups = array([[persons[region][start] for start in GROUP_STARTS] for region in known])
    oldest = array([persons[region][MUNICIPAL_STARTS[-1]] for region in known]) if starts == MUNICIPAL_STARTS else None
    shares = None if oldest is None else _share(oldest, groups[:, -1])
    return array([users[region] for region in known]), joined_groups(with_oldest(groups, shares), measure)


def joined_groups(groups: "NDArray[float64]", measure: OutlookMeasure) -> "NDArray[float64]":
    """Persons (..., 6) added up to the age groups of a measure."""
    from numpy import stack

    return stack([groups[..., list(positions)].sum(axis=-1) for positions in measure.groups], axis=-1)


def group_positions(ages: str | None) -> tuple[tuple[int, ...], ...]:
    """Positions of the groups of municipalities in each group of ages: '0 65 100' is ((0, 1, 2, 3), (4, 5))."""
    bounds = [int(age) for age in (ages or "").split()]
    return tuple(
        tuple(number for number, start in enumerate(MUNICIPAL_STARTS) if first <= start < until)
        for first, until in pairwise(bounds)
    )


def _measure(
    rows: Sequence[Input], of: tuple[str, str, str], years: Sequence[int], position: dict[str, int], whole: str
) -> OutlookMeasure:
    from numpy import full, nan

    role, code, ages = of
    place = {year: number for number, year in enumerate(years)}
    values, total = full((len(years), len(position)), nan), full(len(years), nan)
    for region, _, indicator, _, _, year, value in rows:
        if indicator == code and region == whole:
            total[place[year]] = value
        elif indicator == code and region in position:
            values[place[year], position[region]] = value
    return OutlookMeasure(code, role, group_positions(ages), values, total)


def _oldest_by_year(oldest: "NDArray[float64]", older: "NDArray[float64]") -> "NDArray[float64] | None":
    """The part who are 80 or older in each year, the last known one where it is not; None where the first is not."""
    from numpy import isfinite

    shares = _carried_on(_share(oldest, older))
    return shares if isfinite(shares).all() else None


def _share(oldest: "NDArray[float64]", older: "NDArray[float64]") -> "NDArray[float64]":
    """Part of persons of 65 and older who are 80 or older."""
    from numpy import divide, minimum, zeros_like

    return minimum(divide(oldest, older, out=zeros_like(oldest), where=older > 0), 1.0)


def _carried_on(values: "NDArray[float64]") -> "NDArray[float64]":
    """The last known value in each year in which it is not known: dwellings come a year after inhabitants."""
    from numpy import isfinite, where

    carried = values.copy()
    for year in range(1, len(carried)):
        carried[year] = where(isfinite(carried[year]), carried[year], carried[year - 1])
    return carried


def _regions(members: Iterable[Member], position: dict[str, int]) -> tuple[tuple[str, str, tuple[int, ...]], ...]:
    """Regions that consist of neighbourhoods, with their positions."""
    parts: dict[tuple[str, str], list[int]] = {}
    for region, level, neighbourhood in members:
        if neighbourhood in position:
            parts.setdefault((region, level), []).append(position[neighbourhood])
    return tuple((region, level, tuple(sorted(own))) for (region, level), own in sorted(parts.items()))
