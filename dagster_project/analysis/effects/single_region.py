"""Effect of a measure in one region, with other regions as donors: synthetic control, with each donor as a placebo.

Sources: Abadie, Diamond and Hainmueller (2010); Arkhangelsky et al. (2021), American Economic Review 111, for synthetic
difference-in-differences, by the library diff-diff. A placebo difference counts by its size relative to the error of
its own fit, half of it pooled over regions, since a short series may fit by chance without an error.
"""

import warnings
from dataclasses import dataclass

import numpy as np

from dagster_project.analysis.effects.donor_weights import SyntheticControl, require_fit, synthetic_control
from dagster_project.analysis.effects.effect_case import Numbers
from dagster_project.analysis.effects.findings import COVERAGE, OWN, EffectCheck, Estimate, line

# Fewer donors than this leave no interval of 80% by placebos worth the name.
FEWEST_DONORS = 8
_LEFT_OUT_ABOVE = 0.01
_SIGNIFICANT = 0.05


@dataclass(frozen=True)
class DonorPanel:
    """One region and its donors.

    values: regions x periods, complete; the first row is the region with the measure.
    before: how many of the first periods lie before the start.
    after: numbers of the periods that count as after it.
    noise: standard deviation of the region's figures by chance and rounding.
    """

    regions: tuple[str, ...]
    periods: tuple[str, ...]
    values: Numbers
    before: int
    after: tuple[int, ...]
    noise: float = 0.0


@dataclass(frozen=True)
class Placebos:
    """Fits of every region in turn, the one with the measure first, and the scale of the difference of each."""

    fits: tuple[SyntheticControl, ...]
    scales: Numbers

    def ratios(self, differences: Numbers) -> Numbers:
        """Size of one difference per region relative to its scale."""
        return np.asarray(np.abs(differences) / self.scales)

    def p_value(self, differences: Numbers) -> float:
        """Share of the regions with a difference that is relatively as large as that of the first."""
        ratios = self.ratios(differences)
        return float(np.mean(ratios >= ratios[0] * (1 - 1e-9)))

    def margin(self, differences: Numbers, coverage: float = COVERAGE) -> float:
        """Half width of the interval of the first region: the quantile of the donors' relative differences, scaled."""
        ratios = np.sort(self.ratios(differences)[1:])
        place = min(int(np.ceil(coverage * (len(ratios) + 1))), len(ratios))
        return float(ratios[place - 1] * self.scales[0])


def placebos(values: Numbers, before: slice, after: tuple[int, ...]) -> Placebos:
    """Fit each region to the others; the one with the measure, in the first row, is never a donor."""
    fits = []
    for row in range(len(values)):
        donors = np.delete(values, [0, row], axis=0)
        fits.append(synthetic_control(values[row], donors, before, after))
    errors = np.array([fit.error for fit in fits])
    scales = np.sqrt(errors**2 + np.mean(errors**2))
    # Regions that are all followed without any error differ by nothing: then differences count as they are.
    return Placebos(tuple(fits), scales if scales.all() else np.ones(len(scales)))


