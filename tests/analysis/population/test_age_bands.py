import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagster_project.analysis.population.age_bands import BAND_COUNT, BAND_YEARS, GROUP_STARTS, split_groups, sum_bands

from .simulated_world import simulated_world


@given(st.lists(st.integers(0, 20_000), min_size=5, max_size=5))
def test_bands_add_up_to_their_groups_and_none_is_negative(groups):
    bands = split_groups(np.array([groups], dtype=float))
    assert bands.shape == (1, BAND_COUNT)
    assert (bands >= 0).all()
    np.testing.assert_allclose(sum_bands(bands), [groups], rtol=1e-12, atol=1e-9)


def test_bands_of_a_large_population_are_close_to_the_true_ones():
    persons = simulated_world(seed=1, neighbourhoods=200).persons[0].sum(axis=0)
    bands = split_groups(np.add.reduceat(persons, list(GROUP_STARTS)).astype(float)[None])[0]
    truth = np.add.reduceat(persons, range(0, BAND_COUNT * BAND_YEARS, BAND_YEARS))
    sizes = [3, 2, 4, 4, 6]
    equal = np.repeat(sum_bands(bands[None])[0] / sizes, sizes)
    assert np.abs(bands - truth).sum() < 0.4 * np.abs(equal - truth).sum()


def test_a_quarter_of_the_oldest_group_is_of_eighty_and_over():
    bands = split_groups(np.array([[7000.0, 6000.0, 12000.0, 13000.0, 9000.0]]))[0]
    np.testing.assert_allclose(bands[16:].sum(), 0.25 * 9000)


@pytest.mark.parametrize("groups", [[1, 2, 3, 4], [1, 2, 3, 4, -5], [1, 2, 3, 4, np.nan]])
def test_groups_that_are_none_are_refused(groups):
    with pytest.raises(ValueError, match=r"age groups|missing or negative"):
        split_groups(np.array([groups], dtype=float))
