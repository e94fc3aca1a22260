"""Effect of a measure that starts at different moments: Callaway and Sant'Anna, with randomisation inference.

Sources: Callaway and Sant'Anna (2021), Journal of Econometrics 225; Fisher's randomisation test, inverted to an
interval (Rosenbaum, 2002, Observational Studies, chapter 2). Group-time effects come from the library diff-diff. Each
is a difference of means, so its average under another assignment of starts is a matrix product, which is computed here.
"""

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from dagster_project.analysis.effects.effect_case import Numbers
from dagster_project.analysis.effects.findings import COVERAGE, OWN, EffectCheck, Estimate, line

if TYPE_CHECKING:
    import pandas as pd

NEVER = -1
DRAWS = 999
_GRID = 1201
_PLACEBO_LINES = 20
_SIGNIFICANT = 0.05


@dataclass(frozen=True)
class StaggeredPanel:
    """Regions with their starts.

    values: regions x periods, complete.
    starts: number of the first period that the measure touches, NEVER for regions without it.
    lag: periods from the start on that count neither as before nor as after.
    base: how many of the last periods before the start it is compared with, as far as there are; their mean is steadier
    than the last one alone, and that of a whole year has no season.
    """

    regions: tuple[str, ...]
    periods: tuple[str, ...]
    values: Numbers
    starts: NDArray[np.int_]
    lag: int = 0
    base: int = 1

    def base_of(self, start: int) -> range:
        """Numbers of the periods that a start is compared with."""
        return range(max(start - self.base, 0), start)

    @property
    def cohorts(self) -> list[int]:
        """Distinct starts, oldest first."""
        return sorted({int(start) for start in self.starts if start != NEVER})


# Weights of the periods in a contrast, per cohort: effects are weighted sums of cohort means less those of the others.
Contrast = dict[int, Numbers]


def average_effect(panel: StaggeredPanel) -> Contrast:
    """Weights of the average over regions and periods after the lag, each against the base of its start."""
    count = len(panel.periods)
    contrast, cells = {}, 0
    for start in panel.cohorts:
        after = np.arange(count) >= start + panel.lag
        weights = after.astype(float)
        base = panel.base_of(start)
        weights[base.start : base.stop] -= after.sum() / len(base)
        size = int((panel.starts == start).sum())
        contrast[start], cells = size * weights, cells + size * int(after.sum())
    return {start: weights / cells for start, weights in contrast.items()}


def slope_before(panel: StaggeredPanel) -> Contrast:
    """Weights of the slope per period before the start, averaged over regions."""
    treated = int((panel.starts != NEVER).sum())
    contrast = {}
    for start in panel.cohorts:
        weights = np.zeros(len(panel.periods))
        at = np.arange(start) - (start - 1) / 2
        weights[:start] = at / (at**2).sum() if start > 1 else 0.0
        contrast[start] = weights * int((panel.starts == start).sum()) / treated
    return contrast


def earlier_start(panel: StaggeredPanel) -> Contrast:
    """Weights of the effect of a start that never was: halfway the periods before the real one."""
    treated = int((panel.starts != NEVER).sum())
    contrast = {}
    for start in panel.cohorts:
        weights, half = np.zeros(len(panel.periods)), start // 2
        if half > 0:
            weights[half:start] = 1 / (start - half)
            weights[:half] = -1 / half
        contrast[start] = weights * int((panel.starts == start).sum()) / treated
    return contrast


def applied(contrast: Contrast, values: Numbers, starts: NDArray[np.int_]) -> Numbers:
    """Value of a contrast for one assignment of starts per row (assignments x regions)."""
    never = (starts == NEVER).astype(float)
    reference = (never / never.sum(axis=1, keepdims=True)) @ values
    total = np.zeros(len(starts))
    for start, weights in contrast.items():
        cohort = (starts == start).astype(float)
        total += ((cohort / cohort.sum(axis=1, keepdims=True)) @ values - reference) @ weights
    return total


def assignments(starts: NDArray[np.int_], seed: int, draws: int = DRAWS) -> NDArray[np.int_]:
    """Draw other assignments of the same starts to the regions, one per row."""
    generator = np.random.default_rng(seed)
    return np.array([generator.permutation(starts) for _ in range(draws)])


def share_as_large(observed: float, drawn: Numbers) -> float:
    """Two-sided p-value of a randomisation test: the observed assignment is one of the draws."""
    tolerance = 1e-9 * max(1.0, abs(observed))
    return float((1 + np.sum(np.abs(drawn) >= abs(observed) - tolerance)) / (1 + len(drawn)))