def synthetic_difference_in_differences(panel: DonorPanel) -> float:
    """Effect by SDID, by diff-diff."""
    import pandas as pd
    from diff_diff import SyntheticDiD

    used = [*range(panel.before), *panel.after]
    count = len(panel.regions)
    data = pd.DataFrame(
        {
            "unit": np.repeat(np.arange(count), len(used)),
            "time": np.tile(np.arange(len(used)), count),
            "outcome": panel.values[:, used].ravel(),
            "treated": np.repeat([1] + [0] * (count - 1), len(used)),
        }
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        # Standard errors come from the placebos above; of those of the library the fewest are asked.
        result = SyntheticDiD(variance_method="placebo", n_bootstrap=2, seed=0).fit(
            data,
            outcome="outcome",
            treatment="treated",
            unit="unit",
            time="time",
            post_periods=list(range(panel.before, len(used))),
        )
    return float(result.att)


def difference_in_differences(panel: DonorPanel) -> float:
    """Change of the region less the mean change of all donors."""
    change = panel.values[:, list(panel.after)].mean(axis=1) - panel.values[:, : panel.before].mean(axis=1)
    return float(change[0] - change[1:].mean())


def level_free(panel: DonorPanel) -> float:
    """Effect by a synthetic control of the deviations from each region's mean before the start."""
    deviations = panel.values - panel.values[:, : panel.before].mean(axis=1, keepdims=True)
    fit = synthetic_control(deviations[0], deviations[1:], slice(0, panel.before), panel.after)
    return fit.effect


def estimate(panel: DonorPanel) -> Estimate:
    """Estimate the effect on the first region. Raises PoorFitError when no mix of donors resembles it."""
    before, after = slice(0, panel.before), panel.after
    tried = placebos(panel.values, before, after)
    fit = tried.fits[0]
    require_fit(fit, panel.values, before, panel.noise)
    effects = np.array([one.effect for one in tried.fits])
    margin = tried.margin(effects)
    lower, upper = fit.effect - margin, fit.effect + margin
    ratios = tried.ratios(effects)
    gaps = np.array([one.gap for one in tried.fits])
    band = np.array([tried.margin(gaps[:, period]) for period in range(len(panel.periods))])
    return Estimate(
        design="synthetic_control",
        estimate=fit.effect,
        lower=lower,
        upper=upper,
        p_value=tried.p_value(effects),
        placebo_rank=int(np.sum(ratios >= ratios[0] * (1 - 1e-9))),
        placebo_count=len(ratios) - 1,
        counterfactual=float(np.mean(fit.counterfactual[list(after)])),
        pre_trend=float(_slopes(gaps[:1, before])[0]),
        periods=tuple(panel.periods[period] for period in panel.after),
        checks=(
            _pre_trend(tried, gaps[:, before]),
            _placebo_in_time(panel),
            _leave_one_out(panel, fit, lower, upper),
            *_specifications(panel, lower, upper),
        ),
        points=(
            *line("actual", OWN, panel.periods, panel.values[0]),
            *line("counterfactual", OWN, panel.periods, fit.counterfactual, band),
            *(
                point
                for region, gap in zip(panel.regions[1:], gaps[1:], strict=True)
                for point in line("placebo", region, panel.periods, gap)
            ),
        ),
    )


def _slopes(gaps: Numbers) -> Numbers:
    """Slope per period of each row."""
    at = np.arange(gaps.shape[1]) - (gaps.shape[1] - 1) / 2
    return np.asarray(gaps @ at / (at**2).sum())


def _pre_trend(tried: Placebos, gaps: Numbers) -> EffectCheck:
    slopes = _slopes(gaps)
    margin, is_passed = tried.margin(slopes), tried.p_value(slopes) > _SIGNIFICANT
    label = "Ontwikkeling vóór de start, per periode"
    return EffectCheck(
        "pre_trend", label, float(slopes[0]), float(slopes[0] - margin), float(slopes[0] + margin), is_passed
    )


def _placebo_in_time(panel: DonorPanel) -> EffectCheck:
    """The effect of a start that never was, after two thirds of the periods before the real one."""
    label = "Verzonnen start, vóór de echte"
    begin = panel.before * 2 // 3
    if begin < 3 or begin == panel.before:
        return EffectCheck("placebo_in_time", label)
    tried = placebos(panel.values[:, : panel.before], slice(0, begin), tuple(range(begin, panel.before)))
    effects = np.array([fit.effect for fit in tried.fits])
    found, margin = float(effects[0]), tried.margin(effects)
    return EffectCheck(
        "placebo_in_time", label, found, found - margin, found + margin, tried.p_value(effects) > _SIGNIFICANT
    )


def _leave_one_out(panel: DonorPanel, fit: SyntheticControl, lower: float, upper: float) -> EffectCheck:
    """The smallest and largest effect when each donor with weight in turn is left out."""
    found = []
    for donor in np.flatnonzero(fit.weights > _LEFT_OUT_ABOVE):
        others = np.delete(panel.values[1:], donor, axis=0)
        found.append(synthetic_control(panel.values[0], others, slice(0, panel.before), panel.after).effect)
    is_passed = lower <= min(found) and max(found) <= upper
    return EffectCheck("leave_one_out", "Telkens één gebied weggelaten", None, min(found), max(found), is_passed)


def _specifications(panel: DonorPanel, lower: float, upper: float) -> list[EffectCheck]:
    """Other estimators of the same effect; the last one is a contrast and passes or fails nothing."""
    # The other estimators should say the same within the reach of chance, which is wider than the interval of 80%.
    margin = (upper - lower) / 2
    sdid, free = synthetic_difference_in_differences(panel), level_free(panel)
    return [
        EffectCheck(
            "sdid", "Gewogen gebieden én perioden (SDID)", sdid, is_passed=lower - margin <= sdid <= upper + margin
        ),
        EffectCheck(
            "level_free", "Zonder verschil in niveau", free, is_passed=lower - margin <= free <= upper + margin
        ),
        EffectCheck(
            "difference_in_differences",
            "Gewoon gemiddelde van alle gebieden, ter vergelijking",
            difference_in_differences(panel),
        ),
    ]
