"""Synthetic control: the mix of regions without a measure that moved like the one with it before it began.

Source: Abadie, Diamond and Hainmueller (2010), Journal of the American Statistical Association 105.
"""

from dataclasses import dataclass

import numpy as np

from dagster_project.analysis.effects.effect_case import Numbers

# Heavy enough that the weights add up to one to the seventh digit, light enough to stay within double precision.
_SUM_TO_ONE = 1e4
# Of the standard deviation of the outcome: with a larger error before the start there is nothing to compare with.
LARGEST_ERROR = 0.20


class PoorFitError(ValueError):
    """No mix of donors resembles the region before the start of the measure."""


@dataclass(frozen=True)
class SyntheticControl:
    """A region and its counterfactual.

    weights: one per donor, adding up to one.
    counterfactual: one value per period.
    gap: region less counterfactual per period.
    effect: mean gap of the periods after the start.
    error: root mean square of the gap before the start.
    """

    weights: Numbers
    counterfactual: Numbers
    gap: Numbers
    effect: float
    error: float


def simplex_weights(donors: Numbers, target: Numbers) -> Numbers:
    """Weights of at least zero that add up to one and bring the donors (features x donors) nearest to the target."""
    from scipy.optimize import nnls

    scale = float(np.max(np.abs(donors))) or 1.0
    heavy = _SUM_TO_ONE * np.ones((1, donors.shape[1]))
    weights, _ = nnls(np.vstack([donors / scale, heavy]), np.append(target / scale, _SUM_TO_ONE), maxiter=50_000)
    return np.asarray(weights / weights.sum())


def synthetic_control(region: Numbers, donors: Numbers, before: slice, after: tuple[int, ...]) -> SyntheticControl:
    """Fit donors (donors x periods) to a region on the periods ``before``; ``after`` numbers those after the start."""
    weights = simplex_weights(donors[:, before].T, region[before])
    counterfactual = weights @ donors
    gap = region - counterfactual
    return SyntheticControl(
        weights=weights,
        counterfactual=counterfactual,
        gap=gap,
        effect=float(np.mean(gap[list(after)])),
        error=float(np.sqrt(np.mean(gap[before] ** 2))),
    )


def require_fit(fit: SyntheticControl, regions: Numbers, before: slice, noise: float = 0.0) -> None:
    """Raise PoorFitError when the error before the start exceeds a fifth of the outcome's standard deviation.

    regions: all regions x periods. noise: standard deviation by chance and rounding, which no donors can follow.
    """
    spread = float(np.std(regions[:, before]))
    error = float(np.sqrt(max(fit.error**2 - noise**2, 0.0)))
    if error > LARGEST_ERROR * spread:
        raise PoorFitError(f"error before the start is {error / spread:.0%} of the standard deviation of the outcome")
