"""Expected final figures of periods of which reports still come in.

A reporting triangle has one row per period and one column per age, the number of months after it ended. Of a period
of some age, earlier periods show which fraction was known at that age. The fraction of a region is shrunk to that of
all regions, and the number that still comes has the posterior of a Poisson count with a gamma prior: it is negative
binomial. So a period of which nothing is known yet is expected to become usual, not zero.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dagster_project.analysis.forecasting.distribution import Predictive, rounding_variance

Array = NDArray[np.float64]

# Fewer periods that are final say too little of how much comes late.
FEWEST_PERIODS = 6
# Events for which the fraction of all regions counts beside the region's own.
_PRIOR_EVENTS = 100.0
_SMALLEST_FRACTION = 0.02
_SHAPES = (0.5, 1000.0)
_SMALLEST_VARIANCE = 0.05
_LARGEST_SCALE = 25.0


@dataclass(frozen=True)
class Nowcast:
    """Expected final figures of one period, and the ends of their 80% band, each of shape (regions,)."""

    expected: Array
    lower: Array
    upper: Array


@dataclass(frozen=True)
class _Delays:
    """Per region the fraction known at an age and the usual final figure; pooled, how both vary."""

    fraction: Array
    usual: Array
    shape: float
    relative_deviation: float

    def remaining(self, reported: Array) -> tuple[Array, Array]:
        """Mean and variance of the number that still comes on top of ``reported`` (..., regions)."""
        size = self.shape + reported
        mean = (1 - self.fraction) * size / (self.shape / self.usual + self.fraction)
        return mean, np.maximum(mean + mean**2 / size + (self.relative_deviation * mean) ** 2, _SMALLEST_VARIANCE)


def expected_final(reported: Array, past_reported: Array, past_final: Array, step: int) -> Nowcast:
    """Nowcast of ``reported`` (regions,), from earlier periods as known at the same age and in the end.

    ``past_reported`` and ``past_final`` have shape (periods, regions), NaN where unknown; ``step`` is that of the
    figures' rounding. Raises ValueError for fewer than FEWEST_PERIODS periods.
    """
    if len(past_final) < FEWEST_PERIODS:
        raise ValueError(f"{len(past_final)} periods are final, fewer than {FEWEST_PERIODS}")
    known = ~(np.isnan(past_reported) | np.isnan(past_final))
    begun, final = (np.where(known, values, 0.0) for values in (past_reported, past_final))
    delays = _delays(begun, final, known)
    noise = 2 * rounding_variance(step)
    past_mean, past_variance = delays.remaining(begun)
    errors = ((final - begun - past_mean) ** 2 / (past_variance + noise))[known]
    scale = float(np.clip(errors.mean(), 1.0, _LARGEST_SCALE)) if len(errors) else 1.0
    mean, variance = delays.remaining(reported)
    remaining = Predictive(mean, (variance + noise) * scale, 1)
    return Nowcast(
        expected=reported + mean,
        lower=np.floor((reported + remaining.quantile(0.1)) / step) * step,
        upper=np.ceil((reported + remaining.quantile(0.9)) / step) * step,
    )


def _delays(begun: Array, final: Array, known: NDArray[np.bool_]) -> _Delays:
    pooled = _fraction(begun.sum(), final.sum())
    fraction = _fraction(begun.sum(axis=0) + _PRIOR_EVENTS * pooled, final.sum(axis=0) + _PRIOR_EVENTS)
    periods = np.maximum(known.sum(axis=0), 1)
    # Half an event, so that a region in which nothing happened is not sure of nothing.
    usual = (final.sum(axis=0) + 0.5) / periods
    spread = (np.where(known, final - usual, 0.0) ** 2).sum(axis=0) / np.maximum(periods - 1, 1)
    excess = max(float((spread - usual).sum()), 0.0) / float((usual**2).sum())
    shape = float(np.clip(1 / excess if excess > 0 else np.inf, *_SHAPES))
    sums = final.sum(axis=1)
    late = 1 - np.divide(begun.sum(axis=1), sums, out=np.full(len(sums), float(pooled)), where=sums > 0)
    by_chance = float(pooled * (1 - pooled)) / max(float(sums.mean()), 1.0)
    beyond = max(float(late.var(ddof=1)) - by_chance, 0.0)
    return _Delays(fraction, usual, shape, float(np.sqrt(beyond)) / max(float(1 - pooled), _SMALLEST_FRACTION))


def _fraction(begun: Array, final: Array) -> Array:
    """Fraction reported; corrections downward are no late reports."""
    return np.clip(begun / np.maximum(final, 1e-9), _SMALLEST_FRACTION, 1.0)
