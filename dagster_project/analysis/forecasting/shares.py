"""Shares of regions in a total, shrunk; and how much a region varies around its share.

Empirical Bayes with moments: the fewer events a region has, the closer its share comes to that of its size.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

_SMALLEST_LINEAR = 0.02
_SMALLEST = 1e-12


@dataclass(frozen=True)
class Variation:
    """Variance of a region around its share of the total: ``linear`` x mean + ``square`` x mean² + ``rounding``.

    Pooled over regions. linear 1 and square above 0 is a negative binomial; linear below 1 a stock that moves slowly.
    """

    linear: float
    square: float
    rounding: float

    def of(self, mean: Array) -> Array:
        """Variance of published figures with these means."""
        return self.linear * mean + self.square * mean**2 + self.rounding


@dataclass(frozen=True)
class Shares:
    """Per region (n,): the shrunk share, the raw one, and the part of the sampling variance that shrinking leaves."""

    shrunk: Array
    raw: Array
    remaining_variance: Array


def pooled_variation(values: Array, total: Array, rounding: float) -> Variation:
    """Variation of ``values`` (periods, regions; NaN is unknown) around their shares of ``total`` (periods,).

    By moments, over all regions; ``rounding`` is the variance that rounding added to each value.
    """
    raw = raw_shares(values, total)
    expected = np.where(np.isnan(values), np.nan, total[:, None] * raw)
    periods = np.maximum((~np.isnan(values)).sum(axis=0), 2)
    # The share was estimated from the same periods, and the errors of all regions of a period add up to none.
    free = (periods - 1) * np.maximum(1 - raw, 0.05)
    found = np.nansum((values - expected) ** 2, axis=0) / free - rounding
    means = np.nansum(expected, axis=0) / periods
    if means.sum() <= 0:
        return Variation(1.0, 0.0, rounding)
    weights = means / (1 + means)
    square = float((weights * (found - means)).sum() / (weights * means**2).sum())
    linear = float((weights * found).sum() / (weights * means).sum())
    if square > 0 or linear >= 1:
        return Variation(1.0, max(square, 0.0), rounding)
    return Variation(max(linear, _SMALLEST_LINEAR), 0.0, rounding)


def shrunk_shares(values: Array, total: Array, sizes: Array | None, variation: Variation) -> Shares:
    """Shares of ``values`` (periods, regions; NaN is unknown) in ``total`` (periods,), shrunk towards the ``sizes``.

    Without sizes (regions,) they are shrunk towards equal shares. The sum of the shares is that of the raw ones.
    """
    raw = raw_shares(values, total)
    whole = raw.sum()
    level = max(float(np.mean(total)), _SMALLEST)
    sizes = np.ones_like(raw) if sizes is None else sizes
    prior = whole * sizes / sizes.sum()
    # A region without events seems to have no variance: that of its size counts as much.
    periods = np.maximum((~np.isnan(values)).sum(axis=0), 1)
    sampling = variation.of((raw + prior) / 2 * level) / periods / level**2
    between = max(0.0, float(((raw - prior) ** 2 - sampling).sum()) / max(float((prior**2).sum()), _SMALLEST))
    weight = between * prior**2 / np.maximum(between * prior**2 + sampling, _SMALLEST)
    shrunk = prior + weight * (raw - prior)
    shrunk = shrunk * (whole / shrunk.sum()) if shrunk.sum() > 0 else shrunk
    return Shares(shrunk, raw, weight * sampling)


def raw_shares(values: Array, total: Array) -> Array:
    """Sum of each column of ``values`` (periods, regions) over the total of the periods in which it is known."""
    known = ~np.isnan(values)
    totals = np.where(known, total[:, None], 0.0).sum(axis=0)
    sums = np.where(known, values, 0.0).sum(axis=0)
    return np.divide(sums, totals, out=np.zeros(values.shape[1]), where=totals > 0)