def interval(observed: float, drawn: Numbers, share: Numbers, coverage: float = COVERAGE) -> tuple[float, float]:
    """Effects that the randomisation test does not reject.

    drawn: the contrast of each draw.
    share: the part of an effect that a draw attributes to its own cohorts. With an effect t taken out, the observed
    contrast is observed - t and that of a draw is drawn - t * share.
    """
    reach = 8 * float(np.std(drawn)) + 1e-12
    tried = observed + np.linspace(-reach, reach, _GRID)
    larger = np.abs(drawn[:, None] - share[:, None] * tried[None, :]) >= np.abs(observed - tried)[None, :]
    p_values = (1 + larger.sum(axis=0)) / (1 + len(drawn))
    kept = tried[p_values > 1 - coverage]
    return float(kept.min()), float(kept.max())


def proportional(panel: StaggeredPanel, contrast: Contrast) -> Numbers:
    """An effect of one on average, in each region in proportion to its level before the start (regions x periods)."""
    started = (panel.starts[:, None] != NEVER) & (np.arange(len(panel.periods)) >= panel.starts[:, None])
    level = np.array(
        [
            abs(float(row[: start if start != NEVER else None].mean()))
            for row, start in zip(panel.values, panel.starts, strict=True)
        ]
    )
    effect = started * level[:, None]
    size = float(applied(contrast, effect, panel.starts[None, :])[0])
    return np.asarray(effect / size) if size else started.astype(float)


def group_time_effects(panel: StaggeredPanel, control_group: str = "never_treated") -> dict[tuple[int, int], float]:
    """ATT(g, t) of Callaway and Sant'Anna per start and period number, by diff-diff."""
    from diff_diff import CallawaySantAnna

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        result = CallawaySantAnna(control_group=control_group, base_period="universal").fit(
            _long(panel), outcome="outcome", unit="unit", time="time", first_treat="first_treat"
        )
    return {
        (int(start) - 1, int(period) - 1): float(cell["effect"])
        for (start, period), cell in result.group_time_effects.items()
    }


def against_base(panel: StaggeredPanel, effects: dict[tuple[int, int], float]) -> dict[tuple[int, int], float]:
    """Group-time effects against the mean of the base periods instead of the last one."""
    found: dict[tuple[int, int], float] = {}
    for start in panel.cohorts:
        base = float(np.mean([effects[start, period] for period in panel.base_of(start)]))
        found |= {(of, period): effect - base for (of, period), effect in effects.items() if of == start}
    return found


def average(panel: StaggeredPanel, effects: dict[tuple[int, int], float]) -> float:
    """Average of group-time effects after the lag, each cohort by its number of regions."""
    cells = [
        (effect, int((panel.starts == start).sum()))
        for (start, period), effect in effects.items()
        if period >= start + panel.lag and np.isfinite(effect)
    ]
    return float(np.average([effect for effect, _ in cells], weights=[size for _, size in cells]))


def imputed(panel: StaggeredPanel) -> float:
    """Overall effect by imputation (Borusyak, Jaravel and Spiess, 2024), by diff-diff."""
    from diff_diff import ImputationDiD

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        result = ImputationDiD().fit(
            _long(panel), outcome="outcome", unit="unit", time="time", first_treat="first_treat"
        )
    return float(result.overall_att)


def two_way_fixed_effects(panel: StaggeredPanel) -> float:
    """Coefficient of two-way fixed effects: a contrast only, since it compares with regions that already started."""
    active = (panel.starts[:, None] != NEVER) & (np.arange(len(panel.periods)) >= panel.starts[:, None])
    treatment, outcome = _demeaned(active.astype(float)), _demeaned(panel.values)
    return float((treatment * outcome).sum() / (treatment**2).sum())


def estimate(panel: StaggeredPanel, seed: int, after: tuple[str, ...]) -> Estimate:
    """Estimate the effect on regions with a start, with its checks and lines."""
    effects = against_base(panel, group_time_effects(panel))
    found = average(panel, effects)
    drawn_starts = assignments(panel.starts, seed)
    contrast = average_effect(panel)
    drawn = applied(contrast, panel.values, drawn_starts)
    lower, upper = interval(found, drawn, applied(contrast, proportional(panel, contrast), drawn_starts))
    p_value = share_as_large(found, drawn)
    counterfactual, actual = _lines(panel, effects)
    return Estimate(
        design="staggered",
        estimate=found,
        lower=lower,
        upper=upper,
        p_value=p_value,
        counterfactual=_mean_after(panel) - found,
        pre_trend=float(applied(slope_before(panel), panel.values, panel.starts[None, :])[0]),
        periods=after,
        checks=(
            _tested("pre_trend", "Ontwikkeling vóór de start, per periode", slope_before, panel, drawn_starts),
            _tested(
                "placebo_in_time", "Verzonnen start, halverwege de tijd ervoor", earlier_start, panel, drawn_starts
            ),
            _leave_one_out(panel, contrast, lower, upper),
            *_specifications(panel, lower, upper),
        ),
        points=(
            *line("actual", OWN, panel.periods, actual),
            *line("counterfactual", OWN, panel.periods, counterfactual, np.full(len(actual), (upper - lower) / 2)),
            *(
                point
                for number, starts in enumerate(drawn_starts[:_PLACEBO_LINES], start=1)
                for point in line("placebo", str(number), panel.periods, _difference(panel, starts))
            ),
        ),
    )


