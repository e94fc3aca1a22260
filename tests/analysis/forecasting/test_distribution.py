"""Predictive distributions: of counts, rounded counts and rates, compared with simulation and exact sums."""

import numpy as np
import pytest
from scipy import stats

from dagster_project.analysis.forecasting.distribution import Predictive, expected_coverage, rounding_variance

COUNTS = np.arange(0, 400, dtype=float)


def one(mean: float, variance: float, step: int) -> Predictive:
    return Predictive(np.array([mean]), np.array([variance]), step)


def moments(predictive: Predictive) -> tuple[float, float]:
    values = COUNTS[COUNTS % max(predictive.step, 1) == 0]
    probabilities = np.array(
        [predictive.cdf(np.array([value]))[0] - predictive.cdf_below(np.array([value]))[0] for value in values]
    )
    assert probabilities.sum() == pytest.approx(1, abs=1e-6)
    mean = float((values * probabilities).sum())
    return mean, float(((values - mean) ** 2 * probabilities).sum())


@pytest.mark.parametrize(
    ("mean", "variance", "step"),
    [(0.3, 0.5, 1), (2.0, 6.5, 1), (40.0, 90.0, 1), (60.0, 20.0, 1), (40.0, 90.0, 5), (60.0, 20.0, 5)],
)
def test_mean_and_variance_are_those_asked_for(mean, variance, step):
    found = moments(one(mean, variance + rounding_variance(step), step))
    assert found == pytest.approx((mean, variance + rounding_variance(step)), rel=0.03, abs=0.02)


def test_a_count_is_negative_binomial():
    predictive = one(2.0, 6.0, 1)
    exact = stats.nbinom(1.0, 1 / 3)
    for count in range(12):
        assert predictive.cdf(np.array([float(count)]))[0] == pytest.approx(exact.cdf(count), abs=1e-6)


def test_rounding_to_fives_is_that_of_the_house():
    """Up with the remainder's probability: 13 becomes 15 three times in five."""
    random = np.random.default_rng(1)
    counts = random.negative_binomial(3.0, 3 / (3 + 8.0), 200_000)
    rounded = counts // 5 * 5 + 5 * (random.random(len(counts)) < counts % 5 / 5)
    predictive = one(8.0, 8 + 64 / 3 + rounding_variance(5), 5)
    for value in (0, 5, 10, 20):
        assert predictive.cdf(np.array([float(value)]))[0] == pytest.approx((rounded <= value).mean(), abs=0.005)
    # A distribution of counts that are not rounded is clearly another one.
    assert abs(one(8.0, 8 + 64 / 3, 1).cdf(np.array([5.0]))[0] - (rounded <= 5).mean()) > 0.02


@pytest.mark.parametrize("step", [0, 1, 5])
def test_a_quantile_is_the_lowest_value_that_is_reached(step):
    mean, variance = np.array([0.05, 0.9, 7.0, 60.0, 900.0]), np.array([0.06, 2.0, 30.0, 24.0, 4000.0]) + 4.0
    predictive = Predictive(mean, variance, step)
    for probability in (0.1, 0.25, 0.75, 0.9):
        quantile = predictive.quantile(probability)
        assert (quantile >= 0).all()
        assert (predictive.cdf(quantile + 1e-9) >= probability - 1e-9).all()
        assert (predictive.cdf_below(quantile)[quantile > 0] <= probability + 1e-9).all()
        if step:
            assert (quantile % step == 0).all()


def test_coverage_of_a_right_distribution_is_its_width_and_of_a_narrow_one_less():
    random = np.random.default_rng(2)
    counts = random.poisson(0.9, 50_000).astype(float)
    mean = np.full(len(counts), 0.9)
    for variance, low, high in ((0.9, 0.79, 0.81), (2.5, 0.85, 1.0)):
        predictive = Predictive(mean, np.full(len(counts), variance), 1)
        coverage = expected_coverage(predictive.cdf_below(counts), predictive.cdf(counts), 0.8).mean()
        assert low < coverage < high
    # A closed interval counts the edges in full, so that it seems to cover far more than it does.
    predictive = Predictive(mean, mean, 1)
    assert ((counts >= predictive.quantile(0.1)) & (counts <= predictive.quantile(0.9))).mean() > 0.85
