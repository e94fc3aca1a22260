"""Effect of a measure without regions to compare with: an interrupted time series.

A local level with a season and a step, on the logarithm where all figures are positive, by generalised least squares of
statsmodels. Source: Harvey and Durbin (1986), Journal of the Royal Statistical Society A 149.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dagster_project.analysis.effects.effect_case import Numbers
from dagster_project.analysis.effects.findings import COVERAGE, OWN, EffectCheck, Estimate, line

# Seasons are estimated from two whole years before the start.
_SEASONS = {"month": 12, "quarter": 4, "year": 1}
_YEARS_FOR_SEASON = 2
_SIGNIFICANT = 0.05
# Standard deviations of the step of the level per period that are tried, relative to that of the figures around it.
# They are averaged by their likelihood and by a half-Cauchy prior, which expects little drift but lets the figures
# overrule it: in a short series the likeliest alone is often zero, with bounds that are too narrow.
_LEVEL_RATIOS = (0.0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0, 1.5, 2.0, 4.0)
_USUAL_RATIO = 0.25


@dataclass(frozen=True)
class InterruptedSeries:
    """One region through time.

    values: one per period, complete.
    before: how many of the first periods lie before the start.
    after: numbers of the periods that count as after it.
    beside: other series that move the outcome and that the measure cannot move (periods x series).
    """

    periods: tuple[str, ...]
    period_type: str
    values: Numbers
    before: int
    after: tuple[int, ...]
    beside: Numbers | None = None


@dataclass(frozen=True)
class LevelStep:
    """Distribution of the size of the step on the scale of the model: one of Student's per level ratio, weighted.

    Bounds are quantiles of this mixture. One distribution with its variance would have a narrower tail and wider
    shoulders: bounds of 80% that cover too often, and of 95% that cover too seldom.
    """

    sizes: Numbers
    errors: Numbers
    weights: Numbers
    freedom: int
    is_logarithm: bool

    @property
    def size(self) -> float:
        """Mean of the distribution."""
        return float(self.weights @ self.sizes)

    def margin(self, coverage: float) -> float:
        """Half width of an interval of the step."""
        from scipy.optimize import brentq
        from scipy.stats import t

        widest = t.ppf(0.5 + coverage / 2, self.freedom) * self.errors.max() + np.ptp(self.sizes)
        return float(brentq(lambda margin: self._outside(margin) - (1 - coverage), 0, widest))

    @property
    def p_value(self) -> float:
        """Two-sided p-value of no step."""
        return self._outside(abs(self.size))

    def _outside(self, margin: float) -> float:
        """Probability of a step that is further than this from the mean."""
        from scipy.stats import t

        above = t.sf((self.size + margin - self.sizes) / self.errors, self.freedom)
        below = t.cdf((self.size - margin - self.sizes) / self.errors, self.freedom)
        return float(self.weights @ (above + below))


def step(series: InterruptedSeries, has_trend: bool = False, is_logarithm: bool | None = None) -> LevelStep:
    """Fit the model and return the step; periods in the lag count as missing."""
    from statsmodels.regression.linear_model import GLS

    used = np.array([*range(series.before), *series.after])
    outcome = series.values[used].astype(float)
    if is_logarithm is None:
        is_logarithm = bool((outcome > 0).all())
    outcome = np.log(outcome) if is_logarithm else outcome
    regressors = _regressors(series, used, has_trend)
    walked = np.minimum.outer(used, used) + 1.0
    sizes, variances, likelihoods = [], [], []
    for ratio in _LEVEL_RATIOS:
        fitted = GLS(outcome, regressors, sigma=np.eye(len(used)) + ratio**2 * walked).fit()
        sizes.append(fitted.params[0])
        variances.append(fitted.cov_params()[0, 0])
        # Restricted likelihood: that of the outcome with the regressors integrated out.
        information = np.linalg.slogdet(fitted.normalized_cov_params)[1]
        likelihoods.append(
            -0.5 * fitted.df_resid * np.log(fitted.scale)
            + 0.5 * information
            - 0.5 * np.linalg.slogdet(np.eye(len(used)) + ratio**2 * walked)[1]
        )
    ratios = np.array(_LEVEL_RATIOS)
    # Ratios lie further apart the larger they are, and each stands for those around it.
    around = (np.diff(ratios, prepend=ratios[0]) + np.diff(ratios, append=ratios[-1])) / 2
    weights = around * np.exp(np.array(likelihoods) - max(likelihoods)) / (1 + (ratios / _USUAL_RATIO) ** 2)
    errors = np.sqrt(np.array(variances))
    freedom = len(used) - regressors.shape[1]
    return LevelStep(np.array(sizes), errors, weights / weights.sum(), freedom, is_logarithm)


def _regressors(series: InterruptedSeries, used: NDArray[np.int_], has_trend: bool) -> Numbers:
    """The step, a constant, seasons and what moves the outcome besides; one row per used period."""
    season = _SEASONS[series.period_type]
    columns = [(used >= series.before).astype(float), np.ones(len(used))]
    if season > 1 and series.before >= _YEARS_FOR_SEASON * season:
        columns += [(used % season == month).astype(float) for month in range(1, season)]
    if has_trend:
        columns.append(used / len(series.values))
    if series.beside is not None:
        columns += list(series.beside[used].T)
    return np.column_stack(columns)


def effects(series: InterruptedSeries, size: float, is_logarithm: bool) -> float:
    """Mean effect of a step of this size over the periods after the start, in the unit of the outcome."""
    after = series.values[list(series.after)]
    return float(np.mean(after - after / np.exp(size))) if is_logarithm else size


def estimate(series: InterruptedSeries, control: InterruptedSeries | None) -> Estimate:
    """Estimate the effect, with the same model of an outcome that the measure cannot have moved as a check."""
    found = step(series)
    margin = found.margin(COVERAGE)
    mean = effects(series, found.size, found.is_logarithm)
    lower, upper = (effects(series, found.size + side * margin, found.is_logarithm) for side in (-1, 1))
    counterfactual = series.values.astype(float).copy()
    half = np.zeros(len(counterfactual))
    after = list(series.after)
    if found.is_logarithm:
        counterfactual[after] = series.values[after] / np.exp(found.size)
        half[after] = counterfactual[after] * np.sinh(margin)
    else:
        counterfactual[after] = series.values[after] - found.size
        half[after] = margin
    slope, slope_error = _slope(series.values[: series.before])
    return Estimate(
        design="interrupted_series",
        estimate=mean,
        lower=lower,
        upper=upper,
        p_value=found.p_value,
        counterfactual=float(np.mean(counterfactual[after])),
        pre_trend=slope,
        periods=tuple(series.periods[period] for period in series.after),
        checks=(
            _control_outcome(control),
            EffectCheck(
                "pre_trend", "Ontwikkeling vóór de start, per periode", slope, slope - slope_error, slope + slope_error
            ),
            _placebo_in_time(series),
            *_specifications(series, lower, upper),
        ),
        points=(
            *line("actual", OWN, series.periods, series.values),
            *line("counterfactual", OWN, series.periods, counterfactual, half),
        ),
    )


def _control_outcome(control: InterruptedSeries | None) -> EffectCheck:
    label = "Uitkomst die de maatregel niet kan raken"
    if control is None:
        return EffectCheck("control_outcome", label, is_passed=False)
    found = step(control)
    margin = found.margin(COVERAGE)
    mean, lower, upper = (effects(control, found.size + side * margin, found.is_logarithm) for side in (0, -1, 1))
    return EffectCheck("control_outcome", label, mean, lower, upper, found.p_value > _SIGNIFICANT)


def _placebo_in_time(series: InterruptedSeries) -> EffectCheck:
    """The effect of a start that never was, halfway the periods before the real one."""
    label, half = "Verzonnen start, vóór de echte", series.before // 2
    if half < 4:
        return EffectCheck("placebo_in_time", label)
    earlier = InterruptedSeries(
        series.periods[: series.before],
        series.period_type,
        series.values[: series.before],
        half,
        tuple(range(half, series.before)),
        None if series.beside is None else series.beside[: series.before],
    )
    found = step(earlier)
    margin = found.margin(COVERAGE)
    mean, lower, upper = (effects(earlier, found.size + side * margin, found.is_logarithm) for side in (0, -1, 1))
    return EffectCheck("placebo_in_time", label, mean, lower, upper, found.p_value > _SIGNIFICANT)


def _specifications(series: InterruptedSeries, lower: float, upper: float) -> list[EffectCheck]:
    """The same with a trend, on the other scale, and the bare difference as a contrast that passes or fails nothing."""
    margin = (upper - lower) / 2
    trend = step(series, has_trend=True)
    plain = step(series, is_logarithm=False)
    tried = [
        ("with_trend", "Met een vaste trend", effects(series, trend.size, trend.is_logarithm)),
        ("own_scale", "In aantallen in plaats van procenten", plain.size),
    ]
    bare = float(series.values[list(series.after)].mean() - series.values[: series.before].mean())
    return [
        *(
            EffectCheck(code, label, found, is_passed=lower - margin <= found <= upper + margin)
            for code, label, found in tried
        ),
        EffectCheck("before_after", "Gemiddelde erna min ervoor, ter vergelijking", bare),
    ]


def _slope(values: Numbers) -> tuple[float, float]:
    """Slope per period with the half width of its interval of 80%."""
    from scipy.stats import linregress, t

    if len(values) < 3:
        return 0.0, 0.0
    found = linregress(np.arange(len(values)), values)
    return float(found.slope), float(t.ppf(0.5 + COVERAGE / 2, len(values) - 2) * found.stderr)
