import numpy as np
import pytest

from dagster_project.analysis.population.age_bands import BAND_COUNT
from dagster_project.analysis.population.cohort_ratios import CohortRatios, cohort_ratios, controlled, five_years_on
from dagster_project.analysis.population.shrinkage import shrunk_ratios


def test_known_ratios_are_found_and_project_the_same_population():
    generator = np.random.default_rng(1)
    bands = generator.uniform(500, 900, (6, BAND_COUNT))
    truth = CohortRatios(generator.uniform(0.8, 1.2, (1, BAND_COUNT - 1)).repeat(6, axis=0), np.full(6, 0.16))
    after = five_years_on(bands, truth)
    found = cohort_ratios(bands[None], after[None])
    np.testing.assert_allclose(found.survivors, truth.survivors)
    np.testing.assert_allclose(five_years_on(bands, found), after)


def test_small_regions_are_drawn_to_the_whole_and_large_ones_are_not():
    generator = np.random.default_rng(2)
    exposure = np.array([10.0] * 30 + [100_000.0] * 10)
    ratios = np.array([1.0] * 30 + [0.8, 1.2] * 5)
    events = generator.poisson(exposure * ratios).astype(float)
    shrunk = shrunk_ratios(events, exposure)
    whole = events.sum() / exposure.sum()
    assert np.abs(shrunk[:30] - whole).max() < 0.3 * np.abs(events[:30] / exposure[:30] - whole).max()
    np.testing.assert_allclose(shrunk[30:], events[30:] / exposure[30:], rtol=0.01)


def test_regions_that_differ_by_chance_alone_get_one_ratio_and_an_empty_one_too():
    exposure = np.array([50.0, 50.0, 50.0, 0.0])
    np.testing.assert_allclose(shrunk_ratios(np.array([9.0, 10.0, 11.0, 0.0]), exposure), 0.2)
    np.testing.assert_array_equal(shrunk_ratios(np.zeros(2), np.zeros(2)), 0)


def test_a_new_estate_does_not_grow_for_ever():
    before = np.full((1, 5, BAND_COUNT), 100.0)
    after = before.copy()
    after[:, 0] *= 50
    assert cohort_ratios(before, after).survivors[0].max() <= 2 * after[0, :, 1:].sum() / before[0, :, 1:].sum()


@pytest.mark.parametrize("empty", [False, True])
def test_bands_add_up_to_the_municipality_also_where_no_region_has_any(empty):
    bands = np.random.default_rng(3).uniform(1, 9, (4, BAND_COUNT))
    if empty:
        bands[:, -1] = 0
    total = np.arange(BAND_COUNT) + 5.0
    np.testing.assert_allclose(controlled(bands, total).sum(axis=0), total)
