"""Predictive distribution of a figure, given its mean and variance; never below zero.

A count that varies more than by chance is negative binomial; one that varies less, such as a stock of which few
leave each month, is a gamma distribution cut into whole numbers; a rate is the gamma distribution itself. A count
that is published as a multiple of a step, rounded up or down at random without bias, has the distribution of the
rounded count.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc, gammainc, gammaincinv

Array = NDArray[np.float64]

# Below this mean a count is taken to vary by chance at least: so few months cannot show that it varies less.
_FEW = 5.0
_ALMOST_POISSON = 1e-4
_SMALLEST_MEAN = 1e-6


@dataclass(frozen=True)
class Predictive:
    """Distributions of figures, one per element of ``mean`` and ``variance``.

    ``step`` is 0 for a rate, 1 for a count and 5 for a count published as a multiple of five; ``variance`` is that
    of the published figure, rounding included.
    """

    mean: Array
    variance: Array
    step: int

    def cdf(self, value: Array) -> Array:
        """Probability of at most ``value``, elementwise."""
        if self.step == 0:
            shape = self._mean**2 / self.variance
            return gammainc(shape, np.maximum(value, 0) * shape / self._mean)
        whole = np.floor(np.asarray(value) / self.step + 1e-9) * self.step
        # A count of 5k + r becomes 5k with probability 1 - r / 5 and 5k + 5 otherwise.
        return np.mean([self._count_cdf(whole + rest) for rest in range(self.step)], axis=0)

    def cdf_below(self, value: Array) -> Array:
        """Probability of less than ``value``, elementwise."""
        return self.cdf(value) if self.step == 0 else self.cdf(np.asarray(value) - self.step)

    def quantile(self, probability: float) -> Array:
        """Lowest value with a probability of at least ``probability`` not to be exceeded, elementwise."""
        if self.step == 0:
            shape = self._mean**2 / self.variance
            return gammaincinv(shape, probability) * self._mean / shape
        # Cantelli's inequality says how many standard deviations a quantile can lie from the mean.
        spread = np.sqrt(self.variance)
        low = np.floor((self.mean - spread * np.sqrt((1 - probability) / probability)) / self.step) - 2
        high = np.ceil((self.mean + spread * np.sqrt(probability / (1 - probability))) / self.step) + 2
        low = np.maximum(low, -1.0)
        high = np.maximum(high, 0.0)
        while np.any(high - low > 1):
            middle = np.floor((low + high) / 2)
            reached = self.cdf(middle * self.step) >= probability
            high, low = np.where(reached, middle, high), np.where(reached, low, middle)
        return high * self.step

    @property
    def _mean(self) -> Array:
        return np.maximum(self.mean, _SMALLEST_MEAN)

    def _count_cdf(self, count: Array) -> Array:
        """Probability of at most ``count`` before it is rounded."""
        mean = self._mean
        variance = np.maximum(self.variance - rounding_variance(self.step), 0.01 * mean)
        variance = np.where(mean < _FEW, np.maximum(variance, mean), variance)
        excess = np.maximum(variance - mean, _ALMOST_POISSON * mean)
        size = mean**2 / excess
        negative_binomial = betainc(size, np.maximum(count, 0) + 1, size / (size + mean))
        gamma = gammainc(mean**2 / variance, (np.maximum(count, 0) + 0.5) * mean / variance)
        return np.where(count < 0, 0.0, np.where(variance >= mean, negative_binomial, gamma))


def rounding_variance(step: int) -> float:
    """Variance that unbiased random rounding to multiples of ``step`` adds, if all remainders are equally likely."""
    return sum(rest * (step - rest) for rest in range(step)) / step if step else 0.0


def expected_coverage(below: Array, at: Array, width: float) -> Array:
    """Expectation of the randomised PIT: how much of a value lies inside the central band of ``width``.

    ``below`` and ``at`` are the predictive distribution just below and at the value. Its mean over many values is
    ``width`` when the distributions are right, for counts too (Czado, Gneiting and Held, 2009).
    """
    lower, upper = 0.5 - width / 2, 0.5 + width / 2
    overlap = np.maximum(np.minimum(at, upper) - np.maximum(below, lower), 0.0)
    inside = ((at >= lower) & (at <= upper)).astype(float)
    return np.where(at > below, overlap / np.where(at > below, at - below, 1.0), inside)
