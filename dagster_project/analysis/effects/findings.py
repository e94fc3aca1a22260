"""Results of an estimate: a figure with its bounds, its checks, and the lines of its picture."""

from dataclasses import dataclass

from dagster_project.analysis.effects.effect_case import Numbers

# Share of the interval that is published with an estimate.
COVERAGE = 0.80
# Two-sided normal quantile of that interval, and the factor from standard error to the effect that is found in 80% of
# the cases with a test at 5% (1.96 + 0.84).
_NORMAL_80 = 1.2816
_DETECTABLE = 2.8
# Code of the lines of the measure itself.
OWN = "measure"


class NotEstimableError(ValueError):
    """There is too little to estimate an effect from; the message says in Dutch what is missing."""


@dataclass(frozen=True)
class EffectCheck:
    """A check of an estimate.

    is_passed: none where the check could not be done, or is shown as a contrast alone.
    """

    code: str
    label_nl: str
    estimate: float | None = None
    lower: float | None = None
    upper: float | None = None
    is_passed: bool | None = None


@dataclass(frozen=True)
class Point:
    """A point of the picture.

    line: actual, counterfactual, or placebo: the difference between a region without the measure and its own
    counterfactual; line_code names that region or draw.
    """

    line: str
    line_code: str
    period: str
    value: float
    lower: float | None = None
    upper: float | None = None


@dataclass(frozen=True)
class Estimate:
    """The effect per period on the outcome, in its unit, averaged over the periods after the start.

    lower, upper: interval of 80%.
    p_value: share of the placebos with a difference at least as large, the measure itself counted in.
    placebo_rank: 1 and the number of the ``placebo_count`` regions without the measure that differ as much.
    counterfactual: mean of the counterfactual over the periods after the start.
    pre_trend: how much faster the outcome rose before the start than its comparison, per period.
    """

    design: str
    estimate: float
    lower: float
    upper: float
    p_value: float
    counterfactual: float
    pre_trend: float
    periods: tuple[str, ...]
    checks: tuple[EffectCheck, ...]
    points: tuple[Point, ...]
    placebo_rank: int | None = None
    placebo_count: int | None = None

    @property
    def minimum_detectable(self) -> float:
        """Smallest effect that would be found in 80% of the cases, by the width of the interval."""
        return _DETECTABLE * (self.upper - self.lower) / (2 * _NORMAL_80)

    def failed(self, *codes: str) -> bool:
        """Whether one of these checks was done and not passed."""
        return any(check.code in codes and check.is_passed is False for check in self.checks)


def line(
    name: str, code: str, periods: tuple[str, ...], values: Numbers, half_width: Numbers | None = None
) -> list[Point]:
    """Points of one line, with a band where its half width is known."""
    return [
        Point(
            name,
            code,
            period,
            float(value),
            None if half_width is None else float(value - half_width[at]),
            None if half_width is None else float(value + half_width[at]),
        )
        for at, (period, value) in enumerate(zip(periods, values, strict=True))
    ]
