"""Short-term forecasts of a panel: the total, shared out; the same at earlier origins, so that errors are known.

A part's mean is its shrunk share of the total's, and a group's the sum of its parts and of the remainder that is in
no part: levels add up as the published figures do. The variance of a region has two sources: its own variation
around its share, which is independent of that of others, and the uncertainty of the total, which all share. Both are
scaled by the errors of earlier origins, so nothing after an origin enters its forecast.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dagster_project.analysis.forecasting.distribution import Predictive, rounding_variance
from dagster_project.analysis.forecasting.panel import Panel
from dagster_project.analysis.forecasting.shares import pooled_variation, raw_shares, shrunk_shares
from dagster_project.analysis.forecasting.total import AUTOMATIC, TotalForecast, forecast_total

Array = NDArray[np.float64]

DEFAULT = "ets_theta_shares"
# Two challengers: shares of the last quarter, which suit stocks, and the mean of the last two years.
RECENT, MEAN = "ets_theta_recent_shares", "mean_of_two_years"
METHODS = (DEFAULT, RECENT, MEAN)
# Origins from one search for the form of exponential smoothing to the next: the search takes most of the time.
_SEARCH_EVERY = 3
# A challenger has to have been this much better at this many earlier origins.
_GAIN, _ORIGINS = 0.95, 3
# Horizons, in years, whose errors are pooled.
_HORIZONS = (0.25, 0.5, 1.0)
# Errors that the expected variance counts for, and the largest squared standardised error that counts.
_PRIOR_ERRORS, _LARGEST = 20.0, 16.0
_SMALLEST_SCALE, _LARGEST_SCALE = 0.3, 5.0
# Means are multiples of this power of two, so that their sums are exact in any order.
_GRID = 2.0**-20
_SMALLEST_REMAINDER = 1e-9
_SMALLEST_SPREAD = 0.01


@dataclass(frozen=True)
class Forecast:
    """Forecast from the first ``origin`` periods; mean and variance of shape (horizon, regions)."""

    origin: int
    method: str
    mean: Array
    variance: Array
    step: int

    @property
    def predictive(self) -> Predictive:
        """The distributions of the figures as they will be published."""
        return Predictive(self.mean, self.variance, self.step)


def origins_of(periods: int, season: int, fewest: int, most: int = 7) -> tuple[int, ...]:
    """Origins, as numbers of known periods: the newest and up to ``most`` - 1 before it, a quarter of a year apart."""
    step = max(season // 4, 1)
    return tuple(origin for origin in range(periods - step * (most - 1), periods + 1, step) if origin >= fewest)


def forecast(panel: Panel, origins: Sequence[int], horizon: int) -> Iterator[Forecast]:
    """Forecast ``horizon`` periods ahead from each origin, oldest first, each knowing the errors of those before it."""
    made: dict[str, list[Forecast]] = {method: [] for method in METHODS}
    form = AUTOMATIC
    for turn, origin in enumerate(sorted(origins)):
        known = panel.values[:origin]
        # The newest origin searches for a form, and every third before it.
        is_search = (len(origins) - 1 - turn) % _SEARCH_EVERY == 0
        total = forecast_total(known[:, panel.whole], horizon, panel.season, AUTOMATIC if is_search else form)
        form = total.form
        candidates = _candidates(panel, known, total)
        scores = {method: _errors(panel, made[method], origin) for method in METHODS}
        for method, (mean, variance) in candidates.items():
            made[method].append(Forecast(origin, method, mean, variance, panel.step))
        method = _chosen(panel, scores)
        mean, variance = candidates[method]
        yield Forecast(origin, method, mean, variance * _scale(panel, scores[method], horizon), panel.step)


def _candidates(panel: Panel, known: Array, total: TotalForecast) -> dict[str, tuple[Array, Array]]:
    whole, horizon = known[:, panel.whole], len(total.mean)
    years = 2 * panel.season if panel.season > 1 else 3
    long, recent = known[-years:], known[-max(panel.season // 4, 1) :]
    last = whole[-years:]
    mean = TotalForecast(np.full(horizon, last.mean()), np.full(horizon, last.std(ddof=1)))
    return {
        DEFAULT: _shared_out(panel, long, total, long),
        RECENT: _shared_out(panel, recent, total, long),
        MEAN: _shared_out(panel, long, mean, long),
    }


def _shared_out(panel: Panel, window: Array, total: TotalForecast, varying: Array) -> tuple[Array, Array]:
    """Mean and variance (horizon, regions) of a total that is divided as in ``window``; regions vary as in ``varying``.

    Both are of shape (periods, regions).
    """
    rounding = rounding_variance(panel.step)
    parts, horizon = list(panel.parts), len(total.mean)
    mean, own = np.full((2, horizon, panel.values.shape[1]), np.nan)
    whole = window[:, panel.whole]
    raw = dict(enumerate(raw_shares(window, whole)))
    if parts:
        variation = pooled_variation(varying[:, parts], varying[:, panel.whole], rounding)
        shares = shrunk_shares(window[:, parts], whole, panel.sizes, variation)
        mean[:, parts] = _on_grid(total.mean[:, None] * shares.shrunk)
        own[:, parts] = variation.of(mean[:, parts]) + total.mean[:, None] ** 2 * shares.remaining_variance
    districts = [group for group in panel.groups if group.is_of_whole]
    for group in panel.groups:
        remainder = _remainder(raw[group.column] - sum(raw[part] for part in group.parts))
        inside = list(group.parts)
        mean[:, group.column] = np.maximum(mean[:, inside].sum(axis=1) + _on_grid(total.mean * remainder), 0.0)
        own[:, group.column] = own[:, inside].sum(axis=1) + total.mean * abs(remainder)
        if not inside:
            own[:, group.column] += rounding
    below = [group.column for group in districts] or parts
    remainder = _remainder(1 - sum(raw[column] for column in below))
    mean[:, panel.whole] = mean[:, below].sum(axis=1) + _on_grid(total.mean * remainder)
    own_whole = own[:, below].sum(axis=1) + total.mean * abs(remainder)
    # The part of the total's variance that independent regions do not explain, they share.
    shared = np.maximum(total.deviation**2 - own_whole, 0.0) / np.maximum(total.mean, 1e-9) ** 2
    variance = own + shared[:, None] * mean**2
    variance[:, panel.whole] = total.deviation**2
    return mean, np.maximum(variance, (_SMALLEST_SPREAD * mean) ** 2 + rounding + 1e-9)


def _remainder(share: float) -> float:
    return 0.0 if abs(share) < _SMALLEST_REMAINDER else share


def _on_grid(mean: Array) -> Array:
    return np.round(mean / _GRID) * _GRID


def _errors(panel: Panel, made: Sequence[Forecast], origin: int) -> Array:
    """Errors that are known at an origin, of shape (forecasts, horizon, regions, 2): squared, and over the variance."""
    found = []
    for one in made:
        horizon = len(one.mean)
        actual = np.full(one.mean.shape, np.nan)
        seen = panel.values[one.origin : min(one.origin + horizon, origin)]
        actual[: len(seen)] = seen
        squared = (actual - one.mean) ** 2
        found.append(np.stack([squared, squared / one.variance], axis=-1))
    return np.array(found)


def _chosen(panel: Panel, errors: dict[str, Array]) -> str:
    """The method with the smallest squared errors so far; the default unless another is clearly better."""
    if len(errors[DEFAULT]) < _ORIGINS:
        return DEFAULT
    of_method = {
        method: np.array([np.nansum(found[:, :, columns, 0]) for columns in panel.levels])
        for method, found in errors.items()
    }
    ratios = {method: np.mean(sums / np.maximum(of_method[DEFAULT], 1e-9)) for method, sums in of_method.items()}
    best = min(METHODS, key=lambda method: ratios[method])
    return best if ratios[best] < _GAIN else DEFAULT


def _scale(panel: Panel, errors: Array, horizon: int) -> Array:
    """Factor of the variance (horizon, regions): mean squared standardised error of earlier origins, shrunk to 1."""
    scale = np.ones((horizon, panel.values.shape[1]))
    if len(errors) == 0:
        return scale
    begin = 0
    for share in _HORIZONS:
        end = horizon if share == _HORIZONS[-1] else min(max(int(share * panel.season), begin + 1), horizon)
        for columns in panel.levels:
            squared = errors[:, begin:end][:, :, columns, 1]
            squared = np.minimum(squared[~np.isnan(squared)], _LARGEST)
            factor = (_PRIOR_ERRORS + squared.sum()) / (_PRIOR_ERRORS + len(squared))
            scale[begin:end, columns] = np.clip(factor, _SMALLEST_SCALE, _LARGEST_SCALE)
        begin = end
    return scale
