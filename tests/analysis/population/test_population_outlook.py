from dataclasses import replace

import numpy as np
import pytest

from dagster_project.analysis.population.age_bands import GROUP_STARTS
from dagster_project.analysis.population.population_outlook import (
    HousingPlan,
    NoOutlookError,
    PopulationHistory,
    project_population,
)

from .simulated_world import simulated_world

ORIGIN = 2018
OLDEST_GROUP = len(GROUP_STARTS) - 1


@pytest.fixture(scope="module")
def history() -> PopulationHistory:
    return simulated_world(seed=1).history(ORIGIN)


def relative_error(projected: np.ndarray, truth: np.ndarray) -> float:
    return float(np.abs(projected - truth).sum() / truth.sum())


@pytest.mark.parametrize("years", [5, 10, 15])
def test_error_is_below_that_of_a_constant_share_where_the_rates_are_known(years):
    """Six worlds; of the oldest group, whose number ages decide, by a fifth and more."""
    errors = []
    for seed in range(6):
        world = simulated_world(seed)
        outlook = project_population(world.history(ORIGIN), ORIGIN)
        truth, at = world.groups()[world.years.index(ORIGIN + years)], outlook.years.index(ORIGIN + years)
        errors.append(
            [
                relative_error(projected[at][..., chosen], truth[..., chosen])
                for projected in (outlook.groups, outlook.constant_share)
                for chosen in (slice(None), OLDEST_GROUP)
            ]
        )
    own, own_oldest, naive, naive_oldest = np.mean(errors, axis=0)
    assert own < 0.93 * naive
    assert own_oldest < 0.82 * naive_oldest


def test_neighbourhoods_add_up_to_the_municipality_in_every_year(history):
    whole = replace(history, municipality=history.groups.sum(axis=1))
    outlook = project_population(whole, ORIGIN)
    np.testing.assert_allclose(outlook.groups.sum(axis=1), outlook.municipality, rtol=1e-9)
    assert (outlook.groups >= 0).all()


def test_later_editions_change_nothing():
    world = simulated_world(seed=2)
    early = project_population(world.history(ORIGIN), ORIGIN)
    np.testing.assert_array_equal(early.groups, project_population(world.history(2030), ORIGIN).groups)
    assert not np.array_equal(early.groups, project_population(world.history(2030), 2020).groups)


def test_an_outside_total_is_followed_between_its_years_and_after_them(history):
    own = project_population(history, ORIGIN).municipality.sum(axis=1)
    outlook = project_population(history, ORIGIN, totals={2028: own[9] * 1.1})
    ratios = outlook.municipality.sum(axis=1) / own
    np.testing.assert_allclose(ratios[[9, 14]], 1.1)
    np.testing.assert_allclose(ratios[4], 1.05)
    np.testing.assert_allclose(
        outlook.groups.sum(axis=(1, 2)) / project_population(history, ORIGIN).groups.sum(axis=(1, 2)), ratios, rtol=1e-3
    )


def test_planned_dwellings_bring_people_and_others_make_room(history):
    without = project_population(history, ORIGIN).groups.sum(axis=2)
    built = project_population(history, ORIGIN, [HousingPlan(3, 2022, 200, occupancy=2.0)]).groups.sum(axis=2)
    assert 330 < built[4, 3] - without[4, 3] < 400
    np.testing.assert_allclose(built.sum(axis=1), without.sum(axis=1), rtol=1e-4)
    broken = project_population(history, ORIGIN, [HousingPlan(3, 2022, -50)]).groups.sum(axis=2)
    assert broken[4, 3] < without[4, 3] - 80
    assert broken[4, 4] > without[4, 4]


def test_growth_by_past_building_is_not_projected_again(history):
    """An estate doubled in five years; with its dwellings known it stays as large as its cohorts say."""
    groups, dwellings = history.groups.copy(), history.dwellings.copy()
    late = [year > 2013 for year in history.years]
    groups[late, 0] *= 2
    dwellings[late, 0] *= 2
    grown = replace(history, groups=groups, municipality=groups.sum(axis=1), dwellings=dwellings)
    unknown = replace(grown, dwellings=np.full_like(dwellings, np.nan))
    inhabitants = groups[-1, 0].sum()
    assert project_population(grown, ORIGIN).groups[-1, 0].sum() < 1.3 * inhabitants
    assert project_population(unknown, ORIGIN).groups[-1, 0].sum() > 1.6 * inhabitants


