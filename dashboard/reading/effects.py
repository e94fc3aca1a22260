"""Estimated effects of policy measures, with their checks and lines."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from dashboard.reading.board import Board

EFFECTS = "mart_policy_effects"
_EFFECTS = """
    select
        measure_code,
        indicator_code,
        design,
        grade,
        grade_reason_nl,
        sentence_nl,
        estimate,
        estimate_lower,
        estimate_upper,
        minimum_detectable_effect,
        placebo_rank,
        placebo_count,
        deviations_nl,
        status,
        fresh_until
    from mart_policy_effects
"""
_CHECKS = """
    select
        label_nl,
        estimate,
        estimate_lower,
        estimate_upper,
        is_passed,
        fresh_until
    from mart_policy_effect_checks
    where measure_code = {measure}
    order by check_code
"""
_POINTS = """
    select
        line,
        line_code,
        period_type,
        period,
        period_end_date,
        value,
        lower_bound,
        upper_bound
    from fct_policy_effect_points
    where measure_code = {measure}
    order by line, line_code, period_end_date
"""


@dataclass(frozen=True)
class Effect:
    """Estimated effect of a measure, in the unit of its outcome, and how sure it is."""

    measure_code: str
    indicator_code: str
    design: str
    # A (strong) to D (not to be estimated).
    grade: str
    grade_reason: str
    sentence: str
    estimate: float | None
    lower: float | None
    upper: float | None
    # The smallest effect that these figures would show.
    minimum_detectable: float | None
    placebo_rank: int | None
    placebo_count: int | None
    # How the estimate departs from what was registered before.
    deviations: str | None
    status: str
    fresh_until: date


@dataclass(frozen=True)
class EstimateCheck:
    """A check of an estimate, or the same estimate in another way."""

    label: str
    estimate: float | None
    lower: float | None
    upper: float | None
    is_passed: bool | None
    fresh_until: date


@dataclass(frozen=True)
class EffectPoint:
    """A point of the line of an area with the measure, of its counterfactual, or of a placebo."""

    line: str
    line_code: str
    period_type: str
    period: str
    period_end: date
    value: float | None
    lower: float | None
    upper: float | None


def effects(board: Board) -> Mapping[str, Effect]:
    """Effects by measure; none where the release has no such mart."""
    if EFFECTS not in board.release.marts:
        return {}
    return {row[0]: Effect(*row) for row in board.rows(_EFFECTS)}


def checks(board: Board, measure: str) -> list[EstimateCheck]:
    """Checks of an effect in their order."""
    return [EstimateCheck(*row) for row in board.rows(_CHECKS, measure=measure)]


def points(board: Board, measure: str) -> dict[tuple[str, str], list[EffectPoint]]:
    """Points by line and code of the line, oldest first."""
    found: dict[tuple[str, str], list[EffectPoint]] = {}
    for row in board.rows(_POINTS, measure=measure):
        found.setdefault((row[0], row[1]), []).append(EffectPoint(*row))
    return found