def _tested(
    code: str,
    label: str,
    contrast_of: Callable[[StaggeredPanel], Contrast],
    panel: StaggeredPanel,
    drawn_starts: NDArray[np.int_],
) -> EffectCheck:
    """A contrast of the periods before the start, which should be no larger than those of other assignments."""
    contrast = contrast_of(panel)
    observed = float(applied(contrast, panel.values, panel.starts[None, :])[0])
    drawn = applied(contrast, panel.values, drawn_starts)
    margin = float(np.quantile(np.abs(drawn), COVERAGE))
    is_passed = share_as_large(observed, drawn) > _SIGNIFICANT
    return EffectCheck(code, label, observed, observed - margin, observed + margin, is_passed)


def _leave_one_out(panel: StaggeredPanel, contrast: Contrast, lower: float, upper: float) -> EffectCheck:
    """The smallest and largest effect when each region in turn is left out."""
    found = []
    for left_out in range(len(panel.regions)):
        others = np.arange(len(panel.regions)) != left_out
        if all((panel.starts[others] == start).any() for start in (*panel.cohorts, NEVER)):
            found.append(float(applied(contrast, panel.values[others], panel.starts[others][None, :])[0]))
    is_passed = lower <= min(found) and max(found) <= upper if found else None
    return EffectCheck(
        "leave_one_out",
        "Telkens één gebied weggelaten",
        None,
        min(found, default=None),
        max(found, default=None),
        is_passed,
    )


def _specifications(panel: StaggeredPanel, lower: float, upper: float) -> list[EffectCheck]:
    """Other estimators of the same effect; the last one is a contrast and passes or fails nothing."""
    later = average(panel, against_base(panel, group_time_effects(panel, "not_yet_treated")))
    imputation = imputed(panel)
    # The other estimators should say the same within the reach of chance, which is wider than the interval of 80%.
    margin = (upper - lower) / 2
    near = (lower - margin, upper + margin)
    return [
        EffectCheck(
            "not_yet_treated", "Vergeleken met gebieden die later starten", later, is_passed=near[0] <= later <= near[1]
        ),
        EffectCheck(
            "imputation",
            "Berekend door invullen wat zonder maatregel verwacht werd",
            imputation,
            is_passed=near[0] <= imputation <= near[1],
        ),
        EffectCheck("two_way_fixed_effects", "Gewone regressie, ter vergelijking", two_way_fixed_effects(panel)),
    ]


def _lines(panel: StaggeredPanel, effects: dict[tuple[int, int], float]) -> tuple[Numbers, Numbers]:
    """Mean of the regions with a start, without and with their effects."""
    treated = panel.starts != NEVER
    actual = panel.values[treated].mean(axis=0)
    difference = np.zeros(len(panel.periods))
    for (start, period), effect in effects.items():
        if np.isfinite(effect):
            difference[period] += effect * (panel.starts == start).sum() / treated.sum()
    return actual - difference, actual


def _difference(panel: StaggeredPanel, starts: NDArray[np.int_]) -> Numbers:
    """Mean of the drawn regions less the others, each against the base of its start."""
    difference = np.zeros(len(panel.periods))
    others = panel.values[starts == NEVER].mean(axis=0)
    for start in panel.cohorts:
        gap = panel.values[starts == start].mean(axis=0) - others
        base = panel.base_of(start)
        difference += (gap - gap[base.start : base.stop].mean()) * (starts == start).sum() / (starts != NEVER).sum()
    return difference


def _mean_after(panel: StaggeredPanel) -> float:
    """Mean of the outcome in the regions and periods after the lag."""
    after = (panel.starts[:, None] != NEVER) & (np.arange(len(panel.periods)) >= panel.starts[:, None] + panel.lag)
    return float(panel.values[after].mean())


def _demeaned(values: Numbers) -> Numbers:
    return np.asarray(values - values.mean(axis=1, keepdims=True) - values.mean(axis=0, keepdims=True) + values.mean())


def _long(panel: StaggeredPanel) -> "pd.DataFrame":
    """The panel as diff-diff reads it: a row per region and period, counted from one; 0 for regions without a start."""
    import pandas as pd

    count, periods = panel.values.shape
    return pd.DataFrame(
        {
            "unit": np.repeat(np.arange(count), periods),
            "time": np.tile(np.arange(1, periods + 1), count),
            "outcome": panel.values.ravel(),
            "first_treat": np.repeat(np.where(panel.starts == NEVER, 0, panel.starts + 1), periods),
        }
    )