def test_an_unknown_neighbourhood_is_not_projected_and_counts_in_the_municipality(history):
    whole = replace(history, municipality=history.groups.sum(axis=1))
    groups = history.groups.copy()
    groups[:, 5] = np.nan
    outlook = project_population(replace(whole, groups=groups), ORIGIN)
    assert np.isnan(outlook.groups[:, 5]).all()
    assert np.isnan(outlook.constant_share[:, 5]).all()
    rest = outlook.municipality - np.nansum(outlook.groups, axis=1)
    assert (rest > 0.5 * groups[-1, :].shape[0]).all()
    np.testing.assert_allclose(
        outlook.municipality.sum(axis=1), project_population(whole, ORIGIN).municipality.sum(axis=1), rtol=0.01
    )


def of_municipality_until(history: PopulationHistory, first: int) -> PopulationHistory:
    """The same, where neighbourhoods are known since a year and the municipality since long."""
    groups = history.groups.copy()
    groups[[year < first for year in history.years]] = np.nan
    return replace(history, groups=groups)


def test_the_first_edition_of_neighbourhoods_follows_the_cohorts_of_the_municipality(history):
    """As if every neighbourhood were drawn to it in full: those of the same ages get the same projection."""
    first = project_population(of_municipality_until(history, ORIGIN), ORIGIN)
    own = project_population(history, ORIGIN)
    assert own.has_own_cohorts
    assert not first.has_own_cohorts
    np.testing.assert_allclose(first.municipality, own.municipality, rtol=1e-3)
    np.testing.assert_allclose(first.groups.sum(axis=1), first.municipality, rtol=0.01)
    alike = replace(history, groups=history.groups[-1:, :1] * np.ones((len(history.years), history.groups.shape[1], 1)))
    alike = of_municipality_until(replace(alike, municipality=history.municipality), ORIGIN)
    made = project_population(alike, ORIGIN).groups
    np.testing.assert_allclose(made, np.repeat(made[:, :1], made.shape[1], axis=1))


def test_an_edition_without_earlier_years_of_anyone_is_still_refused(history):
    late = [year >= ORIGIN - 4 for year in history.years]
    short = PopulationHistory(
        tuple(year for year, is_late in zip(history.years, late, strict=True) if is_late),
        history.groups[late],
        history.municipality[late],
        history.dwellings[late],
    )
    with pytest.raises(NoOutlookError, match="no_editions_five_years_apart"):
        project_population(short, ORIGIN)


def test_ten_years_on_the_first_edition_is_better_than_a_constant_share_of_each_age():
    """Six worlds. With the municipality's cohorts alone a neighbourhood's ages still say who will be old there."""
    errors = []
    for seed in range(6):
        world = simulated_world(seed)
        known = of_municipality_until(world.history(ORIGIN), ORIGIN)
        outlook = project_population(known, ORIGIN)
        truth, at = world.groups()[world.years.index(ORIGIN + 10)], outlook.years.index(ORIGIN + 10)
        made = (outlook.groups, outlook.constant_share)
        errors.append([relative_error(one[at][..., OLDEST_GROUP], truth[..., OLDEST_GROUP]) for one in made])
    projected, naive = np.mean(errors, axis=0)
    assert projected < 0.7 * naive


@pytest.mark.parametrize(
    ("origin", "years", "reason"),
    [(2030, None, "no_edition"), (2006, None, "no_editions_five_years_apart"), (ORIGIN, "unknown", "no_region_known")],
)
def test_too_little_is_refused_with_its_reason(history, origin, years, reason):
    if years:
        history = replace(history, groups=np.full_like(history.groups, np.nan))
    with pytest.raises(NoOutlookError, match=f"^{reason}$"):
        project_population(history, origin)
