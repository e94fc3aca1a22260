import numpy as np
import pytest

from dagster_project.analysis.population.care_demand import (
    care_rates,
    demand,
    rates_by_age,
    stated_change,
    trend_change,
)

RATES = np.array([0.02, 0.14])
AHEAD = np.arange(1, 16)


def places(count: int, seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Users and persons under and over 65 of municipalities."""
    generator = np.random.default_rng(seed)
    persons = generator.uniform(20_000, 80_000, count)
    old = generator.uniform(0.12, 0.30, count)
    groups = np.stack([persons * (1 - old), persons * old], axis=1)
    return generator.poisson(groups @ RATES).astype(float), groups


def test_rates_by_age_are_found_from_totals_alone():
    np.testing.assert_allclose(rates_by_age(*places(340)), RATES, rtol=0.1)


def test_places_of_one_age_structure_say_nothing_of_ages():
    groups = np.full((20, 2), [8000.0, 2000.0])
    rates = rates_by_age(groups @ RATES, groups)
    np.testing.assert_allclose(rates, RATES @ [0.8, 0.2], rtol=0.25)
    np.testing.assert_allclose((groups @ rates).sum(), (groups @ RATES).sum())


def test_rates_without_persons_are_refused_and_without_users_zero():
    with pytest.raises(ValueError, match="no persons"):
        rates_by_age(np.zeros(2), np.zeros((2, 2)))
    np.testing.assert_array_equal(rates_by_age(np.zeros(2), np.ones((2, 2))), 0)


def test_a_region_keeps_its_own_level_as_far_as_it_is_known():
    groups = np.array([[9000.0, 1500.0]] * 3 + [[60.0, 10.0]])
    users = groups @ RATES * [1.4, 0.7, np.nan, 3.0]
    whole = np.array([[groups[:, 0].sum(), groups[:, 1].sum()]])
    rates = care_rates(users, groups, (np.array([1.1 * float(whole[0] @ RATES)]), whole), RATES)
    assert rates.whole == pytest.approx(1.1)
    np.testing.assert_allclose(rates.factors[:3], [1.4, 0.7, 1.1], rtol=0.05)
    assert 1.0 < rates.factors[3] < 2.5


def test_an_unknown_municipality_takes_the_rates_of_its_peers():
    users, groups = places(12)
    users[0] = np.nan
    rates = care_rates(np.full(2, np.nan), groups[:2], (users, groups), RATES)
    assert rates.whole == pytest.approx(1.0, abs=0.02)
    np.testing.assert_allclose(rates.factors, rates.whole)


def test_users_add_up_to_the_municipality_and_follow_the_old():
    groups = np.array([[[5000.0, 900.0], [3000.0, 700.0]], [[4800.0, 1300.0], [3000.0, 700.0]]])
    municipality = groups.sum(axis=1) + np.array([400.0, 50.0])
    rates = care_rates(groups[0] @ RATES * [1.2, 0.8], groups[0], (municipality[:1] @ RATES, municipality[:1]), RATES)
    users, total = demand(groups, municipality, rates, np.array([1.0, 1.0]))
    rest = (municipality - groups.sum(axis=1)) @ RATES * rates.whole
    assert (users.sum(axis=1) < total).all()
    np.testing.assert_allclose(users.sum(axis=1) + rest, total, rtol=0.01)
    assert users[1, 0] > 1.2 * users[0, 0]
    changed, lower = demand(groups, municipality, rates, np.array([1.0, 0.9]))
    np.testing.assert_allclose(lower, total * [1.0, 0.9])
    np.testing.assert_allclose(changed[1], users[1] * 0.9)


def test_a_trend_goes_on_ever_less_and_not_too_steeply():
    years, ratios = list(range(2018, 2025)), 1.03 ** np.arange(7)
    change = trend_change(years, ratios, AHEAD)
    assert 1.0 < change[0] < 1.03
    assert (np.diff(np.log(change)) > 0).all()
    assert (np.diff(change, n=2) < 0).all()
    np.testing.assert_array_equal(
        trend_change(years, 3.0 ** np.arange(7), AHEAD), trend_change(years, 1.5 ** np.arange(7), AHEAD)
    )


def test_one_odd_year_makes_no_trend_and_three_years_are_none():
    ratios = np.array([1.0, 1.0, 1.0, 9.0, 1.0, 1.0])
    np.testing.assert_allclose(trend_change(range(2018, 2024), ratios, AHEAD), 1.0)
    np.testing.assert_array_equal(trend_change([2021, 2022, 2023], np.array([1.0, 2.0, 3.0]), AHEAD), 1.0)


def test_a_policy_is_followed_in_straight_lines_and_its_end_lasts():
    change = stated_change(2025, AHEAD, {2030: -6.0, 2035: -10.0, 2020: 50.0})
    np.testing.assert_allclose(change[[0, 4, 9, 14]], [0.988, 0.94, 0.9, 0.9])
    np.testing.assert_array_equal(stated_change(2025, AHEAD, {}), 1.0)
